//! What leaves the page for others: its link as a code, a frame in another page, and every chart as a file.

use std::collections::BTreeMap;

use latentscape::plots::code::Code;
use latentscape::site::{Reply, Server};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::{
    chromium::Setup,
    files::{export, read_png},
    folder::Folder,
    page::{ENGLISH, Page, SPANISH, word},
    picture::Picture,
    server::Site,
};

#[tokio::test]
async fn a_class_scans_the_link_of_the_scene_as_it_is() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&strip=4-9").await;
    page.wait_phase("ready").await;
    page.drag_handle([60.0, 40.0]).await;
    page.click("share").await;
    page.wait("the code", "find('share-code')?.checkVisibility()").await;
    let link = page.string("find('share-link').value").await;
    assert_eq!(link, page.string("location.href").await);
    assert!(link.contains("strip=4-9") && link.contains("z="), "{link}");
    let code = Code::of(&link).expect("a short link");
    assert_eq!(page.string("find('share-code').querySelector('path').getAttribute('d')").await, code.path());
    let side = code.side();
    assert_eq!(page.string("find('share-code').getAttribute('viewBox')").await, format!("0 0 {side} {side}"));
    assert_eq!(page.string("find('share-code').getAttribute('aria-label')").await, word(ENGLISH, "share_code"));
    // Dark on light whatever the colours of the page, and large.
    let rect = page.number("find('share-code').getBoundingClientRect().height").await;
    assert!(rect > 0.55 * page.number("innerHeight").await, "{rect}");
    assert_eq!(page.text("share-hint").await, word(ENGLISH, "share_local"));
    page.wait("an answer", "find('share-said').textContent.trim()").await;

    // The keyboard is in the panel, and Escape leaves it.
    assert_eq!(page.value("find('share-panel').contains(document.activeElement)").await, Value::Bool(true));
    page.browser.action_chain().key_down(Key::Escape).key_up(Key::Escape).perform().await.expect("a key");
    page.wait("the panel gone", "!find('share-panel').open && !find('share-code')").await;
    assert_eq!(page.string("document.activeElement.dataset.testid").await, "share");
    page.check_no_errors().await;
}

/// A page of another origin with `snippet` in it.
fn host(snippet: &str) -> String {
    let body = format!("<!doctype html><title>A lesson</title><link rel=icon href='data:,'><p>Before</p>{snippet}");
    let server = Server::bind(0).expect("a free port");
    let address = server.address().expect("a bound port");
    std::thread::spawn(move || {
        server.run(move |_| Reply { status: 200, mime: "text/html; charset=utf-8", body: body.clone().into_bytes() });
    });
    format!("http://{address}/")
}

