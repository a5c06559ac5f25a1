//! The plane as a map: tiles that are decoded where one looks, and every way to look elsewhere.

use latentscape::latent::tiles;
use latentscape::latent::view::View;
use serde_json::json;

use super::{
    chromium::Setup,
    hand::{SHIFT, line},
    map::{Map, apart, around},
    native::{self, Engine},
    page::Page,
    picture::correlation,
    server::Site,
};

/// Of 28 by 28 pixels, the means of two by two.
fn halved(picture: &[f64]) -> Vec<f64> {
    let mean = |x: usize, y: usize| [0, 1, 28, 29].map(|i| picture[y * 56 + x * 2 + i]).iter().sum::<f64>() / 4.0;
    (0..14 * 14).map(|i| mean(i % 14, i / 14)).collect()
}

/// Near the middle of the window, the cell that looks least like its neighbour on the right: the middles of both, what
/// the engine decodes there, and how alike these are.
async fn telling_cell(map: &Map, engine: &Engine) -> ([[f32; 2]; 2], [Vec<f64>; 2], f64) {
    let side = 2f32.powi(-tiles::level(map.view.scale(), 28));
    let lattice = |z: f64| (z as f32 / side).floor();
    let [x, y] = map.view.centre.map(lattice);
    let at = |i: usize| [(x + (i % 7) as f32 - 2.5) * side, (y + (i / 7) as f32 - 2.5) * side];
    let points: Vec<[f32; 2]> = (0..42).map(at).collect();
    let decoded: Vec<Vec<f64>> = engine.decode(&points).await.iter().map(|picture| halved(picture)).collect();
    let pairs = (0..41).filter(|i| i % 7 != 6).map(|i| (i, correlation(&decoded[i], &decoded[i + 1])));
    let (i, likeness) = pairs.min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are cells");
    ([points[i], points[i + 1]], [decoded[i].clone(), decoded[i + 1].clone()], likeness)
}

/// How like a decoding a cell is on the screen. Tiles are laid on whole pixels: a cell may be half a pixel off its place.
async fn likeness(page: &Page, cell: [f32; 2], half: f32, decoded: &[f64]) -> f64 {
    let pixel = 1.0 / page.map().await.view.scale();
    let mut best = -1.0;
    for i in 0..9 {
        let off = [i % 3, i / 3].map(|n| (n as f32 - 1.0) * 0.4 * pixel);
        let place = around([cell[0] + off[0], cell[1] + off[1]], half);
        best = correlation(&page.patch("atlas", place, 14, 14).await.grey(), decoded).max(best);
    }
    best
}

/// The tiles in the middle of the window show, in each cell, what the engine decodes at the cell's middle.
async fn check_tiles(page: &Page, engine: &Engine) {
    let map = page.map().await;
    let half = 2f32.powi(-tiles::level(map.view.scale(), 28)) / 2.0;
    assert!((20.0..40.0).contains(&(2.0 * half * map.view.scale())), "a cell is {half} wide at {map:?}");
    let (cells, decoded, alike) = telling_cell(&map, engine).await;
    assert!(alike < 0.97, "neighbours that can be told apart: {alike}");
    for (cell, own, other) in [(cells[0], 0, 1), (cells[1], 1, 0)] {
        let story = format!("the engine's decoding of {cell:?} at {map:?}");
        page.until(&story, async || (likeness(page, cell, half, &decoded[own]).await > 0.98).then_some(())).await;
        let neighbour = likeness(page, cell, half, &decoded[other]).await;
        assert!(neighbour < (1.0 + alike) / 2.0, "{cell:?} is like its neighbour: {neighbour}, they are {alike} alike");
        // By hand in f64, without the engine.
        let by_hand = halved(&super::reference::decode(native::MODEL, cell.map(f64::from)));
        assert!(likeness(page, cell, half, &by_hand).await > 0.98);
    }
}

