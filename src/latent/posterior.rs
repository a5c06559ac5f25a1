//! The two Gaussians of a variational autoencoder (Kingma and Welling 2013): the encoder's posterior q(z|x), with a
//! diagonal covariance given as log σ², and the prior p(z) = N(0, I) of two dimensions.

/// The curve on which q(z|x) is e^(−½) of its peak: semi-axes of one σ along z₁ and z₂.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ellipse {
    pub centre: [f32; 2],
    /// In units of z.
    pub radii: [f32; 2],
}

/// The σ-ellipse of a posterior; nothing when a number is missing or not finite.
pub fn sigma_ellipse(mu: &[f32], log_var: &[f32]) -> Option<Ellipse> {
    let (&[m1, m2], &[v1, v2]) = (mu, log_var) else { return None };
    let ellipse = Ellipse { centre: [m1, m2], radii: [(v1 / 2.0).exp(), (v2 / 2.0).exp()] };
    ellipse.centre.iter().chain(&ellipse.radii).all(|x| x.is_finite()).then_some(ellipse)
}

/// p(z) of N(0, I) in two dimensions, per unit of area: at most 1/2π ≈ 0.159, at the origin.
pub fn prior_density(z: [f32; 2]) -> f32 {
    (-0.5 * (z[0] * z[0] + z[1] * z[1])).exp() / std::f32::consts::TAU
}

/// Share of the prior's samples that fall at least as far from the origin as `z`: |z|² is χ² with two degrees of
/// freedom, so it is e^(−|z|²/2).
pub fn prior_beyond(z: [f32; 2]) -> f32 {
    (-0.5 * (z[0] * z[0] + z[1] * z[1])).exp()
}

/// KL(N(μ, σ²) ‖ N(0, 1)) of each dimension, the mean over the posteriors, in nats (Kingma and Welling 2013, appendix B).
/// `mu` and `log_var` are [n, latent]. Empty where there is nothing finite to say: for points, which have no width.
pub fn kl_by_dimension(mu: &[f32], log_var: &[f32], latent: usize) -> Vec<f32> {
    let n = mu.len() / latent.max(1);
    let mut sums = vec![0.0f64; latent];
    for (m, v) in mu.chunks_exact(latent.max(1)).zip(log_var.chunks_exact(latent.max(1))) {
        for ((sum, m), v) in sums.iter_mut().zip(m).zip(v) {
            *sum += 0.5 * (f64::from(*m).powi(2) + f64::from(*v).exp() - f64::from(*v) - 1.0);
        }
    }
    let means: Vec<f32> = sums.iter().map(|sum| (sum / n.max(1) as f64) as f32).collect();
    if n > 0 && means.iter().all(|kl| kl.is_finite()) { means } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ellipse_has_the_standard_deviations_for_axes() {
        let e = sigma_ellipse(&[0.5, -1.0], &[0.0, 2.0 * 0.25f32.ln()]).expect("two finite numbers each");
        assert_eq!(e.centre, [0.5, -1.0]);
        assert!((e.radii[0] - 1.0).abs() < 1e-6 && (e.radii[1] - 0.25).abs() < 1e-6, "{e:?}");
    }

    #[test]
    fn each_dimension_pays_for_itself() {
        // The second dimension is the prior in both; the first is N(2, 1) and N(0, 1).
        let kl = kl_by_dimension(&[2.0, 0.0, 0.0, 0.0], &[0.0; 4], 2);
        assert_eq!(kl, [1.0, 0.0]);
        let narrow = kl_by_dimension(&[0.0], &[-2.0], 1);
        assert!((narrow[0] - 0.5 * ((-2.0f32).exp() + 2.0 - 1.0)).abs() < 1e-6);
        assert!(kl_by_dimension(&[1.0], &[f32::NEG_INFINITY], 1).is_empty(), "a point is infinitely far");
        assert!(kl_by_dimension(&[], &[], 2).is_empty());
    }

    #[test]
    fn a_posterior_of_another_shape_has_no_ellipse() {
        assert_eq!(sigma_ellipse(&[0.0], &[0.0]), None);
        assert_eq!(sigma_ellipse(&[0.0, f32::NAN], &[0.0, 0.0]), None);
        assert_eq!(sigma_ellipse(&[0.0, 0.0], &[0.0, 400.0]), None);
    }

    /// The midpoint rule over ±6 on a grid of 0.05.
    #[test]
    fn the_prior_integrates_to_one() {
        let at = |i: i32| -6.0 + (i as f32 + 0.5) * 0.05;
        let sum: f32 = (0..240).flat_map(|i| (0..240).map(move |j| prior_density([at(i), at(j)]))).sum();
        assert!((sum * 0.05 * 0.05 - 1.0).abs() < 1e-3, "{sum}");
    }

    /// Against the share of seeded normal pairs.
    #[test]
    fn the_tail_is_the_share_of_samples_outside() {
        let mut rng = crate::rng::Rng::new(3);
        let z = [1.2f32, -0.9];
        let outside = (0..40_000).filter(|_| rng.normal().hypot(rng.normal()) >= z[0].hypot(z[1])).count();
        assert!((outside as f32 / 40_000.0 - prior_beyond(z)).abs() < 0.01);
    }
}
