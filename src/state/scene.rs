//! What the visitor has chosen: all that a link restores.

use reactive_stores::Store;

use crate::i18n::Locale;
use crate::latent::view::View;
use crate::protocol::DeviceKind;
use crate::spec::{CLASSES, RunSpec};

/// The page's whole state, without what the engine makes of it.
#[derive(Clone, Debug, PartialEq, Store)]
pub struct Scene {
    /// The shipped model to explore.
    pub model: Shipped,
    /// The handle.
    pub z: [f32; 2],
    pub layers: Layers,
    /// Classes whose points are not drawn.
    pub hidden: Classes,
    /// The two classes between whose means the film strip runs.
    pub strip: [u8; 2],
    /// What the middle of the plane shows, in units of z.
    pub centre: [f32; 2],
    pub zoom: f32,
    /// Nothing: as the browser says.
    pub lang: Option<Locale>,
    /// Nothing: as the system says.
    pub theme: Option<Theme>,
    /// Nothing: as the probe finds best.
    pub device: Option<DeviceKind>,
    /// What the Train button runs.
    pub run: RunSpec,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            model: Shipped::Mnist,
            z: [0.3, 0.7],
            layers: Layers { decodings: true, points: true, prior: true },
            hidden: Classes::default(),
            strip: [3, 8],
            centre: [0.0, 0.0],
            zoom: 1.0,
            lang: None,
            theme: None,
            device: None,
            run: RunSpec::default(),
        }
    }
}

impl Scene {
    /// The window onto the plane, at the size it is laid out.
    pub fn view(&self, size: [f32; 2]) -> View {
        View { centre: self.centre, zoom: self.zoom, ..View::new(size[0], size[1]) }
    }
}

/// A model in `pretrained/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shipped {
    Mnist,
    Fashion,
}

impl Shipped {
    pub const ALL: [Self; 2] = [Self::Mnist, Self::Fashion];

    /// Its word in a link.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::Fashion => "fashion",
        }
    }

    /// The proper name of its data.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mnist => "MNIST",
            Self::Fashion => "Fashion-MNIST",
        }
    }

    /// Its folder, relative to the page.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Mnist => "pretrained/mnist-vae-2d",
            Self::Fashion => "pretrained/fashion-vae-2d",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// The decoded plane.
    pub decodings: bool,
    /// The codes of the test pictures.
    pub points: bool,
    /// Circles of 1, 2 and 3 σ.
    pub prior: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes(u16);

impl Classes {
    pub fn has(self, class: u8) -> bool {
        usize::from(class) < CLASSES && self.0 & (1 << class) != 0
    }

    pub fn toggle(&mut self, class: u8) {
        if usize::from(class) < CLASSES {
            self.0 ^= 1 << class;
        }
    }

    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..CLASSES as u8).filter(move |&class| self.has(class))
    }
}
