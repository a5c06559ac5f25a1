//! What crosses between the page and the engine, and nothing else does. Plain and typed: no tensor, no DOM.
//!
//! A message is a small head (JSON) and at most a few buffers of bytes, which the browser moves without copying.
//! [`ToEngine`] goes from the page to the worker, [`ToPage`] comes back.

use serde::{Deserialize, Serialize};

use crate::estimate::Surgery;
use crate::spec::{Format, ModelSpec, RunSpec, TrainingSpec};

/// Names one question, so that its answer can be told from a stale one.
pub type RequestId = u32;

/// Names one training run of this engine.
pub type RunId = u32;

/// From the page to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToEngine {
    /// Buffers: those the [`Command`] names.
    Command(Command),
    /// Buffers: those the [`Query`] names.
    Ask { id: RequestId, slot: Slot, query: Query },
    /// The last snapshot has been drawn; the next may come.
    SnapshotSeen,
    /// The part of the plane that is on show, and its cells: what snapshots decode.
    Look { area: Area, columns: u32, rows: u32 },
    /// The axes of the latent space that the plane shows, counted from 0; every other coordinate is 0.
    Axes([u32; 2]),
    /// Which of a run's data are shown: their codes, originals and reconstructions.
    Shown(Half),
    /// Training takes no more than so many steps a second from now on; as many as it can for nothing.
    Pace(Option<f32>),
    /// Training goes no further than this step until more is allowed; as far as it can for nothing.
    UpTo(Option<u32>),
}

/// What changes the session. Whether a phase allows it: [`Phase::allows`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Take these weights. Buffer 0: a safetensors file for `model`, as it is shipped, or as PyTorch has it and
    /// [`Query::Weights`] gives it.
    Load {
        model: ModelSpec,
    },
    /// Make the reference weights of the benchmark and its one batch (bench mode only).
    LoadReference {
        model: ModelSpec,
    },
    /// Keep these pictures for the runs whose spec names them; those of before are dropped. The names of their classes;
    /// buffers: as [`crate::data::own::Own::buffers`] says.
    Bring {
        format: Format,
        names: Vec<String>,
    },
    /// Train a new model.
    Train {
        spec: RunSpec,
    },
    /// Train on from these weights. Buffer 0: a safetensors file for the spec's model, as in `Load`.
    TrainFrom {
        spec: RunSpec,
        /// Rest before the first step.
        paused: bool,
    },
    /// Go on from a checkpoint, this engine's or another's. Buffer 0: the checkpoint.
    Restore {
        spec: RunSpec,
        step: u32,
        paused: bool,
    },
    /// Go on with another β, batch, learning rate or end.
    Adjust {
        training: TrainingSpec,
    },
    Pause,
    Resume,
    /// Take one step and rest again.
    Step,
    /// End the run and keep its model.
    Stop,
    /// Drop run and model.
    Reset,
}

/// Questions of one slot supersede each other: the newest wins and the others are never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Slot {
    Handle,
    /// The picture that the model before had at the handle, for this one to encode.
    Carried,
    Hover,
    Pad,
    Paint,
    Pins,
    Strip,
    /// The straight line, beside a strip that goes another way.
    Straight,
    Samples,
    Original,
    Surface,
    /// A grid of the latent space in the data's plane, one of the data's plane in the latent space, and the data.
    Warp,
    Unwarp,
    Points,
    /// The middle of a symbol's codes.
    Island,
    /// The whole of the plane that is on show, in one piece.
    Ground,
    Atlas,
    /// What the meters are made of: asked for in bands, a whole plane of it takes long.
    Survey,
    /// What steps in the plane cost in nats.
    Steps,
    Fidelity,
    Surgery,
    /// The whole of what is sampled from, decoded for a classifier in bands.
    Sureness,
    /// The model itself.
    Weights,
    /// Pictures to be taken away, in bands: all else goes before them.
    Generated,
    Bench,
}

