//! A symbol of one's own: what it would be mixed with, and what stands in the way.

use super::pictures::Shared;
use super::session::{Kind, Model, running};
use super::shipped::{DataSet, Shipped};
use crate::data::own::Own;
use crate::data::symbol::Base;
use crate::protocol::Phase;
use crate::spec::symbol::{FEWEST, MOST_MIXED};
use crate::spec::{DataSpec, Format, Input, MOST_CLASSES, RunSpec, TrainingSpec};

/// What the symbol is mixed with.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Digits {
        seed: u32,
        count: usize,
        /// Whether they stand in for the pictures that the model learnt from.
        stand_in: bool,
    },
    Shapes {
        seed: u32,
        count: usize,
    },
    Own(Shared<Own>),
}

/// A symbol that was trained in.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    pub name: String,
    /// Its label.
    pub class: u8,
    /// The data with it, and what they were mixed from.
    pub data: DataSpec,
    pub source: Source,
}

/// The model that would be trained on: the run that made it, and what the symbol is mixed with.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    pub made_by: RunSpec,
    pub source: Source,
    /// Whether it has a symbol of this name already, which this one takes the place of.
    pub again: bool,
}

/// Why no symbol can be trained in as things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is no model yet.
    Wait,
    /// A run is going on.
    Running,
    /// The model's data are points of a plane.
    Points,
    /// The model knows garments, whose pictures are not in the page.
    Garments,
    /// The model's pictures are not grey, or not of 28×28 pixels.
    Format,
    /// The pictures that the model learnt from are gone.
    Gone,
    TooFew,
    NoName,
    NameTaken,
    /// There are as many classes as there can be.
    Full,
}

impl Source {
    pub fn base(&self) -> Base<'_> {
        match self {
            Self::Digits { seed, count, .. } => Base::Digits { seed: *seed, count: *count },
            Self::Shapes { seed, count } => Base::Shapes { seed: *seed, count: *count },
            Self::Own(own) => Base::Own(own),
        }
    }
}

/// What is known of the model on show.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub phase: Phase,
    pub model: Model,
    /// The run that made it: of a model trained here, and of a member of the family.
    pub made_by: Option<&'a RunSpec>,
    pub own: Option<&'a Shared<Own>>,
    pub earlier: Option<&'a Earlier>,
}

/// What a symbol would be trained into, from so many drawings and under this name.
///
/// # Errors
/// What stands in the way; of several things the one that is to be done first.
pub fn start(known: Known<'_>, drawings: usize, name: &str) -> Result<Start, Obstacle> {
    let Known { phase, model, .. } = known;
    if running(phase) {
        return Err(Obstacle::Running);
    }
    let (made_by, source) = whence(known)?;
    let earlier = known.earlier.filter(|earlier| earlier.data == made_by.data && model == Model::Trained(Kind::Own));
    let same = earlier.filter(|earlier| earlier.name == name);
    let source = same.map_or(source, |earlier| earlier.source.clone());
    let names = source.base().names();
    match () {
        () if made_by.model.input != Input::Picture(Format::GREY_28) => Err(Obstacle::Format),
        () if names.len() >= MOST_CLASSES => Err(Obstacle::Full),
        () if drawings < FEWEST => Err(Obstacle::TooFew),
        () if name.is_empty() => Err(Obstacle::NoName),
        () if names.iter().any(|other| other == name) => Err(Obstacle::NameTaken),
        () if phase != Phase::Ready => Err(Obstacle::Wait),
        () => Ok(Start { made_by, source, again: same.is_some() }),
    }
}

