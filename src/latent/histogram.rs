//! How codes are spread along one axis, against N(0, 1): densities in equal parts, in units of σ of what is sampled from.

use super::regularity::Frame;

/// The parts go so many σ to each side; what lies beyond is in the outermost.
pub const REACH: f32 = 4.0;

/// The codes' density in each of `parts` along an axis, per σ; the shares add up to 1 when multiplied with a part's width.
/// Zeros where there is no code.
pub fn histogram(frame: &Frame, codes: &[[f32; 2]], axis: usize, parts: usize) -> Vec<f32> {
    let mut counts = vec![0usize; parts.max(1)];
    for code in codes {
        let at = ((code[axis] - frame.centre[axis]) / frame.scale[axis] + REACH) / (2.0 * REACH) * counts.len() as f32;
        if at.is_finite() {
            let part = (at.max(0.0) as usize).min(counts.len() - 1);
            counts[part] += 1;
        }
    }
    let all = counts.iter().sum::<usize>().max(1) as f32 * 2.0 * REACH / counts.len() as f32;
    counts.iter().map(|count| *count as f32 / all).collect()
}

/// The density of N(0, 1).
pub fn normal(x: f32) -> f32 {
    (-0.5 * x * x).exp() / std::f32::consts::TAU.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn draws_of_a_frame_follow_the_bell_whatever_its_scale() {
        let frame = Frame::diagonal([3.0, -1.0], [5.0, 0.2]);
        let mut rng = Rng::new(1);
        let codes: Vec<[f32; 2]> = (0..40_000).map(|_| frame.point([rng.normal(), rng.normal()])).collect();
        for axis in [0, 1] {
            let found = histogram(&frame, &codes, axis, 32);
            let sum: f32 = found.iter().map(|density| density * 0.25).sum();
            assert!((sum - 1.0).abs() < 1e-4);
            for (part, density) in found.iter().enumerate() {
                // Four standard errors of a part's share, and the curve's bend within a part.
                let wanted = normal(-REACH + (part as f32 + 0.5) * 0.25);
                assert!((density - wanted).abs() < 0.02, "{axis} {part}: {density} {wanted}");
            }
        }
    }

    #[test]
    fn what_is_far_out_is_in_the_outermost_part_and_no_number_in_none() {
        let found = histogram(&Frame::PRIOR, &[[99.0, 0.0], [f32::NAN, 0.0], [-99.0, 0.0]], 0, 4);
        assert_eq!(found, [0.25, 0.0, 0.0, 0.25]);
        assert_eq!(histogram(&Frame::PRIOR, &[], 1, 2), [0.0, 0.0]);
    }
}
