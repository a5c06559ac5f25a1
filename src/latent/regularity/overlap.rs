//! The aggregated posterior q(z) = 1/n Σ q(z|xᵢ) against the distribution that is sampled from (Makhzani et al. 2015,
//! arXiv:1511.05644; Hoffman and Johnson 2016): where q has no mass the decoder has not learnt, and where p has none its
//! codes are never sampled. q is taken as the mixture that it is and integrated by random draws, so that a posterior of any
//! width counts as it is and each number has an interval.

use super::frame::{Frame, cell_centre};
use super::interval::{Estimate, Interval, Running, normal, wilson};
use crate::latent::density::Density;
use crate::latent::mixture::Mixture;
use crate::latent::nearest::Buckets;
use crate::protocol::Area;
use crate::rng::Rng;

/// q covers a point if it is at least this share of p there.
const COVERED: f64 = 0.1;

/// How q(z) and the frame's p(z) lie on each other. q is the mixture of these n posteriors and of no others: of few narrow
/// ones it is full of gaps, whatever the model, and its KL grows as n falls. So compare what was computed from as many
/// codes, or with [`Overlap::reference`], which is what the best of codes would get. The intervals are of the draws alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    codes: usize,
    /// The mean of KL(q(z|xᵢ) ‖ p), in nats; nothing where codes are points, of which q has no density.
    rate: Option<f64>,
    /// ln q(z|xᵢ)/q(z) at draws from the posteriors: its mean is the mutual information I(i; z), never above ln n. Both its
    /// tails are light, since E e^(−t) = 1, so that the interval of its mean can be trusted.
    information: Running,
    /// 2·min(p, q)/(p + q), at draws from q and at draws from p.
    shared: [Running; 2],
    /// Draws from p at which q is at least a tenth of it, of all.
    covered: usize,
    sampled: usize,
}

impl Overlap {
    /// Of posteriors N(μ, diag σ²) given by μ and log σ², those that are finite, by `draws` draws from q and as many from p;
    /// takes 2·`draws`·n densities of Gaussians at most. Where one has no width, all are taken as points, each widened to
    /// a Gaussian that is n^(−1/6) as wide as all codes together along every direction (Silverman's rule, 1986): that is made
    /// for one Gaussian crowd, and where there are several q looks fuller between them than it is. None where there is
    /// nothing to tell.
    pub fn of(frame: &Frame, mu: &[[f32; 2]], log_var: &[[f32; 2]], draws: usize, seed: u32) -> Option<Self> {
        let (mu, log_var) = sound(mu, log_var);
        let q = Aggregate::new(&mu, &log_var)?;
        let mut rng = Rng::new(seed);
        let rate = q.units.is_none().then(|| rate(frame, &mu, &log_var));
        let mut found = Self { codes: mu.len(), rate, ..Self::nothing() };
        for _ in 0..draws {
            let (component, z) = q.draw(&mut rng);
            let log_q = q.mixture.log_density(&z);
            found.information.add(q.mixture.log_component(component, &z) - log_q);
            found.shared[0].add(agreement(log_q - q.log_area, frame.log_density(q.plane(&z))));
            let z = frame.point([rng.normal(), rng.normal()]);
            let (log_p, log_q) = (frame.log_density(z), q.mixture.log_density(&q.own(z)) - q.log_area);
            found.shared[1].add(agreement(log_q, log_p));
            found.covered += usize::from(log_q - log_p >= COVERED.ln());
            found.sampled += 1;
        }
        Some(found)
    }

    /// The same if q were the frame's distribution itself, known by as many codes with the same widths: the mean of code i
    /// drawn from what is left for it, N(centre, Σₚ − Σᵢ), or where nothing is left along a direction, in its middle.
    pub fn reference(frame: &Frame, mu: &[[f32; 2]], log_var: &[[f32; 2]], draws: usize, seed: u32) -> Option<Self> {
        let (_, log_var) = sound(mu, log_var);
        let mut rng = Rng::stream(seed, IDEAL_STREAM);
        let ideal: Vec<[f32; 2]> = log_var.iter().map(|log_var| ideal_mean(frame, *log_var, &mut rng)).collect();
        Self::of(frame, &ideal, &log_var, draws, seed)
    }

