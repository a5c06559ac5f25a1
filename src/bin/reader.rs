//! Reads a visitor's own files, beside the page and the engine: loaded only when someone brings one, and ended when they
//! think better of it.

#[cfg(target_arch = "wasm32")]
fn main() {
    latentscape::import::host::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program is a Web Worker; build it for wasm32-unknown-unknown");
}
