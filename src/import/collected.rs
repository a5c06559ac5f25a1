//! What was read: pictures in about their own size, and what is known of them.

use crate::data::brought::{Facts, Note, Origin};

/// Pictures and labels, before anything is chosen.
///
/// Pictures that are larger than the side hinted at were brought to it on their shorter side; the others are as they
/// were. All of it is in memory, [`Hints::memory`](super::Hints::memory) bytes at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    pub(super) values: Values,
    pub(super) frames: Vec<Frame>,
    pub(super) facts: Facts,
    pub(super) origin: Origin,
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

/// Which picture is what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    pub labels: Vec<u8>,
    pub names: Vec<String>,
}
