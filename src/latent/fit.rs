//! Densities fitted to a model's codes after training, to sample from where no prior was trained for (Ghosh et al. 2020,
//! arXiv:1903.12436): a normal distribution, with and without correlation, and a mixture of normal distributions.

use super::mixture::LogSum;
use super::regularity::Frame;
use crate::rng::Rng;

/// Normal distributions in the mixture.
const PARTS: usize = 10;
/// Codes that a mixture is fitted to at most, and rounds of it.
const MOST: usize = 2000;
const ROUNDS: usize = 100;
/// A round that gains less than this, in nats a code, is the last.
const ENOUGH: f64 = 1e-4;
/// What is added to a part's variances, as a share of all codes': a part on a single code has no end otherwise (Bishop 2006,
/// section 9.2.1).
const LEAST: f64 = 1e-4;
const SEED: u32 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Mean and covariance of the codes.
    Normal,
    /// Mean and variances alone.
    Diagonal,
    /// Ten normal distributions by expectation and maximisation (Dempster, Laird and Rubin 1977).
    Mixture,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Normal, Self::Diagonal, Self::Mixture];
}

/// A density over the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Share and distribution of each part; the shares add up to 1.
    parts: Vec<(f64, Frame)>,
}

impl Fit {
    /// None for too few codes, for codes that are not finite, and where they have no spread.
    pub fn of(kind: Kind, codes: &[[f32; 2]]) -> Option<Self> {
        let frame = Frame::of_codes(codes)?;
        let parts = match kind {
            Kind::Normal => vec![(1.0, frame)],
            Kind::Diagonal => vec![(1.0, frame.without_correlation())],
            Kind::Mixture => mixture(&frame, codes)?,
        };
        Some(Self { parts })
    }

    /// ln of the density at a point, in nats per unit of area.
    pub fn log_density(&self, z: [f32; 2]) -> f64 {
        log_sum(self.parts.iter().map(|(share, part)| share.ln() + part.log_density(z)))
    }

    pub fn draw(&self, rng: &mut Rng) -> [f32; 2] {
        let mut left = rng.uniform();
        let chosen = self.parts.iter().find(|(share, _)| {
            left -= share;
            left < 0.0
        });
        let noise = [rng.normal(), rng.normal()];
        chosen.or(self.parts.last()).map_or(noise, |(_, part)| part.point(noise))
    }
}

/// Mean log-density, in nats a code, of every second code under what is fitted to the others: what a fit is worth on codes
/// that it has not seen. Of two fits to the same codes the higher is the better one; the number itself depends on the unit of z.
pub fn held_out(kind: Kind, codes: &[[f32; 2]]) -> Option<f64> {
    let half = |of: usize| codes.iter().skip(of).step_by(2).copied().collect::<Vec<_>>();
    let (fit, others) = (Fit::of(kind, &half(0))?, half(1));
    let mean = others.iter().map(|z| fit.log_density(*z)).sum::<f64>() / others.len() as f64;
    mean.is_finite().then_some(mean)
}

/// In the frame's units, so that a plane that is scaled or turned gets the same mixture.
fn mixture(frame: &Frame, codes: &[[f32; 2]]) -> Option<Vec<(f64, Frame)>> {
    let every = codes.len().div_ceil(MOST).max(1);
    let codes: Vec<[f32; 2]> = codes.iter().step_by(every).map(|z| frame.standard(*z)).collect();
    let mut parts: Vec<(f64, Frame)> =
        spread_out(&codes).into_iter().map(|centre| (1.0 / PARTS as f64, Frame::diagonal(centre, [0.5; 2]))).collect();
    let mut before = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        let (next, gained) = improved(&parts, &codes);
        parts = next;
        if gained - before < ENOUGH {
            break;
        }
        before = gained;
    }
    let back = |(share, part): (f64, Frame)| {
        let [[a, _], [b, c]] = frame.factor();
        let [[d, _], [e, f]] = part.factor();
        // The product of two lower triangular factors is one.
        let (l, m, n) = (a * d, b * d + c * e, c * f);
        let across = m.hypot(n);
        let sound = l.is_normal() && across.is_normal();
        let whole = Frame { centre: frame.point(part.centre), scale: [l, across], correlation: m / across };
        sound.then_some((share, whole))
    };
    let parts: Vec<(f64, Frame)> = parts.into_iter().filter_map(back).collect();
    (!parts.is_empty()).then_some(parts)
}

