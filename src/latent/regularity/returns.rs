//! Completeness, seen from the plane: a point whose decoding the encoder takes for something else decodes to what no datum
//! looks like. The distance from z to the encoder's mean of the decoding of z is what a cycle through both loses.

use super::survey::Survey;
use super::weighted::{HALF, P95, largest, quantiles, share};

/// A decoding that is encoded within a quarter of σ of where it came from comes back near: the two points then decode
/// alike in a plane that is continuous.
pub const NEAR: f32 = 0.25;

/// How far from where they came decodings are encoded, in frame units, weighted by how often a sample falls there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Returns {
    /// The share of the frame's mass within the threshold.
    pub share_near: f32,
    pub median: f32,
    /// Of the frame's mass 0.95 comes back within this.
    pub p95: f32,
    /// The largest distance, and of which point.
    pub worst: (f32, [f32; 2]),
}

impl Returns {
    /// Of a whole survey; `near` is the threshold in frame units, by default [`NEAR`].
    pub fn of(survey: &Survey, near: f32) -> Option<Self> {
        if !survey.is_whole() {
            return None;
        }
        let (distances, mass) = (distances(survey), survey.mass());
        let [median, p95] = quantiles(&distances, &mass, [HALF, P95]);
        let worst = largest(&distances)?;
        Some(Self {
            share_near: share(&distances, &mass, |distance| distance <= near),
            median,
            p95,
            worst: (distances[worst], survey.centre(worst)),
        })
    }
}

/// From each cell's centre to where its decoding is encoded, in frame units, row by row from the top left. Infinite where
/// the encoder gave no finite answer.
pub fn distances(survey: &Survey) -> Vec<f32> {
    let distance = |(cell, back): (usize, &[f32; 2])| {
        let distance = survey.frame.distance(survey.centre(cell), *back);
        if distance.is_finite() { distance } else { f32::INFINITY }
    };
    survey.back.iter().enumerate().map(distance).collect()
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::known;
    use super::*;

    #[test]
    fn the_identity_returns_and_a_shift_is_its_length() {
        let frame = Frame::diagonal([5.0, 5.0], [10.0, 0.1]);
        let found = Returns::of(&known::even(frame, 20, [1.0, 0.0, 1.0]), NEAR).expect("whole");
        assert_eq!((found.share_near, found.median, found.p95, found.worst.0), (1.0, 0.0, 0.0, 0.0));
        // 3 and 4 frame units along the axes.
        let shifted = known::survey(frame, 20, |_| [1.0, 0.0, 1.0], |z| [z[0] + 30.0, z[1] - 0.4]);
        let found = Returns::of(&shifted, NEAR).expect("whole");
        assert!((found.median - 5.0).abs() < 1e-4 && (found.worst.0 - 5.0).abs() < 1e-4, "{found:?}");
        assert_eq!(found.share_near, 0.0);
    }

    /// An encoder that shrinks: z returns to z/2, so that within a quarter of σ is |z| ≤ ½, 1 − e^(−⅛) of the prior, and
    /// the median of |z| is √(2 ln 2).
    #[test]
    fn a_shrinking_encoder_by_formula() {
        let survey = known::survey(Frame::PRIOR, 120, |_| [1.0, 0.0, 1.0], |z| z.map(|x| x / 2.0));
        let found = Returns::of(&survey, NEAR).expect("whole");
        assert!((found.share_near - (1.0 - (-0.125f32).exp())).abs() < 0.01, "{found:?}");
        assert!((found.median - (2.0 * 2f32.ln()).sqrt() / 2.0).abs() < 0.02, "{found:?}");
        assert!((found.p95 - (2.0 * 20f32.ln()).sqrt() / 2.0).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn what_does_not_return_at_all_is_infinitely_far() {
        let survey =
            known::survey(Frame::PRIOR, 40, |_| [1.0, 0.0, 1.0], |z| [z[0], if z[1] > 0.0 { f32::NAN } else { z[1] }]);
        let found = Returns::of(&survey, NEAR).expect("whole");
        assert!((found.share_near - 0.5).abs() < 1e-5 && found.p95.is_infinite(), "{found:?}");
        assert!(found.worst.0.is_infinite() && found.worst.1[1] > 0.0);
        assert_eq!(Returns::of(&Survey::new(Frame::PRIOR, 2, 2), NEAR), None);
    }
}
