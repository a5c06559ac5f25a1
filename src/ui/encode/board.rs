//! What the encoder is given: a drawing, over a picture or not, as it is on the pad or centred.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use crate::spec::SIDE;
use crate::state::drawing::{fit, normalise, shrink};
use crate::ui::desk::Desk;
use crate::ui::pad::Pad;

#[derive(Clone, Copy)]
pub struct Board {
    desk: Desk,
    pub pad: Pad,
    /// The ink of a picture that lies under the strokes, a byte a pixel of the drawing.
    ground: RwSignal<Option<Vec<u8>>>,
    /// Whether that picture is one of the data, and is encoded as it stands whatever is chosen for drawings.
    as_it_is: RwSignal<bool>,
    /// What the encoder is given.
    pub seen: RwSignal<Option<Vec<u8>>>,
    /// Whether the drawing is scaled and centred as the pictures of MNIST are.
    centre: RwSignal<bool>,
}

impl Board {
    pub fn new(desk: Desk, pad: Pad) -> Self {
        Self {
            desk,
            pad,
            ground: RwSignal::new(None),
            as_it_is: RwSignal::new(false),
            seen: RwSignal::new(None),
            centre: RwSignal::new(true),
        }
    }

    /// Reactive: whether anything is on it.
    pub fn inked(self) -> bool {
        self.ground.read().is_some() || self.pad.has_strokes()
    }

    /// Reactive: whether the drawing is scaled and centred before it is encoded.
    pub fn centred(self) -> bool {
        self.centre.get() && !self.as_it_is.get()
    }

    /// The ink of a picture to draw on, instead of everything.
    pub fn lay(self, ink: Vec<u8>) {
        self.replace(Some(ink), false);
    }

    /// The same with a picture of the data, `PIXELS` bytes, which was centred when it was made.
    pub fn lay_data(self, picture: &[u8]) {
        self.replace(Some(fit(picture, SIDE)), true);
    }

    fn replace(self, ground: Option<Vec<u8>>, as_it_is: bool) {
        self.pad.forget();
        self.ground.set(ground);
        self.as_it_is.set(as_it_is);
        self.redraw();
    }

    pub fn clear(self) {
        self.pad.pen.set(None);
        self.replace(None, false);
    }

    pub fn undo(self) {
        self.pad.take_back();
        self.redraw();
    }

    pub fn turn_centre(self) {
        let centre = !untrack(|| self.centred());
        self.as_it_is.set(false);
        self.centre.set(centre);
        self.encode();
    }

    pub fn down(self, event: &PointerEvent) {
        if self.pad.down(event) {
            self.encode();
        }
    }

    pub fn moved(self, event: &PointerEvent) {
        if self.pad.moved(event) {
            self.encode();
        }
    }

    pub fn key(self, event: &KeyboardEvent) {
        if event.key() == "z" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            self.undo();
        } else if self.pad.key(event) {
            self.encode();
        }
    }

    fn redraw(self) {
        if self.pad.canvas.get_untracked().is_some() {
            self.ground.with_untracked(|ground| self.pad.redraw(ground.as_deref()));
            self.encode();
        }
    }

    fn encode(self) {
        if self.pad.canvas.get_untracked().is_none() {
            return;
        }
        let ink = self.pad.ink();
        let picture = if untrack(|| self.centred()) { normalise(&ink) } else { shrink(&ink) };
        self.seen.set(picture.clone());
        self.desk.draw(picture);
    }
}
