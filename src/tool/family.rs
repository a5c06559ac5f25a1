//! The β family: a plain autoencoder, and variational ones from β = 0 to posterior collapse, trained alike and kept small.

mod align;
pub mod classifier;
pub mod measure;
mod notes;
pub mod plan;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pollster::block_on;

use self::plan::Plan;
use super::evaluate::{model, terms};
use super::recipe::{ToolError, cpu};
use super::shelf::{encoding, pack_codes, write};
use super::training::{Rate, Task};
use crate::data::family::{Aligned, Bytes, Family, Lost, Member, Test};
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::engine::learner::Learner;
use crate::latent::posterior::kl_by_dimension;
use crate::nn::layout::Layout;
use crate::nn::weights;
use crate::protocol::{Notice, NoticeKind};
use crate::spec::{ModelSpec, Objective, PIXELS, RunSpec};

const BETAS: [f32; 10] = [0.0, 0.01, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
/// The member whose axes stay as they came.
const FIRST_LAID: f32 = 1.0;
/// Weights of so many numbers are rounded to 8 bits: those to and from the pixels, nine tenths of all.
const ROUNDED_FROM: usize = 10_000;
/// Models trained at once, unless [`THREADS`] says otherwise.
const AT_ONCE: usize = 2;
const THREADS: &str = "LATENTSCAPE_THREADS";
/// Steps between two checkpoints.
const REPORT: u32 = 1000;

/// Where a family is made of, and where it goes.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// `pretrained/`.
    pub shelf: &'a Path,
    /// The folder of families from other seeds, which are measured and not shipped.
    pub seeds: &'a Path,
    /// Runs that were stopped.
    pub work: &'a Path,
}

impl Places<'_> {
    /// The folder of a family from another seed.
    fn other(&self, plan: &Plan, seed: u32) -> PathBuf {
        self.seeds.join(format!("{}-{seed}", plan.name))
    }
}

/// Trains a family and writes its folder. What is stopped goes on with the member that it was at.
///
/// # Errors
/// `File` for what can't be read or written, `Learner` for what can't be computed.
pub fn build(plan: &Plan, places: Places<'_>) -> Result<(), ToolError> {
    let [set, pictures] = plan.pictures(places.data)?;
    let mut candidates = candidates(&plan.run());
    train_all(plan, &mut candidates, &set, &pictures, places.work)?;
    let held_out = Set::Pictures(pictures);
    align(&mut candidates, &held_out)?;

    let folder = places.shelf.join(plan.name);
    let members: Result<Vec<Member>, ToolError> =
        candidates.iter().map(|candidate| candidate.ship(&set, &held_out, &folder)).collect();
    let mut family = Family {
        name: plan.name.into(),
        run: plan.run(),
        held_out: held_out.len(),
        floor: None,
        members: members?,
        notes: Vec::new(),
        rebuild: format!("cargo run --features tool --bin latentscape -- family {}", plan.name),
    };
    family.notes = notes::of(&family);
    write(&folder, "card.json", &serde_json::to_vec_pretty(&family).map_err(|e| encoding(&e))?)?;
    family.notes.iter().for_each(|note| eprintln!("{note}"));
    candidates.iter().for_each(|candidate| candidate.task(plan, places.work).forget());
    Ok(())
}

/// Trains the family from its other seeds and writes their weights, rounded as those on the dial are.
///
/// # Errors
/// As [`build`].
pub fn build_others(plan: &Plan, places: Places<'_>) -> Result<(), ToolError> {
    let [set, held_out] = plan.pictures(places.data)?;
    for &(seed, steps) in plan.others {
        let mut run = plan.run();
        (run.seed, run.training.steps) = (seed, steps);
        let mut candidates = candidates(&run);
        train_all(plan, &mut candidates, &set, &held_out, places.work)?;
        for candidate in &candidates {
            let (file, _) = candidate.rounded(&set)?;
            write(&places.other(plan, seed), &candidate.weights_name(), &file)?;
        }
        candidates.iter().for_each(|candidate| candidate.task(plan, places.work).forget());
    }
    Ok(())
}

/// The plain autoencoder, and one model for each β.
fn candidates(run: &RunSpec) -> Vec<Candidate> {
    std::iter::once(None).chain(BETAS.map(Some)).map(|beta| Candidate::new(run, beta)).collect()
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
    fn new(run: &RunSpec, beta: Option<f32>) -> Self {
        let mut run = run.clone();
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

    fn task<'a>(&'a self, plan: &Plan, work: &'a Path) -> Task<'a> {
        let name = format!("{}.{}.{}", plan.name, self.run.seed, self.name);
        Task { name, run: &self.run, rate: Rate::Calm, every: REPORT, folder: work, start: None }
    }

    fn weights_name(&self) -> String {
        format!("{}.weights.safetensors", self.name)
    }

    /// The file as shipped, and its weights.
    fn rounded(&self, set: &ImageSet) -> Result<(Vec<u8>, Vec<f32>), ToolError> {
        let (spec, layout) = (&self.run.model, self.layout()?);
        let mut flat = self.flat.clone();
        silence(&layout, &mut flat, set);
        let file = weights::to_safetensors_quantised(spec, &layout, &flat, ROUNDED_FROM).map_err(|e| encoding(&e))?;
        let flat = weights::from_safetensors(&layout, &file).map_err(|e| encoding(&e))?;
        Ok((file, flat))
    }

    /// Rounds, measures, writes the two files.
    fn ship(&self, set: &ImageSet, held_out: &Set, folder: &Path) -> Result<Member, ToolError> {
        let spec = &self.run.model;
        let before = measure(spec, &self.flat, held_out)?;
        let (file, flat) = self.rounded(set)?;
        let test = measure(spec, &flat, held_out)?;
        let mut learner = cpu();
        learner.load(spec, &file)?;
        let (mu, log_var) = block_on(learner.posteriors(held_out, held_out.len()))?;
        let codes = pack_codes(&mu, &log_var, held_out.labels())?;

        let (weights_name, codes_name) = (self.weights_name(), format!("{}.codes.safetensors", self.name));
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
            aligned: self.aligned.clone(),
            bytes: Bytes { weights: file.len(), codes: codes.len() },
            meters: Default::default(),
            fitted: Default::default(),
            seeds: Vec::new(),
            surgery: None,
            name: self.name.clone(),
        })
    }
}

/// A candidate's name, and its weights.
type Trained = (String, Vec<f32>);

/// Trains all, a few at once: a model is too small for the cores to share it.
fn train_all(
    plan: &Plan,
    candidates: &mut [Candidate],
    set: &ImageSet,
    held_out: &ImageSet,
    work: &Path,
) -> Result<(), ToolError> {
    let next = AtomicUsize::new(0);
    let worker = |candidates: &[Candidate]| {
        let mut trained = Vec::new();
        while let Some(candidate) = candidates.get(next.fetch_add(1, Ordering::Relaxed)) {
            let flat = candidate.task(plan, work).train(set.clone(), held_out.clone())?;
            trained.push((candidate.name.clone(), flat));
        }
        Ok(trained)
    };
    let threads = std::env::var(THREADS).ok().and_then(|text| text.parse().ok()).unwrap_or(AT_ONCE);
    let all: Vec<Result<Vec<Trained>, ToolError>> = thread::scope(|scope| {
        let shared = &*candidates;
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| worker(shared))).collect();
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
