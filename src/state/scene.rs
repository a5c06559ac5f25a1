//! What the visitor has chosen: all that a link restores.

use reactive_stores::Store;

use super::handles::Handles;
use super::parts::Parts;
use super::shipped::Shipped;
use crate::i18n::Locale;
use crate::latent::path::Course;
use crate::latent::view::View;
use crate::protocol::DeviceKind;
use crate::spec::{MOST_CLASSES, Objective, RunSpec};

/// The member of a β family that the dial begins at: β = 1; and how many there are. `tests/family.rs` holds both to the
/// cards.
pub const HOME: u8 = 5;
pub const MEMBERS: u8 = 11;

/// The dial of no family goes farther, counted in members.
pub const FARTHEST_DIAL: f32 = 31.0;

/// The page's whole state, without what the engine makes of it.
#[derive(Clone, Debug, PartialEq, Store)]
pub struct Scene {
    /// The shipped model to explore.
    pub model: Shipped,
    /// Where the β dial stands among the members of the family on show, counted from 0; between two of them it is a
    /// fraction. The model is the nearest one, where it is of a family; otherwise the dial has not been turned.
    pub dial: f32,
    /// The member of the family beside it, on a second plane.
    pub against: Option<u8>,
    /// What one samples from when the meters are read.
    pub chosen: Chosen,
    /// Whether the layer of slopes counts nats of the likelihood's Fisher metric, and not pixels.
    pub nats: bool,
    pub handles: Handles,
    pub layers: Layers,
    /// Whose codes the points are.
    pub points: Points,
    /// Classes whose points are not drawn.
    pub hidden: Classes,
    /// What the film strip shows.
    pub path: Path,
    /// What the middle of the plane shows, in units of z.
    pub centre: [f64; 2],
    pub zoom: f64,
    /// Nothing: as the browser says.
    pub lang: Option<Locale>,
    /// Nothing: as the system says.
    pub theme: Option<Theme>,
    /// Nothing: as the probe finds best.
    pub device: Option<DeviceKind>,
    /// What the Train button runs.
    pub run: RunSpec,
    /// What is trained beside it, in lock-step.
    pub beside: Option<Beside>,
    /// What is left out, where the page is embedded in another.
    pub without: Parts,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            model: Shipped::ALL[0],
            dial: f32::from(HOME),
            against: None,
            chosen: Chosen::Model,
            nats: false,
            handles: Handles::default(),
            layers: Layers::default(),
            points: Points::Test,
            hidden: Classes::default(),
            path: Path::default(),
            centre: [0.0, 0.0],
            zoom: 1.0,
            lang: None,
            theme: None,
            device: None,
            run: RunSpec::default(),
            beside: None,
            without: Parts::default(),
        }
    }
}

impl Scene {
    /// The window onto the plane, at the size it is laid out.
    pub fn view(&self, size: [f32; 2]) -> View {
        View { centre: self.centre, zoom: self.zoom, ..View::new(size[0], size[1]) }
    }
}

/// In what a run beside another differs from it: all else, seed and batches above all, is the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Beside {
    /// The same in every way but β.
    Beta(f32),
    /// A plain autoencoder.
    Plain,
    /// A variational autoencoder with β = 1.
    Variational,
}

impl Beside {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Beta(0.0), Self::Variational, Self::Beta(8.0)];

    /// Its word in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Variational => "vae",
            Self::Beta(0.0) => "beta-0",
            Self::Beta(_) => "beta-8",
        }
    }

    /// The run beside `run`.
    pub fn of(self, run: &RunSpec) -> RunSpec {
        let mut beside = run.clone();
        match self {
            Self::Beta(beta) => (beside.model.objective, beside.training.beta) = (Objective::Variational, beta),
            Self::Plain => beside.model.objective = Objective::Autoencoder,
            Self::Variational => (beside.model.objective, beside.training.beta) = (Objective::Variational, 1.0),
        }
        beside
    }
}

/// The distribution that completeness is a claim about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// As the model was trained: N(0, I) where it was trained with a prior, else what is fitted to its codes.
    Model,
    /// N(0, I).
    Prior,
    /// The normal distribution with the codes' own mean and covariance.
    Codes,
}

impl Chosen {
    /// Whether it is N(0, I) for a model that was, or was not, trained with a prior.
    pub fn is_prior(self, trained_with_prior: bool) -> bool {
        match self {
            Self::Model => trained_with_prior,
            Self::Prior => true,
            Self::Codes => false,
        }
    }
}

/// A layer of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The decoded plane.
    Decodings,
    /// The codes.
    Points,
    /// Circles of 1, 2 and 3 σ.
    Prior,
    /// q(z|x) of the points that are pinned or selected.
    Ellipses,
    Cover(Cover),
}

