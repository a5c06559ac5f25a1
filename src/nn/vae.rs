//! The autoencoder: encoder x → μ and, where it is variational, log σ² (Kingma and Welling 2013); decoder z → what the
//! likelihood takes for the mean of every value, see [`mean`].

use burn::tensor::activation::{gelu, relu, sigmoid, silu, tanh};
use burn::tensor::module::{conv_transpose2d, conv2d, linear};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Gradients, Tensor};

use super::layout::{Layout, inner_side};
use super::loss::{activity_kl, gaussian_kl, mean, value_nll};
use crate::spec::{Activation, Format, ModelSpec, Net, Objective, Sparsity};

/// A model with its parameters on one device.
#[derive(Clone)]
pub struct Vae {
    spec: ModelSpec,
    /// In the order of the [`Layout`], each flat.
    parameters: Vec<Tensor<1>>,
    shapes: Vec<Vec<usize>>,
}

/// What the encoder gives for each datum; [n, latent] each.
pub struct Posterior {
    /// The mean of a Gaussian, or the code itself.
    pub mu: Tensor<2>,
    /// Nothing where a datum is encoded to a point.
    pub log_var: Option<Tensor<2>>,
}

/// What one step of training takes.
#[derive(Clone)]
pub struct Batch {
    /// What the encoder sees, [n, width].
    pub input: Tensor<2>,
    /// What the decoding is held to, [n, width].
    pub target: Tensor<2>,
    /// ε of the reparameterisation, [n, latent].
    pub noise: Tensor<2>,
    /// For each dense hidden layer, in the order in which data pass, what its units are multiplied with; [n, units] each.
    /// None without dropout.
    pub masks: Vec<Tensor<2>>,
}

impl Batch {
    /// Data that are their own targets, whole.
    pub fn clean(x: Tensor<2>, noise: Tensor<2>) -> Self {
        Self { input: x.clone(), target: x, noise, masks: Vec::new() }
    }

    /// The same as constants of an autodiff graph.
    pub fn autodiff(self) -> Self {
        Self {
            input: self.input.autodiff(),
            target: self.target.autodiff(),
            noise: self.noise.autodiff(),
            masks: self.masks.into_iter().map(Tensor::autodiff).collect(),
        }
    }
}

/// Means over the batch, in nats a datum; [1] each.
pub struct Loss {
    pub reconstruction: Tensor<1>,
    /// What β weighs.
    pub penalty: Tensor<1>,
}

/// What is left of the layers' masks.
type Masks<'a> = std::slice::Iter<'a, Tensor<2>>;

impl Posterior {
    /// z = μ + σ·ε: a sample as a deterministic function of the parameters and an outside noise, so that gradients
    /// flow through it (Kingma and Welling 2013, section 2.4). `noise` is [n, latent].
    pub fn reparameterise(&self, noise: Tensor<2>) -> Tensor<2> {
        match &self.log_var {
            Some(log_var) => self.mu.clone() + (log_var.clone() * 0.5).exp() * noise,
            None => self.mu.clone(),
        }
    }
}

impl Vae {
    /// `flat` is [layout.len()].
    pub fn from_flat(spec: &ModelSpec, layout: &Layout, flat: &Tensor<1>) -> Self {
        let parameters = layout.parameters.iter().map(|p| flat.clone().slice(p.range())).collect();
        let shapes = layout.parameters.iter().map(|p| p.shape.clone()).collect();
        Self { spec: spec.clone(), parameters, shapes }
    }

    /// The same model with its parameters as leaves of an autodiff graph.
    pub fn tracked(&self) -> Self {
        let parameters = self.parameters.iter().map(|p| p.clone().autodiff().require_grad()).collect();
        Self { parameters, spec: self.spec.clone(), shapes: self.shapes.clone() }
    }

    /// Gradients of a tracked model's parameters as one flat vector, off the graph. A parameter that the loss does
    /// not reach has gradient zero.
    pub fn flat_gradients(&self, gradients: &mut Gradients) -> Tensor<1> {
        let parts = self
            .parameters
            .iter()
            .map(|p| p.grad_remove(gradients).unwrap_or_else(|| Tensor::zeros(p.shape(), &p.clone().inner().device())));
        Tensor::cat(parts.collect(), 0)
    }

    /// All parameters as one vector, in the order of the [`Layout`].
    pub fn flat(&self) -> Tensor<1> {
        Tensor::cat(self.parameters.clone(), 0)
    }

    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// `x` is [n, width].
    pub fn encode(&self, x: Tensor<2>) -> Posterior {
        self.encode_with(x, &mut [].iter())
    }

