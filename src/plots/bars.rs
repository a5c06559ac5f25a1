//! The KL divergence of each latent dimension as a bar: a dimension without any is collapsed, its codes say nothing.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Rectangle;
use plotters::prelude::DrawingBackend;
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, pixel, stroke, write};

/// Below this, in nats, a dimension is collapsed.
pub const COLLAPSED: f32 = 0.01;

/// More bars than these carry no numbers.
const NUMBERED: usize = 12;

/// The words at the bars, in the page's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// The value of each.
    pub values: Vec<String>,
    /// What a collapsed dimension is called.
    pub collapsed: String,
}

/// Draws a bar for each of `values`, in nats.
pub fn draw_bars<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    values: &[f32],
    words: &Words,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let (width, height) = area.dim_in_pixel();
    let (left, right) = (4.0 * ratio, width as f32 - 4.0 * ratio);
    let (top, bottom) = (18.0 * ratio, height as f32 - 18.0 * ratio);
    let highest = values.iter().copied().filter(|v| v.is_finite()).fold(0.5f32, f32::max);
    let wide = (right - left) / values.len().max(1) as f32;
    let small = 10.5 * ratio;
    stroke(area, [[left, bottom], [right, bottom]], ratio, solid(ink.grid, 1.0))?;
    // Every name where they fit, every second or fourth where they do not.
    let every = [1, 2, 4, 8].into_iter().find(|n| wide * *n as f32 > 24.0 * ratio).unwrap_or(8);
    for (i, &value) in values.iter().enumerate() {
        let (x0, x1) = (left + wide * (i as f32 + 0.15), left + wide * (i as f32 + 0.85));
        let y = bottom - (bottom - top) * (value / highest).clamp(0.0, 1.0);
        let full = value >= COLLAPSED;
        let style = ShapeStyle { color: solid(ink.kl, 1.0), filled: full, stroke_width: ratio.round().max(1.0) as u32 };
        // What is next to nothing still has a place.
        let corners = [pixel([x0, y.min(bottom - 2.0 * ratio)]), pixel([x1, bottom])];
        area.draw(&Rectangle::new(corners, style))?;
        let middle = (x0 + x1) / 2.0;
        if values.len() <= NUMBERED {
            let said = words.values.get(i).filter(|_| full).unwrap_or(&words.collapsed);
            let at = [middle, y.min(bottom - 2.0 * ratio) - 3.0 * ratio];
            write(area, said, at, small, solid(ink.words, 1.0), (HPos::Center, VPos::Bottom))?;
        }
        if i % every == 0 {
            let at = [middle, bottom + 4.0 * ratio];
            write(area, &format!("z{}", i + 1), at, small, solid(ink.words, 1.0), (HPos::Center, VPos::Top))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::scene::Theme;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn svg(values: &[f32]) -> String {
        let mut out = String::new();
        {
            let area = SVGBackend::with_string(&mut out, (320, 120)).into_drawing_area();
            let said = values.iter().map(|value| format!("{value:.2}")).collect();
            let words = Words { values: said, collapsed: "gone".into() };
            draw_bars(&area, values, &words, Ink::on(Theme::Light), 1.0).expect("an SVG in memory");
            area.present().expect("an SVG in memory");
        }
        out
    }

    fn heights(svg: &str) -> Vec<f32> {
        let number = |line: &str, name: &str| {
            let rest = line.split(&format!(" {name}=\"")).nth(1)?;
            rest.split('"').next()?.parse().ok()
        };
        svg.lines().filter(|l| l.contains("<rect")).filter_map(|l| number(l, "height")).collect()
    }

    #[test]
    fn a_bar_is_as_high_as_its_value_says_and_a_collapsed_one_is_hollow() {
        let out = svg(&[4.0, 2.0, 0.001]);
        let heights = heights(&out);
        assert!((heights[0] / heights[1] - 2.0).abs() < 0.05, "{heights:?}");
        assert!(heights[2] <= 3.0);
        assert!(out.contains("4.00") && out.contains("gone") && out.contains("z3"));
        assert_eq!(out.lines().filter(|l| l.contains("<rect") && l.contains("fill=\"none\"")).count(), 1);
    }

    #[test]
    fn thirty_two_dimensions_fit_and_nothing_is_too_odd_to_draw() {
        let many: Vec<f32> = (0..32).map(|i| i as f32 * 0.1).collect();
        let out = svg(&many);
        assert_eq!(heights(&out).len(), 32);
        assert!(out.contains("z1<") || out.contains("z1\n"));
        svg(&[]);
        svg(&[f32::NAN, f32::INFINITY, -1.0]);
    }
}
