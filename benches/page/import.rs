//! A visitor's own files on the ordinary page: from the drop to the preview, and from there to the set that is ready; how long
//! the longest frame is meanwhile, and what it takes in memory.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use latentscape::data::idx::IdxFile;
use latentscape::data::write::set::{Format, SetWriter};
use latentscape::spec::Format as Grey;
use serde_json::{Value, json};

use super::chromium::Setup;
use super::page::Page;
use super::server::{Site, published};
use super::smoothness::renderer_megabytes;

const WATCH: &str = "window.longest = 0; let last = performance.now();
    const frame = now => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);";

/// MNIST's 60,000 training pictures in each format; nothing where the published files are not here.
pub async fn measure(setup: Setup) -> Value {
    let Some(files) = files() else { return json!("the published files are not here") };
    let mut lines = Vec::new();
    for (format, paths) in files {
        let page = Page::open(setup, Site::whole(), "/").await;
        page.wait_phase("ready").await;
        page.run(WATCH, json!({})).await;
        let bytes: u64 = paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|file| file.len()).sum();
        let before = renderer_megabytes();
        let (mut most, start) = (before, std::time::Instant::now());
        page.drop_files("plane", &paths.iter().map(PathBuf::as_path).collect::<Vec<_>>()).await;
        let read = waited(&page, "own-use", start, &mut most).await;
        page.click("own-use").await;
        let ready = waited(&page, "own-here", start, &mut most).await;
        let longest = page.number("window.longest").await;
        lines.push(json!({
            "format": format, "megabytes": bytes as f64 / 1e6, "read_ms": read, "ready_ms": ready,
            "megabytes_a_second": bytes as f64 / 1e3 / read, "pictures_a_second": 60_000.0 / read * 1e3,
            "longest_frame_ms": longest, "memory_before_megabytes": before, "memory_most_megabytes": most,
        }));
    }
    Value::Array(lines)
}

/// Milliseconds from `start` until something can be seen; the most memory meanwhile.
async fn waited(page: &Page, id: &str, start: std::time::Instant, most: &mut f64) -> f64 {
    let seen = format!("find('{id}')?.checkVisibility() ?? false");
    while page.value(&seen).await != true {
        *most = most.max(renderer_megabytes());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert!(start.elapsed().as_secs() < 300, "{id} never came");
    }
    start.elapsed().as_secs_f64() * 1e3
}

/// As the page writes a set of pictures.
fn packed(format: Format, pixels: &[u8], labels: &[u8]) -> Option<Vec<u8>> {
    let mut set = SetWriter::new(format, Grey::GREY_28, labels.len(), 2).ok()?;
    set.add(pixels, labels, &vec![0.0; 2 * labels.len()]).ok()?;
    set.finish().ok()
}

fn files() -> Option<Vec<(&'static str, Vec<PathBuf>)>> {
    let published = [published("mnist/train-images-idx3-ubyte.gz")?, published("mnist/train-labels-idx1-ubyte.gz")?];
    let [pictures, labels] = [&published[0], &published[1]].map(|path| std::fs::read(path).ok());
    let (pictures, labels) = (pictures?, labels?);
    let set = [&pictures, &labels].map(|bytes| {
        let mut out = Vec::new();
        GzDecoder::new(&bytes[..]).read_to_end(&mut out).ok().map(|_| out)
    });
    let [Some(plain), Some(plain_labels)] = set else { return None };
    let pixels = IdxFile { name: "train", bytes: &pictures }.images().ok()?;
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("import");
    std::fs::create_dir_all(&scratch).ok()?;
    let put = |name: &str, bytes: &[u8]| {
        let path = scratch.join(name);
        std::fs::write(&path, bytes).ok().map(|()| path)
    };
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    let mut head = String::from("{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }");
    head.push_str(&" ".repeat(128 - 10 - head.len() - 1));
    head.push('\n');
    npy.extend((head.len() as u16).to_le_bytes());
    npy.extend(head.as_bytes());
    npy.extend(&pixels);
    let mut csv = Vec::new();
    for (label, picture) in plain_labels[8..].iter().zip(pixels.chunks_exact(784)) {
        write!(csv, "{label}").ok()?;
        picture.iter().try_for_each(|pixel| write!(csv, ",{pixel}")).ok()?;
        csv.push(b'\n');
    }
    Some(vec![
        ("idx.gz", published.to_vec()),
        ("idx", vec![put("a-images-idx3-ubyte", &plain)?, put("a-labels-idx1-ubyte", &plain_labels)?]),
        ("npy", vec![put("a.npy", &npy)?]),
        ("csv", vec![put("a.csv", &csv)?]),
        ("zip of PNGs", vec![put("a.zip", &packed(Format::Pngs, &pixels, &plain_labels[8..])?)?]),
        ("npz", vec![put("a.npz", &packed(Format::Npz, &pixels, &plain_labels[8..])?)?]),
    ])
}