#[tokio::test]
async fn tiles_are_what_the_engine_decodes_there() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#layers=d").await;
    page.wait_phase("ready").await;
    let engine = Engine::start();
    check_tiles(&page, &engine).await;

    // What is under the wheel stays there.
    let map = page.map().await;
    let at = map.screen(telling_cell(&map, &engine).await.0[0]).map(f64::round);
    let held = map.z(at);
    for _ in 0..5 {
        page.wheel(at, -160.0).await;
    }
    let map = page.map().await;
    assert!((map.view.zoom - 1.28f64.exp()).abs() < 0.01, "e^(0.0016 × 800): {}", map.view.zoom);
    assert!(apart(map.z(at), held) * map.view.scale() < 1.0, "{held:?} → {:?}", map.z(at));
    check_tiles(&page, &engine).await;

    // The hand tool takes the map along, to where nothing was decoded yet.
    page.click("tool-pan").await;
    let ([x, y], scale) = (map.middle(), f64::from(map.view.scale()));
    for _ in 0..3 {
        page.drag("left", &line([x + 40.0, y + 75.0], [-80.0, -150.0], 4)).await;
    }
    let moved = page.map().await.view.centre;
    let off = [moved[0] - map.view.centre[0] - 240.0 / scale, moved[1] - map.view.centre[1] + 450.0 / scale];
    assert!(off.iter().all(|z| (z * scale).abs() < 1.5), "{:?} → {moved:?}", map.view);
    check_tiles(&page, &engine).await;

    // Far beyond the prior, where the shipped picture of the plane has an end.
    page.run("location.hash = 'model=mnist-cosine&layers=d&at=-31.5,17';", json!({})).await;
    page.wait("a far place", "document.querySelector('.plane').dataset.at === '-31.5,17,1'").await;
    let map = page.map().await;
    let side = 2f32.powi(-tiles::level(map.view.scale(), 28));
    let cell = map.view.centre.map(|z| ((z as f32 / side).floor() + 0.5) * side);
    let decoded = halved(&engine.decode(&[cell]).await[0]);
    let far = async || (likeness(&page, cell, side / 2.0, &decoded).await > 0.98).then_some(());
    page.until("a tile far out", far).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_plane_moves_under_every_hand() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#layers=p").await;
    page.wait_phase("ready").await;
    let start = page.map().await;
    let (middle, scale) = (start.middle(), f64::from(start.view.scale()));

    // The right button moves it, whatever the tool, and leaves the handle alone.
    let z = page.z().await;
    page.drag("right", &line(middle, [90.0, -60.0], 3)).await;
    let view = page.map().await.view;
    let off = [view.centre[0] + 90.0 / scale, view.centre[1] + 60.0 / scale].map(|z| z * scale);
    assert!(off.iter().all(|pixels| pixels.abs() < 1.5) && view.zoom == 1.0, "{view:?}");
    assert_eq!(page.z().await, z);

    // Two fingers: their middle takes along what is under it, their distance zooms.
    let before = page.map().await;
    let (held, to) = (before.z(middle), [middle[0] + 40.0, middle[1] + 20.0]);
    let finger = |side: f64| line([middle[0] + side * 60.0, middle[1]], [40.0 + side * 60.0, 20.0], 10);
    page.touch(&[finger(-1.0), finger(1.0)]).await;
    let after = page.map().await;
    assert!((after.view.zoom - 2.0).abs() < 0.02, "twice as far apart: {}", after.view.zoom);
    assert!(apart(after.z(to), held) * after.view.scale() < 2.0, "{held:?} {:?}", after.z(to));
    assert_eq!(page.z().await, z, "two fingers drag no handle");

    // The plane's own keys.
    page.focus(".plane").await;
    page.press(&[], '0').await;
    let whole = page.map().await.view;
    assert_eq!((whole.centre, whole.zoom), ([0.0, 0.0], 1.0));
    page.press(&[], '+').await;
    assert_eq!(page.map().await.view.zoom, 1.5);
    page.press(&[], '-').await;
    assert_eq!(page.map().await.view.zoom, 1.0);
    page.press(&[], thirtyfour::Key::Right).await;
    assert!((page.map().await.view.centre[0] * scale - 60.0).abs() < 0.2, "an arrow is 60 pixels");
    page.press(&[], 'f').await;
    let codes = native::codes();
    let fitted = View::new(whole.width, whole.height).fitting(codes.mu.iter().copied()).expect("there are codes");
    let fit = page.map().await;
    assert!((fit.view.zoom - fitted.zoom).abs() < 2e-3 && codes.mu.iter().all(|z| fit.shows(*z, 1.0)), "{fit:?}");
    page.click("zoom-fit").await;
    assert_eq!(page.map().await.view, whole);
    page.click("zoom-data").await;
    assert_eq!(page.map().await.view, fit.view);

    // A double click, and with Shift the other way.
    let at = [middle[0] - 110.0, middle[1] + 70.0];
    let held = fit.z(at);
    page.double_click_with(0, at).await;
    let closer = page.map().await;
    assert!((closer.view.zoom / fit.view.zoom - 2.0).abs() < 0.01 && apart(closer.z(at), held) < 0.02, "{closer:?}");
    page.double_click_with(SHIFT, at).await;
    assert!((page.map().await.view.zoom / fit.view.zoom - 1.0).abs() < 0.01);

    // There is a bottom, and the page says so.
    for _ in 0..6 {
        page.wheel(middle, -1500.0).await;
    }
    assert_eq!(page.map().await.view.zoom, View::MAX_ZOOM);
    page.wait_said("said_deepest").await;
    page.wait_address("zoom=4096").await;
    page.focus(".plane").await;
    page.press(&[], '0').await;
    assert_eq!(page.map().await.view, whole);
    page.check_no_errors().await;
}
