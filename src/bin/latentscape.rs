//! Trains the shipped models and measures them: `latentscape train NAME…`, which first chooses learning rate and seed on
//! pictures held out of the training set, as `latentscape choose NAME…` alone does; or writes their latent codes anew from
//! their weights: `latentscape codes NAME…`, or measures them anew into their cards: `latentscape measure NAME…` (all, when
//! none is named). `latentscape family NAME…` trains the models that
//! differ in β alone, and reads their meters; `latentscape family measure NAME…` only reads them; `latentscape family seeds
//! NAME…` trains a family from other seeds and reads its meters again. What is stopped goes on with the same command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use latentscape::tool::family::measure::measure;
use latentscape::tool::family::plan::{PLANS, Plan};
use latentscape::tool::family::{self, Places};
use latentscape::tool::recipe::{RECIPES, Recipe, ToolError};
use latentscape::tool::{choice, shelf};

const USAGE: &str = "usage: latentscape choose [NAME…]
       latentscape train [NAME…]
       latentscape codes [NAME…]
       latentscape measure [NAME…]
       latentscape family [NAME…]
       latentscape family measure [NAME…]
       latentscape family seeds [NAME…]
the pictures are looked for in $LATENTSCAPE_DATA, else ../shared/data";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("LATENTSCAPE_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let (shelf, work) = (root.join("pretrained"), root.join("target/training"));
    let seeds = root.join("tests/seeds");
    let places = Places { data: &data, shelf: &shelf, seeds: &seeds, work: &work };
    let there = |name: &str| shelf.join(name).join("card.json").exists();
    let measured = |plan: &Plan| measure(plan, places);
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["choose", ref names @ ..] => {
            each(names, &|_| true, async |recipe| choice::choose(recipe, &data, &shelf, &work).map(|_| ()))
        }
        ["train", ref names @ ..] => {
            each(names, &|_| true, async |recipe| shelf::train(recipe, &data, &shelf, &work).await)
        }
        ["codes", ref names @ ..] => each(names, &there, async |recipe| shelf::codes(recipe, &data, &shelf).await),
        ["measure", ref names @ ..] => each(names, &there, async |recipe| shelf::measure(recipe, &data, &shelf).await),
        ["family", "measure", ref names @ ..] => {
            families(names, &there).and_then(|plans| plans.iter().try_for_each(measured))
        }
        ["family", "seeds", ref names @ ..] => families(names, &there).and_then(|plans| {
            plans.iter().try_for_each(|plan| family::build_others(plan, places).and_then(|()| measured(plan)))
        }),
        ["family", ref names @ ..] => named(names).and_then(|plans| {
            plans.iter().try_for_each(|plan| family::build(plan, places).and_then(|()| measured(plan)))
        }),
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

/// Does `work` for each of the recipes named, one after another; when none is, for all whose names are `wanted`.
fn each(
    names: &[&str],
    wanted: &dyn Fn(&str) -> bool,
    work: impl AsyncFn(&'static Recipe) -> Result<(), ToolError>,
) -> Result<(), ToolError> {
    let named: Vec<&'static Recipe> = names.iter().map(|name| Recipe::find(name)).collect::<Result<_, _>>()?;
    let all = || RECIPES.iter().filter(|recipe| wanted(recipe.name)).collect();
    let recipes = if names.is_empty() { all() } else { named };
    recipes.into_iter().try_for_each(|recipe| pollster::block_on(work(recipe)))
}

/// The families named; all, when none is.
fn named(names: &[&str]) -> Result<Vec<Plan>, ToolError> {
    if names.is_empty() { Ok(PLANS.to_vec()) } else { names.iter().map(|name| Plan::find(name).copied()).collect() }
}

/// The families named; when none is, those that are there.
fn families(names: &[&str], there: &dyn Fn(&str) -> bool) -> Result<Vec<Plan>, ToolError> {
    Ok(named(names)?.into_iter().filter(|plan| !names.is_empty() || there(plan.name)).collect())
}
