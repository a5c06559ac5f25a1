//! Geometry of the latent plane, on slices: no drawing, no model.

pub mod contour;
pub mod density;
pub mod fit;
pub mod generate;
pub mod histogram;
pub mod nearest;
pub mod path;
pub mod place;
pub mod posterior;
pub mod regularity;
pub mod sample;
pub mod select;
pub mod slice;
pub mod tiles;
pub mod view;
