//! How much room the browser gives the page, and its promise to take nothing away.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

use crate::state::storage::Room;

/// Nothing where the browser does not say.
pub async fn room() -> Option<Room> {
    let asked = JsFuture::from(manager()?.estimate().ok()?).await.ok()?;
    let estimate: StorageEstimate = asked.unchecked_into();
    Some(Room { used: estimate.get_usage()?, quota: estimate.get_quota()? })
}

/// Whether what is here stays until the visitor takes it away; nothing where the browser does not say.
pub async fn lasting() -> Option<bool> {
    JsFuture::from(manager()?.persisted().ok()?).await.ok()?.as_bool()
}

/// Asks for that.
pub async fn ask_to_last() -> Option<bool> {
    JsFuture::from(manager()?.persist().ok()?).await.ok()?.as_bool()
}

/// Not there in an insecure context.
fn manager() -> Option<StorageManager> {
    let manager = web_sys::window()?.navigator().storage();
    (!AsRef::<JsValue>::as_ref(&manager).is_undefined()).then_some(manager)
}
