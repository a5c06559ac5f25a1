//! What a decoder does over the whole of a frame, on a grid: in each cell its pull-back metric (Arvanitidis et al. 2018,
//! arXiv:1710.11379), and where its decoding is encoded again.

use super::frame::{Frame, cell_centre};

/// A share of σ over which slopes are differences. A power of two, so that z ± it is exact near the prior; wide enough that
/// 32-bit logits of some tens keep three digits of their difference, narrow beside any feature that a visitor can see.
const STEP: f32 = 1.0 / 256.0;

/// Codes that are spread by less than this share of what is sampled from have collapsed: steps of their σ would be lost in
/// rounding.
const COLLAPSED: f32 = 1e-3;

/// Numbers that a cell's metric has: G₁₁ G₁₂ G₂₂ of pixels, then F₁₁ F₁₂ F₂₂ of the likelihood.
pub const METRIC: usize = 6;

/// What a length in the plane is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// G = JᵀJ/n, J the decoder's derivative and n the values of a datum: ds is the root mean square change of a value, of
    /// pixels from 0 (no ink) to 1. So a picture of more pixels or colours is not steeper for that.
    Pixels,
    /// The Fisher information of the likelihood p(x|z), pulled back: ds² = 2·KL(p(x|z) ‖ p(x|z + dz)) to second order, so
    /// that a short way of length s is ½s² nats. See [`nats`].
    Fisher,
}

/// What a slope is counted per.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    /// Of z.
    Z,
    /// One σ of what is sampled from, in whichever direction.
    Frame,
    /// One σ of the codes. A plain autoencoder may lay its codes over tens of units of z, or over hundredths; per unit of z
    /// its decoder then looks gradual, or torn, although two codes are as far apart as anywhere else.
    Codes,
}

/// KL of a short way of length `s` in [`Metric::Fisher`], in nats.
pub fn nats(s: f32) -> f32 {
    0.5 * s * s
}

/// Filled band by band as an engine answers. Numbers that are not finite are kept as they are: such cells count as bad.
#[derive(Clone, Debug)]
pub struct Survey {
    pub frame: Frame,
    /// The normal distribution with the codes' mean and covariance; the frame where it is not known.
    pub codes: Frame,
    pub columns: usize,
    pub rows: usize,
    /// At each cell's centre, per unit of z, see [`METRIC`]; row by row from the top left.
    pub metric: Vec<[f32; METRIC]>,
    /// Where the decoding of each cell's centre is encoded, in units of z.
    pub back: Vec<[f32; 2]>,
    known: Vec<bool>,
}

