//! IDX as MNIST has it, for which [`crate::data::idx`] is the reader: pictures and labels, gzipped, in one
//! archive, and beside them what the classes are called.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::npz::shape;
use super::zip::{Packed, Zip};
use super::{WriteError, names};
use crate::spec::Format;

pub const IMAGES: &str = "generated-images-idx3-ubyte.gz";
pub const LABELS: &str = "generated-labels-idx1-ubyte.gz";

/// Both files in the making.
pub struct Idx {
    format: Format,
    images: GzEncoder<Vec<u8>>,
    labels: GzEncoder<Vec<u8>>,
}

impl Idx {
    /// Of `count` pictures; as many as 32 bits count.
    pub fn new(format: Format, count: usize) -> Result<Self, WriteError> {
        let most = u32::MAX as usize;
        let count = u32::try_from(count).map_err(|_| WriteError::Count { what: "pictures", got: count, want: most })?;
        let sizes: Vec<u32> = shape(format, count as usize).into_iter().map(|size| size as u32).collect();
        Ok(Self { format, images: begun(&sizes)?, labels: begun(&[count])? })
    }

    pub fn add(&mut self, pixels: &[u8], labels: &[u8]) -> Result<(), WriteError> {
        self.images.write_all(&self.format.interleaved(pixels))?;
        Ok(self.labels.write_all(labels)?)
    }

    pub fn finish(self, names: &[String]) -> Result<Vec<u8>, WriteError> {
        let mut zip = Zip::default();
        zip.add(IMAGES, &Packed::stored(self.images.finish()?))?;
        zip.add(LABELS, &Packed::stored(self.labels.finish()?))?;
        if !names.is_empty() {
            zip.add(names::FILE, &Packed::deflated(&names::lines(names))?)?;
        }
        zip.finish()
    }
}

/// A gzipped file with its header: unsigned bytes, the number of dimensions, and each of them. flate2 puts no time into
/// gzip's own header unless it is given one.
fn begun(shape: &[u32]) -> Result<GzEncoder<Vec<u8>>, WriteError> {
    let mut file = GzEncoder::new(Vec::new(), Compression::default());
    file.write_all(&[0, 0, 8, shape.len() as u8])?;
    for length in shape {
        file.write_all(&length.to_be_bytes())?;
    }
    Ok(file)
}
