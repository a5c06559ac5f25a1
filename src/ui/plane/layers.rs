//! What floats on the plane: the classes, the layers, the zoom.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::pointer::Hand;
use super::scale::Scale;
use crate::latent::view::View;
use crate::plots::palette;
use crate::spec::{CLASSES, MOST_CLASSES};
use crate::state::PageStoreFields;
use crate::state::scene::{Cover, Layer, Points, SceneStoreFields};
use crate::state::session::{Model, SessionStoreFields};
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::preferences;
use crate::ui::words::{self, tr};

/// The classes in their colours, each with its digit, or with what its mean decodes to. Pressing one hides its points.
#[component]
pub fn Legend() -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <div class="legend" role="group" data-testid="legend" aria-label=move || tr!(desk, classes)>
            {(0..MOST_CLASSES as u8).map(|class| view! { <Class class/> }).collect_view()}
        </div>
    }
}

#[component]
fn Class(class: u8) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let hidden = desk.page.scene().hidden();
    let garments = Memo::new(move |_| session.model().get().knows_garments());
    let name = move || words::class(desk, class);
    // Where a class has more than a number, as much of it as there is room for.
    let named = Memo::new(move |_| !garments.get() && name() != class.to_string());
    let label = move || tr!(desk, class_toggle, class = name());
    let meant = move || {
        let code = desk.page.hover().get().and_then(|hover| hover.code);
        code.is_some_and(|code| session.cloud().read().as_ref().is_some_and(|c| c.labels.get(code) == Some(&class)))
    };
    let node = NodeRef::<Canvas>::new();
    let mean = Memo::new(move |_| desk.mean(class).filter(|_| garments.get()));
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
            // Data of fewer classes have fewer buttons; no shipped model has more than ten.
            hidden=move || {
                (session.model().get().is_trained() || usize::from(class) >= CLASSES) && desk.mean(class).is_none()
            }
            class:dark=palette::dark_letters(class)
            style:--class=palette::css(class)
            class:meant=meant
            class:named=move || named.get()
            on:click=move |event: MouseEvent| {
                // A double click has toggled twice by the time it is one.
                if event.shift_key() || event.detail() == 2 {
                    hidden.write().solo(class);
                } else {
                    hidden.write().toggle(class);
                }
            }
        >
            <Show when=move || garments.get() fallback=move || view! { <span>{name}</span> }>
                <canvas node_ref=node width="28" height="28"></canvas>
            </Show>
        </button>
    }
}

/// The layers in the order of their switches.
const ALL: [Layer; 9] = [
    Layer::Decodings,
    Layer::Points,
    Layer::Prior,
    Layer::Cover(Cover::Continuity),
    Layer::Cover(Cover::Completeness),
    Layer::Cover(Cover::Confidence),
    Layer::Cover(Cover::Density),
    Layer::Cover(Cover::Regions),
    Layer::Ellipses,
];

fn id(layer: Layer) -> &'static str {
    match layer {
        Layer::Decodings => "layer-decodings",
        Layer::Points => "layer-points",
        Layer::Prior => "layer-prior",
        Layer::Ellipses => "layer-ellipses",
        Layer::Cover(Cover::Density) => "layer-density",
        Layer::Cover(Cover::Regions) => "layer-regions",
        Layer::Cover(Cover::Continuity) => "layer-continuity",
        Layer::Cover(Cover::Completeness) => "layer-completeness",
        Layer::Cover(Cover::Confidence) => "layer-confidence",
    }
}

fn name(desk: Desk, layer: Layer) -> &'static str {
    match layer {
        Layer::Decodings => tr!(desk, layer_decodings),
        Layer::Points => tr!(desk, layer_points),
        Layer::Prior => tr!(desk, layer_prior),
        Layer::Ellipses => tr!(desk, layer_ellipses),
        Layer::Cover(Cover::Density) => tr!(desk, layer_density),
        Layer::Cover(Cover::Regions) => tr!(desk, layer_regions),
        Layer::Cover(Cover::Continuity) => tr!(desk, layer_continuity),
        Layer::Cover(Cover::Completeness) => tr!(desk, layer_completeness),
        Layer::Cover(Cover::Confidence) => tr!(desk, layer_confidence),
    }
}

/// What a layer shows, in one sentence.
fn legend(desk: Desk, layer: Layer) -> &'static str {
    match layer {
        Layer::Decodings => tr!(desk, legend_decodings),
        Layer::Points => tr!(desk, legend_points),
        Layer::Prior => tr!(desk, legend_prior),
        Layer::Ellipses => tr!(desk, legend_ellipses),
        Layer::Cover(Cover::Density) => tr!(desk, legend_density),
        Layer::Cover(Cover::Regions) => tr!(desk, legend_regions),
        Layer::Cover(Cover::Continuity) => tr!(desk, legend_continuity),
        Layer::Cover(Cover::Completeness) => tr!(desk, legend_completeness),
        Layer::Cover(Cover::Confidence) => tr!(desk, legend_confidence),
    }
}

