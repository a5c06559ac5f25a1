//! The page's whole state in the address, from one table: `#z=0.4,-1.2&strip=4-9&lang=es`.
//!
//! Only what differs from the defaults is printed, so that links stay short and old ones follow better defaults.
//! `parse(print(scene)) == scene`. What is not understood is left at its default and reported by name.

use crate::i18n::{Locale, tag};
use crate::latent::view::View;
use crate::protocol::DeviceKind;
use crate::spec::{CLASSES, DataSpec, ModelSpec, Net, RunSpec};
use crate::state::scene::{Classes, Layers, Scene, Shipped, Theme};

/// One entry of the address.
struct Entry {
    key: &'static str,
    print: fn(&Scene) -> String,
    /// Nothing where the text makes no sense.
    parse: fn(&mut Scene, &str) -> Option<()>,
}

/// Coordinates beyond this are a slip: the prior has one sample in 10¹³ outside 8.
const FARTHEST: f32 = 8.0;

const TABLE: &[Entry] = &[
    Entry {
        key: "model",
        print: |s| s.model.name().into(),
        parse: |s, t| Shipped::ALL.into_iter().find(|m| m.name() == t).map(|m| s.model = m),
    },
    Entry { key: "z", print: |s| pair(s.z), parse: |s, t| parse_pair(t).map(|z| s.z = z) },
    Entry {
        key: "layers",
        print: |s| {
            let Layers { decodings, points, prior } = s.layers;
            let on = [(decodings, 'd'), (points, 'p'), (prior, 'c')];
            let letters: String = on.into_iter().filter(|(on, _)| *on).map(|(_, letter)| letter).collect();
            if letters.is_empty() { "0".into() } else { letters }
        },
        parse: |s, t| {
            let known = t == "0" || (!t.is_empty() && t.chars().all(|c| "dpc".contains(c)));
            let layers = Layers { decodings: t.contains('d'), points: t.contains('p'), prior: t.contains('c') };
            known.then(|| s.layers = layers)
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
        print: |s| format!("{}-{}", s.strip[0], s.strip[1]),
        parse: |s, t| {
            let (a, b) = t.split_once('-')?;
            let strip = [a.parse().ok()?, b.parse().ok()?];
            strip.iter().all(|&class: &u8| usize::from(class) < CLASSES).then(|| s.strip = strip)
        },
    },
    Entry { key: "at", print: |s| pair(s.centre), parse: |s, t| parse_pair(t).map(|at| s.centre = at) },
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
    Entry {
        key: "digits",
        print: |s| match s.run.data {
            DataSpec::Digits { count } => count.to_string(),
            DataSpec::Mnist | DataSpec::Fashion => String::new(),
        },
        parse: |s, t| within(t, 100, 60_000).map(|count| s.run.data = DataSpec::Digits { count }),
    },
    Entry {
        key: "net",
        print: |s| print_net(&s.run.model),
        parse: |s, t| parse_net(t).map(|model| s.run.model = model),
    },
    Entry {
        key: "beta",
        print: |s| s.run.training.beta.to_string(),
        parse: |s, t| within(t, 0.0, 32.0).map(|beta| s.run.training.beta = beta),
    },
    Entry {
        key: "batch",
        print: |s| s.run.training.batch.to_string(),
        parse: |s, t| within(t, 1, 1024).map(|batch| s.run.training.batch = batch),
    },
    Entry {
        key: "rate",
        print: |s| s.run.training.learning_rate.to_string(),
        parse: |s, t| within(t, 1e-6, 1.0).map(|rate| s.run.training.learning_rate = rate),
    },
    Entry {
        key: "steps",
        print: |s| s.run.training.steps.to_string(),
        parse: |s, t| within(t, 1, 1_000_000).map(|steps| s.run.training.steps = steps),
    },
    Entry {
        key: "seed",
        print: |s| s.run.seed.to_string(),
        parse: |s, t| t.parse().ok().map(|seed| s.run.seed = seed),
    },
];

/// The scene as the part of an address after `#`; empty for the defaults.
pub fn print(scene: &Scene) -> String {
    let plain = Scene::default();
    let words = TABLE.iter().filter_map(|entry| {
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
        let read = TABLE.iter().find(|entry| entry.key == key).and_then(|entry| (entry.parse)(&mut scene, &text));
        if read.is_none() {
            nonsense.push(word.to_owned());
        }
    }
    Parsed { scene, nonsense }
}

/// Undoes what a mail program does to commas and the like; leaves what is no escape.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        match code {
            Some(byte) => out.push(char::from(byte)),
            None => out.push('%'),
        }
        rest = &rest[at + if code.is_some() { 3 } else { 1 }..];
    }
    out + rest
}

