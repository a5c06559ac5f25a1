//! Sets of labelled pictures: readers, writers and generators; and what was computed from them, as files keep it.

pub mod brought;
pub mod classifier;
pub mod codes;
mod cut;
pub mod digits;
pub mod entropy;
pub mod family;
pub mod held_out;
pub mod idx;
pub mod image_set;
pub mod model_file;
pub mod own;
pub mod own_head;
pub mod points;
pub mod published;
pub mod session_file;
pub mod set;
pub mod shapes;
pub mod symbol;
pub mod write;
