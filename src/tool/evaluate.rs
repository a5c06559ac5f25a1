//! How good a model is on pictures it has not seen, in nats a picture.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::recipe::ToolError;
use crate::data::entropy;
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::engine::tensors::{gather, read};
use crate::estimate::{Estimate, Surgery};
use crate::latent::amortisation;
use crate::latent::evidence::{Around, Asked, Evidence, evidence, grid};
use crate::latent::regularity::interval::{Running, Z};
use crate::latent::surgery;
use crate::nn::layout::Layout;
use crate::nn::loss::{gaussian_kl, mean};
use crate::nn::vae::Vae;
use crate::protocol::{Notice, NoticeKind};
use crate::rng::Rng;
use crate::spec::{Likelihood, ModelSpec};

/// Noise of the samples of z that the ELBO is estimated with.
const NOISE_SEED: u32 = 9;
const CHUNK: usize = 500;
/// Samples of z a picture.
const DRAWS: usize = 32;
/// The same where the ELBO is taken apart.
const ERROR_DRAWS: usize = 8;
/// Pictures whose log p(x) is computed.
pub const EXACT: usize = 1000;
/// Pictures whose gap is taken apart.
const TAKEN_APART: usize = 200;

/// Means over a test set, in nats a picture. Intervals hold 95 % and are of which pictures were drawn, and of the samples
/// of z where there are some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub reconstruction: f64,
    pub kl: f64,
    /// −(reconstruction + KL).
    pub elbo: f64,
    /// The same over the first 1000 pictures, to compare with `log_px`.
    pub elbo_first_1000: f64,
    /// log p(x) of the first 1000 pictures by quadrature over the plane.
    pub log_px_first_1000: f64,
    /// Samples of z a picture; one in cards that do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draws: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elbo_interval: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elbo_first_1000_interval: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_px_first_1000_interval: Option<[f64; 2]>,
    /// By how much the last refinement of the quadrature has moved log p(x) of a single picture, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quadrature_moved: Option<f64>,
    /// What the reconstruction error cannot fall below, see [`floor`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaps: Option<Gaps>,
}

/// Why the ELBO lies below log p(x), on one set of pictures: `gap` = `approximation` + `amortisation` = log p(x) − ELBO
/// (Cremer et al. 2018). All expectations are exact, no draws; the intervals are of which pictures were drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gaps {
    /// Which pictures.
    pub pictures: String,
    pub log_px: Estimate,
    pub elbo: Estimate,
    /// ELBO of the best Gaussian with a diagonal covariance for each picture.
    pub best_elbo: Estimate,
    pub gap: Estimate,
    /// What even the best Gaussian loses.
    pub approximation: Estimate,
    /// What the encoder's Gaussian loses beside it.
    pub amortisation: Estimate,
}

/// Measures the weights `flat` on `test`.
///
/// # Errors
/// `Learner` when the device can't be read or the spec makes no model of a plane.
pub async fn evaluate(spec: &ModelSpec, flat: &[f32], test: &ImageSet) -> Result<Metrics, ToolError> {
    let (vae, floor, test) = (model(spec, flat)?, floor(spec, test), &Set::Pictures(test.clone()));
    if spec.latent != 2 || !spec.objective.is_variational() {
        return Err(bad_spec(&"log p(x) is computed of variational models of two dimensions"));
    }
    let terms = mean_terms(&vae, test, DRAWS).await?;
    let of = |terms: &[[f64; 2]], value: fn(&[f64; 2]) -> f64| Running::of(terms.iter().map(value));
    let first = &terms[..EXACT.min(terms.len())];
    let (all, some) = (of(&terms, |t| -t[0] - t[1]), of(first, |t| -t[0] - t[1]));
    let joint = Joint { vae: &vae, set: test };
    let around = joint.encoded(first.len()).await?;
    let exact = joint.evidence(&around).await?;
    let log_px = Running::of(exact.iter().map(|evidence| evidence.log_px));
    Ok(Metrics {
        reconstruction: of(&terms, |t| t[0]).mean(),
        kl: of(&terms, |t| t[1]).mean(),
        elbo: all.mean(),
        elbo_first_1000: some.mean(),
        log_px_first_1000: log_px.mean(),
        draws: Some(DRAWS),
        elbo_interval: interval(all),
        elbo_first_1000_interval: interval(some),
        log_px_first_1000_interval: interval(log_px),
        quadrature_moved: exact.iter().map(|evidence| evidence.moved.abs()).reduce(f64::max),
        floor,
        gaps: Some(joint.gaps(&around, &exact).await?),
    })
}

