//! Continuity: how much the picture changes with z. The slope at a point is the largest singular value of the decoder's
//! derivative there, the most that the picture changes per unit in any direction (for deep generators Arvanitidis et al.
//! 2018, arXiv:1710.11379, and Shao et al. 2017, arXiv:1711.08014, read it off the pull-back metric).

use super::survey::{Metric, Survey, Unit};
use super::weighted::{HALF, P95, largest, mean_of_finite, quantiles, share};
use crate::spec::Input;

/// A slope above this is steep: pixels' root mean square change per σ, where 1 is from no ink to full. Two handwritten digits
/// differ by about 0.36 so, whatever the picture's size: here a whole other digit comes within 0.4 σ. Ten classes that share
/// the plane evenly have regions some 1.3 σ wide: crossing one takes a slope of 0.3 and more, which is no flaw; three times
/// that is.
pub const STEEP: f32 = 0.9;

/// Likewise of points of a plane, whose sets are about 1 wide: a tenth of σ then moves a coordinate by more than 0.2.
pub const STEEP_POINTS: f32 = 2.0;

/// The slope from which data of this kind change steeply, in [`Metric::Pixels`] per σ.
pub fn steep(input: Input) -> f32 {
    match input {
        Input::Picture(_) => STEEP,
        Input::Point => STEEP_POINTS,
    }
}

/// The slopes of a decoder, weighted by how often a sample falls there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuity {
    /// Of the cells with finite slopes; infinite if there is none. The other numbers take all cells.
    pub mean: f32,
    pub median: f32,
    /// Of the frame's mass 0.95 has at most this slope.
    pub p95: f32,
    /// How many times the median `p95` is: 1 for a decoder that changes at an even pace.
    pub spread: f32,
    /// The largest slope, and where.
    pub worst: (f32, [f32; 2]),
    /// The share of the frame's mass with a slope above the threshold.
    pub share_steep: f32,
}

impl Continuity {
    /// Of a whole survey; `steep` is the threshold in the same units, [`steep()`] for [`Metric::Pixels`] per σ.
    pub fn of(survey: &Survey, metric: Metric, unit: Unit, steep: f32) -> Option<Self> {
        if !survey.is_whole() {
            return None;
        }
        let (slopes, mass) = (slopes(survey, metric, unit), survey.mass());
        let [median, p95] = quantiles(&slopes, &mass, [HALF, P95]);
        let worst = largest(&slopes)?;
        Some(Self {
            mean: mean_of_finite(&slopes, &mass),
            median,
            p95,
            spread: times(p95, median),
            worst: (slopes[worst], survey.centre(worst)),
            share_steep: share(&slopes, &mass, |slope| slope > steep),
        })
    }

    /// The share of the frame's mass that is not steep, 0 to 1.
    pub fn score(&self) -> f32 {
        1.0 - self.share_steep
    }
}

/// The slope at each cell's centre, row by row from the top left: change per unit of z or of the frame. In
/// [`Metric::Pixels`] that is Euclidean distance of pixels from 0 to 1, in [`Metric::Fisher`] the length s of which
/// ½s² are nats. Infinite where the survey is flawed, and where it is not known.
pub fn slopes(survey: &Survey, metric: Metric, unit: Unit) -> Vec<f32> {
    (0..survey.cells()).map(|cell| largest_singular_value(survey.metric_at(cell, metric, unit))).collect()
}

/// √ of the larger eigenvalue of a metric (11, 12, 22): if that is JᵀJ, J's largest singular value. Infinite if a number
/// is not finite.
pub fn largest_singular_value(g: [f32; 3]) -> f32 {
    if !g.iter().all(|x| x.is_finite()) {
        return f32::INFINITY;
    }
    let [a, b, c] = g.map(f64::from);
    let eigenvalue = (a + c) / 2.0 + ((a - c) / 2.0).hypot(b);
    eigenvalue.max(0.0).sqrt() as f32
}

