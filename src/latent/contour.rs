//! Lines of equal height on a grid, by marching squares (Lorensen and Cline 1987, in two dimensions).

use super::regularity::frame::cell_centre;
use crate::protocol::Area;

/// The line on which `values`, at the centres of a grid's cells row by row from the top left, are `level`: straight pieces
/// in no order, in units of z. Between two centres the values go in a straight line; where a square could be cut in two
/// ways, the mean of its corners says which. A value that is not finite counts as below every level.
pub fn contour(values: &[f32], area: Area, columns: usize, rows: usize, level: f32) -> Vec<[[f32; 2]; 2]> {
    if columns < 2 || rows < 2 || values.len() != columns * rows {
        return Vec::new();
    }
    let height = |cell: usize| if values[cell].is_finite() { values[cell] - level } else { -1.0 };
    let squares = (0..rows - 1).flat_map(|row| (0..columns - 1).map(move |column| row * columns + column));
    let mut pieces = Vec::new();
    for cell in squares {
        // Around the square: top left, top right, bottom right, bottom left.
        let corners = [cell, cell + 1, cell + columns + 1, cell + columns];
        let (places, heights) = (corners.map(|c| cell_centre(area, columns, rows, c)), corners.map(height));
        let crossings: Vec<[f32; 2]> = (0..4).filter_map(|edge| crossing(&places, &heights, edge)).collect();
        match crossings[..] {
            [a, b] => pieces.push([a, b]),
            [a, b, c, d] => {
                // The middle belongs to the corner at the top left, or to the other two.
                let joined = (heights.iter().sum::<f32>() >= 0.0) == (heights[0] >= 0.0);
                pieces.extend(if joined { [[a, b], [c, d]] } else { [[d, a], [b, c]] });
            }
            _ => {}
        }
    }
    pieces
}

/// Where an edge, from its corner to the next around the square, is crossed.
fn crossing(places: &[[f32; 2]; 4], heights: &[f32; 4], edge: usize) -> Option<[f32; 2]> {
    let (from, to) = (heights[edge], heights[(edge + 1) % 4]);
    let t = from / (from - to);
    ((from >= 0.0) != (to >= 0.0)).then(|| super::path::lerp(places[edge], places[(edge + 1) % 4], t))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area { min: [-2.0, -2.0], max: [2.0, 2.0] };

    fn grid(n: usize, f: impl Fn([f32; 2]) -> f32) -> Vec<f32> {
        (0..n * n).map(|cell| f(cell_centre(AREA, n, n, cell))).collect()
    }

    /// The level 1 of |z|² is the circle of radius 1: closed, of length 2π.
    #[test]
    fn of_a_bowl_it_is_a_circle() {
        let pieces = contour(&grid(64, |z| z[0] * z[0] + z[1] * z[1]), AREA, 64, 64, 1.0);
        let length: f32 = pieces.iter().map(|[a, b]| (a[0] - b[0]).hypot(a[1] - b[1])).sum();
        assert!((length - std::f32::consts::TAU).abs() < 0.02, "{length}");
        assert!(pieces.iter().flatten().all(|z| (z[0].hypot(z[1]) - 1.0).abs() < 2e-3));
        // Every end is the end of two pieces.
        for end in pieces.iter().flatten() {
            let same = |z: &&[f32; 2]| (z[0] - end[0]).hypot(z[1] - end[1]) < 1e-5;
            assert_eq!(pieces.iter().flatten().filter(same).count(), 2, "{end:?}");
        }
    }

    #[test]
    fn a_saddle_is_cut_as_its_middle_says() {
        // High at the top left and the bottom right; the middle is high as well, so that these two are joined.
        let joined = contour(&[3.0, -1.0, -1.0, 3.0], AREA, 2, 2, 0.0);
        let apart = contour(&[1.0, -3.0, -3.0, 1.0], AREA, 2, 2, 0.0);
        let near_corner =
            |piece: &[[f32; 2]; 2], x: f32, y: f32| piece.iter().all(|z| z[0] * x > -0.6 && z[1] * y > -0.6);
        assert!(joined.len() == 2 && joined.iter().any(|piece| near_corner(piece, 1.0, 1.0)), "{joined:?}");
        assert!(apart.len() == 2 && apart.iter().any(|piece| near_corner(piece, -1.0, 1.0)), "{apart:?}");
    }

    #[test]
    fn nothing_is_too_odd() {
        assert!(contour(&[], AREA, 0, 0, 1.0).is_empty());
        assert!(contour(&[1.0; 4], AREA, 2, 2, 0.5).is_empty());
        assert!(contour(&[1.0; 3], AREA, 2, 2, 0.5).is_empty());
        assert!(contour(&[f32::NAN; 9], AREA, 3, 3, 0.5).is_empty());
        assert_eq!(contour(&[f32::INFINITY, 1.0, 1.0, 1.0], AREA, 2, 2, 0.5).len(), 1);
    }
}
