//! What lies over the pictures and points: axes, prior, the film strip's way, posteriors, samples, and what is under way.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::pointer::{Hand, Loop};
use super::slices::{Job, Moves, follow};
use crate::latent::contour::contour;
use crate::latent::posterior::{Ellipse, prior_density, sigma_ellipse};
use crate::latent::regularity::Frame;
use crate::latent::regularity::overlap::density;
use crate::latent::view::View;
use crate::plots::figure::{Marks, draw_marks};
use crate::plots::plane::draw_axis;
use crate::state::PageStoreFields;
use crate::state::scene::{Cover, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// More ellipses than this would hide each other: of a larger selection every so many-th code shows its own.
const MOST_ELLIPSES: usize = 200;

pub fn draw(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>, hand: Hand) {
    let ellipses = Memo::new(move |_| ellipses(desk));
    let way = Memo::new(move |_| desk.way().unwrap_or_default());
    let contours = Memo::new(move |_| contours(desk));
    let content = Memo::new(move |_| {
        let around = match hand.around().get() {
            Some(Loop::Box([a, b])) => vec![a, [b[0], a[1]], b, [a[0], b[1]]],
            Some(Loop::Lasso(points)) => points,
            None => Vec::new(),
        };
        Some(Marks { around, contours: contours.get(), ellipses: ellipses.get(), way: way.get(), ..marks(desk) })
    });
    follow(node, view, content, Moves::Freely, |marks, view| Drawing { marks: marks.clone(), view: *view });
}

/// Marks on their way to the canvas.
struct Drawing {
    marks: Marks,
    view: View,
}

impl Job for Drawing {
    fn advance(&mut self) -> bool {
        true
    }

    fn show(self, canvas: &HtmlCanvasElement) {
        if let Some((area, ratio)) = canvas::figure(canvas.clone(), self.view.width, self.view.height) {
            // A canvas does not fail; if it does, the next drawing is a new try.
            draw_marks(&area, &self.view, ratio, &self.marks).ok();
        }
    }
}

/// Height of the strip below and width of the one on the left that the axes are drawn on, in pixels.
const LOWER: f32 = 28.0;
const LEFT: f32 = 64.0;

/// The axes, along the lower and the left edge of the window.
pub fn draw_axes(lower: NodeRef<Canvas>, left: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let content = Memo::new(|_| Some(()));
    follow(lower, view, content, Moves::Sideways(LOWER), |(), view| Axis { axis: 0, view: *view });
    follow(left, view, content, Moves::Upright(LEFT), |(), view| Axis { axis: 1, view: *view });
}

/// An axis on its way to the canvas.
struct Axis {
    axis: usize,
    view: View,
}

impl Job for Axis {
    fn advance(&mut self) -> bool {
        true
    }

    fn show(self, canvas: &HtmlCanvasElement) {
        let size = if self.axis == 0 { [self.view.width, LOWER] } else { [LEFT, self.view.height] };
        if let Some((area, ratio)) = canvas::figure(canvas.clone(), size[0], size[1]) {
            draw_axis(&area, &self.view, ratio, self.axis).ok();
        }
    }
}

/// Everything that is marked now, as a file shows it too; the handles are left to who draws them.
pub fn all(desk: Desk) -> Marks {
    Marks { contours: contours(desk), ellipses: ellipses(desk), way: desk.way().unwrap_or_default(), ..marks(desk) }
}

/// What costs nothing to find.
fn marks(desk: Desk) -> Marks {
    let page = desk.page;
    let pinned =
        page.pinned().get().and_then(|index| page.session().cloud().read().as_ref()?.codes.get(index).copied());
    let posterior = page.session().encoded().read().as_ref().and_then(|e| sigma_ellipse(&e.mu, &e.log_var));
    Marks {
        prior: page.scene().layers().get().prior,
        posterior,
        samples: page.samples().read().iter().map(|sample| sample.z).collect(),
        trail: page.trail().get(),
        guesses: page.prediction().get().map(|prediction| prediction.marks).unwrap_or_default(),
        rings: page.hover().get().map(|hover| hover.z).into_iter().chain(pinned).collect(),
        ..Marks::default()
    }
}

/// Cells along a side of the grid that contours are drawn on, over the prior; codes that they are drawn of.
const CONTOURED: usize = 96;
const MOST_CONTOURED: usize = 4000;

/// A posterior narrower than this, in units of z, is widened to it: of a few thousand narrow ones the density is all peaks.
const SMOOTHED: f32 = 0.16;

/// Where the aggregated posterior is as dense as the prior is at one and at two σ: it would be the prior's circles if the two
/// were the same. With the layer of the densities.
fn contours(desk: Desk) -> Vec<[[f32; 2]; 2]> {
    if desk.page.scene().layers().get().cover != Some(Cover::Density) {
        return Vec::new();
    }
    let Some(cloud) = desk.page.session().cloud().get() else { return Vec::new() };
    let every = cloud.codes.len().div_ceil(MOST_CONTOURED).max(1);
    let codes: Vec<[f32; 2]> = cloud.codes.iter().copied().step_by(every).collect();
    let least = 2.0 * SMOOTHED.ln();
    let widths: Vec<[f32; 2]> = cloud.log_var.iter().step_by(every).map(|v| v.map(|v| v.max(least))).collect();
    let area = Frame::PRIOR.area();
    let values = density(area, CONTOURED, CONTOURED, &codes, &widths);
    let of = |sigma: f32| contour(&values, area, CONTOURED, CONTOURED, prior_density([sigma, 0.0]));
    [1.0, 2.0].map(of).concat()
}

/// The posteriors of the codes that are pinned or selected.
fn ellipses(desk: Desk) -> Vec<Ellipse> {
    let page = desk.page;
    if !page.scene().layers().get().ellipses {
        return Vec::new();
    }
    let selection = page.selection().get();
    let every = selection.as_ref().map_or(1, |selection| selection.count().div_ceil(MOST_ELLIPSES).max(1));
    let chosen = selection.iter().flat_map(|selection| selection.indices()).step_by(every);
    let indices: Vec<usize> = page.pinned().get().into_iter().chain(chosen).collect();
    if indices.is_empty() {
        return Vec::new();
    }
    let Some(cloud) = page.session().cloud().get() else { return Vec::new() };
    let of = |index: usize| sigma_ellipse(cloud.codes.get(index)?, cloud.log_var.get(index)?);
    indices.into_iter().filter_map(of).collect()
}
