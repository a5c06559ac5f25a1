//! From a skeleton to the path of the pen: jittered knots, a smooth curve through them, a smooth distortion, pressure.

use super::skeletons::{Allograph, Stroke};
use crate::rng::Rng;

/// A place on the path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// x to the right, y down. In heights of the digit until the path is fitted into its box, then in pixels.
    pub at: [f32; 2],
    /// The pen's width here, relative to the digit's thickness.
    pub pressure: f32,
}

/// Standard deviation of a knot's jitter, in heights, and how much more of it the ends of a stroke have.
const JITTER: f32 = 0.022;
const END_JITTER: f32 = 1.8;

/// Distance of the dots on a path, in heights (about a pixel).
const SPACING: f32 = 0.045;

/// The strokes of a digit that lies `blend` of the way between its allograph's extremes.
/// Draws `2·knots` normals for the jitter and four more a stroke for the pressure.
pub fn strokes(allograph: &Allograph, blend: f32, distortion: &Distortion, rng: &mut Rng) -> Vec<Vec<Dot>> {
    allograph.strokes.iter().map(|stroke| write(stroke, blend, distortion, rng)).collect()
}

fn write(stroke: Stroke, blend: f32, distortion: &Distortion, rng: &mut Rng) -> Vec<Dot> {
    let last = stroke.len() - 1;
    let knots: Vec<[f32; 2]> = stroke
        .iter()
        .enumerate()
        .map(|(i, knot)| {
            let spread = if i == 0 || i == last { JITTER * END_JITTER } else { JITTER };
            let [from, to] = knot.extremes;
            [0, 1].map(|axis| {
                let (from, to) = (f32::from(from[axis]), f32::from(to[axis]));
                0.01 * (from + blend * (to - from)) + spread * rng.normal()
            })
        })
        .collect();
    let mut places = vec![knots[0]];
    let mut from = 0;
    for to in 1..=last {
        if to == last || stroke[to].corner {
            curve(&knots[from..=to], &mut places);
            from = to;
        }
    }
    let pressure = Pressure::draw(rng);
    let length = (places.len() - 1) as f32;
    let dot =
        |(i, &place): (usize, &[f32; 2])| Dot { at: distortion.apply(place), pressure: pressure.at(i as f32 / length) };
    places.iter().enumerate().map(dot).collect()
}

/// Appends to `path`, which ends at the first knot, a centripetal Catmull-Rom spline through the others (Yuksel,
/// Schaefer and Keyser, "Parameterization and applications of Catmull-Rom curves", 2011): no cusps, no loops of its own
/// between knots. Beyond its ends the curve goes on by reflection.
fn curve(knots: &[[f32; 2]], path: &mut Vec<[f32; 2]>) {
    let n = knots.len();
    let reflect = |end: [f32; 2], before: [f32; 2]| [2.0 * end[0] - before[0], 2.0 * end[1] - before[1]];
    for i in 0..n - 1 {
        let (b, c) = (knots[i], knots[i + 1]);
        let a = if i == 0 { reflect(b, c) } else { knots[i - 1] };
        let d = if i + 2 == n { reflect(c, b) } else { knots[i + 2] };
        span([a, b, c, d], path);
    }
}

/// The part of the spline from the second to the third of four knots, as a cubic Hermite curve.
fn span([a, b, c, d]: [[f32; 2]; 4], path: &mut Vec<[f32; 2]>) {
    let chord = |from: [f32; 2], to: [f32; 2]| ((to[0] - from[0]).powi(2) + (to[1] - from[1]).powi(2)).sqrt();
    // Parameter steps are the square roots of the distances; the bound keeps knots that fell together apart.
    let [before, step, after] = [chord(a, b), chord(b, c), chord(c, d)].map(|distance| distance.max(1e-4).sqrt());
    let slope = |from: f32, mid: f32, to: f32, first: f32, second: f32| {
        step * ((mid - from) / first - (to - from) / (first + second) + (to - mid) / second)
    };
    let tangents = [0, 1].map(|x| [slope(a[x], b[x], c[x], before, step), slope(b[x], c[x], d[x], step, after)]);
    let count = (chord(b, c) / SPACING).ceil().max(1.0);
    for i in 1..=count as usize {
        let t = i as f32 / count;
        let (t2, t3) = (t * t, t * t * t);
        path.push([0, 1].map(|x| {
            (2.0 * t3 - 3.0 * t2 + 1.0) * b[x]
                + (t3 - 2.0 * t2 + t) * tangents[x][0]
                + (3.0 * t2 - 2.0 * t3) * c[x]
                + (t3 - t2) * tangents[x][1]
        }));
    }
}

/// How the pen's pressure changes along a stroke: four normal values, evenly spaced and joined smoothly.
struct Pressure {
    values: [f32; 4],
}

impl Pressure {
    /// Standard deviation of the relative width.
    const SPREAD: f32 = 0.10;
    const BOUNDS: [f32; 2] = [0.75, 1.25];

