//! Files to take away, and a picture brought along.

use std::path::Path;

use serde_json::json;
use thirtyfour::Key;

use super::{
    chromium::Setup,
    folder::Folder,
    map::{apart, numbers},
    native::{self, Engine},
    page::Page,
    picture::{Picture, correlation},
    server::Site,
};

/// Presses one of the menu's items and waits for its file.
pub async fn export(page: &Page, folder: &Folder, item: &str, name: &str) -> Vec<u8> {
    page.click("export").await;
    page.click(item).await;
    let file = folder.0.join(name);
    let bytes = page.until(name, async || std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty())).await;
    assert_eq!(page.string("document.activeElement.dataset.testid").await, "export", "the focus stays at hand");
    std::fs::remove_file(&file).expect("a file that was read");
    bytes
}

pub fn read_png(file: &[u8]) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG file");
    let mut rgba = vec![0; reader.output_buffer_size().expect("a picture of a size")];
    let info = reader.next_frame(&mut rgba).expect("a whole picture");
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgba, png::BitDepth::Eight));
    Picture { width: info.width as usize, height: info.height as usize, rgba }
}

fn write_png(path: &Path, grey: &[u8], side: u32) {
    let file = std::fs::File::create(path).expect("a file");
    let mut encoder = png::Encoder::new(file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(grey)).expect("a written picture");
}

