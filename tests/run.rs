//! The real learner on the CPU: the same spec gives the same run, here or gone on with elsewhere; a painting rolls
//! downhill on the shipped model.
#![cfg(feature = "cpu")]

use burn::tensor::Device;
use latentscape::data::digits::digits;
use latentscape::data::image_set::ImageSet;
use latentscape::data::own::Own;
use latentscape::engine::answers::answer;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::inbox::Ask;
use latentscape::engine::learner::{Learner, Painting};
use latentscape::latent::slice::Slice;
use latentscape::protocol::{
    Answer, Area, DeviceInfo, DeviceKind, Half, NoticeKind, PixelFormat, Query, Slot, StepLoss,
};
use latentscape::rng::Rng;
use latentscape::spec::{
    DataSpec, Format, Input, Likelihood, ModelSpec, Net, Objective, PIXELS, RunSpec, TrainingSpec,
};

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

/// A visitor's own pictures are trained on as generated ones are, and a run on others says that they are not here.
#[test]
fn own_pictures_are_trained_on_and_kept_for_the_next_run() {
    let (set, held_out) = (digits(3, 256).0, digits(4, 64).0);
    let own = Own::new(set, held_out).unwrap();
    let spec = RunSpec { data: own.spec(), ..spec() };
    let mut learner = learner();
    assert_eq!(learner.begin(&spec).unwrap_err().kind, NoticeKind::NoData);
    learner.bring(own.clone());
    learner.begin(&spec).unwrap();
    let losses = steps(&mut learner, 40);
    assert!(losses[39].total < 0.8 * losses[0].total, "{} {}", losses[0].total, losses[39].total);
    let codes = pollster::block_on(learner.codes()).unwrap();
    assert_eq!(codes.labels, own.test().labels());
    // After a run on other data they are still here; of another set with as many pictures nothing is.
    learner.begin(&self::spec()).unwrap();
    learner.begin(&spec).unwrap();
    let other = Own::new(digits(5, 256).0, digits(6, 64).0).unwrap();
    assert_eq!(learner.begin(&RunSpec { data: other.spec(), ..spec }).unwrap_err().kind, NoticeKind::NoData);
}

/// Codes, originals and reconstructions are of the held-out pictures, or of those that are trained on.
#[test]
fn either_half_of_the_data_is_shown() {
    let own = Own::new(digits(3, 256).0, digits(4, 64).0).unwrap();
    let mut learner = learner();
    learner.bring(own.clone());
    learner.begin(&RunSpec { data: own.spec(), ..spec() }).unwrap();
    let labels = |learner: &BurnLearner| pollster::block_on(learner.codes()).unwrap().labels;
    assert_eq!((labels(&learner), learner.show(Half::HeldOut)), (own.test().labels().to_vec(), false));
    assert!(learner.show(Half::Training));
    assert_eq!(labels(&learner), own.train().labels());
    assert_eq!(learner.original(200).as_deref(), Some(own.train().image(200)));
    assert_eq!(pollster::block_on(learner.strip(&[255])).unwrap().inputs, own.train().image(255));
    // A later run is shown in the same way, and validated by what is held out as ever.
    let before = pollster::block_on(learner.validate()).unwrap();
    learner.show(Half::HeldOut);
    assert_eq!(pollster::block_on(learner.validate()).unwrap(), before);
}

