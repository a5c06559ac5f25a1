//! Many codes as dots, in one picture of bytes that is made in slices, so that no frame waits for all of them.

use super::palette::{CLASS, dark_letters};
use crate::latent::select::Selection;
use crate::latent::view::View;
use crate::spec::MOST_CLASSES;
use crate::state::pictures::{Cloud, Shared};
use crate::state::scene::Classes;

/// Radius of a code's dot in pixels of the page.
const RADIUS: f32 = 1.75;

/// The dark rim that keeps a dot apart from the strokes behind it.
const RIM: f32 = 0.7;
const RIM_COLOR: [f32; 3] = [10.0, 12.0, 18.0];

/// Codes that are not selected.
const GREY: [u8; 3] = [132, 138, 148];

/// Parts of a pixel, along each axis, at which a dot can lie.
const PARTS: usize = 4;

/// So many codes in sight, and fewer, have room for a glyph each, at this radius.
const ROOMY: usize = 400;
/// So few codes are dots that are so much larger, to be seen at all.
const FEW: usize = 30;
const LARGER: f32 = 2.5;
const GLYPH_RADIUS: f32 = 8.0;

/// What is drawn.
pub struct Look {
    pub cloud: Shared<Cloud>,
    pub view: View,
    /// Pixels of the picture to one of the page.
    pub ratio: f32,
    pub hidden: Classes,
    pub selection: Option<Shared<Selection>>,
}

/// A picture under way: RGBA, straight alpha.
pub struct Dots {
    look: Look,
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    stamps: Stamps,
    glyphs: bool,
    /// Codes that are not selected lie below those that are: they are drawn in a round of their own.
    below: bool,
    next: usize,
}

impl Dots {
    pub fn new(look: Look) -> Self {
        let size = |pixels: f32| (pixels * look.ratio).round().max(1.0) as usize;
        let (width, height) = (size(look.view.width), size(look.view.height));
        let seen = look.cloud.codes.iter().filter(|code| {
            let [x, y] = look.view.to_pixel(**code);
            (0.0..look.view.width).contains(&x) && (0.0..look.view.height).contains(&y)
        });
        let glyphs = seen.take(ROOMY + 1).count() <= ROOMY && look.view.zoom > 2.0;
        let stamps = Stamps::new(radius(&look, glyphs), look.ratio, opacity(look.cloud.codes.len()));
        let below = look.selection.is_some();
        Self { pixels: vec![0; width * height * 4], width, height, stamps, glyphs, below, next: 0, look }
    }

    /// Draws up to so many codes more; true when all are drawn.
    pub fn advance(&mut self, codes: usize) -> bool {
        let count = self.look.cloud.codes.len().min(self.look.cloud.labels.len());
        let end = self.next.saturating_add(codes).min(count);
        (self.next..end).for_each(|index| self.draw(index));
        self.next = end;
        if end == count && self.below {
            (self.below, self.next) = (false, 0);
            return false;
        }
        end == count
    }

    /// The bytes, the width and the height.
    pub fn into_pixels(self) -> (Vec<u8>, u32, u32) {
        (self.pixels, self.width as u32, self.height as u32)
    }

    fn draw(&mut self, index: usize) {
        let class = self.look.cloud.labels[index];
        let chosen = self.look.selection.as_ref().is_none_or(|selection| selection.has(index));
        if usize::from(class) >= MOST_CLASSES || self.look.hidden.has(class) || chosen == self.below {
            return;
        }
        let [x, y] = self.look.view.to_pixel(self.look.cloud.codes[index]).map(|p| p * self.look.ratio);
        let reach = self.stamps.reach as f32 + 1.0;
        // What is no number is in no range.
        let inside =
            (-reach..self.width as f32 + reach).contains(&x) && (-reach..self.height as f32 + reach).contains(&y);
        if !inside {
            return;
        }
        self.stamp([x, y], if chosen { usize::from(class) } else { MOST_CLASSES });
        if self.glyphs && chosen {
            self.glyph([x, y], class);
        }
    }

    fn stamp(&mut self, [x, y]: [f32; 2], color: usize) {
        let (left, top) = (x.floor(), y.floor());
        let part = |whole: f32, exact: f32| (((exact - whole) * PARTS as f32) as usize).min(PARTS - 1);
        let stamp = self.stamps.of(color, part(left, x), part(top, y));
        let (side, reach) = (self.stamps.side(), self.stamps.reach as i64);
        let (left, top) = (left as i64 - reach, top as i64 - reach);
        let columns = (-left).max(0) as usize..(self.width as i64 - left).clamp(0, side as i64) as usize;
        for row in (-top).max(0)..(self.height as i64 - top).min(side as i64) {
            let from = row as usize * side;
            let to = (top + row) as usize * self.width;
            for column in columns.clone() {
                let source = stamp[from + column];
                if source[3] > 0 {
                    let at = (to + (left + column as i64) as usize) * 4;
                    over(&mut self.pixels[at..at + 4], source);
                }
            }
        }
    }

