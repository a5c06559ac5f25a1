//! The shortest way between two points by what the decoder makes of the plane: the geodesic of its pull-back metric
//! (Arvanitidis et al. 2018, arXiv:1710.11379; Shao et al. 2017, arXiv:1711.08014). Along it the pictures change least in
//! all, and at equal steps of its length evenly.
//!
//! A decoder that answers with a mean alone knows nothing of where it has seen data: where it changes little because no
//! codes were there, ways are short, too. What is shortest need not lead along the data.

use std::collections::BTreeMap;

use super::field::{Field, Spot, apart, mix, resample};
use super::relax::{PIECES, relax};
use super::search::{KNIGHT, Map};
use super::survey::{Metric, Survey};

/// The ends are joined to the cells within so many cells.
const JOINED: f64 = 2.0;

/// A way over cells is up to 2.8 % longer than it need be, for its sixteen directions. A straight line that is longer
/// than this many times that way is not pulled taut as well.
const STAIRS: f64 = 1.1;

/// A way and how it compares with the straight line between its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// In units of z, ends included, at even steps in the plane. For even changes of the picture see [`stations`].
    pub points: Vec<[f32; 2]>,
    /// In the metric: for [`Metric::Pixels`] what the picture changes by along the way, for [`Metric::Fisher`] the sum of
    /// s over short steps of ½s² nats each. Never more than `straight`; infinite where the survey is flawed.
    pub length: f32,
    /// Length of the straight line, in the same.
    pub straight: f32,
}

/// The shortest way from `a` to `b`, in units of z, by a metric that is interpolated between the cells: first over the
/// cells, then pulled taut, and so is the straight line where it may win; the shorter of both. None where an end is
/// outside of the frame's area, or the survey is not whole.
///
/// Of two ways around an obstacle that are about as long, the longer may be found.
pub fn shortest(survey: &Survey, a: [f32; 2], b: [f32; 2], metric: Metric) -> Option<Way> {
    let (from, to) = ends(survey, a, b)?;
    let field = Field::new(survey, metric);
    let line = resample(&[from, to], PIECES, apart);
    let straight = field.length(&line);
    let cells = over_cells(survey, &field, from, to).map(|way| (field.length(&way), way));
    let hopeless = cells.as_ref().is_some_and(|cells| straight > STAIRS * cells.0);
    let starts = cells.as_ref().map(|cells| &cells.1).into_iter().chain((!hopeless).then_some(&line));
    let ways: Vec<_> = starts.map(|way| relax(&field, way)).collect();
    // What is shorter by rounding is the straight line.
    let shorter = ways
        .into_iter()
        .filter(|way| way.1 < straight * (1.0 - 1e-6))
        .reduce(|best, way| if way.1 < best.1 { way } else { best });
    let (points, length) = shorter.unwrap_or((line, straight));
    let mut points: Vec<[f32; 2]> = points.into_iter().map(|spot| survey.plane(spot)).collect();
    (points[0], points[PIECES]) = (a, b);
    Some(Way { points, length: length as f32, straight: straight as f32 })
}

/// Length of a way by a metric; None where a point is outside of the frame's area, or the survey is not whole.
pub fn length(survey: &Survey, points: &[[f32; 2]], metric: Metric) -> Option<f32> {
    let spots = spots(survey, points)?;
    Some(Field::new(survey, metric).length(&spots) as f32)
}

/// `n` points of a way, both ends included, between which its length by the metric is the same: a film of them changes
/// evenly. Where nothing changes, or a flaw makes it infinite, at even steps in the plane. None as for [`length`], and for
/// fewer than two of them.
pub fn stations(survey: &Survey, points: &[[f32; 2]], metric: Metric, n: usize) -> Option<Vec<[f32; 2]>> {
    let spots = spots(survey, points)?;
    if n < 2 || spots.is_empty() {
        return None;
    }
    let field = Field::new(survey, metric);
    // Pieces of half a cell at most, within which the metric is taken as even.
    let fine: Vec<Spot> = spots.windows(2).flat_map(|w| halves(w[0], w[1])).chain(spots.last().copied()).collect();
    let whole = field.length(&fine);
    let stations = if whole > 0.0 && whole.is_finite() {
        resample(&fine, n - 1, |a, b| field.segment(a, b))
    } else {
        resample(&fine, n - 1, apart)
    };
    let mut stations: Vec<[f32; 2]> = stations.into_iter().map(|spot| survey.plane(spot)).collect();
    (stations[0], stations[n - 1]) = (points[0], points[points.len() - 1]);
    Some(stations)
}

