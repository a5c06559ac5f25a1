//! A reader's refusal on its way to the visitor: what it becomes once it is known which file it is of.

use std::io;

pub use crate::data::brought::{Cause, Place, Refusal};

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
