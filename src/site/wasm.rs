//! From a Rust binary to the wasm and the script that a browser loads: cargo, wasm-bindgen, wasm-opt.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use wasm_bindgen_cli_support::Bindgen;

use super::{
    Options, SiteError,
    assets::{create_dir, file_name, hash, read, remove_dir, write},
    directives::{Program, Role},
};

/// Builds one program into `BIN.js` and `BIN_bg.wasm` (and `snippets/`), and gives the folder they lie in. What cargo finds
/// unchanged goes through wasm-bindgen and wasm-opt only once.
pub(super) fn build(program: &Program, options: &Options) -> Result<PathBuf, SiteError> {
    let profile = profile(program, options);
    let last = target(&options.root).join("wasm32-unknown-unknown").join(profile).join("site").join(&program.bin);
    if options.page && program.role != Role::Main && last.join("stamp").exists() {
        println!("{}: as it was built last", program.bin);
        return Ok(last);
    }
    let compiled = compile(program, options)?;
    let folder = compiled.with_file_name("site").join(&program.bin);
    let stamp_file = folder.join("stamp");
    let stamp = format!("{:016x} {} {program:?}", hash(&read(&compiled)?), options.fast);
    if std::fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(folder);
    }
    remove_dir(&folder)?;
    create_dir(&folder)?;
    bind(&program.bin, &compiled, &folder)?;
    if !options.fast && program.optimise != "0" {
        optimise(program, &options.root, &folder.join(format!("{}_bg.wasm", program.bin)))?;
    }
    write(&stamp_file, stamp.as_bytes())?;
    Ok(folder)
}

fn profile<'a>(program: &'a Program, options: &Options) -> &'a str {
    if options.fast { "fast" } else { &program.profile }
}

/// Cargo's target folder.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Runs cargo; gives the path of the wasm file.
fn compile(program: &Program, options: &Options) -> Result<PathBuf, SiteError> {
    let profile = profile(program, options);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&options.root).args(["build", "--locked", "--target", "wasm32-unknown-unknown"]);
    cargo.args(["--message-format", "json-render-diagnostics", "--profile", profile, "--bin", &program.bin]);
    if let Some(features) = &program.features {
        cargo.args(["--features", features]);
    }
    if !program.default_features {
        cargo.arg("--no-default-features");
    }
    println!("{}: cargo build --profile {profile}", program.bin);
    let output = cargo.stderr(Stdio::inherit()).output().map_err(SiteError::io("running cargo in", &options.root))?;
    if !output.status.success() {
        return Err(SiteError::Command(format!("cargo could not build {}", program.bin)));
    }
    artifact(&output.stdout, &program.bin)
        .ok_or_else(|| SiteError::Command(format!("cargo named no wasm file for {}", program.bin)))
}

/// The wasm file of `bin` among cargo's messages, one JSON object a line.
fn artifact(messages: &[u8], bin: &str) -> Option<PathBuf> {
    messages
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == bin)
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

fn bind(bin: &str, compiled: &Path, folder: &Path) -> Result<(), SiteError> {
    let failed = |detail: String| SiteError::Bindgen { bin: bin.to_owned(), detail };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name(bin).typescript(false).omit_default_module_path(false);
    bindgen.web(true).and_then(|web| web.generate(folder)).map_err(|error| failed(format!("{error:#}")))
}

/// Runs wasm-opt in place.
fn optimise(program: &Program, root: &Path, wasm: &Path) -> Result<(), SiteError> {
    let name = file_name(wasm)?;
    let before = read(wasm)?.len();
    println!("{name}: wasm-opt -O{} …", program.optimise);
    let start = Instant::now();
    let installed = root.join(".tools/node_modules/.bin/wasm-opt");
    let command = if installed.exists() { installed } else { PathBuf::from("wasm-opt") };
    let status = Command::new(&command)
        .arg(wasm)
        .arg("-o")
        .arg(wasm)
        .arg(format!("-O{}", program.optimise))
        .args(program.optimise_parameters.split_whitespace())
        .status()
        .map_err(|_| SiteError::Command("there is no wasm-opt; `./dev build` installs it".into()))?;
    if !status.success() {
        return Err(SiteError::Command(format!("wasm-opt failed on {name}")));
    }
    let after = read(wasm)?.len();
    println!("{name}: {} → {} kB in {:.0} s", before / 1000, after / 1000, start.elapsed().as_secs_f32());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_wasm_file_among_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/t/other.wasm"]}
{"reason":"build-script-executed"}
not json
{"reason":"compiler-artifact","target":{"name":"app"},"filenames":["/t/app.d","/t/app.wasm"]}"#;
        assert_eq!(artifact(messages, "app"), Some(PathBuf::from("/t/app.wasm")));
        assert_eq!(artifact(messages, "engine"), None);
    }
}
