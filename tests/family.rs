//! The shipped β families: their files are what their cards say, and their members show what they are shipped to show.
#![cfg(feature = "cpu")]

use std::path::PathBuf;

use burn::tensor::Device;
use latentscape::data::codes::Codes;
use latentscape::data::family::{Character, Family, Member};
use latentscape::data::idx::{Part, read_folder};
use latentscape::data::image_set::{ImageSet, digit_names, garment_names};
use latentscape::data::set::Set;
use latentscape::engine::batches;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::latent::posterior::kl_by_dimension;
use latentscape::protocol::{DeviceInfo, DeviceKind};
use latentscape::rng::Rng;
use latentscape::spec::{DataSpec, Objective, PIXELS};
use pollster::block_on;

/// What a browser downloads of the family at most.
const BUDGET: usize = 1_500_000;
/// An axis with less KL than this, in nats, has collapsed.
const COLLAPSED: f32 = 0.01;
/// The noise that the card's reconstruction errors were measured with.
const NOISE_SEED: u32 = 9;

const DIGITS: &str = "digits-beta";
/// The folders that a family may have; of those that are there all is tested.
const FOLDERS: [&str; 3] = [DIGITS, "mnist-beta", "fashion-beta"];

fn path(family: &str, name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "pretrained", family, name].iter().collect()
}

fn file_of(family: &str, name: &str) -> Vec<u8> {
    let path = path(family, name);
    std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn families() -> Vec<Family> {
    let there = FOLDERS.iter().filter(|name| path(name, "card.json").exists());
    there.map(|name| Family::parse(&file_of(name, "card.json")).unwrap()).collect()
}

fn family() -> Family {
    Family::parse(&file_of(DIGITS, "card.json")).unwrap()
}

/// The pictures that a family's card is about; nothing where they come in files that are not here.
fn held_out(family: &Family) -> Option<Set> {
    let (folder, names) = match family.run.data {
        DataSpec::Mnist => ("mnist", digit_names()),
        DataSpec::Fashion => ("fashion", garment_names()),
        _ => return Some(batches::data(&family.run).unwrap().1),
    };
    let beside = || [env!("CARGO_MANIFEST_DIR"), "..", "shared", "data"].iter().collect::<PathBuf>();
    let data = std::env::var_os("LATENTSCAPE_DATA").map_or_else(beside, PathBuf::from).join(folder);
    let Ok(test) = read_folder(&data, Part::Test, names.clone()) else {
        eprintln!("{} is not here: {} is not held against it", data.display(), family.name);
        return None;
    };
    let n = family.held_out;
    let set = ImageSet::new(test.pixels()[..n * PIXELS].to_vec(), test.labels()[..n].to_vec(), names);
    Some(Set::Pictures(set.unwrap()))
}

fn load(family: &Family, member: &Member) -> BurnLearner {
    let mut learner = BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() });
    learner.load(&family.run_of(member).model, &file_of(&family.name, &member.weights)).unwrap();
    learner
}

fn variational(family: &Family) -> Vec<&Member> {
    family.members.iter().filter(|member| member.beta.is_some()).collect()
}

/// What the page says at each stop of the dial.
#[test]
fn each_member_is_what_it_is_shipped_to_show() {
    let family = family();
    let seen: Vec<&str> = family
        .members
        .iter()
        .map(|member| match member.character() {
            Character::Plain => "plain",
            Character::Unbound => "unbound",
            Character::Loose => "loose",
            Character::Balanced => "balanced",
            Character::Lopsided { low, high } if low < high => "lopsided",
            Character::Line { low, high } if low < high => "line",
            Character::Collapsed => "collapsed",
            other => panic!("{other:?}"),
        })
        .collect();
    let wanted = "plain unbound loose loose loose balanced balanced lopsided line line collapsed";
    assert_eq!(seen.join(" "), wanted);
    // The sentences say why two curves turn: continuity dips where one axis gives way, returns fall where it is gone.
    let meter = |i: usize, name: &str| family.members[i].meters[name].value;
    assert!(meter(7, "continuity") < meter(6, "continuity") && meter(7, "continuity") < meter(8, "continuity"));
    assert!((8..11).all(|i| meter(i, "returns") < 0.5) && (3..8).all(|i| meter(i, "returns") > 0.8));
}

