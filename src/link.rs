//! The page's whole state in the address, from one table: `#z=0.4,-1.2&strip=4-9&lang=es`.
//!
//! Only what differs from the defaults is printed, so that links stay short and old ones follow better defaults.
//! `parse(print(scene)) == scene`. What is not understood is left at its default and reported by name.

mod run;

use crate::i18n::{Locale, tag};
use crate::latent::path::Course;
use crate::latent::view::{FARTHEST, View};
use crate::protocol::DeviceKind;
use crate::spec::CLASSES;
use crate::state::handles::{Handle, Handles};
use crate::state::scene::{Classes, End, Layers, Path, Points, Scene, Shipped, Theme};

/// One entry of the address.
struct Entry {
    key: &'static str,
    print: fn(&Scene) -> String,
    /// Nothing where the text makes no sense.
    parse: fn(&mut Scene, &str) -> Option<()>,
}

const PLANE: &[Entry] = &[
    Entry {
        key: "model",
        print: |s| s.model.name().into(),
        parse: |s, t| Shipped::ALL.into_iter().find(|m| m.name() == t).map(|m| s.model = m),
    },
    Entry { key: "z", print: |s| print_handles(&s.handles), parse: |s, t| parse_handles(t).map(|h| s.handles = h) },
    Entry { key: "layers", print: |s| print_layers(s.layers), parse: |s, t| parse_layers(t).map(|l| s.layers = l) },
    Entry {
        key: "points",
        print: |s| if s.points == Points::Train { "train".into() } else { "test".into() },
        parse: |s, t| {
            let known = [("test", Points::Test), ("train", Points::Train)].into_iter().find(|(word, _)| *word == t);
            known.map(|(_, points)| s.points = points)
        },
    },
    Entry {
        key: "hide",
        print: |s| s.hidden.iter().map(|class| char::from(b'0' + class)).collect(),
        parse: |s, t| {
            let mut hidden = Classes::default();
            for c in t.chars() {
                let class = u8::try_from(c.to_digit(10)?).ok()?;
                if hidden.has(class) {
                    return None;
                }
                hidden.toggle(class);
            }
            s.hidden = hidden;
            Some(())
        },
    },
    Entry {
        key: "strip",
        print: |s| s.path.ends.map(print_end).join("-"),
        parse: |s, t| {
            let (a, b) = t.split_once('-')?;
            s.path.ends = [parse_end(a)?, parse_end(b)?];
            Some(())
        },
    },
    Entry {
        key: "course",
        print: |s| if s.path.course == Course::GreatCircle { "arc".into() } else { "line".into() },
        parse: |s, t| {
            let known =
                [("line", Course::Straight), ("arc", Course::GreatCircle)].into_iter().find(|(word, _)| *word == t);
            known.map(|(_, course)| s.path.course = course)
        },
    },
    Entry {
        key: "frames",
        print: |s| s.path.frames.to_string(),
        parse: |s, t| within(t, Path::FEWEST, Path::MOST).map(|frames| s.path.frames = frames),
    },
    Entry {
        key: "at",
        print: |s| format!("{},{}", s.centre[0], s.centre[1]),
        parse: |s, t| parse_pair(t, f64::from(FARTHEST)).map(|at| s.centre = at),
    },
    Entry {
        key: "zoom",
        print: |s| s.zoom.to_string(),
        parse: |s, t| within(t, View::MIN_ZOOM, View::MAX_ZOOM).map(|zoom| s.zoom = zoom),
    },
    Entry {
        key: "lang",
        print: |s| s.lang.map(|lang| tag(lang).into()).unwrap_or_default(),
        parse: |s, t| [Locale::en, Locale::es].into_iter().find(|l| tag(*l) == t).map(|l| s.lang = Some(l)),
    },
    Entry {
        key: "theme",
        print: |s| s.theme.map(|theme| theme.name().into()).unwrap_or_default(),
        parse: |s, t| [Theme::Light, Theme::Dark].into_iter().find(|h| h.name() == t).map(|h| s.theme = Some(h)),
    },
    Entry {
        key: "device",
        print: |s| s.device.map(|kind| device_name(kind).into()).unwrap_or_default(),
        parse: |s, t| {
            let known = [DeviceKind::Cpu, DeviceKind::WebGpu].into_iter().find(|k| device_name(*k) == t);
            known.map(|kind| s.device = Some(kind))
        },
    },
];

