//! The built page in a real Chromium, driven by WebDriver: pixels and numbers, never only that an element is there.
//!
//! Needs `dist/` (or `$LATENTSCAPE_DIST`), `chromium` and `chromedriver`; `./dev test` sees to all three.

#[path = "browser/bench_mode.rs"]
mod bench_mode;
#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/colour.rs"]
mod colour;
#[path = "browser/explore.rs"]
mod explore;
#[path = "browser/faults.rs"]
mod faults;
#[path = "browser/files.rs"]
mod files;
#[path = "browser/film.rs"]
mod film;
#[path = "browser/folder.rs"]
mod folder;
#[cfg(feature = "import")]
#[path = "browser/generated.rs"]
mod generated;
#[path = "browser/hand.rs"]
mod hand;
#[path = "browser/handles.rs"]
mod handles;
#[path = "browser/kept.rs"]
mod kept;
#[path = "browser/lab.rs"]
mod lab;
#[path = "browser/layers.rs"]
mod layers;
#[path = "browser/map.rs"]
mod map;
#[path = "browser/mirror.rs"]
mod mirror;
#[path = "browser/native.rs"]
mod native;
#[cfg(feature = "view")]
#[path = "browser/out.rs"]
mod out;
#[path = "browser/own.rs"]
mod own;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/painting.rs"]
mod painting;
#[path = "browser/picture.rs"]
mod picture;
#[path = "browser/plane.rs"]
mod plane;
#[path = "browser/reference.rs"]
mod reference;
#[path = "browser/regularity.rs"]
mod regularity;
#[path = "browser/samples.rs"]
mod samples;
#[path = "browser/selecting.rs"]
mod selecting;
#[path = "browser/server.rs"]
mod server;
#[path = "browser/symbol.rs"]
mod symbol;
#[path = "browser/training.rs"]
mod training;
#[path = "browser/web.rs"]
mod web;
#[path = "browser/webgpu.rs"]
mod webgpu;