/// −log p(x|z) with one z a picture, the mean over the pictures: the decodings are the probabilities of the pixels.
fn reconstruction(learner: &BurnLearner, set: &Set, mu: &[f32], log_var: &[f32]) -> f32 {
    let mut rng = Rng::new(NOISE_SEED);
    let z: Vec<f32> = mu.iter().zip(log_var).map(|(mu, log_var)| mu + (log_var / 2.0).exp() * rng.normal()).collect();
    let decoded = block_on(learner.decode(&z)).unwrap();
    let mut pixels = Vec::new();
    set.batch(&(0..set.len()).collect::<Vec<_>>(), &mut pixels);
    let nll = |(p, x): (&f32, &f32)| {
        let (p, x) = (f64::from(*p).clamp(1e-7, 1.0 - 1e-7), f64::from(*x));
        -(x * p.ln() + (1.0 - x) * (1.0 - p).ln())
    };
    assert_eq!(decoded.len(), set.len() * PIXELS);
    (decoded.iter().zip(&pixels).map(nll).sum::<f64>() / set.len() as f64) as f32
}

#[test]
fn the_cards_say_what_the_files_hold() {
    for family in families() {
        let Some(held_out) = held_out(&family) else { continue };
        assert_eq!(held_out.len(), family.held_out);
        the_card_says_what_the_files_hold(&family, &held_out);
    }
}

fn the_card_says_what_the_files_hold(family: &Family, held_out: &Set) {
    for member in &family.members {
        let name = &member.name;
        let learner = load(family, member);
        let (mu, log_var) = block_on(learner.posteriors(held_out, held_out.len())).unwrap();
        let near = |what: &str, is: f32, card: f32| {
            assert!((is - card).abs() <= 0.02 + 1e-3 * card.abs(), "{name}: {what} is {is}, the card says {card}");
        };
        near("reconstruction", reconstruction(&learner, held_out, &mu, &log_var), member.test.reconstruction);
        let kl = kl_by_dimension(&mu, &log_var, 2);
        assert_eq!(kl.len(), member.kl_by_dimension.len(), "{name}");
        kl.iter().zip(&member.kl_by_dimension).for_each(|(is, card)| near("KL of an axis", *is, *card));
        if let (Some(whole), Some(elbo)) = (member.test.kl, member.test.elbo) {
            near("KL", kl.iter().sum(), whole);
            near("ELBO", -(member.test.reconstruction + whole), elbo);
        }

        let codes = Codes::read(&file_of(&family.name, &member.codes)).unwrap();
        assert_eq!(codes.labels, held_out.labels(), "{name}");
        for (is, kept) in [(&mu, codes.mu.concat()), (&log_var, codes.log_var.concat())] {
            assert_eq!(is.len(), kept.len());
            // A 16-bit step is 2⁻¹⁰ of the number at most; another machine's sums may differ by one more.
            let same = |(a, b): (&f32, &f32)| a == b || (a - b).abs() <= b.abs() / 512.0 + 1e-3;
            assert!(is.iter().zip(&kept).all(same), "{name}: the codes are not the encoder's");
        }
    }
}

#[test]
fn from_points_flung_apart_to_a_cloud_that_says_nothing() {
    let family = family();
    let (plain, zero) = (family.member("ae").unwrap(), family.member("beta-0").unwrap());
    let [one, last] = [family.member("beta-1").unwrap(), family.members.last().unwrap()];
    assert_eq!(plain.objective, Objective::Autoencoder);
    assert!(zero.sigma.iter().zip(&zero.spread).all(|(sigma, spread)| *spread > 3.0 && sigma / spread < 0.01));
    assert!(plain.spread.iter().all(|spread| *spread > 3.0), "{:?}", plain.spread);
    assert!(one.spread.iter().all(|spread| (0.8..1.5).contains(spread)), "{:?}", one.spread);
    assert!(one.kl_by_dimension.iter().all(|kl| *kl > 2.5), "{:?}", one.kl_by_dimension);
    assert!(one.test.elbo.unwrap() > -125.0, "{:?}", one.test);
    assert!(last.kl_by_dimension.iter().all(|kl| *kl < COLLAPSED), "{:?}", last.kl_by_dimension);
    assert!(last.sigma.iter().all(|sigma| (sigma - 1.0).abs() < 0.05), "{:?}", last.sigma);
    assert!(plain.test.reconstruction < one.test.reconstruction);
}

