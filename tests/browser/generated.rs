//! Generated data to take away, read as any other data are.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use latentscape::import::{Choices, Given, Hints, Test, Unwatched, prepare, read};
use latentscape::spec::PIXELS;
use serde_json::json;

use super::{
    chromium::Setup,
    folder::Folder,
    map::apart,
    native::{self, Engine},
    page::Page,
    server::Site,
};

/// Presses the button and waits for the file.
async fn save(page: &Page, folder: &Folder, format: &str, name: &str) -> Vec<u8> {
    page.choose("generate-format", format).await;
    page.click("generate-save").await;
    let file = folder.0.join(name);
    // A download has another name until it is whole.
    let bytes = page.until(name, async || std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty())).await;
    std::fs::remove_file(&file).expect("a file that was read");
    bytes
}

/// Every picture with the name of its class, as the page's own reader reads it, in one order.
fn pictures(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let given = Given::new("generated.zip", Box::new(Cursor::new(file.to_vec()))).expect("memory has a length");
    let set = read(vec![given], &Hints::default(), &mut Unwatched).expect("data that can be read");
    let choices = Choices { test: Test::Percent(0), invert: false, ..set.preview().choices };
    let ready = prepare(&set, &choices, &mut Unwatched).expect("a set");
    assert_eq!(ready.format, latentscape::spec::Format::GREY_28);
    let names = ready.labels.iter().map(|&label| ready.class_names[usize::from(label)].clone());
    let mut all: Vec<_> = names.zip(ready.pixels.chunks_exact(PIXELS).map(<[u8]>::to_vec)).collect();
    all.sort();
    all
}

/// The arrays of an .npz without their headers, by name: file after file from the front.
fn arrays(file: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
    let (mut at, mut found) = (0, BTreeMap::new());
    while file[at..].starts_with(b"PK\x03\x04") {
        let (packed, name_length) = (word(at + 18), word(at + 26) & 0xffff);
        let content = at + 30 + name_length;
        let name = String::from_utf8(file[at + 30..content].to_vec()).expect("a name");
        let mut array = Vec::new();
        let mut inflated = flate2::read::DeflateDecoder::new(&file[content..content + packed]);
        inflated.read_to_end(&mut array).expect("deflated numbers");
        let header = 10 + usize::from(u16::from_le_bytes([array[8], array[9]]));
        found.insert(name, array.split_off(header));
        at = content + packed;
    }
    found
}

#[tokio::test]
async fn generated_data_are_saved_with_labels() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.wait_coloured_point().await;
    let folder = Folder::new("generated");
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    page.click("sample-open").await;
    page.click("generate-open").await;
    page.wait("codes to draw from", "!find('generate-save').disabled").await;

    // Three of each of the ten classes.
    page.type_into("generate-count", "3").await;
    let npz = save(&page, &folder, "npz", "latentscape-generated.npz").await;
    let arrays = arrays(&npz);
    let (x, y) = (&arrays["x.npy"], &arrays["y.npy"]);
    let floats: Vec<f32> =
        arrays["z.npy"].chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect();
    let z: Vec<[f32; 2]> = floats.chunks_exact(2).map(|z| [z[0], z[1]]).collect();
    assert_eq!((x.len(), z.len()), (30 * PIXELS, 30));
    assert_eq!(*y, (0..30).map(|i| i / 3).collect::<Vec<u8>>());

    // Each lies within reach of the codes of the class that it is labelled with: one draw in a million is five σ away.
    let codes = native::codes();
    for (z, class) in z.iter().zip(y) {
        let own = codes.mu.iter().zip(&codes.log_var).zip(&codes.labels).filter(|(_, label)| *label == class);
        let nearest =
            own.map(|((mu, v), _)| apart(*mu, *z) / (v[0].max(v[1]) / 2.0).exp()).fold(f32::INFINITY, f32::min);
        assert!(nearest < 5.5, "{z:?} is {nearest} σ from the codes of class {class}");
    }
    // And each picture is what the engine makes of its point, here as there.
    for (picture, decoded) in x.chunks_exact(PIXELS).zip(Engine::start().decode(&z).await) {
        for (byte, value) in picture.iter().zip(decoded) {
            assert!((f64::from(*byte) / 255.0 - value).abs() < 1.0 / 255.0, "{byte} is not {value}");
        }
    }

    // The readers find these pictures and labels, and in the other formats, with the same seed, the same.
    let mut expect: Vec<(String, Vec<u8>)> =
        y.iter().map(u8::to_string).zip(x.chunks_exact(PIXELS).map(<[u8]>::to_vec)).collect();
    expect.sort();
    assert!(pictures(&npz) == expect);
    for format in ["png", "idx"] {
        page.type_into("generate-seed", "1").await;
        let file = save(&page, &folder, format, &format!("latentscape-generated-{format}.zip")).await;
        assert!(pictures(&file) == expect, "{format}");
    }
    let said = page.text("generate-said").await;
    assert!(said.contains("30 pictures") && said.contains("drawn for"), "{said}");

    // Of the prior the labels are a guess, and the page says so; with another seed the pictures are others.
    page.choose("generate-from", "prior").await;
    page.type_into("generate-count", "20").await;
    let said = page.text("generate-said").await;
    assert!(said.contains("nearest codes"), "{said}");
    let first = pictures(&save(&page, &folder, "png", "latentscape-generated-png.zip").await);
    let second = pictures(&save(&page, &folder, "png", "latentscape-generated-png.zip").await);
    assert!(first.len() == 20 && second.len() == 20 && first != second);

    // What is given up is not saved.
    page.type_into("generate-count", "10000").await;
    // Both in one turn, so that no engine is quick enough to come between.
    page.run("find('generate-save').click(); find('generate-cancel').click();", json!({})).await;
    page.wait("the end of it", "find('generate-said').textContent.startsWith('Cancelled')").await;
    let left = std::fs::read_dir(&folder.0).expect("the folder").count();
    assert_eq!(left, 0, "files were saved");
    page.check_no_errors().await;
}
