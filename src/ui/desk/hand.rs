//! What a visitor does in the plane: handles, and the points that are hovered, pinned, selected and drawn at random.

use leptos::prelude::*;

use super::{Desk, decode};
use crate::latent::select::Selection;
use crate::latent::view::{FARTHEST, View};
use crate::protocol::{Query, Slot};
use crate::state::handles::Handles;
use crate::state::message::Message;
use crate::state::pictures::Shared;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::{Hover, Kept, PageStoreFields, Sample, Tool};

/// A new handle comes this far to the right of the active one, in pixels.
const BESIDE: f32 = 48.0;

/// Drawings that are kept; of more, the oldest goes.
const MOST_KEPT: usize = 6;

impl Desk {
    /// Moves the active handle. Goes on as one step of the history until [`Self::settle`].
    pub fn go_to(self, z: [f32; 2]) {
        let z = self.tidy(z);
        self.wire.update_value(|wire| wire.carried = None);
        if untrack(|| self.z()) != z {
            self.page.scene().handles().update(|handles| handles.move_to(z));
            self.keep_in_sight(z);
            self.ask_handle();
            self.ask_pins();
        }
    }

    /// A movement of a handle, or another change of the handles, is over: what undoing takes back as one.
    pub fn settle(self) {
        let now = self.page.scene().handles().get_untracked();
        self.history.update(|history| history.record(now));
    }

    pub fn activate(self, index: usize) {
        if self.page.scene().handles().read_untracked().active() != index {
            self.page.scene().handles().update(|handles| handles.activate(index));
            self.ask_handle();
        }
    }

    /// One more handle, beside the active one if no place is given.
    pub fn add_handle(self, z: Option<[f32; 2]>) {
        let beside = || {
            let (z, step) = (self.z(), self.view().map_or(0.3, |view| BESIDE / view.scale()));
            [z[0] + step, z[1]]
        };
        let z = self.tidy(z.unwrap_or_else(|| untrack(beside)));
        if self.page.scene().handles().try_update(|handles| handles.add(z)) == Some(true) {
            self.handles_changed();
        } else {
            self.say(Message::HandlesFull);
        }
    }

    pub fn remove_handle(self, index: usize) {
        if self.page.scene().handles().read_untracked().list().len() > 1 {
            self.choose_path(|path| path.forget_handle(index));
            self.change_handles(|handles| handles.remove(index));
        }
    }

    pub fn rename_handle(self, index: usize, name: &str) {
        self.change_handles(|handles| handles.rename(index, name));
    }

    fn change_handles(self, change: impl FnOnce(&mut Handles)) {
        self.page.scene().handles().update(change);
        self.handles_changed();
    }

    pub(super) fn handles_changed(self) {
        self.settle();
        self.ask_handle();
        self.ask_pins();
    }

    pub fn undo(self) {
        self.turn_back(|history| history.undo().cloned());
    }

    pub fn redo(self) {
        self.turn_back(|history| history.redo().cloned());
    }

    fn turn_back(self, turn: impl FnOnce(&mut crate::state::history::History<Handles>) -> Option<Handles>) {
        // What z has rolled by then is the step that goes first.
        self.leave_painting();
        if let Some(handles) = self.history.try_update(turn).flatten() {
            let z = handles.z();
            self.page.scene().handles().set(handles);
            self.keep_in_sight(z);
            self.ask_handle();
            self.ask_pins();
        }
    }

    /// Reactive: whether there is something to undo, and to do again.
    pub fn can_turn_back(self) -> [bool; 2] {
        self.history.with(|history| [history.can_undo(), history.can_redo()])
    }

    /// Whether decodings are covered and somebody says where they make no sense. Not reactive.
    pub fn predicting(self) -> bool {
        self.page.prediction().read_untracked().as_ref().is_some_and(|prediction| !prediction.revealed)
    }

    /// One more place at which nonsense is expected.
    pub fn mark(self, z: [f32; 2]) {
        let z = self.tidy(z);
        self.page.prediction().update(|prediction| {
            if let Some(prediction) = prediction {
                prediction.mark(z);
            }
        });
    }

    /// As fine as a tenth of a pixel, within the plane.
    fn tidy(self, z: [f32; 2]) -> [f32; 2] {
        let scale = untrack(|| self.view()).map_or(100.0, |view| view.scale());
        let unit = 10f64.powf((f64::from(scale) * 10.0).log10().ceil()).max(1000.0);
        z.map(|x| {
            let x = if x.is_finite() { f64::from(x.clamp(-FARTHEST, FARTHEST)) } else { 0.0 };
            ((x * unit).round() / unit) as f32
        })
    }

