//! Holds the picture of the house in `src/lib.rs`: a file imports only from its own tower, at or below its floor, or
//! from the base; each tower names only its own crates; and a file stays short enough to be read.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// A tower: its modules from the ground up (one may use those before it), the binaries on top, and the crates that it
/// must not name.
struct Tower {
    name: &'static str,
    modules: &'static [&'static str],
    bins: &'static [&'static str],
    foreign: &'static [&'static str],
}

const BASE: Tower = Tower {
    name: "base",
    modules: &["rng", "estimate", "spec", "protocol", "data", "latent"],
    bins: &[],
    foreign: &["burn", "leptos", "plotters", "web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures"],
};

const TOWERS: [Tower; 5] = [
    BASE,
    Tower {
        name: "compute",
        modules: &["nn", "train", "engine", "worker", "tool"],
        bins: &["engine-cpu", "engine-gpu", "latentscape"],
        foreign: &["leptos", "leptos_i18n", "plotters", "plotters_canvas", "reactive_stores"],
    },
    Tower { name: "import", modules: &["import"], bins: &["reader"], foreign: &["burn", "leptos", "plotters"] },
    Tower {
        name: "view",
        modules: &["i18n", "state", "link", "plots", "client", "ui", "bench"],
        bins: &["app"],
        foreign: &["burn", "burn_flex", "burn_wgpu"],
    },
    Tower {
        name: "tools",
        modules: &["site"],
        bins: &["site"],
        foreign: &["burn", "leptos", "plotters", "web_sys", "js_sys"],
    },
];

/// A file longer than this says why in its head, with these words.
const LONGEST: usize = 500;
const LONGER_BECAUSE: &str = "Longer than 500 lines because";

#[test]
fn the_house_stands_as_drawn() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    assert!(files.len() > 10, "only {} files below {}", files.len(), src.display());
    let mut wrong = String::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file is UTF-8");
        let name = file.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        for fault in faults(&name, &text) {
            writeln!(wrong, "src/{name}: {fault}").expect("a string takes everything");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_planted_fault_is_found() {
    let check = |file: &str, text: &str, expect: &[&str]| assert_eq!(faults(file, text), expect, "{file}: {text}");
    check("train.rs", "use crate::{nn::vae, spec};", &[]);
    check("train.rs", "use crate::engine::Session;", &["uses engine, which is above train"]);
    check("engine/session.rs", "use super::super::worker::run;", &["uses worker, which is above engine"]);
    check("engine/session.rs", "use super::inbox; // not crate::ui", &[]);
    check("nn/vae.rs", "fn f() { crate::ui::mount() }", &["compute uses ui of view"]);
    check("ui/mod.rs", "use crate::{\n  nn::{self, vae},\n  state::{train, Store}\n};", &["view uses nn of compute"]);
    check("data/idx.rs", "pub use crate::train::Trainer;", &["base uses train of compute"]);
    check("data/idx.rs", "let x: burn::Tensor<2>;", &["base names the crate burn"]);
    check("import/npy.rs", "use crate::{data, rng};", &[]);
    check("import/npy.rs", "use crate::engine::Session;", &["import uses engine of compute"]);
    check("import/npy.rs", "let x: leptos::View;", &["import names the crate leptos"]);
    check("ui/mod.rs", "/* burn */ let s = \"burn crate::nn\"; let c = '\"'; // burn", &[]);
    check("ui/mod.rs", "let c = '\"'; use burn::x;", &["view names the crate burn"]);
    check("bin/app.rs", "use latentscape::{ui, engine};", &["view uses engine of compute"]);
    check("bin/other.rs", "", &["belongs to no tower"]);
    check("new.rs", "", &["belongs to no tower"]);
    let long = "\n".repeat(LONGEST + 1);
    check("rng.rs", &long, &["has 501 lines and its head does not say why"]);
    check("rng.rs", &format!("//! {LONGER_BECAUSE} it is a table.\n{long}"), &[]);
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// What is wrong with the file `name`, a path relative to `src`.
fn faults(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
    if lines > LONGEST && !head.contains(LONGER_BECAUSE) {
        faults.push(format!("has {lines} lines and its head does not say why"));
    }
    if name == "lib.rs" {
        return faults;
    }
    let Some((tower, floor)) = place(name) else {
        faults.push("belongs to no tower".into());
        return faults;
    };
    let code = tokens(text);
    for used in modules_used(name, &code) {
        let Some(above) = tower.modules.iter().position(|module| *module == used) else {
            let owner = TOWERS.iter().find(|other| other.modules.contains(&used.as_str()));
            if let Some(owner) = owner.filter(|owner| owner.name != BASE.name) {
                faults.push(format!("{} uses {used} of {}", tower.name, owner.name));
            }
            continue;
        };
        if above > floor {
            faults.push(format!("uses {used}, which is above {}", tower.modules[floor]));
        }
    }
    for foreign in tower.foreign {
        if code.iter().any(|token| token == foreign) {
            faults.push(format!("{} names the crate {foreign}", tower.name));
        }
    }
    faults
}

/// The tower of a file and its floor there; binaries stand on the roof.
fn place(name: &str) -> Option<(&'static Tower, usize)> {
    if let Some(bin) = name.strip_prefix("bin/") {
        let bin = bin.split(['/', '.']).next()?;
        return TOWERS.iter().find(|tower| tower.bins.contains(&bin)).map(|tower| (tower, tower.modules.len()));
    }
    let module = name.split(['/', '.']).next()?;
    TOWERS.iter().find_map(|tower| Some((tower, tower.modules.iter().position(|m| *m == module)?)))
}

/// The modules at the crate's root that the code of `name` reaches by `crate::`, `latentscape::` or `super::`.
fn modules_used(name: &str, code: &[String]) -> Vec<String> {
    let depth = name.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count();
    let mut used = Vec::new();
    let mut supers = 0;
    for (at, token) in code.iter().enumerate() {
        let path = code.get(at + 1).is_some_and(|next| next == "::");
        supers = match token.as_str() {
            "super" => supers + 1,
            "::" => supers,
            _ => 0,
        };
        let root = token == "crate" || token == "latentscape" || supers >= depth && token == "super";
        if root && path {
            used.extend(first_segments(&code[at + 2..]));
        }
    }
    used.sort();
    used.dedup();
    used
}

/// The first segment of a path, or of each path in a group `{a::b, c}`.
fn first_segments(code: &[String]) -> Vec<String> {
    if code.first().is_none_or(|token| token != "{") {
        return code.first().cloned().into_iter().collect();
    }
    let mut segments = Vec::new();
    let mut depth = 0;
    let mut start = true;
    for token in code {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => start = depth == 1,
            name if start && depth == 1 => {
                segments.push(name.to_owned());
                start = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    segments
}

/// The identifiers, `::` and single signs of Rust code, without comments, strings and characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_string(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = 2 + hashes;
            rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len())
        } else if first == '"' {
            1 + quoted(&rest[1..], '"')
        } else if first == '\'' && is_character(rest) {
            1 + quoted(&rest[1..], '\'')
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".into());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.into());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// How many `#` stand before the quote if a raw string starts here.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// Whether `'` starts a character and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut next = text.chars().skip(1);
    next.next() == Some('\\') || next.next() == Some('\'')
}

/// Bytes up to and with the closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}
