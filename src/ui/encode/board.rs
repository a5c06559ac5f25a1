//! The pad: strokes of a pen over a picture, kept as strokes so that they can be taken back.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use crate::spec::{Format, SIDE};
use crate::state::drawing::{TIMES, fit, normalise, shrink};
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// Side of the square in which strokes are kept, whatever the model's pictures are: four to a pixel of 28.
pub const CANVAS: usize = TIMES * SIDE;

/// Widths of the pen in the same; the middle one is the stroke of MNIST's digits.
pub const PENS: [f64; 3] = [5.0, 9.0, 14.0];

/// How far an arrow key moves the pen.
const STRIDE: f64 = 4.0;

/// Ink, as a canvas takes it.
const WHITE: &str = "#ffffff";

#[derive(Clone, PartialEq)]
struct Stroke {
    width: f64,
    /// As a canvas takes it.
    colour: String,
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
    /// What the model's pictures are.
    pub format: Memo<Format>,
    /// A picture that lies under the strokes: of each channel the drawing's pixels.
    ground: RwSignal<Option<Vec<u8>>>,
    /// Whether that picture is one of the data, and is encoded as it stands whatever is chosen for drawings.
    as_it_is: RwSignal<bool>,
    /// What the encoder is given.
    pub seen: RwSignal<Option<Vec<u8>>>,
    /// Which of the pens.
    pub brush: RwSignal<usize>,
    /// Of the pen, for pictures in colour.
    pub colour: RwSignal<String>,
    /// Whether the drawing is scaled and centred as the pictures of MNIST are.
    centre: RwSignal<bool>,
    pub pen: RwSignal<Option<Pen>>,
    /// Where the pointer last was while it draws.
    last: StoredValue<Option<[f64; 2]>>,
}

