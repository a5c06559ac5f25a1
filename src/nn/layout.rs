//! Which parameters a model has: names, shapes and places in one flat vector.
//!
//! All parameters of a model live in one vector, in this order. So an optimiser step is one pass over one tensor, not
//! a dozen passes over a dozen, which is what bounds a training step on a GPU, and a checkpoint is three vectors.

use crate::spec::{ModelSpec, Net, PIXELS, SIDE};

/// One parameter tensor within the flat vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// Dense weights are [in, out]; convolutions [out, in, k, k]; transposed convolutions [in, out, k, k].
    pub shape: Vec<usize>,
    pub offset: usize,
    /// Inputs that one output sums over, as the initialisation counts them.
    pub fan_in: usize,
}

impl Parameter {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }

    pub fn is_bias(&self) -> bool {
        self.name.ends_with(".bias")
    }
}

/// A model too large or too small to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    #[error("a layer has no units")]
    EmptyLayer,
    #[error("the model would have more than {} parameters", Layout::LIMIT)]
    TooLarge,
}

/// All parameters of a model, in order: encoder, heads, decoder; weight before bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub parameters: Vec<Parameter>,
    len: usize,
}

/// Side of the smallest feature map: two convolutions of stride 2.
pub const INNER_SIDE: usize = SIDE / 4;
const CONV_KERNEL: usize = 3;
const DECONV_KERNEL: usize = 4;

impl Layout {
    /// What a phone's browser can hold four times over (weights, gradient, two moments).
    pub const LIMIT: usize = 20_000_000;

    /// # Errors
    /// [`SpecError`] when a width is zero or the model is beyond [`Self::LIMIT`].
    pub fn new(spec: &ModelSpec) -> Result<Self, SpecError> {
        let mut layout = Self { parameters: Vec::new(), len: 0 };
        match &spec.net {
            Net::Mlp { hidden } => layout.mlp(hidden, spec.latent)?,
            Net::Conv { channels, hidden } => layout.conv(*channels, *hidden, spec.latent)?,
        }
        Ok(layout)
    }

    /// Numbers in the flat vector.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn mlp(&mut self, hidden: &[usize], latent: usize) -> Result<(), SpecError> {
        let widths: Vec<usize> = std::iter::once(PIXELS).chain(hidden.iter().copied()).collect();
        let inmost = widths[widths.len() - 1];
        for (i, pair) in widths.windows(2).enumerate() {
            self.dense(&format!("encoder.{i}"), pair[0], pair[1])?;
        }
        self.heads(inmost, latent)?;
        let outwards: Vec<usize> = std::iter::once(latent).chain(widths.iter().rev().copied()).collect();
        for (i, pair) in outwards.windows(2).enumerate() {
            self.dense(&format!("decoder.{i}"), pair[0], pair[1])?;
        }
        Ok(())
    }

    fn conv(&mut self, [outer, inner]: [usize; 2], hidden: usize, latent: usize) -> Result<(), SpecError> {
        let flat = inner.saturating_mul(INNER_SIDE * INNER_SIDE);
        self.kernel("encoder.0", [outer, 1], CONV_KERNEL, 1, outer)?;
        self.kernel("encoder.1", [inner, outer], CONV_KERNEL, outer, inner)?;
        self.dense("encoder.2", flat, hidden)?;
        self.heads(hidden, latent)?;
        self.dense("decoder.0", latent, hidden)?;
        self.dense("decoder.1", hidden, flat)?;
        self.kernel("decoder.2", [inner, outer], DECONV_KERNEL, inner, outer)?;
        self.kernel("decoder.3", [outer, 1], DECONV_KERNEL, outer, 1)
    }

    fn heads(&mut self, inmost: usize, latent: usize) -> Result<(), SpecError> {
        self.dense("mu", inmost, latent)?;
        self.dense("log_var", inmost, latent)
    }

    fn dense(&mut self, name: &str, inputs: usize, outputs: usize) -> Result<(), SpecError> {
        self.push(format!("{name}.weight"), vec![inputs, outputs], inputs)?;
        self.push(format!("{name}.bias"), vec![outputs], inputs)
    }

    fn kernel(&mut self, name: &str, io: [usize; 2], k: usize, first: usize, outputs: usize) -> Result<(), SpecError> {
        let fan_in = first.saturating_mul(k * k);
        self.push(format!("{name}.weight"), vec![io[0], io[1], k, k], fan_in)?;
        self.push(format!("{name}.bias"), vec![outputs], fan_in)
    }

    fn push(&mut self, name: String, shape: Vec<usize>, fan_in: usize) -> Result<(), SpecError> {
        let len = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).ok_or(SpecError::TooLarge)?;
        if len == 0 {
            return Err(SpecError::EmptyLayer);
        }
        let end = self.len.checked_add(len).filter(|&end| end <= Self::LIMIT).ok_or(SpecError::TooLarge)?;
        self.parameters.push(Parameter { name, shape, offset: self.len, fan_in });
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_models_have_the_published_sizes() {
        let mlp = Layout::new(&ModelSpec::reference_mlp()).unwrap();
        assert_eq!(
            mlp.len(),
            784 * 512 + 512 + 512 * 256 + 256 + 2 * (256 * 2 + 2) + 2 * 256 + 256 + 256 * 512 + 512 + 512 * 784 + 784
        );
        let conv = Layout::new(&ModelSpec::reference_conv()).unwrap();
        assert_eq!(conv.parameters[4].shape, [3136, 128]);
        assert_eq!(conv.parameters[14].fan_in, 64 * 16);
    }

    #[test]
    fn refuses_what_cannot_run() {
        assert_eq!(Layout::new(&ModelSpec::mlp(&[0])), Err(SpecError::EmptyLayer));
        assert_eq!(Layout::new(&ModelSpec::mlp(&[1_000_000])), Err(SpecError::TooLarge));
        assert_eq!(Layout::new(&ModelSpec::mlp(&[usize::MAX, usize::MAX])), Err(SpecError::TooLarge));
    }
}
