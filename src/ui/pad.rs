//! A pad to draw on with mouse, pen, finger or keyboard: strokes, kept as such so that they can be taken back.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::canvas;
use crate::spec::{Format, SIDE};
use crate::state::drawing::TIMES;

/// Side of the square in which strokes are kept, whatever the pictures are: four to a pixel of 28.
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

/// What changes the drawing says so, so that whoever has the pad reads it again.
#[derive(Clone, Copy)]
pub struct Pad {
    pub canvas: NodeRef<Canvas>,
    /// What the pictures are that are drawn.
    pub format: Memo<Format>,
    strokes: RwSignal<Vec<Stroke>>,
    /// Which of the pens.
    pub brush: RwSignal<usize>,
    /// Of the pen, for pictures in colour.
    pub colour: RwSignal<String>,
    pub pen: RwSignal<Option<Pen>>,
    /// Where the pointer last was while it draws.
    last: StoredValue<Option<[f64; 2]>>,
}

impl Pad {
    pub fn new(canvas: NodeRef<Canvas>, format: Memo<Format>) -> Self {
        Self {
            canvas,
            format,
            strokes: RwSignal::new(Vec::new()),
            brush: RwSignal::new(1),
            colour: RwSignal::new(WHITE.to_owned()),
            pen: RwSignal::new(None),
            last: StoredValue::new(None),
        }
    }

    /// Reactive: whether there is a stroke, which can be taken back.
    pub fn has_strokes(self) -> bool {
        !self.strokes.read().is_empty()
    }

    /// A new sheet.
    pub fn forget(self) {
        self.last.set_value(None);
        self.strokes.set(Vec::new());
    }

    pub fn take_back(self) {
        self.last.set_value(None);
        self.strokes.update(|strokes| {
            strokes.pop();
        });
    }

    #[must_use]
    pub fn down(self, event: &PointerEvent) -> bool {
        if event.button() != 0 || !event.is_primary() {
            return false;
        }
        let (Some(pad), Some(here)) = (self.canvas.get_untracked(), self.at(event)) else { return false };
        pad.set_pointer_capture(event.pointer_id()).ok();
        self.pen.set(None);
        self.last.set_value(Some(here));
        self.begin(here);
        self.go_on(here)
    }

    #[must_use]
    pub fn moved(self, event: &PointerEvent) -> bool {
        match (self.last.get_value(), self.at(event), event.is_primary()) {
            (Some(_), Some(to), true) => {
                self.last.set_value(Some(to));
                self.go_on(to)
            }
            _ => false,
        }
    }

    pub fn up(self) {
        self.last.set_value(None);
    }

    /// The arrow keys move the pen, the space bar lowers and lifts it.
    #[must_use]
    pub fn key(self, event: &KeyboardEvent) -> bool {
        let held = self.pen.get_untracked().unwrap_or(Pen { at: [CANVAS as f64 / 2.0; 2], down: false });
        let [dx, dy] = match event.key().as_str() {
            "ArrowLeft" => [-STRIDE, 0.0],
            "ArrowRight" => [STRIDE, 0.0],
            "ArrowUp" => [0.0, -STRIDE],
            "ArrowDown" => [0.0, STRIDE],
            " " => [0.0, 0.0],
            _ => return false,
        };
        event.prevent_default();
        let margin = PENS[1] / 2.0;
        let to = held.at.map(|x| x.clamp(margin, CANVAS as f64 - margin));
        let to = [to[0] + dx, to[1] + dy].map(|x| x.clamp(margin, CANVAS as f64 - margin));
        let down = held.down != (event.key() == " ");
        self.pen.set(Some(Pen { at: to, down }));
        if down && !held.down {
            self.begin(held.at);
        }
        down && self.go_on(to)
    }

    fn begin(self, at: [f64; 2]) {
        let width = PENS[self.brush.get_untracked().min(PENS.len() - 1)];
        let colour =
            if self.format.get_untracked().is_colour() { self.colour.get_untracked() } else { WHITE.to_owned() };
        self.strokes.update(|strokes| strokes.push(Stroke { width, colour, points: vec![at] }));
    }

    fn go_on(self, to: [f64; 2]) -> bool {
        let Some(pad) = self.canvas.get_untracked() else { return false };
        let piece = self.strokes.try_update(|strokes| {
            let stroke = strokes.last_mut()?;
            let from = *stroke.points.last()?;
            stroke.points.push(to);
            Some((stroke.width, stroke.colour.clone(), from))
        });
        let Some((width, colour, from)) = piece.flatten() else { return false };
        self.line(&pad, width, &colour, from, to);
        true
    }

    /// Draws everything anew, over a picture where there is one: of each channel the drawing's pixels.
    pub fn redraw(self, ground: Option<&[u8]>) {
        let Some(pad) = self.canvas.get_untracked() else { return };
        let format = self.format.get_untracked();
        let side = (TIMES * format.side) as u32;
        canvas::resize(&pad, side, side);
        wipe(&pad);
        if let Some(ground) = ground {
            put(&pad, ground, format);
        }
        self.strokes.with_untracked(|strokes| {
            for stroke in strokes {
                let pairs = stroke.points.windows(2);
                pairs.for_each(|pair| self.line(&pad, stroke.width, &stroke.colour, pair[0], pair[1]));
            }
        });
    }

    /// The drawing: the ink of each pixel, or red, green and blue of all, one after another. Nothing without a canvas.
    pub fn drawing(self) -> Option<Vec<u8>> {
        let pad = self.canvas.get_untracked()?;
        Some(drawing(&pad, self.format.get_untracked()))
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
        let rect = self.canvas.get_untracked()?.get_bounding_client_rect();
        let place = |client: i32, start: f64, size: f64| (f64::from(client) - start) / size.max(1.0) * CANVAS as f64;
        Some([place(event.client_x(), rect.left(), rect.width()), place(event.client_y(), rect.top(), rect.height())])
    }
}

/// Where the keyboard's pen is over its pad.
#[component]
pub fn PenMark(pad: Pad) -> impl IntoView {
    let spot = move |axis: usize| pad.pen.get().map(|pen| format!("{}%", 100.0 * pen.at[axis] / CANVAS as f64));
    view! {
        <span
            class="pen"
            class:down=move || pad.pen.get().is_some_and(|pen| pen.down)
            hidden=move || pad.pen.get().is_none()
            style:left=move || spot(0)
            style:top=move || spot(1)
        ></span>
    }
}

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
