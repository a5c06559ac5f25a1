//! The engine's session as the page sees it.

use reactive_stores::Store;

use super::pictures::{Atlas, Cloud, Decoding, Descent, Encoding, Grid, Original, Reconstructed, Shared};
use super::run::Run;
use super::shipped::{DataSet, Shipped};
use crate::data::classifier::Classifier;
use crate::estimate::{Fidelity, References, Surgery};
use crate::latent::regularity::Survey;
use crate::latent::regularity::interval::Interval;
use crate::latent::regularity::sureness::Sureness;
use crate::protocol::{DeviceInfo, Phase};
use crate::spec::DataSpec;

#[derive(Clone, Debug, Store)]
pub struct Session {
    /// The engine owns it; this mirrors it and nothing else does.
    pub phase: Phase,
    /// Nothing until the engine has said it.
    pub device: Option<DeviceInfo>,
    /// Whose pictures the plane shows, and the engine's answers are of.
    pub model: Model,
    /// Rises whenever the engine's weights may be others: what was decoded before is of another model.
    pub weights: u32,
    /// The last training run, going on or over.
    pub run: Option<Run>,
    /// Where the run's own pictures are not here: others stand in for them.
    pub lacking: Option<Lacking>,
    pub cloud: Option<Shared<Cloud>>,
    /// The codes of the model that the engine has, where those on show are blended of two models.
    pub own: Option<Shared<Cloud>>,
    /// The plane as it was shipped, or as the last snapshot saw it: what lies under the tiles.
    pub atlas: Option<Shared<Atlas>>,
    /// The tile of the plane that was decoded last.
    pub tile: Option<Shared<Atlas>>,
    /// At the active handle.
    pub decoded: Option<Decoding>,
    /// Under the pointer.
    pub hovered: Option<Decoding>,
    /// At every handle.
    pub pins: Option<Decoding>,
    pub strip: Option<Decoding>,
    /// The straight line between the strip's ends, where the strip goes another way.
    pub straight: Option<Decoding>,
    pub samples: Option<Decoding>,
    /// The last band of the pictures that are being made to be taken away.
    pub generated: Option<Decoding>,
    /// The middle of a symbol's codes.
    pub island: Option<Decoding>,
    /// Where the model on show encodes the picture that the model before it had at the handle.
    pub carried: Option<[f32; 2]>,
    /// What was asked for last.
    pub original: Option<Original>,
    pub descent: Option<Descent>,
    /// The loss of the painted picture over the plane, in nats.
    pub surface: Option<Shared<Grid>>,
    pub encoded: Option<Encoding>,
    /// Of each latent dimension, in nats; empty where the model of the run is not variational.
    pub kl: Shared<Vec<f32>>,
    /// Held-out data of the run and their reconstructions.
    pub reconstructed: Option<Reconstructed>,
    /// The run's held-out data, where they are points.
    pub points: Option<Shared<Vec<[f32; 2]>>>,
    /// What the decoder does over the whole of the distribution that one samples from: the last that was whole.
    pub survey: Option<Shared<Survey>>,
    /// The same over what one does not sample from: the prior where that is fitted to the codes, and the other way round.
    pub survey_elsewhere: Option<Shared<Survey>>,
    /// The next one, as far as it is known, and whether it is of elsewhere.
    pub surveying: Option<Survey>,
    pub surveying_elsewhere: bool,
    /// How like the run's held-out data samples were, when that was last asked; and what that is seen beside, with the data
    /// and the seed that it is of.
    pub fidelity: Option<Fidelity>,
    pub fidelity_references: Option<((DataSpec, u32), References)>,
    /// The ELBO of the run's held-out data taken apart, when that was last asked.
    pub surgery: Option<Surgery>,
    /// What a tenth of a σ of the codes costs in nats: the median over draws, and its interval.
    pub steps: Option<(f32, Interval)>,
    /// What judges decodings of digits, once it is here; how sure it is of them over the whole of what one samples from; and
    /// the next such, as far as it is known.
    pub classifier: Option<Shared<Classifier>>,
    pub sureness: Option<Shared<Sureness>>,
    pub judging: Option<Sureness>,
    /// A grid of the latent space in the data's plane, and one of the data's plane in the latent space.
    pub warp: Option<Shared<Vec<[f32; 2]>>>,
    pub unwarp: Option<Shared<Vec<[f32; 2]>>>,
    /// The engine's model as a file, as it was when that was last asked.
    pub exported: Option<Shared<Vec<u8>>>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            phase: Phase::Booting,
            device: None,
            model: Model::Shipped(Shipped::ALL[0]),
            weights: 0,
            run: None,
            lacking: None,
            cloud: None,
            own: None,
            atlas: None,
            tile: None,
            decoded: None,
            hovered: None,
            pins: None,
            strip: None,
            straight: None,
            samples: None,
            generated: None,
            island: None,
            carried: None,
            original: None,
            descent: None,
            surface: None,
            encoded: None,
            kl: Shared::new(Vec::new()),
            reconstructed: None,
            points: None,
            survey: None,
            survey_elsewhere: None,
            surveying: None,
            surveying_elsewhere: false,
            fidelity: None,
            fidelity_references: None,
            surgery: None,
            steps: None,
            classifier: None,
            sureness: None,
            judging: None,
            warp: None,
            unwarp: None,
            exported: None,
        }
    }
}

