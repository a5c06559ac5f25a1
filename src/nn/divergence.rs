//! How far apart the likelihoods at two points of the latent space are: KL(p(x|a) ‖ p(x|b)) in closed form. The Fisher metric
//! of [`super::pullback`] is half of its second derivative; over a step of any length this is the number itself.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, sigmoid};

use super::loss::mean;
use super::vae::Vae;
use crate::spec::Likelihood;

/// KL(p(x|a) ‖ p(x|b)) of each pair of points, [n, latent] each; in nats, [n].
pub fn divergence(model: &Vae, a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    let (spec, [n, _]) = (model.spec(), a.dims());
    let output = model.decode(Tensor::cat(vec![a, b], 0));
    let [a, b] = [0, 1].map(|half| output.clone().slice(half * n..(half + 1) * n));
    let of_values = match spec.likelihood {
        Likelihood::Bernoulli => bernoulli(a, b),
        Likelihood::Gaussian { deviation } => {
            (mean(a, spec.input) - mean(b, spec.input)).square() * (0.5 / (deviation * deviation))
        }
    };
    of_values.sum_dim(1).squeeze_dim(1)
}

/// Of Bernoulli pixels by their logits l and m, with p = σ(l): p·(log σ(l) − log σ(m)) + (1 − p)·(log σ(−l) − log σ(−m)), in
/// which no logarithm is of a number that was rounded to 0.
fn bernoulli(l: Tensor<2>, m: Tensor<2>) -> Tensor<2> {
    let p = sigmoid(l.clone());
    let on = log_sigmoid(l.clone()) - log_sigmoid(m.clone());
    let off = log_sigmoid(-l) - log_sigmoid(-m);
    on * p.clone() + off * (-p + 1.0)
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::super::layout::Layout;
    use super::super::pullback::pull_back;
    use super::super::weights;
    use super::*;
    use crate::spec::{Input, ModelSpec};

    fn numbers<const D: usize>(t: Tensor<D>) -> Vec<f32> {
        pollster::block_on(t.into_data_async()).unwrap().try_to_vec::<f32>().unwrap()
    }

    fn model(spec: &ModelSpec, times: f32) -> Vae {
        let layout = Layout::new(spec).unwrap();
        let flat: Vec<f32> = weights::fresh(&layout, 7).into_iter().map(|w| w * times).collect();
        let tensor = Tensor::from_data(TensorData::new(flat.clone(), [flat.len()]), &Device::flex());
        Vae::from_flat(spec, &layout, &tensor)
    }

    #[test]
    fn of_bernoulli_pixels_by_hand() {
        let device = Device::flex();
        let row = |values: [f32; 4]| Tensor::<2>::from_floats([values], &device);
        // p = ½ against ¼, the same, sure and right, sure and wrong by 50 nats.
        let found = numbers(bernoulli(row([0.0, 1.3, 60.0, 50.0]), row([-(3f32.ln()), 1.3, 80.0, -50.0])));
        let by_hand = 0.5 * 2f32.ln() + 0.5 * (0.5f32 / 0.75).ln();
        assert!((found[0] - by_hand).abs() < 1e-6 && found[1].abs() < 1e-7 && found[2].abs() < 1e-6, "{found:?}");
        assert!((found[3] - 50.0).abs() < 1e-3, "{found:?}");
    }

    /// Both decodings as numbers, and the sum over values in 64 bits.
    #[test]
    fn over_a_step_of_any_length_it_is_the_sum_over_the_values() {
        let device = Device::flex();
        let pixels = ModelSpec::mlp(&[16]);
        let points = ModelSpec {
            input: Input::Point,
            likelihood: Likelihood::Gaussian { deviation: 0.5 },
            ..ModelSpec::mlp(&[16])
        };
        for spec in [pixels, points] {
            let model = model(&spec, 4.0);
            let z = |values: [[f32; 2]; 2]| Tensor::<2>::from_floats(values, &device);
            let (a, b) = (z([[0.3, -0.2], [1.5, 0.5]]), z([[0.5, 0.4], [-0.5, 0.4]]));
            let found = numbers(divergence(&model, a.clone(), b.clone()));
            let [x, y] = [a, b].map(|z| numbers(model.decoded(z)));
            let width = spec.input.width();
            let each = |(p, q): (&f32, &f32)| {
                let (p, q) = (f64::from(*p), f64::from(*q));
                match spec.likelihood {
                    Likelihood::Bernoulli => p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln(),
                    Likelihood::Gaussian { .. } => (p - q).powi(2) / 0.5,
                }
            };
            for row in 0..2 {
                let part = row * width..(row + 1) * width;
                let wanted: f64 = x[part.clone()].iter().zip(&y[part]).map(each).sum();
                assert!((f64::from(found[row]) - wanted).abs() < 1e-3 * wanted + 1e-4, "{found:?} {wanted}");
            }
        }
    }

    /// Of a linear map to sure pixels the quadratic is far off, and over a short step it is right.
    #[test]
    fn the_fisher_metric_is_its_second_order_and_no_more() {
        let device = Device::flex();
        let model = model(&ModelSpec::mlp(&[]), 40.0);
        let z = Tensor::<2>::from_floats([[0.4f32, 0.1]], &device);
        let metric = numbers(pull_back(&model, z.clone(), [0, 1], [1.0 / 64.0; 2]).metric);
        let over = |step: f32| {
            let there = z.clone() + Tensor::<2>::from_floats([[step, 0.0]], &device);
            (numbers(divergence(&model, z.clone(), there))[0], 0.5 * metric[3] * step * step)
        };
        let (short, quadratic) = over(0.02);
        assert!((short / quadratic - 1.0).abs() < 0.06, "{short} {quadratic}");
        let (long, quadratic) = over(0.6);
        assert!(quadratic > 1.5 * long, "{long} {quadratic}");
    }
}