#[tokio::test]
async fn another_page_embeds_the_plane_with_what_was_chosen() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=0.4,-1.2").await;
    page.wait_phase("ready").await;
    for (size, legend) in [([600, 400], true), ([360, 480], false)] {
        page.browser.goto(page.site.url("/#model=mnist-cosine&z=0.4,-1.2")).await.expect("the page loads");
        page.wait_phase("ready").await;
        page.click("share").await;
        page.wait("the panel", "find('embed-open')?.checkVisibility()").await;
        page.click("embed-open").await;
        for (id, pixels) in [("embed-width", size[0]), ("embed-height", size[1])] {
            page.type_into(id, &pixels.to_string()).await;
        }
        if !legend {
            page.click("embed-legend").await;
        }
        let snippet = page.string("find('embed-snippet').value").await;
        assert!(snippet.contains(&format!("width=\"{}\" height=\"{}\"", size[0], size[1])), "{snippet}");
        assert!(snippet.contains("allow=\"cross-origin-isolated; clipboard-write\" loading=\"lazy\""), "{snippet}");
        page.click("embed-copy").await;
        let answers = ["said_copied_html", "share_not_copied"].map(|key| word(ENGLISH, key));
        let said =
            page.until("an answer", async || Some(page.text("embed-said").await).filter(|t| !t.is_empty())).await;
        assert!(answers.contains(&said), "{said}");
        // What is tried is what will be embedded, in a window of its own.
        page.click("embed-try").await;
        let here = page.browser.window().await.expect("a window");
        let other = async || page.browser.windows().await.expect("windows").into_iter().find(|window| *window != here);
        page.browser.switch_to_window(page.until("a window", other).await).await.expect("the window");
        page.wait_phase("ready").await;
        let address = page.string("location.href").await.replace('&', "&amp;");
        assert!(snippet.contains(&address), "{address} {snippet}");
        page.browser.close_window().await.expect("it closes");
        page.browser.switch_to_window(here).await.expect("the window");

        page.browser.goto(host(&snippet)).await.expect("the other page loads");
        assert_ne!(page.string("location.origin").await, page.site.url(""));
        page.browser.enter_frame(0).await.expect("a frame");
        page.wait_phase("ready").await;
        assert_eq!(page.value("[innerWidth, innerHeight]").await, json!(size));
        let gone = "['export', 'share', 'language', 'film', 'regularity', 'pad', 'samples', 'train', 'own', 'undo', 'card', 'paint']
            .filter(id => find(id))";
        assert_eq!(page.value(gone).await, json!([]), "what is left out is not there");
        assert_eq!(page.value("Boolean(find('legend'))").await, Value::Bool(legend));
        let stops = "[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
            .filter(e => e.checkVisibility() && e.tabIndex >= 0 && !e.closest('.plane, .here, .home, .skip'))
            .map(e => e.outerHTML)";
        assert_eq!(page.value(stops).await, json!([]), "no key leads to what is left out");
        // Nothing sticks out, and plane and picture are both in sight.
        let wide = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]";
        assert_eq!(page.value(wide).await, json!(size));
        for id in ["plane", "decoded", "home"] {
            let inside = "const r = find(given).getBoundingClientRect();
                return r.width > 30 && r.top >= 0 && r.left >= 0 && r.bottom <= innerHeight && r.right <= innerWidth;";
            assert_eq!(page.run(inside, json!(id)).await, Value::Bool(true), "{id} at {size:?}");
        }
        let plane = page.number("find('plane').getBoundingClientRect().height").await;
        assert!(plane > 0.45 * f64::from(size[1]), "{plane}");

        // It can be dragged, and the whole page opens where it is then.
        let before = page.decoded().await;
        page.drag_handle([-60.0, -30.0]).await;
        page.wait("another place", "find('handle').dataset.z !== '0.4,-1.2'").await;
        assert!(page.decoded().await.distance(&before) > 0.01);
        let z = page.string("find('handle').dataset.z").await;
        let home = page.string("find('home').href").await;
        assert!(home.starts_with(&page.site.url("/#")) && home.contains(&z) && !home.contains("without"), "{home}");
        page.browser.enter_default_frame().await.expect("the other page");
        page.check_console().await;
    }
}

/// Saves a chart both ways. Gives the words of the SVG, which has to be XML, and the PNG, twice as fine.
async fn keep(page: &Page, folder: &Folder, name: &str) -> (String, Picture) {
    let mut files = BTreeMap::new();
    for kind in ["svg", "png"] {
        page.click(&format!("keep-{name}")).await;
        page.click(&format!("keep-{name}-{kind}")).await;
        assert_eq!(page.string("document.activeElement.dataset.testid").await, format!("keep-{name}"));
        let file = folder.0.join(format!("latentscape-{name}.{kind}"));
        let bytes = page.until(name, async || std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty())).await;
        std::fs::remove_file(&file).expect("a file that was read");
        files.insert(kind, bytes);
    }
    let svg = String::from_utf8(files["svg"].clone()).expect("text");
    let parse = "const root = new DOMParser().parseFromString(given, 'image/svg+xml').documentElement;
        return [root.nodeName, root.textContent, root.width?.baseVal.value, root.height?.baseVal.value];";
    let parsed = page.run(parse, json!(svg)).await;
    assert_eq!(parsed[0], "svg", "{name}: {}", parsed[1]);
    let png = read_png(&files["png"]);
    let size = [2, 3].map(|i| parsed[i].as_f64().unwrap_or_default() as usize * 2);
    assert_eq!([png.width, png.height], size, "{name}");
    assert_eq!(png.at(1, 1) == [255; 4], !name.starts_with("plane"), "{name}: on white paper");
    assert!(png.contrast() > 0.02, "{name}: {}", png.contrast());
    (parsed[1].as_str().unwrap_or_default().to_owned(), png)
}

