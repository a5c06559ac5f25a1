//! One held-out datum of each class, as the encoder sees it, and its reconstruction.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::plots::contact;
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, below, draw_rows, paper, sized, with_pictures};
use crate::state::PageStoreFields;
use crate::state::scene::Theme;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

/// Room for the rows' names, in pixels of the page.
const NAMES: f32 = 18.0;

#[component]
pub fn Reconstructions() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shown = Memo::new(move |_| desk.page.session().reconstructed().get());
    let node = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        if let (Some(shown), Some(canvas)) = (shown.get(), node.get()) {
            let both = [&shown.inputs[..], &shown.outputs[..]].concat();
            let sheet = contact::sheet(&both, shown.format, shown.inputs.len() / shown.format.bytes(), 1);
            canvas::put(&canvas, &sheet.pixels, sheet.width as u32, sheet.height as u32);
            // A few pictures need not fill the rail.
            canvas::style(&canvas, &[("max-width", format!("{}px", sheet.width * 2))]);
        }
    });
    let figure = Callback::new(move |()| {
        let (shown, canvas) = (shown.get()?, node.get()?);
        let columns = (shown.inputs.len() / shown.format.bytes()) as f32;
        // As large as they are seen, and a row's letter before them.
        let (wide, high) = (32.0 * columns, 64.0);
        let size = sized([NAMES + wide, high]);
        let svg = paper(size, tr!(desk, reconstructions), |area| {
            draw_rows(area, &["x", "x̂"], high * RATIO, Ink::on(Theme::Light), RATIO)
        })?;
        let [left, top, ..] = below(size);
        let at = [left + (NAMES * RATIO) as u32, top, (wide * RATIO) as u32, (high * RATIO) as u32];
        Some(with_pictures(svg, &[(at, canvas.to_data_url().ok()?)]))
    });
    view! {
        <figure class="reconstructions" hidden=move || shown.get().is_none()>
            <figcaption class="kept">
                {move || tr!(desk, reconstructions)} <Keep name="reconstructions" figure/>
            </figcaption>
            <canvas
                node_ref=node
                role="img"
                data-testid="reconstructions"
                aria-label=move || tr!(desk, reconstructions)
            ></canvas>
        </figure>
    }
}
