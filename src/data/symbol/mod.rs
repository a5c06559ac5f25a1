//! A class of one's own: a few drawings, varied to as many pictures as another class has, and mixed with the data that a
//! model was trained on.

pub mod vary;

use super::held_out::{self, HELD_OUT};
use super::image_set::{ImageSet, digit_names};
use super::own::{Own, OwnError};
use super::{digits, shapes};
use crate::rng::Rng;
use crate::spec::symbol::{FEWEST, HELD_OUT_OF, MOST_MIXED};
use crate::spec::{Format, MOST_CLASSES, PIXELS};
use vary::Variation;

/// The streams that the drawings are varied by: to train on, and held out.
const STREAMS: [u32; 2] = [0x5359_4D54, 0x5359_4D48];

/// What the drawings are mixed with: the data of the run that made the model, or what stands in for them.
#[derive(Clone, Copy, Debug)]
pub enum Base<'a> {
    Digits {
        seed: u32,
        count: usize,
    },
    Shapes {
        seed: u32,
        count: usize,
    },
    /// A visitor's own pictures.
    Own(&'a Own),
}

/// Why there is no such class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MixError {
    #[error("{FEWEST} drawings are the least")]
    TooFew,
    #[error("{MOST_CLASSES} classes are the most")]
    TooManyClasses,
    #[error("the data or a drawing are not grey pictures of 28×28 pixels")]
    Format,
    #[error(transparent)]
    Own(#[from] OwnError),
}

/// The data on their way: they are made a few at a time, so that whoever makes them can do something else in between.
pub struct Mixing {
    train: Part,
    test: Part,
    names: Vec<String>,
}

/// One of the two parts: what is there already, what is still made of the base, and what of the drawings.
struct Part {
    source: Source,
    /// Pictures of the base, and of the symbol.
    base: usize,
    symbol: usize,
    drawings: Vec<Vec<u8>>,
    stream: u32,
    class: u8,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

enum Source {
    Digits(u32),
    Shapes(Vec<shapes::Factors>),
    /// They are here already.
    None,
}

impl Mixing {
    /// `drawings`: 28×28 pixels of grey, 255 is ink; their class comes after the others.
    ///
    /// # Errors
    /// What [`MixError`] lists.
    pub fn new(base: Base<'_>, drawings: &[Vec<u8>], name: &str) -> Result<Self, MixError> {
        if drawings.len() < FEWEST {
            return Err(MixError::TooFew);
        }
        let mut names = base.names();
        if names.len() >= MOST_CLASSES {
            return Err(MixError::TooManyClasses);
        }
        if base.format() != Format::GREY_28 || drawings.iter().any(|drawing| drawing.len() != PIXELS) {
            return Err(MixError::Format);
        }
        let class = names.len() as u8;
        names.push(name.to_owned());
        let (to_train, held_out) = split(drawings);
        let [train, test] = base.parts();
        Ok(Self { train: train.with(to_train, STREAMS[0], class), test: test.with(held_out, STREAMS[1], class), names })
    }

    /// Makes up to so many pictures more; true when all are made.
    pub fn advance(&mut self, pictures: usize) -> bool {
        let made = self.train.advance(pictures);
        self.test.advance(pictures - made);
        self.train.is_whole() && self.test.is_whole()
    }

    /// The data, with what is not made yet.
    ///
    /// # Errors
    /// What makes no set; there is nothing of which that is known.
    pub fn finish(mut self) -> Result<Own, MixError> {
        while !self.advance(usize::MAX) {}
        let set = |part: Part| ImageSet::new(part.pixels, part.labels, self.names.clone()).map_err(OwnError::from);
        Ok(Own::new(set(self.train)?, set(self.test)?)?)
    }
}

impl Base<'_> {
    /// The classes as they are called.
    pub fn names(self) -> Vec<String> {
        match self {
            Self::Digits { .. } => digit_names(),
            Self::Shapes { .. } => shapes::shape_names(),
            Self::Own(own) => own.names().to_vec(),
        }
    }

    fn format(self) -> Format {
        match self {
            Self::Digits { .. } | Self::Shapes { .. } => Format::GREY_28,
            Self::Own(own) => own.train().format(),
        }
    }

