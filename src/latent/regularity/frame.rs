//! The distribution that points are sampled from: the prior of a variational autoencoder, or what stands in for one where
//! there is none, a Gaussian fitted to a plain autoencoder's codes (Ghosh et al. 2020, arXiv:1903.12436, fit such a
//! density after training).

use crate::protocol::Area;

/// The area goes so many σ to each side. Of the distribution 1 − 0.99953² ≈ 0.0009 lies outside of that square.
pub const REACH: f32 = 3.5;

/// Parts that a cell is cut into to add up the mass in it.
const STRIPS: usize = 32;

/// N(centre, diag scale²) in the plane. A frame unit is one σ of it along each axis: the prior's is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// In units of z.
    pub centre: [f32; 2],
    /// Standard deviation along each axis, in units of z; above 0.
    pub scale: [f32; 2],
}

impl Frame {
    /// p(z) = N(0, I).
    pub const PRIOR: Self = Self { centre: [0.0; 2], scale: [1.0; 2] };

    /// Mean and standard deviation of the codes along each axis. None for fewer than two codes, for codes that are not
    /// finite, and where an axis has no spread: nothing could be sampled from that.
    pub fn of_codes(codes: &[[f32; 2]]) -> Option<Self> {
        if codes.len() < 2 {
            return None;
        }
        let n = codes.len() as f64;
        let moments = [0, 1].map(|axis| {
            let mean = codes.iter().map(|z| f64::from(z[axis])).sum::<f64>() / n;
            let variance = codes.iter().map(|z| (f64::from(z[axis]) - mean).powi(2)).sum::<f64>() / (n - 1.0);
            (mean as f32, variance.sqrt() as f32)
        });
        let sound = |(mean, spread): &(f32, f32)| mean.is_finite() && spread.is_normal();
        moments.iter().all(sound).then(|| Self { centre: moments.map(|m| m.0), scale: moments.map(|m| m.1) })
    }

    /// [`REACH`] σ to each side of the centre.
    pub fn area(&self) -> Area {
        let side = |sign: f32| [0, 1].map(|axis| self.centre[axis] + sign * REACH * self.scale[axis]);
        Area { min: side(-1.0), max: side(1.0) }
    }

    /// A point of the plane in frame units from the centre.
    pub fn standard(&self, z: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| (z[axis] - self.centre[axis]) / self.scale[axis])
    }

    /// The point of the plane that is so many frame units from the centre.
    pub fn point(&self, standard: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| self.centre[axis] + self.scale[axis] * standard[axis])
    }

    /// Distance of a point from the centre, in frame units.
    pub fn radius(&self, z: [f32; 2]) -> f32 {
        let [x, y] = self.standard(z);
        x.hypot(y)
    }

    /// Distance between two points of the plane, in frame units.
    pub fn distance(&self, a: [f32; 2], b: [f32; 2]) -> f32 {
        ((a[0] - b[0]) / self.scale[0]).hypot((a[1] - b[1]) / self.scale[1])
    }

    /// ln of the density at a point, per unit of area of the plane, in nats.
    pub fn log_density(&self, z: [f32; 2]) -> f64 {
        let square: f64 = self.standard(z).iter().map(|x| f64::from(*x).powi(2)).sum();
        let [a, b] = self.scale.map(f64::from);
        -0.5 * square - (std::f64::consts::TAU * a * b).ln()
    }

    /// The share of the distribution in each cell of a grid over [`Self::area`], row by row from the top left. What lies
    /// outside is left out: the shares add up to 1.
    pub fn mass(&self, columns: usize, rows: usize) -> Vec<f64> {
        // Both axes have the same in units of their σ, and the Gaussian is even: up or down makes no difference.
        let (across, down) = (shares(columns), shares(rows));
        down.iter().flat_map(|y| across.iter().map(move |x| x * y)).collect()
    }
}

/// The share of N(0, 1) in each of `n` equal parts of ±[`REACH`], of all within: the midpoint rule over [`STRIPS`] strips
/// a part, whose error is below 1e-6 from 32 parts on and 1e-3 for one or two.
fn shares(n: usize) -> Vec<f64> {
    let (n, reach) = (n.max(1), f64::from(REACH));
    let strip = 2.0 * reach / (n * STRIPS) as f64;
    let density = |i: usize| (-0.5 * (-reach + (i as f64 + 0.5) * strip).powi(2)).exp();
    let raw: Vec<f64> = (0..n).map(|part| (part * STRIPS..(part + 1) * STRIPS).map(density).sum()).collect();
    let whole: f64 = raw.iter().sum();
    raw.iter().map(|share| share / whole).collect()
}

