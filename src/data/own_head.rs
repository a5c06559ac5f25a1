//! What is written of a visitor's pictures beside their bytes, so that they can be read again.

use serde::{Deserialize, Serialize};

use super::own::{Own, OwnError};
use crate::spec::{Format, MOST_CLASSES};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnHead {
    /// Of the classes.
    pub names: Vec<String>,
    /// Pixels of a picture's side, and numbers a pixel.
    pub side: usize,
    pub channels: usize,
}

/// Why what was written makes no set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnHeadError {
    #[error("pictures of {side}×{side} pixels with {channels} numbers each are not what this version takes")]
    Format { side: usize, channels: usize },
    #[error("{found} classes are more than the page shows apart")]
    Classes { found: usize },
    #[error(transparent)]
    Own(#[from] OwnError),
}

impl OwnHead {
    pub fn of(own: &Own) -> Self {
        let Format { side, channels } = own.format();
        Self { names: own.names().to_vec(), side, channels }
    }

    /// The set of these and its bytes, as [`Own::buffers`] gave them.
    ///
    /// # Errors
    /// `Format` for pictures of another kind than the page has, `Classes` for more than it has colours for; whatever makes
    /// no set.
    pub fn own(self, buffers: Vec<Vec<u8>>) -> Result<Own, OwnHeadError> {
        let Self { names, side, channels } = self;
        let format = Format { side, channels };
        if !format.is_known() {
            return Err(OwnHeadError::Format { side, channels });
        }
        if names.len() > MOST_CLASSES {
            return Err(OwnHeadError::Classes { found: names.len() });
        }
        Ok(Own::from_buffers(format, names, buffers)?)
    }
}
