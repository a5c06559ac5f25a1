//! Generated digits that look like handwriting: any number, any seed, every factor known.
//!
//! # What it does
//! A digit is written, not photographed. Its class is drawn, then one of the class's allographs (ways to write it), and
//! from that allograph's [`skeletons`] a path of the pen:
//! 1. a blend between the allograph's two extreme forms, and normal jitter of every knot;
//! 2. a centripetal Catmull-Rom spline through the knots, broken at corners (`pen`);
//! 3. a smooth elastic distortion of the plane, by a cubic B-spline lattice of normal displacements;
//! 4. aspect, slant and rotation, all linear;
//! 5. the fit of MNIST (LeCun et al. 1998): scaled without change of proportions so that the longer side of the ink is
//!    20 pixels (times the factor `scale`), the centre of mass in the middle of pixel (14, 14) (plus `shift`);
//! 6. ink, with a round pen whose width follows the pressure along the stroke, anti-aliased (`raster`).
//!
//! # Distributions
//! [`Factors`] has the distribution of each, its constants the numbers; `pen` has those of the jitter and the
//! pressure. A normal value beyond its bounds is drawn again. Skeletons and numbers were set by hand, with pooled
//! statistics of MNIST's training pictures as the aim and a look at which test digits a classifier missed as the guide
//! to missing allographs: no stroke was fitted to a picture, and no picture of MNIST is in here.
//!
//! # How near to handwriting
//! Measured on 20,000 digits of seed 1, beside MNIST's 60,000 training pictures (pixels in 0..=1; stroke width as twice
//! the ink over the sum of the gradient's length; lean as the angle of the vertical regression line of the ink):
//!
//! | | generated | MNIST |
//! | --- | --- | --- |
//! | pixel mean, standard deviation | 0.129, 0.308 | 0.131, 0.308 |
//! | stroke width, mean ± deviation, pixels | 2.45 ± 0.63 | 2.45 ± 0.61 |
//! | lean, mean ± deviation, degrees | 6.7 ± 14.1 | 5.9 ± 14.6 |
//! | greys (0.05 to 0.95) among pixels above 0.05 | 53 % | 57 % |
//!
//! Trained on those 20,000 only, the nearest neighbour (Euclidean) names 91.75 % of MNIST's 10,000 test digits, and a
//! small convolutional net (5×5×16, 5×5×32, linear; Adam, 3 epochs, one run) 90.9 %. That test set was looked at while
//! allographs were chosen, so it is a measure of likeness, not of generalisation.
//!
//! # Limits
//! Ten classes in equal shares (every ten digits that follow each other from a multiple of ten are one of each), two to
//! four allographs a class; factors are independent of each other and of the class, apart from
//! what an allograph fixes. There are no writers: style does not persist from digit to digit. Nothing is ever broken,
//! smudged or ambiguous on purpose. A digit is one of 2³², because that is the state of [`Rng`]; among n digits some
//! n²/2³³ are expected to repeat another. Logarithms and angles are computed in 64 bits and rounded
//! to 32, so that platforms agree: x86-64 Linux and WebAssembly gave the same bytes for 20,000 digits of seed 1.

mod pen;
mod raster;
pub mod skeletons;

use serde::{Deserialize, Serialize};

use super::image_set::{ImageSet, digit_names};
use crate::rng::Rng;
use crate::spec::{CLASSES, PIXELS, SIDE};
use pen::{Distortion, Dot};

/// The longer side of the ink, in pixels.
const BOX: f32 = 20.0;

/// Where MNIST has the centre of mass: the middle of pixel (14, 14).
const MIDDLE: f32 = 14.5;

/// Pixels at the border that stay free of a pen of mean pressure, if need be at the cost of the centre.
const MARGIN: f32 = 1.2;

/// The stream that orders the classes is not that of any digit.
const CLASS_STREAM: u32 = 0x00C1_A55E;

