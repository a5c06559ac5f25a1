//! Points drawn at random: from the prior, from one posterior, from one class's part of the aggregated posterior.

use crate::rng::Rng;

/// `n` draws from the prior N(0, I).
pub fn prior(n: usize, rng: &mut Rng) -> Vec<[f32; 2]> {
    (0..n).map(|_| noise(rng)).collect()
}

/// `n` draws z = μ + s·σ·ε from a posterior whose spread is multiplied by s: 1 is q(z|x) itself, 0 its mean.
pub fn around(mu: [f32; 2], log_var: [f32; 2], spread: f32, n: usize, rng: &mut Rng) -> Vec<[f32; 2]> {
    (0..n).map(|_| reparameterised(mu, log_var, spread, noise(rng))).collect()
}

/// `n` draws from the class's part of the aggregated posterior, the mean of its q(z|x) (Makhzani et al. 2015,
/// arXiv:1511.05644): one of its codes at random, then a point of that code's posterior. Each with the code's index;
/// none for a class without codes.
pub fn of_class(
    mu: &[[f32; 2]],
    log_var: &[[f32; 2]],
    labels: &[u8],
    class: u8,
    n: usize,
    rng: &mut Rng,
) -> Vec<(usize, [f32; 2])> {
    let codes: Vec<usize> =
        (0..mu.len().min(log_var.len()).min(labels.len())).filter(|i| labels[*i] == class).collect();
    if codes.is_empty() {
        return Vec::new();
    }
    let draw = |_| {
        let code = codes[rng.below(codes.len())];
        (code, reparameterised(mu[code], log_var[code], 1.0, noise(rng)))
    };
    (0..n).map(draw).collect()
}

fn noise(rng: &mut Rng) -> [f32; 2] {
    [rng.normal(), rng.normal()]
}

fn reparameterised(mu: [f32; 2], log_var: [f32; 2], spread: f32, noise: [f32; 2]) -> [f32; 2] {
    [0, 1].map(|axis| mu[axis] + spread * (log_var[axis] / 2.0).exp() * noise[axis])
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 40_000;

    /// Pearson's χ² of counts against expected shares.
    fn chi_square(counts: &[usize], shares: &[f64]) -> f64 {
        let total: usize = counts.iter().sum();
        counts.iter().zip(shares).map(|(&n, p)| (n as f64 - p * total as f64).powi(2) / (p * total as f64)).sum()
    }

    /// Quartiles of N(0, 1): the four parts between −q, 0 and q are as likely.
    const QUARTILE: f32 = 0.674_489_75;

    fn quarter(x: f32) -> usize {
        [-QUARTILE, 0.0, QUARTILE].iter().filter(|edge| x > **edge).count()
    }

    #[test]
    fn the_prior_fills_its_sixteen_equal_parts_alike() {
        let mut counts = [0; 16];
        prior(DRAWS, &mut Rng::new(1)).iter().for_each(|z| counts[quarter(z[0]) * 4 + quarter(z[1])] += 1);
        // 15 degrees of freedom: above 37.7 once in a thousand.
        let chi = chi_square(&counts, &[1.0 / 16.0; 16]);
        assert!(chi < 37.7, "{chi}");
    }

    #[test]
    fn no_spread_is_the_mean_and_the_spread_is_in_sigmas() {
        let (mu, log_var) = ([0.5, -1.0], [2.0 * 0.5f32.ln(), 2.0 * 0.1f32.ln()]);
        assert!(around(mu, log_var, 0.0, 50, &mut Rng::new(2)).iter().all(|z| *z == mu));
        let draws = around(mu, log_var, 2.0, DRAWS, &mut Rng::new(2));
        let mut counts = [0; 16];
        draws.iter().for_each(|z| counts[quarter((z[0] - 0.5) / 1.0) * 4 + quarter((z[1] + 1.0) / 0.2)] += 1);
        let chi = chi_square(&counts, &[1.0 / 16.0; 16]);
        assert!(chi < 37.7, "{chi}");
    }

    /// Three codes of class 7 and one of another: a mixture of three Gaussians, each a third of the draws, and each draw
    /// a quarter of the time in each quarter of its own Gaussian.
    #[test]
    fn a_class_is_drawn_from_the_mixture_of_its_posteriors() {
        let mu = [[-2.0, 0.0], [9.0, 9.0], [0.0, 1.0], [3.0, -1.0]];
        let log_var = [[-2.0, 0.0], [0.0, 0.0], [0.5, -1.0], [-4.0, -3.0]];
        let labels = [7, 1, 7, 7];
        let draws = of_class(&mu, &log_var, &labels, 7, DRAWS, &mut Rng::new(5));
        let mut counts = [0; 48];
        for (code, z) in &draws {
            let standard = |axis: usize| (z[axis] - mu[*code][axis]) / (log_var[*code][axis] / 2.0f32).exp();
            let part = [0, usize::MAX, 1, 2][*code];
            counts[part * 16 + quarter(standard(0)) * 4 + quarter(standard(1))] += 1;
        }
        // 47 degrees of freedom: above 82.7 once in a thousand.
        let chi = chi_square(&counts, &[1.0 / 48.0; 48]);
        assert!(chi < 82.7, "{chi}");
        assert!(of_class(&mu, &log_var, &labels, 3, 10, &mut Rng::new(5)).is_empty());
    }
}
