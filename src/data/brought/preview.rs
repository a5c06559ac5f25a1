//! What was read, as a visitor is shown it before choosing.

use serde::{Deserialize, Serialize};

use super::{Choices, Refusal};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// Pictures that are here; `facts.total` were in the files.
    pub count: usize,
    pub facts: Facts,
    pub origin: Origin,
    /// Names and numbers of pictures, in the order of the labels; empty without labels.
    pub classes: Vec<(String, u64)>,
    /// Of the pictures here, how many the files call training; None where they say nothing.
    pub train: Option<usize>,
    pub notes: Vec<Note>,
    /// What is guessed.
    pub choices: Choices,
}

/// What the pictures were read from, where something could be said of it that it does not say itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Pictures, and arrays that say their shape.
    #[default]
    Plain,
    /// Bytes without a header.
    Raw,
    /// Arrays of rows, or bytes, whose shape was stated.
    Stated,
    Table,
}

/// What holds of all pictures that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Pictures in the files; more than are here when they were sampled.
    pub total: u64,
    /// Width and height of the smallest and of the largest picture, in the files.
    pub smallest: [u32; 2],
    pub largest: [u32; 2],
    /// Lowest and highest value, cover aside.
    pub range: [f32; 2],
    /// What the type of the values could hold: 0..255 for bytes, 0..1 for fractions.
    pub type_range: [f32; 2],
    /// Whether a pixel is not grey.
    pub colourful: bool,
    /// Whether a pixel can be seen through.
    pub transparent: bool,
}

/// What a visitor should know of how the files were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Of `total` pictures every so-manieth was kept, for want of memory.
    Sampled { kept: u64, total: u64 },
    /// Files that hold no pictures, or another kind of data, and the names of the first.
    Ignored { files: u64, names: Vec<String> },
    /// Pictures that could not be read, and what was wrong with the first.
    Unreadable { pictures: u64, first: Refusal },
    /// There are labels, but of so many classes that they are something else.
    TooManyClasses { classes: u64 },
    /// An array beside the pictures, where the labels may be, and why it is not read.
    Unread { first: Refusal },
    /// There are labels, but not for all pictures, or neither whole numbers nor words.
    LabelsLeftOut,
}
