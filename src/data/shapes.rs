//! Generated shapes of which every factor is known, in the manner of dSprites (Matthey et al. 2017): kind, position, size
//! and angle, independent of each other.
//!
//! | factor | distribution |
//! | --- | --- |
//! | kind | in turn: ellipse, rectangle, triangle, cross, ring, moon |
//! | size | radius of the circle around the shape, uniform in 5 to 9 pixels |
//! | position | of that circle's centre, uniform wherever it keeps a margin of one pixel |
//! | angle | uniform in a whole turn |
//!
//! A pixel is the share of it that the shape covers, from 4×4 samples. Kinds that look the same after a part of a turn
//! (ellipse, rectangle, cross, ring, triangle) do so here too.

use std::f32::consts::TAU;

use super::image_set::ImageSet;
use crate::rng::Rng;
use crate::spec::{PIXELS, SIDE};

/// Kinds of shapes.
pub const KINDS: usize = 6;
const SMALLEST: f32 = 5.0;
const LARGEST: f32 = 9.0;
const MARGIN: f32 = 1.0;
/// Samples of a pixel along each side.
const FINE: usize = 4;

/// What a shape was drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    pub kind: u8,
    /// Pixels from the left and from the top.
    pub position: [f32; 2],
    /// Radius of the circle around it, in pixels.
    pub size: f32,
    /// Radians, clockwise on the screen.
    pub angle: f32,
}

/// `count` shapes and their factors; the first of a longer set are the shorter one.
pub fn shapes(seed: u32, count: usize) -> (ImageSet, Vec<Factors>) {
    let factors = factors(seed, count);
    let pixels = factors.iter().flat_map(draw).collect();
    let labels = factors.iter().map(|factors| factors.kind).collect();
    let set = ImageSet::new(pixels, labels, shape_names());
    // As many pictures as labels, and each of a kind that has a name.
    (set.unwrap_or_else(|why| unreachable!("{why}")), factors)
}

/// In the order of the labels.
pub fn shape_names() -> Vec<String> {
    ["ellipse", "rectangle", "triangle", "cross", "ring", "moon"].map(String::from).to_vec()
}

/// What those shapes are drawn from.
pub fn factors(seed: u32, count: usize) -> Vec<Factors> {
    let mut rng = Rng::stream(seed, 0x5348_4150);
    (0..count).map(|i| Factors::draw((i % KINDS) as u8, &mut rng)).collect()
}

impl Factors {
    fn draw(kind: u8, rng: &mut Rng) -> Self {
        let size = rng.range(SMALLEST, LARGEST);
        let free = size + MARGIN;
        let mut place = || rng.range(free, SIDE as f32 - free);
        let position = [place(), place()];
        Self { kind, position, size, angle: rng.range(0.0, TAU) }
    }
}

/// The picture of a shape; `PIXELS` bytes, 255 is ink.
pub fn draw(factors: &Factors) -> [u8; PIXELS] {
    let (sin, cos) = factors.angle.sin_cos();
    let covered = |x: f32, y: f32| {
        let [dx, dy] = [(x - factors.position[0]) / factors.size, (y - factors.position[1]) / factors.size];
        inside(factors.kind, cos * dx + sin * dy, cos * dy - sin * dx)
    };
    std::array::from_fn(|i| {
        let sample = |s: usize| (s as f32 + 0.5) / FINE as f32;
        let at = |s: usize| ((i % SIDE) as f32 + sample(s % FINE), (i / SIDE) as f32 + sample(s / FINE));
        let hits = (0..FINE * FINE).map(at).filter(|&(x, y)| covered(x, y)).count();
        (hits * 255 / (FINE * FINE)) as u8
    })
}

/// Whether a point of the unit circle's plane is in the shape.
fn inside(kind: u8, x: f32, y: f32) -> bool {
    let radius = x.hypot(y);
    match kind {
        0 => x.hypot(y / 0.55) < 1.0,
        1 => x.abs() < 0.8 && y.abs() < 0.6,
        // Its corners on the circle, one of them up.
        2 => y < 0.5 && y > -1.0 + 3f32.sqrt() * x.abs(),
        3 => radius < 1.0 && (x.abs() < 0.28 || y.abs() < 0.28),
        4 => (0.6..1.0).contains(&radius),
        _ => radius < 1.0 && (x - 0.5).hypot(y) > 0.75,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mass(picture: &[u8]) -> (f32, f32, f32) {
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for (i, &value) in picture.iter().enumerate() {
            let weight = f32::from(value) / 255.0;
            sum += weight;
            x += weight * ((i % SIDE) as f32 + 0.5);
            y += weight * ((i / SIDE) as f32 + 0.5);
        }
        (sum, x / sum, y / sum)
    }

    #[test]
    fn position_and_size_can_be_read_off_the_picture() {
        let (set, factors) = shapes(3, 600);
        for (i, factors) in factors.iter().enumerate().filter(|(_, f)| matches!(f.kind, 0 | 1 | 3 | 4)) {
            let (area, x, y) = mass(set.image(i));
            assert!((x - factors.position[0]).abs() < 0.3 && (y - factors.position[1]).abs() < 0.3, "{factors:?}");
            if factors.kind == 0 {
                let expected = std::f32::consts::PI * 0.55 * factors.size.powi(2);
                assert!((area - expected).abs() < 0.04 * expected, "{area} {expected}");
            }
        }
    }

    #[test]
    fn the_angle_turns_the_long_axis_of_an_ellipse() {
        for angle in [0.0f32, 0.6, 1.2, 2.5] {
            let picture = draw(&Factors { kind: 0, position: [14.0, 14.0], size: 9.0, angle });
            let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
            for (i, &value) in picture.iter().enumerate() {
                let (dx, dy) = ((i % SIDE) as f32 - 13.5, (i / SIDE) as f32 - 13.5);
                let weight = f32::from(value);
                (xx, yy, xy) = (xx + weight * dx * dx, yy + weight * dy * dy, xy + weight * dx * dy);
            }
            let found = 0.5 * (2.0 * xy).atan2(xx - yy);
            let difference = (found - angle).rem_euclid(std::f32::consts::PI);
            assert!(difference.min(std::f32::consts::PI - difference) < 0.03, "{angle}: {found}");
        }
    }

    #[test]
    fn margins_stay_free_and_kinds_come_in_turn() {
        let (set, _) = shapes(1, 1200);
        for i in 0..set.len() {
            let border = |at: usize| at == 0 || at == SIDE - 1;
            let inked = |(p, v): (usize, &u8)| *v > 0 && (border(p % SIDE) || border(p / SIDE));
            assert!(!set.image(i).iter().enumerate().any(inked), "{i}");
        }
        assert!((0..KINDS as u8).all(|kind| set.labels().iter().filter(|l| **l == kind).count() == 200));
    }

    #[test]
    fn the_same_seed_gives_the_same_shapes_and_a_longer_set_goes_on() {
        let (short, long) = (shapes(7, 30).0, shapes(7, 90).0);
        assert_eq!(short.pixels(), &long.pixels()[..30 * PIXELS]);
        assert_ne!(short.pixels(), shapes(8, 30).0.pixels());
    }
}
