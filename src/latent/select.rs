//! Codes that were chosen by hand.

use crate::spec::CLASSES;

/// A set of codes, by their index.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    chosen: Vec<bool>,
}

impl Selection {
    /// None of `n`.
    pub fn new(n: usize) -> Self {
        Self { chosen: vec![false; n] }
    }

    /// These of `n`.
    pub fn of(n: usize, indices: &[u32]) -> Self {
        let mut selection = Self::new(n);
        for &index in indices {
            if let Some(chosen) = selection.chosen.get_mut(index as usize) {
                *chosen = true;
            }
        }
        selection
    }

    pub fn has(&self, index: usize) -> bool {
        self.chosen.get(index).copied().unwrap_or(false)
    }

    pub fn count(&self) -> usize {
        self.indices().count()
    }

    pub fn indices(&self) -> impl Iterator<Item = usize> {
        self.chosen.iter().enumerate().filter(|(_, chosen)| **chosen).map(|(index, _)| index)
    }

    pub fn per_class(&self, labels: &[u8]) -> [usize; CLASSES] {
        let mut counts = [0; CLASSES];
        for index in self.indices() {
            if let Some(count) = labels.get(index).and_then(|&class| counts.get_mut(usize::from(class))) {
                *count += 1;
            }
        }
        counts
    }
}
