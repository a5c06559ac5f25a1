//! From what was collected to what is trained on.

use super::make::*;
use crate::import::{Choices, Colours, Fit, Hints, Scale, Test, Unwatched, prepare};
use crate::spec::Format;

/// 20 pictures of 28×28, each of its number, with labels.
fn numbered() -> crate::import::Collected {
    let pixels: Vec<u8> = (0..20).flat_map(|i| [i; 784]).collect();
    let labels: Vec<u8> = (0..20).map(|i| i % 3).collect();
    let files = [("x.idx", idx(8, &[20, 28, 28], &pixels)), ("y.idx", idx(8, &[20], &labels))];
    collect(&files, &Hints::default()).expect("two files")
}

#[test]
fn guesses_what_is_paper_and_what_is_ink() {
    let guess = |bytes: Vec<u8>, name: &str| one(name, bytes).expect(name).preview().choices;
    let dark = guess(npy("|u1", false, "(1, 28, 28)", &[0; 784]), "dark.npy");
    assert_eq!((dark.invert, dark.background, dark.scale, dark.fit), (false, 0, Scale::Type, Fit::Pad));
    let paper = guess(npy("|u1", false, "(1, 28, 28)", &[250; 784]), "paper.npy");
    assert_eq!((paper.invert, paper.background), (true, 255));
    let fractions =
        guess(npy("<f4", false, "(2, 1, 1)", &[0.0_f32.to_le_bytes(), 1.0_f32.to_le_bytes()].concat()), "f.npy");
    assert_eq!(fractions.scale, Scale::Type);
    let wide = guess(npy("<i8", false, "(2, 1, 1)", &[0_i64.to_le_bytes(), 254_i64.to_le_bytes()].concat()), "i.npy");
    assert_eq!(wide.scale, Scale::Bytes);
    let signed =
        guess(npy("<f4", false, "(2, 1, 1)", &[(-1.0_f32).to_le_bytes(), 1.0_f32.to_le_bytes()].concat()), "s.npy");
    assert_eq!(signed.scale, Scale::Extent);
    let drawing = image::RgbaImage::from_fn(9, 9, |x, _| image::Rgba([0, 0, 0, if x == 4 { 255 } else { 0 }]));
    let drawing = guess(encode(drawing, image::ImageFormat::Png), "ink.png");
    assert_eq!((drawing.invert, drawing.background), (true, 255));
    let photograph = image::RgbImage::from_pixel(9, 9, image::Rgb([250, 200, 220]));
    let photograph = guess(encode(photograph, image::ImageFormat::Png), "photo.png");
    assert_eq!((photograph.invert, photograph.fit), (false, Fit::Crop));
    assert_eq!(photograph.format(), Format { side: 28, channels: 3 });
    let large = image::RgbImage::from_pixel(200, 90, image::Rgb([250, 200, 220]));
    let large = guess(encode(large, image::ImageFormat::Png), "large.png");
    assert_eq!(large.format(), Format { side: 32, channels: 3 });
}

#[test]
fn previews_what_there_is() {
    let set = numbered();
    let preview = set.preview();
    let names = ["0", "1", "2"].map(String::from);
    assert_eq!((preview.count, preview.facts.range), (20, [0.0, 19.0]));
    assert_eq!(preview.classes, names.into_iter().zip([7, 7, 6]).collect::<Vec<_>>());
    let sheet = set.sheet(&preview.choices);
    assert_eq!((sheet.format, sheet.count, sheet.pixels.len()), (Format::GREY_28, 20, 20 * 784));
    let json = serde_json::to_string(&preview).expect("plain data");
    assert_eq!(serde_json::from_str::<crate::import::Preview>(&json).expect("its own words"), preview);
}

#[test]
fn a_sheet_shows_classes_that_come_in_turn() {
    let pictures: Vec<u8> = (0..600).flat_map(|i| [100 * (i % 3) as u8 + 50; 784]).collect();
    let set = one("turns.npy", npy("|u1", false, "(600, 28, 28)", &pictures)).expect("an array");
    let sheet = set.sheet(&Choices { invert: false, ..set.preview().choices });
    let mut seen = [0; 3];
    sheet.pixels.chunks(784).for_each(|picture| seen[usize::from(picture[400] / 100).min(2)] += 1);
    assert!(sheet.count == 40 && seen.iter().all(|&n| n > 5), "{seen:?}");
}

#[test]
fn prepares_the_same_set_for_the_same_seed() {
    let set = numbered();
    let choices = Choices { test: Test::Percent(25), ..set.preview().choices };
    let first = prepare(&set, &choices, &mut Unwatched).expect("a set");
    assert_eq!((first.train, first.labels.len(), first.pixels.len()), (15, 20, 20 * 784));
    assert_eq!(first, prepare(&set, &choices, &mut Unwatched).expect("a set"));
    let other = prepare(&set, &Choices { seed: 2, ..choices }, &mut Unwatched).expect("a set");
    assert_ne!(first.labels, other.labels);
    // Every picture is there once, with its label.
    let mut seen: Vec<(u8, u8)> = first.pixels.chunks(784).map(|p| p[0]).zip(first.labels.clone()).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..20).map(|i| (i, i % 3)).collect::<Vec<_>>());
    let (train, test) = first.image_sets().expect("28×28 and grey");
    assert_eq!((train.len(), test.len(), train.class_names().len()), (15, 5, 3));
}

