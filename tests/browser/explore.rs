//! Looking around in a shipped model, on the CPU: the first picture, the handle, the points, the pad, the languages.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::{
    chromium::Setup,
    page::Page,
    server::{Fault, Site},
};

/// A three in two strokes, in the pad's coordinates.
const UPPER: [[f64; 2]; 7] =
    [[0.3, 0.27], [0.42, 0.2], [0.58, 0.2], [0.67, 0.3], [0.62, 0.41], [0.52, 0.47], [0.44, 0.48]];
const LOWER: [[f64; 2]; 7] =
    [[0.44, 0.48], [0.58, 0.5], [0.68, 0.6], [0.66, 0.73], [0.55, 0.8], [0.42, 0.8], [0.3, 0.73]];

#[tokio::test]
async fn the_plane_is_drawn_before_the_engine_is_there() {
    let page = Page::open(Setup::CPU, Site::with(Fault::Held("engine-")), "/").await;
    page.wait("the decoded plane", "find('atlas')?.width > 0").await;
    let (mut atlas, mut points) = (page.picture("atlas", 160, 120).await, page.picture("points", 160, 120).await);
    while atlas.contrast() < 0.02 || points.hues() < 6 {
        // Only the page's own files are missing yet; `wait` gives up if they never come.
        page.wait("the plane's canvases", "find('points')?.width > 0").await;
        assert_eq!(page.phase().await, "booting", "{} {}", atlas.contrast(), points.hues());
        (atlas, points) = (page.picture("atlas", 160, 120).await, page.picture("points", 160, 120).await);
    }
    assert_eq!(page.phase().await, "booting");
    assert!(
        page.picture("decoded", 28, 28).await.contrast() > 0.02,
        "the digit at the handle is taken from the plane meanwhile"
    );
    page.site.release();
    page.wait_phase("ready").await;
    page.check_decoding_follows().await;
    let asked_for = |part: &str| page.site.served().iter().any(|(path, _)| path.contains(part));
    assert!(
        asked_for("engine-cpu_bg.wasm") && !asked_for("engine-gpu_bg.wasm"),
        "nobody downloads what cannot run here"
    );
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_digit_follows_the_handle() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=0.5,-0.5").await;
    page.wait_phase("ready").await;
    assert_eq!(page.z().await, [0.5, -0.5]);
    let start = page.decoded().await;

    page.drag_handle([120.0, -80.0]).await;
    let dragged = page.z().await;
    assert!(dragged[0] > 0.6 && dragged[1] > -0.4, "right and up is more of both: {dragged:?}");
    let there = page.decoded().await;
    assert!(there.distance(&start) > 0.02, "another digit: {}", there.distance(&start));

    page.drag_handle_by_touch([-60.0, 90.0]).await;
    let touched = page.z().await;
    assert!(touched[0] < dragged[0] - 0.1 && touched[1] < dragged[1] - 0.1, "{dragged:?} → {touched:?}");

    // By key: 0.05 a press, ten times that with Shift; and the way back leads to the very same pixels.
    let before = page.decoded().await;
    page.press_on_handle(Key::Right, false, 3).await;
    page.press_on_handle(Key::Down, true, 2).await;
    let keyed = page.z().await;
    let moved = [keyed[0] - touched[0], keyed[1] - touched[1]];
    assert!((moved[0] - 0.15).abs() < 1e-3 && (moved[1] + 1.0).abs() < 1e-3, "{moved:?}");
    let away = page.decoded().await;
    assert!(away.distance(&before) > 0.02, "a unit further down is another digit: {}", away.distance(&before));
    page.press_on_handle(Key::Left, false, 3).await;
    page.press_on_handle(Key::Up, true, 2).await;
    let back = page.decoded().await;
    assert!(back.distance(&before) < 0.004, "z decodes to one picture: {}", back.distance(&before));
    page.check_no_errors().await;
}

/// The decoder that the page runs is the one in the file: a decode by hand, in f64, of the same z.
#[tokio::test]
async fn the_digit_is_what_the_weights_say() {
    for z in [[0.5, -0.5], [-1.25, 1.0]] {
        let page = Page::open(Setup::CPU, Site::whole(), &format!("/#model=mnist-cosine&z={},{}", z[0], z[1])).await;
        page.wait_phase("ready").await;
        let shown = page.decoded().await.grey();
        let expected = super::reference::decode("mnist-vae-2d-cosine", z);
        let likeness = super::picture::correlation(&shown, &expected).abs();
        assert!(likeness > 0.98, "correlation {likeness} at {z:?}");
        page.check_no_errors().await;
    }
}

