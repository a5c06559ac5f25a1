//! A model as PyTorch has it: its modules, the names and shapes of their tensors, and the few lines of Python that open an
//! exported file and decode a point.

use std::fmt::Write;

use super::{Activation, Format, Input, ModelSpec, Net, Objective, Sparsity};

/// One module of `torch.nn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    Linear {
        inputs: usize,
        outputs: usize,
    },
    /// Kernel 3, stride 2, padding 1.
    Conv {
        inputs: usize,
        outputs: usize,
    },
    /// Kernel 4, stride 2, padding 1.
    ConvTransposed {
        inputs: usize,
        outputs: usize,
    },
    Activation(Activation),
    Sigmoid,
    /// [n, c, s, s] → [n, c·s²].
    Flatten,
    /// The way back.
    Unflatten {
        channels: usize,
        side: usize,
    },
}

impl Module {
    /// Shapes of weight and bias as PyTorch has them, where there are any: [out, in] and [out] of a linear layer,
    /// [out, in, 3, 3] and [out] of a convolution, [in, out, 4, 4] and [out] of a transposed one.
    pub fn shapes(self) -> Option<[Vec<usize>; 2]> {
        match self {
            Self::Linear { inputs, outputs } => Some([vec![outputs, inputs], vec![outputs]]),
            Self::Conv { inputs, outputs } => Some([vec![outputs, inputs, 3, 3], vec![outputs]]),
            Self::ConvTransposed { inputs, outputs } => Some([vec![inputs, outputs, 4, 4], vec![outputs]]),
            Self::Activation(_) | Self::Sigmoid | Self::Flatten | Self::Unflatten { .. } => None,
        }
    }

    fn python(self) -> String {
        match self {
            Self::Linear { inputs, outputs } => format!("nn.Linear({inputs}, {outputs})"),
            Self::Conv { inputs, outputs } => format!("nn.Conv2d({inputs}, {outputs}, 3, stride=2, padding=1)"),
            Self::ConvTransposed { inputs, outputs } => {
                format!("nn.ConvTranspose2d({inputs}, {outputs}, 4, stride=2, padding=1)")
            }
            Self::Activation(Activation::Relu) => "nn.ReLU()".to_owned(),
            Self::Activation(Activation::Tanh) => "nn.Tanh()".to_owned(),
            Self::Activation(Activation::Gelu) => "nn.GELU()".to_owned(),
            Self::Activation(Activation::Silu) => "nn.SiLU()".to_owned(),
            Self::Sigmoid => "nn.Sigmoid()".to_owned(),
            Self::Flatten => "nn.Flatten()".to_owned(),
            Self::Unflatten { channels, side } => format!("nn.Unflatten(1, ({channels}, {side}, {side}))"),
        }
    }
}

/// A tensor of a `state_dict`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub shape: Vec<usize>,
}

/// An autoencoder as an `nn.Module`: two of `nn.Sequential`, and the heads between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    pub encoder: Vec<Module>,
    /// `mu`, and `log_var` where the model is variational.
    pub heads: Vec<(&'static str, Module)>,
    pub decoder: Vec<Module>,
}

impl Modules {
    /// A spec that cannot be run has modules too; only [`ModelSpec::flaw`] says that it cannot.
    pub fn of(model: &ModelSpec) -> Self {
        let act = Module::Activation(model.activation);
        let (encoder, mut decoder, inmost) = match &model.net {
            Net::Mlp { hidden } => {
                let widths: Vec<usize> = std::iter::once(model.input.width()).chain(hidden.iter().copied()).collect();
                let outwards: Vec<usize> = std::iter::once(model.latent).chain(widths.iter().rev().copied()).collect();
                (dense(&widths, act), dense(&outwards, act), widths[widths.len() - 1])
            }
            Net::Conv { channels: [outer, inner], hidden } => {
                let Format { side, channels } = model.input.format();
                // Two convolutions of stride 2.
                let side = side / 4;
                let flat = inner.saturating_mul(side.saturating_mul(side));
                let first = Module::Conv { inputs: channels, outputs: *outer };
                let second = Module::Conv { inputs: *outer, outputs: *inner };
                let mut encoder = vec![first, act, second, act, Module::Flatten];
                encoder.extend(dense(&[flat, *hidden], act));
                let mut decoder = dense(&[model.latent, *hidden, flat], act);
                decoder.extend([
                    Module::Unflatten { channels: *inner, side },
                    Module::ConvTransposed { inputs: *inner, outputs: *outer },
                    act,
                    Module::ConvTransposed { inputs: *outer, outputs: channels },
                    act,
                ]);
                (encoder, decoder, *hidden)
            }
        };
        // What is decoded is bent into 0..1 if it is a picture, and not at all if it is a point.
        decoder.pop();
        if model.input.is_picture() {
            decoder.push(Module::Sigmoid);
        }
        let head = Module::Linear { inputs: inmost, outputs: model.latent };
        let mut heads = vec![("mu", head)];
        if model.objective.is_variational() {
            heads.push(("log_var", head));
        }
        Self { encoder, heads, decoder }
    }