    /// The two together, of the same frame and of the same codes or of as many that were drawn alike; their seeds differ.
    pub fn and(self, other: Self) -> Self {
        let add = |i: usize| self.shared[i].and(other.shared[i]);
        let [a, b] = [self, other].map(|part| part.sampled as f64);
        let mean = |(x, y): (f64, f64)| (a * x + b * y) / (a + b).max(1.0);
        Self {
            codes: self.codes,
            rate: self.rate.zip(other.rate).map(mean),
            information: self.information.and(other.information),
            shared: [add(0), add(1)],
            covered: self.covered + other.covered,
            sampled: self.sampled + other.sampled,
        }
    }

    /// ∫ min(p, q): 1 where they are the same, 0 where they do not touch; half of the draws are from either.
    pub fn shared(&self) -> Estimate {
        let [a, b] = self.shared;
        let found = normal((a.mean() + b.mean()) / 2.0, (a.variance_of_mean() + b.variance_of_mean()) / 4.0);
        let share = |x: f32| x.clamp(0.0, 1.0);
        let Interval { low, high } = found.interval;
        Estimate { value: share(found.value), interval: Interval { low: share(low), high: share(high) } }
    }

    /// The share of p where q is at least a tenth of p: samples that fall near codes.
    pub fn covered(&self) -> Option<Estimate> {
        let interval = wilson(self.covered, self.sampled)?;
        Some(Estimate { value: self.covered as f32 / self.sampled as f32, interval })
    }

    /// KL(q ‖ p) in nats: the mean KL of the posteriors, which is known, less the mutual information, which is estimated. It
    /// is at least the former less ln n, and 0. None of points.
    pub fn kl(&self) -> Option<Estimate> {
        let rate = self.rate?;
        let least = (rate - (self.codes as f64).ln()).max(0.0) as f32;
        let found = normal(rate - self.information.mean(), self.information.variance_of_mean());
        let (held, Interval { low, high }) = (|x: f32| x.max(least), found.interval);
        Some(Estimate { value: held(found.value), interval: Interval { low: held(low), high: held(high) } })
    }

    fn nothing() -> Self {
        let none = Running::default();
        Self { codes: 0, rate: None, information: none, shared: [none; 2], covered: 0, sampled: 0 }
    }
}

const IDEAL_STREAM: u32 = 0x4944_4500;

/// q(z), in units of z, or of points in those in which they are a round crowd.
struct Aggregate {
    mixture: Mixture,
    /// Nothing where the mixture is in units of z; otherwise the frame of those units.
    units: Option<Frame>,
    /// What ln of the density is more per unit of area of the mixture's own plane.
    log_area: f64,
}

