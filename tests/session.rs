//! The session's state machine, by scripts over a learner that computes nothing.
#![cfg(feature = "compute")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use latentscape::engine::inbox::Inbox;
use latentscape::engine::learner::{Codes, Encoded, Learner, Painting, Slopes, Strip};
use latentscape::engine::session::{Outgoing, Rest, Session};
use latentscape::protocol::*;
use latentscape::spec::{Finish, Input, ModelSpec, PIXELS, RunSpec, TrainingSpec};

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// What the fake does, shared with the script that drives it.
#[derive(Clone, Default)]
struct Fake {
    steps: Rc<Cell<u32>>,
    pending: Rc<RefCell<Vec<StepLoss>>>,
    model: Rc<Cell<bool>>,
    training: Rc<RefCell<TrainingSpec>>,
    /// Dimensions of the latent space; two for nothing.
    latent: Rc<Cell<Option<usize>>>,
    /// What goes wrong next.
    fault: Rc<Cell<Option<Fault>>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Weights,
    Nan,
    /// A loss far beyond the first.
    Away,
    Device,
}

/// Milliseconds that a step of the fake takes.
const STEP_MS: f64 = 10.0;

impl Learner for Fake {
    fn device(&self) -> DeviceInfo {
        DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() }
    }

    fn latent(&self) -> Option<usize> {
        self.model.get().then_some(self.latent.get().unwrap_or(2))
    }

    fn input(&self) -> Input {
        Input::Picture
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

    fn begin(&mut self, spec: &RunSpec) -> Result<(), Notice> {
        self.restore(spec, 0, &[])
    }

    fn restore(&mut self, spec: &RunSpec, step: u32, _: &[u8]) -> Result<(), Notice> {
        self.model.set(true);
        self.steps.set(step);
        self.training.replace(spec.training.clone());
        Ok(())
    }

    fn adjust(&mut self, training: &TrainingSpec) -> Result<(), Notice> {
        if training.batch == 0 {
            return Err(notice(NoticeKind::BadSpec));
        }
        self.training.replace(training.clone());
        Ok(())
    }

    fn step(&mut self) {
        NOW.set(NOW.get() + STEP_MS);
        self.steps.set(self.steps.get() + 1);
        let total = match self.fault.get() {
            Some(Fault::Nan) => f32::NAN,
            Some(Fault::Away) => 1e6,
            Some(Fault::Weights | Fault::Device) | None => 90.0 + 10.0 * self.training.borrow().beta,
        };
        self.pending.borrow_mut().push(loss(self.steps.get(), total));
    }

    async fn losses(&mut self) -> Result<Vec<StepLoss>, Notice> {
        if self.fault.get() == Some(Fault::Device) {
            return Err(notice(NoticeKind::DeviceLost));
        }
        Ok(self.pending.take())
    }

    async fn validate(&self) -> Result<Option<StepLoss>, Notice> {
        // It falls for 200 steps and rises after.
        let step = self.steps.get();
        Ok(Some(loss(step, 300.0 - step.min(200) as f32 + step.saturating_sub(200) as f32)))
    }

    async fn strip(&self, indices: &[usize]) -> Result<Strip, Notice> {
        let inputs = indices.iter().flat_map(|&i| vec![i as u8; PIXELS]).collect();
        Ok(Strip { inputs, reconstructions: vec![7; indices.len() * PIXELS] })
    }

    async fn encode_points(&self, points: &[f32]) -> Result<Vec<f32>, Notice> {
        Ok(points.to_vec())
    }

    fn points(&self) -> Vec<f32> {
        Vec::new()
    }

    async fn decode(&self, z: &[f32]) -> Result<Vec<f32>, Notice> {
        // Each point's picture is as bright as its first coordinate.
        Ok(z.chunks(self.latent.get().unwrap_or(2)).flat_map(|z| vec![z[0]; PIXELS]).collect())
    }

    async fn encode(&self, _: &[u8]) -> Result<Encoded, Notice> {
        Ok(Encoded { mu: vec![0.1, 0.2], log_var: vec![-1.0, -2.0], reconstruction: vec![0.5; PIXELS] })
    }

    async fn losses_at(&self, z: &[f32], _: Painting<'_>) -> Result<Vec<f32>, Notice> {
        // A bowl around (1, −2).
        Ok(z.chunks(2).map(|z| 10.0 + (z[0] - 1.0).powi(2) + (z[1] + 2.0).powi(2)).collect())
    }

    async fn slopes_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Slopes, Notice> {
        let gradient = z.chunks(2).flat_map(|z| [2.0 * (z[0] - 1.0), 2.0 * (z[1] + 2.0)]).collect();
        Ok(Slopes { loss: self.losses_at(z, painting).await?, gradient })
    }

    fn original(&self, index: usize) -> Option<Vec<u8>> {
        (index < 2).then(|| vec![index as u8; PIXELS])
    }

    async fn codes(&self) -> Result<Codes, Notice> {
        let latent = self.latent.get().unwrap_or(2);
        let mu = (0..2 * latent).map(|i| if latent == 2 { 0.5 } else { i as f32 }).collect();
        Ok(Codes { mu, log_var: vec![-2.0; 2 * latent], labels: vec![3, 4] })
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
        self.ask_with(id, slot, query, vec![vec![0; PIXELS], vec![255; PIXELS]])
    }

    fn ask_with(&mut self, id: RequestId, slot: Slot, query: Query, buffers: Vec<Vec<u8>>) -> &mut Self {
        self.inbox.borrow_mut().put(ToEngine::Ask { id, slot, query }, buffers);
        self
    }

    fn look(&mut self, area: Area, columns: u32, rows: u32) -> &mut Self {
        self.put(ToEngine::Look { area, columns, rows })
    }

    fn seen(&mut self) -> &mut Self {
        self.put(ToEngine::SnapshotSeen)
    }

    fn turn(&mut self) -> &mut Self {
        self.rest();
        self
    }

    /// A turn, and what is to be done after it.
    fn rest(&mut self) -> Rest {
        let heard = &mut self.heard;
        pollster::block_on(self.session.turn(&self.inbox, &mut |message| heard.push(message)))
    }

    fn put(&mut self, message: ToEngine) -> &mut Self {
        self.inbox.borrow_mut().put(message, vec![]);
        self
    }

    fn turns(&mut self, n: usize) -> &mut Self {
        for _ in 0..n {
            self.turn();
        }
        self
    }

    /// What the snapshots heard since the last time show; the rest is forgotten.
    fn snapshots(&mut self) -> Vec<(Area, u32, u32)> {
        let shown = self.heard.drain(..).filter_map(|outgoing| match outgoing.message {
            ToPage::Event(Event::Snapshot { area, columns, rows, .. }) => Some((area, columns, rows)),
            ToPage::Event(_) | ToPage::Answer { .. } => None,
        });
        shown.collect()
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
        ToPage::Event(Event::Adjusted { step, .. }) => format!("adjusted {step}"),
        ToPage::Event(Event::Ended { step, why, .. }) => format!("ended {step} {why:?}"),
        ToPage::Event(Event::Warning(notice)) => format!("warning {:?}", notice.kind),
        ToPage::Event(Event::Failed(notice)) => format!("failed {:?}", notice.kind),
        ToPage::Answer { id, answer, .. } => match answer {
            Answer::Refused(notice) => format!("refused {id} {:?}", notice.kind),
            Answer::Decoded
            | Answer::Encoded { .. }
            | Answer::Atlas { .. }
            | Answer::Rolled { .. }
            | Answer::Surface { .. }
            | Answer::Original { .. }
            | Answer::PointsEncoded
            | Answer::Points
            | Answer::Enqueued
            | Answer::Synced { .. } => {
                format!("answer {id}")
            }
        },
    }
}

