//! A session in one file: a run with its numbers and all its moments, the codes, the page's state, and the pictures that it
//! learnt from, if they are wished.
//!
//! A safetensors file, so that Python opens it too. The metadata have a head in JSON; `log` is the run's log, JSON as bytes;
//! `moment.80` is F32 of [3, parameters]: the parameters at step 80 and Adam's two moments; `codes.mu` and `codes.log_var`
//! are F32 of [n, 2]; `pictures.train` is U8 of [n, channels, side, side]. Nothing is taken for as long as a head says it
//! is: what is not in the file as it says is refused.

use std::borrow::Cow;
use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors, serialize};
use serde::{Deserialize, Serialize};

use super::cut::cut;
use super::own::Own;
use super::own_head::{OwnHead, OwnHeadError};
use crate::spec::check::Flaw;
use crate::spec::{MOST_CLASSES, RunSpec};

/// Where the metadata have the head.
const KEY: &str = "latentscape.session";
/// Rises when what is written is no longer what older pages read.
const VERSION: u32 = 1;
/// Moments of a run; the page thins them out long before.
const MOST_MOMENTS: usize = 10_000;
/// Numbers of a parameter in a moment: itself, and Adam's two.
const VECTORS: usize = 3;
/// The parts of a visitor's pictures, in the order of [`Own::buffers`].
const PARTS: [&str; 4] = ["pictures.train", "labels.train", "pictures.test", "labels.test"];

/// What a session file holds; borrowed from the file where it is large.
#[derive(Clone, Debug, PartialEq)]
pub struct Session<'a> {
    /// The page's state, as a link has it.
    pub scene: String,
    /// The run's log, as the page writes it.
    pub log: Cow<'a, str>,
    /// In the order of their steps; one at least.
    pub moments: Vec<Moment<'a>>,
    pub codes: Option<Codes>,
    /// Of the classes of a visitor's pictures, where those are not in it.
    pub names: Vec<String>,
    pub own: Option<Cow<'a, Own>>,
}

/// What the run was at a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment<'a> {
    pub spec: RunSpec,
    pub step: u32,
    /// Little-endian f32, as the engine gave them.
    pub bytes: Cow<'a, [u8]>,
}