/// How long a legend stays after a layer was switched, in milliseconds.
const LEGEND_STAYS: i32 = 6000;

/// The layers' switches in a row, and above them the legend of the one that is meant.
#[component]
pub fn Chips() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let explained = RwSignal::new(None::<Layer>);
    let sentence = move || explained.get().map(|layer| legend(desk, layer)).unwrap_or_default();
    // What belongs to the points stands beside their switch.
    let chip = move |layer: Layer| {
        view! {
            <Chip layer explained/>
            {(layer == Layer::Points).then(|| view! { <PointSet/> })}
        }
    };
    view! {
        <div class="layers" role="group" aria-label=move || tr!(desk, layers)>
            <p class="explained" role="status" data-testid="layer-legend" hidden=move || explained.get().is_none()>
                {sentence}
            </p>
            <Scale/>
            <div class="chips">
                {ALL.into_iter().map(chip).collect_view()}
            </div>
        </div>
    }
}

#[component]
fn Chip(layer: Layer, explained: RwSignal<Option<Layer>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let layers = desk.page.scene().layers();
    let forget = move || {
        if explained.get_untracked() == Some(layer) {
            explained.set(None);
        }
    };
    let press = move |_| {
        layers.update(|layers| layers.toggle(layer));
        explained.set(Some(layer));
        // A finger does not hover: it reads the legend for a while.
        preferences::later(LEGEND_STAYS, forget);
    };
    view! {
        <button
            class="chip"
            data-testid=id(layer)
            // There is a classifier beside each family alone.
            hidden=move || {
                layer == Layer::Cover(Cover::Confidence)
                    && desk.page.session().model().get().judged_by().is_none()
            }
            aria-pressed=move || layers.get().has(layer).to_string()
            aria-description=move || legend(desk, layer)
            on:click=press
            on:pointerenter=move |_| explained.set(Some(layer))
            on:pointerleave=move |_| forget()
            on:focus=move |_| explained.set(Some(layer))
            on:blur=move |_| forget()
        >
            {move || name(desk, layer)}
        </button>
    }
}

/// Whose codes the points are.
#[component]
fn PointSet() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let points = desk.page.scene().points();
    let word = |points: Points| if points == Points::Train { "train" } else { "test" };
    let session = desk.page.session();
    // Of a member of the family there are only those of its held-out pictures.
    let known = move || match session.model().get() {
        Model::Shipped(model) => model.member().is_none(),
        Model::Trained(_) => session.run().read().is_some(),
    };
    let trained = Memo::new(move |_| session.model().get().is_trained());
    let choose = move |event| {
        desk.choose_points(if event_target_value(&event) == "train" { Points::Train } else { Points::Test });
    };
    let option = move |of: Points, text: &'static str| {
        view! { <option value=word(of) selected=move || points.get() == of>{text}</option> }
    };
    view! {
        <label class="chip choice" hidden=move || !known() || !desk.page.scene().layers().get().points>
            <select
                data-testid="point-set"
                aria-label=move || tr!(desk, point_set)
                prop:value=move || word(points.get())
                on:change=choose
            >
                {move || option(Points::Test, match trained.get() {
                    true => tr!(desk, point_set_held_out),
                    false => tr!(desk, point_set_test),
                })}
                {move || option(Points::Train, match trained.get() {
                    true => tr!(desk, point_set_trained_on),
                    false => tr!(desk, point_set_train),
                })}
            </select>
        </label>
    }
}

/// Closer, farther, the whole prior, every code.
#[component]
pub fn Zoom(hand: Hand) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let by = move |factor: f64| {
        if let Some(view) = untrack(|| desk.view()) {
            desk.zoom(factor, [view.width / 2.0, view.height / 2.0]);
        }
    };
    let whole = move |_| {
        if let Some(view) = untrack(|| desk.view()) {
            desk.look(View::new(view.width, view.height));
        }
    };
    let zoom_in = move || tr!(desk, zoom_in);
    let zoom_out = move || tr!(desk, zoom_out);
    let reset = move || tr!(desk, zoom_reset);
    let fit = move || tr!(desk, zoom_fit);
    view! {
        <div class="zoom">
            <button data-testid="zoom-in" title=zoom_in aria-label=zoom_in on:click=move |_| by(1.5)>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3v10M3 8h10"/></svg>
            </button>
            <button data-testid="zoom-out" title=zoom_out aria-label=zoom_out on:click=move |_| by(1.0 / 1.5)>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8h10"/></svg>
            </button>
            <button data-testid="zoom-data" title=fit aria-label=fit on:click=move |_| hand.fit()>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg>
            </button>
            <button data-testid="zoom-fit" title=reset aria-label=reset on:click=whole>
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="5"/>
                    <circle class="full" cx="8" cy="8" r="1.4"/>
                </svg>
            </button>
        </div>
    }
}
