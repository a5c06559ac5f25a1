//! log p(x) = log ∫ p(x|z) p(z) dz over a plane, by quadrature that is refined where the integrand is narrow: two dimensions
//! need no bound.

use super::mixture::LogSum;

/// Cells along a side of the first grid, and how far it goes to each side: the prior has 10⁻⁶ of its mass outside.
pub const CELLS: usize = 200;
pub const REACH: f64 = 5.0;

/// Parts that a side of a cell is cut into.
const PARTS: i32 = 3;

/// How often cells are cut at most: the last are 2·10⁻⁴ wide.
const LEVELS: u32 = 5;

/// Cells that are so many nats below the highest are not cut: all of them together hold 10⁻³ of the integral.
const CUT: f64 = 10.0;

/// Cells so far below the highest are left out.
const NOTHING: f64 = 40.0;

/// A change of log p(x) by less than this ends the refinement. The midpoint rule of a smooth peak converges faster than any
/// power of the cell, so that what is left is far less.
const SETTLED: f64 = 5e-3;

/// Where a datum's integrand is looked for even if the first grid does not show it: within 4 σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Around {
    pub mean: [f64; 2],
    pub sigma: [f64; 2],
}

/// Of one datum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// In nats.
    pub log_px: f64,
    /// By how much the last refinement has moved it.
    pub moved: f64,
    /// Mean and standard deviation of p(z|x) along each axis.
    pub mean: [f64; 2],
    pub sigma: [f64; 2],
}

/// A point of the plane, and which datum is asked about.
pub type Asked = (usize, [f64; 2]);

#[derive(Clone, Copy, Debug)]
struct Cell {
    centre: [f64; 2],
    width: f64,
    /// log p(x|z) p(z) at the centre.
    value: f64,
}

/// The centres of the first grid's cells.
pub fn grid() -> Vec<[f64; 2]> {
    let at = |i: usize| -REACH + (i as f64 + 0.5) * width();
    (0..CELLS * CELLS).map(|i| [at(i % CELLS), at(i / CELLS)]).collect()
}

/// Width of the first grid's cells, in units of z.
pub fn width() -> f64 {
    2.0 * REACH / CELLS as f64
}

/// The evidence of each datum. `first` is log p(x|z) p(z) of datum i at cell j of [`grid`], in nats; `log_joint` gives the
/// same of any points.
///
/// # Errors
/// What `log_joint` says.
pub async fn evidence<E>(
    around: &[Around],
    first: impl Fn(usize, usize) -> f64,
    log_joint: &impl AsyncFn(Vec<Asked>) -> Result<Vec<f64>, E>,
) -> Result<Vec<Evidence>, E> {
    let grid = grid();
    let mut data: Vec<Datum> =
        around.iter().enumerate().map(|(i, around)| Datum::new(*around, &grid, |cell| first(i, cell))).collect();
    for _ in 0..LEVELS {
        let mut parts: Vec<(usize, Cell)> = Vec::new();
        for (i, datum) in data.iter_mut().enumerate().filter(|(_, datum)| !datum.settled()) {
            parts.extend(datum.cut().into_iter().map(|part| (i, part)));
        }
        if parts.is_empty() {
            break;
        }
        let values = log_joint(parts.iter().map(|(i, part)| (*i, part.centre)).collect()).await?;
        for ((i, part), value) in parts.into_iter().zip(values) {
            data[i].cells.push(Cell { value, ..part });
        }
        data.iter_mut().filter(|datum| !datum.settled()).for_each(Datum::measure);
    }
    Ok(data.iter().map(Datum::evidence).collect())
}

/// A datum's cells on the way.
struct Datum {
    around: Around,
    cells: Vec<Cell>,
    finest: f64,
    log_px: f64,
    moved: f64,
}

impl Datum {
    fn new(around: Around, grid: &[[f64; 2]], first: impl Fn(usize) -> f64) -> Self {
        let cells: Vec<Cell> = (0..grid.len())
            .map(|i| Cell { centre: grid[i], width: width(), value: first(i) })
            .filter(|cell| cell.value.is_finite())
            .collect();
        let mut datum = Self { around, cells, finest: width(), log_px: f64::NAN, moved: f64::INFINITY };
        datum.add_around();
        datum.measure();
        datum.moved = f64::INFINITY;
        datum
    }

    /// Cells beyond the first grid that the encoder points at; they have no value before they are cut.
    fn add_around(&mut self) {
        let Around { mean, sigma } = self.around;
        let cell = |axis: usize, side: f64| ((mean[axis] + side * 4.0 * sigma[axis]) / width()).floor() as i64;
        let half = CELLS as i64 / 2;
        let outside = |i: i64| !(-half..half).contains(&i);
        for (x, y) in (cell(1, -1.0)..=cell(1, 1.0)).flat_map(|y| (cell(0, -1.0)..=cell(0, 1.0)).map(move |x| (x, y))) {
            if (outside(x) || outside(y)) && self.cells.len() < 4 * CELLS * CELLS {
                let centre = [x, y].map(|i| (i as f64 + 0.5) * width());
                self.cells.push(Cell { centre, width: width(), value: f64::NEG_INFINITY });
            }
        }
    }