    /// The class's digit or sign in the middle of a dot.
    fn glyph(&mut self, [x, y]: [f32; 2], class: u8) {
        let dot = self.look.ratio.max(1.0).round() as i64;
        let ink = if dark_letters(class) { [16, 19, 24, 255] } else { [255; 4] };
        let (left, top) = ((x - 2.5 * dot as f32).round() as i64, (y - 3.5 * dot as f32).round() as i64);
        for (row, bits) in GLYPHS[usize::from(class)].iter().enumerate() {
            for column in (0..5).filter(|column| bits & (16 >> column) != 0) {
                let corner = [left + column as i64 * dot, top + row as i64 * dot];
                self.square(corner, dot, ink);
            }
        }
    }

    fn square(&mut self, [left, top]: [i64; 2], side: i64, ink: [u8; 4]) {
        for y in top.max(0)..(top + side).min(self.height as i64) {
            for x in left.max(0)..(left + side).min(self.width as i64) {
                let at = (y as usize * self.width + x as usize) * 4;
                self.pixels[at..at + 4].copy_from_slice(&ink);
            }
        }
    }
}

/// Of a dot, in pixels of the page: larger where there is room for it.
fn radius(look: &Look, glyphs: bool) -> f32 {
    if glyphs {
        return GLYPH_RADIUS;
    }
    let closer = 1.0 + 0.35 * (look.view.zoom.max(1.0) as f32).ln();
    // Ten thousand dots on a phone's plane need to be smaller than on a projector's.
    let room = look.view.scale() / (look.cloud.codes.len() as f32).sqrt().max(1.0);
    let larger = if look.cloud.codes.len() <= FEW { LARGER } else { 1.0 };
    RADIUS * larger * closer * (room / 1.05).clamp(0.55, 1.25)
}

/// Where tens of thousands of dots lie over each other, how many do is still to be seen.
fn opacity(codes: usize) -> f32 {
    if codes > 20_000 { 0.6 } else { 0.95 }
}

/// A dot in every class's colour, and in grey, at every part of a pixel.
struct Stamps {
    /// Pixels from the middle one to the edge.
    reach: usize,
    /// RGBA with straight alpha.
    pixels: Vec<[u8; 4]>,
}

impl Stamps {
    /// `radius` in pixels of the page.
    fn new(radius: f32, ratio: f32, opacity: f32) -> Self {
        let (radius, rim) = (radius * ratio, RIM * ratio);
        let reach = (radius + rim).ceil() as usize;
        let side = 2 * reach + 1;
        // How much of each pixel the dot and its rim cover, which is the same in every colour.
        let covers: Vec<[f32; 2]> = (0..PARTS * PARTS * side * side)
            .map(|i| {
                let (part, cell) = (i / (side * side), i % (side * side));
                let middle = |part: usize| reach as f32 + (part as f32 + 0.5) / PARTS as f32;
                let (dx, dy) = ((cell % side) as f32 + 0.5, (cell / side) as f32 + 0.5);
                let distance = (dx - middle(part % PARTS)).hypot(dy - middle(part / PARTS));
                [(radius - distance + 0.5).clamp(0.0, 1.0), (radius + rim - distance + 0.5).clamp(0.0, 1.0) * 0.55]
            })
            .collect();
        let colors = CLASS.iter().map(|color| (*color, opacity)).chain([(GREY, opacity * 0.45)]);
        let pixels = colors.flat_map(|(color, opacity)| {
            covers.iter().map(move |[dot, rim]| {
                let inside = dot * opacity;
                let around = rim * opacity * (1.0 - inside);
                let alpha = inside + around;
                let mix = |i: usize| (f32::from(color[i]) * inside + RIM_COLOR[i] * around) / alpha.max(1e-6);
                [mix(0) as u8, mix(1) as u8, mix(2) as u8, (alpha * 255.0).round() as u8]
            })
        });
        let pixels = pixels.collect();
        Self { reach, pixels }
    }

    fn side(&self) -> usize {
        2 * self.reach + 1
    }

    /// The dot whose middle lies in these parts of its pixel.
    fn of(&self, color: usize, x: usize, y: usize) -> &[[u8; 4]] {
        let size = self.side() * self.side();
        let start = (color * PARTS * PARTS + y * PARTS + x) * size;
        &self.pixels[start..start + size]
    }
}

