//! Files to take away: the plane as it is seen, the film strip, the samples, the codes. Everything is made here.

mod files;
mod model;
mod plane;

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use self::model::Made;
use self::plane::figure_png;
use super::canvas;
use super::desk::Desk;
use super::lab::fields::Number;
use super::menu::{lightly, shut};
use super::words::{self, tr};
use crate::plots::contact::{animation, sheet};
use crate::spec::SIDE;
use crate::state::PageStoreFields;
use crate::state::message::Message;
use crate::state::pictures::Decoding;
use crate::state::session::{SessionStoreFields, answers};
use crate::state::table;

pub use self::files::{download, download_canvas};
pub use self::plane::figure_svg;

/// How large a picture is in a file: as many times its own side as come nearest to these pixels.
const SHEET_SIDE: usize = 6 * SIDE;
const ANIMATION_SIDE: usize = 10 * SIDE;

/// Width of a figure in pixels: as proposed, and what a browser's canvas bears.
const WIDTH: u32 = 1920;
const WIDTHS: std::ops::RangeInclusive<u32> = 200..=8000;

/// What can be taken away.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Svg,
    Png,
    StripPng,
    StripGif,
    SamplesPng,
    SamplesGif,
    Codes,
    /// The engine lays it out first.
    Model(Made),
}

#[component]
pub fn Export() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let width = RwSignal::new(WIDTH);
    let menu = NodeRef::<Details>::new();
    lightly(menu);
    let close = move || shut(menu);
    let strip = Memo::new(move |_| session.strip().read().is_some());
    let samples = Memo::new(move |_| session.samples().read().is_some());
    let codes = Memo::new(move |_| session.cloud().read().is_some());
    let model = Memo::new(move |_| answers(session.phase().get()));
    // What the engine is laying out the model for.
    let wanted = RwSignal::new(None::<Made>);
    let exported = Memo::new(move |_| session.exported().get());
    Effect::new(move |_| {
        let (Some(file), Some(made)) = (exported.get(), wanted.get_untracked()) else { return };
        wanted.set(None);
        session.exported().set(None);
        if let Err(why) = model::save(desk, made, &file) {
            web_sys::console::error_1(&why);
            desk.say(Message::NotSaved);
        }
    });
    let item = move |what: What, id: &'static str, name: fn(Desk) -> &'static str, ready: Memo<bool>| {
        let save = move |_| {
            close();
            if let What::Model(made) = what {
                wanted.set(Some(made));
                return desk.ask_weights();
            }
            if let Err(why) = save(desk, what, width.get_untracked()) {
                web_sys::console::error_1(&why);
                desk.say(Message::NotSaved);
            }
        };
        view! {
            <button class="item" data-testid=id disabled=move || !ready.get() on:click=save>
                {move || name(desk)}
            </button>
        }
    };
    let always = Memo::new(move |_| desk.view().is_some());
    view! {
        <details
            class="menu"
            node_ref=menu
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                }
            }
        >
            <summary class="pill" data-testid="export" aria-label=move || tr!(desk, export)>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v8M5 7l3 3 3-3M3 13h10"/></svg>
                <span class="wide">{move || tr!(desk, export)}</span>
            </summary>
            <div class="sheet">
                <Number
                    id="export-width"
                    label=Signal::derive(move || tr!(desk, export_width))
                    low=f64::from(*WIDTHS.start())
                    high=f64::from(*WIDTHS.end())
                    step=10.0
                    value=Signal::derive(move || f64::from(width.get()))
                    set=Callback::new(move |pixels: f64| width.set(pixels.round() as u32))
                />
                {item(What::Png, "export-png", |desk| tr!(desk, export_png), always)}
                {item(What::Svg, "export-svg", |desk| tr!(desk, export_svg), always)}
                {item(What::StripPng, "export-strip-png", |desk| tr!(desk, export_strip_png), strip)}
                {item(What::StripGif, "export-strip-gif", |desk| tr!(desk, export_strip_gif), strip)}
                {item(What::SamplesPng, "export-samples-png", |desk| tr!(desk, export_samples_png), samples)}
                {item(What::SamplesGif, "export-samples-gif", |desk| tr!(desk, export_samples_gif), samples)}
                {item(What::Codes, "export-codes", |desk| tr!(desk, export_codes), codes)}
                {item(What::Model(Made::Weights), "export-model", |desk| tr!(desk, export_model), model)}
                {item(What::Model(Made::Onnx), "export-onnx", |desk| tr!(desk, export_onnx), model)}
                {item(What::Model(Made::Python), "export-python", |desk| tr!(desk, export_python), model)}
                <super::saved::SessionItem close=Callback::new(move |()| close())/>
                <div on:click=move |_| close()>
                    <super::share::Share id="share-narrow" class="item narrow"/>
                </div>
            </div>
        </details>
    }
}

fn save(desk: Desk, what: What, width: u32) -> Result<(), JsValue> {
    let session = desk.page.session();
    match what {
        What::Svg => {
            let svg = untrack(|| figure_svg(desk))?;
            download("latentscape.svg", "image/svg+xml", svg.as_bytes())
        }
        What::Png => {
            let canvas = untrack(|| figure_png(desk, width))?;
            download_canvas("latentscape.png", &canvas)
        }
        What::StripPng => save_sheet("latentscape-strip.png", session.strip().get_untracked(), usize::MAX),
        What::StripGif => save_animation("latentscape-strip.gif", session.strip().get_untracked()),
        What::SamplesPng => save_sheet("latentscape-samples-sheet.png", session.samples().get_untracked(), 10),
        What::SamplesGif => save_animation("latentscape-samples.gif", session.samples().get_untracked()),
        What::Model(_) => Err("the engine has not laid it out".into()),
        What::Codes => {
            let cloud = session.cloud().get_untracked().ok_or("no codes")?;
            let selection = desk.page.selection().get_untracked();
            let codes = table::codes(&cloud, selection.as_deref(), |class| untrack(|| words::class(desk, class)));
            download("latentscape-codes.csv", "text/csv", codes.as_bytes())
        }
    }
}

fn save_sheet(name: &'static str, decoding: Option<Decoding>, columns: usize) -> Result<(), JsValue> {
    let decoding = decoding.ok_or("nothing decoded")?;
    let sheet = sheet(&decoding.pixels, decoding.format, columns, SHEET_SIDE / decoding.format.side);
    let canvas = canvas::blank(1, 1)?;
    canvas::put(&canvas, &sheet.pixels, sheet.width as u32, sheet.height as u32);
    download_canvas(name, &canvas)
}

fn save_animation(name: &str, decoding: Option<Decoding>) -> Result<(), JsValue> {
    let decoding = decoding.ok_or("nothing decoded")?;
    let file = animation(&decoding.pixels, decoding.format, ANIMATION_SIDE / decoding.format.side)
        .map_err(|why| why.to_string())?;
    download(name, "image/gif", &file)
}
