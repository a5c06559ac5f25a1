//! A run as the learner has it: its model in training, and its data.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::batches::{self, Batches};
use super::burn_learner::CHUNK;
use super::learner::Errors;
use super::tensors::read;
use crate::data::set::Set;
use crate::protocol::{Half, Notice};
use crate::rng::Rng;
use crate::spec::RunSpec;
use crate::train::Trainer;

const ERRORS_STREAM: u32 = 0x4552_5200;

/// Data to train on, and those held out; shared, since a visitor's are kept beside the run on them.
pub type Sets = (Arc<Set>, Arc<Set>);

pub struct Training {
    pub spec: RunSpec,
    pub trainer: Trainer,
    pub batches: Batches,
    /// [reconstruction, penalty, norm of the gradient] of steps not read back yet, with their numbers and the penalty's
    /// weight.
    pub pending: Vec<(u32, f32, Tensor<1>)>,
    /// None in the benchmark, which shows no cloud.
    pub held_out: Option<Arc<Set>>,
}

impl Training {
    pub fn half(&self, half: Half) -> Option<&Arc<Set>> {
        match (half, &self.batches) {
            (Half::HeldOut, _) => self.held_out.as_ref(),
            (Half::Training, Batches::Shuffled { set, .. }) => Some(set),
            (Half::Training, Batches::Fixed(_)) => None,
        }
    }

    /// Data, clean, and as the model is shown them when it is measured: spoilt for a denoising autoencoder, always alike.
    /// Nothing in the benchmark, and for data that are not there.
    pub fn seen(&self, half: Half, indices: &[usize]) -> Option<[Vec<f32>; 2]> {
        let set = self.half(half)?;
        if indices.is_empty() || indices.iter().any(|&i| i >= set.len()) {
            return None;
        }
        let mut clean = Vec::new();
        set.batch(indices, &mut clean);
        let shown = batches::shown(&clean, &self.spec.model, self.spec.seed, u32::MAX);
        Some([clean, shown])
    }

    /// What [`Learner::errors`](super::learner::Learner::errors) says; `rows` brings values to the device, n rows of them.
    pub async fn errors(
        &self,
        most: usize,
        draws: usize,
        rows: impl Fn(Vec<f32>, usize) -> Tensor<2>,
    ) -> Result<Errors, Notice> {
        let mut found = Errors::default();
        let (model, latent) = (self.trainer.vae(), self.spec.model.latent);
        let count = self.held_out.as_ref().map_or(0, |set| set.len()).min(most);
        let mut rng = Rng::stream(self.spec.seed, ERRORS_STREAM);
        for start in (0..count).step_by(CHUNK) {
            let indices: Vec<usize> = (start..(start + CHUNK).min(count)).collect();
            let Some(data) = self.seen(Half::HeldOut, &indices) else { break };
            let n = indices.len();
            let [target, input] = data.map(|values| rows(values, n));
            let posterior = model.encode(input);
            let mut sums = vec![0.0; n];
            for _ in 0..draws {
                let noise: Vec<f32> = (0..n * latent).map(|_| rng.normal()).collect();
                let z = posterior.reparameterise(rows(noise, n));
                let errors = read(model.value_nll(z, target.clone()).sum_dim(1)).await?;
                sums.iter_mut().zip(errors).for_each(|(sum, error)| *sum += error / draws as f32);
            }
            found.errors.extend(sums);
            found.mu.extend(read(posterior.mu.slice(0..n)).await?);
            if let Some(log_var) = posterior.log_var {
                found.log_var.extend(read(log_var.slice(0..n)).await?);
            }
        }
        found.log_var.resize(found.mu.len(), f32::NEG_INFINITY);
        Ok(found)
    }
}
