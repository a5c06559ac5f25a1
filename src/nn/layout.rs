//! Which parameters a model has: names, shapes and places in one flat vector.
//!
//! All parameters of a model live in one vector, in this order. So an optimiser step is one pass over one tensor, not
//! a dozen passes over a dozen, which is what bounds a training step on a GPU, and a checkpoint is three vectors.

use crate::spec::check::{Flaw, MOST_PARAMETERS};
use crate::spec::{Format, Input, ModelSpec, Net};

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

/// All parameters of a model, in order: encoder, heads, decoder; weight before bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub parameters: Vec<Parameter>,
    len: usize,
}

/// Side of the smallest feature map: two convolutions of stride 2.
pub fn inner_side(side: usize) -> usize {
    side / 4
}

const CONV_KERNEL: usize = 3;
const DECONV_KERNEL: usize = 4;

impl Layout {
    /// # Errors
    /// [`Flaw`] when a width is zero or the model is beyond [`MOST_PARAMETERS`].
    pub fn new(spec: &ModelSpec) -> Result<Self, Flaw> {
        let mut layout = Self { parameters: Vec::new(), len: 0 };
        match &spec.net {
            Net::Mlp { hidden } => layout.mlp(hidden, spec)?,
            Net::Conv { .. } if spec.input == Input::Point => return Err(Flaw::NoPicture),
            Net::Conv { channels, hidden } => layout.conv(*channels, *hidden, spec)?,
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

    fn mlp(&mut self, hidden: &[usize], spec: &ModelSpec) -> Result<(), Flaw> {
        let widths: Vec<usize> = std::iter::once(spec.input.width()).chain(hidden.iter().copied()).collect();
        let inmost = widths[widths.len() - 1];
        for (i, pair) in widths.windows(2).enumerate() {
            self.dense(&format!("encoder.{i}"), pair[0], pair[1])?;
        }
        self.heads(inmost, spec)?;
        let outwards: Vec<usize> = std::iter::once(spec.latent).chain(widths.iter().rev().copied()).collect();
        for (i, pair) in outwards.windows(2).enumerate() {
            self.dense(&format!("decoder.{i}"), pair[0], pair[1])?;
        }
        Ok(())
    }

    fn conv(&mut self, [outer, inner]: [usize; 2], hidden: usize, spec: &ModelSpec) -> Result<(), Flaw> {
        let Format { side, channels } = spec.input.format();
        let flat = inner.saturating_mul(inner_side(side).saturating_pow(2));
        self.kernel("encoder.0", [outer, channels], CONV_KERNEL, channels, outer)?;
        self.kernel("encoder.1", [inner, outer], CONV_KERNEL, outer, inner)?;
        self.dense("encoder.2", flat, hidden)?;
        self.heads(hidden, spec)?;
        self.dense("decoder.0", spec.latent, hidden)?;
        self.dense("decoder.1", hidden, flat)?;
        self.kernel("decoder.2", [inner, outer], DECONV_KERNEL, inner, outer)?;
        self.kernel("decoder.3", [outer, channels], DECONV_KERNEL, outer, channels)
    }

    /// What does not encode to a distribution has no log σ².
    fn heads(&mut self, inmost: usize, spec: &ModelSpec) -> Result<(), Flaw> {
        self.dense("mu", inmost, spec.latent)?;
        if spec.objective.is_variational() { self.dense("log_var", inmost, spec.latent) } else { Ok(()) }
    }

    fn dense(&mut self, name: &str, inputs: usize, outputs: usize) -> Result<(), Flaw> {
        self.push(format!("{name}.weight"), vec![inputs, outputs], inputs)?;
        self.push(format!("{name}.bias"), vec![outputs], inputs)
    }

    fn kernel(&mut self, name: &str, io: [usize; 2], k: usize, first: usize, outputs: usize) -> Result<(), Flaw> {
        let fan_in = first.saturating_mul(k * k);
        self.push(format!("{name}.weight"), vec![io[0], io[1], k, k], fan_in)?;
        self.push(format!("{name}.bias"), vec![outputs], fan_in)
    }

    fn push(&mut self, name: String, shape: Vec<usize>, fan_in: usize) -> Result<(), Flaw> {
        let len = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).ok_or(Flaw::TooLarge)?;
        if len == 0 {
            return Err(Flaw::EmptyLayer);
        }
        let end = self.len.checked_add(len).filter(|&end| end <= MOST_PARAMETERS).ok_or(Flaw::TooLarge)?;
        self.parameters.push(Parameter { name, shape, offset: self.len, fan_in });
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Objective;

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
    fn a_spec_counts_the_parameters_that_there_are() {
        let plain = |spec: ModelSpec| ModelSpec { objective: Objective::Autoencoder, latent: 5, ..spec };
        for spec in [
            ModelSpec::reference_mlp(),
            ModelSpec::reference_conv(),
            plain(ModelSpec::mlp(&[20, 10, 5])),
            plain(ModelSpec::reference_conv()),
            ModelSpec { input: Input::Point, ..ModelSpec::mlp(&[64]) },
            ModelSpec::mlp(&[]),
        ] {
            assert_eq!(Layout::new(&spec).unwrap().len(), spec.parameters(), "{spec:?}");
        }
    }

    #[test]
    fn what_encodes_to_points_has_one_head() {
        let vae = ModelSpec { input: Input::Point, latent: 3, ..ModelSpec::mlp(&[8]) };
        let plain = ModelSpec { objective: Objective::Autoencoder, ..vae.clone() };
        let len = |spec: &ModelSpec| Layout::new(spec).unwrap().len();
        assert_eq!(len(&vae) - len(&plain), 8 * 3 + 3);
        assert_eq!(len(&plain), (2 * 8 + 8) + (8 * 3 + 3) + (3 * 8 + 8) + (8 * 2 + 2));
    }

    #[test]
    fn refuses_what_cannot_run() {
        let points = ModelSpec { input: Input::Point, ..ModelSpec::reference_conv() };
        assert_eq!(Layout::new(&points), Err(Flaw::NoPicture));
        assert_eq!(Layout::new(&ModelSpec::mlp(&[0])), Err(Flaw::EmptyLayer));
        assert_eq!(Layout::new(&ModelSpec::mlp(&[1_000_000])), Err(Flaw::TooLarge));
        assert_eq!(Layout::new(&ModelSpec::mlp(&[usize::MAX, usize::MAX])), Err(Flaw::TooLarge));
    }
}
