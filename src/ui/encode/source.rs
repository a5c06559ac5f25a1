//! Pictures from elsewhere: chosen, dropped anywhere on the page, or pasted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ClipboardEvent, DataTransfer, DragEvent, ImageBitmap};

use crate::state::PageStoreFields;
use crate::state::drawing::{dark_on_light, fit, ink_of, shrink};
use crate::state::message::Message;
use crate::state::parts::Part;
use crate::state::scene::SceneStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::own::Bring;

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
    /// What takes data.
    bring: Bring,
}

impl Source {
    pub fn new(desk: Desk, board: Board) -> Self {
        Self { desk, board, grey: RwSignal::new(None), bring: expect_context() }
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
        if let Some(grey) = self.grey.get_untracked() {
            self.lay(Grey { dark: !grey.dark, ..grey });
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
            None if self.desk.page.scene().without().get_untracked().has(Part::Own) => {
                self.desk.say(Message::NotAPicture)
            }
            None => self.bring.read(&files),
        }
    }

    /// Reads a picture file; what is none is said, and what was there stays.
    pub fn read(self, file: Blob) {
        spawn_local(async move {
            match grey_of(&file).await {
                Ok((pixels, width)) => {
                    let dark = dark_on_light(&pixels, width);
                    self.lay(Grey { pixels, width, dark });
                }
                Err(why) => {
                    web_sys::console::warn_1(&why);
                    self.desk.say(Message::NotAPicture);
                }
            }
        });
    }

    /// Lays its ink on the pad; a picture without any is said, and what was there stays.
    fn lay(self, grey: Grey) {
        let ink = ink_of(&grey.pixels, grey.width, grey.dark).map(|ink| fit(&ink, grey.width));
        match ink.filter(|ink| shrink(ink).is_some()) {
            Some(ink) => {
                self.grey.set(Some(grey));
                self.board.lay(ink);
            }
            None => self.desk.say(Message::BlankPicture),
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
    js_sys::Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into())?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, size[0], size[1])?;
    let data = context.get_image_data(0.0, 0.0, size[0], size[1])?.data();
    // Rec. 601, as PNG's own grey has it.
    let grey = |p: &[u8]| ((299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2]) + 500) / 1000) as u8;
    Ok((data.0.chunks_exact(4).map(grey).collect(), size[0] as usize))
}