impl Board {
    pub fn new(desk: Desk, pad: NodeRef<Canvas>) -> Self {
        let board = Self {
            desk,
            pad,
            format: Memo::new(move |_| desk.format()),
            colour: RwSignal::new(WHITE.to_owned()),
            strokes: RwSignal::new(Vec::new()),
            ground: RwSignal::new(None),
            as_it_is: RwSignal::new(false),
            seen: RwSignal::new(None),
            brush: RwSignal::new(1),
            centre: RwSignal::new(true),
            pen: RwSignal::new(None),
            last: StoredValue::new(None),
        };
        // A picture of another format than the model's is none to it; what was drawn by hand is drawn again.
        Effect::new(move |before: Option<Format>| {
            let format = board.format.get();
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
        self.ground.read().is_some() || !self.strokes.read().is_empty()
    }

    /// Reactive: whether a stroke can be taken back.
    pub fn can_undo(self) -> bool {
        !self.strokes.read().is_empty()
    }

    /// Reactive: whether the drawing is scaled and centred before it is encoded, as only strokes are.
    pub fn centred(self) -> bool {
        self.centre.get() && !self.as_it_is.get() && !self.format.get().is_colour()
    }

    /// A picture to draw on, instead of everything: of each channel the drawing's pixels.
    pub fn lay(self, ink: Vec<u8>) {
        self.replace(Some(ink), false);
    }

    /// The same with a picture of the data, which was centred when it was made.
    pub fn lay_data(self, picture: &[u8]) {
        let format = self.format.get_untracked();
        if picture.len() == format.bytes() {
            let planes = picture.chunks_exact(format.pixels());
            self.replace(Some(planes.flat_map(|plane| fit(plane, format.side, format.side)).collect()), true);
        }
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
        let colour =
            if self.format.get_untracked().is_colour() { self.colour.get_untracked() } else { WHITE.to_owned() };
        self.strokes.update(|strokes| strokes.push(Stroke { width, colour, points: vec![at] }));
    }

    fn go_on(self, to: [f64; 2]) {
        let Some(pad) = self.pad.get_untracked() else { return };
        let piece = self.strokes.try_update(|strokes| {
            let stroke = strokes.last_mut()?;
            let from = *stroke.points.last()?;
            stroke.points.push(to);
            Some((stroke.width, stroke.colour.clone(), from))
        });
        if let Some((width, colour, from)) = piece.flatten() {
            self.line(&pad, width, &colour, from, to);
            self.encode();
        }
    }

    fn redraw(self) {
        let Some(pad) = self.pad.get_untracked() else { return };
        let format = self.format.get_untracked();
        let side = (TIMES * format.side) as u32;
        canvas::resize(&pad, side, side);
        wipe(&pad);
        self.ground.with_untracked(|ground| ground.iter().for_each(|ground| put(&pad, ground, format)));
        self.strokes.with_untracked(|strokes| {
            for stroke in strokes {
                let pairs = stroke.points.windows(2);
                pairs.for_each(|pair| self.line(&pad, stroke.width, &stroke.colour, pair[0], pair[1]));
            }
        });
        self.encode();
    }

    fn encode(self) {
        let Some(pad) = self.pad.get_untracked() else { return };
        let format = self.format.get_untracked();
        let drawing = drawing(&pad, format);
        let centred = untrack(|| self.centred());
        let picture = if centred { normalise(&drawing, format.side) } else { shrink(&drawing, format) };
        self.seen.set(picture.clone());
        self.desk.draw(picture);
    }

    fn line(self, pad: &HtmlCanvasElement, width: f64, colour: &str, from: [f64; 2], to: [f64; 2]) {
        let Some(context) = canvas::read_often(pad) else { return };
        let scale = self.format.get_untracked().side as f64 / SIDE as f64;
        context.set_stroke_style_str(colour);
        context.set_line_width(width * scale);
        context.set_line_cap("round");
        context.begin_path();
        context.move_to(from[0] * scale, from[1] * scale);
        // A line to where it is draws nothing: a touch is a dot.
        context.line_to(to[0] * scale + 0.01, to[1] * scale);
        context.stroke();
    }

    fn at(self, event: &PointerEvent) -> Option<[f64; 2]> {
        let rect = self.pad.get_untracked()?.get_bounding_client_rect();
        let place = |client: i32, start: f64, size: f64| (f64::from(client) - start) / size.max(1.0) * CANVAS as f64;
        Some([place(event.client_x(), rect.left(), rect.width()), place(event.client_y(), rect.top(), rect.height())])
    }
}

/// The drawing: the ink of each pixel, or red, green and blue of all, one after another.
fn drawing(pad: &HtmlCanvasElement, format: Format) -> Vec<u8> {
    let size = (TIMES * format.side) as f64;
    let data = canvas::read_often(pad).and_then(|context| context.get_image_data(0.0, 0.0, size, size).ok());
    let Some(data) = data else { return Vec::new() };
    let rgba = data.data().0;
    if !format.is_colour() {
        // White on transparent: the alpha is the ink.
        return rgba.iter().skip(3).step_by(4).copied().collect();
    }
    // On black, as the plane is.
    let channel = |c: usize| rgba.chunks_exact(4).map(move |p| (u16::from(p[c]) * u16::from(p[3]) / 255) as u8);
    (0..format.channels).flat_map(channel).collect()
}

/// The other way round.
fn put(pad: &HtmlCanvasElement, drawing: &[u8], format: Format) {
    let side = TIMES * format.side;
    if drawing.len() != side * side * format.channels {
        return;
    }
    let plane = |i: usize, c: usize| drawing[c * side * side + i];
    let pixel = |i: usize| match format.is_colour() {
        true => [plane(i, 0), plane(i, 1), plane(i, 2), 255],
        false => [255, 255, 255, plane(i, 0)],
    };
    let rgba: Vec<u8> = (0..side * side).flat_map(pixel).collect();
    // The pad's own context comes first: it is one whose pixels are read often.
    if canvas::read_often(pad).is_some() {
        canvas::put(pad, &rgba, side as u32, side as u32);
    }
}

fn wipe(canvas: &HtmlCanvasElement) {
    if let Some(context) = canvas::read_often(canvas) {
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    }
}
