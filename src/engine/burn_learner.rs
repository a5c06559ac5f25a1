//! The learner that computes with burn, on whatever device it is given.

use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::learner::{Codes, Encoded, Learner, Painting, Slopes};
use crate::data::digits;
use crate::data::image_set::ImageSet;
use crate::nn::layout::{Layout, SpecError};
use crate::nn::loss::weighted_neg_log_joint;
use crate::nn::vae::Vae;
use crate::nn::weights::{self, WeightsError};
use crate::protocol::{DeviceInfo, DeviceKind, Notice, NoticeKind, StepLoss};
use crate::rng::Rng;
use crate::spec::{DataSpec, ModelSpec, PIXELS, RunSpec, TrainingSpec};
use crate::train::{Saved, Trainer};

/// Pictures or points that go through the network at once when it is only asked, so that memory stays bounded.
const CHUNK: usize = 500;
/// Held-out pictures of a run on generated data.
const HELD_OUT: usize = 2000;
/// Largest batch and longest run that a spec may ask for.
const BATCH_LIMIT: usize = 4096;
const DATA_LIMIT: usize = 100_000;

/// Labels of the independent streams that one seed is split into.
const ORDER_STREAM: u32 = 0x4F52_4400;
const NOISE_STREAM: u32 = 0x4E4F_4900;
const HELD_OUT_STREAM: u32 = 0x4845_4C44;

pub struct BurnLearner {
    device: Device,
    info: DeviceInfo,
    model: Option<Vae>,
    run: Option<Training>,
}

struct Training {
    trainer: Trainer,
    batches: Batches,
    beta: f32,
    /// [reconstruction, KL] of steps not read back yet, with their numbers.
    pending: Vec<(u32, Tensor<1>)>,
    /// None in the benchmark, which shows no cloud.
    held_out: Option<ImageSet>,
}

/// Where a step's pictures and noise come from.
enum Batches {
    Shuffled {
        set: ImageSet,
        seed: u32,
        epoch: Option<u32>,
        order: Vec<usize>,
    },
    /// The benchmark's one batch, uploaded once.
    Fixed(Box<Tensor<2>>),
}

impl BurnLearner {
    /// `device` without autodiff.
    pub fn new(device: Device, info: DeviceInfo) -> Self {
        Self { device, info, model: None, run: None }
    }

    /// Trains on `set` from fresh weights: what [`Learner::begin`] does with the data that the spec names.
    ///
    /// # Errors
    /// `BadSpec` when the spec cannot run on this set.
    pub fn begin_on(&mut self, spec: &RunSpec, set: ImageSet, held_out: ImageSet) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let saved = Saved::fresh(weights::fresh(&layout, spec.seed));
        self.install(spec, &layout, saved, set, held_out)
    }

    /// Parameters of the model in training, flat; empty without a run.
    ///
    /// # Errors
    /// `DeviceLost` when the device can't be read.
    pub async fn parameters(&self) -> Result<Vec<f32>, Notice> {
        match self.run.as_ref().and_then(|run| run.trainer.state().into_iter().next()) {
            Some(flat) => read(flat).await,
            None => Ok(Vec::new()),
        }
    }

    /// μ and log σ² of a set's pictures, [n, latent] each, row after row.
    ///
    /// # Errors
    /// `NoModel`, `DeviceLost`.
    pub async fn posteriors(&self, set: &ImageSet) -> Result<(Vec<f32>, Vec<f32>), Notice> {
        let model = self.model()?;
        let (mut mu, mut log_var) = (Vec::new(), Vec::new());
        for start in (0..set.len()).step_by(CHUNK) {
            let posterior = model.encode(gather(set, start..(start + CHUNK).min(set.len()), &self.device));
            let [m, v] = read_two(posterior.mu, posterior.log_var).await?;
            mu.extend(m);
            log_var.extend(v);
        }
        Ok((mu, log_var))
    }

    fn install(
        &mut self,
        spec: &RunSpec,
        layout: &Layout,
        saved: Saved,
        set: ImageSet,
        held_out: ImageSet,
    ) -> Result<(), Notice> {
        if set.len() < spec.training.batch {
            return Err(bad_spec(format!("a batch of {} from {} pictures", spec.training.batch, set.len())));
        }
        let trainer = Trainer::resume(&spec.model, &spec.training, layout, saved, &self.device);
        let batches = Batches::Shuffled { set, seed: spec.seed, epoch: None, order: Vec::new() };
        self.put(Training {
            trainer,
            batches,
            beta: spec.training.beta,
            pending: Vec::new(),
            held_out: Some(held_out),
        });
        Ok(())
    }

    fn put(&mut self, run: Training) {
        self.model = Some(run.trainer.vae().clone());
        self.run = Some(run);
    }

    fn model(&self) -> Result<&Vae, Notice> {
        self.model.as_ref().ok_or_else(|| Notice { kind: NoticeKind::NoModel, detail: String::new() })
    }

    /// Probabilities of the pixels for `z`, [n, latent].
    fn probabilities(&self, model: &Vae, z: Tensor<2>) -> Tensor<2> {
        let n = z.dims()[0];
        let pixels = sigmoid(model.decode(self.never_alone(z)));
        if pixels.dims()[0] == n { pixels } else { pixels.slice(0..n) }
    }

    /// A single row twice on a GPU: burn's matrix-vector kernels are a path of their own there, and a row more costs
    /// nothing.
    fn never_alone(&self, rows: Tensor<2>) -> Tensor<2> {
        let alone = rows.dims()[0] == 1 && self.info.kind != DeviceKind::Cpu;
        if alone { rows.repeat_dim(0, 2) } else { rows }
    }

    /// Points given one after another, [n, latent].
    fn points(&self, z: &[f32], latent: usize) -> Tensor<2> {
        Tensor::from_data(TensorData::new(z.to_vec(), [z.len() / latent, latent]), &self.device)
    }

    /// A picture of bytes in 0..1, [1, pixels].
    fn picture(&self, bytes: &[u8]) -> Tensor<2> {
        let pixels: Vec<f32> = bytes.iter().map(|&p| f32::from(p) / 255.0).collect();
        Tensor::from_data(TensorData::new(pixels, [1, bytes.len()]), &self.device)
    }
}

