//! A drawing as the encoder expects it: like the pictures it was trained on.

use crate::spec::{PIXELS, SIDE};

/// Side of a drawing in pixels: four to a pixel of the picture.
pub const CANVAS: usize = 4 * SIDE;

/// Ink below this, in whole pixels of the picture, can hardly be seen: a single dot of the pen is three.
const LEAST_INK: f32 = 1.0;

/// The longer side of what is drawn, in pixels of the picture.
const BOX: f32 = 20.0;

/// Size-normalises and centres a drawing as MNIST was (LeCun, Cortes and Burges 1998): its bounding box is scaled to 20
/// pixels, keeping its proportions, and its centre of mass is put in the middle of 28×28.
///
/// `ink`: `CANVAS`² bytes, 255 is ink. Gives `PIXELS` bytes, or nothing for an empty drawing.
pub fn normalise(ink: &[u8]) -> Option<Vec<u8>> {
    if ink.len() != CANVAS * CANVAS {
        return None;
    }
    let total: f32 = ink.iter().map(|&p| f32::from(p) / 255.0).sum();
    if total / 16.0 < LEAST_INK {
        return None;
    }
    let rows: Vec<usize> = (0..CANVAS).filter(|&y| (0..CANVAS).any(|x| ink[y * CANVAS + x] > 64)).collect();
    let columns: Vec<usize> = (0..CANVAS).filter(|&x| (0..CANVAS).any(|y| ink[y * CANVAS + x] > 64)).collect();
    let (top, bottom) = (*rows.first()?, *rows.last()? + 1);
    let (left, right) = (*columns.first()?, *columns.last()? + 1);
    // Pixels of the drawing to one of the picture.
    let ratio = (bottom - top).max(right - left) as f32 / BOX;
    let at = |x: usize, y: usize| f32::from(ink[y * CANVAS + x]) / 255.0;
    let (mut mx, mut my) = (0.0, 0.0);
    for y in 0..CANVAS {
        for x in 0..CANVAS {
            mx += at(x, y) * (x as f32 + 0.5);
            my += at(x, y) * (y as f32 + 0.5);
        }
    }
    let (mx, my) = (mx / total, my / total);
    Some((0..PIXELS).map(|i| covered(ink, [i % SIDE, i / SIDE], ratio, [mx, my])).collect())
}

/// Mean ink of the drawing under one pixel of the picture, on 4×4 samples.
fn covered(ink: &[u8], pixel: [usize; 2], ratio: f32, mass: [f32; 2]) -> u8 {
    const SAMPLES: usize = 4;
    let middle = SIDE as f32 / 2.0;
    let place = |p: usize, s: usize, mass: f32| {
        let at = p as f32 + (s as f32 + 0.5) / SAMPLES as f32;
        let at = mass + (at - middle) * ratio;
        (at >= 0.0 && at < CANVAS as f32).then_some(at as usize)
    };
    let mut sum = 0;
    for sy in 0..SAMPLES {
        for sx in 0..SAMPLES {
            if let (Some(x), Some(y)) = (place(pixel[0], sx, mass[0]), place(pixel[1], sy, mass[1])) {
                sum += u32::from(ink[y * CANVAS + x]);
            }
        }
    }
    (sum / (SAMPLES * SAMPLES) as u32) as u8
}

/// A drawing as it stands, only smaller: the mean ink of each four by four pixels.
///
/// `ink`: `CANVAS`² bytes. Gives `PIXELS` bytes, or nothing for an empty drawing.
pub fn shrink(ink: &[u8]) -> Option<Vec<u8>> {
    const TIMES: usize = CANVAS / SIDE;
    if ink.len() != CANVAS * CANVAS || ink.iter().map(|&p| f32::from(p) / 255.0).sum::<f32>() / 16.0 < LEAST_INK {
        return None;
    }
    let mean = |i: usize| {
        let corner = (i / SIDE * CANVAS + i % SIDE) * TIMES;
        let sum: u32 = (0..TIMES * TIMES).map(|j| u32::from(ink[corner + j / TIMES * CANVAS + j % TIMES])).sum();
        (sum / (TIMES * TIMES) as u32) as u8
    };
    Some((0..PIXELS).map(mean).collect())
}

/// Whether the ink of a picture is what is dark in it: whether its border is light.
///
/// `grey`: `width`·`height` bytes.
pub fn dark_on_light(grey: &[u8], width: usize) -> bool {
    let height = grey.len() / width.max(1);
    if height == 0 {
        return false;
    }
    let edge = |i: &usize| [0, width - 1].contains(&(i % width)) || [0, height - 1].contains(&(i / width));
    let border: Vec<u32> = (0..width * height).filter(edge).map(|i| u32::from(grey[i])).collect();
    border.iter().sum::<u32>() > 127 * border.len() as u32
}

