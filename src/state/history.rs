//! What was, and what was undone.

use std::collections::VecDeque;

/// Steps that are remembered.
const MOST: usize = 200;

/// The states that something went through, with the present one among them.
#[derive(Clone, Debug, PartialEq)]
pub struct History<T> {
    past: VecDeque<T>,
    now: T,
    /// The last one undone at the end.
    future: Vec<T>,
}

impl<T: Clone + PartialEq> History<T> {
    pub fn new(now: T) -> Self {
        Self { past: VecDeque::new(), now, future: Vec::new() }
    }

    /// A change was made. What was undone before is forgotten; no change leaves everything.
    pub fn record(&mut self, now: T) {
        if now != self.now {
            self.past.push_back(std::mem::replace(&mut self.now, now));
            if self.past.len() > MOST {
                self.past.pop_front();
            }
            self.future.clear();
        }
    }

    pub fn undo(&mut self) -> Option<&T> {
        let before = self.past.pop_back()?;
        self.future.push(std::mem::replace(&mut self.now, before));
        Some(&self.now)
    }

    pub fn redo(&mut self) -> Option<&T> {
        let after = self.future.pop()?;
        self.past.push_back(std::mem::replace(&mut self.now, after));
        Some(&self.now)
    }

    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn a_new_change_forgets_what_was_undone() {
        let mut history = History::new(0);
        (1..=3).for_each(|now| history.record(now));
        assert_eq!(history.undo(), Some(&2));
        assert!(history.can_redo());
        history.record(9);
        assert_eq!(history.redo(), None);
        for before in [2, 1, 0] {
            assert_eq!(history.undo(), Some(&before));
        }
        assert_eq!(history.undo(), None);
    }

    /// Whatever is done, it is as with a list of all states and a place in it.
    #[test]
    fn it_is_a_list_with_a_place_in_it() {
        let mut rng = Rng::new(17);
        let (mut history, mut list, mut place) = (History::new(0), vec![0u32], 0usize);
        for _ in 0..5000 {
            match rng.below(4) {
                0 => {
                    if place > 0 {
                        place -= 1;
                        assert_eq!(history.undo(), Some(&list[place]));
                    } else {
                        assert_eq!(history.undo(), None);
                    }
                }
                1 => {
                    if place + 1 < list.len() {
                        place += 1;
                        assert_eq!(history.redo(), Some(&list[place]));
                    } else {
                        assert_eq!(history.redo(), None);
                    }
                }
                _ => {
                    let now = rng.below(6) as u32;
                    history.record(now);
                    if now != list[place] {
                        list.truncate(place + 1);
                        list.push(now);
                        place += 1;
                        if place > MOST {
                            list.remove(0);
                            place -= 1;
                        }
                    }
                }
            }
            assert_eq!((history.can_undo(), history.can_redo()), (place > 0, place + 1 < list.len()));
        }
    }
}
