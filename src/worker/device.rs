//! Which device this engine computes on.

use burn::tensor::Device;

use crate::protocol::{DeviceInfo, DeviceKind};

/// The CPU through burn-flex, one thread, SIMD128.
pub fn cpu() -> (Device, DeviceInfo) {
    (Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}

/// WebGPU through burn-wgpu.
///
/// # Errors
/// A sentence for the console when the browser gives no device that burn can use.
#[cfg(feature = "webgpu")]
pub async fn webgpu() -> Result<(Device, DeviceInfo), String> {
    let (device, setup) =
        Device::wgpu_options().init_with_setup_async().await.map_err(|error| format!("no WebGPU device: {error}"))?;
    let info = setup.adapter.get_info();
    let adapter = [info.name, info.vendor.to_string(), info.driver].into_iter().find(|s| !s.is_empty());
    Ok((device, DeviceInfo { kind: DeviceKind::WebGpu, adapter: adapter.unwrap_or_default() }))
}
