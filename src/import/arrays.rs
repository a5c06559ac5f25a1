//! Arrays that belong together: which are the pictures, which their labels, which the training and which the test part.

use std::collections::HashSet;
use std::io::{self, Read};

use super::array::{self, ArrayHead, MAX_SIDE, PictureShape, Watch};
use super::classes::{Words, classes};
use super::collected::Collected;
use super::element::{Element, Number};
use super::given::Progress;
use super::keep::Keeper;
use super::refusal::{Cause, Fault, Refusal};
use super::sniff::Kind;
use super::supply::{Content, Item, Supply};
use super::{idx, npy};
use crate::data::brought::{Hints, Note, Origin};

/// An array whose header was read.
struct Found {
    item: Item,
    head: ArrayHead,
}

/// An array of pictures, its shape, and the array of its labels.
struct Part {
    found: Found,
    shape: PictureShape,
    labels: Option<Found>,
}

/// Which half of a published set a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Train,
    Unsaid,
    Other,
}

impl Role {
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if says(&["train"]) {
            Self::Train
        } else if says(&["test", "t10k", "val"]) {
            Self::Other
        } else {
            Self::Unsaid
        }
    }
}

/// Reads the arrays among `items`, and says which were not used. None of them being pictures, the refusal is of the first.
pub fn read(
    supply: &mut Supply,
    items: Vec<Item>,
    hints: &Hints,
    progress: &mut dyn Progress,
) -> Result<(Collected, Vec<Item>), Refusal> {
    let mut unused = items.clone();
    let (parts, unread) = parts(supply, items, hints)?;
    let used: HashSet<_> = parts
        .iter()
        .flat_map(|part| [&part.found].into_iter().chain(&part.labels))
        .map(|found| found.item.key())
        .collect();
    unused.retain(|item| !used.contains(&item.key()));
    let mut notes = Vec::new();
    let mut keeper = keeper(&parts, hints);
    let of = parts.iter().map(|part| part.shape.count * (part.shape.values() * part.found.head.element.size()) as u64);
    let mut watch = Watch::new(progress, of.sum());
    for part in &parts {
        let Found { item, head } = &part.found;
        let read = if head.fortran { array::read_pictures_fortran } else { array::read_pictures };
        let mut content = supply.open(item)?;
        let result = skip_head(&mut content, item, head)
            .and_then(|()| read(&mut content, head, part.shape, &mut keeper, &mut watch));
        drop(content);
        result.map_err(|fault| supply.refusal(item, fault))?;
    }
    let labels = labels(supply, &parts, &mut notes)?;
    let train: u64 =
        parts.iter().filter(|part| Role::of(&part.found.item.path) == Role::Train).map(|p| p.shape.count).sum();
    let total: u64 = parts.iter().map(|part| part.shape.count).sum();
    // Of what is missed there may be the labels.
    notes.extend(unread.filter(|_| labels.is_none()).map(|first| Note::Unread { first }));
    let split = (train > 0 && train < total)
        .then(|| keeper.frames.iter().filter(|frame| u64::from(frame.index) < train).count());
    let chosen = labels.and_then(|labels| {
        let kept = keeper.frames.iter().map(|frame| frame.index);
        let made = match &labels {
            Labels::Numbers(numbers) => {
                let numbers: Vec<i64> = kept.filter_map(|index| numbers.get(index as usize).copied()).collect();
                classes(&numbers).map(Some)
            }
            Labels::Words(words) => words.classes(kept),
            Labels::Names(names) => {
                let named = kept.filter_map(|index| {
                    let part = names.iter().find(|(end, _)| u64::from(index) < *end)?;
                    Some(part.1.clone())
                });
                classes(&named.collect::<Vec<_>>()).map(Some)
            }
        };
        made.unwrap_or_else(|note| {
            notes.push(note);
            None
        })
    });
    let set = Collected {
        facts: keeper.facts(),
        origin: origin(&parts, hints),
        values: keeper.values,
        frames: keeper.frames,
        classes: chosen,
        split,
        notes,
    };
    Ok((set, unused))
}

/// Whether something was said of them that they do not say.
fn origin(parts: &[Part], hints: &Hints) -> Origin {
    let raw = |part: &Part| !matches!(part.found.item.kind, Kind::Npy | Kind::Idx);
    match hints.shape {
        Some(_) if parts.iter().any(raw) => Origin::Raw,
        Some(_) if parts.iter().any(|part| part.shape.flat) => Origin::Stated,
        _ => Origin::Plain,
    }
}

