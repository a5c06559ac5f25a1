//! What a training step is given. All of it depends on the seed and the step alone, so that a run goes on elsewhere as it
//! would have here.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::data::{digits, points, shapes};
use crate::nn::layout::inner_side;
use crate::nn::vae::Batch;
use crate::protocol::{Notice, NoticeKind};
use crate::rng::Rng;
use crate::spec::{Corruption, DataSpec, Format, Input, ModelSpec, Net, Objective, PIXELS, RunSpec, TrainingSpec};

/// Held-out data of a run on generated data.
const HELD_OUT: usize = 2000;

/// Labels of the independent streams that one seed is split into.
const ORDER_STREAM: u32 = 0x4F52_4400;
const NOISE_STREAM: u32 = 0x4E4F_4900;
const MASK_STREAM: u32 = 0x4D41_5300;
const SPOIL_STREAM: u32 = 0x5350_4F00;
const HELD_OUT_STREAM: u32 = 0x4845_4C44;

/// A sector is a quarter of the picture's side wide.
const SECTORS: usize = 4;

/// Where a step's data, noise and masks come from.
pub enum Batches {
    Shuffled {
        set: Arc<Set>,
        seed: u32,
        epoch: Option<u32>,
        order: Vec<usize>,
    },
    /// The benchmark's one batch, uploaded once.
    Fixed(Box<Tensor<2>>),
}

impl Batches {
    pub fn shuffled(set: Arc<Set>, seed: u32) -> Self {
        Self::Shuffled { set, seed, epoch: None, order: Vec::new() }
    }

    pub fn take(&mut self, step: u32, model: &ModelSpec, training: &TrainingSpec, device: &Device) -> Batch {
        let rows = training.batch;
        let seed = match self {
            Self::Fixed(_) => 0,
            Self::Shuffled { seed, .. } => *seed,
        };
        let noise = noise(seed, step, rows * model.latent);
        let noise = Tensor::from_data(TensorData::new(noise, [rows, model.latent]), device);
        let masks = masks(seed, step, rows, model, device);
        match self {
            Self::Fixed(x) => Batch { masks, ..Batch::clean(Tensor::clone(x), noise) },
            Self::Shuffled { set, seed, epoch, order } => {
                let clean = next(set, *seed, step, rows, epoch, order);
                let tensor =
                    |values: Vec<f32>| Tensor::from_data(TensorData::new(values, [rows, model.input.width()]), device);
                let input = tensor(shown(&clean, model, *seed, step));
                Batch { input, target: tensor(clean), noise, masks }
            }
        }
    }
}

/// The data of a step, out of an order that is another one in every pass over the set.
fn next(set: &Set, seed: u32, step: u32, rows: usize, epoch: &mut Option<u32>, order: &mut Vec<usize>) -> Vec<f32> {
    let per_epoch = (set.len() / rows).max(1);
    let now = step / per_epoch as u32;
    if *epoch != Some(now) {
        *order = (0..set.len()).collect();
        Rng::stream(seed, ORDER_STREAM.wrapping_add(now)).shuffle(order);
        *epoch = Some(now);
    }
    let start = step as usize % per_epoch * rows;
    let mut values = Vec::new();
    set.batch(&order[start..start + rows], &mut values);
    values
}

/// Standard normal numbers of a step.
fn noise(seed: u32, step: u32, count: usize) -> Vec<f32> {
    let mut rng = Rng::stream(seed, NOISE_STREAM.wrapping_add(step));
    (0..count).map(|_| rng.normal()).collect()
}

/// What dropout multiplies units with: nothing of those that are left out, and as much more of the others that the mean
/// stays. One mask for each dense hidden layer, in the order in which data pass.
fn masks(seed: u32, step: u32, rows: usize, model: &ModelSpec, device: &Device) -> Vec<Tensor<2>> {
    if model.dropout == 0 {
        return Vec::new();
    }
    let left_out = f64::from(model.dropout.min(99)) / 100.0;
    let kept = (1.0 / (1.0 - left_out)) as f32;
    let mut rng = Rng::stream(seed, MASK_STREAM.wrapping_add(step));
    let mut mask = |units: usize| {
        let values = (0..rows * units).map(|_| if rng.uniform() < left_out { 0.0 } else { kept }).collect::<Vec<f32>>();
        Tensor::from_data(TensorData::new(values, [rows, units]), device)
    };
    hidden_units(model).into_iter().map(&mut mask).collect()
}

/// Units of the dense hidden layers, encoder and decoder.
fn hidden_units(model: &ModelSpec) -> Vec<usize> {
    match &model.net {
        Net::Mlp { hidden } => hidden.iter().chain(hidden.iter().rev()).copied().collect(),
        Net::Conv { channels, hidden } => {
            let inner = inner_side(model.input.format().side);
            vec![*hidden, *hidden, channels[1] * inner * inner]
        }
    }
}

/// What an encoder is shown of data, [n, width], in a step.
pub fn shown(clean: &[f32], model: &ModelSpec, seed: u32, step: u32) -> Vec<f32> {
    match model.objective {
        Objective::Denoising { corruption } => spoilt(clean, model.input, corruption, seed, step),
        Objective::Variational | Objective::Autoencoder | Objective::Sparse { .. } => clean.to_vec(),
    }
}

