//! Why a file is not read: where, and what is wrong there, as data that the page puts into a visitor's language.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What is wrong, in which file, in which entry of it if it is an archive, and where in that.
///
/// Its `Display` is the English sentence; `file` is empty when the fault is not one file's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub file: String,
    pub entry: Option<String>,
    pub place: Place,
    pub cause: Cause,
}

/// A place in a file. Rows, columns and pictures are counted from 1, bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Whole,
    Byte { at: u64 },
    Row { row: u64 },
    Cell { row: u64, column: u64 },
    Picture { number: u64 },
}

/// What is wrong. No variant carries words: what is said of it is the page's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    #[error("reading was cancelled")]
    Cancelled,
    #[error("no file was given")]
    NoFiles,
    #[error("nothing in it can be read as a picture, an array or a table")]
    NothingToRead,
    #[error("a model or a session is opened alone; choose it without the other files")]
    NotAlone,
    #[error("the file could not be read")]
    Unreadable,
    #[error("there is not enough memory for it")]
    OutOfMemory,
    #[error("the compressed data is damaged")]
    Damaged,
    #[error("it would unpack to more than {most} times its size, as only a bomb does")]
    Bomb { most: u64 },
    #[error("the header is cut short: {got} of its {want} bytes are there")]
    HeaderCut { got: u64, want: u64 },
    #[error("it begins with bytes {0:02x} {1:02x}, but an IDX file begins with 00 00", magic[0], magic[1])]
    NotIdx { magic: [u8; 2] },
    #[error("byte 2 says element type 0x{found:02x}, which IDX does not know")]
    ElementType { found: u8 },
    #[error("byte 3 says {found} dimensions, but 1 to 4 are read")]
    DimensionCount { found: u64 },
    #[error("it is version {major} of the npy format, but 1 to 3 are read")]
    NpyVersion { major: u8 },
    #[error("its header is {length} bytes long, but at most {most} are read")]
    HeaderLimit { length: u64, most: u64 },
    #[error("the header does not read as numpy writes it")]
    NpyHeader,
    #[error("its elements are of type {dtype}, which is not a number that can be read")]
    Dtype { dtype: String },
    #[error(
        "its elements are Python objects; reading such runs a program that is in the file, so none are read: save \
         numbers or words instead, as by astype(int) or astype(str)"
    )]
    Objects,
    #[error(
        "it is a Python pickle; opening one runs the program in it, so none is read: save the array as .npy instead"
    )]
    Pickle,
    #[error("an array of shape {} is not a set of pictures", Shape(shape))]
    NotPictures { shape: Vec<u64> },
    #[error("{columns} values a picture do not make a square; say how high and wide the pictures are")]
    NotSquare { columns: u64 },
    #[error("{columns} values a picture do not make the {height}×{width}×{channels} that were stated")]
    NotAsStated { columns: u64, height: u32, width: u32, channels: u32 },
    #[error("it has pictures of {width}×{height} pixels, but 1 to {most} a side are read")]
    PictureSize { width: u64, height: u64, most: u64 },
    #[error("it announces {found} items, but 1 to {most} are read")]
    ItemCount { found: u64, most: u64 },
    #[error("it announces {want} bytes of content, but at most {most} are read")]
    ContentLimit { want: u64, most: u64 },
    #[error("the content is cut short: {got} of the {want} bytes that the header announces are there")]
    ContentCut { got: u64, want: u64 },
    #[error("more bytes follow after the {want} that the header announces")]
    Trailing { want: u64 },
    #[error("a value is infinite or not a number")]
    NotFinite,
    #[error("these are {labels} labels without their pictures; choose the file of the pictures together with it")]
    OnlyLabels { labels: u64 },
    #[error("there are {pictures} pictures but {labels} labels")]
    CountMismatch { pictures: u64, labels: u64 },
    #[error("raw bytes say nothing of their shape; say how high and wide the pictures are")]
    ShapeWanted,
    #[error("{length} bytes are not a whole number of pictures of {size} bytes")]
    RawLength { length: u64, size: u64 },
    #[error("the table has no rows")]
    NoRows,
    #[error("the row has {found} columns, but the first has {want}")]
    RowLength { found: u64, want: u64 },
    #[error("a row is longer than the {most} bytes that are read; a quotation mark may be left open")]
    RowLimit { most: u64 },
    #[error("“{text}” is not a number")]
    NotNumber { text: String },
    #[error("the archive has no table of contents, or a damaged one")]
    Directory,
    #[error("the archive has {found} entries, but at most {most} are read")]
    EntryCount { found: u64, most: u64 },
    #[error("the entry's name leads out of the archive")]
    UnsafeName,
    #[error("the entry is encrypted")]
    Encrypted,
    #[error("the entry is packed by method {method}, but only 0 (stored) and 8 (deflate) are read")]
    Method { method: u16 },
    #[error("it is an archive in an archive; unpack it first")]
    Nested,
    #[error("it is {format}, which is not read here")]
    Foreign { format: Foreign },
    #[error("the picture is damaged, or not of a kind that is read")]
    Picture,
    #[error("the picture takes more than {most} bytes of memory")]
    PictureBytes { most: u64 },
    #[error("pictures of {side}×{side} are not made here")]
    Side { side: u64 },
    #[error("one picture to train on and one to hold out are the least that is needed")]
    TooFew,
}

/// 60000×28×28.
struct Shape<'a>(&'a [u64]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("()");
        }
        for (axis, length) in self.0.iter().enumerate() {
            write!(f, "{}{length}", if axis == 0 { "" } else { "×" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.file.is_empty() {
            parts.push(self.file.clone());
        }
        parts.extend(self.entry.clone());
        match self.place {
            Place::Whole => {}
            Place::Byte { at } => parts.push(format!("byte {at}")),
            Place::Row { row } => parts.push(format!("row {row}")),
            Place::Cell { row, column } => parts.push(format!("row {row}, column {column}")),
            Place::Picture { number } => parts.push(format!("picture {number}")),
        }
        if !parts.is_empty() {
            write!(f, "{}: ", parts.join(", "))?;
        }
        self.cause.fmt(f)
    }
}

impl Error for Refusal {}

impl From<Cause> for Refusal {
    fn from(cause: Cause) -> Self {
        Self { file: String::new(), entry: None, place: Place::Whole, cause }
    }
}

/// Formats that are known well enough to be named in a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Foreign {
    Tar,
    SevenZip,
    Rar,
    Hdf5,
    Matlab,
    Parquet,
    Tiff,
    Pdf,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tar => "a tar archive",
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a RAR archive",
            Self::Hdf5 => "an HDF5 file",
            Self::Matlab => "a MATLAB file",
            Self::Parquet => "a Parquet file",
            Self::Tiff => "a TIFF picture",
            Self::Pdf => "a PDF document",
        })
    }
}
