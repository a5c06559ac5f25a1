//! The pad: strokes of a pen over a picture, kept as strokes so that they can be taken back.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use crate::spec::SIDE;
use crate::state::drawing::{CANVAS, fit, normalise, shrink};
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// Widths of the pen in pixels of the drawing; the middle one is the stroke of MNIST's digits.
pub const PENS: [f64; 3] = [5.0, 9.0, 14.0];

/// How far an arrow key moves the pen, in the same.
const STRIDE: f64 = 4.0;

#[derive(Clone, PartialEq)]
struct Stroke {
    width: f64,
    points: Vec<[f64; 2]>,
}

/// The pen as the keyboard moves it.
#[derive(Clone, Copy)]
pub struct Pen {
    pub at: [f64; 2],
    pub down: bool,
}

#[derive(Clone, Copy)]
pub struct Board {
    desk: Desk,
    pad: NodeRef<Canvas>,
    strokes: RwSignal<Vec<Stroke>>,
    /// The ink of a picture that lies under the strokes, a byte a pixel of the drawing.
    ground: RwSignal<Option<Vec<u8>>>,
    /// Whether that picture is one of the data, and is encoded as it stands whatever is chosen for drawings.
    as_it_is: RwSignal<bool>,
    /// What the encoder is given.
    pub seen: RwSignal<Option<Vec<u8>>>,
    /// Which of the pens.
    pub brush: RwSignal<usize>,
    /// Whether the drawing is scaled and centred as the pictures of MNIST are.
    centre: RwSignal<bool>,
    pub pen: RwSignal<Option<Pen>>,
    /// Where the pointer last was while it draws.
    last: StoredValue<Option<[f64; 2]>>,
}

impl Board {
    pub fn new(desk: Desk, pad: NodeRef<Canvas>) -> Self {
        Self {
            desk,
            pad,
            strokes: RwSignal::new(Vec::new()),
            ground: RwSignal::new(None),
            as_it_is: RwSignal::new(false),
            seen: RwSignal::new(None),
            brush: RwSignal::new(1),
            centre: RwSignal::new(true),
            pen: RwSignal::new(None),
            last: StoredValue::new(None),
        }
    }

    /// Reactive: whether anything is on it.
    pub fn inked(self) -> bool {
        self.ground.read().is_some() || !self.strokes.read().is_empty()
    }

    /// Reactive: whether a stroke can be taken back.
    pub fn can_undo(self) -> bool {
        !self.strokes.read().is_empty()
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
        self.last.set_value(None);
        self.strokes.set(Vec::new());
        self.ground.set(ground);
        self.as_it_is.set(as_it_is);
        self.redraw();
    }

    pub fn clear(self) {
        self.pen.set(None);
        self.replace(None, false);
    }

    pub fn undo(self) {
        self.last.set_value(None);
        self.strokes.update(|strokes| {
            strokes.pop();
        });
        self.redraw();
    }

    pub fn turn_centre(self) {
        let centre = !untrack(|| self.centred());
        self.as_it_is.set(false);
        self.centre.set(centre);
        self.encode();
    }

    pub fn down(self, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        if let (Some(pad), Some(here)) = (self.pad.get_untracked(), self.at(event)) {
            pad.set_pointer_capture(event.pointer_id()).ok();
            self.pen.set(None);
            self.last.set_value(Some(here));
            self.begin(here);
            self.go_on(here);
        }
    }

    pub fn moved(self, event: &PointerEvent) {
        if let (Some(_), Some(to), true) = (self.last.get_value(), self.at(event), event.is_primary()) {
            self.last.set_value(Some(to));
            self.go_on(to);
        }
    }

    pub fn up(self) {
        self.last.set_value(None);
    }

