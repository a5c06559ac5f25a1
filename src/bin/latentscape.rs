//! Trains the shipped models and measures them: `latentscape train NAME…`, or writes their latent codes anew from their
//! weights: `latentscape codes NAME…`, or measures them anew into their cards: `latentscape measure NAME…` (all, when none is named). `latentscape family` trains the models that differ in β
//! alone, and reads their meters; `latentscape family measure` only reads them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use latentscape::tool::recipe::{RECIPES, Recipe, ToolError};
use latentscape::tool::{family, shelf};

const USAGE: &str = "usage: latentscape train [NAME…]
       latentscape codes [NAME…]
       latentscape measure [NAME…]
       latentscape family [measure]
the pictures of train, codes and measure are looked for in $LATENTSCAPE_DATA, else ../shared/data";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("LATENTSCAPE_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let shelf = root.join("pretrained");
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["train", ref names @ ..] => each(names, async |recipe| shelf::train(recipe, &data, &shelf).await),
        ["codes", ref names @ ..] => each(names, async |recipe| shelf::codes(recipe, &data, &shelf).await),
        ["measure", ref names @ ..] => each(names, async |recipe| shelf::measure(recipe, &data, &shelf).await),
        ["family"] => family::build(&shelf).and_then(|()| family::measure::measure(&shelf)),
        ["family", "measure"] => family::measure::measure(&shelf),
        _ => {
            eprintln!("{USAGE}");
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

/// Does `work` for each of the recipes named, one after another; for all, when none is.
fn each(names: &[&str], work: impl AsyncFn(&'static Recipe) -> Result<(), ToolError>) -> Result<(), ToolError> {
    let named: Vec<&'static Recipe> = names.iter().map(|name| Recipe::find(name)).collect::<Result<_, _>>()?;
    let recipes = if names.is_empty() { RECIPES.iter().collect() } else { named };
    recipes.into_iter().try_for_each(|recipe| pollster::block_on(work(recipe)))
}