fn loss(step: u32, total: f32) -> StepLoss {
    StepLoss { step, reconstruction: 90.0, penalty: 10.0, total, gradient_norm: 1.0 }
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
            "checkpoint 0",
            "training",
            "ended 5 Steps",
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
    let commands: [(Command, &[Phase]); 10] = [
        (load(), &[Phase::Idle, Phase::Ready]),
        (Command::LoadReference { model: ModelSpec::mlp(&[8]) }, &[Phase::Idle, Phase::Ready]),
        (run(1), &[Phase::Idle, Phase::Ready]),
        (
            Command::Restore { spec: RunSpec::default(), step: 0, paused: false },
            &[Phase::Idle, Phase::Ready, Phase::Paused],
        ),
        (Command::Adjust { training: TrainingSpec::default() }, &[Phase::Training, Phase::Paused]),
        (Command::Step, &[Phase::Paused]),
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
    let area = Area { min: [-9.0, -4.0], max: [9.0, 4.0] };
    let tile = Query::Atlas { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: 4, rows: 4 };
    let nowhere = Area { min: [f32::NAN; 2], max: [1.0; 2] };
    script.look(area, 5, 5).look(area, 18, 8).look(area, 0, 8).look(nowhere, 18, 8).say(run(10_000)).turn();
    assert_eq!(script.snapshots(), [(area, 18, 8)], "the newest that makes sense, from the first snapshot on");
    script.ask(1, Slot::Atlas, tile).seen().turns(100);
    assert_eq!(script.snapshots(), [(area, 18, 8)], "a question for a tile changes nothing");
    script.look(nowhere, 18, 8).seen().turns(100);
    assert_eq!(script.snapshots(), [(area, 18, 8)]);
    script.look(area, 6, 3).seen().turns(100);
    assert_eq!(script.snapshots(), [(area, 6, 3)]);
}

#[test]
fn a_snapshot_brings_the_whole_posterior_and_the_picture() {
    let mut script = Script::new();
    let area = Area { min: [0.0; 2], max: [1.0; 2] };
    script.look(area, 1, 1).say(run(10_000)).turn();
    let outgoing = script.heard.iter().find(|outgoing| word(outgoing) == "snapshot 0").unwrap();
    let floats = |v: f32| v.to_le_bytes().repeat(4);
    let strip = [vec![0; PIXELS], vec![1; PIXELS]].concat();
    let reconstructions = vec![7; 2 * PIXELS];
    let expected = [floats(0.5), floats(-2.0), vec![3, 4], vec![128; PIXELS], strip, reconstructions];
    assert!(outgoing.buffers == expected, "codes, log σ², labels, the atlas, one of each class, and what it came to");
}

#[test]
fn a_painting_rolls_downhill_while_the_model_trains() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    let before = script.fake.steps.get();
    script.heard.clear();
    script.ask(1, Slot::Paint, Query::Roll { z: vec![3.0, 1.0], steps: 20 }).turn();
    assert!(script.fake.steps.get() > before, "training went on");
    let answer = script.heard.iter().find(|outgoing| word(outgoing) == "answer 1").unwrap();
    let ToPage::Answer { answer: Answer::Rolled { z, loss }, .. } = &answer.message else { panic!("{answer:?}") };
    assert_eq!((&z[..2], loss[0]), (&[3.0, 1.0][..], 23.0), "the trail begins where it was asked to");
    assert_eq!(z.len(), 2 * loss.len());
    assert!(loss.last().unwrap() - 10.0 < 1e-3, "{loss:?}");
    // The fake's pictures are as bright as z₁.
    let end = (z[z.len() - 2] * 255.0 + 0.5) as u8;
    assert!(answer.buffers == [vec![end; PIXELS]], "the picture is of the trail's end");
}