    fn settled(&self) -> bool {
        let coarse = self.around.sigma.iter().any(|sigma| self.finest > 2.0 * sigma);
        self.moved.abs() < SETTLED && !coarse
    }

    /// Takes out the cells that matter, and gives their parts, without values: the finest that hold something, those around
    /// the highest, since the peak need not be in the cell whose centre is, and those that the encoder points at, until they
    /// are as fine as it is sharp.
    fn cut(&mut self) -> Vec<Cell> {
        let (finest, around) = (self.finest, self.around);
        let Some(top) = self.cells.iter().copied().reduce(|top, cell| if cell.value > top.value { cell } else { top })
        else {
            return Vec::new();
        };
        let narrow = around.sigma.iter().any(|sigma| finest > sigma / 2.0);
        let by = |cell: &Cell, to: [f64; 2], reach: [f64; 2]| {
            [0, 1].iter().all(|&axis| (cell.centre[axis] - to[axis]).abs() <= reach[axis] + cell.width / 2.0)
        };
        let matters = |cell: &Cell| {
            let holds = cell.width == finest && cell.value > top.value - CUT;
            let claimed = (narrow && cell.width == finest) || cell.value == f64::NEG_INFINITY;
            holds
                || by(cell, top.centre, [2.1 * top.width; 2])
                || claimed && by(cell, around.mean, around.sigma.map(|sigma| 4.0 * sigma))
        };
        let mut parts = Vec::new();
        self.cells.retain(|cell| {
            let goes = matters(cell);
            if goes {
                let width = cell.width / f64::from(PARTS);
                let at = |i: i32| f64::from(i - PARTS / 2) * width;
                let each = (0..PARTS * PARTS).map(|i| [at(i % PARTS), at(i / PARTS)]);
                let centre = |[x, y]: [f64; 2]| [cell.centre[0] + x, cell.centre[1] + y];
                parts.extend(each.map(|off| Cell { centre: centre(off), width, value: f64::NAN }));
            }
            !goes && cell.value > top.value - NOTHING
        });
        // Of equal cells the widths are equal to the last bit: each is the same quotient of the first.
        self.finest = parts.iter().map(|part: &Cell| part.width).fold(finest, f64::min);
        parts
    }

    fn measure(&mut self) {
        let mut sum = LogSum::default();
        self.cells.iter().for_each(|cell| sum.add(cell.value + 2.0 * cell.width.ln()));
        self.moved = sum.value() - self.log_px;
        self.log_px = sum.value();
    }

    fn evidence(&self) -> Evidence {
        let weight = |cell: &Cell| (cell.value + 2.0 * cell.width.ln() - self.log_px).exp();
        let mean = [0, 1].map(|axis| self.cells.iter().map(|cell| weight(cell) * cell.centre[axis]).sum::<f64>());
        let variance = [0, 1].map(|axis| {
            let square = |cell: &Cell| weight(cell) * (cell.centre[axis] - mean[axis]).powi(2);
            self.cells.iter().map(square).sum::<f64>()
        });
        Evidence { log_px: self.log_px, moved: self.moved, mean, sigma: variance.map(f64::sqrt) }
    }
}

/// A linear decoder with Gaussian noise (probabilistic PCA, Tipping and Bishop 1999), of which everything is known.
#[cfg(test)]
pub mod linear {

    /// x = W z + noise of this deviation, in three dimensions.
    pub struct Linear {
        pub weights: [[f64; 2]; 3],
        pub noise: f64,
    }

    impl Linear {
        pub fn log_joint(&self, x: [f64; 3], z: [f64; 2]) -> f64 {
            let square = |i: usize| (x[i] - self.weights[i][0] * z[0] - self.weights[i][1] * z[1]).powi(2);
            let off: f64 = (0..3).map(square).sum();
            let ln_tau = std::f64::consts::TAU.ln();
            -off / (2.0 * self.noise.powi(2))
                - 3.0 * (self.noise.ln() + ln_tau / 2.0)
                - (z[0] * z[0] + z[1] * z[1]) / 2.0
                - ln_tau
        }

        /// Precision Λ = I + WᵀW/s² of the posterior (11, 12, 22), and its mean Λ⁻¹Wᵀx/s².
        pub fn posterior(&self, x: [f64; 3]) -> ([f64; 3], [f64; 2]) {
            let (w, s2) = (&self.weights, self.noise.powi(2));
            let dot = |a: usize, b: usize| (0..3).map(|i| w[i][a] * w[i][b]).sum::<f64>() / s2;
            let [a, b, d] = [1.0 + dot(0, 0), dot(0, 1), 1.0 + dot(1, 1)];
            let [p, q] = [0, 1].map(|axis| (0..3).map(|i| w[i][axis] * x[i]).sum::<f64>() / s2);
            let det = a * d - b * b;
            ([a, b, d], [(d * p - b * q) / det, (a * q - b * p) / det])
        }

