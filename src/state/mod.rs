//! What the page knows: one reactive store, and a pure reducer of the engine's messages into it.

use reactive_stores::Store;

pub mod asks;
pub mod drawing;
pub mod message;
pub mod pictures;
pub mod reduce;
pub mod scene;
pub mod session;

use message::Message;
use scene::Scene;
use session::Session;

/// Everything the components read.
#[derive(Clone, Debug, Store)]
pub struct Page {
    /// What a link holds.
    pub scene: Scene,
    /// The engine, as its messages tell it.
    pub session: Session,
    /// The one line above the plane.
    pub notice: Option<Message>,
    /// What the pointer rests on.
    pub hover: Option<Hover>,
    /// Size of the plane in CSS pixels; nothing until it has been laid out.
    pub size: [f32; 2],
}

/// A code under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hover {
    /// Of the cloud that is shown.
    pub index: usize,
    pub z: [f32; 2],
    pub class: u8,
}
