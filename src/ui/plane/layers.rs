//! What floats on the plane: the classes, the layers, the zoom.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::latent::place::class_means;
use crate::latent::view::View;
use crate::plots::palette;
use crate::spec::CLASSES;
use crate::state::PageStoreFields;
use crate::state::scene::{SceneStoreFields, Shipped};
use crate::state::session::{Model, SessionStoreFields};
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::words::{self, tr};

/// The classes in their colours, each with its digit, or with what its mean decodes to. Pressing one hides its points.
#[component]
pub fn Legend() -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <div class="legend" role="group" data-testid="legend" aria-label=move || tr!(desk, classes)>
            {(0..CLASSES as u8).map(|class| view! { <Class class/> }).collect_view()}
        </div>
    }
}

#[component]
fn Class(class: u8) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let hidden = desk.page.scene().hidden();
    let garments = Memo::new(move |_| session.model().get() == Model::Shipped(Shipped::Fashion));
    let name = move || words::class(desk.locale(), session.model().get(), class);
    let label = move || tr!(desk, class_toggle, class = name());
    let node = NodeRef::<Canvas>::new();
    let mean = Memo::new(move |_| {
        let cloud = session.cloud().get().filter(|_| garments.get())?;
        class_means(&cloud.codes, &cloud.labels)[usize::from(class)]
    });
    Effect::new(move |_| {
        if let (Some(_), Some(mean)) = (node.get(), mean.get())
            && let Some(atlas) = session.atlas().read_untracked().as_ref()
        {
            canvas::picture(node, &atlas.cell(mean));
        }
    });
    view! {
        <button
            data-testid=format!("class-{class}")
            aria-pressed=move || (!hidden.get().has(class)).to_string()
            aria-label=label
            title=name
            class:dark=palette::dark_letters(class)
            style:--class=palette::css(class)
            on:click=move |_| hidden.write().toggle(class)
        >
            <Show when=move || garments.get() fallback=move || class.to_string()>
                <canvas node_ref=node width="28" height="28"></canvas>
            </Show>
        </button>
    }
}

#[component]
pub fn Chips() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let layers = desk.page.scene().layers();
    view! {
        <div class="layers" role="group" aria-label=move || tr!(desk, layers)>
            <button
                class="chip"
                data-testid="layer-decodings"
                aria-pressed=move || layers.get().decodings.to_string()
                on:click=move |_| layers.update(|l| l.decodings = !l.decodings)
            >
                {move || tr!(desk, layer_decodings)}
            </button>
            <button
                class="chip"
                data-testid="layer-points"
                aria-pressed=move || layers.get().points.to_string()
                on:click=move |_| layers.update(|l| l.points = !l.points)
            >
                {move || tr!(desk, layer_points)}
            </button>
            <button
                class="chip"
                data-testid="layer-prior"
                aria-pressed=move || layers.get().prior.to_string()
                on:click=move |_| layers.update(|l| l.prior = !l.prior)
            >
                {move || tr!(desk, layer_prior)}
            </button>
        </div>
    }
}

#[component]
pub fn Zoom() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let by = move |factor: f32| {
        if let Some(view) = untrack(|| desk.view()) {
            desk.look(view.zoomed(factor, [view.width / 2.0, view.height / 2.0]));
        }
    };
    let whole = move |_| {
        if let Some(view) = untrack(|| desk.view()) {
            desk.look(View::new(view.width, view.height));
        }
    };
    let zoom_in = move || tr!(desk, zoom_in);
    let zoom_out = move || tr!(desk, zoom_out);
    let fit = move || tr!(desk, zoom_fit);
    view! {
        <div class="zoom">
            <button data-testid="zoom-in" title=zoom_in aria-label=zoom_in on:click=move |_| by(1.5)>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3v10M3 8h10"/></svg>
            </button>
            <button data-testid="zoom-out" title=zoom_out aria-label=zoom_out on:click=move |_| by(1.0 / 1.5)>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8h10"/></svg>
            </button>
            <button data-testid="zoom-fit" title=fit aria-label=fit on:click=whole>
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="5"/>
                    <circle class="full" cx="8" cy="8" r="1.4"/>
                </svg>
            </button>
        </div>
    }
}
