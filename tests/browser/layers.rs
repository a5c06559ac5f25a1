//! What lies on the plane: its layers, its points and their cards.

use latentscape::latent::density::{Density, log_ratio};
use latentscape::protocol::Area;
use serde_json::json;

use super::{
    chromium::Setup,
    hand::SHIFT,
    map::{apart, around},
    native,
    page::{ENGLISH, Page, word},
    picture::correlation,
    server::Site,
};

/// The middles of the cells of a grid over ±2.4 where there are most and fewest codes against the prior.
fn extremes(codes: &latentscape::data::codes::Codes) -> [[f32; 2]; 2] {
    const CELLS: u32 = 24;
    let area = Area { min: [-2.4; 2], max: [2.4; 2] };
    let mut density = Density::new(area, CELLS, CELLS);
    codes.mu.iter().zip(&codes.log_var).for_each(|(mu, log_var)| density.add(*mu, *log_var));
    let ratio = log_ratio(&density.values(codes.mu.len()), area, CELLS, CELLS);
    let middle = |i: usize| [-2.3 + 0.2 * (i % 24) as f32, 2.3 - 0.2 * (i / 24) as f32];
    let (cells, order) = (0..ratio.len(), |a: &usize, b: &usize| ratio[*a].total_cmp(&ratio[*b]));
    [cells.clone().max_by(order), cells.min_by(order)].map(|cell| middle(cell.expect("there are cells")))
}

#[tokio::test]
async fn layers_are_switched_and_say_what_they_are() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=-2.8,-2.8").await;
    page.wait_phase("ready").await;
    let codes = native::codes();
    let [dense, sparse] = extremes(&codes);
    page.wait_coloured_point().await;

    // Each switch changes what is seen, says so in a sentence, and takes it back.
    for (layer, key, at) in [
        ("decodings", "legend_decodings", dense),
        ("points", "legend_points", dense),
        // On the second circle, where hardly a code hides it.
        ("prior", "legend_prior", [-1.6, 1.2]),
    ] {
        let (chip, with) = (format!("layer-{layer}"), page.seen_at_rest(at, 20).await);
        page.click(&chip).await;
        page.wait("the layer's sentence", "!find('layer-legend').hidden").await;
        assert_eq!(page.text("layer-legend").await, word(ENGLISH, key));
        page.rest_on([5.0, 5.0]).await;
        page.wait("the sentence to go", "find('layer-legend').hidden").await;
        assert!(!page.is_pressed(&chip).await);
        let differs = async |differ: bool| {
            let seen = page.seen(at, 20).await.distance(&with);
            ((seen > 0.002) == differ).then_some(())
        };
        page.until(&format!("no {layer}"), async || differs(true).await).await;
        page.click(&chip).await;
        page.rest_on([5.0, 5.0]).await;
        page.until(&format!("{layer} again"), async || differs(false).await).await;
    }

    // More codes than the prior expects are orange, fewer blue; regions take the density's place.
    page.click("layer-density").await;
    let heat = async |z: [f32; 2]| page.patch("heat", around(z, 0.02), 3, 3).await.heart();
    page.until("the density", async || (heat(dense).await[3] > 60).then_some(())).await;
    let ([r, _, b, _], [r2, _, b2, a2]) = (heat(dense).await, heat(sparse).await);
    assert!(r > b + 100 && b2 > r2 + 100 && a2 > 60, "orange {r} {b}, blue {r2} {b2}");
    page.wait_address("layers=dpcqe").await;
    page.click("layer-regions").await;
    assert!(page.is_pressed("layer-regions").await && !page.is_pressed("layer-density").await);
    for class in [0, 1] {
        let colour = page.string(&format!("getComputedStyle(find('class-{class}')).getPropertyValue('--class')")).await;
        let colour: Vec<i32> = colour.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        let mean = native::mean(&codes, class);
        page.until("the class's colour at its mean", async || {
            let pixel = heat(mean).await.map(i32::from);
            (pixel[3] > 40 && (0..3).all(|i| (pixel[i] - colour[i]).abs() < 12)).then_some(())
        })
        .await;
    }

    // The training pictures' codes: dots where there were none.
    let train = native::train_codes();
    let map = page.map().await;
    let free =
        |z: &[f32; 2]| map.shows(*z, 150.0) && codes.mu.iter().all(|other| apart(*z, *other) * map.view.scale() > 9.0);
    let newcomer = *train.mu.iter().find(|z| free(z)).expect("a code of its own");
    let dot = async || page.patch("points", around(newcomer, 0.01), 3, 3).await.heart()[3];
    assert_eq!(dot().await, 0);
    page.choose("point-set", "train").await;
    page.until("a dot of the training set", async || (dot().await > 80).then_some(())).await;
    page.wait_address("points=train").await;
    page.click("tool-box").await;
    let (a, b) = ([map.middle()[0] - 200.0, map.middle()[1] - 100.0], map.middle());
    page.drag("left", &[a, b]).await;
    let inside = latentscape::latent::select::inside_box(&train.mu, map.z(a), map.z(b)).len();
    page.wait("a selection", "!find('selection').hidden").await;
    assert_eq!(page.number("Number(find('selection').dataset.count)").await, inside as f64);
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_card_stays_and_classes_come_and_go() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=-2.8,-2.8").await;
    page.wait_phase("ready").await;
    page.wait_coloured_point().await;
    let (codes, map) = (native::codes(), page.map().await);
    let middle =
        (0..codes.mu.len()).filter(|i| map.shows(codes.mu[*i], 160.0) && codes.mu[*i].iter().all(|x| x.abs() > 0.1));
    let (code, room) = native::loneliest(&codes.mu, middle);
    assert!(room * map.view.scale() > 9.0, "no code stands alone");
    let (mu, log_var, class) = (codes.mu[code], codes.log_var[code], codes.labels[code]);
    let at = map.screen(mu).map(f64::round);

    // Resting on it: its class, index, μ and σ as the file has them, and what μ decodes to.
    page.rest_on(at).await;
    page.wait("its card", &format!("find('hover-card').dataset.code === '{code}'")).await;
    let text = page.text("hover-card").await;
    let number = |x: f32| format!("{x:.2}").replace('-', "−");
    let sigma = log_var.map(|v| (v / 2.0).exp());
    for part in [
        format!("class {class}"),
        format!("#{code}"),
        format!("μ = ({}, {})", number(mu[0]), number(mu[1])),
        format!("σ = ({}, {})", number(sigma[0]), number(sigma[1])),
    ] {
        assert!(text.contains(&part), "{part} in {text}");
    }
    let expected = super::reference::decode(native::MODEL, mu.map(f64::from));
    let decoded = async |card: &str| {
        let script = "const shown = [...find(given).querySelectorAll('canvas')].find(c => !c.closest('figure').hidden);
            return Array.from(shown.getContext('2d').getImageData(0, 0, 28, 28).data);";
        let picture = super::picture::Picture::from_json(&page.run(script, json!(card)).await, 28, 28);
        (correlation(&picture.grey(), &expected) > 0.99).then_some(())
    };
    page.until("its decoding", async || decoded("hover-card").await).await;
    assert!(page.run("return find(given).classList.contains('meant');", json!(format!("class-{class}"))).await == true);

    // A click keeps the card, wherever the pointer goes, until Escape.
    page.click_with(0, at).await;
    page.rest_on([at[0] + 150.0, at[1] + 90.0]).await;
    assert_eq!(page.string("find('pinned-card').dataset.code").await, code.to_string());
    page.until("its decoding", async || decoded("pinned-card").await).await;
    page.press(&[], thirtyfour::Key::Escape).await;
    page.wait("no card", "find('pinned-card').hidden").await;

    // Its class is hidden, shown, alone, and all are back.
    page.drag_handle([-60.0, 40.0]).await;
    let other = (0..codes.mu.len()).find(|i| codes.labels[*i] == (class + 1) % 10 && map.shows(codes.mu[*i], 160.0));
    let other = codes.mu[other.expect("another class")];
    let own = codes.mu[code];
    let class_id = format!("class-{class}");
    let dot = async |z| page.patch("points", around(z, 0.01), 3, 3).await.heart()[3];
    page.click(&class_id).await;
    page.until("no dot", async || (dot(own).await == 0).then_some(())).await;
    assert!(dot(other).await > 0 && !page.is_pressed(&class_id).await);
    page.rest_on(at).await;
    assert!(page.run("return find('hover-card').dataset.code !== given;", json!(code.to_string())).await == true);
    page.wait_address(&format!("hide={class}")).await;
    page.click_with(SHIFT, page.middle(&class_id).await).await;
    page.until("only its dots", async || (dot(own).await > 0).then_some(())).await;
    assert_eq!(page.count(".legend [aria-pressed=true]:not([hidden])").await, 1);
    page.wait("the others hidden", "location.hash.match(/hide=([0-9]*)/)?.[1].length === 9").await;
    page.click_with(SHIFT, page.middle(&class_id).await).await;
    assert_eq!(page.count(".legend [aria-pressed=true]:not([hidden])").await, 10);
    page.until("all dots", async || (dot(own).await > 0 && dot(other).await > 0).then_some(())).await;
    page.check_no_errors().await;
}

