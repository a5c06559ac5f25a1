//! The session's state machine, by scripts over a learner that computes nothing.
#![cfg(feature = "compute")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use latentscape::engine::inbox::Inbox;
use latentscape::engine::learner::{Codes, Encoded, Learner};
use latentscape::engine::session::{Outgoing, Session};
use latentscape::protocol::*;
use latentscape::spec::{ModelSpec, PIXELS, RunSpec};

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// What the fake does, shared with the script that drives it.
#[derive(Clone, Default)]
struct Fake {
    steps: Rc<Cell<u32>>,
    pending: Rc<RefCell<Vec<StepLoss>>>,
    model: Rc<Cell<bool>>,
    /// What goes wrong next.
    fault: Rc<Cell<Option<Fault>>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Weights,
    Nan,
    Device,
}

/// Milliseconds that a step of the fake takes.
const STEP_MS: f64 = 10.0;

impl Learner for Fake {
    fn device(&self) -> DeviceInfo {
        DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() }
    }

    fn latent(&self) -> Option<usize> {
        self.model.get().then_some(2)
    }

    fn load(&mut self, _: &ModelSpec, _: &[u8]) -> Result<(), Notice> {
        if self.fault.take() == Some(Fault::Weights) {
            return Err(notice(NoticeKind::WeightsUnreadable));
        }
        self.model.set(true);
        Ok(())
    }

    fn load_reference(&mut self, model: &ModelSpec) -> Result<(), Notice> {
        self.load(model, &[])
    }

    fn begin(&mut self, _: &RunSpec) -> Result<(), Notice> {
        self.model.set(true);
        self.steps.set(0);
        Ok(())
    }

    fn restore(&mut self, _: &RunSpec, step: u32, _: &[u8]) -> Result<(), Notice> {
        self.model.set(true);
        self.steps.set(step);
        Ok(())
    }

    fn step(&mut self) {
        NOW.set(NOW.get() + STEP_MS);
        self.steps.set(self.steps.get() + 1);
        let total = if self.fault.get() == Some(Fault::Nan) { f32::NAN } else { 100.0 };
        self.pending.borrow_mut().push(StepLoss { step: self.steps.get(), reconstruction: 90.0, kl: 10.0, total });
    }

    async fn losses(&mut self) -> Result<Vec<StepLoss>, Notice> {
        if self.fault.get() == Some(Fault::Device) {
            return Err(notice(NoticeKind::DeviceLost));
        }
        Ok(self.pending.take())
    }

    async fn decode(&self, z: &[f32]) -> Result<Vec<f32>, Notice> {
        // Each point's picture is as bright as its first coordinate.
        Ok(z.chunks(2).flat_map(|z| vec![z[0]; PIXELS]).collect())
    }

    async fn encode(&self, _: &[u8]) -> Result<Encoded, Notice> {
        Ok(Encoded { mu: vec![0.1, 0.2], log_var: vec![-1.0, -2.0], reconstruction: vec![0.5; PIXELS] })
    }

    async fn codes(&self) -> Result<Codes, Notice> {
        Ok(Codes { mu: vec![0.0; 4], labels: vec![3, 4] })
    }

    async fn checkpoint(&self) -> Result<Vec<u8>, Notice> {
        Ok(self.steps.get().to_le_bytes().to_vec())
    }

    fn forget(&mut self) {
        self.model.set(false);
    }
}

struct Script {
    fake: Fake,
    session: Session<Fake>,
    inbox: RefCell<Inbox>,
    heard: Vec<Outgoing>,
}

impl Script {
    /// A session that has greeted; its greeting is not among what was heard.
    fn new() -> Self {
        NOW.set(0.0);
        let fake = Fake::default();
        let mut session = Session::new(fake.clone(), || NOW.get());
        session.greet(&mut |_| {});
        Self { fake, session, inbox: RefCell::default(), heard: Vec::new() }
    }

    fn say(&mut self, command: Command) -> &mut Self {
        self.inbox.borrow_mut().put(ToEngine::Command(command), vec![vec![]]);
        self
    }

    fn ask(&mut self, id: RequestId, slot: Slot, query: Query) -> &mut Self {
        self.inbox.borrow_mut().put(ToEngine::Ask { id, slot, query }, vec![vec![0; PIXELS]]);
        self
    }

    fn seen(&mut self) -> &mut Self {
        self.inbox.borrow_mut().put(ToEngine::SnapshotSeen, vec![]);
        self
    }

