//! Figures. Each is a function over plotters' `DrawingBackend`, so that one function draws on the page's canvas and into
//! an SVG file; pictures of many points are made of bytes instead, in `raster`.
//!
//! Sizes are in pixels of the area times `ratio`, the pixels of the area to one of the page. No text is measured: on a
//! canvas that costs a layout of the page.

pub mod along;
pub mod bars;
pub mod code;
pub mod contact;
pub mod curves;
pub mod dots;
pub mod figure;
pub mod heat;
pub mod key;
pub mod marginals;
pub mod net;
pub mod palette;
pub mod paper;
pub mod plane;
pub mod raster;
pub mod rate;
pub mod space;
pub mod steps;
pub mod surface;
pub mod warp;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::{DrawingBackend, IntoFont, PathElement, RGBAColor, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{ShapeStyle, TextStyle};

/// What a figure gives.
pub type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// The face of every figure.
const FACE: &str = "ui-sans-serif, system-ui, sans-serif";

/// Words at a pixel, hanging on the given corner.
fn write<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    words: &str,
    at: [f32; 2],
    size: f32,
    color: RGBAColor,
    (h, v): (HPos, VPos),
) -> Drawn<DB> {
    let style = TextStyle::from((FACE, f64::from(size)).into_font()).color(&color).pos(Pos::new(h, v));
    area.draw(&Text::new(words.to_owned(), pixel(at), style))
}

fn stroke<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    points: impl IntoIterator<Item = [f32; 2]>,
    width: f32,
    color: RGBAColor,
) -> Drawn<DB> {
    let style = ShapeStyle { color, filled: false, stroke_width: width.round().max(1.0) as u32 };
    area.draw(&PathElement::new(points.into_iter().map(pixel).collect::<Vec<_>>(), style))
}

fn pixel([x, y]: [f32; 2]) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

/// What a drawing over the whole prior in 630×630 pixels, a hundred to a unit of z, makes of an SVG.
#[cfg(test)]
fn svg(
    draw: impl FnOnce(&DrawingArea<plotters::prelude::SVGBackend<'_>, Shift>, &crate::latent::view::View),
) -> String {
    use plotters::prelude::IntoDrawingArea;
    let mut out = String::new();
    {
        let area = plotters::prelude::SVGBackend::with_string(&mut out, (630, 630)).into_drawing_area();
        draw(&area, &crate::latent::view::View::new(630.0, 630.0));
        area.present().expect("an SVG in memory");
    }
    out
}