#[test]
fn a_surface_has_a_loss_for_each_cell_from_the_top_left() {
    let mut script = Script::new();
    let area = Area { min: [0.0, -3.0], max: [2.0, -1.0] };
    script.say(load()).turn().heard();
    script.ask(1, Slot::Surface, Query::Surface { area, columns: 1, rows: 2 }).turn();
    let losses: Vec<u8> = [10.25f32, 10.25].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(script.heard[0].buffers, [losses]);
    let message = &script.heard[0].message;
    let expected = Answer::Surface { area, columns: 1, rows: 2 };
    assert_eq!(*message, ToPage::Answer { id: 1, slot: Slot::Surface, answer: expected });
}

#[test]
fn an_original_is_given_as_it_is_and_there_are_no_others() {
    let mut script = Script::new();
    script.ask(1, Slot::Original, Query::Original { index: 1 }).turn();
    assert_eq!(script.heard[0].buffers, [vec![1; PIXELS]]);
    script.ask(2, Slot::Original, Query::Original { index: 2 }).turn();
    assert_eq!(script.heard(), ["answer 1", "refused 2 BadQuestion"]);
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
    assert_eq!(kept, [0, 2, 5, 7, 10, 12, 15, 17, 20, 22, 25]);
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
    assert_eq!(script.heard().last_chunk::<2>().unwrap(), &["failed Diverged", "idle"]);
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
fn a_loss_that_leaves_for_good_ends_the_run_and_it_goes_on_from_before() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3);
    script.heard();
    script.fake.fault.set(Some(Fault::Away));
    script.turn();
    assert_eq!(script.heard().last_chunk::<2>().unwrap(), &["failed Diverged", "idle"]);
    script.fake.fault.set(None);
    script.say(Command::Restore { spec: RunSpec::default(), step: 4, paused: true }).turn().say(Command::Resume).turn();
    assert_eq!(script.session.phase(), Phase::Training);
    assert!(script.fake.steps.get() > 4);
}

