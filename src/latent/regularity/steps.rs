//! What a tenth of a σ of the codes costs in nats: KL(p(x|z) ‖ p(x|z + dz)) for draws z of what is sampled from, and dz a tenth
//! of σ in the direction in which the likelihood changes most, one way or the other. The engine answers the KL itself: the
//! Fisher metric's ½s² is its second order, and over a tenth of σ too large where the plane is steep.

use super::interval::{Interval, of_median};
use super::survey::{Metric, Survey, Unit};
use super::weighted::{HALF, quantiles};
use crate::rng::Rng;

/// A step, in σ of the codes.
const STEP: f32 = 0.1;

/// Steps, from and to, in units of z: z₁ z₂ of each point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    pub from: Vec<f32>,
    pub to: Vec<f32>,
}

impl Steps {
    /// So many steps from draws of the survey's frame, those within its area. The same seed gives the same steps. None of them
    /// if the survey is not whole.
    pub fn draw(survey: &Survey, count: usize, seed: u32) -> Self {
        let mut steps = Self::default();
        if !survey.is_whole() {
            return steps;
        }
        let mut rng = Rng::new(seed);
        while steps.from.len() < 2 * count {
            let z = survey.frame.point([rng.normal(), rng.normal()]);
            let side = if rng.uniform() < 0.5 { STEP } else { -STEP };
            let Some(cell) = survey.cell_at(z) else { continue };
            let [x, y] = steepest(survey, cell);
            let [there, here] = [survey.codes.point([side * x, side * y]), survey.codes.point([0.0; 2])];
            steps.from.extend(z);
            steps.to.extend([z[0] + there[0] - here[0], z[1] + there[1] - here[1]]);
        }
        steps
    }
}

/// The direction in which a cell's likelihood changes most per σ of the codes, as a unit vector in σ; any where the survey
/// is flawed.
fn steepest(survey: &Survey, cell: usize) -> [f32; 2] {
    let [a, b, c] = survey.metric_at(cell, Metric::Fisher, Unit::Codes);
    // Of the larger eigenvalue.
    let angle = 0.5 * (2.0 * b).atan2(a - c);
    if angle.is_finite() { [angle.cos(), angle.sin()] } else { [1.0, 0.0] }
}

/// The median of the answers in nats, and its 95 % interval; those that are not finite count as infinite. None for none.
pub fn median(nats: &[f32]) -> Option<(f32, Interval)> {
    let [median] = quantiles(nats, &vec![1.0; nats.len()], [HALF]);
    Some((median, of_median(nats)?))
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::known;
    use super::*;

    #[test]
    fn steps_are_a_tenth_of_sigma_long_and_go_where_it_is_steepest() {
        let codes = Frame::diagonal([5.0, 1.0], [2.0, 0.5]);
        let even = |n: usize, metric: [f32; 3]| known::even(Frame::PRIOR, n, metric).with_codes(Some(codes));
        // Per σ: 4·1 along z₁ and 0.25·9 along z₂, with nothing across; then the other way about.
        for (metric, axis) in [([1.0, 0.0, 9.0], 0), ([1.0, 0.0, 36.0], 1)] {
            let steps = Steps::draw(&even(16, metric), 300, 1);
            assert_eq!((steps.from.len(), steps.to.len()), (600, 600));
            let (mut up, mut down) = (0, 0);
            for (from, to) in steps.from.chunks_exact(2).zip(steps.to.chunks_exact(2)) {
                let d = [to[0] - from[0], to[1] - from[1]];
                assert!((d[axis].abs() - 0.1 * codes.scale[axis]).abs() < 1e-5 && d[1 - axis].abs() < 1e-5, "{d:?}");
                if d[axis] > 0.0 { up += 1 } else { down += 1 }
            }
            assert!(up > 100 && down > 100, "{up} {down}");
            let spread = steps.from.iter().map(|x| x * x).sum::<f32>() / 600.0;
            assert!((spread - 1.0).abs() < 0.2, "draws of the frame: {spread}");
        }
        // Across, by hand: uu = 4, vv = 1, uv = 2·0.5·b with b = 1.5 at an angle of ½·atan(3 / 3) = 22.5°.
        let [x, y] = steepest(&even(4, [1.0, 1.5, 4.0]), 5);
        assert!((y.atan2(x) - std::f32::consts::FRAC_PI_8).abs() < 1e-5, "{x} {y}");
        assert_eq!(Steps::draw(&Survey::new(Frame::PRIOR, 2, 2), 9, 1), Steps::default());
        assert_eq!(steepest(&even(4, [f32::NAN; 3]), 5), [1.0, 0.0]);
    }

    /// With the plane scaled and the codes with it every step scales along: the engine is asked the same.
    #[test]
    fn steps_scale_with_the_plane() {
        let steps = |scale: f32| {
            let frame = Frame::diagonal([0.0; 2], [scale; 2]);
            let per_z = |z: [f32; 2]| {
                let [x, y] = z.map(|z| z / scale);
                [(1.0 + x * x) / scale.powi(2), 0.3 * x * y / scale.powi(2), (1.0 + y * y) / scale.powi(2)]
            };
            Steps::draw(&known::survey(frame, 32, per_z, |z| z), 100, 3)
        };
        let plain = steps(1.0);
        for scale in [0.01f32, 30.0] {
            let there = steps(scale);
            let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a * scale - b).abs() < 1e-3 * scale);
            assert!(same(&plain.from, &there.from) && same(&plain.to, &there.to), "{scale}");
        }
    }

    #[test]
    fn the_median_has_its_interval() {
        let nats: Vec<f32> = (0..101).map(|i| i as f32).collect();
        let (value, interval) = median(&nats).expect("some");
        assert!(value == 50.0 && interval.low < 45.0 && interval.high > 55.0 && interval.high < 65.0, "{interval:?}");
        assert_eq!(median(&[]), None);
    }
}
