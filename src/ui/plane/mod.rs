//! The latent plane: three canvases, one over another, the handle, and what floats on them.

mod layers;
mod pointer;

use leptos::html::{Button, Canvas, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlCanvasElement, KeyboardEvent, ResizeObserver};

use super::canvas;
use super::desk::Desk;
use super::here::around;
use super::words::{self, tr};
use crate::i18n::point;
use crate::latent::posterior::sigma_ellipse;
use crate::latent::view::View;
use crate::plots::plane::{draw_axes, draw_line, draw_posterior, draw_prior};
use crate::plots::{palette, raster};
use crate::state::PageStoreFields;
use crate::state::pictures::{Atlas, Shared};
use crate::state::scene::{SceneStoreFields, Shipped};
use crate::state::session::{Model, SessionStoreFields, answers};

/// How far an arrow key moves the handle, in units of z; ten times as far with Shift.
const STRIDE: f32 = 0.05;

/// How long the view must rest before the plane is decoded anew, in milliseconds.
const REST: i32 = 180;

#[component]
pub fn Plane() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let stage = NodeRef::<Div>::new();
    let (atlas, points, top) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    let view = Memo::new(move |_| desk.view());
    let layers = desk.page.scene().layers();
    measure(stage, desk);
    draw_atlas(desk, atlas, view);
    draw_points(desk, points, view);
    draw_marks(desk, top, view);
    decode_after_rest(desk, view);
    let hand = pointer::Hand::new(desk, stage);
    view! {
        <div
            class="plane"
            node_ref=stage
            role="group"
            aria-label=move || tr!(desk, plane)
            on:wheel=move |event| hand.wheel(&event)
        >
            <canvas
                node_ref=atlas
                class="atlas"
                data-testid="atlas"
                class:off=move || !layers.get().decodings
                class:dim=move || layers.get().points
            ></canvas>
            <canvas node_ref=points data-testid="points" class:off=move || !layers.get().points></canvas>
            <canvas
                node_ref=top
                class="top"
                data-testid="plane"
                on:pointerdown=move |event| hand.down(&event)
                on:pointermove=move |event| hand.moved(&event)
                on:pointerup=move |event| hand.up(&event)
                on:pointercancel=move |event| hand.up(&event)
                on:pointerleave=move |_| desk.hover(None)
                on:contextmenu=|event| event.prevent_default()
            ></canvas>
            <Handle view hand/>
            <HoverCard view/>
            <layers::Legend/>
            <layers::Chips/>
            <layers::Zoom/>
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

/// The decoded plane. The picture is kept at its own size and drawn where it belongs.
fn draw_atlas(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let shown = Memo::new(move |_| desk.page.session().atlas().get());
    let source = StoredValue::new_local(None::<HtmlCanvasElement>);
    let made = Memo::new(move |_| {
        let atlas: Option<Shared<Atlas>> = shown.get();
        source.update_value(|source| *source = atlas.as_ref().and_then(|atlas| bitmap(atlas)));
        atlas
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(view), Some(atlas)) = (node.get(), view.get(), made.get()) else { return };
        let ratio = canvas::ratio();
        canvas::resize(&canvas, (view.width * ratio).round() as u32, (view.height * ratio).round() as u32);
        let Some(context) = canvas::context(&canvas) else { return };
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        let [left, top] = view.to_pixel([atlas.area.min[0], atlas.area.max[1]]).map(|p| f64::from(p * ratio));
        let [right, bottom] = view.to_pixel([atlas.area.max[0], atlas.area.min[1]]).map(|p| f64::from(p * ratio));
        source.with_value(|source| {
            if let Some(source) = source {
                context.set_image_smoothing_enabled(true);
                js_sys::Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into()).ok();
                context
                    .draw_image_with_html_canvas_element_and_dw_and_dh(source, left, top, right - left, bottom - top)
                    .ok();
            }
        });
    });
}

fn bitmap(atlas: &Atlas) -> Option<HtmlCanvasElement> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas::put(&canvas, &raster::atlas(atlas), atlas.width() as u32, atlas.height() as u32);
    Some(canvas)
}

/// The codes, all in one picture.
fn draw_points(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let cloud = Memo::new(move |_| desk.page.session().cloud().get());
    let on = Memo::new(move |_| desk.page.scene().layers().get().points);
    Effect::new(move |_| {
        let (Some(canvas), Some(view), Some(cloud), true) = (node.get(), view.get(), cloud.get(), on.get()) else {
            return;
        };
        let (pixels, width, height) = raster::dots(&cloud, desk.page.scene().hidden().get(), &view, canvas::ratio());
        canvas::put(&canvas, &pixels, width, height);
    });
}

/// Prior, axes, the film strip's line, the posterior of the drawing.
fn draw_marks(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let prior = Memo::new(move |_| desk.page.scene().layers().get().prior);
    let line = Memo::new(move |_| desk.line());
    let posterior = Memo::new(move |_| {
        desk.page.session().encoded().read().as_ref().and_then(|e| sigma_ellipse(&e.mu, &e.log_var))
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(view)) = (node.get(), view.get()) else { return };
        let Some((area, ratio)) = canvas::figure(canvas, view.width, view.height) else { return };
        // A canvas in memory does not fail; if it does, the next drawing is a new try.
        draw_axes(&area, &view, ratio).ok();
        if prior.get() {
            draw_prior(&area, &view, ratio).ok();
        }
        if let Some([from, to]) = line.get() {
            draw_line(&area, &view, ratio, from, to).ok();
        }
        if let Some(ellipse) = posterior.get() {
            draw_posterior(&area, &view, ratio, &ellipse).ok();
        }
    });
}