/// What does not change the session (but for `TrainSteps` of the benchmark).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Query {
    /// Decode points of the plane, given one after another: z₁ z₂ z₁ z₂ …
    /// Answer buffer 0: as `format` says.
    Decode { z: Vec<f32>, format: PixelFormat },
    /// Encode a picture and decode its mean. Buffer 0: a picture in the model's format, 255 is ink.
    /// Answer buffer 0: the reconstruction, 8 bits a pixel.
    Encode,
    /// Decode a grid over `area`, row by row from the top left, at the cells' centres.
    /// Answer buffer 0: one picture, `columns` and `rows` times the side of the model's pictures, planar as they are.
    Atlas { area: Area, columns: u32, rows: u32 },
    /// Take at most `steps` steps downhill from `z` on the loss of a painted picture, −Σ w·log p(x|z) − log p(z).
    /// Buffer 0: the picture x in the model's format, 255 is ink; buffer 1: the weights w, as many bytes, 255 is 1.
    /// Answer buffer 0: the decoding where it ends, 8 bits a pixel.
    Roll { z: Vec<f32>, steps: u32 },
    /// The same loss at the cells' centres of a grid as in `Atlas`; buffers as in `Roll`.
    /// Answer buffer 0: little-endian f32, in nats, a number a cell.
    Surface { area: Area, columns: u32, rows: u32 },
    /// Measure the decoder at the centres of the cells `first..first + count` of a grid as in `Atlas`.
    /// `step`: half of the way over which slopes are differences, along the two axes of the plane, in units of z; above 0.
    /// Answer buffer 0: its pull-back metric along the two axes of the plane, g₁₁ g₁₂ g₂₂ in mean squared change of a
    /// datum's values for a unit of z, then the same three in the likelihood's Fisher metric; buffer 1: the points of the
    /// plane that the cells' decodings are encoded to. Little-endian f32, six and two numbers a cell.
    Survey { area: Area, columns: u32, rows: u32, first: u32, count: u32, step: [f32; 2] },
    /// How far apart the likelihoods at pairs of points of the plane are, KL(p(x|from) ‖ p(x|to)); z₁ z₂ of each.
    /// Answer buffer 0: little-endian f32, in nats, a number a pair.
    Divergences { from: Vec<f32>, to: Vec<f32> },
    /// Compare the decodings of points of the plane with the run's held-out data.
    Fidelity { z: Vec<f32> },
    /// Take the ELBO of the run's held-out data apart.
    Surgery,
    /// Encode points of the data's plane. Buffer 0: little-endian f32, x y of each.
    /// Answer buffer 0: the codes in the plane that is shown, little-endian f32, z₁ z₂ of each.
    EncodePoints,
    /// The data whose codes the snapshots show, where they are points. Answer buffer 0: little-endian f32, x y of each.
    Points,
    /// A picture of the half whose codes the snapshots show. Answer buffer 0: its bytes, 255 is ink.
    Original { index: u32 },
    /// The model as it is now, to be taken away.
    /// Answer buffer 0: a safetensors file as [`crate::data::model_file`] says, which PyTorch opens.
    Weights,
    /// Run `count` steps on the benchmark's batch. Answered at once; they are only enqueued.
    BenchSteps { count: u32 },
    /// Wait until every step is done.
    BenchSync,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PixelFormat {
    /// A picture in the model's format for each point, 255 is a probability of 1.
    Bytes,
    /// The data themselves as little-endian f32: probabilities, or the two coordinates, for each point.
    Floats,
}

/// A half of a run's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Half {
    #[default]
    HeldOut,
    /// Those that it is trained on; the first ten thousand where there are more.
    Training,
}

/// A rectangle of the latent plane, in units of z; z₂ grows upwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub min: [f32; 2],
    pub max: [f32; 2],
}

