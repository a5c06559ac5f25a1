//! Sets of labelled pictures: readers and generators.

pub mod codes;
pub mod digits;
pub mod idx;
pub mod image_set;
pub mod points;
pub mod set;
pub mod shapes;
