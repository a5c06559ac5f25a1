//! The page's whole state in the address, from one table: `#z=0.4,-1.2&strip=4-9&lang=es`.
//!
//! Only what differs from the defaults is printed, so that links stay short and old ones follow better defaults.
//! `parse(print(scene)) == scene`. What is not understood is left at its default and reported by name.
//!
//! A place of a plane means nothing without its model, so a link with one names the model. One that does not is older than
//! that rule, and was made on the weights that were the default then.

mod run;

use crate::i18n::{Locale, tag};
use crate::latent::path::Course;
use crate::latent::view::{FARTHEST, View};
use crate::protocol::DeviceKind;
use crate::spec::MOST_CLASSES;
use crate::state::handles::{Handle, Handles};
use crate::state::parts::{Part, Parts};
use crate::state::scene::{Chosen, Classes, Cover, End, FARTHEST_DIAL, Layer, Layers, Path, Points, Scene, Theme};
use crate::state::shipped::{DataSet, Shipped};

/// One entry of the address.
struct Entry {
    key: &'static str,
    print: fn(&Scene) -> String,
    /// Nothing where the text makes no sense.
    parse: fn(&mut Scene, &str) -> Option<()>,
}

const PLANE: &[Entry] = &[
    Entry {
        key: MODEL,
        print: |s| s.model.name().into(),
        parse: |s, t| {
            let model = Shipped::named(t)?;
            s.model = model.family().map_or(model, |data| Shipped::on_dial(data, s.dial));
            Some(())
        },
    },
    Entry {
        key: DIAL,
        print: |s| s.dial.to_string(),
        parse: |s, t| {
            s.dial = within(t, 0.0, FARTHEST_DIAL)?;
            if let Some(data) = s.model.family() {
                s.model = Shipped::on_dial(data, s.dial);
            }
            Some(())
        },
    },
    Entry {
        key: "against",
        print: |s| s.against.map(|member| member.to_string()).unwrap_or_default(),
        parse: |s, t| within(t, 0, FARTHEST_DIAL as u8).map(|member| s.against = Some(member)),
    },
    Entry {
        key: "from",
        print: |s| match s.chosen {
            Chosen::Model => "model".into(),
            Chosen::Prior => "prior".into(),
            Chosen::Codes => "codes".into(),
        },
        parse: |s, t| {
            let words = [("model", Chosen::Model), ("prior", Chosen::Prior), ("codes", Chosen::Codes)];
            let known = words.into_iter().find(|(word, _)| *word == t);
            known.map(|(_, chosen)| s.chosen = chosen)
        },
    },
    Entry {
        key: "slopes",
        print: |s| if s.nats { "nats".into() } else { "pixels".into() },
        parse: |s, t| {
            let known = [("pixels", false), ("nats", true)].into_iter().find(|(word, _)| *word == t);
            known.map(|(_, nats)| s.nats = nats)
        },
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
        print: |s| s.hidden.iter().filter_map(|class| char::from_digit(class.into(), 36)).collect(),
        parse: |s, t| {
            let mut hidden = Classes::default();
            for c in t.chars() {
                let class = u8::try_from(c.to_digit(36)?).ok()?;
                if usize::from(class) >= MOST_CLASSES || hidden.has(class) {
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
        print: |s| course_name(s.path.course).into(),
        parse: |s, t| {
            let known = Course::ALL.into_iter();
            known.filter(|course| course_name(*course) == t).map(|course| s.path.course = course).next()
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
    Entry {
        key: "without",
        print: |s| s.without.iter().map(Part::name).collect::<Vec<_>>().join("-"),
        parse: |s, t| {
            let known = |word: &str| Part::ALL.into_iter().find(|part| part.name() == word);
            t.split('-').map(known).collect::<Option<Parts>>().map(|parts| s.without = parts)
        },
    },
];

/// The plane's entries, then the run's.
fn table() -> impl Iterator<Item = &'static Entry> {
    PLANE.iter().chain(run::ENTRIES)
}

/// The keys of what is a place of a plane.
const PLACES: [&str; 4] = ["z", "strip", "at", "zoom"];
const MODEL: &str = "model";
const DIAL: &str = "dial";

/// The scene as the part of an address after `#`; empty for the defaults.
pub fn print(scene: &Scene) -> String {
    let plain = Scene::default();
    let differs = |entry: &Entry| (entry.print)(scene) != (entry.print)(&plain);
    let of_a_model = table().any(|entry| (PLACES.contains(&entry.key) || entry.key == DIAL) && differs(entry));
    let wanted = |entry: &&Entry| differs(entry) || (entry.key == MODEL && of_a_model);
    let words = table().filter(wanted).map(|entry| format!("{}={}", entry.key, (entry.print)(scene)));
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
    let mut read_keys = Vec::new();
    for word in link.split(['&', '?', '#']).filter(|word| !word.is_empty()) {
        let (key, text) = word.split_once('=').unwrap_or((word, ""));
        if key == "bench" {
            continue;
        }
        let text = unescape(text);
        let read = table().find(|entry| entry.key == key).and_then(|entry| (entry.parse)(&mut scene, &text));
        match read {
            Some(()) => read_keys.push(key),
            None => nonsense.push(word.to_owned()),
        }
    }
    if !read_keys.contains(&MODEL) {
        scene.model = unnamed(&read_keys, scene.dial);
    }
    scene.run.fit();
    Parsed { scene, nonsense }
}

/// The model of a link that names none: the default of the time when places could stand without one; of a dial alone, the
/// family that was the only one.
fn unnamed(keys: &[&str], dial: f32) -> Shipped {
    if keys.iter().any(|key| PLACES.contains(key)) {
        Shipped::EarlierMnist
    } else if keys.contains(&DIAL) {
        Shipped::on_dial(DataSet::Digits, dial)
    } else {
        Scene::default().model
    }
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
const LAYERS: [(char, Layer); 9] = [
    ('d', Layer::Decodings),
    ('p', Layer::Points),
    ('c', Layer::Prior),
    ('q', Layer::Cover(Cover::Density)),
    ('r', Layer::Cover(Cover::Regions)),
    ('e', Layer::Ellipses),
    ('s', Layer::Cover(Cover::Continuity)),
    ('b', Layer::Cover(Cover::Completeness)),
    ('k', Layer::Cover(Cover::Confidence)),
];

fn print_layers(layers: Layers) -> String {
    let letters: String = LAYERS.iter().filter(|(_, layer)| layers.has(*layer)).map(|(letter, _)| letter).collect();
    if letters.is_empty() { "0".into() } else { letters }
}

fn parse_layers(text: &str) -> Option<Layers> {
    let known =
        text == "0" || (!text.is_empty() && text.chars().all(|c| LAYERS.iter().any(|(letter, _)| *letter == c)));
    let mut layers = Layers::default();
    // From the last one on: of several that cover the plane the first stays.
    LAYERS.iter().rev().for_each(|(letter, layer)| layers.set(*layer, text.contains(*letter)));
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
        _ => text.parse().ok().filter(|&class: &u8| usize::from(class) < MOST_CLASSES).map(End::Class),
    }
}

fn course_name(course: Course) -> &'static str {
    match course {
        Course::Straight => "line",
        Course::GreatCircle => "arc",
        Course::Shortest => "geodesic",
        Course::NearCodes => "codes",
        Course::Gradual => "gradual",
    }
}

fn device_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::WebGpu => "webgpu",
    }
}

#[cfg(test)]
mod tests;