/// Where in the plane the centre of a cell of a grid lies; cells are counted row by row from the top left.
pub fn cell_centre(area: Area, columns: usize, rows: usize, cell: usize) -> [f32; 2] {
    let (column, row) = ((cell % columns) as f32 + 0.5, (cell / columns) as f32 + 0.5);
    [
        area.min[0] + (area.max[0] - area.min[0]) * column / columns as f32,
        area.max[1] - (area.max[1] - area.min[1]) * row / rows as f32,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::posterior::prior_density;
    use crate::rng::Rng;

    #[test]
    fn of_codes_has_their_mean_and_spread() {
        let frame = Frame::of_codes(&[[1.0, -4.0], [3.0, 4.0]]).expect("two codes");
        assert_eq!(frame.centre, [2.0, 0.0]);
        // Of two values a and b: |a − b|/√2.
        assert!((frame.scale[0] - 2f32.sqrt()).abs() < 1e-6 && (frame.scale[1] - 8.0 / 2f32.sqrt()).abs() < 1e-5);
        let mut rng = Rng::new(1);
        let codes: Vec<[f32; 2]> = (0..20_000).map(|_| [5.0 + 3.0 * rng.normal(), -2.0 + 0.1 * rng.normal()]).collect();
        let frame = Frame::of_codes(&codes).expect("codes");
        // Four standard errors, 3/√20,000 and 0.1/√20,000.
        assert!((frame.centre[0] - 5.0).abs() < 0.09 && (frame.centre[1] + 2.0).abs() < 0.003, "{frame:?}");
        assert!((frame.scale[0] - 3.0).abs() < 0.06 && (frame.scale[1] - 0.1).abs() < 0.002, "{frame:?}");
    }

    #[test]
    fn codes_without_spread_are_no_frame() {
        assert_eq!(Frame::of_codes(&[]), None);
        assert_eq!(Frame::of_codes(&[[1.0, 2.0]]), None);
        assert_eq!(Frame::of_codes(&[[1.0, 2.0], [3.0, 2.0]]), None);
        assert_eq!(Frame::of_codes(&[[1.0, f32::NAN], [3.0, 2.0]]), None);
        assert_eq!(Frame::of_codes(&[[f32::INFINITY, 1.0], [3.0, 2.0]]), None);
    }

    #[test]
    fn there_and_back() {
        let frame = Frame { centre: [1.0, -2.0], scale: [4.0, 0.5] };
        assert_eq!(frame.standard([5.0, -1.0]), [1.0, 2.0]);
        assert_eq!(frame.point([1.0, 2.0]), [5.0, -1.0]);
        assert!((frame.radius([5.0, -1.0]) - 5f32.sqrt()).abs() < 1e-6);
        assert_eq!(frame.distance([1.0, 0.0], [1.0, 1.0]), 2.0);
        assert_eq!(frame.area(), Area { min: [-13.0, -3.75], max: [15.0, -0.25] });
        let z = [0.4, -1.1];
        assert!((Frame::PRIOR.log_density(z).exp() - f64::from(prior_density(z))).abs() < 1e-7);
    }

    /// The normal distribution's table: Φ(1) = 0.841345, Φ(3.5) = 0.999767.
    #[test]
    fn the_mass_is_the_table_s() {
        let frame = Frame { centre: [9.0, 9.0], scale: [0.1, 7.0] };
        let mass = frame.mass(70, 14);
        assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // Columns of a tenth of σ: 25 to 44 are within one σ.
        let within: f64 = (0..mass.len()).filter(|i| (25..45).contains(&(i % 70))).map(|i| mass[i]).sum();
        assert!((within - (2.0 * 0.841_345 - 1.0) / (2.0 * 0.999_767 - 1.0)).abs() < 1e-5, "{within}");
        let above: f64 = (0..mass.len()).filter(|i| i / 70 < 5).map(|i| mass[i]).sum();
        assert!((above - (0.999_767 - 0.841_345) / (2.0 * 0.999_767 - 1.0)).abs() < 1e-5, "{above}");
        assert_eq!(frame.mass(1, 1), [1.0]);
    }

    #[test]
    fn cells_go_by_rows_from_the_top_left() {
        let area = Area { min: [-2.0, -1.0], max: [2.0, 1.0] };
        let centres: Vec<[f32; 2]> = (0..8).map(|cell| cell_centre(area, 4, 2, cell)).collect();
        assert_eq!(centres[0], [-1.5, 0.5]);
        assert_eq!(centres[3], [1.5, 0.5]);
        assert_eq!(centres[4], [-1.5, -0.5]);
    }
}