/// Of every format: a picture is half one colour and half another, so that there is something to learn in each channel.
#[test]
fn pictures_of_every_format_are_trained_on_and_come_back_in_it() {
    for format in Format::all() {
        let Format { side, channels } = format;
        let mut rng = Rng::new(3);
        let mut set = |n: usize| {
            let mut pixels = Vec::new();
            for _ in 0..n {
                let edge = rng.below(side);
                let values = (0..channels).map(|c| if c == 1 { [245, 10] } else { [10, 245] }).collect::<Vec<_>>();
                pixels.extend(values.iter().flat_map(|v| (0..side * side).map(|i| v[usize::from(i % side < edge)])));
            }
            ImageSet::of(format, pixels, vec![0; n], vec!["one".into()]).unwrap()
        };
        let own = Own::new(set(64), set(16)).unwrap();
        let model =
            ModelSpec { input: Input::Picture(format), ..ModelSpec::of(Net::Conv { channels: [4, 8], hidden: 16 }) };
        let training = TrainingSpec { batch: 16, steps: 60, learning_rate: 3e-3, ..TrainingSpec::default() };
        let spec = RunSpec { data: own.spec(), model, training, seed: 5 };
        let mut learner = learner();
        learner.bring(own.clone());
        learner.begin(&spec).unwrap();
        let losses = steps(&mut learner, 60);
        assert!(losses[59].total < 0.9 * losses[0].total, "{format:?}: {} {}", losses[0].total, losses[59].total);
        let ask = |query: Query, buffers: Vec<Vec<u8>>| Ask { id: 1, slot: Slot::Pad, query, buffers };
        let mut reply =
            |query: Query, buffers| pollster::block_on(answer(&mut learner, Slice::default(), &ask(query, buffers)));
        let picture = own.test().image(3).to_vec();
        assert!(reply(Query::Original { index: 3 }, vec![]).1 == vec![picture.clone()], "{format:?}");
        let (Answer::Encoded { mu, .. }, encoded) = reply(Query::Encode, vec![picture.clone()]) else { panic!() };
        let (_, decoded) = reply(Query::Decode { z: mu.clone(), format: PixelFormat::Bytes }, vec![]);
        // The reconstruction is the decoding of μ, but for the last bits of another batch.
        assert!(
            encoded[0].len() == format.bytes() && encoded[0].iter().zip(&decoded[0]).all(|(a, b)| a.abs_diff(*b) < 2)
        );
        let weights = vec![255; format.bytes()];
        let (rolled, end) = reply(Query::Roll { z: mu, steps: 2 }, vec![picture, weights]);
        assert!(matches!(rolled, Answer::Rolled { .. }) && end[0].len() == format.bytes());
        let area = Area { min: [-1.0; 2], max: [1.0; 2] };
        let (_, plane) = reply(Query::Atlas { area, columns: 3, rows: 2 }, vec![]);
        assert_eq!(plane[0].len(), 6 * format.bytes());
        let (refused, _) = reply(Query::Encode, vec![vec![0; format.bytes() - 1]]);
        assert!(matches!(refused, Answer::Refused(notice) if notice.kind == NoticeKind::BadQuestion));
    }
}

/// What the page says of a drawing is what training says of a datum: on the pictures of a validation, and by the formulas on
/// the numbers that the decoder gives, whatever the likelihood.
#[test]
fn the_error_of_a_picture_is_the_loss_that_training_reports() {
    let own = Own::new(digits(1, 64).0, digits(2, 20).0).unwrap();
    for likelihood in [Likelihood::Bernoulli, Likelihood::Gaussian { deviation: 0.3 }] {
        // Without noise a validation decodes the codes themselves.
        let model = ModelSpec { objective: Objective::Autoencoder, likelihood, ..ModelSpec::mlp(&[32]) };
        let spec = RunSpec { data: own.spec(), model, ..spec() };
        let mut learner = learner();
        learner.bring(own.clone());
        learner.begin(&spec).unwrap();
        steps(&mut learner, 60);
        let reported = pollster::block_on(learner.validate()).unwrap().unwrap().reconstruction;
        let mut sum = 0.0;
        for picture in (0..own.test().len()).map(|i| own.test().image(i)) {
            let (Answer::Encoded { nats, constant, .. }, _) = ask(&mut learner, Query::Encode, &[picture.to_vec()])
            else {
                panic!()
            };
            let nats = nats.unwrap();
            let encoded = pollster::block_on(learner.encode(picture)).unwrap();
            let x = picture.iter().map(|&byte| f64::from(byte) / 255.0);
            let pairs = x.zip(encoded.reconstruction.iter().map(|&r| f64::from(r)));
            let (by_formula, wanted) = match likelihood {
                Likelihood::Bernoulli => (pairs.map(|(x, r)| -x * r.ln() - (1.0 - x) * (1.0 - r).ln()).sum(), 0.0),
                Likelihood::Gaussian { .. } => {
                    let each = (0.3 * std::f64::consts::TAU.sqrt()).ln();
                    (pairs.map(|(x, r)| (x - r).powi(2) / 0.18).sum::<f64>(), PIXELS as f64 * each)
                }
            };
            assert!((f64::from(nats) - by_formula).abs() < 1e-3 * by_formula, "{likelihood:?}: {nats} {by_formula}");
            assert!((f64::from(constant) - wanted).abs() < 1e-3 * wanted.abs().max(1.0), "{constant} {wanted}");
            sum += nats;
        }
        let mean = sum / own.test().len() as f32;
        assert!((mean - reported).abs() < 1e-4 * reported, "{likelihood:?}: {mean}, validated {reported}");
    }
}

