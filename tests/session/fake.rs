//! A learner that computes nothing, and the script that drives a session over it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use latentscape::data::own::Own;
use latentscape::engine::inbox::Inbox;
use latentscape::engine::learner::{Codes, Encoded, Errors, Learner, Painting, Slopes, Strip, Surveyed};
use latentscape::engine::session::{Outgoing, Rest, Session};
use latentscape::protocol::*;
use latentscape::spec::{DataSpec, Input, ModelSpec, PIXELS, RunSpec, TrainingSpec};

thread_local! {
    pub static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// What the fake does, shared with the script that drives it.
#[derive(Clone, Default)]
pub struct Fake {
    pub steps: Rc<Cell<u32>>,
    pub pending: Rc<RefCell<Vec<StepLoss>>>,
    pub model: Rc<Cell<bool>>,
    pub training: Rc<RefCell<TrainingSpec>>,
    /// Dimensions of the latent space; two for nothing.
    pub latent: Rc<Cell<Option<usize>>>,
    /// The file that was taken last.
    pub loaded: Rc<RefCell<Vec<u8>>>,
    /// The visitor's pictures that it has.
    pub own: Rc<Cell<Option<DataSpec>>>,
    /// Its held-out data; twenty for nothing.
    pub held_out: Rc<Cell<Option<usize>>>,
    /// The data that are shown.
    pub half: Rc<Cell<Half>>,
    /// What goes wrong next.
    pub fault: Rc<Cell<Option<Fault>>>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Fault {
    Weights,
    Nan,
    /// A loss far beyond the first.
    Away,
    Device,
}

/// Milliseconds that a step of the fake takes.
pub const STEP_MS: f64 = 10.0;

impl Learner for Fake {
    fn device(&self) -> DeviceInfo {
        DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() }
    }

    fn latent(&self) -> Option<usize> {
        self.model.get().then_some(self.latent.get().unwrap_or(2))
    }

    fn input(&self) -> Input {
        Input::default()
    }

    fn bring(&mut self, own: Own) {
        self.own.set(Some(own.spec()));
    }

    fn load(&mut self, _: &ModelSpec, file: &[u8]) -> Result<(), Notice> {
        if self.fault.take() == Some(Fault::Weights) {
            return Err(notice(NoticeKind::WeightsUnreadable));
        }
        self.model.set(true);
        self.loaded.replace(file.to_vec());
        Ok(())
    }

    fn load_reference(&mut self, model: &ModelSpec) -> Result<(), Notice> {
        self.load(model, &[])
    }

    fn begin(&mut self, spec: &RunSpec) -> Result<(), Notice> {
        self.restore(spec, 0, &[])
    }

    fn begin_from(&mut self, spec: &RunSpec, _: &[u8]) -> Result<(), Notice> {
        if self.fault.take() == Some(Fault::Weights) {
            return Err(notice(NoticeKind::WeightsMismatch));
        }
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
        // The reconstruction error falls for 200 steps and rises after; what is added is as scheduled for the next step.
        let (step, training) = (self.steps.get(), self.training.borrow());
        let (reconstruction, penalty) = (90.0 + step.abs_diff(200) as f32, 10.0);
        let total = reconstruction + training.beta * training.schedule.share(step) * penalty;
        Ok(Some(StepLoss { reconstruction, penalty, ..loss(step, total) }))
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
        Ok(Encoded {
            mu: vec![0.1, 0.2],
            log_var: vec![-1.0, -2.0],
            reconstruction: vec![0.5; PIXELS],
            nats: 543.4,
            constant: 0.0,
        })
    }

    async fn losses_at(&self, z: &[f32], _: Painting<'_>) -> Result<Vec<f32>, Notice> {
        // A bowl around (1, −2).
        Ok(z.chunks(2).map(|z| 10.0 + (z[0] - 1.0).powi(2) + (z[1] + 2.0).powi(2)).collect())
    }

    async fn slopes_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Slopes, Notice> {
        let gradient = z.chunks(2).flat_map(|z| [2.0 * (z[0] - 1.0), 2.0 * (z[1] + 2.0)]).collect();
        Ok(Slopes { loss: self.losses_at(z, painting).await?, gradient })
    }

    async fn survey(&self, z: &[f32], axes: [usize; 2], _: [f32; 2]) -> Result<Surveyed, Notice> {
        // As steep as the first coordinate, the axes beside it, and everything comes back half as far out.
        let points = z.chunks(self.latent.get().unwrap_or(2));
        let metric = points.flat_map(|z| [z[0], axes[0] as f32, axes[1] as f32, 4.0 * z[0], 0.0, 0.0]).collect();
        Ok(Surveyed { metric, back: z.iter().map(|z| z / 2.0).collect() })
    }

    async fn divergences(&self, from: &[f32], to: &[f32]) -> Result<Vec<f32>, Notice> {
        // The square of the distance.
        let latent = self.latent.get().unwrap_or(2);
        let square = |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
        Ok(from.chunks(latent).zip(to.chunks(latent)).map(square).collect())
    }

    fn held_out(&self, most: usize) -> Vec<f32> {
        // Pictures each as bright as its number.
        (0..most.min(self.held_out.get().unwrap_or(20))).flat_map(|i| vec![i as f32; PIXELS]).collect()
    }

    async fn errors(&self, most: usize, draws: usize) -> Result<Errors, Notice> {
        // As far off as there are draws; codes far apart and narrow.
        let n = most.min(self.held_out.get().unwrap_or(20));
        let mu = (0..2 * n).map(|i| i as f32).collect();
        Ok(Errors { errors: vec![draws as f32; n], mu, log_var: vec![-12.0; 2 * n] })
    }

    fn show(&mut self, half: Half) -> bool {
        self.half.replace(half) != half
    }

    fn original(&self, index: usize) -> Option<Vec<u8>> {
        (index < 2).then(|| vec![index as u8; PIXELS])
    }

    async fn codes(&self) -> Result<Codes, Notice> {
        let latent = self.latent.get().unwrap_or(2);
        let there = if self.half.get() == Half::Training { 0.7 } else { 0.5 };
        let mu = (0..2 * latent).map(|i| if latent == 2 { there } else { i as f32 }).collect();
        Ok(Codes { mu, log_var: vec![-2.0; 2 * latent], labels: vec![3, 4] })
    }

    async fn export(&self) -> Result<Vec<u8>, Notice> {
        // The steps that it has taken.
        Ok(self.steps.get().to_le_bytes().to_vec())
    }

    async fn checkpoint(&self) -> Result<Vec<u8>, Notice> {
        Ok(self.steps.get().to_le_bytes().to_vec())
    }

    fn forget(&mut self) {
        self.model.set(false);
    }
}

pub struct Script {
    pub fake: Fake,
    pub session: Session<Fake>,
    pub inbox: RefCell<Inbox>,
    pub heard: Vec<Outgoing>,
}

impl Script {
    /// A session that has greeted; its greeting is not among what was heard.
    pub fn new() -> Self {
        NOW.set(0.0);
        let fake = Fake::default();
        let mut session = Session::new(fake.clone(), || NOW.get());
        session.greet(&mut |_| {});
        Self { fake, session, inbox: RefCell::default(), heard: Vec::new() }
    }

    pub fn say(&mut self, command: Command) -> &mut Self {
        self.say_with(command, vec![vec![]])
    }

    pub fn say_with(&mut self, command: Command, buffers: Vec<Vec<u8>>) -> &mut Self {
        self.inbox.borrow_mut().put(ToEngine::Command(command), buffers);
        self
    }

    pub fn ask(&mut self, id: RequestId, slot: Slot, query: Query) -> &mut Self {
        self.ask_with(id, slot, query, vec![vec![0; PIXELS], vec![255; PIXELS]])
    }

    pub fn ask_with(&mut self, id: RequestId, slot: Slot, query: Query, buffers: Vec<Vec<u8>>) -> &mut Self {
        self.inbox.borrow_mut().put(ToEngine::Ask { id, slot, query }, buffers);
        self
    }

    pub fn look(&mut self, area: Area, columns: u32, rows: u32) -> &mut Self {
        self.put(ToEngine::Look { area, columns, rows })
    }

    pub fn seen(&mut self) -> &mut Self {
        self.put(ToEngine::SnapshotSeen)
    }

    pub fn turn(&mut self) -> &mut Self {
        self.rest();
        self
    }

    /// A turn, and what is to be done after it.
    pub fn rest(&mut self) -> Rest {
        let heard = &mut self.heard;
        pollster::block_on(self.session.turn(&self.inbox, &mut |message| heard.push(message)))
    }

    pub fn put(&mut self, message: ToEngine) -> &mut Self {
        self.inbox.borrow_mut().put(message, vec![]);
        self
    }

    pub fn turns(&mut self, n: usize) -> &mut Self {
        for _ in 0..n {
            self.turn();
        }
        self
    }

    /// What the snapshots heard since the last time show; the rest is forgotten.
    pub fn snapshots(&mut self) -> Vec<(Area, u32, u32)> {
        let shown = self.heard.drain(..).filter_map(|outgoing| match outgoing.message {
            ToPage::Event(Event::Snapshot { area, columns, rows, .. }) => Some((area, columns, rows)),
            ToPage::Event(_) | ToPage::Answer { .. } => None,
        });
        shown.collect()
    }

    /// What was heard since the last time, in short words.
    pub fn heard(&mut self) -> Vec<String> {
        self.heard.drain(..).map(|outgoing| word(&outgoing)).collect()
    }

    pub fn count(&mut self, what: &str) -> usize {
        self.heard().iter().filter(|word| word.starts_with(what)).count()
    }
}

pub fn word(outgoing: &Outgoing) -> String {
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
            | Answer::Surveyed { .. }
            | Answer::Fidelity { .. }
            | Answer::Incomparable
            | Answer::Surgery(_)
            | Answer::Divergences
            | Answer::Original { .. }
            | Answer::Weights
            | Answer::PointsEncoded
            | Answer::Points
            | Answer::Enqueued
            | Answer::Synced { .. } => {
                format!("answer {id}")
            }
        },
    }
}

pub fn loss(step: u32, total: f32) -> StepLoss {
    StepLoss { step, reconstruction: 90.0, penalty: 10.0, total, gradient_norm: 1.0 }
}

pub fn notice(kind: NoticeKind) -> Notice {
    Notice { kind, detail: String::new() }
}

pub fn run(steps: u32) -> Command {
    let mut spec = RunSpec::default();
    spec.training.steps = steps;
    Command::Train { spec }
}

pub fn load() -> Command {
    Command::Load { model: ModelSpec::mlp(&[8]) }
}

pub fn decode() -> Query {
    Query::Decode { z: vec![1.0, 0.0], format: PixelFormat::Bytes }
}