/// What a digit was made from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factors {
    /// The digit, 0..10.
    pub class: u8,
    /// Which way to write it: an index into [`skeletons::CLASSES`]`[class]`.
    pub allograph: u8,
    /// Where between the allograph's extremes: uniform in 0..1.
    pub blend: f32,
    /// Lean to the right, radians: the shear is its tangent. Normal, see [`Factors::SLANT`].
    pub slant: f32,
    /// Turn clockwise, radians. Normal, see [`Factors::ROTATION`].
    pub rotation: f32,
    /// Width over height, relative to the skeleton's. Log-normal, see [`Factors::LOG_ASPECT`].
    pub aspect: f32,
    /// Longer side of the ink relative to 20 pixels. Normal, see [`Factors::SCALE`].
    pub scale: f32,
    /// Mean width of the pen in pixels. Log-normal, see [`Factors::LOG_THICKNESS`].
    pub thickness: f32,
    /// Centre of mass off the picture's middle, pixels to the right and down (less where ink would leave
    /// the picture). Uniform, ±[`Factors::SHIFT`] each.
    pub shift: [f32; 2],
    /// Standard deviation of the elastic distortion's lattice, in heights of the digit. Uniform in
    /// [`Factors::DISTORTION`].
    pub distortion: f32,
}

/// A normal distribution cut off at `reach` standard deviations.
#[derive(Clone, Copy, Debug)]
pub struct CutNormal {
    pub mean: f32,
    pub deviation: f32,
    pub reach: f32,
}

impl CutNormal {
    fn draw(self, rng: &mut Rng) -> f32 {
        loop {
            let normal = rng.normal();
            if normal.abs() <= self.reach {
                return self.mean + self.deviation * normal;
            }
        }
    }

    /// Lowest and highest value.
    pub fn bounds(self) -> [f32; 2] {
        [self.mean - self.reach * self.deviation, self.mean + self.reach * self.deviation]
    }
}

impl Factors {
    pub const SLANT: CutNormal = CutNormal { mean: 0.12, deviation: 0.25, reach: 2.5 };
    pub const ROTATION: CutNormal = CutNormal { mean: 0.0, deviation: 0.06, reach: 2.5 };
    pub const LOG_ASPECT: CutNormal = CutNormal { mean: -0.05, deviation: 0.17, reach: 2.5 };
    pub const SCALE: CutNormal = CutNormal { mean: 0.97, deviation: 0.02, reach: 2.5 };
    pub const LOG_THICKNESS: CutNormal = CutNormal { mean: 0.9, deviation: 0.27, reach: 2.2 };
    pub const SHIFT: f32 = 0.5;
    pub const DISTORTION: [f32; 2] = [0.01, 0.1];

    fn draw(class: u8, rng: &mut Rng) -> Self {
        Self {
            class,
            allograph: allograph(class, rng),
            blend: rng.range(0.0, 1.0),
            slant: Self::SLANT.draw(rng),
            rotation: Self::ROTATION.draw(rng),
            aspect: exp(Self::LOG_ASPECT.draw(rng)),
            scale: Self::SCALE.draw(rng),
            thickness: exp(Self::LOG_THICKNESS.draw(rng)),
            shift: [(); 2].map(|()| rng.range(-Self::SHIFT, Self::SHIFT)),
            distortion: rng.range(Self::DISTORTION[0], Self::DISTORTION[1]),
        }
    }
}

/// Rounded from 64 bits, so that it is the same whatever the platform's last bit is.
fn exp(value: f32) -> f32 {
    f64::from(value).exp() as f32
}

/// Digit `index` of the endless series `seed`, a byte a pixel (255 is ink), and what it was made from. It does not
/// depend on which others are made.
pub fn digit(seed: u32, index: u32) -> ([u8; PIXELS], Factors) {
    let class = class(seed, index);
    let mut rng = Rng::stream(seed, index);
    let factors = Factors::draw(class, &mut rng);
    let allograph = &skeletons::CLASSES[usize::from(class)][usize::from(factors.allograph)];
    let distortion = Distortion::draw(factors.distortion, &mut rng);
    let mut strokes = pen::strokes(allograph, factors.blend, &distortion, &mut rng);
    lean(&mut strokes, &factors);
    fit(&mut strokes, &factors);
    (raster::ink(&strokes, factors.thickness), factors)
}

