//! A training run as the session keeps it: how far it is, how fast it goes, and when it is over.

use std::collections::VecDeque;

use crate::protocol::{Ending, RunId, StepLoss};
use crate::spec::{Finish, MOST_CLASSES, RunSpec, TrainingSpec};

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
    /// The lowest validation loss at full β, and how many there were since.
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

    /// Takes a validation in. It counts for the plateau only where β was whole in the step before it: while β rises the
    /// loss rises with it, and a model trained for less of β is no measure of one trained for all of it.
    pub fn validated(&mut self, loss: StepLoss) {
        // Of the last step taken, not of the next: a cycle's last step has all of β, so that every period comes to be
        // counted, however it falls between the validations.
        if self.spec.training.schedule.share(loss.step.saturating_sub(1)) >= 1.0 {
            let full = self.full(loss);
            if full < self.lowest {
                (self.lowest, self.since) = (full, 0);
            } else {
                self.since += 1;
            }
        }
        self.validations.push(loss);
    }

    /// The loss with the whole of β, in nats a datum: `total` has what the schedule leaves of it.
    fn full(&self, loss: StepLoss) -> f32 {
        let weight = if self.spec.model.objective.has_penalty() { self.spec.training.beta } else { 0.0 };
        loss.reconstruction + weight * loss.penalty
    }

    /// Goes on with other settings. Another β is another loss, which has no lowest yet; with another rate or batch it is
    /// the same loss, and has as many validations as ever to fall in.
    pub fn adjust(&mut self, training: TrainingSpec) {
        let before = std::mem::replace(&mut self.spec.training, training);
        let after = &self.spec.training;
        if (before.beta, before.schedule) != (after.beta, after.schedule) {
            self.lowest = f32::INFINITY;
            self.since = 0;
        }
        if (before.learning_rate, before.batch) != (after.learning_rate, after.batch) {
            self.since = 0;
        }
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
    use crate::rng::Rng;
    use crate::spec::Schedule;

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

    /// The validation after so many steps, of a model whose penalty is 10 and whose loss at full β is `full`; its total is
    /// what the schedule makes of it for the next step, as the learner has it.
    fn scheduled(run: &Run, step: u32, full: f32) -> StepLoss {
        let training = &run.spec.training;
        let (penalty, reconstruction) = (10.0, full - 10.0 * training.beta);
        let total = reconstruction + training.beta * training.schedule.share(step) * penalty;
        StepLoss { step, reconstruction, penalty, total, gradient_norm: 0.0 }
    }

    /// The step at which the plateau ends a run whose loss at full β is `full(step)`.
    fn ended(run: &mut Run, full: impl Fn(u32) -> f32) -> Option<u32> {
        (0..=200).map(|i| i * VALIDATE_EVERY).find(|&step| {
            run.step = step;
            run.validated(scheduled(run, step, full(step)));
            run.ending() == Some(Ending::Plateau)
        })
    }

    /// Whatever the schedule, no run ends while its loss at full β falls, and one whose loss does not fall ends with the
    /// last of so many validations at full β after the first of them.
    #[test]
    fn a_plateau_is_of_the_loss_at_full_beta_whatever_the_schedule() {
        let mut rng = Rng::new(3);
        for case in 0..300 {
            let steps = 2 + rng.below(1200) as u32;
            let schedule =
                [Schedule::Constant, Schedule::WarmUp { steps }, Schedule::Cyclical { period: steps }][case % 3];
            let patience = 1 + rng.below(8) as u32;
            let new = || {
                let mut run = run(Finish::Plateau(patience));
                run.spec.training = TrainingSpec {
                    steps: 1_000_000,
                    beta: 0.5 * (1 + case % 16) as f32,
                    schedule,
                    ..run.spec.training.clone()
                };
                run
            };
            assert_eq!(ended(&mut new(), |step| 1e5 - step as f32), None, "{schedule:?} {patience}");
            // What is lower while β is small says nothing.
            let full = |step: u32| schedule.share(step.saturating_sub(1)) >= 1.0;
            let flat = ended(&mut new(), |step| if full(step) { 500.0 } else { 400.0 });
            let whole = (0..=200).map(|i| i * VALIDATE_EVERY).filter(|&step| full(step));
            assert_eq!(flat, whole.clone().nth(patience as usize), "{schedule:?} {patience}");
            assert!(whole.count() > 0, "{schedule:?} comes to be counted");
        }
    }

    #[test]
    fn another_beta_is_another_loss_and_another_rate_another_chance() {
        // The lowest at 200, and higher by far with another β.
        let falls = |step: u32| 500.0 + 0.1 * step.abs_diff(200) as f32;
        let end = |change: &dyn Fn(&mut TrainingSpec)| {
            let mut run = run(Finish::Plateau(3));
            run.spec.training.steps = 1_000_000;
            for step in (0..=300).step_by(VALIDATE_EVERY as usize) {
                run.validated(scheduled(&run, step, falls(step)));
            }
            let mut training = run.spec.training.clone();
            change(&mut training);
            run.adjust(training);
            (7..40).map(|i| i * VALIDATE_EVERY).find(|&step| {
                run.validated(scheduled(&run, step, falls(step) + 100.0 * (run.spec.training.beta - 1.0)));
                run.ending() == Some(Ending::Plateau)
            })
        };
        assert_eq!(end(&|_| ()), Some(350));
        assert_eq!(end(&|training| training.beta = 2.0), Some(500), "350 is the first of the new loss");
        assert_eq!(end(&|training| training.schedule = Schedule::WarmUp { steps: 400 }), Some(600));
        assert_eq!(end(&|training| training.learning_rate *= 0.1), Some(450), "the lowest stays");
        assert_eq!(end(&|training| training.batch *= 2), Some(450));
        assert_eq!(end(&|training| training.finish = Finish::Plateau(2)), Some(350), "the loss is the same");
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
