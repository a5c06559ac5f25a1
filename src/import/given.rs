//! What the readers are given, and whom they tell how far they are.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use super::refusal::{Fault, Refusal};

/// Something that is read in slices, wherever: a browser's `File` is never loaded whole.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// A file as it was chosen or dropped.
pub struct Given {
    /// Its name, with the folders above it if a folder was given ("cats/1.png").
    pub path: String,
    /// In bytes; more than a usize may hold in a browser.
    pub length: u64,
    pub source: Box<dyn Source>,
}

impl Given {
    /// Asks the source for its length. An error when it cannot say.
    pub fn new(path: impl Into<String>, mut source: Box<dyn Source>) -> Result<Self, Refusal> {
        let path = path.into();
        match source.seek(SeekFrom::End(0)) {
            Ok(length) => Ok(Self { path, length, source }),
            Err(error) => Err(Fault::from(error).of(&path, None)),
        }
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.length)
    }
}

/// Told how far the work is, some ten times a second at most times; `Break` ends it with
/// [`Cause::Cancelled`](super::Cause::Cancelled).
pub trait Progress {
    /// `done` of `of` units; what a unit is differs from step to step, so only the ratio says something.
    fn report(&mut self, done: u64, of: u64) -> ControlFlow<()>;
}

impl<F: FnMut(u64, u64) -> ControlFlow<()>> Progress for F {
    fn report(&mut self, done: u64, of: u64) -> ControlFlow<()> {
        self(done, of)
    }
}

/// Tells nobody and never stops.
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&mut self, _: u64, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
