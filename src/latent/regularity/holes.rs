//! Where a decoding is least likely to mean something, by what is known of a place without looking at the picture: the
//! encoder takes it for something else, the decoder changes quickly, or no code is there although samples are.

use super::frame::Frame;
use super::returns;
use super::slopes::{slopes, times};
use super::survey::{Metric, Survey, Unit};
use super::weighted::{HALF, quantiles};

/// Where each of the reasons is half as bad as can be: a return half a frame unit away, a slope three times the median
/// one, a tenth of the codes that the frame's distribution would have there.
const FAR: f64 = 0.5;
const STEEP: f64 = 3.0;
const EMPTY: f64 = 0.1;

/// The worst hole is looked for within so many frame units of the centre: 1 − e^(−2) = 0.865 of the frame's mass.
pub const WITHIN: f32 = 2.0;

/// Two holes nearer to each other than this, in frame units, are one.
const APART: f32 = 0.7;

/// A hole is no single cell: it is judged over a disc of this radius, in frame units.
const DISC: f32 = 0.2;

/// The share of the frame's mass that the worst cells have which a mark is to hit.
pub const WORST: f64 = 0.2;

/// Why a place is bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Why {
    /// Its decoding is encoded so many frame units away.
    FarReturn { distance: f32 },
    /// The largest singular value there, of pixels per frame unit.
    Steep { slope: f32 },
    /// The codes' density there, as a share of the frame's.
    Empty { q_over_p: f32 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hole {
    /// In units of z.
    pub z: [f32; 2],
    /// 0 to 1, see [`badness`].
    pub badness: f32,
    /// The reason that weighs most at `z`.
    pub why: Why,
}

/// What is known of a cell: return in frame units, slope per frame unit and in medians, density of the codes as a share of
/// the frame's.
#[derive(Clone, Copy, Debug)]
struct Known {
    distance: f32,
    slope: f32,
    medians: f32,
    q_over_p: f32,
}

impl Known {
    /// How bad each reason is, 0 to 1 and ½ at its constant: x²/(x² + half²) of the distance, and of the logarithms of how
    /// many times too steep and too empty it is.
    fn reasons(&self) -> [f64; 3] {
        let grown = |x: f64, half: f64| if x.is_finite() { x * x / (x * x + half * half) } else { 1.0 };
        [
            grown(f64::from(self.distance), FAR),
            grown(f64::from(self.medians).ln().max(0.0), STEEP.ln()),
            grown(-f64::from(self.q_over_p).ln().min(0.0), -EMPTY.ln()),
        ]
    }

    /// One reason is enough, and each makes it worse: 1 − Π (1 − reason).
    fn badness(&self) -> f64 {
        1.0 - self.reasons().iter().map(|reason| 1.0 - reason).product::<f64>()
    }

    fn why(&self) -> Why {
        let [far, steep, empty] = self.reasons();
        if far >= steep && far >= empty {
            Why::FarReturn { distance: self.distance }
        } else if steep >= empty {
            Why::Steep { slope: self.slope }
        } else {
            Why::Empty { q_over_p: self.q_over_p }
        }
    }
}

/// How bad each cell is, 0 to 1, row by row from the top left: 1 − (1 − far)(1 − steep)(1 − empty). Each reason is 0 where
/// nothing is wrong, goes to 1, and is ½ where the decoding is encoded half a frame unit away, the slope is three times
/// the median, or the codes' density a tenth of the frame's. `q` is that density, see
/// [`overlap::density`](super::overlap::density), on the survey's grid; if it is of another size it counts for nothing.
/// None if the survey is not whole.
pub fn badness(survey: &Survey, q: &[f32]) -> Option<Vec<f32>> {
    Some(known(survey, q)?.iter().map(|cell| cell.badness() as f32).collect())
}

/// The worst places within [`WITHIN`] of the frame's centre, the worst first: those around which [`badness`] is the largest
/// and at least `least`, as the mean over a small disc, weighted by the frame's mass; `most` of them, [`APART`] or more from
/// each other. None of them if the survey is not whole.
pub fn worst_holes(survey: &Survey, q: &[f32], least: f32, most: usize) -> Vec<Hole> {
    let Some(known) = known(survey, q) else { return Vec::new() };
    let mass = survey.mass();
    let bad: Vec<f64> = known.iter().map(Known::badness).collect();
    let near = (0..survey.cells()).filter(|&cell| survey.frame.radius(survey.centre(cell)) <= WITHIN);
    let mut judged: Vec<(usize, f64)> = near.map(|cell| (cell, around(survey, &bad, &mass, cell))).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut holes: Vec<Hole> = Vec::new();
    for (cell, badness) in judged.into_iter().take_while(|(_, badness)| *badness >= f64::from(least)) {
        let z = survey.centre(cell);
        if holes.len() < most && holes.iter().all(|other| survey.frame.distance(other.z, z) >= APART) {
            holes.push(Hole { z, badness: badness as f32, why: known[cell].why() });
        }
    }
    holes
}

/// How a visitor did who marked where decodings would make no sense.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marks {
    /// Marks in the worst cells.
    pub hits: usize,
    pub of: usize,
    /// The share of hits to expect of marks drawn from the frame's distribution: about [`WORST`].
    pub by_chance: f32,
}

