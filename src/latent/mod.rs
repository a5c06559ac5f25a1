//! Geometry of the latent plane, on slices: no drawing, no model.

pub mod path;
pub mod place;
pub mod posterior;
pub mod select;
pub mod view;
