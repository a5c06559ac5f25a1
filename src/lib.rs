//! The map of the house. Towers on a common base; ARCHITECTURE.md says why, `tests/layers.rs` holds the rule.
//!
//! - Base, plain Rust: [`spec`], [`rng`], [`data`], [`latent`], [`protocol`].
//! - Compute tower, burn: `nn`, `train`, `engine`, `worker`.
//! - Import tower, the readers of a visitor's own files: `import`.
//! - View tower, leptos: `link`, `i18n`, `state`, `plots`, `client`, `ui`, `bench`.
//! - Tools, native: `tool` trains and measures the shipped models (on the compute tower); `site` builds and serves the page.

pub mod data;
pub mod estimate;
pub mod latent;
pub mod protocol;
pub mod rng;
pub mod spec;

#[cfg(feature = "compute")]
pub mod engine;
#[cfg(feature = "compute")]
pub mod nn;
#[cfg(feature = "tool")]
pub mod tool;
#[cfg(feature = "compute")]
pub mod train;
#[cfg(all(feature = "compute", target_arch = "wasm32"))]
pub mod worker;

#[cfg(feature = "import")]
pub mod import;

#[cfg(all(feature = "view", target_arch = "wasm32"))]
pub mod bench;
#[cfg(all(feature = "view", target_arch = "wasm32"))]
pub mod client;
#[cfg(feature = "view")]
pub mod i18n;
#[cfg(feature = "view")]
pub mod link;
#[cfg(feature = "view")]
pub mod plots;
#[cfg(feature = "view")]
pub mod state;
#[cfg(all(feature = "view", target_arch = "wasm32"))]
pub mod ui;

#[cfg(feature = "site")]
pub mod site;
