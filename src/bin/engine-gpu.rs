//! The engine on WebGPU.

#[cfg(target_arch = "wasm32")]
fn main() {
    use latentscape::engine::burn_learner::BurnLearner;
    use latentscape::worker::{device, host};

    host::report_panics();
    wasm_bindgen_futures::spawn_local(async {
        match device::webgpu().await {
            Ok((device, info)) => host::serve(BurnLearner::new(device, info)).await,
            // The page hears it as it hears any death of an engine, and starts the one on the CPU.
            Err(reason) => panic!("{reason}"),
        }
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program is a Web Worker; build it for wasm32-unknown-unknown");
}
