//! Every objective's loss, gradients, first step and 200 steps against PyTorch's, from the same weights, data, noise and
//! masks. `tests/reference/objectives.py` makes the file and says what is in it.
#![cfg(feature = "cpu")]

use burn::tensor::{Device, Tensor, TensorData};
use latentscape::nn::layout::Layout;
use latentscape::nn::vae::{Batch, Vae};
use latentscape::nn::weights;
use latentscape::rng::Rng;
use latentscape::spec::{Input, ModelSpec, Net, Objective, Schedule, TrainingSpec};
use latentscape::train::{Saved, Trainer};
use serde_json::Value;

const ROWS: usize = 8;

struct Case {
    name: String,
    file: Value,
    spec: ModelSpec,
    training: TrainingSpec,
    layout: Layout,
    device: Device,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/objectives.json");
    let file: serde_json::Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let case = |(name, file): (String, Value)| {
        let spec: ModelSpec = serde_json::from_value(file["model"].clone()).unwrap();
        let beta = file["training"]["beta"].as_f64().unwrap() as f32;
        let schedule = file["training"].get("schedule");
        let schedule = schedule.map_or(Schedule::Constant, |s| serde_json::from_value(s.clone()).unwrap());
        let training = TrainingSpec { beta, schedule, batch: ROWS, ..TrainingSpec::default() };
        Case { name, layout: Layout::new(&spec).unwrap(), file, spec, training, device: Device::flex() }
    };
    file.into_iter().map(case).collect()
}

impl Case {
    fn tensor(&self, values: Vec<f32>) -> Tensor<2> {
        let columns = values.len() / ROWS;
        Tensor::from_data(TensorData::new(values, [ROWS, columns]), &self.device)
    }

    /// `count` numbers of the stream `seed`.
    fn stream(seed: u32, count: usize) -> impl Iterator<Item = f64> {
        let mut rng = Rng::new(seed);
        (0..count).map(move |_| rng.uniform())
    }

    fn batch(&self) -> Batch {
        let target: Vec<f32> = match self.spec.input {
            Input::Picture(_) => self.pictures(),
            Input::Point => Self::stream(8, 2 * ROWS).map(|u| (4.0 * u - 2.0) as f32).collect(),
        };
        let input = match self.spec.objective {
            Objective::Denoising { .. } => {
                let noise = Self::stream(10, target.len()).map(|u| (0.3 * (2.0 * u - 1.0)) as f32);
                target.iter().zip(noise).map(|(x, noise)| (x + noise).clamp(0.0, 1.0)).collect()
            }
            Objective::Variational | Objective::Autoencoder | Objective::Sparse { .. } => target.clone(),
        };
        let noise = Self::stream(9, ROWS * self.spec.latent).map(|u| (2.0 * u - 1.0) as f32).collect();
        Batch { input: self.tensor(input), target: self.tensor(target), noise: self.tensor(noise), masks: self.masks() }
    }

    fn pictures(&self) -> Vec<f32> {
        let width = self.spec.input.width();
        let columns: Vec<f64> = Self::stream(7, width).collect();
        let values = Self::stream(8, ROWS * width).enumerate();
        values.map(|(i, value)| (value * columns[i % width]) as f32).collect()
    }

    fn masks(&self) -> Vec<Tensor<2>> {
        let (Net::Mlp { hidden }, true) = (&self.spec.net, self.spec.dropout > 0) else { return Vec::new() };
        let share = f64::from(self.spec.dropout) / 100.0;
        let mask = |(layer, &units): (usize, &usize)| {
            let kept = |u: f64| if u >= share { (1.0 / (1.0 - share)) as f32 } else { 0.0 };
            self.tensor(Self::stream(20 + layer as u32, ROWS * units).map(kept).collect())
        };
        hidden.iter().chain(hidden.iter().rev()).enumerate().map(mask).collect()
    }