impl Learner for BurnLearner {
    fn device(&self) -> DeviceInfo {
        self.info.clone()
    }

    fn latent(&self) -> Option<usize> {
        self.model.as_ref().map(|model| model.spec().latent)
    }

    fn load(&mut self, model: &ModelSpec, file: &[u8]) -> Result<(), Notice> {
        let layout = Layout::new(model).map_err(|e| bad_spec(e.to_string()))?;
        let flat = weights::from_safetensors(&layout, file).map_err(|e| unreadable(&e))?;
        self.run = None;
        self.model = Some(Vae::from_flat(model, &layout, &vector(flat, &self.device)));
        self.device.memory_cleanup();
        Ok(())
    }

    fn load_reference(&mut self, model: &ModelSpec) -> Result<(), Notice> {
        let layout = Layout::new(model).map_err(|e| bad_spec(e.to_string()))?;
        let training = TrainingSpec::reference();
        let saved = Saved::fresh(weights::reference(&layout));
        let trainer = Trainer::resume(model, &training, &layout, saved, &self.device);
        let pictures = TensorData::new(reference_batch(training.batch), [training.batch, PIXELS]);
        let batches = Batches::Fixed(Box::new(Tensor::from_data(pictures, &self.device)));
        self.put(Training { trainer, batches, beta: training.beta, pending: Vec::new(), held_out: None });
        Ok(())
    }

    fn begin(&mut self, spec: &RunSpec) -> Result<(), Notice> {
        checked(spec)?;
        let (set, held_out) = data(spec)?;
        self.begin_on(spec, set, held_out)
    }

