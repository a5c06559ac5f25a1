//! Geometry of the latent plane, on slices: no drawing, no model.

pub mod amortisation;
pub mod contour;
pub mod density;
pub mod evidence;
pub mod fit;
pub mod generate;
pub mod histogram;
pub mod mixture;
pub mod nearest;
pub mod path;
pub mod place;
pub mod posterior;
pub mod regularity;
pub mod sample;
pub mod select;
pub mod slice;
pub mod surgery;
pub mod tiles;
pub mod view;
