//! What `data::write` writes comes back as it was.

use super::make::*;
use crate::data::idx::{IdxFile, read_set};
use crate::data::image_set::digit_names;
use crate::data::write::set::{Format, SetWriter};
use crate::data::write::{idx, zip};
use crate::import::{Choices, Note, Test, Unwatched, prepare};
use crate::rng::Rng;
use crate::spec::PIXELS;

/// 23 pictures of noise, of the classes 0, 3 and 9, and their points of a space of three dimensions.
fn noise() -> (Vec<u8>, Vec<u8>, Vec<f32>) {
    let rng = &mut Rng::new(3);
    let pixels = (0..23 * PIXELS).map(|_| rng.u32() as u8).collect();
    (pixels, (0..23).map(|i| [3, 0, 9, 3][i % 4]).collect(), (0..69).map(|_| rng.normal()).collect())
}

fn written(format: Format) -> Vec<u8> {
    let (pixels, labels, z) = noise();
    let mut set = SetWriter::new(format, crate::spec::Format::GREY_28, 23, 3).expect("a file");
    for (from, to) in [(0, 10), (10, 23)] {
        let pieces = (&pixels[from * PIXELS..to * PIXELS], &labels[from..to], &z[from * 3..to * 3]);
        set.add(pieces.0, pieces.1, pieces.2).expect("pictures");
    }
    set.finish().expect("a file")
}

/// Every picture with the name of its class, in one order.
fn pictures(file: Vec<u8>) -> (Vec<(String, Vec<u8>)>, Vec<Note>) {
    let set = one("generated.zip", file).expect("a file that was written here");
    let choices = Choices { test: Test::Percent(0), invert: false, ..set.preview().choices };
    let ready = prepare(&set, &choices, &mut Unwatched).expect("a set");
    assert_eq!(ready.format, crate::spec::Format::GREY_28);
    let names = ready.labels.iter().map(|&label| ready.class_names[usize::from(label)].clone());
    let mut all: Vec<_> = names.zip(ready.pixels.chunks_exact(PIXELS).map(<[u8]>::to_vec)).collect();
    all.sort();
    (all, set.notes().to_vec())
}

#[test]
fn every_format_comes_back_through_the_readers() {
    let (pixels, labels, _) = noise();
    let mut expect: Vec<_> =
        labels.iter().map(u8::to_string).zip(pixels.chunks_exact(PIXELS).map(<[u8]>::to_vec)).collect();
    expect.sort();
    for format in Format::ALL {
        let (found, notes) = pictures(written(format));
        assert!(found == expect, "{format:?}");
        // The points are no pictures and no labels.
        let points = [Note::Ignored { files: 1, names: vec!["z.npy".into()] }];
        assert_eq!(notes, if format == Format::Npz { &points[..] } else { &[] }, "{format:?}");
    }
}

#[test]
fn idx_is_what_the_tool_reads() {
    let (pixels, labels, z) = noise();
    let mut set = idx::Idx::new(crate::spec::Format::GREY_28, 23).expect("two files");
    set.add(&pixels, &labels).expect("pictures");
    let archive = set.finish(&[]).expect("an archive");
    // The files are stored in it: each begins with gzip's magic behind its name.
    let behind = |name: &str| archive.windows(name.len()).position(|w| w == name.as_bytes()).map(|at| at + name.len());
    let (images, marks) = (behind(idx::IMAGES).expect("pictures"), behind(idx::LABELS).expect("labels"));
    let end = archive.windows(4).position(|w| w == b"PK\x01\x02").expect("a table");
    let images = IdxFile { name: "images", bytes: &archive[images..marks - idx::LABELS.len() - 30] };
    let marks = IdxFile { name: "labels", bytes: &archive[marks..end] };
    let read = read_set(images, marks, digit_names()).expect("a set");
    assert_eq!((read.pixels(), read.labels(), z.len()), (&pixels[..], &labels[..], 69));
}

#[test]
fn names_are_read_as_they_were_written() {
    let mut archive = zip::Zip::default();
    for (name, value) in [("año/ä.png", 10), ("貓/1.png", 20), ("plain/b.png", 30)] {
        let picture = crate::data::write::png::file(&[value; PIXELS], crate::spec::Format::GREY_28).expect("a picture");
        let file = if value == 20 { zip::Packed::deflated(&picture) } else { Ok(zip::Packed::stored(picture)) };
        archive.add(name, &file.expect("a file")).expect("room");
    }
    let set = one("a.zip", archive.finish().expect("an archive")).expect("three pictures");
    let mut names = set.classes().expect("a folder each").names.clone();
    names.sort();
    assert_eq!(names, ["año", "plain", "貓"]);
}
