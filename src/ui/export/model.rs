//! The model as the engine lays it out, its decoder as ONNX, and the program that opens the first in PyTorch.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::files::download;
use crate::data::model_file::ModelFile;
use crate::data::write::onnx;
use crate::spec::{ModelSpec, pytorch};
use crate::ui::desk::Desk;

/// The name of the file with the weights, which the Python program opens.
const WEIGHTS: &str = "latentscape-model.safetensors";

/// What is made of the engine's file.
#[derive(Clone, Copy, PartialEq)]
pub enum Made {
    Weights,
    Onnx,
    /// Decodes the handle's point.
    Python,
}

/// # Errors
/// For a file that is not what the engine should have given, or that the browser does not take.
pub fn save(desk: Desk, made: Made, file: &[u8]) -> Result<(), JsValue> {
    let opened = || ModelFile::open(file).map_err(|why| why.to_string());
    // The engine's files say their model.
    let unsaid = ModelSpec::mlp(&[]);
    match made {
        Made::Weights => download(WEIGHTS, "application/octet-stream", file),
        Made::Onnx => {
            let decoder = onnx::decoder(&opened()?, &unsaid).map_err(|why| why.to_string())?;
            download("latentscape-decoder.onnx", "application/octet-stream", &decoder)
        }
        Made::Python => {
            let model = opened()?.model(&unsaid).map_err(|why| why.to_string())?;
            let z = untrack(|| desk.z());
            download("latentscape-model.py", "text/x-python", pytorch::snippet(&model, WEIGHTS, &z).as_bytes())
        }
    }
}
