//! A decoder as ONNX, read by a crate that is not the one that writes it and worked out operator by operator as the standard
//! says, decodes what the engine does. Against ONNX Runtime itself: `tests/reference/check_onnx.py`.
#![cfg(feature = "cpu")]

use std::collections::HashMap;

use burn::tensor::Device;
use latentscape::data::model_file::{MODEL_KEY, ModelFile, RUN_KEY};
use latentscape::data::write::onnx;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::nn::exchange::to_file;
use latentscape::nn::layout::Layout;
use latentscape::nn::weights::fresh;
use latentscape::protocol::{DeviceInfo, DeviceKind};
use latentscape::spec::presets::Preset;
use latentscape::spec::{Activation, Format, Input, Likelihood, ModelSpec, Net, Objective};
use onnx_rs::ast::{Dimension, Graph, Node, TypeValue, ValueInfo};
use pollster::block_on;

#[derive(Clone)]
struct Array {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// What the graph gives for points `z`, [n, latent].
fn run(graph: &Graph, z: Array) -> Array {
    let mut known: HashMap<&str, Array> = HashMap::from([("z", z)]);
    for constant in &graph.initializer {
        let shape = constant.dims().iter().map(|&length| length as usize).collect();
        let whole = constant.as_i64().map(|values| values.iter().map(|&v| v as f32).collect());
        let values = whole.unwrap_or_else(|| constant.as_f32().unwrap().to_vec());
        known.insert(constant.name(), Array { shape, values });
    }
    for node in &graph.node {
        let given: Vec<&Array> = node.input.iter().map(|name| &known[name]).collect();
        let gives = work(node, &given);
        assert!(known.insert(node.output[0], gives).is_none(), "{} is given twice", node.output[0]);
    }
    known.remove("x").unwrap()
}

fn work(node: &Node, given: &[&Array]) -> Array {
    let each = |f: &dyn Fn(f32) -> f32| Array {
        shape: given[0].shape.clone(),
        values: given[0].values.iter().map(|&v| f(v)).collect(),
    };
    let pair = |f: &dyn Fn(f32, f32) -> f32| {
        let other = &given[1].values;
        let values = given[0].values.iter().enumerate().map(|(i, &v)| f(v, other[i % other.len()])).collect();
        Array { shape: given[0].shape.clone(), values }
    };
    match node.op_type.as_str() {
        "Relu" => each(&|v| v.max(0.0)),
        "Tanh" => each(&f32::tanh),
        "Sigmoid" => each(&|v| 1.0 / (1.0 + (-v).exp())),
        "Erf" => each(&erf),
        "Identity" => given[0].clone(),
        "Mul" => pair(&|a, b| a * b),
        "Add" => pair(&|a, b| a + b),
        "Gemm" => gemm(node, given),
        "Reshape" => {
            let lengths = given[1].values.iter().enumerate();
            let shape = lengths.map(|(i, &v)| if v == 0.0 { given[0].shape[i] } else { v as usize }).collect();
            Array { shape, values: given[0].values.clone() }
        }
        "ConvTranspose" => deconvolved(node, given),
        other => panic!("{other} is not for decoders"),
    }
}

fn ints(node: &Node, name: &str) -> Vec<i64> {
    let found = node.attribute.iter().find(|attribute| attribute.name == name).unwrap();
    if found.ints.is_empty() { vec![found.i] } else { found.ints.clone() }
}

fn gemm(node: &Node, given: &[&Array]) -> Array {
    assert_eq!(ints(node, "transB"), [1]);
    let [n, inputs] = given[0].shape[..] else { panic!("{:?}", given[0].shape) };
    let outputs = given[1].shape[0];
    assert_eq!((given[1].shape[1], &given[2].shape[..]), (inputs, &[outputs][..]));
    let mut values = Vec::new();
    for row in given[0].values.chunks(inputs) {
        for (weights, bias) in given[1].values.chunks(inputs).zip(&given[2].values) {
            values.push(bias + row.iter().zip(weights).map(|(a, b)| a * b).sum::<f32>());
        }
    }
    Array { shape: vec![n, outputs], values }
}

/// Each input times the kernel is added where it lies in the output: place·stride + offset − padding.
fn deconvolved(node: &Node, given: &[&Array]) -> Array {
    let (kernel, stride, pads) = (ints(node, "kernel_shape"), ints(node, "strides"), ints(node, "pads"));
    let [n, inputs, high, wide] = given[0].shape[..] else { panic!("{:?}", given[0].shape) };
    let [_, outputs, k, _] = given[1].shape[..] else { panic!("{:?}", given[1].shape) };
    assert_eq!((&kernel[..], inputs), (&[k as i64; 2][..], given[1].shape[0]));
    let length = |side: usize, axis: usize| {
        (stride[axis] * (side as i64 - 1) + kernel[axis] - pads[axis] - pads[axis + 2]) as usize
    };
    let (tall, broad) = (length(high, 0), length(wide, 1));
    let mut values: Vec<f32> =
        (0..n * outputs * tall * broad).map(|i| given[2].values[i / (tall * broad) % outputs]).collect();
    for (at, &v) in given[0].values.iter().enumerate() {
        let (x, y, c, i) = (at % wide, at / wide % high, at / (wide * high) % inputs, at / (wide * high * inputs));
        for o in 0..outputs {
            for (dy, dx) in (0..k * k).map(|d| (d / k, d % k)) {
                let to = [y as i64 * stride[0] + dy as i64 - pads[0], x as i64 * stride[1] + dx as i64 - pads[1]];
                if (0..tall as i64).contains(&to[0]) && (0..broad as i64).contains(&to[1]) {
                    let weight = given[1].values[((c * outputs + o) * k + dy) * k + dx];
                    values[((i * outputs + o) * tall + to[0] as usize) * broad + to[1] as usize] += v * weight;
                }
            }
        }
    }
    Array { shape: vec![n, outputs, tall, broad], values }
}

/// By its series, which is exact enough where it is not yet ±1.
fn erf(x: f32) -> f32 {
    let x = f64::from(x);
    if x.abs() > 4.0 {
        return x.signum() as f32;
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..80 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    (sum * std::f64::consts::FRAC_2_SQRT_PI) as f32
}

/// Lengths, nothing where one is free.
fn lengths(value: &ValueInfo) -> Vec<Option<i64>> {
    let Some(TypeValue::Tensor(tensor)) = value.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        panic!("no type")
    };
    let length = |dim: &Dimension| if let Dimension::Value(length) = dim { Some(*length) } else { None };
    tensor.shape.as_ref().unwrap().dim.iter().map(|dim| length(&dim.value)).collect()
}

fn learner() -> BurnLearner {
    BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}

#[test]
fn every_kind_of_decoder_decodes_as_the_engine_does() {
    let point = ModelSpec {
        input: Input::Point,
        likelihood: Likelihood::Gaussian { deviation: 0.1 },
        ..ModelSpec::mlp(&[12, 9])
    };
    let conv = ModelSpec::of(Net::Conv { channels: [3, 4], hidden: 6 });
    let colour = ModelSpec { input: Input::Picture(Format { side: 32, channels: 3 }), ..conv.clone() };
    let nets = [ModelSpec::mlp(&[]), ModelSpec::mlp(&[14, 10]), conv, colour, point];
    let mut rng = latentscape::rng::Rng::new(3);
    for (net, activation, objective) in nets.iter().flat_map(|net| {
        let kinds = [Objective::Variational, Objective::Autoencoder];
        Activation::ALL.into_iter().flat_map(move |activation| kinds.map(move |objective| (net, activation, objective)))
    }) {
        let spec = ModelSpec { activation, objective, latent: 3, ..net.clone() };
        let layout = Layout::new(&spec).unwrap();
        // Biases too, or nobody would miss them.
        let weights: Vec<f32> = fresh(&layout, 5).iter().map(|w| 2.0 * w + 0.1 * rng.normal()).collect();
        let file = to_file(&spec, None, &layout, &weights).unwrap();
        let mut engine = learner();
        engine.load(&spec, &file).unwrap();
        let z: Vec<f32> = (0..4 * spec.latent).map(|_| rng.normal()).collect();
        let expected = block_on(engine.decode(&z)).unwrap();

        let written = onnx::decoder(&ModelFile::open(&file).unwrap(), &ModelSpec::mlp(&[])).unwrap();
        let model = onnx_rs::parse(&written).unwrap();
        let graph = model.graph.as_ref().unwrap();
        let found = run(graph, Array { shape: vec![4, spec.latent], values: z });
        assert_eq!(lengths(&graph.input[0]), [None, Some(3)]);
        let declared = lengths(&graph.output[0]);
        assert_eq!(declared[1..], found.shape[1..].iter().map(|&l| Some(l as i64)).collect::<Vec<_>>());
        assert_eq!((declared[0], found.values.len()), (None, expected.len()));
        let apart = found.values.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-4, "{apart} apart: {spec:?}");
        let told: ModelSpec = serde_json::from_str(model.metadata_props[0].value).unwrap();
        assert_eq!((model.metadata_props[0].key, told), (MODEL_KEY, spec));
    }
}

#[test]
fn the_run_that_made_it_is_in_the_metadata_and_a_broken_file_is_refused() {
    let run = Preset::Moons.spec();
    let mut engine = learner();
    engine.begin(&run).unwrap();
    let file = block_on(engine.export()).unwrap();
    let plain = ModelSpec::mlp(&[]);
    let written = onnx::decoder(&ModelFile::open(&file).unwrap(), &plain).unwrap();
    let model = onnx_rs::parse(&written).unwrap();
    assert_eq!(model.metadata_props[0].key, RUN_KEY);
    assert_eq!(serde_json::from_str::<latentscape::spec::RunSpec>(model.metadata_props[0].value).unwrap(), run);
    let head = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let mut wild = file.clone();
    // Every number NaN.
    wild[head..].fill(0xff);
    assert!(onnx::decoder(&ModelFile::open(&wild).unwrap(), &plain).is_err());
}
