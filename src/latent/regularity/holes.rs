//! Holes: points that one may sample and that decode to nothing meaningful. What has a meaning to the model is what its own
//! encoder takes for what it was decoded from, so a hole is a place whose decoding does not come back: one definition for
//! the score of completeness, its layer, what is shown in class and what is predicted there.
//!
//! *Empty* is something else: a place where there are hardly any codes. Empty places are often holes, and need not be.

use super::returns::{NEAR, distances};
use super::survey::Survey;

/// The worst hole is looked for within so many frame units of the centre: 1 − e^(−2) = 0.865 of the frame's mass.
pub const WITHIN: f32 = 2.0;

/// Two holes nearer to each other than this, in frame units, are one.
const APART: f32 = 0.7;

/// A hole to show is no single cell: it is judged over a disc of this radius, in frame units.
const DISC: f32 = 0.2;

/// A place is empty if the codes' density is below this share of what is sampled from; [`Overlap::covered`] counts the others.
///
/// [`Overlap::covered`]: super::overlap::Overlap::covered
pub const EMPTY: f32 = 0.1;

/// A decoding that is encoded this far away, in frame units, is half as bad as can be: the largest distances, which may be
/// infinite, must not outweigh all of a disc.
const FAR: f64 = 0.5;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hole {
    /// In units of z.
    pub z: [f32; 2],
    /// How far away its decoding is encoded, in frame units; more than [`NEAR`].
    pub distance: f32,
    /// The codes' density there, as a share of what is sampled from.
    pub q_over_p: f32,
}

impl Hole {
    /// Whether there are hardly any codes.
    pub fn is_empty(&self) -> bool {
        self.q_over_p < EMPTY
    }
}

/// Whether each cell is a hole, row by row from the top left. None if the survey is not whole.
pub fn holes(survey: &Survey) -> Option<Vec<bool>> {
    survey.is_whole().then(|| distances(survey).into_iter().map(|distance| distance > NEAR).collect())
}

/// The worst holes within [`WITHIN`] of the frame's centre, the worst first: those around which decodings come back least, as
/// the mean over a small disc, weighted by the frame's mass; `most` of them, [`APART`] or more from each other. `q` is the
/// codes' density on the survey's grid, see [`overlap::density`](super::overlap::density); if it is of another size, the
/// places count as not empty. None of them if the survey is not whole.
pub fn worst_holes(survey: &Survey, q: &[f32], most: usize) -> Vec<Hole> {
    if !survey.is_whole() {
        return Vec::new();
    }
    let (distances, mass) = (distances(survey), survey.mass());
    let bad: Vec<f64> = distances.iter().map(|distance| badness(*distance)).collect();
    let near = (0..survey.cells())
        .filter(|&cell| distances[cell] > NEAR && survey.frame.radius(survey.centre(cell)) <= WITHIN);
    let mut judged: Vec<(usize, f64)> = near.map(|cell| (cell, around(survey, &bad, &mass, cell))).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut holes: Vec<Hole> = Vec::new();
    for (cell, _) in judged.into_iter().take_while(|(_, bad)| *bad > badness(NEAR)) {
        let z = survey.centre(cell);
        if holes.len() < most && holes.iter().all(|other| survey.frame.distance(other.z, z) >= APART) {
            let q_over_p = if q.len() == survey.cells() { share(survey, z, q[cell]) } else { 1.0 };
            holes.push(Hole { z, distance: distances[cell], q_over_p });
        }
    }
    holes
}

/// How a visitor did who marked where decodings would make no sense.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marks {
    /// Marks in holes.
    pub hits: usize,
    pub of: usize,
    /// The share of hits to expect of marks drawn from the frame's distribution: what completeness lacks to 1.
    pub by_chance: f32,
}

/// How many of the marks, in units of z, lie in holes; a mark outside of the frame's area is no hit. None if the survey is
/// not whole.
pub fn score_marks(survey: &Survey, marks: &[[f32; 2]]) -> Option<Marks> {
    let holes = holes(survey)?;
    let hit = |z: &&[f32; 2]| survey.cell_at(**z).is_some_and(|cell| holes[cell]);
    let by_chance: f64 = survey.mass().iter().zip(&holes).filter(|cell| *cell.1).map(|cell| cell.0).sum();
    Some(Marks { hits: marks.iter().filter(hit).count(), of: marks.len(), by_chance: by_chance as f32 })
}

/// d²/(d² + far²): grows with the distance, to 1 for what does not come back at all.
fn badness(distance: f32) -> f64 {
    let square = f64::from(distance).powi(2);
    if square.is_finite() { square / (square + FAR * FAR) } else { 1.0 }
}

/// q/p at a point; nothing where q is not a number.
fn share(survey: &Survey, z: [f32; 2], q: f32) -> f32 {
    let share = f64::from(q) / survey.frame.log_density(z).exp();
    if share.is_nan() { 0.0 } else { share as f32 }
}

