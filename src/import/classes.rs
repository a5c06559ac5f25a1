//! Labels of whatever kind, made into classes from 0 on with names.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;

use super::collected::Classes;
use crate::data::brought::Note;

/// Classes at most: a label is a byte.
pub const MAX_CLASSES: usize = 256;

/// `labels`: one a picture. Their values, sorted, are the classes: numbers by size, words by the alphabet. A note
/// instead if there are too many.
pub fn classes<L: Ord + Display>(labels: &[L]) -> Result<Classes, Note> {
    let values: Vec<&L> = labels.iter().collect::<BTreeSet<_>>().into_iter().collect();
    if values.len() > MAX_CLASSES {
        return Err(Note::TooManyClasses { classes: values.len() as u64 });
    }
    let class = |label: &L| values.binary_search(&label).map_or(0, |class| class as u8);
    Ok(Classes { labels: labels.iter().map(class).collect(), names: values.iter().map(ToString::to_string).collect() })
}

/// A label a picture, kept or not, each word once.
#[derive(Default)]
pub struct Words {
    numbers: Vec<u16>,
    words: Vec<String>,
    known: HashMap<String, u16>,
}

impl Words {
    /// One class too many is as good as a million.
    const MOST: usize = MAX_CLASSES + 1;

    pub fn add(&mut self, label: &str) {
        // A label as long as a text is none.
        let label: String = label.chars().take(64).collect();
        let next = self.words.len().min(Self::MOST - 1) as u16;
        let number = self.known.get(&label).copied().unwrap_or_else(|| {
            if self.words.len() < Self::MOST {
                self.words.push(label.clone());
                self.known.insert(label, next);
            }
            next
        });
        self.numbers.push(number);
    }

    /// The classes of the pictures that were kept, by their places among all: numbers, if all of them are such. None
    /// where there are no labels.
    pub fn classes(&self, kept: impl Iterator<Item = u32>) -> Result<Option<Classes>, Note> {
        let word = |number: u16| self.words.get(usize::from(number)).map(String::as_str);
        let kept: Vec<&str> =
            kept.filter_map(|index| self.numbers.get(index as usize).and_then(|&number| word(number))).collect();
        if kept.is_empty() {
            return Ok(None);
        }
        if self.words.len() > MAX_CLASSES {
            return Err(Note::TooManyClasses { classes: self.words.len() as u64 });
        }
        let numbers: Option<Vec<i64>> = kept.iter().map(|label| whole(label)).collect();
        numbers.map_or_else(|| classes(&kept), |numbers| classes(&numbers)).map(Some)
    }
}

/// "3", and "3.0" as pandas writes it.
fn whole(text: &str) -> Option<i64> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_by_size_and_words_by_the_alphabet() {
        let numbers = classes(&[10_i64, 9, 10, -1]).expect("three classes");
        assert_eq!((numbers.labels, numbers.names), (vec![2, 1, 2, 0], ["-1", "9", "10"].map(String::from).to_vec()));
        let words = classes(&["dog".to_owned(), "cat".to_owned()]).expect("two classes");
        assert_eq!((words.labels, words.names), (vec![1, 0], ["cat", "dog"].map(String::from).to_vec()));
        let many: Vec<i64> = (0..257).collect();
        assert_eq!(classes(&many), Err(Note::TooManyClasses { classes: 257 }));
    }
}
