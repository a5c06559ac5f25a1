//! Writes a trained model's folder: weights, latent codes of its pictures, a picture of the decoded plane, a card.

use std::path::Path;

use half::f16;
use safetensors::serialize;
use safetensors::tensor::{Dtype, TensorView};
use serde::Serialize;
use serde_json::{Map, Value};

use super::choice::{Choice, Start};
use super::evaluate::{Metrics, evaluate, model, taken_apart};
use super::recipe::{Recipe, ToolError, cpu};
use super::training::{Rate, Task};
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::engine::answers::atlas;
use crate::engine::burn_learner::BurnLearner;
use crate::engine::learner::Learner;
use crate::estimate::Surgery;
use crate::latent::slice::Slice;
use crate::nn::layout::Layout;
use crate::nn::weights;
use crate::protocol::{Area, Notice, NoticeKind};
use crate::spec::{ModelSpec, RunSpec, SIDE};

const ATLAS_AREA: Area = Area { min: [-4.5, -4.5], max: [4.5, 4.5] };
const ATLAS_CELLS: u32 = 36;
const WEIGHTS: &str = "weights.safetensors";
const PYTORCH: &str = include_str!("../../tests/reference/pytorch_results.json");

/// What `card.json` says.
#[derive(Serialize)]
struct Card<'a> {
    name: &'a str,
    classes: Vec<String>,
    model: &'a ModelSpec,
    run: &'a RunSpec,
    /// How the learning rate went from the one of the run.
    rate: Rate,
    /// How that rate and the seed were chosen, where there was a choice; the run goes on from the chosen weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
    pictures: Pictures,
    atlas: Atlas,
    /// Of the weights as shipped, 16 bits a number.
    test: &'a Metrics,
    /// Of the weights as trained, 32 bits a number.
    test_before_rounding: &'a Metrics,
    /// The ELBO of the test pictures taken apart, of the weights as shipped.
    surgery: Option<Surgery>,
    /// Of the same architecture and schedule after as many epochs in PyTorch: what `tests/reference/train_vae.py` reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pytorch: Option<Pytorch>,
    rebuild: String,
}

#[derive(Serialize)]
struct Pytorch {
    elbo: f64,
    log_px_first_1000: f64,
}

#[derive(Serialize)]
struct Pictures {
    train: usize,
    test: usize,
}

#[derive(Serialize)]
struct Atlas {
    area: Area,
    columns: u32,
    rows: u32,
}

/// Trains `recipe` on all training pictures in `data`, with what was chosen for it, and writes its folder into `shelf`; in
/// `work` lies a run that was stopped.
///
/// # Errors
/// `File` for what can't be read or written, `Learner` for what can't be computed.
pub async fn train(recipe: &Recipe, data: &Path, shelf: &Path, work: &Path) -> Result<(), ToolError> {
    let sets = recipe.pictures(data)?;
    let [pictures, test] = &sets;
    let Start { candidate, chosen } = Start::of(recipe, data, shelf, work)?;
    let (choice, start) = chosen.unzip();
    let run = recipe.spec(recipe.epochs, pictures.len(), candidate);
    let every = recipe.epoch(pictures.len());
    let task = Task { name: recipe.name.into(), run: &run, rate: recipe.rate, every, folder: work, start };
    // The test pictures are not looked at before the end.
    let flat = task.train(pictures.clone(), test.clone())?;
    let spec = &run.model;
    let layout = Layout::new(spec).map_err(|e| Notice { kind: NoticeKind::BadSpec, detail: e.to_string() })?;
    let file = weights::to_safetensors(spec, &layout, &flat).map_err(|e| encoding(&e))?;
    let shipped = weights::from_safetensors(&layout, &file).map_err(|e| encoding(&e))?;

    let folder = shelf.join(recipe.name);
    let card = Card {
        name: recipe.name,
        classes: (recipe.class_names)(),
        model: spec,
        run: &run,
        rate: recipe.rate,
        choice,
        pictures: Pictures { train: pictures.len(), test: test.len() },
        atlas: Atlas { area: ATLAS_AREA, columns: ATLAS_CELLS, rows: ATLAS_CELLS },
        test: &evaluate(spec, &shipped, test).await?,
        test_before_rounding: &evaluate(spec, &flat, test).await?,
        surgery: taken_apart(&model(spec, &shipped)?, &Set::Pictures(test.clone())).await?,
        pytorch: pytorch(recipe)?,
        rebuild: format!("cargo run --features tool --bin latentscape -- train {}", recipe.name),
    };
    let mut learner = cpu();
    learner.load(spec, &file)?;
    let picture = atlas(&learner, Slice::default(), ATLAS_AREA, ATLAS_CELLS, ATLAS_CELLS).await?;

    write(&folder, WEIGHTS, &file)?;
    write_codes(&learner, &sets, &folder).await?;
    write(&folder, "atlas.png", &png(&picture, ATLAS_CELLS as usize * SIDE)?)?;
    write(&folder, "card.json", &serde_json::to_vec_pretty(&card).map_err(|e| encoding(&e))?)?;
    eprintln!("{}: {}", recipe.name, serde_json::to_string(card.test).map_err(|e| encoding(&e))?);
    task.forget();
    Ok(())
}

