//! How regular the plane is, on the CPU: meters and their layers, the β dial, two members side by side, and the class's games.

use latentscape::data::family::Family;
use serde_json::{Value, json};
use thirtyfour::Key;

use super::chromium::Setup;
use super::page::{ENGLISH, Page, word};
use super::picture::Picture;
use super::server::{Fault, Site};

fn family() -> Family {
    Family::parse(include_bytes!("../../pretrained/digits-beta/card.json")).expect("the shipped card")
}

/// The member with this β.
fn at_beta(family: &Family, beta: f32) -> usize {
    family.members.iter().position(|member| member.beta == Some(beta)).expect("a member with that β")
}

async fn choose(page: &Page, id: &str, value: &str) {
    let script = "const list = find(given[0]); list.value = given[1]; list.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, json!([id, value])).await;
}

async fn turn(page: &Page, dial: f32) {
    let script = "const slider = find('dial'); slider.value = given; slider.dispatchEvent(new Event('input', { bubbles: true }));";
    page.run(script, json!(dial)).await;
}

/// The first number of a text.
fn number(text: &str) -> f64 {
    let plain = text.replace('−', "-");
    let start = plain.find(|c: char| c.is_ascii_digit()).unwrap_or_else(|| panic!("a number in {text}"));
    let digits: String = plain[start..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.parse().unwrap_or_else(|_| panic!("a number in {text}"))
}

/// Waits until the model on show has been measured here.
async fn measured(page: &Page) {
    page.wait("measured", "find('score-completeness')?.dataset.origin === 'here' && !find('measured').querySelector('progress:not([hidden])')").await;
}

async fn score(page: &Page, id: &str) -> f64 {
    number(&page.string(&format!("find('score-{id}').querySelector('b').textContent")).await)
}

/// A meter of the table.
async fn meter(page: &Page, name: &str) -> f64 {
    page.run("find('meters').open = true; find('in-class').open = true;", json!({})).await;
    number(&page.string(&format!("find('meter-{name}').firstChild.textContent")).await)
}

async fn heat(page: &Page) -> Picture {
    page.picture("heat", 60, 40).await
}

#[tokio::test]
async fn the_two_scores_are_measured_and_each_has_its_layer() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    measured(&page).await;
    let (continuity, completeness) = (score(&page, "continuity").await, score(&page, "completeness").await);
    assert!((0.05..=1.0).contains(&continuity) && (0.3..=1.0).contains(&completeness), "{continuity} {completeness}");
    page.click("score-continuity").await;
    page.wait_address("layers=").await;
    let steep = page.picture_once("heat", heat(&page).await, |picture| picture.contrast() > 0.01).await;
    page.click("score-completeness").await;
    let far = page.picture_once("heat", steep.clone(), |picture| picture.distance(&steep) > 0.003).await;
    assert!(far.contrast() > 0.01);
    let pressed =
        page.value("['continuity', 'completeness'].map(id => find('score-' + id).getAttribute('aria-pressed'))");
    assert_eq!(pressed.await, json!(["false", "true"]), "one covers the plane at a time");
    // The slopes in nats are another picture.
    page.click("score-continuity").await;
    page.picture_once("heat", far.clone(), |picture| picture.distance(&far) > 0.003).await;
    let pixels = heat(&page).await;
    page.run("find('meters').open = true;", json!({})).await;
    page.click("slopes-nats").await;
    page.picture_once("heat", pixels.clone(), |picture| picture.distance(&pixels) > 0.002).await;
    page.wait_address("slopes=nats").await;
    // The densities bring lines where the codes are as dense as the prior at one and two σ.
    let bare = page.picture("marks", 200, 150).await;
    page.click("layer-density").await;
    let green =
        |picture: &Picture| picture.pixels().filter(|[r, g, _, a]| *a > 40 && *g > r.saturating_add(60)).count();
    let none = green(&bare);
    page.picture_once("marks", bare, |picture| green(picture) > none + 100).await;
    // What one samples from is a choice; for a VAE it makes little difference, but the plane is measured again.
    page.run("find('meters').open = true;", json!({})).await;
    let table = "find('meters').querySelector('tbody').textContent";
    let before = page.string(table).await;
    page.click("chosen-codes").await;
    page.wait("measured again", &format!("{table} !== {}", json!(before))).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_dial_turns_points_into_a_prior_and_a_prior_into_nothing() {
    let family = family();
    let (zero, one, last) = (at_beta(&family, 0.0), at_beta(&family, 1.0), family.members.len() - 1);
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.click("dial-try").await;
    page.wait("the dial", "find('dial')").await;
    measured(&page).await;
    assert_eq!(page.text("dial-beta").await, "1");
    assert!(page.text("dial-what").await.starts_with(&word(ENGLISH, "dial_trained")));
    assert_eq!(page.text("dial-seen").await, word(ENGLISH, "dial_seen_balanced"));
    let home = (page.decoded().await, page.picture("points", 80, 60).await, meter(&page, "aggregated-kl").await);
    let complete = score(&page, "completeness").await;

    // β = 0: means fly apart, and the prior's samples fall where nothing is.
    turn(&page, zero as f32).await;
    page.wait("β = 0", "find('dial-beta').textContent === '0'").await;
    page.picture_once("points", home.1.clone(), |picture| picture.distance(&home.1) > 0.002).await;
    measured(&page).await;
    assert!(meter(&page, "aggregated-kl").await > home.2 + 0.5);
    let zero_decoded = page.decoded().await;
    assert!(zero_decoded.distance(&home.0) > 0.01, "another model decodes otherwise");

    // Collapse: every point decodes to the same, and the codes are the prior.
    turn(&page, last as f32).await;
    measured(&page).await;
    let here = page.decoded().await;
    page.drag_handle([90.0, -60.0]).await;
    let there = page.decoded().await;
    assert!(here.distance(&there) < 0.004, "{}", here.distance(&there));
    assert!(meter(&page, "shared").await > 0.9, "{}", meter(&page, "shared").await);
    assert_eq!(score(&page, "continuity").await, 1.0);
    let collapsed = score(&page, "completeness").await;
    assert!(complete > 0.9 && collapsed < 0.1, "everything is encoded to the middle: {complete} → {collapsed}");

    // In between nothing is trained, and it says so; the arrow keys go by quarters.
    turn(&page, one as f32).await;
    page.run("find('dial').focus();", json!({})).await;
    page.press(&[Key::Shift], Key::Right).await;
    page.wait("between", "find('dial').value.endsWith('.25')").await;
    assert!(page.text("dial-what").await.contains("β = 1"), "{}", page.text("dial-what").await);
    page.wait_address("dial=").await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_one_in_between_trains_on_from_its_neighbour() {
    let family = family();
    let one = at_beta(&family, 1.0);
    let page = Page::open(Setup::CPU, Site::whole(), &format!("/#model=digits&dial={}", one as f32 + 0.5)).await;
    page.wait("the dial", "find('dial-train')?.checkVisibility() && !find('dial-train').disabled").await;
    page.click("dial-train").await;
    page.wait_step(20).await;
    let [reconstruction, ..] = page.wait_losses().await;
    // A fresh model begins at some 540 nats.
    let trained = f64::from(family.members[one].test.reconstruction);
    assert!(reconstruction < trained + 40.0, "{reconstruction} where the neighbour has {trained}");
    let beta = page.string("find('run-what').textContent").await;
    assert!(!beta.contains("β = 1,") && beta.contains('β'), "{beta}");
    page.check_no_errors().await;
}

#[tokio::test]
async fn two_members_stand_side_by_side_under_one_cursor() {
    let family = family();
    let zero = at_beta(&family, 0.0);
    let page = Page::open(Setup::CPU, Site::whole(), &format!("/#model=digits&against={zero}&strip=3-8")).await;
    page.wait("two planes", "document.querySelectorAll('.planes .plane').length === 2").await;
    let drawn = "[...document.querySelectorAll('.caption canvas')].map(c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((v, i) => i % 4 == 3 || i % 4 == 0).reduce((a, b) => a + b, 0))";
    page.wait("both decode", &format!("new Set({drawn}).size === 2")).await;
    let before = page.value(drawn).await;
    page.drag_handle([60.0, 50.0]).await;
    page.wait("both follow", &format!("{drawn}.every((sum, i) => sum !== {before}[i])")).await;
    let places: Value =
        page.value("[...document.querySelectorAll('[data-testid=handle]')].map(h => h.dataset.z)").await;
    assert_eq!(places[0], places[1], "one cursor");
    // The same path through both, each between its own classes.
    page.wait("two strips", "document.querySelectorAll('[data-testid=row]').length === 2").await;
    let inked = "c => c.getContext('2d').getImageData(0, 0, 28, 28).data.some((v, i) => i % 4 < 3 && v > 100)";
    let strips = format!("[...document.querySelectorAll('[data-testid=row] canvas')].every({inked})");
    page.wait("a digit in every picture of both", &strips).await;
    let captions = page.value("[...document.querySelectorAll('.caption b')].map(b => b.textContent)").await;
    assert_eq!(captions, json!(["β = 1", "β = 0"]));
    let scores = "[...document.querySelectorAll('.caption span')].map(span => span.textContent)";
    page.wait("both are measured", &format!("{scores}.every(text => /0\\.\\d\\d/.test(text))")).await;
    let scores = page.value(scores).await;
    assert_ne!(scores[0], scores[1]);
    choose(&page, "against", "").await;
    page.wait(
        "one plane",
        "[...document.querySelectorAll('.planes .plane')].filter(p => p.checkVisibility()).length === 1",
    )
    .await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_hole_is_found_and_a_bridge_is_built() {
    let family = family();
    let zero = at_beta(&family, 0.0);
    let page = Page::open(Setup::CPU, Site::whole(), &format!("/#model=digits&dial={zero}")).await;
    measured(&page).await;
    page.run("find('in-class').open = true;", json!({})).await;
    let before = page.z().await;
    page.click("show-hole").await;
    page.wait("a reason", "find('found').textContent").await;
    let hole = page.z().await;
    assert!(hole != before && hole[0].hypot(hole[1]) < 2.1, "within two σ: {hole:?}");
    let said = page.text("found").await;
    assert!(said.starts_with("Hole 1 of "), "{said}");
    // It is a hole of the layer that is shown with it.
    assert_eq!(page.value("find('score-completeness').getAttribute('aria-pressed')").await, "true");
    // A plain autoencoder's plane has more than one.
    page.click("show-hole").await;
    page.wait("the next", "find('found').textContent.startsWith('Hole 2 of ')").await;
    let next = page.z().await;
    assert!((next[0] - hole[0]).hypot(next[1] - hole[1]) > 0.65, "{hole:?} and {next:?}");

    page.click("show-gap").await;
    page.wait("the gap", "/\\d σ/.test(find('found').textContent)").await;
    assert!(page.z().await != hole, "the middle of the largest gap is another place");

    // Within the prior, which is what is surveyed, both ends are found with β = 1.
    turn(&page, at_beta(&family, 1.0) as f32).await;
    page.wait("another model", "find('score-completeness').dataset.origin !== 'here'").await;
    measured(&page).await;
    page.click("show-bridge").await;
    page.wait_address("course=gradual").await;
    // The most gradual way is nowhere steeper than the line, and the shortest no longer.
    for (course, word) in [("strip-gradual", "steepest"), ("strip-shortest", "shortest")] {
        page.click(course).await;
        page.wait("both ways", &format!("/{word}.*\\d.*\\d/.test(find('strip-lengths')?.textContent)")).await;
        let text = page.text("strip-lengths").await;
        let numbers: Vec<f64> = text
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .filter_map(|word| word.trim_end_matches('.').parse().ok())
            .collect();
        assert!(numbers[0] <= numbers[1] + 0.05 && numbers[0] > 0.0, "{text}");
    }
    let [strip, straight] = [page.picture("strip", 28, 28).await, page.picture("strip-straight-row", 28, 28).await];
    page.picture_once("strip-straight-row", straight, |p| p.distance(&strip) < 0.02).await;
    page.click("strip-codes").await;
    page.wait_address("course=codes").await;
    page.wait("how empty it is", "/\\d %/.test(find('strip-empty')?.textContent)").await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_prediction_is_made_blind_and_scored() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=digits").await;
    measured(&page).await;
    page.run("find('in-class').open = true;", json!({})).await;
    page.click("predict").await;
    let seen = "[find('atlas'), find('decoded')].map(e => getComputedStyle(e).visibility)";
    page.wait("covered", &format!("{seen}.every(v => v === 'hidden')")).await;
    let [x, y] = page.middle("plane").await;
    let before = page.z().await;
    for by in [[-150.0, -90.0], [140.0, 80.0]] {
        page.stroke(&[[x + by[0], y + by[1]]]).await;
    }
    page.click("predict-mark").await;
    page.wait("three marks", "/^3 /.test(find('predict-marks').textContent.trim())").await;
    assert_eq!(page.z().await, before, "marking moves no handle");
    page.click("predict-reveal").await;
    page.wait("a score", "/\\d/.test(find('predict-score').textContent)").await;
    assert!(page.text("predict-score").await.contains('3'));
    page.wait("uncovered", &format!("{seen}.every(v => v === 'visible')")).await;
    page.click("predict-stop").await;
    page.wait("over", "find('predict').checkVisibility()").await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn questions_know_their_answers_and_both_languages_have_them() {
    for setup in [Setup::CPU, Setup::SPANISH] {
        let page = Page::open(setup, Site::whole(), "/#model=digits").await;
        measured(&page).await;
        page.run("find('in-class').open = true;", json!({})).await;
        // Some class is right and most are wrong.
        let mut right = 0;
        let yes = if setup.language.starts_with("es") { "Sí" } else { "Yes" };
        for class in 0..10 {
            choose(&page, "quiz-distinctive", &class.to_string()).await;
            page.wait("a verdict", "find('quiz-distinctive-said').textContent").await;
            right += usize::from(page.text("quiz-distinctive-said").await.starts_with(yes));
        }
        assert_eq!(right, 1);
        // Both properties are asked for, and one range of shares is right, or two where it lies on their edge.
        for question in ["continuity", "completeness"] {
            let mut right = 0;
            for share in 0..4 {
                choose(&page, &format!("quiz-{question}"), &share.to_string()).await;
                let said = format!("quiz-{question}-said");
                page.wait("a verdict", &format!("find('{said}').textContent")).await;
                right += usize::from(page.text(&said).await.starts_with(yes));
            }
            assert!((1..=2).contains(&right), "{question}: {right}");
        }
        page.check_no_errors().await;
    }
}

/// A plain autoencoder is measured where its codes are, and says what it scores if one samples from a prior it never had;
/// a variational one the other way round.
#[tokio::test]
async fn a_model_is_measured_as_it_was_trained_and_the_other_number_is_seen() {
    let family = family();
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=digits&dial=0").await;
    let elsewhere = async |id: &str| {
        page.wait("both", &format!("/\\d/.test(find('score-{id}-elsewhere').textContent)")).await;
        number(&page.text(&format!("score-{id}-elsewhere")).await)
    };
    for (dial, meters) in [(0, &family.members[0]), (at_beta(&family, 1.0), &family.members[at_beta(&family, 1.0)])] {
        turn(&page, dial as f32).await;
        measured(&page).await;
        // Measured here, and not of the card, when nothing more is under way.
        page.wait("at rest", "!find('measured').querySelector('progress:not([hidden])')").await;
        let trained = if dial == 0 { [&meters.fitted, &meters.meters] } else { [&meters.meters, &meters.fitted] };
        for (id, name) in [("continuity", "continuity"), ("completeness", "returns")] {
            let [here, there] = trained.map(|of| f64::from(of[name].value));
            let (is, other) = (score(&page, id).await, elsewhere(id).await);
            assert!((is - here).abs() < 0.03, "{dial} {id}: {is}, the card says {here}");
            assert!((other - there).abs() < 0.06, "{dial} {id} elsewhere: {other}, the card says {there}");
        }
    }
    page.check_no_errors().await;
}

/// The tool measured the family over a finer survey: the page's numbers are the card's, but for that.
#[tokio::test]
async fn the_page_measures_what_the_card_says() {
    let family = family();
    for beta in [1.0, 0.1] {
        let index = at_beta(&family, beta);
        let page = Page::open(Setup::CPU, Site::whole(), &format!("/#model=digits&dial={index}")).await;
        measured(&page).await;
        for (name, within) in [
            ("continuity", 0.02),
            ("returns", 0.02),
            // Both by draws, here of fewer.
            ("shared", 0.03),
            ("covered", 0.04),
            ("neighbour-accuracy", 0.011),
            // In percent.
            ("slope-median", 2.0),
            // Here by quadrature, there of a thousand samples.
            ("classifier-confidence", 0.02),
        ] {
            page.wait(name, &format!("!find('meter-{name}').classList.contains('before')")).await;
            let unit = if name == "slope-median" { 100.0 } else { 1.0 };
            let card = unit * f64::from(family.members[index].meters[name].value);
            let here = meter(&page, name).await;
            assert!((here - card).abs() <= within, "{name} at β = {beta}: {here} where the card has {card}");
        }
        // What the unfolded table alone asks for comes as well, measured here.
        for name in ["shared", "tenth-sigma-nats"] {
            page.wait(name, &format!("!find('meter-{name}').classList.contains('before')")).await;
        }
        page.wait("the reference", "/reference \\d/.test(find('meter-shared').textContent)").await;
        page.check_no_errors().await;
    }
}

#[tokio::test]
async fn on_a_phone_the_dial_is_in_sight_of_the_plane_that_it_turns() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=digits").await;
    page.resize(390, 844).await;
    page.wait("the dial", "find('dial')?.checkVisibility()").await;
    let span =
        page.number("find('dial').getBoundingClientRect().bottom - find('plane').getBoundingClientRect().top").await;
    assert!(span < 844.0 - 52.0, "from the top of the plane to the dial: {span} pixels");
    // Nothing of the strip and its controls is cut off.
    let wide =
        "Math.max(...[...document.querySelectorAll('.film, .film *')].map(e => e.getBoundingClientRect().right))";
    assert!(page.number(wide).await <= 390.0);
    page.check_no_errors().await;
}

/// The keyboard comes to the dial without passing everything before it, and is not lost where what was pressed goes away.
#[tokio::test]
async fn the_keyboard_finds_its_way() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=digits").await;
    measured(&page).await;
    let focused = "document.activeElement?.dataset.testid ?? document.activeElement?.className";
    page.press(&[], Key::Tab).await;
    assert_eq!(page.value(focused).await, "skip-plane");
    page.press(&[], Key::Tab).await;
    page.press(&[], Key::Enter).await;
    assert_eq!(page.value(focused).await, "dial");
    page.run("find('in-class').open = true; find('predict').focus();", json!({})).await;
    for (key, next) in [
        (Key::Enter, "predict-mark"),
        (Key::Enter, "predict-mark"),
        (Key::Tab, "predict-reveal"),
        (Key::Enter, "predict-stop"),
        (Key::Enter, "predict"),
    ] {
        page.press(&[], key).await;
        page.wait(next, &format!("({focused}) === '{next}'")).await;
    }
    page.check_no_errors().await;
}

/// A layer of numbers says what its colours mean, in the unit that is chosen.
#[tokio::test]
async fn a_layer_has_a_scale() {
    let page = Page::open(Setup::SPANISH, Site::whole(), "/#model=digits&layers=dps").await;
    measured(&page).await;
    page.wait("a scale", "/540 % por σ/.test(find('scale').textContent)").await;
    page.run("find('meters').open = true;", json!({})).await;
    page.click("slopes-nats").await;
    page.wait("nats", "/50 nats/.test(find('scale').textContent)").await;
    page.click("layer-density").await;
    page.wait("codes", "/códigos/.test(find('scale').textContent)").await;
    page.click("layer-density").await;
    page.wait("nothing to explain", "!find('scale').checkVisibility()").await;
    page.check_no_errors().await;
}

/// What cannot be had changes nothing: what the page says and shows is of the model that it has.
#[tokio::test]
async fn a_member_that_cannot_be_fetched_leaves_all_as_it_is() {
    let family = family();
    let (one, last) = (at_beta(&family, 1.0), family.members.len() - 1);
    let site = Site::with(Fault::Lost("digits-beta/beta-32"));
    let page = Page::open(Setup::CPU, site, &format!("/#model=digits&dial={one}")).await;
    measured(&page).await;
    // The rest of the family has been asked for by now, in vain for the last.
    let before = (page.decoded().await, page.picture("points", 80, 60).await, score(&page, "completeness").await);
    let told = "find('dial-beta').textContent + find('dial-seen').textContent + find('model').parentNode.textContent";
    let words = page.string(told).await;
    turn(&page, last as f32).await;
    page.wait_notice().await;
    page.wait("the dial is where it was", &format!("find('dial').value === '{one}'")).await;
    assert_eq!(page.string(told).await, words);
    assert_eq!(page.value("find('score-completeness').dataset.origin").await, "here");
    assert_eq!(score(&page, "completeness").await, before.2);
    assert!(
        page.decoded().await.distance(&before.0) < 0.004
            && page.picture("points", 80, 60).await.distance(&before.1) < 0.003
    );
    // What can be had is had.
    let shown = page.text("dial-beta").await;
    turn(&page, one as f32 - 1.0).await;
    page.wait("another member", &format!("find('dial-beta').textContent !== '{shown}'")).await;
}

/// The classifier doubts what lies between a plain autoencoder's islands; of what it has not learnt it says nothing.
#[tokio::test]
async fn the_classifier_has_a_layer_of_generated_digits_alone() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=digits&dial=0&layers=dc").await;
    measured(&page).await;
    let before = heat(&page).await;
    page.click("layer-confidence").await;
    let shown = page.picture_once("heat", before.clone(), |p| p.distance(&before) > 0.001).await;
    // The survey's layer is another picture.
    page.click("layer-completeness").await;
    page.picture_once("heat", shown.clone(), |p| p.distance(&shown) > 0.01).await;
    choose(&page, "model", "fashion-cosine").await;
    page.wait("no such layer", "!find('layer-confidence').checkVisibility()").await;
    page.check_no_errors().await;
}