/// How many of the marks, in units of z, lie in [`worst_cells`]; a mark outside of the frame's area is no hit.
pub fn score_marks(badness: &[f32], survey: &Survey, marks: &[[f32; 2]]) -> Marks {
    let worst = worst_cells(badness, survey);
    let hit = |z: &&[f32; 2]| survey.cell_at(**z).is_some_and(|cell| worst[cell]);
    let by_chance: f64 = survey.mass().iter().zip(&worst).filter(|cell| *cell.1).map(|cell| cell.0).sum();
    Marks { hits: marks.iter().filter(hit).count(), of: marks.len(), by_chance: by_chance as f32 }
}

/// The worst cells that together have [`WORST`] of the frame's mass, or as little more as one cell allows. Those of the
/// same badness are taken together, but where nothing is bad none is worst.
pub fn worst_cells(badness: &[f32], survey: &Survey) -> Vec<bool> {
    let mass = survey.mass();
    let mut order: Vec<usize> = (0..survey.cells().min(badness.len())).filter(|&i| badness[i] > 0.0).collect();
    order.sort_by(|a, b| badness[*b].total_cmp(&badness[*a]));
    let mut worst = vec![false; survey.cells()];
    let (mut taken, mut last) = (0.0, f32::INFINITY);
    for cell in order {
        if taken >= WORST && badness[cell] < last {
            break;
        }
        (worst[cell], last) = (true, badness[cell]);
        taken += mass[cell];
    }
    worst
}

fn known(survey: &Survey, q: &[f32]) -> Option<Vec<Known>> {
    if !survey.is_whole() {
        return None;
    }
    let (distances, slopes) = (returns::distances(survey), slopes(survey, Metric::Pixels, Unit::Frame));
    let [median] = quantiles(&slopes, &survey.mass(), [HALF]);
    let know = |cell: usize| Known {
        distance: distances[cell],
        slope: slopes[cell],
        medians: times(slopes[cell], median),
        q_over_p: if q.len() == survey.cells() { share(&survey.frame, survey.centre(cell), q[cell]) } else { 1.0 },
    };
    Some((0..survey.cells()).map(know).collect())
}

/// q/p at a point; nothing where q is not a number.
fn share(frame: &Frame, z: [f32; 2], q: f32) -> f32 {
    let share = f64::from(q) / frame.log_density(z).exp();
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
    sum / whole
}

#[cfg(test)]
mod tests {
    use super::super::survey::known as decoders;
    use super::*;

    const N: usize = 64;
    const PLACE: [f32; 2] = [0.9, -0.7];

    fn inside(z: [f32; 2]) -> bool {
        (z[0] - PLACE[0]).hypot(z[1] - PLACE[1]) < 0.3
    }

    /// The density of the prior, `times` it in the hole.
    fn codes(survey: &Survey, times: f32) -> Vec<f32> {
        let density = |z: [f32; 2]| survey.frame.log_density(z).exp() as f32 * if inside(z) { times } else { 1.0 };
        (0..survey.cells()).map(|cell| density(survey.centre(cell))).collect()
    }

    fn found(survey: &Survey, q: &[f32]) -> Hole {
        let hole = worst_holes(survey, q, 0.0, 1)[0];
        assert!(survey.frame.distance(hole.z, PLACE) < 0.25, "{hole:?}");
        hole
    }

    #[test]
    fn each_reason_is_found_where_it_was_put() {
        let far =
            decoders::survey(Frame::PRIOR, N, |_| [1.0, 0.0, 1.0], |z| if inside(z) { [z[0] - 1.5, z[1]] } else { z });
        let hole = found(&far, &codes(&far, 1.0));
        assert!(matches!(hole.why, Why::FarReturn { distance } if (distance - 1.5).abs() < 1e-4), "{hole:?}");
        // 1.5²/(1.5² + 0.5²).
        assert!((hole.badness - 0.9).abs() < 1e-4, "{hole:?}");
        let steep = decoders::survey(Frame::PRIOR, N, |z| [if inside(z) { 81.0 } else { 1.0 }, 0.0, 1.0], |z| z);
        let hole = found(&steep, &codes(&steep, 1.0));
        // ln² 9/(ln² 9 + ln² 3) = 4/5.
        assert!(matches!(hole.why, Why::Steep { slope: 9.0 }) && (hole.badness - 0.8).abs() < 1e-4, "{hole:?}");
        let even = decoders::even(Frame::PRIOR, N, [1.0, 0.0, 1.0]);
        let hole = found(&even, &codes(&even, 0.1));
        assert!(matches!(hole.why, Why::Empty { q_over_p } if (q_over_p - 0.1).abs() < 1e-4), "{hole:?}");
        assert!((hole.badness - 0.5).abs() < 1e-4, "{hole:?}");
        let hole = found(&even, &codes(&even, 0.0));
        assert!(hole.why == Why::Empty { q_over_p: 0.0 } && hole.badness == 1.0, "{hole:?}");
    }

