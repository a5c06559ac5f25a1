//! Data of either kind as the trainer takes them: pictures, or points of the plane.

use super::image_set::ImageSet;
use super::points::{self, PointSet};
use crate::spec::{Input, PIXELS};

/// Labelled data; a datum is `input().width()` numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Set {
    Pictures(ImageSet),
    Points(PointSet),
}

impl Set {
    pub fn input(&self) -> Input {
        match self {
            Self::Pictures(set) => Input::Picture(set.format()),
            Self::Points(_) => Input::Point,
        }
    }

    pub fn len(&self) -> usize {
        self.labels().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A class a datum.
    pub fn labels(&self) -> &[u8] {
        match self {
            Self::Pictures(set) => set.labels(),
            Self::Points(set) => set.labels(),
        }
    }

    /// Writes the data `indices` into `out`, one after another. What was in `out` is replaced and its memory kept. Panics
    /// on an index not below [`len`](Self::len).
    pub fn batch(&self, indices: &[usize], out: &mut Vec<f32>) {
        match self {
            Self::Pictures(set) => set.batch(indices, out),
            Self::Points(set) => set.batch(indices, out),
        }
    }

    /// Datum `i` as a picture of its input's format; nothing beyond the last.
    pub fn picture(&self, i: usize) -> Option<Vec<u8>> {
        (i < self.len()).then(|| match self {
            Self::Pictures(set) => set.image(i).to_vec(),
            Self::Points(set) => points::picture(set.points()[i]).to_vec(),
        })
    }
}

/// Data as pictures of the input's format: of pictures the pixels, of points a dot where they are. `values` are data one
/// after another.
pub fn pictures(input: Input, values: &[f32]) -> Vec<u8> {
    match input {
        Input::Picture(_) => values.iter().map(|value| (value * 255.0 + 0.5) as u8).collect(),
        Input::Point => {
            let mut out = Vec::with_capacity(values.len() / 2 * PIXELS);
            values.chunks_exact(2).for_each(|at| out.extend(points::picture([at[0], at[1]])));
            out
        }
    }
}
