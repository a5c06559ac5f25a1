//! Models for PyTorch, and back: `write FOLDER` exports a model of each kind, the Python that opens it, and what the engine
//! decodes and encodes with it; `read FOLDER` takes the files that PyTorch wrote there and compares likewise.
//! `tests/reference/check_export.py` does the other half.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use burn::tensor::Device;
use latentscape::data::family::Family;
use latentscape::data::model_file::ModelFile;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::nn::layout::Layout;
use latentscape::nn::weights;
use latentscape::protocol::{DeviceInfo, DeviceKind, Notice};
use latentscape::rng::Rng;
use latentscape::spec::pytorch::snippet;
use latentscape::spec::{Activation, Format, Input, Likelihood, ModelSpec, Net, Objective, Sparsity};
use pollster::block_on;
use serde_json::{Value, json};

/// Decodings of ours and PyTorch's may differ by so much.
const TOLERANCE: f32 = 1e-5;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", folder] => write(Path::new(folder)),
        ["read", folder] => read(Path::new(folder)),
        _ => Err("say `write FOLDER` or `read FOLDER`".into()),
    }
}

/// A model of each kind of net, objective and activation, fresh.
fn models() -> Vec<(&'static str, ModelSpec)> {
    let conv = ModelSpec::of(Net::Conv { channels: [6, 10], hidden: 20 });
    let points = ModelSpec {
        input: Input::Point,
        likelihood: Likelihood::Gaussian { deviation: 0.1 },
        activation: Activation::Silu,
        ..ModelSpec::mlp(&[24, 12])
    };
    let sparse = Objective::Sparse { penalty: Sparsity::Kl { target: 0.1 } };
    vec![
        ("mlp", ModelSpec::reference_mlp()),
        ("conv", ModelSpec::reference_conv()),
        ("mlp-tanh", ModelSpec { activation: Activation::Tanh, latent: 16, ..ModelSpec::mlp(&[40, 30, 20]) }),
        ("mlp-none", ModelSpec { latent: 1, ..ModelSpec::mlp(&[]) }),
        (
            "mlp-sparse",
            ModelSpec { objective: sparse, activation: Activation::Gelu, latent: 7, ..ModelSpec::mlp(&[33]) },
        ),
        (
            "conv-plain",
            ModelSpec { objective: Objective::Autoencoder, activation: Activation::Gelu, latent: 3, ..conv.clone() },
        ),
        ("conv-silu", ModelSpec { activation: Activation::Silu, latent: 5, ..conv.clone() }),
        ("conv-colour", ModelSpec { input: picture(48, 3), ..conv.clone() }),
        ("mlp-large", ModelSpec { input: picture(64, 1), ..ModelSpec::mlp(&[12]) }),
        ("conv-tanh", ModelSpec { activation: Activation::Tanh, ..conv }),
        ("points", points),
    ]
}

fn picture(side: usize, channels: usize) -> Input {
    Input::Picture(Format { side, channels })
}

fn write(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    for (name, model) in models() {
        let layout = Layout::new(&model)?;
        // Biases too, or nobody would miss them; and larger than fresh ones, so that no decoding is grey all over.
        let mut rng = Rng::new(17);
        let weights: Vec<f32> =
            weights::fresh(&layout, 5).iter().map(|w| 2.0 * w + 0.1 * rng.normal() * f32::from(*w == 0.0)).collect();
        let file = latentscape::nn::exchange::to_file(&model, None, &layout, &weights)?;
        export(folder, name, &model, &file)?;
    }
    // Shipped ones, of 16 and of 8 bits.
    let shelf = Path::new(env!("CARGO_MANIFEST_DIR")).join("pretrained");
    let file = fs::read(shelf.join("mnist-vae-2d/weights.safetensors"))?;
    export(folder, "shipped-mnist", &ModelFile::open(&file)?.model(&ModelSpec::mlp(&[]))?, &file)?;
    let family = Family::parse(&fs::read(shelf.join("digits-beta/card.json"))?)?;
    for (i, member) in family.members.iter().enumerate() {
        let file = fs::read(shelf.join("digits-beta").join(&member.weights))?;
        export(folder, &format!("shipped-digits-{i}"), &family.run_of(member).model, &file)?;
    }
    Ok(())
}

