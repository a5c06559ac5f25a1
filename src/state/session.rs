//! The engine's session as the page sees it.

use reactive_stores::Store;

use super::pictures::{Atlas, Cloud, Decoding, Descent, Encoding, Grid, Original, Shared};
use super::scene::Shipped;
use crate::protocol::{DeviceInfo, Phase, RunId, StepLoss};
use crate::spec::RunSpec;

#[derive(Clone, Debug, Store)]
pub struct Session {
    /// The engine owns it; this mirrors it and nothing else does.
    pub phase: Phase,
    /// Nothing until the engine has said it.
    pub device: Option<DeviceInfo>,
    /// Whose pictures the plane shows, and the engine's answers are of.
    pub model: Model,
    /// Rises whenever the engine's weights may be others: what was decoded before is of another model.
    pub weights: u32,
    /// The last training run, going on or over.
    pub run: Option<Run>,
    pub cloud: Option<Shared<Cloud>>,
    /// The plane as it was shipped, or as the last snapshot saw it: what lies under the tiles.
    pub atlas: Option<Shared<Atlas>>,
    /// The tile of the plane that was decoded last.
    pub tile: Option<Shared<Atlas>>,
    /// At the active handle.
    pub decoded: Option<Decoding>,
    /// Under the pointer.
    pub hovered: Option<Decoding>,
    /// At every handle.
    pub pins: Option<Decoding>,
    pub strip: Option<Decoding>,
    pub samples: Option<Decoding>,
    /// What was asked for last.
    pub original: Option<Original>,
    pub descent: Option<Descent>,
    /// The loss of the painted picture over the plane, in nats.
    pub surface: Option<Shared<Grid>>,
    pub encoded: Option<Encoding>,
    pub checkpoint: Option<Checkpoint>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            phase: Phase::Booting,
            device: None,
            model: Model::Shipped(Shipped::Mnist),
            weights: 0,
            run: None,
            cloud: None,
            atlas: None,
            tile: None,
            decoded: None,
            hovered: None,
            pins: None,
            strip: None,
            samples: None,
            original: None,
            descent: None,
            surface: None,
            encoded: None,
            checkpoint: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Shipped(Shipped),
    /// Of the last run.
    Trained,
}

/// A training run in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub spec: RunSpec,
    /// Nothing until the engine has named it.
    pub id: Option<RunId>,
    pub step: u32,
    pub losses: Vec<StepLoss>,
    pub steps_per_second: f32,
}

impl Run {
    pub fn new(spec: RunSpec) -> Self {
        Self { spec, id: None, step: 0, losses: Vec::new(), steps_per_second: 0.0 }
    }

    /// The same run on another engine, from its step `step`.
    pub fn resumed(mut self, step: u32) -> Self {
        self.losses.retain(|loss| loss.step <= step);
        Self { id: None, step, steps_per_second: 0.0, ..self }
    }

    /// Seconds to the end at the speed of now; nothing while that is not known.
    pub fn seconds_left(&self) -> Option<f32> {
        let left = self.spec.training.steps.saturating_sub(self.step) as f32;
        (self.steps_per_second > 0.0).then(|| left / self.steps_per_second)
    }

    /// From 0 to 1.
    pub fn done(&self) -> f32 {
        self.step as f32 / self.spec.training.steps.max(1) as f32
    }
}

/// Where another engine can take the run up.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub spec: RunSpec,
    pub step: u32,
    /// Opaque here.
    pub bytes: Shared<Vec<u8>>,
}

/// Whether the engine has a model to ask in this phase.
pub fn answers(phase: Phase) -> bool {
    match phase {
        Phase::Ready | Phase::Training | Phase::Paused => true,
        Phase::Booting | Phase::Idle | Phase::Loading | Phase::Failed => false,
    }
}

/// Whether a run is going on.
pub fn running(phase: Phase) -> bool {
    match phase {
        Phase::Training | Phase::Paused => true,
        Phase::Booting | Phase::Idle | Phase::Loading | Phase::Ready | Phase::Failed => false,
    }
}
