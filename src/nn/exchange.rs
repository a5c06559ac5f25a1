//! A model's weights as PyTorch takes and gives them: a safetensors file of F32 whose tensors have the names and shapes of
//! [`Modules`], with the run in its metadata. What such a file says about its model, without its numbers, is
//! [`ModelFile`]'s to know.

use std::collections::HashMap;

use safetensors::serialize;
use safetensors::tensor::{Dtype, TensorView};

use super::layout::{Layout, Parameter};
use super::weights::{self, WeightsError};
use crate::data::model_file::{MODEL_KEY, ModelFile, ModelFileError, RUN_KEY};
use crate::spec::pytorch::Modules;
use crate::spec::{ModelSpec, RunSpec};

/// Why weights did not come in, or out.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    #[error(transparent)]
    File(#[from] ModelFileError),
    /// Of a file that lies as the shipped ones do.
    #[error(transparent)]
    Shipped(#[from] WeightsError),
}

impl ExchangeError {
    /// The file is whole, but for another model.
    pub fn is_mismatch(&self) -> bool {
        match self {
            Self::File(error) => error.is_mismatch(),
            Self::Shipped(error) => error.is_mismatch(),
        }
    }
}

/// The file of a model whose parameters are `flat`, [layout.len()]. `run` is what made it, where that is known; the
/// model of the file is `spec` whatever the run says.
///
/// # Errors
/// `NotFinite` for weights that are NaN or infinite; `Unreadable` when the serialiser refuses, which it does for no layout
/// of ours.
pub fn to_file(
    spec: &ModelSpec,
    run: Option<&RunSpec>,
    layout: &Layout,
    flat: &[f32],
) -> Result<Vec<u8>, ModelFileError> {
    let unreadable = |e: &dyn std::fmt::Display| ModelFileError::Unreadable(e.to_string());
    let named = Modules::of(spec).tensors();
    let mut stored = Vec::with_capacity(named.len());
    for (parameter, tensor) in layout.parameters.iter().zip(named) {
        let values = turned(parameter, &flat[parameter.range()], Turn::Out);
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(ModelFileError::NotFinite { name: tensor.name, at, found: values[at] });
        }
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        stored.push((tensor, bytes));
    }
    let mut views = Vec::with_capacity(stored.len());
    for (tensor, bytes) in &stored {
        let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map_err(|e| unreadable(&e))?;
        views.push((tensor.name.as_str(), view));
    }
    let (key, told) = match run {
        Some(run) => (RUN_KEY, serde_json::to_string(&RunSpec { model: spec.clone(), ..run.clone() })),
        None => (MODEL_KEY, serde_json::to_string(spec)),
    };
    let told = told.map_err(|e| unreadable(&e))?;
    let metadata = HashMap::from([(key.to_owned(), told), ("format".to_owned(), "pt".to_owned())]);
    serialize(views, Some(metadata)).map_err(|e| unreadable(&e))
}

/// The parameters of `spec`'s model, [layout.len()], from a file as [`to_file`] or PyTorch writes it, of F32, F16 or BF16;
/// or from one as the shipped models have it.
///
/// # Errors
/// [`ExchangeError`] for anything that is not a whole file of this model's tensors and no others.
pub fn from_file(spec: &ModelSpec, layout: &Layout, file: &[u8]) -> Result<Vec<f32>, ExchangeError> {
    let open = ModelFile::open(file)?;
    if open.is_shipped() {
        return Ok(weights::from_safetensors(layout, file)?);
    }
    // Every shape is compared before anything is taken for the numbers.
    let names = open.names_of(spec)?;
    let mut flat = Vec::with_capacity(layout.len());
    for (parameter, name) in layout.parameters.iter().zip(names) {
        flat.extend(turned(parameter, &open.values(&name)?, Turn::In));
    }
    Ok(flat)
}

#[derive(Clone, Copy)]
enum Turn {
    In,
    Out,
}

/// Linear weights are [in, out] here and [out, in] there; everything else lies alike.
fn turned(parameter: &Parameter, values: &[f32], turn: Turn) -> Vec<f32> {
    let &[inputs, outputs] = &parameter.shape[..] else { return values.to_vec() };
    let columns = match turn {
        Turn::Out => outputs,
        Turn::In => inputs,
    };
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
}

#[cfg(test)]
mod tests;