/// What the engine gives for a file that it has taken, and what it says of it.
fn export(folder: &Path, name: &str, model: &ModelSpec, file: &[u8]) -> Result<(), Failure> {
    let learner = loaded(model, file)?;
    let taken = format!("{name}.safetensors");
    fs::write(folder.join(&taken), block_on(learner.export()).map_err(said)?)?;
    let mut rng = Rng::new(23);
    let z: Vec<f32> = (0..5 * model.latent).map(|_| rng.normal()).collect();
    fs::write(folder.join(format!("{name}.py")), snippet(model, &taken, &z[..model.latent]))?;
    let x: Vec<u8> = (0..model.input.format().bytes()).map(|_| (rng.uniform() * 256.0) as u8).collect();
    let points: Vec<f32> = (0..8).map(|_| rng.normal()).collect();
    let decoded = block_on(learner.decode(&z)).map_err(said)?;
    let (x, mu, log_var) = match model.input {
        Input::Picture(_) => {
            let encoded = block_on(learner.encode(&x)).map_err(said)?;
            (json!(x.iter().map(|&x| f32::from(x) / 255.0).collect::<Vec<_>>()), encoded.mu, encoded.log_var)
        }
        Input::Point => (json!(points), block_on(learner.encode_points(&points)).map_err(said)?, Vec::new()),
    };
    let told = json!({
        "model": serde_json::to_string(model)?, "latent": model.latent, "width": model.input.width(),
        "z": z, "decoded": decoded, "x": x, "mu": mu, "log_var": log_var,
    });
    fs::write(folder.join(format!("{name}.json")), told.to_string())?;
    println!("{name}: {} parameters", Layout::new(model)?.len());
    Ok(())
}

/// Files `torch-*.safetensors` that PyTorch wrote, without metadata of ours.
fn read(folder: &Path) -> Result<(), Failure> {
    let mut compared = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with("torch-") || !name.ends_with(".safetensors") {
            continue;
        }
        let (file, told) = (fs::read(&path)?, fs::read(path.with_extension("json"))?);
        let told: Value = serde_json::from_slice(&told)?;
        let wanted: ModelSpec = serde_json::from_str(told["model"].as_str().unwrap_or_default())?;
        let open = ModelFile::open(&file)?;
        // Layers from names and shapes; the rest from whoever brings the file.
        let otherwise = ModelSpec { net: Net::Mlp { hidden: vec![1] }, latent: 1, ..wanted.clone() };
        let model = open.model(&otherwise)?;
        if model != wanted || open.says_its_model() {
            return Err(format!("{name}: recognised as {model:?} where {wanted:?} was written").into());
        }
        let [z, expected]: [Vec<f32>; 2] =
            [serde_json::from_value(told["z"].clone())?, serde_json::from_value(told["decoded"].clone())?];
        let learner = loaded(&model, &file)?;
        let decoded = block_on(learner.decode(&z)).map_err(said)?;
        let apart = decoded.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("{name}: decodings are at most {apart:.1e} apart");
        let near = decoded.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= TOLERANCE);
        if decoded.len() != expected.len() || !near {
            return Err(format!("{name}: {apart} apart").into());
        }
        compared += 1;
    }
    if compared == 0 { Err("no file torch-*.safetensors there".into()) } else { Ok(()) }
}

fn loaded(model: &ModelSpec, file: &[u8]) -> Result<BurnLearner, Failure> {
    let mut learner = BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() });
    learner.load(model, file).map_err(said)?;
    Ok(learner)
}

fn said(notice: Notice) -> Failure {
    format!("{:?}: {}", notice.kind, notice.detail).into()
}
