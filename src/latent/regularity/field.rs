//! A survey's metric between the cells' centres, in units of the grid: a point is a column and a row, a step is one cell.
//! So an anisotropic plane is no special case.

use super::slopes::largest_singular_value;
use super::survey::{Metric, Survey, Unit};

/// Samples to a cell's width along a way: of its length, and of what is only compared with others.
const FINE: f64 = 2.0;
const COARSE: f64 = 1.0;

/// A point as column and row, see [`Survey::grid`].
pub type Spot = [f64; 2];

/// Bilinear between the cells' centres, and level from the outermost of them to the edge.
pub struct Field {
    columns: usize,
    rows: usize,
    /// (11, 12, 22), per column and row.
    cells: Vec<[f64; 3]>,
    /// The codes' [`factor`](super::frame::Frame::factor), in columns and rows: its two columns.
    unit: [[f64; 2]; 2],
}

impl Field {
    pub fn new(survey: &Survey, metric: Metric) -> Self {
        let [width, height] = survey.cell_size();
        let per_cell = |cell: usize| {
            let [a, b, c] = survey.metric_at(cell, metric, Unit::Z).map(f64::from);
            // Rows go down and z₂ goes up.
            [a * width * width, -b * width * height, c * height * height]
        };
        let [[l, _], [m, n]] = survey.codes.factor().map(|row| row.map(f64::from));
        let unit = [[l / width, -m / height], [0.0, -n / height]];
        Self { columns: survey.columns, rows: survey.rows, cells: (0..survey.cells()).map(per_cell).collect(), unit }
    }

    /// The point, held to where the grid is.
    pub fn hold(&self, [x, y]: Spot) -> Spot {
        [x.clamp(-0.5, self.columns as f64 - 0.5), y.clamp(-0.5, self.rows as f64 - 0.5)]
    }

    /// The metric at a point: a mean of metrics, and so one itself.
    pub fn at(&self, [x, y]: Spot) -> [f64; 3] {
        let ([left, right], across) = between(x, self.columns);
        let ([top, bottom], down) = between(y, self.rows);
        let cell = |row: usize, column: usize| self.cells[row * self.columns + column];
        // A flawed cell that has no share must not spoil its neighbours.
        let mix = |a: [f64; 3], b: [f64; 3], share: f64| {
            if share == 0.0 { a } else { [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * share) }
        };
        let line = |row: usize| mix(cell(row, left), cell(row, right), across);
        if down == 0.0 { line(top) } else { mix(line(top), line(bottom), down) }
    }

    /// Length of the straight line between two points by the midpoint rule; infinite where the field is flawed.
    pub fn segment(&self, a: Spot, b: Spot) -> f64 {
        self.sampled(a, b, FINE)
    }

    /// The same with half as many samples: good enough to choose between cells.
    pub fn roughly(&self, a: Spot, b: Spot) -> f64 {
        self.sampled(a, b, COARSE)
    }

    fn sampled(&self, a: Spot, b: Spot, samples: f64) -> f64 {
        let d = [b[0] - a[0], b[1] - a[1]];
        let n = (d[0].hypot(d[1]) * samples).ceil().max(1.0);
        let speed = |i: f64| {
            let t = (i + 0.5) / n;
            let [g, h, k] = self.at([a[0] + d[0] * t, a[1] + d[1] * t]);
            let square = g * d[0] * d[0] + 2.0 * h * d[0] * d[1] + k * d[1] * d[1];
            // Rounding may leave it a hair below 0 where the decoder does not change.
            if square.is_finite() { square.max(0.0).sqrt() } else { f64::INFINITY }
        };
        (0..n as usize).map(|i| speed(i as f64)).sum::<f64>() / n
    }

    /// Length of a way.
    pub fn length(&self, points: &[Spot]) -> f64 {
        points.windows(2).map(|w| self.segment(w[0], w[1])).sum()
    }

    /// The largest singular value at a point, per σ of the codes.
    pub fn slope(&self, spot: Spot) -> f32 {
        let [a, b, c] = self.at(spot);
        let product =
            |u: [f64; 2], v: [f64; 2]| (a * u[0] * v[0] + b * (u[0] * v[1] + u[1] * v[0]) + c * u[1] * v[1]) as f32;
        let [u, v] = self.unit;
        largest_singular_value([product(u, u), product(u, v), product(v, v)])
    }
}