#[test]
fn beta_is_changed_in_the_middle_of_an_epoch_and_the_change_is_told() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).heard();
    let at = script.fake.steps.get();
    let training = TrainingSpec { beta: 4.0, ..TrainingSpec::default() };
    script.say(Command::Adjust { training: training.clone() }).turns(8);
    let losses: Vec<StepLoss> = script.heard.iter().flat_map(|outgoing| progress(outgoing)).collect();
    assert!(losses.iter().all(|loss| loss.total == if loss.step <= at { 100.0 } else { 130.0 }), "{losses:?}");
    assert!(losses.iter().any(|loss| loss.step > at));
    assert!(script.heard().contains(&format!("adjusted {at}")));
    // What cannot be is refused, and the run goes on as it was.
    script.say(Command::Adjust { training: TrainingSpec { batch: 0, ..training.clone() } }).turns(2);
    assert!(script.heard().contains(&"warning BadSpec".to_owned()));
    assert_eq!((script.session.phase(), script.fake.training.borrow().clone()), (Phase::Training, training));
}

fn progress(outgoing: &Outgoing) -> Vec<StepLoss> {
    match &outgoing.message {
        ToPage::Event(Event::Progress { losses, .. }) => losses.clone(),
        ToPage::Event(_) | ToPage::Answer { .. } => Vec::new(),
    }
}

#[test]
fn one_step_is_one_step() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).say(Command::Pause).turn().heard();
    let at = script.fake.steps.get();
    script.say(Command::Step).turns(3);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Paused, at + 1));
    let now = at + 1;
    let expected = [format!("progress {now} with 1"), format!("snapshot {now}"), format!("checkpoint {now}")];
    assert_eq!(script.heard(), expected);
}

#[test]
fn a_slow_run_takes_no_more_steps_than_it_may_and_rests_between() {
    let mut script = Script::new();
    script.put(ToEngine::Pace(Some(2.0))).say(run(1000)).turn();
    assert_eq!(script.fake.steps.get(), 1);
    let Rest::Until(ms) = script.rest() else { panic!("there is nothing to do for a while") };
    assert!(ms > 400.0 && script.fake.steps.get() == 1, "{ms}");
    // A hand is answered all the same.
    script.heard();
    script.ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 1"]);
    NOW.set(NOW.get() + ms);
    script.turn();
    assert_eq!(script.fake.steps.get(), 2);
    script.put(ToEngine::Pace(None)).turn();
    assert!(script.fake.steps.get() > 3 && script.rest() == Rest::Not);
}

#[test]
fn a_run_ends_when_the_validation_loss_has_stopped_falling_or_its_minutes_are_over() {
    let ended = |finish: Finish| {
        let mut spec = RunSpec::default();
        (spec.training.steps, spec.training.finish) = (10_000, finish);
        let mut script = Script::new();
        script.say(Command::Train { spec });
        while script.session.phase() != Phase::Ready {
            script.turn();
        }
        script.heard().into_iter().find(|word| word.starts_with("ended")).unwrap()
    };
    // The lowest is at step 200; the third without a lower one at 350.
    assert_eq!(ended(Finish::Plateau(3)), "ended 350 Plateau");
    // Steps of 10 ms, three to a slice of 24 and two before a validation: 600 ms are over in the slice that ends at 62.
    assert_eq!(ended(Finish::Minutes(0.01)), "ended 62 Minutes");
    assert_eq!(ended(Finish::Epochs(2)), format!("ended {} Steps", 2 * RunSpec::default().epoch()));
}