    /// The arrow keys move the pen, the space bar lowers and lifts it.
    pub fn key(self, event: &KeyboardEvent) {
        if event.key() == "z" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            self.undo();
            return;
        }
        let held = self.pen.get_untracked().unwrap_or(Pen { at: [CANVAS as f64 / 2.0; 2], down: false });
        let [dx, dy] = match event.key().as_str() {
            "ArrowLeft" => [-STRIDE, 0.0],
            "ArrowRight" => [STRIDE, 0.0],
            "ArrowUp" => [0.0, -STRIDE],
            "ArrowDown" => [0.0, STRIDE],
            " " => [0.0, 0.0],
            _ => return,
        };
        event.prevent_default();
        let margin = PENS[1] / 2.0;
        let to = held.at.map(|x| x.clamp(margin, CANVAS as f64 - margin));
        let to = [to[0] + dx, to[1] + dy].map(|x| x.clamp(margin, CANVAS as f64 - margin));
        let down = held.down != (event.key() == " ");
        self.pen.set(Some(Pen { at: to, down }));
        if down {
            if !held.down {
                self.begin(held.at);
            }
            self.go_on(to);
        }
    }

    fn begin(self, at: [f64; 2]) {
        let width = PENS[self.brush.get_untracked().min(PENS.len() - 1)];
        self.strokes.update(|strokes| strokes.push(Stroke { width, points: vec![at] }));
    }

    fn go_on(self, to: [f64; 2]) {
        let Some(pad) = self.pad.get_untracked() else { return };
        let piece = self.strokes.try_update(|strokes| {
            let stroke = strokes.last_mut()?;
            let from = *stroke.points.last()?;
            stroke.points.push(to);
            Some((stroke.width, from))
        });
        if let Some((width, from)) = piece.flatten() {
            line(&pad, width, from, to);
            self.encode();
        }
    }

    fn redraw(self) {
        let Some(pad) = self.pad.get_untracked() else { return };
        wipe(&pad);
        self.ground.with_untracked(|ground| ground.iter().for_each(|ink| put(&pad, ink)));
        self.strokes.with_untracked(|strokes| {
            for stroke in strokes {
                stroke.points.windows(2).for_each(|pair| line(&pad, stroke.width, pair[0], pair[1]));
            }
        });
        self.encode();
    }

    fn encode(self) {
        let Some(pad) = self.pad.get_untracked() else { return };
        let ink = ink(&pad);
        let picture = if untrack(|| self.centred()) { normalise(&ink) } else { shrink(&ink) };
        self.seen.set(picture.clone());
        self.desk.draw(picture);
    }

    fn at(self, event: &PointerEvent) -> Option<[f64; 2]> {
        let rect = self.pad.get_untracked()?.get_bounding_client_rect();
        let place = |client: i32, start: f64, size: f64| (f64::from(client) - start) / size.max(1.0) * CANVAS as f64;
        Some([place(event.client_x(), rect.left(), rect.width()), place(event.client_y(), rect.top(), rect.height())])
    }
}

/// The drawing's ink, a byte a pixel.
fn ink(pad: &HtmlCanvasElement) -> Vec<u8> {
    let size = CANVAS as f64;
    let data = canvas::read_often(pad).and_then(|context| context.get_image_data(0.0, 0.0, size, size).ok());
    // White on transparent: the alpha is the ink.
    data.map(|data| data.data().0.iter().skip(3).step_by(4).copied().collect()).unwrap_or_default()
}

/// The other way round.
fn put(pad: &HtmlCanvasElement, ink: &[u8]) {
    let white: Vec<u8> = ink.iter().flat_map(|&ink| [255, 255, 255, ink]).collect();
    // The pad's own context comes first: it is one whose pixels are read often.
    if canvas::read_often(pad).is_some() {
        canvas::put(pad, &white, CANVAS as u32, CANVAS as u32);
    }
}

fn line(pad: &HtmlCanvasElement, width: f64, from: [f64; 2], to: [f64; 2]) {
    let Some(context) = canvas::read_often(pad) else { return };
    context.set_stroke_style_str("#fff");
    context.set_line_width(width);
    context.set_line_cap("round");
    context.begin_path();
    context.move_to(from[0], from[1]);
    // A line to where it is draws nothing: a touch is a dot.
    context.line_to(to[0] + 0.01, to[1]);
    context.stroke();
}

fn wipe(canvas: &HtmlCanvasElement) {
    if let Some(context) = canvas::read_often(canvas) {
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    }
}
