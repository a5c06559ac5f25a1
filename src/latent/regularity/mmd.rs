//! Maximum mean discrepancy (Gretton et al. 2012, JMLR 13) between the aggregated posterior q(z) and what is sampled from,
//! the distance that a Wasserstein autoencoder is trained by (Tolstikhin et al. 2018, arXiv:1711.01558). The kernel is
//! k(x, y) = exp(−|x − y|²/2ℓ²) in frame units. Posteriors and prior are Gaussian, and so every expectation of k has a
//! closed form: nothing is drawn but which codes are looked at.

use super::frame::Frame;
use crate::rng::Rng;

/// ℓ, in frame units: the kernel sees differences of about a σ of the prior and overlooks finer ones.
pub const WIDTH: f64 = 1.0;

/// Codes that are compared, each with each.
const MOST: usize = 1000;

/// How far q is from the frame's distribution p: 0 for the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmd {
    /// MMD² = E k(x, x′) − 2 E k(x, y) + E k(y, y′) with x, x′ of the posteriors of two *different* data and y, y′ of p.
    /// A datum is not compared with itself, which would make any sample look crowded: so the expectation is that of all
    /// data, and where q is p the value may well be below 0.
    pub squared: f64,
    /// √ of it, 0 where it is below 0.
    pub distance: f64,
    /// The standard deviation that `squared` would have if q were p and the posteriors points: three times this is no
    /// chance.
    pub noise: f64,
}

impl Mmd {
    /// Of posteriors N(μ, diag σ²) given by μ and log σ², those that are finite, and where they are more than a thousand,
    /// of as many drawn with the seed; log σ² = −∞ is a point. None for fewer than two.
    pub fn of(frame: &Frame, mu: &[[f32; 2]], log_var: &[[f32; 2]], seed: u32) -> Option<Self> {
        let mut codes: Vec<Gaussian> = mu.iter().zip(log_var).filter_map(|(m, v)| standard(frame, *m, *v)).collect();
        Rng::new(seed).shuffle(&mut codes);
        codes.truncate(MOST);
        let n = codes.len() as f64;
        if n < 2.0 {
            return None;
        }
        let prior = Gaussian { mean: [0.0; 2], covariance: [1.0, 0.0, 1.0] };
        let pairs = codes.iter().enumerate().flat_map(|(i, a)| codes[..i].iter().map(move |b| kernel(a, b)));
        let within = pairs.sum::<f64>() * 2.0 / (n * (n - 1.0));
        let across = codes.iter().map(|code| kernel(code, &prior)).sum::<f64>() / n;
        let squared = within - 2.0 * across + kernel(&prior, &prior);
        Some(Self { squared, distance: squared.max(0.0).sqrt(), noise: (2.0 / (n * (n - 1.0)) * centred()).sqrt() })
    }
}

/// A Gaussian in frame units.
#[derive(Clone, Copy, Debug)]
struct Gaussian {
    mean: [f64; 2],
    /// Covariance (11, 12, 22).
    covariance: [f64; 3],
}

fn standard(frame: &Frame, mu: [f32; 2], log_var: [f32; 2]) -> Option<Gaussian> {
    let mean = frame.standard(mu).map(f64::from);
    // L⁻¹·diag(v, w)·L⁻ᵀ.
    let [v, w] = log_var.map(|v| f64::from(v).exp());
    let [[a, _], [b, c]] = frame.factor().map(|row| row.map(f64::from));
    let along = v / (a * a);
    let covariance = [along, -b / c * along, (b / c).powi(2) * along + w / (c * c)];
    mean.iter().chain(&covariance).all(|x| x.is_finite()).then_some(Gaussian { mean, covariance })
}

