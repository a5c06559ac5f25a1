//! Pictures and points as the page keeps them.

use std::ops::Deref;
use std::sync::Arc;

use crate::protocol::Area;
use crate::spec::Format;

/// Something large and immutable: cloning shares it, and equal means the same one.
#[derive(Debug)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The posteriors of labelled pictures; one entry a picture in each.
#[derive(Debug)]
pub struct Cloud {
    /// μ, in units of z.
    pub codes: Vec<[f32; 2]>,
    pub log_var: Vec<[f32; 2]>,
    pub labels: Vec<u8>,
}

impl Cloud {
    /// From the buffers of a snapshot: little-endian f32 pairs and a label each. Nothing if their lengths do not fit.
    pub fn from_bytes(codes: &[u8], log_var: &[u8], labels: &[u8]) -> Option<Self> {
        let (codes, log_var) = (pairs(codes), pairs(log_var));
        let whole = codes.len() == labels.len() && log_var.len() == labels.len();
        whole.then(|| Self { codes, log_var, labels: labels.to_vec() })
    }

    /// σ of a code.
    pub fn sigma(&self, index: usize) -> Option<[f32; 2]> {
        self.log_var.get(index).map(|v| v.map(|v| (v / 2.0).exp()))
    }
}

/// Little-endian f32.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// Little-endian f32, two and two.
pub fn pairs(bytes: &[u8]) -> Vec<[f32; 2]> {
    floats(bytes).chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// The decoded plane: pictures on a grid over `area`, row by row from the top left.
#[derive(Debug)]
pub struct Atlas {
    pub area: Area,
    pub columns: u32,
    pub rows: u32,
    /// Of each of its pictures.
    pub format: Format,
    /// One picture of `columns` by `rows` pictures, 8 bits a pixel and channel, planar; 255 is ink.
    pub pixels: Vec<u8>,
}

impl Atlas {
    /// Nothing if the picture has another size than the grid says.
    pub fn new(area: Area, columns: u32, rows: u32, pixels: Vec<u8>) -> Option<Self> {
        let count = (columns as usize).checked_mul(rows as usize)?;
        let format = format_of(&pixels, count)?;
        Some(Self { area, columns, rows, format, pixels })
    }

    pub fn width(&self) -> usize {
        self.columns as usize * self.format.side
    }

    pub fn height(&self) -> usize {
        self.rows as usize * self.format.side
    }

    /// The picture of the cell nearest to `z`: what there is to show before an engine can decode `z` itself.
    pub fn cell(&self, z: [f32; 2]) -> Vec<u8> {
        let (min, max) = (self.area.min, self.area.max);
        let index = |t: f32, n: u32| ((t * n as f32) as i64).clamp(0, i64::from(n) - 1) as usize;
        let column = index((z[0] - min[0]) / (max[0] - min[0]), self.columns);
        let row = index((max[1] - z[1]) / (max[1] - min[1]), self.rows);
        let Format { side, channels } = self.format;
        let line = |i: usize| {
            let plane = i / side * self.width() * self.height();
            let start = plane + (row * side + i % side) * self.width() + column * side;
            &self.pixels[start..start + side]
        };
        (0..side * channels).flat_map(line).copied().collect()
    }
}

/// The format of so many pictures; nothing for none, and where their bytes are none of that many.
pub fn format_of(pixels: &[u8], count: usize) -> Option<Format> {
    let each = pixels.len().checked_div(count)?;
    Format::of(each).filter(|_| pixels.len() == each * count)
}

/// A decoding and where it is from.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoding {
    /// One or more points.
    pub z: Vec<f32>,
    pub format: Format,
    /// A picture a point.
    pub pixels: Shared<Vec<u8>>,
}

impl Decoding {
    /// Nothing unless there is a picture for each point.
    pub fn new(z: Vec<f32>, pixels: Vec<u8>) -> Option<Self> {
        let format = format_of(&pixels, z.len() / 2)?;
        Some(Self { z, format, pixels: Shared::new(pixels) })
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.z.len() / 2
    }

    pub fn is_empty(&self) -> bool {
        self.z.is_empty()
    }

    pub fn picture(&self, index: usize) -> Option<&[u8]> {
        let each = self.format.bytes();
        self.pixels.get(index * each..(index + 1) * each)
    }

    /// The picture of one of its points.
    pub fn of(&self, z: [f32; 2]) -> Option<&[u8]> {
        self.picture(self.z.chunks_exact(2).position(|point| point == z)?)
    }
}

