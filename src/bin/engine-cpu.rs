//! The engine on the CPU: small, and what runs where there is no WebGPU.

#[cfg(target_arch = "wasm32")]
fn main() {
    use latentscape::engine::burn_learner::BurnLearner;
    use latentscape::worker::{device, host};

    host::report_panics();
    let (device, info) = device::cpu();
    wasm_bindgen_futures::spawn_local(host::serve(BurnLearner::new(device, info)));
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program is a Web Worker; build it for wasm32-unknown-unknown");
}
