//! The card of a family of models that differ in their objective and in β alone: data, architecture, seed and steps are
//! the same, so that nothing else can be the cause of what is seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::estimate::Surgery;
use crate::spec::check::Flaw;
use crate::spec::{ModelSpec, Objective, RunSpec, TrainingSpec};

/// What `card.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Family {
    /// Its folder in `pretrained/`.
    pub name: String,
    /// What all members have in common; see [`Family::run_of`] for the run of one.
    pub run: RunSpec,
    /// Data of the run's held-out set, from the first, that `test` and the files of codes are about.
    pub held_out: usize,
    /// The mean entropy of a held-out picture's grey pixels taken as probabilities, nats: no reconstruction error of these
    /// data under a Bernoulli likelihood is less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f32>,
    /// From the plain autoencoder through β = 0 to the largest β.
    pub members: Vec<Member>,
    /// Where the numbers do as theory says and where not, and how the files were made, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The command that makes it all anew.
    #[serde(default)]
    pub rebuild: String,
}

/// A model of the family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// `ae`, or `beta-` and the value.
    pub name: String,
    pub objective: Objective,
    /// Nothing where there is no KL term to weigh.
    pub beta: Option<f32>,
    /// Files in the family's folder.
    pub weights: String,
    pub codes: String,
    /// Of the weights as shipped, rounded to 8 and 16 bits.
    pub test: Test,
    /// Of the weights as trained, 32 bits a number.
    pub test_before_rounding: Test,
    pub lost_by_rounding: Lost,
    /// Mean KL of each axis, nats; empty for a model that encodes to points, as `sigma`.
    pub kl_by_dimension: Vec<f32>,
    /// Mean standard deviation of the posterior along each axis, in units of z.
    pub sigma: Vec<f32>,
    /// Standard deviation of the posteriors' means along each axis, in units of z.
    pub spread: Vec<f32>,
    /// How its axes were laid to those of its neighbour; nothing of the member that the others were laid to.
    #[serde(default)]
    pub aligned: Option<Aligned>,
    /// Of the files.
    pub bytes: Bytes,
    /// Further measurements, by name, if one samples from N(0, I).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub meters: BTreeMap<String, MeterValue>,
    /// The same, if one samples from the normal distribution with the mean and covariance of the codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fitted: BTreeMap<String, MeterValue>,
    /// The ELBO of the held-out data taken apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surgery: Option<Surgery>,
    /// The same model trained from other seeds on the same data: how much of a curve along β is chance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<OtherSeed>,
}

/// Measurements of a member trained from another seed; its weights are not shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherSeed {
    pub seed: u32,
    /// Optimiser steps, which may be fewer than those of the model that is shipped.
    pub steps: u32,
    pub test: Test,
    /// By name, as the member's own, if one samples from N(0, I) and if from what is fitted to the codes.
    pub meters: BTreeMap<String, f32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fitted: BTreeMap<String, f32>,
}

/// What one sees of a member, by the numbers of its card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Character {
    /// Encodes to points.
    Plain,
    /// Encodes to distributions, without a KL term.
    Unbound,
    /// The KL term is weak: the codes reach beyond the prior.
    Loose,
    /// The codes keep to the prior, on both axes alike.
    Balanced,
    /// One axis carries much less than the other; the KL of both, nats.
    Lopsided { low: f32, high: f32 },
    /// One axis carries next to nothing; likewise.
    Line { low: f32, high: f32 },
    /// Posterior collapse on every axis.
    Collapsed,
}

/// An axis with less KL than this, in nats, has collapsed; with less than the second it carries next to nothing.
const COLLAPSED: f32 = 0.01;
const LITTLE: f32 = 0.5;
/// An axis that carries less than this share of the other's KL makes the plane lopsided.
const LOPSIDED: f32 = 0.6;
/// Codes that are spread wider than this, in units of z, reach beyond the prior.
const WIDE: f32 = 1.15;

impl Member {
    /// The least and the greatest reading of a meter over all seeds, the shipped one's among them, if one samples from N(0, I)
    /// or else from what is fitted to the codes; nothing where there is no other seed.
    pub fn over_seeds(&self, meter: &str, prior: bool) -> Option<[f32; 2]> {
        let own = if prior { &self.meters } else { &self.fitted }.get(meter)?.value;
        let of = |other: &OtherSeed| if prior { &other.meters } else { &other.fitted }.get(meter).copied();
        let others = self.seeds.iter().filter_map(of);
        let (low, high, count) = others.fold((own, own, 0), |(l, h, n), v| (l.min(v), h.max(v), n + 1));
        (count > 0).then_some([low, high])
    }

