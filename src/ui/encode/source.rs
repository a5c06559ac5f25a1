//! Pictures from elsewhere: chosen, dropped anywhere on the page, or pasted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ClipboardEvent, DataTransfer, DragEvent, ImageBitmap};

use crate::spec::Format;
use crate::state::drawing::{dark_on_light, fit, ink_of, shrink};
use crate::state::message::Message;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::own::Bring;

use super::board::Board;

/// A picture is read at no more than this many pixels a side.
const MOST: f64 = 448.0;

/// A picture: red, green and blue of each pixel, what is grey of it, and whether its ink is what is dark in it.
#[derive(Clone, PartialEq)]
struct Photo {
    colours: Vec<[u8; 3]>,
    width: usize,
    dark: bool,
}

impl Photo {
    fn grey(&self) -> Vec<u8> {
        // Rec. 601, as PNG's own grey has it.
        let grey =
            |p: &[u8; 3]| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2]) + 500) / 1000) as u8;
        self.colours.iter().map(grey).collect()
    }

    /// A drawing for a picture of this format: its ink, or its colours as they are. Nothing for one without ink.
    fn drawing(&self, format: Format) -> Option<Vec<u8>> {
        if !format.is_colour() {
            return ink_of(&self.grey(), self.width, self.dark).map(|ink| fit(&ink, self.width, format.side));
        }
        let channel = |c: usize| self.colours.iter().map(|p| p[c]).collect::<Vec<u8>>();
        Some((0..format.channels).flat_map(|c| fit(&channel(c), self.width, format.side)).collect())
    }
}

#[derive(Clone, Copy)]
pub struct Source {
    desk: Desk,
    board: Board,
    photo: RwSignal<Option<Photo>>,
    /// What takes data.
    bring: Bring,
}

impl Source {
    pub fn new(desk: Desk, board: Board) -> Self {
        Self { desk, board, photo: RwSignal::new(None), bring: expect_context() }
    }

    /// Reactive: whether the picture's dark parts were taken for ink; nothing without a picture, and where it is in colour.
    pub fn dark(self) -> Option<bool> {
        let colour = self.board.format.get().is_colour();
        self.photo.read().as_ref().filter(|_| !colour).map(|photo| photo.dark)
    }

    pub fn forget(self) {
        self.photo.set(None);
    }

    /// Takes the other parts for ink.
    pub fn flip(self) {
        if let Some(photo) = self.photo.get_untracked() {
            self.lay(Photo { dark: !photo.dark, ..photo });
        }
    }

    /// Takes files that are dropped on the page or pasted, as long as the page is open.
    pub fn listen(self) {
        let over = window_event_listener(leptos::ev::dragover, |event: DragEvent| event.prevent_default());
        let drop = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
            // Words that are dragged are no file.
            let files = event.data_transfer().filter(|data| data.types().includes(&"Files".into(), 0));
            if files.is_some() {
                event.prevent_default();
                self.take(files);
            }
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

    /// A picture alone goes onto the pad; anything else is data.
    fn take(self, data: Option<DataTransfer>) {
        let Some(files) = data.and_then(|data| data.files()).filter(|files| files.length() > 0) else {
            return self.desk.say(Message::NotAPicture);
        };
        match files.get(0).filter(|file| files.length() == 1 && file.type_().starts_with("image/")) {
            Some(picture) => self.read(picture.into()),
            None => self.bring.read(&files),
        }
    }

    /// Reads a picture file; what is none is said, and what was there stays.
    pub fn read(self, file: Blob) {
        spawn_local(async move {
            match photo_of(&file).await {
                Ok(photo) => {
                    let dark = dark_on_light(&photo.grey(), photo.width);
                    self.lay(Photo { dark, ..photo });
                }
                Err(why) => {
                    web_sys::console::warn_1(&why);
                    self.desk.say(Message::NotAPicture);
                }
            }
        });
    }

    /// Lays its ink on the pad; a picture without any is said, and what was there stays.
    fn lay(self, photo: Photo) {
        let format = self.board.format.get_untracked();
        match photo.drawing(format).filter(|drawing| shrink(drawing, format).is_some()) {
            Some(drawing) => {
                self.photo.set(Some(photo));
                self.board.lay(drawing);
            }
            None => self.desk.say(Message::BlankPicture),
        }
    }
}

/// A picture file on white.
async fn photo_of(file: &Blob) -> Result<Photo, JsValue> {
    let bitmap: ImageBitmap = JsFuture::from(window().create_image_bitmap_with_blob(file)?).await?.dyn_into()?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (MOST / width.max(height)).min(1.0);
    let size = [width, height].map(|side| (side * scale).round().max(1.0));
    let sheet = canvas::blank(size[0] as u32, size[1] as u32)?;
    let context = canvas::context(&sheet).ok_or("no 2-D canvas")?;
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, size[0], size[1]);
    js_sys::Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, size[0], size[1])?;
    let data = context.get_image_data(0.0, 0.0, size[0], size[1])?.data();
    let colours = data.0.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect();
    Ok(Photo { colours, width: size[0] as usize, dark: false })
}
