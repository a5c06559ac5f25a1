//! The page.

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    if latentscape::bench::wanted() {
        latentscape::bench::run();
    } else {
        latentscape::ui::mount();
    }
}

/// It has no use outside of a browser; this keeps `cargo check` and its kin working.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