    pub fn character(&self) -> Character {
        let largest = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
        let (high, low) =
            (largest(&self.kl_by_dimension), self.kl_by_dimension.iter().copied().fold(f32::MAX, f32::min));
        match self.beta {
            None => Character::Plain,
            Some(beta) if beta <= 0.0 => Character::Unbound,
            Some(_) if high < COLLAPSED => Character::Collapsed,
            Some(_) if low < LITTLE => Character::Line { low, high },
            Some(_) if low < LOPSIDED * high => Character::Lopsided { low, high },
            Some(_) if largest(&self.spread) > WIDE => Character::Loose,
            Some(_) => Character::Balanced,
        }
    }
}

/// Means over the held-out data, in nats a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// With one sample of z a picture.
    pub reconstruction: f32,
    /// Nothing of a model that encodes to points, as of the ELBO.
    pub kl: Option<f32>,
    /// −(reconstruction + KL), whatever β was trained with.
    pub elbo: Option<f32>,
}

/// How much worse rounding has made it, in nats a picture; less than nothing where it is better by chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    pub reconstruction: f32,
    pub elbo: Option<f32>,
}

/// A signed permutation of the two axes, put into the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Aligned {
    /// The neighbour's name.
    pub to: String,
    pub swapped: bool,
    /// The axes, as they are now, whose sign was changed.
    pub flipped: [bool; 2],
    /// Correlation of its codes with the neighbour's after that, −1 to 1.
    pub likeness: f32,
}

/// Sizes of the files.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bytes {
    pub weights: usize,
    pub codes: usize,
}

/// A measurement, with its interval where it has one, and what it would be in the case that it is to be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeterValue {
    pub value: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<f32>,
}

/// Why a card was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    #[error("the family's card cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the family's run cannot be: {0}")]
    Run(#[from] Flaw),
    #[error("the family has no members")]
    Empty,
    #[error("the family has two members called {0}")]
    Twice(String),
    #[error("{0} names a file outside the family's folder")]
    File(String),
    #[error("{0} has a number that is not finite")]
    NotFinite(String),
    #[error("{0} has a number for each of other axes than its run has")]
    Axes(String),
}

impl Family {
    /// Reads a card.
    ///
    /// # Errors
    /// [`FamilyError`], a sentence, for anything that is not the card of a family that can be used.
    pub fn parse(card: &[u8]) -> Result<Self, FamilyError> {
        let family: Self = serde_json::from_slice(card)?;
        if family.members.is_empty() {
            return Err(FamilyError::Empty);
        }
        for (i, member) in family.members.iter().enumerate() {
            if family.members[..i].iter().any(|other| other.name == member.name) {
                return Err(FamilyError::Twice(member.name.clone()));
            }
            if let Some(flaw) = family.run_of(member).flaw() {
                return Err(flaw.into());
            }
            member.check(family.run.model.latent)?;
        }
        Ok(family)
    }

    /// The run that gave a member.
    pub fn run_of(&self, member: &Member) -> RunSpec {
        let run = self.run.clone();
        let training = TrainingSpec { beta: member.beta.unwrap_or(run.training.beta), ..run.training };
        RunSpec { model: ModelSpec { objective: member.objective, ..run.model }, training, ..run }
    }

    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

impl Member {
    fn check(&self, latent: usize) -> Result<(), FamilyError> {
        if ![&self.weights, &self.codes].into_iter().all(|name| is_plain(name)) {
            return Err(FamilyError::File(self.name.clone()));
        }
        let sound = self.surgery.as_ref().is_none_or(Surgery::is_finite);
        if !sound || !self.numbers().iter().all(|number| number.is_finite()) {
            return Err(FamilyError::NotFinite(self.name.clone()));
        }
        let of_points = if self.objective.is_variational() { latent } else { 0 };
        let axes = [(&self.kl_by_dimension, of_points), (&self.sigma, of_points), (&self.spread, latent)];
        match axes.into_iter().all(|(numbers, axes)| numbers.len() == axes) {
            true => Ok(()),
            false => Err(FamilyError::Axes(self.name.clone())),
        }
    }

