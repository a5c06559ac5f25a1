//! A drawing as the encoder expects it: like the pictures it was trained on.

use crate::spec::{PIXELS, SIDE};

/// Side of a drawing in pixels: four to a pixel of the picture.
pub const CANVAS: usize = 4 * SIDE;

/// Ink below this, in whole pixels of the picture, is a slip of the finger and no drawing.
const LEAST_INK: f32 = 6.0;

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

#[cfg(test)]
mod tests {
    use super::*;

    /// A filled rectangle of the drawing.
    fn block(left: usize, top: usize, width: usize, height: usize) -> Vec<u8> {
        let inside = |i: &usize| {
            let (x, y) = (i % CANVAS, i / CANVAS);
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        };
        (0..CANVAS * CANVAS).map(|i| if inside(&i) { 255 } else { 0 }).collect()
    }

    #[test]
    fn nothing_and_a_slip_are_empty() {
        assert_eq!(normalise(&vec![0; CANVAS * CANVAS]), None);
        assert_eq!(normalise(&block(50, 50, 6, 6)), None);
        assert_eq!(normalise(&[255; 10]), None);
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
