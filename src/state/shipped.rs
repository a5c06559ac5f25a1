//! The models in `pretrained/`, and the pictures that they learnt from.

use super::scene::{FARTHEST_DIAL, HOME};
use crate::spec::DataSpec;

/// The pictures that a shipped model learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// Generated digits.
    Digits,
    Mnist,
    Fashion,
}

impl DataSet {
    /// Whether `pretrained/` has a family of models along β that learnt from these.
    pub const fn has_family(self) -> bool {
        match self {
            Self::Digits => true,
            Self::Mnist | Self::Fashion => false,
        }
    }

    /// Whether `pretrained/` has weights that took the place of those which old links name.
    pub const fn has_newer(self) -> bool {
        match self {
            Self::Mnist | Self::Fashion => true,
            Self::Digits => false,
        }
    }

    /// As a run names them, without how many.
    pub fn spec(self) -> DataSpec {
        match self {
            Self::Digits => DataSpec::Digits { count: 0 },
            Self::Mnist => DataSpec::Mnist,
            Self::Fashion => DataSpec::Fashion,
        }
    }

    /// The folder of its family, relative to the page.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Digits => "pretrained/digits-beta",
            Self::Mnist => "pretrained/mnist-beta",
            Self::Fashion => "pretrained/fashion-beta",
        }
    }
}

/// A model in `pretrained/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shipped {
    Mnist,
    Fashion,
    /// The weights that were shipped before these, which old links name: z means another picture in them.
    EarlierMnist,
    EarlierFashion,
    /// A member of a family of models that differ in β alone, counted from 0.
    Member(DataSet, u8),
}

impl Shipped {
    /// Those that can be chosen.
    pub const ALL: [Self; 3] = [Self::best(DataSet::Mnist), Self::best(DataSet::Fashion), Self::best(DataSet::Digits)];
    /// Those that only a link or a dial leads to.
    const OTHERS: [Self; 4] = [
        Self::EarlierMnist,
        Self::EarlierFashion,
        Self::Member(DataSet::Mnist, HOME),
        Self::Member(DataSet::Fashion, HOME),
    ];

    /// The best model of a set; of generated digits, where the dial begins.
    const fn best(data: DataSet) -> Self {
        match data {
            DataSet::Digits => Self::Member(data, HOME),
            DataSet::Mnist if data.has_newer() => Self::Mnist,
            DataSet::Mnist => Self::EarlierMnist,
            DataSet::Fashion if data.has_newer() => Self::Fashion,
            DataSet::Fashion => Self::EarlierFashion,
        }
    }

    /// The model of a name in a link; of a family, the member that its dial begins at. Nothing for what is not shipped.
    pub fn named(name: &str) -> Option<Self> {
        let shipped = |model: &Self| model.family().is_none_or(DataSet::has_family);
        Self::ALL.into_iter().chain(Self::OTHERS).filter(shipped).find(|model| model.name() == name)
    }

    /// The member of a family nearest to a place of its dial.
    pub fn on_dial(data: DataSet, dial: f32) -> Self {
        Self::Member(data, dial.round().clamp(0.0, FARTHEST_DIAL) as u8)
    }

    /// Which member of its family it is.
    pub fn member(self) -> Option<u8> {
        match self {
            Self::Member(_, member) => Some(member),
            Self::Mnist | Self::Fashion | Self::EarlierMnist | Self::EarlierFashion => None,
        }
    }

    /// The data of the family that it is a member of.
    pub fn family(self) -> Option<DataSet> {
        self.member().map(|_| self.data())
    }

    pub fn data(self) -> DataSet {
        match self {
            Self::Mnist | Self::EarlierMnist => DataSet::Mnist,
            Self::Fashion | Self::EarlierFashion => DataSet::Fashion,
            Self::Member(data, _) => data,
        }
    }

    /// What took its place.
    pub fn newer(self) -> Option<Self> {
        match self {
            Self::EarlierMnist | Self::EarlierFashion => Some(Self::best(self.data())).filter(|best| *best != self),
            Self::Mnist | Self::Fashion | Self::Member(..) => None,
        }
    }

    /// Its word in a link.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mnist => "mnist-cosine",
            Self::Fashion => "fashion-cosine",
            Self::EarlierMnist => "mnist",
            Self::EarlierFashion => "fashion",
            Self::Member(DataSet::Digits, _) => "digits",
            Self::Member(DataSet::Mnist, _) => "mnist-beta",
            Self::Member(DataSet::Fashion, _) => "fashion-beta",
        }
    }

    /// Its folder, relative to the page.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Mnist => "pretrained/mnist-vae-2d-cosine",
            Self::Fashion => "pretrained/fashion-vae-2d-cosine",
            Self::EarlierMnist => "pretrained/mnist-vae-2d",
            Self::EarlierFashion => "pretrained/fashion-vae-2d",
            Self::Member(data, _) => data.folder(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_that_was_not_trained_anew_has_one_model_and_no_newer() {
        for data in [DataSet::Mnist, DataSet::Fashion] {
            let best = Shipped::best(data);
            assert_eq!((best.newer(), Shipped::named(best.name()), best.data()), (None, Some(best), data));
            let earlier = if data == DataSet::Mnist { Shipped::EarlierMnist } else { Shipped::EarlierFashion };
            assert_eq!(earlier.newer().is_some(), data.has_newer());
            assert_eq!(Shipped::named(earlier.name()), Some(earlier));
        }
        assert_eq!(Shipped::named("mnist-beta").is_some(), DataSet::Mnist.has_family());
    }
}