/// A decoder that says nothing: x̂ = ½ everywhere.
#[test]
fn the_error_of_a_picture_on_known_numbers() {
    for (likelihood, wanted) in [
        (Likelihood::Bernoulli, PIXELS as f32 * 2f32.ln()),
        // Half of the pixels at 0 and half at 1, each 0.5 / 0.25 = 2 deviations off.
        (Likelihood::Gaussian { deviation: 0.25 }, PIXELS as f32 * 2.0),
    ] {
        let spec = RunSpec { model: ModelSpec { likelihood, ..ModelSpec::mlp(&[8]) }, ..spec() };
        let mut learner = learner();
        learner.begin(&spec).unwrap();
        let bytes = pollster::block_on(learner.checkpoint()).unwrap().len();
        learner.restore(&spec, 1, &vec![0; bytes]).unwrap();
        let picture = [vec![0; PIXELS / 2], vec![255; PIXELS / 2]].concat();
        let nats = pollster::block_on(learner.encode(&picture)).unwrap().nats;
        assert!((nats - wanted).abs() < 1e-3 * wanted, "{likelihood:?}: {nats} {wanted}");
    }
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

#[test]
fn an_original_is_a_picture_of_the_set_whose_codes_are_shown() {
    let mut learner = learner();
    assert_eq!(learner.original(0), None);
    learner.begin(&spec()).unwrap();
    let codes = pollster::block_on(learner.codes()).unwrap();
    let n = codes.labels.len();
    assert_eq!((codes.mu.len(), codes.log_var.len()), (2 * n, 2 * n));
    assert_eq!(learner.original(n), None);
    let encoded = pollster::block_on(learner.encode(&learner.original(n - 1).unwrap())).unwrap();
    for (alone, among) in [(encoded.mu, codes.mu), (encoded.log_var, codes.log_var)] {
        assert!(near(&alone, &among[2 * (n - 1)..], 1e-4), "{alone:?} against {:?}", &among[2 * (n - 1)..]);
    }
}

/// The shipped model of digits.
fn shipped() -> BurnLearner {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/pretrained/mnist-vae-2d/weights.safetensors");
    let mut learner = learner();
    learner.load(&ModelSpec::reference_mlp(), &std::fs::read(file).unwrap()).unwrap();
    learner
}

fn ask(learner: &mut BurnLearner, query: Query, buffers: &[Vec<u8>]) -> (Answer, Vec<Vec<u8>>) {
    let ask = Ask { id: 1, slot: Slot::Paint, query, buffers: buffers.to_vec() };
    pollster::block_on(answer(learner, Slice::default(), &ask))
}

fn decoding(learner: &mut BurnLearner, z: [f32; 2]) -> Vec<u8> {
    let query = Query::Decode { z: z.to_vec(), format: latentscape::protocol::PixelFormat::Bytes };
    ask(learner, query, &[]).1.remove(0)
}

fn roll(learner: &mut BurnLearner, z: [f32; 2], buffers: &[Vec<u8>]) -> (Vec<[f32; 2]>, Vec<f32>) {
    match ask(learner, Query::Roll { z: z.to_vec(), steps: 64 }, buffers).0 {
        Answer::Rolled { z, loss } => (z.chunks_exact(2).map(|z| [z[0], z[1]]).collect(), loss),
        other => panic!("{other:?}"),
    }
}

fn near(a: &[f32], b: &[f32], tolerance: f32) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * b.abs().max(1.0))
}

/// Full weight but for the upper third, which counts little, as where the brush has not been.
fn brushed() -> Vec<u8> {
    (0..PIXELS).map(|i| if i < PIXELS / 3 { 20 } else { 255 }).collect()
}

