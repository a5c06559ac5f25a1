//! What to run: data, model, training and seed. The only place where a default is written.

use serde::{Deserialize, Serialize};

pub mod check;
pub mod format;
pub mod presets;
pub mod pytorch;
pub mod symbol;

pub use format::Format;

/// Side of a picture that the page makes itself, in pixels: those are square and grey, see [`Format::GREY_28`].
pub const SIDE: usize = Format::GREY_28.side;
/// Pixels of such a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// Classes of a labelled set: the ten digits, or the ten garments.
pub const CLASSES: usize = 10;
/// The most classes that data may have: those and two symbols of one's own. Each has its colour.
pub const MOST_CLASSES: usize = 12;

/// Everything that fixes a run: the same spec on the same device gives the same numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSpec {
    pub data: DataSpec,
    pub model: ModelSpec,
    pub training: TrainingSpec,
    pub seed: u32,
}

/// Where the data come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSpec {
    /// `count` generated digits, see [`crate::data::digits`].
    Digits { count: usize },
    /// `count` generated shapes whose factors are known, see [`crate::data::shapes`].
    Shapes { count: usize },
    /// `count` points of the plane, see [`crate::data::points`].
    Points { kind: PointKind, count: usize },
    /// MNIST, 60,000 handwritten digits (LeCun et al. 1998); read from files by the native tool.
    Mnist,
    /// Fashion-MNIST, 60,000 garments (Xiao, Rasul and Vollgraf 2017); read from files by the native tool.
    Fashion,
    /// Pictures that a visitor brought: so many to train on, of so many classes, and their checksum, by which two sets are
    /// told apart. See [`crate::data::own`].
    Own {
        count: usize,
        classes: usize,
        print: u32,
        #[serde(default, skip_serializing_if = "is_default")]
        format: Format,
    },
}

/// A distribution of points in the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointKind {
    TwoMoons,
    SwissRoll,
    Rings,
    Blobs,
    Pinwheel,
    /// Three points and no more.
    Three,
}

impl PointKind {
    pub const ALL: [Self; 6] = [Self::TwoMoons, Self::SwissRoll, Self::Rings, Self::Blobs, Self::Pinwheel, Self::Three];

    /// Its word in a link.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoMoons => "moons",
            Self::SwissRoll => "roll",
            Self::Rings => "rings",
            Self::Blobs => "blobs",
            Self::Pinwheel => "pinwheel",
            Self::Three => "three",
        }
    }
}

/// What one datum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Values in 0..1, as many as a picture has bytes.
    Picture(Format),
    /// Two coordinates.
    Point,
}

/// Encoder and decoder, and what they are trained for. The decoder mirrors the encoder. What differs from the reference
/// work is written only where it does, so that old files can be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSpec {
    pub net: Net,
    /// Dimensions of the latent space.
    pub latent: usize,
    #[serde(default, skip_serializing_if = "is_default")]
    pub input: Input,
    #[serde(default, skip_serializing_if = "is_default")]
    pub objective: Objective,
    #[serde(default, skip_serializing_if = "is_default")]
    pub likelihood: Likelihood,
    #[serde(default, skip_serializing_if = "is_default")]
    pub activation: Activation,
    /// Per cent of the units of each dense hidden layer that a training step leaves out (Srivastava et al. 2014).
    #[serde(default, skip_serializing_if = "is_default")]
    pub dropout: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Net {
    /// Linear layers with the activation between them, of these widths from the picture inwards.
    Mlp { hidden: Vec<usize> },
    /// Two convolutions of kernel 3 and stride 2 with these channels, then a linear layer of this width.
    Conv { channels: [usize; 2], hidden: usize },
}

/// What training makes small: the reconstruction error, and β times a penalty on the codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// A variational autoencoder (Kingma and Welling 2013); the penalty is the KL divergence of its posterior from the
    /// prior.
    #[default]
    Variational,
    /// A plain autoencoder; no penalty.
    Autoencoder,
    /// A denoising autoencoder (Vincent et al. 2008): it sees a corrupted datum and is held to the clean one; no penalty.
    Denoising { corruption: Corruption },
    /// A sparse autoencoder; the penalty is on the activity of the codes.
    Sparse { penalty: Sparsity },
}

/// How a denoising autoencoder's input is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Corruption {
    /// Normal noise of this deviation on every value.
    Gaussian { deviation: f32 },
    /// This share of the values becomes 0 or 1.
    SaltAndPepper { share: f32 },
    /// This share of the 4×4 sectors of the picture becomes 0.
    Sectors { share: f32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sparsity {
    /// Codes are logistic units; Σ over units of KL(ρ ‖ mean activity in the batch), see Ng (2011).
    Kl { target: f32 },
    /// Σ over units of |code|.
    L1,
}

/// The density of a datum given its decoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likelihood {
    /// Every pixel is on with the decoded probability.
    #[default]
    Bernoulli,
    /// Normal about the decoding, with this deviation.
    Gaussian { deviation: f32 },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    #[default]
    Relu,
    Tanh,
    /// x·Φ(x) (Hendrycks and Gimpel 2016).
    Gelu,
    /// x·σ(x) (Elfwing, Uchibe and Doya 2017).
    Silu,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Weight of the penalty; for a variational autoencoder 1 is the ELBO, and other values are the β-VAE of Higgins et
    /// al. (2017).
    pub beta: f32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Schedule,
    /// Data a step.
    pub batch: usize,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Optimiser steps of the whole run, and the most where something else ends it.
    pub steps: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub finish: Finish,
}

