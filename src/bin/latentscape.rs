//! Trains the shipped models and measures them: `latentscape train NAME…` (all, when none is named).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use latentscape::tool::recipe::{RECIPES, Recipe, ToolError};
use latentscape::tool::shelf;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["train"] => train(&RECIPES.iter().map(|recipe| recipe.name).collect::<Vec<_>>()),
        ["train", ref names @ ..] => train(names),
        _ => {
            eprintln!(
                "usage: latentscape train [NAME…]\nthe pictures are looked for in $LATENTSCAPE_DATA, else ../shared/data"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn train(names: &[&str]) -> Result<(), ToolError> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("LATENTSCAPE_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let recipes: Vec<&Recipe> = names.iter().map(|name| Recipe::find(name)).collect::<Result<_, _>>()?;
    for recipe in recipes {
        pollster::block_on(shelf::train(recipe, &data, &root.join("pretrained")))?;
    }
    Ok(())
}
