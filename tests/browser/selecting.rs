//! Choosing codes with a box and with a lasso.

use latentscape::latent::select::{inside_box, inside_lasso};
use serde_json::json;

use super::{chromium::Setup, map::around, native, page::Page, server::Site};

async fn count(page: &Page) -> usize {
    page.wait("a selection", "!find('selection').hidden").await;
    page.number("Number(find('selection').dataset.count)").await as usize
}

#[tokio::test]
async fn codes_are_chosen_in_a_box_and_a_lasso() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=-2.8,-2.8").await;
    page.wait_phase("ready").await;
    page.wait_coloured_point().await;
    let (codes, map) = (native::codes(), page.map().await);
    let [x, y] = map.middle();

    // From any corner, and to the code.
    page.click("tool-box").await;
    let (a, b) = ([x + 100.0, y + 90.0], [x - 170.0, y - 80.0]);
    page.drag("left", &[a, [x, y], b]).await;
    let boxed = inside_box(&codes.mu, map.z(a), map.z(b));
    assert_eq!(count(&page).await, boxed.len());
    assert!(boxed.len() > 300, "{}", boxed.len());
    let text = page.text("selection").await;
    for class in 0..10 {
        let of_class = boxed.iter().filter(|i| codes.labels[**i as usize] == class).count();
        assert!(of_class == 0 || text.contains(&format!("{class} · {of_class}")), "{of_class} of {class} in {text}");
    }

    // What is chosen keeps its colour, the others are grey.
    let chosen = |i: &usize| boxed.binary_search(&(*i as u32)).is_ok();
    let seen = |i: &usize| map.shows(codes.mu[*i], 150.0);
    for own in [true, false] {
        let (code, _) = native::loneliest(&codes.mu, (0..codes.mu.len()).filter(|i| seen(i) && chosen(i) == own));
        page.until(if own { "a coloured dot" } else { "a grey dot" }, async || {
            let [r, g, b, a] = page.patch("points", around(codes.mu[code], 0.01), 3, 3).await.heart();
            let colour = r.max(g).max(b) - r.min(g).min(b);
            (a > 60 && (colour > 40) == own).then_some(())
        })
        .await;
    }

    // A loop of any shape; hidden classes are left out of it.
    page.click("class-1").await;
    page.click("tool-lasso").await;
    let corner = |i: u32| {
        let (angle, radius) = (f64::from(i) * 0.26, if i.is_multiple_of(2) { 150.0 } else { 70.0 });
        [(x - 40.0 + radius * angle.cos()).round(), (y + radius * angle.sin()).round()]
    };
    let star: Vec<[f64; 2]> = (0..24).map(corner).collect();
    page.drag("left", &star).await;
    let corners: Vec<[f32; 2]> = star.iter().map(|at| map.z(*at)).collect();
    let mut lassoed = inside_lasso(&codes.mu, &corners);
    lassoed.retain(|i| codes.labels[*i as usize] != 1);
    assert!(lassoed.len() > 100 && lassoed.len() != boxed.len(), "{}", lassoed.len());
    page.wait("another selection", &format!("find('selection').dataset.count !== '{}'", boxed.len())).await;
    assert_eq!(count(&page).await, lassoed.len());

    // Nothing in it: a sentence, and nothing is lost.
    let empty = [[x - 250.0, y - 240.0], [x - 247.0, y - 235.0], [x - 244.0, y - 240.0]];
    let inside = inside_lasso(&codes.mu, &empty.map(|at| map.z(at)));
    assert!(inside.is_empty(), "the corner of the window has codes: {inside:?}");
    page.drag("left", &empty).await;
    page.wait_said("said_nothing_selected").await;
    assert_eq!(count(&page).await, lassoed.len());

    // Escape lets go of the tool first, then of the selection.
    let tool = "document.querySelector('.plane').dataset.tool";
    assert_eq!(page.string(tool).await, "lasso");
    page.press(&[], thirtyfour::Key::Escape).await;
    assert_eq!((page.string(tool).await, count(&page).await), ("point".into(), lassoed.len()));
    page.press(&[], thirtyfour::Key::Escape).await;
    page.wait("nothing selected", "find('selection').hidden").await;
    assert_eq!(page.run("return find('handle').dataset.z;", json!({})).await, "-2.8,-2.8", "no handle was moved");
    page.check_no_errors().await;
}