/// Higgins et al. (2017): more weight on the KL term, less KL, more error. Where the shipped numbers do not do so, the card
/// has to say it.
#[test]
fn curves_go_one_way_or_the_card_says_where_not() {
    families().iter().for_each(goes_one_way_or_says_where_not);
}

fn goes_one_way_or_says_where_not(family: &Family) {
    let members = variational(family);
    assert!(members.len() >= 10 && members.is_sorted_by_key(|member| member.beta));
    let held = |claim: &str| family.notes.iter().any(|note| note.starts_with(claim));
    let kl_falls = members.is_sorted_by(|a, b| a.test.kl >= b.test.kl);
    assert_eq!(held("The KL divergence falls with β"), kl_falls);
    let error_rises = members.is_sorted_by(|a, b| a.test.reconstruction <= b.test.reconstruction);
    assert_eq!(held("The reconstruction error rises with β"), error_rises);
    for member in &family.members {
        let lost = member.test.reconstruction - member.test_before_rounding.reconstruction;
        assert!((lost - member.lost_by_rounding.reconstruction).abs() < 1e-3 && lost.abs() < 1.5, "{}", member.name);
    }
}

/// KL(q(z) ‖ p(z)) is the mean KL less the mutual information, which is between 0 and ln n, whatever the posteriors' widths.
#[test]
fn the_aggregated_posterior_is_as_far_as_its_codes_can_tell() {
    let family = family();
    let most = (family.held_out as f32).ln();
    for member in variational(&family) {
        let (kl, rate) = (member.meters["aggregated-kl"], member.test.kl.unwrap());
        let [low, high] = [kl.low.unwrap(), kl.high.unwrap()];
        assert!(low <= kl.value && kl.value <= high, "{}", member.name);
        // The card's codes are rounded to 16 bits.
        let slack = 0.01 + 2e-3 * rate;
        assert!(kl.value >= rate - most - slack && kl.value <= rate + slack, "{}: {kl:?} {rate}", member.name);
        let parts = member.surgery.as_ref().and_then(|surgery| surgery.rate.clone()).expect("a rate");
        assert!(parts.information.value <= most + 1e-3, "{}: {parts:?}", member.name);
        let sum = parts.information.value + parts.aggregated.value;
        assert!((sum - parts.whole.value).abs() < slack && (sum - rate).abs() < slack, "{}: {parts:?}", member.name);
        let apart = (parts.aggregated.interval.high - parts.aggregated.interval.low) / 2.0;
        assert!((parts.aggregated.value - kl.value).abs() < apart + slack, "{}: {parts:?} {kl:?}", member.name);
    }
    assert!(family.members.iter().all(|member| member.surgery.is_some()));
    assert!(family.member("ae").unwrap().surgery.as_ref().unwrap().rate.is_none());
}

#[test]
fn the_members_have_the_same_seed_data_and_net() {
    for family in families() {
        let of = |member: &Member| {
            let mut run = family.run_of(member);
            (run.model.objective, run.training.beta) = (Objective::Variational, 1.0);
            run
        };
        assert!(family.members.iter().all(|member| of(member) == family.run && family.run_of(member).flaw().is_none()));
    }
}

/// The same dial goes through each: the same stops, and each family's own net is small and has two dimensions.
#[test]
fn every_family_has_the_same_stops() {
    let stops = |family: &Family| family.members.iter().map(|member| member.beta).collect::<Vec<_>>();
    let digits = family();
    for family in families() {
        assert_eq!((stops(&family), &family.run.model), (stops(&digits), &digits.run.model), "{}", family.name);
    }
}

