//! Files to take away: the plane as it is seen, the film strip, the samples, the codes. Everything is made here.

use js_sys::{Array, Uint8Array};
use leptos::ev::Event;
use leptos::html::Details;
use leptos::prelude::*;
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, HtmlInputElement, Url};

use super::canvas;
use super::desk::Desk;
use super::fine::{FINER, Fine};
use super::plane::marks;
use super::words::tr;
use crate::data::model_file::ModelFile;
use crate::latent::view::View;
use crate::plots::contact::{animation, sheet};
use crate::plots::dots::{Dots, Look};
use crate::plots::figure::{Marks, draw_axes, draw_codes, draw_marks};
use crate::spec::{ModelSpec, SIDE, pytorch};
use crate::state::PageStoreFields;
use crate::state::message::Message;
use crate::state::pictures::Decoding;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, answers};
use crate::state::table;

/// How large a picture is in a file: as many times its own side as come nearest to these pixels.
const SHEET_SIDE: usize = 6 * SIDE;
const ANIMATION_SIDE: usize = 10 * SIDE;

/// Width of a figure in pixels: as proposed, and what a browser's canvas bears.
const WIDTH: u32 = 1920;
const WIDTHS: std::ops::RangeInclusive<u32> = 200..=8000;

/// Radius of a code's circle in an SVG, in its units.
const CODE: f32 = 1.6;

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
    Model,
    Python,
}

/// The name of the file with the weights, which the Python program opens.
const MODEL: &str = "latentscape-model.safetensors";

