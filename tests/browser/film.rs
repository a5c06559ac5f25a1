//! The film strip: its way, its pictures, the handle on it.

use latentscape::latent::path::{Course, distance, largest, nearest, pixel_steps, points};
use latentscape::spec::PIXELS;
use serde_json::json;
use thirtyfour::Key;

use super::{
    chromium::Setup,
    native,
    page::Page,
    picture::{Picture, correlation},
    server::Site,
};

/// The strip's pictures, in order.
async fn strip(page: &Page) -> Vec<Picture> {
    let script = "return Array.from(find('strip').querySelectorAll('canvas'), canvas =>
        Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data));";
    let pictures = page.run(script, json!({})).await;
    pictures.as_array().into_iter().flatten().map(|bytes| Picture::from_json(bytes, 28, 28)).collect()
}

/// The strip once each of its pictures is what the decoder, computed by hand, makes of the way's point.
async fn strip_along(page: &Page, way: &[[f32; 2]]) -> Vec<Picture> {
    let expected: Vec<Vec<f64>> =
        way.iter().map(|z| super::reference::decode(native::MODEL, z.map(f64::from))).collect();
    let alike = |(shown, expected): (&Picture, &Vec<f64>)| correlation(&shown.grey(), expected) > 0.99;
    page.until("the way's decodings", async || {
        let shown = strip(page).await;
        (shown.len() == way.len() && shown.iter().zip(&expected).all(alike)).then_some(shown)
    })
    .await
}

fn bytes(pictures: &[Picture]) -> Vec<u8> {
    pictures.iter().flat_map(|picture| picture.pixels().map(|[grey, ..]| grey)).collect()
}

fn near(a: [f64; 2], b: [f32; 2]) -> bool {
    distance(a.map(|x| x as f32), b) < 2e-3
}

/// The two classes between which straight on and around differ most.
fn classes(codes: &latentscape::data::codes::Codes) -> [u8; 2] {
    let pairs = (0..10).flat_map(|a| (0..a).map(move |b| [a, b]));
    let bend = |pair: &[u8; 2]| {
        let [a, b] = pair.map(|class| native::mean(codes, class));
        let middle = |course| points(course, a, b, 3)[1];
        distance(middle(Course::Straight), middle(Course::GreatCircle))
    };
    pairs.max_by(|a, b| bend(a).total_cmp(&bend(b))).expect("ten classes")
}

#[tokio::test]
async fn a_path_is_laid_and_walked() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=0.5,-0.5").await;
    page.wait_phase("ready").await;
    let codes = native::codes();
    let [from, to] = classes(&codes);
    let [a, b] = [from, to].map(|class| native::mean(&codes, class));
    page.choose("strip-from", &from.to_string()).await;
    page.choose("strip-to", &to.to_string()).await;
    page.type_into("strip-frames", "9").await;
    page.wait_address(&format!("strip={from}-{to}")).await;
    page.wait_address("frames=9").await;
    let straight = strip_along(&page, &points(Course::Straight, a, b, 9)).await;

    // The chart knows where the pictures jump.
    let (jump, times) = largest(&pixel_steps(&bytes(&straight), PIXELS)).expect("the pictures differ");
    page.wait("the jump", &format!("find('strip-chart').dataset.jump === '{jump}'")).await;
    let label = page.string("find('strip-chart').getAttribute('aria-label')").await;
    assert!(label.contains(&format!("pictures {} and {}, {times:.1} times", jump + 1, jump + 2)), "{label}");

    // Around instead of straight on: the ends stay, the middle is another picture.
    page.click("strip-circle").await;
    page.wait_address("course=arc").await;
    let way = points(Course::GreatCircle, a, b, 9);
    let round = strip_along(&page, &way).await;
    assert!(round[4].distance(&straight[4]) > 0.02 && round[0].distance(&straight[0]) < 0.004);

    // The strip's pictures, its slider and its keys bring the handle onto the way, where the same is decoded.
    page.focus("[data-testid=strip]").await;
    page.press(&[], Key::End).await;
    page.press(&[], Key::Left).await;
    assert!(near(page.z().await, way[7]), "{:?} {:?}", page.z().await, way[7]);
    assert!(page.decoded().await.distance(&round[7]) < 0.01);
    let script = "const r = find('strip').querySelectorAll('canvas')[2].getBoundingClientRect();
        return [r.x + r.width / 2, r.y + r.height / 2];";
    let third: [f64; 2] = serde_json::from_value(page.run(script, json!({})).await).expect("a place");
    page.drag("left", &[third.map(f64::round)]).await;
    assert!(near(page.z().await, way[2]), "{:?} {:?}", page.z().await, way[2]);
    page.click("strip-slider").await;
    let t = page.number("Number(find('strip-slider').value)").await;
    let there = points(Course::GreatCircle, a, b, 1001)[(t * 1000.0).round() as usize];
    assert!((0.3..0.7).contains(&t) && distance(page.z().await.map(|x| x as f32), there) < 0.01, "{t} {there:?}");
    let settled = page.z().await;

    // Playing moves it along the way until Escape; then it stays, and going back is one step.
    page.click("strip-play").await;
    let mut places = vec![settled];
    while places.len() < 4 {
        let last = *places.last().expect("a place");
        let next = page.until("the handle to move", async || Some(page.z().await).filter(|z| *z != last)).await;
        let (_, off) = nearest(Course::GreatCircle, a, b, next.map(|x| x as f32), 64);
        assert!(off < 2e-3, "{next:?} is {off} off the way");
        places.push(next);
    }
    page.press(&[], Key::Escape).await;
    page.wait("a pause", "find('strip-play').dataset.playing === 'false'").await;
    let stopped = page.z().await;
    page.decoded().await;
    assert_eq!(page.z().await, stopped);
    page.click("undo").await;
    assert_eq!(page.z().await, settled);

    // A handle as an end takes the way along; walking it is another handle's.
    page.click("strip-straight").await;
    page.choose("strip-to", "h0").await;
    page.wait_address(&format!("strip={from}-h0")).await;
    page.drag_handle([70.0, 60.0]).await;
    let end = page.z().await.map(|x| x as f32);
    strip_along(&page, &points(Course::Straight, a, end, 9)).await;
    page.focus("[data-testid=strip]").await;
    page.press(&[], Key::Home).await;
    assert!(near(page.z_of("handle-1").await, a) && near(page.z().await, end), "the end stays where it is");
    page.check_no_errors().await;
}