/// What covers the whole plane with a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The aggregated posterior's density against the prior's.
    Density,
    /// The class of the nearest codes, everywhere.
    Regions,
    /// How fast the decoding changes.
    Continuity,
    /// How far from where it came a decoding is encoded to.
    Completeness,
    /// How sure a classifier is of the decoding.
    Confidence,
}

/// The layers that are on; of those that cover the plane one at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    pub decodings: bool,
    pub points: bool,
    pub prior: bool,
    pub ellipses: bool,
    pub cover: Option<Cover>,
}

impl Layers {
    pub fn has(self, layer: Layer) -> bool {
        match layer {
            Layer::Decodings => self.decodings,
            Layer::Points => self.points,
            Layer::Prior => self.prior,
            Layer::Ellipses => self.ellipses,
            Layer::Cover(cover) => self.cover == Some(cover),
        }
    }

    /// Switches a layer on or off; one that covers the plane takes the place of another.
    pub fn set(&mut self, layer: Layer, on: bool) {
        match layer {
            Layer::Decodings => self.decodings = on,
            Layer::Points => self.points = on,
            Layer::Prior => self.prior = on,
            Layer::Ellipses => self.ellipses = on,
            Layer::Cover(cover) if on => self.cover = Some(cover),
            Layer::Cover(cover) => self.cover = self.cover.filter(|other| *other != cover),
        }
    }

    pub fn toggle(&mut self, layer: Layer) {
        self.set(layer, !self.has(layer));
    }
}

impl Default for Layers {
    fn default() -> Self {
        Self { decodings: true, points: true, prior: true, ellipses: true, cover: None }
    }
}

/// A set whose codes are shipped with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points {
    /// 10,000 test pictures.
    Test,
    /// 60,000 training pictures.
    Train,
}

/// What the film strip decodes: pictures on the way from one place to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    pub ends: [End; 2],
    pub course: Course,
    /// Pictures, both ends among them.
    pub frames: usize,
}

impl Path {
    pub const FEWEST: usize = 3;
    pub const MOST: usize = 41;

    /// A handle goes: those after it move up, and an end that was there is the default's again.
    pub fn forget_handle(&mut self, index: usize) {
        for (end, default) in self.ends.iter_mut().zip(Self::default().ends) {
            match end {
                End::Handle(at) if *at == index => *end = default,
                End::Handle(at) if *at > index => *at -= 1,
                End::Handle(_) | End::Class(_) | End::Code(_) | End::Drawing(_) => {}
            }
        }
    }
}

impl Default for Path {
    fn default() -> Self {
        Self { ends: [End::Class(3), End::Class(8)], course: Course::Straight, frames: 15 }
    }
}

/// Where a path starts or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The mean of a class's codes.
    Class(u8),
    /// A handle, by its place in the list.
    Handle(usize),
    /// A code, by its index.
    Code(usize),
    /// A drawing that was kept, by its place among them.
    Drawing(usize),
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
        usize::from(class) < MOST_CLASSES && self.0 & (1 << class) != 0
    }

    pub fn toggle(&mut self, class: u8) {
        if usize::from(class) < MOST_CLASSES {
            self.0 ^= 1 << class;
        }
    }

    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..MOST_CLASSES as u8).filter(move |&class| self.has(class))
    }

    /// All but this one; none at all if that is how it is already: the second time brings everything back.
    pub fn solo(&mut self, class: u8) {
        let all = (1u16 << MOST_CLASSES) - 1;
        if usize::from(class) < MOST_CLASSES {
            let others = all & !(1 << class);
            self.0 = if self.0 == others { 0 } else { others };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_follow_their_handles_when_another_goes() {
        let mut path = Path { ends: [End::Handle(1), End::Handle(3)], ..Path::default() };
        path.forget_handle(2);
        assert_eq!(path.ends, [End::Handle(1), End::Handle(2)]);
        path.forget_handle(2);
        assert_eq!(path.ends, [End::Handle(1), End::Class(8)]);
    }

    #[test]
    fn one_layer_at_most_covers_the_plane() {
        let mut layers = Layers::default();
        let [density, regions] = [Cover::Density, Cover::Regions].map(Layer::Cover);
        layers.toggle(density);
        layers.toggle(regions);
        assert!(layers.has(regions) && !layers.has(density) && layers.has(Layer::Points));
        layers.set(density, false);
        assert!(layers.has(regions), "the one that is off goes off again");
        layers.toggle(regions);
        assert_eq!(layers, Layers::default());
    }

    #[test]
    fn a_class_alone_and_everything_again() {
        let mut hidden = Classes::default();
        hidden.toggle(3);
        hidden.solo(3);
        assert!((0..10).all(|class| hidden.has(class) == (class != 3)));
        hidden.solo(3);
        assert_eq!(hidden, Classes::default());
    }
}
