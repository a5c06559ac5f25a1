//! Whatever is done to a file, reading it ends, in a set within its memory or in a refusal.

use std::cell::Cell;
use std::fs;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use super::make::*;
use crate::import::{Given, Hints, prepare, read};
use crate::rng::Rng;

const MEMORY: u64 = 4096;

/// Counts what is read of it: work must stay within a multiple of the file, whatever the file claims.
struct Counted {
    bytes: Cursor<Vec<u8>>,
    read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(bytes)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let ramp: Vec<u8> = (0..96).collect();
    let floats: Vec<u8> = (0..24_u8).flat_map(|i| f32::from(i).to_be_bytes()).collect();
    let colours = image::RgbImage::from_fn(5, 4, |x, y| image::Rgb([x as u8 * 40, y as u8 * 60, 9]));
    let picture = |format| encode(colours.clone(), format);
    vec![
        ("a.idx", idx(8, &[6, 4, 4], &ramp)),
        ("f.idx", idx(0x0d, &[6, 2, 2], &floats)),
        ("a.idx.gz", gzip(&idx(8, &[6, 4, 4], &ramp))),
        ("a.npy", npy("|u1", false, "(6, 4, 4)", &ramp)),
        ("f.npy", npy(">f4", true, "(2, 2, 2, 3)", &floats)),
        (
            "a.npz",
            zip(&[
                packed("x_train.npy", npy("|u1", false, "(6, 16)", &ramp)),
                Packed { method: 0, ..packed("y_train.npy", npy("<i2", false, "(6,)", &[0; 12])) },
            ]),
        ),
        (
            "w.npz",
            zip(&[
                packed("x.npy", npy("|u1", false, "(6, 4, 4)", &ramp)),
                packed("y.npy", npy("|S3", false, "(6,)", b"catdogcatdogox\0cat")),
            ]),
        ),
        ("a.csv", b"label,a,b,c,d\ncat,1,2,3,4\n\"dog\",0.5,6,7,8\n".to_vec()),
        ("b.tsv", b"0,5\t1\t2\t3\t9\n4\t5\t6\t7\t8\n".to_vec()),
        ("a.zip", zip(&[packed("cats/1.png", grey(3, 3, 3)), packed("dogs/2.png", grey(4, 2, 200))])),
        ("a.png", picture(image::ImageFormat::Png)),
        ("a.jpg", picture(image::ImageFormat::Jpeg)),
        ("a.gif", picture(image::ImageFormat::Gif)),
        ("a.bmp", picture(image::ImageFormat::Bmp)),
        ("a.webp", picture(image::ImageFormat::WebP)),
    ]
}

/// Bits flipped, bytes set to what is likely to hurt, pieces cut out, doubled, or taken from another file.
fn damaged(bytes: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(bytes.len().max(1));
        let to = at + rng.below(bytes.len() - at.min(bytes.len()) + 1);
        match rng.below(7) {
            _ if bytes.is_empty() => bytes.extend(other),
            0 => bytes[at] ^= 1 << rng.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'('][rng.below(7)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..to)),
            4 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => {
                let from = rng.below(other.len());
                let end = from + rng.below(other.len() - from + 1);
                bytes.splice(at..to.min(at + 40), other[from..end].iter().copied());
            }
            _ => {
                let end = bytes.len().min(at + 4);
                bytes[at..end].fill(0xff);
            }
        }
    }
    bytes
}

fn survive(name: &str, bytes: Vec<u8>, rng: &mut Rng) -> bool {
    let counter = Rc::new(Cell::new(0));
    let length = bytes.len() as u64;
    let source = Counted { bytes: Cursor::new(bytes), read: Rc::clone(&counter) };
    let given = Given::new(name, Box::new(source)).expect("memory has a length");
    let shape = (rng.below(8) == 0).then_some([2, 2, 1]);
    let hints = Hints { memory: MEMORY, shape, ..Hints::default() };
    let mut go_on = |_: u64, _: u64| ControlFlow::Continue(());
    let result = read(vec![given], &hints, &mut go_on);
    assert!(counter.get() <= 20 * length + (1 << 18), "{name}: {} of {length} bytes were read", counter.get());
    let Ok(set) = result else { return false };
    // One picture alone may be larger than all may be.
    assert!(set.len() == 1 || set.memory() <= MEMORY, "{name}: {} bytes", set.memory());
    let preview = set.preview();
    let ready = prepare(&set, &preview.choices, &mut go_on).expect("what was read can be used");
    assert_eq!(ready.labels.len() * ready.format.bytes(), ready.pixels.len());
    ready.image_sets().expect("a format that is known");
    true
}

#[test]
fn damaged_files_end_in_a_set_or_a_refusal() {
    let seeds = seeds();
    for (number, (name, bytes)) in seeds.iter().enumerate() {
        let mut rng = Rng::stream(7, number as u32);
        assert!(survive(name, bytes.clone(), &mut Rng::new(1)), "{name} is whole");
        let mut read = 0;
        let rounds = 1500;
        for _ in 0..rounds {
            let other = &seeds[rng.below(seeds.len())].1;
            read += u32::from(survive(name, damaged(bytes, other, &mut rng), &mut rng));
        }
        assert!(read < rounds, "{name}: no damage was ever noticed");
    }
}

/// The files with which `fuzz/` begins.
#[test]
#[ignore = "writes into the checkout"]
fn writes_seeds() {
    for (name, bytes) in seeds() {
        let target = match name.trim_end_matches(".gz").rsplit_once('.').expect("an ending").1 {
            "tsv" => "csv",
            target @ ("idx" | "npy" | "npz" | "csv" | "zip") => target,
            _ => "picture",
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a file");
    }
}

#[test]
fn every_cut_ends_in_a_set_or_a_refusal() {
    for (name, bytes) in seeds() {
        for length in 0..bytes.len() {
            survive(name, bytes[..length].to_vec(), &mut Rng::new(1));
        }
    }
}
