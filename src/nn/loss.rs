//! The two terms of the negative evidence lower bound (Kingma and Welling 2013, arXiv:1312.6114), in nats a picture.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

/// −log p(x|z) of Bernoulli pixels, given their logits: Σ over pixels of softplus(l) − x·l, written with burn's
/// log σ(l) = l − softplus(l), which does not overflow and whose gradient is right at l = 0 too, where many logits of
/// an untrained convolution are.
///
/// `logits` and `x` are [n, pixels], `x` in 0..1; gives [n].
pub fn bernoulli_nll(logits: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
    pixel_nll(logits, x).sum_dim(1).squeeze_dim(1)
}

/// −Σ w·log p(x|z) − log p(z) without its constant, in nats: where it is least is the most probable z (MAP) for the
/// pixels that count. With the prior N(0, I) the second term is |z|²/2.
///
/// `logits` [n, pixels] are the decodings of `z` [n, latent]; `x` and `weights` in 0..1 are [1, pixels] or a row for
/// each; gives [n].
pub fn weighted_neg_log_joint(logits: Tensor<2>, z: Tensor<2>, x: Tensor<2>, weights: Tensor<2>) -> Tensor<1> {
    let reconstruction = (pixel_nll(logits, x) * weights).sum_dim(1);
    (reconstruction + z.square().sum_dim(1) * 0.5).squeeze_dim(1)
}

/// −log p(x|z) of each pixel, [n, pixels].
fn pixel_nll(logits: Tensor<2>, x: Tensor<2>) -> Tensor<2> {
    let log_on = log_sigmoid(logits.clone());
    logits * (-x + 1.0) - log_on
}

/// KL(N(μ, σ²) ‖ N(0, I)) in closed form (Kingma and Welling 2013, appendix B): −½ Σ (1 + log σ² − μ² − σ²).
///
/// `mu` and `log_var` are [n, latent]; gives [n].
pub fn gaussian_kl(mu: Tensor<2>, log_var: Tensor<2>) -> Tensor<1> {
    (mu.square() + log_var.clone().exp() - log_var - 1.0).sum_dim(1).squeeze_dim(1) * 0.5
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use burn::tensor::Device;

    fn scalar(t: Tensor<1>) -> f32 {
        pollster::block_on(t.into_data_async()).unwrap().try_to_vec::<f32>().unwrap()[0]
    }

    #[test]
    fn kl_agrees_with_a_monte_carlo_estimate() {
        let device = Device::flex();
        let (mu, log_var) = ([0.8f32, -1.3], [-1.0f32, 0.4]);
        let closed = scalar(gaussian_kl(Tensor::from_floats([mu], &device), Tensor::from_floats([log_var], &device)));
        // E_q[log q(z) − log p(z)], the normalising constants cancel.
        let mut rng = Rng::new(3);
        let draws = 400_000;
        let sum: f64 = (0..draws)
            .map(|_| {
                (0..2)
                    .map(|k| {
                        let eps = f64::from(rng.normal());
                        let z = f64::from(mu[k]) + (f64::from(log_var[k]) / 2.0).exp() * eps;
                        0.5 * (z * z - eps * eps - f64::from(log_var[k]))
                    })
                    .sum::<f64>()
            })
            .sum();
        assert!(
            (f64::from(closed) - sum / f64::from(draws)).abs() < 0.01,
            "{closed} against {}",
            sum / f64::from(draws)
        );
    }

    #[test]
    fn kl_of_the_prior_is_zero() {
        let device = Device::flex();
        assert_eq!(scalar(gaussian_kl(Tensor::zeros([1, 2], &device), Tensor::zeros([1, 2], &device))), 0.0);
    }

    #[test]
    fn the_joint_counts_each_pixel_by_its_weight() {
        let device = Device::flex();
        let nll = scalar(weighted_neg_log_joint(
            Tensor::from_floats([[0.0f32, 40.0, -3.0]], &device),
            Tensor::from_floats([[3.0f32, -4.0]], &device),
            Tensor::from_floats([[1.0f32, 0.0, 0.25]], &device),
            Tensor::from_floats([[0.5f32, 0.0, 1.0]], &device),
        ));
        // Half of ln 2, nothing of a pixel that is wrong by 40 nats, softplus(−3) + 0.25·3, and 25 / 2.
        let expected = 0.5 * 2f32.ln() + (1.0 + (-3f32).exp()).ln() + 0.75 + 12.5;
        assert!((nll - expected).abs() < 1e-5, "{nll} against {expected}");
    }

    #[test]
    fn likelihood_survives_extreme_logits() {
        let device = Device::flex();
        let nll = scalar(bernoulli_nll(
            Tensor::from_floats([[200.0f32, -200.0, 0.0]], &device),
            Tensor::from_floats([[1.0f32, 0.0, 1.0]], &device),
        ));
        assert!((nll - 2f32.ln()).abs() < 1e-6, "{nll}");
        let wrong = scalar(bernoulli_nll(Tensor::from_floats([[200.0f32]], &device), Tensor::zeros([1, 1], &device)));
        assert_eq!(wrong, 200.0);
    }
}