/// Nothing that lies on the plane covers another, however large the window is.
#[tokio::test]
async fn nothing_that_lies_on_the_plane_covers_another() {
    let covering = "(() => {
        const all = ['.drag-me', '.legend', '.tools', '.zoom', '.layers'].map(of => [of, document.querySelector(of).getBoundingClientRect()]);
        const hidden = all.filter(([, a]) => !a.width).map(([of]) => of + ' is not there');
        const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        return hidden.concat(all.flatMap(([of, a], i) => all.slice(i + 1).filter(([, b]) => meet(a, b)).map(([on]) => of + ' on ' + on)));
    })()";
    for setup in [Setup::CPU, Setup::SPANISH] {
        let page = Page::open(setup, Site::whole(), "/#data=shapes-500&net=16&steps=1&batch=8").await;
        page.wait_phase("ready").await;
        let check = async |what: &str| {
            for (width, height) in [
                (390, 844),
                (844, 390),
                (768, 1024),
                (960, 640),
                (1024, 560),
                (1280, 720),
                (1366, 625),
                (1440, 900),
                (1920, 1080),
            ] {
                page.resize(width, height).await;
                assert_eq!(page.value(covering).await, json!([]), "{what} {setup:?} {width} {height}");
            }
        };
        check("digits").await;
        page.resize(1440, 900).await;
        // Classes with names take more room.
        page.click("train").await;
        page.wait("names", "document.querySelector('.legend .named')").await;
        page.wait_phase("ready").await;
        check("shapes").await;
        page.check_no_errors().await;
    }
}