impl Aggregate {
    fn new(mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> Option<Self> {
        let flat = log_var.as_flattened();
        if flat.iter().all(|v| v.is_finite()) {
            let mixture = Mixture::new(mu.as_flattened(), flat, 2)?;
            return Some(Self { mixture, units: None, log_area: 0.0 });
        }
        let units = Frame::of_codes(mu)?;
        let round: Vec<f32> = mu.iter().flat_map(|z| units.standard(*z)).collect();
        let kernel = -(mu.len() as f32).ln() / 3.0;
        let mixture = Mixture::new(&round, &vec![kernel; round.len()], 2)?;
        let log_area = -std::f64::consts::TAU.ln() - units.log_density(units.point([0.0; 2]));
        Some(Self { mixture, units: Some(units), log_area })
    }

    /// A component and a draw from it, in the mixture's own units.
    fn draw(&self, rng: &mut Rng) -> (usize, Vec<f64>) {
        let component = rng.below(self.mixture.len());
        (component, self.mixture.draw(component, rng))
    }

    fn own(&self, z: [f32; 2]) -> [f64; 2] {
        self.units.map_or(z, |units| units.standard(z)).map(f64::from)
    }

    fn plane(&self, z: &[f64]) -> [f32; 2] {
        let z = [z[0] as f32, z[1] as f32];
        self.units.map_or(z, |units| units.point(z))
    }
}

/// 2·min(p, q)/(p + q), of the logarithms.
fn agreement(log_q: f64, log_p: f64) -> f64 {
    2.0 / (1.0 + (log_q - log_p).abs().exp())
}

/// The mean of KL(q(z|xᵢ) ‖ p). ln p is quadratic, so that its mean under a Gaussian is its mean over four points √2 σ from
/// the centre.
fn rate(frame: &Frame, mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> f64 {
    let each = mu.iter().zip(log_var).map(|(mu, log_var)| {
        let sigma = log_var.map(|v| (v / 2.0).exp());
        let at = |axis: usize, sign: f32| {
            let mut z = *mu;
            z[axis] += sign * std::f32::consts::SQRT_2 * sigma[axis];
            frame.log_density(z)
        };
        let log_p = (at(0, 1.0) + at(0, -1.0) + at(1, 1.0) + at(1, -1.0)) / 4.0;
        let entropy = 1.0 + std::f64::consts::TAU.ln() + f64::from(log_var[0] + log_var[1]) / 2.0;
        -entropy - log_p
    });
    each.sum::<f64>() / mu.len().max(1) as f64
}

/// Where the mean of a posterior of this width lies if all of them add up to the frame's distribution.
fn ideal_mean(frame: &Frame, log_var: [f32; 2], rng: &mut Rng) -> [f32; 2] {
    let middle = frame.point([0.0; 2]);
    let one = |axis: usize| {
        let mut z = middle;
        z[axis] += (log_var[axis] / 2.0).exp();
        frame.standard(z).map(f64::from)
    };
    // What is left of the frame's covariance, in its own units: I − S.
    let [[a, b], [c, d]] = [one(0), one(1)];
    let [xx, xy, yy] = [1.0 - a * a - c * c, -(a * b + c * d), 1.0 - b * b - d * d];
    let (half, root) = ((xx + yy) / 2.0, (((xx - yy) / 2.0).powi(2) + xy * xy).sqrt());
    let turn = 0.5 * (2.0 * xy).atan2(xx - yy);
    let along = (half + root).max(0.0).sqrt() * f64::from(rng.normal());
    let across = (half - root).max(0.0).sqrt() * f64::from(rng.normal());
    let (sin, cos) = turn.sin_cos();
    frame.point([(along * cos - across * sin) as f32, (along * sin + across * cos) as f32])
}

/// The posteriors that are finite; log σ² may be −∞.
fn sound(mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
    let sound = |(mu, log_var): &(&[f32; 2], &[f32; 2])| {
        mu.iter().all(|x| x.is_finite()) && log_var.iter().all(|v| v.is_finite() || *v == f32::NEG_INFINITY)
    };
    mu.iter().zip(log_var).filter(sound).map(|(mu, log_var)| (*mu, *log_var)).unzip()
}

/// Codes around a place that tell how dense points are there.
const NEIGHBOURS: usize = 10;

/// q(z) at the centres of a grid's cells, per unit of area, row by row from the top left, to be drawn and to say where codes
/// are: no posterior is taken narrower than half a cell. Points have no density; theirs is told by the circle that holds the
/// ten nearest (Loftsgaarden and Quesenberry 1965), which is small among codes and large between islands of them, where
/// a kernel of one width would fill the gaps. Empty where there are no finite codes.
pub fn density(area: Area, columns: usize, rows: usize, mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> Vec<f32> {
    let (mu, log_var) = sound(mu, log_var);
    if mu.is_empty() {
        return Vec::new();
    }
    if log_var.as_flattened().iter().any(|v| !v.is_finite()) {
        let (buckets, k) = (Buckets::new(&mu), NEIGHBOURS.min(mu.len()));
        let among = |cell: usize| {
            let near = buckets.neighbours(&mu, cell_centre(area, columns, rows, cell), k);
            let square = near.last().map_or(f32::INFINITY, |far| far.0);
            k as f32 / (mu.len() as f32 * std::f32::consts::PI * square.max(f32::MIN_POSITIVE))
        };
        return (0..columns * rows).map(among).collect();
    }
    let mut density = Density::new(area, columns as u32, rows as u32);
    mu.iter().zip(&log_var).for_each(|(mu, log_var)| density.add(*mu, *log_var));
    density.values(mu.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: [f32; 2] = [f32::NEG_INFINITY; 2];
    const DRAWS: usize = 2000;

    fn log_var(sigma: [f32; 2]) -> [f32; 2] {
        sigma.map(|s| 2.0 * s.ln())
    }

    fn of(frame: &Frame, mu: &[[f32; 2]], sigma: &[[f32; 2]]) -> Overlap {
        let log_var: Vec<[f32; 2]> = sigma.iter().map(|sigma| log_var(*sigma)).collect();
        Overlap::of(frame, mu, &log_var, DRAWS, 5).expect("codes")
    }

    fn holds(estimate: Estimate, truth: f32, slack: f32) -> bool {
        (estimate.interval.low - slack..=estimate.interval.high + slack).contains(&truth)
    }

    /// KL(N(m, s²) ‖ N(0, 1)) = ½(m² + s² − ln s² − 1) along each axis.
    fn kl_of_one(mu: [f32; 2], sigma: [f32; 2]) -> f32 {
        let kl = |axis: usize| 0.5 * (mu[axis].powi(2) + sigma[axis].powi(2) - 2.0 * sigma[axis].ln() - 1.0);
        kl(0) + kl(1)
    }

    /// By quadrature over cells a twentieth of the narrowest σ wide, in f64: shared, covered and KL.
    fn by_quadrature(frame: &Frame, mu: &[[f32; 2]], sigma: &[[f32; 2]], reach: f64, cell: f64) -> [f64; 3] {
        let n = (2.0 * reach / cell) as usize;
        let at = |i: usize| (i as f64 + 0.5) * cell - reach;
        let [mut shared, mut covered, mut kl] = [0.0; 3];
        for (x, y) in (0..n * n).map(|i| (at(i % n), at(i / n))) {
            let one = |(m, s): (&[f32; 2], &[f32; 2])| {
                let [m, s] = [*m, *s].map(|v| v.map(f64::from));
                let square = ((x - m[0]) / s[0]).powi(2) + ((y - m[1]) / s[1]).powi(2);
                (-0.5 * square).exp() / (std::f64::consts::TAU * s[0] * s[1])
            };
            let q = mu.iter().zip(sigma).map(one).sum::<f64>() / mu.len() as f64;
            let log_p = frame.log_density([x as f32, y as f32]);
            let p = log_p.exp();
            shared += p.min(q) * cell * cell;
            covered += if q >= 0.1 * p { p * cell * cell } else { 0.0 };
            kl += if q > 0.0 { q * (q.ln() - log_p) * cell * cell } else { 0.0 };
        }
        [shared, covered, kl]
    }

    /// Of one code nothing is left to chance but where p falls.
    #[test]
    fn one_gaussian_by_the_closed_form() {
        let cases = [([1.0, -0.5], [0.5, 0.8]), ([0.0, 0.0], [1e-4, 0.06]), ([12.0, 4.0], [0.3, 1.5])];
        for (mu, sigma) in cases {
            let (expected, found) = (kl_of_one(mu, sigma), of(&Frame::PRIOR, &[mu], &[sigma]).kl().expect("a density"));
            assert!((found.value - expected).abs() < 1e-4 * expected, "{mu:?} {sigma:?}: {found:?} {expected}");
            assert!(holds(found, found.value, 0.0) && found.interval.high - found.interval.low < 1e-6);
        }
        let itself = of(&Frame::PRIOR, &[[0.0; 2]], &[[1.0; 2]]);
        assert!(itself.kl().is_some_and(|kl| kl.value.abs() < 1e-6) && itself.shared().value > 1.0 - 1e-6);
        assert_eq!(itself.covered().map(|covered| covered.value), Some(1.0));
    }

    /// Two that do not touch: the mean of their KLs less ln 2, however narrow they are.
    #[test]
    fn two_far_gaussians_by_decomposition() {
        for sigma in [1e-3, 0.02, 0.4] {
            let (mu, sigma) = ([[3.0, 0.0], [-5.0, 1.0]], [[sigma; 2], [sigma, 2.0 * sigma]]);
            let expected = (kl_of_one(mu[0], sigma[0]) + kl_of_one(mu[1], sigma[1])) / 2.0 - 2f32.ln();
            let found = of(&Frame::PRIOR, &mu, &sigma).kl().expect("a density");
            assert!((found.value - expected).abs() < 1e-3, "{sigma:?}: {found:?} {expected}");
        }
        // Without a KL term widths fall to e⁻¹⁸⁰, which 32 bits take for 0.
        let narrow = Overlap::of(&Frame::PRIOR, &[[3.0, 0.0], [-5.0, 1.0]], &[[-360.0; 2]; 2], 100, 1).expect("codes");
        let expected = (9.0 + 26.0) / 4.0 + 359.0 - 2f32.ln();
        assert!(narrow.kl().is_some_and(|kl| (kl.value - expected).abs() < 1e-2), "{narrow:?} {expected}");
    }

    /// Two equal Gaussians d apart share 2Φ(−d/2): 0.3173 for d = 2; q/p = e^(2z₁ − 2) is a tenth at z₁ = 1 − ln(10)/2 =
    /// −0.1513, above which lies Φ(0.1513) = 0.5601.
    #[test]
    fn what_two_gaussians_share() {
        let found = of(&Frame::PRIOR, &[[2.0, 0.0]], &[[1.0; 2]]);
        assert!(
            holds(found.shared(), 0.3173, 0.01) && holds(found.covered().expect("draws"), 0.5601, 0.01),
            "{found:?}"
        );
        let far = of(&Frame::PRIOR, &[[12.0, 0.0]], &[[0.5; 2]]);
        assert!(far.shared().value < 1e-6 && far.covered().expect("draws").value == 0.0, "{far:?}");
    }

    fn crowd(n: usize, seed: u32) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
        let mut rng = Rng::new(seed);
        let mu = (0..n).map(|_| [1.3 * rng.normal(), 0.4 + 0.9 * rng.normal()]).collect();
        (mu, (0..n).map(|_| [rng.range(0.08, 0.3), rng.range(0.08, 0.5)]).collect())
    }

    /// 40 posteriors against an integral over a million cells, of 300 seeds: each interval holds it 19 times in 20.
    #[test]
    fn the_intervals_hold_the_integral_as_often_as_they_say() {
        let (mu, sigma) = crowd(40, 2);
        let truth = by_quadrature(&Frame::PRIOR, &mu, &sigma, 6.0, 0.012);
        let log_var: Vec<[f32; 2]> = sigma.iter().map(|sigma| log_var(*sigma)).collect();
        let mut held = [0; 3];
        for seed in 0..300 {
            let found = Overlap::of(&Frame::PRIOR, &mu, &log_var, 200, seed).expect("codes");
            let each = [Some(found.shared()), found.covered(), found.kl()];
            for (held, (estimate, truth)) in held.iter_mut().zip(each.into_iter().zip(truth)) {
                *held += usize::from(holds(estimate.expect("an estimate"), truth as f32, 1e-4));
            }
        }
        // 285 expected; the standard deviation is 3.8.
        assert!(held.iter().all(|held| (271..=300).contains(held)), "{held:?}, {truth:?}");
    }

    /// Draws that are taken in two parts are as good as all at once.
    #[test]
    fn parts_add_up() {
        let (mu, sigma) = crowd(30, 4);
        let log_var: Vec<[f32; 2]> = sigma.iter().map(|sigma| log_var(*sigma)).collect();
        let part = |draws, seed| Overlap::of(&Frame::PRIOR, &mu, &log_var, draws, seed).expect("codes");
        let (a, b) = (part(300, 1), part(900, 2));
        let both = a.and(b);
        let mean = (a.information.mean() + 3.0 * b.information.mean()) / 4.0;
        assert!((both.information.mean() - mean).abs() < 1e-9 && both.information.count() == 1200);
        assert!(both.information.variance_of_mean() < a.information.variance_of_mean() / 3.0);
        assert_eq!(both.sampled, 1200);
    }

    /// The plane stretched and moved, and what is sampled from with it: nothing changes.
    #[test]
    fn units_of_z_do_not_matter() {
        let frame = Frame::diagonal([30.0, -4.0], [12.0, 0.2]);
        let (mu, sigma) = crowd(200, 3);
        let there: Vec<[f32; 2]> = mu.iter().map(|z| frame.point(*z)).collect();
        let wide: Vec<[f32; 2]> = sigma.iter().map(|s| [s[0] * 12.0, s[1] * 0.2]).collect();
        let same = |a: Estimate, b: Estimate| (a.value - b.value).abs() < 2e-3;
        let (a, b) = (of(&Frame::PRIOR, &mu, &sigma), of(&frame, &there, &wide));
        assert!(same(a.shared(), b.shared()) && same(a.kl().expect("a density"), b.kl().expect("a density")));
        let points = |frame: &Frame, mu: &[[f32; 2]]| Overlap::of(frame, mu, &[POINT; 200], DRAWS, 5).expect("codes");
        let (a, b) = (points(&Frame::PRIOR, &mu), points(&frame, &there));
        assert!(same(a.shared(), b.shared()) && a.covered == b.covered, "{a:?} {b:?}");
        let reference = |frame: &Frame, mu: &[[f32; 2]], sigma: &[[f32; 2]]| {
            let log_var: Vec<[f32; 2]> = sigma.iter().map(|sigma| log_var(*sigma)).collect();
            Overlap::reference(frame, mu, &log_var, DRAWS, 5).expect("codes")
        };
        let (a, b) = (reference(&Frame::PRIOR, &mu, &sigma), reference(&frame, &there, &wide));
        assert!(same(a.shared(), b.shared()) && same(a.kl().expect("a density"), b.kl().expect("a density")));
    }

    /// Round posteriors and a round prior, turned.
    #[test]
    fn a_turn_does_not_matter() {
        let (mu, _) = crowd(100, 6);
        let (sin, cos) = 0.7f32.sin_cos();
        let turned: Vec<[f32; 2]> = mu.iter().map(|[x, y]| [cos * x - sin * y, sin * x + cos * y]).collect();
        for sigma in [[0.2; 2], [0.0; 2]] {
            let [a, b] = [&mu, &turned].map(|mu| of(&Frame::PRIOR, mu, &vec![sigma; 100]));
            assert!(holds(a.shared(), b.shared().value, 0.02), "{a:?} {b:?}");
            let [a, b] = [a, b].map(|found| found.covered().expect("draws"));
            assert!(holds(a, b.value, 0.02), "{a:?} {b:?}");
        }
    }

    /// Codes that are draws of what is sampled from are as good as can be, and the reference says how good that is: less,
    /// the fewer and narrower they are.
    #[test]
    fn the_reference_is_what_the_best_of_codes_get() {
        let mut last = f32::INFINITY;
        for n in [100, 1000, 5000] {
            let mut rng = Rng::new(3);
            let spread = (1.0f32 - 0.01).sqrt();
            let mu: Vec<[f32; 2]> = (0..n).map(|_| [rng.normal() * spread, rng.normal() * spread]).collect();
            let log_var = vec![log_var([0.1; 2]); n];
            let [found, best] =
                [Overlap::of, Overlap::reference].map(|of| of(&Frame::PRIOR, &mu, &log_var, 1000, 8).expect("codes"));
            let [kl, ideal] = [found, best].map(|overlap| overlap.kl().expect("a density").value);
            assert!((kl / ideal - 1.0).abs() < 0.4 && ideal < last, "{n}: {kl} {ideal}");
            assert!((found.shared().value - best.shared().value).abs() < 0.06, "{n}: {found:?} {best:?}");
            last = ideal;
        }
        // As wide as the prior itself there is one place for the mean, and q is the prior.
        let wide = Overlap::reference(&Frame::PRIOR, &[[3.0, 0.0]; 10], &[[0.0; 2]; 10], 100, 1).expect("codes");
        assert!(wide.kl().is_some_and(|kl| kl.value < 1e-5), "{wide:?}");
        let wider = Overlap::reference(&Frame::PRIOR, &[[3.0, 0.0]; 2], &[[2.0; 2]; 2], 100, 1).expect("codes");
        assert!(wider.kl().is_some_and(|kl| (kl.value - kl_of_one([0.0; 2], [1f32.exp(); 2])).abs() < 1e-3));
    }

    /// 10,000 normal points and their kernel, whose width makes q N(0, 1 + n^(−1/3)); the rest is which points were drawn.
    #[test]
    fn points_have_a_kernel_and_no_kl() {
        let mut rng = Rng::new(9);
        let mu: Vec<[f32; 2]> = (0..10_000).map(|_| [rng.normal(), rng.normal()]).collect();
        let points = vec![POINT; 10_000];
        let found = Overlap::of(&Frame::PRIOR, &mu, &points, 300, 1).expect("codes");
        assert!(found.shared().value > 0.95 && found.kl().is_none(), "{found:?}");
        let best = Overlap::reference(&Frame::PRIOR, &mu, &points, 300, 1).expect("codes");
        assert!((best.shared().value - found.shared().value).abs() < 0.02);
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let nan = [f32::NAN; 2];
        let of = |mu: &[[f32; 2]], log_var: &[[f32; 2]]| Overlap::of(&Frame::PRIOR, mu, log_var, 50, 1);
        assert_eq!((of(&[], &[]), of(&[nan], &[[0.0; 2]])), (None, None));
        assert_eq!(of(&[nan, [0.0; 2]], &[[0.0; 2]; 2]), of(&[[0.0; 2]], &[[0.0; 2]]));
        // One point has no spread to take a kernel from.
        assert_eq!(of(&[[0.0; 2]], &[POINT]), None);
        let far = of(&[[1e9, -1e9]], &[[40.0; 2]]).expect("a code");
        assert!(far.kl().is_some_and(|kl| kl.value.is_finite()) && far.shared().value < 0.1, "{far:?}");
        let area = Frame::PRIOR.area();
        assert!(density(area, 4, 4, &[nan], &[POINT]).is_empty());
        assert_eq!(density(area, 4, 3, &[[0.0; 2]], &[[0.0; 2]]).len(), 12);
    }

    /// Points of N(0, I): their density is the prior's; two islands far apart leave nothing between.
    #[test]
    fn points_are_dense_where_they_are_and_not_between() {
        let mut rng = Rng::new(12);
        let mu: Vec<[f32; 2]> = (0..4000).map(|_| [rng.normal(), rng.normal()]).collect();
        let area = Area { min: [-1.0, -1.0], max: [1.0, 1.0] };
        let ratio: Vec<f64> = density(area, 8, 8, &mu, &[POINT; 4000])
            .iter()
            .enumerate()
            .map(|(cell, q)| f64::from(*q) / Frame::PRIOR.log_density(cell_centre(area, 8, 8, cell)).exp())
            .collect();
        let mean = ratio.iter().sum::<f64>() / ratio.len() as f64;
        // Of ten neighbours the mean is 10/9 of the truth, and one cell's is good to a third.
        assert!((mean - 10.0 / 9.0).abs() < 0.15 && ratio.iter().all(|r| (0.3..3.0).contains(r)), "{mean} {ratio:?}");
        let islands: Vec<[f32; 2]> =
            (0..2000).map(|i| [if i % 2 == 0 { -3.0 } else { 3.0 } + 0.3 * rng.normal(), 0.3 * rng.normal()]).collect();
        let frame = Frame::of_codes(&islands).expect("codes");
        let between = density(Area { min: [-0.1, -0.1], max: [0.1, 0.1] }, 1, 1, &islands, &[POINT; 2000])[0];
        assert!(f64::from(between) < 0.1 * frame.log_density([0.0; 2]).exp(), "{between}");
    }
}
