//! Arrays of pictures and of labels, whichever file they came in.

use super::classes::Words;
use super::element::Element;
use super::given::Progress;
use super::keep::{Keeper, Picture, Pixels};
use super::refusal::{Cause, Fault};
use super::supply::Content;
use crate::data::brought::Hints;

/// Pictures or labels of an array, and rows of a table, at most.
pub const MAX_ITEMS: u64 = 4_000_000;

/// Pixels of a picture on a side, at most.
pub const MAX_SIDE: u64 = 4096;

/// Bytes of one picture in its own size, at most.
pub const MAX_PICTURE: u64 = 128 << 20;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// What an array's header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayHead {
    pub element: Element,
    pub shape: Vec<u64>,
    /// Whether the first index varies fastest.
    pub fortran: bool,
    /// Bytes of the header.
    pub length: u64,
}

/// n pictures of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureShape {
    pub count: u64,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Whether the channels are whole planes, one after another, and not together in each pixel.
    pub planar: bool,
    /// Whether a picture is one row of the array, so that its pixels lie as in C order in any case.
    pub flat: bool,
}

impl PictureShape {
    /// Values of a picture.
    pub fn values(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Where the value at `at` of a picture as it lies in the file belongs.
    pub fn place(self, at: usize) -> usize {
        if !self.planar {
            return at;
        }
        let pixels = (self.height * self.width).max(1);
        at % pixels * self.channels + at / pixels
    }

    pub fn same_size(self, other: Self) -> bool {
        (self.height, self.width, self.channels) == (other.height, other.width, other.channels)
    }
}

impl ArrayHead {
    /// As pictures: n×h×w, n×h×w×c, n×c×h×w, or n rows of h·w values, which are squares unless `hints` say otherwise.
    pub fn pictures(&self, hints: &Hints) -> Result<PictureShape, Cause> {
        let no = || Cause::NotPictures { shape: self.shape.clone() };
        let few = |channels: u64| matches!(channels, 1 | 3 | 4);
        let (count, height, width, channels, planar) = match *self.shape.as_slice() {
            [n, d] => {
                let [h, w, c] = row_shape(d, hints)?;
                (n, h, w, c, false)
            }
            [n, h, w] => (n, h, w, 1, false),
            [n, h, w, c] if few(c) => (n, h, w, c, false),
            [n, c, h, w] if few(c) => (n, h, w, c, true),
            _ => return Err(no()),
        };
        if !(1..=MAX_ITEMS).contains(&count) {
            return Err(Cause::ItemCount { found: count, most: MAX_ITEMS });
        }
        if !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
            return Err(Cause::PictureSize { width, height, most: MAX_SIDE });
        }
        // Both sides are below 2¹³ now, and the product of all below 2²⁶.
        let (height, width, channels) = (height as usize, width as usize, channels as usize);
        let each = if self.element.is_byte() { 1 } else { self.element.size().max(4) as u64 };
        if (height * width * channels) as u64 * each > MAX_PICTURE {
            return Err(Cause::PictureBytes { most: MAX_PICTURE });
        }
        Ok(PictureShape { count, height, width, channels, planar, flat: self.shape.len() == 2 })
    }

    /// As labels: how many, if it is n or n×1 numbers.
    pub fn labels(&self) -> Option<u64> {
        match *self.shape.as_slice() {
            [n] | [n, 1] if (1..=MAX_ITEMS).contains(&n) => Some(n),
            _ => None,
        }
    }

    /// Bytes of content, held against what can come: before that, no memory is taken for it.
    pub fn announced(&self, content: &Content<'_>) -> Result<u64, Cause> {
        let size = self.element.size() as u64;
        let want = self.shape.iter().try_fold(size, |product, &length| product.checked_mul(length));
        let want = want.unwrap_or(u64::MAX);
        content.can_hold(self.length, want).map(|()| want)
    }
}

