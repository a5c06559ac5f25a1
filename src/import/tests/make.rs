//! Makers of files of every format that is read.

use std::io::{Cursor, Write};

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use image::{DynamicImage, ImageFormat};

use crate::import::{Collected, Given, Hints, Refusal, Unwatched, read};

pub fn given(path: &str, bytes: &[u8]) -> Given {
    Given::new(path, Box::new(Cursor::new(bytes.to_vec()))).expect("memory has a length")
}

pub fn collect(files: &[(&str, Vec<u8>)], hints: &Hints) -> Result<Collected, Refusal> {
    read(files.iter().map(|(path, bytes)| given(path, bytes)).collect(), hints, &mut Unwatched)
}

/// Of one file, with nothing said.
pub fn one(path: &str, bytes: Vec<u8>) -> Result<Collected, Refusal> {
    collect(&[(path, bytes)], &Hints::default())
}

pub fn idx(element: u8, shape: &[u32], content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, element, shape.len() as u8];
    shape.iter().for_each(|length| bytes.extend(length.to_be_bytes()));
    bytes.extend(content);
    bytes
}

pub fn npy(descr: &str, fortran: bool, shape: &str, content: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    npy_text(&format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n"), content)
}

pub fn npy_text(header: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(content);
    bytes
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// An entry as `zip` writes it, and what a test makes wrong about it.
pub struct Packed {
    pub name: String,
    pub content: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    /// Written instead of the true size.
    pub claim: Option<u32>,
}

pub fn packed(name: &str, content: Vec<u8>) -> Packed {
    Packed { name: name.into(), content, method: 8, flags: 0, claim: None }
}

pub fn zip(entries: &[Packed]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut table = Vec::new();
    for Packed { name, content, method, flags, claim } in entries {
        let mut crc = Crc::new();
        crc.update(content);
        let data = if *method == 8 {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(content).expect("writing to memory");
            encoder.finish().expect("writing to memory")
        } else {
            content.clone()
        };
        let at = bytes.len() as u32;
        let size = claim.unwrap_or(content.len() as u32);
        let mut common = Vec::new();
        for half in [20, *flags, *method, 0, 0] {
            common.extend(half.to_le_bytes());
        }
        for word in [crc.sum(), data.len() as u32, size] {
            common.extend(word.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(&data);
        table.extend(b"PK\x01\x02\x14\x00");
        table.extend(&common);
        table.extend([0; 10]);
        table.extend(at.to_le_bytes());
        table.extend(name.as_bytes());
    }
    let at = bytes.len() as u32;
    bytes.extend(&table);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend((entries.len() as u16).to_le_bytes());
    bytes.extend((entries.len() as u16).to_le_bytes());
    bytes.extend((table.len() as u32).to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes.extend(0_u16.to_le_bytes());
    bytes
}

/// The same archive with its end as zip64 has it, which more than 65,535 entries want.
pub fn zip64(entries: &[Packed]) -> Vec<u8> {
    let mut bytes = zip(entries);
    let end = bytes.split_off(bytes.len() - 22);
    let word = |at: usize| u64::from(u32::from_le_bytes(end[at..at + 4].try_into().expect("four bytes")));
    let record = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([0; 12]);
    for field in [entries.len() as u64, entries.len() as u64, word(12), word(16)] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(record.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([4, 0]);
    bytes.extend(b"note");
    bytes
}

pub fn encode(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("a format that is written");
    bytes.into_inner()
}

/// A grey picture, a value everywhere.
pub fn grey(width: u32, height: u32, value: u8) -> Vec<u8> {
    encode(image::GrayImage::from_pixel(width, height, image::Luma([value])), ImageFormat::Png)
}
