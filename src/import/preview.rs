//! What a visitor is shown before choosing.

use super::choices::develop;
use super::collected::Collected;
use crate::data::brought::{Choices, Preview};
use crate::spec::Format;

/// Pictures of a contact sheet.
pub const SHEET: usize = 40;

/// Multiples of it leave no part of 0 to 1 out for long.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Pictures as they would become, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub format: Format,
    pub count: usize,
    /// `count` pictures, planar.
    pub pixels: Vec<u8>,
}

impl Collected {
    pub fn preview(&self) -> Preview {
        let classes = self.classes().map_or_else(Vec::new, |classes| {
            let mut counts: Vec<_> = classes.names.iter().map(|name| (name.clone(), 0)).collect();
            for &label in &classes.labels {
                if let Some((_, count)) = counts.get_mut(usize::from(label)) {
                    *count += 1;
                }
            }
            counts
        });
        Preview {
            count: self.len(),
            facts: *self.facts(),
            origin: self.origin,
            classes,
            train: self.split(),
            notes: self.notes().to_vec(),
            choices: Choices::guess(self),
        }
    }

    /// Up to [`SHEET`] pictures from all over the set, as `choices` make them; none of a side that is not made.
    pub fn sheet(&self, choices: &Choices) -> Sheet {
        let count = if choices.check().is_ok() { self.len().min(SHEET) } else { 0 };
        let mut pixels = Vec::new();
        // From equal stretches one each, not always from the same place of it: classes may come in turn.
        let start = |at: usize| (at as u64 * self.len() as u64 / count as u64) as usize;
        for at in 0..count {
            let (from, to) = (start(at), start(at + 1));
            let within = (at as f64 * GOLDEN).fract() * (to - from) as f64;
            develop(self, from + within as usize, choices, &mut pixels);
        }
        Sheet { format: choices.format(), count, pixels }
    }
}
