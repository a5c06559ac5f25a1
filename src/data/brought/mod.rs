//! A visitor's own files, as the page and the reader speak of them: what is asked and answered, what was found, what can be
//! chosen, and why something is not read. The readers themselves are in `import`.

mod choices;
mod hints;
mod preview;
mod refusal;

use serde::{Deserialize, Serialize};

pub use choices::{Choices, Colours, Fit, SIDES, Scale, Test};
pub use hints::{Hints, LabelColumn, MEMORY};
pub use preview::{Facts, Note, Origin, Preview};
pub use refusal::{Cause, Foreign, Place, Refusal};

use crate::spec::Format;

/// What the page asks of the reader. Files follow the head of `Read`, one for each of its paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToReader {
    /// Read these; what was read before is dropped.
    Read { hints: Hints, paths: Vec<String> },
    /// Some pictures as they would become.
    Sheet { choices: Choices },
    /// All of them as they become.
    Prepare { choices: Choices },
}

/// What the reader answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FromReader {
    /// So much of so much is done.
    Progress {
        done: u64,
        of: u64,
    },
    Read(Preview),
    /// Buffer 0: `count` pictures, one after another, planar.
    Sheet {
        format: Format,
        count: usize,
    },
    /// Names of the classes; buffers as [`super::own::Own::buffers`] says.
    Prepared {
        format: Format,
        names: Vec<String>,
    },
    Refused(Refusal),
}
