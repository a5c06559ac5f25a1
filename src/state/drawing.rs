//! A drawing as the encoder expects it: like the pictures it was trained on.

use crate::data::entropy;
use crate::spec::{Format, SIDE};

/// Pixels of a drawing to one of the picture, along a side.
pub const TIMES: usize = 4;

/// Ink below this, in whole pixels of the picture, can hardly be seen: a single dot of the pen is three.
const LEAST_INK: f32 = 1.0;

/// Pictures whose darkest and lightest values are nearer than this are of one grey.
const LEAST_CONTRAST: u8 = 16;

/// The longer side of what is drawn, as a share of the picture's.
const BOX: f32 = 20.0 / SIDE as f32;

/// Size-normalises and centres a drawing as MNIST was (LeCun, Cortes and Burges 1998): its bounding box is scaled to 20
/// pixels of 28, keeping its proportions, and its centre of mass is put in the middle of the picture.
///
/// `ink`: a drawing for a picture of `side` pixels, 255 is ink. Gives the picture, or nothing for an empty drawing.
pub fn normalise(ink: &[u8], side: usize) -> Option<Vec<u8>> {
    let canvas = TIMES * side;
    if ink.len() != canvas * canvas {
        return None;
    }
    let total: f32 = ink.iter().map(|&p| f32::from(p) / 255.0).sum();
    if total < LEAST_INK * (TIMES * TIMES) as f32 {
        return None;
    }
    let rows: Vec<usize> = (0..canvas).filter(|&y| (0..canvas).any(|x| ink[y * canvas + x] > 64)).collect();
    let columns: Vec<usize> = (0..canvas).filter(|&x| (0..canvas).any(|y| ink[y * canvas + x] > 64)).collect();
    let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
    let (left, right) = (*columns.first()?, *columns.last()? + 1);
    // Pixels of the drawing to one of the picture.
    let ratio = (bottom - top).max(right - left) as f32 / (BOX * side as f32);
    let at = |x: usize, y: usize| f32::from(ink[y * canvas + x]) / 255.0;
    let (mut mx, mut my) = (0.0, 0.0);
    for y in 0..canvas {
        for x in 0..canvas {
            mx += at(x, y) * (x as f32 + 0.5);
            my += at(x, y) * (y as f32 + 0.5);
        }
    }
    let (mx, my) = (mx / total, my / total);
    Some((0..side * side).map(|i| covered(ink, side, [i % side, i / side], ratio, [mx, my])).collect())
}

/// Mean ink of the drawing under one pixel of the picture, on 4×4 samples.
fn covered(ink: &[u8], side: usize, pixel: [usize; 2], ratio: f32, mass: [f32; 2]) -> u8 {
    const SAMPLES: usize = 4;
    let (canvas, middle) = (TIMES * side, side as f32 / 2.0);
    let place = |p: usize, s: usize, mass: f32| {
        let at = p as f32 + (s as f32 + 0.5) / SAMPLES as f32;
        let at = mass + (at - middle) * ratio;
        (at >= 0.0 && at < canvas as f32).then_some(at as usize)
    };
    let mut sum = 0;
    for sy in 0..SAMPLES {
        for sx in 0..SAMPLES {
            if let (Some(x), Some(y)) = (place(pixel[0], sx, mass[0]), place(pixel[1], sy, mass[1])) {
                sum += u32::from(ink[y * canvas + x]);
            }
        }
    }
    (sum / (SAMPLES * SAMPLES) as u32) as u8
}

/// A drawing as it stands, only smaller: the mean of each four by four pixels.
///
/// `drawing`: for a picture of this format, planar. Gives the picture, or nothing for an empty drawing.
pub fn shrink(drawing: &[u8], format: Format) -> Option<Vec<u8>> {
    let (side, canvas) = (format.side, TIMES * format.side);
    let total: f32 = drawing.iter().map(|&p| f32::from(p) / 255.0).sum();
    if drawing.len() != canvas * canvas * format.channels || total < LEAST_INK * (TIMES * TIMES) as f32 {
        return None;
    }
    let mean = |i: usize| {
        // Rows of the next channel follow on those of the one before.
        let corner = (i / side * canvas + i % side) * TIMES;
        let sum: u32 = (0..TIMES * TIMES).map(|j| u32::from(drawing[corner + j / TIMES * canvas + j % TIMES])).sum();
        (sum / (TIMES * TIMES) as u32) as u8
    };
    Some((0..format.bytes()).map(mean).collect())
}

/// Whether the ink of a picture is what is dark in it: whether its border is light.
///
/// `grey`: rows of `width` bytes.
pub fn dark_on_light(grey: &[u8], width: usize) -> bool {
    let border = border(grey, width);
    border.iter().map(|&value| u32::from(value)).sum::<u32>() > 127 * border.len() as u32
}

