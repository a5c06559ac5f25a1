//! The codes along each axis, against what one samples from.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::gauge::Gauge;
use crate::latent::histogram::histogram;
use crate::plots::marginals::draw_marginals;
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, Sheet, paper, sized};
use crate::state::PageStoreFields;
use crate::state::scene::Theme;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

const PARTS: usize = 40;

/// Size of the chart in a file, in pixels of the page.
const FIGURE: [f32; 2] = [400.0, 130.0];

/// Of the axes on show. Reactive.
fn names(desk: Desk) -> [String; 2] {
    desk.page.axes().get().map(|axis| format!("z{}", axis + 1))
}

#[component]
pub fn Marginals(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let node = NodeRef::<Canvas>::new();
    let axes = Memo::new(move |_| {
        let cloud = desk.page.session().cloud().get().filter(|_| gauge.table.get())?;
        let frame = desk.frame();
        Some([0, 1].map(|axis| histogram(&frame, &cloud.codes, axis, PARTS)))
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(axes)) = (node.get(), axes.get()) else { return };
        let names = names(desk);
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        if let Some((area, ratio)) = canvas::figure(canvas, width, height) {
            draw_marginals(&area, &axes, &names, Ink::on(desk.theme()), ratio).ok();
        }
    });
    let figure = Callback::new(move |()| {
        let (axes, names) = (axes.get()?, names(desk));
        let draw = |area: &Sheet| draw_marginals(area, &axes, &names, Ink::on(Theme::Light), RATIO);
        paper(sized(FIGURE), tr!(desk, marginals), draw)
    });
    view! {
        <figure>
            <figcaption class="kept">
                {move || tr!(desk, marginals)} <Keep name="marginals" figure/>
            </figcaption>
            <canvas node_ref=node class="chart low" role="img" data-testid="marginals" aria-label=move || tr!(desk, marginals)></canvas>
        </figure>
    }
}
