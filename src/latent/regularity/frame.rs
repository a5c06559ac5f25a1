//! The distribution that points are sampled from: the prior of a variational autoencoder, or what stands in for one where
//! there is none, a Gaussian fitted to a plain autoencoder's codes (Ghosh et al. 2020, arXiv:1903.12436, fit such a
//! density after training).

use crate::protocol::Area;

/// The area goes so many σ to each side. Of the distribution 1 − 0.99953² ≈ 0.0009 lies outside of that square.
pub const REACH: f32 = 3.5;

/// Parts that a cell is cut into to add up the mass in it.
const STRIPS: usize = 32;

/// N(centre, Σ) in the plane, Σ = L·Lᵀ with [`Frame::factor`] L. A frame unit is one σ of it, in whichever direction: what
/// is counted in frame units stays the same when the plane is scaled or turned and the codes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// In units of z.
    pub centre: [f32; 2],
    /// Standard deviation along each axis, in units of z; above 0.
    pub scale: [f32; 2],
    /// Correlation of the two axes, within (−1, 1).
    pub correlation: f32,
}

/// A correlation nearer to ±1 than this is taken as this far from it: of codes on a slanted line nothing else could be
/// sampled, and no length across it be told.
const LEAST_ACROSS: f32 = 1e-5;

impl Frame {
    /// p(z) = N(0, I).
    pub const PRIOR: Self = Self::diagonal([0.0; 2], [1.0; 2]);

    /// N(centre, diag scale²).
    pub const fn diagonal(centre: [f32; 2], scale: [f32; 2]) -> Self {
        Self { centre, scale, correlation: 0.0 }
    }