/// The ink of a picture, turned round where it is dark: from the level of its paper to that of its deepest ink, spread over
/// 0 to 255. Paper is what nine tenths of the border are no inkier than, so that a photograph's shadows are none. Nothing
/// for a picture of one grey.
///
/// `grey`: rows of `width` bytes.
pub fn ink_of(grey: &[u8], width: usize, dark: bool) -> Option<Vec<u8>> {
    let inky: Vec<u8> = grey.iter().map(|&value| if dark { 255 - value } else { value }).collect();
    let (low, high) = (*inky.iter().min()?, *inky.iter().max()?);
    if high - low < LEAST_CONTRAST {
        return None;
    }
    let mut border = border(&inky, width);
    border.sort_unstable();
    let level = border.get(border.len() * 9 / 10).copied().unwrap_or(low);
    // Somebody may have chosen the paper for ink.
    let paper = if u32::from(level) * 2 < u32::from(low) + u32::from(high) { level } else { low };
    let spread = |value: u8| u32::from(value.saturating_sub(paper)) * 255 / u32::from(high - paper);
    Some(inky.into_iter().map(|value| spread(value) as u8).collect())
}

fn border(grey: &[u8], width: usize) -> Vec<u8> {
    let height = grey.len() / width.max(1);
    let edge = |i: &usize| {
        let (x, y) = (i % width, i / width);
        x == 0 || y == 0 || x + 1 == width || y + 1 == height
    };
    (0..width * height).filter(edge).map(|i| grey[i]).collect()
}

/// A picture's ink in the middle of a drawing's square, as large as fits: every pixel the mean of what lies under it, so
/// that thin lines of a large picture become faint and do not break.
///
/// `ink`: rows of `width` bytes. Gives a drawing for a picture of `side` pixels.
pub fn fit(ink: &[u8], width: usize, side: usize) -> Vec<u8> {
    let (height, canvas) = (ink.len() / width.max(1), TIMES * side);
    let ratio = width.max(height) as f32 / canvas as f32;
    let (across, down) = (shares(width, ratio, canvas), shares(height, ratio, canvas));
    let row = |y: usize| -> Vec<f32> {
        let mean = |parts: &Vec<(usize, f32)>| parts.iter().map(|(x, part)| part * f32::from(ink[y * width + x])).sum();
        across.iter().map(mean).collect()
    };
    let rows: Vec<Vec<f32>> = (0..height).map(row).collect();
    let mean = |x: usize, parts: &Vec<(usize, f32)>| parts.iter().map(|(y, part)| part * rows[*y][x]).sum::<f32>();
    (0..canvas * canvas).map(|i| mean(i % canvas, &down[i / canvas]).round() as u8).collect()
}

/// For each pixel along a drawing, which of a picture's `size` pixels lie under it and with what share of it, when the
/// picture stands in the middle and `ratio` of its pixels make one of the drawing's.
fn shares(size: usize, ratio: f32, canvas: usize) -> Vec<Vec<(usize, f32)>> {
    let start = (size as f32 - ratio * canvas as f32) / 2.0;
    let of = |i: usize| {
        let edge = |i: usize| (start + i as f32 * ratio).clamp(0.0, size as f32);
        let (from, to) = (edge(i), edge(i + 1));
        let part = move |x: usize| (x, (to.min(x as f32 + 1.0) - from.max(x as f32)) / ratio);
        (from as usize..to.ceil() as usize).map(part).filter(|(_, part)| *part > 0.0).collect()
    };
    (0..canvas).map(of).collect()
}

/// The mean of |x − x̂| over the pixels, from 0 to 1.
pub fn error(x: &[u8], reconstruction: &[u8]) -> f32 {
    let apart = |(x, r): (&u8, &u8)| f32::from(x.abs_diff(*r)) / 255.0;
    x.iter().zip(reconstruction).map(apart).sum::<f32>() / x.len().max(1) as f32
}

