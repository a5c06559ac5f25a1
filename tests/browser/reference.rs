//! The decoder by hand: f64, one loop a layer, from the shipped file alone.

use safetensors::{Dtype, SafeTensors};

/// Pixel probabilities, 28 by 28, of the decoder of linear layers in `pretrained/MODEL` of the
/// built page.
pub fn decode(model: &str, z: [f64; 2]) -> Vec<f64> {
    let file = super::server::dist().join("pretrained").join(model).join("weights.safetensors");
    let bytes = std::fs::read(file).expect("the shipped weights");
    let file = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let mut layer = z.to_vec();
    for depth in 0.. {
        let Ok(weight) = file.tensor(&format!("decoder.{depth}.weight")) else { break };
        let bias = file.tensor(&format!("decoder.{depth}.bias")).expect("a bias beside each weight");
        if depth > 0 {
            layer.iter_mut().for_each(|x| *x = x.max(0.0));
        }
        layer = linear(&layer, &values(&weight), &values(&bias));
    }
    assert_eq!(layer.len(), 784, "the decoder ends in a picture");
    layer.into_iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect()
}

/// y = x·W + b, W row by row as [in, out].
fn linear(x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
    let mut y = bias.to_vec();
    for (x, row) in x.iter().zip(weight.chunks_exact(bias.len())) {
        y.iter_mut().zip(row).for_each(|(y, w)| *y += x * w);
    }
    y
}

fn values(tensor: &safetensors::tensor::TensorView<'_>) -> Vec<f64> {
    let bytes = tensor.data();
    match tensor.dtype() {
        Dtype::F32 => bytes.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect(),
        Dtype::F16 => bytes.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f64()).collect(),
        other => panic!("weights are f32 or f16, not {other:?}"),
    }
}