    /// To train on, and held out.
    fn parts(self) -> [Part; 2] {
        match self {
            Self::Digits { seed, count } => [(seed, count.min(MOST_MIXED)), (held_out::seed(seed), HELD_OUT)]
                .map(|(seed, count)| Part::of(Source::Digits(seed), count, digits_classes())),
            Self::Shapes { seed, count } => [(seed, count.min(MOST_MIXED)), (held_out::seed(seed), HELD_OUT)]
                .map(|(seed, count)| Part::of(Source::Shapes(shapes::factors(seed, count)), count, shapes::KINDS)),
            Self::Own(own) => {
                [(own.train(), MOST_MIXED), (own.test(), HELD_OUT)].map(|(set, most)| Part::given(set, most))
            }
        }
    }
}

/// Of the drawings, those to train on and those that are held out: every so many-th.
pub fn split(drawings: &[Vec<u8>]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let held_out = held_out_of(drawings.len());
    // Spread over all of them: whoever drew the last ones is not held out alone.
    let chosen = |i: usize| (i + 1) * held_out / drawings.len() > i * held_out / drawings.len();
    let part =
        |wanted: bool| (0..drawings.len()).filter(|i| chosen(*i) == wanted).map(|i| drawings[i].clone()).collect();
    (part(false), part(true))
}

/// How many of so many drawings are held out.
pub fn held_out_of(drawings: usize) -> usize {
    (drawings / HELD_OUT_OF).max(1)
}

fn digits_classes() -> usize {
    digit_names().len()
}

impl Part {
    /// `count` pictures of a generator of so many classes.
    fn of(source: Source, count: usize, classes: usize) -> Self {
        Self::new(source, count, count.div_ceil(classes.max(1)), Vec::new(), Vec::new())
    }

    /// Pictures that are there: of more than so many, as many of them evenly.
    fn given(set: &ImageSet, most: usize) -> Self {
        let count = set.len().min(most);
        let (mut pixels, mut labels) = (Vec::with_capacity(count * PIXELS), Vec::with_capacity(count));
        for i in (0..count).map(|i| i * set.len() / count) {
            pixels.extend_from_slice(set.image(i));
            labels.push(set.labels()[i]);
        }
        let mut seen = [false; 256];
        labels.iter().for_each(|&label| seen[usize::from(label)] = true);
        let classes = seen.into_iter().filter(|seen| *seen).count();
        Self::new(Source::None, count, count.div_ceil(classes.max(1)), pixels, labels)
    }

    fn new(source: Source, base: usize, symbol: usize, pixels: Vec<u8>, labels: Vec<u8>) -> Self {
        Self { source, base, symbol, drawings: Vec::new(), stream: 0, class: 0, pixels, labels }
    }

    fn with(self, drawings: Vec<Vec<u8>>, stream: u32, class: u8) -> Self {
        // Each drawing counts, whatever the others are.
        Self { symbol: self.symbol.max(drawings.len()), drawings, stream, class, ..self }
    }

    fn is_whole(&self) -> bool {
        self.labels.len() >= self.base + self.symbol
    }

    /// Makes up to so many pictures more; how many it made.
    fn advance(&mut self, pictures: usize) -> usize {
        let here = self.labels.len();
        let end = here.saturating_add(pictures).min(self.base + self.symbol);
        (here..end).for_each(|index| self.make(index));
        end - here
    }

    fn make(&mut self, index: usize) {
        let nth = index.saturating_sub(self.base);
        match &self.source {
            Source::Digits(seed) if index < self.base => {
                let (picture, factors) = digits::digit(*seed, index as u32);
                self.pixels.extend(picture);
                self.labels.push(factors.class);
            }
            Source::Shapes(factors) if index < self.base => {
                self.pixels.extend(shapes::draw(&factors[index]));
                self.labels.push(factors[index].kind);
            }
            Source::Digits(_) | Source::Shapes(_) | Source::None => {
                let variation = Variation::draw(&mut Rng::stream(self.stream, nth as u32));
                self.pixels.extend(variation.of(&self.drawings[nth % self.drawings.len()]));
                self.labels.push(self.class);
            }
        }
    }
}

#[cfg(test)]
mod tests;