#[tokio::test]
async fn every_chart_is_kept_as_a_file_in_the_page_s_language() {
    for (setup, language) in [(Setup::CPU, ENGLISH), (Setup::SPANISH, SPANISH)] {
        let page = Page::open(setup, Site::whole(), "/#model=digits&theme=dark&layers=dps").await;
        page.wait_phase("ready").await;
        page.wait_coloured_point().await;
        let folder = Folder::new("kept");
        page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
        let has = |text: &str, key: &str| {
            // What is filled in is not looked for.
            let wanted = word(language, key);
            let part = wanted.split(['{', '}']).step_by(2).max_by_key(|part| part.len()).unwrap_or_default().trim();
            assert!(!part.is_empty() && text.contains(part), "{key}: {part}");
        };

        page.wait("the strip's steps", "find('strip-chart').dataset.jump").await;
        let (text, _) = keep(&page, &folder, "steps").await;
        has(&text, "path_figure");
        page.click("meters").await;
        page.wait("the codes along the axes", "find('marginals').width > 100").await;
        let (text, _) = keep(&page, &folder, "marginals").await;
        has(&text, "marginals");
        assert!(text.contains("z1") && text.contains("−2σ"), "{text}");
        let (text, _) = keep(&page, &folder, "meters").await;
        has(&text, "meters_figure");
        has(&text, "meter_shared");
        assert!(text.contains("β = "), "{text}");

        page.draw(&[&[[0.5, 0.2], [0.5, 0.8]]]).await;
        page.wait("a reconstruction", "find('keep-encoded').checkVisibility()").await;
        let (text, _) = keep(&page, &folder, "encoded").await;
        has(&text, "encode_figure");
        page.click("sample-open").await;
        page.click("sample-draw").await;
        page.wait("samples", "find('keep-samples').checkVisibility()").await;
        let (text, png) = keep(&page, &folder, "samples").await;
        has(&text, "sample_figure");
        assert!(png.contrast() > 0.1, "{}", png.contrast());
        page.click("setup").await;
        let (text, _) = keep(&page, &folder, "net").await;
        has(&text, "net_figure");
        assert!(text.contains("784") || text.contains("28×28"), "{text}");

        // The plane's figure says what its colours mean.
        let plane = String::from_utf8(export(&page, &folder, "export-svg", "latentscape.svg").await).expect("text");
        has(&plane, "scale_slopes");

        page.choose("preset", "moons").await;
        page.train_to(60).await;
        page.click("pause").await;
        page.wait_phase("paused").await;
        let (text, _) = keep(&page, &folder, "loss").await;
        has(&text, "loss_title_points");
        has(&text, "loss_step");
        has(&text, "loss_total");
        page.wait("the bars", "find('kl-bars').checkVisibility()").await;
        let (text, _) = keep(&page, &folder, "kl").await;
        has(&text, "kl_title");
        assert!(text.contains("z2"), "{text}");
        page.wait("both grids", "find('latent-space').checkVisibility()").await;
        let (text, png) = keep(&page, &folder, "space").await;
        has(&text, "space_data");
        has(&text, "space_latent");
        assert!(png.hues() >= 2, "both classes: {}", png.hues());
        page.wait("reconstructions", "find('reconstructions').checkVisibility()").await;
        let (text, _) = keep(&page, &folder, "reconstructions").await;
        has(&text, "reconstructions");
        assert!(text.contains("x̂"), "{text}");
        page.click("stop").await;
        page.wait_phase("ready").await;
        page.choose("beside", "beta-0").await;
        page.train_to(60).await;
        page.click("pause").await;
        page.wait_phase("paused").await;
        let planes = [keep(&page, &folder, "plane").await.1, keep(&page, &folder, "plane-beside").await.1];
        assert!(planes[0].distance(&planes[1]) > 5e-4, "each its own: {}", planes[0].distance(&planes[1]));
        page.check_no_errors().await;
    }
}

#[tokio::test]
async fn the_decoder_leaves_as_onnx() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("onnx");
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    let file = export(&page, &folder, "export-onnx", "latentscape-decoder.onnx").await;
    let model = onnx_rs::parse(&file).expect("an ONNX file");
    let graph = model.graph.expect("a graph");
    assert_eq!((graph.input[0].name, graph.output[0].name), ("z", "x"));
    let weights = graph.initializer.iter().find(|tensor| tensor.name() == "decoder.0.weight").expect("a first layer");
    assert_eq!(weights.dims(), [256, 2]);
    page.check_no_errors().await;
}