fn interval(of: Running) -> Option<[f64; 2]> {
    let half = Z * of.variance_of_mean().sqrt();
    half.is_finite().then(|| [of.mean() - half, of.mean() + half])
}

/// The mean entropy of a picture's grey pixels taken as probabilities, in nats: −Σ x ln x + (1 − x) ln (1 − x). Under the
/// Bernoulli likelihood a decoder that gives every pixel its own grey still has this reconstruction error, so that errors
/// of sets with more grey look larger. Nothing under another likelihood.
pub fn floor(spec: &ModelSpec, test: &ImageSet) -> Option<f64> {
    let entropy = || entropy::mean(test.pixels(), test.format().bytes());
    (spec.likelihood == Likelihood::Bernoulli && !test.is_empty()).then(entropy)
}

/// The model with the weights `flat`, on the CPU.
///
/// # Errors
/// `Learner` when the spec makes no model.
pub fn model(spec: &ModelSpec, flat: &[f32]) -> Result<Vae, ToolError> {
    let layout = Layout::new(spec).map_err(|e| bad_spec(&e))?;
    let flat = Tensor::from_data(TensorData::new(flat.to_vec(), [flat.len()]), &Device::flex());
    Ok(Vae::from_flat(spec, &layout, &flat))
}

/// Reconstruction error and KL of each datum, in nats; the first with one sample of z, always with the same noise. What
/// encodes to points has a KL of 0 here.
///
/// # Errors
/// `Learner` when the device can't be read.
pub async fn terms(vae: &Vae, test: &Set) -> Result<Vec<[f64; 2]>, ToolError> {
    mean_terms(vae, test, 1).await
}

/// The same with the mean over so many samples of z.
///
/// # Errors
/// `Learner` when the device can't be read.
pub async fn mean_terms(vae: &Vae, test: &Set, draws: usize) -> Result<Vec<[f64; 2]>, ToolError> {
    let (device, latent) = (Device::flex(), vae.spec().latent);
    let mut rng = Rng::new(NOISE_SEED);
    let mut all = vec![[0.0; 2]; test.len()];
    for (part, all) in all.chunks_mut(CHUNK).enumerate() {
        let n = all.len();
        let x = gather(test, part * CHUNK..part * CHUNK + n, &device);
        let posterior = vae.encode(x.clone());
        for _ in 0..draws {
            let noise: Vec<f32> = (0..n * latent).map(|_| rng.normal()).collect();
            let noise = Tensor::from_data(TensorData::new(noise, [n, latent]), &device);
            let errors = vae.value_nll(posterior.reparameterise(noise), x.clone()).sum_dim(1);
            let errors = read(errors).await?;
            all.iter_mut().zip(errors).for_each(|(sum, error)| sum[0] += f64::from(error) / draws as f64);
        }
        if let Some(log_var) = posterior.log_var {
            let kl = read(gaussian_kl(posterior.mu, log_var)).await?;
            all.iter_mut().zip(kl).for_each(|(sum, kl)| sum[1] = f64::from(kl));
        }
    }
    Ok(all)
}

/// The ELBO of `set` taken apart. None where a number is not finite.
///
/// # Errors
/// `Learner` when the device can't be read.
pub async fn taken_apart(vae: &Vae, set: &Set) -> Result<Option<Surgery>, ToolError> {
    let errors: Vec<f32> = mean_terms(vae, set, ERROR_DRAWS).await?.iter().map(|terms| terms[0] as f32).collect();
    let (mut mu, mut log_var) = (Vec::new(), Vec::new());
    for start in (0..set.len()).step_by(CHUNK) {
        let posterior = vae.encode(gather(set, start..(start + CHUNK).min(set.len()), &Device::flex()));
        mu.extend(read(posterior.mu).await?);
        if let Some(found) = posterior.log_var {
            log_var.extend(read(found).await?);
        }
    }
    log_var.resize(mu.len(), f32::NEG_INFINITY);
    Ok(surgery::of(&errors, &mu, &log_var, vae.spec().latent, NOISE_SEED).filter(Surgery::is_finite))
}

/// log p(x|z) p(z) of a model with two latent dimensions and of its data, without the constants of the likelihood.
struct Joint<'a> {
    vae: &'a Vae,
    set: &'a Set,
}

