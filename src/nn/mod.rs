//! How the model computes: layout of the parameters, the variational autoencoder, its loss, its slopes, its weights on disk.

pub mod divergence;
pub mod exchange;
pub mod layout;
pub mod loss;
pub mod pullback;
pub mod vae;
pub mod weights;
