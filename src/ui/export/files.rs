//! Files that the browser takes to where it keeps such.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

use crate::ui::preferences;

pub fn download(name: &str, kind: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&Uint8Array::from(bytes));
    download_blob(name, &Blob::new_with_u8_array_sequence_and_options(&parts, &options)?)
}

pub fn download_canvas(name: &str, canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    let name = name.to_owned();
    let made = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Err(why) = blob.ok_or(JsValue::from("too large")).and_then(|blob| download_blob(&name, &blob)) {
            web_sys::console::error_1(&why);
        }
    });
    canvas.to_blob(made.unchecked_ref())
}

fn download_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser has taken it up by then.
    preferences::later(10_000, move || {
        Url::revoke_object_url(&address).ok();
    });
    Ok(())
}
