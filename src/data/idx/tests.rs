use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::data::image_set::{digit_names, garment_names};

fn header(element: u8, sizes: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, element, sizes.len() as u8];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes
}

fn with(mut head: Vec<u8>, content: &[u8]) -> Vec<u8> {
    head.extend(content);
    head
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

fn images(bytes: &[u8]) -> Result<Vec<u8>, String> {
    IdxFile { name: "a", bytes }.images().map_err(|error| error.to_string())
}

#[test]
fn reads_plain_and_gzipped_alike() {
    let pixels: Vec<u8> = (0..2 * PIXELS).map(|i| (i % 251) as u8).collect();
    let file = with(header(8, &[2, 28, 28]), &pixels);
    assert_eq!(images(&file).as_ref(), Ok(&pixels));
    assert_eq!(images(&gzip(&file)).as_ref(), Ok(&pixels));
    let labels = IdxFile { name: "b", bytes: &with(header(8, &[3]), &[4, 0, 9]) }.labels();
    assert_eq!(labels.expect("well-formed labels"), [4, 0, 9]);
}

#[test]
fn says_what_is_wrong_with_malformed_files() {
    let good = with(header(8, &[1, 28, 28]), &[7; PIXELS]);
    let packed = gzip(&good);
    let mut bad_sum = packed.clone();
    let end = bad_sum.len() - 5;
    bad_sum[end] ^= 1;
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "a: the header is cut short: 0 of its 16 bytes are there"),
        ("three bytes", vec![0, 0, 8], "a: the header is cut short: 3 of its 16 bytes are there"),
        ("half a header", good[..13].to_vec(), "a: the header is cut short: 13 of its 16 bytes are there"),
        ("a PNG", b"\x89PNG\r\n\x1a\n".to_vec(), "a: it begins with bytes 89 50, but"),
        ("floats", header(0x0d, &[1, 28, 28]), "a: byte 2 says element type 0x0d"),
        ("labels", with(header(8, &[1]), &[1]), "a: byte 3 says 1 dimensions, but 3 are expected"),
        ("255 dimensions", header(8, &[1; 255]), "a: byte 3 says 255 dimensions, but 3"),
        ("no dimensions", header(8, &[]), "a: byte 3 says 0 dimensions, but 3"),
        ("32×32", header(8, &[1, 32, 32]), "a: its pictures are 32×32 pixels, but 28×28"),
        ("a product that wraps to 784", header(8, &[1, 28, u32::MAX]), "a: its pictures are 28×4294967295"),
        ("no pictures", header(8, &[0, 28, 28]), "a: byte 4 announces 0 items, but 1 to 1000000"),
        ("too many", header(8, &[u32::MAX, 28, 28]), "a: byte 4 announces 4294967295 items"),
        (
            "more than it holds",
            with(header(8, &[1_000_000, 28, 28]), &[0; 9]),
            "a: the content is cut short: 9 of the 784000000",
        ),
        ("a byte short", good[..good.len() - 1].to_vec(), "a: the content is cut short: 783 of the 784 bytes"),
        ("a byte long", with(good.clone(), &[0]), "a: more bytes follow after the 784 that the header"),
        ("gzip of nothing", gzip(&[]), "a: the header is cut short: 0 of its 16 bytes"),
        ("only gzip's magic", vec![0x1f, 0x8b], "a: the gzip data is damaged after 0 bytes of content"),
        ("gzip cut short", packed[..packed.len() - 9].to_vec(), "a: the gzip data is damaged after"),
        ("gzip with a wrong sum", bad_sum, "a: the gzip data is damaged after 800 bytes of content"),
        ("gzip with a tail", with(packed, b"tail"), "a: the gzip data is damaged after 800 bytes of content"),
        ("gzip of too little", gzip(&good[..500]), "a: the content is cut short: 484 of the 784"),
        ("a small bomb", gzip(&with(header(8, &[1, 28, 28]), &vec![0; 1 << 24])), "a: more bytes follow after the 784"),
        ("a gzip that can't hold it", gzip(&header(8, &[1_000_000, 28, 28])), "a: the content is cut short: "),
        ("gzip in gzip", gzip(&gzip(&good)), "a: it begins with bytes 1f 8b, but"),
    ];
    for (case, bytes, message) in table {
        match images(&bytes) {
            Ok(_) => panic!("{case}: was read"),
            Err(error) => assert!(error.starts_with(message), "{case}: {error}"),
        }
    }
}

