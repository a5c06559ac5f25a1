//! The native tool that builds the page into plain static files and serves them.
//!
//! `index.html` is written for [trunk](https://trunkrs.dev) and `trunk build` works on it. This module does the same
//! from the same directives without trunk: installing trunk and wasm-bindgen-cli costs some eighteen minutes of two cores,
//! and here wasm-bindgen comes as a library from the one `Cargo.lock`, so that its two halves always agree.

mod assets;
mod build;
mod directives;
mod error;
mod serve;
mod sizes;
mod wasm;

pub use build::{Options, build};
pub use error::SiteError;
pub use serve::{Reply, Server, reply};
pub use sizes::{Size, sizes};
