//! The held-out part of generated data: the same to whoever shows a model or trains it on.

use crate::rng::Rng;

/// How many.
pub const HELD_OUT: usize = 2000;

const STREAM: u32 = 0x4845_4C44;

/// The seed of the held-out series of a run.
pub fn seed(run: u32) -> u32 {
    Rng::stream(run, STREAM).u32()
}
