//! The aggregated posterior q(z) = 1/n Σ q(z|xᵢ), as a density over the plane (Makhzani et al. 2015, arXiv:1511.05644;
//! Hoffman and Johnson 2016).

use crate::protocol::Area;

/// A Gaussian is added up to so many σ from its mean.
pub const REACH: f32 = 3.5;

/// A density below this, in shares of a whole per unit of area, says nothing: ten of 10,000 codes in a square of z.
const FLOOR: f32 = 1e-3;

/// A sum of Gaussians on a grid, to be added to bit by bit.
#[derive(Clone, Debug)]
pub struct Density {
    area: Area,
    columns: usize,
    rows: usize,
    /// Row by row from the top left.
    sum: Vec<f32>,
}

impl Density {
    pub fn new(area: Area, columns: u32, rows: u32) -> Self {
        let (columns, rows) = (columns.max(1) as usize, rows.max(1) as usize);
        Self { area, columns, rows, sum: vec![0.0; columns * rows] }
    }

    /// Adds N(μ, diag σ²). A σ below half a cell is taken as that, so that no Gaussian falls between the cells' centres.
    pub fn add(&mut self, mu: [f32; 2], log_var: [f32; 2]) {
        let across = weights(mu[0], log_var[0], self.area.min[0], self.area.max[0], self.columns);
        let down = weights(mu[1], log_var[1], self.area.max[1], self.area.min[1], self.rows);
        for (row, y) in down.1.iter().enumerate() {
            let start = (down.0 + row) * self.columns + across.0;
            let cells = &mut self.sum[start..start + across.1.len()];
            cells.iter_mut().zip(&across.1).for_each(|(cell, x)| *cell += x * y);
        }
    }

    /// The density of `n` of them, per unit of area, at the cells' centres.
    pub fn values(&self, n: usize) -> Vec<f32> {
        self.sum.iter().map(|sum| sum / n.max(1) as f32).collect()
    }
}

/// The values of N(μ, σ²) at the centres of `n` cells between `first` and `last`, of those within reach: the index of the
/// first one, and the values.
fn weights(mu: f32, log_var: f32, first: f32, last: f32, n: usize) -> (usize, Vec<f32>) {
    let cell = (last - first) / n as f32;
    let sigma = (log_var / 2.0).exp().max(cell.abs() / 2.0);
    if !(mu.is_finite() && sigma.is_finite()) {
        return (0, Vec::new());
    }
    let (middle, reach) = ((mu - first) / cell - 0.5, REACH * sigma / cell.abs());
    let low = (middle - reach).ceil().clamp(0.0, n as f32) as usize;
    let high = ((middle + reach).floor() + 1.0).clamp(low as f32, n as f32) as usize;
    let height = 1.0 / (sigma * std::f32::consts::TAU.sqrt());
    let at = |i: usize| height * (-0.5 * ((i as f32 - middle) * cell / sigma).powi(2)).exp();
    (low, (low..high).map(at).collect())
}

/// ln(q/p) of a density against the prior N(0, I), cell by cell: 0 where both are next to nothing.
pub fn log_ratio(values: &[f32], area: Area, columns: u32, rows: u32) -> Vec<f32> {
    let (columns, rows) = (columns.max(1) as usize, rows.max(1) as usize);
    let cell = [(area.max[0] - area.min[0]) / columns as f32, (area.max[1] - area.min[1]) / rows as f32];
    let prior = |index: usize| {
        let x = area.min[0] + (index % columns) as f32 * cell[0] + cell[0] / 2.0;
        let y = area.max[1] - (index / columns) as f32 * cell[1] - cell[1] / 2.0;
        super::posterior::prior_density([x, y])
    };
    values.iter().enumerate().map(|(index, q)| ((q + FLOOR) / (prior(index) + FLOOR)).ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    const AREA: Area = Area { min: [-6.0, -5.0], max: [6.0, 5.0] };
    const GRID: (u32, u32) = (120, 100);

    fn integral(values: &[f32]) -> f32 {
        values.iter().sum::<f32>() * 0.1 * 0.1
    }

    #[test]
    fn one_gaussian_is_its_formula_and_all_of_it_is_there() {
        let mut density = Density::new(AREA, GRID.0, GRID.1);
        density.add([1.05, -0.55], [2.0 * 0.5f32.ln(), 2.0 * 0.8f32.ln()]);
        let values = density.values(1);
        assert!((integral(&values) - 1.0).abs() < 3e-3, "{}", integral(&values));
        // The centre of column 70 and row 55 is the mean.
        let peak = 1.0 / (std::f32::consts::TAU * 0.5 * 0.8);
        assert!((values[55 * 120 + 70] - peak).abs() < 1e-3);
        let beside = peak * (-0.5f32 * (0.3f32 / 0.5).powi(2)).exp();
        assert!((values[55 * 120 + 73] - beside).abs() < 1e-3);
    }

    #[test]
    fn a_needle_is_as_wide_as_a_cell_and_loses_nothing_much() {
        let mut density = Density::new(AREA, GRID.0, GRID.1);
        density.add([0.02, 0.03], [-20.0, -20.0]);
        assert!((integral(&density.values(1)) - 1.0).abs() < 0.02, "{}", integral(&density.values(1)));
        density.add([f32::NAN, 0.0], [0.0, 0.0]);
        density.add([900.0, 0.0], [0.0, 0.0]);
        assert!(density.values(1).iter().all(|value| value.is_finite()));
    }

    #[test]
    fn where_the_codes_follow_the_prior_the_ratio_is_nothing() {
        let (mut rng, mut density) = (Rng::new(2), Density::new(AREA, GRID.0, GRID.1));
        let n = 20_000;
        // μ of variance 1 − 0.09 and σ = 0.3: q(z) is N(0, I).
        (0..n).for_each(|_| {
            let spread = 0.91f32.sqrt();
            density.add([rng.normal() * spread, rng.normal() * spread], [2.0 * 0.3f32.ln(); 2]);
        });
        let ratio = log_ratio(&density.values(n), AREA, GRID.0, GRID.1);
        let inside = |index: usize| {
            let (x, y) = (-5.95 + 0.1 * (index % 120) as f32, 4.95 - 0.1 * (index / 120) as f32);
            x.hypot(y) < 2.0
        };
        let worst = (0..ratio.len()).filter(|i| inside(*i)).map(|i| ratio[i].abs()).fold(0.0, f32::max);
        assert!(worst < 0.2, "{worst}");
    }

    #[test]
    fn a_hole_is_negative_and_a_crowd_positive() {
        let mut density = Density::new(AREA, GRID.0, GRID.1);
        density.add([2.0, 0.0], [-3.0, -3.0]);
        let ratio = log_ratio(&density.values(1), AREA, GRID.0, GRID.1);
        assert!(ratio[50 * 120 + 80] > 1.0 && ratio[50 * 120 + 50] < -3.0);
    }
}