/// Where on the grid the points are.
pub(super) fn spots(survey: &Survey, points: &[[f32; 2]]) -> Option<Vec<Spot>> {
    if survey.is_whole() { points.iter().map(|z| survey.grid(*z)).collect() } else { None }
}

fn ends(survey: &Survey, a: [f32; 2], b: [f32; 2]) -> Option<(Spot, Spot)> {
    let spots = spots(survey, &[a, b])?;
    Some((spots[0], spots[1]))
}

/// Points from `a` on, without `b`, at most half a cell apart.
pub(super) fn halves(a: Spot, b: Spot) -> impl Iterator<Item = Spot> {
    let n = (2.0 * apart(a, b)).ceil().max(1.0) as usize;
    (0..n).map(move |i| mix(a, b, i as f64 / n as f64))
}

/// The shortest way over the cells' centres; none where flaws leave none.
fn over_cells(survey: &Survey, field: &Field, from: Spot, to: Spot) -> Option<Vec<Spot>> {
    let spot = |cell: usize| [(cell % survey.columns) as f64, (cell / survey.columns) as f64];
    let near = |end: Spot| -> BTreeMap<usize, f64> {
        let cells = (0..survey.cells()).filter(|&cell| apart(spot(cell), end) <= JOINED);
        cells.map(|cell| (cell, field.segment(spot(cell), end))).collect()
    };
    let map = Map { columns: survey.columns, rows: survey.rows, moves: &KNIGHT, starts: near(from), goals: near(to) };
    let (cells, _) = map.cheapest(|a, b| field.roughly(spot(a), spot(b)), |a, b| a + b)?;
    Some([from].into_iter().chain(cells.into_iter().map(spot)).chain([to]).collect())
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::known;
    use super::*;
    use crate::latent::path::{along, distance};
    use crate::rng::Rng;

    /// Half the width of the area.
    const EDGE: f32 = 3.5;

    #[test]
    fn on_level_ground_the_straight_line_is_the_shortest() {
        let mut rng = Rng::new(4);
        for frame in [Frame::PRIOR, Frame::diagonal([2.0, 9.0], [3.0, 0.2])] {
            let survey = known::even(frame, 48, [4.0, 1.0, 2.0]);
            for _ in 0..10 {
                let [a, b] =
                    [0; 2].map(|_| frame.point([rng.range(-EDGE, EDGE) * 0.99, rng.range(-EDGE, EDGE) * 0.99]));
                let way = shortest(&survey, a, b, Metric::Pixels).expect("inside");
                let d = [b[0] - a[0], b[1] - a[1]];
                let expected = (4.0 * d[0] * d[0] + 2.0 * d[0] * d[1] + 2.0 * d[1] * d[1]).sqrt();
                assert!((way.straight / expected - 1.0).abs() < 1e-4, "{} {expected}", way.straight);
                assert!(way.length <= way.straight && way.length > 0.9999 * way.straight);
                let off = way.points.iter().map(|z| along(a, b, *z).1).fold(0.0, f32::max);
                assert!(off < 0.05 * frame.scale[0], "{off}");
                assert_eq!((way.points[0], way.points[PIECES]), (a, b));
            }
        }
    }

    /// A disc of radius 1 that is ten times as expensive: two tangents and an arc. The edge is one cell wide, so that the
    /// way goes by at 1 to 1.07.
    #[test]
    fn around_an_expensive_disc() {
        let disc = |z: [f32; 2]| {
            let g = if z[0].hypot(z[1]) < 1.0 { 100.0 } else { 1.0 };
            [g, 0.0, g]
        };
        let survey = known::survey(Frame::PRIOR, 96, disc, |z| z);
        for (a, b) in [([-2.0f32, 0.0f32], [2.0f32, 0.0f32]), ([-1.5, -1.5], [1.5, 1.2])] {
            let way = shortest(&survey, a, b, Metric::Fisher).expect("inside");
            let (far, near) = (a[0].hypot(a[1]), b[0].hypot(b[1]));
            let turn = ((a[0] * b[0] + a[1] * b[1]) / (far * near)).acos();
            let arc = turn - (1.0 / far).acos() - (1.0 / near).acos();
            let expected = (far * far - 1.0).sqrt() + (near * near - 1.0).sqrt() + arc;
            assert!((way.length / expected - 1.0).abs() < 0.025, "{} {expected}", way.length);
            assert!(way.straight > 15.0, "{}", way.straight);
            assert!(way.points.iter().all(|z| z[0].hypot(z[1]) > 0.97));
            let measured = length(&survey, &way.points, Metric::Fisher).expect("inside");
            assert!((measured / way.length - 1.0).abs() < 1e-3, "{measured}");
        }
    }

    /// G = I/y² is the hyperbolic half-plane: the distance is arcosh(1 + d²/2y₁y₂), the way an arc of a circle around a
    /// point of y = 0.
    #[test]
    fn the_half_plane_by_formula() {
        let height = |z: [f32; 2]| z[1] + 4.0;
        let survey = known::survey(Frame::PRIOR, 64, |z| [height(z).powi(-2), 0.0, height(z).powi(-2)], |z| z);
        let mut rng = Rng::new(7);
        for i in 0..12 {
            let mut point = || [rng.range(-3.0, 3.0), rng.range(-3.2, 0.0)];
            let (a, b) = if i == 0 { ([-3.0, -3.0], [3.0, -3.0]) } else { (point(), point()) };
            let expected = (1.0 + distance(a, b).powi(2) / (2.0 * height(a) * height(b))).acosh();
            let way = shortest(&survey, a, b, Metric::Pixels).expect("inside");
            assert!((way.length / expected - 1.0).abs() < 0.01, "{a:?} {b:?}: {} {expected}", way.length);
            if i == 0 {
                assert!(way.straight > 1.5 * expected);
                // Its top is at √(3² + 1) above the half-plane's edge.
                assert!((height(way.points[32]) - 10f32.sqrt()).abs() < 0.1, "{:?}", way.points[32]);
            }
        }
    }

    /// A tenfold price to the right of the middle: ten of eleven stations' steps are there.
    #[test]
    fn stations_are_evenly_far() {
        let survey = known::survey(Frame::PRIOR, 70, |z| [if z[0] > 0.0 { 100.0 } else { 1.0 }, 0.0, 1.0], |z| z);
        let line = [[-2.0, 0.5], [2.0, 0.5]];
        let found = stations(&survey, &line, Metric::Pixels, 12).expect("inside");
        assert_eq!((found.len(), found[0], found[11]), (12, line[0], line[1]));
        let steps: Vec<f32> = found.windows(2).map(|w| length(&survey, w, Metric::Pixels).expect("inside")).collect();
        assert!(steps.iter().all(|step| (step / 2.0 - 1.0).abs() < 0.05), "{steps:?}");
        assert!(found[1][0].abs() < 0.1 && found[1][1] == 0.5, "{:?}", found[1]);
        let still = known::even(Frame::PRIOR, 8, [0.0; 3]);
        let even = stations(&still, &line, Metric::Pixels, 5).expect("inside");
        assert!((even[1][0] + 1.0).abs() < 1e-5, "{even:?}");
        assert_eq!(stations(&still, &line, Metric::Pixels, 1), None);
        assert_eq!(stations(&still, &[], Metric::Pixels, 3), None);
    }

    #[test]
    fn outside_unknown_and_flawed() {
        let mut survey = known::even(Frame::PRIOR, 40, [1.0, 0.0, 1.0]);
        assert_eq!(shortest(&survey, [0.0; 2], [3.6, 0.0], Metric::Pixels), None);
        assert_eq!(shortest(&survey, [f32::NAN, 0.0], [1.0, 0.0], Metric::Pixels), None);
        assert_eq!(length(&survey, &[[0.0, 0.0], [0.0, 4.0]], Metric::Pixels), None);
        assert_eq!(shortest(&Survey::new(Frame::PRIOR, 4, 4), [0.0; 2], [1.0; 2], Metric::Pixels), None);
        let still = shortest(&survey, [1.0; 2], [1.0; 2], Metric::Pixels).expect("inside");
        assert_eq!((still.length, still.straight), (0.0, 0.0));
        // A wall of flaws with a gap at the top.
        (0..40).filter(|row| *row > 4).for_each(|row| survey.metric[row * 40 + 20] = [f32::NAN; 6]);
        let way = shortest(&survey, [-1.0, 0.0], [1.0, 0.0], Metric::Pixels).expect("inside");
        assert!(way.straight.is_infinite() && way.length.is_finite() && way.length > 5.0, "{way:?}");
        (0..40).for_each(|row| survey.metric[row * 40 + 20] = [f32::NAN; 6]);
        let closed = shortest(&survey, [-1.0, 0.0], [1.0, 0.0], Metric::Pixels).expect("inside");
        assert!(closed.length.is_infinite());
    }
}
