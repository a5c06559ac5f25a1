//! Pictures of many points, made of bytes: RGBA, eight bits each, row by row from the top left.

use super::palette::CLASS;
use crate::latent::view::View;
use crate::spec::CLASSES;
use crate::state::pictures::{Atlas, Cloud};
use crate::state::scene::Classes;

/// Radius of a code's dot in pixels of the page.
const RADIUS: f32 = 1.75;

/// The dark rim that keeps a dot apart from the strokes behind it.
const RIM: f32 = 0.7;

/// Strokes of the decoded plane: a soft white on the plane's near-black.
const INK: [f32; 3] = [232.0, 236.0, 244.0];
const GROUND: [f32; 3] = [8.0, 10.0, 14.0];

/// The codes as dots, on a transparent picture of the view's size in `width`×`height` pixels. `ratio`: pixels of the
/// picture to one of the page.
pub fn dots(cloud: &Cloud, hidden: Classes, view: &View, ratio: f32) -> (Vec<u8>, u32, u32) {
    let (width, height) = ((view.width * ratio).round() as usize, (view.height * ratio).round() as usize);
    let mut pixels = vec![0u8; width * height * 4];
    // Zoomed in there is room for larger dots.
    let radius = RADIUS * ratio * (1.0 + 0.35 * view.zoom.max(1.0).ln()) * crowding(cloud.codes.len(), view);
    let reach = (radius + RIM * ratio).ceil() as i64;
    for (code, &label) in cloud.codes.iter().zip(&cloud.labels) {
        if hidden.has(label) || usize::from(label) >= CLASSES {
            continue;
        }
        let [x, y] = view.to_pixel(*code).map(|p| p * ratio);
        if !(x.is_finite() && y.is_finite()) {
            continue;
        }
        let color = CLASS[usize::from(label)];
        let (cx, cy) = (x as i64, y as i64);
        for py in (cy - reach).max(0)..(cy + reach + 1).min(height as i64) {
            for px in (cx - reach).max(0)..(cx + reach + 1).min(width as i64) {
                let distance = (px as f32 + 0.5 - x).hypot(py as f32 + 0.5 - y);
                let inside = (radius - distance + 0.5).clamp(0.0, 1.0);
                let rim = (radius + RIM * ratio - distance + 0.5).clamp(0.0, 1.0) * 0.55;
                let at = (py as usize * width + px as usize) * 4;
                blend(&mut pixels[at..at + 4], [10, 12, 18], rim * (1.0 - inside));
                blend(&mut pixels[at..at + 4], color, inside * 0.95);
            }
        }
    }
    (pixels, width as u32, height as u32)
}

/// Ten thousand dots on a phone's plane need to be smaller than on a projector's.
fn crowding(points: usize, view: &View) -> f32 {
    let room = view.scale() / (points as f32).sqrt().max(1.0);
    (room / 1.05).clamp(0.55, 1.25)
}

/// Puts a colour of some cover over a pixel, both with straight alpha.
fn blend(pixel: &mut [u8], color: [u8; 3], cover: f32) {
    if cover <= 0.0 {
        return;
    }
    let below = f32::from(pixel[3]) / 255.0 * (1.0 - cover);
    let alpha = cover + below;
    for i in 0..3 {
        pixel[i] = ((f32::from(color[i]) * cover + f32::from(pixel[i]) * below) / alpha).round() as u8;
    }
    pixel[3] = (alpha * 255.0).round() as u8;
}

/// The decoded plane in the plane's colours.
pub fn atlas(atlas: &Atlas) -> Vec<u8> {
    tinted(&atlas.pixels)
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

/// Grey values as they are: pictures whose pixels are numbers.
pub fn grey(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|&value| [value, value, value, 255]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_is_where_its_code_is_and_in_its_colour() {
        let cloud = Cloud { codes: vec![[1.0, 0.5]], labels: vec![4] };
        let view = View::new(630.0, 630.0);
        let (pixels, width, _) = dots(&cloud, Classes::default(), &view, 1.0);
        let at = |x: usize, y: usize| &pixels[(y * width as usize + x) * 4..][..4];
        assert_eq!(at(415, 265)[..3], CLASS[4]);
        assert!(at(415, 265)[3] > 220 && at(415, 280)[3] == 0 && at(430, 265)[3] == 0);
    }

    #[test]
    fn hidden_classes_and_codes_that_are_no_number_leave_nothing() {
        let cloud = Cloud { codes: vec![[0.0, 0.0], [f32::NAN, 0.0], [90.0, 0.0]], labels: vec![4, 1, 1] };
        let mut hidden = Classes::default();
        hidden.toggle(4);
        let (pixels, ..) = dots(&cloud, hidden, &View::new(63.0, 63.0), 2.0);
        assert!(pixels.iter().all(|&p| p == 0));
    }

    #[test]
    fn tint_and_grey_keep_order_and_value() {
        assert_eq!(grey(&[0, 200]), [0, 0, 0, 255, 200, 200, 200, 255]);
        let tint = tinted(&[0, 255]);
        assert_eq!((&tint[..4], &tint[4..]), (&[8u8, 10, 14, 255][..], &[232u8, 236, 244, 255][..]));
    }
}
