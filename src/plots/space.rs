//! Planes of points side by side for a file, each with the other's grid in it, its frame and its axes.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, Rectangle};
use plotters::prelude::{DrawingBackend, RGBColor};
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{CLASS, Ink, solid};
use super::warp::{Warp, draw_warp, place};
use super::{Drawn, pixel, write};
use crate::state::scene::Theme;

/// The ground that the classes' colours are made for.
const GROUND: RGBColor = RGBColor(8, 10, 14);

/// Room for the names around a plane, in pixels of the page.
const EDGE: f32 = 18.0;

/// One plane.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    pub name: &'a str,
    /// Across and up.
    pub axes: [&'a str; 2],
    pub reach: f32,
    pub points: &'a [[f32; 2]],
    pub labels: &'a [u8],
    pub warp: Option<Warp<'a>>,
}

/// Draws both planes.
pub fn draw_planes<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, planes: [Plane; 2], ratio: f32) -> Drawn<DB> {
    for (part, plane) in area.split_evenly((1, 2)).iter().zip(planes) {
        draw_plane(part, plane, ratio)?;
    }
    Ok(())
}

fn draw_plane<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, plane: Plane, ratio: f32) -> Drawn<DB> {
    let ink = Ink::on(Theme::Light);
    let words = solid(ink.words, 1.0);
    let (width, height) = area.dim_in_pixel();
    let edge = (EDGE * ratio) as u32;
    let side = width.saturating_sub(2 * edge).min(height.saturating_sub(2 * edge));
    let square = area.clone().shrink((edge, edge), (side, side));
    let ground = ShapeStyle { color: solid(GROUND, 1.0), filled: true, stroke_width: 0 };
    square.draw(&Rectangle::new([(0, 0), (side as i32, side as i32)], ground))?;
    for (i, &point) in plane.points.iter().enumerate().filter(|(_, p)| p.iter().all(|v| v.is_finite())) {
        let at = place(point, side as f32, plane.reach);
        let [r, g, b] = CLASS[usize::from(plane.labels.get(i).copied().unwrap_or(0)) % CLASS.len()];
        let style = ShapeStyle { color: solid(RGBColor(r, g, b), 1.0), filled: true, stroke_width: 0 };
        if at.iter().all(|v| (0.0..side as f32).contains(v)) {
            square.draw(&Circle::new(pixel(at), ratio as u32, style))?;
        }
    }
    if let Some(warp) = plane.warp {
        draw_warp(&square, plane.reach, warp, Ink::on(Theme::Dark), ratio)?;
    }
    let (near, far) = (edge as f32, (edge + side) as f32);
    let (gap, small) = (4.0 * ratio, 10.0 * ratio);
    write(area, plane.name, [near, near - gap], 11.0 * ratio, words, (HPos::Left, VPos::Bottom))?;
    let end = plane.reach.to_string();
    for (at, text, h) in [(near, format!("−{end}"), HPos::Left), (far, end.clone(), HPos::Right)] {
        write(area, &text, [at, far + gap], small, words, (h, VPos::Top))?;
    }
    write(area, plane.axes[0], [(near + far) / 2.0, far + gap], small, words, (HPos::Center, VPos::Top))?;
    write(area, plane.axes[1], [near - gap, (near + far) / 2.0], small, words, (HPos::Right, VPos::Center))
}

#[cfg(test)]
mod tests {
    use super::super::paper::{RATIO, paper, sized};
    use super::*;

    #[test]
    fn planes_have_points_a_grid_and_axes_and_nothing_that_is_no_number() {
        let nodes = [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]];
        let warp = Some(Warp { columns: 2, rows: 2, nodes: &nodes });
        let points = [[0.0, 0.0], [f32::NAN, 0.0], [99.0, 0.0]];
        let plane = Plane { name: "data", axes: ["x1", "x2"], reach: 2.0, points: &points, labels: &[4], warp };
        let other = Plane { name: "codes", axes: ["z1", "z2"], warp: None, ..plane };
        let svg = paper(sized([360.0, 190.0]), "bent", |area| draw_planes(area, [plane, other], RATIO));
        let svg = svg.expect("an SVG in memory");
        assert!(["data", "codes", "x1", "z2", "−2"].iter().all(|word| svg.contains(word)), "{svg}");
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (2, 4), "{svg}");
    }
}
