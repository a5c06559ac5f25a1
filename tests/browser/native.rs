//! What is shipped, read and computed here, on this machine.

use std::path::PathBuf;

use latentscape::data::codes::Codes;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::{Encoded, Learner};
use latentscape::latent::place::class_means;
use latentscape::spec::{ModelSpec, PIXELS};
use latentscape::tool::recipe;
use serde_json::Value;

use super::map::apart;

pub const MODEL: &str = "mnist-vae-2d-cosine";

fn shipped(name: &str) -> Vec<u8> {
    let file: PathBuf = super::server::dist().join("pretrained").join(MODEL).join(name);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The codes of the test pictures.
pub fn codes() -> Codes {
    Codes::read(&shipped("codes.safetensors")).expect("shipped codes")
}

/// Those of the training pictures.
pub fn train_codes() -> Codes {
    Codes::read(&shipped("codes-train.safetensors")).expect("shipped codes")
}

/// The mean of a class's codes.
pub fn mean(codes: &Codes, class: u8) -> [f32; 2] {
    class_means(&codes.mu, &codes.labels)[usize::from(class)].expect("every class has codes")
}

/// The code among `candidates` whose nearest other code is farthest away, and that distance.
pub fn loneliest(codes: &[[f32; 2]], candidates: impl IntoIterator<Item = usize>) -> (usize, f32) {
    let alone = |i: usize| {
        let others = codes.iter().enumerate().filter(|(j, _)| *j != i);
        (i, others.map(|(_, z)| apart(codes[i], *z)).fold(f32::INFINITY, f32::min))
    };
    candidates.into_iter().map(alone).max_by(|a, b| a.1.total_cmp(&b.1)).expect("a candidate")
}

/// The engine with the shipped weights: burn on this machine's CPU, as the tool runs it.
pub struct Engine(BurnLearner);

impl Engine {
    pub fn start() -> Self {
        let card: Value = serde_json::from_slice(&shipped("card.json")).expect("a card is JSON");
        let model: ModelSpec = serde_json::from_value(card["model"].clone()).expect("the card names a model");
        let mut learner = recipe::cpu();
        learner.load(&model, &shipped("weights.safetensors")).expect("shipped weights");
        Self(learner)
    }

    /// Pixel probabilities, 28 by 28, of each point.
    pub async fn decode(&self, points: &[[f32; 2]]) -> Vec<Vec<f64>> {
        let pixels = self.0.decode(points.as_flattened()).await.expect("the engine decodes");
        pixels.chunks_exact(PIXELS).map(|picture| picture.iter().map(|p| f64::from(*p)).collect()).collect()
    }

    /// `picture` is 28 by 28, 255 is ink.
    pub async fn encode(&self, picture: &[u8]) -> Encoded {
        self.0.encode(picture).await.expect("the engine encodes")
    }
}
