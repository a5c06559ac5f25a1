//! The class's own symbol: drawn on many pads, trained into the model on show, found again in the plane.

use latentscape::data::digits::digits;
use latentscape::rng::Rng;
use latentscape::spec::PIXELS;
use serde_json::json;
use thirtyfour::Key;

use super::chromium::Setup;
use super::hand::line;
use super::page::{ENGLISH, Page, SPANISH, word};
use super::picture::{Picture, correlation};
use super::server::Site;

async fn opened(setup: Setup, path: &str) -> Page {
    let page = Page::open(setup, Site::whole(), path).await;
    page.wait_phase("ready").await;
    page.run("find('symbol').open = true;", json!({})).await;
    page
}

/// A cross in a box, no corner quite where it was before.
async fn draw_crossed_box(page: &Page, pad: usize, rng: &mut Rng) {
    let mut corner = |x: f64, y: f64| [x + f64::from(rng.range(-0.05, 0.05)), y + f64::from(rng.range(-0.05, 0.05))];
    let [a, b, c, d] = [corner(0.2, 0.2), corner(0.8, 0.2), corner(0.8, 0.8), corner(0.2, 0.8)];
    page.draw_on(&format!("symbol-pad-{pad}"), &[&[a, b, c, d, a], &[a, c], &[b, d]]).await;
}

/// How many pads are drawn on, as the page says it.
async fn count(page: &Page) -> String {
    page.text("symbol-count").await
}

/// A sentence of the page begins as the text under `key` does, up to its first place.
async fn says(page: &Page, language: &str, key: &str) {
    let text = word(language, key);
    let start = text.split('{').next().unwrap_or_default();
    let story = format!("{key}: {start}");
    page.wait(&story, &format!("find('symbol-said').textContent.startsWith({})", json!(start))).await;
}

async fn is_shut(page: &Page) -> bool {
    page.string("find('symbol-train').ariaDisabled").await == "true"
}

/// Presses the button and waits until it has been trained in.
async fn train_in(page: &Page) {
    page.click("symbol-train").await;
    page.wait_phase("training").await;
    assert!(is_shut(page).await);
    says(page, ENGLISH, "symbol_going").await;
    page.wait_phase("ready").await;
    assert_eq!(page.string("document.activeElement.dataset.testid").await, "symbol-train", "the focus stays");
    page.click("symbol-go").await;
    page.wait("the point is on the island", "find('nearest-class').textContent.includes('★')").await;
}

fn likeness(picture: &Picture, other: &[f64]) -> f64 {
    correlation(&picture.grey(), other).abs()
}

/// The mean pictures of the ten digits.
fn mean_digits() -> Vec<Vec<f64>> {
    let set = digits(1, 400).0;
    let mean = |class: u8| {
        let mut sum = vec![0.0; PIXELS];
        for i in (0..set.len()).filter(|i| set.labels()[*i] == class) {
            sum.iter_mut().zip(set.image(i)).for_each(|(sum, &p)| *sum += f64::from(p));
        }
        sum
    };
    (0..10).map(mean).collect()
}

#[tokio::test]
async fn twenty_drawings_become_an_island_that_decodes_to_them() {
    let page = opened(Setup::CPU, "/#model=digits").await;
    let mut rng = Rng::new(4);
    for pad in 0..20 {
        let next = page.string("document.querySelector('.pads .next canvas').dataset.testid").await;
        assert_eq!(next, format!("symbol-pad-{pad}"), "the next pad is the first empty one");
        if pad < 3 {
            assert!(is_shut(&page).await, "{pad} are too few");
            says(&page, ENGLISH, "symbol_few").await;
        }
        draw_crossed_box(&page, pad, &mut rng).await;
        assert_eq!(count(&page).await, format!("{} of 20", pad + 1));
    }
    says(&page, ENGLISH, "symbol_with_digits").await;
    let varied = page.text("symbol-varied").await;
    assert!(varied.contains("Held out of your 20: 4;"), "{varied}");
    assert_eq!(page.value("find('class-10').checkVisibility()").await, json!(false));

    let chosen = page.string("`${find('data').value} ${find('steps').value}`").await;
    train_in(&page).await;
    assert_eq!(page.step().await, 500);
    // Eleven islands, the last with its name.
    page.wait("a name in the legend", "find('class-10').checkVisibility()").await;
    assert_eq!((page.text("class-10").await, page.text("symbol-flag").await), ("★".to_owned(), "★".to_owned()));
    let [x, y] = page.z().await;
    let flag: Vec<f64> = page.string("find('symbol-flag').dataset.z").await.split(',').flat_map(str::parse).collect();
    assert!((flag[0] - x).hypot(flag[1] - y) < 0.02, "{flag:?} {x} {y}");
    // Where the point stands now the symbol is decoded, and no digit.
    let drawn = page.picture("symbol-drawn", 28, 28).await.grey();
    let decoded = page.decoded().await;
    let of_digits: Vec<f64> = mean_digits().iter().map(|digit| likeness(&decoded, digit)).collect();
    let nearest = of_digits.iter().copied().fold(0.0, f64::max);
    let own = likeness(&decoded, &drawn);
    assert!(own > 0.65 && own > nearest + 0.08, "{own} against {of_digits:?}");
    let beside = page.picture_once("symbol-decoded", decoded, |picture| likeness(picture, &drawn) > 0.6).await;
    assert!(likeness(&beside, &drawn) > nearest);
    // The drawings are all still there, and the same name would take the symbol's place.
    assert_eq!(count(&page).await, "20 of 20");
    let said = page.text("symbol-said").await;
    assert!(said.ends_with(&word(ENGLISH, "symbol_again")), "{said}");
    // What it was mixed into is nobody's own pictures.
    let data = "[...find('data').options].find(option => option.value === 'own').textContent";
    assert_eq!(page.string(data).await, word(ENGLISH, "data_symbol"));
    // And the next run is the one that was chosen before.
    let next = page.string("`${find('data').value} ${find('steps').value}`").await;
    assert_eq!(next, chosen, "what was chosen before");
    let here = page.text("own-here").await;
    assert!(here.starts_with("The pictures that ★ is mixed with are here: "), "{here}");
    page.check_no_errors().await;
}

