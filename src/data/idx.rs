//! Reader for IDX, the format in which MNIST and Fashion-MNIST are published (Y. LeCun, C. Cortes and C. Burges, "The
//! MNIST database of handwritten digits", 1998), plain or gzipped.
//!
//! A file is two zero bytes, a byte for the type of its elements (8: unsigned bytes, the only one read here), a byte
//! for the number of dimensions, each dimension as a big-endian u32, then the elements. Read here: pictures as n×28×28
//! and labels as n. Nothing that a file claims is trusted: sizes are checked in 64 bits against a limit and against
//! what the file can possibly hold before memory is taken, and decompression stops one byte after what was announced.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::image_set::{ImageSet, ImageSetError};
use crate::spec::{PIXELS, SIDE};

/// More pictures than this in one file are refused (784 MB of pixels).
pub const MAX_ITEMS: u64 = 1_000_000;

/// Deflate turns a byte into at most 1032 (zlib's technical details: 258 bytes for two bits).
const MAX_DEFLATE_RATIO: u64 = 1032;

/// The bytes of a file, and its name for messages.
#[derive(Clone, Copy, Debug)]
pub struct IdxFile<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// Which half of a published set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Train,
    Test,
}

/// The file and what is wrong in it.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {cause}")]
pub struct IdxError {
    pub file: String,
    pub cause: IdxCause,
}

/// What is wrong in an IDX file, and where.
#[derive(Debug, thiserror::Error)]
pub enum IdxCause {
    #[error("could not be read ({0})")]
    Unreadable(io::Error),
    #[error("the gzip data is damaged after {at} bytes of content ({error})")]
    Gzip { at: u64, error: io::Error },
    #[error("the header is cut short: {got} of its {want} bytes are there")]
    HeaderCut { got: u64, want: u64 },
    #[error("it begins with bytes {0:02x} {1:02x}, but an IDX file begins with 00 00", magic[0], magic[1])]
    NotIdx { magic: [u8; 2] },
    #[error("byte 2 says element type 0x{found:02x}, but only unsigned bytes (0x08) are read")]
    ElementType { found: u8 },
    #[error("byte 3 says {found} dimensions, but {want} are expected")]
    DimensionCount { found: u8, want: u8 },
    #[error("its pictures are {rows}×{columns} pixels, but {SIDE}×{SIDE} are expected")]
    PictureSize { rows: u32, columns: u32 },
    #[error("byte 4 announces {found} items, but 1 to {MAX_ITEMS} are read")]
    ItemCount { found: u32 },
    #[error("the content is cut short: {got} of the {want} bytes that the header announces are there")]
    ContentCut { got: u64, want: u64 },
    #[error("more bytes follow after the {want} that the header announces")]
    Trailing { want: u64 },
    #[error("{0}")]
    Set(ImageSetError),
}

impl IdxFile<'_> {
    /// The pixels of n pictures of 28×28, one after another.
    pub fn images(&self) -> Result<Vec<u8>, IdxError> {
        self.located(|content| {
            let [count, rows, columns] = content.dimensions()?;
            if (rows, columns) != (SIDE as u32, SIDE as u32) {
                return Err(IdxCause::PictureSize { rows, columns });
            }
            content.items(count, PIXELS as u64)
        })
    }

    /// n labels, a byte each.
    pub fn labels(&self) -> Result<Vec<u8>, IdxError> {
        self.located(|content| {
            let [count] = content.dimensions()?;
            content.items(count, 1)
        })
    }

    fn located<T>(&self, read: impl FnOnce(&mut Content<'_>) -> Result<T, IdxCause>) -> Result<T, IdxError> {
        read(&mut Content::of(self.bytes)).map_err(|cause| IdxError { file: self.name.to_owned(), cause })
    }
}

/// Pictures and their labels as one set.
pub fn read_set(images: IdxFile<'_>, labels: IdxFile<'_>, class_names: Vec<String>) -> Result<ImageSet, IdxError> {
    let (pixels, label_bytes) = (images.images()?, labels.labels()?);
    ImageSet::new(pixels, label_bytes, class_names).map_err(|error| IdxError {
        file: format!("{} with {}", images.name, labels.name),
        cause: IdxCause::Set(error),
    })
}

