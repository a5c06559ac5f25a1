//! A net as a diagram: a bar for each layer, as high as the logarithm of its units.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Rectangle;
use plotters::prelude::DrawingBackend;
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, pixel, write};

/// Room for two lines below the bars, and for one above them.
const BELOW: f32 = 34.0;
const ABOVE: f32 = 4.0;

/// A layer's bar, and the words below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub units: usize,
    /// How many units, or of which shape.
    pub shape: String,
    /// The number of its parameters; empty for none.
    pub parameters: String,
    /// Whether it is the latent space.
    pub code: bool,
}

/// Draws the layers from the input to the output.
pub fn draw_net<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, bars: &[Bar], ink: Ink, ratio: f32) -> Drawn<DB> {
    let (width, height) = area.dim_in_pixel();
    let each = width as f32 / bars.len().max(1) as f32;
    let (top, bottom) = (ABOVE * ratio, height as f32 - BELOW * ratio);
    let log = |units: usize| (units.max(1) as f32).log2() + 1.0;
    let most = bars.iter().map(|bar| log(bar.units)).fold(1.0, f32::max);
    for (i, bar) in bars.iter().enumerate() {
        let middle = each * (i as f32 + 0.5);
        let high = (bottom - top) * log(bar.units) / most;
        let middle_line = (top + bottom) / 2.0;
        let corners = [
            pixel([middle - each * 0.22, middle_line - high / 2.0]),
            pixel([middle + each * 0.22, middle_line + high / 2.0]),
        ];
        let color = if bar.code { ink.z } else { ink.reconstruction };
        area.draw(&Rectangle::new(corners, ShapeStyle { color: solid(color, 1.0), filled: true, stroke_width: 0 }))?;
        let hang = (HPos::Center, VPos::Top);
        write(area, &bar.shape, [middle, bottom + 4.0 * ratio], 10.5 * ratio, solid(ink.words, 1.0), hang)?;
        write(area, &bar.parameters, [middle, bottom + 18.0 * ratio], 9.0 * ratio, solid(ink.words, 0.75), hang)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::paper::paper;
    use super::*;
    use crate::state::scene::Theme;

    #[test]
    fn every_layer_has_its_bar_and_its_numbers() {
        let bar = |units: usize, parameters: &str, code| Bar {
            units,
            shape: format!("{units} u"),
            parameters: parameters.into(),
            code,
        };
        let bars = [bar(784, "", false), bar(2, "401,408", true), bar(784, "2,352", false)];
        let svg = paper([600, 300], "Net", |area| draw_net(area, &bars, Ink::on(Theme::Light), 2.0)).expect("an SVG");
        // The paper, and the layers.
        assert_eq!(svg.matches("<rect").count(), 1 + bars.len());
        assert!(svg.contains("784 u") && svg.contains("2 u") && svg.contains("401,408") && svg.contains("2,352"));
    }
}