/// Every cut and every flipped bit of a small file gives a set or an error, never a panic.
#[test]
fn survives_every_cut_and_every_flipped_bit() {
    let file = with(header(8, &[1, 28, 28]), &[200; PIXELS]);
    let packed = gzip(&file);
    for length in 0..packed.len() {
        assert!(images(&packed[..length]).is_err(), "cut to {length} bytes");
    }
    for bit in 0..packed.len() * 8 {
        let mut damaged = packed.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        if let Ok(pixels) = images(&damaged) {
            assert_eq!(pixels, [200; PIXELS], "bit {bit} changed the pixels unnoticed");
        }
    }
}

#[test]
fn pictures_and_labels_must_agree() {
    let pictures = with(header(8, &[2, 28, 28]), &[0; 2 * PIXELS]);
    let set = |labels: &[u8]| {
        let labels = with(header(8, &[labels.len() as u32]), labels);
        read_set(IdxFile { name: "p", bytes: &pictures }, IdxFile { name: "l", bytes: &labels }, digit_names())
            .map(|set| set.len())
            .map_err(|error| error.to_string())
    };
    assert_eq!(set(&[0, 9]), Ok(2));
    assert_eq!(set(&[0]), Err("p with l: 1 labels want 784 bytes of pixels, but there are 1568".into()));
    assert_eq!(set(&[0, 10]), Err("p with l: label 1 is 10, but only classes 0 to 9 have a name".into()));
}

#[test]
fn a_missing_file_is_named() {
    let error = read_folder(Path::new("no-such-folder"), Part::Test, digit_names()).expect_err("no folder, no set");
    assert!(error.to_string().contains("t10k-images-idx3-ubyte.gz: could not be read"), "{error}");
}

/// The data folder beside the checkout, or where LATENTSCAPE_DATA points. None, and a line that says so, without it.
pub(crate) fn data_folder(set: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LATENTSCAPE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let folder = root.join(set);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: no folder {}; set LATENTSCAPE_DATA to the data folder to run this test", folder.display());
    None
}

/// Mean and standard deviation of pixels in 0..1, and pictures a class.
fn facts(set: &ImageSet) -> (f64, f64, Vec<usize>) {
    let mut counts = [0_u64; 256];
    set.pixels().iter().for_each(|&pixel| counts[usize::from(pixel)] += 1);
    let moment = |power: i32| {
        let sum: f64 = (0..256).map(|value| counts[value] as f64 * (value as f64 / 255.0).powi(power)).sum();
        sum / set.pixels().len() as f64
    };
    let mean = moment(1);
    let classes = (0..10).map(|class| set.labels().iter().filter(|&&label| label == class).count()).collect();
    (mean, (moment(2) - mean * mean).sqrt(), classes)
}

#[test]
fn mnist_has_its_published_facts() {
    let Some(folder) = data_folder("mnist") else { return };
    let train = read_folder(&folder, Part::Train, digit_names()).expect("the published files");
    let (mean, std, classes) = facts(&train);
    assert!((mean - 0.13066).abs() < 5e-6 && (std - 0.308108).abs() < 5e-7, "{mean} {std}");
    assert_eq!(classes, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let test = read_folder(&folder, Part::Test, digit_names()).expect("the published files");
    assert_eq!(facts(&test).2, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

#[test]
fn fashion_has_its_published_facts() {
    let Some(folder) = data_folder("fashion") else { return };
    let train = read_folder(&folder, Part::Train, garment_names()).expect("the published files");
    let (mean, std, classes) = facts(&train);
    assert!((mean - 0.286041).abs() < 5e-7 && (std - 0.353024).abs() < 5e-7, "{mean} {std}");
    assert_eq!(classes, [6000; 10]);
    assert_eq!(facts(&read_folder(&folder, Part::Test, garment_names()).expect("the published files")).2, [1000; 10]);
}
