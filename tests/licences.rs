//! Every crate that is compiled into the page or the tools has a licence that lets anyone use it as they use this one.
//!
//! cargo-deny would check this and more, but takes minutes to install and its advisories come over the network; this
//! needs cargo alone.

use std::process::Command;

/// SPDX identifiers. A new one is a decision: read the licence, then add it. (MPL-2.0 binds only the files that are under
/// it, and those are used unchanged.)
const ALLOWED: [&str; 11] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

#[test]
fn every_dependency_may_be_used() {
    let mut refused = Vec::new();
    for target in ["wasm32-unknown-unknown", "x86_64-unknown-linux-gnu"] {
        let packages = packages(target);
        assert!(packages.len() > 100, "{target}: only {} packages", packages.len());
        refused.extend(packages.into_iter().filter(|(_, licence)| !allows(licence)));
    }
    assert!(refused.is_empty(), "not on the list: {refused:#?}");
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let check = |expression: &str, expect: bool| assert_eq!(allows(expression), expect, "{expression}");
    check("MIT", true);
    check("MIT/Apache-2.0", true);
    check("GPL-3.0-only", false);
    check("GPL-3.0-only OR MIT", true);
    check("GPL-3.0-only AND MIT", false);
    check("(MIT OR GPL-3.0-only) AND Unicode-3.0", true);
    check("MIT OR GPL-3.0-only AND LGPL-2.1", true);
    check("(MIT OR Apache-2.0) AND GPL-2.0", false);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("GPL-2.0 WITH Classpath-exception-2.0", false);
    check("none stated", false);
    check("", false);
}

/// Name and licence of everything that cargo would compile for `target` with all features.
fn packages(target: &str) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--locked", "--all-features", "--target", target, "--prefix", "none", "--format", "{p}|{l}"])
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("cargo tree is UTF-8");
    // Cargo marks a package that it has shown before with a star.
    let line = |line: &str| line.trim_end_matches(" (*)").split_once('|').map(|(p, l)| (p.to_owned(), l.to_owned()));
    tree.lines().filter_map(line).collect()
}

/// Whether an SPDX expression can be met with allowed licences alone. `/` is the old way to write OR.
fn allows(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) && rest.is_empty()
}

fn any_of(rest: &mut &[&str]) -> bool {
    let mut met = all_of(rest);
    while take(rest, "OR") {
        met |= all_of(rest);
    }
    met
}

fn all_of(rest: &mut &[&str]) -> bool {
    let mut met = one(rest);
    while take(rest, "AND") {
        met &= one(rest);
    }
    met
}

fn one(rest: &mut &[&str]) -> bool {
    if take(rest, "(") {
        let met = any_of(rest);
        return take(rest, ")") && met;
    }
    let Some((licence, more)) = rest.split_first() else { return false };
    *rest = more;
    if !take(rest, "WITH") {
        return ALLOWED.contains(licence);
    }
    let Some((exception, more)) = rest.split_first() else { return false };
    *rest = more;
    ALLOWED.contains(&format!("{licence} WITH {exception}").as_str())
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, more)) if *first == word => {
            *rest = more;
            true
        }
        _ => false,
    }
}
