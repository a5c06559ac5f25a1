//! Every scene survives its link, and nonsense does no harm.

use super::*;
use crate::rng::Rng;
use crate::spec::check::MOST_LATENT;
use crate::spec::{
    Activation, Corruption, DataSpec, Finish, Likelihood, ModelSpec, Net, Objective, PointKind, RunSpec, Schedule,
    Sparsity, TrainingSpec,
};
use crate::state::scene::Beside;

/// A scene with about half of its parts off their defaults.
fn any_scene(rng: &mut Rng) -> Scene {
    let plain = Scene::default();
    let coin = |rng: &mut Rng| rng.below(2) == 0;
    let point = |rng: &mut Rng| [rng.range(-99.0, 99.0), rng.range(-99.0, 99.0)];
    let names = ["", "a tall 9", "ñandú; 50 % & *más*", "q=1#x?:,"];
    let handles = (0..1 + rng.below(4)).map(|_| Handle { z: point(rng), name: names[rng.below(4)].into() }).collect();
    let mut handles = Handles::of(handles).expect("at most four");
    handles.activate(rng.below(4));
    let end = |rng: &mut Rng| match rng.below(4) {
        0 => End::Class(rng.below(10) as u8),
        1 => End::Handle(rng.below(12)),
        2 => End::Code(rng.below(60_000)),
        _ => End::Drawing(rng.below(4)),
    };
    let mut hidden = Classes::default();
    (0..MOST_CLASSES as u8).filter(|_| coin(rng) && coin(rng)).for_each(|class| hidden.toggle(class));
    let width = |rng: &mut Rng| 1 + rng.below(2048);
    let net = match rng.below(3) {
        0 => plain.run.model.net.clone(),
        1 => Net::Mlp { hidden: (0..1 + rng.below(4)).map(|_| width(rng)).collect() },
        _ => Net::Conv { channels: [width(rng), width(rng)], hidden: width(rng) },
    };
    let dial = [plain.dial, rng.range(0.0, FARTHEST_DIAL)][rng.below(2)];
    let [mnist, fashion, _] = Shipped::ALL;
    let digits = Shipped::on_dial(DataSet::Digits, dial);
    let models = [mnist, fashion, Shipped::EarlierMnist, Shipped::EarlierFashion, digits];
    Scene {
        model: models[rng.below(models.len())],
        dial,
        against: [None, Some(rng.below(12) as u8)][rng.below(2)],
        chosen: [Chosen::Model, Chosen::Prior, Chosen::Codes][rng.below(3)],
        nats: coin(rng),
        handles: if coin(rng) { plain.handles.clone() } else { handles },
        layers: Layers {
            decodings: coin(rng),
            points: coin(rng),
            prior: coin(rng),
            ellipses: coin(rng),
            cover: [
                None,
                Some(Cover::Density),
                Some(Cover::Regions),
                Some(Cover::Continuity),
                Some(Cover::Completeness),
                Some(Cover::Confidence),
            ][rng.below(6)],
        },
        points: [Points::Test, Points::Train][rng.below(2)],
        hidden,
        path: Path {
            ends: [end(rng), end(rng)],
            course: Course::ALL[rng.below(Course::ALL.len())],
            frames: Path::FEWEST + rng.below(Path::MOST - Path::FEWEST + 1),
        },
        centre: if coin(rng) { plain.centre } else { point(rng).map(f64::from) },
        zoom: if coin(rng) { plain.zoom } else { f64::from(rng.range(0.1, 4000.0)) },
        lang: [None, Some(Locale::en), Some(Locale::es)][rng.below(3)],
        theme: [None, Some(Theme::Light), Some(Theme::Dark)][rng.below(3)],
        device: [None, Some(DeviceKind::Cpu), Some(DeviceKind::WebGpu)][rng.below(3)],
        run: any_run(rng, net),
        beside: [None, Some(Beside::Plain), Some(Beside::Beta(8.0))][rng.below(3)],
        without: Part::ALL.into_iter().filter(|_| coin(rng) && coin(rng)).collect(),
    }
}

