//! A training run as the session keeps it: how far it is, how fast it goes, and when it is over.

use std::collections::VecDeque;

use crate::protocol::{Ending, RunId, StepLoss};
use crate::spec::{Finish, MOST_CLASSES, RunSpec};

/// The held-out data are measured every so many steps, so that what depends on it depends on no clock.
pub const VALIDATE_EVERY: u32 = 50;
/// Speed is measured over this last stretch.
const SPEED_WINDOW_MS: f64 = 4_000.0;
/// A loss that is so many times the first one has left for good.
const DIVERGED: f32 = 50.0;

pub struct Run {
    pub id: RunId,
    pub spec: RunSpec,
    pub step: u32,
    /// Losses that the page has not seen yet.
    pub unsent: Vec<StepLoss>,
    pub validations: Vec<StepLoss>,
    /// (time, step) of the last stretch without a pause.
    pub pace: VecDeque<(f64, u32)>,
    /// When the page was last told, and of which step.
    pub last_progress: f64,
    pub told: u32,
    pub next_snapshot: f64,
    pub snapshot_seen: bool,
    /// The step that the last snapshot showed.
    pub shown: Option<u32>,
    pub next_checkpoint: f64,
    /// When the next step may be taken at the pace that the page wants.
    pub next_step: f64,
    /// Milliseconds of training so far.
    pub trained: f64,
    /// The loss of the first step, by which all others are judged.
    first: Option<f32>,
    /// The lowest validation loss, and how many there were since.
    lowest: f32,
    since: u32,
}

impl Run {
    pub fn new(id: RunId, spec: RunSpec, step: u32, now: f64, next_checkpoint: f64) -> Self {
        Self {
            id,
            spec,
            step,
            unsent: Vec::new(),
            validations: Vec::new(),
            pace: VecDeque::new(),
            last_progress: now,
            told: step,
            next_snapshot: now,
            snapshot_seen: true,
            shown: None,
            next_checkpoint,
            next_step: now,
            trained: 0.0,
            first: None,
            lowest: f32::INFINITY,
            since: 0,
        }
    }

    /// Takes losses in; the step of one that says that the run is lost.
    pub fn record(&mut self, losses: Vec<StepLoss>, now: f64) -> Option<u32> {
        let first = *self.first.get_or_insert(losses.first()?.total);
        let limit = DIVERGED * first.abs().max(1.0);
        let lost = losses.iter().find(|l| !l.total.is_finite() || l.total > limit || !l.gradient_norm.is_finite());
        let lost = lost.map(|loss| loss.step);
        self.unsent.extend(losses);
        self.pace.push_back((now, self.step));
        while self.pace.len() > 2 && now - self.pace[0].0 > SPEED_WINDOW_MS {
            self.pace.pop_front();
        }
        lost
    }

    pub fn validated(&mut self, loss: StepLoss) {
        if loss.total < self.lowest {
            (self.lowest, self.since) = (loss.total, 0);
        } else {
            self.since += 1;
        }
        self.validations.push(loss);
    }

    /// Why the run is over, if it is.
    pub fn ending(&self) -> Option<Ending> {
        if self.step >= self.spec.last_step() {
            return Some(Ending::Steps);
        }
        match self.spec.training.finish {
            Finish::Minutes(minutes) => (self.trained >= 60_000.0 * f64::from(minutes)).then_some(Ending::Minutes),
            Finish::Plateau(patience) => (self.since >= patience).then_some(Ending::Plateau),
            Finish::Steps | Finish::Epochs(_) => None,
        }
    }

    pub fn steps_per_second(&self) -> f32 {
        match (self.pace.front(), self.pace.back()) {
            (Some(first), Some(last)) if last.0 > first.0 => {
                (f64::from(last.1 - first.1) / (last.0 - first.0) * 1000.0) as f32
            }
            _ => 0.0,
        }
    }
}

/// The first datum of each class, by index: what the strip of reconstructions shows.
pub fn one_of_each(labels: &[u8]) -> Vec<usize> {
    (0..MOST_CLASSES as u8).filter_map(|class| labels.iter().position(|&label| label == class)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(step: u32, total: f32) -> StepLoss {
        StepLoss { step, reconstruction: total, penalty: 0.0, total, gradient_norm: 1.0 }
    }

    fn run(finish: Finish) -> Run {
        let mut spec = RunSpec::default();
        spec.training.finish = finish;
        Run::new(1, spec, 0, 0.0, 0.0)
    }

    #[test]
    fn a_run_is_lost_when_its_loss_leaves_for_good() {
        let mut run = run(Finish::Steps);
        assert_eq!(run.record(vec![loss(1, 500.0), loss(2, 900.0)], 0.0), None);
        assert_eq!(run.record(vec![loss(3, 24_000.0)], 0.0), None);
        assert_eq!(run.record(vec![loss(4, 300.0), loss(5, 26_000.0)], 0.0), Some(5));
        assert_eq!(run.record(vec![loss(6, f32::NAN)], 0.0), Some(6));
        assert_eq!(run.record(vec![StepLoss { gradient_norm: f32::INFINITY, ..loss(7, 300.0) }], 0.0), Some(7));
    }

    #[test]
    fn a_plateau_is_so_many_validations_without_a_new_lowest() {
        let mut run = run(Finish::Plateau(2));
        for (total, ending) in
            [(9.0, None), (8.0, None), (8.5, None), (7.9, None), (8.0, None), (7.9, Some(Ending::Plateau))]
        {
            run.validated(loss(50, total));
            assert_eq!(run.ending(), ending, "after {total}");
        }
    }

    #[test]
    fn minutes_are_of_training() {
        let mut run = run(Finish::Minutes(0.5));
        run.trained = 29_999.0;
        assert_eq!(run.ending(), None);
        run.trained = 30_000.0;
        assert_eq!(run.ending(), Some(Ending::Minutes));
        (run.trained, run.step) = (0.0, run.spec.training.steps);
        assert_eq!(run.ending(), Some(Ending::Steps));
    }

    #[test]
    fn the_strip_has_the_first_of_each_class_that_there_is() {
        assert_eq!(one_of_each(&[3, 3, 0, 9, 0]), [2, 0, 3]);
    }
}
