//! What a picture is made of.

use serde::{Deserialize, Serialize};

/// A square picture: pixels a side, and channels: one of grey, or red, green and blue.
///
/// Its bytes are planar, channel after channel, rows from the top, as PyTorch has pictures: [channels, side, side].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Format {
    pub side: usize,
    pub channels: usize,
}

impl Format {
    /// What the page itself makes, and MNIST: 28×28, grey.
    pub const GREY_28: Self = Self { side: 28, channels: 1 };

    /// What models are made for: two convolutions of stride 2 want sides that are multiples of four.
    pub const SIDES: [usize; 4] = [28, 32, 48, 64];
    pub const CHANNELS: [usize; 2] = [1, 3];

    pub fn all() -> impl Iterator<Item = Self> {
        Self::SIDES.into_iter().flat_map(|side| Self::CHANNELS.map(|channels| Self { side, channels }))
    }

    /// Whether there are models for it.
    pub fn is_known(self) -> bool {
        Self::all().any(|known| known == self)
    }

    /// The one of which a picture has so many bytes: no two have as many.
    pub fn of(bytes: usize) -> Option<Self> {
        Self::all().find(|known| known.bytes() == bytes)
    }

    /// Of one channel.
    pub fn pixels(self) -> usize {
        self.side.saturating_mul(self.side)
    }

    /// Bytes of a picture, and numbers that a model is given.
    pub fn bytes(self) -> usize {
        self.pixels().saturating_mul(self.channels)
    }

    pub fn is_colour(self) -> bool {
        self.channels == 3
    }

    /// Planar pictures, one after another, with the channels of each pixel together, as files and screens have them.
    pub fn interleaved(self, planar: &[u8]) -> Vec<u8> {
        if self.channels == 1 {
            return planar.to_vec();
        }
        let pixels = self.pixels();
        let of = |picture: &'_ [u8]| -> Vec<u8> {
            (0..self.bytes()).map(|i| picture[i % self.channels * pixels + i / self.channels]).collect()
        };
        planar.chunks_exact(self.bytes()).flat_map(of).collect()
    }

    /// The way back.
    pub fn planar(self, interleaved: &[u8]) -> Vec<u8> {
        if self.channels == 1 {
            return interleaved.to_vec();
        }
        let pixels = self.pixels();
        let of = |picture: &'_ [u8]| -> Vec<u8> {
            (0..self.bytes()).map(|i| picture[i % pixels * self.channels + i / pixels]).collect()
        };
        interleaved.chunks_exact(self.bytes()).flat_map(of).collect()
    }
}

impl Default for Format {
    fn default() -> Self {
        Self::GREY_28
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_together_and_apart_again() {
        let format = Format { side: 28, channels: 3 };
        let planar: Vec<u8> = (0..2 * format.bytes()).map(|i| (i % 251) as u8).collect();
        let together = format.interleaved(&planar);
        let last = format.bytes();
        assert_eq!(together[..3], [planar[0], planar[784], planar[2 * 784]]);
        assert_eq!(together[last + 3..last + 6], [1, 785, 1569].map(|i| planar[last + i]));
        assert_eq!(format.planar(&together), planar);
        assert_eq!(Format::GREY_28.planar(&planar), planar);
    }

    #[test]
    fn a_format_is_told_by_its_bytes_alone() {
        for known in Format::all() {
            assert_eq!(Format::of(known.bytes()), Some(known));
            assert!(known.is_known() && known.side.is_multiple_of(4));
        }
        assert_eq!((Format::of(0), Format::of(783), Format::of(785)), (None, None, None));
        assert!(!Format { side: 30, channels: 1 }.is_known() && !Format { side: 28, channels: 2 }.is_known());
    }
}