/// A run that can be had from a link: its model fits its data.
fn any_run(rng: &mut Rng, net: Net) -> RunSpec {
    let count = 1100 + rng.below(50_000);
    let data = match rng.below(4) {
        0 => DataSpec::Shapes { count },
        1 => DataSpec::Points { kind: [PointKind::TwoMoons, PointKind::Pinwheel][rng.below(2)], count },
        _ => DataSpec::Digits { count },
    };
    let objective = match rng.below(6) {
        0 => Objective::Autoencoder,
        1 => Objective::Denoising { corruption: Corruption::Gaussian { deviation: rng.range(0.1, 2.0) } },
        2 => Objective::Denoising { corruption: Corruption::Sectors { share: rng.range(0.1, 0.9) } },
        3 => Objective::Sparse { penalty: Sparsity::Kl { target: rng.range(0.01, 0.9) } },
        4 => Objective::Sparse { penalty: Sparsity::L1 },
        _ => Objective::Variational,
    };
    let steps = 1 + rng.below(1_000_000) as u32;
    let mut run = RunSpec {
        data,
        model: ModelSpec {
            latent: 1 + rng.below(MOST_LATENT),
            objective,
            likelihood: [Likelihood::Bernoulli, Likelihood::Gaussian { deviation: 0.25 }][rng.below(2)],
            activation: [Activation::Relu, Activation::Gelu][rng.below(2)],
            dropout: rng.below(91) as u8,
            ..ModelSpec::of(net)
        },
        training: TrainingSpec {
            beta: [1.0, rng.range(0.0, 32.0)][rng.below(2)],
            schedule: [Schedule::Constant, Schedule::WarmUp { steps }, Schedule::Cyclical { period: steps }]
                [rng.below(3)],
            batch: 1 + rng.below(1024),
            learning_rate: 1e-6 + rng.uniform() * 0.9,
            steps,
            finish: [Finish::Steps, Finish::Epochs(7), Finish::Minutes(1.5), Finish::Plateau(3)][rng.below(4)],
        },
        seed: rng.u32(),
    };
    run.fit();
    run
}

#[test]
fn every_scene_survives_its_link() {
    let mut rng = Rng::new(2);
    for _ in 0..2000 {
        let scene = any_scene(&mut rng);
        let link = print(&scene);
        assert_eq!(parse(&link), Parsed { scene, nonsense: vec![] }, "{link}");
    }
}

#[test]
fn the_default_scene_is_the_bare_address() {
    assert_eq!(print(&Scene::default()), "");
    assert_eq!(parse("").scene, Scene::default());
}

#[test]
fn a_place_is_of_the_model_that_it_was_made_on() {
    let model = |link: &str| parse(link).scene.model;
    // Of before there were newer weights: what was the default then was not named.
    for old in ["z=0.4,-1.2", "at=1,1&zoom=3", "strip=4-9", "zoom=2&lang=es", "points=train&z=0,0", "dial=3&z=1,2"] {
        assert_eq!(model(old), Shipped::EarlierMnist, "{old}");
    }
    assert_eq!((model("model=mnist"), model("model=fashion&z=1,2")), (Shipped::EarlierMnist, Shipped::EarlierFashion));
    assert_eq!(model("dial=3"), Shipped::Member(DataSet::Digits, 3));
    assert_eq!(model("model=digits&dial=3&z=1,2"), Shipped::Member(DataSet::Digits, 3));
    // What no place depends on follows the better default.
    for bare in ["", "lang=es", "layers=dps", "device=cpu&theme=dark", "without=lab"] {
        assert_eq!(model(bare), Shipped::ALL[0], "{bare}");
    }
    // Of now: a place names its model.
    let scene = Scene { zoom: 2.0, ..Scene::default() };
    assert_eq!(print(&scene), format!("model={}&zoom=2", scene.model.name()));
    assert_eq!(parse(&print(&scene)).scene, scene);
    // A family that is not shipped is no word of a link.
    for (data, name) in [(DataSet::Mnist, "mnist-beta"), (DataSet::Fashion, "fashion-beta")] {
        assert_eq!(parse(&format!("model={name}")).nonsense.is_empty(), data.has_family(), "{name}");
    }
}