/// The codes of the run's held-out data at a step; one entry a datum in each.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    pub step: u32,
    pub mu: Vec<[f32; 2]>,
    /// −∞ of what is encoded to a point.
    pub log_var: Vec<[f32; 2]>,
    pub labels: Vec<u8>,
}

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SessionFileError {
    #[error("not a whole safetensors file: {0}")]
    Unreadable(String),
    #[error("{got} of the {want} bytes that the head announces")]
    Cut { got: u64, want: u64 },
    #[error("the file holds no session")]
    NoSession,
    #[error("the file is larger than {most} bytes")]
    TooLarge { most: u64 },
    #[error("the file is of version {found}, and this page reads {VERSION}")]
    Newer { found: u32 },
    #[error("the file's head cannot be understood: {0}")]
    Head(String),
    #[error("the run's log cannot be understood: {0}")]
    Log(String),
    #[error("the moment at step {step} cannot be run: {why}")]
    Flaw { step: u32, why: Flaw },
    #[error("the file has no tensor {name}")]
    Missing { name: String },
    #[error("tensor {name} is {found} where {expected} is expected")]
    Shape { name: String, found: String, expected: String },
    #[error("tensor {name} holds a number that is not finite")]
    NotFinite { name: String },
    #[error("the pictures make no set: {0}")]
    Pictures(#[from] OwnHeadError),
    #[error("the pictures are not those of the run")]
    OtherPictures,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    scene: String,
    moments: Vec<MomentHead>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    codes: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    own: Option<OwnHead>,
}

/// What every version says.
#[derive(Deserialize)]
struct Dated {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct MomentHead {
    step: u32,
    spec: RunSpec,
}

/// Whether a file says that it is a session, whatever else may be wrong with it.
pub fn is_session(file: &[u8]) -> bool {
    SafeTensors::read_metadata(file)
        .is_ok_and(|(_, metadata)| metadata.metadata().as_ref().is_some_and(|metadata| metadata.contains_key(KEY)))
}

impl<'a> Session<'a> {
    /// The file: of the same session always the same bytes.
    ///
    /// # Errors
    /// `Shape` for a moment that is not of three vectors; `Unreadable` when the serialiser refuses.
    pub fn to_file(&self) -> Result<Vec<u8>, SessionFileError> {
        let head = Head {
            version: VERSION,
            scene: self.scene.clone(),
            moments: self.moments.iter().map(|m| MomentHead { step: m.step, spec: m.spec.clone() }).collect(),
            codes: self.codes.as_ref().map(|codes| codes.step),
            names: self.names.clone(),
            own: self.own.as_ref().map(|own| OwnHead::of(own)),
        };
        let words = serde_json::to_string(&head).map_err(|why| SessionFileError::Head(why.to_string()))?;
        let mut tensors = vec![view("log".to_owned(), Dtype::U8, vec![self.log.len()], self.log.as_bytes())?];
        for moment in &self.moments {
            let shape = vec![VECTORS, moment.bytes.len() / VECTORS / 4];
            tensors.push(view(moment_name(moment.step), Dtype::F32, shape, &moment.bytes)?);
        }
        let pairs = self.codes.as_ref().map(|codes| [bytes(&codes.mu), bytes(&codes.log_var)]);
        if let (Some(codes), Some([mu, log_var])) = (&self.codes, &pairs) {
            let n = codes.labels.len();
            tensors.push(view("codes.mu".to_owned(), Dtype::F32, vec![n, 2], mu)?);
            tensors.push(view("codes.log_var".to_owned(), Dtype::F32, vec![n, 2], log_var)?);
            tensors.push(view("codes.labels".to_owned(), Dtype::U8, vec![n], &codes.labels)?);
        }
        if let (Some(own), Some(OwnHead { side, channels, .. })) = (&self.own, &head.own) {
            let counts = [own.train().len(), own.test().len()];
            for (i, (name, buffer)) in PARTS.iter().zip(own.buffers()).enumerate() {
                let n = counts[i / 2];
                let shape = if i % 2 == 0 { vec![n, *channels, *side, *side] } else { vec![n] };
                tensors.push(view((*name).to_owned(), Dtype::U8, shape, buffer)?);
            }
        }
        // One entry alone: of more, the order would be another each time.
        let metadata = HashMap::from([(KEY.to_owned(), words)]);
        serialize(tensors, Some(metadata)).map_err(|why| SessionFileError::Unreadable(why.to_string()))
    }

    /// What [`Self::to_file`] wrote.
    ///
    /// # Errors
    /// For whatever is no whole session file of this version, or holds what no page wrote.
    pub fn open(file: &'a [u8]) -> Result<Self, SessionFileError> {
        let unreadable = |e: SafeTensorError| match cut(file) {
            Some([got, want]) => SessionFileError::Cut { got, want },
            None => SessionFileError::Unreadable(e.to_string()),
        };
        let (_, metadata) = SafeTensors::read_metadata(file).map_err(unreadable)?;
        let head = head(metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY)))?;
        let tensors = Tensors(SafeTensors::deserialize(file).map_err(unreadable)?);
        let log = tensors.bytes("log", Dtype::U8, 1)?;
        let log = std::str::from_utf8(log).map_err(|why| SessionFileError::Log(why.to_string()))?;
        let moments = head.moments.into_iter().map(|moment| tensors.moment(moment)).collect::<Result<Vec<_>, _>>()?;
        let own = head.own.map(|own| tensors.own(own)).transpose()?;
        let last = moments.last().map(|moment| moment.spec.data);
        if own.as_ref().is_some_and(|own| Some(own.spec()) != last) {
            return Err(SessionFileError::OtherPictures);
        }
        let codes = head.codes.map(|step| tensors.codes(step)).transpose()?;
        let Head { scene, names, .. } = head;
        Ok(Self { scene, log: log.into(), moments, codes, names, own: own.map(Cow::Owned) })
    }
}

fn head(words: Option<&String>) -> Result<Head, SessionFileError> {
    let words = words.ok_or(SessionFileError::NoSession)?;
    let unknown = |why: serde_json::Error| SessionFileError::Head(why.to_string());
    let Dated { version } = serde_json::from_str(words).map_err(unknown)?;
    if version != VERSION {
        return Err(SessionFileError::Newer { found: version });
    }
    let head: Head = serde_json::from_str(words).map_err(unknown)?;
    let rising = head.moments.windows(2).all(|pair| pair[0].step < pair[1].step);
    if !rising || !(1..=MOST_MOMENTS).contains(&head.moments.len()) {
        return Err(SessionFileError::Head(format!("{} moments, which should rise", head.moments.len())));
    }
    Ok(head)
}

/// The tensors of a whole file.
struct Tensors<'a>(SafeTensors<'a>);