/// The first `count` digits of the series `seed`.
pub fn digits(seed: u32, count: usize) -> (ImageSet, Vec<Factors>) {
    let mut pixels = Vec::with_capacity(count * PIXELS);
    let mut factors = Vec::with_capacity(count);
    for index in 0..count {
        let (picture, made_from) = digit(seed, index as u32);
        pixels.extend(picture);
        factors.push(made_from);
    }
    let labels = factors.iter().map(|made_from| made_from.class).collect();
    let set = ImageSet::new(pixels, labels, digit_names()).expect("a picture and a class below ten for each");
    (set, factors)
}

/// Ten digits that follow each other are the ten classes in an order of their own.
fn class(seed: u32, index: u32) -> u8 {
    let mut order: [u8; CLASSES] = std::array::from_fn(|class| class as u8);
    Rng::stream(seed ^ CLASS_STREAM, index / CLASSES as u32).shuffle(&mut order);
    order[index as usize % CLASSES]
}

fn allograph(class: u8, rng: &mut Rng) -> u8 {
    let ways = skeletons::CLASSES[usize::from(class)];
    let mut left = rng.range(0.0, 1.0);
    let chosen = ways.iter().position(|way| {
        left -= way.weight;
        left < 0.0
    });
    chosen.unwrap_or(ways.len() - 1) as u8
}

/// Aspect, then slant, then rotation.
fn lean(strokes: &mut [Vec<Dot>], factors: &Factors) {
    let slant = f64::from(factors.slant).tan() as f32;
    let (sin, cos) = f64::from(factors.rotation).sin_cos();
    let (sin, cos) = (sin as f32, cos as f32);
    for dot in strokes.iter_mut().flatten() {
        let [x, y] = dot.at;
        let x = factors.aspect * x - slant * y;
        dot.at = [cos * x - sin * y, sin * x + cos * y];
    }
}

/// Into pixels: the longer side of the ink is 20 (times the scale), its centre of mass in the middle (plus the shift), or
/// as near to it as the border allows.
fn fit(strokes: &mut [Vec<Dot>], factors: &Factors) {
    let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
    for dot in strokes.iter().flatten() {
        for axis in 0..2 {
            low[axis] = low[axis].min(dot.at[axis]);
            high[axis] = high[axis].max(dot.at[axis]);
        }
    }
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    let zoom = (BOX * factors.scale - factors.thickness) / longer;
    let centre = centre_of_mass(strokes);
    let margin = MARGIN + factors.thickness / 2.0;
    let offset: [f32; 2] = std::array::from_fn(|axis| {
        let wanted = MIDDLE + factors.shift[axis] - zoom * centre[axis];
        wanted.clamp(margin - zoom * low[axis], SIDE as f32 - margin - zoom * high[axis])
    });
    for dot in strokes.iter_mut().flatten() {
        dot.at = [0, 1].map(|axis| zoom * dot.at[axis] + offset[axis]);
    }
}

/// Of the path, weighted by the pen's width: that of the ink, but for what crossings count twice.
fn centre_of_mass(strokes: &[Vec<Dot>]) -> [f32; 2] {
    let (mut sum, mut mass) = ([0.0; 2], 1e-9);
    for segment in strokes.iter().flat_map(|stroke| stroke.windows(2)) {
        let [from, to] = [segment[0], segment[1]];
        let [dx, dy] = [to.at[0] - from.at[0], to.at[1] - from.at[1]];
        let weight = (dx * dx + dy * dy).sqrt() * (from.pressure + to.pressure);
        mass += weight;
        sum[0] += weight * (from.at[0] + to.at[0]) / 2.0;
        sum[1] += weight * (from.at[1] + to.at[1]) / 2.0;
    }
    sum.map(|moment| moment / mass)
}

#[cfg(test)]
mod tests;
