//! The pictures of the points that were drawn.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::PointerEvent;

use crate::i18n::point;
use crate::state::pictures::Decoding;
use crate::state::session::{SessionStoreFields, answers};
use crate::state::{Hover, PageStoreFields, Sample};
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// So many are large; more of them are small.
const LARGE: usize = 15;

#[component]
pub fn Grid() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let total = Memo::new(move |_| desk.page.samples().read().len());
    // While the spread moves there is always an answer on its way: the last one is shown until then.
    let decoded =
        Memo::new(move |_| desk.page.session().samples().get().filter(|decoded| decoded.len() == total.get()));
    view! {
        <div
            class="grid"
            class:many=move || { total.get() > LARGE }
            role="group"
            data-testid="sample-grid"
            aria-label=move || tr!(desk, sample_pictures)
            hidden=move || total.get() == 0
        >
            <For each=move || 0..total.get() key=|index| *index let:index>
                <Picture index decoded/>
            </For>
        </div>
    }
}

/// A picture. Pressing it brings the handle to its point.
#[component]
fn Picture(index: usize, decoded: Memo<Option<Decoding>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let node = NodeRef::<Canvas>::new();
    let sample = Memo::new(move |_| desk.page.samples().read().get(index).copied());
    let atlas = Memo::new(move |_| session.atlas().get());
    let seen = StoredValue::new(false);
    Effect::new(move |_| {
        if node.get().is_none() {
            return;
        }
        let pixels = decoded.get();
        if let Some(pixels) = pixels.as_ref().and_then(|decoded| decoded.picture(index)) {
            canvas::picture(node, pixels);
            seen.set_value(true);
        } else if (!seen.get_value() || !answers(session.phase().get_untracked()))
            && let (Some(sample), Some(atlas)) = (sample.get(), atlas.get())
        {
            canvas::picture(node, &atlas.cell(sample.z));
        }
    });
    let meant = Memo::new(move |_| match (sample.get(), desk.page.hover().get()) {
        (Some(sample), Some(hover)) => is_meant(sample, hover),
        _ => false,
    });
    let place = move || sample.get().map(|sample| sample.z);
    let go = move |_| {
        if let Some(sample) = sample.get_untracked() {
            desk.go_to(sample.z);
            desk.settle();
        }
    };
    let hover = move || desk.hover(sample.get_untracked().map(|sample| Hover { z: sample.z, code: None }));
    let entered = move |event: PointerEvent| {
        if event.pointer_type() == "mouse" {
            hover();
        }
    };
    view! {
        <button
            class="picture"
            class:meant=move || meant.get()
            data-testid=format!("sample-{index}")
            data-z=move || place().map(|z| format!("{},{}", z[0], z[1]))
            aria-label=move || place().map(|z| {
                tr!(desk, sample_picture, number = index + 1, point = point(desk.locale(), z))
            })
            on:click=go
            on:pointerenter=entered
            on:pointerleave=move |_| desk.hover(None)
            on:focus=move |_| hover()
            on:blur=move |_| desk.hover(None)
        >
            <canvas node_ref=node width="28" height="28"></canvas>
        </button>
    }
}

/// Whether what is hovered is this point, or the code whose posterior it was drawn from.
fn is_meant(sample: Sample, hover: Hover) -> bool {
    hover.z == sample.z || (hover.code.is_some() && hover.code == sample.code)
}
