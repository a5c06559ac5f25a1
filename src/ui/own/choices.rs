//! What becomes of the pictures: sensible guesses, each of which can be changed.

use leptos::prelude::*;

use super::Bring;
use crate::data::brought::{Choices, Colours, Fit, Scale, Test};
use crate::ui::lab::fields::{Choose as Choice, Number};
use crate::ui::words::tr;

/// Held out in percent, where the files do not say.
const PERCENT: u8 = 10;

/// Sides that can be chosen, and their words.
const SIZES: [(&str, usize); 4] = [("28 × 28", 28), ("32 × 32", 32), ("48 × 48", 48), ("64 × 64", 64)];

#[component]
pub fn Choose(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let of = move |read: fn(&Choices) -> f64| Signal::derive(move || bring.choices.read().as_ref().map_or(0.0, read));
    let count = Memo::new(move |_| match &*bring.preview.read() {
        Some(preview) => (preview.count, preview.train.is_some()),
        None => (1, false),
    });
    let side = Signal::derive(move || {
        let side = bring.choices.read().as_ref().map(|choices| choices.side);
        SIZES.iter().find(|(_, known)| Some(*known) == side).map_or(SIZES[0].0, |(word, _)| word)
    });
    let colours = Signal::derive(move || match bring.choices.read().as_ref().map(|choices| choices.colours) {
        Some(Colours::Rgb) => "rgb",
        Some(Colours::Grey) | None => "grey",
    });
    let invert = Memo::new(move |_| bring.choices.read().as_ref().is_some_and(|choices| choices.invert));
    let fit = Signal::derive(move || match bring.choices.read().as_ref().map(|choices| choices.fit) {
        Some(Fit::Crop) => "crop",
        Some(Fit::Pad) | None => "pad",
    });
    let scale = Signal::derive(move || match bring.choices.read().as_ref().map(|choices| choices.scale) {
        Some(Scale::Type) => "type",
        Some(Scale::Extent) => "extent",
        Some(Scale::Bytes) | None => "bytes",
    });
    let split = Signal::derive(move || match bring.choices.read().as_ref().map(|choices| choices.test) {
        Some(Test::AsGiven) => "given",
        Some(Test::Percent(_)) | None => "percent",
    });
    let drawn = Memo::new(move |_| split.get() == "percent");
    view! {
        <div class="settings">
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="own-invert"
                    prop:checked=move || invert.get()
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        bring.choose(|choices| choices.invert = on);
                    }
                />
                {move || tr!(desk, own_invert)}
            </label>
            <Choice
                id="own-side"
                label=Signal::derive(move || tr!(desk, own_side))
                words=SIZES.map(|(word, _)| (word, Signal::derive(move || word))).to_vec()
                chosen=side
                choose=Callback::new(move |word: String| {
                    let side = SIZES.iter().find(|(known, _)| *known == word);
                    side.iter().for_each(|(_, side)| bring.choose(|choices| choices.side = *side));
                })
            />
            <Choice
                id="own-colours"
                label=Signal::derive(move || tr!(desk, own_colours))
                words=vec![
                    ("grey", Signal::derive(move || tr!(desk, own_colours_grey))),
                    ("rgb", Signal::derive(move || tr!(desk, own_colours_rgb))),
                ]
                chosen=colours
                choose=Callback::new(move |word: String| {
                    bring.choose(|choices| choices.colours = if word == "rgb" { Colours::Rgb } else { Colours::Grey });
                })
            />
            <Choice
                id="own-fit"
                label=Signal::derive(move || tr!(desk, own_fit))
                words=vec![
                    ("pad", Signal::derive(move || tr!(desk, own_fit_pad))),
                    ("crop", Signal::derive(move || tr!(desk, own_fit_crop))),
                ]
                chosen=fit
                choose=Callback::new(move |word: String| {
                    bring.choose(|choices| choices.fit = if word == "crop" { Fit::Crop } else { Fit::Pad });
                })
            />
            <Choice
                id="own-scale"
                label=Signal::derive(move || tr!(desk, own_scale))
                words=vec![
                    ("bytes", Signal::derive(move || tr!(desk, own_scale_bytes))),
                    ("type", Signal::derive(move || tr!(desk, own_scale_type))),
                    ("extent", Signal::derive(move || tr!(desk, own_scale_extent))),
                ]
                chosen=scale
                choose=Callback::new(move |word: String| {
                    bring
                        .choose(|choices| {
                            choices.scale = match word.as_str() {
                                "type" => Scale::Type,
                                "extent" => Scale::Extent,
                                _ => Scale::Bytes,
                            };
                        });
                })
            />
            <Number
                id="own-background"
                label=Signal::derive(move || tr!(desk, own_background))
                low=0.0
                high=255.0
                value=of(|choices| f64::from(choices.background))
                set=Callback::new(move |value: f64| bring.choose(|choices| choices.background = value as u8))
            />
            <Choice
                id="own-split"
                label=Signal::derive(move || tr!(desk, own_split))
                words=vec![
                    ("given", Signal::derive(move || tr!(desk, own_split_given))),
                    ("percent", Signal::derive(move || tr!(desk, own_split_percent))),
                ]
                chosen=split
                choose=Callback::new(move |word: String| {
                    let given = word == "given" && count.get_untracked().1;
                    bring.choose(|choices| choices.test = if given { Test::AsGiven } else { Test::Percent(PERCENT) });
                })
                disabled=Signal::derive(move || !count.get().1)
            />
            <Number
                id="own-percent"
                label=Signal::derive(move || tr!(desk, own_percent))
                low=1.0
                high=90.0
                value=of(|choices| match choices.test {
                    Test::Percent(percent) => f64::from(percent),
                    Test::AsGiven => f64::from(PERCENT),
                })
                set=Callback::new(move |value: f64| {
                    bring.choose(|choices| choices.test = Test::Percent(value as u8));
                })
                disabled=Signal::derive(move || !drawn.get())
            />
            <Number
                id="own-most"
                label=Signal::derive(move || tr!(desk, own_most))
                low=2.0
                high=1e6
                value=Signal::derive(move || {
                    let most = bring.choices.read().as_ref().and_then(|choices| choices.most);
                    most.unwrap_or(count.get().0) as f64
                })
                set=Callback::new(move |value: f64| {
                    let all = count.get_untracked().0;
                    bring.choose(|choices| choices.most = Some(value as usize).filter(|most| *most < all));
                })
            />
            <Number
                id="own-seed"
                label=Signal::derive(move || tr!(desk, own_seed))
                low=0.0
                high=f64::from(u32::MAX)
                value=of(|choices| f64::from(choices.seed))
                set=Callback::new(move |value: f64| bring.choose(|choices| choices.seed = value as u32))
            />
        </div>
    }
}