/// The least that −log p(x|z) of Bernoulli pixels can be, in nats: Σ −x·ln x − (1 − x)·ln(1 − x), which x̂ = x has. Of grey
/// pixels it is above 0, and no decoder gets below it.
pub fn floor(x: &[u8]) -> f32 {
    entropy::mean(x, x.len()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PIXELS;

    const CANVAS: usize = TIMES * SIDE;
    const GREY: Format = Format::GREY_28;

    #[test]
    fn as_it_stands_a_drawing_keeps_its_place() {
        let picture = shrink(&block(8, 16, 40, 20), GREY).expect("a drawing");
        assert!((0..PIXELS).all(|i| {
            let inside = (2..12).contains(&(i % SIDE)) && (4..9).contains(&(i / SIDE));
            picture[i] == if inside { 255 } else { 0 }
        }));
        assert_eq!((shrink(&vec![0; CANVAS * CANVAS], GREY), shrink(&[1], GREY)), (None, None));
    }

    #[test]
    fn every_format_has_its_drawing() {
        for format in Format::all() {
            let picture: Vec<u8> = (0..format.bytes()).map(|i| (i * 7 % 256) as u8).collect();
            let planes = picture.chunks_exact(format.pixels());
            let drawing: Vec<u8> = planes.flat_map(|plane| fit(plane, format.side, format.side)).collect();
            assert_eq!(shrink(&drawing, format), Some(picture), "{format:?}");
        }
    }

    #[test]
    fn the_ink_is_what_the_border_is_not() {
        let dark = [250, 250, 250, 250, 10, 250, 250, 250, 250];
        let light = dark.map(|v| 255 - v);
        assert!(dark_on_light(&dark, 3) && !dark_on_light(&light, 3) && !dark_on_light(&[], 0));
        let spot = Some(vec![0, 0, 0, 0, 255, 0, 0, 0, 0]);
        assert_eq!((ink_of(&dark, 3, true), ink_of(&light, 3, false)), (spot.clone(), spot));
        assert_eq!(ink_of(&dark, 3, false), Some(vec![255, 255, 255, 255, 0, 255, 255, 255, 255]), "if so wished");
        assert_eq!((ink_of(&[7; 9], 3, false), ink_of(&[], 0, true)), (None, None));
    }

    #[test]
    fn shadows_on_paper_are_no_ink() {
        // Dark strokes on paper that lies in a shade from 230 to 150.
        let side = 40;
        let grey =
            |i: usize| if i / side == 20 && (10..30).contains(&(i % side)) { 30 } else { 230 - 2 * (i % side) as u8 };
        let picture: Vec<u8> = (0..side * side).map(grey).collect();
        let ink = ink_of(&picture, side, dark_on_light(&picture, side)).expect("a picture");
        assert!((0..side * side).all(|i| if picture[i] == 30 { ink[i] == 255 } else { ink[i] < 16 }));
    }

    #[test]
    fn a_picture_keeps_its_proportions_and_its_ink() {
        // As the data has them: it comes out as it went in.
        let small: Vec<u8> = (0..PIXELS).map(|i| (i * 7 % 256) as u8).collect();
        assert_eq!(shrink(&fit(&small, SIDE, SIDE), GREY), Some(small));
        // Wide: bands above and below stay empty.
        let wide = fit(&vec![200; 300 * 75], 300, SIDE);
        let band = |y: usize| wide[y * CANVAS..(y + 1) * CANVAS].to_vec();
        assert_eq!(
            (band(41), band(42), band(69), band(70)),
            (vec![0; 112], vec![200; 112], vec![200; 112], vec![0; 112])
        );
        // A line a pixel wide of a picture four times as large: a quarter of its ink, in one column, all the way.
        let line: Vec<u8> = (0..448 * 448).map(|i| if i % 448 == 201 { 255 } else { 0 }).collect();
        let thin = fit(&line, 448, SIDE);
        assert!((0..CANVAS * CANVAS).all(|i| thin[i] == if i % CANVAS == 50 { 64 } else { 0 }));
        assert_eq!(fit(&[], 0, SIDE), vec![0; CANVAS * CANVAS]);
    }

    #[test]
    fn errors_and_floors_by_hand() {
        assert_eq!((error(&[255, 0], &[255, 0]), error(&[], &[])), (0.0, 0.0));
        assert!((error(&[255, 51], &[51, 51]) - 0.4).abs() < 1e-6);
        assert_eq!(floor(&[255, 0, 0]), 0.0);
        // A fifth of ink: 0.2·ln 5 + 0.8·ln 1.25.
        assert!((floor(&[51, 204]) - 2.0 * (0.2 * 5f32.ln() + 0.8 * 1.25f32.ln())).abs() < 1e-6);
    }

    /// A filled rectangle of the drawing.
    fn block(left: usize, top: usize, width: usize, height: usize) -> Vec<u8> {
        let inside = |i: &usize| {
            let (x, y) = (i % CANVAS, i / CANVAS);
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        };
        (0..CANVAS * CANVAS).map(|i| if inside(&i) { 255 } else { 0 }).collect()
    }

    #[test]
    fn nothing_and_a_speck_are_empty_and_a_dot_is_a_drawing() {
        assert_eq!(normalise(&vec![0; CANVAS * CANVAS], SIDE), None);
        assert_eq!(normalise(&block(50, 50, 3, 3), SIDE), None);
        assert_eq!(normalise(&[255; 10], SIDE), None);
        assert!(normalise(&block(50, 50, 7, 7), SIDE).is_some());
    }

    #[test]
    fn wherever_and_however_large_it_is_drawn_the_picture_is_the_same() {
        let large = normalise(&block(4, 10, 40, 80), SIDE).expect("a drawing");
        let small = normalise(&block(70, 60, 20, 40), SIDE).expect("a drawing");
        let difference = large.iter().zip(&small).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(difference <= Some(40), "{difference:?}");
    }

    #[test]
    fn it_is_twenty_pixels_long_and_centred_by_mass() {
        let picture = normalise(&block(4, 10, 40, 80), SIDE).expect("a drawing");
        let rows: Vec<usize> =
            (0..SIDE).filter(|y| picture[y * SIDE..(y + 1) * SIDE].iter().any(|&p| p > 127)).collect();
        assert_eq!((rows.first(), rows.len()), (Some(&4), 20));
        let columns: Vec<usize> = (0..SIDE).filter(|&x| picture[14 * SIDE + x] > 127).collect();
        assert_eq!((columns.first(), columns.len()), (Some(&9), 10));
    }
}