    /// `z` is [n, latent]; gives what [`mean`] takes, [n, width].
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        self.decode_with(z, &mut [].iter())
    }

    /// The decoding of `z` [n, latent] as data; [n, width].
    pub fn decoded(&self, z: Tensor<2>) -> Tensor<2> {
        mean(self.decode(z), self.spec.input)
    }

    /// −log p(x|z) of each value, without its constant; [n, width] all but `z`, [n, latent].
    pub fn value_nll(&self, z: Tensor<2>, x: Tensor<2>) -> Tensor<2> {
        value_nll(self.decode(z), x, self.spec.likelihood, self.spec.input)
    }

    fn encode_with(&self, x: Tensor<2>, masks: &mut Masks) -> Posterior {
        let (hidden, heads) = match &self.spec.net {
            Net::Mlp { hidden } => {
                let layers = hidden.len();
                ((0..layers).fold(x, |x, i| self.hidden(i, x, masks)), layers)
            }
            Net::Conv { .. } => {
                let (n, Format { side, channels }) = (x.dims()[0], self.spec.input.format());
                let x = self.activate(self.conv(0, x.reshape([n, channels, side, side])));
                let x = self.activate(self.conv(1, x));
                (self.hidden(2, x.reshape([n as i64, -1]), masks), 3)
            }
        };
        let head = self.dense(heads, hidden.clone());
        match self.spec.objective {
            Objective::Variational => Posterior { mu: head, log_var: Some(self.dense(heads + 1, hidden)) },
            Objective::Sparse { penalty: Sparsity::Kl { .. } } => Posterior { mu: sigmoid(head), log_var: None },
            Objective::Sparse { penalty: Sparsity::L1 } | Objective::Autoencoder | Objective::Denoising { .. } => {
                Posterior { mu: head, log_var: None }
            }
        }
    }

    fn decode_with(&self, z: Tensor<2>, masks: &mut Masks) -> Tensor<2> {
        let heads = if self.spec.objective.is_variational() { 2 } else { 1 };
        match &self.spec.net {
            Net::Mlp { hidden } => {
                let first = hidden.len() + heads;
                let last = first + hidden.len();
                let x = (first..last).fold(z, |x, i| self.hidden(i, x, masks));
                self.dense(last, x)
            }
            Net::Conv { channels, .. } => {
                let (n, first, format) = (z.dims()[0], 3 + heads, self.spec.input.format());
                let side = inner_side(format.side);
                let x = self.hidden(first, z, masks);
                let x = self.hidden(first + 1, x, masks).reshape([n, channels[1], side, side]);
                let x = self.activate(self.conv_transposed(first + 2, x));
                self.conv_transposed(first + 3, x).reshape([n, format.bytes()])
            }
        }
    }

    /// The two terms of a training step.
    pub fn loss(&self, batch: &Batch) -> Loss {
        let (posterior, reconstruction) = self.pass(batch);
        let penalty = match (&posterior.log_var, self.spec.objective) {
            (Some(log_var), _) => gaussian_kl(posterior.mu, log_var.clone()).mean(),
            (None, Objective::Sparse { penalty: Sparsity::Kl { target } }) => activity_kl(posterior.mu, target),
            (None, Objective::Sparse { penalty: Sparsity::L1 }) => posterior.mu.abs().sum_dim(1).mean(),
            (None, Objective::Variational | Objective::Autoencoder | Objective::Denoising { .. }) => {
                Tensor::zeros([1], &reconstruction.device())
            }
        };
        Loss { reconstruction: reconstruction.mean(), penalty }
    }

    /// The posterior of a batch, and the reconstruction error of each datum, [n].
    fn pass(&self, batch: &Batch) -> (Posterior, Tensor<1>) {
        let masks = &mut batch.masks.iter();
        let posterior = self.encode_with(batch.input.clone(), masks);
        let output = self.decode_with(posterior.reparameterise(batch.noise.clone()), masks);
        let nll = value_nll(output, batch.target.clone(), self.spec.likelihood, self.spec.input);
        (posterior, nll.sum_dim(1).squeeze_dim(1))
    }

    /// A dense layer within the net: its activation, and what dropout leaves of it.
    fn hidden(&self, layer: usize, x: Tensor<2>, masks: &mut Masks) -> Tensor<2> {
        let x = self.activate(self.dense(layer, x));
        match masks.next() {
            Some(mask) => x * mask.clone(),
            None => x,
        }
    }

    fn activate<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match self.spec.activation {
            Activation::Relu => relu(x),
            Activation::Tanh => tanh(x),
            Activation::Gelu => gelu(x),
            Activation::Silu => silu(x),
        }
    }

    fn dense(&self, layer: usize, x: Tensor<2>) -> Tensor<2> {
        let (weight, bias) = self.layer::<2>(layer);
        linear(x, weight, Some(bias))
    }

    /// Kernel 3, stride 2, padding 1: halves the side.
    fn conv(&self, layer: usize, x: Tensor<4>) -> Tensor<4> {
        let (weight, bias) = self.layer::<4>(layer);
        conv2d(x, weight, Some(bias), ConvOptions::new([2, 2], [1, 1], [1, 1], 1))
    }

    /// Kernel 4, stride 2, padding 1: doubles the side.
    fn conv_transposed(&self, layer: usize, x: Tensor<4>) -> Tensor<4> {
        let (weight, bias) = self.layer::<4>(layer);
        conv_transpose2d(x, weight, Some(bias), ConvTransposeOptions::new([2, 2], [1, 1], [0, 0], [1, 1], 1))
    }

    /// Weight and bias of a layer, counted through encoder, heads and decoder.
    fn layer<const D: usize>(&self, layer: usize) -> (Tensor<D>, Tensor<1>) {
        let shape: [usize; D] = std::array::from_fn(|i| self.shapes[2 * layer][i]);
        (self.parameters[2 * layer].clone().reshape(shape), self.parameters[2 * layer + 1].clone())
    }
}