/// Writes the latent codes of a shipped model anew, from its weights on `shelf` and the files in `data`.
///
/// # Errors
/// As [`train`].
pub async fn codes(recipe: &Recipe, data: &Path, shelf: &Path) -> Result<(), ToolError> {
    let folder = shelf.join(recipe.name);
    let weights = folder.join(WEIGHTS);
    let file = std::fs::read(&weights).map_err(|e| ToolError::File(weights.display().to_string(), e.to_string()))?;
    let mut learner = cpu();
    learner.load(&recipe.model(), &file)?;
    write_codes(&learner, &recipe.pictures(data)?, &folder).await
}

/// Measures a shipped model anew, from its weights on `shelf` and the files in `data`, and writes that into its card, with
/// what PyTorch has reached by now.
///
/// # Errors
/// As [`train`].
pub async fn measure(recipe: &Recipe, data: &Path, shelf: &Path) -> Result<(), ToolError> {
    let folder = shelf.join(recipe.name);
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|e| ToolError::File(path.display().to_string(), e.to_string()))
    };
    let mut card: Map<String, Value> = serde_json::from_slice(&read("card.json")?).map_err(|e| encoding(&e))?;
    let spec: ModelSpec =
        serde_json::from_value(card.get("model").cloned().unwrap_or_default()).map_err(|e| encoding(&e))?;
    let layout = Layout::new(&spec).map_err(|e| Notice { kind: NoticeKind::BadSpec, detail: e.to_string() })?;
    let shipped = weights::from_safetensors(&layout, &read(WEIGHTS)?).map_err(|e| encoding(&e))?;
    let [_, test] = &recipe.pictures(data)?;
    let found = serde_json::to_value(evaluate(&spec, &shipped, test).await?).map_err(|e| encoding(&e))?;
    eprintln!("{}: {found}", recipe.name);
    card.insert("test".into(), found);
    let apart = taken_apart(&model(&spec, &shipped)?, &Set::Pictures(test.clone())).await?;
    card.insert("surgery".into(), serde_json::to_value(apart).map_err(|e| encoding(&e))?);
    if let Some(reference) = pytorch(recipe)? {
        card.insert("pytorch".into(), serde_json::to_value(reference).map_err(|e| encoding(&e))?);
    }
    write(&folder, "card.json", &serde_json::to_vec_pretty(&card).map_err(|e| encoding(&e))?)
}

/// The codes of the training and the test pictures, a file each.
async fn write_codes(learner: &BurnLearner, [train, test]: &[ImageSet; 2], folder: &Path) -> Result<(), ToolError> {
    for (name, set) in [("codes-train.safetensors", train), ("codes.safetensors", test)] {
        let (mu, log_var) = learner.posteriors(&Set::Pictures(set.clone()), set.len()).await?;
        write(folder, name, &pack_codes(&mu, &log_var, set.labels())?)?;
        eprintln!("{}: {} pictures", folder.join(name).display(), set.len());
    }
    Ok(())
}

fn pytorch(recipe: &Recipe) -> Result<Option<Pytorch>, ToolError> {
    let all: Value = serde_json::from_str(PYTORCH).map_err(|e| encoding(&e))?;
    let source = match recipe.rate {
        Rate::Constant | Rate::Calm => recipe.source.to_owned(),
        Rate::Cosine => format!("{}-cosine", recipe.source),
    };
    let results = &all[&source];
    let last = results["epochs"].as_array().and_then(|epochs| epochs.last());
    let elbo = last.and_then(|epoch| epoch["neg_elbo"].as_f64());
    let found = elbo.zip(results["first_test_pictures"]["log_p"].as_f64());
    Ok(found.map(|(negative, log_px_first_1000)| Pytorch { elbo: -negative, log_px_first_1000 }))
}

/// μ and log σ² as F16 [n, latent], labels as U8 [n]; of points, whose log σ² is −∞, no log σ².
pub(super) fn pack_codes(mu: &[f32], log_var: &[f32], labels: &[u8]) -> Result<Vec<u8>, ToolError> {
    let halves = |v: &[f32]| v.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect::<Vec<u8>>();
    let shape = vec![labels.len(), mu.len() / labels.len().max(1)];
    let points = log_var.iter().all(|&v| v == f32::NEG_INFINITY);
    let (mu, log_var) = (halves(mu), halves(log_var));
    let mut views = vec![
        ("mu", TensorView::new(Dtype::F16, shape.clone(), &mu)),
        ("label", TensorView::new(Dtype::U8, vec![labels.len()], labels)),
    ];
    if !points {
        views.push(("log_var", TensorView::new(Dtype::F16, shape, &log_var)));
    }
    let views: Result<Vec<_>, _> = views.into_iter().map(|(name, view)| view.map(|view| (name, view))).collect();
    serialize(views.map_err(|e| encoding(&e))?, None).map_err(|e| encoding(&e))
}

/// A square grey picture, 8 bits a pixel.
fn png(pixels: &[u8], side: usize) -> Result<Vec<u8>, ToolError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().map_err(|e| encoding(&e))?;
    writer.write_image_data(pixels).map_err(|e| encoding(&e))?;
    writer.finish().map_err(|e| encoding(&e))?;
    Ok(file)
}

pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), ToolError> {
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, bytes))
        .map_err(|e| ToolError::File(path.display().to_string(), e.to_string()))
}

pub(super) fn encoding(error: &dyn std::fmt::Display) -> ToolError {
    ToolError::File("what was to be written".into(), error.to_string())
}