#[test]
fn a_short_link_reads_as_meant() {
    let scene = parse("?device=cpu#z=0.42%2C-1.5&strip=4-9&hide=01&lang=es").scene;
    assert_eq!((scene.handles.z(), scene.path.ends), ([0.42, -1.5], [End::Class(4), End::Class(9)]));
    assert_eq!((scene.device, scene.lang), (Some(DeviceKind::Cpu), Some(Locale::es)));
    assert!(scene.hidden.has(0) && scene.hidden.has(1) && !scene.hidden.has(2));
}

#[test]
fn of_two_covers_in_an_old_link_the_first_stays() {
    assert_eq!(parse("layers=pqr").scene.layers.cover, Some(Cover::Density));
    assert_eq!(parse("layers=bsp").scene.layers.cover, Some(Cover::Continuity));
}

#[test]
fn several_handles_keep_their_names_whatever_a_browser_makes_of_them() {
    let handles = parse("z=0,1;*2,3:nueve%20t%C3%ADmido").scene.handles;
    assert_eq!((handles.active(), handles.title(0), handles.title(1)), (1, "A".into(), "nueve tímido".into()));
}

#[test]
fn a_frame_says_what_it_leaves_out() {
    let scene = parse("without=lab-head&z=1,2").scene;
    assert_eq!(scene.without, [Part::Head, Part::Lab].into_iter().collect());
    assert_eq!(print(&scene), "model=mnist&z=1,2&without=head-lab");
}

#[test]
fn nonsense_is_reported_and_changes_nothing() {
    for word in [
        "z=NaN,0",
        "z=1",
        "z=100,0",
        "z=1,2;",
        "z=1,2;3",
        "points=all",
        "strip=h12-3",
        "strip=x1-3",
        "course=zigzag",
        "frames=2",
        "frames=999",
        "z=inf,0",
        "layers=x",
        "layers=",
        "hide=11",
        "hide=c",
        "strip=3",
        "strip=3-12",
        "at=,",
        "zoom=0",
        "zoom=1e9",
        "lang=xx",
        "theme=pink",
        "dial=-1",
        "dial=NaN",
        "against=99",
        "from=here",
        "device=tpu",
        "without=plane",
        "without=head-",
        "without=",
        "digits=1",
        "net=",
        "net=0",
        "net=conv-1",
        "net=9-9-9-9-9",
        "beta=-1",
        "beta=NaN",
        "batch=0",
        "rate=0",
        "steps=0",
        "seed=-1",
        "model=llm",
        "what",
        "%",
        "z=%F0%9F,1",
        "z=%",
    ] {
        let parsed = parse(word);
        assert_eq!(parsed.nonsense, [word], "{word}");
        assert_eq!(parsed.scene, Scene::default(), "{word}");
    }
}

/// A link of before means what it meant.
#[test]
fn every_course_has_its_word() {
    let words = ["line", "arc", "geodesic", "codes", "gradual"];
    for (course, word) in Course::ALL.into_iter().zip(words) {
        let parsed = parse(&format!("course={word}"));
        assert!(parsed.nonsense.is_empty() && parsed.scene.path.course == course, "{word}");
    }
}

#[test]
fn pictures_that_no_link_can_bring_are_not_in_it() {
    let mut scene = Scene::default();
    scene.run.data =
        crate::spec::DataSpec::Own { count: 540, classes: 3, print: 7, format: crate::spec::Format::GREY_28 };
    assert_eq!(print(&scene), "");
}

/// Random bytes never panic, and what was good beside them is kept.
#[test]
fn noise_beside_a_good_word_does_no_harm() {
    let mut rng = Rng::new(5);
    for _ in 0..2000 {
        let noise: String = (0..rng.below(20)).filter_map(|_| char::from_u32(rng.below(0x250) as u32)).collect();
        let noise = noise.replace(['&', '?', '#'], "");
        assert_eq!(parse(&format!("{noise}&strip=4-9")).scene.path.ends, [End::Class(4), End::Class(9)], "{noise}");
    }
}