    fn trainer(&self) -> Trainer {
        let saved = Saved::fresh(weights::reference(&self.layout));
        Trainer::resume(&self.spec, &self.training, &self.layout, saved, &self.device)
    }

    fn check(&self, found: f64, expected: &Value, within: f64, what: &str) {
        let expected = expected.as_f64().unwrap();
        let error = (found - expected).abs();
        assert!(
            error <= within,
            "{}: {what} is {found} where PyTorch has {expected}, more than {within} off",
            self.name
        );
    }
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(tensor.into_data_async()).unwrap().try_to_vec().unwrap()
}

/// 1e-5 of the value, and of a penalty that is a difference of larger numbers 1e-7 of those.
#[test]
fn losses_are_pytorchs() {
    for case in cases() {
        let mut trainer = case.trainer();
        let weight = trainer.weight();
        let terms = read(trainer.step(case.batch()));
        let total = terms[0] + weight * terms[1];
        for ((found, expected), what) in [terms[0], terms[1], total]
            .iter()
            .zip(case.file["terms"].as_array().unwrap())
            .zip(["reconstruction", "penalty", "total"])
        {
            let within = 1e-5 * expected.as_f64().unwrap().abs() + 1e-7;
            case.check(f64::from(*found), expected, within, what);
        }
        let norm = case.file["norm"].as_f64().unwrap();
        case.check(f64::from(terms[2]), &case.file["norm"], 1e-5 * norm, "the norm of the gradient");
    }
}

/// Every entry to 1e-5 of the norm of its parameter's gradient, and that norm to 1e-5 of itself.
#[test]
fn gradients_are_pytorchs() {
    for case in cases() {
        let flat = Tensor::<1>::from_data(
            TensorData::new(weights::reference(&case.layout), [case.layout.len()]),
            &case.device,
        );
        let tracked = Vae::from_flat(&case.spec, &case.layout, &flat).tracked();
        let loss = tracked.loss(&case.batch().autodiff());
        let total = match case.spec.objective.has_penalty() {
            true => loss.reconstruction + loss.penalty * case.trainer().weight(),
            false => loss.reconstruction,
        };
        let gradient = read(tracked.flat_gradients(&mut total.backward()));
        for (parameter, expected) in case.layout.parameters.iter().zip(case.file["gradients"].as_array().unwrap()) {
            let values = &gradient[parameter.range()];
            let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
            let within = 1e-5 * expected["norm"].as_f64().unwrap() + 1e-9;
            case.check(norm, &expected["norm"], within, &parameter.name);
            for sample in expected["samples"].as_array().unwrap() {
                let at = sample[0].as_u64().unwrap() as usize;
                case.check(f64::from(values[at]), &sample[1], within, &format!("{}[{at}]", parameter.name));
            }
        }
    }
}

#[test]
fn a_run_of_200_steps_follows_pytorchs_within_a_hundredth() {
    for case in cases() {
        let mut trainer = case.trainer();
        let batch = case.batch();
        let curve = case.file["curve"].as_array().unwrap();
        let mut after = None;
        for (step, expected) in curve.iter().enumerate() {
            let weight = if case.spec.objective.has_penalty() { trainer.weight() } else { 0.0 };
            let terms = read(trainer.step(batch.clone()));
            let within = 0.01 * expected.as_f64().unwrap();
            case.check(f64::from(terms[0] + weight * terms[1]), expected, within, &format!("the loss of step {step}"));
            after.get_or_insert_with(|| read(trainer.state().remove(0)));
        }
        let after = after.unwrap();
        for (parameter, expected) in case.layout.parameters.iter().zip(case.file["after"].as_array().unwrap()) {
            for sample in expected.as_array().unwrap() {
                let at = sample[0].as_u64().unwrap() as usize;
                case.check(
                    f64::from(after[parameter.range()][at]),
                    &sample[1],
                    1e-6,
                    &format!("{}[{at}]", parameter.name),
                );
            }
        }
    }
}
