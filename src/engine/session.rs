//! The session: owns the [`Phase`], carries out commands, answers questions between training steps.
//!
//! The host calls [`Session::turn`] again and again and lets new messages arrive between two turns. One turn carries
//! out what waits, then trains for a slice of time, so that a drag is answered while a model trains.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::answers::{answer, atlas, bytes_of};
use super::inbox::{Ask, Inbox, Look};
use super::learner::Learner;
use crate::protocol::{Answer, Area, Command, Event, Notice, NoticeKind, Phase, RunId, StepLoss, ToPage};
use crate::spec::RunSpec;

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
/// A lost device costs at most this much of a run, and little of a young one.
const CHECKPOINT_EVERY_MS: f64 = 10_000.0;
const FIRST_CHECKPOINT_MS: f64 = 1_500.0;
/// Speed is measured over this last stretch.
const SPEED_WINDOW_MS: f64 = 4_000.0;
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
}

struct Run {
    id: RunId,
    spec: RunSpec,
    step: u32,
    /// Losses that the page has not seen yet.
    unsent: Vec<StepLoss>,
    /// (time, step) of the last stretch without a pause.
    pace: VecDeque<(f64, u32)>,
    last_progress: f64,
    next_snapshot: f64,
    snapshot_seen: bool,
    next_checkpoint: f64,
}

/// What leaves a turn: a function that takes messages as they come.
pub trait Outbox: FnMut(Outgoing) {}
impl<F: FnMut(Outgoing)> Outbox for F {}

