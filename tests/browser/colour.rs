//! A visitor's pictures in colour: brought, trained on with the convolutional net, decoded, encoded and painted in colour.

use latentscape::data::write::png;
use latentscape::data::write::set::{Format, SetWriter};
use latentscape::spec::Format as Picture;
use serde_json::json;

use super::chromium::Setup;
use super::files::export;
use super::folder::Folder;
use super::own::{chosen, written};
use super::page::{ENGLISH, Page, word};
use super::server::Site;

const FORMAT: Picture = Picture { side: 32, channels: 3 };

/// Of class 0 a red square on blue, of class 1 a green one on black; where it stands differs.
fn square(i: usize) -> Vec<u8> {
    let (side, left, top) = (FORMAT.side, 4 + i * 7 % 12, 4 + i * 5 % 12);
    let [ink, paper] = if i.is_multiple_of(2) { [[230, 30, 30], [20, 30, 160]] } else { [[40, 220, 60], [0, 0, 0]] };
    let inside = |at: usize| (left..left + 12).contains(&(at % side)) && (top..top + 12).contains(&(at / side));
    (0..3).flat_map(|c| (0..side * side).map(move |at| if inside(at) { ink[c] } else { paper[c] })).collect()
}

fn zipped(n: usize) -> Vec<u8> {
    let mut set = SetWriter::new(Format::Pngs, FORMAT, n, 1).expect("a file");
    for i in 0..n {
        set.add(&square(i), &[(i % 2) as u8], &[0.0]).expect("a picture");
    }
    set.finish().expect("a file")
}

#[tokio::test]
async fn pictures_in_colour_are_trained_on_decoded_and_encoded_in_colour() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("colour");
    let archive = folder.0.join("squares.zip");
    std::fs::write(&archive, zipped(120)).expect("a file");
    page.drop_files("plane", &[&archive]).await;
    page.wait("a contact sheet", "find('own-sheet')?.width === 320").await;
    let facts = page.text("own-facts").await;
    assert!(facts.contains("120") && facts.contains("They become 32 × 32 in colour."), "{facts}");
    assert!(page.picture("own-sheet", 320, 128).await.hues() >= 3, "red, blue and green");
    // Another size, grey, and back: what will become of them is seen at once.
    page.run(
        "const choose = find('own-side'); choose.value = '64 × 64'; choose.dispatchEvent(new Event('change'))",
        json!({}),
    )
    .await;
    page.wait("larger", "find('own-sheet').width === 640").await;
    page.run(
        "const choose = find('own-colours'); choose.value = 'grey'; choose.dispatchEvent(new Event('change'))",
        json!({}),
    )
    .await;
    let sheet = page.picture("own-sheet", 320, 128).await;
    page.picture_once("own-sheet", sheet, |sheet| sheet.hues() == 0).await;
    page.run(
        "for (const [id, value] of [['own-side', '32 × 32'], ['own-colours', 'rgb']]) {
            find(id).value = value; find(id).dispatchEvent(new Event('change'));
        }",
        json!({}),
    )
    .await;
    page.wait("as they were", "find('own-sheet').width === 320").await;
    page.click("own-use").await;
    page.wait("they are here", "find('own-here').checkVisibility()").await;
    assert_eq!(page.string("find('net-kind').value").await, "conv");

    page.train_to(120).await;
    page.run("find('stop').click()", json!({})).await;
    page.wait_phase("ready").await;
    page.wait("32 pixels a side", "find('decoded').width === 32").await;
    let at = |id: &'static str| page.picture(id, 96, 96);
    assert!(at("reconstructions").await.hues() >= 2, "squares and their reconstructions");
    // The map of decodings as well.
    let map = page.picture("atlas", 400, 300).await;
    page.picture_once("atlas", map, |map| map.hues() >= 2).await;

    // A picture alone goes onto the pad, in its colours.
    let one = folder.0.join("one.png");
    std::fs::write(&one, png::file(&square(0), FORMAT).expect("a picture")).expect("a file");
    page.drop_files("plane", &[&one]).await;
    page.wait("it is encoded", "find('posterior').dataset.mu").await;
    let seen = at("pad-seen").await;
    assert!(seen.hues() >= 2 && seen.at(0, 0)[2] > 100, "red on blue");
    assert!(at("reconstruction").await.hues() >= 1);

    // A stroke of another colour is there at once, and z follows it.
    page.click("paint").await;
    page.run("const c = find('paint-colour'); c.value = '#ffff00'; c.dispatchEvent(new Event('input'))", json!({}))
        .await;
    let [x, y] = page.middle("paint-canvas").await;
    page.stroke(&[[x - 20.0, y], [x + 20.0, y]]).await;
    let painted = page.picture("paint-canvas", 32, 32).await;
    page.picture_once("paint-canvas", painted, |p| p.pixels().any(|[r, g, b, _]| r == 255 && g == 255 && b == 0)).await;
    page.wait("it rolls", "find('paint-said').dataset.loss > 0").await;
    page.click("paint-done").await;
    page.check_no_errors().await;

    // The model goes elsewhere, where there are no such pictures: it is walked through, and trained on once there are.
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    let file = export(&page, &folder, "export-model", "latentscape-model.safetensors").await;
    let file = written(&folder, "squares.safetensors", &file);
    let (z, decoded) = (page.z().await, page.picture("decoded", 32, 32).await);
    drop(page);
    let page = Page::open(Setup::CPU, Site::whole(), &format!("/#model=mnist-cosine&z={},{}", z[0], z[1])).await;
    page.wait_phase("ready").await;
    page.drop_files("plane", &[&file]).await;
    page.wait_said("said_opened_bare").await;
    page.wait_phase("paused").await;
    page.wait("32 pixels a side", "find('decoded').width === 32").await;
    page.picture_once("decoded", page.picture("decoded", 32, 32).await, |p| p.distance(&decoded) < 0.02).await;
    page.wait("no points of other pictures", "find('points').classList.contains('off')").await;
    let gone = page.text("strip-gone").await;
    assert!(gone.starts_with("There is no class 0 here now"), "{gone}");
    page.click("pause").await;
    page.wait_said("said_no_data").await;
    assert_eq!((page.step().await, page.phase().await.as_str()), (0, "paused"));
    page.drop_files("plane", &[&archive]).await;
    chosen(&page).await;
    assert_eq!(page.text("own-busy").await, word(ENGLISH, "own_busy"));
    page.click("stop").await;
    page.wait_phase("ready").await;
    page.click("own-use").await;
    page.wait("they are here", "find('own-here').checkVisibility()").await;
    page.drop_files("plane", &[&file]).await;
    page.wait_said("said_opened").await;
    page.wait_phase("paused").await;
    page.picture_once("decoded", page.picture("decoded", 32, 32).await, |p| p.distance(&decoded) < 0.02).await;
    page.click("pause").await;
    page.wait_step(2).await;
    page.check_no_errors().await;
}
