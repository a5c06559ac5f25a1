//! Pictures that take longer than a frame. They are made in slices, larger than the window, and shown when they are whole;
//! meanwhile the last one is moved and scaled to where it belongs, which costs nothing.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::latent::view::View;
use crate::ui::canvas;

/// What a slice may take of a frame, in milliseconds.
const SLICE: f64 = 2.5;

/// Sides of the picture to those of the window: so far a hand can move the plane before another one is needed.
const ROOM: f32 = 1.3;

/// A picture under way.
pub trait Job {
    /// Goes on for a while, much shorter than a slice; true when it is done.
    fn advance(&mut self) -> bool;
    /// RGBA, and its width and height.
    fn picture(self) -> (Vec<u8>, u32, u32);
}

/// What a picture shows, and of which part of the plane.
#[derive(Clone, PartialEq)]
struct Shot<C> {
    content: C,
    view: View,
}

impl<C: PartialEq> Shot<C> {
    /// Whether it still does for that content in that window.
    fn serves(&self, content: &C, view: &View) -> bool {
        let [left, top] = self.view.to_pixel(view.to_z([0.0, 0.0]));
        let inside = left >= -1.0
            && top >= -1.0
            && left + view.width <= self.view.width + 1.0
            && top + view.height <= self.view.height + 1.0;
        self.content == *content && (self.view.scale() / view.scale() - 1.0).abs() < 1e-4 && inside
    }
}

/// Keeps a canvas showing `content`, as `begin` starts it, in the window.
pub fn follow<C, J>(
    node: NodeRef<Canvas>,
    view: Memo<Option<View>>,
    content: Memo<Option<C>>,
    begin: impl Fn(&C, &View) -> J + Copy + 'static,
) where
    C: Clone + PartialEq + Send + Sync + 'static,
    J: Job + 'static,
{
    let under_way = StoredValue::new_local(None::<(J, Shot<C>)>);
    let shown = RwSignal::new(None::<Shot<C>>);
    let due = move || {
        let (content, view) = (content.get_untracked()?, view.get_untracked()?);
        let served = shown.with_untracked(|shown| shown.as_ref().is_some_and(|shot| shot.serves(&content, &view)));
        (!served).then(|| Shot { content, view: roomy(view) })
    };
    let ticking = StoredValue::new(false);
    let tick = move || {
        let finished = under_way.try_update_value(|job| {
            let stale = |shot: &Shot<C>| content.with_untracked(|now| now.as_ref() != Some(&shot.content));
            if job.as_ref().is_none_or(|(_, shot)| stale(shot)) {
                *job = due().map(|shot| (begin(&shot.content, &shot.view), shot));
            }
            job.take_if(|(job, _)| advance(job))
        });
        if let (Some((job, shot)), Some(canvas)) = (finished.flatten(), node.get_untracked()) {
            let (pixels, width, height) = job.picture();
            canvas::put(&canvas, &pixels, width, height);
            shown.set(Some(shot));
        }
        let more = under_way.with_value(Option::is_some) || due().is_some();
        ticking.set_value(more);
        more
    };
    Effect::new(move |_| {
        view.track();
        content.track();
        if node.get().is_some() && !ticking.get_value() && tick() {
            each_frame(tick);
        }
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(now)) = (node.get(), view.get()) else { return };
        shown.with(|shown| shown.iter().for_each(|shot| place(&canvas, &shot.view, &now)));
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
fn place(canvas: &web_sys::HtmlCanvasElement, picture: &View, window: &View) {
    let [x, y] = window.to_pixel(picture.to_z([0.0, 0.0]));
    let scale = window.scale() / picture.scale();
    canvas::style(
        canvas,
        &[
            ("width", format!("{}px", picture.width)),
            ("height", format!("{}px", picture.height)),
            ("transform", format!("translate({x}px, {y}px) scale({scale})")),
        ],
    );
}
