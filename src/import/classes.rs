//! Labels of whatever kind, made into classes from 0 on with names.

use std::collections::BTreeSet;
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