    fn turn(&mut self) -> &mut Self {
        let heard = &mut self.heard;
        pollster::block_on(self.session.turn(&self.inbox, &mut |message| heard.push(message)));
        self
    }

    fn turns(&mut self, n: usize) -> &mut Self {
        for _ in 0..n {
            self.turn();
        }
        self
    }

    /// What was heard since the last time, in short words.
    fn heard(&mut self) -> Vec<String> {
        self.heard.drain(..).map(|outgoing| word(&outgoing)).collect()
    }

    fn count(&mut self, what: &str) -> usize {
        self.heard().iter().filter(|word| word.starts_with(what)).count()
    }
}

fn word(outgoing: &Outgoing) -> String {
    match &outgoing.message {
        ToPage::Event(Event::Device(_)) => "device".into(),
        ToPage::Event(Event::Phase(phase)) => phase.name().into(),
        ToPage::Event(Event::Progress { step, losses, .. }) => format!("progress {step} with {}", losses.len()),
        ToPage::Event(Event::Snapshot { step, .. }) => format!("snapshot {step}"),
        ToPage::Event(Event::Checkpoint { step, .. }) => format!("checkpoint {step}"),
        ToPage::Event(Event::Warning(notice)) => format!("warning {:?}", notice.kind),
        ToPage::Event(Event::Failed(notice)) => format!("failed {:?}", notice.kind),
        ToPage::Answer { id, answer, .. } => match answer {
            Answer::Refused(notice) => format!("refused {id} {:?}", notice.kind),
            Answer::Decoded
            | Answer::Encoded { .. }
            | Answer::Atlas { .. }
            | Answer::Enqueued
            | Answer::Synced { .. } => {
                format!("answer {id}")
            }
        },
    }
}

fn notice(kind: NoticeKind) -> Notice {
    Notice { kind, detail: String::new() }
}

fn run(steps: u32) -> Command {
    let mut spec = RunSpec::default();
    spec.training.steps = steps;
    Command::Train { spec }
}

fn load() -> Command {
    Command::Load { model: ModelSpec::mlp(&[8]) }
}

fn decode() -> Query {
    Query::Decode { z: vec![1.0, 0.0], format: PixelFormat::Bytes }
}

#[test]
fn a_run_goes_from_idle_to_ready_and_tells_all_of_it() {
    let mut script = Script::new();
    script.say(run(5)).turns(4);
    assert_eq!(
        script.heard(),
        [
            "loading",
            "progress 0 with 0",
            "snapshot 0",
            "training",
            "progress 5 with 5",
            "snapshot 5",
            "checkpoint 5",
            "ready"
        ]
    );
}

#[test]
fn pause_holds_the_run_and_resume_goes_on() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).say(Command::Pause).turn();
    assert_eq!(script.session.phase(), Phase::Paused);
    let held = script.fake.steps.get();
    script.turns(5);
    assert_eq!(script.fake.steps.get(), held, "a paused run takes no steps");
    assert!(script.heard().contains(&format!("checkpoint {held}")), "a pause is a good moment to keep what there is");
    script.say(Command::Resume).turns(2);
    assert!(script.fake.steps.get() > held);
}

#[test]
fn stop_keeps_the_model_and_reset_drops_it() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).say(Command::Stop).turn().ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.session.phase(), Phase::Ready);
    assert!(script.heard().contains(&"answer 1".to_owned()));
    script.say(Command::Reset).turn().ask(2, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["idle", "refused 2 NoModel"]);
}

#[test]
fn every_phase_refuses_what_it_does_not_allow() {
    let commands: [(Command, &[Phase]); 8] = [
        (load(), &[Phase::Idle, Phase::Ready]),
        (Command::LoadReference { model: ModelSpec::mlp(&[8]) }, &[Phase::Idle, Phase::Ready]),
        (run(1), &[Phase::Idle, Phase::Ready]),
        (Command::Restore { spec: RunSpec::default(), step: 0, paused: false }, &[Phase::Idle, Phase::Ready]),
        (Command::Pause, &[Phase::Training]),
        (Command::Resume, &[Phase::Paused]),
        (Command::Stop, &[Phase::Training, Phase::Paused]),
        (Command::Reset, &[Phase::Ready, Phase::Training, Phase::Paused]),
    ];
    for (command, legal) in commands {
        for phase in Phase::ALL {
            assert_eq!(phase.allows(&command), legal.contains(&phase), "{command:?} while {}", phase.name());
        }
    }
    let mut script = Script::new();
    script.say(Command::Pause).turn();
    assert_eq!(script.heard(), ["warning NotNow"]);
}