/// What the encoder made of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoding {
    /// The drawing, which may have gone on since.
    pub of: Shared<Vec<u8>>,
    pub mu: Vec<f32>,
    pub log_var: Vec<f32>,
    pub reconstruction: Shared<Vec<u8>>,
    /// −log p(x|z) at the mean, in nats without its constant, and that constant, by the model's likelihood.
    pub nats: Option<f32>,
    pub constant: f32,
}

/// The way down the loss of a painted picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// From where it started to where it ends.
    pub trail: Vec<[f32; 2]>,
    /// At each of them, in nats.
    pub loss: Vec<f32>,
    /// Where it ends.
    pub decoded: Shared<Vec<u8>>,
}

/// A number for each cell of a grid over `area`, row by row from the top left.
#[derive(Debug)]
pub struct Grid {
    pub area: Area,
    pub columns: u32,
    pub rows: u32,
    pub values: Vec<f32>,
}

/// A picture of the set whose codes are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Original {
    pub index: usize,
    pub pixels: Shared<Vec<u8>>,
}

/// Data as the encoder saw them, and their reconstructions, one after another.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstructed {
    pub format: Format,
    pub inputs: Shared<Vec<u8>>,
    pub outputs: Shared<Vec<u8>>,
}

impl Reconstructed {
    /// Nothing unless there are as many of both, and they are whole.
    pub fn new(format: Format, inputs: Vec<u8>, outputs: Vec<u8>) -> Option<Self> {
        let whole = inputs.len() == outputs.len() && inputs.len().is_multiple_of(format.bytes()) && !inputs.is_empty();
        whole.then(|| Self { format, inputs: Shared::new(inputs), outputs: Shared::new(outputs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{PIXELS, SIDE};

    #[test]
    fn a_cell_is_found_by_where_it_lies() {
        let area = Area { min: [-2.0, -1.0], max: [2.0, 1.0] };
        let mut pixels = vec![0; 2 * PIXELS];
        // Two cells side by side: the right one is ink on its diagonal.
        (0..SIDE).for_each(|i| pixels[i * 2 * SIDE + SIDE + i] = 255);
        let atlas = Atlas::new(area, 2, 1, pixels).expect("the sizes fit");
        assert!(atlas.cell([-0.1, 0.0]).iter().all(|&p| p == 0));
        let right = atlas.cell([0.1, 0.9]);
        assert!((0..SIDE).all(|i| right[i * SIDE + i] == 255) && right.iter().filter(|&&p| p > 0).count() == SIDE);
        assert_eq!(atlas.cell([99.0, -99.0]), right);
    }

    #[test]
    fn a_cell_in_colour_has_all_its_channels() {
        let area = Area { min: [-2.0, -1.0], max: [2.0, 1.0] };
        let format = Format { side: 32, channels: 3 };
        // Each channel is of one value to the left and of another to the right.
        let pixel = |i: usize| (10 * (1 + i / (2 * format.pixels())) + i % 64 / 32) as u8;
        let atlas = Atlas::new(area, 2, 1, (0..2 * format.bytes()).map(pixel).collect()).expect("the sizes fit");
        assert_eq!((atlas.format, atlas.width(), atlas.height()), (format, 64, 32));
        let right: Vec<u8> = [11, 21, 31].into_iter().flat_map(|value| [value; 32 * 32]).collect();
        assert_eq!(atlas.cell([1.0, 0.0]), right);
    }

    #[test]
    fn buffers_of_the_wrong_length_are_refused() {
        let area = Area { min: [-1.0, -1.0], max: [1.0, 1.0] };
        assert!(Atlas::new(area, 2, 2, vec![0; 4 * PIXELS - 1]).is_none());
        assert!(Atlas::new(area, 0, 2, vec![]).is_none());
        assert!(
            Cloud::from_bytes(&[0; 16], &[0; 16], &[1]).is_none() && Cloud::from_bytes(&[0; 8], &[], &[1]).is_none()
        );
        let pair = |a: f32, b: f32| [a.to_le_bytes(), b.to_le_bytes()].concat();
        let cloud = Cloud::from_bytes(&pair(1.5, -2.0), &pair(0.0, -2.0 * 2f32.ln()), &[7]).expect("one code");
        assert_eq!((cloud.codes[0], cloud.labels[0]), ([1.5, -2.0], 7));
        assert!(cloud.sigma(0).is_some_and(|s| s[0] == 1.0 && (s[1] - 0.5).abs() < 1e-6) && cloud.sigma(1).is_none());
    }
}
