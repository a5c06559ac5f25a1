//! Which device this browser offers. Asked through plain properties: WebGPU is not in every browser's interface.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::protocol::DeviceKind;

/// What `navigator.gpu` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpu {
    /// No WebGPU, or no adapter that the engine can use.
    None,
    /// An adapter that computes on the CPU: slower than the CPU engine.
    Software,
    Real,
}

impl Gpu {
    /// What is best here, and what was asked for if it is possible.
    pub fn choose(self, wanted: Option<DeviceKind>) -> DeviceKind {
        match (self, wanted) {
            (_, Some(DeviceKind::Cpu)) | (Self::None, _) | (Self::Software, None) => DeviceKind::Cpu,
            (Self::Software | Self::Real, Some(DeviceKind::WebGpu)) | (Self::Real, None) => DeviceKind::WebGpu,
        }
    }
}

pub async fn gpu() -> Gpu {
    adapter().await.map_or(Gpu::None, |adapter| {
        // burn's stream asks for timestamps and cannot do without.
        if !has_feature(&adapter, "timestamp-query") {
            return Gpu::None;
        }
        let info = get(&adapter, "info");
        let word = |name: &str| info.as_ref().and_then(|info| get(info, name)).and_then(|v| v.as_string());
        let fallback = |of: &JsValue| get(of, "isFallbackAdapter").is_some_and(|v| v.is_truthy());
        let software = info.as_ref().is_some_and(fallback)
            || fallback(&adapter)
            || word("architecture").is_some_and(|name| name.eq_ignore_ascii_case("swiftshader"));
        if software { Gpu::Software } else { Gpu::Real }
    })
}

async fn adapter() -> Option<JsValue> {
    let gpu = get(web_sys::window()?.navigator().as_ref(), "gpu")?;
    let request: Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call1(&gpu, &js_sys::Object::new()).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok().filter(|adapter| !adapter.is_null() && !adapter.is_undefined())
}

fn has_feature(adapter: &JsValue, name: &str) -> bool {
    let Some(features) = get(adapter, "features") else { return false };
    let has = get(&features, "has").and_then(|f| f.dyn_into::<Function>().ok());
    has.and_then(|has| has.apply(&features, &Array::of1(&name.into())).ok()).is_some_and(|v| v.is_truthy())
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_null() && !value.is_undefined())
}
