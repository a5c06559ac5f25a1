//! Geometry of the latent plane, on slices: no drawing, no model.

pub mod place;
pub mod posterior;
pub mod view;
