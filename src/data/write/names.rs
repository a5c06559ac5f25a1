//! What the classes are called, as each format takes names.

use std::collections::BTreeSet;

use super::npz::header;

/// The file beside IDX: a line a class, in the order of the labels.
pub const FILE: &str = "classes.txt";

/// A folder for each class, called as it is: without what no file system takes, and no two alike.
pub fn folders(names: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let folder = |(class, name): (usize, &String)| {
        let sign = |sign: char| if sign.is_control() || "/\\:*?\"<>|".contains(sign) { '_' } else { sign };
        let plain: String = name.chars().map(sign).take(60).collect();
        // A dot in front hides a folder, and Windows takes none at the end.
        let plain = plain.trim_matches(|sign: char| sign == '.' || sign.is_whitespace()).to_owned();
        let mut folder = if plain.is_empty() { class.to_string() } else { plain };
        // Not every file system tells capitals.
        while !taken.insert(folder.to_lowercase()) {
            folder = format!("{folder} {class}");
        }
        folder
    };
    names.iter().enumerate().map(folder).collect()
}

pub fn lines(names: &[String]) -> Vec<u8> {
    let line = |name: &String| format!("{}\n", name.replace(['\n', '\r'], " "));
    names.iter().map(line).collect::<String>().into_bytes()
}

/// An array of numpy's strings: four bytes a character, all as long as the longest.
pub fn array(names: &[String]) -> Vec<u8> {
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(1);
    let mut bytes = header(&format!("<U{longest}"), &[names.len()]);
    for name in names {
        let signs = name.chars().map(u32::from).chain(std::iter::repeat(0)).take(longest);
        bytes.extend(signs.flat_map(u32::to_le_bytes));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_such_as_any_system_takes() {
        let names = ["Año", "T-shirt/top", "", "../..", "a", "A", "x\\y:z", "…"].map(str::to_owned);
        assert_eq!(folders(&names), ["Año", "T-shirt_top", "2", "_", "a", "A 5", "x_y_z", "…"]);
    }

    #[test]
    fn strings_are_numpy_s() {
        let array = array(&["ñu".to_owned(), "a".to_owned()]);
        assert!(array.windows(5).any(|word| word == b"'<U2'"));
        assert_eq!(array[array.len() - 16..], [0xf1, 0, 0, 0, b'u', 0, 0, 0, b'a', 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(lines(&["ñu".to_owned(), "a\nb".to_owned()]), "ñu\na b\n".as_bytes());
    }
}
