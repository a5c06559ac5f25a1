//! What training makes small, in nats a datum: the reconstruction error under a likelihood, and penalties on the codes.
//! For a variational autoencoder the two are the terms of the negative evidence lower bound (Kingma and Welling 2013,
//! arXiv:1312.6114).

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, sigmoid};

use crate::spec::{Input, Likelihood};

/// Mean activities of logistic units are kept so far from 0 and 1, where the penalty is infinite.
const ACTIVE: f32 = 1e-6;

/// −log p(x|z) of each value, [n, width], without the constants that no parameter moves. `output` is what the decoder
/// gives, before [`mean`].
pub fn value_nll(output: Tensor<2>, x: Tensor<2>, likelihood: Likelihood, input: Input) -> Tensor<2> {
    match likelihood {
        Likelihood::Bernoulli => pixel_nll(output, x),
        Likelihood::Gaussian { deviation } => (mean(output, input) - x).square() * (0.5 / (deviation * deviation)),
    }
}

/// The constants that [`value_nll`] leaves out, in nats a datum of `width` values: of a normal density ln(deviation·√2π)
/// each, which is below 0 for a narrow one; of Bernoulli pixels nothing.
pub fn constant(likelihood: Likelihood, width: usize) -> f32 {
    match likelihood {
        Likelihood::Bernoulli => 0.0,
        Likelihood::Gaussian { deviation } => width as f32 * (deviation * std::f32::consts::TAU.sqrt()).ln(),
    }
}

/// The decoding of a datum: for pictures in 0..1.
pub fn mean(output: Tensor<2>, input: Input) -> Tensor<2> {
    match input {
        Input::Picture(_) => sigmoid(output),
        Input::Point => output,
    }
}

/// Σ over units of KL(ρ ‖ ρ̂), with ρ̂ a logistic unit's mean over the batch (Ng 2011, "Sparse autoencoder", CS294A
/// lecture notes). `z` is [n, latent] in 0..1; gives [1].
pub fn activity_kl(z: Tensor<2>, target: f32) -> Tensor<1> {
    let active = z.mean_dim(0).clamp(ACTIVE, 1.0 - ACTIVE);
    let on = (active.clone().log() - target.ln()) * -target;
    let off = ((-active + 1.0).log() - (1.0 - target).ln()) * (target - 1.0);
    (on + off).sum()
}

/// −Σ w·log p(x|z) − log p(z) without its constant, in nats: where it is least is the most probable z (MAP) for the
/// pixels that count. With the prior N(0, I) the second term is |z|²/2.
///
/// `pixel_nll` [n, pixels] is −log p of each pixel under the decodings of `z` [n, latent]; `weights` in 0..1 are
/// [1, pixels] or a row for each; gives [n].
pub fn weighted_neg_log_joint(pixel_nll: Tensor<2>, z: Tensor<2>, weights: Tensor<2>) -> Tensor<1> {
    let reconstruction = (pixel_nll * weights).sum_dim(1);
    (reconstruction + z.square().sum_dim(1) * 0.5).squeeze_dim(1)
}

/// −log p(x|z) of Bernoulli pixels, given their logits: softplus(l) − x·l, written with burn's log σ(l) = l − softplus(l),
/// which does not overflow and whose gradient is right at l = 0 too, where many logits of an untrained convolution are.
/// `x` in 0..1; [n, pixels] all.
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
        let row = |values: [f32; 3]| Tensor::<2>::from_floats([values], &device);
        let nll = scalar(weighted_neg_log_joint(
            pixel_nll(row([0.0, 40.0, -3.0]), row([1.0, 0.0, 0.25])),
            Tensor::from_floats([[3.0f32, -4.0]], &device),
            row([0.5, 0.0, 1.0]),
        ));
        // Half of ln 2, nothing of a pixel that is wrong by 40 nats, softplus(−3) + 0.25·3, and 25 / 2.
        let expected = 0.5 * 2f32.ln() + (1.0 + (-3f32).exp()).ln() + 0.75 + 12.5;
        assert!((nll - expected).abs() < 1e-5, "{nll} against {expected}");
    }

    #[test]
    fn units_as_active_as_they_should_be_cost_nothing_and_others_the_bernoulli_kl() {
        let device = Device::flex();
        let kl = |rows: [[f32; 2]; 2]| scalar(activity_kl(Tensor::from_floats(rows, &device), 0.1));
        assert!(kl([[0.2, 0.05], [0.0, 0.15]]).abs() < 1e-6, "means of 0.1");
        // The second unit is on half of the time: 0.1·ln(0.1 / 0.5) + 0.9·ln(0.9 / 0.5).
        assert!((kl([[0.1, 1.0], [0.1, 0.0]]) - (0.1 * 0.2f32.ln() + 0.9 * 1.8f32.ln())).abs() < 1e-6);
        assert!(kl([[0.0, 1.0], [0.0, 1.0]]).is_finite());
    }

    #[test]
    fn a_gaussian_counts_squares_in_deviations() {
        let device = Device::flex();
        let value = |output: f32, x: f32, input: Input| {
            let (output, x) = (Tensor::from_floats([[output]], &device), Tensor::from_floats([[x]], &device));
            scalar(value_nll(output, x, Likelihood::Gaussian { deviation: 0.5 }, input).sum())
        };
        assert!((value(3.0, 1.0, Input::Point) - 8.0).abs() < 1e-6, "four deviations: 16 / 2");
        assert!((value(0.0, 1.0, Input::default()) - 0.5).abs() < 1e-6, "the mean is 0.5");
    }

    /// A normal density in 2 deviations' distance, by the formula: 2² / 2 + ln(σ·√2π).
    #[test]
    fn with_its_constant_a_gaussian_is_the_normal_density() {
        let likelihood = Likelihood::Gaussian { deviation: 0.5 };
        let device = Device::flex();
        let (output, x) = (Tensor::from_floats([[3.0f32]], &device), Tensor::from_floats([[2.0f32]], &device));
        let nll = scalar(value_nll(output, x, likelihood, Input::Point).sum()) + constant(likelihood, 1);
        let density = (-2.0f64).exp() / (0.5 * std::f64::consts::TAU.sqrt());
        assert!((f64::from(nll) + density.ln()).abs() < 1e-6, "{nll}");
        assert!((constant(likelihood, 784) / constant(likelihood, 1) - 784.0).abs() < 1e-3);
        assert_eq!(constant(Likelihood::Bernoulli, 784), 0.0);
    }

    #[test]
    fn likelihood_survives_extreme_logits() {
        let device = Device::flex();
        let nll = scalar(
            pixel_nll(
                Tensor::from_floats([[200.0f32, -200.0, 0.0]], &device),
                Tensor::from_floats([[1.0f32, 0.0, 1.0]], &device),
            )
            .sum(),
        );
        assert!((nll - 2f32.ln()).abs() < 1e-6, "{nll}");
        let wrong = scalar(pixel_nll(Tensor::from_floats([[200.0f32]], &device), Tensor::zeros([1, 1], &device)).sum());
        assert_eq!(wrong, 200.0);
    }
}
