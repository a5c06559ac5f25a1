//! One optimiser step after another. Knows no messages.

use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};

use crate::nn::layout::Layout;
use crate::nn::vae::{Batch, Vae};
use crate::spec::{ModelSpec, TrainingSpec};

/// Adam's guard against division by zero, as the paper has it (Kingma and Ba 2014, arXiv:1412.6980).
const EPSILON: f32 = 1e-8;

/// A model in training: parameters and Adam's two moments, each one flat vector on the device.
pub struct Trainer {
    spec: ModelSpec,
    training: TrainingSpec,
    layout: Layout,
    flat: Tensor<1>,
    /// The model that `flat` is, cut into its tensors once a step.
    vae: Vae,
    adam: Adam,
    moments: Option<AdamState<1>>,
    steps_done: u32,
}

impl Trainer {
    /// Starts, or goes on, from `saved` on `device` (without autodiff).
    pub fn resume(spec: &ModelSpec, training: &TrainingSpec, layout: &Layout, saved: Saved, device: &Device) -> Self {
        let vector = |v: Vec<f32>| {
            let len = v.len();
            Tensor::<1>::from_data(TensorData::new(v, [len]), device)
        };
        let momentum = AdaptiveMomentumState::new(saved.step as usize, vector(saved.moment_1), vector(saved.moment_2));
        let flat = vector(saved.flat);
        Self {
            spec: spec.clone(),
            training: training.clone(),
            layout: layout.clone(),
            vae: Vae::from_flat(spec, layout, &flat),
            flat,
            adam: AdamConfig::new().with_epsilon(EPSILON).build(),
            moments: Some(AdamState::new(momentum)),
            steps_done: saved.step,
        }
    }

    /// What the penalty is multiplied with in the next step.
    pub fn weight(&self) -> f32 {
        self.training.beta * self.training.schedule.share(self.steps_done)
    }

    /// Goes on with another β, another batch or another rate.
    pub fn adjust(&mut self, training: &TrainingSpec) {
        self.training = training.clone();
    }

    /// Optimiser steps done.
    pub fn steps_done(&self) -> u32 {
        self.steps_done
    }

    /// One step. Gives [reconstruction, penalty, norm of the gradient] before the step, the first two in nats a datum,
    /// still on the device.
    pub fn step(&mut self, batch: Batch) -> Tensor<1> {
        let tracked = self.vae.tracked();
        let loss = tracked.loss(&batch.autodiff());
        let (reconstruction, penalty) = (loss.reconstruction.clone().inner(), loss.penalty.clone().inner());
        let total = match self.spec.objective.has_penalty() {
            true => loss.reconstruction + loss.penalty * self.weight(),
            false => loss.reconstruction,
        };
        let mut gradients = total.backward();
        let gradient = tracked.flat_gradients(&mut gradients);
        drop(tracked);
        let norm = gradient.clone().square().sum().sqrt();
        let terms = Tensor::cat(vec![reconstruction, penalty, norm], 0);
        // The moments are handed over, not shared, so that the device may reuse their memory.
        let (rate, flat) = (self.training.learning_rate, self.flat.clone());
        (self.flat, self.moments) = self.adam.step(rate, flat, gradient, self.moments.take());
        self.vae = Vae::from_flat(&self.spec, &self.layout, &self.flat);
        self.steps_done += 1;
        terms
    }

    pub fn model(&self) -> &ModelSpec {
        &self.spec
    }

    pub fn training(&self) -> &TrainingSpec {
        &self.training
    }

    /// The model as it is now.
    pub fn vae(&self) -> &Vae {
        &self.vae
    }

    /// Parameters and moments on the device: what a checkpoint reads back.
    pub fn state(&self) -> Vec<Tensor<1>> {
        let moments = self.moments.iter().flat_map(|s| [s.momentum.moment_1.clone(), s.momentum.moment_2.clone()]);
        std::iter::once(self.flat.clone()).chain(moments).collect()
    }
}

/// A trainer's state in plain numbers: parameters, first and second moments, and the steps they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    pub flat: Vec<f32>,
    pub moment_1: Vec<f32>,
    pub moment_2: Vec<f32>,
    pub step: u32,
}

impl Saved {
    /// These weights before the first step.
    pub fn fresh(flat: Vec<f32>) -> Self {
        let zeros = vec![0.0; flat.len()];
        Self { flat, moment_1: zeros.clone(), moment_2: zeros, step: 0 }
    }

    /// Little-endian f32, parameters then first then second moments.
    pub fn to_bytes(vectors: &[Vec<f32>]) -> Vec<u8> {
        vectors.iter().flatten().flat_map(|v| v.to_le_bytes()).collect()
    }

    /// None when `bytes` is not three vectors of `len` finite numbers.
    pub fn from_bytes(bytes: &[u8], len: usize, step: u32) -> Option<Self> {
        if bytes.len() != len.checked_mul(12)? {
            return None;
        }
        let numbers: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if !numbers.iter().all(|v| v.is_finite()) {
            return None;
        }
        let mut thirds = numbers.chunks_exact(len).map(<[f32]>::to_vec);
        Some(Self { flat: thirds.next()?, moment_1: thirds.next()?, moment_2: thirds.next()?, step })
    }
}
