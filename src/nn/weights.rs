//! Weights: made from a seed, written to and read from safetensors.

use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::layout::Layout;
use crate::rng::Rng;
use crate::spec::ModelSpec;

/// The first seed of the reference work: parameter i is made by the stream 1000 + i.
const REFERENCE_SEED: u32 = 1000;

/// Why a weights file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("not a whole safetensors file: {0}")]
    Unreadable(String),
    #[error("the file has no tensor {0}")]
    Missing(String),
    #[error("tensor {name} is {found:?} where the model has {wanted:?}")]
    Shape { name: String, found: Vec<usize>, wanted: Vec<usize> },
    #[error("tensor {name} holds {dtype:?}; F32 and F16 can be read")]
    Type { name: String, dtype: Dtype },
    #[error("tensor {0} holds a value that is not a finite number")]
    NotFinite(String),
}

impl WeightsError {
    /// The file is whole, but for another model.
    pub fn is_mismatch(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::NotFinite(_) => false,
            Self::Missing(_) | Self::Shape { .. } | Self::Type { .. } => true,
        }
    }
}

/// The weights of the reference work: uniform in ±1/√fan_in, biases zero; see `docs/performance.md`.
pub fn reference(layout: &Layout) -> Vec<f32> {
    uniform(layout, |i| Rng::new(REFERENCE_SEED + i))
}

/// Fresh weights for a run: uniform in ±1/√fan_in, biases zero.
pub fn fresh(layout: &Layout, seed: u32) -> Vec<f32> {
    uniform(layout, |i| Rng::stream(seed, REFERENCE_SEED + i))
}

fn uniform(layout: &Layout, stream: impl Fn(u32) -> Rng) -> Vec<f32> {
    let mut flat = vec![0.0; layout.len()];
    for (i, parameter) in layout.parameters.iter().enumerate().filter(|(_, p)| !p.is_bias()) {
        let mut rng = stream(i as u32);
        let root = (parameter.fan_in as f64).sqrt();
        for value in &mut flat[parameter.range()] {
            *value = ((2.0 * rng.uniform() - 1.0) / root) as f32;
        }
    }
    flat
}

/// A safetensors file of 16-bit floats, with the model's spec in its metadata.
///
/// # Errors
/// When the serialiser refuses, which it does for no layout of ours.
pub fn to_safetensors(spec: &ModelSpec, layout: &Layout, flat: &[f32]) -> Result<Vec<u8>, WeightsError> {
    let halves: Vec<u8> = flat.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
    let unreadable = |e: &dyn std::fmt::Display| WeightsError::Unreadable(e.to_string());
    let mut views = Vec::with_capacity(layout.parameters.len());
    for p in &layout.parameters {
        let bytes = &halves[p.range().start * 2..p.range().end * 2];
        let view = TensorView::new(Dtype::F16, p.shape.clone(), bytes).map_err(|e| unreadable(&e))?;
        views.push((p.name.clone(), view));
    }
    let spec = serde_json::to_string(spec).map_err(|e| unreadable(&e))?;
    serialize(views, Some([("spec".to_owned(), spec)].into())).map_err(|e| unreadable(&e))
}

/// Reads weights for `layout` from a safetensors file of F32 or F16.
///
/// # Errors
/// [`WeightsError`] for anything that is not a whole file of this model's tensors.
pub fn from_safetensors(layout: &Layout, file: &[u8]) -> Result<Vec<f32>, WeightsError> {
    let tensors = SafeTensors::deserialize(file).map_err(|e| WeightsError::Unreadable(e.to_string()))?;
    let mut flat = Vec::with_capacity(layout.len());
    for p in &layout.parameters {
        let view = tensors.tensor(&p.name).map_err(|_| WeightsError::Missing(p.name.clone()))?;
        if view.shape() != p.shape {
            let (name, found, wanted) = (p.name.clone(), view.shape().to_vec(), p.shape.clone());
            return Err(WeightsError::Shape { name, found, wanted });
        }
        match view.dtype() {
            Dtype::F32 => {
                flat.extend(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])))
            }
            Dtype::F16 => flat.extend(view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())),
            dtype => return Err(WeightsError::Type { name: p.name.clone(), dtype }),
        }
        if !flat[p.range()].iter().all(|v| v.is_finite()) {
            return Err(WeightsError::NotFinite(p.name.clone()));
        }
    }
    Ok(flat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> (ModelSpec, Layout) {
        let spec = ModelSpec::mlp(&[4]);
        let layout = Layout::new(&spec).unwrap();
        (spec, layout)
    }

    #[test]
    fn come_back_as_they_were_to_half_precision() {
        let (spec, layout) = tiny();
        let weights = fresh(&layout, 5);
        let back = from_safetensors(&layout, &to_safetensors(&spec, &layout, &weights).unwrap()).unwrap();
        assert!(weights.iter().zip(&back).all(|(a, b)| (a - b).abs() <= a.abs() / 2048.0 + 1e-7));
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let (spec, layout) = tiny();
        let file = to_safetensors(&spec, &layout, &fresh(&layout, 5)).unwrap();
        for cut in (0..file.len()).step_by(file.len() / 97) {
            let error = from_safetensors(&layout, &file[..cut]).unwrap_err();
            assert!(!error.is_mismatch(), "{cut}: {error}");
        }
    }

    #[test]
    fn a_file_for_another_model_is_told_apart() {
        let (spec, layout) = tiny();
        let file = to_safetensors(&spec, &layout, &fresh(&layout, 5)).unwrap();
        let other = Layout::new(&ModelSpec::mlp(&[5])).unwrap();
        assert!(from_safetensors(&other, &file).unwrap_err().is_mismatch());
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        let (spec, layout) = tiny();
        let mut weights = fresh(&layout, 5);
        weights[3] = f32::NAN;
        let file = to_safetensors(&spec, &layout, &weights).unwrap();
        assert!(matches!(from_safetensors(&layout, &file), Err(WeightsError::NotFinite(_))));
    }
}