/// A run that can be looked at and not gone on with: what the engine says of the data that stand in is nobody's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lacking {
    /// Of the classes, if they came with it.
    pub names: Vec<String>,
    /// The codes of its own pictures, if they came with it, and the step that they are of.
    pub codes: Option<(u32, Shared<Cloud>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Shipped(Shipped),
    /// Of the last run.
    Trained(Kind),
}

/// What a run's data are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Digits,
    Shapes,
    /// A visitor's own pictures.
    Own,
    /// Of a plane: their pictures are dots.
    Points,
}

impl Model {
    pub fn is_trained(self) -> bool {
        matches!(self, Self::Trained(_))
    }

    /// The data whose classifier can judge what it decodes: one is shipped with each family.
    pub fn judged_by(self) -> Option<DataSet> {
        match self {
            Self::Shipped(model) => Some(model.data()).filter(|data| data.has_family()),
            Self::Trained(Kind::Digits) => Some(DataSet::Digits),
            Self::Trained(Kind::Shapes | Kind::Own | Kind::Points) => None,
        }
    }

    /// Whether its classes are garments, which have pictures and no numbers.
    pub fn knows_garments(self) -> bool {
        matches!(self, Self::Shipped(model) if model.data() == DataSet::Fashion)
    }

    /// Which member of the β family it is.
    pub fn member(self) -> Option<u8> {
        match self {
            Self::Shipped(model) => model.member(),
            Self::Trained(_) => None,
        }
    }

    /// Whether it takes pictures, so that one can be drawn for it and painted on.
    pub fn takes_pictures(self) -> bool {
        self != Self::Trained(Kind::Points)
    }

    /// That a run with these data makes.
    pub fn trained_on(data: DataSpec) -> Self {
        Self::Trained(match data {
            DataSpec::Digits { .. } | DataSpec::Mnist | DataSpec::Fashion => Kind::Digits,
            DataSpec::Shapes { .. } => Kind::Shapes,
            DataSpec::Points { .. } => Kind::Points,
            DataSpec::Own { .. } => Kind::Own,
        })
    }
}

/// Whether the engine has a model to ask in this phase.
pub fn answers(phase: Phase) -> bool {
    match phase {
        Phase::Ready | Phase::Training | Phase::Paused => true,
        Phase::Booting | Phase::Idle | Phase::Loading | Phase::Failed => false,
    }
}

/// Whether a run is going on.
pub fn running(phase: Phase) -> bool {
    match phase {
        Phase::Training | Phase::Paused => true,
        Phase::Booting | Phase::Idle | Phase::Loading | Phase::Ready | Phase::Failed => false,
    }
}
