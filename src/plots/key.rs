//! What stands below a figure of the plane: whose colour is whose, and what the colours of a layer mean.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Rectangle;
use plotters::prelude::{DrawingBackend, RGBColor};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{ShapeStyle, WHITE};

use super::palette::{CLASS, Ink, solid};
use super::{Drawn, pixel, write};
use crate::state::scene::Theme;

/// Height of a line, in pixels of the page.
const LINE: f32 = 24.0;
const LETTERS: f32 = 12.0;
/// Between what stands side by side.
const GAP: f32 = 14.0;
const SWATCH: f32 = 11.0;
/// Length of a scale, and in how many pieces it is drawn.
const SCALE: f32 = 120.0;
const PIECES: usize = 60;

/// The words and colours of a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// Of each class.
    pub classes: Vec<(u8, String)>,
    pub scale: Option<Scale>,
}

/// A row of colours and what its ends mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// RGBA, straight, evenly from one end to the other; on the plane's dark ground.
    pub colours: Vec<[u8; 4]>,
    pub ends: [String; 2],
    /// Where on it something begins, from 0 to 1.
    pub mark: Option<f32>,
}

enum Item<'a> {
    Class(u8, &'a str),
    Scale(&'a Scale),
}

/// About how wide words are, in pixels of the page: nothing is measured here.
fn wide(words: &str) -> f32 {
    words.chars().count() as f32 * LETTERS * 0.56
}

impl Key {
    /// The items line by line, each with its place, for a figure of this width in pixels of the page.
    fn lines(&self, width: f32) -> Vec<(f32, usize, Item<'_>)> {
        let classes =
            self.classes.iter().map(|(class, name)| (SWATCH + 5.0 + wide(name), Item::Class(*class, name.as_str())));
        let scale = self
            .scale
            .iter()
            .map(|scale| (wide(&scale.ends[0]) + SCALE + wide(&scale.ends[1]) + 12.0, Item::Scale(scale)));
        let (mut x, mut line) = (GAP, 0);
        let mut places = Vec::new();
        for (needed, item) in classes.chain(scale) {
            // A scale begins with a word of its own, which is none of the classes'.
            x += if matches!(item, Item::Scale(_)) && x > GAP { GAP } else { 0.0 };
            if x > GAP && x + needed > width - GAP {
                (x, line) = (GAP, line + 1);
            }
            places.push((x, line, item));
            x += needed + GAP;
        }
        places
    }

    /// Height below a figure of this width, in pixels of the page.
    pub fn height(&self, width: f32) -> f32 {
        self.lines(width).last().map_or(0.0, |(_, line, _)| (line + 1) as f32 * LINE + 6.0)
    }
}

/// Draws the key on white.
pub fn draw_key<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, key: &Key, ratio: f32) -> Drawn<DB> {
    area.fill(&WHITE)?;
    let ink = solid(Ink::on(Theme::Light).words, 1.0);
    let width = area.dim_in_pixel().0 as f32 / ratio;
    for (x, line, item) in key.lines(width) {
        let middle = 3.0 + LINE * (line as f32 + 0.5);
        let words = |text: &str, x: f32| {
            write(area, text, [x * ratio, middle * ratio], LETTERS * ratio, ink, (HPos::Left, VPos::Center))
        };
        let bar = |x: f32, wide: f32, high: f32, color: RGBColor| {
            let style = ShapeStyle { color: solid(color, 1.0), filled: true, stroke_width: 0 };
            let corners = [[x, middle - high / 2.0], [x + wide, middle + high / 2.0]];
            area.draw(&Rectangle::new(corners.map(|at| pixel(at.map(|v| v * ratio))), style))
        };
        match item {
            Item::Class(class, name) => {
                let [r, g, b] = CLASS[usize::from(class) % CLASS.len()];
                bar(x, SWATCH, SWATCH, RGBColor(r, g, b))?;
                words(name, x + SWATCH + 5.0)?;
            }
            Item::Scale(scale) => {
                let from = x + wide(&scale.ends[0]) + 6.0;
                words(&scale.ends[0], x)?;
                for piece in 0..PIECES {
                    let at = from + SCALE * piece as f32 / PIECES as f32;
                    let share = piece as f32 / (PIECES - 1) as f32;
                    bar(at, SCALE / PIECES as f32 + 0.5, SWATCH, on_ground(mixed(&scale.colours, share)))?;
                }
                if let Some(mark) = scale.mark {
                    bar(from + SCALE * mark - 1.0, 2.0, SWATCH + 4.0, Ink::on(Theme::Light).words)?;
                }
                words(&scale.ends[1], from + SCALE + 6.0)?;
            }
        }
    }
    Ok(())
}

/// The colour at a share of the way from the first to the last.
fn mixed(colours: &[[u8; 4]], share: f32) -> [f32; 4] {
    let at = share.clamp(0.0, 1.0) * colours.len().saturating_sub(1) as f32;
    let of = |i: usize| colours.get(i).or(colours.last()).copied().unwrap_or_default().map(f32::from);
    let (low, high) = (of(at as usize), of(at as usize + 1));
    std::array::from_fn(|i| low[i] + (high[i] - low[i]) * at.fract())
}

fn on_ground([r, g, b, alpha]: [f32; 4]) -> RGBColor {
    let over = |value: f32, ground: f32| (ground + (value - ground) * alpha / 255.0).round() as u8;
    RGBColor(over(r, 8.0), over(g, 10.0), over(b, 14.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn key(classes: usize) -> Key {
        let names = (0..classes).map(|class| (class as u8, format!("class {class}"))).collect();
        let colours = vec![[0, 0, 0, 0], [255, 150, 40, 255]];
        let scale = Scale { colours, ends: ["few".into(), "many".into()], mark: Some(0.5) };
        Key { classes: names, scale: Some(scale) }
    }

    #[test]
    fn every_class_and_both_ends_are_named_and_lines_break_where_it_is_narrow() {
        let key = key(10);
        let high = key.height(360.0) as u32;
        assert!(key.height(360.0) > 2.0 * key.height(2000.0) && Key::default().height(360.0) == 0.0);
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (360, high)).into_drawing_area();
            draw_key(&area, &key, 1.0).expect("an SVG in memory");
            area.present().expect("an SVG in memory");
        }
        assert!((0..10).all(|class| svg.contains(&format!("class {class}"))) && svg.contains("many"), "{svg}");
        assert!(svg.contains("#7F8CFF") && svg.contains("#FF9628") && svg.contains("#080A0E"), "{svg}");
        let inside = |name: &str, most: f32| {
            let quoted = format!(" {name}=\"");
            let values = svg.split(&quoted).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok());
            values.collect::<Vec<f32>>().into_iter().all(|v| (0.0..=most).contains(&v))
        };
        assert!(inside("x", 360.0) && inside("y", high as f32), "{svg}");
    }
}
