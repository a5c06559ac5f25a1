//! The points that are dragged: added, named, moved by hand and by number, taken away, and all of it taken back.

use serde_json::json;
use thirtyfour::Key;

use super::{
    chromium::Setup,
    hand::{SHIFT, line},
    page::Page,
    server::Site,
};

#[track_caller]
fn check_near(a: [f64; 2], b: [f64; 2], tolerance: f64) {
    assert!((a[0] - b[0]).hypot(a[1] - b[1]) <= tolerance, "{a:?} is not {b:?}");
}

/// Drags an element by so many pixels.
async fn drag(page: &Page, id: &str, by: [f64; 2]) {
    page.drag("left", &line(page.middle(id).await, by, 10)).await;
}

#[tokio::test]
async fn handles_are_added_moved_named_and_taken_back() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#model=mnist-cosine&z=0.5,-0.5&layers=d").await;
    page.wait_phase("ready").await;
    let map = page.map().await;
    let scale = f64::from(map.view.scale());

    page.click("handle-add").await;
    let added = page.z_of("handle-1").await;
    check_near(added, [0.5 + 48.0 / scale, -0.5], 2e-3);
    drag(&page, "handle-1", [80.0, -40.0]).await;
    let dragged = page.z_of("handle-1").await;
    check_near(dragged, [added[0] + 80.0 / scale, added[1] + 40.0 / scale], 1.5 / scale);
    let finger = line(page.middle("handle-1").await, [-30.0, -50.0], 10);
    page.touch(&[finger]).await;
    let touched = page.z_of("handle-1").await;
    check_near(touched, [dragged[0] - 30.0 / scale, dragged[1] + 50.0 / scale], 1.5 / scale);
    assert_eq!(page.z().await, [0.5, -0.5], "the other one stays");

    // A drag is one step back and one step forth, however many moves it had.
    page.click("undo").await;
    assert_eq!(page.z_of("handle-1").await, dragged);
    page.focus("[data-testid=handle-1]").await;
    page.press(&[Key::Control], 'z').await;
    assert_eq!(page.z_of("handle-1").await, added);
    page.click("redo").await;
    assert_eq!(page.z_of("handle-1").await, dragged);
    page.focus(".plane").await;
    page.press(&[Key::Control], 'y').await;
    assert_eq!(page.z_of("handle-1").await, touched);

    // Keys: a step, ten of them with Shift.
    page.focus("[data-testid=handle-1]").await;
    page.press(&[], Key::Left).await;
    check_near(page.z_of("handle-1").await, [touched[0] - 0.05, touched[1]], 1e-3);
    page.press(&[Key::Shift], Key::Up).await;
    check_near(page.z_of("handle-1").await, [touched[0] - 0.05, touched[1] + 0.5], 1e-3);

    // Names, here and in the address.
    page.type_into("handle-name-1", "a nine & more").await;
    page.wait("its name in the plane", "find('handle-1').textContent.trim() === 'a nine & more'").await;
    page.wait(
        "its name in the address",
        "decodeURIComponent(decodeURIComponent(location.hash)).includes(':a nine & more')",
    )
    .await;

    // One more with Shift and a click; away with Delete, with its button, and back.
    let at = [map.middle()[0] - 130.0, map.middle()[1] - 90.0];
    page.click_with(SHIFT, at).await;
    check_near(page.z_of("handle-2").await, map.z(at).map(f64::from), 1.0 / scale);
    page.focus("[data-testid=handle-2]").await;
    page.press(&[], Key::Delete).await;
    assert_eq!(page.count(".handle").await, 2);
    page.focus(".plane").await;
    page.press(&[Key::Control], 'z').await;
    assert_eq!(page.count(".handle").await, 3);
    page.click("handle-remove-1").await;
    assert_eq!(page.count(".handle").await, 2);
    check_near(page.z_of("handle-1").await, map.z(at).map(f64::from), 1.0 / scale);
    page.click("undo").await;
    assert_eq!(page.count(".handle").await, 3);
    assert_eq!(page.text("handle-1").await, "a nine & more");

    // There is an end to them.
    for _ in 0..10 {
        page.click("handle-add").await;
    }
    page.wait_said("said_handles_full").await;
    assert_eq!(page.count(".handle").await, 12);
    page.check_no_errors().await;
}

#[tokio::test]
async fn coordinates_are_typed_in_both_languages() {
    let page = Page::open(Setup::SPANISH, Site::whole(), "/#model=mnist-cosine&z=0.25,-0.5").await;
    page.wait_phase("ready").await;
    let start = page.decoded().await;
    let shown = "[find('z1').value, find('z2').value].join(' ')";
    assert_eq!(page.string(shown).await, "0,25 −0,50");
    page.type_into("z1", "1,5").await;
    page.type_into("z2", "−1.25").await;
    assert_eq!((page.z().await, page.string(shown).await), ([1.5, -1.25], "1,50 −1,25".into()));
    assert!(page.decoded().await.distance(&start) > 0.02, "another digit");

    // What is no place is said, and changes nothing.
    for nonsense in ["abc", "1e9", " ", "NaN"] {
        page.type_into("z1", nonsense).await;
        let said = super::page::word(super::page::SPANISH, "said_not_a_place");
        page.until("the sentence", async || (page.text("notice").await == said).then_some(())).await;
        assert_eq!((page.z().await, page.string(shown).await), ([1.5, -1.25], "1,50 −1,25".into()), "{nonsense}");
        page.run("find('notice').querySelector('.close').click();", json!({})).await;
    }

    page.click("language").await;
    page.wait("English", "document.documentElement.lang === 'en'").await;
    assert_eq!(page.string(shown).await, "1.50 −1.25");
    page.type_into("z2", "0.125").await;
    assert_eq!(page.z().await, [1.5, 0.125]);
    page.type_into("z2", "x").await;
    page.wait_said("said_not_a_place").await;
    // Each number is a step of its own.
    for expected in [[1.5, -1.25], [1.5, -0.5], [0.25, -0.5]] {
        page.click("undo").await;
        assert_eq!(page.z().await, expected);
    }
    page.check_no_errors().await;
}
