//! The model, its loss and Adam against PyTorch on the same weights, pictures and noise. The files are made by
//! `tests/reference/golden.py`; its README says what they hold and how far PyTorch's own 32-bit run is from them.
#![cfg(feature = "cpu")]

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use latentscape::engine::batches::reference_batch;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::nn::layout::Layout;
use latentscape::nn::vae::{Batch, Vae};
use latentscape::nn::weights;
use latentscape::protocol::{DeviceInfo, DeviceKind};
use latentscape::rng::Rng;
use latentscape::spec::{ModelSpec, PIXELS, TrainingSpec};
use latentscape::train::{Saved, Trainer};
use serde_json::Value;

struct Golden {
    file: Value,
    spec: ModelSpec,
    layout: Layout,
    device: Device,
}

impl Golden {
    fn open(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reference/{name}.json"));
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let spec: ModelSpec = serde_json::from_value(file["model"].clone()).unwrap();
        let layout = Layout::new(&spec).unwrap();
        Self { file, spec, layout, device: Device::flex() }
    }

    fn number(&self, path: &str) -> f64 {
        self.file.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {path}"))
    }

    fn numbers(&self, path: &str) -> Vec<f64> {
        let list = self.file.pointer(path).and_then(Value::as_array).unwrap_or_else(|| panic!("no list at {path}"));
        list.iter().map(|v| v.as_f64().unwrap()).collect()
    }

    fn batch(&self) -> usize {
        self.number("/batch") as usize
    }

    fn pictures(&self) -> Tensor<2> {
        let n = self.batch();
        Tensor::from_data(TensorData::new(reference_batch(n), [n, PIXELS]), &self.device)
    }

    /// ε[i, k] = 2·u₉(2i + k) − 1.
    fn noise(&self) -> Tensor<2> {
        let (n, mut rng) = (self.batch(), Rng::new(9));
        let noise: Vec<f32> = (0..n * 2).map(|_| (2.0 * rng.uniform() - 1.0) as f32).collect();
        Tensor::from_data(TensorData::new(noise, [n, 2]), &self.device)
    }

    fn weights(&self) -> Tensor<1> {
        let flat = weights::reference(&self.layout);
        Tensor::from_data(TensorData::new(flat, [self.layout.len()]), &self.device)
    }

    fn trainer(&self) -> Trainer {
        let saved = Saved::fresh(weights::reference(&self.layout));
        Trainer::resume(&self.spec, &TrainingSpec::reference(), &self.layout, saved, &self.device)
    }

    /// Norm and sampled entries of every parameter under `section`, against the flat vector `found`.
    fn check_samples(&self, section: &str, found: &[f32], relative: f64) {
        let section = self.file[section].as_object().unwrap();
        assert_eq!(section.len(), self.layout.parameters.len());
        // PyTorch's names stand in its own order; ours is the order of the layout.
        for (parameter, (ours, expected)) in self.layout.parameters.iter().zip(in_layout_order(section)) {
            let values = &found[parameter.range()];
            let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
            check(norm, expected["norm"].as_f64().unwrap(), relative, &format!("norm of {ours}"));
            for sample in expected["samples"].as_array().unwrap() {
                let at = sample[0].as_u64().unwrap() as usize;
                check(f64::from(values[at]), sample[1].as_f64().unwrap(), relative, &format!("{ours}[{at}]"));
            }
        }
    }
}

/// The golden names in the order in which `bench.md`'s rule counts them, which is the layout's.
fn in_layout_order(section: &serde_json::Map<String, Value>) -> Vec<(&String, &Value)> {
    const ORDER: [&str; 11] = ["c1", "c2", "e1", "e2", "mu", "lv", "d1", "d2", "d3", "t1", "t2"];
    let place = |name: &str| {
        let (layer, kind) = name.split_once('.').unwrap();
        (ORDER.iter().position(|l| *l == layer).unwrap(), usize::from(kind == "bias"))
    };
    let mut entries: Vec<_> = section.iter().collect();
    entries.sort_by_key(|(name, _)| place(name));
    entries
}

fn check(found: f64, expected: f64, relative: f64, what: &str) {
    let error = (found - expected).abs();
    assert!(error <= relative * expected.abs().max(1e-6), "{what}: {found} where PyTorch has {expected}");
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(tensor.into_data_async()).unwrap().try_to_vec().unwrap()
}