    fn restore(&mut self, spec: &RunSpec, step: u32, checkpoint: &[u8]) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let saved = Saved::from_bytes(checkpoint, layout.len(), step).ok_or_else(|| Notice {
            kind: NoticeKind::CheckpointUnreadable,
            detail: format!("{} bytes for {} parameters", checkpoint.len(), layout.len()),
        })?;
        let (set, held_out) = data(spec)?;
        self.install(spec, &layout, saved, set, held_out)
    }

    fn step(&mut self) {
        let Some(run) = &mut self.run else { return };
        let step = run.trainer.steps_done();
        let (x, noise) = run.batches.take(step, &run.trainer, &self.device);
        let terms = run.trainer.step(x, noise);
        run.pending.push((step + 1, terms));
        self.model = Some(run.trainer.vae().clone());
    }

    async fn losses(&mut self) -> Result<Vec<StepLoss>, Notice> {
        let Some(run) = &mut self.run else { return Ok(Vec::new()) };
        if run.pending.is_empty() {
            return Ok(Vec::new());
        }
        let (steps, terms): (Vec<u32>, Vec<Tensor<1>>) = std::mem::take(&mut run.pending).into_iter().unzip();
        let beta = run.beta;
        let numbers = read(Tensor::cat(terms, 0)).await?;
        let losses = steps.into_iter().zip(numbers.chunks_exact(2)).map(|(step, terms)| StepLoss {
            step,
            reconstruction: terms[0],
            kl: terms[1],
            total: terms[0] + beta * terms[1],
        });
        Ok(losses.collect())
    }

    async fn decode(&self, z: &[f32]) -> Result<Vec<f32>, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let mut pixels = Vec::with_capacity(z.len() / latent * PIXELS);
        for part in z.chunks(CHUNK * latent) {
            pixels.extend(read(self.probabilities(model, self.points(part, latent))).await?);
        }
        Ok(pixels)
    }

    async fn encode(&self, picture: &[u8]) -> Result<Encoded, Notice> {
        let model = self.model()?;
        let posterior = model.encode(self.never_alone(self.picture(picture)));
        let (mu, log_var) = (posterior.mu.slice(0..1), posterior.log_var.slice(0..1));
        let reconstruction = self.probabilities(model, mu.clone());
        let [mu, log_var] = read_two(mu, log_var).await?;
        Ok(Encoded { mu, log_var, reconstruction: read(reconstruction).await? })
    }

    async fn losses_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Vec<f32>, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let (x, weights) = (self.picture(painting.picture), self.picture(painting.weights));
        let mut losses = Vec::with_capacity(z.len() / latent);
        for part in z.chunks(CHUNK * latent) {
            let z = self.never_alone(self.points(part, latent));
            let loss = weighted_neg_log_joint(model.decode(z.clone()), z, x.clone(), weights.clone());
            losses.extend(read(loss).await?.into_iter().take(part.len() / latent));
        }
        Ok(losses)
    }

    async fn slopes_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Slopes, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let (x, weights) = (self.picture(painting.picture), self.picture(painting.weights));
        // The points alone are on the graph: the weights are constants to it.
        let points = self.never_alone(self.points(z, latent)).autodiff().require_grad();
        let loss = weighted_neg_log_joint(model.decode(points.clone()), points.clone(), x, weights);
        // A point moves no loss but its own, so that the gradient of the sum holds those of all.
        let mut gradients = loss.clone().sum().backward();
        let gradient = points.grad_remove(&mut gradients).ok_or_else(|| lost(&"no gradient came back"))?;
        let [mut loss, mut gradient] = read_two(loss.inner(), gradient).await?;
        loss.truncate(z.len() / latent);
        gradient.truncate(z.len());
        Ok(Slopes { loss, gradient })
    }

    fn original(&self, index: usize) -> Option<Vec<u8>> {
        let set = self.run.as_ref()?.held_out.as_ref()?;
        (index < set.len()).then(|| set.image(index).to_vec())
    }

    async fn codes(&self) -> Result<Codes, Notice> {
        let Some(set) = self.run.as_ref().and_then(|run| run.held_out.as_ref()) else {
            return Ok(Codes { mu: Vec::new(), log_var: Vec::new(), labels: Vec::new() });
        };
        let (mu, log_var) = self.posteriors(set).await?;
        Ok(Codes { mu, log_var, labels: set.labels().to_vec() })
    }

    async fn checkpoint(&self) -> Result<Vec<u8>, Notice> {
        let Some(run) = &self.run else { return Ok(Vec::new()) };
        let mut vectors = Vec::new();
        for vector in run.trainer.state() {
            vectors.push(read(vector).await?);
        }
        Ok(Saved::to_bytes(&vectors))
    }

    fn forget(&mut self) {
        self.model = None;
        self.run = None;
        self.device.memory_cleanup();
    }
}

impl Batches {
    /// Pictures [batch, pixels] and noise [batch, latent] of a step; they depend on the seed and the step alone, so
    /// that a run goes on elsewhere as it would have here.
    fn take(&mut self, step: u32, trainer: &Trainer, device: &Device) -> (Tensor<2>, Tensor<2>) {
        let (batch, latent) = (trainer.training().batch, trainer.model().latent);
        let (x, seed) = match self {
            Self::Fixed(x) => (Tensor::clone(x), 0),
            Self::Shuffled { set, seed, epoch, order } => {
                let per_epoch = (set.len() / batch).max(1);
                let now = step / per_epoch as u32;
                if *epoch != Some(now) {
                    *order = (0..set.len()).collect();
                    Rng::stream(*seed, ORDER_STREAM.wrapping_add(now)).shuffle(order);
                    *epoch = Some(now);
                }
                let start = step as usize % per_epoch * batch;
                (gather(set, order[start..start + batch].iter().copied(), device), *seed)
            }
        };
        let mut rng = Rng::stream(seed, NOISE_STREAM.wrapping_add(step));
        let noise: Vec<f32> = (0..batch * latent).map(|_| rng.normal()).collect();
        (x, Tensor::from_data(TensorData::new(noise, [batch, latent]), device))
    }
}

