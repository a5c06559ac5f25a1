//! How much of a way is empty: leads through places where the density of the codes, the aggregated posterior q(z), is below
//! a tenth of what is sampled from, see [`EMPTY`].

use super::geodesic::{halves, spots};
use super::holes::EMPTY;
use super::overlap::density;
use super::survey::Survey;

/// Whether each cell of a survey's grid is empty, row by row from the top left, by posteriors N(μ, diag σ²) as in
/// [`density`]; none narrower than half a cell. All of them are where there are no codes.
pub fn empty(survey: &Survey, mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> Vec<bool> {
    let q = density(survey.frame.area(), survey.columns, survey.rows, mu, log_var);
    let is_empty = |cell: usize| {
        let p = survey.frame.log_density(survey.centre(cell)).exp();
        q.get(cell).is_none_or(|q| f64::from(*q) < f64::from(EMPTY) * p)
    };
    (0..survey.cells()).map(is_empty).collect()
}

/// The share of a way's length in z that lies in empty cells, 0 to 1; looked at every half of a cell at least. None where a
/// point is outside of the frame's area, for fewer than two points, and if the survey is not whole.
pub fn empty_share(survey: &Survey, empty: &[bool], points: &[[f32; 2]]) -> Option<f32> {
    let spots = spots(survey, points)?;
    let (mut whole, mut lost) = (0.0, 0.0);
    for (ends, z) in spots.windows(2).zip(points.windows(2)) {
        let length = f64::from((z[1][0] - z[0][0]).hypot(z[1][1] - z[0][1]));
        let parts: Vec<_> = halves(ends[0], ends[1]).collect();
        let cell = |[x, y]: [f64; 2]| {
            let index = |at: f64, count: usize| ((at + 0.5).max(0.0) as usize).min(count - 1);
            index(y, survey.rows) * survey.columns + index(x, survey.columns)
        };
        let gone = parts.iter().filter(|spot| empty.get(cell(**spot)) == Some(&true)).count();
        whole += length;
        lost += length * gone as f64 / parts.len() as f64;
    }
    (whole > 0.0).then(|| (lost / whole) as f32)
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::known;
    use super::*;
    use crate::rng::Rng;

    /// Codes as the prior has them, but for those to the right of z₁ = 0.7.
    #[test]
    fn the_share_of_a_way_where_there_are_no_codes() {
        let mut rng = Rng::new(1);
        let codes = (0..40_000).map(|_| [rng.normal(), rng.normal()]).filter(|z: &[f32; 2]| z[0] < 0.7);
        let codes: Vec<[f32; 2]> = codes.collect();
        let survey = known::even(Frame::PRIOR, 70, [1.0, 0.0, 1.0]);
        let empty = empty(&survey, &codes, &vec![[2.0 * 0.05f32.ln(); 2]; codes.len()]);
        let share = |points: &[[f32; 2]]| empty_share(&survey, &empty, points).expect("inside");
        assert!((share(&[[-1.3, 0.0], [2.7, 0.0]]) - 0.5).abs() < 0.04, "{}", share(&[[-1.3, 0.0], [2.7, 0.0]]));
        assert_eq!((share(&[[-1.0, -1.0], [0.0, 1.0]]), share(&[[1.2, -1.0], [1.3, 1.0]])), (0.0, 1.0));
        // In as many points as one likes.
        let many: Vec<[f32; 2]> = (0..=400).map(|i| [-1.3 + 0.01 * i as f32, 0.0]).collect();
        assert!((share(&many) - 0.5).abs() < 0.04);
        assert_eq!(empty_share(&survey, &empty, &[[0.0, 0.0]]), None);
        assert_eq!(empty_share(&survey, &empty, &[[0.0, 0.0], [9.0, 0.0]]), None);
    }

    #[test]
    fn without_codes_all_is_empty() {
        let survey = known::even(Frame::PRIOR, 4, [1.0, 0.0, 1.0]);
        assert_eq!(empty(&survey, &[], &[]), [true; 16]);
    }
}
