//! Points of the plane: distributions whose shape everybody knows, so that what a model does to them can be seen.
//!
//! Each is made to lie within about ±2.5 by constants, not by the sample, so that a longer set goes on where a shorter one
//! ends: datum i depends on the seed and on i alone.
//!
//! | kind | labels | what it is |
//! | --- | --- | --- |
//! | two moons | 0, 1 | half circles of radius 1 about (−½, −¼) and (½, ¼), facing each other, noise 0.08, times 1.6 |
//! | swiss roll | 0 to 4 | a spiral r = φ/6 from φ = π/2 to 9π/2, noise 0.05; five stretches along it |
//! | rings | 0, 1, 2 | circles of radius 0.7, 1.4 and 2.1, noise 0.07 |
//! | blobs | 0 to 5 | normals of deviation 0.22 at radius 1.7 |
//! | pinwheel | 0 to 4 | five arms, twisted the more the further out (Johnson et al. 2016) |
//! | three | 0, 1, 2 | three points and no more, whatever the seed |

use std::f32::consts::{PI, TAU};

use crate::rng::Rng;
use crate::spec::{PIXELS, PointKind, SIDE};

/// The square of the plane that pictures of points show, from the origin.
pub const REACH: f32 = 3.2;

/// Radius of a point in its picture, in pixels.
const DOT: f32 = 1.6;

const THREE: [[f32; 2]; 3] = [[-1.6, -0.9], [1.7, -0.5], [-0.2, 1.8]];

/// Labelled points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointSet {
    points: Vec<[f32; 2]>,
    /// As many as points.
    labels: Vec<u8>,
}

impl PointSet {
    pub fn points(&self) -> &[[f32; 2]] {
        &self.points
    }

    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Writes the points `indices` into `out`, x y of each. What was in `out` is replaced and its memory kept. Panics on an
    /// index beyond the last, as indexing a slice does.
    pub fn batch(&self, indices: &[usize], out: &mut Vec<f32>) {
        out.clear();
        indices.iter().for_each(|&i| out.extend(self.points[i]));
    }
}

/// `count` points of a kind; of three points there are never more.
pub fn points(kind: PointKind, seed: u32, count: usize) -> PointSet {
    if kind == PointKind::Three {
        return PointSet { points: THREE.to_vec(), labels: vec![0, 1, 2] };
    }
    let mut rng = Rng::stream(seed, 0x504F_494E);
    let (points, labels) = (0..count).map(|i| one(kind, i, &mut rng)).unzip();
    PointSet { points, labels }
}

fn one(kind: PointKind, i: usize, rng: &mut Rng) -> ([f32; 2], u8) {
    // As many numbers for each point, whatever its kind: two uniform and two normal.
    let (t, noise) = (rng.uniform() as f32, [rng.normal(), rng.normal()]);
    let near = |at: [f32; 2], deviation: f32| [at[0] + deviation * noise[0], at[1] + deviation * noise[1]];
    let around = |angle: f32, radius: f32| [radius * angle.cos(), radius * angle.sin()];
    match kind {
        PointKind::TwoMoons => {
            let label = i % 2;
            let [x, y] = around(PI * t, 1.0);
            let moon = if label == 0 { [x - 0.5, y - 0.25] } else { [0.5 - x, 0.25 - y] };
            let [x, y] = near(moon, 0.08);
            ([1.6 * x, 1.6 * y], label as u8)
        }
        PointKind::SwissRoll => {
            let angle = PI * (0.5 + 4.0 * t);
            (near(around(angle, angle / 6.0), 0.05), ((t * 5.0) as u8).min(4))
        }
        PointKind::Rings => {
            let label = i % 3;
            (near(around(TAU * t, 0.7 * (label + 1) as f32), 0.07), label as u8)
        }
        PointKind::Blobs => {
            let label = i % 6;
            (near(around(TAU * label as f32 / 6.0, 1.7), 0.22), label as u8)
        }
        PointKind::Pinwheel => {
            let label = i % 5;
            let (radial, tangential) = ((1.2 + 0.35 * noise[0]).clamp(0.0, 2.4), 0.12 * noise[1]);
            let angle = TAU * label as f32 / 5.0 + 0.9 * radial;
            let (sin, cos) = angle.sin_cos();
            ([radial * cos - tangential * sin, radial * sin + tangential * cos], label as u8)
        }
        PointKind::Three => (THREE[i % 3], (i % 3) as u8),
    }
}

