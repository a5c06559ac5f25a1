//! The handle on the path: where it is, and how it gets elsewhere.

use leptos::prelude::*;

use crate::latent::path::distance;
use crate::state::PageStoreFields;
use crate::state::scene::{End, SceneStoreFields};
use crate::ui::desk::Desk;

/// The handle counts as on the path up to here, in units of z.
pub const ON_PATH: f32 = 0.06;

/// Handles have their coordinates rounded; nearer than this, in units of z, is the same place.
const SAME: f32 = 1e-3;

/// In how many steps a great circle is searched for the place that is nearest to the handle.
const SEARCH: usize = 64;

/// Where along the path the active handle is.
#[derive(Clone, Copy, PartialEq)]
pub struct Along {
    /// From 0, where it starts, to 1.
    pub t: f32,
    pub on_path: bool,
}

#[derive(Clone, Copy)]
pub struct Traveller {
    desk: Desk,
    /// Where it was last sent. The place alone would not tell, where a path comes to it twice or stays.
    sent: RwSignal<f32>,
    along: Memo<Option<Along>>,
}

impl Traveller {
    pub fn new(desk: Desk) -> Self {
        let sent = RwSignal::new(0.0);
        let along = Memo::new(move |_| {
            let (way, z, t) = (desk.route()?, desk.z(), sent.get());
            if distance(way.point(t), z) < SAME {
                return Some(Along { t, on_path: true });
            }
            let (t, off) = way.nearest(z, SEARCH);
            Some(Along { t, on_path: off < ON_PATH })
        });
        Self { desk, sent, along }
    }

    /// Reactive. Nothing while there is no path.
    pub fn along(self) -> Option<Along> {
        self.along.get()
    }

    /// Reactive: the picture the handle is at, if it is on the path.
    pub fn frame(self) -> Option<usize> {
        let last = self.desk.page.scene().path().get().frames.saturating_sub(1);
        self.along().filter(|along| along.on_path).map(|along| (along.t * last as f32).round() as usize)
    }

    /// Moves a handle to `t` on the path. Goes on as one step of the history until [`Desk::settle`].
    pub fn go(self, t: f32) {
        self.take_a_handle();
        let Some(way) = untrack(|| self.desk.route()) else { return };
        self.sent.set(t);
        self.desk.go_to(way.point(t));
    }

    /// To one of the pictures.
    pub fn go_to_frame(self, frame: usize) {
        let last = self.desk.page.scene().path().get_untracked().frames.saturating_sub(1).max(1);
        self.go(frame.min(last) as f32 / last as f32);
    }

    /// A handle that is an end of the path cannot walk along it: it would take its end along. Another one does, and if
    /// there is none, a new one.
    fn take_a_handle(self) {
        let scene = self.desk.page.scene();
        let (ends, handles) = (scene.path().get_untracked().ends, scene.handles().get_untracked());
        let is_end = |index: usize| ends.contains(&End::Handle(index));
        if is_end(handles.active()) {
            match (0..handles.list().len()).rev().find(|index| !is_end(*index)) {
                Some(other) => self.desk.activate(other),
                None => self.desk.add_handle(Some(handles.z())),
            }
        }
    }
}
