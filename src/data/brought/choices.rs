//! What a visitor chooses before pictures become data.

use serde::{Deserialize, Serialize};

use super::Facts;
use crate::spec::Format;

/// Sides of pictures that can be made.
pub const SIDES: [usize; 4] = Format::SIDES;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// One of [`SIDES`].
    pub side: usize,
    pub colours: Colours,
    pub fit: Fit,
    /// Whether dark becomes light, so that ink is 255 and paper 0.
    pub invert: bool,
    /// What is seen where a picture is transparent and where it does not reach, 0..=255, before it is inverted.
    pub background: u8,
    pub scale: Scale,
    pub test: Test,
    /// No more pictures than this, drawn evenly.
    pub most: Option<usize>,
    /// Of the draw and of the order.
    pub seed: u32,
}

impl Choices {
    pub fn format(&self) -> Format {
        Format { side: self.side, channels: self.colours.channels() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colours {
    Grey,
    Rgb,
}

impl Colours {
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// How a picture that is no square becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Its middle.
    Crop,
    /// All of it, with background on two sides.
    Pad,
}

/// Which values become 0 and 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// 0 and 255: values stay as they are.
    Bytes,
    /// The least and the greatest that the values' type can hold; of fractions 0 and 1.
    Type,
    /// The least and the greatest of the whole set.
    Extent,
}

impl Scale {
    pub fn range(self, facts: &Facts) -> [f32; 2] {
        match self {
            Self::Bytes => [0.0, 255.0],
            Self::Type => facts.type_range,
            Self::Extent => facts.range,
        }
    }
}

/// Which pictures are kept from training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// Those that the files say; none if they say nothing.
    AsGiven,
    /// This share of all, 0..=90, drawn.
    Percent(u8),
}
