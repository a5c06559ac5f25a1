//! A small classifier of pictures: softmax regression on the pixels. It judges whether a decoding looks like anything; it
//! knows nothing of the models.
//!
//! Kept as a safetensors file with `weight`, F16 of shape [classes, pixels], and `bias`, F16 of shape [classes], which is how
//! PyTorch lays out a linear layer.

use half::f16;
use safetensors::tensor::{TensorView, serialize};
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use crate::spec::{CLASSES, PIXELS};

#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// [classes, pixels].
    weight: Vec<f32>,
    /// [classes].
    bias: Vec<f32>,
}

#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    #[error("not a safetensors file: {0}")]
    Unreadable(#[from] SafeTensorError),
    #[error("{name} should be F16 of shape {shape:?}")]
    Shape { name: &'static str, shape: Vec<usize> },
    #[error("{0} is not finite somewhere")]
    NotFinite(&'static str),
}

impl Classifier {
    /// `weight` is [classes, pixels] and `bias` [classes]; None if they are of another size.
    pub fn new(weight: Vec<f32>, bias: Vec<f32>) -> Option<Self> {
        (weight.len() == CLASSES * PIXELS && bias.len() == CLASSES).then_some(Self { weight, bias })
    }

    /// Knows nothing: every class is as likely.
    pub fn fresh() -> Self {
        Self { weight: vec![0.0; CLASSES * PIXELS], bias: vec![0.0; CLASSES] }
    }

    /// A step of gradient descent on the cross-entropy of one picture of this class.
    pub fn learn(&mut self, picture: &[f32], class: u8, rate: f32) {
        let probabilities = self.probabilities(picture);
        for (i, row) in self.weight.chunks_exact_mut(PIXELS).enumerate() {
            let step = rate * (probabilities[i] - f32::from(i == usize::from(class)));
            row.iter_mut().zip(picture).for_each(|(weight, pixel)| *weight -= step * pixel);
            self.bias[i] -= step;
        }
    }

    /// # Errors
    /// Whatever is not such a file.
    pub fn read(bytes: &[u8]) -> Result<Self, ClassifierError> {
        let file = SafeTensors::deserialize(bytes)?;
        Ok(Self { weight: numbers(&file, "weight", &[CLASSES, PIXELS])?, bias: numbers(&file, "bias", &[CLASSES])? })
    }

    /// Rounded to 16 bits.
    ///
    /// # Errors
    /// `Unreadable` if the file can't be laid out.
    pub fn write(&self) -> Result<Vec<u8>, ClassifierError> {
        let half =
            |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect() };
        let (weight, bias) = (half(&self.weight), half(&self.bias));
        let tensors = [
            ("weight", TensorView::new(Dtype::F16, vec![CLASSES, PIXELS], &weight)?),
            ("bias", TensorView::new(Dtype::F16, vec![CLASSES], &bias)?),
        ];
        Ok(serialize(tensors, None)?)
    }

    /// Of a picture of pixels in 0..1; adds up to 1.
    pub fn probabilities(&self, picture: &[f32]) -> [f32; CLASSES] {
        let mut logits = [0.0; CLASSES];
        for ((logit, row), bias) in logits.iter_mut().zip(self.weight.chunks_exact(PIXELS)).zip(&self.bias) {
            *logit = bias + row.iter().zip(picture).map(|(weight, pixel)| weight * pixel).sum::<f32>();
        }
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let odds = logits.map(|logit| (logit - top).exp());
        let sum: f32 = odds.iter().sum();
        odds.map(|odd| odd / sum)
    }

    /// The largest class probability, 1/classes to 1; nothing less than that of pixels that are no numbers.
    pub fn confidence(&self, picture: &[f32]) -> f32 {
        self.probabilities(picture).into_iter().fold(0.0, f32::max)
    }
}

fn numbers(file: &SafeTensors<'_>, name: &'static str, shape: &[usize]) -> Result<Vec<f32>, ClassifierError> {
    let tensor = file.tensor(name)?;
    if tensor.dtype() != Dtype::F16 || tensor.shape() != shape {
        return Err(ClassifierError::Shape { name, shape: shape.to_vec() });
    }
    let values: Vec<f32> =
        tensor.data().as_chunks::<2>().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect();
    if values.iter().all(|x| x.is_finite()) { Ok(values) } else { Err(ClassifierError::NotFinite(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class 3 likes the first pixel, class 7 dislikes it.
    fn known() -> Classifier {
        let mut weight = vec![0.0; CLASSES * PIXELS];
        (weight[3 * PIXELS], weight[7 * PIXELS]) = (2.0, -2.0);
        Classifier::new(weight, vec![0.0; CLASSES]).expect("the right size")
    }

    #[test]
    fn it_says_what_the_formula_says() {
        let mut picture = vec![0.0; PIXELS];
        assert!((known().confidence(&picture) - 0.1).abs() < 1e-6, "it knows nothing of an empty picture");
        picture[0] = 1.0;
        let wanted = 2f32.exp() / (2f32.exp() + (-2f32).exp() + 8.0);
        assert!((known().confidence(&picture) - wanted).abs() < 1e-6);
        assert!((known().probabilities(&picture).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_file_comes_back_as_it_was_and_another_is_refused() {
        let file = known().write().expect("a file");
        assert_eq!(Classifier::read(&file).expect("the same"), known());
        assert!(matches!(Classifier::read(&file[..40]), Err(ClassifierError::Unreadable(_))));
        let mut broken = known();
        broken.bias[2] = f32::NAN;
        let broken = broken.write().expect("a file");
        assert!(matches!(Classifier::read(&broken), Err(ClassifierError::NotFinite("bias"))));
        assert_eq!(Classifier::new(vec![0.0; 3], vec![0.0; CLASSES]), None);
    }
}
