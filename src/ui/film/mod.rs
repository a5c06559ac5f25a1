//! The film strip: pictures on the way from one place of the plane to another, and how far each is from the next.

mod chart;
mod controls;
mod ends;
mod play;
mod straight;
mod travel;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::canvas;
use super::desk::Desk;
use super::words::tr;
use crate::latent::path::distance;
use crate::state::pictures::Decoding;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::{Hover, PageStoreFields};
use play::Player;
use travel::{ON_PATH, Traveller};

/// Of more pictures than these a phone shows only every second, and every fourth.
const MORE: usize = 10;
const MANY: usize = 20;

/// What the pictures of the strip are of.
#[derive(Clone, Copy)]
struct Strip {
    /// How many there are.
    frames: Memo<usize>,
    /// Where each is; nothing while an end is missing.
    way: Memo<Option<Vec<[f32; 2]>>>,
    /// What was decoded last, if it is as many pictures.
    decoded: Memo<Option<Decoding>>,
}

impl Strip {
    fn new(desk: Desk) -> Self {
        let frames = Memo::new(move |_| desk.page.scene().path().get().frames);
        let way = Memo::new(move |_| desk.way());
        let decoded =
            Memo::new(move |_| desk.page.session().strip().get().filter(|decoded| decoded.len() == frames.get()));
        Self { frames, way, decoded }
    }

    /// Where a picture is. Not reactive.
    fn place(self, frame: usize) -> Option<[f32; 2]> {
        self.way.with_untracked(|way| way.as_ref()?.get(frame).copied())
    }

    /// Reactive: the picture that stands for this place, if one does.
    fn at(self, z: [f32; 2]) -> Option<usize> {
        let way = self.way.read();
        let apart = way.iter().flatten().map(|place| distance(*place, z)).enumerate();
        apart.filter(|(_, apart)| *apart < ON_PATH).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(frame, _)| frame)
    }
}

#[component]
pub fn Film() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let strip = Strip::new(desk);
    let traveller = Traveller::new(desk);
    let player = Player::new(desk, traveller);
    let missing = Memo::new(move |_| ends::missing(desk));
    // The ends move with the cloud and the handles: what was decoded before then is of another way.
    Effect::new(move |before: Option<()>| {
        strip.way.with(|_| ());
        if before.is_some() {
            desk.ask_strip();
        }
    });
    view! {
        <div class="film" data-testid="film">
            <controls::Controls traveller player/>
            <Pictures strip traveller player/>
            <straight::Straight/>
            <div class="under">
                <chart::Chart way=strip.way/>
                <p role="status" data-testid="strip-gone">
                    {move || missing.get().map(|end| tr!(desk, path_gone, end = end))}
                </p>
            </div>
        </div>
    }
}

/// The pictures alone, of a plane that is beside another.
#[component]
pub fn Row() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let strip = Strip::new(desk);
    let traveller = Traveller::new(desk);
    let current = Memo::new(move |_| traveller.frame());
    let meant = Memo::new(|_| None);
    Effect::new(move |_| {
        strip.way.with(|_| ());
        desk.ask_strip();
    });
    view! {
        <div class="strip row" class:more=move || { strip.frames.get() > MORE } class:many=move || { strip.frames.get() > MANY } aria-hidden="true" data-testid="row">
            <For each=move || 0..strip.frames.get() key=|frame| *frame let:frame>
                <Frame frame strip current meant/>
            </For>
        </div>
    }
}

/// The pictures in a row. Dragging over them takes the handle along.
#[component]
fn Pictures(strip: Strip, traveller: Traveller, player: Player) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let bar = NodeRef::<Div>::new();
    let scrubbing = StoredValue::new(false);
    let current = Memo::new(move |_| traveller.frame());
    let meant = Memo::new(move |_| desk.page.hover().get().and_then(|hover| strip.at(hover.z)));
    let live = Memo::new(move |_| strip.decoded.with(Option::is_some) && strip.way.with(Option::is_some));
    let scrub = move |event: &PointerEvent| {
        if let Some(bar) = bar.get_untracked() {
            let rect = bar.get_bounding_client_rect();
            let (t, frames) =
                ((f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0), strip.frames.get_untracked());
            traveller.go_to_frame((t * frames as f64).clamp(0.0, frames as f64 - 1.0) as usize);
        }
    };
    let down = move |event: PointerEvent| {
        if event.button() == 0 {
            if let Some(bar) = bar.get_untracked() {
                bar.set_pointer_capture(event.pointer_id()).ok();
            }
            player.stop();
            desk.hover(None);
            scrubbing.set_value(true);
            scrub(&event);
        }
    };
    let moved = move |event: PointerEvent| {
        if scrubbing.get_value() {
            scrub(&event);
        }
    };
    let up = move |_| {
        if scrubbing.get_value() {
            scrubbing.set_value(false);
            desk.settle();
        }
    };
    let key = move |event: KeyboardEvent| {
        let now = current.get_untracked();
        let frame = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now.map_or(0, |frame| frame.saturating_sub(1)),
            "ArrowRight" | "ArrowUp" => now.map_or(0, |frame| frame + 1),
            "Home" => 0,
            "End" => strip.frames.get_untracked() - 1,
            _ => return,
        };
        event.prevent_default();
        player.stop();
        traveller.go_to_frame(frame);
        desk.settle();
    };
    let text = move || match current.get() {
        Some(frame) => tr!(desk, strip_step, step = frame + 1, steps = strip.frames.get()),
        None => tr!(desk, strip_off).to_owned(),
    };
    view! {
        <div
            class="strip"
            class:pale=move || !live.get()
            class:more=move || { strip.frames.get() > MORE }
            class:many=move || { strip.frames.get() > MANY }
            node_ref=bar
            data-testid="strip"
            role="slider"
            tabindex="0"
            aria-label=move || tr!(desk, strip)
            aria-valuemin="1"
            aria-valuemax=move || strip.frames.get()
            aria-valuenow=move || current.get().map(|frame| frame + 1)
            aria-valuetext=text
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=up
            on:pointerleave=move |_| desk.hover(None)
            on:keydown=key
        >
            <For each=move || 0..strip.frames.get() key=|frame| *frame let:frame>
                <Frame frame strip current meant/>
            </For>
        </div>
    }
}

#[component]
fn Frame(frame: usize, strip: Strip, current: Memo<Option<usize>>, meant: Memo<Option<usize>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<Canvas>::new();
    let atlas = Memo::new(move |_| desk.page.session().atlas().get());
    Effect::new(move |_| {
        if node.get().is_none() {
            return;
        }
        if let Some(decoded) = strip.decoded.get() {
            if let Some(pixels) = decoded.picture(frame) {
                canvas::picture(node, pixels);
            }
        } else if let (Some(place), Some(atlas)) =
            (strip.way.with(|way| way.as_ref()?.get(frame).copied()), atlas.get())
        {
            canvas::picture(node, &atlas.cell(place));
        }
    });
    let entered = move |event: PointerEvent| {
        if event.pointer_type() == "mouse" && event.buttons() == 0 {
            desk.hover(strip.place(frame).map(|z| Hover { z, code: None }));
        }
    };
    view! {
        <canvas
            node_ref=node
            width="28"
            height="28"
            class:on=move || current.get() == Some(frame)
            class:meant=move || meant.get() == Some(frame)
            on:pointerenter=entered
        ></canvas>
    }
}
