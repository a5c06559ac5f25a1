//! Pictures drawn at random.

use serde_json::json;
use thirtyfour::Key;

use super::{
    chromium::Setup,
    map::{apart, numbers},
    native,
    page::Page,
    picture::{Picture, correlation},
    server::Site,
};

/// Where each sample is, and its picture.
async fn samples(page: &Page) -> Vec<([f64; 2], Picture)> {
    let script =
        "return Array.from(document.querySelectorAll('[data-testid=sample-grid] button'), button => [button.dataset.z,
        Array.from(button.querySelector('canvas').getContext('2d').getImageData(0, 0, 28, 28).data)]);";
    let all: Vec<(String, serde_json::Value)> =
        serde_json::from_value(page.run(script, json!({})).await).expect("samples have a place and a picture");
    all.into_iter().map(|(z, bytes)| (numbers(&z), Picture::from_json(&bytes, 28, 28))).collect()
}

/// `count` samples, once each picture is what the decoder, computed by hand, makes of its place.
pub async fn drawn(page: &Page, count: usize) -> Vec<([f64; 2], Picture)> {
    page.until("decoded samples", async || {
        let samples = samples(page).await;
        let true_to_place = |(z, picture): &([f64; 2], Picture)| {
            correlation(&picture.grey(), &super::reference::decode(native::MODEL, *z)) > 0.99
        };
        (samples.len() == count && samples.iter().all(true_to_place)).then_some(samples)
    })
    .await
}

#[tokio::test]
async fn samples_are_drawn_and_visited() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=-2.8,-2.8").await;
    page.wait_phase("ready").await;
    let codes = native::codes();
    page.click("sample-open").await;

    // Of the prior, as many as asked for; other ones every time.
    page.type_into("sample-count", "7").await;
    page.click("sample-draw").await;
    let first = drawn(&page, 7).await;
    page.click("sample-draw").await;
    page.until("other samples", async || (samples(&page).await[0].0 != first[0].0).then_some(())).await;

    // Of each density that is fitted to the codes, which says what it is worth on others.
    page.click("sample-fitted").await;
    for (density, word) in [("normal", "covariance"), ("diagonal", "independent"), ("mixture", "mixture")] {
        page.choose("sample-density", density).await;
        page.click("sample-draw").await;
        let said = format!(
            "find('sample-said').textContent.includes('{word}') && /\\d nats/.test(find('sample-said').textContent)"
        );
        page.wait("what was fitted", &said).await;
        drawn(&page, 7).await;
    }

    // Ten of a class lie within reach of its codes.
    page.click("sample-class").await;
    page.choose("sample-of", "0").await;
    page.type_into("sample-count", "10").await;
    page.click("sample-draw").await;
    let of_class = drawn(&page, 10).await;
    assert!(of_class.iter().all(|(_, picture)| picture.contrast() > 0.1), "no picture is blank");
    let own = |z: &[f64; 2]| {
        let z = z.map(|x| x as f32);
        let near = codes.mu.iter().zip(&codes.log_var).zip(&codes.labels).filter(|(_, class)| **class == 0);
        near.map(|((mu, v), _)| apart(*mu, z) / (v[0].max(v[1]) / 2.0).exp()).fold(f32::INFINITY, f32::min)
    };
    // One draw in a million is five σ from its code, and it may be nearer to another.
    assert!(of_class.iter().all(|(z, _)| own(z) < 5.5), "{of_class:?}");
    let said = page.text("sample-said").await;
    assert!(said.contains("10 draws") && said.contains("class 0"), "{said}");

    // Pressing a picture brings the handle to its place.
    page.click("sample-3").await;
    let (z, there) = (page.z().await, of_class[3].0);
    assert!((z[0] - there[0]).hypot(z[1] - there[1]) < 1e-3, "{z:?} {there:?}");
    assert!(page.decoded().await.distance(&of_class[3].1) < 0.01);
    page.click("undo").await;
    assert_eq!(page.z().await, [-2.8, -2.8]);

    // More like one: nothing to be like at first, then a pinned code; without spread all are its mean.
    page.click("sample-around").await;
    page.wait("what is missing", "!find('sample-no-input').hidden && find('sample-draw').disabled").await;
    let map = page.map().await;
    let (code, _) = native::loneliest(&codes.mu, (0..codes.mu.len()).filter(|i| map.shows(codes.mu[*i], 160.0)));
    let mu = codes.mu[code].map(f64::from);
    let at_mu = |z: &[f64; 2]| z.map(|x| x as f32) == codes.mu[code];
    page.click_with(0, map.screen(codes.mu[code]).map(f64::round)).await;
    assert_eq!(page.string("find('pinned-card').dataset.code").await, code.to_string());
    page.click("sample-draw").await;
    let spread = drawn(&page, 10).await;
    assert!(!spread.iter().any(|(z, _)| at_mu(z)));
    page.focus("[data-testid=sample-spread]").await;
    page.press(&[], Key::Home).await;
    page.until("no spread", async || samples(&page).await.iter().all(|(z, _)| at_mu(z)).then_some(())).await;
    page.press(&[], Key::End).await;
    let widest = page.until("three σ", async || {
        let widest = samples(&page).await;
        (!widest.iter().any(|(z, _)| at_mu(z))).then_some(widest)
    });
    // The same draws, three times as far out.
    for ((wide, _), (one, _)) in widest.await.iter().zip(&spread) {
        assert!((0..2).all(|i| ((wide[i] - mu[i]) - 3.0 * (one[i] - mu[i])).abs() < 1e-4), "{wide:?} {one:?} {mu:?}");
    }
    page.click("sample-clear").await;
    page.wait("none", "find('sample-grid').hidden").await;
    page.check_no_errors().await;
}
