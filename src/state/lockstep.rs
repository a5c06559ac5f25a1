//! What the run beside has to do so that it begins, rests and ends with the first, and neither leaves the other behind.

use crate::protocol::Phase;

/// What is known of both runs: what one does may be heard of before how far it came, or after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Both {
    pub first: Phase,
    pub second: Phase,
    /// Of the first run.
    pub key: Option<u32>,
    /// Whether the second has steps to go to where the first is; nothing while either has none to tell.
    pub behind: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Begin,
    /// To go on, or to rest: whichever it does not do now.
    Turn,
    Stop,
}

/// The run beside. It never goes beyond what the first has told, so that it can be let run.
#[derive(Debug, Default)]
pub struct Follower {
    /// The first run's key that it was last begun for.
    begun: Option<u32>,
    /// What it was last told to do, and what it did then: until it is heard to do anything else, that is on its way.
    told: Option<(Phase, Due)>,
}

impl Follower {
    pub fn has_begun(&self, key: u32) -> bool {
        self.begun == Some(key)
    }

    /// What it is to be told now, if anything; it is taken as told.
    pub fn due(&mut self, both: Both) -> Option<Due> {
        self.told = self.told.filter(|(then, _)| *then == both.second);
        let due = self.wanted(both)?;
        match (due, self.told) {
            (Due::Begin, _) => self.begun = both.key,
            // An end comes after whatever is on its way.
            (_, None) | (Due::Stop, Some((_, Due::Turn))) => self.told = Some((both.second, due)),
            (_, Some(_)) => return None,
        }
        Some(due)
    }

