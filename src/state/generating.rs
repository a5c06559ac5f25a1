//! Pictures on their way into a file: which of them are decoded, and which to ask for next.

use super::pictures::Decoding;
use crate::data::write::WriteError;
use crate::data::write::set::{Format, SetWriter};
use crate::latent::slice::Slice;
use crate::spec::Format as Picture;

/// The most that are asked for at once: what is on show never waits for many.
pub const MOST_AT_ONCE: usize = 512;

pub struct Generating {
    points: Vec<[f32; 2]>,
    labels: Vec<u8>,
    slice: Slice,
    latent: usize,
    done: usize,
    writer: SetWriter,
}

/// What an answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// To a question of before.
    Foreign,
    More,
    /// The last that was missing.
    Last,
}

impl Generating {
    /// A label for each of the points, which lie on a slice of a space of `latent` dimensions. The file has them as points of
    /// that space, for whoever decodes them again with the model.
    pub fn new(
        format: Format,
        picture: Picture,
        points: Vec<[f32; 2]>,
        labels: Vec<u8>,
        slice: Slice,
        latent: usize,
    ) -> Result<Self, WriteError> {
        let writer = SetWriter::new(format, picture, points.len(), latent)?;
        Ok(Self { points, labels, slice, latent, done: 0, writer })
    }

    /// What the classes are called, in the order of the labels.
    pub fn named(self, names: Vec<String>) -> Self {
        Self { writer: self.writer.named(names), ..self }
    }

    pub fn done(&self) -> usize {
        self.done
    }

    pub fn total(&self) -> usize {
        self.points.len()
    }

    /// The next points to decode, no more than `most`.
    pub fn next(&self, most: usize) -> &[[f32; 2]] {
        let rest = &self.points[self.done..];
        &rest[..rest.len().min(most.clamp(1, MOST_AT_ONCE))]
    }

    /// Pictures that were decoded.
    pub fn take(&mut self, decoding: &Decoding) -> Result<Taken, WriteError> {
        let count = decoding.z.len() / 2;
        let range = self.done..self.done.saturating_add(count);
        let Some(points) = self.points.get(range.clone()).filter(|points| points.as_flattened() == decoding.z) else {
            return Ok(Taken::Foreign);
        };
        if points.is_empty() {
            return Ok(Taken::Foreign);
        }
        let labels = self.labels.get(range).unwrap_or_default();
        self.writer.add(&decoding.pixels, labels, &self.slice.lift(&decoding.z, self.latent))?;
        self.done += count;
        Ok(if self.done == self.points.len() { Taken::Last } else { Taken::More })
    }

    /// The file, once all of its pictures are there.
    pub fn finish(self) -> Result<Vec<u8>, WriteError> {
        self.writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PIXELS;
    use crate::state::pictures::Shared;

    fn decoding(points: &[[f32; 2]]) -> Decoding {
        let pixels = Shared::new(vec![9; points.len() * PIXELS]);
        Decoding { z: points.concat(), format: Picture::GREY_28, pixels }
    }

    #[test]
    fn bands_follow_each_other_and_strangers_are_not_taken() {
        let points: Vec<[f32; 2]> = (0..600).map(|i| [i as f32, 0.5]).collect();
        let labels = vec![4; 600];
        let slice = Slice { axes: [2, 0] };
        let mut generating =
            Generating::new(Format::Npz, Picture::GREY_28, points.clone(), labels, slice, 3).expect("a file");
        let first = generating.next(usize::MAX).to_vec();
        assert_eq!((first.len(), generating.next(0).len()), (512, 1));
        assert_eq!(generating.take(&decoding(&[[7.0, 7.0]])).ok(), Some(Taken::Foreign));
        assert_eq!(generating.take(&decoding(&[])).ok(), Some(Taken::Foreign));
        assert_eq!(generating.take(&decoding(&first)).ok(), Some(Taken::More));
        // The same once more is of before.
        assert_eq!(generating.take(&decoding(&first)).ok(), Some(Taken::Foreign));
        let rest = generating.next(512).to_vec();
        assert_eq!((generating.done(), generating.total(), rest.as_slice()), (512, 600, &points[512..]));
        assert_eq!(generating.take(&decoding(&rest)).ok(), Some(Taken::Last));
        assert_eq!(generating.take(&decoding(&[])).ok(), Some(Taken::Foreign));
        // As the space has them: z₁ on the third axis, z₂ on the first.
        let mut direct = SetWriter::new(Format::Npz, Picture::GREY_28, 600, 3).expect("a file");
        let z: Vec<f32> = points.iter().flat_map(|z| [z[1], 0.0, z[0]]).collect();
        direct.add(&vec![9; 600 * PIXELS], &[4; 600], &z).expect("pictures");
        assert_eq!(generating.finish().expect("a file"), direct.finish().expect("a file"));
    }
}