/// How β comes to its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    #[default]
    Constant,
    /// From 0 in a straight line over so many steps (Bowman et al. 2016).
    WarmUp { steps: u32 },
    /// Again and again: half a period from 0 in a straight line, half of it at β (Fu et al. 2019).
    Cyclical { period: u32 },
}

/// What ends a run, if not its last step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// Nothing else.
    #[default]
    Steps,
    /// So many passes over the data.
    Epochs(u32),
    /// So many minutes of training.
    Minutes(f32),
    /// So many validations in a row without a new lowest loss, of those at full β.
    Plateau(u32),
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl DataSpec {
    pub fn input(self) -> Input {
        match self {
            Self::Points { .. } => Input::Point,
            Self::Digits { .. } | Self::Shapes { .. } | Self::Mnist | Self::Fashion => Input::default(),
            Self::Own { format, .. } => Input::Picture(format),
        }
    }

    /// How many kinds of them there are.
    pub fn classes(self) -> usize {
        match self {
            Self::Digits { .. } | Self::Mnist | Self::Fashion => CLASSES,
            Self::Shapes { .. } => 6,
            Self::Own { classes, .. } => classes,
            Self::Points { kind, .. } => match kind {
                PointKind::TwoMoons => 2,
                PointKind::Rings | PointKind::Three => 3,
                PointKind::SwissRoll | PointKind::Pinwheel => 5,
                PointKind::Blobs => 6,
            },
        }
    }

    /// Data to train on.
    pub fn count(self) -> usize {
        match self {
            Self::Points { kind: PointKind::Three, .. } => 3,
            Self::Digits { count } | Self::Shapes { count } | Self::Points { count, .. } | Self::Own { count, .. } => {
                count
            }
            Self::Mnist | Self::Fashion => 60_000,
        }
    }
}

impl Input {
    /// Numbers of one datum.
    pub fn width(self) -> usize {
        match self {
            Self::Picture(format) => format.bytes(),
            Self::Point => 2,
        }
    }

    /// What a datum is shown as: of a point a picture in which it is a dot.
    pub fn format(self) -> Format {
        match self {
            Self::Picture(format) => format,
            Self::Point => Format::GREY_28,
        }
    }

    pub fn is_picture(self) -> bool {
        self != Self::Point
    }
}

impl Default for Input {
    fn default() -> Self {
        Self::Picture(Format::GREY_28)
    }
}

impl Objective {
    /// One of each kind, with the number that it begins with, in the order in which the course comes to them.
    pub const ALL: [Self; 7] = [
        Self::Variational,
        Self::Autoencoder,
        Self::Denoising { corruption: Corruption::Gaussian { deviation: 0.3 } },
        Self::Denoising { corruption: Corruption::SaltAndPepper { share: 0.2 } },
        Self::Denoising { corruption: Corruption::Sectors { share: 0.25 } },
        Self::Sparse { penalty: Sparsity::Kl { target: 0.1 } },
        Self::Sparse { penalty: Sparsity::L1 },
    ];

    /// The kind's word in a link.
    pub fn name(self) -> &'static str {
        match self {
            Self::Variational => "vae",
            Self::Autoencoder => "plain",
            Self::Denoising { corruption: Corruption::Gaussian { .. } } => "noise",
            Self::Denoising { corruption: Corruption::SaltAndPepper { .. } } => "salt",
            Self::Denoising { corruption: Corruption::Sectors { .. } } => "sectors",
            Self::Sparse { penalty: Sparsity::Kl { .. } } => "sparse",
            Self::Sparse { penalty: Sparsity::L1 } => "l1",
        }
    }

    /// The number that a kind has: a deviation, a share of what is spoilt, or the activity that is wanted.
    pub fn amount(self) -> Option<f32> {
        let mut this = self;
        this.amount_mut().copied()
    }

    pub fn amount_mut(&mut self) -> Option<&mut f32> {
        match self {
            Self::Denoising { corruption: Corruption::Gaussian { deviation: amount } }
            | Self::Denoising { corruption: Corruption::SaltAndPepper { share: amount } }
            | Self::Denoising { corruption: Corruption::Sectors { share: amount } }
            | Self::Sparse { penalty: Sparsity::Kl { target: amount } } => Some(amount),
            Self::Sparse { penalty: Sparsity::L1 } | Self::Variational | Self::Autoencoder => None,
        }
    }

    /// The most that the number can be: a share is less than the whole.
    pub fn most(self) -> f32 {
        match self {
            Self::Denoising { corruption: Corruption::Gaussian { .. } } => 10.0,
            Self::Denoising { .. } | Self::Sparse { .. } | Self::Variational | Self::Autoencoder => 0.999,
        }
    }

    /// Whether the encoder gives a distribution, and not a point.
    pub fn is_variational(self) -> bool {
        self == Self::Variational
    }

    /// Whether β weighs anything.
    pub fn has_penalty(self) -> bool {
        matches!(self, Self::Variational | Self::Sparse { .. })
    }
}