    /// Two reasons of ½ each are ¾, and the stronger one is named.
    #[test]
    fn reasons_add_up() {
        let both =
            decoders::survey(Frame::PRIOR, N, |_| [1.0, 0.0, 1.0], |z| if inside(z) { [z[0], z[1] + 0.5] } else { z });
        let hole = found(&both, &codes(&both, 0.1));
        assert!((hole.badness - 0.75).abs() < 1e-3, "{hole:?}");
        assert!(matches!(found(&both, &codes(&both, 0.05)).why, Why::Empty { .. }));
        assert!(matches!(found(&both, &codes(&both, 0.2)).why, Why::FarReturn { .. }));
        // Without codes there is only the return.
        assert!((found(&both, &[]).badness - 0.5).abs() < 1e-3);
    }

    /// A single cell that is as bad as can be is less of a hole than a disc that is nearly so.
    #[test]
    fn one_bad_cell_is_no_hole() {
        let mut survey =
            decoders::survey(Frame::PRIOR, N, |_| [1.0, 0.0, 1.0], |z| if inside(z) { [z[0] - 0.8, z[1]] } else { z });
        let lone = survey.cell_at([-1.0, 1.0]).expect("inside");
        survey.back[lone] = [f32::NAN; 2];
        assert!(matches!(found(&survey, &[]).why, Why::FarReturn { .. }));
        assert_eq!(badness(&survey, &[]).expect("whole")[lone], 1.0);
    }

    #[test]
    fn what_is_broken_is_bad_and_never_no_number() {
        let broken = decoders::survey(Frame::PRIOR, 16, |_| [f32::NAN; 3], |_| [f32::INFINITY; 2]);
        let bad = badness(&broken, &[f32::NAN; 256]).expect("whole");
        assert!(bad.iter().all(|bad| *bad == 1.0));
        assert_eq!(worst_holes(&broken, &[], 0.0, 1)[0].badness, 1.0);
        let still = decoders::even(Frame::PRIOR, 16, [0.0; 3]);
        assert!(badness(&still, &[]).expect("whole").iter().all(|bad| *bad == 0.0));
        assert_eq!(badness(&Survey::new(Frame::PRIOR, 2, 2), &[]), None);
        assert_eq!(worst_holes(&Survey::new(Frame::PRIOR, 2, 2), &[], 0.0, 1), []);
    }

    /// Badness that grows to the right: the worst fifth is beyond z₁ = 0.8416.
    #[test]
    fn marks_hit_the_worst_fifth() {
        let survey = decoders::even(Frame::PRIOR, 70, [1.0, 0.0, 1.0]);
        let bad: Vec<f32> = (0..survey.cells()).map(|cell| (survey.centre(cell)[0] + 4.0) / 8.0).collect();
        let marks = score_marks(&bad, &survey, &[[0.6, 0.0], [1.0, -2.0], [2.0, 3.0], [-1.0, 0.0], [5.0, 0.0]]);
        assert_eq!((marks.hits, marks.of), (2, 5));
        // As much as a column of a tenth of σ allows.
        assert!(marks.by_chance >= 0.2 - 1e-6 && marks.by_chance < 0.235, "{marks:?}");
        let none = score_marks(&vec![0.0; survey.cells()], &survey, &[[0.0, 0.0]]);
        assert_eq!((none.hits, none.by_chance), (0, 0.0));
        assert_eq!(score_marks(&[], &survey, &[]), Marks { hits: 0, of: 0, by_chance: 0.0 });
    }

    /// Marks at random, weighted by the frame: as many hits as by chance, within four standard errors.
    #[test]
    fn marks_at_random_are_chance() {
        let survey = decoders::even(Frame::PRIOR, N, [1.0, 0.0, 1.0]);
        let mut rng = crate::rng::Rng::new(5);
        let bad: Vec<f32> = (0..survey.cells()).map(|_| rng.range(0.1, 1.0)).collect();
        let drawn = crate::latent::sample::prior(4000, &mut rng);
        let marks = score_marks(&bad, &survey, &drawn);
        let share = marks.hits as f32 / marks.of as f32;
        assert!((share - marks.by_chance).abs() < 0.026 && (marks.by_chance - 0.2).abs() < 0.002, "{marks:?}");
    }
}