    /// Takes the view along to a handle that left it.
    pub fn keep_in_sight(self, z: [f32; 2]) {
        let Some(view) = untrack(|| self.view()) else { return };
        let [x, y] = view.to_pixel(z);
        if x < -1.0 || y < -1.0 || x > view.width + 1.0 || y > view.height + 1.0 {
            self.look(View { centre: z.map(f64::from), ..view });
        }
    }

    /// Zooms about a pixel of the plane; says so where it goes no deeper.
    pub fn zoom(self, factor: f64, pixel: [f32; 2]) {
        let Some(view) = untrack(|| self.view()) else { return };
        if factor > 1.0 && view.zoom >= View::MAX_ZOOM {
            self.say(Message::Deepest);
        }
        self.look(view.zoomed(factor, pixel));
    }

    /// What something on the page stands for: every pane shows it.
    pub fn hover(self, hover: Option<Hover>) {
        if self.page.hover().get_untracked() == hover {
            return;
        }
        self.page.hover().set(hover);
        if let Some(hover) = hover {
            self.ask(Slot::Hover, decode(&[hover.z]));
            self.ask_original(hover.code);
        }
    }

    /// The picture behind a code, which only the engine that trains has.
    fn ask_original(self, code: Option<usize>) {
        let trained = self.page.session().model().get_untracked().is_trained() && !self.lacks();
        if let Some(index) = code.filter(|_| trained).and_then(|code| u32::try_from(code).ok()) {
            self.ask(Slot::Original, Query::Original { index }.into());
        }
    }

    /// Keeps the card of a code, or lets it go.
    pub fn pin(self, code: Option<usize>) {
        if self.page.pinned().get_untracked() != code {
            self.page.pinned().set(code);
            self.ask_pins();
            self.ask_original(code);
        }
    }

    /// Selects codes; none is said, and leaves what was selected.
    pub fn select(self, chosen: Vec<u32>) {
        let codes = self.page.session().cloud().read_untracked().as_ref().map_or(0, |cloud| cloud.codes.len());
        if chosen.is_empty() {
            self.say(Message::NothingSelected);
        } else {
            self.page.selection().set(Some(Shared::new(Selection::of(codes, &chosen))));
        }
    }

    pub fn take(self, tool: Tool) {
        self.page.tool().set(tool);
    }

    /// Ends painting on the decoded picture, if it goes on: all that z has rolled is one step of the history. Whether it
    /// went on.
    pub fn leave_painting(self) -> bool {
        let on = !self.page.trail().read_untracked().is_empty();
        if on {
            self.page.trail().set(Vec::new());
            self.settle();
        }
        on
    }

    /// Out of whatever is going on: the innermost thing first.
    pub fn escape(self) {
        let page = self.page;
        if self.leave_painting() {
            return;
        }
        if page.prediction().read_untracked().is_some() {
            page.prediction().set(None);
        } else if page.tool().get_untracked() != Tool::Point {
            page.tool().set(Tool::Point);
        } else if page.pinned().get_untracked().is_some() {
            page.pinned().set(None);
        } else if page.selection().read_untracked().is_some() {
            page.selection().set(None);
        } else {
            self.hover(None);
        }
    }

    /// Other codes: what was said of the old ones by their index holds no more.
    pub(super) fn forget_codes(self) {
        self.page.hover().set(None);
        self.page.pinned().set(None);
        self.page.selection().set(None);
        self.page.session().original().set(None);
    }

    /// Shows points drawn at random, and what they decode to.
    pub fn sample(self, samples: Vec<Sample>) {
        self.page.session().samples().set(None);
        self.page.samples().set(samples);
        self.ask_samples();
    }

    /// Keeps the drawing as far as it is encoded now as an end for paths. Its place among those kept.
    pub fn keep_drawing(self) -> Option<usize> {
        let encoded = self.page.session().encoded().get_untracked()?;
        let mu = <[f32; 2]>::try_from(&encoded.mu[..]).ok()?;
        self.page.kept().update(|kept| {
            if kept.len() == MOST_KEPT {
                kept.remove(0);
            }
            kept.push(Kept { mu, picture: encoded.of });
        });
        Some(self.page.kept().read_untracked().len() - 1)
    }
}
