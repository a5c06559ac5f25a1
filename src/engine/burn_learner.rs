//! The learner that computes with burn, on whatever device it is given.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::batches::{self, Batches, reference_batch};
use super::learner::{Codes, Encoded, Errors, Learner, Painting, Slopes, Strip, Surveyed};
use super::tensors::{gather, lost, read, read_two, vector};
use super::training::{Sets, Training};
use crate::data::image_set::ImageSet;
use crate::data::model_file::{ModelFile, ModelFileError};
use crate::data::own::Own;
use crate::data::set::{Set, pictures};
use crate::nn::divergence::divergence;
use crate::nn::exchange::{self, ExchangeError};
use crate::nn::layout::Layout;
use crate::nn::loss::{constant, mean, value_nll, weighted_neg_log_joint};
use crate::nn::pullback::pull_back;
use crate::nn::vae::{Batch, Vae};
use crate::nn::weights;
use crate::protocol::{DeviceInfo, DeviceKind, Half, Notice, NoticeKind, StepLoss};
use crate::rng::Rng;
use crate::spec::{DataSpec, Input, ModelSpec, PIXELS, RunSpec, TrainingSpec};
use crate::train::{Saved, Trainer};

/// Data or points that go through the network at once when it is only asked, so that memory stays bounded.
pub(super) const CHUNK: usize = 500;
/// Points that are surveyed at once: each is decoded five times.
const SURVEYED: usize = 128;
/// Held-out data that a validation measures, with the same noise every time.
const VALIDATION: usize = 500;
/// Training data that are shown at most.
const MOST_SHOWN: usize = 10_000;
const VALIDATION_STREAM: u32 = 0x5641_4C00;

pub struct BurnLearner {
    device: Device,
    info: DeviceInfo,
    model: Option<Vae>,
    run: Option<Training>,
    /// What a visitor brought.
    own: Option<(DataSpec, Sets)>,
    /// The run that made the model, where its file says so.
    origin: Option<RunSpec>,
    /// Of the run's data those that are shown.
    half: Half,
}

impl BurnLearner {
    /// `device` without autodiff.
    pub fn new(device: Device, info: DeviceInfo) -> Self {
        Self { device, info, model: None, run: None, own: None, origin: None, half: Half::HeldOut }
    }

