//! The most gradual way from some codes to others: that whose steepest place is the least steep, as a walker takes a pass.
//! Where classes lie side by side it shows the calmest of their borders.

use std::collections::BTreeMap;

use super::field::{Field, Spot, mix};
use super::frame::Frame;
use super::geodesic::{halves, spots};
use super::search::{KING, Map};
use super::survey::{Metric, Survey};

#[derive(Clone, Debug, PartialEq)]
pub struct Bridge {
    /// Cells' centres, in units of z: from one where the way starts to one where it ends, or the straight line between
    /// them where that is no steeper; one point where both sets share a cell.
    pub points: Vec<[f32; 2]>,
    /// The steepest slope along it, per σ of the codes, and where.
    pub worst: (f32, [f32; 2]),
    /// The same of the straight line between its ends.
    pub straight: (f32, [f32; 2]),
}

/// The most gradual way between any of the points `from` and any of `to`, in units of z; of ways with the same steepest
/// place the shortest in frame units. The slope is the largest singular value of the place, whichever way one goes: along
/// a border on a slant a picture changes slowly, too, but that is no gradual border.
///
/// Classes touch somewhere, and a bridge between all of their codes ends where it starts; give the [`core()`] of each.
/// None where a set has no point in the frame's area, flaws leave no way, or the survey is not whole.
pub fn bridge(survey: &Survey, from: &[[f32; 2]], to: &[[f32; 2]], metric: Metric) -> Option<Bridge> {
    if !survey.is_whole() {
        return None;
    }
    let field = Field::new(survey, metric);
    let spot = |cell: usize| [(cell % survey.columns) as f64, (cell / survey.columns) as f64];
    let slope = |spot: Spot| f64::from(field.slope(spot));
    let starts = |set: &[[f32; 2]], cost: &dyn Fn(usize) -> f64| -> BTreeMap<usize, f64> {
        set.iter().filter_map(|z| survey.cell_at(*z)).map(|cell| (cell, cost(cell))).collect()
    };
    let map = |cost: &dyn Fn(usize) -> f64| Map {
        columns: survey.columns,
        rows: survey.rows,
        moves: &KING,
        starts: starts(from, cost),
        goals: starts(to, &|_| 0.0),
    };
    // On a diagonal the middle is of four cells, two of which are not on the way.
    let steep = |a: usize, b: usize| slope(mix(spot(a), spot(b), 0.5)).max(slope(spot(b)));
    let (_, pass) = map(&|cell| slope(spot(cell))).cheapest(steep, f64::max)?;
    let short = |a: usize, b: usize| {
        let far = f64::from(survey.frame.distance(survey.centre(a), survey.centre(b)));
        if steep(a, b) <= pass { far } else { f64::INFINITY }
    };
    let below = |cell: usize| if slope(spot(cell)) <= pass { 0.0 } else { f64::INFINITY };
    let (cells, _) = map(&below).cheapest(short, |a, b| a + b)?;
    let points: Vec<[f32; 2]> = cells.into_iter().map(|cell| survey.centre(cell)).collect();
    let line = vec![*points.first()?, *points.last()?];
    let (worst, straight) = (worst_slope(survey, &points, metric)?, worst_slope(survey, &line, metric)?);
    let (points, worst) = if straight.0 <= worst.0 && points.len() > 1 { (line, straight) } else { (points, worst) };
    Some(Bridge { points, worst, straight })
}

/// The steepest slope along a way, per σ of the codes, and where; looked for every half of a cell. None where a point is
/// outside of the frame's area, for no points, or if the survey is not whole.
pub fn worst_slope(survey: &Survey, points: &[[f32; 2]], metric: Metric) -> Option<(f32, [f32; 2])> {
    let spots = spots(survey, points)?;
    let field = Field::new(survey, metric);
    let fine = spots.windows(2).flat_map(|w| halves(w[0], w[1])).chain(spots.last().copied());
    let slopes = fine.map(|spot| (field.slope(spot), spot));
    let (slope, spot) = slopes.reduce(|worst, here| if here.0 > worst.0 { here } else { worst })?;
    Some((slope, survey.plane(spot)))
}

