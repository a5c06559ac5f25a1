//! One held-out datum of each class, as the encoder sees it, and its reconstruction.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::plots::contact;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::contact::rows;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

/// Side of a picture in a file, in pixels of the page.
const SIDE: f32 = 32.0;

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
        let shown = shown.get()?;
        let columns = shown.inputs.len() / shown.format.bytes();
        let both = [&shown.inputs[..], &shown.outputs[..]].concat();
        rows(tr!(desk, reconstructions), &["x", "x̂"], &both, shown.format, columns, SIDE * columns as f32)
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
