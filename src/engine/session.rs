//! The session: owns the [`Phase`], carries out commands, answers questions between training steps.
//!
//! The host calls [`Session::turn`] again and again and lets new messages arrive between two turns. One turn carries
//! out what waits, then trains for a slice of time, so that a drag is answered while a model trains.

use std::cell::RefCell;

use super::answers::{answer, atlas, bytes_of};
use super::inbox::{Ask, Inbox, Look};
use super::learner::{Learner, Strip};
use super::run::{Run, VALIDATE_EVERY, one_of_each};
use crate::data::own::Own;
use crate::latent::posterior::kl_by_dimension;
use crate::latent::slice::Slice;
use crate::protocol::{Answer, Area, Command, Event, Notice, NoticeKind, Phase, RunId, ToPage};
use crate::spec::{RunSpec, TrainingSpec};

/// A message for the page, with its buffers.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub message: ToPage,
    pub buffers: Vec<Vec<u8>>,
}

/// Milliseconds from a fixed moment; the host knows where to read them.
pub type Clock = fn() -> f64;

/// A training slice: short enough that a drag feels live, long enough that a GPU has something to do.
const SLICE_MS: f64 = 24.0;
const PROGRESS_EVERY_MS: f64 = 100.0;
/// Snapshots come no faster than this, and never take more than a seventh of the time.
const SNAPSHOT_EVERY_MS: f64 = 600.0;
const SNAPSHOT_SHARE: f64 = 6.0;
/// What a lost device costs, and how finely one can go back: a checkpoint comes so often, and never takes more than a
/// twentieth of the time.
const CHECKPOINT_EVERY_MS: f64 = 2_500.0;
const CHECKPOINT_SHARE: f64 = 20.0;
/// Most cells of a snapshot's atlas; the page asks for finer tiles when the run rests.
const SNAPSHOT_CELLS: u32 = 600;

pub struct Session<L> {
    learner: L,
    clock: Clock,
    phase: Phase,
    run: Option<Run>,
    runs: RunId,
    /// What snapshots decode, as the page told last.
    look: Look,
    /// The plane that the page shows.
    slice: Slice,
    /// Most steps a second, as the page wants them.
    pace: Option<f32>,
    /// The step that training does not go beyond.
    up_to: Option<u32>,
}

/// What to do after a turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rest {
    /// There is more to do at once.
    Not,
    /// There is more to do after so many milliseconds, or when something comes.
    Until(f64),
    /// Nothing to do until something comes.
    Long,
}

/// What leaves a turn: a function that takes messages as they come.
pub trait Outbox: FnMut(Outgoing) {}
impl<F: FnMut(Outgoing)> Outbox for F {}

