//! A class's own symbol: how many drawings make one, how they are varied, and how long it is trained in.

use super::{RunSpec, TrainingSpec};

/// Pads to draw on.
pub const PADS: usize = 20;
/// Drawings that make a class: two to train on and one that is held out.
pub const FEWEST: usize = 3;
/// Of so many drawings one is held out.
pub const HELD_OUT_OF: usize = 5;
/// Pictures of the model's own data that the symbol is mixed with, at most.
pub const MOST_MIXED: usize = 6000;
/// Steps that train it in, and the data of each.
pub const STEPS: u32 = 500;
pub const BATCH: usize = 64;
/// Letters of its name.
pub const LONGEST_NAME: usize = 12;

/// Bounds of what a drawing is varied by, each uniform between them.
/// Radians, either way.
pub const TURN: f32 = 0.18;
/// Times its size.
pub const SCALE: [f32; 2] = [0.9, 1.08];
/// Width over height, as the logarithm of their ratio, either way.
pub const LOG_ASPECT: f32 = 0.1;
/// Lean, as the tangent of the angle, either way.
pub const LEAN: f32 = 0.12;
/// Pixels along either axis, either way.
pub const SHIFT: f32 = 1.0;
/// Share of the way from the stroke to one a pixel thicker all round, or to one as much thinner, below 0.
pub const THICKNESS: [f32; 2] = [-0.3, 0.4];

/// The run that trains a symbol into a model: β, rate and all else as in the run that made it.
pub fn run_of(made_by: &RunSpec) -> RunSpec {
    let training = TrainingSpec {
        beta: made_by.training.beta,
        learning_rate: made_by.training.learning_rate,
        batch: BATCH,
        steps: STEPS,
        ..TrainingSpec::default()
    };
    RunSpec { training, ..made_by.clone() }
}
