//! How sure a classifier is of what a decoder draws, over the whole of a frame: pictures that mean something look like
//! something (after the inception score's use of a classifier, Salimans et al. 2016, arXiv:1606.03498).

use super::frame::{Frame, cell_centre};
use crate::data::classifier::Classifier;
use crate::protocol::Area;
use crate::spec::{PIXELS, SIDE};

/// Cells along a side, and rows of them that are decoded at once.
const CELLS: usize = 64;
const ROWS: usize = 8;

/// Filled from the top, a band of rows at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sureness {
    pub frame: Frame,
    /// The largest class probability of each cell's decoding, row by row from the top left.
    values: Vec<f32>,
}

impl Sureness {
    pub fn new(frame: Frame) -> Self {
        Self { frame, values: Vec::new() }
    }

    pub fn is_whole(&self) -> bool {
        self.values.len() >= CELLS * CELLS
    }

    /// What to decode next, as an area with columns and rows; nothing once it is whole.
    pub fn wanted(&self) -> Option<(Area, u32, u32)> {
        if self.is_whole() {
            return None;
        }
        let whole = self.frame.area();
        let from = self.values.len() / CELLS;
        let height = (whole.max[1] - whole.min[1]) / CELLS as f32;
        let edge = |row: usize| whole.max[1] - height * row as f32;
        let area = Area { min: [whole.min[0], edge(from + ROWS)], max: [whole.max[0], edge(from)] };
        Some((area, CELLS as u32, ROWS as u32))
    }

    /// Takes in the band that was wanted: one picture of its decodings side by side, 8 bits a pixel. Anything else is left
    /// out.
    pub fn put(&mut self, area: Area, pixels: &[u8], classifier: &Classifier) {
        if self.wanted().is_none_or(|(wanted, ..)| wanted != area) || pixels.len() != CELLS * ROWS * PIXELS {
            return;
        }
        let width = CELLS * SIDE;
        let mut picture = [0.0; PIXELS];
        for cell in 0..CELLS * ROWS {
            let corner = (cell / CELLS) * SIDE * width + (cell % CELLS) * SIDE;
            for (y, line) in picture.chunks_exact_mut(SIDE).enumerate() {
                let from = &pixels[corner + y * width..][..SIDE];
                line.iter_mut().zip(from).for_each(|(value, byte)| *value = f32::from(*byte) / 255.0);
            }
            self.values.push(classifier.confidence(&picture));
        }
    }

    /// The mean over the frame's distribution, by quadrature; nothing until it is whole.
    pub fn mean(&self) -> Option<f32> {
        let mass = self.frame.mass(CELLS, CELLS);
        let sum: f64 = self.values.iter().zip(&mass).map(|(value, mass)| f64::from(*value) * mass).sum();
        self.is_whole().then_some(sum as f32)
    }

    /// Of the cell that a point lies in; nothing outside of the frame's area, or until it is whole.
    pub fn at(&self, z: [f32; 2]) -> Option<f32> {
        let area = self.frame.area();
        let share = |axis: usize| (z[axis] - area.min[axis]) / (area.max[axis] - area.min[axis]);
        let (x, y) = (share(0), 1.0 - share(1));
        let inside = self.is_whole() && (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
        let index = |share: f32| ((share * CELLS as f32) as usize).min(CELLS - 1);
        inside.then(|| self.values[index(y) * CELLS + index(x)])
    }

    /// A cell's centre, in units of z.
    pub fn centre(&self, cell: usize) -> [f32; 2] {
        cell_centre(self.frame.area(), CELLS, CELLS, cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::CLASSES;

    /// Sure of a bright first pixel, of nothing else.
    fn classifier() -> Classifier {
        let mut weight = vec![0.0; CLASSES * PIXELS];
        weight[0] = 20.0;
        Classifier::new(weight, vec![0.0; CLASSES]).expect("the right size")
    }

    /// Decodings whose first pixel is bright to the right of z₁ = 0 alone.
    fn band(columns: u32, rows: u32) -> Vec<u8> {
        let width = columns as usize * SIDE;
        let mut pixels = vec![0; width * rows as usize * SIDE];
        for row in 0..rows as usize {
            (columns as usize / 2..columns as usize)
                .for_each(|column| pixels[row * SIDE * width + column * SIDE] = 255);
        }
        pixels
    }

    #[test]
    fn a_plane_that_means_something_on_one_half_only() {
        let mut sureness = Sureness::new(Frame { centre: [0.0, 1.0], scale: [1.0, 2.0] });
        let mut bands = 0;
        assert_eq!((sureness.mean(), sureness.at([1.0, 1.0])), (None, None));
        while let Some((area, columns, rows)) = sureness.wanted() {
            let pixels = band(columns, rows);
            sureness.put(Area { min: [9.0; 2], max: [10.0; 2] }, &pixels, &classifier());
            sureness.put(area, &pixels[1..], &classifier());
            sureness.put(area, &pixels, &classifier());
            bands += 1;
        }
        assert_eq!(bands, CELLS / ROWS, "what was not wanted is left out");
        let sure = sureness.at([0.1, 0.0]).expect("inside");
        assert!(sure > 0.999 && (sureness.at([-0.1, 5.0]).expect("inside") - 0.1).abs() < 1e-5);
        assert_eq!(sureness.at([4.0, 0.0]), None);
        // Half of the distribution at 1, half at a tenth.
        assert!((sureness.mean().expect("whole") - 0.55).abs() < 1e-3);
        assert_eq!(sureness.centre(0)[1], 8.0 - 7.0 / 64.0);
    }
}
