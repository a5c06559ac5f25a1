//! Pulling a way taut: bends of all widths, from half of the way to one point, are tried and kept where they make it
//! shorter. A bend moves the points around one by less the farther they are from it, and so a wide one straightens at
//! once what single points would take hundreds of rounds for.

use super::field::{Field, Spot, apart, resample};

/// Pieces that a way is cut into: a power of two, so that every width of bend fits.
pub const PIECES: usize = 64;

/// Times that the points are spread evenly again, and rounds of bends each time.
const SPREADS: usize = 3;
const ROUNDS: usize = 12;

/// A round that shortens the way by a smaller share than this is the last.
const ENOUGH: f64 = 1e-4;

/// A way as [`PIECES`] + 1 points in even steps, pulled taut with both ends held, and its length. It is not longer than
/// `way` in those steps.
pub fn relax(field: &Field, way: &[Spot]) -> (Vec<Spot>, f64) {
    let mut string = Taut::new(field, resample(way, PIECES, apart));
    let mut best = (string.points.clone(), string.length());
    for _ in 0..SPREADS {
        string.pull();
        if string.length() >= best.1 {
            break;
        }
        best = (string.points.clone(), string.length());
        string = Taut::new(field, resample(&best.0, PIECES, apart));
    }
    best
}

struct Taut<'a> {
    field: &'a Field,
    points: Vec<Spot>,
    /// Length of each piece.
    pieces: Vec<f64>,
    /// The same of a bend that is tried.
    bent: (Vec<Spot>, Vec<f64>),
}

impl<'a> Taut<'a> {
    fn new(field: &'a Field, points: Vec<Spot>) -> Self {
        let pieces: Vec<f64> = points.windows(2).map(|w| field.segment(w[0], w[1])).collect();
        Self { field, bent: (points.clone(), pieces.clone()), points, pieces }
    }

    fn length(&self) -> f64 {
        self.pieces.iter().sum()
    }

    fn pull(&mut self) {
        let step = self.points.windows(2).map(|w| apart(w[0], w[1])).sum::<f64>() / PIECES as f64;
        let widths = || (0..PIECES.ilog2()).rev().map(|power| 1usize << power);
        // How far bends of each width go, in cells: farther while that helps, less far when it does not.
        let mut reach: Vec<f64> = widths().map(|width| step * width as f64 / 4.0).collect();
        for _ in 0..ROUNDS {
            let before = self.length();
            for (width, reach) in widths().zip(&mut reach) {
                let bends = (width..=PIECES - width).step_by(width).filter(|&at| self.bend(at, width, *reach)).count();
                *reach *= if bends > 0 { 1.25 } else { 0.5 };
            }
            // Both infinite: a flaw lies on the way, and another round may lead around it.
            if before - self.length() < ENOUGH * before && reach.iter().all(|reach| *reach < 0.1) {
                break;
            }
        }
    }

    /// Moves the points around `at`, those less than `width` away, to one side or the other if that is shorter.
    fn bend(&mut self, at: usize, width: usize, reach: f64) -> bool {
        let (first, last) = (at - width, at + width);
        let (a, b) = (self.points[first], self.points[last]);
        let chord = apart(a, b);
        // A way that comes back to where it was has no side; any will do.
        let side = if chord > 0.0 { [(a[1] - b[1]) / chord, (b[0] - a[0]) / chord] } else { [0.0, 1.0] };
        let mut shortest = self.pieces[first..last].iter().sum();
        let mut shorter = false;
        let (mut points, mut pieces) = ([[0.0; 2]; PIECES + 1], [0.0; PIECES]);
        for by in [reach, -reach] {
            let (mut length, mut i) = (0.0, first);
            points[first] = a;
            // Most bends are longer before their end is reached.
            while i < last && length < shortest {
                let share = by * (1.0 - (i + 1).abs_diff(at) as f64 / width as f64);
                let [x, y] = self.points[i + 1];
                points[i + 1] = self.field.hold([x + side[0] * share, y + side[1] * share]);
                pieces[i] = self.field.segment(points[i], points[i + 1]);
                length += pieces[i];
                i += 1;
            }
            if length < shortest {
                (shortest, shorter) = (length, true);
                self.bent.0[first..=last].copy_from_slice(&points[first..=last]);
                self.bent.1[first..last].copy_from_slice(&pieces[first..last]);
            }
        }
        if shorter {
            self.points[first..=last].copy_from_slice(&self.bent.0[first..=last]);
            self.pieces[first..last].copy_from_slice(&self.bent.1[first..last]);
        }
        shorter
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::survey::{Metric, known};
    use super::*;

    #[test]
    fn a_detour_on_level_ground_is_straightened() {
        let field = Field::new(&known::even(Frame::PRIOR, 32, [1.0, 0.0, 1.0]), Metric::Pixels);
        let detour = [[2.0, 4.0], [3.0, 29.0], [20.0, 20.0], [28.0, 9.0]];
        let (points, length) = relax(&field, &detour);
        let straight = field.segment(detour[0], detour[3]);
        assert!(length >= straight - 1e-9 && length < straight * 1.003, "{length} {straight}");
        assert!(points.len() == PIECES + 1 && points[0] == detour[0] && points[PIECES] == detour[3]);
        assert!((field.length(&points) - length).abs() < 1e-9);
    }

    #[test]
    fn nowhere_to_go() {
        let field = Field::new(&known::even(Frame::PRIOR, 4, [f32::NAN; 3]), Metric::Pixels);
        assert_eq!(relax(&field, &[[0.0, 0.0], [3.0, 3.0]]).1, f64::INFINITY);
        let field = Field::new(&known::even(Frame::PRIOR, 4, [1.0, 0.0, 1.0]), Metric::Pixels);
        assert_eq!(relax(&field, &[[1.0, 1.0], [1.0, 1.0]]).1, 0.0);
    }
}
