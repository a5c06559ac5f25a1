//! Values as pictures: RGBA, eight bits each, row by row from the top left.

use super::palette::CLASS;
use crate::spec::Format;
use crate::state::painting::{Painting, UNTOUCHED};
use crate::state::pictures::Atlas;

/// Strokes of the decoded plane: a soft white on the plane's near-black.
const INK: [f32; 3] = [232.0, 236.0, 244.0];
const GROUND: [f32; 3] = [8.0, 10.0, 14.0];

/// The decoded plane in the plane's colours, or in its own where it has any.
pub fn atlas(atlas: &Atlas) -> Vec<u8> {
    if atlas.format.is_colour() { coloured(&atlas.pixels) } else { tinted(&atlas.pixels) }
}

/// A picture as it is: its pixels are numbers.
pub fn rgba(pixels: &[u8], format: Format) -> Vec<u8> {
    if format.is_colour() { coloured(pixels) } else { grey(pixels) }
}

/// All red values, all green ones, all blue ones.
fn coloured(planar: &[u8]) -> Vec<u8> {
    let plane = planar.len() / 3;
    (0..plane).flat_map(|i| [planar[i], planar[plane + i], planar[2 * plane + i], 255]).collect()
}

/// How far two pictures are apart in each pixel, the mean over its channels.
pub fn apart(a: &[u8], b: &[u8], format: Format) -> Vec<u8> {
    let of = |i: usize| {
        let channels = a.iter().skip(i).step_by(format.pixels()).zip(b.iter().skip(i).step_by(format.pixels()));
        let sum: usize = channels.map(|(a, b)| usize::from(a.abs_diff(*b))).sum();
        (sum / format.channels) as u8
    };
    (0..format.pixels()).map(of).collect()
}

/// Grey values as soft white on near-black.
pub fn tinted(grey: &[u8]) -> Vec<u8> {
    let table: Vec<[u8; 4]> = (0..=255u8)
        .map(|value| {
            let t = f32::from(value) / 255.0;
            let mix = |i: usize| (GROUND[i] + (INK[i] - GROUND[i]) * t).round() as u8;
            [mix(0), mix(1), mix(2), 255]
        })
        .collect();
    grey.iter().flat_map(|&value| table[usize::from(value)]).collect()
}

/// Values from black by way of orange to white: how much, not what is inked.
pub fn ember(values: &[u8]) -> Vec<u8> {
    let part =
        |value: u8, from: u32, to: u32| ((u32::from(value).saturating_sub(from) * 255 / (to - from)).min(255)) as u8;
    values.iter().flat_map(|&value| [part(value, 0, 150), part(value, 60, 220), part(value, 170, 255), 255]).collect()
}

/// A picture that is painted on: as it is where it is untouched, and in colours of its own everywhere; grey is tinted where
/// a weight says that it was painted.
pub fn painted(painting: &Painting) -> Vec<u8> {
    if painting.format.is_colour() {
        return coloured(&painting.picture);
    }
    let pixel = |(&value, &weight): (&u8, &u8)| {
        if weight <= UNTOUCHED {
            return [value, value, value, 255];
        }
        // What is erased is to be seen as well as what is inked.
        let mix = |dark: u32, light: u32| (dark + (light - dark) * u32::from(value) / 255) as u8;
        [mix(70, 255), mix(42, 205), mix(16, 120), 255]
    };
    painting.picture.iter().zip(&painting.weights).flat_map(pixel).collect()
}

fn grey(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|&value| [value, value, value, 255]).collect()
}

/// Points of the square of ±`reach` in their classes' colours, on a square of `side` pixels; y grows upwards. What has no
/// label is of class 0.
pub fn scatter(points: &[[f32; 2]], labels: &[u8], side: usize, reach: f32) -> Vec<u8> {
    let mut rgba: Vec<u8> = GROUND.map(|v| v as u8).into_iter().chain([255]).cycle().take(4 * side * side).collect();
    // A few pixels each, so that a single one is seen and thousands leave gaps.
    let half = if points.len() < 100 { side / 60 + 1 } else { side / 400 };
    for (i, &point) in points.iter().enumerate().filter(|(_, p)| p.iter().all(|v| v.is_finite())) {
        let colour = CLASS[usize::from(labels.get(i).copied().unwrap_or(0)) % CLASS.len()];
        let at = super::warp::place(point, side as f32, reach).map(|v| v as i64);
        for y in at[1] - half as i64..=at[1] + half as i64 {
            for x in at[0] - half as i64..=at[0] + half as i64 {
                if (0..side as i64).contains(&x) && (0..side as i64).contains(&y) {
                    let pixel = 4 * (y as usize * side + x as usize);
                    rgba[pixel..pixel + 3].copy_from_slice(&colour);
                }
            }
        }
    }
    rgba
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_where_they_are_in_their_colours() {
        let rgba = scatter(&[[1.0, 1.0], [f32::NAN, 0.0], [99.0, 0.0]], &[3], 40, 2.0);
        let at = |x: usize, y: usize| [0, 1, 2].map(|i| rgba[4 * (y * 40 + x) + i]);
        assert_eq!((at(30, 10), at(10, 30)), (CLASS[3], GROUND.map(|v| v as u8)));
        assert_eq!(rgba.len(), 4 * 40 * 40);
    }

    #[test]
    fn embers_grow_brighter() {
        let brightness: Vec<u32> =
            ember(&[0, 60, 120, 200, 255]).chunks(4).map(|p| p[..3].iter().map(|c| u32::from(*c)).sum()).collect();
        assert!(brightness[0] == 0 && brightness[4] == 3 * 255 && brightness.is_sorted(), "{brightness:?}");
    }

    #[test]
    fn paint_is_seen_dark_and_light_and_the_rest_is_itself() {
        let (picture, weights) = (vec![0, 200, 0, 255], vec![UNTOUCHED, UNTOUCHED, 255, 255]);
        let pixels = painted(&Painting { format: Format::GREY_28, picture, weights });
        assert_eq!((&pixels[..4], &pixels[4..8]), (&[0u8, 0, 0, 255][..], &[200u8, 200, 200, 255][..]));
        assert!(pixels[8] > pixels[10] && pixels[12] > pixels[14]);
    }

    #[test]
    fn planes_become_pixels_and_differences_means() {
        let format = Format { side: 28, channels: 3 };
        let picture: Vec<u8> = [10, 20, 30].into_iter().flat_map(|value| [value; 784]).collect();
        assert_eq!(rgba(&picture, format)[..8], [10, 20, 30, 255, 10, 20, 30, 255]);
        let other: Vec<u8> = [13, 20, 24].into_iter().flat_map(|value| [value; 784]).collect();
        assert_eq!(apart(&picture, &other, format), [3; 784]);
    }

    #[test]
    fn tint_and_grey_keep_order_and_value() {
        assert_eq!(grey(&[0, 200]), [0, 0, 0, 255, 200, 200, 200, 255]);
        let tint = tinted(&[0, 255]);
        assert_eq!((&tint[..4], &tint[4..]), (&[8u8, 10, 14, 255][..], &[232u8, 236, 244, 255][..]));
    }
}