impl Joint<'_> {
    async fn at(&self, asked: Vec<Asked>) -> Result<Vec<f64>, ToolError> {
        let mut values = Vec::with_capacity(asked.len());
        for part in asked.chunks(CHUNK) {
            let device = Device::flex();
            let z: Vec<f32> = part.iter().flat_map(|(_, z)| z.map(|v| v as f32)).collect();
            let z = Tensor::from_data(TensorData::new(z, [part.len(), 2]), &device);
            let x = gather(self.set, part.iter().map(|(i, _)| *i), &device);
            let nll = read(self.vae.value_nll(z, x).sum_dim(1)).await?;
            values.extend(nll.into_iter().zip(part).map(|(nll, (_, z))| log_prior(z) - f64::from(nll)));
        }
        Ok(values)
    }

    /// The encoder's Gaussians of the first `count` data.
    async fn encoded(&self, count: usize) -> Result<Vec<Around>, ToolError> {
        let posterior = self.vae.encode(gather(self.set, 0..count, &Device::flex()));
        let Some(log_var) = posterior.log_var else { return Ok(Vec::new()) };
        let (mu, log_var) = (read(posterior.mu).await?, read(log_var).await?);
        let pair = |values: &[f32]| [f64::from(values[0]), f64::from(values[1])];
        let each = mu.chunks_exact(2).zip(log_var.chunks_exact(2));
        Ok(each.map(|(mu, v)| Around { mean: pair(mu), sigma: pair(v).map(|v| (v / 2.0).exp()) }).collect())
    }

    /// log p(x) of the first data, of which `around` are the encoder's Gaussians.
    async fn evidence(&self, around: &[Around]) -> Result<Vec<Evidence>, ToolError> {
        let (first, cells) = (self.first_grid(around.len()).await?, grid().len());
        evidence(around, |i, cell| f64::from(first[i * cells + cell]), &async |asked| self.at(asked).await).await
    }

    /// All of the first `count` data at the cells of the first grid, [count, cells]: one product of matrices a part, since
    /// either log-likelihood is linear in the data but for a constant of each.
    async fn first_grid(&self, count: usize) -> Result<Vec<f32>, ToolError> {
        let (grid, spec) = (grid(), self.vae.spec());
        let x = gather(self.set, 0..count, &Device::flex());
        let mut all = vec![0.0; count * grid.len()];
        for (part, points) in grid.chunks(CHUNK).enumerate() {
            let z: Vec<f32> = points.iter().flatten().map(|&v| v as f32).collect();
            let output = self.vae.decode(Tensor::from_data(TensorData::new(z, [points.len(), 2]), &x.device()));
            let log_likelihood = match spec.likelihood {
                // Σ x·l − softplus(l).
                Likelihood::Bernoulli => {
                    let softplus = output.clone().clamp_min(0.0) + output.clone().abs().neg().exp().log1p();
                    x.clone().matmul(output.transpose()) - softplus.sum_dim(1).transpose()
                }
                // −Σ (x − m)²/2s².
                Likelihood::Gaussian { deviation } => {
                    let mean = mean(output, spec.input);
                    let squares = mean.clone().square().sum_dim(1).transpose() + x.clone().square().sum_dim(1);
                    (x.clone().matmul(mean.transpose()) - squares * 0.5) / (deviation * deviation)
                }
            };
            let values = read(log_likelihood).await?;
            for (i, row) in values.chunks_exact(points.len()).enumerate() {
                let at = i * grid.len() + part * CHUNK;
                let cells = all[at..at + points.len()].iter_mut().zip(row).zip(points);
                cells.for_each(|((cell, value), z)| *cell = value + log_prior(z) as f32);
            }
        }
        Ok(all)
    }

    async fn gaps(&self, around: &[Around], exact: &[Evidence]) -> Result<Gaps, ToolError> {
        let n = TAKEN_APART.min(exact.len());
        let (encoder, exact) = (&around[..n], &exact[..n]);
        let joint = async |asked| self.at(asked).await;
        // From the encoder's Gaussian and from the moments of the exact posterior; of a picture the better counts.
        let moments: Vec<Around> = exact.iter().map(|e| Around { mean: e.mean, sigma: e.sigma }).collect();
        let elbo = amortisation::elbos(encoder, &joint).await?;
        let mut best = elbo.clone();
        for starts in [encoder, &moments[..]] {
            let found = amortisation::best(starts, &joint).await?;
            let elbos = amortisation::elbos(&found, &joint).await?;
            best.iter_mut().zip(elbos).for_each(|(best, elbo)| *best = best.max(elbo));
        }
        let each = |of: &dyn Fn(usize) -> f64| Running::of((0..n).map(of)).estimate();
        Ok(Gaps {
            pictures: format!("the first {n} test pictures"),
            log_px: each(&|i| exact[i].log_px),
            elbo: each(&|i| elbo[i]),
            best_elbo: each(&|i| best[i]),
            gap: each(&|i| exact[i].log_px - elbo[i]),
            approximation: each(&|i| exact[i].log_px - best[i]),
            amortisation: each(&|i| best[i] - elbo[i]),
        })
    }
}