impl<L: Learner> Session<L> {
    pub fn new(learner: L, clock: Clock) -> Self {
        let look = Look { area: Area { min: [-3.5, -3.5], max: [3.5, 3.5] }, columns: 20, rows: 20 };
        Self { learner, clock, phase: Phase::Booting, run: None, runs: 0, look }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Says which device computes and that the session waits for a model.
    pub fn greet(&mut self, out: &mut impl Outbox) {
        tell(out, Event::Device(self.learner.device()));
        self.enter(Phase::Idle, out);
    }

    /// Carries out what waits in the inbox, then trains for a slice. True while there is more to do at once.
    pub async fn turn(&mut self, inbox: &RefCell<Inbox>, out: &mut impl Outbox) -> bool {
        // Before the commands: a run's first snapshot is taken as it starts.
        if let Some(look) = inbox.borrow_mut().take_look() {
            self.look = look;
        }
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
        self.phase == Phase::Training || !inbox.borrow().is_empty()
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
            Command::Train { spec } => {
                self.start(spec.clone(), 0, Phase::Training, out, |learner| learner.begin(&spec)).await;
            }
            Command::Restore { spec, step, paused } => {
                let step = step.min(spec.training.steps);
                let phase = match (step == spec.training.steps, paused) {
                    (true, _) => Phase::Ready,
                    (false, true) => Phase::Paused,
                    (false, false) => Phase::Training,
                };
                self.start(spec.clone(), step, phase, out, |learner| learner.restore(&spec, step, first)).await;
            }
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
        self.run = Some(Run {
            id: self.runs,
            spec,
            step,
            unsent: Vec::new(),
            pace: VecDeque::new(),
            last_progress: now,
            next_snapshot: now,
            snapshot_seen: true,
            next_checkpoint: now + FIRST_CHECKPOINT_MS,
        });
        self.progress(out);
        self.snapshot(out).await;
        self.enter_unless_failed(then, out);
    }

    /// A model that could not be taken leaves the one that was there.
    fn step_back(&mut self, before: Phase, notice: Notice, out: &mut impl Outbox) {
        tell(out, Event::Warning(notice));
        self.enter(before, out);
    }

    async fn reply(&mut self, ask: &Ask, out: &mut impl Outbox) {
        let (answer, buffers) = answer(&mut self.learner, ask).await;
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
        while run.step < run.spec.training.steps {
            self.learner.step();
            run.step += 1;
            if (self.clock)() - start >= SLICE_MS {
                break;
            }
        }
        let losses = match self.learner.losses().await {
            Ok(losses) => losses,
            Err(notice) => return self.fail(notice, out),
        };
        if let Some(bad) = losses.iter().find(|loss| !loss.total.is_finite()) {
            return self.diverge(bad.step, out);
        }
        let now = (self.clock)();
        run.record(losses, now);
        let (done, step) = (run.step >= run.spec.training.steps, run.step);
        if now - run.last_progress >= PROGRESS_EVERY_MS {
            self.progress(out);
        }
        if done {
            return self.finish(out).await;
        }
        self.keep_up(now, step, out).await;
    }

    /// The snapshot and the checkpoint, when they are due.
    async fn keep_up(&mut self, now: f64, step: u32, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        let (snapshot, checkpoint) = (run.snapshot_seen && now >= run.next_snapshot, now >= run.next_checkpoint);
        if snapshot {
            self.snapshot(out).await;
        }
        if checkpoint {
            self.checkpoint(step, out).await;
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
        if let Some(step) = self.run.as_ref().map(|run| run.step) {
            self.checkpoint(step, out).await;
        }
    }

    fn progress(&mut self, out: &mut impl Outbox) {
        let now = (self.clock)();
        let Some(run) = &mut self.run else { return };
        run.last_progress = now;
        let event = Event::Progress {
            run: run.id,
            step: run.step,
            steps: run.spec.training.steps,
            losses: std::mem::take(&mut run.unsent),
            steps_per_second: run.steps_per_second(),
        };
        tell(out, event);
    }

    async fn snapshot(&mut self, out: &mut impl Outbox) {
        let start = (self.clock)();
        let Some(run) = &mut self.run else { return };
        let Look { area, columns, rows } = self.look.at_most(SNAPSHOT_CELLS);
        let codes = match self.learner.codes().await {
            Ok(codes) => codes,
            Err(notice) => return self.fail(notice, out),
        };
        let picture = match atlas(&self.learner, area, columns, rows).await {
            Ok(picture) => picture,
            Err(notice) => return self.fail(notice, out),
        };
        let points = codes.labels.len() as u32;
        let event = Event::Snapshot { run: run.id, step: run.step, points, area, columns, rows };
        let buffers = vec![bytes_of(&codes.mu), bytes_of(&codes.log_var), codes.labels, picture];
        out(Outgoing { message: ToPage::Event(event), buffers });
        let now = (self.clock)();
        run.snapshot_seen = false;
        run.next_snapshot = now + SNAPSHOT_EVERY_MS.max(SNAPSHOT_SHARE * (now - start));
    }

    async fn checkpoint(&mut self, step: u32, out: &mut impl Outbox) {
        let Some(run) = &mut self.run else { return };
        match self.learner.checkpoint().await {
            Ok(bytes) => {
                run.next_checkpoint = (self.clock)() + CHECKPOINT_EVERY_MS;
                let event = Event::Checkpoint { spec: run.spec.clone(), step };
                out(Outgoing { message: ToPage::Event(event), buffers: vec![bytes] });
            }
            Err(notice) => self.fail(notice, out),
        }
    }

    /// The loss is no number any more: the run and its model are of no use.
    fn diverge(&mut self, step: u32, out: &mut impl Outbox) {
        let detail = format!("the loss of step {step} is not a finite number");
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

impl Run {
    fn record(&mut self, losses: Vec<StepLoss>, now: f64) {
        self.unsent.extend(losses);
        self.pace.push_back((now, self.step));
        while self.pace.len() > 2 && now - self.pace[0].0 > SPEED_WINDOW_MS {
            self.pace.pop_front();
        }
    }

    fn steps_per_second(&self) -> f32 {
        match (self.pace.front(), self.pace.back()) {
            (Some(first), Some(last)) if last.0 > first.0 => {
                ((last.1 - first.1) as f64 / (last.0 - first.0) * 1000.0) as f32
            }
            _ => 0.0,
        }
    }
}

fn tell(out: &mut impl Outbox, event: Event) {
    out(Outgoing { message: ToPage::Event(event), buffers: vec![] });
}