/// The benchmark's batch: x[i, p] = u₈(i·784 + p)·u₇(p), with uₖ the uniform stream of seed k; [n, 784].
pub fn reference_batch(n: usize) -> Vec<f32> {
    let (mut columns, mut cells) = (Rng::new(7), Rng::new(8));
    let scale: Vec<f64> = (0..PIXELS).map(|_| columns.uniform()).collect();
    (0..n * PIXELS).map(|i| (cells.uniform() * scale[i % PIXELS]) as f32).collect()
}

/// The pictures a spec trains on and those it is shown with.
fn data(spec: &RunSpec) -> Result<(ImageSet, ImageSet), Notice> {
    match spec.data {
        DataSpec::Digits { count } => {
            let held_out = Rng::stream(spec.seed, HELD_OUT_STREAM).u32();
            Ok((digits::digits(spec.seed, count).0, digits::digits(held_out, HELD_OUT).0))
        }
        DataSpec::Mnist | DataSpec::Fashion => Err(bad_spec("these pictures are not in the page".into())),
    }
}

/// Refuses what no device here could bear.
fn checked(spec: &RunSpec) -> Result<Layout, Notice> {
    let training = &spec.training;
    let sound = (1..=BATCH_LIMIT).contains(&training.batch)
        && training.steps > 0
        && training.beta.is_finite()
        && training.beta >= 0.0
        && training.learning_rate.is_finite()
        && training.learning_rate > 0.0;
    let enough = match spec.data {
        DataSpec::Digits { count } => (training.batch..=DATA_LIMIT).contains(&count),
        DataSpec::Mnist | DataSpec::Fashion => true,
    };
    if !sound || !enough {
        return Err(bad_spec(format!("{spec:?}")));
    }
    Layout::new(&spec.model).map_err(|e: SpecError| bad_spec(e.to_string()))
}

fn bad_spec(detail: String) -> Notice {
    Notice { kind: NoticeKind::BadSpec, detail }
}

fn unreadable(error: &WeightsError) -> Notice {
    let kind = if error.is_mismatch() { NoticeKind::WeightsMismatch } else { NoticeKind::WeightsUnreadable };
    Notice { kind, detail: error.to_string() }
}

fn vector(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let len = values.len();
    Tensor::from_data(TensorData::new(values, [len]), device)
}

/// Pictures `indices` of the set, [n, pixels] in 0..1.
pub(crate) fn gather(set: &ImageSet, indices: impl IntoIterator<Item = usize>, device: &Device) -> Tensor<2> {
    let indices: Vec<usize> = indices.into_iter().collect();
    let mut pixels = Vec::with_capacity(indices.len() * PIXELS);
    set.batch(&indices, &mut pixels);
    Tensor::from_data(TensorData::new(pixels, [indices.len(), PIXELS]), device)
}

/// A tensor's numbers, once the device has them.
pub(crate) async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Notice> {
    let data = tensor.into_data_async().await.map_err(|e| lost(&e))?;
    data.try_to_vec::<f32>().map_err(|e| lost(&e))
}

/// Two tensors in one wait.
async fn read_two<const A: usize, const B: usize>(a: Tensor<A>, b: Tensor<B>) -> Result<[Vec<f32>; 2], Notice> {
    let read = Transaction::default().register(a).register(b).execute_async().await.map_err(|e| lost(&e))?;
    let mut vectors = read.into_iter().map(|data| data.try_to_vec::<f32>().map_err(|e| lost(&e)));
    match (vectors.next(), vectors.next()) {
        (Some(a), Some(b)) => Ok([a?, b?]),
        _ => Err(lost(&"a reading came back short")),
    }
}

fn lost(error: &dyn std::fmt::Debug) -> Notice {
    Notice { kind: NoticeKind::DeviceLost, detail: format!("{error:?}") }
}
