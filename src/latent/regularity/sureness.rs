//! How sure a classifier is of what a decoder draws, over the whole of a frame: pictures that mean something look like
//! something (after the inception score's use of a classifier, Salimans et al. 2016, arXiv:1606.03498).

use super::frame::{Frame, cell_centre};
use crate::data::classifier::Classifier;
use crate::spec::PIXELS;

/// Cells along a side, and cells that are decoded at once.
const CELLS: usize = 64;
const BAND: usize = 512;

/// Filled from the top left, a band of cells at a time.
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

    /// The points to decode next, z₁ z₂ of each: the centres of the next cells; none once it is whole.
    pub fn wanted(&self) -> Vec<f32> {
        let (first, area) = (self.values.len(), self.frame.area());
        (first..(first + BAND).min(CELLS * CELLS)).flat_map(|cell| cell_centre(area, CELLS, CELLS, cell)).collect()
    }

    /// Takes in the decodings of the points that were wanted, `PIXELS` bytes each. Anything else is left out.
    pub fn put(&mut self, z: &[f32], pixels: &[u8], classifier: &Classifier) {
        if self.wanted() != z || pixels.len() != z.len() / 2 * PIXELS {
            return;
        }
        let mut picture = [0.0; PIXELS];
        for bytes in pixels.chunks_exact(PIXELS) {
            picture.iter_mut().zip(bytes).for_each(|(value, byte)| *value = f32::from(*byte) / 255.0);
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
    fn decoded(z: &[f32]) -> Vec<u8> {
        let picture = |z: &[f32]| {
            let mut picture = vec![0; PIXELS];
            picture[0] = if z[0] > 0.0 { 255 } else { 0 };
            picture
        };
        z.chunks_exact(2).flat_map(picture).collect()
    }

    #[test]
    fn a_plane_that_means_something_on_one_half_only() {
        let mut sureness = Sureness::new(Frame::diagonal([0.0, 1.0], [1.0, 2.0]));
        let mut bands = 0;
        assert_eq!((sureness.mean(), sureness.at([1.0, 1.0])), (None, None));
        assert_eq!(sureness.wanted()[1], 8.0 - 7.0 / 64.0, "from the top");
        while !sureness.is_whole() {
            let z = sureness.wanted();
            let pixels = decoded(&z);
            sureness.put(&[9.0; 2 * BAND], &pixels, &classifier());
            sureness.put(&z, &pixels[1..], &classifier());
            sureness.put(&z, &pixels, &classifier());
            bands += 1;
        }
        assert_eq!(bands, CELLS * CELLS / BAND, "what was not wanted is left out");
        assert!(sureness.wanted().is_empty());
        sureness.put(&[], &[], &classifier());
        let sure = sureness.at([0.1, 0.0]).expect("inside");
        assert!(sure > 0.999 && (sureness.at([-0.1, 5.0]).expect("inside") - 0.1).abs() < 1e-5);
        assert_eq!(sureness.at([4.0, 0.0]), None);
        // Half of the distribution at 1, half at a tenth.
        assert!((sureness.mean().expect("whole") - 0.55).abs() < 1e-3);
    }
}