#[component]
pub fn Export() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let width = RwSignal::new(WIDTH);
    let menu = NodeRef::<Details>::new();
    let close = move || menu.get_untracked().iter().for_each(|menu| menu.set_open(false));
    let strip = Memo::new(move |_| session.strip().read().is_some());
    let samples = Memo::new(move |_| session.samples().read().is_some());
    let codes = Memo::new(move |_| session.cloud().read().is_some());
    let model = Memo::new(move |_| answers(session.phase().get()));
    // What the engine is laying out the model for.
    let wanted = RwSignal::new(None::<What>);
    let exported = Memo::new(move |_| session.exported().get());
    Effect::new(move |_| {
        let (Some(file), Some(what)) = (exported.get(), wanted.get_untracked()) else { return };
        wanted.set(None);
        session.exported().set(None);
        if let Err(why) = save_model(desk, what, &file) {
            web_sys::console::error_1(&why);
            desk.say(Message::NotSaved);
        }
    });
    let item = move |what: What, id: &'static str, name: fn(Desk) -> &'static str, ready: Memo<bool>| {
        let save = move |_| {
            close();
            if matches!(what, What::Model | What::Python) {
                wanted.set(Some(what));
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
    // What cannot be used gives way to what is used.
    let typed = move |event: Event| {
        if let Ok(pixels) = event_target_value(&event).parse::<u32>() {
            width.set(pixels.clamp(*WIDTHS.start(), *WIDTHS.end()));
        }
        event_target::<HtmlInputElement>(&event).set_value(&width.get_untracked().to_string());
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
                <label>
                    {move || tr!(desk, export_width)}
                    <input
                        type="number"
                        inputmode="numeric"
                        data-testid="export-width"
                        min=*WIDTHS.start()
                        max=*WIDTHS.end()
                        step="10"
                        prop:value=move || width.get().to_string()
                        on:change=typed
                    />
                    "px"
                </label>
                {item(What::Png, "export-png", |desk| tr!(desk, export_png), always)}
                {item(What::Svg, "export-svg", |desk| tr!(desk, export_svg), always)}
                {item(What::StripPng, "export-strip-png", |desk| tr!(desk, export_strip_png), strip)}
                {item(What::StripGif, "export-strip-gif", |desk| tr!(desk, export_strip_gif), strip)}
                {item(What::SamplesPng, "export-samples-png", |desk| tr!(desk, export_samples_png), samples)}
                {item(What::SamplesGif, "export-samples-gif", |desk| tr!(desk, export_samples_gif), samples)}
                {item(What::Codes, "export-codes", |desk| tr!(desk, export_codes), codes)}
                {item(What::Model, "export-model", |desk| tr!(desk, export_model), model)}
                {item(What::Python, "export-python", |desk| tr!(desk, export_python), model)}
                <div on:click=move |_| close()>
                    <super::header::Share id="share-narrow" class="item narrow"/>
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
        What::SamplesPng => save_sheet("latentscape-samples.png", session.samples().get_untracked(), 10),
        What::SamplesGif => save_animation("latentscape-samples.gif", session.samples().get_untracked()),
        What::Model | What::Python => Err("the engine has not laid it out".into()),
        What::Codes => {
            let cloud = session.cloud().get_untracked().ok_or("no codes")?;
            let selection = desk.page.selection().get_untracked();
            download("latentscape-codes.csv", "text/csv", table::codes(&cloud, selection.as_deref()).as_bytes())
        }
    }
}

/// The model as the engine has laid it out, or the program that opens that file in PyTorch and decodes the handle's point.
fn save_model(desk: Desk, what: What, file: &[u8]) -> Result<(), JsValue> {
    if what == What::Model {
        return download(MODEL, "application/octet-stream", file);
    }
    let opened = ModelFile::open(file).map_err(|why| why.to_string())?;
    let model = opened.model(&ModelSpec::mlp(&[])).map_err(|why| why.to_string())?;
    let z = untrack(|| desk.z());
    download("latentscape-model.py", "text/x-python", pytorch::snippet(&model, MODEL, &z).as_bytes())
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

/// The plane at any width: the pictures as they are on the page, the codes and lines drawn anew.
fn figure_png(desk: Desk, width: u32) -> Result<HtmlCanvasElement, JsValue> {
    let view = desk.view().ok_or("no plane")?;
    let ratio = width as f32 / view.width;
    let canvas = ground(&view, ratio)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    let layers = desk.page.scene().layers().get();
    if let Some(cloud) = desk.page.session().cloud().get().filter(|_| layers.points) {
        let (hidden, selection) = (desk.page.scene().hidden().get(), desk.page.selection().get());
        let mut dots = Dots::new(Look { cloud, view, ratio, hidden, selection });
        while !dots.advance(usize::MAX) {}
        let (pixels, width, height) = dots.into_pixels();
        let codes = canvas::blank(1, 1)?;
        canvas::put(&codes, &pixels, width, height);
        context.draw_image_with_html_canvas_element(&codes, 0.0, 0.0)?;
    }
    let lines = canvas::blank(canvas.width(), canvas.height())?;
    let pen = canvas::context(&lines).ok_or("no 2-D canvas")?;
    let area = Fine::new(lines.clone(), &pen).ok_or("no 2-D canvas")?.into_drawing_area();
    let ratio = ratio * FINER as f32;
    draw_axes(&area, &view, ratio).map_err(|why| why.to_string())?;
    draw_marks(&area, &view, ratio, &all_marks(desk)).map_err(|why| why.to_string())?;
    context.draw_image_with_html_canvas_element(&lines, 0.0, 0.0)?;
    Ok(canvas)
}

/// The plane as lines and circles over the pictures.
fn figure_svg(desk: Desk) -> Result<String, JsValue> {
    let view = desk.view().ok_or("no plane")?;
    let pictures = ground(&view, canvas::ratio())?.to_data_url()?;
    let mut svg = String::new();
    {
        let size = (view.width.round() as u32, view.height.round() as u32);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let layers = desk.page.scene().layers().get();
        if let Some(cloud) = desk.page.session().cloud().get().filter(|_| layers.points) {
            let (hidden, selection) = (desk.page.scene().hidden().get(), desk.page.selection().get());
            draw_codes(&area, &view, &cloud, hidden, selection.as_deref(), CODE).map_err(|why| why.to_string())?;
        }
        draw_axes(&area, &view, 1.0).map_err(|why| why.to_string())?;
        draw_marks(&area, &view, 1.0, &all_marks(desk)).map_err(|why| why.to_string())?;
        area.present().map_err(|why| why.to_string())?;
    }
    // The pictures lie under everything else: after the element's own tag.
    let below = svg.find('>').ok_or("no SVG")? + 1;
    svg.insert_str(below, &format!("\n<image width=\"100%\" height=\"100%\" href=\"{pictures}\"/>"));
    Ok(svg)
}

fn all_marks(desk: Desk) -> Marks {
    let handles = desk.page.scene().handles().get();
    let name = |index| if handles.list().len() > 1 { handles.title(index) } else { String::new() };
    let handles = handles.list().iter().enumerate().map(|(index, handle)| (handle.z, name(index))).collect();
    Marks { handles, rings: Vec::new(), ..marks::all(desk) }
}

/// The pictures that lie under codes and lines, as they are on the page now.
fn ground(view: &View, ratio: f32) -> Result<HtmlCanvasElement, JsValue> {
    let canvas = canvas::blank((view.width * ratio).round() as u32, (view.height * ratio).round() as u32)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.set_fill_style_str("#080a0e");
    context.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    let plane = document().query_selector(".plane")?.ok_or("no plane")?.get_bounding_client_rect();
    for id in ["atlas", "heat", "surface"] {
        let Some(layer) = document().query_selector(&format!("[data-testid={id}]"))? else { continue };
        let style = window().get_computed_style(&layer)?.ok_or("no style")?;
        let place = layer.get_bounding_client_rect();
        let layer: HtmlCanvasElement = layer.dyn_into()?;
        context.set_global_alpha(style.get_property_value("opacity")?.parse().unwrap_or(1.0));
        let ratio = f64::from(ratio);
        context.draw_image_with_html_canvas_element_and_dw_and_dh(
            &layer,
            (place.left() - plane.left()) * ratio,
            (place.top() - plane.top()) * ratio,
            place.width() * ratio,
            place.height() * ratio,
        )?;
    }
    context.set_global_alpha(1.0);
    Ok(canvas)
}

pub fn download(name: &str, kind: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = Array::of1(&Uint8Array::from(bytes));
    download_blob(name, &Blob::new_with_u8_array_sequence_and_options(&parts, &options)?)
}

fn download_canvas(name: &'static str, canvas: &HtmlCanvasElement) -> Result<(), JsValue> {
    let made = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Err(why) = blob.ok_or(JsValue::from("too large")).and_then(|blob| download_blob(name, &blob)) {
            web_sys::console::error_1(&why);
        }
    });
    canvas.to_blob(made.unchecked_ref())
}

fn download_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser has taken it up by then.
    super::preferences::later(10_000, move || {
        Url::revoke_object_url(&address).ok();
    });
    Ok(())
}