/// Codes that lie apart: each next one with a chance that grows with its squared distance from those before (k-means++, Arthur
/// and Vassilvitskii 2007).
fn spread_out(codes: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut rng = Rng::new(SEED);
    let mut centres = vec![codes[rng.below(codes.len())]];
    let square = |a: [f32; 2], b: [f32; 2]| f64::from((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2));
    let mut nearest: Vec<f64> = codes.iter().map(|z| square(*z, centres[0])).collect();
    while centres.len() < PARTS {
        let mut left = rng.uniform() * nearest.iter().sum::<f64>();
        let next = nearest.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        let centre = codes[next.unwrap_or(0)];
        centres.push(centre);
        nearest.iter_mut().zip(codes).for_each(|(nearest, z)| *nearest = nearest.min(square(*z, centre)));
    }
    centres
}

/// One round of expectation and maximisation, and the mean log-density before it, in nats a code.
fn improved(parts: &[(f64, Frame)], codes: &[[f32; 2]]) -> (Vec<(f64, Frame)>, f64) {
    // Of each part: Σ r, Σ r·x, Σ r·y, Σ r·xx, Σ r·xy, Σ r·yy.
    let mut sums = vec![[0.0f64; 6]; parts.len()];
    let mut whole = 0.0;
    for z in codes {
        let logs: Vec<f64> = parts.iter().map(|(share, part)| share.ln() + part.log_density(*z)).collect();
        let log = log_sum(logs.iter().copied());
        whole += log;
        let [x, y] = z.map(f64::from);
        for (sum, part) in sums.iter_mut().zip(&logs) {
            let r = (part - log).exp();
            [1.0, x, y, x * x, x * y, y * y].iter().zip(sum).for_each(|(of, sum)| *sum += r * of);
        }
    }
    let next = sums.iter().zip(parts).map(|(sum, part)| {
        let [r, x, y, xx, xy, yy] = *sum;
        // A part that no code belongs to stays where it is and weighs nothing.
        if r < 1e-6 {
            return (1e-12, part.1);
        }
        let [x, y] = [x / r, y / r];
        let (xx, xy, yy) = (xx / r - x * x + LEAST, xy / r - x * y, yy / r - y * y + LEAST);
        let scale = [xx, yy].map(|v| v.max(LEAST).sqrt() as f32);
        let correlation = (xy / (xx * yy).sqrt()).clamp(-0.9999, 0.9999) as f32;
        (r / codes.len() as f64, Frame { centre: [x as f32, y as f32], scale, correlation })
    });
    (next.collect(), whole / codes.len() as f64)
}

