//! The aggregated posterior along each axis of the plane as bars, under the bell of what one samples from.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Rectangle;
use plotters::prelude::DrawingBackend;
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, pixel, stroke, write};
use crate::latent::histogram::{REACH, normal};

/// Points of the bell.
const BELL: usize = 80;

/// A bar higher than this many bells is cut: the codes of a collapsed model are all in one.
const HIGHEST: f32 = 2.5;

/// Draws the densities of the codes along both axes, side by side, each per σ in equal parts of ±[`REACH`] σ.
pub fn draw_marginals<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    axes: &[Vec<f32>; 2],
    names: &[String; 2],
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let (width, height) = area.dim_in_pixel();
    let (gap, bottom, top) = (12.0 * ratio, height as f32 - 17.0 * ratio, 4.0 * ratio);
    let wide = (width as f32 - gap) / 2.0;
    let highest = axes.iter().flatten().copied().fold(normal(0.0), f32::max).min(HIGHEST * normal(0.0));
    let up = |density: f32| bottom - (bottom - top) * (density / highest).clamp(0.0, 1.0);
    for (axis, bars) in axes.iter().enumerate() {
        let left = axis as f32 * (wide + gap);
        let across = |sigma: f32| left + wide * (sigma + REACH) / (2.0 * REACH);
        let part = wide / bars.len().max(1) as f32;
        for (i, &density) in bars.iter().enumerate().filter(|bar| *bar.1 > 0.0) {
            let style = ShapeStyle { color: solid(ink.z, 0.55), filled: true, stroke_width: 0 };
            let x = left + part * i as f32;
            area.draw(&Rectangle::new([pixel([x, up(density)]), pixel([x + part * 0.9, bottom])], style))?;
        }
        let bell = (0..=BELL).map(|i| {
            let sigma = REACH * (2.0 * i as f32 / BELL as f32 - 1.0);
            [across(sigma), up(normal(sigma))]
        });
        stroke(area, bell, 1.6 * ratio, solid(ink.words, 1.0))?;
        stroke(area, [[left, bottom], [left + wide, bottom]], ratio, solid(ink.grid, 1.0))?;
        for sigma in [-2.0f32, 0.0, 2.0] {
            let words = if sigma == 0.0 { names[axis].clone() } else { format!("{}{:.0}σ", sign(sigma), sigma.abs()) };
            let at = [across(sigma), bottom + 4.0 * ratio];
            write(area, &words, at, 10.5 * ratio, solid(ink.words, 1.0), (HPos::Center, VPos::Top))?;
        }
    }
    Ok(())
}

fn sign(value: f32) -> &'static str {
    if value < 0.0 { "−" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::scene::Theme;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn svg(axes: [Vec<f32>; 2]) -> String {
        let mut out = String::new();
        {
            let area = SVGBackend::with_string(&mut out, (320, 90)).into_drawing_area();
            let names = ["z₁".to_owned(), "z₂".to_owned()];
            draw_marginals(&area, &axes, &names, Ink::on(Theme::Light), 1.0).expect("an SVG in memory");
            area.present().expect("an SVG in memory");
        }
        out
    }

    #[test]
    fn both_axes_have_their_bars_their_bell_and_their_name() {
        let out = svg([vec![0.1, 0.4, 0.1], vec![0.0, 9.0, 0.0]]);
        assert_eq!(out.matches("<rect").count(), 4, "a part without codes has no bar");
        assert!(
            out.contains("z₁") && out.contains("z₂") && out.contains("−2σ") && out.matches("<polyline").count() >= 2
        );
        svg([vec![], vec![]]);
    }
}
