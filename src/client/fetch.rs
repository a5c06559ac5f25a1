//! Files beside the page.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, Url};

/// The whole address of a file beside the page, from wherever it is served.
pub fn address(path: &str) -> String {
    let base = web_sys::window().and_then(|w| w.document()).and_then(|d| d.base_uri().ok().flatten());
    base.and_then(|base| Url::new_with_base(path, &base).ok()).map_or_else(|| path.to_owned(), |url| url.href())
}

/// The bytes of a file; an error for anything but success. The request leaves at once, before this is awaited.
pub fn bytes(path: &str) -> impl Future<Output = Result<Vec<u8>, JsValue>> + use<> {
    let path = path.to_owned();
    let request = web_sys::window().map(|window| JsFuture::from(window.fetch_with_str(&address(&path))));
    async move {
        let response: Response = request.ok_or("no window")?.await?.dyn_into()?;
        if !response.ok() {
            return Err(format!("{path}: {} {}", response.status(), response.status_text()).into());
        }
        let buffer = JsFuture::from(response.array_buffer()?).await?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}