/// The half of the codes nearest to their median along both axes, in frame units: where a class is most itself. Codes that
/// are not finite are left out.
pub fn core(frame: &Frame, codes: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut codes: Vec<[f32; 2]> = codes.iter().copied().filter(|z| z.iter().all(|x| x.is_finite())).collect();
    if codes.is_empty() {
        return codes;
    }
    let median = [0, 1].map(|axis| {
        codes.sort_by(|a, b| a[axis].total_cmp(&b[axis]));
        codes[codes.len() / 2][axis]
    });
    codes.sort_by(|a, b| frame.distance(*a, median).total_cmp(&frame.distance(*b, median)));
    codes.truncate(codes.len().div_ceil(2));
    codes
}

#[cfg(test)]
mod tests {
    use super::super::survey::known;
    use super::*;
    use crate::rng::Rng;

    /// A wall of slope 20 along z₁ = 0 that has slope 5 between z₂ = 1.5 and 2, and slope 1 around it.
    fn wall(z: [f32; 2]) -> [f32; 3] {
        let slope: f32 = match z {
            [x, y] if x.abs() < 0.3 => {
                if (1.5..2.0).contains(&y) {
                    5.0
                } else {
                    20.0
                }
            }
            _ => 1.0,
        };
        [slope * slope, 0.0, 1.0]
    }

    #[test]
    fn a_pass_is_found() {
        let survey = known::survey(Frame::PRIOR, 64, wall, |z| z);
        let found = bridge(&survey, &[[-1.5, -1.0], [9.0, 9.0]], &[[1.5, -1.0]], Metric::Pixels).expect("a way");
        assert!((found.worst.0 - 5.0).abs() < 1e-3, "{found:?}");
        assert!(found.worst.1[0].abs() < 0.4 && (1.4..2.1).contains(&found.worst.1[1]), "{found:?}");
        assert!((found.straight.0 - 20.0).abs() < 1e-3, "{found:?}");
        assert!(found.points.windows(2).all(|w| survey.frame.distance(w[0], w[1]) < 0.16));
        // Up to the pass's lowest whole row, straight across, and down; in a king's moves at most 8.3 % more.
        let length = crate::latent::path::length(&found.points);
        assert!(length < 1.083 * (2.0 * 1.15f32.hypot(2.65) + 0.7), "{length}");
    }

    #[test]
    fn where_nothing_is_steep_it_is_the_straight_line() {
        let survey = known::even(Frame::diagonal([0.0; 2], [4.0, 1.0]), 40, [1.0, 0.0, 1.0]);
        let found = bridge(&survey, &[[-5.0, 0.3]], &[[6.0, -2.0]], Metric::Fisher).expect("a way");
        assert!(found.points.len() == 2 && (found.worst.0 - 4.0).abs() < 1e-4, "{found:?}");
        let touching = bridge(&survey, &[[0.3, 0.3]], &[[0.31, 0.31], [4.0, 1.0]], Metric::Fisher).expect("a way");
        assert_eq!(touching.points.len(), 1);
    }

    #[test]
    fn no_way_at_all() {
        let mut survey = known::even(Frame::PRIOR, 20, [1.0, 0.0, 1.0]);
        assert_eq!(bridge(&survey, &[[9.0, 0.0]], &[[1.0, 0.0]], Metric::Pixels), None);
        assert_eq!(bridge(&survey, &[], &[[1.0, 0.0]], Metric::Pixels), None);
        assert_eq!(worst_slope(&survey, &[], Metric::Pixels), None);
        assert_eq!(worst_slope(&survey, &[[0.0, 0.0], [9.0, 0.0]], Metric::Pixels), None);
        (0..20).for_each(|row| survey.metric[row * 20 + 10] = [f32::NAN; 6]);
        assert_eq!(bridge(&survey, &[[-1.0, 0.0]], &[[1.0, 0.0]], Metric::Pixels), None);
        assert_eq!(bridge(&Survey::new(Frame::PRIOR, 2, 2), &[[0.0; 2]], &[[1.0; 2]], Metric::Pixels), None);
    }

    #[test]
    fn the_core_leaves_out_the_stray() {
        let mut rng = Rng::new(2);
        let codes: Vec<[f32; 2]> = (0..100)
            .map(|i| if i < 60 { [1.0 + 0.1 * rng.normal(), 2.0] } else { [-9.0 + rng.normal(), i as f32] })
            .collect();
        let core = core(&Frame::PRIOR, &codes);
        assert!(core.len() == 50 && core.iter().all(|z| z[1] == 2.0), "{core:?}");
        assert_eq!(super::core(&Frame::PRIOR, &[[f32::NAN; 2]]), Vec::<[f32; 2]>::new());
        assert_eq!(super::core(&Frame::PRIOR, &[[1.0; 2]]), [[1.0; 2]]);
    }
}