fn spoilt(clean: &[f32], input: Input, corruption: Corruption, seed: u32, step: u32) -> Vec<f32> {
    let mut rng = Rng::stream(seed, SPOIL_STREAM.wrapping_add(step));
    let mut out = clean.to_vec();
    match corruption {
        Corruption::Gaussian { deviation } => {
            for value in &mut out {
                *value += deviation * rng.normal();
                if input.is_picture() {
                    *value = value.clamp(0.0, 1.0);
                }
            }
        }
        Corruption::SaltAndPepper { share } => {
            for value in &mut out {
                if rng.uniform() < f64::from(share) {
                    *value = if rng.uniform() < 0.5 { 0.0 } else { 1.0 };
                }
            }
        }
        Corruption::Sectors { share } => {
            for datum in out.chunks_exact_mut(input.width()) {
                let gone: [bool; SECTORS * SECTORS] = std::array::from_fn(|_| rng.uniform() < f64::from(share));
                for (i, value) in datum.iter_mut().enumerate() {
                    let sector = match input {
                        Input::Picture(format) => sector(format, i),
                        Input::Point => i,
                    };
                    if gone[sector] {
                        *value = 0.0;
                    }
                }
            }
        }
    }
    out
}

/// The sector in which a value of a picture lies: of each channel the same ones go.
fn sector(format: Format, i: usize) -> usize {
    let (side, pixel) = (format.side, i % format.pixels());
    (pixel / side) * SECTORS / side * SECTORS + (pixel % side) * SECTORS / side
}

/// The benchmark's batch: x[i, p] = u₈(i·784 + p)·u₇(p), with uₖ the uniform stream of seed k; [n, 784].
pub fn reference_batch(n: usize) -> Vec<f32> {
    let (mut columns, mut cells) = (Rng::new(7), Rng::new(8));
    let scale: Vec<f64> = (0..PIXELS).map(|_| columns.uniform()).collect();
    (0..n * PIXELS).map(|i| (cells.uniform() * scale[i % PIXELS]) as f32).collect()
}

/// The data a spec trains on and those it is shown with.
///
/// # Errors
/// `BadSpec` for data that only files have.
pub fn data(spec: &RunSpec) -> Result<(Set, Set), Notice> {
    let held_out = Rng::stream(spec.seed, HELD_OUT_STREAM).u32();
    let pictures = |make: fn(u32, usize) -> ImageSet, count: usize| {
        (Set::Pictures(make(spec.seed, count)), Set::Pictures(make(held_out, HELD_OUT)))
    };
    match spec.data {
        DataSpec::Digits { count } => Ok(pictures(|seed, n| digits::digits(seed, n).0, count)),
        DataSpec::Shapes { count } => Ok(pictures(|seed, n| shapes::shapes(seed, n).0, count)),
        DataSpec::Points { kind, count } => Ok((
            Set::Points(points::points(kind, spec.seed, count)),
            Set::Points(points::points(kind, held_out, HELD_OUT)),
        )),
        DataSpec::Own { .. } => {
            Err(Notice { kind: NoticeKind::NoData, detail: "the run's pictures were not brought".into() })
        }
        DataSpec::Mnist | DataSpec::Fashion => {
            Err(Notice { kind: NoticeKind::BadSpec, detail: "these pictures are not in the page".into() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::SIDE;

    #[test]
    fn each_way_to_spoil_spoils_as_much_as_it_says() {
        let clean = vec![0.5; 40 * PIXELS];
        let spoil = |corruption| spoilt(&clean, Input::default(), corruption, 3, 7);
        let changed = |values: &[f32]| values.iter().filter(|v| **v != 0.5).count() as f32 / clean.len() as f32;
        let salt = spoil(Corruption::SaltAndPepper { share: 0.25 });
        assert!((changed(&salt) - 0.25).abs() < 0.01 && salt.iter().all(|v| [0.0, 0.5, 1.0].contains(v)));
        let sectors = spoil(Corruption::Sectors { share: 0.25 });
        assert!((changed(&sectors) - 0.25).abs() < 0.05);
        // Whole sectors of 7×7 go.
        let first: Vec<f32> = (0..7).flat_map(|y| sectors[y * SIDE..y * SIDE + 7].to_vec()).collect();
        assert!(first.iter().all(|v| *v == first[0]));
        let noisy = spoil(Corruption::Gaussian { deviation: 0.1 });
        let spread = noisy.iter().map(|v| (v - 0.5).powi(2)).sum::<f32>() / noisy.len() as f32;
        assert!((spread.sqrt() - 0.1).abs() < 0.005, "{spread}");
        assert_eq!(noisy, spoil(Corruption::Gaussian { deviation: 0.1 }), "the same step, the same noise");
        assert_ne!(noisy, spoilt(&clean, Input::default(), Corruption::Gaussian { deviation: 0.1 }, 3, 8));
    }

    #[test]
    fn every_datum_comes_once_in_a_pass_and_in_another_order_in_the_next() {
        let set = Set::Points(points::points(crate::spec::PointKind::Blobs, 1, 12));
        let pass = |first: u32| {
            let (mut epoch, mut order) = (None, Vec::new());
            (first..first + 3).flat_map(|step| next(&set, 5, step, 4, &mut epoch, &mut order)).collect::<Vec<f32>>()
        };
        let (one, two) = (pass(0), pass(3));
        let sorted = |values: &[f32]| {
            let mut points: Vec<[u32; 2]> = values.chunks_exact(2).map(|p| [p[0].to_bits(), p[1].to_bits()]).collect();
            points.sort_unstable();
            points
        };
        assert!(one != two && sorted(&one) == sorted(&two));
    }
}