/// The square of ±[`REACH`] with a dot where the point is, y upwards: `PIXELS` bytes. A point beyond it is drawn at its
/// border, and one that is no number nowhere.
pub fn picture(point: [f32; 2]) -> [u8; PIXELS] {
    let mut pixels = [0; PIXELS];
    if !point.iter().all(|v| v.is_finite()) {
        return pixels;
    }
    let scale = SIDE as f32 / (2.0 * REACH);
    let place = |v: f32| ((v.clamp(-REACH, REACH) + REACH) * scale).clamp(DOT, SIDE as f32 - DOT);
    let (x, y) = (place(point[0]), SIDE as f32 - place(point[1]));
    for (i, pixel) in pixels.iter_mut().enumerate() {
        let distance = ((i % SIDE) as f32 + 0.5 - x).hypot((i / SIDE) as f32 + 0.5 - y);
        *pixel = (255.0 * (DOT + 0.5 - distance).clamp(0.0, 1.0)).round() as u8;
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [PointKind; 5] =
        [PointKind::TwoMoons, PointKind::SwissRoll, PointKind::Rings, PointKind::Blobs, PointKind::Pinwheel];

    #[test]
    fn every_kind_lies_within_reach_about_the_origin_and_is_as_wide_as_the_prior() {
        for kind in KINDS {
            let set = points(kind, 3, 20_000);
            for axis in 0..2 {
                let values: Vec<f32> = set.points().iter().map(|p| p[axis]).collect();
                let mean = values.iter().sum::<f32>() / 20_000.0;
                let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 20_000.0).sqrt();
                let most = values.iter().map(|v| v.abs()).fold(0.0, f32::max);
                assert!(mean.abs() < 0.25 && (0.6..1.4).contains(&deviation), "{kind:?}: {mean} ± {deviation}");
                assert!(most < REACH, "{kind:?}: {most}");
            }
        }
    }

    #[test]
    fn there_are_as_many_classes_as_the_spec_says() {
        for kind in KINDS.into_iter().chain([PointKind::Three]) {
            let most = points(kind, 1, 500).labels().iter().copied().max();
            let classes = crate::spec::DataSpec::Points { kind, count: 500 }.classes();
            assert_eq!(most.map(usize::from), Some(classes - 1), "{kind:?}");
        }
    }

    #[test]
    fn the_first_of_a_long_set_are_the_short_one() {
        for kind in KINDS {
            let (short, long) = (points(kind, 5, 50), points(kind, 5, 500));
            assert!(short.points() == &long.points()[..50] && short.labels() == &long.labels()[..50], "{kind:?}");
            assert_ne!(short.points(), points(kind, 6, 50).points());
        }
    }

    #[test]
    fn rings_have_their_radii_and_moons_do_not_touch() {
        let rings = points(PointKind::Rings, 1, 3000);
        for label in 0..3u8 {
            let radii: Vec<f32> = rings
                .points()
                .iter()
                .zip(rings.labels())
                .filter(|(_, l)| **l == label)
                .map(|(p, _)| p[0].hypot(p[1]))
                .collect();
            let mean = radii.iter().sum::<f32>() / radii.len() as f32;
            assert!((mean - 0.7 * f32::from(label + 1)).abs() < 0.02, "{label}: {mean}");
        }
        let moons = points(PointKind::TwoMoons, 1, 1000);
        let of =
            |label: u8| moons.points().iter().zip(moons.labels()).filter(move |(_, l)| **l == label).map(|(p, _)| *p);
        let nearest = of(0)
            .flat_map(|a| of(1).map(move |b| (a[0] - b[0]).hypot(a[1] - b[1])).collect::<Vec<_>>())
            .fold(f32::INFINITY, f32::min);
        assert!(nearest > 0.1, "{nearest}");
    }

    #[test]
    fn the_dot_is_where_the_point_is() {
        for point in [[0.0, 0.0], [1.5, -2.0], [-2.2, 1.1]] {
            let picture = picture(point);
            let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
            for (i, &value) in picture.iter().enumerate() {
                let weight = f32::from(value);
                sum += weight;
                x += weight * ((i % SIDE) as f32 + 0.5);
                y += weight * ((i / SIDE) as f32 + 0.5);
            }
            let back = |v: f32| v / sum / SIDE as f32 * 2.0 * REACH - REACH;
            assert!((back(x) - point[0]).abs() < 0.05 && (-back(y) - point[1]).abs() < 0.05, "{point:?}");
        }
        assert!(picture([99.0, 0.0]).iter().any(|&v| v > 0), "at the border");
        assert!(picture([f32::NAN, 0.0]).iter().all(|&v| v == 0));
    }

    #[test]
    fn three_points_are_three_whatever_is_asked() {
        assert_eq!(points(PointKind::Three, 1, 3), points(PointKind::Three, 9, 2000));
        assert_eq!(points(PointKind::Three, 1, 0).points().len(), 3);
    }
}