/// A part of a set from a folder that holds it under the published names (`train-images-idx3-ubyte.gz` and so on).
pub fn read_folder(folder: &Path, part: Part, class_names: Vec<String>) -> Result<ImageSet, IdxError> {
    let prefix = match part {
        Part::Train => "train",
        Part::Test => "t10k",
    };
    let read = |kind: &str| {
        let path = folder.join(format!("{prefix}-{kind}-ubyte.gz"));
        let name = path.display().to_string();
        match fs::read(&path) {
            Ok(bytes) => Ok((name, bytes)),
            Err(error) => Err(IdxError { file: name, cause: IdxCause::Unreadable(error) }),
        }
    };
    let (images, labels) = (read("images-idx3")?, read("labels-idx1")?);
    read_set(IdxFile { name: &images.0, bytes: &images.1 }, IdxFile { name: &labels.0, bytes: &labels.1 }, class_names)
}

/// What an IDX file says once it is unpacked, read from front to back.
struct Content<'a> {
    reader: Box<dyn Read + 'a>,
    /// Bytes read so far.
    at: u64,
    /// No more bytes than this can come.
    bound: u64,
}

impl<'a> Content<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let length = bytes.len() as u64;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let bound = length.saturating_mul(MAX_DEFLATE_RATIO);
            Self { reader: Box::new(MultiGzDecoder::new(bytes)), at: 0, bound }
        } else {
            Self { reader: Box::new(bytes), at: 0, bound: length }
        }
    }

    /// The header: as many dimensions as the caller expects.
    fn dimensions<const N: usize>(&mut self) -> Result<[u32; N], IdxCause> {
        let want = 4 + 4 * N as u64;
        let magic = self.header_word(want)?;
        let [first, second, element, dimensions] = magic;
        if (first, second) != (0, 0) {
            return Err(IdxCause::NotIdx { magic: [first, second] });
        }
        if element != 8 {
            return Err(IdxCause::ElementType { found: element });
        }
        if usize::from(dimensions) != N {
            return Err(IdxCause::DimensionCount { found: dimensions, want: N as u8 });
        }
        let mut sizes = [0; N];
        for size in &mut sizes {
            *size = u32::from_be_bytes(self.header_word(want)?);
        }
        Ok(sizes)
    }

    fn header_word(&mut self, want: u64) -> Result<[u8; 4], IdxCause> {
        match self.take(4)?.try_into() {
            Ok(word) => Ok(word),
            Err(_) => Err(IdxCause::HeaderCut { got: self.at, want }),
        }
    }

    /// `count` items of `size` bytes, and nothing behind them.
    fn items(&mut self, count: u32, size: u64) -> Result<Vec<u8>, IdxCause> {
        if !(1..=MAX_ITEMS).contains(&u64::from(count)) {
            return Err(IdxCause::ItemCount { found: count });
        }
        let want = u64::from(count) * size;
        let possible = self.bound.saturating_sub(self.at);
        if want > possible {
            return Err(IdxCause::ContentCut { got: possible, want });
        }
        let items = self.take(want)?;
        if (items.len() as u64) < want {
            return Err(IdxCause::ContentCut { got: items.len() as u64, want });
        }
        // Reading on to the end also makes the decoder compare gzip's checksum.
        if self.take(1)?.is_empty() { Ok(items) } else { Err(IdxCause::Trailing { want }) }
    }

    /// The next `count` bytes, or fewer at the end.
    fn take(&mut self, count: u64) -> Result<Vec<u8>, IdxCause> {
        let mut bytes = Vec::with_capacity(count.min(self.bound) as usize);
        let result = (&mut self.reader).take(count).read_to_end(&mut bytes);
        self.at += bytes.len() as u64;
        result.map_err(|error| IdxCause::Gzip { at: self.at, error })?;
        Ok(bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests;