#[test]
fn slopes_agree_with_finite_differences() {
    let mut learner = shipped();
    let picture = decoding(&mut learner, [0.9, -0.4]);
    // With the faint weights the prior's slope is as steep as the picture's.
    for weights in [brushed(), vec![1; PIXELS]] {
        check_slopes(&learner, Painting { picture: &picture, weights: &weights });
    }
}

fn check_slopes(learner: &BurnLearner, painting: Painting) {
    let losses_at = |z: &[f32]| pollster::block_on(learner.losses_at(z, painting)).unwrap();
    let mut rng = Rng::new(4);
    let points: Vec<f32> = (0..20).map(|_| 1.5 * rng.normal()).collect();
    let slopes = pollster::block_on(learner.slopes_at(&points, painting)).unwrap();
    assert!(near(&slopes.loss, &losses_at(&points), 1e-5));
    // Wide enough to rise above the rounding of a loss, narrow enough to cross few creases of the ReLUs.
    let h = 1e-3;
    for (i, slope) in slopes.gradient.iter().enumerate() {
        let moved = |by: f32| {
            let mut points = points.clone();
            points[i] += by;
            losses_at(&points)[i / 2]
        };
        let difference = (moved(h) - moved(-h)) / (2.0 * h);
        let steepness = slopes.gradient[i / 2 * 2].hypot(slopes.gradient[i / 2 * 2 + 1]);
        let tolerance = 0.03 * steepness + 1e-6 * slopes.loss[i / 2] / h;
        assert!((slope - difference).abs() < tolerance, "{i}: {slope} against {difference} within {tolerance}");
    }
    let alone = pollster::block_on(learner.slopes_at(&points[..2], painting)).unwrap();
    assert!(near(&alone.gradient, &slopes.gradient[..2], 1e-4), "{alone:?}");
}

#[test]
fn no_step_of_a_roll_goes_up() {
    let mut learner = shipped();
    let mut rng = Rng::new(8);
    for seed in 0..12 {
        let painted = decoding(&mut learner, [1.5 * rng.normal(), 1.5 * rng.normal()]);
        let start = [1.5 * rng.normal(), 1.5 * rng.normal()];
        let (trail, loss) = roll(&mut learner, start, &[painted, brushed()]);
        assert_eq!((trail[0], trail.len()), (start, loss.len()));
        assert!(loss.windows(2).all(|pair| pair[1] < pair[0]), "painting {seed}: {loss:?}");
        assert!(loss.len() > 2, "painting {seed}: somewhere is always downhill of a random start");
    }
}

#[test]
fn a_decoding_rolls_back_to_where_it_was_decoded() {
    let mut learner = shipped();
    for at in [[0.9f32, -0.4], [-1.2, 0.8], [0.1, 1.7], [2.2, 0.3]] {
        let buffers = [decoding(&mut learner, at), vec![255; PIXELS]];
        let there = roll(&mut learner, at, &buffers).1[0];
        let (trail, loss) = roll(&mut learner, [at[0] + 0.15, at[1] - 0.1], &buffers);
        let (end, least) = (trail[trail.len() - 1], loss[loss.len() - 1]);
        // The prior pulls a little towards the middle, so that the least loss is not at `at` itself.
        assert!(least <= there && loss[0] > there, "{loss:?} with {there} at {at:?}");
        assert!(near(&end, &at, 0.1), "{end:?} from {at:?}");
    }
}

#[test]
fn a_surface_is_what_a_roll_starts_with_at_the_same_point() {
    let mut learner = shipped();
    let buffers = [decoding(&mut learner, [0.9, -0.4]), brushed()];
    let area = Area { min: [-2.0, -1.0], max: [2.0, 2.0] };
    let (_, surface) = ask(&mut learner, Query::Surface { area, columns: 4, rows: 3 }, &buffers);
    let losses: Vec<f32> = surface[0].chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    assert_eq!(losses.len(), 12);
    for (cell, loss) in losses.iter().enumerate() {
        let centre = [(cell % 4) as f32 - 1.5, 1.5 - (cell / 4) as f32];
        let first = roll(&mut learner, centre, &buffers).1[0];
        assert!((first - loss).abs() < 1e-4 * loss, "cell {cell}: {loss} against {first}");
    }
}
