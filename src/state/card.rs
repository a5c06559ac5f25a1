//! The card of a shipped model, as far as the page reads it.

use serde::Deserialize;

use crate::protocol::Area;
use crate::spec::ModelSpec;

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Card {
    /// What the weights are for.
    pub model: ModelSpec,
    pub pictures: Pictures,
    pub atlas: Grid,
    /// In nats a picture, mean over the test pictures.
    pub test: Test,
}

/// How many it was measured with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Pictures {
    pub test: usize,
}

/// How the shipped picture of the decoded plane is laid out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Grid {
    pub area: Area,
    pub columns: u32,
    pub rows: u32,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Test {
    pub reconstruction: f32,
    pub kl: f32,
    /// The evidence lower bound itself: negative.
    pub elbo: f32,
}