        /// p(x, m) = p(x) p(m|x) at the posterior's mean m.
        pub fn log_px(&self, x: [f64; 3]) -> f64 {
            let ([a, b, d], mean) = self.posterior(x);
            self.log_joint(x, mean) - 0.5 * (a * d - b * b).ln() + std::f64::consts::TAU.ln()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::linear::Linear;
    use super::*;
    use pollster::block_on;

    fn found(model: &Linear, x: &[[f64; 3]], around: &[Around]) -> Vec<Evidence> {
        let grid = grid();
        let ask = async |asked: Vec<Asked>| -> Result<Vec<f64>, ()> {
            Ok(asked.into_iter().map(|(i, z)| model.log_joint(x[i], z)).collect())
        };
        block_on(evidence(around, |i, cell| model.log_joint(x[i], grid[cell]), &ask)).expect("no error")
    }

    const X: [[f64; 3]; 3] = [[0.3, -0.2, 0.1], [1.013, 0.507, -0.9], [-2.4, 1.1, 0.77]];

    /// Posteriors from as wide as the prior to a fiftieth of a cell; nobody says where they are.
    #[test]
    fn linear_gaussians_by_the_closed_form() {
        let nowhere = [Around { mean: [0.0; 2], sigma: [1.0; 2] }; 3];
        for noise in [2.0, 0.3, 0.05, 0.01, 0.001] {
            let model = Linear { weights: [[0.9, 0.2], [-0.3, 0.8], [0.1, 0.5]], noise };
            for (evidence, x) in found(&model, &X, &nowhere).iter().zip(X) {
                let ([a, b, d], mean) = model.posterior(x);
                let expected = model.log_px(x);
                // Of −10⁵ nats the last digits of f64 are left.
                let slack = 2e-3 + 1e-9 * expected.abs();
                assert!((evidence.log_px - expected).abs() < slack, "{noise}: {evidence:?} {expected}");
                let det = a * d - b * b;
                for (axis, variance) in [d / det, a / det].into_iter().enumerate() {
                    assert!((evidence.mean[axis] - mean[axis]).abs() < 0.05 * variance.sqrt(), "{noise}: {evidence:?}");
                    assert!((evidence.sigma[axis] / variance.sqrt() - 1.0).abs() < 0.05, "{noise}: {evidence:?}");
                }
            }
        }
    }

    /// A peak that is a hundredth of a cell wide between the cells' centres, beside a broad hill that the grid sees: 0.9 of
    /// the mass is found only where the encoder points.
    #[test]
    fn a_peak_that_the_grid_misses_is_found_by_the_encoder() {
        let [peak, sigma] = [[1.0 + 0.011, -2.0 + 0.013], [5e-4; 2]];
        let normal = |z: [f64; 2], m: [f64; 2], s: f64| {
            -((z[0] - m[0]).powi(2) + (z[1] - m[1]).powi(2)) / (2.0 * s * s) - 2.0 * s.ln() - std::f64::consts::TAU.ln()
        };
        let joint = |z: [f64; 2]| {
            let mut sum = LogSum::default();
            sum.add(0.9f64.ln() + normal(z, peak, sigma[0]));
            sum.add(0.1f64.ln() + normal(z, [-1.0, 1.0], 0.3));
            sum.value()
        };
        let grid = grid();
        let ask = async |asked: Vec<Asked>| -> Result<Vec<f64>, ()> {
            Ok(asked.into_iter().map(|(_, z)| joint(z)).collect())
        };
        let around = [Around { mean: peak, sigma }];
        let found = block_on(evidence(&around, |_, cell| joint(grid[cell]), &ask)).expect("no error");
        assert!(found[0].log_px.abs() < 0.01, "{found:?}");
    }

    /// Codes may lie beyond the first grid.
    #[test]
    fn what_lies_outside_of_the_grid_is_found_where_the_encoder_points() {
        let model = Linear { weights: [[0.01, 0.0], [0.0, 0.02], [0.0, 0.0]], noise: 1e-4 };
        let x = [0.07, 0.01, 0.0];
        let ([a, _, d], mean) = model.posterior(x);
        assert!(mean[0] > 6.9);
        let around = Around { mean, sigma: [a, d].map(|precision| precision.powf(-0.5)) };
        let evidence = found(&model, &[x], &[around]);
        assert!((evidence[0].log_px - model.log_px(x)).abs() < 0.01, "{evidence:?} {}", model.log_px(x));
    }
}
