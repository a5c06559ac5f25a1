//! The latent plane: canvases one over another, the handles, and what floats on them.

mod atlas;
mod cards;
mod handles;
mod heat;
mod layers;
pub mod marks;
mod pointer;
mod points;
pub mod scale;
mod slices;
mod tools;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use super::desk::Desk;
use super::symbol::Flag;
use super::unless::Unless;
use super::words::tr;
use crate::latent::view::View;
use crate::protocol::{Half, Phase, ToEngine};
use crate::state::PageStoreFields;
use crate::state::parts::Part;
use crate::state::scene::{Points, SceneStoreFields};
use crate::state::session::{Kind, Model, SessionStoreFields};

/// How long the view must rest before the engine hears of it, in milliseconds.
const REST: i32 = 120;

/// How far the prior reaches, in its σ, where it is shown with codes that lie beyond.
const PRIOR: f32 = 3.0;

#[component]
pub fn Plane() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let stage = NodeRef::<Div>::new();
    let [plane, heat, surface, points, marks, lower, left] = std::array::from_fn(|_| NodeRef::<Canvas>::new());
    let view = Memo::new(move |_| desk.view());
    let layers = Memo::new(move |_| desk.page.scene().layers().get());
    let hand = pointer::Hand::new(desk, stage);
    measure(stage, desk);
    atlas::draw(desk, plane, view);
    heat::draw_layer(desk, heat, view);
    heat::draw_surface(desk, surface, view);
    points::draw(desk, points, view);
    marks::draw(desk, marks, view, hand);
    marks::draw_axes(lower, left, view);
    tell_after_rest(desk, view);
    tell_points(desk);
    find_codes(desk, view);
    let tool = move || desk.page.tool().get().name();
    // Of a model whose pictures are nowhere there are no codes; those that were drawn last are another's.
    let session = desk.page.session();
    let bare = Memo::new(move |_| session.lacking().read().is_some() && session.cloud().read().is_none());
    view! {
        <div
            class="plane"
            node_ref=stage
            role="group"
            tabindex="0"
            aria-label=move || tr!(desk, plane)
            data-tool=tool
            data-at=move || view.get().map(|view| format!("{},{},{}", view.centre[0], view.centre[1], view.zoom))
            on:wheel=move |event| hand.wheel(&event)
            on:dblclick=move |event| hand.twice(&event)
            on:keydown=move |event| hand.key(&event)
        >
            <canvas
                node_ref=plane
                class="loose atlas"
                data-testid="atlas"
                class:off=move || !layers.get().decodings
                class:dim=move || layers.get().points
            ></canvas>
            <canvas
                node_ref=heat
                class="loose"
                data-testid="heat"
                class:off=move || layers.get().cover.is_none()
            ></canvas>
            <canvas node_ref=surface class="loose" data-testid="surface"></canvas>
            <canvas node_ref=points class="loose" data-testid="points" class:off=move || !layers.get().points || bare.get()></canvas>
            <canvas node_ref=marks class="loose" data-testid="marks"></canvas>
            <canvas node_ref=lower class="loose lower" data-testid="axis"></canvas>
            <canvas node_ref=left class="loose"></canvas>
            <span class="axis first" aria-hidden="true">{move || axis_name(desk, 0)}</span>
            <span class="axis" aria-hidden="true">{move || axis_name(desk, 1)}</span>
            <canvas
                class="top"
                width="1"
                height="1"
                data-testid="plane"
                on:pointerdown=move |event| hand.down(&event)
                on:pointermove=move |event| hand.moved(&event)
                on:pointerup=move |event| hand.up(&event)
                on:pointercancel=move |event| hand.up(&event)
                on:pointerleave=move |_| desk.hover(None)
                on:contextmenu=|event| event.prevent_default()
            ></canvas>
            <Flag view/>
            <handles::Handles view hand/>
            <cards::PinnedCard view/>
            <cards::HoverCard view/>
            <Unless without=Part::Legend>
                <layers::Legend/>
            </Unless>
            <Unless without=Part::Tools>
                <tools::Tools/>
            </Unless>
            <Unless without=Part::Layers>
                <layers::Chips/>
            </Unless>
            <Unless without=Part::Zoom>
                <layers::Zoom hand/>
            </Unless>
            <Hint/>
        </div>
    }
}

