//! The pad: a drawing is encoded while it grows, and shown beside its reconstruction.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::canvas;
use super::desk::Desk;
use super::words::tr;
use crate::i18n::point;
use crate::latent::posterior::sigma_ellipse;
use crate::state::PageStoreFields;
use crate::state::drawing::{CANVAS, normalise};
use crate::state::scene::Shipped;
use crate::state::session::{Model, SessionStoreFields, answers};

/// Width of the pen in pixels of the drawing: the stroke of MNIST's digits.
const PEN: f64 = 9.0;

/// How far an arrow key moves the pen, in the same.
const STRIDE: f64 = 4.0;

/// The pen as the keyboard moves it.
#[derive(Clone, Copy)]
struct Pen {
    at: [f64; 2],
    down: bool,
}

#[component]
pub fn Pad() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let (pad, seen, reconstruction) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    let inked = RwSignal::new(false);
    let drawn = RwSignal::new(false);
    let last = StoredValue::new(None::<[f64; 2]>);
    let pen = RwSignal::new(None::<Pen>);
    let encoded = Memo::new(move |_| session.encoded().get());
    let fashion = move || session.model().get() == Model::Shipped(Shipped::Fashion);

    let finish = move || {
        let Some(pad) = pad.get_untracked() else { return };
        let picture = normalise(&ink(&pad));
        drawn.set(picture.is_some());
        match &picture {
            Some(pixels) => canvas::picture(seen, pixels),
            None => blank(seen),
        }
        desk.draw(picture);
    };
    let line = move |from: [f64; 2], to: [f64; 2]| {
        if let Some(pad) = pad.get_untracked() {
            stroke(&pad, from, to);
            inked.set(true);
            finish();
        }
    };
    let at = move |event: &PointerEvent| {
        pad.get_untracked().map(|pad| {
            let rect = pad.get_bounding_client_rect();
            let place =
                |client: i32, start: f64, size: f64| (f64::from(client) - start) / size.max(1.0) * CANVAS as f64;
            [place(event.client_x(), rect.left(), rect.width()), place(event.client_y(), rect.top(), rect.height())]
        })
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let (Some(pad), Some(here)) = (pad.get_untracked(), at(&event)) {
            pad.set_pointer_capture(event.pointer_id()).ok();
            pen.set(None);
            last.set_value(Some(here));
            line(here, here);
        }
    };
    let moved = move |event: PointerEvent| {
        if let (Some(from), Some(to)) = (last.get_value(), at(&event)) {
            last.set_value(Some(to));
            line(from, to);
        }
    };
    let up = move |_| last.set_value(None);
    let clear = move |_| {
        if let Some(pad) = pad.get_untracked() {
            wipe(&pad);
        }
        blank(seen);
        inked.set(false);
        drawn.set(false);
        pen.set(None);
        desk.draw(None);
    };
    let key = move |event: KeyboardEvent| {
        let held = pen.get_untracked().unwrap_or(Pen { at: [CANVAS as f64 / 2.0; 2], down: false });
        let [dx, dy] = match event.key().as_str() {
            "ArrowLeft" => [-STRIDE, 0.0],
            "ArrowRight" => [STRIDE, 0.0],
            "ArrowUp" => [0.0, -STRIDE],
            "ArrowDown" => [0.0, STRIDE],
            " " => [0.0, 0.0],
            _ => return,
        };
        event.prevent_default();
        let edge = CANVAS as f64 - PEN / 2.0;
        let to = [(held.at[0] + dx).clamp(PEN / 2.0, edge), (held.at[1] + dy).clamp(PEN / 2.0, edge)];
        let down = held.down != (event.key() == " ");
        pen.set(Some(Pen { at: to, down }));
        if down {
            line(held.at, to);
        }
    };

    Effect::new(move |_| match encoded.get() {
        Some(encoding) => canvas::picture(reconstruction, &encoding.reconstruction),
        None => blank(reconstruction),
    });
    let ellipse = Memo::new(move |_| encoded.get().and_then(|e| sigma_ellipse(&e.mu, &e.log_var)));
    let csv = |pair: [f32; 2]| format!("{},{}", pair[0], pair[1]);
    let title = move || if fashion() { tr!(desk, pad_title_fashion) } else { tr!(desk, pad_title) };
    let hint = move || match (drawn.get(), answers(session.phase().get())) {
        (false, _) if fashion() => tr!(desk, pad_empty_fashion),
        (false, _) => tr!(desk, pad_empty),
        (true, false) => tr!(desk, pad_wait),
        (true, true) => "",
    };
    let spot = move |axis: usize| pen.get().map(|pen| format!("{}%", 100.0 * pen.at[axis] / CANVAS as f64));
    view! {
        <section class="drawing">
            <h2>{title}</h2>
            <div class="tiles">
                <div class="tile">
                    <div class="pad">
                        <canvas
                            node_ref=pad
                            width=CANVAS
                            height=CANVAS
                            tabindex="0"
                            role="application"
                            data-testid="pad"
                            aria-label=move || tr!(desk, pad)
                            on:pointerdown=down
                            on:pointermove=moved
                            on:pointerup=up
                            on:pointercancel=up
                            on:keydown=key
                        ></canvas>
                        <svg class="ghost" viewBox="0 0 24 24" aria-hidden="true" hidden=move || inked.get()>
                            <path d="M4 20l4-1L19 8l-3-3L5 16z"/>
                        </svg>
                        <span
                            class="pen"
                            class:down=move || pen.get().is_some_and(|pen| pen.down)
                            hidden=move || pen.get().is_none()
                            style:left=move || spot(0)
                            style:top=move || spot(1)
                        ></span>
                    </div>
                    <span>{move || tr!(desk, pad_hint)}</span>
                </div>
                <div class="tile">
                    <canvas node_ref=seen width="28" height="28" data-testid="pad-seen"></canvas>
                    <span><i class="sym">"x"</i> " " {move || tr!(desk, pad_seen)}</span>
                </div>
                <div class="tile">
                    <canvas node_ref=reconstruction width="28" height="28" data-testid="reconstruction"></canvas>
                    <span><i class="sym xhat">"x̂"</i> " " {move || tr!(desk, reconstruction)}</span>
                </div>
            </div>
            <p class="hint" role="status" data-testid="pad-hint" hidden=move || hint().is_empty()>{hint}</p>
            <div class="posterior">
                <p
                    data-testid="posterior"
                    title=move || tr!(desk, posterior)
                    hidden=move || ellipse.get().is_none()
                    data-mu=move || ellipse.get().map(|e| csv(e.centre))
                    data-sigma=move || ellipse.get().map(|e| csv(e.radii))
                >
                    <i class="sym">"q(z|x)"</i> " "
                    <b class="mu"><i class="sym">"μ"</i> " = " {move || ellipse.get().map(|e| point(desk.locale(), e.centre))}</b> ", "
                    <b class="sigma"><i class="sym">"σ"</i> " = " {move || ellipse.get().map(|e| point(desk.locale(), e.radii))}</b>
                </p>
                <button class="btn q small" data-testid="pad-clear" hidden=move || !inked.get() on:click=clear>
                    {move || tr!(desk, pad_clear)}
                </button>
                <button
                    class="btn q small"
                    data-testid="posterior-go"
                    hidden=move || ellipse.get().is_none()
                    on:click=move |_| {
                        if let Some(ellipse) = ellipse.get_untracked() {
                            desk.go_to(ellipse.centre);
                        }
                    }
                >
                    {move || tr!(desk, posterior_go)}
                </button>
            </div>
        </section>
    }
}

/// The drawing's ink, a byte a pixel.
fn ink(pad: &HtmlCanvasElement) -> Vec<u8> {
    let size = CANVAS as f64;
    let data = canvas::read_often(pad).and_then(|context| context.get_image_data(0.0, 0.0, size, size).ok());
    // White on transparent: the alpha is the ink.
    data.map(|data| data.data().0.iter().skip(3).step_by(4).copied().collect()).unwrap_or_default()
}

fn stroke(pad: &HtmlCanvasElement, from: [f64; 2], to: [f64; 2]) {
    let Some(context) = canvas::read_often(pad) else { return };
    context.set_stroke_style_str("#fff");
    context.set_line_width(PEN);
    context.set_line_cap("round");
    context.begin_path();
    context.move_to(from[0], from[1]);
    // A line to where it is draws nothing: a touch is a dot.
    context.line_to(to[0] + 0.01, to[1]);
    context.stroke();
}

fn wipe(canvas: &HtmlCanvasElement) {
    if let Some(context) = canvas::context(canvas) {
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    }
}

fn blank(node: NodeRef<Canvas>) {
    if let Some(canvas) = node.get_untracked() {
        wipe(&canvas);
    }
}
