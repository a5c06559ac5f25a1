//! Ways and steps in the planes of the shipped family: which ways keep to where codes are, and what a step costs.
#![cfg(feature = "tool")]

use std::path::PathBuf;

use burn::tensor::Device;
use latentscape::data::codes::Codes;
use latentscape::data::family::{Family, Member};
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::latent::path::{Course, points};
use latentscape::latent::place::class_means;
use latentscape::latent::regularity::empty::{empty, empty_share};
use latentscape::latent::regularity::geodesic::{length, shortest};
use latentscape::latent::regularity::steps::{Steps, median};
use latentscape::latent::regularity::to_codes::ToCodes;
use latentscape::latent::regularity::{Frame, Metric};
use latentscape::protocol::{DeviceInfo, DeviceKind};
use latentscape::tool::family::measure::survey;
use pollster::block_on;

fn file(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "pretrained", "digits-beta", name].iter().collect();
    std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Means over pairs of classes.
#[derive(Debug, Default)]
struct Found {
    pairs: usize,
    /// The share of the way that is empty: of the straight line, of the mean decoder's shortest way, of that near the codes.
    empty: [f64; 3],
    /// Pairs in which each is emptier than the straight line.
    worse: [usize; 3],
    /// What the picture changes by along each, as a multiple of the least.
    change: [f64; 3],
}

fn load(family: &Family, member: &Member) -> (BurnLearner, Codes) {
    let mut learner = BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() });
    learner.load(&family.run_of(member).model, &file(&member.weights)).unwrap();
    (learner, Codes::read(&file(&member.codes)).unwrap())
}

fn ways(family: &Family, member: &Member) -> Found {
    let (learner, codes) = load(family, member);
    // As the page has it: its grid, and the frame that a model without a prior is measured in.
    let frame = if member.beta.is_some() { Frame::PRIOR } else { Frame::of_codes(&codes.mu).unwrap() };
    let survey = survey(&learner, frame, &codes.mu, 64).unwrap();
    let near = ToCodes::new(&codes.mu).unwrap().around_holes(&survey);
    let empty = empty(&survey, &codes.mu, &codes.log_var);
    let means: Vec<[f32; 2]> = class_means(&codes.mu, &codes.labels).into_iter().flatten().collect();
    let mut found = Found::default();
    for (i, a) in means.iter().enumerate() {
        for b in &means[i + 1..] {
            let mut ways = [&survey, &near].map(|survey| shortest(survey, *a, *b, Metric::Pixels));
            let [Some(mean), Some(around)] = ways.each_mut().map(Option::take) else { continue };
            let ways = [points(Course::Straight, *a, *b, 65), mean.points, around.points];
            let shares = ways.each_ref().map(|way| f64::from(empty_share(&survey, &empty, way).unwrap_or(0.0)));
            let lengths = ways.each_ref().map(|way| f64::from(length(&survey, way, Metric::Pixels).unwrap()));
            found.pairs += 1;
            for way in 0..3 {
                found.empty[way] += shares[way];
                found.worse[way] += usize::from(shares[way] > shares[0] + 1e-6);
                found.change[way] += lengths[way] / lengths[1];
            }
        }
    }
    let n = found.pairs.max(1) as f64;
    [&mut found.empty, &mut found.change].into_iter().flatten().for_each(|sum| *sum /= n);
    found
}

/// The mean decoder's way is emptier than the straight line, and that near the codes less empty.
#[test]
fn the_way_near_the_codes_is_less_empty_than_the_straight_line() {
    let family = Family::parse(&file("card.json")).unwrap();
    for member in &family.members {
        let found = ways(&family, member);
        println!("{}: {found:.3?}", member.name);
        let ([straight, mean, near], [_, often, seldom]) = (found.empty, found.worse);
        if ["beta-0.1", "beta-0.3", "beta-1", "beta-2"].contains(&member.name.as_str()) {
            assert_eq!(found.pairs, 45, "{}", member.name);
            assert!(near < 0.8 * straight && mean > 1.5 * straight, "{}: {found:?}", member.name);
            assert!(2 * often > found.pairs && 2 * seldom < found.pairs, "{}: {found:?}", member.name);
        }
        // Nowhere does it lead farther away from the codes than the straight line does, on the whole.
        assert!(near <= straight + 1e-6, "{}: {found:?}", member.name);
    }
}

/// Half of the squared slope is the KL of a short step; over a tenth of a σ it is too much where pixels are sure.
#[test]
fn a_tenth_of_a_sigma_costs_less_than_its_slope_would_have_it() {
    let family = Family::parse(&file("card.json")).unwrap();
    for (name, prior) in [("ae", false), ("ae", true), ("beta-0", true), ("beta-0.1", false), ("beta-1", true)] {
        let (learner, codes) = load(&family, family.member(name).unwrap());
        let frame = if prior { Frame::PRIOR } else { Frame::of_codes(&codes.mu).unwrap() };
        let survey = survey(&learner, frame, &codes.mu, 64).unwrap();
        let nats = |times: f32| {
            let Steps { from, to } = Steps::draw(&survey, 400, 1);
            let nearer = from.iter().zip(&to).map(|(a, b)| a + times * (b - a)).collect::<Vec<f32>>();
            median(&block_on(learner.divergences(&from, &nearer)).unwrap()).unwrap()
        };
        // The quadratic through the KL of a fiftieth of the step.
        let (value, interval) = nats(1.0);
        let quadratic = 2500.0 * nats(0.02).0;
        println!("{name}: {value} {interval:?}, by its slope {quadratic}");
        assert!(
            interval.low < value && value < interval.high && quadratic > 1.05 * value,
            "{name}: {value} {quadratic}"
        );
    }
}
