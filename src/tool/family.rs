//! The β family: a plain autoencoder, and variational ones from β = 0 to posterior collapse, trained alike and kept small.

mod align;
pub mod classifier;
pub mod measure;
mod notes;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pollster::block_on;

use super::evaluate::{model, terms};
use super::recipe::{ToolError, cpu};
use super::shelf::{encoding, pack_codes, write};
use crate::data::family::{Aligned, Bytes, Family, Lost, Member, Test};
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::engine::batches;
use crate::engine::learner::Learner;
use crate::latent::posterior::kl_by_dimension;
use crate::nn::layout::Layout;
use crate::nn::weights;
use crate::protocol::{Notice, NoticeKind};
use crate::spec::{Activation, DataSpec, ModelSpec, Objective, PIXELS, RunSpec, TrainingSpec};

/// Its folder in `pretrained/`.
const NAME: &str = "digits-beta";
const BETAS: [f32; 10] = [0.0, 0.01, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
/// The member whose axes stay as they came.
const FIRST_LAID: f32 = 1.0;
const STEPS: u32 = 24_000;
/// This last share of the steps is taken at a tenth of the rate, so that where a model ends is not the noise of its last
/// batches.
const CALM: f64 = 0.25;
/// Weights of so many numbers are rounded to 8 bits: those to and from the pixels, nine tenths of all.
const ROUNDED_FROM: usize = 10_000;
/// Models trained at once.
const THREADS: usize = 2;
/// Steps between two lines on standard error.
const REPORT: u32 = 4000;

/// What all members have in common. Of the nets that leave the family small this had the highest ELBO at β = 1;
/// `pretrained/README.md` has the others.
pub fn run() -> RunSpec {
    RunSpec {
        data: DataSpec::Digits { count: 40_000 },
        model: ModelSpec { activation: Activation::Silu, ..ModelSpec::mlp(&[64, 64, 32]) },
        training: TrainingSpec { steps: STEPS, learning_rate: 2e-3, ..TrainingSpec::reference() },
        seed: 1,
    }
}

/// Trains the family and writes its folder into `shelf`.
///
/// # Errors
/// `File` for what can't be written, `Learner` for what can't be computed.
pub fn build(shelf: &Path) -> Result<(), ToolError> {
    let (Set::Pictures(set), Set::Pictures(held_out)) = batches::data(&run())? else {
        return Err(bad_spec(&"the family is of pictures"));
    };
    let mut candidates: Vec<Candidate> = std::iter::once(None).chain(BETAS.map(Some)).map(Candidate::new).collect();
    train_all(&mut candidates, &set, &held_out)?;
    let held_out = Set::Pictures(held_out);
    align(&mut candidates, &held_out)?;

    let folder = shelf.join(NAME);
    let members: Result<Vec<Member>, ToolError> =
        candidates.into_iter().map(|candidate| candidate.ship(&set, &held_out, &folder)).collect();
    let mut family = Family {
        name: NAME.into(),
        run: run(),
        held_out: held_out.len(),
        members: members?,
        notes: Vec::new(),
        rebuild: "cargo run --features tool --bin latentscape -- family".into(),
    };
    family.notes = notes::of(&family);
    write(&folder, "card.json", &serde_json::to_vec_pretty(&family).map_err(|e| encoding(&e))?)?;
    family.notes.iter().for_each(|note| eprintln!("{note}"));
    Ok(())
}

/// A member on its way to the shelf.
struct Candidate {
    name: String,
    /// None for the plain autoencoder.
    beta: Option<f32>,
    run: RunSpec,
    flat: Vec<f32>,
    aligned: Option<Aligned>,
}

impl Candidate {
    fn new(beta: Option<f32>) -> Self {
        let mut run = run();
        match beta {
            Some(beta) => run.training.beta = beta,
            None => run.model.objective = Objective::Autoencoder,
        }
        let name = beta.map_or_else(|| "ae".into(), |beta| format!("beta-{beta}"));
        Self { name, beta, run, flat: Vec::new(), aligned: None }
    }

    fn layout(&self) -> Result<Layout, ToolError> {
        Layout::new(&self.run.model).map_err(|e| bad_spec(&e))
    }

    /// Trains to the end; says how it goes on standard error.
    fn train(&self, set: ImageSet, held_out: ImageSet) -> Result<Vec<f32>, ToolError> {
        let mut learner = cpu();
        learner.begin_on(&self.run, set, held_out)?;
        let training = &self.run.training;
        let calm = training.steps - (f64::from(training.steps) * CALM) as u32;
        for step in 0..training.steps {
            if step == calm {
                learner.adjust(&TrainingSpec { learning_rate: training.learning_rate / 10.0, ..training.clone() })?;
            }
            learner.step();
            if (step + 1) % REPORT == 0 {
                let losses = block_on(learner.losses())?;
                let mean = losses.iter().map(|l| f64::from(l.reconstruction)).sum::<f64>() / losses.len().max(1) as f64;
                if let Some(test) = block_on(learner.validate())? {
                    let (name, step, penalty) = (&self.name, step + 1, test.penalty);
                    let test = test.reconstruction;
                    eprintln!(
                        "{name}: step {step}, reconstruction {mean:.2}, held out {test:.2}, penalty {penalty:.3}"
                    );
                }
            }
        }
        Ok(block_on(learner.parameters())?)
    }

    /// Rounds, measures, writes the two files.
    fn ship(mut self, set: &ImageSet, held_out: &Set, folder: &Path) -> Result<Member, ToolError> {
        let (spec, layout) = (&self.run.model, self.layout()?);
        let before = measure(spec, &self.flat, held_out)?;
        silence(&layout, &mut self.flat, set);
        let file =
            weights::to_safetensors_quantised(spec, &layout, &self.flat, ROUNDED_FROM).map_err(|e| encoding(&e))?;
        let test = measure(spec, &weights::from_safetensors(&layout, &file).map_err(|e| encoding(&e))?, held_out)?;
        let mut learner = cpu();
        learner.load(spec, &file)?;
        let (mu, log_var) = block_on(learner.posteriors(held_out, held_out.len()))?;
        let codes = pack_codes(&mu, &log_var, held_out.labels())?;

        let [weights_name, codes_name] = ["weights", "codes"].map(|what| format!("{}.{what}.safetensors", self.name));
        write(folder, &weights_name, &file)?;
        write(folder, &codes_name, &codes)?;
        eprintln!("{}: {test:?}", self.name);
        let latent = spec.latent;
        Ok(Member {
            objective: spec.objective,
            beta: self.beta,
            weights: weights_name,
            codes: codes_name,
            test,
            test_before_rounding: before,
            lost_by_rounding: Lost {
                reconstruction: test.reconstruction - before.reconstruction,
                elbo: before.elbo.zip(test.elbo).map(|(before, after)| before - after),
            },
            kl_by_dimension: kl_by_dimension(&mu, &log_var, latent),
            sigma: match self.beta {
                Some(_) => axes(&log_var, latent).map(|v| mean(v.iter().map(|v| (v / 2.0).exp()))).collect(),
                None => Vec::new(),
            },
            spread: axes(&mu, latent).map(|mu| deviation(&mu)).collect(),
            aligned: self.aligned,
            bytes: Bytes { weights: file.len(), codes: codes.len() },
            meters: Default::default(),
            fitted: Default::default(),
            surgery: None,
            name: self.name,
        })
    }
}

/// A candidate's name, and its weights.
type Trained = (String, Vec<f32>);

/// Trains all, a few at once: a model is too small for the cores to share it.
fn train_all(candidates: &mut [Candidate], set: &ImageSet, held_out: &ImageSet) -> Result<(), ToolError> {
    let next = AtomicUsize::new(0);
    let worker = |candidates: &[Candidate]| {
        let mut trained = Vec::new();
        while let Some(candidate) = candidates.get(next.fetch_add(1, Ordering::Relaxed)) {
            trained.push((candidate.name.clone(), candidate.train(set.clone(), held_out.clone())?));
        }
        Ok(trained)
    };
    let all: Vec<Result<Vec<Trained>, ToolError>> = thread::scope(|scope| {
        let shared = &*candidates;
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| worker(shared))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let trained: Vec<Trained> = all.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    for candidate in candidates {
        let found = trained.iter().find(|(name, _)| *name == candidate.name);
        candidate.flat = found.ok_or_else(|| bad_spec(&"a thread ended without its model"))?.1.clone();
    }
    Ok(())
}

/// Lays each member's axes to those of the one before, from [`FIRST_LAID`] outwards in both directions.
fn align(candidates: &mut [Candidate], held_out: &Set) -> Result<(), ToolError> {
    let first = candidates.iter().position(|c| c.beta == Some(FIRST_LAID)).unwrap_or(0);
    let outwards = (first + 1..candidates.len()).map(|i| (i, i - 1)).chain((0..first).rev().map(|i| (i, i + 1)));
    for (i, neighbour) in outwards {
        let [ours, theirs] = [i, neighbour].map(|i| codes(&candidates[i], held_out));
        let (turn, likeness) = align::best(&ours?, &theirs?);
        let layout = candidates[i].layout()?;
        turn.bake(&layout, &mut candidates[i].flat);
        let to = candidates[neighbour].name.clone();
        candidates[i].aligned = Some(Aligned { to, swapped: turn.swaps(), flipped: turn.flips(), likeness });
    }
    Ok(())
}

/// The means of the posteriors.
fn codes(candidate: &Candidate, held_out: &Set) -> Result<Vec<[f32; 2]>, ToolError> {
    let layout = candidate.layout()?;
    let file = weights::to_safetensors(&candidate.run.model, &layout, &candidate.flat).map_err(|e| encoding(&e))?;
    let mut learner = cpu();
    learner.load(&candidate.run.model, &file)?;
    let (mu, _) = block_on(learner.posteriors(held_out, held_out.len()))?;
    Ok(mu.chunks_exact(2).map(|z| [z[0], z[1]]).collect())
}

fn measure(spec: &ModelSpec, flat: &[f32], held_out: &Set) -> Result<Test, ToolError> {
    let terms = block_on(terms(&model(spec, flat)?, held_out))?;
    let reconstruction = mean(terms.iter().map(|t| t[0]));
    let kl = spec.objective.is_variational().then(|| mean(terms.iter().map(|t| t[1])));
    Ok(Test { reconstruction, kl, elbo: kl.map(|kl| -(reconstruction + kl)) })
}

/// Sets to 0 what the encoder would make of pixels that are 0 in all training data: training has not moved it from its
/// random start, and zeros take no room in a compressed file.
fn silence(layout: &Layout, flat: &mut [f32], set: &ImageSet) {
    let Some(first) = layout.parameters.first() else { return };
    let mut used = [false; PIXELS];
    for picture in set.pixels().chunks_exact(PIXELS) {
        used.iter_mut().zip(picture).for_each(|(used, &pixel)| *used |= pixel > 0);
    }
    let units = first.len() / PIXELS;
    let rows = flat[first.range()].chunks_exact_mut(units);
    rows.zip(used).filter(|(_, used)| !used).for_each(|(row, _)| row.fill(0.0));
}

/// The numbers of each axis, of [n, latent].
fn axes(values: &[f32], latent: usize) -> impl Iterator<Item = Vec<f64>> {
    (0..latent).map(move |axis| values.iter().skip(axis).step_by(latent).map(|&v| f64::from(v)).collect())
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f32 {
    let n = values.len().max(1) as f64;
    (values.sum::<f64>() / n) as f32
}

fn deviation(values: &[f64]) -> f32 {
    let centre = values.iter().sum::<f64>() / values.len().max(1) as f64;
    mean(values.iter().map(|v| (v - centre).powi(2))).sqrt()
}

fn bad_spec(detail: &dyn std::fmt::Display) -> ToolError {
    ToolError::Learner(Notice { kind: NoticeKind::BadSpec, detail: detail.to_string() })
}