/// From the engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToPage {
    Event(Event),
    Answer { id: RequestId, slot: Slot, answer: Answer },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Buffer 0: pixels.
    Decoded,
    /// Buffer 0: the reconstruction.
    /// −log p(x|z) at the mean under the model's likelihood, in nats without its constant, as training has it, where that is
    /// finite; and the constant, which is 0 for Bernoulli pixels.
    Encoded {
        mu: Vec<f32>,
        log_var: Vec<f32>,
        nats: Option<f32>,
        constant: f32,
    },
    /// Buffer 0: the picture.
    Atlas {
        area: Area,
        columns: u32,
        rows: u32,
    },
    /// The way taken, from where it started to where it ends, z₁ z₂ of each point, and the loss there in nats.
    /// Buffer 0: the last point's decoding.
    Rolled {
        z: Vec<f32>,
        loss: Vec<f32>,
    },
    /// Buffer 0: the losses.
    Surface {
        area: Area,
        columns: u32,
        rows: u32,
    },
    /// Buffer 0: the metric; buffer 1: where the decodings are encoded to.
    Surveyed {
        first: u32,
        count: u32,
    },
    /// Density and coverage (Naeem et al. 2020, arXiv:2002.09797), with the 95 % interval of the coverage.
    Fidelity {
        density: f32,
        coverage: f32,
        low: f32,
        high: f32,
    },
    /// There are too few held-out data to compare with.
    Incomparable,
    Surgery(Surgery),
    /// Buffer 0: the divergences.
    Divergences,
    /// Buffer 0: the codes.
    PointsEncoded,
    /// Buffer 0: the points.
    Points,
    /// Buffer 0: the picture.
    Original {
        index: u32,
    },
    /// Buffer 0: the file.
    Weights,
    Enqueued,
    /// The benchmark's last loss, in nats a picture.
    Synced {
        loss: f32,
    },
    /// There is no answer: why.
    Refused(Notice),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine listens and computes on this device.
    Device(DeviceInfo),
    Phase(Phase),
    /// Losses of the steps since the last one of these, and of the validations, oldest first.
    Progress {
        run: RunId,
        step: u32,
        losses: Vec<StepLoss>,
        validations: Vec<StepLoss>,
        steps_per_second: f32,
    },
    /// How the model sees its held-out data now, or what [`ToEngine::Shown`] has chosen.
    /// `kl`: the KL divergence of each latent dimension, the mean over these data in nats; empty where the model is not
    /// variational.
    /// Buffers: μ as little-endian f32, z₁ z₂ of each; log σ² in the same way; labels, a byte each; the atlas picture as
    /// in [`Query::Atlas`]; one datum of each class as the encoder sees it, a picture each; their reconstructions. The
    /// next comes after [`ToEngine::SnapshotSeen`].
    Snapshot {
        run: RunId,
        step: u32,
        points: u32,
        kl: Vec<f32>,
        area: Area,
        columns: u32,
        rows: u32,
    },
    /// The run goes on with this from its step `step` on.
    Adjusted {
        run: RunId,
        step: u32,
        training: TrainingSpec,
    },
    /// The run has come to its end by itself.
    Ended {
        run: RunId,
        step: u32,
        why: Ending,
    },
    /// Everything needed to go on elsewhere. Buffer 0: opaque to the page, which keeps the last one.
    Checkpoint {
        spec: RunSpec,
        step: u32,
    },
    /// The run goes on.
    Warning(Notice),
    /// The run is over, or the engine is.
    Failed(Notice),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    pub kind: DeviceKind,
    /// The adapter as the browser names it; empty on the CPU.
    pub adapter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    Cpu,
    WebGpu,
}

/// Why a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Its last step, or its last pass over the data.
    Steps,
    Minutes,
    /// The validation loss has stopped falling.
    Plateau,
}

/// Of one optimiser step, in nats a datum, mean over the batch. Total = reconstruction + weight·penalty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepLoss {
    pub step: u32,
    pub reconstruction: f32,
    /// The KL divergence from the prior, or what a sparse autoencoder pays.
    pub penalty: f32,
    pub total: f32,
    /// Euclidean, over all parameters; 0 where no gradient was taken.
    pub gradient_norm: f32,
}

/// A fact for the page to put in words, and detail for the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeKind {
    /// A command that the phase does not allow; it was ignored.
    NotNow,
    /// A weights file that is cut short or not one at all.
    WeightsUnreadable,
    /// A weights file for another model.
    WeightsMismatch,
    /// No model to ask.
    NoModel,
    /// A question whose numbers make no sense (not finite, wrong length, too many).
    BadQuestion,
    /// A checkpoint that can't be read.
    CheckpointUnreadable,
    /// A run on pictures that are not here, or pictures that make no set.
    NoData,
    /// A spec that this engine cannot run (zero sizes, too large).
    BadSpec,
    /// The loss is no longer a number.
    Diverged,
    /// The device was lost or refused to compute.
    DeviceLost,
}

/// Where the session is. The engine owns it; the page mirrors it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The engine is starting (the page's word for it: the engine can't speak yet).
    Booting,
    /// No model.
    Idle,
    /// Making data or reading weights.
    Loading,
    /// A model, no run.
    Ready,
    Training,
    Paused,
    /// The engine can compute no more.
    Failed,
}

impl Phase {
    pub const ALL: [Phase; 7] =
        [Phase::Booting, Phase::Idle, Phase::Loading, Phase::Ready, Phase::Training, Phase::Paused, Phase::Failed];

    /// Whether a command is legal in this phase.
    pub fn allows(self, command: &Command) -> bool {
        use Phase::*;
        match command {
            Command::Load { .. } | Command::LoadReference { .. } | Command::Train { .. } => {
                matches!(self, Idle | Ready)
            }
            Command::TrainFrom { .. } | Command::Restore { .. } | Command::Bring { .. } => {
                matches!(self, Idle | Ready | Paused)
            }
            Command::Pause => self == Training,
            Command::Resume | Command::Step => self == Paused,
            Command::Adjust { .. } | Command::Stop => matches!(self, Training | Paused),
            Command::Reset => matches!(self, Ready | Training | Paused),
        }
    }

    /// The word in `data-phase`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Booting => "booting",
            Phase::Idle => "idle",
            Phase::Loading => "loading",
            Phase::Ready => "ready",
            Phase::Training => "training",
            Phase::Paused => "paused",
            Phase::Failed => "failed",
        }
    }
}
