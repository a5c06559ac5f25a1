//! Painting on the decoded picture: z rolls downhill.

use serde_json::json;

use super::{chromium::Setup, hand::line, page::Page, server::Site};

/// The losses that the sentence names, in nats: at first, and now.
async fn losses(page: &Page) -> Option<[f64; 2]> {
    let text = page.text("paint-said").await;
    let (_, said) = text.split_once("fell from ")?;
    let mut numbers = said.split_whitespace().filter_map(|word| word.parse().ok());
    Some([numbers.next()?, numbers.next()?])
}

#[tokio::test]
async fn paint_moves_the_point_downhill() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist&layers=0&z=-0.5,0.5").await;
    page.wait_phase("ready").await;
    let before = page.decoded().await;
    let bare = page.picture("marks", 200, 150).await;
    page.click("paint").await;
    let rect = page.value("(r => [r.x, r.y, r.width, r.height])(find('paint-canvas').getBoundingClientRect())").await;
    let [x, y, w, h]: [f64; 4] = serde_json::from_value(rect).expect("a rectangle");
    // A bold upright bar through the middle.
    page.drag("left", &line([x + 0.5 * w, y + 0.15 * h], [0.0, 0.7 * h], 8)).await;

    let [first, last] = page.until("a lower loss", async || losses(&page).await.filter(|[a, b]| b < a)).await;
    let z = page.z().await;
    assert!(z != [-0.5, 0.5] && last < first, "{z:?} {first} {last}");
    // It comes to rest.
    let mut settled = z;
    page.until("the end of the way", async || {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let now = page.z().await;
        (std::mem::replace(&mut settled, now) == now).then_some(())
    })
    .await;
    let after = page.decoded().await;
    assert!(after.distance(&before) > 0.02, "another picture: {}", after.distance(&before));
    // What was painted is inked more than it was.
    let ink = |picture: &super::picture::Picture| (8..20).map(|y| f64::from(picture.at(14, y)[0])).sum::<f64>();
    assert!(ink(&after) > ink(&before), "{} {}", ink(&before), ink(&after));
    // The way is drawn, over the loss of other places.
    page.picture_once("marks", bare.clone(), |marks| marks.distance(&bare) > 1e-4).await;
    page.wait("the loss over the plane", "find('surface').width > 1").await;
    let surface = page.picture("surface", 40, 30).await;
    assert!(surface.pixels().map(|p| p[3]).max() > Some(0), "the loss is seen");

    // Back, and away: the picture as it was.
    page.click("paint-reset").await;
    assert_eq!(page.z().await, [-0.5, 0.5]);
    assert!(page.decoded().await.distance(&before) < 0.004);
    page.drag("left", &line([x + 0.3 * w, y + 0.2 * h], [0.1 * w, 0.3 * h], 4)).await;
    page.until("another way", async || (page.z().await != [-0.5, 0.5]).then_some(())).await;
    page.click("paint-done").await;
    page.wait("no painting", "!find('paint-said') && find('surface').width === 1").await;
    // Until nothing of it is on its way any more.
    page.decoded().await;
    page.click("undo").await;
    assert_eq!(page.run("return find('handle').dataset.z;", json!({})).await, "-0.5,0.5");
    page.check_no_errors().await;
}