/// The run that made the model, and its data.
fn whence(known: Known<'_>) -> Result<(RunSpec, Source), Obstacle> {
    let made_by = || known.made_by.cloned().ok_or(Obstacle::Wait);
    match known.model {
        Model::Shipped(Shipped::Fashion | Shipped::EarlierFashion | Shipped::Member(DataSet::Fashion, _)) => {
            Err(Obstacle::Garments)
        }
        Model::Trained(Kind::Points) => Err(Obstacle::Points),
        Model::Shipped(Shipped::Mnist | Shipped::EarlierMnist | Shipped::Member(DataSet::Mnist, _)) => {
            let model = made_by()?.model;
            let data = DataSpec::Digits { count: MOST_MIXED };
            let run = RunSpec { data, model, training: TrainingSpec::reference(), ..RunSpec::default() };
            let source = Source::Digits { seed: run.seed, count: MOST_MIXED, stand_in: true };
            Ok((run, source))
        }
        Model::Shipped(Shipped::Member(DataSet::Digits, _))
        | Model::Trained(Kind::Digits | Kind::Shapes | Kind::Own) => {
            let run = made_by()?;
            let source = match run.data {
                DataSpec::Digits { count } => Source::Digits { seed: run.seed, count, stand_in: false },
                DataSpec::Shapes { count } => Source::Shapes { seed: run.seed, count },
                DataSpec::Own { .. } => {
                    let own = known.own.filter(|own| own.spec() == run.data).ok_or(Obstacle::Gone)?;
                    Source::Own(own.clone())
                }
                DataSpec::Points { .. } | DataSpec::Mnist | DataSpec::Fashion => return Err(Obstacle::Gone),
            };
            Ok((run, source))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::symbol::Mixing;
    use crate::spec::PIXELS;

    fn known(model: Model, made_by: Option<&RunSpec>) -> Known<'_> {
        Known { phase: Phase::Ready, model, made_by, own: None, earlier: None }
    }

    fn digits() -> RunSpec {
        RunSpec { data: DataSpec::Digits { count: 40 }, ..RunSpec::default() }
    }

    #[test]
    fn of_what_stands_in_the_way_the_first_is_said() {
        let run = digits();
        let mnist = known(Model::Shipped(Shipped::Mnist), Some(&run));
        assert_eq!(start(mnist, 2, ""), Err(Obstacle::TooFew));
        assert_eq!(start(mnist, 3, ""), Err(Obstacle::NoName));
        assert_eq!(start(mnist, 3, "7"), Err(Obstacle::NameTaken));
        assert_eq!(start(Known { phase: Phase::Paused, ..mnist }, 3, "★"), Err(Obstacle::Running));
        assert_eq!(start(Known { phase: Phase::Loading, ..mnist }, 3, "★"), Err(Obstacle::Wait));
        let found = start(mnist, 3, "★").expect("all is there");
        assert!(matches!(found.source, Source::Digits { count: MOST_MIXED, stand_in: true, .. }) && !found.again);
        assert_eq!(start(known(Model::Shipped(Shipped::Fashion), Some(&run)), 3, "★"), Err(Obstacle::Garments));
        assert_eq!(start(known(Model::Trained(Kind::Points), Some(&run)), 3, "★"), Err(Obstacle::Points));
        assert_eq!(
            start(known(Model::Shipped(Shipped::Member(DataSet::Digits, 5)), None), 3, "★"),
            Err(Obstacle::Wait)
        );
    }

    #[test]
    fn its_own_data_go_with_a_model_and_so_do_those_of_its_run() {
        let run = digits();
        let found = start(known(Model::Shipped(Shipped::Member(DataSet::Digits, 5)), Some(&run)), 3, "★")
            .expect("all is there");
        assert_eq!(found.source, Source::Digits { seed: run.seed, count: 40, stand_in: false });
        let shapes = RunSpec { data: DataSpec::Shapes { count: 60 }, ..run };
        let found = start(known(Model::Trained(Kind::Shapes), Some(&shapes)), 3, "★").expect("all is there");
        assert_eq!(found.source, Source::Shapes { seed: shapes.seed, count: 60 });
    }

    #[test]
    fn the_same_name_takes_the_place_of_the_symbol_and_another_comes_beside_it() {
        let drawings = vec![vec![200; PIXELS]; 3];
        let mix = |base: Base<'_>, name: &str| {
            Shared::new(Mixing::new(base, &drawings, name).expect("room").finish().expect("a set"))
        };
        let source = Source::Digits { seed: 1, count: 40, stand_in: false };
        let own = mix(source.base(), "★");
        let earlier = Earlier { name: "★".into(), class: 10, data: own.spec(), source: source.clone() };
        let run = RunSpec { data: own.spec(), ..digits() };
        let with = |earlier| Known { own: Some(&own), earlier, ..known(Model::Trained(Kind::Own), Some(&run)) };
        let again = start(with(Some(&earlier)), 3, "★").expect("the same name");
        assert_eq!((again.source, again.again), (source, true));
        let beside = start(with(Some(&earlier)), 3, "♥").expect("another name");
        assert_eq!((beside.source, beside.again), (Source::Own(own.clone()), false));
        // After a reload nobody knows what was mixed.
        assert_eq!(start(with(None), 3, "★"), Err(Obstacle::NameTaken));
        assert_eq!(start(Known { own: None, ..with(None) }, 3, "♥"), Err(Obstacle::Gone));
        let full = mix(Base::Own(&own), "♥");
        let run = RunSpec { data: full.spec(), ..digits() };
        let known = Known { own: Some(&full), ..known(Model::Trained(Kind::Own), Some(&run)) };
        assert_eq!(start(known, 3, "♦"), Err(Obstacle::Full));
    }
}