/// How many times `whole` a slope is: 1 where both are nothing, infinite where `whole` is or `slope` stands alone.
pub fn times(slope: f32, whole: f32) -> f32 {
    if slope == 0.0 && whole == 0.0 {
        return 1.0;
    }
    let times = slope / whole;
    if times.is_nan() { f32::INFINITY } else { times }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::known;
    use super::*;

    const STRETCHED: Frame = Frame::diagonal([40.0, -3.0], [20.0, 0.5]);

    /// JᵀJ of a matrix of three pixels by two.
    fn metric(j: [[f32; 2]; 3]) -> [f32; 3] {
        let dot = |a: usize, b: usize| j.iter().map(|row| row[a] * row[b]).sum();
        [dot(0, 0), dot(0, 1), dot(1, 1)]
    }

    #[test]
    fn singular_values_by_hand() {
        assert_eq!(largest_singular_value(metric([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])), 3.0);
        // U·diag(3, 1)·Vᵀ with V a turn by 30°: the turn changes nothing.
        let (sin, cos) = (0.5, 0.75f32.sqrt());
        let turned = metric([[3.0 * cos, 3.0 * sin], [0.0, 0.0], [-sin, cos]]);
        assert!((largest_singular_value(turned) - 3.0).abs() < 1e-5);
        assert_eq!(largest_singular_value([0.0; 3]), 0.0);
        assert_eq!(largest_singular_value([1.0, f32::NAN, 1.0]), f32::INFINITY);
        assert_eq!(largest_singular_value([f32::INFINITY, 0.0, 1.0]), f32::INFINITY);
    }

    /// x = A·z has the same slope everywhere, in every frame; per frame unit it is that of A·diag(scale).
    #[test]
    fn a_linear_decoder_is_even() {
        for frame in [Frame::PRIOR, STRETCHED] {
            let survey = known::even(frame, 16, metric([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]]));
            let close = |a: f32, b: f32| (a / b - 1.0).abs() < 1e-5;
            for metric in [Metric::Pixels, Metric::Fisher] {
                for (unit, slope) in [(Unit::Z, 3.0), (Unit::Frame, 3.0 * frame.scale[0])] {
                    let found = Continuity::of(&survey, metric, unit, 2.0).expect("whole");
                    assert!(close(found.mean, slope) && close(found.median, slope) && close(found.p95, slope));
                    assert!(close(found.spread, 1.0) && close(found.worst.0, slope), "{found:?}");
                    assert_eq!((found.share_steep, found.score()), (1.0, 0.0));
                    assert_eq!(Continuity::of(&survey, metric, unit, 99.0).expect("whole").score(), 1.0);
                }
            }
        }
    }

    /// One pixel, a logistic step of width 0.1 at z₁ = 0.7: the slope is at most 1/(4·0.1).
    #[test]
    fn a_step_is_found_where_it_is() {
        let step = |z: [f32; 2]| {
            let s = 1.0 / (1.0 + (-(z[0] - 0.7) / 0.1).exp());
            [(s * (1.0 - s) / 0.1).powi(2), 0.0, 0.0]
        };
        let survey = known::survey(Frame::PRIOR, 64, step, |z| z);
        let found = Continuity::of(&survey, Metric::Pixels, Unit::Frame, 1.25).expect("whole");
        let cell = 7.0 / 64.0;
        assert!((found.worst.1[0] - 0.7).abs() <= cell / 2.0 + 1e-5, "{found:?}");
        assert!((found.worst.0 - 2.5).abs() < 0.2, "{found:?}");
        // s(1 − s) is above half its peak where |u| < ln(3 + 2√2) = 1.7627: ±0.176 around 0.7, with Φ(0.876) − Φ(0.524)
        // = 0.1096 of the mass, give or take a column at each side.
        assert!((found.share_steep - 0.1096).abs() < 0.035, "{found:?}");
        assert!(found.spread > 10.0 && found.mean > found.median, "{found:?}");
    }

    #[test]
    fn mass_counts_and_not_area() {
        // Steep beyond one σ to the right: 0.1587 of the prior, 0.357 of the area.
        let survey = known::survey(Frame::PRIOR, 70, |z| [if z[0] > 1.0 { 400.0 } else { 1.0 }, 0.0, 0.0], |z| z);
        let found = Continuity::of(&survey, Metric::Pixels, Unit::Frame, 10.0).expect("whole");
        assert!((found.share_steep - 0.1587).abs() < 1e-3, "{found:?}");
        assert!((found.mean - (1.0 + 19.0 * 0.1587)).abs() < 0.02, "{found:?}");
        assert_eq!((found.median, found.p95), (1.0, 20.0));
    }

    #[test]
    fn a_flawed_cell_is_steep_and_a_half_survey_says_nothing() {
        let survey = known::survey(Frame::PRIOR, 70, |z| [if z[0] > 1.0 { f32::NAN } else { 4.0 }, 0.0, 0.0], |z| z);
        let found = Continuity::of(&survey, Metric::Pixels, Unit::Frame, 25.0).expect("whole");
        assert!((found.share_steep - 0.1587).abs() < 1e-3, "{found:?}");
        assert_eq!((found.mean, found.median, found.p95, found.spread), (2.0, 2.0, f32::INFINITY, f32::INFINITY));
        assert_eq!(Continuity::of(&Survey::new(Frame::PRIOR, 2, 2), Metric::Pixels, Unit::Z, STEEP), None);
        let broken = known::even(Frame::PRIOR, 4, [f32::NAN; 3]);
        let found = Continuity::of(&broken, Metric::Pixels, Unit::Z, STEEP).expect("whole");
        assert!(found.score() == 0.0 && !found.mean.is_nan() && !found.spread.is_nan(), "{found:?}");
        let dead = known::even(Frame::PRIOR, 4, [0.0; 3]);
        let found = Continuity::of(&dead, Metric::Pixels, Unit::Z, STEEP).expect("whole");
        assert_eq!((found.spread, found.score()), (1.0, 1.0));
    }
}