/// Height, width and channels of a row of `columns` values.
pub fn row_shape(columns: u64, hints: &Hints) -> Result<[u64; 3], Cause> {
    if let Some([height, width, channels]) = hints.shape {
        let stated = u64::from(height).checked_mul(width.into()).and_then(|area| area.checked_mul(channels.into()));
        return if stated == Some(columns) && matches!(channels, 1 | 3 | 4) {
            Ok([height.into(), width.into(), channels.into()])
        } else {
            Err(Cause::NotAsStated { columns, height, width, channels })
        };
    }
    let side = columns.isqrt();
    if side > 0 && side * side == columns { Ok([side, side, 1]) } else { Err(Cause::NotSquare { columns }) }
}

/// What is counted while arrays are read.
pub struct Watch<'a> {
    pub progress: &'a mut dyn Progress,
    pub done: u64,
    pub of: u64,
    told: u64,
}

impl<'a> Watch<'a> {
    pub fn new(progress: &'a mut dyn Progress, of: u64) -> Self {
        Self { progress, done: 0, of, told: 0 }
    }

    /// `more` bytes came. Tells every megabyte.
    pub fn add(&mut self, more: u64) -> Result<(), Cause> {
        self.done += more;
        if self.done - self.told < 1 << 20 {
            return Ok(());
        }
        self.told = self.done;
        let goes_on = self.progress.report(self.done.min(self.of), self.of).is_continue();
        if goes_on { Ok(()) } else { Err(Cause::Cancelled) }
    }
}

/// Hands the pictures of `content`, which stands behind its header, to `keeper`; one after another.
pub fn read_pictures(
    content: &mut Content<'_>,
    head: &ArrayHead,
    shape: PictureShape,
    keeper: &mut Keeper,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let want = head.announced(content)?;
    let size = head.element.size();
    let item = shape.values() * size;
    let mut bytes = vec![0; item];
    let mut ordered = Vec::new();
    let mut floats = Vec::new();
    for index in 0..shape.count {
        let got = content.fill(&mut bytes)?;
        if got < item {
            return Err(Cause::ContentCut { got: index * item as u64 + got as u64, want }.into());
        }
        watch.add(item as u64)?;
        if !keeper.wants_next() {
            keeper.pass();
            continue;
        }
        let pixels = if head.element.is_byte() && !shape.planar {
            Pixels::Bytes(&bytes)
        } else if head.element.is_byte() {
            ordered.resize(item, 0);
            for (at, &byte) in bytes.iter().enumerate() {
                if let Some(place) = ordered.get_mut(shape.place(at)) {
                    *place = byte;
                }
            }
            Pixels::Bytes(&ordered)
        } else {
            floats.resize(shape.values(), 0.0);
            for (at, word) in bytes.chunks_exact(size).enumerate() {
                if let Some(place) = floats.get_mut(shape.place(at)) {
                    *place = head.element.value(word) as f32;
                }
            }
            Pixels::Floats(&floats)
        };
        keeper.take(Picture { width: shape.width, height: shape.height, channels: shape.channels, pixels })?;
    }
    end(content, want)
}

