//! A file from elsewhere on the web, as it comes: counted, summed, and given up when its visitor wants.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, File, ReadableStreamDefaultReader, RequestInit, Response};

use crate::data::published::{Check, Missed, PublishedFile, address};

/// Can be given up at any time.
pub struct Download {
    control: AbortController,
}

impl Download {
    pub fn new() -> Result<Self, JsValue> {
        AbortController::new().map(|control| Self { control })
    }

    pub fn give_up(&self) {
        self.control.abort();
    }

    pub fn is_given_up(&self) -> bool {
        self.control.signal().aborted()
    }

    /// The file below `base`, which is the published one. `told` hears how many bytes of it are here. What came stays with
    /// the browser: it never lies in this program's memory as a whole.
    ///
    /// # Errors
    /// [`Missed`]; after [`Self::give_up`] whichever.
    pub async fn file(&self, base: &str, file: PublishedFile, told: impl Fn(u64)) -> Result<File, Missed> {
        let address = address(base, file)?;
        let body = match self.begin(&address).await? {
            Some(body) => body,
            None => return Err(Missed::Cut { got: 0, want: file.bytes }),
        };
        let (mut check, parts) = (Check::of(file), Array::new());
        loop {
            let chunk = match JsFuture::from(body.read()).await {
                Ok(chunk) => chunk,
                // The connection broke off.
                Err(why) => {
                    web_sys::console::warn_1(&why);
                    return Err(Missed::Cut { got: check.got(), want: file.bytes });
                }
            };
            let part = |name: &str| Reflect::get(&chunk, &name.into()).unwrap_or(JsValue::UNDEFINED);
            if part("done").is_truthy() {
                break;
            }
            let Ok(bytes) = part("value").dyn_into::<Uint8Array>() else { continue };
            if let Err(missed) = check.add(&bytes.to_vec()) {
                // Nobody wants the rest.
                self.give_up();
                return Err(missed);
            }
            parts.push(&bytes);
            told(check.got());
        }
        check.finish()?;
        File::new_with_u8_array_sequence(&parts, file.name).map_err(|why| {
            web_sys::console::warn_1(&why);
            Missed::OutOfMemory
        })
    }

    /// Asks for it, and gives what its content is read from.
    async fn begin(&self, address: &str) -> Result<Option<ReadableStreamDefaultReader>, Missed> {
        let ask = RequestInit::new();
        ask.set_signal(Some(&self.control.signal()));
        let asked = web_sys::window().map(|window| window.fetch_with_str_and_init(address, &ask));
        // A browser does not tell a page why: only that there is no answer that it may see.
        let answer = JsFuture::from(asked.ok_or(Missed::Unreachable)?).await.map_err(|_| Missed::Unreachable)?;
        let response: Response = answer.dyn_into().map_err(|_| Missed::Unreachable)?;
        if !response.ok() {
            return Err(Missed::Status { status: response.status() });
        }
        let body = response.body().map(|body| body.get_reader().unchecked_into());
        Ok(body)
    }
}