#[tokio::test]
async fn menus_fold_up_when_something_else_is_pressed() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let open = "document.querySelectorAll('.menu[open]').length";
    page.click("export").await;
    assert_eq!(page.number(open).await, 1.0);
    page.click("export-width").await;
    assert_eq!(page.number(open).await, 1.0, "what is in it is no elsewhere");
    page.click("layer-prior").await;
    page.wait("it to fold", &format!("{open} === 0")).await;
    // When the keyboard's focus leaves it, and by Escape, wherever that is.
    page.click("export").await;
    page.focus("[data-testid=layer-prior]").await;
    page.wait("it to fold", &format!("{open} === 0")).await;
    page.click("export").await;
    page.run("document.activeElement.blur();", json!({})).await;
    page.press(&[], Key::Escape).await;
    page.wait("it to fold", &format!("{open} === 0")).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn everything_can_be_taken_away() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#frames=5").await;
    page.wait_phase("ready").await;
    page.wait_coloured_point().await;
    let folder = Folder::new("taken-away");
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    let (codes, map) = (native::codes(), page.map().await);

    page.click("export").await;
    page.type_into("export-width", "1280").await;
    page.click("export").await;
    let figure = read_png(&export(&page, &folder, "export-png", "latentscape.png").await);
    let height = (1280.0 / map.view.width * map.view.height).round() as usize;
    // The plane, and the classes' key below it, on white.
    assert!(figure.width == 1280 && (height + 20..height + 120).contains(&figure.height), "{}", figure.height);
    assert_eq!(figure.at(3, figure.height - 3), [255; 4]);
    assert!(figure.contrast() > 0.05 && figure.hues() >= 6, "{} {}", figure.contrast(), figure.hues());
    // A code is where it is on the page.
    let (code, _) = native::loneliest(&codes.mu, (0..codes.mu.len()).filter(|i| map.shows(codes.mu[*i], 150.0)));
    let [x, y] = map.view.to_pixel(codes.mu[code]).map(|x| (x * 1280.0 / map.view.width) as usize);
    let [r, g, b, _] = figure.at(x, y);
    assert!(r.max(g).max(b) - r.min(g).min(b) > 60, "a code's colour at {x} {y}: {:?}", figure.at(x, y));

    let svg = String::from_utf8(export(&page, &folder, "export-svg", "latentscape.svg").await).expect("text");
    assert!(svg.starts_with("<svg") && svg.contains("<image") && svg.contains("href=\"data:image/png;base64,"));
    assert!(svg.contains("fill=\"#2F9E44\"") && svg.contains("\n9\n"), "a key to the classes");
    let seen = codes.mu.iter().filter(|z| map.shows(**z, 0.0)).count();
    let circles = svg.matches("<circle").count();
    assert!((seen..seen + 60).contains(&circles), "{seen} codes are in sight, {circles} circles in the file");

    let csv = String::from_utf8(export(&page, &folder, "export-codes", "latentscape-codes.csv").await).expect("text");
    assert_eq!(
        (csv.lines().count(), csv.lines().next()),
        (10_001, Some("index,class,mu1,mu2,sigma1,sigma2,class_name"))
    );
    for (i, line) in csv.lines().skip(1).enumerate() {
        let [index, class, mu1, mu2, sigma1, _, name] = numbers(line);
        assert_eq!((index as usize, class as u8), (i, codes.labels[i]));
        assert_eq!(class, name, "a digit is its own name");
        assert_eq!([mu1 as f32, mu2 as f32], codes.mu[i]);
        assert!((sigma1 as f32 - (codes.log_var[i][0] / 2.0).exp()).abs() < 1e-5, "{line}");
    }

    let strip = read_png(&export(&page, &folder, "export-strip-png", "latentscape-strip.png").await);
    // Five pictures and six gaps of a pixel, six times as large.
    assert_eq!((strip.width, strip.height), ((5 * 29 + 1) * 6, 30 * 6));
    let gif = export(&page, &folder, "export-strip-gif", "latentscape-strip.gif").await;
    // There and back: 5 and 3 pictures, each after a block that says how long it stays.
    let frames = gif.windows(4).filter(|w| w[..3] == [0x21, 0xF9, 4]).count();
    assert!(gif.starts_with(b"GIF89a") && gif[6..10] == [24, 1, 24, 1] && frames == 8, "{:?} {frames}", &gif[..10]);

    page.click("sample-open").await;
    page.click("sample-draw").await;
    page.wait("samples that can be saved", "!find('export-samples-png').disabled").await;
    let samples = read_png(&export(&page, &folder, "export-samples-png", "latentscape-samples-sheet.png").await);
    assert_eq!((samples.width, samples.height), ((10 * 29 + 1) * 6, 30 * 6));
    assert!(export(&page, &folder, "export-samples-gif", "latentscape-samples.gif").await.starts_with(b"GIF89a"));
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_dropped_picture_is_encoded() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let (engine, folder) = (Engine::start(), Folder::new("dropped"));
    let codes = native::codes();
    // A digit of the model's own, dark on white, four times as large.
    let mean = native::mean(&codes, 0);
    let digit = &engine.decode(&[mean]).await[0];
    let large = |i: usize| 255 - (digit[i / 112 / 4 * 28 + i % 112 / 4] * 255.0) as u8;
    let (picture, text) = (folder.0.join("digit.png"), folder.0.join("notes.png"));
    write_png(&picture, &(0..112 * 112).map(large).collect::<Vec<u8>>(), 112);
    std::fs::write(&text, "no picture at all").expect("a file");

    page.drop_files("pad", &[&picture]).await;
    page.wait("a posterior", "find('posterior').dataset.mu").await;
    let seen = page.picture("pad-seen", 28, 28).await;
    assert!(correlation(&seen.grey(), digit) > 0.9, "ink is what was dark: {}", correlation(&seen.grey(), digit));
    // What the encoder makes of it, here and there.
    let bytes: Vec<u8> = seen.pixels().map(|[grey, ..]| grey).collect();
    let encoded = engine.encode(&bytes).await;
    let [mu, sigma]: [[f64; 2]; 2] = [
        numbers(&page.string("find('posterior').dataset.mu").await),
        numbers(&page.string("find('posterior').dataset.sigma").await),
    ];
    for axis in 0..2 {
        assert!((mu[axis] - f64::from(encoded.mu[axis])).abs() < 2e-3, "{mu:?} {encoded:?}");
        assert!((sigma[axis] - f64::from((encoded.log_var[axis] / 2.0).exp())).abs() < 2e-3, "{sigma:?} {encoded:?}");
    }
    assert!(apart(mu.map(|x| x as f32), mean) < 0.8, "near the codes of its class: {mu:?} {mean:?}");
    let reconstruction = page.picture("reconstruction", 28, 28).await;
    let expected: Vec<f64> = encoded.reconstruction.iter().map(|p| f64::from(*p)).collect();
    assert!(correlation(&reconstruction.grey(), &expected) > 0.99);

    // The error is bright where the two differ, and only there.
    let (error, x) = (page.picture("pad-error", 28, 28).await, seen.grey());
    let off = |i: usize| (x[i] - reconstruction.grey()[i]).abs();
    for (i, [r, ..]) in error.pixels().enumerate() {
        assert!((off(i) < 0.02) == (r < 9) || (off(i) - 0.02).abs() < 0.01, "pixel {i}: {} off, {r} bright", off(i));
    }

    // What is no picture is said, and changes nothing.
    page.drop_files("pad", &[&text]).await;
    page.wait_said("said_not_a_picture").await;
    assert_eq!(page.picture("pad-seen", 28, 28).await, seen);
    // The other parts as ink, and back.
    page.click("encode-invert").await;
    let inverted = page.picture_once("pad-seen", seen.clone(), |p| p.distance(&seen) > 0.2).await;
    page.click("encode-invert").await;
    page.picture_once("pad-seen", inverted, |p| *p == seen).await;

    // Kept, it is an end for the strip.
    page.click("encode-keep").await;
    page.choose("strip-to", "d0").await;
    page.wait_address("strip=3-d0").await;
    let end = super::reference::decode(native::MODEL, mu);
    let last = async || {
        let script = "const last = [...find('strip').querySelectorAll('canvas')].at(-1);
            return Array.from(last.getContext('2d').getImageData(0, 0, 28, 28).data);";
        let shown = Picture::from_json(&page.run(script, json!({})).await, 28, 28);
        (correlation(&shown.grey(), &end) > 0.99).then_some(())
    };
    page.until("the drawing's mean at the end of the strip", last).await;

    // Strokes are taken back one by one.
    page.click("pad-clear").await;
    page.click("pad-brush-2").await;
    page.draw(&[&[[0.4, 0.2], [0.45, 0.8]]]).await;
    let one = page.picture("pad", 112, 112).await;
    page.draw(&[&[[0.2, 0.5], [0.8, 0.5]]]).await;
    let two = page.picture("pad", 112, 112).await;
    assert!(one.contrast() > 0.05 && two.distance(&one) > 0.01);
    page.click("pad-undo").await;
    assert_eq!(page.picture("pad", 112, 112).await, one);
    page.click("pad-undo").await;
    assert!(page.picture("pad", 112, 112).await.contrast() < 1e-6);
    let notes = page.console().await.into_iter().filter(|line| line.starts_with("SEVERE")).count();
    assert_eq!(notes, 0);
}
