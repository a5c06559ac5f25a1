//! What the page knows: one reactive store, and a pure reducer of the engine's messages into it.

use reactive_stores::Store;

pub mod asks;
pub mod card;
pub mod drawing;
pub mod message;
pub mod pictures;
pub mod reduce;
pub mod scene;
pub mod session;

use crate::i18n::Locale;
use card::Card;
use message::Message;
use scene::{Scene, Theme};
use session::{Model, Session};

/// Everything the components read.
#[derive(Clone, Debug, Store)]
pub struct Page {
    /// What a link holds.
    pub scene: Scene,
    /// The engine, as its messages tell it.
    pub session: Session,
    /// The browser's language and the system's colours, or what was chosen here on an earlier visit: what holds where the
    /// scene says nothing.
    pub lang: Locale,
    pub theme: Theme,
    /// Of the shipped model in the scene, once it is here.
    pub card: Option<Card>,
    /// The one line above the plane.
    pub notice: Option<Message>,
    /// What the pointer rests on.
    pub hover: Option<Hover>,
    /// Size of the plane in CSS pixels; nothing until it has been laid out.
    pub size: [f32; 2],
}

impl Page {
    /// A page that knows its scene and nothing else yet.
    pub fn new(scene: Scene) -> Self {
        let session = Session { model: Model::Shipped(scene.model), ..Session::default() };
        Self {
            scene,
            session,
            lang: Locale::en,
            theme: Theme::Light,
            card: None,
            notice: None,
            hover: None,
            size: [0.0, 0.0],
        }
    }
}

/// A code under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hover {
    /// Of the cloud that is shown.
    pub index: usize,
    pub z: [f32; 2],
    pub class: u8,
}
