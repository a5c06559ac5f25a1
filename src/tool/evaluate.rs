//! How good a model is on pictures it has not seen, in nats a picture.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::recipe::ToolError;
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::engine::burn_learner::{gather, read};
use crate::nn::layout::Layout;
use crate::nn::vae::{Batch, Vae};
use crate::protocol::{Notice, NoticeKind};
use crate::rng::Rng;
use crate::spec::ModelSpec;

/// Noise of the one sample of z a picture that the ELBO is estimated with.
const NOISE_SEED: u32 = 9;
const CHUNK: usize = 500;
/// The grid over the plane: 200 by 200 cells over ±5. The prior has 10⁻⁶ of its mass outside.
const GRID: usize = 200;
const REACH: f64 = 5.0;
/// Pictures whose log p(x) is computed.
pub const EXACT: usize = 1000;

/// Means over a test set, in nats a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub reconstruction: f64,
    pub kl: f64,
    /// −(reconstruction + KL), with one sample of z a picture.
    pub elbo: f64,
    /// The same over the first 1000 pictures, to compare with `log_px`.
    pub elbo_first_1000: f64,
    /// log p(x) of the first 1000 pictures by quadrature over the plane.
    pub log_px_first_1000: f64,
}

/// Measures the weights `flat` on `test`.
///
/// # Errors
/// `Learner` when the device can't be read or the spec makes no model.
pub async fn evaluate(spec: &ModelSpec, flat: &[f32], test: &ImageSet) -> Result<Metrics, ToolError> {
    let (vae, test) = (model(spec, flat)?, &Set::Pictures(test.clone()));
    let terms = terms(&vae, test).await?;
    let mean =
        |values: &[[f64; 2]], of: fn(&[f64; 2]) -> f64| values.iter().map(of).sum::<f64>() / values.len().max(1) as f64;
    let first = &terms[..EXACT.min(terms.len())];
    Ok(Metrics {
        reconstruction: mean(&terms, |t| t[0]),
        kl: mean(&terms, |t| t[1]),
        elbo: -mean(&terms, |t| t[0] + t[1]),
        elbo_first_1000: -mean(first, |t| t[0] + t[1]),
        log_px_first_1000: log_px(&vae, &gather(test, 0..first.len(), &Device::flex())).await?,
    })
}

/// The model with the weights `flat`, on the CPU.
///
/// # Errors
/// `Learner` when the spec makes no model.
pub fn model(spec: &ModelSpec, flat: &[f32]) -> Result<Vae, ToolError> {
    let layout = Layout::new(spec).map_err(|e| Notice { kind: NoticeKind::BadSpec, detail: e.to_string() })?;
    let flat = Tensor::from_data(TensorData::new(flat.to_vec(), [flat.len()]), &Device::flex());
    Ok(Vae::from_flat(spec, &layout, &flat))
}

/// Reconstruction error and KL of each datum, in nats; the first with one sample of z, always with the same noise. What
/// encodes to points has a KL of 0 here.
///
/// # Errors
/// `Learner` when the device can't be read.
pub async fn terms(vae: &Vae, test: &Set) -> Result<Vec<[f64; 2]>, ToolError> {
    let (device, latent) = (Device::flex(), vae.spec().latent);
    let mut rng = Rng::new(NOISE_SEED);
    let mut terms = Vec::with_capacity(test.len());
    for start in (0..test.len()).step_by(CHUNK) {
        let n = CHUNK.min(test.len() - start);
        let noise: Vec<f32> = (0..n * latent).map(|_| rng.normal()).collect();
        let noise = Tensor::from_data(TensorData::new(noise, [n, latent]), &device);
        let [reconstruction, kl] = vae.elbo_terms(&Batch::clean(gather(test, start..start + n, &device), noise));
        let (reconstruction, kl) = (read(reconstruction).await?, read(kl).await?);
        terms.extend(reconstruction.into_iter().zip(kl).map(|(r, k)| [f64::from(r), f64::from(k)]));
    }
    Ok(terms)
}

/// Mean of log p(x) = log ∫ p(x|z) p(z) dz over `x` [n, pixels], by the midpoint rule on a grid: the plane has two
/// dimensions, so that no bound is needed.
async fn log_px(vae: &Vae, x: &Tensor<2>) -> Result<f64, ToolError> {
    let n = x.dims()[0];
    let cell = 2.0 * REACH / GRID as f64;
    let at = |i: usize| -REACH + (i as f64 + 0.5) * cell;
    let points: Vec<[f64; 2]> = (0..GRID * GRID).map(|i| [at(i % GRID), at(i / GRID)]).collect();
    // log Σ exp, kept as (largest, sum of exp relative to it), a pair a picture.
    let mut sums = vec![(f64::NEG_INFINITY, 0.0f64); n];
    for part in points.chunks(CHUNK) {
        let z: Vec<f32> = part.iter().flatten().map(|&v| v as f32).collect();
        let logits = vae.decode(Tensor::from_data(TensorData::new(z, [part.len(), 2]), &x.device()));
        // log p(x|z) = Σ x·l − softplus(l).
        let softplus = logits.clone().clamp_min(0.0) + logits.clone().abs().neg().exp().log1p();
        let log_likelihood = x.clone().matmul(logits.transpose()) - softplus.sum_dim(1).transpose();
        let log_likelihood = read(log_likelihood).await?;
        for (sum, row) in sums.iter_mut().zip(log_likelihood.chunks_exact(part.len())) {
            for (&l, [a, b]) in row.iter().zip(part) {
                let log_prior = -0.5 * (a * a + b * b) - std::f64::consts::TAU.ln();
                add_log(sum, f64::from(l) + log_prior);
            }
        }
    }
    Ok(sums.iter().map(|(top, sum)| top + sum.ln() + 2.0 * cell.ln()).sum::<f64>() / n.max(1) as f64)
}

fn add_log((top, sum): &mut (f64, f64), value: f64) {
    if value > *top {
        *sum = *sum * (*top - value).exp() + 1.0;
        *top = value;
    } else {
        *sum += (value - *top).exp();
    }
}
