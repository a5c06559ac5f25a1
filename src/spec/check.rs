//! What can be known about a run before it starts: how large its net is, and why it cannot or should not be run.

use super::{Corruption, DataSpec, Finish, Format, Input, Likelihood, ModelSpec, Net, Objective, RunSpec, Sparsity};

/// What a phone's browser can hold four times over: weights, gradient, two moments.
pub const MOST_PARAMETERS: usize = 20_000_000;
/// Data of one step, of a whole set, and dimensions of a latent space.
pub const MOST_BATCH: usize = 4096;
pub const MOST_DATA: usize = 100_000;
pub const MOST_LATENT: usize = 32;
/// Beyond this Adam leaves the valley that it is in, with every net here.
const RATE_HIGH: f64 = 0.03;

/// Why a run cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("a batch must have 1 to {MOST_BATCH} data, and no more than there are")]
    Batch,
    #[error("a set must have 1 to {MOST_DATA} data")]
    Data,
    #[error("a latent space must have 1 to {MOST_LATENT} dimensions")]
    Latent,
    #[error("a layer has no units")]
    EmptyLayer,
    #[error("the model would have more than {MOST_PARAMETERS} parameters")]
    TooLarge,
    #[error("a convolution needs pictures")]
    NoPicture,
    #[error("pictures must have 28, 32, 48 or 64 pixels a side, and one channel or three")]
    Format,
    #[error("points of the plane need a Gaussian likelihood")]
    NoPixels,
    #[error("the model is not for these data")]
    OtherData,
    #[error("β must be 0 or more, and a number")]
    Beta,
    #[error("a learning rate must be above 0, and a number")]
    Rate,
    #[error("a deviation must be above 0, and a share between 0 and 1")]
    Share,
    #[error("a run must have an end")]
    End,
}

/// Why a run may disappoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The learning rate is so high that the loss will probably leave for good.
    Rate,
    /// The penalty weighs so much that the codes will probably say nothing.
    Collapse,
}

impl RunSpec {
    /// Why this cannot be run, if it cannot.
    pub fn flaw(&self) -> Option<Flaw> {
        let Self { data, model, training, seed: _ } = self;
        let ends = match training.finish {
            Finish::Steps => training.steps > 0,
            Finish::Epochs(n) => n > 0,
            Finish::Plateau(n) => n > 0 && training.steps > 0,
            Finish::Minutes(minutes) => positive(minutes) && training.steps > 0,
        };
        let first = [
            ((1..=MOST_DATA).contains(&data.count()), Flaw::Data),
            ((1..=MOST_BATCH.min(data.count())).contains(&training.batch), Flaw::Batch),
            (data.input() == model.input, Flaw::OtherData),
            (training.beta.is_finite() && training.beta >= 0.0, Flaw::Beta),
            (training.learning_rate.is_finite() && training.learning_rate > 0.0, Flaw::Rate),
            (ends, Flaw::End),
        ];
        first.into_iter().find(|(holds, _)| !holds).map(|(_, flaw)| flaw).or_else(|| model.flaw())
    }

    /// What this will probably run into, if anything.
    pub fn doubt(&self) -> Option<Doubt> {
        let Self { model, training, .. } = self;
        if training.learning_rate > RATE_HIGH {
            Some(Doubt::Rate)
        } else {
            (model.objective == Objective::Variational && training.beta >= 24.0).then_some(Doubt::Collapse)
        }
    }

    /// Makes model and training such as the data need them, and leaves the rest.
    pub fn fit(&mut self) {
        self.model.input = self.data.input();
        if self.model.input == Input::Point {
            if self.model.likelihood == Likelihood::Bernoulli {
                self.model.likelihood = Likelihood::Gaussian { deviation: 0.1 };
            }
            if let Net::Conv { .. } = self.model.net {
                self.model.net = Net::Mlp { hidden: vec![64, 64] };
            }
        }
        self.training.batch = self.training.batch.clamp(1, self.data.count().clamp(1, MOST_BATCH));
    }
}

