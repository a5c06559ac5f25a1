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
