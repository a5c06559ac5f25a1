//! How far a point of the plane is from the codes, and a metric in which it costs to be far from them.
//!
//! The distance is the *distance to a measure* of the codes (Chazal, Cohen-Steiner and Mérigot 2011,
//! doi:10.1007/s10208-011-9098-0): the root mean square of the distances to the nearest hundredth of them. It moves little
//! when codes are added or left out, needs no width to be chosen, and is as large as the plane is: in units of its median
//! over the codes themselves, u, it does not change when z is scaled or turned. A density would be about as 1/u².
//!
//! The metric is u⁴·(G(z) + g·I) with G the pull-back metric of the mean decoder, and g the median over the codes of half of
//! G's trace: a step costs what the picture changes by and as much again as it does at a typical place, so that no step is
//! free where the decoder has learnt nothing, and all of it in inverse proportion to the codes' density. It depends on
//! neither z's scale nor the picture's size. Metrics that grow where a density falls are those of Arvanitidis, Georgiev and
//! Schölkopf 2022 (arXiv:2103.05290), (α·q(z) + β)^(−2/d)·I, there without G. It stands in the place of the expected metric
//! of a decoder with a variance of its own, whose second term, J_σᵀJ_σ, does the same (Arvanitidis, Hansen and Hauberg 2018,
//! arXiv:1710.11379): these decoders have none that could grow away from the codes.

use super::survey::{METRIC, Metric, Survey, Unit};
use super::weighted::{HALF, quantiles};
use crate::latent::nearest::Buckets;

/// The nearest one of so many codes counts, and at least so many of few.
const OF: usize = 100;
const FEWEST: usize = 5;

/// Codes that are looked at, at most: of more, as many of them, evenly spread, which have the same distances on the whole.
const MOST: usize = 2000;

/// The codes, as something to be near to or far from.
#[derive(Clone, Debug)]
pub struct ToCodes {
    codes: Vec<[f32; 2]>,
    buckets: Buckets,
    /// How many of the nearest codes count.
    nearest: usize,
    /// The median distance of the codes themselves, in units of z; above 0.
    typical: f32,
}

impl ToCodes {
    /// None for fewer codes than count, and where the codes lie on each other.
    pub fn new(codes: &[[f32; 2]]) -> Option<Self> {
        let finite = codes.iter().filter(|z| z.iter().all(|x| x.is_finite()));
        let codes: Vec<[f32; 2]> = finite.copied().collect();
        let codes: Vec<[f32; 2]> = codes.iter().step_by(codes.len().div_ceil(MOST).max(1)).copied().collect();
        let nearest = codes.len().div_ceil(OF).max(FEWEST);
        if codes.len() <= nearest {
            return None;
        }
        let mut to = Self { buckets: Buckets::new(&codes), codes, nearest, typical: 1.0 };
        let own: Vec<f32> = to.codes.iter().map(|z| to.distance(*z, 1)).collect();
        [to.typical] = quantiles(&own, &vec![1.0; own.len()], [HALF]);
        (to.typical > 0.0 && to.typical.is_finite()).then_some(to)
    }

    /// How far a point is from the codes, in units of the median over the codes themselves: about 1 among them.
    pub fn at(&self, z: [f32; 2]) -> f32 {
        self.distance(z, 0) / self.typical
    }

    /// The distance to the measure, in units of z, without the first so many codes: of a code itself without that. Infinite for
    /// a point that is not finite.
    fn distance(&self, z: [f32; 2], without: usize) -> f32 {
        let near = self.buckets.neighbours(&self.codes, z, self.nearest + without);
        let near = near.get(without..).unwrap_or_default();
        if near.is_empty() { f32::INFINITY } else { (near.iter().map(|n| n.0).sum::<f32>() / near.len() as f32).sqrt() }
    }

    /// The same survey in the metric that grows away from the codes, in [`Metric::Pixels`] and [`Metric::Fisher`] alike. Ways
    /// in it go around what the codes leave empty; their lengths are no longer changes of the picture.
    pub fn around_holes(&self, survey: &Survey) -> Survey {
        let mut out = survey.clone();
        let added = [Metric::Pixels, Metric::Fisher].map(|metric| f64::from(self.typical_trace(survey, metric)) / 2.0);
        for (cell, numbers) in out.metric.iter_mut().enumerate() {
            let dear = f64::from(self.at(survey.centre(cell))).powi(4);
            for (metric, g) in numbers.chunks_exact_mut(METRIC / 2).zip(added) {
                for (number, more) in metric.iter_mut().zip([g, 0.0, g]) {
                    *number = (dear * (f64::from(*number) + more)) as f32;
                }
            }
        }
        out
    }

