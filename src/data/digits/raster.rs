//! Ink on 28×28 pixels: the strokes of a round pen, anti-aliased.

use super::pen::Dot;
use crate::spec::{PIXELS, SIDE};

/// Width of a stroke's soft edge in pixels. One is an exact edge seen through a pixel; MNIST's is softer, because its
/// pictures were scaled down from scans.
const EDGE: f32 = 1.0;

/// Draws `strokes`, in pixels (0 is the left or upper border of the picture), with a pen `thickness` pixels wide.
///
/// A pixel is as dark as its centre is deep in the nearest segment: 1 from half an edge inside of the outline on, 0
/// from half an edge outside, linear between. Where strokes cross the darker counts.
pub fn ink(strokes: &[Vec<Dot>], thickness: f32) -> [u8; PIXELS] {
    let mut depth = [0.0_f32; PIXELS];
    for segment in strokes.iter().flat_map(|stroke| stroke.windows(2)) {
        draw(&mut depth, segment[0], segment[1], thickness / 2.0);
    }
    depth.map(|value| (255.0 * value).round() as u8)
}

fn draw(depth: &mut [f32; PIXELS], from: Dot, to: Dot, radius: f32) {
    let reach = radius * from.pressure.max(to.pressure) + EDGE / 2.0;
    let [columns, rows] = [0, 1].map(|axis| covered(from.at[axis], to.at[axis], reach));
    let [dx, dy] = [to.at[0] - from.at[0], to.at[1] - from.at[1]];
    let inverse = 1.0 / (dx * dx + dy * dy).max(1e-9);
    for row in rows {
        let y = row as f32 + 0.5 - from.at[1];
        for column in columns.clone() {
            let x = column as f32 + 0.5 - from.at[0];
            let along = ((x * dx + y * dy) * inverse).clamp(0.0, 1.0);
            let (away_x, away_y) = (x - along * dx, y - along * dy);
            let outline = radius * (from.pressure + along * (to.pressure - from.pressure));
            let distance = (away_x * away_x + away_y * away_y).sqrt();
            let value = ((outline - distance) / EDGE + 0.5).clamp(0.0, 1.0);
            let pixel = &mut depth[row * SIDE + column];
            *pixel = pixel.max(value);
        }
    }
}

/// The pixels of one axis whose centres a segment between `a` and `b` may reach.
fn covered(a: f32, b: f32, reach: f32) -> std::ops::Range<usize> {
    let first = (a.min(b) - reach - 0.5).ceil().max(0.0) as usize;
    let end = (a.max(b) + reach - 0.5).floor() + 1.0;
    first..(end.max(0.0) as usize).min(SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(from: [f32; 2], to: [f32; 2], thickness: f32) -> [u8; PIXELS] {
        ink(&[vec![Dot { at: from, pressure: 1.0 }, Dot { at: to, pressure: 1.0 }]], thickness)
    }

    #[test]
    fn a_bar_is_as_wide_as_its_pen_and_in_its_place() {
        let picture = bar([14.0, 4.0], [14.0, 24.0], 3.0);
        let row: f32 = picture[14 * SIDE..15 * SIDE].iter().map(|&byte| f32::from(byte) / 255.0).sum();
        assert!((row - 3.0).abs() < 0.02, "{row} pixels wide");
        assert_eq!(picture[14 * SIDE + 13], 255);
        let mirrored: Vec<u8> = picture.iter().rev().copied().collect();
        assert_eq!(picture.to_vec(), mirrored);
    }

    #[test]
    fn ink_beyond_the_border_is_cut_off() {
        assert!(bar([-90.0, -50.0], [-40.0, -50.0], 3.0).iter().all(|&byte| byte == 0));
        assert!(bar([-9.0, 14.0], [90.0, 14.0], 3.0)[14 * SIDE..15 * SIDE].iter().all(|&byte| byte == 255));
    }
}
