//! The codes along each axis, against what one samples from.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::gauge::Gauge;
use crate::latent::histogram::histogram;
use crate::plots::marginals::draw_marginals;
use crate::plots::palette::Ink;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::words::tr;

const PARTS: usize = 40;

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
        let names = [0, 1].map(|place| format!("z{}", desk.page.axes().get()[place] + 1));
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        if let Some((area, ratio)) = canvas::figure(canvas, width, height) {
            draw_marginals(&area, &axes, &names, Ink::on(desk.theme()), ratio).ok();
        }
    });
    view! {
        <figure>
            <figcaption>{move || tr!(desk, marginals)}</figcaption>
            <canvas node_ref=node class="chart low" role="img" data-testid="marginals" aria-label=move || tr!(desk, marginals)></canvas>
        </figure>
    }
}
