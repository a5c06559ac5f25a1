//! The grid of one plane as it lies in another.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::palette::{Ink, solid};
use super::{Drawn, stroke};

/// A grid's nodes where they have come to lie, row after row.
#[derive(Clone, Copy, Debug)]
pub struct Warp<'a> {
    pub columns: usize,
    pub rows: usize,
    pub nodes: &'a [[f32; 2]],
}

/// Every so many lines one is stronger.
const STRONG: usize = 5;

/// Where a point of the square of ±`reach` lies on a square of `side` pixels; y grows upwards.
pub fn place(point: [f32; 2], side: f32, reach: f32) -> [f32; 2] {
    let across = |v: f32| (v / reach + 1.0) / 2.0 * side;
    [across(point[0]), side - across(point[1])]
}

/// Draws the grid's lines in the square of ±`reach`.
pub fn draw_warp<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    reach: f32,
    warp: Warp,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let side = area.dim_in_pixel().0 as f32;
    let Warp { columns, rows, nodes } = warp;
    if columns * rows != nodes.len() {
        return Ok(());
    }
    let line = |points: Vec<usize>, strong: bool| {
        // A node that is far out would make a line longer than a picture can hold.
        let far = |v: f32| v.clamp(-4.0 * reach, 4.0 * reach);
        let points = points.into_iter().map(|i| nodes[i]).filter(|node| node.iter().all(|v| v.is_finite()));
        let points = points.map(|node| place(node.map(far), side, reach));
        let color = solid(ink.z, if strong { 0.95 } else { 0.45 });
        within(points, side).into_iter().try_for_each(|piece| stroke(area, piece, ratio, color))
    };
    for row in 0..rows {
        line((0..columns).map(|column| row * columns + column).collect(), row % STRONG == 0)?;
    }
    for column in 0..columns {
        line((0..rows).map(|row| row * columns + column).collect(), column % STRONG == 0)?;
    }
    Ok(())
}

/// The pieces of a line that lie in the square: a file's area would bend what leaves it along its edges.
fn within(points: impl Iterator<Item = [f32; 2]>, side: f32) -> Vec<Vec<[f32; 2]>> {
    let mut pieces: Vec<Vec<[f32; 2]>> = Vec::new();
    let mut last = None;
    for point in points {
        if let Some((from, to)) = last.and_then(|last| clipped(last, point, side)) {
            match pieces.last_mut().filter(|piece| piece.last() == Some(&from)) {
                Some(piece) => piece.push(to),
                None => pieces.push(vec![from, to]),
            }
        }
        last = Some(point);
    }
    pieces
}

/// What of a stretch lies in the square of `side`, after Liang and Barsky (1984).
fn clipped(a: [f32; 2], b: [f32; 2], side: f32) -> Option<([f32; 2], [f32; 2])> {
    let (mut enters, mut leaves) = (0.0f32, 1.0f32);
    for axis in [0, 1] {
        let along = b[axis] - a[axis];
        for (toward, room) in [(-along, a[axis]), (along, side - a[axis])] {
            if toward < 0.0 {
                enters = enters.max(room / toward);
            } else if toward > 0.0 {
                leaves = leaves.min(room / toward);
            } else if room < 0.0 {
                return None;
            }
        }
    }
    let at = |t: f32| [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
    // Its own ends stay as they are, so that pieces meet.
    let (from, to) = (if enters > 0.0 { at(enters) } else { a }, if leaves < 1.0 { at(leaves) } else { b });
    (enters < leaves).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::scene::Theme;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn svg(warp: Warp) -> String {
        let mut out = String::new();
        {
            let area = SVGBackend::with_string(&mut out, (100, 100)).into_drawing_area();
            draw_warp(&area, 2.0, warp, Ink::on(Theme::Light), 1.0).expect("an SVG in memory");
            area.present().expect("an SVG in memory");
        }
        out
    }

    #[test]
    fn every_row_and_every_column_is_a_line_through_its_nodes() {
        let nodes = [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.5]];
        let out = svg(Warp { columns: 2, rows: 2, nodes: &nodes });
        assert_eq!(out.matches("<polyline").count(), 4);
        assert!(out.contains("25,75 75,75"), "the lower row: {out}");
        assert!(out.contains("75,75 75,13") || out.contains("75,75 75,12"), "the right column: {out}");
    }

    #[test]
    fn a_line_that_leaves_the_square_ends_at_its_edge_and_comes_in_again() {
        let line = [[10.0, 50.0], [50.0, 50.0], [150.0, 50.0], [150.0, 90.0], [50.0, 90.0]];
        let pieces = within(line.into_iter(), 100.0);
        assert_eq!(pieces, [vec![[10.0, 50.0], [50.0, 50.0], [100.0, 50.0]], vec![[100.0, 90.0], [50.0, 90.0]]]);
        assert_eq!(within([[-10.0, 50.0], [110.0, 50.0]].into_iter(), 100.0), [vec![[0.0, 50.0], [100.0, 50.0]]]);
        assert!(within([[-10.0, 50.0], [-5.0, 90.0], [-5.0, 120.0]].into_iter(), 100.0).is_empty());
    }

    #[test]
    fn what_does_not_fit_or_is_no_number_is_not_drawn() {
        assert_eq!(svg(Warp { columns: 3, rows: 3, nodes: &[[0.0; 2]; 4] }).matches("<polyline").count(), 0);
        svg(Warp { columns: 1, rows: 2, nodes: &[[f32::NAN, 0.0], [1e30, 0.0]] });
    }
}