/// The plane's entries, then the run's.
fn table() -> impl Iterator<Item = &'static Entry> {
    PLANE.iter().chain(run::ENTRIES)
}

/// The scene as the part of an address after `#`; empty for the defaults.
pub fn print(scene: &Scene) -> String {
    let plain = Scene::default();
    let words = table().filter_map(|entry| {
        let text = (entry.print)(scene);
        (text != (entry.print)(&plain)).then(|| format!("{}={text}", entry.key))
    });
    words.collect::<Vec<_>>().join("&")
}

/// A link taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub scene: Scene,
    /// The words that made no sense, as they stood.
    pub nonsense: Vec<String>,
}

/// Reads the parts of an address after `?` or `#`, later words over earlier ones. Keys of the bench mode are let be.
pub fn parse(link: &str) -> Parsed {
    let mut scene = Scene::default();
    let mut nonsense = Vec::new();
    for word in link.split(['&', '?', '#']).filter(|word| !word.is_empty()) {
        let (key, text) = word.split_once('=').unwrap_or((word, ""));
        if key == "bench" {
            continue;
        }
        let text = unescape(text);
        let read = table().find(|entry| entry.key == key).and_then(|entry| (entry.parse)(&mut scene, &text));
        if read.is_none() {
            nonsense.push(word.to_owned());
        }
    }
    scene.run.fit();
    Parsed { scene, nonsense }
}

/// Undoes what a browser or a mail program does to commas, letters with accents and the like; leaves what is no escape.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        // Two hexadecimal digits, not a sign and one.
        let code =
            hex.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|h| u8::from_str_radix(h, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// Everything escaped that could be taken for a part of an address or of a list.
fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn within<T: std::str::FromStr + PartialOrd>(text: &str, low: T, high: T) -> Option<T> {
    text.parse().ok().filter(|value| *value >= low && *value <= high)
}

fn parse_pair<T: std::str::FromStr + PartialOrd + std::ops::Neg<Output = T> + Copy>(
    text: &str,
    most: T,
) -> Option<[T; 2]> {
    let (a, b) = text.split_once(',')?;
    Some([within(a, -most, most)?, within(b, -most, most)?])
}

/// `0.3,0.7` for one; `0.3,0.7;*1,2:nine` for more, with a name where there is one and a star before the active.
fn print_handles(handles: &Handles) -> String {
    let word = |(i, handle): (usize, &Handle)| {
        let star = if i > 0 && i == handles.active() { "*" } else { "" };
        let name = if handle.name.is_empty() { String::new() } else { format!(":{}", escape(&escape(&handle.name))) };
        format!("{star}{},{}{name}", handle.z[0], handle.z[1])
    };
    handles.list().iter().enumerate().map(word).collect::<Vec<_>>().join(";")
}

fn parse_handles(text: &str) -> Option<Handles> {
    let mut active = 0;
    let mut list = Vec::new();
    for (i, word) in text.split(';').enumerate() {
        let bare = word.strip_prefix('*').inspect(|_| active = i).unwrap_or(word);
        let (z, name) = bare.split_once(':').unwrap_or((bare, ""));
        list.push(Handle { z: parse_pair(z, FARTHEST)?, name: unescape(name) });
    }
    let names: Vec<String> = list.iter().map(|handle| handle.name.clone()).collect();
    let mut handles = Handles::of(list)?;
    names.iter().enumerate().for_each(|(i, name)| handles.rename(i, name));
    handles.activate(active);
    Some(handles)
}

/// A letter for each layer that is on.
type LayerLetter = (char, fn(&mut Layers) -> &mut bool);

const LAYERS: [LayerLetter; 6] = [
    ('d', |l| &mut l.decodings),
    ('p', |l| &mut l.points),
    ('c', |l| &mut l.prior),
    ('q', |l| &mut l.density),
    ('r', |l| &mut l.regions),
    ('e', |l| &mut l.ellipses),
];

fn print_layers(mut layers: Layers) -> String {
    let letters: String = LAYERS.iter().filter(|(_, of)| *of(&mut layers)).map(|(letter, _)| letter).collect();
    if letters.is_empty() { "0".into() } else { letters }
}

fn parse_layers(text: &str) -> Option<Layers> {
    let known =
        text == "0" || (!text.is_empty() && text.chars().all(|c| LAYERS.iter().any(|(letter, _)| *letter == c)));
    let mut layers = Layers::default();
    LAYERS.iter().for_each(|(letter, of)| *of(&mut layers) = text.contains(*letter));
    known.then_some(layers)
}

/// `3` is a class, `h1` a handle, `p123` a code, `d0` a drawing.
pub fn print_end(end: End) -> String {
    match end {
        End::Class(class) => class.to_string(),
        End::Handle(index) => format!("h{index}"),
        End::Code(index) => format!("p{index}"),
        End::Drawing(index) => format!("d{index}"),
    }
}

/// What [`print_end`] wrote; nothing for anything else.
pub fn parse_end(text: &str) -> Option<End> {
    let index = |rest: &str| within(rest, 0, 1_000_000usize);
    match text.split_at_checked(1)? {
        ("h", rest) => index(rest).filter(|i| *i < Handles::MOST).map(End::Handle),
        ("p", rest) => index(rest).map(End::Code),
        ("d", rest) => index(rest).map(End::Drawing),
        _ => text.parse().ok().filter(|&class: &u8| usize::from(class) < CLASSES).map(End::Class),
    }
}

fn device_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::WebGpu => "webgpu",
    }
}