/// Asks for the decoded plane of a new view once it rests.
fn decode_after_rest(desk: Desk, view: Memo<Option<View>>) {
    let waiting = StoredValue::new(None::<i32>);
    Effect::new(move |_| {
        if view.get().is_some() {
            if let Some(waiting) = waiting.get_value() {
                window().clear_timeout_with_handle(waiting);
            }
            waiting.set_value(super::preferences::later(REST, move || desk.tell_view()));
        }
    });
}

/// The point that is dragged: a real element, for the keyboard and for those who do not see.
#[component]
fn Handle(view: Memo<Option<View>>, hand: pointer::Hand) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<Button>::new();
    let z = Memo::new(move |_| desk.z());
    let around = around(desk);
    let place = move |axis: usize| view.get().map(|view| format!("{}px", view.to_pixel(z.get())[axis]));
    let text = move || {
        let class = around.get().map(|n| words::class(desk.locale(), desk.page.session().model().get(), n.class));
        tr!(desk, handle_text, point = point(desk.locale(), z.get()), class = class.unwrap_or_default())
    };
    let key = move |event: KeyboardEvent| {
        let stride = if event.shift_key() { 10.0 * STRIDE } else { STRIDE };
        let [x, y] = z.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => [x - stride, y],
            "ArrowRight" => [x + stride, y],
            "ArrowUp" => [x, y + stride],
            "ArrowDown" => [x, y - stride],
            "Home" => [0.0, 0.0],
            _ => return,
        };
        event.prevent_default();
        desk.go_to(to);
    };
    view! {
        <button
            node_ref=node
            class="handle"
            data-testid="handle"
            role="slider"
            aria-label=move || tr!(desk, handle)
            aria-valuetext=text
            aria-valuenow=move || z.get()[0]
            aria-valuemin="-8"
            aria-valuemax="8"
            data-z=move || format!("{},{}", z.get()[0], z.get()[1])
            style:left=move || place(0)
            style:top=move || place(1)
            on:keydown=key
            on:pointerdown=move |event| hand.down(&event)
            on:pointermove=move |event| hand.moved(&event)
            on:pointerup=move |event| hand.up(&event)
            on:pointercancel=move |event| hand.up(&event)
        ></button>
    }
}

/// What the pointer rests on.
#[component]
fn HoverCard(view: Memo<Option<View>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let hover = desk.page.hover();
    let session = desk.page.session();
    let node = NodeRef::<Canvas>::new();
    let decoded = Memo::new(move |_| session.hovered().get());
    Effect::new(move |_| {
        let Some(hover) = hover.get() else { return };
        match decoded.get().filter(|d| answers(session.phase().get_untracked()) && d.z == hover.z) {
            Some(decoding) => canvas::picture(node, &decoding.pixels),
            None => {
                if let Some(atlas) = session.atlas().read_untracked().as_ref() {
                    canvas::picture(node, &atlas.cell(hover.z));
                }
            }
        }
    });
    let at = move || Some((hover.get()?, view.get()?));
    let left = move || {
        at().map(|(hover, view)| {
            // To the side where there is room.
            let x = view.to_pixel(hover.z)[0];
            format!("{}px", if x > view.width - 210.0 { x - 206.0 } else { x + 14.0 })
        })
    };
    let top = move || {
        at().map(|(hover, view)| format!("{}px", (view.to_pixel(hover.z)[1] - 40.0).clamp(8.0, view.height - 88.0)))
    };
    let name = move || {
        hover.get().map(|h| {
            let class = session.cloud().read().as_ref().and_then(|c| c.labels.get(h.code?).copied())?;
            let class = words::class(desk.locale(), session.model().get(), class);
            view! {
                <b>
                    <span class="swatch" style:background=palette::css(h.class)></span>
                    {tr!(desk, hover_class, class = class)}
                </b>
                <em>{point(desk.locale(), h.z)}</em>
            }
        })
    };
    view! {
        <div class="hover-card" data-testid="hover-card" hidden=move || hover.get().is_none() style:left=left style:top=top>
            <canvas node_ref=node width="28" height="28"></canvas>
            <div>{name} <small>{move || tr!(desk, hover_decodes)}</small></div>
        </div>
    }
}

/// What to do here, until it has been done.
#[component]
fn Hint() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let first = untrack(|| desk.z());
    let moved = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or(false) || desk.z() != first
    });
    let text = move || match desk.page.session().model().get() {
        Model::Shipped(Shipped::Fashion) => tr!(desk, drag_me_fashion),
        Model::Shipped(Shipped::Mnist) | Model::Trained => tr!(desk, drag_me),
    };
    view! { <p class="drag-me" hidden=move || moved.get()>{text}</p> }
}
