//! A model in a safetensors file as PyTorch lays it out: what the file says about its model, and its numbers.
//!
//! Ours say their run, or at least their model, as JSON in the metadata. Of one that was written by PyTorch alone, names and
//! shapes tell the layers; what they cannot tell, the activation above all, somebody has to say.

use half::{bf16, f16};
use safetensors::tensor::Metadata;
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use super::cut::cut;
use crate::spec::check::Flaw;
use crate::spec::pytorch::{Modules, Named};
use crate::spec::{Format, Input, Likelihood, ModelSpec, Net, Objective, RunSpec};

/// Where the metadata have the [`RunSpec`] that made the model.
pub const RUN_KEY: &str = "latentscape.run";
/// Where they have the [`ModelSpec`], if it is not known what made it.
pub const MODEL_KEY: &str = "latentscape.model";
/// Where the files that are shipped have theirs; their tensors lie as the engine has them, not as PyTorch does.
const SHIPPED_KEY: &str = "spec";

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelFileError {
    #[error("not a whole safetensors file: {0}")]
    Unreadable(String),
    #[error("{got} of the {want} bytes that the head announces")]
    Cut { got: u64, want: u64 },
    #[error("the metadata's {key} cannot be understood: {why}")]
    Spec { key: &'static str, why: String },
    #[error("the file's model cannot be run: {0}")]
    Flaw(#[from] Flaw),
    #[error("the file has no tensor {name}, which should be of shape {expected}")]
    Missing { name: String, expected: String },
    #[error("the file has a tensor {name} of shape {found:?} where the model has none")]
    Extra { name: String, found: Vec<usize> },
    #[error("tensor {name} is of shape {found:?} where {expected} is expected")]
    Shape { name: String, found: Vec<usize>, expected: String },
    #[error("tensor {name} holds {found:?} where F32, F16 or BF16 is expected")]
    Type { name: String, found: Dtype },
    #[error("tensor {name} holds {found} at place {at} where a finite number is expected")]
    NotFinite { name: String, at: usize, found: f32 },
}

impl ModelFileError {
    /// The file is whole, but for another model.
    pub fn is_mismatch(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::Cut { .. } | Self::Spec { .. } | Self::NotFinite { .. } => false,
            Self::Flaw(_) | Self::Missing { .. } | Self::Extra { .. } | Self::Shape { .. } | Self::Type { .. } => true,
        }
    }
}

/// A whole file, of which nothing but the head has been looked at.
#[derive(Debug)]
pub struct ModelFile<'a> {
    tensors: SafeTensors<'a>,
    metadata: Metadata,
}

impl<'a> ModelFile<'a> {
    /// # Errors
    /// `Cut` for a file that ends too early, `Unreadable` for what is no safetensors file. Nothing is taken for as long as a head says it is: every
    /// tensor's declared place lies within the file, and is of the length that its shape asks for.
    pub fn open(file: &'a [u8]) -> Result<Self, ModelFileError> {
        let unreadable = |e: SafeTensorError| match cut(file) {
            Some([got, want]) => ModelFileError::Cut { got, want },
            None => ModelFileError::Unreadable(e.to_string()),
        };
        let (_, metadata) = SafeTensors::read_metadata(file).map_err(unreadable)?;
        Ok(Self { tensors: SafeTensors::deserialize(file).map_err(unreadable)?, metadata })
    }

    /// Whether its tensors lie as shipped files have them, and not as PyTorch does.
    pub fn is_shipped(&self) -> bool {
        self.told(SHIPPED_KEY).is_some()
    }

    /// The run that made the model, if the file says it.
    ///
    /// # Errors
    /// `Spec` when it says so in words that this version does not know.
    pub fn run(&self) -> Result<Option<RunSpec>, ModelFileError> {
        self.parsed(RUN_KEY)
    }