#[test]
fn draws_a_subset_from_all_over() {
    let set = numbered();
    let choices = Choices { most: Some(5), test: Test::Percent(0), ..set.preview().choices };
    let drawn = prepare(&set, &choices, &mut Unwatched).expect("a set");
    let mut fifths: Vec<u8> = drawn.pixels.chunks(784).map(|picture| picture[0] / 4).collect();
    fifths.sort_unstable();
    assert_eq!(fifths, [0, 1, 2, 3, 4]);
}

#[test]
fn keeps_the_halves_that_the_files_name() {
    let files =
        [("test.npy", npy("|u1", false, "(1, 1, 1)", &[9])), ("train.npy", npy("|u1", false, "(2, 1, 1)", &[1, 2]))];
    let set = collect(&files, &Hints::default()).expect("two parts");
    let choices = set.preview().choices;
    assert_eq!(choices.test, Test::AsGiven);
    let ready = prepare(&set, &choices, &mut Unwatched).expect("a set");
    assert_eq!((ready.train, ready.pixels[2 * 784], ready.labels), (2, 9, vec![0; 3]));
}

#[test]
fn colours_come_out_in_planes() {
    let picture = image::RgbImage::from_pixel(32, 32, image::Rgb([250, 20, 120]));
    let set = one("a.png", encode(picture, image::ImageFormat::Png)).expect("a PNG");
    let choices = Choices { test: Test::Percent(0), ..set.preview().choices };
    let ready = prepare(&set, &choices, &mut Unwatched).expect("a set");
    assert_eq!(ready.format, Format { side: 32, channels: 3 });
    let planes: Vec<u8> = [250, 20, 120].into_iter().flat_map(|value| [value; 32 * 32]).collect();
    assert!(ready.pixels == planes && set.sheet(&choices).pixels == planes);
}

#[test]
fn fits_inverts_and_covers() {
    // Left half black, right half white, twice as wide as high.
    let wide = image::GrayImage::from_fn(56, 28, |x, _| image::Luma([if x < 28 { 0 } else { 255 }]));
    let set = one("a.png", encode(wide, image::ImageFormat::Png)).expect("a PNG");
    assert_eq!(set.preview().choices.side, 64, "the least that loses nothing");
    let base = Choices { side: 28, invert: false, background: 9, test: Test::Percent(0), ..set.preview().choices };
    let make = |choices: &Choices| prepare(&set, choices, &mut Unwatched).expect("a set").pixels;
    let crop = make(&Choices { fit: Fit::Crop, ..base });
    assert_eq!((crop[0], crop[13], crop[14], crop[27]), (0, 0, 255, 255));
    let pad = make(&Choices { fit: Fit::Pad, ..base });
    assert_eq!((pad[0], pad[6 * 28], pad[7 * 28], pad[7 * 28 + 27], pad[20 * 28], pad[21 * 28]), (9, 9, 0, 255, 0, 9));
    let inverted = make(&Choices { fit: Fit::Pad, invert: true, ..base });
    assert!(pad.iter().zip(&inverted).all(|(a, b)| *a == 255 - *b));
    let rgb = make(&Choices { colours: Colours::Rgb, side: 64, ..base });
    assert_eq!(rgb.len(), 64 * 64 * 3);
    let refusal = prepare(&set, &Choices { side: 20, ..base }, &mut Unwatched).expect_err("20");
    assert_eq!(refusal.to_string(), "pictures of 20×20 are not made here");
    let large = prepare(&set, &Choices { side: 32, ..base }, &mut Unwatched).expect("a set");
    let (train, _) = large.image_sets().expect("a format that is known");
    assert_eq!(train.format(), Format { side: 32, channels: 1 });
    let half = encode(image::GrayAlphaImage::from_pixel(28, 28, image::LumaA([200, 51])), image::ImageFormat::Png);
    let half = one("a.png", half).expect("a PNG");
    let ready = prepare(&half, &Choices { background: 100, ..base }, &mut Unwatched).expect("a set");
    assert_eq!(ready.pixels[0], 120);
}

#[test]
fn a_cover_is_counted_in_the_units_of_the_colours() {
    let bytes = npy("|u1", false, "(1, 1, 1, 4)", &[200, 200, 200, 51]);
    let fractions = [200.0_f32, 200.0, 200.0, 51.0].map(|value| (value / 255.0).to_le_bytes()).concat();
    for file in [bytes, npy("<f4", false, "(1, 1, 1, 4)", &fractions)] {
        let set = one("a.npy", file).expect("a picture");
        assert!(set.facts().transparent && !set.facts().colourful);
        let choices = Choices { background: 100, invert: false, scale: Scale::Type, ..set.preview().choices };
        assert_eq!(prepare(&set, &choices, &mut Unwatched).expect("a set").pixels[0], 120);
    }
}