/// The ink of a picture: its grey values from the lightest to the darkest spread over 0 to 255, turned round where the ink
/// is dark. Nothing for a picture of one grey.
pub fn ink_of(grey: &[u8], dark: bool) -> Option<Vec<u8>> {
    let (low, high) = (*grey.iter().min()?, *grey.iter().max()?);
    let spread = |value: u8| (u32::from(value - low) * 255 / u32::from(high - low)) as u8;
    (high - low >= 16).then(|| grey.iter().map(|&v| if dark { 255 - spread(v) } else { spread(v) }).collect())
}

/// How far a reconstruction is off: the mean of |x − x̂| over the pixels, from 0 to 1, and −log p(x|z) of Bernoulli pixels,
/// in nats. Bytes hold no exact 0 or 1, so that x̂ is kept half a step away from both.
pub fn distance(x: &[u8], reconstruction: &[u8]) -> (f32, f32) {
    let part = |byte: u8| f32::from(byte) / 255.0;
    let pairs = || x.iter().zip(reconstruction).map(|(x, r)| (part(*x), part(*r)));
    let error = pairs().map(|(x, r)| (x - r).abs()).sum::<f32>() / x.len().max(1) as f32;
    let nats = |(x, r): (f32, f32)| {
        let r = r.clamp(0.5 / 255.0, 254.5 / 255.0);
        -(x * r.ln() + (1.0 - x) * (1.0 - r).ln())
    };
    (error, pairs().map(nats).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_it_stands_a_drawing_keeps_its_place() {
        let picture = shrink(&block(8, 16, 40, 20)).expect("a drawing");
        assert!((0..PIXELS).all(|i| {
            let inside = (2..12).contains(&(i % SIDE)) && (4..9).contains(&(i / SIDE));
            picture[i] == if inside { 255 } else { 0 }
        }));
        assert_eq!((shrink(&vec![0; CANVAS * CANVAS]), shrink(&[1])), (None, None));
    }

    #[test]
    fn the_ink_is_what_the_border_is_not() {
        let dark = [250, 250, 250, 250, 10, 250, 250, 250, 250];
        assert!(dark_on_light(&dark, 3) && !dark_on_light(&dark.map(|v| 255 - v), 3));
        assert_eq!(ink_of(&dark, true), Some(vec![0, 0, 0, 0, 255, 0, 0, 0, 0]));
        assert_eq!(ink_of(&dark.map(|v| 255 - v), false), ink_of(&dark, true));
        assert_eq!((ink_of(&[7; 9], false), ink_of(&[], true)), (None, None));
    }

    #[test]
    fn distances_by_hand() {
        let (error, nats) = distance(&[255, 0], &[255, 0]);
        assert!(error == 0.0 && (nats + 2.0 * (254.5f32 / 255.0).ln()).abs() < 1e-5);
        let (error, nats) = distance(&[255], &[51]);
        assert!((error - 0.8).abs() < 1e-6 && (nats - 5f32.ln()).abs() < 1e-5, "{nats}");
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
        assert_eq!(normalise(&vec![0; CANVAS * CANVAS]), None);
        assert_eq!(normalise(&block(50, 50, 3, 3)), None);
        assert_eq!(normalise(&[255; 10]), None);
        assert!(normalise(&block(50, 50, 7, 7)).is_some());
    }

    #[test]
    fn wherever_and_however_large_it_is_drawn_the_picture_is_the_same() {
        let large = normalise(&block(4, 10, 40, 80)).expect("a drawing");
        let small = normalise(&block(70, 60, 20, 40)).expect("a drawing");
        let difference = large.iter().zip(&small).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(difference <= Some(40), "{difference:?}");
    }

    #[test]
    fn it_is_twenty_pixels_long_and_centred_by_mass() {
        let picture = normalise(&block(4, 10, 40, 80)).expect("a drawing");
        let rows: Vec<usize> =
            (0..SIDE).filter(|y| picture[y * SIDE..(y + 1) * SIDE].iter().any(|&p| p > 127)).collect();
        assert_eq!((rows.first(), rows.len()), (Some(&4), 20));
        let columns: Vec<usize> = (0..SIDE).filter(|&x| picture[14 * SIDE + x] > 127).collect();
        assert_eq!((columns.first(), columns.len()), (Some(&9), 10));
    }
}