    /// The model of the file. What neither the metadata nor names and shapes say is as in `otherwise`: the activation, the
    /// likelihood, the objective of what has no log σ², dropout.
    ///
    /// # Errors
    /// `Spec` for metadata that cannot be understood, `Flaw` for a model that cannot be run; `Missing`, `Extra` and `Shape`
    /// when the tensors are not those of an autoencoder as the page has them. Of a shipped file the tensors are not
    /// compared.
    pub fn model(&self, otherwise: &ModelSpec) -> Result<ModelSpec, ModelFileError> {
        let shipped: Option<ModelSpec> = self.parsed(SHIPPED_KEY)?;
        let told = match (self.run()?, self.parsed(MODEL_KEY)?) {
            (Some(run), _) => Some(run.model),
            (None, model) => model,
        };
        let model = match (&shipped, told) {
            (Some(model), _) => model.clone(),
            (None, Some(model)) => model,
            (None, None) => self.recognised(otherwise)?,
        };
        if let Some(flaw) = model.flaw() {
            return Err(flaw.into());
        }
        if shipped.is_none() {
            self.names_of(&model)?;
        }
        Ok(model)
    }

    /// Whether [`Self::model`] is what the file says, and nothing of it is another's word.
    pub fn says_its_model(&self) -> bool {
        [SHIPPED_KEY, RUN_KEY, MODEL_KEY].iter().any(|key| self.told(key).is_some())
    }

    /// The names that this model's tensors have in the file, in the order of [`Modules::tensors`]. Layers may be numbered
    /// otherwise than there, as those of an `nn.ModuleList` are; their order counts.
    ///
    /// # Errors
    /// `Missing`, `Extra`, `Shape` when they are not all of the file's tensors.
    pub fn names_of(&self, model: &ModelSpec) -> Result<Vec<String>, ModelFileError> {
        let wanted = Modules::of(model).tensors();
        let mut names = Vec::with_capacity(wanted.len());
        for part in ["encoder.", "", "decoder."] {
            let here: Vec<&Named> = wanted.iter().filter(|tensor| part_of(&tensor.name) == part).collect();
            let numbers = self.numbers_of(part);
            // Each layer has two tensors, so that those that are numbered otherwise can be counted.
            let otherwise = !part.is_empty() && numbers.len() * 2 == here.len();
            for (i, tensor) in here.iter().enumerate() {
                let of = if i % 2 == 0 { "weight" } else { "bias" };
                let name = if otherwise { format!("{part}{}.{of}", numbers[i / 2]) } else { tensor.name.clone() };
                self.check(&name, &tensor.shape)?;
                names.push(name);
            }
        }
        match self.sorted().into_iter().find(|name| !names.contains(name)) {
            Some(name) => Err(ModelFileError::Extra { found: self.shape(&name).unwrap_or_default(), name }),
            None => Ok(names),
        }
    }

