//! The metric that a decoder pulls back from the space of data into the latent space, G(z) = J(z)ᵀ J(z) with J = ∂x̂/∂z
//! (Arvanitidis, Hansen and Hauberg 2018, arXiv:1710.11379; Shao, Kumar and Fletcher 2018, arXiv:1711.08014), and the
//! same in the Fisher metric of the likelihood, in which a step of length s costs s²/2 nats of KL divergence.

use burn::tensor::{Tensor, TensorData};

use super::loss::mean;
use super::vae::Vae;
use crate::spec::Likelihood;

/// What a decoder does around points.
pub struct PullBack {
    /// The decodings, [n, width].
    pub decoded: Tensor<2>,
    /// g₁₁ g₁₂ g₂₂, in mean squared change of a datum's values for a unit of z, so that a picture of more pixels is not steeper
    /// for that; then the same three in the Fisher metric, of the whole datum; [n, 6].
    pub metric: Tensor<2>,
}

/// By central differences along two axes of the latent space, from z − `step` to z + `step` along each, in units of z; `z`
/// is [n, latent]. Where the two axes are one, as on a line, the second adds nothing. A step that is a share of the codes' σ
/// gives the same slopes per σ in a space that is the same but for its scale.
pub fn pull_back(model: &Vae, z: Tensor<2>, [a, b]: [usize; 2], step: [f32; 2]) -> PullBack {
    let [n, latent] = z.dims();
    let shifted = |axis: usize, by: f32| {
        let mut shift = vec![0.0; latent];
        shift[axis] = by;
        z.clone() + Tensor::<2>::from_data(TensorData::new(shift, [1, latent]), &z.device())
    };
    let [s, t] = step;
    let around = vec![z.clone(), shifted(a, s), shifted(a, -s), shifted(b, t), shifted(b, -t)];
    let output = model.decode(Tensor::cat(around, 0));
    let part = |i: usize| output.clone().slice(i * n..(i + 1) * n);
    let (input, likelihood) = (model.spec().input, model.spec().likelihood);

    let slope = |plus: Tensor<2>, minus: Tensor<2>, step: f32| (plus - minus) / (2.0 * step);
    let of_mean = |i: usize, step: f32| slope(mean(part(i), input), mean(part(i + 1), input), step);
    let change = products(of_mean(1, s), of_mean(3, t), a == b);
    let fisher = match likelihood {
        // Of a Bernoulli pixel with logit l and probability p: p·(1 − p)·(∂l)².
        Likelihood::Bernoulli => {
            let p = mean(part(0), input);
            let root = (p.clone() * (-p + 1.0)).sqrt();
            let of_output = |i: usize, step: f32| slope(part(i), part(i + 1), step) * root.clone();
            products(of_output(1, s), of_output(3, t), a == b)
        }
        // Of a normal value: (∂x̂)² / deviation².
        Likelihood::Gaussian { deviation } => change.clone() / (deviation * deviation),
    };
    let pixels = change / input.width() as f32;
    PullBack { decoded: mean(part(0), input), metric: Tensor::cat(vec![pixels, fisher], 1) }
}