/// Puts a colour over a pixel, both with straight alpha.
fn over(pixel: &mut [u8], source: [u8; 4]) {
    let (above, there) = (u32::from(source[3]), u32::from(pixel[3]));
    if above == 255 || there == 0 {
        pixel.copy_from_slice(&source);
        return;
    }
    let below = there * (255 - above) / 255;
    let alpha = above + below;
    for i in 0..3 {
        pixel[i] = ((u32::from(source[i]) * above + u32::from(pixel[i]) * below + alpha / 2) / alpha) as u8;
    }
    pixel[3] = alpha as u8;
}

/// The digits, a star and a diamond in five columns and seven rows, a bit a dot, the left one highest.
const GLYPHS: [[u8; 7]; MOST_CLASSES] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
    [0b00100, 0b10101, 0b01110, 0b11111, 0b01110, 0b10101, 0b00100],
    [0b00000, 0b00100, 0b01110, 0b11111, 0b01110, 0b00100, 0b00000],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn cloud(codes: Vec<[f32; 2]>, labels: Vec<u8>) -> Shared<Cloud> {
        Shared::new(Cloud { log_var: vec![[0.0; 2]; codes.len()], codes, labels })
    }

    fn look(cloud: Shared<Cloud>, view: View) -> Look {
        Look { cloud, view, ratio: 1.0, hidden: Classes::default(), selection: None }
    }

    fn whole(look: Look) -> (Vec<u8>, usize) {
        let mut dots = Dots::new(look);
        while !dots.advance(7) {}
        let (pixels, width, _) = dots.into_pixels();
        (pixels, width as usize)
    }

    fn at((pixels, width): &(Vec<u8>, usize), x: usize, y: usize) -> [u8; 4] {
        pixels[(y * width + x) * 4..][..4].try_into().expect("four bytes")
    }

    #[test]
    fn a_dot_is_where_its_code_is_and_in_its_colour() {
        let picture = whole(look(cloud(vec![[1.0, 0.5]], vec![4]), View::new(630.0, 630.0)));
        let middle = at(&picture, 415, 265);
        assert!((0..3).all(|i| middle[i].abs_diff(CLASS[4][i]) <= 6) && middle[3] > 220, "{middle:?}");
        assert_eq!((at(&picture, 415, 280)[3], at(&picture, 430, 265)[3]), (0, 0));
    }

    #[test]
    fn hidden_classes_and_codes_that_are_no_number_leave_nothing() {
        let codes = cloud(vec![[0.0, 0.0], [f32::NAN, 0.0], [90.0, 0.0], [f32::INFINITY, 0.0]], vec![4, 1, 1, 1]);
        let mut hidden = Classes::default();
        hidden.toggle(4);
        let (pixels, _) = whole(Look { hidden, ratio: 2.0, ..look(codes, View::new(63.0, 63.0)) });
        assert!(pixels.iter().all(|&p| p == 0));
    }

    #[test]
    fn what_is_not_selected_is_grey_and_lies_below() {
        // Both in the same place; the selected one comes first in the list.
        let codes = cloud(vec![[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]], vec![4, 7, 7]);
        let selection = Some(Shared::new(Selection::of(3, &[0])));
        let picture = whole(Look { selection, ..look(codes, View::new(630.0, 630.0)) });
        let (chosen, other) = (at(&picture, 315, 315), at(&picture, 415, 315));
        assert!((0..3).all(|i| chosen[i].abs_diff(CLASS[4][i]) <= 8), "{chosen:?}");
        // The rim darkens so small a dot; it is grey all the same, and fainter.
        let colourless = other[..3].iter().max() < other[..3].iter().min().map(|least| least + 20).as_ref();
        assert!(colourless && (60..150).contains(&other[3]), "{other:?}");
    }

    #[test]
    fn a_few_codes_seen_closely_carry_their_digit() {
        let codes = cloud(vec![[0.0, 0.0]], vec![1]);
        let far = whole(look(codes.clone(), View::new(630.0, 630.0)));
        let near = whole(look(codes, View { zoom: 30.0, ..View::new(630.0, 630.0) }));
        let dark =
            |picture: &(Vec<u8>, usize)| picture.0.chunks(4).filter(|p| p[3] == 255 && p[0] < 40 && p[1] < 40).count();
        assert_eq!(dark(&far), 0);
        assert_eq!(dark(&near), GLYPHS[1].iter().map(|row| row.count_ones() as usize).sum::<usize>());
    }

    #[test]
    fn slices_make_the_same_picture_as_one_go() {
        let mut rng = Rng::new(3);
        let codes = (0..500).map(|_| [rng.normal(), rng.normal()]).collect();
        let codes = cloud(codes, (0..500).map(|i| (i % 10) as u8).collect());
        let mut dots = Dots::new(look(codes.clone(), View::new(200.0, 150.0)));
        assert!(dots.advance(usize::MAX));
        assert_eq!(dots.into_pixels().0, whole(look(codes, View::new(200.0, 150.0))).0);
    }
}