impl Survey {
    /// A grid over the frame's area, of at least one cell, of which nothing is known yet.
    pub fn new(frame: Frame, columns: usize, rows: usize) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        let cells = columns * rows;
        let (metric, back) = (vec![[f32::NAN; METRIC]; cells], vec![[f32::NAN; 2]; cells]);
        Self { frame, codes: frame, columns, rows, metric, back, known: vec![false; cells] }
    }

    /// The same of a model whose codes lie so.
    pub fn with_codes(self, codes: Option<Frame>) -> Self {
        Self { codes: codes.unwrap_or(self.frame), ..self }
    }

    /// Half of the way over which slopes are differences, along each axis in units of z: a share of the codes' σ, so that
    /// it means the same whatever the scale of z; where the codes have collapsed, of the frame's.
    pub fn step(&self) -> [f32; 2] {
        [0, 1].map(|axis| STEP * self.codes.scale[axis].max(COLLAPSED * self.frame.scale[axis]))
    }

    /// Takes in the cells from `first` on: `metric` is [n, 6] and `back` [n, 2]. What goes beyond the last cell, or is cut
    /// short, is left out.
    pub fn put(&mut self, first: usize, metric: &[f32], back: &[f32]) {
        let answers = metric.as_chunks::<METRIC>().0.iter().zip(back.as_chunks::<2>().0);
        for (cell, (metric, back)) in (first..self.cells()).zip(answers) {
            (self.metric[cell], self.back[cell], self.known[cell]) = (*metric, *back, true);
        }
    }

    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// How many cells are known.
    pub fn done(&self) -> usize {
        self.known.iter().filter(|known| **known).count()
    }

    pub fn is_whole(&self) -> bool {
        self.known.iter().all(|known| *known)
    }

    /// How many of the known cells have a number that is not finite.
    pub fn flawed(&self) -> usize {
        let finite = |cell: usize| self.metric[cell].iter().chain(&self.back[cell]).all(|x| x.is_finite());
        (0..self.cells()).filter(|&cell| self.known[cell] && !finite(cell)).count()
    }

    /// The share of the frame's distribution in each cell; adds up to 1.
    pub fn mass(&self) -> Vec<f64> {
        self.frame.mass(self.columns, self.rows)
    }

    pub fn centre(&self, cell: usize) -> [f32; 2] {
        cell_centre(self.frame.area(), self.columns, self.rows, cell)
    }

    /// The cell that a point lies in; none outside of the frame's area.
    pub fn cell_at(&self, z: [f32; 2]) -> Option<usize> {
        let [x, y] = self.grid(z)?;
        let index = |at: f64, count: usize| ((at + 0.5) as usize).min(count - 1);
        Some(index(y, self.rows) * self.columns + index(x, self.columns))
    }

    /// A point as column and row, counted from the centre of the first cell at the top left: from −½ to columns − ½ and
    /// rows − ½. None outside of the frame's area.
    pub fn grid(&self, z: [f32; 2]) -> Option<[f64; 2]> {
        let area = self.frame.area();
        let share = |axis: usize| {
            let (low, high) = (f64::from(area.min[axis]), f64::from(area.max[axis]));
            (f64::from(z[axis]) - low) / (high - low)
        };
        let (x, y) = (share(0), 1.0 - share(1));
        let inside = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
        inside.then_some([x * self.columns as f64 - 0.5, y * self.rows as f64 - 0.5])
    }

    /// The point of the plane at a column and row.
    pub fn plane(&self, [x, y]: [f64; 2]) -> [f32; 2] {
        let area = self.frame.area();
        let [low, high] = [area.min, area.max].map(|corner| corner.map(f64::from));
        let (x, y) = ((x + 0.5) / self.columns as f64, (y + 0.5) / self.rows as f64);
        [(low[0] + (high[0] - low[0]) * x) as f32, (high[1] - (high[1] - low[1]) * y) as f32]
    }

    /// Width and height of a cell, in units of z.
    pub fn cell_size(&self) -> [f64; 2] {
        let area = self.frame.area();
        let size = |axis: usize, n: usize| (f64::from(area.max[axis]) - f64::from(area.min[axis])) / n as f64;
        [size(0, self.columns), size(1, self.rows)]
    }

    /// A cell's metric (11, 12, 22): G, or LᵀGL with [`Frame::factor`] L.
    pub fn metric_at(&self, cell: usize, metric: Metric, unit: Unit) -> [f32; 3] {
        let [a, b, c, d, e, f] = self.metric[cell];
        let [a, b, c] = match metric {
            Metric::Pixels => [a, b, c],
            Metric::Fisher => [d, e, f],
        };
        let [[l, _], [m, n]] = match unit {
            Unit::Z => return [a, b, c],
            Unit::Frame => self.frame.factor(),
            Unit::Codes => self.codes.factor(),
        };
        [a * l * l + 2.0 * b * l * m + c * m * m, n * (b * l + c * m), c * n * n]
    }
}

/// Surveys of known decoders, for the tests of the meters.
#[cfg(test)]
pub mod known {
    use super::*;

    /// A whole survey of `n` by `n` cells: both metrics are `metric` of the centre, and `back` its re-encoding.
    pub fn survey(
        frame: Frame,
        n: usize,
        metric: impl Fn([f32; 2]) -> [f32; 3],
        back: impl Fn([f32; 2]) -> [f32; 2],
    ) -> Survey {
        let mut survey = Survey::new(frame, n, n);
        for cell in 0..n * n {
            let z = survey.centre(cell);
            let g = metric(z);
            survey.put(cell, &[g, g].concat(), &back(z));
        }
        survey
    }