fn forward(name: &str) {
    let golden = Golden::open(name);
    let mut learner = BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() });
    learner.load_reference(&golden.spec).unwrap();
    let decoded = pollster::block_on(learner.decode(&[0.3, -0.7])).unwrap();
    let checksum: f64 = decoded.iter().enumerate().map(|(j, y)| f64::from(*y) * (j % 7 + 1) as f64).sum();
    check(checksum, golden.number("/decode/checksum"), 1e-6, "checksum of the decoding");

    let vae = Vae::from_flat(&golden.spec, &golden.layout, &golden.weights());
    let posterior = vae.encode(golden.pictures());
    for (found, path) in [(posterior.mu, "mu"), (posterior.log_var.unwrap(), "log_var")] {
        for (k, expected) in golden.numbers(&format!("/encode_picture_0/{path}")).into_iter().enumerate() {
            check(f64::from(read(found.clone())[k]), expected, 1e-5, path);
        }
    }
    let loss = vae.loss(&Batch::clean(golden.pictures(), golden.noise()));
    check(f64::from(read(loss.reconstruction)[0]), golden.number("/loss/reconstruction"), 1e-6, "reconstruction");
    check(f64::from(read(loss.penalty)[0]), golden.number("/loss/kl"), 1e-4, "KL");
}

fn training(name: &str, gradient_tolerance: f64) {
    let golden = Golden::open(name);
    let tracked = Vae::from_flat(&golden.spec, &golden.layout, &golden.weights()).tracked();
    let loss = tracked.loss(&Batch::clean(golden.pictures(), golden.noise()).autodiff());
    let mut gradients = (loss.reconstruction + loss.penalty).backward();
    golden.check_samples("gradients", &read(tracked.flat_gradients(&mut gradients)), gradient_tolerance);

    let mut trainer = golden.trainer();
    for (step, expected) in golden.numbers("/loss_curve").into_iter().enumerate() {
        let terms = read(trainer.step(Batch::clean(golden.pictures(), golden.noise())));
        check(f64::from(terms[0] + terms[1]), expected, 1e-5, &format!("loss of step {step}"));
        if step == 0 {
            golden.check_samples("after_one_adam_step", &read(trainer.state()[0].clone()), 1e-5);
        }
    }
}

#[test]
fn forward_passes_agree_with_pytorch() {
    for name in ["tiny-mlp", "tiny-conv", "mlp", "conv"] {
        forward(name);
    }
}

#[test]
fn gradients_adam_and_loss_curve_agree_with_pytorch() {
    training("tiny-mlp", 1e-4);
    training("tiny-conv", 1e-4);
}

#[test]
fn the_reference_perceptron_trains_as_in_pytorch() {
    training("mlp", 1e-4);
}

#[test]
fn gradients_agree_with_finite_differences() {
    let spec = ModelSpec::mlp(&[6]);
    let layout = Layout::new(&spec).unwrap();
    let device = Device::flex();
    let n = 4;
    let x = Tensor::<2>::from_data(TensorData::new(reference_batch(n), [n, PIXELS]), &device);
    let noise =
        Tensor::<2>::from_data(TensorData::new(vec![0.5f32, -1.0, 0.3, 1.2, -0.4, 0.9, 0.1, -0.7], [n, 2]), &device);
    let flat = weights::fresh(&layout, 11);
    let model = |flat: &[f32]| {
        Vae::from_flat(&spec, &layout, &Tensor::from_data(TensorData::new(flat.to_vec(), [flat.len()]), &device))
    };
    let total = |flat: &[f32]| {
        let loss = model(flat).loss(&Batch::clean(x.clone(), noise.clone()));
        f64::from(read(loss.reconstruction)[0]) + f64::from(read(loss.penalty)[0])
    };
    let tracked = model(&flat).tracked();
    let loss = tracked.loss(&Batch::clean(x.clone(), noise.clone()).autodiff());
    let gradient = read(tracked.flat_gradients(&mut (loss.reconstruction + loss.penalty).backward()));
    // Along the gradient itself, of each parameter alone: 32-bit losses of some 540 nats carry no finer difference.
    for parameter in &layout.parameters {
        let part = &gradient[parameter.range()];
        let norm = part.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        // Far enough to rise above the rounding of 540 nats, near enough that the slope is still straight.
        let step = (0.03 / norm).clamp(0.002, 0.1) / norm;
        let moved = |sign: f64| {
            let mut moved = flat.clone();
            for (value, g) in moved[parameter.range()].iter_mut().zip(part) {
                *value += (sign * step * f64::from(*g)) as f32;
            }
            total(&moved)
        };
        let slope = (moved(1.0) - moved(-1.0)) / (2.0 * step);
        let expected = norm * norm;
        let rounding = 2e-4 / step;
        let error = (slope - expected).abs();
        assert!(error < 0.03 * expected + rounding, "{}: {slope} against {expected}", parameter.name);
    }
}
