//! Which learning rate and seed a shipped model is trained with: each candidate is trained for some epochs, and the best on
//! pictures that are held out of the training set goes on, on all of it. The test set has no part in it.

use std::path::Path;

use pollster::block_on;
use serde::{Deserialize, Serialize};

use super::evaluate::{model, terms};
use super::recipe::{Candidate, Recipe, ToolError};
use super::shelf::{encoding, write};
use super::training::{Rate, Task};
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::spec::RunSpec;

/// The last pictures of the training set, which no candidate is trained on.
const HELD_OUT: usize = 5000;
const FILE: &str = "choice.json";

/// What `choice.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Pictures that each candidate was trained on, and that it was measured on.
    pub trained_on: usize,
    pub held_out: usize,
    pub epochs: u32,
    /// Over those epochs.
    pub rate: Rate,
    pub tried: Vec<Tried>,
}

/// A candidate and its ELBO on the pictures held out, nats a picture, one sample of z a picture, the same noise for all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    #[serde(flatten)]
    pub candidate: Candidate,
    pub elbo: f64,
}

/// Where a recipe's training begins.
pub struct Start {
    pub candidate: Candidate,
    /// The weights that the candidate was chosen for; nothing where there was nothing to choose from.
    pub chosen: Option<(Choice, Vec<f32>)>,
}

impl Start {
    /// Finds what was chosen for a recipe, or chooses.
    ///
    /// # Errors
    /// As [`choose`].
    pub fn of(recipe: &Recipe, data: &Path, shelf: &Path, work: &Path) -> Result<Self, ToolError> {
        if let [candidate] = recipe.candidates {
            return Ok(Self { candidate: *candidate, chosen: None });
        }
        let found = || {
            let choice: Choice =
                serde_json::from_slice(&std::fs::read(shelf.join(recipe.name).join(FILE)).ok()?).ok()?;
            Some((choice, floats(&std::fs::read(work.join(weights_name(recipe))).ok()?)))
        };
        let (choice, flat) = match found() {
            Some(found) => found,
            None => choose(recipe, data, shelf, work)?,
        };
        let candidate = choice.best().ok_or_else(|| encoding(&"there is no candidate"))?;
        Ok(Self { candidate, chosen: Some((choice, flat)) })
    }
}

impl Choice {
    /// Finds the candidate of the highest ELBO.
    pub fn best(&self) -> Option<Candidate> {
        self.tried.iter().max_by(|a, b| a.elbo.total_cmp(&b.elbo)).map(|tried| tried.candidate)
    }
}

/// Trains each candidate of `recipe` on all but the pictures held out, measures it on those, and writes what it found into
/// the recipe's folder on `shelf`, and the weights of the best into `work`, where runs that were stopped lie as well.
///
/// # Errors
/// `File` for what can't be read or written, `Learner` for what can't be computed.
pub fn choose(recipe: &Recipe, data: &Path, shelf: &Path, work: &Path) -> Result<(Choice, Vec<f32>), ToolError> {
    let [pictures, _] = recipe.pictures(data)?;
    let [train, held_out] = split(&pictures, pictures.len().saturating_sub(HELD_OUT))?;
    let mut choice = Choice {
        trained_on: train.len(),
        held_out: held_out.len(),
        epochs: recipe.trial,
        rate: recipe.rate,
        tried: Vec::new(),
    };
    let measured = Set::Pictures(held_out.clone());
    let runs: Vec<(String, RunSpec)> = recipe
        .candidates
        .iter()
        .map(|&candidate| {
            let name = format!("{}.trial-{}-{}", recipe.name, candidate.learning_rate, candidate.seed);
            (name, recipe.spec(recipe.trial, train.len(), candidate))
        })
        .collect();
    let every = recipe.epoch(train.len());
    let task =
        |(name, run)| Task { name: String::clone(name), run, rate: recipe.rate, every, folder: work, start: None };
    let mut best = Vec::new();
    for (each, &candidate) in runs.iter().zip(recipe.candidates) {
        let (name, run) = each;
        let flat = task((name, run)).train(train.clone(), held_out.clone())?;
        let terms = block_on(terms(&model(&run.model, &flat)?, &measured))?;
        let elbo = -terms.iter().map(|t| t[0] + t[1]).sum::<f64>() / terms.len().max(1) as f64;
        eprintln!("{name}: ELBO of the pictures held out {elbo:.3}");
        choice.tried.push(Tried { candidate, elbo });
        if choice.best() == Some(candidate) {
            best = flat;
        }
    }
    write(work, &weights_name(recipe), &best.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())?;
    write(&shelf.join(recipe.name), FILE, &serde_json::to_vec_pretty(&choice).map_err(|e| encoding(&e))?)?;
    runs.iter().for_each(|(name, run)| task((name, run)).forget());
    Ok((choice, best))
}

/// The file of the chosen weights, 32 bits a number.
fn weights_name(recipe: &Recipe) -> String {
    format!("{}.chosen", recipe.name)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
}

/// The first `count` pictures, and the rest.
fn split(set: &ImageSet, count: usize) -> Result<[ImageSet; 2], ToolError> {
    let (pixels, labels) = (set.pixels().split_at(count * set.format().bytes()), set.labels().split_at(count));
    let part = |pixels: &[u8], labels: &[u8]| {
        let names = set.class_names().to_vec();
        ImageSet::of(set.format(), pixels.to_vec(), labels.to_vec(), names).map_err(|e| encoding(&e))
    };
    Ok([part(pixels.0, labels.0)?, part(pixels.1, labels.1)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::recipe::RECIPES;

    #[test]
    fn the_best_is_the_one_of_the_highest_elbo() {
        let tried = |learning_rate, seed, elbo| Tried { candidate: Candidate { learning_rate, seed }, elbo };
        let choice = Choice {
            trained_on: 55_000,
            held_out: 5000,
            epochs: 8,
            rate: Rate::Cosine,
            tried: vec![tried(1e-3, 0, -137.2), tried(2e-3, 0, -136.9), tried(2e-3, 1, -140.0)],
        };
        assert_eq!(choice.best(), Some(Candidate { learning_rate: 2e-3, seed: 0 }));
        let text = serde_json::to_string(&choice).unwrap();
        assert!(text.contains(r#"{"learning_rate":0.002,"seed":1,"elbo":-140.0}"#), "{text}");
        assert_eq!(serde_json::from_str::<Choice>(&text).unwrap(), choice);
    }

    #[test]
    fn only_a_recipe_that_leaves_a_choice_wants_pictures_for_it() {
        let nowhere = Path::new("/nowhere");
        for recipe in &RECIPES {
            let start = Start::of(recipe, nowhere, nowhere, nowhere);
            assert_eq!(
                start.is_ok_and(|start| start.chosen.is_none()),
                recipe.candidates.len() == 1,
                "{}",
                recipe.name
            );
        }
    }

    #[test]
    fn what_is_held_out_is_the_rest() {
        let set = crate::data::digits::digits(3, 10).0;
        let [first, rest] = split(&set, 7).unwrap();
        assert_eq!((first.len(), rest.len()), (7, 3));
        assert_eq!([first.image(6), rest.image(0)], [set.image(6), set.image(7)]);
        assert_eq!(rest.labels(), &set.labels()[7..]);
    }
}
