//! What a visitor may say beforehand about files that do not say it themselves.

use serde::{Deserialize, Serialize};

use super::SIDES;

/// Bytes of decoded pictures that are kept at most; of more, an even sample is.
pub const MEMORY: u64 = 256 << 20;

/// All of it may be left at its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hints {
    /// Larger pictures are brought to this many pixels on their shorter side as they are read.
    pub side: u32,
    /// Height, width and channels of raw bytes, and of arrays and tables of n rows that are not squares.
    pub shape: Option<[u32; 3]>,
    /// Bytes of raw files before the first picture.
    pub skip: u64,
    /// Which column of a table says the class.
    pub labels: LabelColumn,
    /// Whether the first row of a table names its columns; None: to be guessed.
    pub header: Option<bool>,
    /// The byte between the columns of a table; None: to be guessed among comma, semicolon and tab.
    pub delimiter: Option<u8>,
    /// Bytes of decoded pictures to keep at most.
    pub memory: u64,
}

impl Default for Hints {
    fn default() -> Self {
        Self {
            // The largest that can be chosen.
            side: SIDES[SIDES.len() - 1] as u32,
            shape: None,
            skip: 0,
            labels: LabelColumn::Guess,
            header: None,
            delimiter: None,
            memory: MEMORY,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelColumn {
    #[default]
    Guess,
    None,
    First,
    Last,
}
