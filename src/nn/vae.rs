//! The variational autoencoder (Kingma and Welling 2013): encoder x → (μ, log σ²), decoder z → logits of the pixels.

use burn::tensor::activation::relu;
use burn::tensor::module::{conv_transpose2d, conv2d, linear};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Gradients, Tensor};

use super::layout::{INNER_SIDE, Layout};
use super::loss::{bernoulli_nll, gaussian_kl};
use crate::spec::{ModelSpec, Net, PIXELS, SIDE};

/// A model with its parameters on one device.
#[derive(Clone)]
pub struct Vae {
    spec: ModelSpec,
    /// In the order of the [`Layout`], each flat.
    parameters: Vec<Tensor<1>>,
    shapes: Vec<Vec<usize>>,
}

/// The Gaussian that the encoder gives for each picture; [n, latent] each.
pub struct Posterior {
    pub mu: Tensor<2>,
    pub log_var: Tensor<2>,
}

/// Means over the batch, in nats a picture; [1] each.
pub struct Loss {
    pub reconstruction: Tensor<1>,
    pub kl: Tensor<1>,
}

impl Posterior {
    /// z = μ + σ·ε: a sample as a deterministic function of the parameters and an outside noise, so that gradients
    /// flow through it (Kingma and Welling 2013, section 2.4). `noise` is [n, latent].
    pub fn reparameterise(&self, noise: Tensor<2>) -> Tensor<2> {
        self.mu.clone() + (self.log_var.clone() * 0.5).exp() * noise
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

    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// `x` is [n, pixels] in 0..1.
    pub fn encode(&self, x: Tensor<2>) -> Posterior {
        let (hidden, heads) = match &self.spec.net {
            Net::Mlp { hidden } => {
                let layers = hidden.len();
                ((0..layers).fold(x, |x, i| relu(self.dense(i, x))), layers)
            }
            Net::Conv { .. } => {
                let n = x.dims()[0];
                let x = relu(self.conv(0, x.reshape([n, 1, SIDE, SIDE])));
                let x = relu(self.conv(1, x));
                (relu(self.dense(2, x.reshape([n as i64, -1]))), 3)
            }
        };
        Posterior { mu: self.dense(heads, hidden.clone()), log_var: self.dense(heads + 1, hidden) }
    }

    /// `z` is [n, latent]; gives logits, [n, pixels].
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        match &self.spec.net {
            Net::Mlp { hidden } => {
                let first = hidden.len() + 2;
                let last = first + hidden.len();
                let x = (first..last).fold(z, |x, i| relu(self.dense(i, x)));
                self.dense(last, x)
            }
            Net::Conv { channels, .. } => {
                let n = z.dims()[0];
                let x = relu(self.dense(5, z));
                let x = relu(self.dense(6, x)).reshape([n, channels[1], INNER_SIDE, INNER_SIDE]);
                let x = relu(self.conv_transposed(7, x));
                self.conv_transposed(8, x).reshape([n, PIXELS])
            }
        }
    }

    /// Reconstruction and KL of each of `x` [n, pixels] with the noise ε [n, latent]; [n] each.
    pub fn loss_terms(&self, x: Tensor<2>, noise: Tensor<2>) -> [Tensor<1>; 2] {
        let posterior = self.encode(x.clone());
        let logits = self.decode(posterior.reparameterise(noise));
        [bernoulli_nll(logits, x), gaussian_kl(posterior.mu, posterior.log_var)]
    }

    /// Their means over the batch.
    pub fn loss(&self, x: Tensor<2>, noise: Tensor<2>) -> Loss {
        let [reconstruction, kl] = self.loss_terms(x, noise).map(Tensor::mean);
        Loss { reconstruction, kl }
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
