//! A long run that may be stopped at any time: what it has lies in a file, from which it goes on to the same weights.

use std::path::{Path, PathBuf};

use pollster::block_on;
use serde::{Deserialize, Serialize};

use super::recipe::{ToolError, cpu};
use super::shelf::{encoding, write};
use crate::data::image_set::ImageSet;
use crate::engine::learner::Learner;
use crate::spec::{RunSpec, TrainingSpec};
use crate::train::Saved;

/// How the learning rate goes over a run; [`TrainingSpec::learning_rate`] is what it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rate {
    Constant,
    /// Half a cosine, from the whole rate to nothing (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts).
    Cosine,
    /// A tenth of the rate in the last quarter of the steps, so that where a model ends is not the noise of its last
    /// batches.
    Calm,
}

impl Rate {
    /// Computes the rate of a step of the run, counted from 0. Of the step alone, so that a run goes on as it would have.
    pub fn at(self, step: u32, training: &TrainingSpec) -> f64 {
        let (first, done) = (training.learning_rate, f64::from(step) / f64::from(training.steps.max(1)));
        match self {
            Self::Constant => first,
            Self::Cosine => first * 0.5 * (1.0 + (std::f64::consts::PI * done).cos()),
            Self::Calm if done >= 0.75 => first / 10.0,
            Self::Calm => first,
        }
    }
}

/// A run on its way.
pub struct Task<'a> {
    /// Its file's name in `folder`, and its name on standard error.
    pub name: String,
    pub run: &'a RunSpec,
    pub rate: Rate,
    /// Steps from one checkpoint, and one line on standard error, to the next.
    pub every: u32,
    /// Where the checkpoint is kept.
    pub folder: &'a Path,
    /// The weights that it begins with, if not with fresh ones.
    pub start: Option<Vec<f32>>,
}

/// The first line of a checkpoint's file: whose it is. The learner's own bytes follow.
#[derive(PartialEq, Serialize, Deserialize)]
struct Head {
    run: RunSpec,
    rate: Rate,
    step: u32,
}

