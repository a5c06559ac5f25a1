//! Files that others read: sets of labelled pictures as PNGs in a zip archive, numpy's .npz and MNIST's IDX; a decoder as
//! ONNX.
//!
//! The same set gives the same bytes, anywhere and at any time: no clock is read, and dates are fixed.

pub mod idx;
pub mod names;
pub mod npz;
pub mod onnx;
pub mod png;
pub mod set;
pub mod zip;

use std::io;

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("an archive without zip64 holds at most {most} files")]
    Entries { most: u16 },
    #[error("an archive without zip64 is smaller than 4 GB, and {bytes} bytes are too much")]
    Large { bytes: u64 },
    #[error("a file in an archive cannot be called {name:?}")]
    Name { name: String },
    #[error("{got} {what} where {want} are expected")]
    Count { what: &'static str, got: usize, want: usize },
    #[error("could not be packed ({0})")]
    Pack(#[from] io::Error),
}

/// An error unless there are as many as there should be.
fn same(what: &'static str, got: usize, want: usize) -> Result<(), WriteError> {
    if got == want { Ok(()) } else { Err(WriteError::Count { what, got, want }) }
}