#[test]
fn a_drag_is_answered_while_the_model_trains_and_stale_questions_are_not() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    script.heard();
    for id in 1..=60 {
        script.ask(id, Slot::Handle, decode());
    }
    let before = script.fake.steps.get();
    script.turn();
    assert!(script.fake.steps.get() > before, "training went on");
    assert_eq!(script.heard().iter().filter(|w| w.starts_with("answer")).collect::<Vec<_>>(), ["answer 60"]);
}

#[test]
fn no_snapshot_comes_before_the_last_was_seen() {
    let mut script = Script::new();
    script.say(run(10_000)).turns(200);
    assert_eq!(script.count("snapshot"), 1);
    script.seen().turns(100);
    assert_eq!(script.count("snapshot"), 1, "one for each that was seen");
}

#[test]
fn snapshots_follow_the_part_of_the_plane_that_is_shown() {
    let mut script = Script::new();
    script.say(run(10_000)).turn();
    script.heard();
    let area = Area { min: [-9.0, -4.0], max: [9.0, 4.0] };
    script.ask(1, Slot::Atlas, Query::Atlas { area, columns: 18, rows: 8 }).seen().turns(100);
    let shown = script.heard.iter().find_map(|outgoing| match &outgoing.message {
        ToPage::Event(Event::Snapshot { area, columns, rows, .. }) => Some((*area, *columns, *rows)),
        _ => None,
    });
    assert_eq!(shown, Some((area, 18, 8)));
}

#[test]
fn a_run_is_kept_early_and_then_now_and_again() {
    let mut script = Script::new();
    script.say(run(10_000));
    let mut kept = Vec::new();
    while NOW.get() < 25_000.0 {
        script.turn();
        if script.count("checkpoint") > 0 {
            kept.push(NOW.get() as u32 / 1000);
        }
    }
    assert_eq!(kept, [1, 11, 21]);
}

#[test]
fn weights_that_cannot_be_read_leave_the_model_that_was_there() {
    let mut script = Script::new();
    script.say(load()).turn();
    script.fake.fault.set(Some(Fault::Weights));
    script.say(load()).turn().ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["loading", "ready", "loading", "warning WeightsUnreadable", "ready", "answer 1"]);
}

#[test]
fn a_loss_that_is_no_number_ends_the_run_and_another_can_start() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    script.heard();
    script.fake.fault.set(Some(Fault::Nan));
    script.turn();
    assert_eq!(script.heard(), ["failed Diverged", "idle"]);
    script.fake.fault.set(None);
    script.say(run(3)).turns(2);
    assert_eq!(script.session.phase(), Phase::Ready);
}

#[test]
fn a_lost_device_ends_the_engine() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    script.heard();
    script.fake.fault.set(Some(Fault::Device));
    script.turn();
    assert_eq!(script.heard(), ["failed DeviceLost", "failed"]);
    script.say(run(3)).turn();
    assert_eq!(script.heard(), ["warning NotNow"]);
}

#[test]
fn a_checkpoint_goes_on_where_it_was_written() {
    let mut spec = RunSpec::default();
    spec.training.steps = 50;
    let mut script = Script::new();
    script.say(Command::Restore { spec: spec.clone(), step: 40, paused: true }).turn();
    assert_eq!(script.session.phase(), Phase::Paused);
    script.say(Command::Resume).turns(10);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Ready, 50));
    let mut done = Script::new();
    done.say(Command::Restore { spec, step: 50, paused: false }).turn();
    assert_eq!(done.session.phase(), Phase::Ready, "a finished run is not started again");
}

#[test]
fn nonsense_is_refused_and_nothing_is_lost() {
    let mut script = Script::new();
    script.say(load()).turn();
    script.heard();
    let bad = [
        Query::Decode { z: vec![], format: PixelFormat::Bytes },
        Query::Decode { z: vec![1.0], format: PixelFormat::Bytes },
        Query::Decode { z: vec![f32::NAN, 0.0], format: PixelFormat::Bytes },
        Query::Decode { z: vec![0.0; 100_000], format: PixelFormat::Bytes },
        Query::Atlas { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: u32::MAX, rows: u32::MAX },
        Query::Atlas { area: Area { min: [f32::INFINITY; 2], max: [1.0; 2] }, columns: 2, rows: 2 },
    ];
    for query in bad {
        script.ask(7, Slot::Handle, query.clone()).turn();
        assert_eq!(script.heard(), ["refused 7 BadQuestion"], "{query:?}");
    }
    script.ask(8, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 8"]);
}