    /// The numbers of a tensor, row after row.
    ///
    /// # Errors
    /// `Missing`, `Type`, and `NotFinite` for NaN and infinities.
    pub fn values(&self, name: &str) -> Result<Vec<f32>, ModelFileError> {
        let missing = |_| ModelFileError::Missing { name: name.to_owned(), expected: "any".to_owned() };
        let view = self.tensors.tensor(name).map_err(missing)?;
        let halves = || view.data().chunks_exact(2).map(|b| [b[0], b[1]]);
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Dtype::F16 => halves().map(|b| f16::from_le_bytes(b).to_f32()).collect(),
            Dtype::BF16 => halves().map(|b| bf16::from_le_bytes(b).to_f32()).collect(),
            found => return Err(ModelFileError::Type { name: name.to_owned(), found }),
        };
        match values.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(ModelFileError::NotFinite { name: name.to_owned(), at, found: values[at] }),
            None => Ok(values),
        }
    }

    fn told(&self, key: &str) -> Option<&String> {
        self.metadata.metadata().as_ref()?.get(key)
    }

    fn parsed<T: serde::de::DeserializeOwned>(&self, key: &'static str) -> Result<Option<T>, ModelFileError> {
        let parse = |text: &String| serde_json::from_str(text);
        self.told(key).map(parse).transpose().map_err(|e| ModelFileError::Spec { key, why: e.to_string() })
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.metadata.info(name).map(|info| info.shape.clone())
    }

    /// All names, in an order that does not depend on chance.
    fn sorted(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors.names().into_iter().map(str::to_owned).collect();
        names.sort();
        names
    }

    fn check(&self, name: &str, expected: &[usize]) -> Result<(), ModelFileError> {
        match self.shape(name) {
            Some(found) if found == expected => Ok(()),
            Some(found) => Err(misshapen(name, found, format!("{expected:?}"))),
            None => Err(ModelFileError::Missing { name: name.to_owned(), expected: format!("{expected:?}") }),
        }
    }

    /// The numbers of a part's layers, ascending.
    fn numbers_of(&self, part: &str) -> Vec<usize> {
        let number = |name: String| name.strip_prefix(part)?.split_once('.')?.0.parse().ok();
        let mut numbers: Vec<usize> = self.sorted().into_iter().filter_map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// What names and shapes say; whether all of them agree with it is to be looked at afterwards.
    fn recognised(&self, otherwise: &ModelSpec) -> Result<ModelSpec, ModelFileError> {
        let weights = self.numbers_of("encoder.").into_iter().map(|number| self.weight(&format!("encoder.{number}")));
        let layers = weights.collect::<Result<Vec<_>, _>>()?;
        let (head, mu) = self.weight("mu")?;
        let [latent, inmost] = two(&head, mu)?;
        let conv = layers.first().is_some_and(|(_, shape)| shape.len() == 4);
        let (net, input) = if conv {
            let [(_, outer), (_, inner), (_, dense)] = &layers[..] else {
                let (name, found) = layers[layers.len() - 1].clone();
                return Err(misshapen(&name, found, "the last of two convolutions and a linear layer".to_owned()));
            };
            let channels = [outer, inner].map(|shape| shape.first().copied().unwrap_or(0));
            let input = Self::convolved(outer, inner, dense).map(Input::Picture);
            (Net::Conv { channels, hidden: dense.first().copied().unwrap_or(0) }, input)
        } else {
            let sizes = layers.into_iter().map(|(name, shape)| two(&name, shape)).collect::<Result<Vec<_>, _>>()?;
            let width = sizes.first().map_or(inmost, |[_, inputs]| *inputs);
            let input = Format::of(width).map(Input::Picture).or((width == 2).then_some(Input::Point));
            (Net::Mlp { hidden: sizes.iter().map(|[outputs, _]| *outputs).collect() }, input)
        };
        let Some(input) = input else {
            let first = self.numbers_of("encoder.").first().map_or(head, |number| format!("encoder.{number}.weight"));
            let found = self.shape(&first).unwrap_or_default();
            return Err(misshapen(&first, found, expected_input()));
        };
        let variational = self.shape("log_var.weight").is_some();
        let objective = match (variational, otherwise.objective) {
            (true, _) => Objective::Variational,
            (false, Objective::Variational) => Objective::Autoencoder,
            (false, objective) => objective,
        };
        let likelihood = match (input, otherwise.likelihood) {
            (Input::Point, Likelihood::Bernoulli) => Likelihood::Gaussian { deviation: 0.1 },
            (Input::Point | Input::Picture(_), likelihood) => likelihood,
        };
        Ok(ModelSpec { net, latent, input, objective, likelihood, ..otherwise.clone() })
    }

    /// The format of a convolutional net's pictures: channels are what the first convolution takes, and the linear layer
    /// takes the square of a quarter of the side from each of the second one's channels.
    fn convolved(outer: &[usize], inner: &[usize], dense: &[usize]) -> Option<Format> {
        let (channels, features, flat) = (*outer.get(1)?, *inner.first()?, *dense.get(1)?);
        let fits = |format: &Format| {
            let inner = format.side / 4;
            format.channels == channels && Some(flat) == features.checked_mul(inner * inner)
        };
        Format::all().find(fits)
    }

    /// A layer's weight: its name and shape.
    fn weight(&self, layer: &str) -> Result<(String, Vec<usize>), ModelFileError> {
        let name = format!("{layer}.weight");
        match self.shape(&name) {
            Some(shape) => Ok((name, shape)),
            None => Err(ModelFileError::Missing { name, expected: "[out, in]".to_owned() }),
        }
    }
}

fn expected_input() -> String {
    let widths: Vec<String> = Format::all().map(|format| format.bytes().to_string()).collect();
    format!("[units, n] with n of {} for pictures or 2 for points", widths.join(", "))
}

fn part_of(name: &str) -> &'static str {
    ["encoder.", "decoder."].into_iter().find(|part| name.starts_with(part)).unwrap_or("")
}

fn two(name: &str, shape: Vec<usize>) -> Result<[usize; 2], ModelFileError> {
    <[usize; 2]>::try_from(shape).map_err(|found| misshapen(name, found, "[out, in] of a linear layer".to_owned()))
}

fn misshapen(name: &str, found: Vec<usize>, expected: String) -> ModelFileError {
    ModelFileError::Shape { name: name.to_owned(), found, expected }
}

#[cfg(test)]
mod tests;
