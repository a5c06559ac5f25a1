//! What to run: data, model, training and seed. The only place where a default is written.

use serde::{Deserialize, Serialize};

/// Side of a picture in pixels; pictures here are square and grey.
pub const SIDE: usize = 28;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// Classes of a labelled set: the ten digits, or the ten garments.
pub const CLASSES: usize = 10;

/// Everything that fixes a run: the same spec on the same device gives the same numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    pub data: DataSpec,
    pub model: ModelSpec,
    pub training: TrainingSpec,
    pub seed: u32,
}

/// Where the pictures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSpec {
    /// `count` generated digits, see [`crate::data::digits`].
    Digits { count: usize },
    /// MNIST, 60,000 handwritten digits (LeCun et al. 1998); read from files by the native tool.
    Mnist,
    /// Fashion-MNIST, 60,000 garments (Xiao, Rasul and Vollgraf 2017); read from files by the native tool.
    Fashion,
}

/// Encoder and decoder. The decoder mirrors the encoder; the likelihood is Bernoulli on logits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSpec {
    pub net: Net,
    /// Dimensions of the latent space.
    pub latent: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Net {
    /// Linear layers with ReLU between them, of these widths from the picture inwards.
    Mlp { hidden: Vec<usize> },
    /// Two convolutions of kernel 3 and stride 2 with these channels, then a linear layer of this width.
    Conv { channels: [usize; 2], hidden: usize },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Weight of the KL term; 1 is the ELBO, other values are the β-VAE of Higgins et al. (2017).
    pub beta: f32,
    /// Pictures a step.
    pub batch: usize,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Optimiser steps of the whole run.
    pub steps: u32,
}

impl Default for RunSpec {
    /// The run behind the Train button: small enough for a laptop without a GPU to finish within a minute or so.
    fn default() -> Self {
        Self {
            data: DataSpec::Digits { count: 6000 },
            model: ModelSpec::mlp(&[256, 128]),
            training: TrainingSpec::default(),
            seed: 1,
        }
    }
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self { beta: 1.0, batch: 64, learning_rate: 1e-3, steps: 1500 }
    }
}

impl TrainingSpec {
    /// Of the reference work and the shipped models: batch 128, Adam 1e-3.
    pub fn reference() -> Self {
        Self { batch: 128, ..Self::default() }
    }
}

impl ModelSpec {
    /// Linear layers of these widths, two latent dimensions.
    pub fn mlp(hidden: &[usize]) -> Self {
        Self { net: Net::Mlp { hidden: hidden.to_vec() }, latent: 2 }
    }

    /// `mlp-vae-2` of the reference work: 784-512-256-2 and back.
    pub fn reference_mlp() -> Self {
        Self::mlp(&[512, 256])
    }

    /// `conv-vae-2` of the reference work.
    pub fn reference_conv() -> Self {
        Self { net: Net::Conv { channels: [32, 64], hidden: 128 }, latent: 2 }
    }
}