    fn wanted(&self, both: Both) -> Option<Due> {
        let same = both.key.is_some_and(|key| self.has_begun(key));
        match (both.first, both.second, both.behind) {
            (Phase::Training, Phase::Ready | Phase::Idle, _) if both.key.is_some() && !same => Some(Due::Begin),
            (Phase::Training, Phase::Paused, _) => Some(Due::Turn),
            // It rests once it is there, and goes on when it rested before it had heard of the last steps.
            (Phase::Paused, Phase::Training, Some(false)) => Some(Due::Turn),
            (Phase::Paused | Phase::Ready | Phase::Idle, Phase::Paused, Some(true)) if same => Some(Due::Turn),
            (Phase::Ready | Phase::Idle, Phase::Training | Phase::Paused, None | Some(false)) => Some(Due::Stop),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Command;

    fn begun(key: u32) -> Follower {
        Follower { begun: Some(key), told: None }
    }

    /// What two runs do, step by step, and what the page knows of it: phases and steps come one at a time, and late.
    struct Two {
        is: [(Phase, u32); 2],
        known: [(Phase, u32); 2],
        /// What the second has yet to carry out.
        sent: Vec<Command>,
        follower: Follower,
    }

    impl Two {
        fn training(first: u32, second: u32) -> Self {
            let both = [(Phase::Training, first), (Phase::Training, second)];
            Self { is: both, known: both, sent: Vec::new(), follower: begun(1) }
        }

        /// Something is heard, and the second told what is due.
        fn hear(&mut self, what: impl FnOnce(&mut [(Phase, u32); 2])) {
            what(&mut self.known);
            let [(first, to), (second, at)] = self.known;
            let command = match self.follower.due(Both { first, second, key: Some(1), behind: Some(at < to) }) {
                None => return,
                Some(Due::Turn) if second == Phase::Paused => Command::Resume,
                Some(Due::Turn) => Command::Pause,
                Some(Due::Stop) => Command::Stop,
                Some(Due::Begin) => panic!("it has begun"),
            };
            self.sent.push(command);
        }

        /// The second does what it was told, goes as far as it may, and is heard.
        fn go(&mut self) {
            for command in self.sent.drain(..) {
                assert!(self.is[1].0.allows(&command), "{command:?} while {:?}", self.is[1].0);
                self.is[1].0 = match command {
                    Command::Resume => Phase::Training,
                    Command::Pause => Phase::Paused,
                    _ => Phase::Ready,
                };
            }
            if self.is[1].0 == Phase::Training {
                self.is[1].1 = self.known[0].1;
            }
            let (phase, step) = self.is[1];
            self.hear(|known| known[1].0 = phase);
            self.hear(|known| known[1].1 = step);
        }

        fn come_to_rest(mut self) -> [(Phase, u32); 2] {
            (0..6).for_each(|_| self.go());
            assert_eq!((&self.is[1], &self.sent[..]), (&self.known[1], &[][..]));
            self.is
        }
    }

    #[test]
    fn both_rest_at_one_step_whatever_is_heard_first() {
        // Behind what the first has told, or up with it and at rest before the first's last steps are heard of.
        for at in [14, 20] {
            let both = [(Phase::Paused, 25); 2];
            let mut two = Two { is: [(Phase::Paused, 25), (Phase::Training, at)], ..Two::training(20, at) };
            two.hear(|known| known[0].0 = Phase::Paused);
            two.hear(|known| known[0].1 = 25);
            assert_eq!(two.come_to_rest(), both, "the phase, then the step: {at}");

            let mut two = Two { is: [(Phase::Paused, 25), (Phase::Training, at)], ..Two::training(20, at) };
            two.hear(|known| known[0].0 = Phase::Paused);
            two.go();
            two.hear(|known| known[0].1 = 25);
            assert_eq!(two.come_to_rest(), both, "the step when the second has come to rest: {at}");

            let mut two = Two { is: [(Phase::Paused, 25), (Phase::Training, at)], ..Two::training(20, at) };
            two.hear(|known| known[0].1 = 25);
            two.hear(|known| known[0].0 = Phase::Paused);
            assert_eq!(two.come_to_rest(), both, "the step, then the phase: {at}");
        }
    }

    #[test]
    fn steps_of_the_first_one_by_one_are_gone_by_the_second() {
        let mut two = Two::training(20, 20);
        two.is[0] = (Phase::Paused, 20);
        two.hear(|known| known[0].0 = Phase::Paused);
        two.go();
        for step in [21, 22, 23] {
            two.is[0].1 = step;
            two.hear(|known| known[0].1 = step);
        }
        assert_eq!(two.come_to_rest(), [(Phase::Paused, 23); 2]);
    }

    #[test]
    fn a_hasty_hand_is_followed_and_nothing_is_told_twice() {
        // Rest, on, rest, and an end, all before the second is heard again.
        let mut two = Two::training(20, 20);
        for phase in [Phase::Paused, Phase::Training, Phase::Paused, Phase::Ready] {
            two.is[0].0 = phase;
            two.hear(|known| known[0].0 = phase);
        }
        assert_eq!(two.come_to_rest(), [(Phase::Ready, 20); 2]);
    }

    #[test]
    fn the_second_begins_once_for_a_run_and_goes_on_with_it() {
        let both = |first, second| Both { first, second, key: Some(2), behind: Some(true) };
        let mut second = begun(1);
        assert_eq!(second.due(both(Phase::Paused, Phase::Paused)), None, "another run than it was begun for");
        assert_eq!(second.due(both(Phase::Training, Phase::Ready)), Some(Due::Begin));
        assert!(second.has_begun(2));
        assert_eq!(second.due(both(Phase::Training, Phase::Training)), None);
        assert_eq!(second.due(both(Phase::Training, Phase::Paused)), Some(Due::Turn));
        assert_eq!(second.due(both(Phase::Training, Phase::Ready)), None, "it is over: it is not begun again");
    }

    #[test]
    fn a_second_without_a_first_ends() {
        let gone = Both { first: Phase::Ready, second: Phase::Training, key: None, behind: None };
        assert_eq!(begun(1).due(gone), Some(Due::Stop));
        assert_eq!(begun(1).due(Both { second: Phase::Ready, ..gone }), None);
    }
}
