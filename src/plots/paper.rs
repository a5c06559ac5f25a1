//! A figure as a file of its own: an SVG on white paper, with a title, in letters that are read where it is printed a
//! column wide.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::{DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, WHITE};

use super::palette::{Ink, solid};
use super::{Drawn, write};

/// The title's letters, and the room for them, in the figure's pixels.
const TITLE: f32 = 20.0;
const HEAD: u32 = 34;
const MARGIN: u32 = 16;

/// The page's ink on white.
const INK: RGBColor = RGBColor(29, 33, 41);

/// How many pixels of a figure are one of a chart of the page's rail; what is drawn with this keeps its proportions.
pub const RATIO: f32 = 2.0;

/// Pixels of a whole figure whose chart is `size` large on the page.
pub fn sized([width, height]: [f32; 2]) -> [u32; 2] {
    let side = |length: f32| (length * RATIO).round().max(1.0) as u32;
    [side(width) + 2 * MARGIN, side(height) + HEAD + 2 * MARGIN]
}

/// Where below its title a figure of `size` draws: left, top, width, height.
pub fn below([width, height]: [u32; 2]) -> [u32; 4] {
    [MARGIN, MARGIN + HEAD, width.saturating_sub(2 * MARGIN), height.saturating_sub(HEAD + 2 * MARGIN)]
}

/// What draws on such paper.
pub type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A figure of `size` pixels, or wider where its title is; nothing if it cannot be drawn.
pub fn paper(
    [width, height]: [u32; 2],
    title: &str,
    draw: impl for<'a> FnOnce(&Sheet<'a>) -> Drawn<SVGBackend<'a>>,
) -> Option<String> {
    // A letter is about so wide: nothing is measured here.
    let worded = (title.chars().count() as f32 * TITLE * 0.56) as u32 + 2 * MARGIN;
    let mut svg = String::new();
    {
        let whole = SVGBackend::with_string(&mut svg, (width.max(worded), height)).into_drawing_area();
        whole.fill(&WHITE).ok()?;
        let at = [MARGIN as f32, MARGIN as f32];
        write(&whole, title, at, TITLE, solid(INK, 1.0), (HPos::Left, VPos::Top)).ok()?;
        let [left, top, width, height] = below([width, height]);
        let inside = whole.clone().shrink((left, top), (width, height));
        draw(&inside).ok()?;
        whole.present().ok()?;
    }
    Some(svg)
}

/// Draws the names of rows of pictures, which share a height, before them.
pub fn draw_rows<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    names: &[&str],
    height: f32,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let each = height / names.len().max(1) as f32;
    names.iter().enumerate().try_for_each(|(i, name)| {
        let at = [0.0, each * (i as f32 + 0.5)];
        write(area, name, at, 13.0 * ratio, solid(ink.words, 1.0), (HPos::Left, VPos::Center))
    })
}

/// An SVG with pictures over it, each at its left, top, width and height, as a data address; the pixels stay hard.
pub fn with_pictures(mut svg: String, pictures: &[([u32; 4], String)]) -> String {
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    let image = |([x, y, width, height], address): &([u32; 4], String)| {
        format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"{address}\"/>\n"
        )
    };
    svg.insert_str(end, &pictures.iter().map(image).collect::<String>());
    svg
}

#[cfg(test)]
mod tests {
    use super::super::stroke;
    use super::*;

    #[test]
    fn a_figure_has_its_title_on_white_and_what_is_drawn_below_it() {
        let size = sized([300.0, 100.0]);
        let svg = paper(size, "loss & more", |area| {
            assert_eq!(area.dim_in_pixel(), (600, 200));
            stroke(area, [[0.0, 0.0], [600.0, 200.0]], 1.0, solid(INK, 1.0))
        });
        let svg = svg.expect("an SVG in memory");
        let [left, top, width, height] = below(size);
        assert_eq!([width, height], [600, 200]);
        assert!(svg.contains("loss &amp; more") && svg.contains("#FFFFFF"), "{svg}");
        assert!(svg.contains(&format!("{left},{top} {},{}", left + 600, top + 200)), "{svg}");
    }

    #[test]
    fn a_title_is_whole_and_what_is_drawn_stays_as_large() {
        let title = "held-out examples and their reconstructions";
        let draw = |area: &Sheet| {
            assert_eq!(area.dim_in_pixel(), (100, 100));
            Ok(())
        };
        let svg = paper(sized([50.0, 50.0]), title, draw).expect("an SVG in memory");
        let width = svg.split("width=\"").nth(1).and_then(|rest| rest.split('"').next()?.parse::<f32>().ok());
        assert!(width.expect("a width") > 10.0 * title.len() as f32, "{svg}");
    }

    #[test]
    fn pictures_lie_over_the_rest_before_the_end() {
        let svg = paper([100, 100], "t", |_| Ok(())).expect("an SVG in memory");
        let svg = with_pictures(svg, &[([1, 2, 3, 4], "data:image/png;base64,AA==".into())]);
        assert!(svg.trim_end().ends_with("</svg>") && svg.contains("<image x=\"1\" y=\"2\" width=\"3\""), "{svg}");
    }
}