    /// The same metric everywhere, and every decoding is encoded where it came from.
    pub fn even(frame: Frame, n: usize, metric: [f32; 3]) -> Survey {
        survey(frame, n, |_| metric, |z| z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_fill_it_in_any_order() {
        let mut survey = Survey::new(Frame::PRIOR, 4, 3);
        assert_eq!((survey.done(), survey.is_whole(), survey.cells()), (0, false, 12));
        let band = |from: usize, n: usize| {
            let metric: Vec<f32> = (from * METRIC..(from + n) * METRIC).map(|i| i as f32).collect();
            let back: Vec<f32> = (from * 2..(from + n) * 2).map(|i| i as f32).collect();
            (metric, back)
        };
        for (first, n, done) in [(8, 4, 4), (8, 4, 4), (0, 4, 8), (4, 4, 12)] {
            let (metric, back) = band(first, n);
            survey.put(first, &metric, &back);
            assert_eq!((survey.done(), survey.is_whole()), (done, done == 12));
        }
        assert_eq!(survey.metric[5], [30.0, 31.0, 32.0, 33.0, 34.0, 35.0]);
        assert_eq!(survey.back[11], [22.0, 23.0]);
        assert_eq!(survey.metric_at(5, Metric::Fisher, Unit::Z), [33.0, 34.0, 35.0]);
        assert_eq!(survey.flawed(), 0);
    }

    #[test]
    fn what_is_too_much_or_cut_short_or_no_number_is_borne() {
        let mut survey = Survey::new(Frame::PRIOR, 2, 2);
        survey.put(3, &[1.0; 18], &[1.0; 6]);
        survey.put(9, &[1.0; 6], &[1.0; 2]);
        survey.put(0, &[1.0; 11], &[1.0; 9]);
        assert_eq!((survey.done(), survey.flawed()), (2, 0));
        survey.put(1, &[f32::NAN; 6], &[1.0; 2]);
        survey.put(2, &[1.0; 6], &[f32::INFINITY, 0.0]);
        assert_eq!((survey.done(), survey.flawed(), survey.is_whole()), (4, 2, true));
    }

    #[test]
    fn a_cell_s_centre_lies_in_it() {
        let survey = Survey::new(Frame::diagonal([3.0, -1.0], [2.0, 0.5]), 7, 5);
        for cell in 0..survey.cells() {
            let z = survey.centre(cell);
            assert_eq!(survey.cell_at(z), Some(cell));
            let grid = survey.grid(z).expect("inside");
            assert!((grid[0] - (cell % 7) as f64).abs() < 1e-5 && (grid[1] - (cell / 7) as f64).abs() < 1e-5);
            let back = survey.plane(grid);
            assert!((back[0] - z[0]).abs() < 1e-5 && (back[1] - z[1]).abs() < 1e-5);
        }
        // The highest z₂ is the first row.
        assert_eq!(survey.cell_at([-3.9, 0.7]), Some(0));
        assert_eq!(survey.cell_at([-4.1, 0.7]), None);
        assert_eq!(survey.cell_at([f32::NAN, 0.0]), None);
        assert_eq!(survey.cell_at(survey.frame.area().max), Some(6));
    }

    #[test]
    fn the_frame_s_unit_stretches_the_metric() {
        let survey = known::even(Frame::diagonal([0.0; 2], [2.0, 10.0]), 3, [1.0, 0.5, 3.0]);
        assert_eq!(survey.metric_at(4, Metric::Pixels, Unit::Z), [1.0, 0.5, 3.0]);
        assert_eq!(survey.metric_at(4, Metric::Pixels, Unit::Frame), [4.0, 10.0, 300.0]);
        let survey = survey.with_codes(Some(Frame::diagonal([5.0; 2], [3.0, 1.0])));
        assert_eq!(survey.metric_at(4, Metric::Pixels, Unit::Codes), [9.0, 1.5, 3.0]);
        // L = [2 0; 1 √3]: LᵀGL by hand.
        let slanted = Frame { correlation: 0.5, ..Frame::diagonal([0.0; 2], [2.0, 2.0]) };
        let [a, b, c] = survey.with_codes(Some(slanted)).metric_at(4, Metric::Pixels, Unit::Codes);
        let root = 3f32.sqrt();
        assert!((a - 9.0).abs() < 1e-5 && (b - 4.0 * root).abs() < 1e-5 && (c - 9.0).abs() < 1e-5, "{a} {b} {c}");
        assert_eq!(Survey::new(Frame::PRIOR, 2, 2).step(), [1.0 / 256.0; 2]);
        let collapsed = Survey::new(Frame::PRIOR, 2, 2).with_codes(Some(Frame::diagonal([0.0; 2], [0.5, 1e-9])));
        assert_eq!(collapsed.step(), [1.0 / 512.0, 1e-3 / 256.0]);
        assert_eq!(nats(2.0), 2.0);
    }
}
