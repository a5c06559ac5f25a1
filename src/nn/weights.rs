//! Weights: made from a seed, written to and read from safetensors.
//!
//! # Eight bits
//! Beside F32 and F16 a tensor `x` may be of I8, and the file then has an F32 tensor `x.scale`: a weight is scale·q, with
//! q in −127..=127. The scale is of shape [1], one for the whole tensor, or, for dense weights [in, out], of shape [out],
//! one for each output (symmetric quantisation by channel, Krishnamoorthi 2018, arXiv:1806.08342). The writer here takes
//! the latter for dense weights and the former for kernels, and leaves at 16 bits what is small: it takes little room, and
//! what passes through a bottleneck feels rounding most.

use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::layout::{Layout, Parameter};
use crate::rng::Rng;
use crate::spec::ModelSpec;

/// The first seed of the reference work: parameter i is made by the stream 1000 + i.
const REFERENCE_SEED: u32 = 1000;

/// The most that a weight of 8 bits is of its scale; −128 is left out, so that both signs reach as far.
const LARGEST: f32 = 127.0;

/// Why a weights file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("not a whole safetensors file: {0}")]
    Unreadable(String),
    #[error("the file has no tensor {0}")]
    Missing(String),
    #[error("tensor {name} is {found:?} where the model has {wanted:?}")]
    Shape { name: String, found: Vec<usize>, wanted: Vec<usize> },
    #[error("tensor {name} holds {dtype:?}; F32, F16 and I8 with scales in F32 can be read")]
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
    let stored = layout.parameters.iter().map(|p| Stored::half(p, &flat[p.range()]));
    write(spec, stored.collect())
}

/// The same with 8 bits and scales for weights of `at_least` numbers; of those each is off by half a scale at most.
///
/// # Errors
/// `NotFinite` for numbers that no scale reaches; otherwise as [`to_safetensors`].
pub fn to_safetensors_quantised(
    spec: &ModelSpec,
    layout: &Layout,
    flat: &[f32],
    at_least: usize,
) -> Result<Vec<u8>, WeightsError> {
    if let Some(wild) = layout.parameters.iter().find(|p| !flat[p.range()].iter().all(|v| v.is_finite())) {
        return Err(WeightsError::NotFinite(wild.name.clone()));
    }
    let stored = layout.parameters.iter().flat_map(|p| match p.is_bias() || p.len() < at_least {
        true => vec![Stored::half(p, &flat[p.range()])],
        false => Stored::quantised(p, &flat[p.range()]).into(),
    });
    write(spec, stored.collect())
}

/// A tensor as its file has it.
struct Stored {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Stored {
    fn half(parameter: &Parameter, values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
        Self { name: parameter.name.clone(), dtype: Dtype::F16, shape: parameter.shape.clone(), bytes }
    }