impl Activation {
    pub const ALL: [Self; 4] = [Self::Relu, Self::Tanh, Self::Gelu, Self::Silu];

    /// Its proper name; in a link it is in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "ReLU",
            Self::Tanh => "tanh",
            Self::Gelu => "GELU",
            Self::Silu => "SiLU",
        }
    }
}

impl Schedule {
    /// The share of β that counts at a step, counted from 0.
    pub fn share(self, step: u32) -> f32 {
        match self {
            Self::Constant => 1.0,
            Self::WarmUp { steps } => (step as f32 / steps.max(1) as f32).min(1.0),
            Self::Cyclical { period } => {
                let period = period.max(1);
                (2.0 * (step % period) as f32 / period as f32).min(1.0)
            }
        }
    }
}

impl RunSpec {
    /// The step at which the run is over, if nothing ends it before.
    pub fn last_step(&self) -> u32 {
        match self.training.finish {
            Finish::Epochs(epochs) => epochs.saturating_mul(self.epoch()),
            Finish::Steps | Finish::Minutes(_) | Finish::Plateau(_) => self.training.steps,
        }
    }

    /// Steps of one pass over the data.
    pub fn epoch(&self) -> u32 {
        (self.data.count() / self.training.batch.max(1)).max(1) as u32
    }
}

impl Default for RunSpec {
    /// The run behind the Train button: small enough for a laptop without a GPU to finish within a minute or so.
    fn default() -> Self {
        Self {
            data: DataSpec::Digits { count: 6000 },
            model: ModelSpec::mlp(&[256, 128]),
            training: TrainingSpec::default(),
            seed: 1,
        }
    }
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self {
            beta: 1.0,
            schedule: Schedule::Constant,
            batch: 64,
            learning_rate: 1e-3,
            steps: 1500,
            finish: Finish::Steps,
        }
    }
}

impl TrainingSpec {
    /// Of the reference work and the shipped models: batch 128, Adam 1e-3.
    pub fn reference() -> Self {
        Self { batch: 128, ..Self::default() }
    }
}

impl ModelSpec {
    /// A variational autoencoder of two latent dimensions with this net, as the reference work has it.
    pub fn of(net: Net) -> Self {
        Self {
            net,
            latent: 2,
            input: Input::default(),
            objective: Objective::Variational,
            likelihood: Likelihood::Bernoulli,
            activation: Activation::Relu,
            dropout: 0,
        }
    }

    /// Linear layers of these widths.
    pub fn mlp(hidden: &[usize]) -> Self {
        Self::of(Net::Mlp { hidden: hidden.to_vec() })
    }

    /// `mlp-vae-2` of the reference work: 784-512-256-2 and back.
    pub fn reference_mlp() -> Self {
        Self::mlp(&[512, 256])
    }

    /// `conv-vae-2` of the reference work.
    pub fn reference_conv() -> Self {
        Self::of(Net::Conv { channels: [32, 64], hidden: 128 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_of_before_can_be_read_and_the_reference_is_written_as_it_was() {
        let text = r#"{"net":{"mlp":{"hidden":[512,256]}},"latent":2}"#;
        let spec: ModelSpec = serde_json::from_str(text).expect("a spec");
        assert_eq!(spec, ModelSpec::reference_mlp());
        assert_eq!(serde_json::to_string(&spec).expect("JSON"), text);
    }

    #[test]
    fn beta_comes_to_its_value_as_scheduled() {
        let shares = |schedule: Schedule, steps: [u32; 5]| steps.map(|step| schedule.share(step));
        assert_eq!(shares(Schedule::Constant, [0, 1, 9, 99, 999]), [1.0; 5]);
        assert_eq!(shares(Schedule::WarmUp { steps: 100 }, [0, 25, 50, 100, 900]), [0.0, 0.25, 0.5, 1.0, 1.0]);
        assert_eq!(shares(Schedule::Cyclical { period: 100 }, [0, 25, 50, 99, 125]), [0.0, 0.5, 1.0, 1.0, 0.5]);
        assert_eq!(Schedule::WarmUp { steps: 0 }.share(0), 0.0, "and no division by zero");
    }

    #[test]
    fn epochs_are_passes_over_the_data() {
        let mut spec = RunSpec { data: DataSpec::Digits { count: 1000 }, ..RunSpec::default() };
        (spec.training.batch, spec.training.finish) = (64, Finish::Epochs(3));
        assert_eq!((spec.epoch(), spec.last_step()), (15, 45));
        spec.training.finish = Finish::Plateau(4);
        assert_eq!(spec.last_step(), spec.training.steps);
    }
}