    /// The tensors of its `state_dict`: encoder, heads, decoder; weight before bias, which is also the order of the flat
    /// vector that the model is trained as.
    pub fn tensors(&self) -> Vec<Named> {
        let numbered = |part: &'static str, modules: &[Module]| -> Vec<(String, Module)> {
            modules.iter().enumerate().map(|(i, module)| (format!("{part}.{i}"), *module)).collect()
        };
        let heads = self.heads.iter().map(|(name, module)| ((*name).to_owned(), *module));
        let all = numbered("encoder", &self.encoder).into_iter().chain(heads).chain(numbered("decoder", &self.decoder));
        all.filter_map(|(name, module)| Some((name, module.shapes()?)))
            .flat_map(|(name, [weight, bias])| {
                [("weight", weight), ("bias", bias)].map(|(of, shape)| Named { name: format!("{name}.{of}"), shape })
            })
            .collect()
    }
}

/// Linear layers of these widths, each with the activation behind it.
fn dense(widths: &[usize], act: Module) -> Vec<Module> {
    widths.windows(2).flat_map(|pair| [Module::Linear { inputs: pair[0], outputs: pair[1] }, act]).collect()
}

/// Python that opens the exported `file` of this very model in PyTorch and decodes the point `z` of its latent space.
/// Coordinates that `z` does not give, or that are not finite, are 0.
pub fn snippet(model: &ModelSpec, file: &str, z: &[f32]) -> String {
    let mut text = String::new();
    // A string takes everything.
    let _ = write_snippet(&mut text, model, file, z);
    text
}

fn write_snippet(out: &mut String, model: &ModelSpec, file: &str, z: &[f32]) -> std::fmt::Result {
    let modules = Modules::of(model);
    let name = if model.objective.is_variational() { "VAE" } else { "Autoencoder" };
    writeln!(out, "# pip install torch safetensors")?;
    writeln!(out, "import torch\nfrom safetensors.torch import load_file\nfrom torch import nn\n\n")?;
    writeln!(out, "class {name}(nn.Module):\n    def __init__(self):\n        super().__init__()")?;
    sequential(out, "encoder", &modules.encoder)?;
    for (head, module) in &modules.heads {
        writeln!(out, "        self.{head} = {}", module.python())?;
    }
    sequential(out, "decoder", &modules.decoder)?;
    encode(out, model)?;
    let (what, shape) = match model.input {
        Input::Picture(Format { side, channels: 1 }) => {
            ("picture", format!(".reshape({side}, {side})  # 0 is paper, 1 is ink"))
        }
        Input::Picture(Format { side, channels }) => {
            ("picture", format!(".reshape({channels}, {side}, {side})  # red, green and blue in 0..1"))
        }
        Input::Point => ("point", "[0]  # x, y".to_owned()),
    };
    writeln!(out, "\n\nmodel = {name}()\nmodel.load_state_dict(load_file({}))", python_string(file))?;
    writeln!(out, "z = torch.tensor([[{}]])\nwith torch.no_grad():", coordinates(z, model.latent))?;
    writeln!(out, "    {what} = model.decoder(z){shape}")?;
    writeln!(out, "print({what})")
}

/// A line for each layer that has weights, and what follows it.
fn sequential(out: &mut String, name: &str, modules: &[Module]) -> std::fmt::Result {
    write!(out, "        self.{name} = nn.Sequential(")?;
    for module in modules {
        let gap = if module.shapes().is_some() { "\n            " } else { " " };
        write!(out, "{gap}{},", module.python())?;
    }
    writeln!(out, "{})", if modules.is_empty() { "" } else { "\n        " })
}

