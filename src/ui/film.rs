//! The film strip: decodings on the straight line between the means of two classes.

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::canvas;
use super::desk::Desk;
use super::words::{self, tr};
use crate::latent::path::{along, lerp};
use crate::spec::{CLASSES, PIXELS};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;

/// The handle counts as on the line up to here, in units of z.
const ON_LINE: f32 = 0.06;

/// Pictures of the film strip.
const STRIP: usize = 15;

#[component]
pub fn Film() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let line = Memo::new(move |_| desk.line());
    // The frame the handle is at, if it is on the line.
    let current = Memo::new(move |_| {
        let [a, b] = line.get()?;
        let (t, off) = along(a, b, desk.z());
        (off < ON_LINE).then(|| (t * (STRIP - 1) as f32).round() as usize)
    });
    let frames: Vec<NodeRef<Canvas>> = (0..STRIP).map(|_| NodeRef::new()).collect();
    let strip = Memo::new(move |_| session.strip().get());
    let atlas = Memo::new(move |_| session.atlas().get());
    let live = Memo::new(move |_| strip.with(Option::is_some));
    // The means move with the cloud: what was decoded before then is of another line.
    Effect::new(move |before: Option<()>| {
        line.track();
        if before.is_some() {
            desk.ask_strip();
        }
    });
    {
        let frames = frames.clone();
        Effect::new(move |_| {
            let decoded = strip.get();
            for (i, frame) in frames.iter().enumerate() {
                match (&decoded, line.get()) {
                    (Some(decoding), _) if decoding.pixels.len() == STRIP * PIXELS => {
                        canvas::picture(*frame, &decoding.pixels[i * PIXELS..(i + 1) * PIXELS]);
                    }
                    (_, Some([a, b])) => {
                        let z = lerp(a, b, i as f32 / (STRIP - 1) as f32);
                        if let Some(atlas) = atlas.get() {
                            canvas::picture(*frame, &atlas.cell(z));
                        }
                    }
                    (_, None) => {}
                }
            }
        });
    }
    let go = move |step: usize| {
        if let Some([a, b]) = line.get_untracked() {
            desk.go_to(lerp(a, b, step.min(STRIP - 1) as f32 / (STRIP - 1) as f32));
        }
    };
    let bar = NodeRef::<Div>::new();
    let scrub = move |event: &PointerEvent| {
        if let Some(bar) = bar.get_untracked() {
            let rect = bar.get_bounding_client_rect();
            let t = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            go((t * STRIP as f64).clamp(0.0, STRIP as f64 - 1.0) as usize);
        }
    };
    let down = move |event: PointerEvent| {
        if event.button() == 0 {
            if let Some(bar) = bar.get_untracked() {
                bar.set_pointer_capture(event.pointer_id()).ok();
            }
            scrub(&event);
        }
    };
    let moved = move |event: PointerEvent| {
        if event.buttons() & 1 != 0 {
            scrub(&event);
        }
    };
    let key = move |event: KeyboardEvent| {
        let now = current.get_untracked();
        let step = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now.map_or(0, |i| i.saturating_sub(1)),
            "ArrowRight" | "ArrowUp" => now.map_or(0, |i| i + 1),
            "Home" => 0,
            "End" => STRIP - 1,
            _ => return,
        };
        event.prevent_default();
        go(step);
    };
    let text = move || match current.get() {
        Some(i) => tr!(desk, strip_step, step = i + 1, steps = STRIP),
        None => tr!(desk, strip_off).to_owned(),
    };
    view! {
        <div class="film">
            <div class="cap">
                <b>
                    {move || tr!(desk, strip_from)} " " <End end=0/> " " {move || tr!(desk, strip_to)} " " <End end=1/>
                </b>
                <span class="wide">{move || tr!(desk, strip_what)}</span>
            </div>
            <div
                class="strip"
                class:pale=move || !live.get()
                node_ref=bar
                data-testid="strip"
                role="slider"
                tabindex="0"
                aria-label=move || tr!(desk, strip)
                aria-valuemin="1"
                aria-valuemax=STRIP
                aria-valuenow=move || current.get().map(|i| i + 1)
                aria-valuetext=text
                on:pointerdown=down
                on:pointermove=moved
                on:keydown=key
            >
                {frames
                    .into_iter()
                    .enumerate()
                    .map(|(i, frame)| {
                        view! {
                            <canvas
                                node_ref=frame
                                width="28"
                                height="28"
                                class:on=move || current.get() == Some(i)
                            ></canvas>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}

/// The choice of a class for one end of the line.
#[component]
fn End(end: usize) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = move || match desk.page.scene().path().get().ends[end] { crate::state::scene::End::Class(class) => class, _ => 0 };
    let name = move |class: u8| words::class(desk.locale(), desk.page.session().model().get(), class);
    let label = move || if end == 0 { tr!(desk, strip_from_class) } else { tr!(desk, strip_to_class) };
    let choose = move |event| {
        if let Ok(class) = event_target_value(&event).parse() {
            desk.choose_path(|path| path.ends[end] = crate::state::scene::End::Class(class));
        }
    };
    view! {
        <select
            data-testid=if end == 0 { "strip-from" } else { "strip-to" }
            aria-label=label
            prop:value=move || chosen().to_string()
            on:change=choose
        >
            {(0..CLASSES as u8)
                .map(|class| {
                    view! {
                        <option value=class.to_string() selected=move || chosen() == class>
                            {move || name(class)}
                        </option>
                    }
                })
                .collect_view()}
        </select>
    }
}