#[test]
fn all_of_it_is_soon_downloaded() {
    for family in families() {
        let file = |name: &str| file_of(&family.name, name);
        let mut whole = 0;
        for member in &family.members {
            let [weights, codes] = [&member.weights, &member.codes].map(|name| file(name));
            assert_eq!((weights.len(), codes.len()), (member.bytes.weights, member.bytes.codes), "{}", member.name);
            whole += compressed(&weights) + compressed(&codes);
        }
        whole += compressed(&file("card.json")) + compressed(&file("classifier.safetensors"));
        assert!(whole < BUDGET, "{}: {whole} bytes", family.name);
    }
}

#[cfg(feature = "site")]
fn compressed(bytes: &[u8]) -> usize {
    // Quality 9 and not the 11 of a server: the test is soon done, and the bound holds all the more.
    let parameters = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters).unwrap();
    out.len()
}

/// Without brotli at hand: what it leaves of such files at most.
#[cfg(not(feature = "site"))]
fn compressed(bytes: &[u8]) -> usize {
    bytes.len() * 9 / 10
}

#[cfg(feature = "view")]
#[test]
fn the_dial_begins_at_beta_1() {
    use latentscape::state::scene::{FARTHEST_DIAL, HOME, MEMBERS};
    use latentscape::state::shipped::{DataSet, Shipped};
    for family in families() {
        assert_eq!(family.members[usize::from(HOME)].beta, Some(1.0), "{}", family.name);
        assert_eq!(family.members.len(), usize::from(MEMBERS), "{}", family.name);
        assert!(family.members.len() as f32 - 1.0 <= FARTHEST_DIAL);
    }
    // The page offers what is shipped, and nothing else.
    for data in [DataSet::Digits, DataSet::Mnist, DataSet::Fashion] {
        let name = data.folder().strip_prefix("pretrained/").unwrap();
        assert_eq!(path(name, "card.json").exists(), data.has_family(), "{name}");
    }
    let files = ["card.json", "weights.safetensors", "codes.safetensors", "codes-train.safetensors", "atlas.png"];
    for model in Shipped::ALL.into_iter().filter(|model| model.member().is_none()) {
        let name = model.folder().strip_prefix("pretrained/").unwrap();
        assert!(files.iter().all(|file| path(name, file).exists()), "{name}");
    }
}

/// What the page will measure, over a coarser survey than the card's.
#[cfg(feature = "tool")]
#[test]
fn the_meters_read_what_the_card_says_and_tell_the_models_apart() {
    use latentscape::latent::regularity::Frame;
    use latentscape::latent::regularity::report::{Codes as OfPlane, Meter, Meters};
    use latentscape::spec::Input;
    use latentscape::tool::family::measure::survey;
    let family = family();
    let card = |name: &str, meter: Meter| family.member(name).unwrap().meters[meter.name()].value;
    for name in ["ae", "beta-0", "beta-1", "beta-32"] {
        let member = family.member(name).unwrap();
        let codes = Codes::read(&file_of(DIGITS, &member.codes)).unwrap();
        let survey = survey(&load(&family, member), Frame::PRIOR, &codes.mu, 64).unwrap();
        let (mu, log_var, labels) = (&codes.mu[..], &codes.log_var[..], &codes.labels[..]);
        let meters = Meters::of(&survey, OfPlane { mu, log_var, labels, latent: 2, input: Input::default() });
        for (meter, within) in [(Meter::Continuity, 0.02), (Meter::Returns, 0.02), (Meter::Accuracy, 1e-3)] {
            let (is, said) = (meters.reading(meter).unwrap().value, card(name, meter));
            assert!((is - said).abs() <= within, "{name}: {} is {is}, the card says {said}", meter.name());
        }
        // Of other draws, and fewer: where each says that the truth is, the other's interval reaches.
        for meter in [Meter::Kl, Meter::Shared, Meter::Covered] {
            let (Some(is), Some(said)) = (meters.reading(meter), member.meters.get(meter.name())) else {
                assert!(member.beta.is_none() && meter == Meter::Kl, "{name} has no {}", meter.name());
                continue;
            };
            let (is, reference) = (is.interval.unwrap(), is.reference.unwrap());
            let half = (is.high - is.low) / 2.0 + 0.01;
            assert!(said.low.unwrap() <= is.high + half && said.high.unwrap() >= is.low - half, "{name}: {is:?}");
            assert!(
                (reference - said.reference.unwrap()).abs() < 0.1 + 0.1 * reference,
                "{name}: {reference} {said:?}"
            );
        }
    }
    // A plain autoencoder is torn, a variational one is not, and neither is one that has collapsed: but of that nothing returns.
    assert!(card("ae", Meter::Continuity) < 0.1 && card("beta-0", Meter::Continuity) < 0.1);
    assert!(card("beta-1", Meter::Continuity) > 0.5 && card("beta-1", Meter::Returns) > 0.9);
    assert!(card("beta-0", Meter::Returns) < 0.8 && card("beta-0", Meter::Shared) < 0.2);
    assert!(card("beta-32", Meter::Continuity) == 1.0 && card("beta-32", Meter::Returns) < 0.1);
    let notes = family.notes.join(" ");
    assert!(notes.contains("The KL divergence of the aggregated posterior falls with β"), "{notes}");
    assert!(notes.contains("Continuity does not always do as theory has it"), "{notes}");
}

