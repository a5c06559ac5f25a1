//! Reads trunk's directives out of `index.html`.
//!
//! The subset: `<link data-trunk rel="rust|css|icon|copy-dir|copy-file" …>`, attributes bare, quoted or not, no character
//! references in them; HTML comments are skipped. Anything else that trunk knows is an error here rather than a
//! silent difference.

use std::{collections::HashMap, ops::Range};

use super::SiteError;

/// One directive and the bytes of `index.html` that it stands in.
#[derive(Debug, PartialEq)]
pub(super) struct Directive {
    pub span: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    Rust(Program),
    Css { href: String },
    Icon { href: String },
    CopyDir { href: String, target: Option<String> },
    CopyFile { href: String, target: Option<String> },
}

/// A Rust binary to become wasm.
#[derive(Debug, PartialEq)]
pub(super) struct Program {
    pub bin: String,
    /// Of the crate, separated by commas.
    pub features: Option<String>,
    pub default_features: bool,
    /// Cargo's profile.
    pub profile: String,
    pub role: Role,
    /// Level for wasm-opt: `""` is its default, `"0"` leaves it out.
    pub optimise: String,
    /// Further parameters for wasm-opt, separated by blanks.
    pub optimise_parameters: String,
}

#[derive(Debug, PartialEq)]
pub(super) enum Role {
    /// The page starts it.
    Main,
    /// The page makes a worker of it; with a shim that imports and starts it.
    Worker { loader_shim: bool },
}

pub(super) fn scan(html: &str) -> Result<Vec<Directive>, SiteError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|i| at + i) {
        if html[open..].starts_with("<!--") {
            at = html[open..].find("-->").map_or(html.len(), |i| open + i + 3);
            continue;
        }
        at = open + 1;
        let Some(tag) = html.get(open..open + 5) else { break };
        if !tag.eq_ignore_ascii_case("<link") || !html[open + 5..].starts_with(|c: char| c.is_ascii_whitespace()) {
            continue;
        }
        let (attributes, length) = attributes(&html[open + 5..])?;
        at = open + 5 + length;
        if attributes.contains_key("data-trunk") {
            found.push(Directive { span: open..at, kind: kind(&attributes)? });
        }
    }
    Ok(found)
}

/// The attributes from behind a tag's name to its `>`, and how many bytes that took.
fn attributes(tag: &str) -> Result<(HashMap<String, String>, usize), SiteError> {
    let mut attributes = HashMap::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((attributes, tag.len() - after.len()));
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=/>".contains(c)).ok_or_else(unclosed)?;
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            attributes.insert(name, String::new());
            continue;
        };
        let after = after.trim_start();
        let (value, remaining) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).ok_or_else(unclosed)?,
            _ => after.split_at(after.find(|c: char| c.is_ascii_whitespace() || c == '>').ok_or_else(unclosed)?),
        };
        attributes.insert(name, value.to_owned());
        rest = remaining;
    }
}

fn unclosed() -> SiteError {
    SiteError::Directive("a <link …> is not closed".into())
}

fn kind(attributes: &HashMap<String, String>) -> Result<Kind, SiteError> {
    let optional = |name: &str| attributes.get(name).cloned();
    let required = |name: &str| {
        optional(name)
            .ok_or_else(|| SiteError::Directive(format!("a <link data-trunk …> lacks {name}: {attributes:?}")))
    };
    let rel = required("rel")?;
    let href = || required("href");
    let target = || optional("data-target-path");
    match rel.as_str() {
        "rust" => program(attributes, required("data-bin")?).map(Kind::Rust),
        "css" => Ok(Kind::Css { href: href()? }),
        "icon" => Ok(Kind::Icon { href: href()? }),
        "copy-dir" => Ok(Kind::CopyDir { href: href()?, target: target() }),
        "copy-file" => Ok(Kind::CopyFile { href: href()?, target: target() }),
        other => Err(SiteError::Directive(format!("this tool does not know rel=\"{other}\""))),
    }
}

fn program(attributes: &HashMap<String, String>, bin: String) -> Result<Program, SiteError> {
    let get = |name: &str| attributes.get(name).map(String::as_str);
    let role = match get("data-type").unwrap_or("main") {
        "main" => Role::Main,
        // Trunk's default for a worker is a classic script.
        "worker" if get("data-bindgen-target") == Some("web") => {
            Role::Worker { loader_shim: attributes.contains_key("data-loader-shim") }
        }
        "worker" => {
            return Err(SiteError::Directive(format!("{bin}: a worker needs data-bindgen-target=\"web\" here")));
        }
        other => return Err(SiteError::Directive(format!("{bin}: unknown data-type=\"{other}\""))),
    };
    Ok(Program {
        bin,
        features: get("data-cargo-features").map(str::to_owned),
        default_features: !attributes.contains_key("data-cargo-no-default-features"),
        profile: get("data-cargo-profile").unwrap_or("release").to_owned(),
        role,
        optimise: get("data-wasm-opt").unwrap_or_default().to_owned(),
        optimise_parameters: get("data-wasm-opt-params").unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_worker_and_a_stylesheet_and_skips_the_rest() {
        let html = "<link rel=icon href=x><!-- <link data-trunk rel=css href=no.css> -->\n\
            <LINK data-trunk rel=\"css\" href=www/a.css />é\n\
            <link data-trunk rel='rust' data-bin=\"engine-cpu\" data-type=\"worker\" data-cargo-features=\"cpu\"\n\
            data-bindgen-target=\"web\" data-loader-shim data-wasm-opt=\"z\"/>\n\
            <link data-trunk rel=rust data-bin=app data-cargo-profile=small>";
        let found = scan(html).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].kind, Kind::Css { href: "www/a.css".into() });
        assert_eq!(&html[found[0].span.clone()], "<LINK data-trunk rel=\"css\" href=www/a.css />");
        let Kind::Rust(program) = &found[1].kind else { panic!("{found:?}") };
        assert_eq!(program.role, Role::Worker { loader_shim: true });
        assert_eq!((program.bin.as_str(), program.features.as_deref()), ("engine-cpu", Some("cpu")));
        assert_eq!((program.optimise.as_str(), program.default_features), ("z", true));
        let Kind::Rust(app) = &found[2].kind else { panic!("{found:?}") };
        assert_eq!((program.profile.as_str(), app.profile.as_str()), ("release", "small"));
        assert!(html[found[1].span.clone()].ends_with("/>"));
    }

    #[test]
    fn says_what_it_cannot_do() {
        let wrong = [
            "<link data-trunk rel=\"css\"",
            "<link data-trunk rel=css>",
            "<link data-trunk rel=\"sass\" href=\"a\">",
            "<link data-trunk rel=\"rust\" data-bin=\"a\" data-type=\"worker\">",
            "<link data-trunk rel=\"rust\" data-bin=\"a",
        ];
        for html in wrong {
            assert!(scan(html).is_err(), "{html}");
        }
    }

    #[test]
    fn survives_the_end_of_the_text_anywhere() {
        let html = "<link data-trunk rel=\"css\" href='ä.css'><!-- x --><p>é</p>";
        for (end, _) in html.char_indices() {
            let _ = scan(&html[..end]);
        }
    }
}
