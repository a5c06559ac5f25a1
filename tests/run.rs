//! Runs of the real learner on the CPU: the same spec gives the same run, here or gone on with elsewhere.
#![cfg(feature = "cpu")]

use burn::tensor::Device;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::protocol::{DeviceInfo, DeviceKind, NoticeKind, StepLoss};
use latentscape::spec::{DataSpec, ModelSpec, RunSpec, TrainingSpec};

fn learner() -> BurnLearner {
    BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}

fn spec() -> RunSpec {
    RunSpec {
        data: DataSpec::Digits { count: 256 },
        model: ModelSpec::mlp(&[32]),
        training: TrainingSpec { batch: 32, steps: 200, ..TrainingSpec::default() },
        seed: 5,
    }
}

fn steps(learner: &mut BurnLearner, n: u32) -> Vec<StepLoss> {
    (0..n).for_each(|_| learner.step());
    pollster::block_on(learner.losses()).unwrap()
}

#[test]
fn the_same_spec_gives_the_same_run_bit_for_bit() {
    let run = |spec: &RunSpec| {
        let mut learner = learner();
        learner.begin(spec).unwrap();
        (steps(&mut learner, 20), pollster::block_on(learner.checkpoint()).unwrap())
    };
    assert_eq!(run(&spec()), run(&spec()));
    assert_ne!(run(&spec()).1, run(&RunSpec { seed: 6, ..spec() }).1);
}

#[test]
fn a_checkpoint_goes_on_as_the_run_would_have() {
    let mut whole = learner();
    whole.begin(&spec()).unwrap();
    steps(&mut whole, 10);
    let checkpoint = pollster::block_on(whole.checkpoint()).unwrap();
    let rest = steps(&mut whole, 10);

    let mut elsewhere = learner();
    elsewhere.restore(&spec(), 10, &checkpoint).unwrap();
    assert_eq!(steps(&mut elsewhere, 10), rest);
}

#[test]
fn two_hundred_steps_take_the_loss_below_half() {
    let mut learner = learner();
    learner.begin(&spec()).unwrap();
    let losses = steps(&mut learner, 200);
    let mean = |part: &[StepLoss]| part.iter().map(|l| l.total).sum::<f32>() / part.len() as f32;
    let (first, last) = (losses[0].total, mean(&losses[190..]));
    assert!(last < 0.5 * first, "from {first} to {last}");
}

#[test]
fn a_checkpoint_of_another_model_is_refused_and_the_model_stays() {
    let mut learner = learner();
    learner.begin(&spec()).unwrap();
    let before = pollster::block_on(learner.decode(&[0.1, 0.2])).unwrap();
    let error = learner.restore(&spec(), 10, &[0; 100]).unwrap_err();
    assert_eq!(error.kind, NoticeKind::CheckpointUnreadable);
    let bad = [
        RunSpec { data: DataSpec::Digits { count: 8 }, ..spec() },
        RunSpec { training: TrainingSpec { batch: 0, ..spec().training }, ..spec() },
        RunSpec { training: TrainingSpec { learning_rate: f64::NAN, ..spec().training }, ..spec() },
        RunSpec { model: ModelSpec::mlp(&[10_000_000]), ..spec() },
    ];
    for spec in bad {
        assert_eq!(learner.begin(&spec).unwrap_err().kind, NoticeKind::BadSpec, "{spec:?}");
    }
    assert_eq!(pollster::block_on(learner.decode(&[0.1, 0.2])).unwrap(), before);
}
