//! Two hundred generated digits on one sheet, and beside them two hundred of MNIST if a folder with its files is given:
//! `cargo run --example contact_sheet -- docs/digits.png [../shared/data/mnist]`.

use std::io::{self, Write};
use std::path::Path;
use std::{env, error, fs};

use flate2::{Compression, Crc, write::ZlibEncoder};
use latentscape::data::idx::{self, Part};
use latentscape::data::{digits, image_set};
use latentscape::spec::{CLASSES, SIDE};

/// Digits of a class, side by side; a row of the sheet is a class.
const COLUMNS: usize = 20;
/// White between generated and real digits, in pixels.
const GAP: usize = 28;
/// Pixels of the sheet a pixel of a picture.
const ZOOM: usize = 2;

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(target), mnist) = (arguments.next(), arguments.next()) else {
        return Err("say where to write the sheet, and where MNIST is if it shall be beside".into());
    };
    let mut sets = vec![digits::digits(1, 1000).0];
    if let Some(folder) = mnist {
        sets.push(idx::read_folder(Path::new(&folder), Part::Test, image_set::digit_names())?);
    }
    let width = (sets.len() * (COLUMNS * SIDE + GAP) - GAP) * ZOOM;
    let mut sheet = vec![255; width * CLASSES * SIDE * ZOOM];
    for (block, set) in sets.iter().enumerate() {
        for class in 0..CLASSES {
            let members = (0..set.len()).filter(|&i| usize::from(set.labels()[i]) == class);
            for (column, i) in members.take(COLUMNS).enumerate() {
                let left = block * (COLUMNS * SIDE + GAP) + column * SIDE;
                paste(&mut sheet, width, [left * ZOOM, class * SIDE * ZOOM], set.image(i));
            }
        }
    }
    fs::write(target, png(&sheet, width)?)?;
    Ok(())
}

/// Black ink on white paper.
fn paste(sheet: &mut [u8], width: usize, [left, top]: [usize; 2], picture: &[u8]) {
    for y in 0..SIDE * ZOOM {
        for x in 0..SIDE * ZOOM {
            sheet[(top + y) * width + left + x] = 255 - picture[y / ZOOM * SIDE + x / ZOOM];
        }
    }
}

/// A grey picture of 8 bits a pixel as PNG (W3C Recommendation, third edition).
fn png(pixels: &[u8], width: usize) -> io::Result<Vec<u8>> {
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in pixels.chunks(width) {
        rows.write_all(&[0])?;
        rows.write_all(row)?;
    }
    let size = [width, pixels.len() / width].map(|length| (length as u32).to_be_bytes()).concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &[&size[..], &[8, 0, 0, 0, 0]].concat());
    chunk(&mut file, *b"IDAT", &rows.finish()?);
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(content);
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend(sum.sum().to_be_bytes());
}