enum Labels {
    Numbers(Vec<i64>),
    Words(Words),
    /// A name for every file, and the number of the picture behind its last.
    Names(Vec<(u64, String)>),
}

impl Labels {
    /// Takes those of a part, too; false if they are none.
    fn read(&mut self, content: &mut Content<'_>, head: &ArrayHead, count: u64) -> Result<bool, Fault> {
        match self {
            Self::Numbers(numbers) => {
                let read = array::read_labels(content, head, count)?;
                Ok(read.map(|more| numbers.extend(more)).is_some())
            }
            Self::Words(words) => array::read_words(content, head, count, words).map(|()| true),
            Self::Names(_) => Ok(false),
        }
    }
}

/// The labels of all parts, if all have some; or, of several files without, the files' names.
fn labels(supply: &mut Supply, parts: &[Part], notes: &mut Vec<Note>) -> Result<Option<Labels>, Refusal> {
    if parts.iter().all(|part| part.labels.is_none()) {
        let mut end = 0;
        let names: Vec<_> = parts
            .iter()
            .map(|part| {
                end += part.shape.count;
                (end, part.found.item.stem().to_owned())
            })
            .collect();
        let unsaid = parts.iter().all(|part| Role::of(&part.found.item.path) == Role::Unsaid);
        return Ok((unsaid && names.len() > 1).then_some(Labels::Names(names)));
    }
    let words = |part: &Part| part.labels.as_ref().is_some_and(|found| found.head.element.is_word());
    let mut all = if parts.iter().all(words) { Labels::Words(Words::default()) } else { Labels::Numbers(Vec::new()) };
    for part in parts {
        let of_one_kind = words(part) == matches!(all, Labels::Words(_));
        let Some(Found { item, head }) = part.labels.as_ref().filter(|_| of_one_kind) else {
            notes.push(Note::LabelsLeftOut);
            return Ok(None);
        };
        let mut content = supply.open(item)?;
        let result = skip_head(&mut content, item, head).and_then(|()| all.read(&mut content, head, part.shape.count));
        drop(content);
        if !result.map_err(|fault| supply.refusal(item, fault))? {
            notes.push(Note::LabelsLeftOut);
            return Ok(None);
        }
    }
    Ok(Some(all))
}

/// The parts of the set, the training one first, and why the first array is not read that is of neither numbers nor words.
fn parts(supply: &mut Supply, items: Vec<Item>, hints: &Hints) -> Result<(Vec<Part>, Option<Refusal>), Refusal> {
    let mut pictures = Vec::new();
    let mut others = Vec::new();
    let mut first_refusal = None;
    let mut unread = None;
    for item in items {
        let head = match head(supply, &item, hints) {
            Ok(head) => head,
            // Among arrays of pictures there may be some of dates or of objects; a damaged one is an accident.
            Err(refusal) if !matches!(refusal.cause, Cause::Dtype { .. } | Cause::Objects) => return Err(refusal),
            Err(refusal) => {
                first_refusal.get_or_insert_with(|| refusal.clone());
                unread.get_or_insert(refusal);
                continue;
            }
        };
        let found = Found { item, head };
        match found.head.pictures(hints) {
            // A column of numbers is labels, whatever else it could be.
            Ok(shape) if found.head.labels().is_none() => pictures.push((found, shape)),
            Err(cause) if found.head.labels().is_none() => {
                first_refusal.get_or_insert(supply.refusal(&found.item, cause.into()));
            }
            _ => others.push(found),
        }
    }
    // The largest says of what size the pictures are; of equals the training part.
    pictures.sort_by_key(|(found, _)| Role::of(&found.item.path));
    let weight = |shape: &PictureShape| shape.count * shape.values() as u64;
    let Some(main) =
        pictures.iter().map(|(_, shape)| *shape).reduce(|a, b| if weight(&b) > weight(&a) { b } else { a })
    else {
        let labels = others.first().map(|found| {
            let cause = match found.head.labels() {
                Some(labels) => Cause::OnlyLabels { labels },
                None => Cause::NotPictures { shape: found.head.shape.clone() },
            };
            supply.refusal(&found.item, cause.into())
        });
        return Err(first_refusal.or(labels).unwrap_or_else(|| supply.nothing()));
    };
    pictures.retain(|(_, shape)| shape.same_size(main));
    let mut parts = Vec::new();
    for (found, shape) in pictures {
        let labels = partner(&found, shape, &mut others);
        parts.push(Part { found, shape, labels });
    }
    let whole = |found: &&Found| !found.head.element.is_float() && !found.head.element.is_word();
    let orphan = others.iter().find(whole);
    if let ([part], Some(orphan), 1) = (parts.as_slice(), orphan, others.len())
        && part.labels.is_none()
    {
        let labels = orphan.head.labels().unwrap_or(0);
        let cause = Cause::CountMismatch { pictures: part.shape.count, labels };
        return Err(supply.refusal(&orphan.item, cause.into()));
    }
    let labelled = parts.iter().filter(|part| part.labels.is_some()).count();
    if labelled > 0 && labelled < parts.len() {
        // A part without labels would take them from all.
        parts.retain(|part| part.labels.is_some());
    }
    let total = parts.iter().map(|part| part.shape.count).sum();
    if total > array::MAX_ITEMS {
        return Err(Cause::ItemCount { found: total, most: array::MAX_ITEMS }.into());
    }
    Ok((parts, unread))
}