impl<L: Learner> Session<L> {
    pub fn new(learner: L, clock: Clock) -> Self {
        let look = Look { area: Area { min: [-3.5, -3.5], max: [3.5, 3.5] }, columns: 20, rows: 20 };
        Self {
            learner,
            clock,
            phase: Phase::Booting,
            run: None,
            runs: 0,
            look,
            slice: Slice::default(),
            pace: None,
            up_to: None,
        }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Says which device computes and that the session waits for a model.
    pub fn greet(&mut self, out: &mut impl Outbox) {
        tell(out, Event::Device(self.learner.device()));
        self.enter(Phase::Idle, out);
    }

    /// Carries out what waits in the inbox, then trains for a slice.
    pub async fn turn(&mut self, inbox: &RefCell<Inbox>, out: &mut impl Outbox) -> Rest {
        self.heed(inbox, out).await;
        loop {
            // Not in the loop's condition: the borrow must end before the await.
            let next = inbox.borrow_mut().next_command();
            let Some((command, buffers)) = next else { break };
            self.carry_out(command, &buffers, out).await;
        }
        let ask = inbox.borrow_mut().next_ask();
        if let Some(ask) = ask {
            self.reply(&ask, out).await;
        }
        if self.phase == Phase::Training {
            let seen = inbox.borrow_mut().take_snapshot_seen();
            self.train(seen, out).await;
        }
        match (self.phase == Phase::Training, inbox.borrow().is_empty()) {
            (_, false) => Rest::Not,
            (true, true) => self.rest(),
            (false, true) => Rest::Long,
        }
    }

    /// What the page wants to see, and how fast. Before the commands: a run's first snapshot is taken as it starts.
    async fn heed(&mut self, inbox: &RefCell<Inbox>, out: &mut impl Outbox) {
        let (look, axes, half, pace, up_to) = {
            let mut inbox = inbox.borrow_mut();
            (inbox.take_look(), inbox.take_axes(), inbox.take_half(), inbox.take_pace(), inbox.take_up_to())
        };
        self.look = look.unwrap_or(self.look);
        self.pace = pace.unwrap_or(self.pace);
        self.up_to = up_to.unwrap_or(self.up_to);
        let turned = axes.filter(|slice| *slice != self.slice);
        self.slice = turned.unwrap_or(self.slice);
        let other = half.is_some_and(|half| self.learner.show(half));
        if turned.is_some() || other {
            self.snapshot(out).await;
        }
    }

    /// Between two steps of a slow run, or of one that has to wait for another.
    fn rest(&self) -> Rest {
        match (&self.run, self.pace) {
            (Some(run), _) if self.up_to.is_some_and(|step| run.step >= step) => Rest::Long,
            (Some(run), Some(_)) => Rest::Until((run.next_step - (self.clock)()).max(0.0)),
            _ => Rest::Not,
        }
    }

    async fn carry_out(&mut self, command: Command, buffers: &[Vec<u8>], out: &mut impl Outbox) {
        if !self.phase.allows(&command) {
            let detail = format!("{command:?} while {}", self.phase.name());
            return tell(out, Event::Warning(Notice { kind: NoticeKind::NotNow, detail }));
        }
        let first = buffers.first().map_or(&[][..], Vec::as_slice);
        match command {
            Command::Load { model } => self.take_model(out, |learner| learner.load(&model, first)),
            Command::LoadReference { model } => self.take_model(out, |learner| learner.load_reference(&model)),
            Command::Bring { format, names } => match Own::from_buffers(format, names, buffers.to_vec()) {
                Ok(own) => self.learner.bring(own),
                Err(why) => tell(out, Event::Warning(Notice { kind: NoticeKind::NoData, detail: why.to_string() })),
            },
            Command::Train { spec } => {
                self.start(spec.clone(), 0, Phase::Training, out, |learner| learner.begin(&spec)).await;
            }
            Command::TrainFrom { spec, paused } => {
                let then = if paused { Phase::Paused } else { Phase::Training };
                self.start(spec.clone(), 0, then, out, |learner| learner.begin_from(&spec, first)).await;
            }
            Command::Restore { spec, step, paused } => {
                let step = step.min(spec.last_step());
                let phase = match (step == spec.last_step(), paused) {
                    (true, _) => Phase::Ready,
                    (false, true) => Phase::Paused,
                    (false, false) => Phase::Training,
                };
                self.start(spec.clone(), step, phase, out, |learner| learner.restore(&spec, step, first)).await;
            }
            Command::Adjust { training } => self.adjust(training, out),
            Command::Step => self.step_once(out).await,
            Command::Pause => {
                self.enter(Phase::Paused, out);
                self.settle(out).await;
            }
            Command::Resume => {
                if let Some(run) = &mut self.run {
                    run.pace.clear();
                }
                self.enter(Phase::Training, out);
            }
            Command::Stop => self.finish(out).await,
            Command::Reset => {
                self.run = None;
                self.learner.forget();
                self.enter(Phase::Idle, out);
            }
        }
    }

    fn take_model(&mut self, out: &mut impl Outbox, load: impl FnOnce(&mut L) -> Result<(), Notice>) {
        let before = self.phase;
        self.enter(Phase::Loading, out);
        match load(&mut self.learner) {
            Ok(()) => {
                self.run = None;
                self.enter(Phase::Ready, out);
            }
            Err(notice) => self.step_back(before, notice, out),
        }
    }

    async fn start(
        &mut self,
        spec: RunSpec,
        step: u32,
        then: Phase,
        out: &mut impl Outbox,
        begin: impl FnOnce(&mut L) -> Result<(), Notice>,
    ) {
        let before = self.phase;
        self.enter(Phase::Loading, out);
        if let Err(notice) = begin(&mut self.learner) {
            return self.step_back(before, notice, out);
        }
        self.runs += 1;
        let now = (self.clock)();
        self.run = Some(Run::new(self.runs, spec, step, now, now + CHECKPOINT_EVERY_MS));
        self.validate(out).await;
        self.progress(out);
        self.snapshot(out).await;
        if step == 0 {
            self.checkpoint(out).await;
        }
        self.enter_unless_failed(then, out);
    }

    fn adjust(&mut self, training: TrainingSpec, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        match self.learner.adjust(&training) {
            Ok(()) => {
                run.adjust(training.clone());
                tell(out, Event::Adjusted { run: run.id, step: run.step, training });
            }
            Err(notice) => tell(out, Event::Warning(notice)),
        }
    }

    async fn step_once(&mut self, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        if run.step < run.spec.last_step() {
            self.learner.step();
            run.step += 1;
        }
        if self.gather(out).await {
            match self.run.as_ref().and_then(Run::ending) {
                Some(_) => self.finish(out).await,
                None => self.settle(out).await,
            }
        }
    }

    /// A model that could not be taken leaves the one that was there.
    fn step_back(&mut self, before: Phase, notice: Notice, out: &mut impl Outbox) {
        tell(out, Event::Warning(notice));
        self.enter(before, out);
    }

    async fn reply(&mut self, ask: &Ask, out: &mut impl Outbox) {
        let (answer, buffers) = answer(&mut self.learner, self.slice, ask).await;
        if let Answer::Refused(notice) = &answer
            && notice.kind == NoticeKind::DeviceLost
        {
            self.fail(notice.clone(), out);
        }
        out(Outgoing { message: ToPage::Answer { id: ask.id, slot: ask.slot, answer }, buffers });
    }

    /// One slice: steps, their losses, and whatever is due.
    async fn train(&mut self, snapshot_seen: bool, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        run.snapshot_seen |= snapshot_seen;
        let start = (self.clock)();
        if run.pace.is_empty() {
            run.pace.push_back((start, run.step));
        }
        if let Some(pace) = self.pace {
            if start < run.next_step {
                return self.keep_up(start, out).await;
            }
            run.next_step = start + 1000.0 / f64::from(pace);
        }
        let last = run.spec.last_step().min(self.up_to.unwrap_or(u32::MAX));
        if run.step >= last {
            // It may have gone farther than this before it heard how far it might.
            if run.told < run.step {
                self.progress(out);
            }
            return self.keep_up(start, out).await;
        }
        while run.step < last {
            self.learner.step();
            run.step += 1;
            let slow = self.pace.is_some() || run.step.is_multiple_of(VALIDATE_EVERY);
            if slow || (self.clock)() - start >= SLICE_MS {
                break;
            }
        }
        if !self.gather(out).await {
            return;
        }
        let now = (self.clock)();
        let Some(run) = &mut self.run else { return };
        // Whoever holds this run back waits to hear that it has come so far.
        let held = self.up_to.is_some_and(|step| run.step >= step);
        if held || now - run.last_progress >= PROGRESS_EVERY_MS {
            self.progress(out);
        }
        self.keep_up(now, out).await;
        let now = (self.clock)();
        let Some(run) = &mut self.run else { return };
        run.trained += now - start;
        if let Some(why) = run.ending() {
            tell(out, Event::Ended { run: run.id, step: run.step, why });
            self.finish(out).await;
        }
    }

    /// Takes in the losses of the steps that were taken, and validates when that is due. False when the run is lost.
    async fn gather(&mut self, out: &mut impl Outbox) -> bool {
        let losses = match self.learner.losses().await {
            Ok(losses) => losses,
            Err(notice) => {
                self.fail(notice, out);
                return false;
            }
        };
        let now = (self.clock)();
        let Some(run) = &mut self.run else { return false };
        if let Some(step) = run.record(losses, now) {
            self.diverge(step, out);
            return false;
        }
        if run.step.is_multiple_of(VALIDATE_EVERY) || run.step == run.spec.last_step() {
            self.validate(out).await;
        }
        self.phase != Phase::Failed
    }

    async fn validate(&mut self, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        match self.learner.validate().await {
            Ok(Some(loss)) => run.validated(loss),
            Ok(None) => {}
            Err(notice) => self.fail(notice, out),
        }
    }

    /// The snapshot and the checkpoint, when they are due.
    async fn keep_up(&mut self, now: f64, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        let fresh = run.shown != Some(run.step);
        let (snapshot, checkpoint) =
            (fresh && run.snapshot_seen && now >= run.next_snapshot, now >= run.next_checkpoint);
        if snapshot {
            self.snapshot(out).await;
        }
        if checkpoint {
            self.checkpoint(out).await;
        }
    }

    async fn finish(&mut self, out: &mut impl Outbox) {
        self.settle(out).await;
        self.enter_unless_failed(Phase::Ready, out);
    }

    /// Everything that the page should have before the run rests.
    async fn settle(&mut self, out: &mut impl Outbox) {
        self.progress(out);
        self.snapshot(out).await;
        self.checkpoint(out).await;
    }

    fn progress(&mut self, out: &mut impl Outbox) {
        let now = (self.clock)();
        let Some(run) = &mut self.run else { return };
        (run.last_progress, run.told) = (now, run.step);
        let event = Event::Progress {
            run: run.id,
            step: run.step,
            losses: std::mem::take(&mut run.unsent),
            validations: std::mem::take(&mut run.validations),
            steps_per_second: run.steps_per_second(),
        };
        tell(out, event);
    }

    async fn snapshot(&mut self, out: &mut impl Outbox) {
        let start = (self.clock)();
        let Some(run) = &mut self.run else { return };
        let Look { area, columns, rows } = self.look.at_most(SNAPSHOT_CELLS);
        let seen = match see(&self.learner, self.slice, area, columns, rows).await {
            Ok(seen) => seen,
            Err(notice) => return self.fail(notice, out),
        };
        let Seen { labels, mu, log_var, kl, atlas, strip } = seen;
        let event =
            Event::Snapshot { run: run.id, step: run.step, points: labels.len() as u32, kl, area, columns, rows };
        let buffers = vec![bytes_of(&mu), bytes_of(&log_var), labels, atlas, strip.inputs, strip.reconstructions];
        out(Outgoing { message: ToPage::Event(event), buffers });
        let now = (self.clock)();
        (run.snapshot_seen, run.shown) = (false, Some(run.step));
        run.next_snapshot = now + SNAPSHOT_EVERY_MS.max(SNAPSHOT_SHARE * (now - start));
    }

    async fn checkpoint(&mut self, out: &mut impl Outbox) {
        let start = (self.clock)();
        let Some(run) = &mut self.run else { return };
        match self.learner.checkpoint().await {
            Ok(bytes) => {
                let now = (self.clock)();
                run.next_checkpoint = now + CHECKPOINT_EVERY_MS.max(CHECKPOINT_SHARE * (now - start));
                let event = Event::Checkpoint { spec: run.spec.clone(), step: run.step };
                out(Outgoing { message: ToPage::Event(event), buffers: vec![bytes] });
            }
            Err(notice) => self.fail(notice, out),
        }
    }

    /// The loss is no number any more, or far beyond what it began with: the model is of no use. The page has the losses,
    /// and the checkpoints to go back to.
    fn diverge(&mut self, step: u32, out: &mut impl Outbox) {
        let detail = format!("at step {step}");
        if let Some(run) = &mut self.run {
            // JSON has no NaN and no infinity.
            run.unsent
                .retain(|l| [l.reconstruction, l.penalty, l.total, l.gradient_norm].iter().all(|v| v.is_finite()));
        }
        self.progress(out);
        self.run = None;
        self.learner.forget();
        tell(out, Event::Failed(Notice { kind: NoticeKind::Diverged, detail }));
        self.enter(Phase::Idle, out);
    }

    fn fail(&mut self, notice: Notice, out: &mut impl Outbox) {
        tell(out, Event::Failed(notice));
        self.enter(Phase::Failed, out);
    }

    fn enter(&mut self, phase: Phase, out: &mut impl Outbox) {
        self.phase = phase;
        tell(out, Event::Phase(phase));
    }

    fn enter_unless_failed(&mut self, phase: Phase, out: &mut impl Outbox) {
        if self.phase != Phase::Failed {
            self.enter(phase, out);
        }
    }
}

/// What a snapshot shows.
struct Seen {
    labels: Vec<u8>,
    /// In the plane, [n, 2] each.
    mu: Vec<f32>,
    log_var: Vec<f32>,
    kl: Vec<f32>,
    atlas: Vec<u8>,
    strip: Strip,
}

/// How the model sees its held-out data, in the plane `slice`.
async fn see(learner: &impl Learner, slice: Slice, area: Area, columns: u32, rows: u32) -> Result<Seen, Notice> {
    let latent = learner.latent().unwrap_or(2);
    let codes = learner.codes().await?;
    Ok(Seen {
        mu: slice.project(&codes.mu, latent, 0.0),
        log_var: slice.project(&codes.log_var, latent, f32::NEG_INFINITY),
        kl: kl_by_dimension(&codes.mu, &codes.log_var, latent),
        atlas: atlas(learner, slice, area, columns, rows).await?,
        strip: learner.strip(&one_of_each(&codes.labels)).await?,
        labels: codes.labels,
    })
}

fn tell(out: &mut impl Outbox, event: Event) {
    out(Outgoing { message: ToPage::Event(event), buffers: vec![] });
}
