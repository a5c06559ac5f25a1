//! A training run in numbers: what it was told, what it came to, and the moments that it can be taken back to.

use serde::{Deserialize, Serialize};

use super::album::Album;
use crate::protocol::{Ending, RunId, StepLoss};
use crate::spec::{RunSpec, TrainingSpec};

#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub log: Log,
    /// Nothing until the engine has named it.
    pub id: Option<RunId>,
    pub steps_per_second: f32,
    /// The moment that the engine was taken back to, while it is.
    pub back_at: Option<u32>,
    pub album: Album,
}

/// What is kept of a run between visits, but for the moments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// Its name among the runs that are kept; it rises with every run.
    pub key: u32,
    /// As it is now.
    pub spec: RunSpec,
    /// The furthest step.
    pub step: u32,
    pub losses: Vec<StepLoss>,
    pub validations: Vec<StepLoss>,
    pub marks: Vec<Mark>,
    pub ended: Option<Ending>,
    /// The step at which its loss left for good.
    pub lost: Option<u32>,
}

/// A change in mid-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub step: u32,
    pub before: TrainingSpec,
    pub after: TrainingSpec,
}

/// Changes no farther apart than this, in steps, are one: a slider on its way.
const ONE_CHANGE: u32 = 25;

impl Run {
    pub fn new(key: u32, spec: RunSpec) -> Self {
        let log = Log {
            key,
            spec,
            step: 0,
            losses: Vec::new(),
            validations: Vec::new(),
            marks: Vec::new(),
            ended: None,
            lost: None,
        };
        Self::of(log, Album::default())
    }

    /// A run as it was kept.
    pub fn of(log: Log, album: Album) -> Self {
        Self { log, id: None, steps_per_second: 0.0, back_at: None, album }
    }

    /// The same run on another engine, from its step `step`.
    pub fn resumed(mut self, step: u32) -> Self {
        self.log.cut(step);
        self.album.cut(step);
        Self { id: None, steps_per_second: 0.0, back_at: None, ..self }
    }

    /// The step that is on show.
    pub fn shown(&self) -> u32 {
        self.back_at.unwrap_or(self.log.step)
    }

    /// Seconds to the end at the speed of now; nothing while that is not known.
    pub fn seconds_left(&self) -> Option<f32> {
        let left = self.log.spec.last_step().saturating_sub(self.log.step) as f32;
        (self.steps_per_second > 0.0).then(|| left / self.steps_per_second)
    }

    /// From 0 to 1.
    pub fn done(&self) -> f32 {
        (self.log.step as f32 / self.log.spec.last_step().max(1) as f32).min(1.0)
    }
}

impl Log {
    /// Marks a change. A slider on its way makes many: they are one, from where it was to where it has come; back where it
    /// was, none.
    pub fn mark(&mut self, mark: Mark) {
        match self.marks.last_mut() {
            Some(last) if mark.step.abs_diff(last.step) <= ONE_CHANGE => {
                last.after = mark.after;
                if last.after == last.before {
                    self.marks.pop();
                }
            }
            Some(_) | None if mark.after == mark.before => {}
            Some(_) | None => self.marks.push(mark),
        }
    }

    /// What came after a step is forgotten.
    pub fn cut(&mut self, step: u32) {
        self.step = self.step.min(step);
        self.losses.retain(|loss| loss.step <= step);
        self.validations.retain(|loss| loss.step <= step);
        self.marks.retain(|mark| mark.step <= step);
        (self.ended, self.lost) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::album::Moment;
    use crate::state::pictures::Shared;

    #[test]
    fn a_slider_on_its_way_is_one_change() {
        let mut log = Run::new(1, RunSpec::default()).log;
        let training = |beta: f32| crate::spec::TrainingSpec { beta, ..crate::spec::TrainingSpec::default() };
        let mark = |step, from, to| Mark { step, before: training(from), after: training(to) };
        [mark(100, 1.0, 1.5), mark(100, 1.5, 6.7), mark(110, 6.7, 11.0)].into_iter().for_each(|m| log.mark(m));
        assert_eq!(log.marks, [mark(100, 1.0, 11.0)]);
        log.mark(mark(200, 11.0, 12.0));
        log.mark(mark(201, 12.0, 11.0));
        assert_eq!(log.marks.len(), 1, "back where it was");
    }

    #[test]
    fn taking_a_run_up_forgets_what_came_after_the_moment() {
        let loss = |step| StepLoss { step, reconstruction: 1.0, penalty: 1.0, total: 2.0, gradient_norm: 1.0 };
        let mut run = Run::new(1, RunSpec::default());
        run.log.losses = (1..=60).map(loss).collect();
        run.log.validations = vec![loss(0), loss(50)];
        (run.log.step, run.log.ended) = (60, Some(Ending::Steps));
        for step in [0, 40, 60] {
            run.album.put(Moment { spec: RunSpec::default(), step, bytes: Shared::new(vec![1]) }, 100);
        }
        let run = run.resumed(40);
        assert_eq!((run.log.step, run.log.losses.last().map(|l| l.step), run.log.validations.len()), (40, Some(40), 1));
        assert_eq!((run.album.last().map(|m| m.step), run.log.ended), (Some(40), None));
    }
}
