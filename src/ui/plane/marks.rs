//! What lies over the pictures and points: axes, prior, the film strip's way, posteriors, samples, and what is under way.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::pointer::{Hand, Loop};
use crate::latent::posterior::{Ellipse, sigma_ellipse};
use crate::latent::view::View;
use crate::plots::figure::{Marks, draw_marks};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// More ellipses than this would hide each other.
const MOST_ELLIPSES: usize = 400;

pub fn draw(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>, hand: Hand) {
    let ellipses = Memo::new(move |_| ellipses(desk));
    let way = Memo::new(move |_| desk.way().unwrap_or_default());
    let marks = Memo::new(move |_| {
        let around = match hand.around().get() {
            Some(Loop::Box([a, b])) => vec![a, [b[0], a[1]], b, [a[0], b[1]]],
            Some(Loop::Lasso(points)) => points,
            None => Vec::new(),
        };
        Marks { around, ellipses: ellipses.get(), way: way.get(), ..marks(desk) }
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(view)) = (node.get(), view.get()) else { return };
        let Some((area, ratio)) = canvas::figure(canvas, view.width, view.height) else { return };
        // A canvas in memory does not fail; if it does, the next drawing is a new try.
        marks.with(|marks| draw_marks(&area, &view, ratio, marks)).ok();
    });
}

/// Everything that is marked now, as a file shows it too; the handles are left to who draws them.
pub fn all(desk: Desk) -> Marks {
    Marks { ellipses: ellipses(desk), way: desk.way().unwrap_or_default(), ..marks(desk) }
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
        rings: page.hover().get().map(|hover| hover.z).into_iter().chain(pinned).collect(),
        ..Marks::default()
    }
}

/// The posteriors of the codes that are pinned or selected.
fn ellipses(desk: Desk) -> Vec<Ellipse> {
    let page = desk.page;
    if !page.scene().layers().get().ellipses {
        return Vec::new();
    }
    let selection = page.selection().get();
    let chosen = selection.iter().flat_map(|selection| selection.indices());
    let indices: Vec<usize> = page.pinned().get().into_iter().chain(chosen).take(MOST_ELLIPSES).collect();
    if indices.is_empty() {
        return Vec::new();
    }
    let Some(cloud) = page.session().cloud().get() else { return Vec::new() };
    let of = |index: usize| sigma_ellipse(cloud.codes.get(index)?, cloud.log_var.get(index)?);
    indices.into_iter().filter_map(of).collect()
}