    fn draw(rng: &mut Rng) -> Self {
        Self { values: [(); 4].map(|()| 1.0 + Self::SPREAD * rng.normal()) }
    }

    /// At `t` in 0..=1 of the stroke; a little less where the pen is set down and lifted.
    fn at(&self, t: f32) -> f32 {
        let place = t * 3.0;
        let cell = (place as usize).min(2);
        let u = place - cell as f32;
        let smooth = u * u * (3.0 - 2.0 * u);
        let value = self.values[cell] + smooth * (self.values[cell + 1] - self.values[cell]);
        let end = (t.min(1.0 - t) * 12.0).min(1.0);
        (value * (0.88 + 0.12 * end)).clamp(Self::BOUNDS[0], Self::BOUNDS[1])
    }
}

/// A smooth elastic distortion of the plane: a free-form deformation by a uniform cubic B-spline over a lattice of
/// normal displacements (Sederberg and Parry 1986; Rueckert et al. 1999), the counterpart for paths of what Simard,
/// Steinkraus and Platt (2003) do to pixels.
pub struct Distortion {
    lattice: [[[f32; 2]; Distortion::SIDE]; Distortion::SIDE],
}

impl Distortion {
    /// Cells a unit of height, and lattice points an axis: those that reach into [−0.25, 1.25].
    const CELLS: f32 = 2.0;
    const SIDE: usize = 6;
    const ORIGIN: f32 = -0.25;

    /// `spread`: standard deviation of a lattice point's displacement along each axis, in heights.
    pub fn draw(spread: f32, rng: &mut Rng) -> Self {
        let mut lattice = [[[0.0; 2]; Self::SIDE]; Self::SIDE];
        lattice.as_flattened_mut().as_flattened_mut().iter_mut().for_each(|value| *value = spread * rng.normal());
        Self { lattice }
    }

    pub fn apply(&self, at: [f32; 2]) -> [f32; 2] {
        let [(column, across), (row, down)] = at.map(Self::weights);
        let mut moved = at;
        for (j, wy) in down.iter().enumerate() {
            for (i, wx) in across.iter().enumerate() {
                let [dx, dy] = self.lattice[row + j][column + i];
                moved[0] += wx * wy * dx;
                moved[1] += wx * wy * dy;
            }
        }
        moved
    }

    /// The first of the four lattice points that a coordinate feels, and their weights. Outside of the lattice the
    /// nearest place in it counts.
    fn weights(coordinate: f32) -> (usize, [f32; 4]) {
        let cells = (Self::SIDE - 3) as f32;
        let place = ((coordinate - Self::ORIGIN) * Self::CELLS).clamp(0.0, cells);
        let cell = (place as usize).min(Self::SIDE - 4);
        let u = place - cell as f32;
        let v = 1.0 - u;
        let inner = |u: f32| (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0;
        (cell, [v * v * v / 6.0, inner(u), inner(v), u * u * u / 6.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_passes_its_knots_and_stays_near_them() {
        let knots = [[0.0, 0.0], [0.5, 0.1], [0.6, 0.6], [0.1, 1.0]];
        let mut path = vec![knots[0]];
        curve(&knots, &mut path);
        for knot in knots {
            assert!(
                path.contains(&knot) || path.iter().any(|p| (p[0] - knot[0]).abs() + (p[1] - knot[1]).abs() < 1e-6)
            );
        }
        assert!(path.iter().all(|[x, y]| (-0.05..0.75).contains(x) && (-0.05..1.05).contains(y)), "{path:?}");
        assert!(path.windows(2).all(|p| (p[1][0] - p[0][0]).hypot(p[1][1] - p[0][1]) < 0.1));
    }

    #[test]
    fn through_knots_on_a_line_the_curve_is_the_line() {
        let mut path = vec![[0.0, 0.0]];
        curve(&[[0.0, 0.0], [0.2, 0.1], [0.8, 0.4], [1.0, 0.5]], &mut path);
        assert!(path.iter().all(|[x, y]| (x - 2.0 * y).abs() < 1e-6), "{path:?}");
    }

    #[test]
    fn the_distortions_weights_are_a_smooth_partition_of_one() {
        for i in -40..160 {
            let (cell, weights) = Distortion::weights(i as f32 / 100.0);
            assert!(cell + 4 <= Distortion::SIDE);
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{i}: {weights:?}");
            assert!(weights.iter().all(|weight| *weight >= 0.0), "{i}: {weights:?}");
        }
        let distortion = Distortion::draw(0.1, &mut Rng::new(5));
        let step = |y: f32| distortion.apply([0.3, y + 1e-3])[0] - distortion.apply([0.3, y])[0];
        // The first derivative does not jump where two cells meet.
        assert!((step(0.25 - 1e-3) - step(0.25)).abs() < 1e-4);
    }
}