impl DataSpec {
    /// The same kind of data, so many of them.
    pub fn with(self, count: usize) -> Self {
        match self {
            Self::Digits { .. } => Self::Digits { count },
            Self::Shapes { .. } => Self::Shapes { count },
            Self::Points { kind, .. } => Self::Points { kind, count },
            Self::Mnist | Self::Fashion | Self::Own { .. } => self,
        }
    }
}

/// A layer as a diagram shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Channels and side of a feature map; units and 1 of a dense layer.
    pub shape: (usize, usize),
    /// Of the weights that lead to it, biases and all; the latent layer's are those of both heads.
    pub parameters: usize,
}

impl ModelSpec {
    /// Why no run can have this model, whatever its data and training.
    pub fn flaw(&self) -> Option<Flaw> {
        let objective = match self.objective {
            Objective::Variational | Objective::Autoencoder | Objective::Sparse { penalty: Sparsity::L1 } => true,
            Objective::Denoising { corruption: Corruption::Gaussian { deviation } } => positive(deviation),
            Objective::Denoising {
                corruption: Corruption::SaltAndPepper { share } | Corruption::Sectors { share },
            } => is_share(share),
            Objective::Sparse { penalty: Sparsity::Kl { target } } => is_share(target) && target > 0.0,
        };
        let (bernoulli, deviation) = match self.likelihood {
            Likelihood::Bernoulli => (true, true),
            Likelihood::Gaussian { deviation } => (false, positive(deviation)),
        };
        let wide = match &self.net {
            Net::Mlp { hidden } => hidden.iter().all(|&width| width > 0),
            Net::Conv { channels, hidden } => channels.iter().all(|&c| c > 0) && *hidden > 0,
        };
        let picture = self.input.is_picture();
        let known = match self.input {
            Input::Picture(format) => format.is_known(),
            Input::Point => true,
        };
        let all = [
            (known, Flaw::Format),
            ((1..=MOST_LATENT).contains(&self.latent), Flaw::Latent),
            (wide, Flaw::EmptyLayer),
            (picture || matches!(self.net, Net::Mlp { .. }), Flaw::NoPicture),
            (picture || !bernoulli, Flaw::NoPixels),
            (objective && deviation && self.dropout < 100, Flaw::Share),
            (self.parameters() <= MOST_PARAMETERS, Flaw::TooLarge),
        ];
        all.into_iter().find(|(holds, _)| !holds).map(|(_, flaw)| flaw)
    }

    /// All layers in the order in which data pass, from the datum to its decoding.
    pub fn layers(&self) -> Vec<Layer> {
        let heads = if self.objective.is_variational() { 2 } else { 1 };
        let dense = |inputs: usize, outputs: usize| Layer {
            shape: (outputs, 1),
            parameters: inputs.saturating_mul(outputs).saturating_add(outputs),
        };
        let latent = |inputs: usize| Layer {
            parameters: dense(inputs, self.latent).parameters.saturating_mul(heads),
            ..dense(inputs, self.latent)
        };
        match &self.net {
            Net::Mlp { hidden } => {
                let widths: Vec<usize> = std::iter::once(self.input.width()).chain(hidden.iter().copied()).collect();
                let first = match self.input {
                    Input::Picture(format) => Layer { shape: (format.channels, format.side), parameters: 0 },
                    Input::Point => Layer { shape: (2, 1), parameters: 0 },
                };
                let inwards = widths.windows(2).map(|pair| dense(pair[0], pair[1]));
                let out: Vec<usize> = std::iter::once(self.latent).chain(widths.iter().rev().copied()).collect();
                let outwards = out.windows(2).map(|pair| dense(pair[0], pair[1]));
                let mut all: Vec<Layer> = std::iter::once(first)
                    .chain(inwards)
                    .chain([latent(widths[widths.len() - 1])])
                    .chain(outwards)
                    .collect();
                if let Some(last) = all.last_mut() {
                    last.shape = first.shape;
                }
                all
            }
            Net::Conv { channels: [outer, inner], hidden } => {
                let Format { side, channels } = self.input.format();
                let (inner_side, flat) = (side / 4, inner.saturating_mul((side / 4).saturating_pow(2)));
                let kernel = |inputs: usize, outputs: usize, kernel: usize, side: usize| Layer {
                    shape: (outputs, side),
                    parameters: inputs.saturating_mul(outputs).saturating_mul(kernel).saturating_add(outputs),
                };
                vec![
                    Layer { shape: (channels, side), parameters: 0 },
                    kernel(channels, *outer, 9, side / 2),
                    kernel(*outer, *inner, 9, inner_side),
                    dense(flat, *hidden),
                    latent(*hidden),
                    dense(self.latent, *hidden),
                    Layer { shape: (*inner, inner_side), ..dense(*hidden, flat) },
                    kernel(*inner, *outer, 16, side / 2),
                    kernel(*outer, channels, 16, side),
                ]
            }
        }
    }