    /// The median over the codes of the metric's trace, per unit of z, of those that lie on the survey; 0 where none does.
    fn typical_trace(&self, survey: &Survey, metric: Metric) -> f32 {
        let cells = self.codes.iter().filter_map(|z| survey.cell_at(*z));
        let trace = |cell: usize| {
            let [a, _, c] = survey.metric_at(cell, metric, Unit::Z);
            a + c
        };
        let traces: Vec<f32> = cells.map(trace).filter(|trace| trace.is_finite()).collect();
        let [median] = quantiles(&traces, &vec![1.0; traces.len()], [HALF]);
        if median.is_finite() { median } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::geodesic::{length, shortest};
    use super::super::survey::known;
    use super::*;
    use crate::rng::Rng;

    /// Codes on a ring of radius 1.5, 0.15 wide, `n` of them.
    fn ring(n: usize, seed: u32) -> Vec<[f32; 2]> {
        let mut rng = Rng::new(seed);
        let mut code = || {
            let (angle, radius) = (rng.range(0.0, std::f32::consts::TAU), 1.5 + 0.15 * rng.normal());
            [radius * angle.cos(), radius * angle.sin()]
        };
        (0..n).map(|_| code()).collect()
    }

    /// A decoder that changes less inside the ring, where it has learnt nothing.
    fn calm_within(z: [f32; 2]) -> [f32; 3] {
        let g = if z[0].hypot(z[1]) < 1.0 { 4.0 } else { 16.0 };
        [g, 0.0, g]
    }

    fn nearest_to_the_middle(way: &[[f32; 2]]) -> f32 {
        way.iter().map(|z| z[0].hypot(z[1])).fold(f32::INFINITY, f32::min)
    }

    #[test]
    fn it_goes_around_a_planted_hole_and_the_mean_decoders_way_does_not() {
        let survey = known::survey(Frame::PRIOR, 64, calm_within, |z| z);
        let near = ToCodes::new(&ring(3000, 1)).expect("codes").around_holes(&survey);
        for turn in [0.0f32, 0.7, 2.0, 4.1] {
            // A little more than a quarter of the ring apart to nearly half of it.
            for apart in [1.8f32, 2.4, 3.0] {
                let [a, b] = [turn, turn + apart].map(|angle| [1.5 * angle.cos(), 1.5 * angle.sin()]);
                let [mean, around] =
                    [&survey, &near].map(|survey| shortest(survey, a, b, Metric::Pixels).expect("inside").points);
                assert!(nearest_to_the_middle(&mean) < 0.95, "{mean:?}");
                assert!(nearest_to_the_middle(&around) > 1.1, "{around:?}");
                assert!(around.iter().all(|z| z[0].hypot(z[1]) < 1.9), "nor does it go around the ring's outside");
            }
        }
    }

    /// Between two crescents there is no way along codes, and the shortest gap is crossed.
    #[test]
    fn between_crescents_it_crosses_where_they_are_nearest() {
        let mut rng = Rng::new(3);
        // Upper half circle around (−0.5, 0), lower around (0.5, 0): the tips of each lie in the mouth of the other.
        let code = |i: usize| {
            let angle = rng.range(0.0, std::f32::consts::PI);
            let (x, y) = (1.2 * angle.cos() + 0.07 * rng.normal(), 1.2 * angle.sin() + 0.07 * rng.normal());
            if i.is_multiple_of(2) { [x - 0.6, y - 0.3] } else { [x + 0.6, 0.3 - y] }
        };
        let codes: Vec<[f32; 2]> = (0..4000).map(code).collect();
        let to = ToCodes::new(&codes).expect("codes");
        let survey = known::even(Frame::PRIOR, 96, [1.0, 0.0, 1.0]);
        let near = to.around_holes(&survey);
        // From the top of the one to the bottom of the other: straight through both mouths.
        let (a, b) = ([-0.6, 0.9], [0.6, -0.9]);
        let way = shortest(&near, a, b, Metric::Pixels).expect("inside");
        let far = |points: &[[f32; 2]]| points.iter().map(|z| to.at(*z)).sum::<f32>() / points.len() as f32;
        let line: Vec<[f32; 2]> = (0..=64).map(|i| crate::latent::path::lerp(a, b, i as f32 / 64.0)).collect();
        assert!(far(&way.points) < 0.7 * far(&line), "{} {}", far(&way.points), far(&line));
        let straight = shortest(&survey, a, b, Metric::Pixels).expect("inside");
        assert!(
            (straight.length - straight.straight).abs() < 1e-3,
            "on level ground the mean's way is the straight line"
        );
    }

    /// The plane scaled, turned and moved, and more pixels or another contrast: the same way, only there.
    #[test]
    fn it_knows_no_scale_no_turn_and_no_size_of_pictures() {
        let codes = ring(2000, 5);
        let (a, b) = ([1.5f32, 0.1f32], [-1.4f32, 0.3f32]);
        let way = |scale: f32, turn: f32, shift: [f32; 2], size: f32| {
            let (sin, cos) = turn.sin_cos();
            let there =
                |[x, y]: [f32; 2]| [scale * (cos * x - sin * y) + shift[0], scale * (sin * x + cos * y) + shift[1]];
            let here = |z: [f32; 2]| {
                let [x, y] = [(z[0] - shift[0]) / scale, (z[1] - shift[1]) / scale];
                [cos * x + sin * y, -sin * x + cos * y]
            };
            let moved: Vec<[f32; 2]> = codes.iter().map(|z| there(*z)).collect();
            let frame = Frame::diagonal(shift, [scale; 2]);
            let metric = |z: [f32; 2]| calm_within(here(z)).map(|g| g * size / (scale * scale));
            let survey = known::survey(frame, 96, metric, |z| z);
            let to = ToCodes::new(&moved).expect("codes");
            let near = to.around_holes(&survey);
            let way = shortest(&near, there(a), there(b), Metric::Pixels).expect("inside");
            let points: Vec<[f32; 2]> = way.points.iter().map(|z| here(*z)).collect();
            (points, way.length / size.sqrt(), to.at(there([0.1, 0.2])), near)
        };
        let (plain, long, far, _) = way(1.0, 0.0, [0.0; 2], 1.0);
        assert!(far > 5.0);
        for (scale, turn, shift, size) in [
            (0.01, 0.0, [0.0; 2], 1.0),
            (40.0, 0.0, [3.0, -900.0], 1.0),
            (1.0, 0.0, [0.0; 2], 3.0 * 64.0 * 64.0 / 784.0),
            (1.0, std::f32::consts::FRAC_PI_2, [0.0; 2], 1.0),
            (7.0, 0.5, [1.0, 2.0], 0.3),
        ] {
            let (points, length, u, _) = way(scale, turn, shift, size);
            assert!((u / far - 1.0).abs() < 1e-2, "{u} {far}");
            assert!((length / long - 1.0).abs() < 0.03, "{scale} {turn}: {length} {long}");
            let off = plain.iter().zip(&points).map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1])).fold(0.0, f32::max);
            assert!(off < 0.15, "{scale} {turn}: off by {off}");
        }
    }

    #[test]
    fn more_codes_say_the_same() {
        let far = |n: usize, seed: u32| {
            let to = ToCodes::new(&ring(n, seed)).expect("codes");
            [[0.0f32, 0.0f32], [0.7, 0.0], [2.5, 0.0]].map(|z| to.at(z))
        };
        let many = far(60_000, 1);
        for (n, seed) in [(1000, 2), (2000, 3), (10_000, 4)] {
            for (a, b) in far(n, seed).into_iter().zip(many) {
                assert!((a / b - 1.0).abs() < 0.1, "{n}: {a} {b}");
            }
        }
        // As far as the ring's nearest hundredth is, in units of the same for a code: by hand within a tenth.
        let codes = ring(60_000, 1);
        let own: Vec<f32> = codes.iter().map(|z| z[0].hypot(z[1])).collect();
        assert!(own.iter().all(|radius| *radius > 0.5) && many[0] > many[1] && many[1] > 2.0, "{many:?}");
    }

    /// Evenly spread codes are as near everywhere: a length is about √2 of the mean decoder's.
    #[test]
    fn among_codes_it_is_about_the_mean_decoders_metric() {
        let mut rng = Rng::new(9);
        let codes: Vec<[f32; 2]> = (0..5000).map(|_| [rng.range(-3.4, 3.4), rng.range(-3.4, 3.4)]).collect();
        let survey = known::even(Frame::PRIOR, 48, [4.0, 0.0, 4.0]);
        let near = ToCodes::new(&codes).expect("codes").around_holes(&survey);
        let way = [[-2.0, -1.0], [0.2, 0.1], [2.0, 1.5]];
        let [a, b] = [&survey, &near].map(|survey| length(survey, &way, Metric::Pixels).expect("inside"));
        assert!((b / a / 2f32.sqrt() - 1.0).abs() < 0.2, "{a} {b}");
    }

    #[test]
    fn too_few_codes_and_codes_without_extent() {
        assert!(ToCodes::new(&[]).is_none() && ToCodes::new(&[[1.0, 2.0]; 3]).is_none());
        assert!(ToCodes::new(&[[1.0, 2.0]; 300]).is_none(), "all of them in one place");
        let mut codes = ring(50, 1);
        codes.push([f32::NAN, 0.0]);
        let to = ToCodes::new(&codes).expect("fifty are enough");
        assert!(to.at([f32::NAN, 0.0]).is_infinite() && to.at([0.0, 0.0]).is_finite());
        // A flaw stays one.
        let mut survey = known::even(Frame::PRIOR, 8, [1.0, 0.0, 1.0]);
        survey.metric[9] = [f32::NAN; 6];
        let near = to.around_holes(&survey);
        assert!(near.metric[9][0].is_nan() && near.metric[10].iter().all(|x| x.is_finite()));
    }
}