    /// The numbers and their scales: the largest weight of each output is 127 of them.
    fn quantised(parameter: &Parameter, values: &[f32]) -> [Self; 2] {
        let mut scales = vec![0.0f32; scales(parameter)];
        let outputs = scales.len();
        for (i, value) in values.iter().enumerate() {
            scales[i % outputs] = scales[i % outputs].max(value.abs() / LARGEST);
        }
        let step = |(i, value): (usize, &f32)| {
            let scale = scales[i % outputs];
            if scale > 0.0 { (value / scale).round().clamp(-LARGEST, LARGEST) as i8 } else { 0 }
        };
        let bytes = values.iter().enumerate().flat_map(|value| step(value).to_le_bytes()).collect();
        let scale_bytes = scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
        let (name, shape) = (parameter.name.clone(), parameter.shape.clone());
        [
            Self { name: scale_name(&name), dtype: Dtype::F32, shape: vec![outputs], bytes: scale_bytes },
            Self { name, dtype: Dtype::I8, shape, bytes },
        ]
    }
}

/// Scales that a parameter is written with: weights are row after row, so that of dense ones number i belongs to output
/// i mod `out`.
fn scales(parameter: &Parameter) -> usize {
    match parameter.shape[..] {
        [_, outputs] => outputs,
        _ => 1,
    }
}

fn scale_name(parameter: &str) -> String {
    format!("{parameter}.scale")
}

fn write(spec: &ModelSpec, stored: Vec<Stored>) -> Result<Vec<u8>, WeightsError> {
    let unreadable = |e: &dyn std::fmt::Display| WeightsError::Unreadable(e.to_string());
    let mut views = Vec::with_capacity(stored.len());
    for Stored { name, dtype, shape, bytes } in &stored {
        let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(|e| unreadable(&e))?;
        views.push((name, view));
    }
    let spec = serde_json::to_string(spec).map_err(|e| unreadable(&e))?;
    serialize(views, Some([("spec".to_owned(), spec)].into())).map_err(|e| unreadable(&e))
}

/// Reads weights for `layout` from a safetensors file of F32, F16, or I8 with scales.
///
/// # Errors
/// [`WeightsError`] for anything that is not a whole file of this model's tensors.
pub fn from_safetensors(layout: &Layout, file: &[u8]) -> Result<Vec<f32>, WeightsError> {
    let tensors = SafeTensors::deserialize(file).map_err(|e| WeightsError::Unreadable(e.to_string()))?;
    let mut flat = Vec::with_capacity(layout.len());
    for p in &layout.parameters {
        let view = tensors.tensor(&p.name).map_err(|_| WeightsError::Missing(p.name.clone()))?;
        if view.shape() != p.shape {
            return Err(misshapen(&p.name, &view, &p.shape));
        }
        match view.dtype() {
            Dtype::F32 => flat.extend(floats(&view)),
            Dtype::F16 => flat.extend(view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())),
            Dtype::I8 => {
                let scales = read_scales(&tensors, p)?;
                let steps = view.data().iter().map(|&b| f32::from(i8::from_le_bytes([b])));
                flat.extend(steps.zip(scales.iter().cycle()).map(|(step, scale)| scale * step));
            }
            dtype => return Err(WeightsError::Type { name: p.name.clone(), dtype }),
        }
        if !flat[p.range()].iter().all(|v| v.is_finite()) {
            return Err(WeightsError::NotFinite(p.name.clone()));
        }
    }
    Ok(flat)
}

/// The scales of a parameter of 8 bits: one, or one for each output.
fn read_scales(tensors: &SafeTensors, parameter: &Parameter) -> Result<Vec<f32>, WeightsError> {
    let name = scale_name(&parameter.name);
    let Ok(view) = tensors.tensor(&name) else { return Err(WeightsError::Missing(name)) };
    let wanted = [scales(parameter)];
    if view.dtype() != Dtype::F32 {
        return Err(WeightsError::Type { name, dtype: view.dtype() });
    }
    if view.shape() != wanted && view.shape() != [1] {
        return Err(misshapen(&name, &view, &wanted));
    }
    let scales: Vec<f32> = floats(&view).collect();
    if scales.iter().all(|scale| scale.is_finite()) { Ok(scales) } else { Err(WeightsError::NotFinite(name)) }
}

