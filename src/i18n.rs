//! Every visible string, in English and Spanish: `locales/en.json` and `locales/es.json`, checked when compiled.

#![allow(deprecated, reason = "the other way is a build script, for every build of every tower")]

leptos_i18n::load_locales!();

// The macro reads these files without telling the compiler: so that a change of a word alone is built too.
const _: [&str; 2] = [include_str!("../locales/en.json"), include_str!("../locales/es.json")];

pub use i18n::*;

pub mod refusals;

/// A text in a language: `say!(locale, key)`, or with its places filled, `say!(locale, key, name = value)`.
macro_rules! say {
    ($locale:expr, $key:ident) => { leptos_i18n::td_string!($locale, $key) };
    ($locale:expr, $key:ident, $($name:ident = $value:expr),+ $(,)?) => {
        crate::i18n::fill(leptos_i18n::td_string!($locale, $key), &[$((stringify!($name), $value.to_string())),+])
    };
}
pub(crate) use say;

/// A text with its `{names}` filled in.
pub fn fill(text: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// A number for reading, with the language's decimal mark and a true minus sign.
pub fn number(locale: Locale, value: f32, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let digits = format!("{value:.decimals$}");
    let unsigned = digits.trim_start_matches('-');
    let zero = unsigned.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if digits.starts_with('-') && !zero { "−" } else { "" };
    match locale {
        Locale::en => format!("{sign}{unsigned}"),
        Locale::es => format!("{sign}{}", unsigned.replace('.', ",")),
    }
}

/// A number with as many decimals as it has, and no more than three.
pub fn short(locale: Locale, value: f32) -> String {
    let decimals = (0..3).find(|d| (value * 10f32.powi(*d) - (value * 10f32.powi(*d)).round()).abs() < 1e-3);
    number(locale, value, decimals.unwrap_or(3) as usize)
}

/// A number as someone types it, with either decimal mark and any minus sign.
pub fn parse(text: &str) -> Option<f64> {
    let plain = text.trim().replace(',', ".").replace('−', "-");
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A point of the plane for reading. Where the decimal mark is a comma, a semicolon parts the coordinates.
pub fn point(locale: Locale, z: [f32; 2]) -> String {
    let separator = match locale {
        Locale::en => ", ",
        Locale::es => "; ",
    };
    format!("({}{separator}{})", number(locale, z[0], 2), number(locale, z[1], 2))
}

/// A whole number with its thousands apart, by a thin space: the same in every language (ISO 80000-1).
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// The language to start with: the first of the browser's that there is.
pub fn preferred(languages: impl IntoIterator<Item = String>) -> Locale {
    let known = |tag: String| match tag.split(['-', '_']).next() {
        Some(word) if word.eq_ignore_ascii_case("es") => Some(Locale::es),
        Some(word) if word.eq_ignore_ascii_case("en") => Some(Locale::en),
        _ => None,
    };
    languages.into_iter().find_map(known).unwrap_or(Locale::en)
}

/// The language's tag.
pub fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::es => "es",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn numbers_as_each_language_writes_them() {
        assert_eq!(number(Locale::en, -1.25, 2), "−1.25");
        assert_eq!(number(Locale::es, 140.04, 1), "140,0");
        assert_eq!(number(Locale::en, -0.001, 2), "0.00");
        assert_eq!(number(Locale::en, f32::NAN, 2), "–");
        assert_eq!(point(Locale::es, [0.42, -0.06]), "(0,42; −0,06)");
        assert_eq!([6000, 10_000, 1_234_567].map(count), ["6000", "10\u{202f}000", "1\u{202f}234\u{202f}567"]);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!([" 1.5", "−0,25", "-3", "1e-2"].map(parse), [Some(1.5), Some(-0.25), Some(-3.0), Some(0.01)]);
        assert_eq!(["", "x", "1,000.5", "NaN", "inf"].map(parse), [None; 5]);
    }

    #[test]
    fn every_text_has_the_same_places_to_fill_in_both_languages() {
        let read = |json| serde_json::from_str::<BTreeMap<String, String>>(json).expect("a flat file of texts");
        let (en, es) = (read(include_str!("../locales/en.json")), read(include_str!("../locales/es.json")));
        assert!(en.keys().eq(es.keys()));
        let names = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect()
        };
        for (key, text) in &en {
            assert_eq!(names(text), names(&es[key]), "{key}");
        }
        assert_eq!(fill("{a} of {b}, {a}", &[("a", "1".into()), ("b", "2".into())]), "1 of 2, 1");
    }

    #[test]
    fn the_browser_s_first_known_language_wins() {
        let of = |tags: &[&str]| preferred(tags.iter().map(|t| t.to_string()));
        assert_eq!(of(&["fr-FR", "es-MX", "en"]), Locale::es);
        assert_eq!(of(&["en-GB", "es"]), Locale::en);
        assert_eq!(of(&["eu"]), Locale::en);
        assert_eq!(of(&[]), Locale::en);
    }
}
