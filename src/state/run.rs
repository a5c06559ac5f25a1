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
    /// What the visitor calls it; empty: as its spec says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Seconds of the clock when it was last written; 0: never.
    #[serde(default)]
    pub kept: u64,
    /// Bytes of the moments that were written.
    #[serde(default)]
    pub bytes: u64,
}

/// A change in mid-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub step: u32,
    pub before: TrainingSpec,
    pub after: TrainingSpec,
}

/// Takes out of runs, the last first, those beyond `most` that nobody has named.
pub fn forgotten<T>(runs: &mut Vec<T>, most: usize, is_named: impl Fn(&T) -> bool) -> Vec<T> {
    let mut nameless = 0;
    let beyond = runs.extract_if(.., |run| {
        nameless += usize::from(!is_named(run));
        !is_named(run) && nameless > most
    });
    beyond.collect()
}

/// Letters of a name.
pub const LONGEST_NAME: usize = 80;

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
            name: String::new(),
            kept: 0,
            bytes: 0,
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

    /// Calls it by what somebody typed.
    pub fn rename(&mut self, name: &str) {
        let one_line = name.split_whitespace().collect::<Vec<_>>().join(" ");
        self.name = one_line.chars().take(LONGEST_NAME).collect();
    }

    /// What a file of it is called, without the ending: letters and digits of its name, or else "session".
    pub fn file_name(&self) -> String {
        let words: Vec<&str> =
            self.name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        format!("latentscape-{}", if words.is_empty() { "session".to_owned() } else { words.join("-") })
    }

    /// As it is written. Losses that are no numbers, for which JSON has no word, stay out.
    ///
    /// # Errors
    /// What JSON has no word for.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let finite = |losses: &[StepLoss]| {
            let numbers = |l: &StepLoss| [l.reconstruction, l.penalty, l.total, l.gradient_norm];
            losses.iter().filter(|loss| numbers(loss).iter().all(|x| x.is_finite())).copied().collect::<Vec<_>>()
        };
        let written = Self {
            losses: finite(&self.losses),
            validations: finite(&self.validations),
            spec: self.spec.clone(),
            marks: self.marks.clone(),
            name: self.name.clone(),
            ..*self
        };
        serde_json::to_string(&written)
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
    fn a_log_is_read_as_it_was_written_and_as_earlier_versions_wrote_it() {
        let loss = |step, total| StepLoss { step, reconstruction: 1.0, penalty: 0.1, total, gradient_norm: 0.3 };
        let mut log = Run::new(5, RunSpec::default()).log;
        log.rename("  mi \n primera  prueba ");
        assert_eq!(log.name, "mi primera prueba");
        assert_eq!(log.file_name(), "latentscape-mi-primera-prueba");
        (log.losses, log.kept) = (vec![loss(1, 1.1), loss(2, f32::NAN), loss(3, f32::INFINITY)], 9);
        let words = log.to_json().expect("JSON");
        log.losses.truncate(1);
        assert_eq!(serde_json::from_str::<Log>(&words).expect("the same"), log);
        let mut earlier: serde_json::Value = serde_json::from_str(&words).expect("JSON");
        for key in ["name", "kept", "bytes"] {
            earlier.as_object_mut().and_then(|log| log.remove(key));
        }
        let earlier: Log = serde_json::from_value(earlier).expect("a log of before");
        assert_eq!((earlier.name.as_str(), earlier.kept, earlier.losses), ("", 0, log.losses.clone()));
        log.rename(&"ñ".repeat(200));
        assert_eq!(log.name.chars().count(), LONGEST_NAME);
        // Nothing in a file's name leads elsewhere.
        for (name, file) in
            [("../β = 4/ñ", "latentscape-β-4-ñ"), (" . ", "latentscape-session"), ("", "latentscape-session")]
        {
            log.rename(name);
            assert_eq!(log.file_name(), file);
        }
    }

    #[test]
    fn of_many_runs_those_without_a_name_are_forgotten() {
        let mut runs = vec!["", "", "mine", "", "", "also mine"];
        assert_eq!(forgotten(&mut runs, 2, |name| !name.is_empty()), ["", ""]);
        assert_eq!(runs, ["", "", "mine", "also mine"]);
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