fn log_prior([a, b]: &[f64; 2]) -> f64 {
    -0.5 * (a * a + b * b) - std::f64::consts::TAU.ln()
}

fn bad_spec(detail: &dyn std::fmt::Display) -> ToolError {
    ToolError::Learner(Notice { kind: NoticeKind::BadSpec, detail: detail.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::weights;
    use crate::spec::PIXELS;
    use pollster::block_on;

    /// A small net with random weights, and a few pictures of every grey.
    fn known() -> (ModelSpec, Vec<f32>, ImageSet) {
        let spec = ModelSpec::mlp(&[16]);
        let layout = Layout::new(&spec).expect("a model");
        let mut rng = Rng::new(4);
        let pixels: Vec<u8> = (0..24 * PIXELS).map(|_| rng.below(256) as u8).collect();
        let set = ImageSet::new(pixels, vec![0; 24], vec!["grey".into()]).expect("a set");
        let flat = weights::fresh(&layout, 3).iter().map(|w| w * 1.5).collect();
        (spec, flat, set)
    }

    /// log p(x) is an expectation under the prior: twenty thousand draws of it agree with the quadrature.
    #[test]
    fn the_parts_make_the_whole_and_the_quadrature_is_an_expectation() {
        let (spec, flat, set) = known();
        let found = block_on(evaluate(&spec, &flat, &set)).expect("numbers");
        let gaps = found.gaps.clone().expect("a plane");
        let sum = gaps.approximation.value + gaps.amortisation.value;
        assert!((gaps.gap.value - sum).abs() < 1e-3 && gaps.amortisation.value >= 0.0, "{gaps:?}");
        assert!(
            (gaps.log_px.value - gaps.elbo.value - gaps.gap.value).abs() < 1e-2 && gaps.approximation.value > -0.01
        );
        assert!(found.quadrature_moved.is_some_and(|moved| moved < 0.01), "{found:?}");
        // 32 draws of z and their exact expectation.
        let [low, high] = found.elbo_first_1000_interval.expect("pictures");
        assert!(low < f64::from(gaps.elbo.value) && f64::from(gaps.elbo.value) < high, "{found:?}");

        let (vae, set) = (model(&spec, &flat).expect("a model"), Set::Pictures(set));
        let joint = Joint { vae: &vae, set: &set };
        let mut rng = Rng::new(1);
        let draws: Vec<Asked> = (0..20_000).map(|_| (0, [f64::from(rng.normal()), f64::from(rng.normal())])).collect();
        let values = block_on(joint.at(draws.clone())).expect("numbers");
        let mut sum = crate::latent::mixture::LogSum::default();
        values.iter().zip(&draws).for_each(|(value, (_, z))| sum.add(value - log_prior(z)));
        let expected = sum.value() - (draws.len() as f64).ln();
        let around = block_on(joint.encoded(1)).expect("a posterior");
        let exact = block_on(joint.evidence(&around)).expect("numbers")[0].log_px;
        assert!((exact - expected).abs() < 0.1, "{exact} {expected}");
    }

    /// Half of the pixels at ½ cost ln 2 each, ink and paper nothing.
    #[test]
    fn the_floor_of_grey() {
        let mut pixels = vec![0u8; PIXELS];
        pixels[..100].fill(255);
        pixels[100..300].fill(51);
        let set = ImageSet::new(pixels, vec![0], vec!["grey".into()]).expect("a set");
        // H(0.2) = 0.500402 nats.
        let found = floor(&ModelSpec::mlp(&[16]), &set).expect("Bernoulli");
        assert!((found - 200.0 * 0.500_402).abs() < 1e-3, "{found}");
        let gaussian = ModelSpec { likelihood: Likelihood::Gaussian { deviation: 0.3 }, ..ModelSpec::mlp(&[16]) };
        assert_eq!(floor(&gaussian, &set), None);
    }
}