/// E k(x, y) of independent x and y: ℓ²/√|C| · exp(−½ dᵀC⁻¹d) with the difference of the means d and C = ℓ²·I + the sum of
/// the covariances.
fn kernel(a: &Gaussian, b: &Gaussian) -> f64 {
    let [xx, xy, yy] = [0, 1, 2].map(|i| a.covariance[i] + b.covariance[i]);
    let (xx, yy) = (xx + WIDTH * WIDTH, yy + WIDTH * WIDTH);
    let [x, y] = [0, 1].map(|axis| a.mean[axis] - b.mean[axis]);
    let determinant = xx * yy - xy * xy;
    let square = (yy * x * x - 2.0 * xy * x * y + xx * y * y) / determinant;
    WIDTH * WIDTH / determinant.sqrt() * (-0.5 * square).exp()
}

/// E k̃(x, y)² of two draws of N(0, I), where k̃ is k less its means over x and over y: E k² − 2 E (E k|x)² + (E k)².
fn centred() -> f64 {
    let width = WIDTH * WIDTH;
    // k² is a kernel of half the squared width, and E k|x is ℓ²/(ℓ² + 1) · exp(−|x|²/2(ℓ² + 1)).
    let square = width / (width + 4.0);
    let mean = (width / (width + 1.0)).powi(2) * (width + 1.0) / (width + 3.0);
    let whole = width / (width + 2.0);
    square - 2.0 * mean + whole * whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: [f32; 2] = [f32::NEG_INFINITY; 2];

    fn normals(n: usize, seed: u32) -> Vec<[f32; 2]> {
        let mut rng = Rng::new(seed);
        (0..n).map(|_| [rng.normal(), rng.normal()]).collect()
    }

    /// Against 400,000 pairs: the standard error is below 0.001.
    #[test]
    fn the_kernel_s_expectation_against_draws() {
        let cases = [
            (
                Gaussian { mean: [0.5, -1.0], covariance: [0.2, 0.0, 1.5] },
                Gaussian { mean: [0.0; 2], covariance: [1.0, 0.6, 1.0] },
            ),
            (
                Gaussian { mean: [2.0, 0.3], covariance: [0.0; 3] },
                Gaussian { mean: [1.0, 0.0], covariance: [0.5, 0.0, 0.0] },
            ),
        ];
        let mut rng = Rng::new(6);
        let mut draw = |g: &Gaussian| {
            let [xx, xy, yy] = g.covariance;
            let a = xx.sqrt();
            let b = if a > 0.0 { xy / a } else { 0.0 };
            let [u, v] = [rng.normal(), rng.normal()].map(f64::from);
            [g.mean[0] + a * u, g.mean[1] + b * u + (yy - b * b).sqrt() * v]
        };
        for (a, b) in cases {
            let one = |(x, y): ([f64; 2], [f64; 2])| {
                let square = (x[0] - y[0]).powi(2) + (x[1] - y[1]).powi(2);
                (-square / (2.0 * WIDTH * WIDTH)).exp()
            };
            let drawn = (0..400_000).map(|_| one((draw(&a), draw(&b)))).sum::<f64>() / 4e5;
            assert!((drawn - kernel(&a, &b)).abs() < 0.003, "{a:?} {b:?}: {drawn} {}", kernel(&a, &b));
        }
    }

    /// N(m, I) as one wide posterior twice: 2·⅓(1 − e^(−m²/6)).
    #[test]
    fn a_shift_by_formula() {
        let found = Mmd::of(&Frame::PRIOR, &[[2.0, 0.0]; 2], &[[0.0; 2]; 2], 1).expect("two codes");
        let expected = 2.0 / 3.0 * (1.0 - (-4.0f64 / 6.0).exp());
        assert!((found.squared - expected).abs() < 1e-9 && (found.distance - expected.sqrt()).abs() < 1e-9);
        let same = Mmd::of(&Frame::PRIOR, &[[0.0; 2]; 2], &[[0.0; 2]; 2], 1).expect("two codes");
        assert!(same.squared.abs() < 1e-12 && same.distance < 1e-6, "{same:?}");
    }

    /// Points of the prior, 200 times: the mean of MMD² is 0 within four standard errors, and its spread is `noise`.
    #[test]
    fn without_a_difference_it_is_noise_around_nothing() {
        let runs: Vec<Mmd> = (0..200)
            .map(|seed| Mmd::of(&Frame::PRIOR, &normals(60, seed), &[POINT; 60], seed).expect("sixty codes"))
            .collect();
        let mean = runs.iter().map(|run| run.squared).sum::<f64>() / 200.0;
        let spread = (runs.iter().map(|run| run.squared.powi(2)).sum::<f64>() / 200.0).sqrt();
        let noise = runs[0].noise;
        assert!(mean.abs() < 4.0 * noise / 200f64.sqrt(), "{mean} {noise}");
        // Of 200 draws with heavy tails the spread itself is good to a third.
        assert!((spread / noise - 1.0).abs() < 0.33, "{spread} {noise}");
        assert!(runs.iter().any(|run| run.squared < 0.0 && run.distance == 0.0));
    }

    /// The whole of what is claimed of a thousand narrow posteriors: shrunken codes are told from the prior.
    #[test]
    fn codes_that_are_too_crowded_are_told_from_the_prior() {
        let codes = normals(3000, 5);
        let crowded: Vec<[f32; 2]> = codes.iter().map(|z| z.map(|x| 0.7 * x)).collect();
        let narrow = vec![[-6.0; 2]; 3000];
        let found = Mmd::of(&Frame::PRIOR, &crowded, &narrow, 2).expect("codes");
        // N(0, v) with v = 0.49 + e^(−6) has 1/(1 + 2v) − 2/(2 + v) + ⅓.
        let v = 0.49 + (-6.0f64).exp();
        let expected = 1.0 / (1.0 + 2.0 * v) - 2.0 / (2.0 + v) + 1.0 / 3.0;
        assert!((found.squared - expected).abs() < 0.01 && found.squared > 10.0 * found.noise, "{found:?} {expected}");
        let even = Mmd::of(&Frame::PRIOR, &codes, &narrow, 2).expect("codes");
        assert!(even.squared < 4.0 * even.noise, "{even:?}");
        assert_eq!(Mmd::of(&Frame::PRIOR, &codes, &narrow, 2), Some(even));
        assert_ne!(Mmd::of(&Frame::PRIOR, &codes, &narrow, 3), Some(even));
    }

    #[test]
    fn frames_and_broken_codes() {
        let frame = Frame::diagonal([7.0, 0.0], [3.0, 0.1]);
        let there = Mmd::of(&frame, &[frame.point([2.0, 0.0]); 2], &[[2.0 * 3f32.ln(), 2.0 * 0.1f32.ln()]; 2], 1);
        let here = Mmd::of(&Frame::PRIOR, &[[2.0, 0.0]; 2], &[[0.0; 2]; 2], 1);
        assert!((there.expect("codes").squared - here.expect("codes").squared).abs() < 1e-5);
        // Points, which have no axes of their own, in a plane that is turned and scaled and a frame that is with it.
        let points = normals(200, 3);
        let turned: Vec<[f32; 2]> =
            points.iter().map(|[x, y]| [7.0 * (0.6 * x - 0.8 * y), 7.0 * (0.8 * x + 0.6 * y)]).collect();
        let [here, there] = [&points, &turned].map(|codes| {
            let mut frame = Frame::of_codes(codes).expect("codes");
            frame.centre = [0.0; 2];
            Mmd::of(&frame, codes, &[POINT; 200], 1).expect("codes").squared
        });
        assert!((here - there).abs() < 1e-5, "{here} {there}");
        assert_eq!(Mmd::of(&frame, &[[f32::NAN; 2], [0.0; 2]], &[[0.0; 2]; 2], 1), None);
        assert_eq!(Mmd::of(&frame, &[[0.0; 2]; 2], &[[f32::NAN; 2], [0.0; 2]], 1), None);
    }
}
