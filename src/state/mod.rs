//! What the page knows: one reactive store, and a pure reducer of the engine's messages into it.

use reactive_stores::Store;

pub mod album;
pub mod asks;
pub mod card;
pub mod dial;
pub mod drawing;
pub mod generating;
pub mod handles;
pub mod history;
pub mod lockstep;
pub mod message;
pub mod pace;
pub mod painting;
pub mod parts;
pub mod pictures;
pub mod reduce;
pub mod run;
pub mod scene;
pub mod session;
pub mod shipped;
pub mod storage;
pub mod symbol;
pub mod table;

use crate::data::family::Family;
use crate::data::own::Own;
use crate::i18n::Locale;
use crate::latent::path::distance;
use crate::latent::select::Selection;
use card::Card;
use message::Message;
use pictures::Shared;
use run::Run;
use scene::{Scene, Theme};
use session::{Model, Session};
use shipped::Shipped;
use storage::Storage;

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
    /// The card of the β family of the data on show, once it is here.
    pub family: Option<Shared<Family>>,
    /// The member of a family that is being fetched: what is on show stays until it is here.
    pub coming: Option<Shipped>,
    /// The pictures that the visitor brought.
    pub own: Option<Shared<Own>>,
    /// The one line above the plane.
    pub notice: Option<Message>,
    /// What the pointer rests on, wherever it is shown.
    pub hover: Option<Hover>,
    /// The code whose card stays.
    pub pinned: Option<usize>,
    pub selection: Option<Shared<Selection>>,
    /// What pressing the plane does.
    pub tool: Tool,
    /// The drawings that were kept, oldest first.
    pub kept: Vec<Kept>,
    /// The runs before this one, the last first.
    pub past: Vec<Run>,
    /// Where they are kept.
    pub storage: Storage,
    /// Which of them are drawn beside the curves of this one, by their keys.
    pub ghosts: Vec<u32>,
    /// The axes of the latent space that the plane shows, counted from 0.
    pub axes: [u32; 2],
    /// Points drawn at random.
    pub samples: Vec<Sample>,
    /// A game that is on: where the decodings will make no sense.
    pub prediction: Option<Prediction>,
    /// The way that z rolled downhill since painting began.
    pub trail: Vec<[f32; 2]>,
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
            family: None,
            coming: None,
            own: None,
            notice: None,
            hover: None,
            pinned: None,
            selection: None,
            tool: Tool::Point,
            kept: Vec::new(),
            past: Vec::new(),
            storage: Storage::default(),
            axes: [0, 1],
            ghosts: Vec::new(),
            samples: Vec::new(),
            prediction: None,
            trail: Vec::new(),
            size: [0.0, 0.0],
        }
    }
}

/// A point that something on the page stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hover {
    pub z: [f32; 2],
    /// Index in the cloud that is shown, if it is a code.
    pub code: Option<usize>,
}

/// What pressing the plane does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Brings the active handle.
    Point,
    /// Moves the plane.
    Pan,
    /// Selects codes in a rectangle.
    Box,
    /// Selects codes in a loop.
    Lasso,
}

impl Tool {
    pub const ALL: [Self; 4] = [Self::Point, Self::Pan, Self::Box, Self::Lasso];

    /// Its word in `data-tool`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Pan => "pan",
            Self::Box => "box",
            Self::Lasso => "lasso",
        }
    }
}

/// A drawing that was encoded, as the end of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The mean of its posterior.
    pub mu: [f32; 2],
    /// As the encoder saw it.
    pub picture: Shared<Vec<u8>>,
}

/// Places at which somebody expects nonsense, marked while the decodings are covered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    pub marks: Vec<[f32; 2]>,
    /// Whether the decodings have been shown since.
    pub revealed: bool,
}

impl Prediction {
    pub const MARKS: usize = 5;

    /// Marks nearer than this, in units of z, are one.
    const APART: f32 = 0.15;

    /// One more mark; false where all are made, and where there is one already.
    pub fn mark(&mut self, z: [f32; 2]) -> bool {
        let again = self.marks.iter().any(|mark| distance(*mark, z) < Self::APART);
        let room = !self.revealed && self.marks.len() < Self::MARKS && !again;
        if room {
            self.marks.push(z);
        }
        room
    }
}

/// A point drawn at random, and the code whose posterior it was drawn from, if it was one's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub z: [f32; 2],
    pub code: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::Prediction;

    #[test]
    fn a_place_is_marked_once_and_no_more_than_so_many_are() {
        let mut prediction = Prediction::default();
        assert!(prediction.mark([0.0, 0.0]) && !prediction.mark([0.05, 0.05]) && prediction.mark([1.0, 0.0]));
        (2..9).for_each(|x| {
            prediction.mark([x as f32, 0.0]);
        });
        assert_eq!(prediction.marks.len(), Prediction::MARKS);
        let mut over = Prediction { revealed: true, ..Prediction::default() };
        assert!(!over.mark([0.0, 0.0]));
    }
}
