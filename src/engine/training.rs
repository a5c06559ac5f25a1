//! A run as the learner has it: its model in training, and its data.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::batches::{self, Batches};
use crate::data::set::Set;
use crate::protocol::Half;
use crate::spec::RunSpec;
use crate::train::Trainer;

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
}