#[cfg(test)]
mod tests {
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
        let handles =
            (0..1 + rng.below(4)).map(|_| Handle { z: point(rng), name: names[rng.below(4)].into() }).collect();
        let mut handles = Handles::of(handles).expect("at most four");
        handles.activate(rng.below(4));
        let end = |rng: &mut Rng| match rng.below(4) {
            0 => End::Class(rng.below(10) as u8),
            1 => End::Handle(rng.below(12)),
            2 => End::Code(rng.below(60_000)),
            _ => End::Drawing(rng.below(4)),
        };
        let mut hidden = Classes::default();
        (0..CLASSES as u8).filter(|_| coin(rng) && coin(rng)).for_each(|class| hidden.toggle(class));
        let width = |rng: &mut Rng| 1 + rng.below(2048);
        let net = match rng.below(3) {
            0 => plain.run.model.net.clone(),
            1 => Net::Mlp { hidden: (0..1 + rng.below(4)).map(|_| width(rng)).collect() },
            _ => Net::Conv { channels: [width(rng), width(rng)], hidden: width(rng) },
        };
        Scene {
            model: Shipped::ALL[rng.below(2)],
            handles: if coin(rng) { plain.handles.clone() } else { handles },
            layers: Layers {
                decodings: coin(rng),
                points: coin(rng),
                prior: coin(rng),
                density: coin(rng),
                regions: coin(rng),
                ellipses: coin(rng),
            },
            points: [Points::Test, Points::Train][rng.below(2)],
            hidden,
            path: Path {
                ends: [end(rng), end(rng)],
                course: [Course::Straight, Course::GreatCircle][rng.below(2)],
                frames: Path::FEWEST + rng.below(Path::MOST - Path::FEWEST + 1),
            },
            centre: if coin(rng) { plain.centre } else { point(rng).map(f64::from) },
            zoom: if coin(rng) { plain.zoom } else { f64::from(rng.range(0.1, 4000.0)) },
            lang: [None, Some(Locale::en), Some(Locale::es)][rng.below(3)],
            theme: [None, Some(Theme::Light), Some(Theme::Dark)][rng.below(3)],
            device: [None, Some(DeviceKind::Cpu), Some(DeviceKind::WebGpu)][rng.below(3)],
            run: any_run(rng, net),
            beside: [None, Some(Beside::Plain), Some(Beside::Beta(8.0))][rng.below(3)],
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
    fn a_short_link_reads_as_meant() {
        let scene = parse("?device=cpu#z=0.42%2C-1.5&strip=4-9&hide=01&lang=es").scene;
        assert_eq!((scene.handles.z(), scene.path.ends), ([0.42, -1.5], [End::Class(4), End::Class(9)]));
        assert_eq!((scene.device, scene.lang), (Some(DeviceKind::Cpu), Some(Locale::es)));
        assert!(scene.hidden.has(0) && scene.hidden.has(1) && !scene.hidden.has(2));
    }

    #[test]
    fn several_handles_keep_their_names_whatever_a_browser_makes_of_them() {
        let handles = parse("z=0,1;*2,3:nueve%20t%C3%ADmido").scene.handles;
        assert_eq!((handles.active(), handles.title(0), handles.title(1)), (1, "A".into(), "nueve tímido".into()));
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
            "hide=a",
            "strip=3",
            "strip=3-10",
            "at=,",
            "zoom=0",
            "zoom=1e9",
            "lang=xx",
            "theme=pink",
            "device=tpu",
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
}
