//! Pictures of the plane that are not made anew for every frame. They are larger than the window and are moved and scaled
//! with it, which costs next to nothing; they are made again when they show something else, when the hand has moved them
//! out of sight, and when a zoom has come to rest. What takes longer than a frame is made in slices.

use std::cell::Cell;

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::latent::view::View;
use crate::ui::{canvas, preferences};

/// What a slice may take of a frame, in milliseconds.
const SLICE: f64 = 2.5;

/// Sides of the picture to those of the window: so far a hand can move the plane before another one is needed.
const ROOM: f32 = 1.3;

/// A picture may be scaled by this while a zoom goes on.
const STRETCH: f32 = 1.3;

/// A zoom has come to rest when nothing has moved for so long, in milliseconds.
const REST: i32 = 90;

/// Not more than one picture is put on its canvas in so many milliseconds: together they would hold a frame up.
const APART: f64 = 12.0;

thread_local! {
    static LAST_SHOWN: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// A picture under way.
pub trait Job {
    /// Goes on for a while, much shorter than a slice; true when it is done.
    fn advance(&mut self) -> bool;
    /// Puts it on the canvas.
    fn show(self, canvas: &HtmlCanvasElement);
}

/// How a picture moves with the window.
#[derive(Clone, Copy, PartialEq)]
pub enum Moves {
    Freely,
    /// Along the lower edge, where it is so high.
    Sideways(f32),
    /// Along the left edge, where it is so wide.
    Upright(f32),
}

impl Moves {
    fn axes(self) -> [bool; 2] {
        match self {
            Self::Freely => [true, true],
            Self::Sideways(_) => [true, false],
            Self::Upright(_) => [false, true],
        }
    }
}

/// What a picture shows, and of which part of the plane.
#[derive(Clone, PartialEq)]
struct Shot<C> {
    content: C,
    view: View,
}

impl<C: PartialEq> Shot<C> {
    /// Whether it still does for that content in that window.
    fn serves(&self, content: &C, view: &View, moves: Moves, resting: bool) -> bool {
        let low = view.to_pixel(self.view.to_z([0.0, 0.0]));
        let high = view.to_pixel(self.view.to_z([self.view.width, self.view.height]));
        let reaches = [high[0] >= view.width - 1.0, high[1] >= view.height - 1.0];
        let covers = (0..2).all(|axis| !moves.axes()[axis] || (low[axis] <= 1.0 && reaches[axis]));
        let stretch = view.scale() / self.view.scale();
        let same = (stretch - 1.0).abs() < 1e-4;
        let fair = !resting && (1.0 / STRETCH..STRETCH).contains(&stretch);
        self.content == *content && covers && (same || fair)
    }
}

/// Keeps a canvas showing `content`, as `begin` starts it, in the window.
pub fn follow<C, J>(
    node: NodeRef<Canvas>,
    view: Memo<Option<View>>,
    content: Memo<Option<C>>,
    moves: Moves,
    begin: impl Fn(&C, &View) -> J + Copy + 'static,
) where
    C: Clone + PartialEq + Send + Sync + 'static,
    J: Job + 'static,
{
    let under_way = StoredValue::new_local(None::<(J, Shot<C>)>);
    let shown = RwSignal::new(None::<Shot<C>>);
    let resting = StoredValue::new(true);
    let due = move || {
        let (content, view, resting) = (content.get_untracked()?, view.get_untracked()?, resting.get_value());
        let served = |shot: &Shot<C>| shot.serves(&content, &view, moves, resting);
        let served = shown.with_untracked(|shown| shown.as_ref().is_some_and(served));
        (!served).then(|| Shot { content, view: roomy(view) })
    };
    let ticking = StoredValue::new(false);
    let tick = move || {
        let finished = under_way.try_update_value(|job| {
            let stale = |shot: &Shot<C>| content.with_untracked(|now| now.as_ref() != Some(&shot.content));
            if job.as_ref().is_none_or(|(_, shot)| stale(shot)) {
                *job = due().map(|shot| (begin(&shot.content, &shot.view), shot));
            }
            job.take_if(|(job, _)| advance(job) && canvas::now() - LAST_SHOWN.get() > APART)
        });
        if let (Some((job, shot)), Some(canvas)) = (finished.flatten(), node.get_untracked()) {
            job.show(&canvas);
            LAST_SHOWN.set(canvas::now());
            shown.set(Some(shot));
        }
        let more = under_way.with_value(Option::is_some) || due().is_some();
        ticking.set_value(more);
        more
    };
    let go = move || {
        if node.get_untracked().is_some() && !ticking.get_value() && due().is_some() {
            ticking.set_value(true);
            each_frame(tick);
        }
    };
    Effect::new(move |_| {
        content.with(|_| ());
        node.track();
        go();
    });
    let waiting = StoredValue::new(None::<i32>);
    Effect::new(move |_| {
        view.with(|_| ());
        if let Some(waiting) = waiting.get_value() {
            window().clear_timeout_with_handle(waiting);
        }
        resting.set_value(false);
        go();
        let rest = move || {
            resting.set_value(true);
            go();
        };
        waiting.set_value(preferences::later(REST, rest));
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(now)) = (node.get(), view.get()) else { return };
        shown.with(|shown| shown.iter().for_each(|shot| place(&canvas, &shot.view, &now, moves)));
    });
}

/// Goes on until the slice is used up; whether it is done.
fn advance(job: &mut impl Job) -> bool {
    let start = canvas::now();
    loop {
        if job.advance() {
            return true;
        }
        if canvas::now() - start > SLICE {
            return false;
        }
    }
}

/// Calls it once a frame as long as it says so.
fn each_frame(tick: impl Fn() -> bool + Copy + 'static) {
    request_animation_frame(move || {
        if tick() {
            each_frame(tick);
        }
    });
}

/// The same window with room around it.
fn roomy(view: View) -> View {
    let (width, height) = ((view.width * ROOM).round(), (view.height * ROOM).round());
    let grown = f64::from(width.min(height)) / f64::from(view.width.min(view.height));
    View { width, height, zoom: view.zoom / grown, ..view }
}

/// Puts a picture of one window where it belongs in another.
fn place(canvas: &HtmlCanvasElement, picture: &View, window: &View, moves: Moves) {
    let [x, y] = window.to_pixel(picture.to_z([0.0, 0.0]));
    let scale = window.scale() / picture.scale();
    let (size, transform) = match moves {
        Moves::Freely => ([picture.width, picture.height], format!("translate({x}px, {y}px) scale({scale})")),
        Moves::Sideways(height) => ([picture.width, height], format!("translate({x}px, 0) scale({scale}, 1)")),
        Moves::Upright(width) => ([width, picture.height], format!("translate(0, {y}px) scale(1, {scale})")),
    };
    let size = size.map(|pixels| format!("{pixels}px"));
    let [width, height] = size;
    canvas::style(canvas, &[("width", width), ("height", height), ("transform", transform)]);
}