/// Keeps the plane's size in the state.
fn measure(stage: NodeRef<Div>, desk: Desk) {
    Effect::new(move |_| {
        let Some(stage) = stage.get() else { return };
        let element: web_sys::Element = (*stage).clone().into();
        let size = {
            let element = element.clone();
            move || [element.client_width() as f32, element.client_height() as f32]
        };
        desk.page.size().set(size());
        desk.find_handle();
        let changed = Closure::<dyn Fn()>::new(move || desk.page.size().set(size()));
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&element);
        }
        // As long as the page.
        changed.forget();
    });
}

/// Tells the engine what is looked at once the view rests, and whenever it begins to train.
fn tell_after_rest(desk: Desk, view: Memo<Option<View>>) {
    let preparing = Memo::new(move |_| matches!(desk.page.session().phase().get(), Phase::Loading | Phase::Training));
    let waiting = StoredValue::new(None::<i32>);
    Effect::new(move |_| {
        if preparing.get() && view.get().is_some() {
            if let Some(waiting) = waiting.get_value() {
                window().clear_timeout_with_handle(waiting);
            }
            waiting.set_value(super::preferences::later(REST, move || desk.tell_view()));
        }
    });
}

/// Tells the engine whose codes are the points; a new engine has not heard it yet.
fn tell_points(desk: Desk) {
    let (points, device) = (desk.page.scene().points(), desk.page.session().device());
    let device = Memo::new(move |_| device.get());
    Effect::new(move |_| {
        device.with(|_| ());
        desk.tell(&ToEngine::Shown(if points.get() == Points::Train { Half::Training } else { Half::HeldOut }));
    });
}

/// Once a run rests most of whose codes are out of sight, shows them and the prior, unless somebody has looked elsewhere.
fn find_codes(desk: Desk, view: Memo<Option<View>>) {
    let session = desk.page.session();
    let resting = Memo::new(move |_| {
        let run = session.run().read().as_ref().map(|run| run.log.key);
        let rests = matches!(session.phase().get(), Phase::Ready | Phase::Paused);
        run.filter(|_| rests && session.model().get().is_trained())
    });
    let cloud = Memo::new(move |_| session.cloud().get());
    Effect::new(move |found: Option<Option<u32>>| {
        let found = found.flatten();
        let (Some(key), Some(cloud)) = (resting.get(), cloud.get()) else { return found };
        let whole = view.get_untracked().map(|view| View::new(view.width, view.height));
        if let Some(whole) = whole.filter(|whole| found != Some(key) && view.get_untracked() == Some(*whole)) {
            let unseen = cloud.codes.iter().filter(|code| !whole.sees(**code)).count();
            let prior = [[-PRIOR, -PRIOR], [PRIOR, PRIOR]];
            let fitted = whole.fitting(cloud.codes.iter().copied().chain(prior));
            if let Some(fitted) = fitted.filter(|_| 2 * unseen > cloud.codes.len() && !desk.is_beside()) {
                desk.look(fitted);
            }
        }
        Some(key)
    });
}

/// z₁ of a plane's own space; the axis's number in a larger one.
fn axis_name(desk: Desk, place: usize) -> String {
    let axis = desk.page.axes().get()[place] + 1;
    let digit = |d: char| d.to_digit(10).and_then(|d| char::from_u32(0x2080 + d)).unwrap_or(d);
    format!("z{}", axis.to_string().chars().map(digit).collect::<String>())
}

/// What to do here, until it has been done.
#[component]
fn Hint() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let first = untrack(|| desk.z());
    let moved = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || desk.z() != first);
    let text = move || match desk.page.session().model().get() {
        model if model.knows_garments() => tr!(desk, drag_me_fashion),
        Model::Shipped(_) | Model::Trained(Kind::Digits) => tr!(desk, drag_me),
        Model::Trained(Kind::Shapes | Kind::Points | Kind::Own) => tr!(desk, drag_me_other),
    };
    view! { <p class="drag-me" hidden=move || moved.get()>{text}</p> }
}