#[tokio::test]
async fn pads_are_drawn_on_by_keys_and_fingers_and_wiped() {
    let page = opened(Setup::CPU, "/").await;
    // Keys: the pen is lowered, draws to the right, and is lifted.
    page.scroll_to("symbol-pad-0").await;
    page.focus("[data-testid=symbol-pad-0]").await;
    page.press(&[], ' ').await;
    for _ in 0..6 {
        page.press(&[], Key::Right).await;
    }
    assert_eq!(count(&page).await, "1 of 20");
    let ink = page.picture("symbol-pad-0", 28, 28).await;
    assert!(ink.at(17, 14)[3] > 200 && ink.at(10, 14)[3] < 50, "to the right of the middle");
    page.press(&[], Key::Delete).await;
    assert_eq!(count(&page).await, "0 of 20");
    assert!(page.picture("symbol-pad-0", 28, 28).await.rgba.iter().all(|&byte| byte == 0));
    // Fingers draw on the next pad; on another they move the page, until it is touched.
    page.resize(390, 844).await;
    page.scroll_to("symbol-pad-0").await;
    page.touch(&[line(page.middle("symbol-pad-0").await, [14.0, 10.0], 6)]).await;
    page.wait("a drawing", "find('symbol-count').textContent.startsWith('1 ')").await;
    let elsewhere = page.middle("symbol-pad-3").await;
    page.touch(&[line(elsewhere, [14.0, 0.0], 6)]).await;
    assert_eq!(count(&page).await, "1 of 20", "that was no drawing");
    // A tap, of which Chromium does not always make a click.
    page.touch(&[vec![elsewhere]]).await;
    page.wait("it is on", "find('symbol-pad-3').parentElement.classList.contains('active')").await;
    page.touch(&[line(page.middle("symbol-pad-3").await, [14.0, 10.0], 6)]).await;
    page.wait("a second drawing", "find('symbol-count').textContent.startsWith('2 ')").await;
    page.click("symbol-clear-3").await;
    assert_eq!(count(&page).await, "1 of 20");
    page.click("symbol-clear").await;
    assert_eq!(count(&page).await, "0 of 20");
    page.check_no_errors().await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_and_a_model_trained_here_learns_it_too() {
    let page = opened(Setup::SPANISH, "/#model=fashion").await;
    says(&page, SPANISH, "symbol_garments").await;
    page.click("symbol-digits").await;
    says(&page, SPANISH, "symbol_few").await;
    drop(page);

    let page = opened(Setup::CPU, "/#steps=3000&batch=64&net=64&digits=600").await;
    let mut rng = Rng::new(5);
    for pad in 0..3 {
        draw_crossed_box(&page, pad, &mut rng).await;
    }
    says(&page, ENGLISH, "symbol_with_stand_in").await;
    page.type_into("symbol-name", "7").await;
    says(&page, ENGLISH, "symbol_taken").await;
    page.type_into("symbol-name", "★").await;
    page.click("train").await;
    page.wait_phase("training").await;
    says(&page, ENGLISH, "symbol_running").await;
    assert!(is_shut(&page).await);
    page.wait_step(300).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    says(&page, ENGLISH, "symbol_with_digits").await;
    train_in(&page).await;
    let drawn = page.picture("symbol-drawn", 28, 28).await.grey();
    let decoded = page.decoded().await;
    assert!(likeness(&decoded, &drawn) > 0.5, "{}", likeness(&decoded, &drawn));
    // Under another name it is one more class, and more than twelve there are not.
    page.type_into("symbol-name", "♥").await;
    says(&page, ENGLISH, "symbol_with_own").await;
    page.check_no_errors().await;
}
