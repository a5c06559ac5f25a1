//! A set of labelled pictures in one of the formats, written as its pictures come: what is packed in between keeps no one
//! waiting at the end.

use super::idx::Idx;
use super::npz::Npz;
use super::zip::{Packed, Zip};
use super::{WriteError, names, png, same};
use crate::spec::Format as Picture;

/// What the pictures become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An archive of PNGs, in a folder for each class.
    Pngs,
    /// numpy's, with the points that the pictures were decoded from.
    Npz,
    /// The two files that MNIST's training pictures are, in an archive.
    Idx,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Pngs, Self::Npz, Self::Idx];

    /// Its name in a list of choices, and what a file's name ends with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pngs => "png",
            Self::Npz => "npz",
            Self::Idx => "idx",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Pngs | Self::Idx => "zip",
            Self::Npz => "npz",
        }
    }
}

/// A file in the making.
pub struct SetWriter {
    picture: Picture,
    count: usize,
    latent: usize,
    written: usize,
    /// Of the classes; none where nobody said them.
    names: Vec<String>,
    parts: Parts,
}

enum Parts {
    Pngs { zip: Box<Zip>, digits: usize, of_class: Box<[usize; 256]>, folders: Vec<String> },
    Npz(Box<Npz>),
    Idx(Box<Idx>),
}

impl SetWriter {
    /// For `count` pictures of this kind, of points of a space of `latent` dimensions.
    pub fn new(format: Format, picture: Picture, count: usize, latent: usize) -> Result<Self, WriteError> {
        let parts = match format {
            // In the order of their names as in that of their numbers.
            Format::Pngs => Parts::Pngs {
                zip: Box::default(),
                digits: count.to_string().len().max(4),
                of_class: Box::new([0; 256]),
                folders: Vec::new(),
            },
            Format::Npz => Parts::Npz(Box::new(Npz::new(picture, count, latent)?)),
            Format::Idx => Parts::Idx(Box::new(Idx::new(picture, count)?)),
        };
        Ok(Self { picture, count, latent, written: 0, names: Vec::new(), parts })
    }

    /// What the classes are called, in the order of the labels: said before the first picture.
    pub fn named(mut self, names: Vec<String>) -> Self {
        if let Parts::Pngs { folders, .. } = &mut self.parts {
            *folders = names::folders(&names);
        }
        self.names = names;
        self
    }

    /// The next pictures, 255 is ink; a label each; and their points, `latent` numbers each.
    pub fn add(&mut self, pixels: &[u8], labels: &[u8], z: &[f32]) -> Result<(), WriteError> {
        same("pixels", pixels.len(), labels.len().saturating_mul(self.picture.bytes()))?;
        same("coordinates", z.len(), labels.len().saturating_mul(self.latent))?;
        let written = self.written + labels.len();
        if written > self.count {
            return Err(WriteError::Count { what: "pictures", got: written, want: self.count });
        }
        match &mut self.parts {
            Parts::Pngs { zip, digits, of_class, folders } => {
                for (picture, &class) in pixels.chunks_exact(self.picture.bytes()).zip(labels) {
                    let number = &mut of_class[usize::from(class)];
                    *number += 1;
                    let folder = folders.get(usize::from(class)).cloned().unwrap_or_else(|| class.to_string());
                    zip.add(
                        &format!("{folder}/{number:0digits$}.png"),
                        &Packed::stored(png::file(picture, self.picture)?),
                    )?;
                }
            }
            Parts::Npz(npz) => npz.add(pixels, labels, z)?,
            Parts::Idx(idx) => idx.add(pixels, labels)?,
        }
        self.written = written;
        Ok(())
    }

    /// The file, once all of its pictures are there.
    pub fn finish(self) -> Result<Vec<u8>, WriteError> {
        same("pictures", self.written, self.count)?;
        match self.parts {
            Parts::Pngs { zip, .. } => zip.finish(),
            Parts::Npz(npz) => npz.finish(&self.names),
            Parts::Idx(idx) => idx.finish(&self.names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PIXELS;

    #[test]
    fn pictures_are_counted() {
        for format in Format::ALL {
            let new = || SetWriter::new(format, Picture::GREY_28, 2, 2).expect("a file");
            assert!(matches!(new().finish(), Err(WriteError::Count { got: 0, want: 2, .. })));
            let mut set = new();
            assert!(set.add(&[0; PIXELS], &[1, 1], &[0.0; 4]).is_err() && set.add(&[0; PIXELS], &[1], &[0.0]).is_err());
            set.add(&[0; 2 * PIXELS], &[1, 1], &[0.0; 4]).expect("two pictures");
            assert!(set.add(&[0; PIXELS], &[1], &[0.0; 2]).is_err());
            let again = |pieces: usize| {
                let mut set = new();
                for _ in 0..pieces {
                    let n = 2 / pieces;
                    set.add(&vec![0; n * PIXELS], &vec![1; n], &vec![0.0; n * 2]).expect("pictures");
                }
                set.finish().expect("a file")
            };
            assert_eq!(set.finish().expect("a file"), again(2), "however they come, it is the same file");
        }
    }
}
