//! Sets of labelled pictures: readers, writers and generators; and what was computed from them, as files keep it.

pub mod brought;
pub mod classifier;
pub mod codes;
pub mod digits;
pub mod family;
pub mod idx;
pub mod image_set;
pub mod model_file;
pub mod own;
pub mod points;
pub mod published;
pub mod set;
pub mod shapes;
pub mod write;
