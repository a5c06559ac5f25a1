//! What was read: pictures in about their own size, and what is known of them.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// Pictures and labels, before anything is chosen.
///
/// Pictures that are larger than the side hinted at were brought to it on their shorter side; the others are as they
/// were. All of it is in memory, [`Hints::memory`](super::Hints::memory) bytes at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    pub(super) values: Values,
    pub(super) frames: Vec<Frame>,
    pub(super) facts: Facts,
    /// A class a frame, and what they are called.
    pub(super) classes: Option<Classes>,
    /// How many of the frames, from the front, are the training part that the files name; None where they name none.
    pub(super) split: Option<usize>,
    pub(super) notes: Vec<Note>,
}

impl Collected {
    /// Pictures that are here.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub fn classes(&self) -> Option<&Classes> {
        self.classes.as_ref()
    }

    pub fn split(&self) -> Option<usize> {
        self.split
    }

    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> u64 {
        let values = match &self.values {
            Values::Bytes(bytes) => bytes.len() as u64,
            Values::Floats(floats) => 4 * floats.len() as u64,
        };
        values + (size_of::<Frame>() * self.frames.len()) as u64
    }

    /// The values of a frame as 32-bit numbers, rows from the top, channels together; empty for no frame of this set.
    pub(super) fn floats(&self, frame: Frame) -> Vec<f32> {
        let range = frame.start..frame.start.saturating_add(frame.values());
        match &self.values {
            Values::Bytes(bytes) => bytes.get(range).unwrap_or_default().iter().map(|&byte| byte.into()).collect(),
            Values::Floats(floats) => floats.get(range).unwrap_or_default().to_vec(),
        }
    }
}

/// All pictures' values, one after another: bytes while all are bytes, and four times as large when one is not.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    Bytes(Vec<u8>),
    Floats(Vec<f32>),
}

/// Where a picture is in the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub start: usize,
    pub width: u16,
    pub height: u16,
    /// 1 grey, 2 grey and cover, 3 colours, 4 colours and cover.
    pub channels: u8,
    /// Its number among all that were read, kept or not.
    pub index: u32,
}

impl Frame {
    pub fn values(self) -> usize {
        usize::from(self.width) * usize::from(self.height) * usize::from(self.channels)
    }
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

/// Which picture is what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    pub labels: Vec<u8>,
    pub names: Vec<String>,
}

/// What a visitor should know of how the files were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Of `total` pictures every so-manieth was kept, for want of memory.
    Sampled { kept: u64, total: u64 },
    /// Files that hold no pictures, or more than one kind of data.
    Ignored { files: u64 },
    /// Pictures that could not be read, and what was wrong with the first.
    Unreadable { pictures: u64, first: Refusal },
    /// There are labels, but of so many classes that they are something else.
    TooManyClasses { classes: u64 },
    /// There are labels, but not for all pictures, or not whole numbers.
    LabelsLeftOut,
}