    /// Trains on `set` from fresh weights: what [`Learner::begin`] does with the data that the spec names.
    ///
    /// # Errors
    /// `BadSpec` when the spec cannot run on this set.
    pub fn begin_on(&mut self, spec: &RunSpec, set: ImageSet, held_out: ImageSet) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let saved = Saved::fresh(weights::fresh(&layout, spec.seed));
        self.install(spec, &layout, saved, (Arc::new(Set::Pictures(set)), Arc::new(Set::Pictures(held_out))))
    }

    /// Goes on with a run on these sets from a step and what [`Learner::checkpoint`] gave after it.
    ///
    /// # Errors
    /// `BadSpec` as [`Self::begin_on`], `CheckpointUnreadable` for what is not a checkpoint of this model.
    pub fn restore_on(&mut self, spec: &RunSpec, at: (u32, &[u8]), sets: [ImageSet; 2]) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let saved = saved(&layout, at.0, at.1)?;
        let [set, held_out] = sets.map(|set| Arc::new(Set::Pictures(set)));
        self.install(spec, &layout, saved, (set, held_out))
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

    /// μ and log σ² of a set's first data, [n, latent] each, row after row; log σ² is −∞ of what is encoded to a point.
    ///
    /// # Errors
    /// `NoModel`, `DeviceLost`.
    pub async fn posteriors(&self, set: &Set, count: usize) -> Result<(Vec<f32>, Vec<f32>), Notice> {
        let model = self.model()?;
        let (mut mu, mut log_var) = (Vec::new(), Vec::new());
        for start in (0..count).step_by(CHUNK) {
            let posterior = model.encode(gather(set, start..(start + CHUNK).min(count), &self.device));
            match posterior.log_var {
                Some(log_variances) => {
                    let [m, v] = read_two(posterior.mu, log_variances).await?;
                    mu.extend(m);
                    log_var.extend(v);
                }
                None => mu.extend(read(posterior.mu).await?),
            }
        }
        log_var.resize(mu.len(), f32::NEG_INFINITY);
        Ok((mu, log_var))
    }

    fn install(&mut self, spec: &RunSpec, layout: &Layout, saved: Saved, (set, held_out): Sets) -> Result<(), Notice> {
        if set.len() < spec.training.batch {
            return Err(bad_spec(format!("a batch of {} from {} pictures", spec.training.batch, set.len())));
        }
        let trainer = Trainer::resume(&spec.model, &spec.training, layout, saved, &self.device);
        let batches = Batches::shuffled(set, spec.seed);
        let held_out = Some(held_out);
        self.put(Training { spec: spec.clone(), trainer, batches, pending: Vec::new(), held_out });
        Ok(())
    }

    /// The data of a run: those that are here already where they are the same, as when a run is taken back to an earlier
    /// moment.
    fn data(&mut self, spec: &RunSpec) -> Result<Sets, Notice> {
        let same = |run: &mut Training| (run.spec.data, run.spec.seed) == (spec.data, spec.seed);
        if let Some(run) = self.run.take_if(same)
            && let (Batches::Shuffled { set, .. }, Some(held_out)) = (run.batches, run.held_out)
        {
            return Ok((set, held_out));
        }
        if let Some((_, sets)) = self.own.as_ref().filter(|(own, _)| *own == spec.data) {
            return Ok(sets.clone());
        }
        batches::data(spec).map(|(set, held_out)| (Arc::new(set), Arc::new(held_out)))
    }

    fn put(&mut self, run: Training) {
        self.origin = None;
        self.model = Some(run.trainer.vae().clone());
        self.run = Some(run);
    }

    /// The data that are shown.
    fn shown(&self) -> Option<&Arc<Set>> {
        self.run.as_ref()?.half(self.half)
    }

    fn model(&self) -> Result<&Vae, Notice> {
        self.model.as_ref().ok_or_else(|| Notice { kind: NoticeKind::NoModel, detail: String::new() })
    }

    /// The decodings of `z`, [n, latent].
    fn decodings(&self, model: &Vae, z: Tensor<2>) -> Tensor<2> {
        let n = z.dims()[0];
        let decoded = model.decoded(self.never_alone(z));
        if decoded.dims()[0] == n { decoded } else { decoded.slice(0..n) }
    }

    /// A single row twice on a GPU: burn's matrix-vector kernels are a path of their own there, and a row more costs
    /// nothing.
    fn never_alone(&self, rows: Tensor<2>) -> Tensor<2> {
        let alone = rows.dims()[0] == 1 && self.info.kind != DeviceKind::Cpu;
        if alone { rows.repeat_dim(0, 2) } else { rows }
    }

    /// Points given one after another, [n, latent].
    fn tensor(&self, z: &[f32], latent: usize) -> Tensor<2> {
        self.rows(z.to_vec(), z.len() / latent)
    }

    /// Values given row after row, [rows, width].
    fn rows(&self, values: Vec<f32>, rows: usize) -> Tensor<2> {
        let width = values.len() / rows.max(1);
        Tensor::from_data(TensorData::new(values, [rows, width]), &self.device)
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

    fn input(&self) -> Input {
        self.model.as_ref().map_or(Input::default(), |model| model.spec().input)
    }

    fn load(&mut self, model: &ModelSpec, file: &[u8]) -> Result<(), Notice> {
        let layout = Layout::new(model).map_err(|e| bad_spec(e.to_string()))?;
        let flat = exchange::from_file(model, &layout, file).map_err(|e| unreadable(&e))?;
        self.run = None;
        self.origin = ModelFile::open(file).and_then(|file| file.run()).ok().flatten();
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
        let spec = RunSpec { model: model.clone(), training, ..RunSpec::default() };
        self.put(Training { spec, trainer, batches, pending: Vec::new(), held_out: None });
        Ok(())
    }

    fn bring(&mut self, own: Own) {
        let spec = own.spec();
        let (train, test) = own.into_parts();
        self.own = Some((spec, (Arc::new(Set::Pictures(train)), Arc::new(Set::Pictures(test)))));
    }

    fn begin(&mut self, spec: &RunSpec) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let saved = Saved::fresh(weights::fresh(&layout, spec.seed));
        let data = self.data(spec)?;
        self.install(spec, &layout, saved, data)
    }

    fn begin_from(&mut self, spec: &RunSpec, file: &[u8]) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let flat = exchange::from_file(&spec.model, &layout, file).map_err(|e| unreadable(&e))?;
        let data = self.data(spec)?;
        self.install(spec, &layout, Saved::fresh(flat), data)
    }

    fn restore(&mut self, spec: &RunSpec, step: u32, checkpoint: &[u8]) -> Result<(), Notice> {
        let layout = checked(spec)?;
        let saved = saved(&layout, step, checkpoint)?;
        let data = self.data(spec)?;
        self.install(spec, &layout, saved, data)
    }

    fn adjust(&mut self, training: &TrainingSpec) -> Result<(), Notice> {
        let Some(run) = &mut self.run else { return Ok(()) };
        let spec = RunSpec { training: training.clone(), ..run.spec.clone() };
        checked(&spec)?;
        run.trainer.adjust(training);
        run.spec = spec;
        Ok(())
    }

    fn step(&mut self) {
        let Some(run) = &mut self.run else { return };
        let (step, weight) = (run.trainer.steps_done(), run.trainer.weight());
        let batch = run.batches.take(step, &run.spec.model, &run.spec.training, &self.device);
        let terms = run.trainer.step(batch);
        run.pending.push((step + 1, weight, terms));
        self.model = Some(run.trainer.vae().clone());
    }

    async fn losses(&mut self) -> Result<Vec<StepLoss>, Notice> {
        let Some(run) = &mut self.run else { return Ok(Vec::new()) };
        if run.pending.is_empty() {
            return Ok(Vec::new());
        }
        let pending = std::mem::take(&mut run.pending);
        let numbers = read(Tensor::cat(pending.iter().map(|(_, _, terms)| terms.clone()).collect(), 0)).await?;
        let losses = pending.iter().zip(numbers.chunks_exact(3)).map(|(&(step, weight, _), terms)| StepLoss {
            step,
            reconstruction: terms[0],
            penalty: terms[1],
            total: terms[0] + weight * terms[1],
            gradient_norm: terms[2],
        });
        Ok(losses.collect())
    }

    async fn validate(&self) -> Result<Option<StepLoss>, Notice> {
        let Some(run) = &self.run else { return Ok(None) };
        let n = run.held_out.as_ref().map_or(0, |set| set.len()).min(VALIDATION);
        let Some(data) = run.seen(Half::HeldOut, &(0..n).collect::<Vec<_>>()) else { return Ok(None) };
        let mut rng = Rng::stream(run.spec.seed, VALIDATION_STREAM);
        let noise: Vec<f32> = (0..n * run.spec.model.latent).map(|_| rng.normal()).collect();
        let [target, input] = data.map(|values| self.rows(values, n));
        let batch = Batch { input, target, noise: self.rows(noise, n), masks: Vec::new() };
        let loss = run.trainer.vae().loss(&batch);
        let terms = read(Tensor::cat(vec![loss.reconstruction, loss.penalty], 0)).await?;
        let &[reconstruction, penalty] = &terms[..] else { return Err(lost(&"a loss came back short")) };
        let weight = if run.spec.model.objective.has_penalty() { run.trainer.weight() } else { 0.0 };
        Ok(Some(StepLoss {
            step: run.trainer.steps_done(),
            reconstruction,
            penalty,
            total: reconstruction + weight * penalty,
            gradient_norm: 0.0,
        }))
    }

    async fn strip(&self, indices: &[usize]) -> Result<Strip, Notice> {
        let Some((run, [_, seen])) = self.run.as_ref().and_then(|run| Some((run, run.seen(self.half, indices)?)))
        else {
            return Ok(Strip { inputs: Vec::new(), reconstructions: Vec::new() });
        };
        let (model, input) = (run.trainer.vae(), run.spec.model.input);
        let codes = model.encode(self.rows(seen.clone(), indices.len())).mu;
        let decoded = read(model.decoded(codes)).await?;
        Ok(Strip { inputs: pictures(input, &seen), reconstructions: pictures(input, &decoded) })
    }

    async fn decode(&self, z: &[f32]) -> Result<Vec<f32>, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let mut pixels = Vec::with_capacity(z.len() / latent * model.spec().input.width());
        for part in z.chunks(CHUNK * latent) {
            pixels.extend(read(self.decodings(model, self.tensor(part, latent))).await?);
        }
        Ok(pixels)
    }

    async fn encode(&self, picture: &[u8]) -> Result<Encoded, Notice> {
        let model = self.model()?;
        let x = self.picture(picture);
        let posterior = model.encode(self.never_alone(x.clone()));
        let mu = posterior.mu.slice(0..1);
        let ModelSpec { likelihood, input, .. } = *model.spec();
        let output = model.decode(self.never_alone(mu.clone())).slice(0..1);
        let nll = value_nll(output.clone(), x, likelihood, input).sum_dim(1);
        let found = Tensor::cat(vec![mean(output, input), nll], 1);
        let (mu, log_var) = match posterior.log_var {
            Some(log_var) => read_two(mu, log_var.slice(0..1)).await?.into(),
            None => (read(mu).await?, Vec::new()),
        };
        let mut reconstruction = read(found).await?;
        let nats = reconstruction.pop().ok_or_else(|| lost(&"a reconstruction came back short"))?;
        let constant = constant(likelihood, picture.len());
        Ok(Encoded { mu, log_var, reconstruction, nats, constant })
    }

    async fn encode_points(&self, points: &[f32]) -> Result<Vec<f32>, Notice> {
        let model = self.model()?;
        let x = Tensor::from_data(TensorData::new(points.to_vec(), [points.len() / 2, 2]), &self.device);
        read(model.encode(self.never_alone(x)).mu.slice(0..points.len() / 2)).await
    }

    async fn losses_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Vec<f32>, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let (x, weights) = (self.picture(painting.picture), self.picture(painting.weights));
        let mut losses = Vec::with_capacity(z.len() / latent);
        for part in z.chunks(CHUNK * latent) {
            let z = self.never_alone(self.tensor(part, latent));
            let loss = weighted_neg_log_joint(model.value_nll(z.clone(), x.clone()), z, weights.clone());
            losses.extend(read(loss).await?.into_iter().take(part.len() / latent));
        }
        Ok(losses)
    }

    async fn slopes_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Slopes, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let (x, weights) = (self.picture(painting.picture), self.picture(painting.weights));
        // The points alone are on the graph: the weights are constants to it.
        let points = self.never_alone(self.tensor(z, latent)).autodiff().require_grad();
        let loss = weighted_neg_log_joint(model.value_nll(points.clone(), x), points.clone(), weights);
        // A point moves no loss but its own, so that the gradient of the sum holds those of all.
        let mut gradients = loss.clone().sum().backward();
        let gradient = points.grad_remove(&mut gradients).ok_or_else(|| lost(&"no gradient came back"))?;
        let [mut loss, mut gradient] = read_two(loss.inner(), gradient).await?;
        loss.truncate(z.len() / latent);
        gradient.truncate(z.len());
        Ok(Slopes { loss, gradient })
    }

    async fn survey(&self, z: &[f32], axes: [usize; 2], step: [f32; 2]) -> Result<Surveyed, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let (mut metric, mut back) = (Vec::with_capacity(z.len() * 3), Vec::with_capacity(z.len()));
        for part in z.chunks(SURVEYED * latent) {
            let n = part.len() / latent;
            // Five decodings of a point, so that not even one is alone; its encoding may be.
            let here = pull_back(model, self.tensor(part, latent), axes, step);
            let codes = model.encode(self.never_alone(here.decoded)).mu.slice(0..n);
            let [m, b] = read_two(here.metric, codes).await?;
            metric.extend(m);
            back.extend(b);
        }
        Ok(Surveyed { metric, back })
    }

    async fn divergences(&self, from: &[f32], to: &[f32]) -> Result<Vec<f32>, Notice> {
        let model = self.model()?;
        let latent = model.spec().latent;
        let mut nats = Vec::with_capacity(from.len() / latent);
        // Two decodings of a pair, so that not even one is alone.
        for (from, to) in from.chunks(CHUNK / 2 * latent).zip(to.chunks(CHUNK / 2 * latent)) {
            nats.extend(read(divergence(model, self.tensor(from, latent), self.tensor(to, latent))).await?);
        }
        Ok(nats)
    }

    fn held_out(&self, most: usize) -> Vec<f32> {
        let mut values = Vec::new();
        if let Some(set) = self.run.as_ref().and_then(|run| run.held_out.as_ref()) {
            set.batch(&(0..most.min(set.len())).collect::<Vec<_>>(), &mut values);
        }
        values
    }

    async fn errors(&self, most: usize, draws: usize) -> Result<Errors, Notice> {
        match &self.run {
            Some(run) => run.errors(most, draws, |values, n| self.never_alone(self.rows(values, n))).await,
            None => Ok(Errors::default()),
        }
    }

    fn show(&mut self, half: Half) -> bool {
        std::mem::replace(&mut self.half, half) != half
    }

    fn original(&self, index: usize) -> Option<Vec<u8>> {
        self.shown()?.picture(index)
    }

    fn points(&self) -> Vec<f32> {
        match self.shown().map(|set| &**set) {
            Some(Set::Points(set)) => set.points().concat().into_iter().take(2 * MOST_SHOWN).collect(),
            Some(Set::Pictures(_)) | None => Vec::new(),
        }
    }

    async fn codes(&self) -> Result<Codes, Notice> {
        let Some(set) = self.shown() else {
            return Ok(Codes { mu: Vec::new(), log_var: Vec::new(), labels: Vec::new() });
        };
        let count = set.len().min(MOST_SHOWN);
        let (mu, log_var) = self.posteriors(set, count).await?;
        Ok(Codes { mu, log_var, labels: set.labels()[..count].to_vec() })
    }

    async fn export(&self) -> Result<Vec<u8>, Notice> {
        let model = self.model()?;
        let layout = Layout::new(model.spec()).map_err(|e| bad_spec(e.to_string()))?;
        let flat = read(model.flat()).await?;
        let run = self.run.as_ref().map(|run| &run.spec).or(self.origin.as_ref());
        let wild = |e: ModelFileError| Notice { kind: NoticeKind::Diverged, detail: e.to_string() };
        exchange::to_file(model.spec(), run, &layout, &flat).map_err(wild)
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
        self.origin = None;
        self.model = None;
        self.run = None;
        self.device.memory_cleanup();
    }
}

/// Refuses what no device here could bear.
fn checked(spec: &RunSpec) -> Result<Layout, Notice> {
    match spec.flaw() {
        Some(flaw) => Err(bad_spec(flaw.to_string())),
        None => Layout::new(&spec.model).map_err(|flaw| bad_spec(flaw.to_string())),
    }
}

fn saved(layout: &Layout, step: u32, checkpoint: &[u8]) -> Result<Saved, Notice> {
    Saved::from_bytes(checkpoint, layout.len(), step).ok_or_else(|| Notice {
        kind: NoticeKind::CheckpointUnreadable,
        detail: format!("{} bytes for {} parameters", checkpoint.len(), layout.len()),
    })
}

fn bad_spec(detail: String) -> Notice {
    Notice { kind: NoticeKind::BadSpec, detail }
}

fn unreadable(error: &ExchangeError) -> Notice {
    let kind = if error.is_mismatch() { NoticeKind::WeightsMismatch } else { NoticeKind::WeightsUnreadable };
    Notice { kind, detail: error.to_string() }
}
