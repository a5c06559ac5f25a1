//! Latent codes of a labelled test set, as a pretrained model's folder keeps them.
//!
//! A safetensors file with `mu` and `log_var`, F16 of shape [n, 2], and `label`, U8 of shape [n]. Of a model that encodes
//! to points there is no `log_var`.

use half::f16;
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use crate::spec::MOST_CLASSES;

/// One entry a picture in each.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    /// Mean of q(z|x), in units of z.
    pub mu: Vec<[f32; 2]>,
    /// −∞ of what is encoded to a point.
    pub log_var: Vec<[f32; 2]>,
    pub labels: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum CodesError {
    #[error("not a safetensors file: {0}")]
    Unreadable(#[from] SafeTensorError),
    #[error("{name} should be {dtype:?} of shape {shape}")]
    Shape { name: &'static str, dtype: Dtype, shape: &'static str },
    #[error("{0} is not finite somewhere")]
    NotFinite(&'static str),
    #[error("a label is not one of the {MOST_CLASSES} classes")]
    Label,
}

impl Codes {
    pub fn read(bytes: &[u8]) -> Result<Self, CodesError> {
        let file = SafeTensors::deserialize(bytes)?;
        let label = file.tensor("label")?;
        if label.dtype() != Dtype::U8 || label.shape().len() != 1 {
            return Err(CodesError::Shape { name: "label", dtype: Dtype::U8, shape: "[n]" });
        }
        let labels = label.data().to_vec();
        if labels.iter().any(|&class| usize::from(class) >= MOST_CLASSES) {
            return Err(CodesError::Label);
        }
        let mu = pairs(&file, "mu", labels.len())?;
        let log_var = match file.tensor("log_var") {
            Err(SafeTensorError::TensorNotFound(_)) => vec![[f32::NEG_INFINITY; 2]; labels.len()],
            _ => pairs(&file, "log_var", labels.len())?,
        };
        Ok(Self { mu, log_var, labels })
    }
}

/// A tensor of shape [n, 2].
fn pairs(file: &SafeTensors<'_>, name: &'static str, n: usize) -> Result<Vec<[f32; 2]>, CodesError> {
    let tensor = file.tensor(name)?;
    if tensor.dtype() != Dtype::F16 || tensor.shape() != [n, 2] {
        return Err(CodesError::Shape { name, dtype: Dtype::F16, shape: "[n, 2], n as many as labels" });
    }
    let number = |b: &[u8]| f16::from_le_bytes([b[0], b[1]]).to_f32();
    let values: Vec<[f32; 2]> = tensor.data().chunks_exact(4).map(|b| [number(&b[..2]), number(&b[2..])]).collect();
    if values.iter().flatten().any(|x| !x.is_finite()) {
        return Err(CodesError::NotFinite(name));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::{TensorView, serialize};

    fn file(mu: &[f32], labels: &[u8], shape: Vec<usize>) -> Vec<u8> {
        let half: Vec<u8> = mu.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
        let view = |bytes, dtype, shape| TensorView::new(dtype, shape, bytes).expect("a whole tensor");
        let tensors = [
            ("mu", view(&half[..], Dtype::F16, shape.clone())),
            ("log_var", view(&half[..], Dtype::F16, shape)),
            ("label", view(labels, Dtype::U8, vec![labels.len()])),
        ];
        serialize(tensors, None).expect("three tensors")
    }

    #[test]
    fn reads_what_was_written() {
        let codes = Codes::read(&file(&[0.5, -1.25, 2.0, 0.0], &[3, 8], vec![2, 2])).expect("a whole file");
        assert_eq!(codes.mu, [[0.5, -1.25], [2.0, 0.0]]);
        assert_eq!(codes.labels, [3, 8]);
    }

    #[test]
    fn a_code_without_a_width_is_a_point() {
        let half = [f16::from_f32(1.5).to_le_bytes(), f16::from_f32(-2.0).to_le_bytes()].concat();
        let tensors = [
            ("mu", TensorView::new(Dtype::F16, vec![1, 2], &half).expect("a whole tensor")),
            ("label", TensorView::new(Dtype::U8, vec![1], &[7]).expect("a whole tensor")),
        ];
        let codes = Codes::read(&serialize(tensors, None).expect("two tensors")).expect("a whole file");
        assert_eq!((&codes.mu[..], &codes.log_var[..]), (&[[1.5, -2.0]][..], &[[f32::NEG_INFINITY; 2]][..]));
    }

    #[test]
    fn refuses_what_is_cut_or_makes_no_sense() {
        let whole = file(&[0.5, -1.25, 2.0, 0.0], &[3, 8], vec![2, 2]);
        assert!(matches!(Codes::read(&whole[..whole.len() - 1]), Err(CodesError::Unreadable(_))));
        assert!(matches!(Codes::read(b"<!doctype html>"), Err(CodesError::Unreadable(_))));
        let turned = file(&[0.5, -1.25, 2.0, 0.0], &[3, 8], vec![4, 1]);
        assert!(matches!(Codes::read(&turned), Err(CodesError::Shape { name: "mu", .. })));
        let beyond = file(&[0.5, -1.25, 2.0, 0.0], &[3, MOST_CLASSES as u8], vec![2, 2]);
        assert!(matches!(Codes::read(&beyond), Err(CodesError::Label)));
        let wild = file(&[0.5, f32::INFINITY, 2.0, 0.0], &[3, 1], vec![2, 2]);
        assert!(matches!(Codes::read(&wild), Err(CodesError::NotFinite("mu"))));
    }
}
