//! Pictures from elsewhere: chosen, dropped anywhere on the page, or pasted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ClipboardEvent, DataTransfer, DragEvent, ImageBitmap};

use crate::state::drawing::{CANVAS, dark_on_light, ink_of};
use crate::state::message::Message;
use crate::ui::canvas;
use crate::ui::desk::Desk;

use super::board::Board;

/// A picture is read at no more than this many pixels a side.
const MOST: f64 = 448.0;

/// A picture in grey, and whether its ink is what is dark in it.
#[derive(Clone, PartialEq)]
struct Grey {
    pixels: Vec<u8>,
    width: usize,
    dark: bool,
}

#[derive(Clone, Copy)]
pub struct Source {
    desk: Desk,
    board: Board,
    grey: RwSignal<Option<Grey>>,
}

impl Source {
    pub fn new(desk: Desk, board: Board) -> Self {
        Self { desk, board, grey: RwSignal::new(None) }
    }

    /// Reactive: whether the picture's dark parts were taken for ink; nothing without a picture.
    pub fn dark(self) -> Option<bool> {
        self.grey.read().as_ref().map(|grey| grey.dark)
    }

    pub fn forget(self) {
        self.grey.set(None);
    }

    /// Takes the other parts for ink.
    pub fn flip(self) {
        self.grey.update(|grey| {
            if let Some(grey) = grey {
                grey.dark = !grey.dark;
            }
        });
        self.use_it();
    }

    /// Takes files that are dropped on the page or pasted, as long as the page is open.
    pub fn listen(self) {
        let over = window_event_listener(leptos::ev::dragover, |event: DragEvent| event.prevent_default());
        let drop = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
            event.prevent_default();
            self.take(event.data_transfer());
        });
        let paste = window_event_listener(leptos::ev::paste, move |event| {
            let event: ClipboardEvent = event.unchecked_into();
            let data = event.clipboard_data();
            // Text is pasted into the fields as ever.
            if data.as_ref().and_then(DataTransfer::files).is_some_and(|files| files.length() > 0) {
                self.take(data);
            }
        });
        std::mem::forget((over, drop, paste));
    }

    fn take(self, data: Option<DataTransfer>) {
        match data.and_then(|data| data.files()).and_then(|files| files.get(0)) {
            Some(file) => self.read(file.into()),
            None => self.desk.say(Message::NotAPicture),
        }
    }

    /// Reads a picture file; what is none is said, and what was there stays.
    pub fn read(self, file: Blob) {
        spawn_local(async move {
            match grey_of(&file).await {
                Ok((pixels, width)) => {
                    let dark = dark_on_light(&pixels, width);
                    if ink_of(&pixels, dark).is_none() {
                        self.desk.say(Message::BlankPicture);
                        return;
                    }
                    self.grey.set(Some(Grey { pixels, width, dark }));
                    self.use_it();
                }
                Err(why) => {
                    web_sys::console::warn_1(&why);
                    self.desk.say(Message::NotAPicture);
                }
            }
        });
    }

    fn use_it(self) {
        let laid = self.grey.with_untracked(|grey| {
            let Grey { pixels, width, dark } = grey.as_ref()?;
            fit(&ink_of(pixels, *dark)?, *width).ok()
        });
        if let Some(ink) = laid {
            self.board.centre.set(true);
            self.board.lay(ink);
        }
    }
}

/// The luminance of a picture file on white, and its width.
async fn grey_of(file: &Blob) -> Result<(Vec<u8>, usize), JsValue> {
    let bitmap: ImageBitmap = JsFuture::from(window().create_image_bitmap_with_blob(file)?).await?.dyn_into()?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (MOST / width.max(height)).min(1.0);
    let size = [width, height].map(|side| (side * scale).round().max(1.0));
    let sheet = canvas::blank(size[0] as u32, size[1] as u32)?;
    let context = canvas::context(&sheet).ok_or("no 2-D canvas")?;
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, size[0], size[1]);
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, size[0], size[1])?;
    let data = context.get_image_data(0.0, 0.0, size[0], size[1])?.data();
    // Rec. 601, as PNG's own grey has it.
    let grey = |p: &[u8]| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2]) + 500) / 1000) as u8;
    Ok((data.0.chunks_exact(4).map(grey).collect(), size[0] as usize))
}

/// Ink in the middle of a drawing's square, as large as fits.
fn fit(ink: &[u8], width: usize) -> Result<Vec<u8>, JsValue> {
    let (wide, high) = (width as f64, (ink.len() / width.max(1)) as f64);
    let white: Vec<u8> = ink.iter().flat_map(|&ink| [255, 255, 255, ink]).collect();
    let picture = canvas::blank(1, 1)?;
    canvas::put(&picture, &white, wide as u32, high as u32);
    let square = canvas::blank(CANVAS as u32, CANVAS as u32)?;
    let context = canvas::context(&square).ok_or("no 2-D canvas")?;
    js_sys::Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    let side = CANVAS as f64;
    let scale = side / wide.max(high);
    let [w, h] = [wide * scale, high * scale];
    context.draw_image_with_html_canvas_element_and_dw_and_dh(&picture, (side - w) / 2.0, (side - h) / 2.0, w, h)?;
    let data = context.get_image_data(0.0, 0.0, side, side)?.data();
    Ok(data.0.iter().skip(3).step_by(4).copied().collect())
}
