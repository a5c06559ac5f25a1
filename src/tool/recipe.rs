//! The shipped models: which there are, and how each is trained.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::training::Rate;
use crate::data::idx::{self, Part};
use crate::data::image_set::{ImageSet, digit_names, garment_names};
use crate::engine::burn_learner::BurnLearner;
use crate::protocol::{DeviceInfo, DeviceKind, Notice};
use crate::spec::{DataSpec, ModelSpec, RunSpec, TrainingSpec};

/// A model to ship.
#[derive(Clone, Copy)]
pub struct Recipe {
    /// Its folder in `pretrained/`.
    pub name: &'static str,
    /// Its files' folder in the data folder.
    pub source: &'static str,
    pub data: DataSpec,
    pub class_names: fn() -> Vec<String>,
    /// Passes over the training pictures.
    pub epochs: u32,
    pub rate: Rate,
    /// What is tried on pictures held out of the training set, where there is more than one, and for how many epochs; see
    /// [`super::choice`].
    pub candidates: &'static [Candidate],
    pub trial: u32,
}

/// What [`super::choice`] chooses among.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// What the rate begins with.
    pub learning_rate: f64,
    pub seed: u32,
}

/// Three rates, from two seeds each.
const CANDIDATES: [Candidate; 6] = [
    Candidate { learning_rate: 1e-3, seed: 0 },
    Candidate { learning_rate: 2e-3, seed: 0 },
    Candidate { learning_rate: 4e-3, seed: 0 },
    Candidate { learning_rate: 1e-3, seed: 1 },
    Candidate { learning_rate: 2e-3, seed: 1 },
    Candidate { learning_rate: 4e-3, seed: 1 },
];

/// The models on show, and those that were shipped before them, whose weights old links still name.
pub const RECIPES: [Recipe; 4] =
    [EARLIER[0].anew("mnist-vae-2d-cosine"), EARLIER[1].anew("fashion-vae-2d-cosine"), EARLIER[0], EARLIER[1]];

const EARLIER: [Recipe; 2] = [
    Recipe {
        name: "mnist-vae-2d",
        source: "mnist",
        data: DataSpec::Mnist,
        class_names: digit_names,
        epochs: 30,
        rate: Rate::Constant,
        candidates: &[Candidate { learning_rate: 1e-3, seed: 0 }],
        trial: 0,
    },
    Recipe {
        name: "fashion-vae-2d",
        source: "fashion",
        data: DataSpec::Fashion,
        class_names: garment_names,
        epochs: 30,
        rate: Rate::Constant,
        candidates: &[Candidate { learning_rate: 1e-3, seed: 0 }],
        trial: 0,
    },
];

/// Why the tool stopped.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    #[error("there is no recipe {0}")]
    NoRecipe(String),
    #[error("{0}: {1}")]
    File(String, String),
    #[error("{:?}: {}", .0.kind, .0.detail)]
    Learner(Notice),
}

impl From<Notice> for ToolError {
    fn from(notice: Notice) -> Self {
        Self::Learner(notice)
    }
}

impl Recipe {
    /// The recipe of the weights that took the place of these.
    const fn anew(self, name: &'static str) -> Self {
        Self { name, epochs: 50, rate: Rate::Cosine, candidates: &CANDIDATES, trial: 8, ..self }
    }

    /// # Errors
    /// `NoRecipe` for a name that is not in [`RECIPES`].
    pub fn find(name: &str) -> Result<&'static Self, ToolError> {
        RECIPES.iter().find(|recipe| recipe.name == name).ok_or_else(|| ToolError::NoRecipe(name.to_owned()))
    }

    pub fn model(&self) -> ModelSpec {
        ModelSpec::reference_mlp()
    }

    /// A run of so many epochs, for a set of `pictures`.
    pub fn spec(&self, epochs: u32, pictures: usize, candidate: Candidate) -> RunSpec {
        let training = TrainingSpec { learning_rate: candidate.learning_rate, ..TrainingSpec::reference() };
        let steps = epochs * self.epoch(pictures);
        RunSpec {
            data: self.data,
            model: self.model(),
            training: TrainingSpec { steps, ..training },
            seed: candidate.seed,
        }
    }

    /// Steps of a pass over `pictures`.
    pub fn epoch(&self, pictures: usize) -> u32 {
        (pictures / TrainingSpec::reference().batch) as u32
    }

    /// Training and test pictures, from the IDX files in `data`.
    ///
    /// # Errors
    /// `File` for a file that is missing or is not IDX.
    pub fn pictures(&self, data: &Path) -> Result<[ImageSet; 2], ToolError> {
        let folder = data.join(self.source);
        let read = |part| {
            idx::read_folder(&folder, part, (self.class_names)())
                .map_err(|e| ToolError::File(folder.display().to_string(), e.to_string()))
        };
        Ok([read(Part::Train)?, read(Part::Test)?])
    }
}

/// burn on the CPU.
pub fn cpu() -> BurnLearner {
    BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}