/// The same where the first index varies fastest: the first values of all pictures come first, so those of the
/// pictures that will be kept are gathered, and then handed over.
pub fn read_pictures_fortran(
    content: &mut Content<'_>,
    head: &ArrayHead,
    shape: PictureShape,
    keeper: &mut Keeper,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let want = head.announced(content)?;
    let size = head.element.size();
    let first = keeper.facts().total;
    let kept: Vec<u64> = (0..shape.count).filter(|index| keeper.wants(first + index)).collect();
    let values = shape.values();
    let mut gathered: Vec<f32> = Vec::new();
    let total = kept.len().checked_mul(values).ok_or(Cause::OutOfMemory)?;
    gathered.try_reserve_exact(total).map_err(|_| Cause::OutOfMemory)?;
    gathered.resize(total, 0.0);
    let mut bytes = vec![0; CHUNK / size * size];
    for at in 0..values {
        let place = shape.place_fortran(at);
        let mut next = kept.iter().enumerate().peekable();
        let mut index = 0;
        while index < shape.count {
            let count = (shape.count - index).min((bytes.len() / size) as u64);
            let chunk = bytes.get_mut(..count as usize * size).unwrap_or_default();
            let got = content.fill(chunk)?;
            if got < chunk.len() {
                let before = (at as u64 * shape.count + index) * size as u64;
                return Err(Cause::ContentCut { got: before + got as u64, want }.into());
            }
            watch.add(got as u64)?;
            while let Some((slot, &picture)) = next.next_if(|(_, picture)| **picture < index + count) {
                let word = chunk.get((picture - index) as usize * size..).and_then(|rest| rest.get(..size));
                if let (Some(word), Some(value)) = (word, gathered.get_mut(slot * values + place)) {
                    *value = head.element.value(word) as f32;
                }
            }
            index += count;
        }
    }
    end(content, want)?;
    let mut pictures = gathered.chunks_exact(values.max(1));
    for index in 0..shape.count {
        if !keeper.wants(first + index) {
            keeper.pass();
            continue;
        }
        let Some(floats) = pictures.next() else { break };
        let small: Vec<u8> =
            if head.element.is_byte() { floats.iter().map(|&v| v as u8).collect() } else { Vec::new() };
        let pixels = if head.element.is_byte() { Pixels::Bytes(&small) } else { Pixels::Floats(floats) };
        keeper.take(Picture { width: shape.width, height: shape.height, channels: shape.channels, pixels })?;
    }
    Ok(())
}

impl PictureShape {
    /// Where the value at `at` belongs if the picture lies in the file with its first index fastest: columns, not rows.
    fn place_fortran(self, at: usize) -> usize {
        let (height, width) = (self.height.max(1), self.width.max(1));
        if self.flat {
            return at;
        }
        let (y, x, channel) = if self.planar {
            let at_pixel = at / self.channels.max(1);
            (at_pixel % height, at_pixel / height, at % self.channels.max(1))
        } else {
            (at % height, at / height % width, at / (height * width))
        };
        (y * width + x) * self.channels + channel
    }
}

/// Labels as whole numbers; None if they are not. `content` stands behind its header.
pub fn read_labels(content: &mut Content<'_>, head: &ArrayHead, count: u64) -> Result<Option<Vec<i64>>, Fault> {
    let mut labels = Vec::new();
    let mut whole = true;
    each_label(content, head, count, |label| {
        let value = head.element.value(label);
        whole &= value.fract() == 0.0 && value.abs() < 9e15;
        labels.push(value as i64);
    })?;
    Ok(whole.then_some(labels))
}

/// Labels that are words, after those that `words` has. `content` stands behind its header.
pub fn read_words(content: &mut Content<'_>, head: &ArrayHead, count: u64, words: &mut Words) -> Result<(), Fault> {
    each_label(content, head, count, |label| words.add(head.element.word_of(label).trim()))
}

/// Hands over the bytes of `count` labels one after another.
fn each_label(
    content: &mut Content<'_>,
    head: &ArrayHead,
    count: u64,
    mut take: impl FnMut(&[u8]),
) -> Result<(), Fault> {
    let want = head.announced(content)?;
    let size = head.element.size();
    let mut bytes = vec![0; CHUNK / size * size];
    let mut left = count;
    while left > 0 {
        let now = left.min((bytes.len() / size) as u64);
        let chunk = bytes.get_mut(..now as usize * size).unwrap_or_default();
        let got = content.fill(chunk)?;
        if got < chunk.len() {
            return Err(Cause::ContentCut { got: (count - left) * size as u64 + got as u64, want }.into());
        }
        chunk.chunks_exact(size).for_each(&mut take);
        left -= now;
    }
    end(content, want)
}

fn end(content: &mut Content<'_>, want: u64) -> Result<(), Fault> {
    if content.ends()? { Ok(()) } else { Err(Cause::Trailing { want }.into()) }
}
