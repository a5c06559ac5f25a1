//! Where readers put one picture after another: made small, looked at, and thinned out evenly when they become too
//! many, so that no set needs more memory than was allowed.

use super::collected::{Frame, Values};
use super::refusal::{Cause, Fault, Place};
use super::shrink::{Axis, resample};
use crate::data::brought::Facts;

/// A picture longer than so many times its other side is brought to the side by its length as well.
const MAX_ASPECT: f32 = 8.0;

/// What a frame itself takes, beside its values.
const FRAME: u64 = size_of::<Frame>() as u64;

/// A picture on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    pub width: usize,
    pub height: usize,
    /// 1 to 4; 2 and 4 end with the cover, 0..=255.
    pub channels: usize,
    pub pixels: Pixels<'a>,
}

/// Rows from the top, the channels of a pixel together.
#[derive(Clone, Copy, Debug)]
pub enum Pixels<'a> {
    Bytes(&'a [u8]),
    Floats(&'a [f32]),
}

/// See the module.
pub struct Keeper {
    pub values: Values,
    pub frames: Vec<Frame>,
    facts: Facts,
    side: usize,
    memory: u64,
    /// Of the pictures that come, every so-manieth is kept,
    stride: u64,
    /// and of those, where their number is known beforehand, this many of this many.
    share: (u64, u64),
}

impl Keeper {
    /// `side`: larger pictures are brought to it on their shorter side. `memory`: bytes at most.
    pub fn new(side: u32, memory: u64, type_range: (f32, f32)) -> Self {
        let facts = Facts {
            total: 0,
            smallest: [u32::MAX; 2],
            largest: [0; 2],
            range: [f32::INFINITY, f32::NEG_INFINITY],
            type_range: type_range.into(),
            colourful: false,
            transparent: false,
        };
        let values = Values::Bytes(Vec::new());
        Self { values, frames: Vec::new(), facts, side: side.max(1) as usize, memory, stride: 1, share: (1, 1) }
    }

    /// Says beforehand how many pictures of which size come, so that no more are taken in than can stay. `besides`:
    /// bytes that each will take elsewhere.
    pub fn expect(&mut self, count: u64, size: (usize, usize, usize), bytes_a_value: u64, besides: u64) {
        let (width, height) = self.kept_size(size.0, size.1);
        let each = (width * height * size.2) as u64 * bytes_a_value + FRAME + besides;
        self.share = ((self.memory / each).clamp(1, count.max(1)), count.max(1));
    }

    /// Whether the next picture will be kept; one that will not be need not be decoded, only passed over.
    pub fn wants_next(&self) -> bool {
        self.wants(self.facts.total)
    }

    /// Evenly: of n pictures that are numbered from 0, those are kept at which i·kept/n reaches a new whole number.
    pub fn wants(&self, index: u64) -> bool {
        let (kept, of) = self.share;
        let whole = |index: u64| u128::from(index) * u128::from(kept) / u128::from(of);
        index.is_multiple_of(self.stride) && (index == 0 || whole(index) > whole(index - 1))
    }

    /// The next picture is not looked at.
    pub fn pass(&mut self) {
        self.facts.total += 1;
    }

    /// Takes the next picture. Refused: a value that is no number.
    pub fn take(&mut self, picture: Picture<'_>) -> Result<(), Fault> {
        let index = self.facts.total;
        let finite = self.look_at(picture);
        self.facts.total += 1;
        if !finite {
            return Err(Fault { place: Place::Picture { number: index + 1 }, cause: Cause::NotFinite });
        }
        if matches!(picture.pixels, Pixels::Floats(_)) {
            self.widen()?;
        }
        if !self.wants(index) {
            return Ok(());
        }
        let (width, height) = self.kept_size(picture.width, picture.height);
        let smaller = (width, height) != (picture.width, picture.height);
        let made = smaller.then(|| {
            let axes = (Axis::whole(picture.width, width), Axis::whole(picture.height, height));
            match picture.pixels {
                Pixels::Bytes(bytes) => resample(bytes, picture.channels, axes.0, axes.1),
                Pixels::Floats(floats) => resample(floats, picture.channels, axes.0, axes.1),
            }
        });
        let start = match (&mut self.values, picture.pixels, made) {
            (Values::Bytes(values), Pixels::Bytes(bytes), None) => append(values, bytes.iter().copied())?,
            (Values::Bytes(values), _, Some(made)) => append(values, made.iter().map(|value| value.round() as u8))?,
            (Values::Floats(values), _, Some(made)) => append(values, made.into_iter())?,
            (Values::Floats(values), pixels, None) => append(values, pixels.floats().into_iter())?,
            // Values were widened above.
            (Values::Bytes(values), Pixels::Floats(floats), None) => append(values, floats.iter().map(|&v| v as u8))?,
        };
        // Sizes are below 2¹⁶ by the readers' limits, and numbers below 2³².
        let (width, height) = (width as u16, height as u16);
        self.frames.push(Frame { start, width, height, channels: picture.channels as u8, index: index as u32 });
        while self.taken() > self.memory && self.frames.len() > 1 {
            self.thin();
        }
        Ok(())
    }

    pub fn facts(&self) -> Facts {
        let mut facts = self.facts;
        if facts.range[0] > facts.range[1] {
            facts.range = [0.0; 2];
        }
        facts
    }

    fn kept_size(&self, width: usize, height: usize) -> (usize, usize) {
        let (short, long) = (width.min(height) as f32, width.max(height) as f32);
        let side = self.side as f32;
        let factor = (side / short).min(1.0).min(side * MAX_ASPECT / long);
        if factor >= 1.0 {
            return (width, height);
        }
        let scaled = |length: usize| ((length as f32 * factor).round() as usize).max(1);
        (scaled(width), scaled(height))
    }

    /// Notes what holds of the picture. Whether all its values are numbers.
    fn look_at(&mut self, picture: Picture<'_>) -> bool {
        let facts = &mut self.facts;
        let size = [picture.width as u32, picture.height as u32];
        let area = |size: [u32; 2]| u64::from(size[0]) * u64::from(size[1]);
        if area(size) < area(facts.smallest) {
            facts.smallest = size;
        }
        if area(size) > area(facts.largest) {
            facts.largest = size;
        }
        let (low, high, finite) = match picture.pixels {
            Pixels::Bytes(bytes) => {
                let (mut low, mut high) = (u8::MAX, 0);
                for pixel in bytes.chunks_exact(picture.channels.max(1)) {
                    let (colours, cover) = match pixel {
                        [colours @ .., cover] if matches!(picture.channels, 2 | 4) => (colours, *cover),
                        colours => (colours, u8::MAX),
                    };
                    facts.transparent |= cover < u8::MAX;
                    facts.colourful |= matches!(colours, [r, g, b] if r.abs_diff(*g).max(g.abs_diff(*b)) > 8);
                    for &colour in colours {
                        (low, high) = (low.min(colour), high.max(colour));
                    }
                }
                (f32::from(low), f32::from(high), true)
            }
            Pixels::Floats(floats) => {
                let opaque = facts.type_range[1];
                for pixel in floats.chunks_exact(picture.channels.max(1)) {
                    facts.colourful |= matches!(pixel, [r, g, b, ..] if r != g || g != b);
                    facts.transparent |= matches!(pixel, [.., cover] if pixel.len() == 4 && *cover < opaque);
                }
                let mut finite = true;
                let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
                for &value in floats {
                    finite &= value.is_finite();
                    (low, high) = (low.min(value), high.max(value));
                }
                (low, high, finite)
            }
        };
        if low <= high && finite {
            facts.range = [facts.range[0].min(low), facts.range[1].max(high)];
        }
        finite
    }

    /// Bytes that values and frames take.
    pub fn taken(&self) -> u64 {
        let values = match &self.values {
            Values::Bytes(bytes) => bytes.len() as u64,
            Values::Floats(floats) => 4 * floats.len() as u64,
        };
        values + FRAME * self.frames.len() as u64
    }

    /// A first fraction makes everything before it four times as large, which must have its room first.
    fn widen(&mut self) -> Result<(), Cause> {
        while matches!(self.values, Values::Bytes(_)) && 4 * self.taken() > self.memory && self.frames.len() > 1 {
            self.thin();
        }
        if let Values::Bytes(bytes) = &self.values {
            let mut floats = Vec::new();
            append(&mut floats, bytes.iter().map(|&byte| f32::from(byte)))?;
            self.values = Values::Floats(floats);
        }
        Ok(())
    }

    /// Keeps every other picture of those there, and of those to come.
    fn thin(&mut self) {
        self.stride = self.stride.saturating_mul(2);
        let (stride, values) = (self.stride, &mut self.values);
        let mut end = 0;
        self.frames.retain_mut(|frame| {
            let stays = u64::from(frame.index).is_multiple_of(stride);
            if stays {
                let range = frame.start..frame.start + frame.values();
                match values {
                    Values::Bytes(bytes) => bytes.copy_within(range, end),
                    Values::Floats(floats) => floats.copy_within(range, end),
                }
                frame.start = end;
                end += frame.values();
            }
            stays
        });
        match values {
            Values::Bytes(bytes) => bytes.truncate(end),
            Values::Floats(floats) => floats.truncate(end),
        }
    }
}

/// Appends and says where. A vector left to itself doubles; this one grows by a quarter, and failing is no end.
pub fn append<T>(values: &mut Vec<T>, new: impl ExactSizeIterator<Item = T>) -> Result<usize, Cause> {
    let (start, count) = (values.len(), new.len());
    if values.capacity() - start < count {
        values.try_reserve_exact(count.max(start / 4)).map_err(|_| Cause::OutOfMemory)?;
    }
    values.extend(new);
    Ok(start)
}

impl Pixels<'_> {
    fn floats(&self) -> Vec<f32> {
        match self {
            Self::Bytes(bytes) => bytes.iter().map(|&byte| byte.into()).collect(),
            Self::Floats(floats) => floats.to_vec(),
        }
    }
}