/// The member with z′ = scale · R(turn) · z instead of z: the same model of the data in another plane.
#[cfg(feature = "tool")]
fn reparameterised(family: &Family, member: &Member, scale: f32, turn: f32) -> BurnLearner {
    use latentscape::nn::exchange::to_file;
    use latentscape::nn::layout::Layout;
    use latentscape::nn::weights::from_safetensors;
    let model = &family.run_of(member).model;
    let layout = Layout::new(model).unwrap();
    let mut flat = from_safetensors(&layout, &file_of(DIGITS, &member.weights)).unwrap();
    let (sin, cos) = turn.sin_cos();
    let there = |[x, y]: [f32; 2]| [scale * (cos * x - sin * y), scale * (sin * x + cos * y)];
    for parameter in &layout.parameters {
        let values = &mut flat[parameter.range()];
        match parameter.name.as_str() {
            "mu.weight" | "mu.bias" => values.as_chunks_mut::<2>().0.iter_mut().for_each(|z| *z = there(*z)),
            "decoder.0.weight" => {
                let (first, second) = values.split_at_mut(parameter.shape[1]);
                for (a, b) in first.iter_mut().zip(second) {
                    (*a, *b) = ((cos * *a - sin * *b) / scale, (sin * *a + cos * *b) / scale);
                }
            }
            _ => {}
        }
    }
    let mut learner = BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() });
    learner.load(model, &to_file(model, None, &layout, &flat).unwrap()).unwrap();
    learner
}

/// What a plain autoencoder scores is the model's and not its plane's: the same autoencoder with z scaled and turned reads
/// the same in the frame of its codes, to 0.01.
#[cfg(feature = "tool")]
#[test]
fn the_scores_of_an_autoencoder_know_no_scale_and_no_turn() {
    use latentscape::latent::regularity::Frame;
    use latentscape::latent::regularity::report::{Codes as OfPlane, Meter, Meters};
    use latentscape::spec::Input;
    use latentscape::tool::family::measure::survey;
    let family = family();
    let member = family.member("ae").unwrap();
    let held_out = batches::data(&family.run).unwrap().1;
    let read = |scale: f32, turn: f32| {
        let learner = reparameterised(&family, member, scale, turn);
        let (mu, log_var) = block_on(learner.posteriors(&held_out, held_out.len())).unwrap();
        let [mu, log_var] = [mu, log_var].map(|values| values.chunks(2).map(|z| [z[0], z[1]]).collect::<Vec<_>>());
        let survey = survey(&learner, Frame::of_codes(&mu).unwrap(), &mu, 96).unwrap();
        let labels = held_out.labels();
        let meters =
            Meters::of(&survey, OfPlane { mu: &mu, log_var: &log_var, labels, latent: 2, input: Input::default() });
        [Meter::Continuity, Meter::Slope, Meter::Returns].map(|meter| meters.reading(meter).unwrap().value)
    };
    let plain = read(1.0, 0.0);
    for (scale, turn) in [(0.149, 0.0), (0.05, 0.0), (10.0, 0.0), (1.0, 0.6), (0.002, 2.0)] {
        let found = read(scale, turn);
        let apart = plain.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 0.01, "{scale} {turn}: {found:?}, as shipped {plain:?}");
    }
}