/// Takes the labels that fit `found` best out of `others`: as many as there are pictures, of the same half, and called
/// so.
fn partner(found: &Found, shape: PictureShape, others: &mut Vec<Found>) -> Option<Found> {
    let role = Role::of(&found.item.path);
    let fits = |other: &Found| {
        let name = other.item.stem().to_ascii_lowercase();
        let called = ["label", "target", "class"].iter().any(|word| name.contains(word)) || name.starts_with('y');
        let same_role = Role::of(&other.item.path) == role;
        (other.head.labels() == Some(shape.count)).then_some((same_role, called, !other.head.element.is_float()))
    };
    let best = others.iter().enumerate().filter_map(|(at, other)| Some((fits(other)?, at)));
    let ((same_role, called, _), at) = best.max_by_key(|(fit, at)| (*fit, usize::MAX - at))?;
    (same_role || called).then(|| others.swap_remove(at))
}

/// A keeper that takes in as many pictures as can stay.
fn keeper(parts: &[Part], hints: &Hints) -> Keeper {
    let element = parts.first().map(|part| part.found.head.element);
    let mut keeper = Keeper::new(hints.side, hints.memory, element.map_or((0.0, 255.0), |element| element.range()));
    if let Some(part) = parts.first() {
        let count = parts.iter().map(|part| part.shape.count).sum();
        let all_bytes = parts.iter().all(|part| part.found.head.element.is_byte());
        let gathered = parts.iter().any(|part| part.found.head.fortran);
        let besides = if gathered { 4 * part.shape.values() as u64 } else { 0 };
        let size = (part.shape.width, part.shape.height, part.shape.channels);
        keeper.expect(count, size, if all_bytes { 1 } else { 4 }, besides);
    }
    keeper
}

/// Reads an item's header.
fn head(supply: &mut Supply, item: &Item, hints: &Hints) -> Result<ArrayHead, Refusal> {
    let mut content = supply.open(item)?;
    let read = match item.kind {
        Kind::Npy => npy::head(&mut content),
        Kind::Idx => idx::head(&mut content),
        _ => content.length().map_err(Fault::from).and_then(|length| raw_head(length, hints).map_err(Fault::from)),
    };
    let head = read.and_then(|head| head.announced(&content).map(|_| head).map_err(Fault::from));
    drop(content);
    head.map_err(|fault| supply.refusal(item, fault))
}

/// Raw bytes, behind those that are to be skipped, are as many pictures of the stated shape as they are.
fn raw_head(length: u64, hints: &Hints) -> Result<ArrayHead, Cause> {
    let [height, width, channels] = hints.shape.ok_or(Cause::ShapeWanted)?.map(u64::from);
    let element = Element { number: Number::U8, big_endian: false };
    if ![height, width].iter().all(|side| (1..=MAX_SIDE).contains(side)) {
        return Err(Cause::PictureSize { width, height, most: MAX_SIDE });
    }
    let size = height.saturating_mul(width).saturating_mul(channels);
    let length = length.saturating_sub(hints.skip);
    if size == 0 || length == 0 || !length.is_multiple_of(size) {
        return Err(Cause::RawLength { length, size });
    }
    Ok(ArrayHead { element, shape: vec![length / size, height, width, channels], fortran: false, length: hints.skip })
}

/// Brings `content` behind the header that was read before.
fn skip_head(content: &mut dyn Read, item: &Item, head: &ArrayHead) -> Result<(), Fault> {
    match item.kind {
        Kind::Npy => npy::head(content).map(drop),
        Kind::Idx => idx::head(content).map(drop),
        _ => Ok(io::copy(&mut content.take(head.length), &mut io::sink()).map(drop)?),
    }
}