fn encode(out: &mut String, model: &ModelSpec) -> std::fmt::Result {
    let given = match model.input {
        Input::Picture(format) => format!("[n, {}] in 0..1", format.bytes()),
        Input::Point => "[n, 2]".to_owned(),
    };
    let Format { side, channels } = model.input.format();
    let seen = match model.net {
        Net::Mlp { .. } => "x".to_owned(),
        Net::Conv { .. } => format!("x.reshape(-1, {channels}, {side}, {side})"),
    };
    writeln!(out, "\n    def encode(self, x):  # {given}\n        h = self.encoder({seen})")?;
    match model.objective {
        Objective::Variational => writeln!(out, "        return self.mu(h), self.log_var(h)"),
        Objective::Sparse { penalty: Sparsity::Kl { .. } } => {
            writeln!(out, "        return torch.sigmoid(self.mu(h))")
        }
        Objective::Sparse { penalty: Sparsity::L1 } | Objective::Autoencoder | Objective::Denoising { .. } => {
            writeln!(out, "        return self.mu(h)")
        }
    }
}

/// Python reads JSON's strings as they are meant.
fn python_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn coordinates(z: &[f32], latent: usize) -> String {
    let given = z.iter().copied().map(|v| if v.is_finite() { v } else { 0.0 });
    let all = given.chain(std::iter::repeat(0.0)).take(latent);
    all.map(|v| format!("{v:?}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Likelihood;

    #[test]
    fn names_and_shapes_are_those_of_the_state_dict() {
        let of = |spec: &ModelSpec| -> Vec<String> {
            Modules::of(spec).tensors().iter().map(|t| format!("{} {:?}", t.name, t.shape)).collect()
        };
        assert_eq!(
            of(&ModelSpec { input: Input::Point, ..ModelSpec::mlp(&[8]) }),
            [
                "encoder.0.weight [8, 2]",
                "encoder.0.bias [8]",
                "mu.weight [2, 8]",
                "mu.bias [2]",
                "log_var.weight [2, 8]",
                "log_var.bias [2]",
                "decoder.0.weight [8, 2]",
                "decoder.0.bias [8]",
                "decoder.2.weight [2, 8]",
                "decoder.2.bias [2]",
            ]
        );
        let conv = ModelSpec { objective: Objective::Autoencoder, ..ModelSpec::reference_conv() };
        let weights: Vec<String> = of(&conv).into_iter().step_by(2).collect();
        assert_eq!(
            weights,
            [
                "encoder.0.weight [32, 1, 3, 3]",
                "encoder.2.weight [64, 32, 3, 3]",
                "encoder.5.weight [128, 3136]",
                "mu.weight [2, 128]",
                "decoder.0.weight [128, 2]",
                "decoder.2.weight [3136, 128]",
                "decoder.5.weight [64, 32, 4, 4]",
                "decoder.7.weight [32, 1, 4, 4]",
            ]
        );
    }

    #[test]
    fn the_python_of_a_perceptron_is_as_one_would_write_it() {
        let text = snippet(&ModelSpec::reference_mlp(), "model.safetensors", &[0.3, -0.7]);
        assert_eq!(text, include_str!("../../tests/reference/snippets/mlp.py"));
    }

    #[test]
    fn the_python_of_convolutions_is_as_one_would_write_it() {
        let spec = ModelSpec {
            objective: Objective::Sparse { penalty: Sparsity::Kl { target: 0.1 } },
            activation: Activation::Gelu,
            latent: 4,
            ..ModelSpec::reference_conv()
        };
        let text = snippet(&spec, "a \"model\".safetensors", &[1.5, f32::NAN]);
        assert_eq!(text, include_str!("../../tests/reference/snippets/conv.py"));
    }

    #[test]
    fn a_model_of_points_without_a_layer_prints_too() {
        let spec = ModelSpec {
            input: Input::Point,
            likelihood: Likelihood::Gaussian { deviation: 0.1 },
            latent: 1,
            ..ModelSpec::mlp(&[])
        };
        let text = snippet(&spec, "m.safetensors", &[]);
        assert!(text.contains("self.encoder = nn.Sequential()\n"), "{text}");
        assert!(text.contains("nn.Linear(1, 2),\n        )") && text.contains("z = torch.tensor([[0.0]])"), "{text}");
    }
}
