//! The decoder of a model file as ONNX: points `z`, float32 [n, latent], in; `x` out, as the decoder's last module gives it,
//! pictures in 0..1. Operators of opset 17 alone, so that runtimes of the last years open it.

mod proto;

use prost::Message;

use self::proto::{
    Attribute, Dimension, Entry, FLOAT, Graph, INT, INT64, INTS, Model, Node, OperatorSet, Shape, Tensor, TensorType,
    Type, Value,
};
use crate::data::model_file::{MODEL_KEY, ModelFile, ModelFileError, RUN_KEY};
use crate::spec::pytorch::{Module, Modules};
use crate::spec::{Activation, ModelSpec};

/// The version of the format that goes with [`OPSET`].
const IR: i64 = 8;
const OPSET: i64 = 17;

/// How many points are decoded at once is free.
const MANY: &str = "n";

/// The decoder of `file`, with what the file says of its model in the metadata. What it does not say is as in `otherwise`.
///
/// # Errors
/// What [`ModelFile::model`] and [`ModelFile::values`] say.
pub fn decoder(file: &ModelFile, otherwise: &ModelSpec) -> Result<Vec<u8>, ModelFileError> {
    let model = file.model(otherwise)?;
    let modules = Modules::of(&model);
    let mut net = Net::default();
    // In a file they may be numbered otherwise.
    for (tensor, name) in modules.tensors().into_iter().zip(file.names_of(&model)?) {
        if tensor.name.starts_with("decoder.") {
            let values = file.values(&name)?;
            net.constant(&tensor.name, &tensor.shape, FLOAT, values.iter().flat_map(|v| v.to_le_bytes()));
        }
    }
    let mut shape = vec![model.latent];
    let input = value("z", &shape);
    let mut x = "z".to_owned();
    for (i, module) in modules.decoder.iter().enumerate() {
        (x, shape) = net.module(&format!("decoder.{i}"), *module, x, shape);
    }
    net.node("x", "Identity", &[&x], Vec::new());
    let graph = Graph {
        node: net.nodes,
        name: "decoder".to_owned(),
        initializer: net.constants,
        input: vec![input],
        output: vec![value("x", &shape)],
    };
    let (key, text) = match file.run()? {
        Some(run) => (RUN_KEY, serde_json::to_string(&run)),
        None => (MODEL_KEY, serde_json::to_string(&model)),
    };
    let text = text.map_err(|e| ModelFileError::Spec { key, why: e.to_string() })?;
    let model = Model {
        ir_version: IR,
        producer_name: "Latentscape".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
        metadata_props: vec![Entry { key: key.to_owned(), value: text }],
    };
    Ok(model.encode_to_vec())
}

/// A graph in the making. A node has the name of what it gives.
#[derive(Default)]
struct Net {
    nodes: Vec<Node>,
    constants: Vec<Tensor>,
}

impl Net {
    /// Lets `x`, of `shape` without the points' own length, through a module: what comes of it, and its shape.
    fn module(&mut self, name: &str, module: Module, x: String, shape: Vec<usize>) -> (String, Vec<usize>) {
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let shape = match module {
            Module::Linear { outputs, .. } => {
                self.node(name, "Gemm", &[&x, &weight, &bias], vec![int("transB", 1)]);
                vec![outputs]
            }
            Module::ConvTransposed { outputs, .. } => {
                let how = vec![ints("kernel_shape", &[4, 4]), ints("strides", &[2, 2]), ints("pads", &[1, 1, 1, 1])];
                self.node(name, "ConvTranspose", &[&x, &weight, &bias], how);
                let sides = shape.iter().skip(1).map(|side| side * 2);
                std::iter::once(outputs).chain(sides).collect()
            }
            Module::Unflatten { channels, side } => {
                let shape = vec![channels, side, side];
                self.reshape(name, &x, &shape);
                shape
            }
            Module::Activation(activation) => {
                self.activation(name, activation, &x);
                shape
            }
            Module::Sigmoid => {
                self.node(name, "Sigmoid", &[&x], Vec::new());
                shape
            }
            // Modules of encoders.
            Module::Conv { .. } | Module::Flatten => return (x, shape),
        };
        (name.to_owned(), shape)
    }

    fn activation(&mut self, name: &str, activation: Activation, x: &str) {
        match activation {
            Activation::Relu => self.node(name, "Relu", &[x], Vec::new()),
            Activation::Tanh => self.node(name, "Tanh", &[x], Vec::new()),
            Activation::Silu => {
                let sigmoid = format!("{name}.sigmoid");
                self.node(&sigmoid, "Sigmoid", &[x], Vec::new());
                self.node(name, "Mul", &[x, &sigmoid], Vec::new());
            }
            // x·(1 + erf(x/√2))/2; an operator of its own came with opset 20.
            Activation::Gelu => {
                let [slope, one, weight] =
                    [std::f32::consts::FRAC_1_SQRT_2, 1.0, 0.5].map(|number| self.number(number));
                let [scaled, erf, risen, half] =
                    &["scaled", "erf", "risen", "half"].map(|part| format!("{name}.{part}"));
                self.node(scaled, "Mul", &[x, &slope], Vec::new());
                self.node(erf, "Erf", &[scaled], Vec::new());
                self.node(risen, "Add", &[erf, &one], Vec::new());
                self.node(half, "Mul", &[x, &weight], Vec::new());
                self.node(name, "Mul", &[half, risen], Vec::new());
            }
        }
    }

    fn reshape(&mut self, name: &str, x: &str, shape: &[usize]) {
        let to = format!("{name}.shape");
        // 0 leaves the points' own length as it is.
        let lengths = std::iter::once(0).chain(shape.iter().map(|&length| length as i64));
        let bytes: Vec<u8> = lengths.flat_map(i64::to_le_bytes).collect();
        self.constant(&to, &[shape.len() + 1], INT64, bytes);
        self.node(name, "Reshape", &[x, &to], Vec::new());
    }

    /// The name of a number that stands by itself.
    fn number(&mut self, number: f32) -> String {
        let name = number.to_string();
        if !self.constants.iter().any(|constant| constant.name == name) {
            self.constant(&name, &[], FLOAT, number.to_le_bytes());
        }
        name
    }

    fn constant(&mut self, name: &str, shape: &[usize], data_type: i32, bytes: impl IntoIterator<Item = u8>) {
        let dims = shape.iter().map(|&length| length as i64).collect();
        self.constants.push(Tensor { dims, data_type, name: name.to_owned(), raw_data: bytes.into_iter().collect() });
    }

    fn node(&mut self, name: &str, op_type: &str, input: &[&str], attribute: Vec<Attribute>) {
        self.nodes.push(Node {
            input: input.iter().map(|&name| name.to_owned()).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: op_type.to_owned(),
            attribute,
        });
    }
}

fn int(name: &str, i: i64) -> Attribute {
    Attribute { name: name.to_owned(), i: Some(i), ints: Vec::new(), kind: INT }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.to_owned(), i: None, ints: ints.to_vec(), kind: INTS }
}

/// float32, of any length and of `shape` then.
fn value(name: &str, shape: &[usize]) -> Value {
    let many = Dimension { dim_value: None, dim_param: Some(MANY.to_owned()) };
    let fixed = shape.iter().map(|&length| Dimension { dim_value: Some(length as i64), dim_param: None });
    let shape = Shape { dim: std::iter::once(many).chain(fixed).collect() };
    let tensor = TensorType { elem_type: FLOAT, shape: Some(shape) };
    Value { name: name.to_owned(), r#type: Some(Type { tensor: Some(tensor) }) }
}