    /// Numbers that training changes.
    pub fn parameters(&self) -> usize {
        self.layers().iter().fold(0, |sum, layer| sum.saturating_add(layer.parameters))
    }
}

fn positive(value: f32) -> bool {
    value.is_finite() && value > 0.0
}

fn is_share(value: f32) -> bool {
    (0.0..1.0).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{PointKind, TrainingSpec};

    #[test]
    fn what_is_wrong_is_named() {
        let plain = RunSpec::default;
        let model = |model: ModelSpec| RunSpec { model, ..plain() };
        let training = |training: TrainingSpec| RunSpec { training, ..plain() };
        let points = DataSpec::Points { kind: PointKind::Blobs, count: 100 };
        let moved = |data: DataSpec| RunSpec { data, ..plain() };
        let cases = [
            (plain(), None),
            (training(TrainingSpec { batch: 0, ..plain().training }), Some(Flaw::Batch)),
            (moved(DataSpec::Digits { count: 63 }), Some(Flaw::Batch)),
            (moved(DataSpec::Digits { count: 0 }), Some(Flaw::Data)),
            (moved(points), Some(Flaw::OtherData)),
            (training(TrainingSpec { beta: f32::NAN, ..plain().training }), Some(Flaw::Beta)),
            (training(TrainingSpec { learning_rate: 0.0, ..plain().training }), Some(Flaw::Rate)),
            (training(TrainingSpec { finish: Finish::Minutes(0.0), ..plain().training }), Some(Flaw::End)),
            (model(ModelSpec::mlp(&[0])), Some(Flaw::EmptyLayer)),
            (model(ModelSpec::mlp(&[1_000_000])), Some(Flaw::TooLarge)),
            (model(ModelSpec::mlp(&[usize::MAX, usize::MAX])), Some(Flaw::TooLarge)),
            (model(ModelSpec { latent: 33, ..plain().model }), Some(Flaw::Latent)),
            (model(ModelSpec { dropout: 100, ..plain().model }), Some(Flaw::Share)),
        ];
        for (spec, flaw) in cases {
            assert_eq!(spec.flaw(), flaw, "{spec:?}");
        }
    }

    #[test]
    fn what_is_made_to_fit_can_be_run() {
        let mut spec = RunSpec {
            data: DataSpec::Points { kind: PointKind::Three, count: 3 },
            model: ModelSpec::reference_conv(),
            ..RunSpec::default()
        };
        assert!(spec.flaw().is_some());
        spec.fit();
        assert_eq!((spec.flaw(), spec.training.batch), (None, 3));
    }

    #[test]
    fn a_rate_of_ten_is_doubted() {
        let mut spec = RunSpec::default();
        assert_eq!(spec.doubt(), None);
        spec.training.learning_rate = 10.0;
        assert_eq!((spec.doubt(), spec.flaw()), (Some(Doubt::Rate), None));
    }

    #[test]
    fn layers_are_as_the_reference_has_them() {
        let shapes = |spec: &ModelSpec| spec.layers().iter().map(|layer| layer.shape).collect::<Vec<_>>();
        assert_eq!(shapes(&ModelSpec::mlp(&[8])), [(1, 28), (8, 1), (2, 1), (8, 1), (1, 28)]);
        assert_eq!(
            shapes(&ModelSpec::reference_conv()),
            [(1, 28), (32, 14), (64, 7), (128, 1), (2, 1), (128, 1), (64, 7), (32, 14), (1, 28)]
        );
    }
}