#[test]
fn a_run_that_waits_for_another_says_so_and_goes_on_when_it_may() {
    let mut script = Script::new();
    script.put(ToEngine::UpTo(Some(7))).say(run(1000)).turns(6);
    assert_eq!((script.fake.steps.get(), script.rest()), (7, Rest::Long));
    assert!(script.heard().iter().any(|word| word.starts_with("progress 7")), "the other is told");
    script.ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 1"], "a hand is answered meanwhile");
    script.put(ToEngine::UpTo(Some(9))).turns(3);
    assert_eq!(script.fake.steps.get(), 9);
    script.put(ToEngine::UpTo(None)).turns(3);
    assert!(script.fake.steps.get() > 9);
}

#[test]
fn a_run_is_taken_back_while_it_rests_and_shows_that_moment() {
    let mut script = Script::new();
    script.say(run(1000)).turns(9).say(Command::Pause).turn().heard();
    script.say(Command::Restore { spec: RunSpec::default(), step: 0, paused: true }).turn();
    assert_eq!(script.heard(), ["loading", "progress 0 with 0", "snapshot 0", "checkpoint 0", "paused"]);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Paused, 0));
}

#[test]
fn the_plane_shows_the_axes_that_are_wanted() {
    let mut script = Script::new();
    script.fake.latent.set(Some(4));
    let area = Area { min: [0.0; 2], max: [1.0; 2] };
    script.look(area, 1, 1).say(run(1000)).turn().heard.clear();
    script.put(ToEngine::Axes([3, 0])).turn();
    let floats = |values: [f32; 4]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let snapshot = script.heard.iter().find(|outgoing| word(outgoing).starts_with("snapshot")).unwrap();
    // Codes are 0 1 2 3 and 4 5 6 7; z₁ of the plane is the last of each, z₂ the first.
    assert_eq!(snapshot.buffers[0], floats([3.0, 0.0, 7.0, 4.0]));
    // The fake's pictures are as bright as the space's first coordinate, the plane's second.
    assert!(snapshot.buffers[3] == vec![128; PIXELS]);
    script.heard.clear();
    script.ask(1, Slot::Handle, Query::Decode { z: vec![0.25, 1.0], format: PixelFormat::Bytes }).turn();
    assert!(script.heard[0].buffers[0] == vec![255; PIXELS]);
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
        Query::Surface { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: 65, rows: 64 },
        Query::Surface { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: 0, rows: 64 },
        Query::Surface { area: Area { min: [0.0; 2], max: [1.0, f32::NAN] }, columns: 2, rows: 2 },
        Query::Roll { z: vec![], steps: 1 },
        Query::Roll { z: vec![0.0; 3], steps: 1 },
        Query::Roll { z: vec![0.0, f32::NAN], steps: 1 },
        Query::Roll { z: vec![0.0, 1e30], steps: 1 },
        Query::Roll { z: vec![0.0; 2], steps: 0 },
        Query::Roll { z: vec![0.0; 2], steps: 65 },
    ];
    for query in bad {
        script.ask(7, Slot::Handle, query.clone()).turn();
        assert_eq!(script.heard(), ["refused 7 BadQuestion"], "{query:?}");
    }
    let short = vec![0; PIXELS - 1];
    let (blank, ink) = (vec![0; PIXELS], vec![255; PIXELS]);
    let area = Area { min: [0.0; 2], max: [1.0; 2] };
    for buffers in
        [vec![], vec![ink.clone()], vec![short.clone(), ink.clone()], vec![ink.clone(), short], vec![ink, blank]]
    {
        for query in [Query::Roll { z: vec![0.0; 2], steps: 1 }, Query::Surface { area, columns: 2, rows: 2 }] {
            script.ask_with(7, Slot::Paint, query.clone(), buffers.clone()).turn();
            let lengths: Vec<usize> = buffers.iter().map(Vec::len).collect();
            assert_eq!(script.heard(), ["refused 7 BadQuestion"], "{query:?} with {lengths:?}");
        }
    }
    script.ask(8, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 8"]);
}
