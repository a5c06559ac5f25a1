//! A symbol of one's own, trained into shipped models by the engine for the CPU: it gets an island of its own, what is
//! decoded there is the symbol, and the digits keep theirs.
#![cfg(feature = "cpu")]

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use latentscape::data::family::Family;
use latentscape::data::image_set::ImageSet;
use latentscape::data::own::Own;
use latentscape::data::symbol::{Base, Mixing};
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::latent::place::class_means;
use latentscape::latent::regularity::{Frame, clusters::Clusters};
use latentscape::protocol::{DeviceInfo, DeviceKind};
use latentscape::rng::Rng;
use latentscape::spec::{DataSpec, MOST_CLASSES, ModelSpec, PIXELS, RunSpec, SIDE, TrainingSpec, symbol};

/// The class that comes after the ten digits.
const SYMBOL: u8 = 10;

/// A cross in a box as a hand draws it: no corner is where it was before.
fn crossed_box(rng: &mut Rng) -> Vec<u8> {
    let mut corner = |x: f32, y: f32| [x + rng.range(-1.2, 1.2), y + rng.range(-1.2, 1.2)];
    let [a, b, c, d] = [corner(5.5, 5.5), corner(22.5, 5.5), corner(22.5, 22.5), corner(5.5, 22.5)];
    let lines = [[a, b], [b, c], [c, d], [d, a], [a, c], [b, d]];
    let ink = |i: usize| {
        let at = [(i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5];
        let nearest = lines.iter().map(|line| distance(at, *line)).fold(f32::INFINITY, f32::min);
        ((1.7 - nearest).clamp(0.0, 1.0) * 255.0) as u8
    };
    (0..PIXELS).map(ink).collect()
}

fn distance([x, y]: [f32; 2], [[ax, ay], [bx, by]]: [[f32; 2]; 2]) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

/// The mean picture of a class.
fn mean(set: &ImageSet, class: u8) -> Vec<f32> {
    let mut sum = vec![0.0; PIXELS];
    for i in (0..set.len()).filter(|i| set.labels()[*i] == class) {
        sum.iter_mut().zip(set.image(i)).for_each(|(sum, &p)| *sum += f32::from(p));
    }
    sum
}

fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let centred = |x: &[f32]| {
        let mean = x.iter().sum::<f32>() / x.len() as f32;
        x.iter().map(|x| x - mean).collect::<Vec<f32>>()
    };
    let (a, b) = (centred(a), centred(b));
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}

/// Trains a symbol of so many drawings into a shipped model.
fn trained_in(made_by: &RunSpec, weights: &Path, count: usize) -> (BurnLearner, Own) {
    let mut rng = Rng::new(7);
    let drawings: Vec<Vec<u8>> = (0..count).map(|_| crossed_box(&mut rng)).collect();
    let base = Base::Digits { seed: made_by.seed, count: made_by.data.count() };
    let own = Mixing::new(base, &drawings, "⊠").unwrap().finish().unwrap();
    let spec = RunSpec { data: own.spec(), ..symbol::run_of(made_by) };
    let mut learner = BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() });
    learner.bring(own.clone());
    learner.begin_from(&spec, &fs::read(weights).unwrap()).unwrap();
    (0..spec.training.steps).for_each(|_| learner.step());
    (learner, own)
}

/// What an island is: codes that are nearer each other than to others, and a middle that decodes to the symbol.
fn check_island(learner: &BurnLearner, own: &Own) {
    let codes = pollster::block_on(learner.codes()).unwrap();
    let points: Vec<[f32; 2]> = codes.mu.chunks_exact(2).map(|z| [z[0], z[1]]).collect();
    let found = Clusters::of(&Frame::PRIOR, &points, &codes.labels).unwrap();
    let island = found.classes[usize::from(SYMBOL)].unwrap().value();
    let means = class_means(&points, &codes.labels);
    let [x, y] = means[usize::from(SYMBOL)].unwrap();
    let decoded = pollster::block_on(learner.decode(&[x, y])).unwrap();
    let own_likeness = correlation(&decoded, &mean(own.test(), SYMBOL));
    let others: Vec<f32> = (0..SYMBOL).map(|digit| correlation(&decoded, &mean(own.test(), digit))).collect();
    let nearest = others.iter().copied().fold(f32::MIN, f32::max);
    eprintln!(
        "at ({x:.2}, {y:.2}) likeness {own_likeness:.3}, digits {nearest:.3}, share {island:.3}, all {:?}",
        found.accuracy
    );
    assert!(island > 0.85, "of the 25 nearest codes most are the symbol's: {island}");
    assert!(own_likeness > 0.7 && own_likeness > nearest + 0.25, "{own_likeness} against {others:?}");
    assert!(found.accuracy.value() > 0.6, "the digits keep their places: {:?}", found.accuracy);
    assert!(found.classes.len() == MOST_CLASSES && found.classes[11].is_none());
}

fn pretrained(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pretrained").join(file)
}

#[test]
fn a_symbol_gets_an_island_in_the_family_s_plane() {
    let family = Family::parse(&fs::read(pretrained("digits-beta/card.json")).unwrap()).unwrap();
    let member = family.members.iter().find(|member| member.beta == Some(1.0)).unwrap();
    let weights = pretrained("digits-beta").join(&member.weights);
    for count in [20, symbol::FEWEST] {
        let (learner, own) = trained_in(&family.run_of(member), &weights, count);
        check_island(&learner, &own);
    }
}

/// Of MNIST's model the own data are not in the page: generated digits stand in for them.
#[test]
fn a_symbol_gets_an_island_among_mnist_s_digits() {
    let made_by = RunSpec {
        data: DataSpec::Digits { count: 6000 },
        model: ModelSpec::reference_mlp(),
        training: TrainingSpec::reference(),
        seed: 1,
    };
    let (learner, own) = trained_in(&made_by, &pretrained("mnist-vae-2d/weights.safetensors"), 20);
    check_island(&learner, &own);
}
