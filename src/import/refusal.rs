//! Why a file is not read: where, and what is wrong there, as data that the page puts into a visitor's language.

use std::error::Error;
use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use super::sniff::Foreign;

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
    #[error("nothing here is a picture, an array or a table that can be read ({files} files were looked at)")]
    NothingToRead { files: u64 },
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
    #[error("the model takes grey pictures of {side}×{side}, and these have another size or colours")]
    ModelTakes { side: u64 },
    #[error("{classes} classes are more than the {most} that labels can tell apart")]
    ClassCount { classes: u64, most: u64 },
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

/// A refusal by a reader that does not know what its file is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub place: Place,
    pub cause: Cause,
}

impl Fault {
    pub fn at_byte(at: u64, cause: Cause) -> Self {
        Self { place: Place::Byte { at }, cause }
    }

    pub fn of(self, file: &str, entry: Option<&str>) -> Refusal {
        // Whoever cancels does not ask where.
        if self.cause == Cause::Cancelled {
            return Cause::Cancelled.into();
        }
        Refusal { file: file.to_owned(), entry: entry.map(str::to_owned), place: self.place, cause: self.cause }
    }
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        Self { place: Place::Whole, cause }
    }
}

/// Readers that stand between a file and its parser can only fail with an `io::Error`, so a cause travels inside one.
impl From<Cause> for io::Error {
    fn from(cause: Cause) -> Self {
        Self::other(cause)
    }
}

/// The other end of that: what broke a read. Decompressors say "invalid" and "unexpected end", a file never does.
impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        let kind = error.kind();
        match error.downcast::<Self>() {
            Ok(cause) => cause,
            Err(_) => match kind {
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                    Self::Damaged
                }
                _ => Self::Unreadable,
            },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Cause::from(error).into()
    }
}
