//! What the encoder is given: a drawing, over a picture or not, as it is on the pad or centred.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use crate::spec::Format;
use crate::state::drawing::{fit, normalise, shrink};
use crate::ui::desk::Desk;
use crate::ui::pad::Pad;

#[derive(Clone, Copy)]
pub struct Board {
    desk: Desk,
    /// Its format is what the model's pictures are.
    pub pad: Pad,
    /// A picture that lies under the strokes: of each channel the drawing's pixels.
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
        let board = Self {
            desk,
            pad,
            ground: RwSignal::new(None),
            as_it_is: RwSignal::new(false),
            seen: RwSignal::new(None),
            centre: RwSignal::new(true),
        };
        // A picture of another format than the model's is none to it; what was drawn by hand is drawn again.
        Effect::new(move |before: Option<Format>| {
            let format = pad.format.get();
            if before.is_some_and(|before| before != format) {
                board.ground.set(None);
                board.as_it_is.set(false);
                board.redraw();
            }
            format
        });
        board
    }

    /// Reactive: whether anything is on it.
    pub fn inked(self) -> bool {
        self.ground.read().is_some() || self.pad.has_strokes()
    }

    /// Reactive: whether the drawing is scaled and centred before it is encoded, as only strokes are.
    pub fn centred(self) -> bool {
        self.centre.get() && !self.as_it_is.get() && !self.pad.format.get().is_colour()
    }

    /// A picture to draw on, instead of everything: of each channel the drawing's pixels.
    pub fn lay(self, ink: Vec<u8>) {
        self.replace(Some(ink), false);
    }

    /// The same with a picture of the data, which was centred when it was made.
    pub fn lay_data(self, picture: &[u8]) {
        let format = self.pad.format.get_untracked();
        if picture.len() == format.bytes() {
            let planes = picture.chunks_exact(format.pixels());
            self.replace(Some(planes.flat_map(|plane| fit(plane, format.side, format.side)).collect()), true);
        }
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
        self.ground.with_untracked(|ground| self.pad.redraw(ground.as_deref()));
        self.encode();
    }

    fn encode(self) {
        let Some(drawing) = self.pad.drawing() else { return };
        let format = self.pad.format.get_untracked();
        let centred = untrack(|| self.centred());
        let picture = if centred { normalise(&drawing, format.side) } else { shrink(&drawing, format) };
        self.seen.set(picture.clone());
        self.desk.draw(picture);
    }
}