    /// All that was measured.
    fn numbers(&self) -> Vec<f32> {
        let tests = [self.test, self.test_before_rounding].into_iter();
        let mut numbers: Vec<f32> = tests.flat_map(|t| [Some(t.reconstruction), t.kl, t.elbo]).flatten().collect();
        numbers.extend([Some(self.lost_by_rounding.reconstruction), self.lost_by_rounding.elbo].iter().flatten());
        numbers.extend(self.kl_by_dimension.iter().chain(&self.sigma).chain(&self.spread));
        numbers.extend(self.aligned.iter().map(|aligned| aligned.likeness));
        for other in &self.seeds {
            numbers.extend([Some(other.test.reconstruction), other.test.kl, other.test.elbo].into_iter().flatten());
            numbers.extend(other.meters.values());
        }
        numbers.extend(self.meters.values().flat_map(|m| [Some(m.value), m.low, m.high]).flatten());
        numbers
    }
}

/// A file's name that leads nowhere else.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn member(name: &str, beta: Option<f32>) -> Member {
        let some = |value: f32| beta.map(|_| value);
        let test = Test { reconstruction: 120.5, kl: some(5.0), elbo: some(-125.5) };
        let axes = |value: f32| if beta.is_some() { vec![value; 2] } else { Vec::new() };
        Member {
            name: name.into(),
            objective: if beta.is_some() { Objective::Variational } else { Objective::Autoencoder },
            beta,
            weights: format!("{name}.weights.safetensors"),
            codes: format!("{name}.codes.safetensors"),
            test,
            test_before_rounding: test,
            lost_by_rounding: Lost { reconstruction: 0.1, elbo: some(0.1) },
            kl_by_dimension: axes(2.5),
            sigma: axes(0.1),
            spread: vec![1.0; 2],
            aligned: None,
            bytes: Bytes { weights: 100, codes: 10 },
            meters: BTreeMap::new(),
            fitted: BTreeMap::new(),
            seeds: Vec::new(),
            surgery: None,
        }
    }

    fn family() -> Family {
        Family {
            name: "digits-beta".into(),
            run: RunSpec::default(),
            held_out: 2000,
            floor: None,
            members: vec![member("ae", None), member("beta-0.5", Some(0.5))],
            notes: Vec::new(),
            rebuild: String::new(),
        }
    }

    /// The card with one value replaced.
    fn with(at: &str, value: Value) -> Result<Family, FamilyError> {
        let mut card = serde_json::to_value(family()).expect("JSON");
        *card.pointer_mut(at).expect("a place in the card") = value;
        Family::parse(card.to_string().as_bytes())
    }

    #[test]
    fn what_is_written_can_be_read_and_says_how_each_was_trained() {
        let mut whole = family();
        let meter = MeterValue { value: 0.9, low: Some(0.8), high: None, reference: Some(1.0) };
        whole.members[1].meters.insert("accuracy".into(), meter);
        let other = |seed, accuracy: f32| OtherSeed {
            seed,
            steps: 10,
            test: whole.members[1].test,
            meters: BTreeMap::from([("accuracy".to_owned(), accuracy)]),
            fitted: BTreeMap::new(),
        };
        whole.members[1].seeds = vec![other(2, 0.95), other(3, 0.7)];
        assert_eq!(whole.members[1].over_seeds("accuracy", true), Some([0.7, 0.95]));
        assert_eq!(
            (whole.members[1].over_seeds("no", true), whole.members[0].over_seeds("accuracy", true)),
            (None, None)
        );
        let read = Family::parse(&serde_json::to_vec(&whole).expect("JSON")).expect("a card");
        assert_eq!(read, whole);
        let [plain, half] = [0, 1].map(|i| read.run_of(&read.members[i]));
        assert_eq!((plain.model.objective, plain.training.beta), (Objective::Autoencoder, 1.0));
        assert_eq!((half.model.objective, half.training.beta), (Objective::Variational, 0.5));
        assert_eq!((half.seed, half.data), (whole.run.seed, whole.run.data));
        assert!(read.member("ae").is_some() && read.member("no").is_none());
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_a_sentence() {
        let refused = |at: &str, value: Value, words: &str| {
            let error = with(at, value).expect_err(at).to_string();
            assert!(error.contains(words) && !error.contains('\n'), "{at}: {error}");
        };
        refused("/members", json!([]), "no members");
        refused("/members/1/name", json!("ae"), "two members called ae");
        refused("/members/0/weights", json!("../../x"), "outside");
        refused("/members/0/codes", json!(""), "outside");
        refused("/members/0/weights", json!("https://example.org/x"), "outside");
        refused("/members/1/beta", json!(-1.0), "β");
        refused("/members/1/kl_by_dimension", json!([1.0]), "axes");
        refused("/members/0/sigma", json!([1.0, 1.0]), "axes");
        refused("/members/1/spread/0", json!(1e300), "finite");
        refused("/run/model/net", json!({ "mlp": { "hidden": [0] } }), "no units");
        refused("/run/model/latent", json!(1_000_000), "dimensions");
        refused("/members/1/objective", json!("other"), "cannot be read");
        refused("/members/1/bytes/codes", json!(-1), "cannot be read");
    }

    #[test]
    fn a_card_cut_anywhere_is_refused() {
        let card = serde_json::to_vec(&family()).expect("JSON");
        assert!((0..card.len()).step_by(7).all(|cut| Family::parse(&card[..cut]).is_err()));
        assert!(Family::parse(b"<!doctype html>").is_err());
        let deep = "[".repeat(100_000);
        assert!(Family::parse(deep.as_bytes()).is_err());
    }
}