/// Σ u·u, Σ u·v and Σ v·v over the values of each datum; [n, 3] of [n, width]. Only the first where v is u again.
fn products(u: Tensor<2>, v: Tensor<2>, same: bool) -> Tensor<2> {
    let dot = |u: &Tensor<2>, v: &Tensor<2>| (u.clone() * v.clone()).sum_dim(1);
    let (uu, uv, vv) = (dot(&u, &u), dot(&u, &v), dot(&v, &v));
    if same { Tensor::cat(vec![uu, uv * 0.0, vv * 0.0], 1) } else { Tensor::cat(vec![uu, uv, vv], 1) }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nn::layout::Layout;
    use crate::nn::weights;
    use crate::spec::{Format, Input, ModelSpec};

    fn numbers(t: Tensor<2>) -> Vec<f32> {
        pollster::block_on(t.into_data_async()).unwrap().try_to_vec::<f32>().unwrap()
    }

    /// A model whose weights are those of a seed, its decoder's last weights [in, out] and biases, and the metric at z.
    fn at(spec: &ModelSpec, z: [f32; 2]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let layout = Layout::new(spec).unwrap();
        let flat = weights::fresh(&layout, 7);
        let device = Device::flex();
        let tensor = Tensor::from_data(TensorData::new(flat.clone(), [flat.len()]), &device);
        let model = Vae::from_flat(spec, &layout, &tensor);
        let back = pull_back(&model, Tensor::from_floats([z], &device), [0, 1], [1.0 / 64.0; 2]);
        let of = |name: &str| flat[layout.parameters.iter().find(|p| p.name == name).unwrap().range()].to_vec();
        (of("decoder.0.weight"), of("decoder.0.bias"), numbers(back.metric))
    }

    fn close(found: &[f32], wanted: &[f64], within: f64) {
        for (f, w) in found.iter().zip(wanted) {
            assert!((f64::from(*f) - w).abs() <= within * wanted[0].abs(), "{found:?} {wanted:?}");
        }
    }

    /// A decoder of one linear layer: its slopes are its weights, wherever one stands.
    #[test]
    fn a_linear_decoder_has_its_weights_for_slopes() {
        let gaussian = Likelihood::Gaussian { deviation: 0.5 };
        let spec = ModelSpec { input: Input::Point, likelihood: gaussian, ..ModelSpec::mlp(&[]) };
        for z in [[0.0, 0.0], [1.5, -2.0]] {
            let (w, _, metric) = at(&spec, z);
            let dot =
                |i: usize, j: usize| (0..2).map(|k| f64::from(w[i * 2 + k]) * f64::from(w[j * 2 + k])).sum::<f64>();
            let change = [dot(0, 0), dot(0, 1), dot(1, 1)];
            // Two values, and a deviation of ½.
            close(&metric[..3], &change.map(|g| g / 2.0), 1e-4);
            close(&metric[3..], &change.map(|g| g * 4.0), 1e-4);
        }
    }

    /// Logits that are linear in z: ∂x̂ = p·(1 − p)·w, and Fisher's Σ p·(1 − p)·w·w.
    #[test]
    fn a_linear_map_to_logits_has_the_known_metric_in_both() {
        let z = [0.7f32, -0.4];
        let (w, bias, metric) = at(&ModelSpec::mlp(&[]), z);
        let width = bias.len();
        let (mut pixels, mut fisher) = ([0.0f64; 3], [0.0f64; 3]);
        for k in 0..width {
            let (u, v) = (f64::from(w[k]), f64::from(w[width + k]));
            let l = f64::from(z[0]) * u + f64::from(z[1]) * v + f64::from(bias[k]);
            let p = 1.0 / (1.0 + (-l).exp());
            let of = p * (1.0 - p);
            for (i, product) in [u * u, u * v, v * v].into_iter().enumerate() {
                pixels[i] += of * of * product;
                fisher[i] += of * product;
            }
        }
        close(&metric[..3], &pixels.map(|g| g / width as f64), 1e-3);
        close(&metric[3..], &fisher, 1e-3);
    }

    /// The same picture on twice as fine a grid, each pixel four times: neither the change a value nor what is steep in it
    /// changes, while the likelihood has four times as many pixels to tell by.
    #[test]
    fn a_picture_of_more_pixels_is_not_steeper() {
        let [small, large] = [32, 64]
            .map(|side| ModelSpec { input: Input::Picture(Format { side, ..Format::GREY_28 }), ..ModelSpec::mlp(&[]) });
        let layouts = [&small, &large].map(|spec| Layout::new(spec).unwrap());
        let device = Device::flex();
        let metric = |spec: &ModelSpec, layout: &Layout, flat: Vec<f32>| {
            let len = flat.len();
            let model = Vae::from_flat(spec, layout, &Tensor::from_data(TensorData::new(flat, [len]), &device));
            numbers(pull_back(&model, Tensor::from_floats([[0.7, -0.4]], &device), [0, 1], [1.0 / 256.0; 2]).metric)
        };
        let fine = weights::fresh(&layouts[0], 3);
        let mut finer = vec![0.0; layouts[1].len()];
        for (a, b) in
            layouts[0].parameters.iter().zip(&layouts[1].parameters).filter(|(a, _)| a.name.starts_with("decoder"))
        {
            let (from, to) = (&fine[a.range()], &mut finer[b.range()]);
            for (row, to) in from.chunks_exact(32 * 32).zip(to.chunks_exact_mut(64 * 64)) {
                to.iter_mut().enumerate().for_each(|(i, to)| *to = row[i / 128 * 32 + i % 64 / 2]);
            }
        }
        let [a, b] = [metric(&small, &layouts[0], fine), metric(&large, &layouts[1], finer)];
        close(&b[..3], &[a[0], a[1], a[2]].map(f64::from), 1e-4);
        close(&b[3..], &[a[3], a[4], a[5]].map(|g| 4.0 * f64::from(g)), 1e-4);
    }
}
