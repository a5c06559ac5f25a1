//! Meters along a row of models, a small chart each: where each lies between its least and its greatest.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Circle;
use plotters::prelude::DrawingBackend;
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, pixel, stroke, write};

/// Charts side by side.
const COLUMNS: usize = 2;

/// Height of a chart with its words, in pixels of the page.
pub const HEIGHT: f32 = 92.0;

/// Of one meter.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    pub name: String,
    /// Of each model; nothing where it was not measured.
    pub values: Vec<Option<f32>>,
    /// The least and the greatest over several seeds, of each model; empty where there was one.
    pub seeds: Vec<Option<[f32; 2]>>,
    /// The least and the greatest of all that is drawn, as the page's language writes them.
    pub ends: [String; 2],
}

impl Panel {
    /// The least and the greatest value, those of other seeds among them.
    pub fn span(values: &[Option<f32>], seeds: &[Option<[f32; 2]>]) -> Option<[f32; 2]> {
        let all = values.iter().flatten().chain(seeds.iter().flatten().flatten());
        let finite = all.copied().filter(|value| value.is_finite());
        finite.fold(None, |span, v| Some(span.map_or([v, v], |[low, high]: [f32; 2]| [low.min(v), high.max(v)])))
    }
}

/// Height of all charts, in pixels of the page.
pub fn height(panels: usize) -> f32 {
    panels.div_ceil(COLUMNS) as f32 * HEIGHT
}

/// Draws the charts, row by row; `models` are the names below each.
pub fn draw_along<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    panels: &[Panel],
    models: &[String],
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let wide = area.dim_in_pixel().0 as f32 / COLUMNS as f32;
    for (i, panel) in panels.iter().enumerate() {
        let corner = [(i % COLUMNS) as f32 * wide, (i / COLUMNS) as f32 * HEIGHT * ratio];
        draw_panel(area, panel, models, corner, wide, ink, ratio)?;
    }
    Ok(())
}

fn draw_panel<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    panel: &Panel,
    models: &[String],
    [x, y]: [f32; 2],
    wide: f32,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let (left, right) = (x + 40.0 * ratio, x + wide - 16.0 * ratio);
    let (top, bottom) = (y + 22.0 * ratio, y + (HEIGHT - 24.0) * ratio);
    let small = 9.5 * ratio;
    let words = solid(ink.words, 1.0);
    write(area, &panel.name, [x, y], 11.0 * ratio, words, (HPos::Left, VPos::Top))?;
    for (level, end) in [(bottom, &panel.ends[0]), (top, &panel.ends[1])] {
        stroke(area, [[left, level], [right, level]], ratio, solid(ink.grid, 1.0))?;
        write(area, end, [left - 5.0 * ratio, level], small, words, (HPos::Right, VPos::Center))?;
    }
    let last = panel.values.len().saturating_sub(1).max(1);
    let across = |i: usize| left + (right - left) * i as f32 / last as f32;
    for (i, h) in [(0, HPos::Left), (last / 2, HPos::Center), (last, HPos::Right)] {
        let name = models.get(i).map_or("", String::as_str);
        write(area, name, [across(i), bottom + 5.0 * ratio], small, words, (h, VPos::Top))?;
    }
    let Some([low, high]) = Panel::span(&panel.values, &panel.seeds) else { return Ok(()) };
    let up = |value: f32| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        bottom - (bottom - top) * share
    };
    for (i, [least, most]) in panel.seeds.iter().enumerate().filter_map(|(i, ends)| Some((i, (*ends)?))) {
        stroke(area, [[across(i), up(least)], [across(i), up(most)]], 5.0 * ratio, solid(ink.kl, 0.3))?;
    }
    let known = panel.values.iter().enumerate().filter_map(|(i, value)| Some((i, (*value)?)));
    let points: Vec<[f32; 2]> = known.filter(|(_, v)| v.is_finite()).map(|(i, v)| [across(i), up(v)]).collect();
    stroke(area, points.iter().copied(), 1.6 * ratio, solid(ink.kl, 1.0))?;
    let style = ShapeStyle { color: solid(ink.kl, 1.0), filled: true, stroke_width: 0 };
    points.into_iter().try_for_each(|at| area.draw(&Circle::new(pixel(at), (2.2 * ratio) as u32, style)))
}

#[cfg(test)]
mod tests {
    use super::super::paper::{RATIO, paper, sized};
    use super::*;
    use crate::state::scene::Theme;

    #[test]
    fn each_meter_has_its_chart_its_ends_and_the_models_names() {
        let values = vec![Some(1.0), None, Some(3.0), Some(f32::NAN)];
        assert_eq!(Panel::span(&values, &[]), Some([1.0, 3.0]));
        assert_eq!(Panel::span(&values, &[None, Some([0.5, 2.0])]), Some([0.5, 3.0]));
        assert_eq!(Panel::span(&[None, Some(f32::INFINITY)], &[]), None);
        let panel = |name: &str, values: &[Option<f32>]| Panel {
            name: name.into(),
            values: values.to_vec(),
            seeds: Vec::new(),
            ends: ["low".into(), "high".into()],
        };
        let panels = [panel("continuity", &values), panel("slope", &[None; 4]), panel("nats", &[])];
        let models = ["plain", "β = 0", "β = 1", "β = 4"].map(str::to_owned);
        let svg = paper(sized([360.0, height(3)]), "along β", |area| {
            draw_along(area, &panels, &models, Ink::on(Theme::Light), RATIO)
        });
        let svg = svg.expect("an SVG in memory");
        assert!(["continuity", "slope", "nats", "β = 4", "high"].iter().all(|word| svg.contains(word)), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 2, "{svg}");
    }
}