/// Cells on both sides of a coordinate, and the share of the second.
fn between(x: f64, n: usize) -> ([usize; 2], f64) {
    let x = x.clamp(0.0, n as f64 - 1.0);
    let first = x as usize;
    ([first, (first + 1).min(n - 1)], x - first as f64)
}

/// `n` + 1 points at equal steps along a way; `measure` says how long a straight piece is.
pub fn resample(points: &[Spot], n: usize, measure: impl Fn(Spot, Spot) -> f64) -> Vec<Spot> {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return Vec::new() };
    let lengths: Vec<f64> = points.windows(2).map(|w| measure(w[0], w[1])).collect();
    let step = lengths.iter().sum::<f64>() / n.max(1) as f64;
    let mut out = vec![first];
    let (mut piece, mut gone) = (0, 0.0);
    for i in 1..n {
        let wanted = step * i as f64;
        while piece + 1 < lengths.len() && gone + lengths[piece] < wanted {
            gone += lengths[piece];
            piece += 1;
        }
        let share = lengths.get(piece).map_or(0.0, |length| if *length > 0.0 { (wanted - gone) / length } else { 0.0 });
        let (a, b) = (points[piece], points[(piece + 1).min(points.len() - 1)]);
        out.push(mix(a, b, share.clamp(0.0, 1.0)));
    }
    out.push(last);
    out
}

/// The point at `t` on the straight line from `a` (0) to `b` (1).
pub fn mix(a: Spot, b: Spot, t: f64) -> Spot {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

/// In cells.
pub fn apart(a: Spot, b: Spot) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::known;
    use super::*;

    #[test]
    fn bilinear_and_level_at_the_edge() {
        let survey = known::survey(Frame::PRIOR, 7, |z| [4.0 + z[0], 0.0, 4.0 - z[1]], |z| z);
        let field = Field::new(&survey, Metric::Pixels);
        // Cells are one unit of z wide.
        let g = field.at([3.25, 2.5]);
        assert!((g[0] - 4.25).abs() < 1e-5 && (g[2] - 3.5).abs() < 1e-5, "{g:?}");
        assert!((field.at([6.4, 0.0])[0] - 7.0).abs() < 1e-5);
        assert_eq!(field.hold([9.0, -3.0]), [6.5, -0.5]);
    }

    #[test]
    fn lengths_and_slopes_have_the_plane_s_units() {
        let frame = Frame::diagonal([3.0, 0.0], [2.0, 0.1]);
        let survey = known::even(frame, 30, [9.0, 1.0, 4.0]);
        let field = Field::new(&survey, Metric::Fisher);
        let [a, b] = [[1.0, -0.2], [4.0, 0.1]].map(|z| survey.grid(z).expect("inside"));
        let expected = (9.0f64 * 9.0 + 2.0 * 0.9 + 4.0 * 0.09).sqrt();
        assert!((field.segment(a, b) - expected).abs() < 1e-4, "{}", field.segment(a, b));
        // diag(2, 0.1)·G·diag(2, 0.1).
        assert!((field.slope(a) - largest_singular_value([36.0, 0.2, 0.04])).abs() < 1e-4);
    }

    #[test]
    fn a_flaw_is_infinite_and_stays_where_it_is() {
        let mut survey = known::even(Frame::PRIOR, 5, [1.0, 0.0, 1.0]);
        survey.metric[12] = [f32::NAN; 6];
        let field = Field::new(&survey, Metric::Pixels);
        assert_eq!(field.segment([2.0, 1.0], [2.0, 3.0]), f64::INFINITY);
        assert!((field.segment([0.0, 1.0], [4.0, 1.0]) - 4.0 * 1.4).abs() < 1e-5);
        assert_eq!(field.slope([2.2, 2.0]), f32::INFINITY);
        let one = Field::new(&known::even(Frame::PRIOR, 1, [1.0, 0.0, 1.0]), Metric::Pixels);
        assert!((one.segment([-0.5, 0.0], [0.5, 0.0]) - 7.0).abs() < 1e-5);
    }

    #[test]
    fn equal_steps() {
        let way = resample(&[[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]], 4, apart);
        assert_eq!(way, [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [3.0, 1.0]]);
        assert_eq!(resample(&[[1.0, 1.0]], 2, apart), [[1.0, 1.0]; 3]);
        assert_eq!(resample(&[[1.0, 1.0], [1.0, 1.0]], 2, apart), [[1.0, 1.0]; 3]);
        assert!(resample(&[], 2, apart).is_empty());
    }
}