/// The mean over a disc around a cell, weighted.
fn around(survey: &Survey, values: &[f64], weights: &[f64], cell: usize) -> f64 {
    let centre = survey.centre(cell);
    let (mut sum, mut whole) = (values[cell] * weights[cell], weights[cell]);
    let within = |n: usize| (DISC * n as f32 / (2.0 * super::frame::REACH)) as usize;
    let (column, row) = (cell % survey.columns, cell / survey.columns);
    let [across, down] = [within(survey.columns), within(survey.rows)];
    for y in row.saturating_sub(down)..=(row + down).min(survey.rows - 1) {
        for x in column.saturating_sub(across)..=(column + across).min(survey.columns - 1) {
            let other = y * survey.columns + x;
            if other != cell && survey.frame.distance(survey.centre(other), centre) <= DISC {
                sum += values[other] * weights[other];
                whole += weights[other];
            }
        }
    }
    if whole > 0.0 { sum / whole } else { values[cell] }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::returns::Returns;
    use super::super::survey::known as decoders;
    use super::*;

    const N: usize = 64;
    const PLACE: [f32; 2] = [0.9, -0.7];

    fn inside(z: [f32; 2]) -> bool {
        (z[0] - PLACE[0]).hypot(z[1] - PLACE[1]) < 0.3
    }

    /// A decoder that is sound but for a disc, whose decodings are encoded `by` to the left.
    fn planted(by: f32) -> Survey {
        decoders::survey(Frame::PRIOR, N, |_| [1.0, 0.0, 1.0], move |z| if inside(z) { [z[0] - by, z[1]] } else { z })
    }

    #[test]
    fn the_hole_is_found_where_it_was_put() {
        let survey = planted(1.5);
        let [hole] = worst_holes(&survey, &[], 5)[..] else { panic!("one hole") };
        assert!(survey.frame.distance(hole.z, PLACE) < 0.25 && (hole.distance - 1.5).abs() < 1e-4, "{hole:?}");
        assert!(!hole.is_empty(), "nothing is known of the codes");
        assert_eq!(worst_holes(&planted(0.2), &[], 5), [], "what comes back within a quarter of σ is none");
    }

    /// What is shown, what is marked and what the score lacks are one set.
    #[test]
    fn holes_are_what_completeness_lacks() {
        for survey in [planted(1.5), planted(0.26), planted(0.2), planted(f32::NAN)] {
            let holes = holes(&survey).expect("whole");
            let mass: f64 = survey.mass().iter().zip(&holes).filter(|cell| *cell.1).map(|cell| cell.0).sum();
            let score = Returns::of(&survey, NEAR).expect("whole").share_near;
            assert!((mass + f64::from(score) - 1.0).abs() < 1e-6);
            let marks = score_marks(&survey, &[PLACE, [-1.0, 0.0]]).expect("whole");
            assert_eq!((marks.hits, marks.of), (usize::from(holes.iter().any(|hole| *hole)), 2));
            assert!((f64::from(marks.by_chance) - mass).abs() < 1e-6);
            assert!(worst_holes(&survey, &[], 9).iter().all(|hole| holes[survey.cell_at(hole.z).expect("inside")]));
        }
    }

    /// Few codes are no hole where everything comes back, and a hole may be full of codes.
    #[test]
    fn empty_is_something_else() {
        let q = |survey: &Survey, times: f32| -> Vec<f32> {
            let density = |z: [f32; 2]| survey.frame.log_density(z).exp() as f32 * times;
            (0..survey.cells()).map(|cell| density(survey.centre(cell))).collect()
        };
        let even = decoders::even(Frame::PRIOR, N, [1.0, 0.0, 1.0]);
        assert_eq!(worst_holes(&even, &q(&even, 0.0), 5), []);
        let survey = planted(1.5);
        let found = |times: f32| worst_holes(&survey, &q(&survey, times), 1)[0];
        assert!(found(0.09).is_empty() && found(0.0).is_empty() && !found(0.11).is_empty());
        assert!((found(0.5).q_over_p - 0.5).abs() < 1e-3);
    }

    /// A single cell that does not come back at all is less of a place to show than a disc that comes back far off.
    #[test]
    fn one_bad_cell_is_not_the_worst_place() {
        let mut survey = planted(0.8);
        let lone = survey.cell_at([-1.0, 1.0]).expect("inside");
        survey.back[lone] = [f32::NAN; 2];
        let worst = worst_holes(&survey, &[], 1)[0];
        assert!(survey.frame.distance(worst.z, PLACE) < 0.25, "{worst:?}");
        assert!(holes(&survey).expect("whole")[lone], "and is a hole all the same");
    }

    /// The same plane scaled and turned has its holes at the same places.
    #[test]
    fn holes_know_no_scale() {
        for scale in [0.01f32, 40.0] {
            let frame = Frame { correlation: 0.3, ..Frame::diagonal([2.0 * scale, 0.0], [scale, scale]) };
            let back = |z: [f32; 2]| {
                let here = frame.standard(z);
                if inside(here) { frame.point([here[0] - 1.5, here[1]]) } else { z }
            };
            let survey = decoders::survey(frame, N, |_| [1.0, 0.0, 1.0], back);
            let hole = worst_holes(&survey, &[], 1)[0];
            assert!(frame.distance(hole.z, frame.point(PLACE)) < 0.3 && (hole.distance - 1.5).abs() < 1e-2, "{hole:?}");
        }
    }

    #[test]
    fn what_is_broken_is_a_hole_and_what_is_half_known_says_nothing() {
        let broken = decoders::survey(Frame::PRIOR, 16, |_| [f32::NAN; 3], |_| [f32::INFINITY; 2]);
        assert!(holes(&broken).expect("whole").iter().all(|hole| *hole));
        assert!(worst_holes(&broken, &[f32::NAN; 256], 1)[0].is_empty());
        let half = Survey::new(Frame::PRIOR, 2, 2);
        assert_eq!((holes(&half), score_marks(&half, &[]), worst_holes(&half, &[], 1)), (None, None, vec![]));
    }
}
