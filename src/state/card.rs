//! The card of a shipped model, as far as the page reads it.

use serde::Deserialize;

use crate::data::family::{Family, Member};
use crate::estimate::Surgery;
use crate::protocol::Area;
use crate::spec::ModelSpec;

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Card {
    /// What the weights are for.
    pub model: ModelSpec,
    pub pictures: Pictures,
    #[serde(default)]
    pub atlas: Option<Grid>,
    /// In nats a picture, mean over the test pictures.
    pub test: Test,
    /// The ELBO of the test pictures taken apart.
    #[serde(default)]
    pub surgery: Option<Surgery>,
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
    /// Nothing of a model that encodes to points.
    pub kl: Option<f32>,
    /// The evidence lower bound itself: negative.
    pub elbo: Option<f32>,
    /// What the reconstruction error of grey pixels under a Bernoulli likelihood cannot fall below.
    #[serde(default)]
    pub floor: Option<f32>,
}

impl Card {
    /// What the card of a family says of one of its members.
    pub fn of_member(family: &Family, member: &Member) -> Self {
        let test = member.test;
        Self {
            model: family.run_of(member).model,
            pictures: Pictures { test: family.held_out },
            atlas: None,
            test: Test { reconstruction: test.reconstruction, kl: test.kl, elbo: test.elbo, floor: family.floor },
            surgery: member.surgery.clone(),
        }
    }
}
