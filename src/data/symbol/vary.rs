//! A drawing, varied as another hand would have drawn it: turned, scaled, slanted, moved, thicker or thinner.

use crate::rng::Rng;
use crate::spec::symbol::{LEAN, LOG_ASPECT, SCALE, SHIFT, THICKNESS, TURN};

/// Pixels at the border that stay free but for a thicker stroke.
const MARGIN: f32 = 1.5;
/// Samples of a pixel along each side.
const FINE: usize = 4;

/// What a drawing is varied by; each is uniform between the bounds in [`crate::spec::symbol`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variation {
    /// Radians clockwise.
    pub turn: f32,
    pub scale: f32,
    /// Width over height.
    pub aspect: f32,
    /// The tangent of how far it leans to the right.
    pub lean: f32,
    /// Pixels to the right and down, less where ink would leave the picture.
    pub shift: [f32; 2],
    /// Share of the way to a stroke a pixel thicker all round, or thinner below 0.
    pub thickness: f32,
}

impl Variation {
    pub fn draw(rng: &mut Rng) -> Self {
        Self {
            turn: rng.range(-TURN, TURN),
            scale: rng.range(SCALE[0], SCALE[1]),
            aspect: f64::from(rng.range(-LOG_ASPECT, LOG_ASPECT)).exp() as f32,
            lean: rng.range(-LEAN, LEAN),
            shift: [(); 2].map(|()| rng.range(-SHIFT, SHIFT)),
            thickness: rng.range(THICKNESS[0], THICKNESS[1]),
        }
    }

    /// A square picture of grey bytes, 255 is ink, varied. It keeps within the picture: what would not fit is smaller.
    pub fn of(self, picture: &[u8]) -> Vec<u8> {
        let side = picture.len().isqrt();
        let Some(map) = Map::new(self, picture, side) else { return picture.to_vec() };
        let moved: Vec<f32> =
            (0..side * side).map(|i| map.covered(picture, side, [(i % side) as f32, (i / side) as f32])).collect();
        thickened(&moved, side, self.thickness)
    }

    /// Width and height, then the lean, then the turn: columns of a matrix.
    fn matrix(self) -> [[f32; 2]; 2] {
        let (sin, cos) = f64::from(self.turn).sin_cos();
        let (sin, cos) = (sin as f32, cos as f32);
        let across = self.scale * self.aspect.sqrt();
        let down = self.scale / self.aspect.sqrt();
        let turned = |[x, y]: [f32; 2]| [cos * x - sin * y, sin * x + cos * y];
        [turned([across, 0.0]), turned([-self.lean * down, down])]
    }
}

/// Where each point of the varied picture comes from.
struct Map {
    back: [[f32; 2]; 2],
    /// The middle of the picture, and where it goes.
    middle: f32,
    to: [f32; 2],
}

impl Map {
    /// Nothing for a picture without ink.
    fn new(variation: Variation, picture: &[u8], side: usize) -> Option<Self> {
        let middle = side as f32 / 2.0;
        let mut matrix = variation.matrix();
        let [mut low, mut high] = extent(picture, side, matrix, middle)?;
        let room = side as f32 - 2.0 * MARGIN;
        let longer = (high[0] - low[0]).max(high[1] - low[1]);
        if longer > room {
            let smaller = room / longer;
            matrix = matrix.map(|column| column.map(|x| x * smaller));
            (low, high) = (low.map(|x| x * smaller), high.map(|x| x * smaller));
        }
        let to = std::array::from_fn(|axis| {
            let wanted = middle + variation.shift[axis];
            wanted.max(MARGIN - low[axis]).min(side as f32 - MARGIN - high[axis])
        });
        let [[a, c], [b, d]] = matrix;
        let determinant = a * d - b * c;
        let back = [[d, -c], [-b, a]].map(|column| column.map(|x| x / determinant));
        Some(Self { back, middle, to })
    }

    /// The ink under a pixel, from 0 to 255.
    fn covered(&self, picture: &[u8], side: usize, [column, row]: [f32; 2]) -> f32 {
        let sample = |s: usize| (s as f32 + 0.5) / FINE as f32;
        let of = |s: usize| {
            let [x, y] = [column + sample(s % FINE) - self.to[0], row + sample(s / FINE) - self.to[1]];
            let [[a, c], [b, d]] = self.back;
            ink_at(picture, side, [a * x + b * y + self.middle, c * x + d * y + self.middle])
        };
        (0..FINE * FINE).map(of).sum::<f32>() / (FINE * FINE) as f32
    }
}

/// The least and greatest coordinates, from the picture's middle, that ink comes to; nothing without ink.
fn extent(picture: &[u8], side: usize, [[a, c], [b, d]]: [[f32; 2]; 2], middle: f32) -> Option<[[f32; 2]; 2]> {
    // A pixel is a square: half of it on every side of its own middle.
    let half = [(a.abs() + b.abs()) / 2.0, (c.abs() + d.abs()) / 2.0];
    let inked = (0..side * side).filter(|i| picture[*i] > 0).map(|i| {
        let [x, y] = [(i % side) as f32 + 0.5 - middle, (i / side) as f32 + 0.5 - middle];
        [a * x + b * y, c * x + d * y]
    });
    inked.fold(None, |found: Option<[[f32; 2]; 2]>, at| {
        let [low, high] = found.unwrap_or([[f32::INFINITY; 2], [f32::NEG_INFINITY; 2]]);
        Some([
            std::array::from_fn(|axis| low[axis].min(at[axis] - half[axis])),
            std::array::from_fn(|axis| high[axis].max(at[axis] + half[axis])),
        ])
    })
}

