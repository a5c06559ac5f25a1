//! Which device this engine computes on.

use burn::tensor::Device;
#[cfg(feature = "webgpu")]
use js_sys::{Function, Promise, Reflect};
#[cfg(feature = "webgpu")]
use wasm_bindgen::{JsCast, JsValue};
#[cfg(feature = "webgpu")]
use wasm_bindgen_futures::JsFuture;

use crate::protocol::{DeviceInfo, DeviceKind};

/// The CPU through burn-flex, one thread, SIMD128.
#[cfg(feature = "cpu")]
pub fn cpu() -> (Device, DeviceInfo) {
    (Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}

/// WebGPU through burn-wgpu.
///
/// # Errors
/// A sentence for the console when the browser gives no device that burn can use.
#[cfg(feature = "webgpu")]
pub async fn webgpu() -> Result<(Device, DeviceInfo), String> {
    let device = Device::wgpu_options().init_async().await.map_err(|error| format!("no WebGPU device: {error}"))?;
    let adapter = adapter_name().await.unwrap_or_default();
    Ok((device, DeviceInfo { kind: DeviceKind::WebGpu, adapter }))
}

/// The adapter as the browser names it: its description, or vendor and architecture. wgpu knows neither on the web.
#[cfg(feature = "webgpu")]
async fn adapter_name() -> Option<String> {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok().filter(JsValue::is_truthy);
    let gpu = get(&get(&js_sys::global(), "navigator")?, "gpu")?;
    let request: Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    let info = get(&JsFuture::from(promise).await.ok()?, "info")?;
    let word = |name: &str| get(&info, name).and_then(|word| word.as_string());
    word("description").or_else(|| {
        let words: Vec<String> = ["vendor", "architecture"].into_iter().filter_map(word).collect();
        (!words.is_empty()).then(|| words.join(" "))
    })
}
