//! What a visitor is shown before choosing.

use serde::{Deserialize, Serialize};

use super::choices::{Choices, develop};
use super::collected::{Collected, Facts, Note};

/// Pictures of a contact sheet.
pub const SHEET: usize = 40;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// Pictures that are here; `facts.total` were in the files.
    pub count: usize,
    pub facts: Facts,
    /// Names and numbers of pictures, in the order of the labels; empty without labels.
    pub classes: Vec<(String, u64)>,
    /// Of the pictures here, how many the files call training; None where they say nothing.
    pub train: Option<usize>,
    pub notes: Vec<Note>,
    /// What is guessed.
    pub choices: Choices,
}

/// Pictures as they would become, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub side: usize,
    pub channels: usize,
    pub count: usize,
    /// `count` × side × side × channels bytes.
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
        for at in 0..count {
            develop(self, (at as u64 * self.len() as u64 / count as u64) as usize, choices, &mut pixels);
        }
        Sheet { side: choices.side, channels: choices.colours.channels(), count, pixels }
    }
}
