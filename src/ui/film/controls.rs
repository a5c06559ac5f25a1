//! The line of controls over the strip.

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::ends::Choice;
use super::play::Player;
use super::travel::Traveller;
use crate::latent::path::{Course, nearest_to_origin};
use crate::state::PageStoreFields;
use crate::state::scene::{Path, SceneStoreFields};
use crate::ui::desk::Desk;
use crate::ui::segments::{Segment, Segments};
use crate::ui::words::tr;

#[component]
pub fn Controls(traveller: Traveller, player: Player) -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <div class="controls">
            <div class="pair">
                <span>{move || tr!(desk, strip_from)}</span>
                <Choice end=0/>
                <button
                    class="bare"
                    data-testid="strip-swap"
                    aria-label=move || tr!(desk, strip_swap)
                    title=move || tr!(desk, strip_swap)
                    on:click=move |_| desk.choose_path(|path| path.ends.swap(0, 1))
                >
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 5.5h11M10 2.5l3 3-3 3M14 10.5H3M6 7.5l-3 3 3 3"/></svg>
                </button>
                <span>{move || tr!(desk, strip_to)}</span>
                <Choice end=1/>
            </div>
            <Shape/>
            <Frames/>
            <div class="travel">
                <Play traveller player/>
                <Slider traveller player/>
            </div>
        </div>
    }
}

/// Straight on, or around.
#[component]
fn Shape() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let segments = vec![
        Segment {
            value: Course::Straight,
            id: "strip-straight",
            name: Signal::derive(move || tr!(desk, strip_straight)),
            what: Signal::derive(move || straight_what(desk)),
        },
        Segment {
            value: Course::GreatCircle,
            id: "strip-circle",
            name: Signal::derive(move || tr!(desk, strip_circle)),
            what: Signal::derive(move || tr!(desk, strip_circle_what)),
        },
        Segment {
            value: Course::Shortest,
            id: "strip-shortest",
            name: Signal::derive(move || tr!(desk, strip_shortest)),
            what: Signal::derive(move || tr!(desk, strip_shortest_what)),
        },
        Segment {
            value: Course::NearCodes,
            id: "strip-codes",
            name: Signal::derive(move || tr!(desk, strip_near)),
            what: Signal::derive(move || tr!(desk, strip_near_what)),
        },
        Segment {
            value: Course::Gradual,
            id: "strip-gradual",
            name: Signal::derive(move || tr!(desk, strip_gradual)),
            what: Signal::derive(move || tr!(desk, strip_gradual_what)),
        },
    ];
    view! {
        <Segments
            group="strip-course"
            label=Signal::derive(move || tr!(desk, strip_course))
            segments
            chosen=Signal::derive(move || desk.page.scene().path().get().course)
            choose=Callback::new(move |course| desk.choose_path(|path| path.course = course))
        />
    }
}

/// What the straight line is, and how the one on show lies to the origin.
fn straight_what(desk: Desk) -> &'static str {
    match desk.line() {
        None => tr!(desk, strip_straight_what),
        Some([a, b]) if nearest_to_origin(a, b).is_some() => tr!(desk, strip_straight_nearer),
        Some(_) => tr!(desk, strip_straight_not_nearer),
    }
}

/// How many pictures.
#[component]
fn Frames() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let frames = Memo::new(move |_| desk.page.scene().path().get().frames);
    // The field never shows another number than there are pictures.
    let set = move |event: Event| {
        if let Ok(frames) = event_target_value(&event).parse() {
            desk.choose_path(|path| path.frames = frames);
        }
        event_target::<HtmlInputElement>(&event).set_value(&frames.get_untracked().to_string());
    };
    view! {
        <label class="frames" title=move || tr!(desk, strip_frames_what)>
            <input
                type="number"
                data-testid="strip-frames"
                inputmode="numeric"
                min=Path::FEWEST
                max=Path::MOST
                aria-label=move || tr!(desk, strip_frames_what)
                prop:value=move || frames.get().to_string()
                on:change=set
            />
            <span>{move || tr!(desk, strip_frames)}</span>
        </label>
    }
}

#[component]
fn Play(traveller: Traveller, player: Player) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let label = move || if player.playing() { tr!(desk, strip_pause) } else { tr!(desk, strip_play) };
    let icon = move || if player.playing() { "M5 3.5v9M11 3.5v9" } else { "M5 3l8 5-8 5z" };
    view! {
        <button
            class="bare play"
            data-testid="strip-play"
            data-playing=move || player.playing().to_string()
            aria-label=label
            title=label
            disabled=move || traveller.along().is_none()
            on:click=move |_| player.toggle()
        >
            <svg viewBox="0 0 16 16" aria-hidden="true"><path class:full=move || !player.playing() d=icon/></svg>
        </button>
    }
}

/// Moves the handle along the path without steps.
#[component]
fn Slider(traveller: Traveller, player: Player) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let frames = move || desk.page.scene().path().get().frames;
    let go = move |event| {
        player.stop();
        if let Ok(t) = event_target_value(&event).parse::<f32>() {
            traveller.go(t.clamp(0.0, 1.0));
        }
    };
    let text = move || match traveller.frame() {
        Some(frame) => tr!(desk, strip_step, step = frame + 1, steps = frames()),
        None => tr!(desk, strip_off).to_owned(),
    };
    view! {
        <input
            type="range"
            data-testid="strip-slider"
            min="0"
            max="1"
            step="any"
            aria-label=move || tr!(desk, strip_slider)
            aria-valuetext=text
            class:pale=move || !traveller.along().is_some_and(|along| along.on_path)
            disabled=move || traveller.along().is_none()
            prop:value=move || traveller.along().map_or(0.0, |along| along.t).to_string()
            on:pointerdown=move |_| player.stop()
            on:input=go
            on:change=move |_| desk.settle()
        />
    }
}