/// The pixel that the point lies in; outside the picture there is no ink.
fn ink_at(picture: &[u8], side: usize, [x, y]: [f32; 2]) -> f32 {
    let inside = |p: f32| (0.0..side as f32).contains(&p);
    if inside(x) && inside(y) { f32::from(picture[y as usize * side + x as usize]) } else { 0.0 }
}

/// So much of the way from each pixel to the inkiest of its four neighbours and itself, or to the palest.
fn thickened(picture: &[f32], side: usize, share: f32) -> Vec<u8> {
    let around = |i: usize| {
        let (x, y) = (i % side, i / side);
        let at = |inside: bool, i: usize| if inside { picture[i] } else { 0.0 };
        [
            at(x > 0, i.wrapping_sub(1)),
            at(x + 1 < side, i + 1),
            at(y > 0, i.wrapping_sub(side)),
            at(y + 1 < side, i + side),
        ]
    };
    let of = |i: usize| {
        let own = picture[i];
        let most = around(i).into_iter().fold(own, f32::max);
        let least = around(i).into_iter().fold(own, f32::min);
        own + share.max(0.0) * (most - own) - (-share).max(0.0) * (own - least)
    };
    (0..side * side).map(|i| (of(i) + 0.5) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{PIXELS, SIDE};

    /// A frame with a cross in it, 20 pixels wide.
    fn crossed_box() -> Vec<u8> {
        let ink = |i: usize| {
            let (x, y) = ((i % SIDE) as i32 - 4, (i / SIDE) as i32 - 4);
            let inside = (0..20).contains(&x) && (0..20).contains(&y);
            let edge = x.min(y) < 2 || x.max(y) > 17;
            inside && (edge || (x - y).abs() < 2 || (x + y - 19).abs() < 2)
        };
        (0..PIXELS).map(|i| if ink(i) { 255 } else { 0 }).collect()
    }

    fn mass(picture: &[u8]) -> f32 {
        picture.iter().map(|&p| f32::from(p)).sum()
    }

    const NONE: Variation =
        Variation { turn: 0.0, scale: 1.0, aspect: 1.0, lean: 0.0, shift: [0.0; 2], thickness: 0.0 };

    #[test]
    fn the_same_seed_varies_alike_and_another_does_not() {
        let vary = |seed: u32| Variation::draw(&mut Rng::new(seed)).of(&crossed_box());
        assert_eq!(vary(3), vary(3));
        assert_ne!(vary(3), vary(4));
    }

    #[test]
    fn ink_stays_within_the_picture_and_is_roughly_as_much() {
        let drawing = crossed_box();
        let mut rng = Rng::new(1);
        for _ in 0..300 {
            let variation = Variation::draw(&mut rng);
            let varied = variation.of(&drawing);
            let border =
                |i: &usize| i.is_multiple_of(SIDE) || i % SIDE == SIDE - 1 || i / SIDE == 0 || i / SIDE == SIDE - 1;
            assert!((0..PIXELS).filter(border).all(|i| varied[i] < 128), "{variation:?}");
            let ratio = mass(&varied) / mass(&drawing);
            assert!((0.55..1.7).contains(&ratio), "{ratio} {variation:?}");
        }
    }

    #[test]
    fn what_would_not_fit_is_made_smaller_and_what_would_leave_is_held_back() {
        let full = vec![255; PIXELS];
        let varied = Variation { scale: 1.08, turn: 0.18, shift: [1.0, -1.0], ..NONE }.of(&full);
        assert!((0..SIDE).all(|i| varied[i] == 0 && varied[i * SIDE] == 0 && varied[PIXELS - 1 - i] == 0));
        assert!(mass(&varied) > 0.5 * mass(&full));
        // A dot in the corner comes in instead of going out.
        let mut dot = vec![0; PIXELS];
        dot[0] = 255;
        assert!((mass(&Variation { shift: [-1.0, -1.0], ..NONE }.of(&dot)) - 255.0).abs() < 8.0);
    }

    #[test]
    fn each_factor_does_what_it_says() {
        let mut bar = vec![0; PIXELS];
        (6..22).for_each(|y| bar[y * SIDE + 12..y * SIDE + 16].fill(255));
        assert_eq!(NONE.of(&bar), bar);
        let columns = |picture: &[u8]| (0..SIDE).filter(|&x| picture[14 * SIDE + x] > 127).collect::<Vec<_>>();
        assert_eq!(columns(&Variation { shift: [1.0, 0.0], ..NONE }.of(&bar)), [13, 14, 15, 16]);
        assert!(mass(&Variation { thickness: 0.3, ..NONE }.of(&bar)) > 1.1 * mass(&bar));
        assert!(mass(&Variation { thickness: -0.25, ..NONE }.of(&bar)) < 0.95 * mass(&bar));
        let leaning = Variation { lean: 0.1, ..NONE }.of(&bar);
        let middle = |y: usize| {
            let row = &leaning[y * SIDE..(y + 1) * SIDE];
            row.iter().enumerate().map(|(x, &p)| x as f32 * f32::from(p)).sum::<f32>() / mass(row)
        };
        assert!(middle(8) > middle(20) + 0.9, "the top leans to the right");
        let turned = Variation { turn: 0.18, ..NONE }.of(&bar);
        assert!(turned[8 * SIDE + 16] > 100 && turned[19 * SIDE + 11] > 100, "clockwise");
        assert_eq!(NONE.of(&vec![0; PIXELS]), vec![0; PIXELS]);
    }
}