fn within<T: std::str::FromStr + PartialOrd>(text: &str, low: T, high: T) -> Option<T> {
    text.parse().ok().filter(|value| *value >= low && *value <= high)
}

fn pair(z: [f32; 2]) -> String {
    format!("{},{}", z[0], z[1])
}

fn parse_pair(text: &str) -> Option<[f32; 2]> {
    let (a, b) = text.split_once(',')?;
    Some([within(a, -FARTHEST, FARTHEST)?, within(b, -FARTHEST, FARTHEST)?])
}

fn device_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::WebGpu => "webgpu",
    }
}

/// `256-128` for linear layers, `conv-32-64-128` for the convolutional net.
fn print_net(model: &ModelSpec) -> String {
    match &model.net {
        Net::Mlp { hidden } => hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("-"),
        Net::Conv { channels: [a, b], hidden } => format!("conv-{a}-{b}-{hidden}"),
    }
}

fn parse_net(text: &str) -> Option<ModelSpec> {
    let latent = RunSpec::default().model.latent;
    let widths = |text: &str| text.split('-').map(|w| within(w, 1, 2048)).collect::<Option<Vec<usize>>>();
    let net = match text.strip_prefix("conv-") {
        Some(rest) => match widths(rest)?[..] {
            [a, b, hidden] => Net::Conv { channels: [a, b], hidden },
            _ => return None,
        },
        None => Net::Mlp { hidden: widths(text).filter(|hidden| hidden.len() <= 4)? },
    };
    Some(ModelSpec { net, latent })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::spec::TrainingSpec;

    /// A scene with about half of its parts off their defaults.
    fn any_scene(rng: &mut Rng) -> Scene {
        let plain = Scene::default();
        let coin = |rng: &mut Rng| rng.below(2) == 0;
        let point = |rng: &mut Rng| [rng.range(-8.0, 8.0), rng.range(-8.0, 8.0)];
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
            z: if coin(rng) { plain.z } else { point(rng) },
            layers: Layers { decodings: coin(rng), points: coin(rng), prior: coin(rng) },
            hidden,
            strip: [rng.below(10) as u8, rng.below(10) as u8],
            centre: if coin(rng) { plain.centre } else { point(rng) },
            zoom: if coin(rng) { plain.zoom } else { rng.range(View::MIN_ZOOM, View::MAX_ZOOM) },
            lang: [None, Some(Locale::en), Some(Locale::es)][rng.below(3)],
            theme: [None, Some(Theme::Light), Some(Theme::Dark)][rng.below(3)],
            device: [None, Some(DeviceKind::Cpu), Some(DeviceKind::WebGpu)][rng.below(3)],
            run: RunSpec {
                data: DataSpec::Digits { count: 100 + rng.below(59_900) },
                model: ModelSpec { net, latent: 2 },
                training: TrainingSpec {
                    beta: if coin(rng) { 1.0 } else { rng.range(0.0, 32.0) },
                    batch: 1 + rng.below(1024),
                    learning_rate: 1e-6 + rng.uniform() * 0.9,
                    steps: 1 + rng.below(1_000_000) as u32,
                },
                seed: rng.u32(),
            },
        }
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
        assert_eq!((scene.z, scene.strip), ([0.42, -1.5], [4, 9]));
        assert_eq!((scene.device, scene.lang), (Some(DeviceKind::Cpu), Some(Locale::es)));
        assert!(scene.hidden.has(0) && scene.hidden.has(1) && !scene.hidden.has(2));
    }

    #[test]
    fn nonsense_is_reported_and_changes_nothing() {
        for word in [
            "z=NaN,0",
            "z=1",
            "z=99,0",
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
            assert_eq!(parse(&format!("{noise}&strip=4-9")).scene.strip, [4, 9], "{noise}");
        }
    }
}