impl Task<'_> {
    /// Trains to the end, from the checkpoint where there is one of this very run, and gives the weights. The checkpoint
    /// of the last step stays until [`Self::forget`].
    ///
    /// # Errors
    /// `Learner` for what can't be computed, `File` for a checkpoint that can't be written.
    pub fn train(&self, set: ImageSet, held_out: ImageSet) -> Result<Vec<f32>, ToolError> {
        self.advance(set, held_out, self.run.training.steps)
    }

    /// Removes the checkpoint of what is done.
    pub fn forget(&self) {
        // Nobody misses a file that was not there.
        let _ = std::fs::remove_file(self.path());
    }

    fn advance(&self, set: ImageSet, held_out: ImageSet, until: u32) -> Result<Vec<f32>, ToolError> {
        let training = &self.run.training;
        let mut learner = cpu();
        let mut step = match self.found() {
            Some((step, checkpoint)) => {
                eprintln!("{}: goes on from step {step}", self.name);
                learner.restore_on(self.run, (step, &checkpoint), [set, held_out])?;
                step
            }
            None => {
                match &self.start {
                    Some(flat) => {
                        let fresh = Saved::fresh(flat.clone());
                        let checkpoint = Saved::to_bytes(&[fresh.flat, fresh.moment_1, fresh.moment_2]);
                        learner.restore_on(self.run, (0, &checkpoint), [set, held_out])?;
                    }
                    None => learner.begin_on(self.run, set, held_out)?,
                }
                0
            }
        };
        while step < until {
            learner.adjust(&TrainingSpec { learning_rate: self.rate.at(step, training), ..training.clone() })?;
            learner.step();
            step += 1;
            if step.is_multiple_of(self.every) || step == training.steps {
                let losses = block_on(learner.losses())?;
                let mean = losses.iter().map(|loss| f64::from(loss.total)).sum::<f64>() / losses.len().max(1) as f64;
                self.keep(step, &block_on(learner.checkpoint())?)?;
                eprintln!("{}: step {step} of {}, training loss {mean:.2} nats a picture", self.name, training.steps);
            }
        }
        Ok(block_on(learner.parameters())?)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.checkpoint", self.name))
    }

    /// The step and the learner's bytes of a checkpoint of this run; none of another's, and none that was cut.
    fn found(&self) -> Option<(u32, Vec<u8>)> {
        let file = std::fs::read(self.path()).ok()?;
        let end = file.iter().position(|&byte| byte == b'\n')?;
        let head: Head = serde_json::from_slice(&file[..end]).ok()?;
        let ours = head.run == *self.run && head.rate == self.rate && head.step <= self.run.training.steps;
        ours.then(|| (head.step, file[end + 1..].to_vec()))
    }

    /// Writes beside the checkpoint and puts it in its place, so that there is always a whole one.
    fn keep(&self, step: u32, checkpoint: &[u8]) -> Result<(), ToolError> {
        let head = Head { run: self.run.clone(), rate: self.rate, step };
        let mut file = serde_json::to_vec(&head).map_err(|e| encoding(&e))?;
        file.push(b'\n');
        file.extend_from_slice(checkpoint);
        let new = format!("{}.new", self.name);
        write(self.folder, &new, &file)?;
        std::fs::rename(self.folder.join(new), self.path())
            .map_err(|e| ToolError::File(self.path().display().to_string(), e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::set::Set;
    use crate::engine::batches;
    use crate::spec::{DataSpec, ModelSpec};

    #[test]
    fn the_rate_begins_whole_and_ends_as_it_says() {
        let training = TrainingSpec { steps: 1000, learning_rate: 2e-3, ..TrainingSpec::reference() };
        let at = |rate: Rate| [0, 500, 749, 750, 999].map(|step| rate.at(step, &training));
        assert_eq!(at(Rate::Constant), [2e-3; 5]);
        assert_eq!(at(Rate::Calm), [2e-3, 2e-3, 2e-3, 2e-4, 2e-4]);
        let cosine = at(Rate::Cosine);
        assert!(
            cosine[0] == 2e-3 && (cosine[1] - 1e-3).abs() < 1e-9 && cosine[4] > 0.0 && cosine[4] < 1e-8,
            "{cosine:?}"
        );
    }

    #[test]
    fn a_run_that_was_stopped_ends_where_one_that_was_not_does() {
        let run = RunSpec {
            data: DataSpec::Digits { count: 40 },
            model: ModelSpec::mlp(&[8]),
            training: TrainingSpec { steps: 24, batch: 8, ..TrainingSpec::default() },
            seed: 4,
        };
        let (Set::Pictures(set), Set::Pictures(held_out)) = batches::data(&run).unwrap() else { panic!() };
        let folder = std::env::temp_dir().join(format!("latentscape-training-{}", std::process::id()));
        let task = |name: &str, run| Task {
            name: name.into(),
            run,
            rate: Rate::Cosine,
            every: 5,
            folder: &folder,
            start: None,
        };
        let whole = task("whole", &run).train(set.clone(), held_out.clone()).unwrap();

        let stopped = task("stopped", &run);
        // Steps 11 to 13 are lost: the last checkpoint is of step 10.
        stopped.advance(set.clone(), held_out.clone(), 13).unwrap();
        assert_eq!(stopped.found().map(|found| found.0), Some(10));
        assert_eq!(stopped.train(set.clone(), held_out.clone()).unwrap(), whole);
        assert_eq!(stopped.train(set.clone(), held_out.clone()).unwrap(), whole, "and is not trained again");

        // From given weights, it begins with those.
        let given = Task { start: Some(whole.clone()), ..task("given", &run) };
        assert_eq!(given.advance(set.clone(), held_out.clone(), 0).unwrap(), whole);

        // Another run's checkpoint, and one that is none, are not taken.
        let other = RunSpec { seed: 5, ..run.clone() };
        assert!(task("stopped", &other).found().is_none());
        std::fs::write(stopped.path(), b"{").unwrap();
        assert!(stopped.found().is_none());
        stopped.forget();
        assert!(!stopped.path().exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
