//! A visitor's own files, made into data.
//!
//! Three steps, each with a result that can be looked at: [`read`] makes [`Collected`] of files, [`Collected::preview`]
//! says what they are and guesses [`Choices`], and [`prepare`] makes the set. Choices may change as often as one likes
//! without reading again; only a side larger than [`Hints::side`] wants it.
//!
//! Read are IDX, .npy, .npz, tables as text, pictures (PNG, JPEG, WebP, GIF, BMP) in folders or archives, raw bytes
//! whose shape is stated; and gzip around any of them. What a file is, is told by its content first ([`sniff`]).
//!
//! No file is trusted, none is loaded whole, and nothing is done that grows with what a file merely claims: sizes are
//! compared in 64 bits with limits and with what can possibly come before memory is taken. At most there are at a time:
//!
//! - the pictures kept: [`Hints::memory`] (256 MB), and while they grow up to 2¼ times that; more are sampled evenly;
//! - one picture in its own size: its file (64 MB), its values (128 MB), and as much again to turn or convert it;
//! - of an archive its table of contents (64 MB, 300,000 entries), unpacking at most 500-fold, no byte of it twice;
//! - of a table one row (4 MB), of an array's labels 8 bytes each (4,000,000);
//! - the prepared set, side² bytes a picture and channel.
//!
//! Every fault is a [`Refusal`] with its file, its place and its cause; no input makes a panic.

mod archive;
mod array;
mod arrays;
mod choices;
mod classes;
mod collected;
mod element;
mod given;
#[cfg(target_arch = "wasm32")]
pub mod host;
mod idx;
mod keep;
mod npy;
mod picture;
mod pictures;
mod prepare;
mod preview;
mod refusal;
mod shrink;
pub mod sniff;
mod supply;
mod table;

pub use crate::data::brought::{
    Cause, Choices, Colours, Facts, Fit, Foreign, Hints, LabelColumn, MEMORY, Note, Place, Preview, Refusal, SIDES,
    Scale, Test,
};
pub use collected::{Classes, Collected};
pub use given::{Given, Progress, Source, Unwatched};
pub use prepare::{Prepared, prepare};
pub use preview::{SHEET, Sheet};

use refusal::Fault;
use sniff::Kind;
use supply::{Item, Supply};

/// Reads all of `files` as one set.
///
/// Arrays go before pictures and pictures before tables; what is not used is counted in a [`Note`]. The refusal is the
/// first fault that leaves nothing sensible to read; `progress` may end the work.
pub fn read(files: Vec<Given>, hints: &Hints, progress: &mut dyn Progress) -> Result<Collected, Refusal> {
    let mut supply = Supply::new(files, progress)?;
    let items = supply::take_items(&mut supply);
    let is_array = |item: &Item| match item.kind {
        Kind::Idx | Kind::Npy => true,
        Kind::Raw | Kind::Unknown => hints.shape.is_some(),
        _ => false,
    };
    let (arrays, items): (Vec<_>, Vec<_>) = items.into_iter().partition(is_array);
    let (pictures, items): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.kind == Kind::Picture);
    let (tables, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.kind == Kind::Table);
    let (mut set, unused) = if !arrays.is_empty() {
        let (set, arrays) = arrays::read(&mut supply, arrays, hints, progress)?;
        (set, [arrays, pictures, tables, others].concat())
    } else if !pictures.is_empty() {
        (pictures::read(&mut supply, pictures, hints, progress)?, [tables, others].concat())
    } else if let Some((item, more)) = tables.split_first() {
        let mut content = supply.open(item)?;
        let read = table::read(&mut content, hints, progress);
        drop(content);
        (read.map_err(|fault| supply.refusal(item, fault))?, [more, &others].concat())
    } else {
        return Err(nothing(&supply, &others));
    };
    let files = unused.len() as u64 + supply.ignored;
    if files > 0 {
        let count = unused.len();
        let names = supply::some_of(unused.into_iter().map(|item| item.path), count);
        set.notes.push(Note::Ignored { files, names });
    }
    let (kept, total) = (set.len() as u64, set.facts.total);
    if kept < total {
        set.notes.push(Note::Sampled { kept, total });
    }
    Ok(set)
}

/// Why there is nothing to read: the first file that is known to be something else, or the names of all.
fn nothing(supply: &Supply, items: &[Item]) -> Refusal {
    let named = items.iter().find_map(|item| {
        let cause = match item.kind {
            Kind::Pickle => Cause::Pickle,
            Kind::Foreign(format) => Cause::Foreign { format },
            Kind::Raw => Cause::ShapeWanted,
            _ => return None,
        };
        Some(supply.refusal(item, Fault::from(cause)))
    });
    named.unwrap_or_else(|| supply.nothing())
}

#[cfg(test)]
mod tests;
