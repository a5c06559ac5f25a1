//! What can go wrong while building or serving, each with what was being done.

use std::{io, path::Path};

#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("{doing}: {source}")]
    Io { doing: String, source: io::Error },
    #[error("index.html: {0}")]
    Directive(String),
    #[error("{0}")]
    Command(String),
    #[error("wasm-bindgen on {bin}: {detail}")]
    Bindgen { bin: String, detail: String },
    #[error("cannot listen: {0}")]
    Listen(String),
}

impl SiteError {
    /// For `map_err`: an I/O error while doing `what` to `path`.
    pub(super) fn io(what: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let doing = format!("{what} {}", path.display());
        move |source| Self::Io { doing, source }
    }
}