impl<'a> Tensors<'a> {
    fn moment(&self, head: MomentHead) -> Result<Moment<'a>, SessionFileError> {
        let MomentHead { step, spec } = head;
        if let Some(why) = spec.flaw() {
            return Err(SessionFileError::Flaw { step, why });
        }
        if !(1..=MOST_CLASSES).contains(&spec.data.classes()) {
            return Err(SessionFileError::Head(format!("{} classes", spec.data.classes())));
        }
        let name = moment_name(step);
        let view = self.get(&name)?;
        let expected = [VECTORS, spec.model.parameters()];
        if view.dtype() != Dtype::F32 || view.shape() != expected {
            return Err(misshapen(name, &view, format!("F32 of {expected:?}")));
        }
        if numbers(view.data()).any(|x| !x.is_finite()) {
            return Err(SessionFileError::NotFinite { name });
        }
        Ok(Moment { spec, step, bytes: view.data().into() })
    }

    fn codes(&self, step: u32) -> Result<Codes, SessionFileError> {
        let labels = self.bytes("codes.labels", Dtype::U8, 1)?.to_vec();
        let pairs = |name: &str| -> Result<Vec<[f32; 2]>, SessionFileError> {
            let view = self.get(name)?;
            if view.dtype() != Dtype::F32 || view.shape() != [labels.len(), 2] {
                return Err(misshapen(name.to_owned(), &view, format!("F32 of [{}, 2]", labels.len())));
            }
            let numbers: Vec<f32> = numbers(view.data()).collect();
            Ok(numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect())
        };
        let (mu, log_var) = (pairs("codes.mu")?, pairs("codes.log_var")?);
        let not_finite = |name: &str| Err(SessionFileError::NotFinite { name: name.to_owned() });
        if mu.iter().flatten().any(|x| !x.is_finite()) {
            return not_finite("codes.mu");
        }
        // Of what is encoded to a point there is no width.
        if log_var.iter().flatten().any(|x| x.is_nan() || *x == f32::INFINITY) {
            return not_finite("codes.log_var");
        }
        if let Some(label) = labels.iter().find(|label| usize::from(**label) >= MOST_CLASSES) {
            let (found, expected) = (format!("of class {label}"), format!("below {MOST_CLASSES}"));
            return Err(SessionFileError::Shape { name: "codes.labels".to_owned(), found, expected });
        }
        Ok(Codes { step, mu, log_var, labels })
    }

    fn own(&self, head: OwnHead) -> Result<Own, SessionFileError> {
        let [train, train_labels, test, test_labels] = PARTS;
        let mut buffers = Vec::with_capacity(PARTS.len());
        for (pictures, labels) in [(train, train_labels), (test, test_labels)] {
            let n = self.bytes(labels, Dtype::U8, 1)?;
            let view = self.get(pictures)?;
            let expected = [n.len(), head.channels, head.side, head.side];
            if view.dtype() != Dtype::U8 || view.shape() != expected {
                return Err(misshapen(pictures.to_owned(), &view, format!("U8 of {expected:?}")));
            }
            buffers.extend([view.data().to_vec(), n.to_vec()]);
        }
        Ok(head.own(buffers)?)
    }

    fn get(&self, name: &str) -> Result<TensorView<'a>, SessionFileError> {
        self.0.tensor(name).map_err(|_| SessionFileError::Missing { name: name.to_owned() })
    }

    /// The bytes of a tensor of this type and so many dimensions.
    fn bytes(&self, name: &str, dtype: Dtype, dimensions: usize) -> Result<&'a [u8], SessionFileError> {
        let view = self.get(name)?;
        if view.dtype() != dtype || view.shape().len() != dimensions {
            return Err(misshapen(name.to_owned(), &view, format!("{dtype:?} of {dimensions} dimensions")));
        }
        Ok(view.data())
    }
}

fn moment_name(step: u32) -> String {
    format!("moment.{step}")
}

fn view(
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: &[u8],
) -> Result<(String, TensorView<'_>), SessionFileError> {
    let expected = format!("{dtype:?} of {shape:?}");
    match TensorView::new(dtype, shape, bytes) {
        Ok(view) => Ok((name, view)),
        Err(_) => Err(SessionFileError::Shape { name, found: format!("{} bytes", bytes.len()), expected }),
    }
}

fn misshapen(name: String, view: &TensorView<'_>, expected: String) -> SessionFileError {
    SessionFileError::Shape { name, found: format!("{:?} of {:?}", view.dtype(), view.shape()), expected }
}

fn bytes(pairs: &[[f32; 2]]) -> Vec<u8> {
    pairs.iter().flatten().flat_map(|x| x.to_le_bytes()).collect()
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

#[cfg(test)]
mod tests;
