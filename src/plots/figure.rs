//! Everything that is drawn with lines over the plane: on the page's canvas, and in a file.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Circle;
use plotters::prelude::{DrawingBackend, RGBColor};
use plotters::style::ShapeStyle;

use super::palette::{CLASS, solid};
use super::plane::{
    draw_axis, draw_contours, draw_guesses, draw_handle, draw_loop, draw_names, draw_posterior, draw_posteriors,
    draw_prior, draw_ring, draw_samples, draw_trail, draw_way,
};
use super::{Drawn, pixel};
use crate::latent::posterior::Ellipse;
use crate::latent::select::Selection;
use crate::latent::view::View;
use crate::state::pictures::Cloud;
use crate::state::scene::Classes;

/// What there is to mark, in units of z.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    pub prior: bool,
    /// Where the aggregated posterior is as dense as the prior at one and at two σ, in pieces.
    pub contours: Vec<[[f32; 2]; 2]>,
    /// Of the codes that are pinned or selected.
    pub ellipses: Vec<Ellipse>,
    /// The film strip's points.
    pub way: Vec<[f32; 2]>,
    /// Of the drawing.
    pub posterior: Option<Ellipse>,
    pub samples: Vec<[f32; 2]>,
    pub trail: Vec<[f32; 2]>,
    /// Where somebody predicts that decodings make no sense.
    pub guesses: Vec<[f32; 2]>,
    /// What is pointed at, and what is pinned.
    pub rings: Vec<[f32; 2]>,
    /// The corners of what is being drawn around codes.
    pub around: Vec<[f32; 2]>,
    /// On the page they are elements of their own.
    pub handles: Vec<([f32; 2], String)>,
}

/// Draws every mark.
///
/// # Errors
/// What the backend says; a canvas and an SVG in memory say nothing.
pub fn draw_marks<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    marks: &Marks,
) -> Drawn<DB> {
    if marks.prior {
        draw_prior(area, view, ratio)?;
    }
    draw_contours(area, view, ratio, &marks.contours)?;
    draw_posteriors(area, view, ratio, marks.ellipses.iter().copied())?;
    draw_way(area, view, ratio, &marks.way)?;
    if let Some(ellipse) = &marks.posterior {
        draw_posterior(area, view, ratio, ellipse)?;
    }
    draw_samples(area, view, ratio, marks.samples.iter().copied())?;
    draw_trail(area, view, ratio, &marks.trail)?;
    draw_guesses(area, view, ratio, &marks.guesses)?;
    marks.rings.iter().try_for_each(|z| draw_ring(area, view, ratio, *z))?;
    draw_loop(area, view, ratio, &marks.around)?;
    marks.handles.iter().try_for_each(|(z, name)| draw_handle(area, view, ratio, *z, name))
}

/// Draws both axes along the edges of the window.
///
/// # Errors
/// What the backend says.
pub fn draw_axes<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, view: &View, ratio: f32) -> Drawn<DB> {
    [0, 1].into_iter().try_for_each(|axis| draw_axis(area, view, ratio, axis))?;
    draw_names(area, view, ratio)
}

/// The codes in sight as circles of their class's colour, for a file of lines; those that are not selected grey.
///
/// # Errors
/// What the backend says.
pub fn draw_codes<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    cloud: &Cloud,
    hidden: Classes,
    selection: Option<&Selection>,
    radius: f32,
) -> Drawn<DB> {
    let grey = RGBColor(150, 156, 166);
    for (index, (code, &class)) in cloud.codes.iter().zip(&cloud.labels).enumerate() {
        let at = view.to_pixel(*code);
        let seen = (0.0..view.width).contains(&at[0]) && (0.0..view.height).contains(&at[1]);
        let Some([r, g, b]) = CLASS.get(usize::from(class)).filter(|_| seen && !hidden.has(class)) else { continue };
        let chosen = selection.is_none_or(|selection| selection.has(index));
        let color = if chosen { solid(RGBColor(*r, *g, *b), 0.95) } else { solid(grey, 0.5) };
        let style = ShapeStyle { color, filled: true, stroke_width: 0 };
        area.draw(&Circle::new(pixel(at), radius.max(1.0) as u32, style))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::svg;
    use super::*;

    #[test]
    fn codes_are_circles_in_their_colour_and_grey_outside_a_selection() {
        let cloud = Cloud {
            codes: vec![[1.0, 0.5], [0.0, 0.0], [90.0, 0.0], [0.5, 0.5]],
            log_var: vec![[0.0; 2]; 4],
            labels: vec![4, 7, 1, 3],
        };
        let mut hidden = Classes::default();
        hidden.toggle(3);
        let selection = Selection::of(4, &[0]);
        let out = svg(|area, view| draw_codes(area, view, &cloud, hidden, Some(&selection), 2.0).expect("in memory"));
        assert_eq!(out.matches("<circle").count(), 2, "one is out of sight and one hidden: {out}");
        assert!(out.contains("cx=\"415\" cy=\"265\"") && out.contains("#B9B437") && out.contains("#969CA6"), "{out}");
    }

    #[test]
    fn nothing_to_mark_leaves_nothing_and_the_axes_have_names_and_numbers() {
        let out = svg(|area, view| draw_marks(area, view, 1.0, &Marks::default()).expect("in memory"));
        assert!(!out.contains("circle") && !out.contains("poly") && !out.contains("<text"), "{out}");
        let out = svg(|area, view| draw_axes(area, view, 1.0).expect("in memory"));
        assert!(["z₁", "z₂", "−2", "1"].iter().all(|word| out.contains(word)), "{out}");
        let marks = Marks { handles: vec![([0.0, 0.0], "seven".into())], ..Marks::default() };
        let out = svg(|area, view| draw_marks(area, view, 1.0, &marks).expect("in memory"));
        assert!(out.contains("seven") && out.contains("cx=\"315\""), "{out}");
    }
}