    /// The normal distribution with the codes' mean and covariance. None for fewer than three codes, for codes that are not
    /// finite, and where an axis has no spread: nothing could be sampled from that.
    pub fn of_codes(codes: &[[f32; 2]]) -> Option<Self> {
        if codes.len() < 3 {
            return None;
        }
        let n = codes.len() as f64;
        let mean = [0, 1].map(|axis| codes.iter().map(|z| f64::from(z[axis])).sum::<f64>() / n);
        let [mut xx, mut xy, mut yy] = [0.0; 3];
        for z in codes {
            let [x, y] = [0, 1].map(|axis| f64::from(z[axis]) - mean[axis]);
            (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
        }
        let scale = [xx, yy].map(|square| (square / (n - 1.0)).sqrt() as f32);
        let most = 1.0 - LEAST_ACROSS;
        let correlation = ((xy / (xx * yy).sqrt()) as f32).clamp(-most, most);
        let sound = mean.iter().all(|x| x.is_finite()) && scale.iter().all(|s| s.is_normal()) && !correlation.is_nan();
        sound.then(|| Self { centre: mean.map(|x| x as f32), scale, correlation })
    }

    /// The same without the correlation: the product of its marginals.
    pub fn without_correlation(self) -> Self {
        Self { correlation: 0.0, ..self }
    }

    /// L, lower triangular: centre + L·ε is a draw for ε of N(0, I); rows, in units of z.
    pub fn factor(&self) -> [[f32; 2]; 2] {
        let [a, b] = self.scale;
        let r = self.correlation;
        [[a, 0.0], [r * b, (1.0 - r * r).sqrt() * b]]
    }

    /// [`REACH`] σ to each side of the centre.
    pub fn area(&self) -> Area {
        let side = |sign: f32| [0, 1].map(|axis| self.centre[axis] + sign * REACH * self.scale[axis]);
        Area { min: side(-1.0), max: side(1.0) }
    }

    /// A point of the plane in frame units from the centre: L⁻¹·(z − centre), standard normal for draws of the frame.
    pub fn standard(&self, z: [f32; 2]) -> [f32; 2] {
        self.whiten([0, 1].map(|axis| z[axis] - self.centre[axis]))
    }

    /// The point of the plane that is so many frame units from the centre: centre + L·ε.
    pub fn point(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [[a, _], [b, c]] = self.factor();
        [self.centre[0] + a * x, self.centre[1] + b * x + c * y]
    }

    /// Distance of a point from the centre, in frame units (Mahalanobis).
    pub fn radius(&self, z: [f32; 2]) -> f32 {
        let [x, y] = self.standard(z);
        x.hypot(y)
    }

    /// Distance between two points of the plane, in frame units (Mahalanobis).
    pub fn distance(&self, a: [f32; 2], b: [f32; 2]) -> f32 {
        let [x, y] = self.whiten([0, 1].map(|axis| a[axis] - b[axis]));
        x.hypot(y)
    }

    /// L⁻¹ of a difference of two points.
    fn whiten(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [[a, _], [b, c]] = self.factor();
        let first = x / a;
        [first, (y - b * first) / c]
    }

    /// ln of the density at a point, per unit of area of the plane, in nats.
    pub fn log_density(&self, z: [f32; 2]) -> f64 {
        let square: f64 = self.standard(z).iter().map(|x| f64::from(*x).powi(2)).sum();
        let [[a, _], [_, c]] = self.factor().map(|row| row.map(f64::from));
        -0.5 * square - (std::f64::consts::TAU * a * c).ln()
    }

    /// The share of the distribution in each cell of a grid over [`Self::area`], row by row from the top left. What lies
    /// outside is left out: the shares add up to 1.
    pub fn mass(&self, columns: usize, rows: usize) -> Vec<f64> {
        let (columns, rows) = (columns.max(1), rows.max(1));
        if self.correlation == 0.0 {
            // Both axes have the same in units of their σ, and the Gaussian is even: up or down makes no difference.
            let (across, down) = (shares(columns), shares(rows));
            return down.iter().flat_map(|y| across.iter().map(move |x| x * y)).collect();
        }
        // Along a line of constant z₁ the other axis is normal again, around ρ·z₁ and narrower: its share of a cell is a
        // difference of two Φ, and only z₁ is cut into strips.
        let r = f64::from(self.correlation);
        let (narrow, reach) = ((1.0 - r * r).sqrt(), f64::from(REACH));
        let edge = |row: usize| reach - 2.0 * reach * row as f64 / rows as f64;
        let mut mass = vec![0.0; columns * rows];
        let strip = 2.0 * reach / (columns * STRIPS) as f64;
        for i in 0..columns * STRIPS {
            let x = -reach + (i as f64 + 0.5) * strip;
            let density = (-0.5 * x * x).exp();
            let below: Vec<f64> = (0..=rows).map(|row| cumulative((edge(row) - r * x) / narrow)).collect();
            for (row, pair) in below.windows(2).enumerate() {
                mass[row * columns + i / STRIPS] += density * (pair[0] - pair[1]);
            }
        }
        let whole: f64 = mass.iter().sum();
        mass.iter_mut().for_each(|share| *share /= whole);
        mass
    }
}

/// Φ, the normal distribution's cumulative share, to 1.5·10⁻⁷ (Abramowitz and Stegun 1964, 7.1.26).
fn cumulative(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * (x.abs() / std::f64::consts::SQRT_2));
    let [a, b, c, d, e] = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let tail = t * (a + t * (b + t * (c + t * (d + t * e)))) * (-0.5 * x * x).exp() / 2.0;
    if x > 0.0 { 1.0 - tail } else { tail }
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
        // Variances 1 and 16 and covariance 2 by hand.
        let frame = Frame::of_codes(&[[1.0, -4.0], [3.0, 4.0], [2.0, 0.0]]).expect("three codes");
        assert_eq!((frame.centre, frame.scale), ([2.0, 0.0], [1.0, 4.0]));
        assert_eq!(frame.correlation, 1.0 - LEAST_ACROSS, "on a line");
        let frame = Frame::of_codes(&[[1.0, -4.0], [3.0, 0.0], [2.0, 4.0]]).expect("three codes");
        assert!((frame.correlation - 0.5).abs() < 1e-6, "{frame:?}");
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
        assert_eq!(Frame::of_codes(&[[1.0, 2.0], [3.0, 5.0]]), None);
        assert_eq!(Frame::of_codes(&[[1.0, 2.0], [3.0, 2.0], [7.0, 2.0]]), None);
        assert_eq!(Frame::of_codes(&[[1.0, f32::NAN], [3.0, 2.0], [0.0, 0.0]]), None);
        assert_eq!(Frame::of_codes(&[[f32::INFINITY, 1.0], [3.0, 2.0], [0.0, 0.0]]), None);
    }

    #[test]
    fn there_and_back() {
        let frame = Frame::diagonal([1.0, -2.0], [4.0, 0.5]);
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
        let frame = Frame::diagonal([9.0, 9.0], [0.1, 7.0]);
        let mass = frame.mass(70, 14);
        assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // Columns of a tenth of σ: 25 to 44 are within one σ.
        let within: f64 = (0..mass.len()).filter(|i| (25..45).contains(&(i % 70))).map(|i| mass[i]).sum();
        assert!((within - (2.0 * 0.841_345 - 1.0) / (2.0 * 0.999_767 - 1.0)).abs() < 1e-5, "{within}");
        let above: f64 = (0..mass.len()).filter(|i| i / 70 < 5).map(|i| mass[i]).sum();
        assert!((above - (0.999_767 - 0.841_345) / (2.0 * 0.999_767 - 1.0)).abs() < 1e-5, "{above}");
        assert_eq!(frame.mass(1, 1), [1.0]);
    }

    /// Codes that are scaled and turned: distances in frame units, and the density up to the scale's square, stay.
    #[test]
    fn frame_units_know_no_scale_and_no_turn() {
        let mut rng = Rng::new(7);
        let codes: Vec<[f32; 2]> = (0..500).map(|_| [3.0 + 2.0 * rng.normal(), 0.5 * rng.normal() - 1.0]).collect();
        let frame = Frame::of_codes(&codes).expect("codes");
        for (scale, turn) in [(1.0f32, 0.6f32), (0.01, 1.0), (30.0, -0.4), (0.149, 2.5)] {
            let (sin, cos) = turn.sin_cos();
            let moved = |[x, y]: [f32; 2]| [scale * (cos * x - sin * y), scale * (sin * x + cos * y)];
            let other = Frame::of_codes(&codes.iter().map(|z| moved(*z)).collect::<Vec<_>>()).expect("codes");
            for pair in codes.windows(2).take(50) {
                let (here, there) = (frame.distance(pair[0], pair[1]), other.distance(moved(pair[0]), moved(pair[1])));
                assert!((here - there).abs() < 2e-3 * (1.0 + here), "{here} {there}");
                let shift = 2.0 * f64::from(scale).ln();
                let (p, q) = (frame.log_density(pair[0]), other.log_density(moved(pair[0])) + shift);
                assert!((p - q).abs() < 2e-2, "{p} {q}");
                let back = other.point(other.standard(moved(pair[0])));
                assert!((back[0] - moved(pair[0])[0]).abs() < 1e-4 * scale.max(1.0) * 10.0);
            }
        }
    }

    /// Mass above both means of two normal axes with correlation ρ: ¼ + asin(ρ)/2π (Sheppard 1899).
    #[test]
    fn the_mass_of_correlated_axes_is_sheppard_s() {
        for correlation in [0.5f32, -0.8, 0.95] {
            let frame = Frame { correlation, ..Frame::diagonal([1.0, 2.0], [3.0, 0.2]) };
            let mass = frame.mass(40, 40);
            assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let above: f64 = (0..mass.len()).filter(|i| i % 40 >= 20 && i / 40 < 20).map(|i| mass[i]).sum();
            let expected = 0.25 + f64::from(correlation).asin() / std::f64::consts::TAU;
            assert!((above - expected).abs() < 1e-3, "{correlation}: {above} {expected}");
        }
        assert!((cumulative(1.0) - 0.841_345).abs() < 1e-6 && (cumulative(-3.5) - 0.000_233).abs() < 1e-6);
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