/// z in a link of before means what it meant then; on the way to the newer weights the picture stays, and z does not.
#[tokio::test]
async fn an_old_link_keeps_its_weights_and_leads_to_the_newer_ones() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#z=0.5,-0.5").await;
    page.wait_phase("ready").await;
    let meant = super::reference::decode("mnist-vae-2d", [0.5, -0.5]);
    let likeness = |picture: &super::picture::Picture| super::picture::correlation(&picture.grey(), &meant);
    let shown = page.decoded().await;
    assert!(likeness(&shown) > 0.98, "{}", likeness(&shown));
    let before = page.z().await;
    page.click("newer").await;
    page.wait_address("model=mnist-cosine").await;
    page.wait("it is gone", "!find('newer').checkVisibility()").await;
    page.wait("the place of the picture", &format!("find('handle').dataset.z !== '{},{}'", before[0], before[1])).await;
    let carried = page.picture_once("decoded", page.decoded().await, |picture| likeness(picture) > 0.7).await;
    assert!(likeness(&carried) > 0.7, "another net, the same picture: {}", likeness(&carried));
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_point_says_its_class_and_decodes() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#layers=p").await;
    page.wait_phase("ready").await;
    let at = page.wait_coloured_point().await;
    page.point_at(at).await;
    page.wait("the hover card", "find('hover-card')?.checkVisibility() && find('hover-card').textContent.trim()").await;
    let text = page.text("hover-card").await;
    assert!(text.contains(|c: char| c.is_ascii_digit()), "it names a class: {text}");
    page.wait("the code's decoding", "find('hover-card')?.querySelector('canvas')").await;
    let decoding = page.picture("hover-card", 28, 28).await;
    let decoding = page.picture_once("hover-card", decoding, |picture| picture.contrast() > 0.05).await;
    assert!(decoding.contrast() > 0.05);
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_drawing_is_encoded_and_reconstructed() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.draw(&[&UPPER, &LOWER]).await;
    assert!(page.picture("pad", 28, 28).await.contrast() > 0.05, "ink on the pad");
    // The encoder follows the pen: an answer to half a drawing is none to the whole.
    page.wait("the posterior of all of it", "find('posterior').dataset.mu && find('posterior').ariaBusy === 'false'")
        .await;
    let pair = async |name: &str| -> [f64; 2] {
        let text = page.string(&format!("find('posterior').dataset.{name}")).await;
        let numbers: Vec<f64> = text.split(',').filter_map(|x| x.trim().parse().ok()).collect();
        numbers.try_into().unwrap_or_else(|_| panic!("data-{name} is two numbers, not {text}"))
    };
    let (mu, sigma) = (pair("mu").await, pair("sigma").await);
    assert!(mu.iter().all(|m| m.abs() < 6.0), "μ {mu:?}");
    assert!(sigma.iter().all(|s| *s > 0.001 && *s < 1.0), "σ {sigma:?}: the encoder knows more than the prior");

    let reconstruction = page.picture("reconstruction", 28, 28).await;
    let likeness = page.picture("pad-seen", 28, 28).await.correlation(&reconstruction);
    assert!(likeness > 0.5, "the reconstruction resembles what the encoder saw: {likeness}");

    // The handle at μ decodes to the reconstruction.
    let before = page.z().await;
    page.click("posterior-go").await;
    page.until("a handle at μ", async || (page.z().await != before).then_some(())).await;
    let at_mu = page.decoded().await;
    assert!(at_mu.correlation(&reconstruction) > 0.98, "{}", at_mu.correlation(&reconstruction));

    // An empty pad has no posterior, and a sentence says what to do.
    page.click("pad-clear").await;
    page.wait("no posterior", "!find('posterior')?.dataset.mu").await;
    assert!(page.picture("pad", 28, 28).await.contrast() < 0.01, "the pad is blank again");
    let english: Value = serde_json::from_str(include_str!("../../locales/en.json")).expect("a locale is JSON");
    assert_eq!(page.text("pad-hint").await, english["pad_empty"].as_str().unwrap_or_default());

    // Nor has one whose stroke is taken back while the engine still encodes it: samples are asked for and answered later.
    page.click("sample-open").await;
    page.type_into("sample-count", "7").await;
    let script = "const pad = find('pad'), r = pad.getBoundingClientRect();
        const at = { clientX: r.x + r.width / 2, clientY: r.y + r.height / 2, pointerId: 7, isPrimary: true };
        for (const type of ['pointerdown', 'pointerup']) pad.dispatchEvent(new PointerEvent(type, at));
        pad.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }));
        find('sample-draw').click();";
    page.run(script, json!({})).await;
    super::samples::drawn(&page, 7).await;
    assert_eq!(page.value("'mu' in find('posterior').dataset").await, Value::Bool(false), "no ink, no posterior");
    page.check_decoding_follows().await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_page_speaks_the_browsers_language_and_switches() {
    let words = |text: &str| serde_json::from_str::<Value>(text).expect("a locale is JSON");
    let (english, spanish) =
        (words(include_str!("../../locales/en.json")), words(include_str!("../../locales/es.json")));
    assert_ne!(english["train"], spanish["train"]);

    let page = Page::open(Setup::SPANISH, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    assert_eq!(page.string("document.documentElement.lang").await, "es");
    assert_eq!(page.text("train").await, spanish["train"].as_str().unwrap_or_default());
    page.click("language").await;
    page.wait("English", "document.documentElement.lang === 'en'").await;
    assert_eq!(page.text("train").await, english["train"].as_str().unwrap_or_default());
    page.check_no_errors().await;

    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    assert_eq!(page.string("document.documentElement.lang").await, "en");
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_phone_sees_all_of_it() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.resize(360, 740).await;
    page.wait("the plane fits", "find('plane').getBoundingClientRect().right <= 360").await;
    let wide = page.number("document.documentElement.scrollWidth").await;
    assert!(wide <= 360.0, "nothing sticks out sideways: {wide}");
    for id in ["handle", "decoded", "pad", "train", "device", "language", "export"] {
        page.scroll_to(id).await;
        let inside = page.run(
            "const r = find(given).getBoundingClientRect(); return r.width > 0 && r.left >= 0 && r.right <= 361;",
            json!(id),
        );
        assert_eq!(inside.await, Value::Bool(true), "{id}");
    }
    page.check_decoding_follows().await;
    page.check_no_errors().await;
    // The head has no room for Share: it is in the menu, and the menu is in sight.
    page.click("export").await;
    let shared =
        "const r = find('share-narrow').getBoundingClientRect(); return r.width > 0 && r.left >= 0 && r.right <= 361;";
    assert_eq!(page.run(shared, json!({})).await, Value::Bool(true));
    page.click("share-narrow").await;
    page.wait(
        "an answer, and the menu gone",
        "find('share-said')?.textContent.trim() && !find('export').parentElement.open",
    )
    .await;
}
