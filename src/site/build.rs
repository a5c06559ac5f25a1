//! Turns `index.html` and what it names into a folder of static files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    SiteError,
    assets::{copy, copy_dir, copy_hashed, create_dir, file_name, hash, read, remove_dir, write},
    directives::{self, Kind, Program, Role},
    wasm,
};

pub struct Options {
    /// Where `index.html` and `Cargo.toml` are.
    pub root: PathBuf,
    /// Where the files go; what was there is replaced once everything is built.
    pub dist: PathBuf,
    /// Build quickly rather than small: cargo's profile `fast`, no wasm-opt.
    pub fast: bool,
    /// Build the page alone; its workers are taken as they were built last, if they were.
    pub page: bool,
}

/// What takes a directive's place in the page.
#[derive(Default)]
struct Piece {
    here: String,
    end_of_head: String,
}

pub fn build(options: &Options) -> Result<(), SiteError> {
    let source = options.root.join("index.html");
    let html = fs::read_to_string(&source).map_err(SiteError::io("reading", &source))?;
    let staging = options.dist.with_extension("staging");
    remove_dir(&staging)?;
    create_dir(&staging)?;

    let mut page = String::new();
    let mut end_of_head = String::new();
    let mut copied = 0;
    for directive in directives::scan(&html)? {
        let piece = place(directive.kind, options, &staging)?;
        page += &html[copied..directive.span.start];
        page += &piece.here;
        end_of_head += &piece.end_of_head;
        copied = directive.span.end;
    }
    page += &html[copied..];
    let head = page.find("</head>").ok_or_else(|| SiteError::Directive("there is no </head>".into()))?;
    page.insert_str(head, &end_of_head);
    write(&staging.join("index.html"), page.as_bytes())?;

    remove_dir(&options.dist)?;
    fs::rename(&staging, &options.dist).map_err(SiteError::io("moving the new page to", &options.dist))
}

/// Puts a directive's files into `dist`.
fn place(kind: Kind, options: &Options, dist: &Path) -> Result<Piece, SiteError> {
    let below = |target: Option<String>| target.map_or_else(|| dist.to_owned(), |target| dist.join(target));
    match kind {
        Kind::Rust(program) => place_program(&program, options, dist),
        Kind::Css { href } => {
            let name = copy_hashed(&options.root.join(href), dist)?;
            Ok(Piece { here: format!(r#"<link rel="stylesheet" href="./{name}">"#), ..Piece::default() })
        }
        Kind::Icon { href } => {
            let name = copy_hashed(&options.root.join(href), dist)?;
            Ok(Piece { here: format!(r#"<link rel="icon" href="./{name}">"#), ..Piece::default() })
        }
        Kind::CopyDir { href, target } => {
            let from = options.root.join(href);
            let target = target.map_or_else(|| file_name(&from), Ok)?;
            copy_dir(&from, &dist.join(target))?;
            Ok(Piece::default())
        }
        Kind::CopyFile { href, target } => {
            let from = options.root.join(href);
            let folder = below(target);
            create_dir(&folder)?;
            copy(&from, &folder.join(file_name(&from)?))?;
            Ok(Piece::default())
        }
    }
}

fn place_program(program: &Program, options: &Options, dist: &Path) -> Result<Piece, SiteError> {
    let bin = &program.bin;
    let built = wasm::build(program, options)?;
    if built.join("snippets").exists() {
        copy_dir(&built.join("snippets"), &dist.join("snippets"))?;
    }
    let script = read(&built.join(format!("{bin}.js")))?;
    let module = read(&built.join(format!("{bin}_bg.wasm")))?;
    match program.role {
        // The page's code names a worker's files, so those keep their names.
        Role::Worker { loader_shim } => {
            write(&dist.join(format!("{bin}.js")), &script)?;
            write(&dist.join(format!("{bin}_bg.wasm")), &module)?;
            if loader_shim {
                let shim = format!("import init from \"./{bin}.js\";\nawait init();\n");
                write(&dist.join(format!("{bin}_loader.js")), shim.as_bytes())?;
            }
            Ok(Piece::default())
        }
        Role::Main => {
            let version = format!("{:016x}", hash(&module) ^ hash(&script).rotate_left(1));
            let (js, wasm) = (format!("{bin}-{version}.js"), format!("{bin}-{version}_bg.wasm"));
            write(&dist.join(&js), &script)?;
            write(&dist.join(&wasm), &module)?;
            Ok(Piece { here: start(&js, &wasm), end_of_head: preload(&js, &wasm) })
        }
    }
}

fn start(js: &str, wasm: &str) -> String {
    format!(
        r#"<script type="module">
import init from "./{js}";
await init({{ module_or_path: "./{wasm}" }});
dispatchEvent(new CustomEvent("TrunkApplicationStarted"));
</script>"#
    )
}

fn preload(js: &str, wasm: &str) -> String {
    format!(
        r#"<link rel="modulepreload" href="./{js}" crossorigin="anonymous">
<link rel="preload" href="./{wasm}" crossorigin="anonymous" as="fetch" type="application/wasm">
"#
    )
}
