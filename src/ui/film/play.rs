//! Playing: the handle goes along the path and back until someone stops it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, KeyboardEvent};

use super::travel::Traveller;
use crate::latent::path::there_and_back;
use crate::state::scene::SceneStoreFields;
use crate::state::{PageStoreFields, Tool};
use crate::ui::desk::Desk;
use crate::ui::{canvas, preferences};

/// Milliseconds from end to end.
const ONE_WAY: f64 = 6000.0;

/// Milliseconds on each picture for those who want little motion.
const PAUSE: i32 = 900;

/// A frame that took longer than this, in milliseconds, was not one: the page was hidden.
const LONGEST_FRAME: f64 = 100.0;

#[derive(Clone, Copy)]
pub struct Player {
    desk: Desk,
    traveller: Traveller,
    playing: RwSignal<bool>,
    motion: StoredValue<Motion>,
}

#[derive(Clone, Copy)]
struct Motion {
    /// Rises with every start, so that what an earlier one has left behind ends.
    turn: u32,
    t: f32,
    /// 1 or −1.
    heading: f32,
    /// Where it left the handle: elsewhere, someone else has it.
    left: [f32; 2],
    /// When, in milliseconds since the page was opened.
    when: f64,
    /// From picture to picture, without gliding.
    stepping: bool,
}

impl Player {
    pub fn new(desk: Desk, traveller: Traveller) -> Self {
        let motion = Motion { turn: 0, t: 0.0, heading: 1.0, left: [0.0, 0.0], when: 0.0, stepping: false };
        let player = Self { desk, traveller, playing: RwSignal::new(false), motion: StoredValue::new(motion) };
        player.watch();
        player
    }

    /// Reactive.
    pub fn playing(self) -> bool {
        self.playing.get()
    }

    pub fn toggle(self) {
        if self.playing.get_untracked() { self.stop() } else { self.start() }
    }

    fn start(self) {
        let Some(along) = untrack(|| self.traveller.along()) else { return };
        self.playing.set(true);
        let turn = self.motion.try_update_value(|motion| {
            motion.turn += 1;
            motion.t = along.t;
            motion.heading = if along.t >= 1.0 { -1.0 } else { 1.0 };
            motion.when = canvas::now();
            motion.stepping = wants_little_motion();
            motion.turn
        });
        self.place(along.t);
        self.wait(turn.unwrap_or_default());
    }

    /// Leaves the handle where it is, as one step of the history.
    pub fn stop(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
            self.desk.settle();
        }
    }

    fn place(self, t: f32) {
        self.traveller.go(t);
        let left = untrack(|| self.desk.z());
        self.motion.update_value(|motion| (motion.t, motion.left) = (t, left));
    }

    fn wait(self, turn: u32) {
        if self.motion.with_value(|motion| motion.stepping) {
            preferences::later(PAUSE, move || self.go_on(turn));
        } else {
            request_animation_frame(move || self.go_on(turn));
        }
    }

    fn go_on(self, turn: u32) {
        let motion = self.motion.get_value();
        if !self.playing.get_untracked() || turn != motion.turn {
            return;
        }
        // Whoever moved it, by hand, key, number or undoing, has it; their gesture is a step of its own.
        if untrack(|| self.desk.z()) != motion.left || untrack(|| self.desk.route()).is_none() {
            self.playing.set(false);
            return;
        }
        let now = canvas::now();
        let (t, heading) = if motion.stepping {
            self.next_frame(motion)
        } else {
            there_and_back(motion.t, motion.heading, ((now - motion.when).clamp(0.0, LONGEST_FRAME) / ONE_WAY) as f32)
        };
        self.motion.update_value(|motion| (motion.heading, motion.when) = (heading, now));
        self.place(t);
        self.wait(turn);
    }

    /// From wherever it is onto the next picture.
    fn next_frame(self, motion: Motion) -> (f32, f32) {
        let last = self.desk.page.scene().path().get_untracked().frames.saturating_sub(1).max(1) as f32;
        let (t, heading) = there_and_back((motion.t * last).round() / last, motion.heading, 1.0 / last);
        ((t * last).round() / last, heading)
    }

    /// Escape stops it, before it does anything else; so does taking a handle.
    fn watch(self) {
        self.on_window("keydown", move |event| {
            let escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
            if escape && self.playing.get_untracked() {
                event.stop_propagation();
                self.stop();
            }
        });
        self.on_window("pointerdown", move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let on =
                |selector: &str| target.as_ref().is_some_and(|target| matches!(target.closest(selector), Ok(Some(_))));
            // With this tool pressing the plane brings the handle.
            let brings = self.desk.page.tool().get_untracked() == Tool::Point && on("[data-testid=plane]");
            if brings || on(".handle") {
                self.stop();
            }
        });
    }

    /// Hears an event before anything on the page does, as long as the page.
    fn on_window(self, name: &str, hear: impl Fn(Event) + 'static) {
        let hear = Closure::<dyn Fn(Event)>::new(hear);
        window().add_event_listener_with_callback_and_bool(name, hear.as_ref().unchecked_ref(), true).ok();
        hear.forget();
    }
}

fn wants_little_motion() -> bool {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches())
}
