//! The way to keep a chart: as an SVG, or the same as a PNG.

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlCanvasElement, HtmlImageElement};

use super::canvas;
use super::desk::Desk;
use super::export::{download, download_canvas};
use super::menu::{lightly, shut};
use super::words::tr;
use crate::state::message::Message;

/// Pixels of a PNG to one of the figure: 300 a printed inch, a column wide.
const FINER: f64 = 2.0;

/// A small menu beside a chart. `name` is in the file's name; `figure` gives the SVG, if there is something to draw.
#[component]
pub fn Keep(name: &'static str, figure: Callback<(), Option<String>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let menu = NodeRef::<Details>::new();
    lightly(menu);
    let close = move || shut(menu);
    let save = move |png: bool| {
        close();
        let Some(svg) = untrack(|| figure.run(())) else { return desk.say(Message::NotSaved) };
        leptos::task::spawn_local(async move {
            let saved = match png {
                true => raster(&svg).await.and_then(|canvas| download_canvas(&file(name, "png"), &canvas)),
                false => download(&file(name, "svg"), "image/svg+xml", svg.as_bytes()),
            };
            if let Err(why) = saved {
                web_sys::console::error_1(&why);
                desk.say(Message::NotSaved);
            }
        });
    };
    let hint = move || tr!(desk, figure_keep);
    view! {
        <details
            class="keep menu"
            // The browser keeps one of them open at a time.
            name="keep"
            node_ref=menu
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    close();
                }
            }
        >
            <summary class="bare" data-testid=format!("keep-{name}") title=hint aria-label=hint>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v8M5 7l3 3 3-3M3 13h10"/></svg>
            </summary>
            <div class="sheet">
                <button class="item" data-testid=format!("keep-{name}-svg") on:click=move |_| save(false)>
                    "SVG"
                </button>
                <button class="item" data-testid=format!("keep-{name}-png") on:click=move |_| save(true)>
                    "PNG"
                </button>
            </div>
        </details>
    }
}

fn file(name: &str, extension: &str) -> String {
    format!("latentscape-{name}.{extension}")
}

/// The SVG as the browser draws it.
async fn raster(svg: &str) -> Result<HtmlCanvasElement, JsValue> {
    let image = HtmlImageElement::new()?;
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", js_sys::encode_uri_component(svg)));
    JsFuture::from(image.decode()).await?;
    let [width, height] = [image.natural_width(), image.natural_height()].map(|side| f64::from(side) * FINER);
    let canvas = canvas::blank(width as u32, height as u32)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
    Ok(canvas)
}
