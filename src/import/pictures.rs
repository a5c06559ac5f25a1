//! Many pictures in folders or in an archive, whose folders are their classes.

use super::classes::classes;
use super::collected::Collected;
use super::given::Progress;
use super::keep::Keeper;
use super::picture;
use super::refusal::{Cause, Fault, Refusal};
use super::supply::{Item, Supply};
use crate::data::brought::{Hints, Note, Origin};

/// Folders that name half of a set, the training one first.
const TRAIN: [&str; 2] = ["train", "training"];
const TEST: [&str; 6] = ["test", "testing", "val", "valid", "validation", "eval"];

/// Reads all pictures, one at a time. A damaged one is left out and counted; if all are, the first is the refusal.
pub fn read(
    supply: &mut Supply,
    mut items: Vec<Item>,
    hints: &Hints,
    progress: &mut dyn Progress,
) -> Result<Collected, Refusal> {
    let wrapping = wrapping(&items);
    let folder = |item: &Item| -> Vec<String> {
        let folders = item.path.rsplit_once('/').map_or("", |(folders, _)| folders);
        folders.split('/').filter(|part| !part.is_empty()).skip(wrapping).map(String::from).collect()
    };
    let half = |item: &Item| {
        let top = folder(item).first().map(|name| name.to_ascii_lowercase())?;
        let is = |names: &[&str]| names.contains(&top.as_str());
        if is(&TRAIN) { Some(false) } else { is(&TEST).then_some(true) }
    };
    let halves = items.iter().all(|item| half(item).is_some());
    let trains = items.iter().any(|item| half(item) == Some(false));
    if halves {
        // Stable, so that within a half the order of the names stays.
        items.sort_by_key(|item| half(item) == Some(true));
    }
    let mut keeper = Keeper::new(hints.side, hints.memory, (0.0, 255.0));
    let mut unreadable: Option<(u64, Refusal)> = None;
    let of = items.len() as u64;
    let mut origins = Vec::new();
    for (number, item) in (0..).zip(&items) {
        if progress.report(number, of).is_break() {
            return Err(Cause::Cancelled.into());
        }
        if !keeper.wants_next() {
            keeper.pass();
            origins.push(number as usize);
            continue;
        }
        let before = keeper.facts().total;
        let result = match supply.open(item) {
            Ok(mut content) => picture::read(&mut content, &mut keeper),
            Err(refusal) => Err(Fault { place: refusal.place, cause: refusal.cause }),
        };
        let result = result.map_err(|fault| supply.refusal(item, fault));
        match result {
            Ok(()) => origins.push(number as usize),
            Err(refusal) if refusal.cause == Cause::OutOfMemory => return Err(refusal),
            Err(refusal) => {
                // The keeper has not counted a picture that never became one.
                debug_assert_eq!(before, keeper.facts().total, "bytes are always numbers");
                unreadable.get_or_insert((0, refusal)).0 += 1;
            }
        }
    }
    if keeper.frames.is_empty() {
        return Err(unreadable.map_or_else(|| supply.nothing(), |(_, refusal)| refusal));
    }
    let item_of = |index: u32| origins.get(index as usize).and_then(|&number| items.get(number));
    let split = (halves && trains)
        .then(|| keeper.frames.iter().filter(|frame| item_of(frame.index).and_then(&half) == Some(false)).count())
        .filter(|&train| train > 0 && train < keeper.frames.len());
    let class = |item: &Item| {
        let name = folder(item).get(usize::from(halves)).cloned();
        name.unwrap_or_else(|| "/".to_owned())
    };
    let names: Vec<String> = keeper.frames.iter().filter_map(|frame| item_of(frame.index).map(class)).collect();
    let mut notes = Vec::new();
    let found =
        if names.iter().all(|name| name == "/") { None } else { classes(&names).map_err(|note| notes.push(note)).ok() };
    notes.extend(unreadable.map(|(pictures, first)| Note::Unreadable { pictures, first }));
    Ok(Collected {
        facts: keeper.facts(),
        origin: Origin::Plain,
        values: keeper.values,
        frames: keeper.frames,
        classes: found,
        split,
        notes,
    })
}

/// How many folders all items have in common from the top; a folder that holds everything is no class.
fn wrapping(items: &[Item]) -> usize {
    let folders = |item: &Item| -> Vec<String> {
        let mut parts: Vec<String> = item.path.split('/').filter(|part| !part.is_empty()).map(String::from).collect();
        parts.pop();
        parts
    };
    let mut common = items.first().map(folders).unwrap_or_default();
    for item in items {
        let shared = common.iter().zip(folders(item)).take_while(|(a, b)| *a == b).count();
        common.truncate(shared);
    }
    common.len()
}
