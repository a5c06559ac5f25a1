//! The shipped models: which there are, and how each is trained.

use std::path::Path;

use burn::tensor::Device;

use crate::data::idx::{self, Part};
use crate::data::image_set::ImageSet;
use crate::engine::burn_learner::BurnLearner;
use crate::engine::learner::Learner;
use crate::protocol::{DeviceInfo, DeviceKind, Notice};
use crate::spec::{DataSpec, ModelSpec, RunSpec, TrainingSpec};

/// Epochs of a shipped model: the reference run of PyTorch that the card compares with has as many.
const EPOCHS: u32 = 30;

/// A model to ship.
pub struct Recipe {
    /// Its folder in `pretrained/`.
    pub name: &'static str,
    /// Its files' folder in the data folder.
    pub source: &'static str,
    pub data: DataSpec,
    pub classes: [&'static str; 10],
}

pub const RECIPES: [Recipe; 2] = [
    Recipe {
        name: "mnist-vae-2d",
        source: "mnist",
        data: DataSpec::Mnist,
        classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    },
    Recipe {
        name: "fashion-vae-2d",
        source: "fashion",
        data: DataSpec::Fashion,
        classes: [
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ],
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
    /// # Errors
    /// `NoRecipe` for a name that is not in [`RECIPES`].
    pub fn find(name: &str) -> Result<&'static Self, ToolError> {
        RECIPES.iter().find(|recipe| recipe.name == name).ok_or_else(|| ToolError::NoRecipe(name.to_owned()))
    }

    pub fn model(&self) -> ModelSpec {
        ModelSpec::reference_mlp()
    }

    /// The run, for a set of `pictures`.
    pub fn spec(&self, pictures: usize) -> RunSpec {
        let training = TrainingSpec::reference();
        let steps = EPOCHS * (pictures / training.batch) as u32;
        RunSpec { data: self.data, model: self.model(), training: TrainingSpec { steps, ..training }, seed: 0 }
    }

    /// Training and test pictures, from the IDX files in `data`.
    ///
    /// # Errors
    /// `File` for a file that is missing or is not IDX.
    pub fn pictures(&self, data: &Path) -> Result<[ImageSet; 2], ToolError> {
        let folder = data.join(self.source);
        let read = |part| {
            let names = self.classes.iter().map(|&name| name.to_owned()).collect();
            idx::read_folder(&folder, part, names)
                .map_err(|e| ToolError::File(folder.display().to_string(), e.to_string()))
        };
        Ok([read(Part::Train)?, read(Part::Test)?])
    }

    /// Trains to the end and gives the weights; says how it goes on standard error.
    ///
    /// # Errors
    /// What the learner says.
    pub async fn train(&self, train: ImageSet, test: ImageSet) -> Result<(RunSpec, Vec<f32>), ToolError> {
        let spec = self.spec(train.len());
        let mut learner = cpu();
        learner.begin_on(&spec, train, test)?;
        let epoch = spec.training.steps / EPOCHS;
        for epoch_done in 1..=EPOCHS {
            for _ in 0..epoch {
                learner.step();
            }
            let losses = learner.losses().await?;
            let mean = losses.iter().map(|loss| f64::from(loss.total)).sum::<f64>() / losses.len().max(1) as f64;
            eprintln!("{}: epoch {epoch_done} of {EPOCHS}, training loss {mean:.2} nats a picture", self.name);
        }
        Ok((spec, learner.parameters().await?))
    }
}

/// burn on the CPU.
pub fn cpu() -> BurnLearner {
    BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}
