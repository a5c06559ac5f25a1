//! What a visitor chooses before pictures become data, and what is guessed for one who does not.

use super::collected::{Collected, Values};
use super::shrink::{Axis, resample};
use crate::data::brought::{Choices, Colours, Facts, Fit, Scale, Test};
use crate::spec::{Format, SIDE};

/// Pictures that are looked at for a guess.
const LOOK: usize = 64;

impl Choices {
    /// What is most likely wanted of these pictures.
    pub fn guess(set: &Collected) -> Self {
        let facts = set.facts();
        let scale = guess_scale(facts);
        let border = Border::of(set, scale.range(facts));
        Self {
            side: guess_side(facts),
            colours: if facts.colourful { Colours::Rgb } else { Colours::Grey },
            // Drawings on transparent or plain ground lose nothing by more ground; photographs look wrong with bars.
            fit: if facts.colourful && !facts.transparent { Fit::Crop } else { Fit::Pad },
            invert: border.paper > 127.5 && !facts.colourful,
            background: if border.paper > 127.5 { 255 } else { 0 },
            scale,
            test: if set.split().is_some() { Test::AsGiven } else { Test::Percent(10) },
            most: None,
            seed: 1,
        }
    }
}

/// The least that loses nothing; of larger pictures the least, which trains soonest: in colour 32, as small photographs
/// are published.
fn guess_side(facts: &Facts) -> usize {
    let largest = facts.largest[0].max(facts.largest[1]) as usize;
    let whole = Format::SIDES.into_iter().find(|side| *side >= largest);
    whole.unwrap_or(if facts.colourful { 32 } else { SIDE })
}

fn guess_scale(facts: &Facts) -> Scale {
    let [low, high] = facts.range;
    let [type_low, type_high] = facts.type_range;
    if type_low <= low && high <= type_high && type_high <= 255.0 && type_low >= 0.0 {
        Scale::Type
    } else if low >= 0.0 && high <= 255.0 && high > 1.0 {
        // Wide types that hold what bytes could: so numpy saves what was computed from bytes.
        Scale::Bytes
    } else {
        Scale::Extent
    }
}

/// How bright the pictures are around their edges.
struct Border {
    /// 0..=255.
    paper: f32,
}

impl Border {
    fn of(set: &Collected, [low, high]: [f32; 2]) -> Self {
        let step = (set.len() / LOOK).max(1);
        let (mut sum, mut count, mut ink, mut covered) = (0.0_f64, 0_u64, 0.0_f64, 0.0_f64);
        for frame in set.frames.iter().step_by(step).take(LOOK) {
            let channels = usize::from(frame.channels);
            let (width, height) = (usize::from(frame.width), usize::from(frame.height));
            let values = set.floats(*frame);
            let colours = if matches!(channels, 2 | 4) { channels - 1 } else { channels };
            for (at, pixel) in values.chunks_exact(channels.max(1)).enumerate() {
                let (x, y) = (at % width.max(1), at / width.max(1));
                let light = f64::from(pixel.iter().take(colours).sum::<f32>()) / colours.max(1) as f64;
                let cover =
                    if colours < channels { f64::from(pixel.last().copied().unwrap_or(0.0)) / 255.0 } else { 1.0 };
                ink += light * cover;
                covered += cover;
                if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
                    sum += light;
                    count += 1;
                }
            }
        }
        // What lies on transparent ground is told from it by being unlike it.
        if set.facts().transparent && covered > 0.0 {
            return Self { paper: if ink / covered < 127.5 { 255.0 } else { 0.0 } };
        }
        let mean = sum / count.max(1) as f64;
        let span = f64::from(high - low);
        Self { paper: if span > 0.0 { ((mean - f64::from(low)) / span * 255.0) as f32 } else { 0.0 } }
    }
}

/// One picture as chosen, planar.
pub(super) fn develop(set: &Collected, picture: usize, choices: &Choices, out: &mut Vec<u8>) {
    let Some(&frame) = set.frames.get(picture) else { return };
    let channels = choices.colours.channels();
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let [low, high] = choices.scale.range(set.facts());
    let span = if high > low { high - low } else { 1.0 };
    let ground = f32::from(choices.background);
    let bytes = matches!(set.values, Values::Bytes(_));
    let flat: Vec<f32> = set
        .floats(frame)
        .chunks_exact(usize::from(frame.channels.max(1)))
        .flat_map(|pixel| {
            let scaled = |value: f32| ((value - low) / span * 255.0).clamp(0.0, 255.0);
            let (rgb, cover) = match *pixel {
                [grey] => ([scaled(grey); 3], 255.0),
                [grey, cover] => ([scaled(grey); 3], cover),
                [r, g, b] => ([r, g, b].map(scaled), 255.0),
                [r, g, b, cover] => ([r, g, b].map(scaled), cover),
                _ => ([0.0; 3], 0.0),
            };
            // A cover among fractions is one itself.
            let cover = if bytes || frame.channels % 2 == 1 { cover } else { scaled(cover) };
            let share = (cover / 255.0).clamp(0.0, 1.0);
            let seen = rgb.map(|colour| colour * share + ground * (1.0 - share));
            // Rec. 601, as everything that makes grey of colours does.
            let grey = 0.299 * seen[0] + 0.587 * seen[1] + 0.114 * seen[2];
            let [r, g, b] = if channels == 3 { seen } else { [grey; 3] };
            [r, g, b].into_iter().take(channels)
        })
        .collect();
    let square = square(&flat, channels, (width, height), choices.side, choices.fit, ground);
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    let bytes = square.into_iter().map(byte).map(|value| if choices.invert { 255 - value } else { value });
    out.extend(choices.format().planar(&bytes.collect::<Vec<u8>>()));
}

fn square(flat: &[f32], channels: usize, size: (usize, usize), side: usize, fit: Fit, ground: f32) -> Vec<f32> {
    let (width, height) = size;
    let short = width.min(height) as f32;
    match fit {
        Fit::Crop => {
            let window = |length: usize| Axis { length, from: (length as f32 - short) / 2.0, span: short, to: side };
            resample(flat, channels, window(width), window(height))
        }
        Fit::Pad => {
            let long = width.max(height).max(1) as f32;
            let scaled = |length: usize| ((length as f32 / long * side as f32).round() as usize).clamp(1, side);
            let (across, down) = (scaled(width), scaled(height));
            let made = resample(flat, channels, Axis::whole(width, across), Axis::whole(height, down));
            let mut square = vec![ground; side * side * channels];
            let (left, top) = ((side - across) / 2, (side - down) / 2);
            let rows = square.chunks_exact_mut(side * channels).skip(top);
            for (row, new) in rows.zip(made.chunks_exact(across * channels)) {
                for (value, new) in row.iter_mut().skip(left * channels).zip(new) {
                    *value = *new;
                }
            }
            square
        }
    }
}
