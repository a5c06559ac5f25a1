//! How far apart neighbouring pictures of the film strip are, in z and in pixels: where the picture changes faster than z,
//! a bar stands out.
//!
//! Both are drawn as multiples of their own mean, so that an even way is a level line with level bars, and the two can be
//! compared although their units differ.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Rectangle;
use plotters::prelude::DrawingBackend;
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, pixel, stroke, write};
use crate::latent::path::{largest, mean};

/// From each picture to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// In units of z.
    pub z: Vec<f32>,
    /// Euclidean, of pixels from 0 to 1. Empty until the pictures are there.
    pub pixels: Vec<f32>,
}

/// The chart's words, in the page's language: name and mean of each distance, and of the largest step how many times the
/// mean it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub z: String,
    pub pixels: String,
    pub jump: Option<String>,
}

/// Times the mean at the top of the chart, if no step is larger.
const TOP: f32 = 1.6;

/// Height of the line of words, in pixels.
const WORDS: f32 = 13.0;

/// Width of the names at either end of that line, in pixels.
const NAME: f32 = 118.0;

/// Draws a bar for each step between the places of its two pictures, which share the width of the area evenly, and the
/// steps in z as a line.
pub fn draw_steps<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    steps: &Steps,
    words: &Words,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let (width, height) = area.dim_in_pixel();
    let (width, bottom) = (width as f32, height as f32 - ratio);
    let high = bottom - WORDS * ratio;
    let multiples = |steps: &[f32]| {
        let mean = mean(steps);
        steps.iter().map(|step| if mean > 0.0 { step / mean } else { 0.0 }).collect::<Vec<_>>()
    };
    let (in_z, in_pixels) = (multiples(&steps.z), multiples(&steps.pixels));
    let top = in_z.iter().chain(&in_pixels).copied().filter(|x| x.is_finite()).fold(TOP, f32::max);
    let level = |times: f32| bottom - high * times / top;
    // The step from picture i to the next has its middle on the border between their places.
    let place = |i: f32, n: usize| width * (i + 1.0) / (n + 1) as f32;
    stroke(area, [[0.0, bottom], [width, bottom]], ratio, solid(ink.grid, 1.0))?;
    let jump = largest(&steps.pixels);
    for (i, &times) in in_pixels.iter().enumerate() {
        let [left, right] = [-0.34, 0.34].map(|side| place(i as f32 + side, in_pixels.len()));
        let alpha = if jump.is_some_and(|(at, _)| at == i) { 1.0 } else { 0.45 };
        let style = ShapeStyle { color: solid(ink.reconstruction, alpha), filled: true, stroke_width: 0 };
        area.draw(&Rectangle::new([pixel([left, level(times)]), pixel([right, bottom])], style))?;
    }
    let line = in_z
        .iter()
        .enumerate()
        .flat_map(|(i, &times)| [-0.5, 0.5].map(|side| [place(i as f32 + side, in_z.len()), level(times)]));
    stroke(area, line, 1.5 * ratio, solid(ink.z, 1.0))?;
    let small = 11.0 * ratio;
    write(area, &words.z, [0.0, ratio], small, solid(ink.z, 1.0), (HPos::Left, VPos::Top))?;
    if steps.pixels.is_empty() {
        return Ok(());
    }
    write(area, &words.pixels, [width, ratio], small, solid(ink.reconstruction, 1.0), (HPos::Right, VPos::Top))?;
    if let (Some((at, _)), Some(words)) = (jump, &words.jump) {
        // Over its bar, but clear of the two names.
        let middle = place(at as f32, in_pixels.len());
        let x = middle.max(NAME * ratio).min((width - NAME * ratio).max(width / 2.0));
        write(area, words, [x, ratio], small, solid(ink.reconstruction, 1.0), (HPos::Center, VPos::Top))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::scene::Theme;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn svg(z: &[f32], pixels: &[f32]) -> String {
        let words = Words { z: "dz 0.2".into(), pixels: "dx 1.5".into(), jump: Some("×3.0".into()) };
        let steps = Steps { z: z.to_vec(), pixels: pixels.to_vec() };
        let mut out = String::new();
        {
            let area = SVGBackend::with_string(&mut out, (600, 44)).into_drawing_area();
            draw_steps(&area, &steps, &words, Ink::on(Theme::Light), 1.0).expect("an SVG in memory");
            area.present().expect("an SVG in memory");
        }
        out
    }

    fn value(element: &str, name: &str) -> f32 {
        let rest = element.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        rest.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} in {element}"))
    }

    /// x, width and height of each bar, and its opacity.
    fn bars(svg: &str) -> Vec<[f32; 4]> {
        let bars = svg.lines().filter(|line| line.contains("<rect"));
        bars.map(|bar| ["x", "width", "height", "opacity"].map(|name| value(bar, name))).collect()
    }

    #[test]
    fn a_jump_is_three_times_as_high_and_strong() {
        let found = bars(&svg(&[0.2; 5], &[1.0, 1.0, 6.0, 1.0, 1.0]));
        assert_eq!(found.len(), 5, "{found:?}");
        let heights: Vec<f32> = found.iter().map(|bar| bar[2]).collect();
        // 30 pixels high: three times the mean fills them, half of the mean a sixth.
        assert_eq!(heights, [5.0, 5.0, 30.0, 5.0, 5.0]);
        assert!(found.iter().enumerate().all(|(i, bar)| (bar[3] == 1.0) == (i == 2)), "{found:?}");
        // Six pictures: the third step is in the middle.
        assert!((found[2][0] + found[2][1] / 2.0 - 300.0).abs() <= 1.0, "{found:?}");
    }

    #[test]
    fn the_line_is_the_distance_in_z() {
        let out = svg(&[1.0, 3.0], &[]);
        let line = out.lines().find(|l| l.contains("polyline") && l.contains("#5B3FD6")).expect("a line");
        let points: Vec<(f32, f32)> = line
            .split("points=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("points")
            .split_whitespace()
            .filter_map(|point| point.split_once(','))
            .map(|(x, y)| (x.parse().expect("a number"), y.parse().expect("a number")))
            .collect();
        // Half of the mean, then one and a half: of 30 pixels for 1.6 times it, 9 and 28.
        assert_eq!(points, [(100.0, 34.0), (300.0, 34.0), (300.0, 15.0), (500.0, 15.0)]);
        assert!(out.contains("dz 0.2") && !out.contains("dx 1.5"), "no pictures, no word of them");
    }

    #[test]
    fn words_stay_clear_of_each_other() {
        let at = |pixels: &[f32]| {
            let out = svg(&[1.0; 3], pixels);
            let mut lines = out.lines().skip_while(|line| !line.contains("<text")).collect::<Vec<_>>();
            lines.retain(|line| line.contains("<text"));
            lines.iter().map(|line| value(line, "x")).collect::<Vec<_>>()
        };
        assert_eq!(at(&[9.0, 1.0, 1.0]), [0.0, 600.0, 150.0]);
        assert_eq!(at(&[1.0, 1.0, 9.0]), [0.0, 600.0, 450.0]);
        let many = [&[9.0][..], &[1.0; 30]].concat();
        assert_eq!(at(&many)[2], NAME);
    }

    #[test]
    fn where_nothing_moves_there_is_nothing_to_mark() {
        let out = svg(&[0.0; 4], &[0.0; 4]);
        assert!(!out.contains("×3.0") && bars(&out).iter().all(|bar| bar[2] <= 1.0));
        assert!(bars(&svg(&[], &[])).is_empty());
    }
}