/// ln Σ exp.
fn log_sum(logs: impl Iterator<Item = f64>) -> f64 {
    let mut sum = LogSum::default();
    logs.for_each(|log| sum.add(log));
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two crowds far apart, slanted.
    fn crowds(n: usize, seed: u32) -> Vec<[f32; 2]> {
        let mut rng = Rng::new(seed);
        let mut code = |i: usize| {
            let [a, b] = [rng.normal(), rng.normal()];
            if i.is_multiple_of(3) { [5.0 + 0.3 * a, 0.6 * a + 0.2 * b] } else { [-5.0 + a, b - 0.5 * a] }
        };
        (0..n).map(&mut code).collect()
    }

    fn moments(codes: &[[f32; 2]]) -> Frame {
        Frame::of_codes(codes).expect("codes")
    }

    #[test]
    fn draws_have_the_moments_of_what_was_fitted() {
        let codes = crowds(3000, 1);
        let frame = moments(&codes);
        for kind in Kind::ALL {
            let fit = Fit::of(kind, &codes).expect("codes");
            let mut rng = Rng::new(2);
            let drawn: Vec<[f32; 2]> = (0..20_000).map(|_| fit.draw(&mut rng)).collect();
            let found = moments(&drawn);
            assert!(frame.distance(frame.centre, found.centre) < 0.05, "{kind:?}: {found:?} {frame:?}");
            assert!(
                (0..2).all(|i| (found.scale[i] / frame.scale[i] - 1.0).abs() < 0.03),
                "{kind:?}: {found:?} {frame:?}"
            );
            let correlation = if kind == Kind::Diagonal { 0.0 } else { frame.correlation };
            assert!((found.correlation - correlation).abs() < 0.03, "{kind:?}: {found:?} {frame:?}");
        }
    }

    /// The entropy of a normal distribution is ln(2πe·|L|); of the two crowds that of each and of which it is.
    #[test]
    fn held_out_log_density_by_formula() {
        let mut rng = Rng::new(3);
        let mut normal = || {
            let [a, b] = [rng.normal(), rng.normal()];
            [3.0 * a, 2.0 * a + 0.5 * b]
        };
        let codes: Vec<[f32; 2]> = (0..8000).map(|_| normal()).collect();
        let entropy = |determinant: f64| (std::f64::consts::TAU * std::f64::consts::E * determinant).ln();
        let of = |kind| held_out(kind, &codes).expect("codes");
        assert!((of(Kind::Normal) + entropy(1.5)).abs() < 0.05, "{}", of(Kind::Normal));
        // Without the correlation: 3 · √4.25.
        assert!((of(Kind::Diagonal) + entropy(3.0 * 4.25f64.sqrt())).abs() < 0.05, "{}", of(Kind::Diagonal));
        let codes = crowds(8000, 5);
        let which = |share: f64| -share * share.ln();
        let truth = entropy(0.06) / 3.0 + entropy(1.0) * 2.0 / 3.0 + which(1.0 / 3.0) + which(2.0 / 3.0);
        let found = held_out(Kind::Mixture, &codes).expect("codes");
        assert!((found + truth).abs() < 0.1, "{found} {truth}");
        assert!(held_out(Kind::Normal, &codes).expect("codes") < found - 0.5);
    }

    /// Scaling the plane by s takes 2·ln s from every log-density, and nothing else.
    #[test]
    fn a_fit_knows_no_scale_and_no_turn() {
        let codes = crowds(1000, 6);
        for (scale, turn) in [(0.01f32, 0.0f32), (50.0, 1.1)] {
            let (sin, cos) = turn.sin_cos();
            let moved: Vec<[f32; 2]> =
                codes.iter().map(|[x, y]| [scale * (cos * x - sin * y), scale * (sin * x + cos * y)]).collect();
            let apart = 2.0 * f64::from(scale).ln();
            let of = |kind, codes: &[[f32; 2]]| held_out(kind, codes).expect("codes");
            let normal = of(Kind::Normal, &codes) - of(Kind::Normal, &moved);
            assert!((normal - apart).abs() < 0.01, "{scale} {turn}: {normal}");
            // A turn changes which of equally good starts a mixture has.
            let mixed = of(Kind::Mixture, &codes) - of(Kind::Mixture, &moved);
            assert!((mixed - apart).abs() < if turn == 0.0 { 0.01 } else { 0.1 }, "{scale} {turn}: {mixed}");
        }
    }

    #[test]
    fn nothing_to_fit() {
        for kind in Kind::ALL {
            assert_eq!(Fit::of(kind, &[]), None);
            assert_eq!(Fit::of(kind, &[[1.0, 2.0]; 50]), None);
            assert_eq!(Fit::of(kind, &[[f32::NAN, 2.0], [0.0, 1.0], [1.0, 0.0]]), None);
            assert!(Fit::of(kind, &[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]).is_some(), "{kind:?}");
            assert_eq!(held_out(kind, &[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), None);
        }
    }
}