fn floats<'a>(view: &'a TensorView) -> impl Iterator<Item = f32> + 'a {
    view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn misshapen(name: &str, view: &TensorView, wanted: &[usize]) -> WeightsError {
    WeightsError::Shape { name: name.to_owned(), found: view.shape().to_vec(), wanted: wanted.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Net;

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
    fn eight_bits_come_back_to_half_a_scale() {
        let conv = ModelSpec::of(Net::Conv { channels: [2, 3], hidden: 5 });
        for spec in [tiny().0, conv] {
            let layout = Layout::new(&spec).unwrap();
            let mut weights = fresh(&layout, 5);
            // An output that is not used, beside one that is far larger than the rest.
            let outputs = scales(&layout.parameters[0]);
            for (i, value) in weights[layout.parameters[0].range()].iter_mut().enumerate() {
                *value *= [0.0, 300.0, 1.0][(i % outputs).min(2)];
            }
            let file = to_safetensors_quantised(&spec, &layout, &weights, 0).unwrap();
            let back = from_safetensors(&layout, &file).unwrap();
            for p in &layout.parameters {
                let (before, after) = (&weights[p.range()], &back[p.range()]);
                let outputs = scales(p);
                for (i, (a, b)) in before.iter().zip(after).enumerate() {
                    let like = before.iter().skip(i % outputs).step_by(outputs);
                    let scale = like.fold(0.0f32, |most, v| most.max(v.abs())) / 127.0;
                    let step = if p.is_bias() { a.abs() / 1024.0 } else { scale };
                    assert!((a - b).abs() <= 0.5 * step * 1.0001, "{} {i}: {a} {b}", p.name);
                }
            }
        }
    }

    #[test]
    fn what_is_small_keeps_sixteen_bits() {
        let (spec, layout) = tiny();
        let file = to_safetensors_quantised(&spec, &layout, &fresh(&layout, 5), 784 * 4).unwrap();
        let whole = SafeTensors::deserialize(&file).unwrap();
        for p in &layout.parameters {
            let large = p.len() == 784 * 4;
            assert_eq!(
                whole.tensor(&p.name).unwrap().dtype(),
                if large { Dtype::I8 } else { Dtype::F16 },
                "{}",
                p.name
            );
            assert_eq!(whole.tensor(&scale_name(&p.name)).is_ok(), large);
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let (spec, layout) = tiny();
        let weights = fresh(&layout, 5);
        let eight = to_safetensors_quantised(&spec, &layout, &weights, 0).unwrap();
        for file in [to_safetensors(&spec, &layout, &weights).unwrap(), eight] {
            for cut in (0..file.len()).step_by(file.len() / 97) {
                let error = from_safetensors(&layout, &file[..cut]).unwrap_err();
                assert!(!error.is_mismatch(), "{cut}: {error}");
            }
        }
    }

    /// A file of 8 bits with other scales for the first layer, or none.
    fn scaled(dtype: Dtype, shape: &[usize], scale: &[u8]) -> Result<Vec<f32>, WeightsError> {
        let (spec, layout) = tiny();
        let file = to_safetensors_quantised(&spec, &layout, &fresh(&layout, 5), 0).unwrap();
        let whole = SafeTensors::deserialize(&file).unwrap();
        let name = scale_name(&layout.parameters[0].name);
        let mut views: Vec<(String, TensorView)> = whole.tensors().into_iter().filter(|(n, _)| *n != name).collect();
        if !scale.is_empty() {
            views.push((name, TensorView::new(dtype, shape.to_vec(), scale).unwrap()));
        }
        from_safetensors(&layout, &serialize(views, None).unwrap())
    }

    #[test]
    fn scales_that_are_missing_or_make_no_sense_are_refused() {
        let of = |scales: &[f32]| scales.iter().flat_map(|s| s.to_le_bytes()).collect::<Vec<u8>>();
        let f32s = |scales: &[f32]| scaled(Dtype::F32, &[scales.len()], &of(scales));
        assert!(f32s(&[0.5; 4]).is_ok() && f32s(&[0.5]).is_ok(), "one an output, or one");
        assert!(matches!(f32s(&[]), Err(WeightsError::Missing(name)) if name.ends_with(".scale")));
        assert!(matches!(f32s(&[0.5; 3]), Err(WeightsError::Shape { .. })));
        assert!(matches!(scaled(Dtype::F32, &[4, 1], &of(&[0.5; 4])), Err(WeightsError::Shape { .. })));
        assert!(matches!(scaled(Dtype::I8, &[4], &[1; 4]), Err(WeightsError::Type { .. })));
        for wild in [f32::NAN, f32::INFINITY, f32::MAX] {
            assert!(matches!(f32s(&[0.5, wild, 0.5, 0.5]), Err(WeightsError::NotFinite(_))), "{wild}");
        }
    }

    #[test]
    fn a_head_that_promises_more_than_there_is_is_refused() {
        let (_, layout) = tiny();
        let huge = u64::MAX;
        for head in [
            format!(r#"{{"encoder.0.weight":{{"dtype":"I8","shape":[{huge},{huge}],"data_offsets":[0,{huge}]}}}}"#),
            format!(r#"{{"encoder.0.weight":{{"dtype":"I8","shape":[784,4],"data_offsets":[0,{huge}]}}}}"#),
            r#"{"encoder.0.weight":{"dtype":"I8","shape":[784,4],"data_offsets":[3136,0]}}"#.to_owned(),
            r#"{"encoder.0.weight":{"dtype":"I8","shape":[0,4],"data_offsets":[0,0]}}"#.to_owned(),
        ] {
            let file = [&(head.len() as u64).to_le_bytes(), head.as_bytes()].concat();
            assert!(from_safetensors(&layout, &file).is_err(), "{head}");
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
        assert!(matches!(to_safetensors_quantised(&spec, &layout, &weights, 0), Err(WeightsError::NotFinite(_))));
    }
}
