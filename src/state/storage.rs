//! What the page knows of the browser's storage, in which runs and a visitor's pictures are kept.

use super::run::Log;
use crate::spec::DataSpec;

#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    pub standing: Standing,
    /// Nothing where the browser does not say.
    pub room: Option<Room>,
    /// Whether the browser has promised to take nothing away by itself; nothing where it does not say.
    pub lasting: Option<bool>,
    /// The pictures that are kept.
    pub sets: Vec<Set>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { standing: Standing::Opening, room: None, lasting: None, sets: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Opening,
    Open,
    /// Nothing is written at present.
    Shut(Trouble),
}

/// Why nothing is written. What was written before is not touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no room.
    Full,
    /// The browser has none, or denies it.
    Denied,
    /// A newer version of the page has it.
    Newer,
    /// Another window, with an older version of the page, has to be closed first.
    Waiting,
    /// It was cleared while the page was open.
    Cleared,
    /// Another window, with a newer version of the page, took it over.
    Taken,
}

/// Bytes that are used of those that may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub used: f64,
    pub quota: f64,
}

/// A set of pictures that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set {
    /// By which it is known; see [`DataSpec::Own`].
    pub print: u32,
    pub bytes: usize,
    /// Milliseconds of the clock when it was brought.
    pub brought: u64,
}

/// The print of a run's pictures, if they are a visitor's.
pub fn print_of(data: DataSpec) -> Option<u32> {
    match data {
        DataSpec::Own { print, .. } => Some(print),
        DataSpec::Digits { .. }
        | DataSpec::Shapes { .. }
        | DataSpec::Points { .. }
        | DataSpec::Mnist
        | DataSpec::Fashion => None,
    }
}

/// The sets that nobody needs any more: no run does, and they were not the last to be brought.
pub fn unneeded(sets: &[Set], runs: &[Log], besides: Option<u32>) -> Vec<u32> {
    let last = sets.iter().max_by_key(|set| set.brought).map(|set| set.print);
    let needed = |print: u32| {
        Some(print) == last || Some(print) == besides || runs.iter().any(|log| print_of(log.spec.data) == Some(print))
    };
    sets.iter().map(|set| set.print).filter(|print| !needed(*print)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Format, RunSpec};
    use crate::state::run::Run;

    #[test]
    fn pictures_stay_while_a_run_needs_them_or_they_are_the_last() {
        let set = |print: u32, brought: u64| Set { print, bytes: 1, brought };
        let sets = [set(1, 10), set(2, 40), set(3, 30), set(4, 20)];
        let data = DataSpec::Own { count: 9, classes: 2, print: 3, format: Format::GREY_28 };
        let run = Run::new(7, RunSpec { data, ..RunSpec::default() }).log;
        assert_eq!(unneeded(&sets, &[run], Some(4)), [1]);
        assert_eq!(unneeded(&sets, &[], None), [1, 3, 4]);
        assert!(unneeded(&[], &[], Some(4)).is_empty());
    }
}
