//! Drawing on canvases.

use leptos::html::Canvas;
use leptos::prelude::*;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, ImageData};

use super::fine::{FINER, Fine};
use crate::client::fetch;
use crate::plots::raster;
use crate::spec::Format;

/// Pixels of the screen to one of the page.
pub fn ratio() -> f32 {
    window().device_pixel_ratio().clamp(1.0, 3.0) as f32
}

pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// The same for a canvas whose pixels are read again and again; it must be the first that asks.
pub fn read_often(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()
}

/// Puts RGBA bytes on a canvas and gives it their size. What cannot be drawn is said in the console.
pub fn put(canvas: &HtmlCanvasElement, rgba: &[u8], width: u32, height: u32) {
    let drawn = || -> Result<(), JsValue> {
        resize(canvas, width, height);
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width, height)?;
        context(canvas).ok_or("no 2-D canvas")?.put_image_data(&image, 0.0, 0.0)
    };
    if let Err(why) = drawn() {
        web_sys::console::error_1(&why);
    }
}

/// Sets the size of the backing store; setting it clears, so it is left alone where it fits.
pub fn resize(canvas: &HtmlCanvasElement, width: u32, height: u32) {
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// A picture of any format. What is none is not drawn.
pub fn picture(node: NodeRef<Canvas>, pixels: &[u8]) {
    if let (Some(canvas), Some(format)) = (node.get_untracked(), Format::of(pixels.len())) {
        put(&canvas, &raster::rgba(pixels, format), format.side as u32, format.side as u32);
    }
}

/// A cleared canvas of this size on the page as an area of plotters, and its coordinates to a pixel of the page.
pub fn figure(canvas: HtmlCanvasElement, width: f32, height: f32) -> Option<(DrawingArea<Fine, Shift>, f32)> {
    let ratio = ratio();
    resize(&canvas, (width * ratio).round() as u32, (height * ratio).round() as u32);
    let context = context(&canvas)?;
    Some((Fine::new(canvas, &context)?.into_drawing_area(), ratio * FINER as f32))
}

/// The grey values of a picture file. The request leaves at once, before this is awaited.
pub fn grey_of(path: &str) -> impl Future<Output = Result<Vec<u8>, JsValue>> + use<> {
    let image = HtmlImageElement::new();
    let decoded = image.as_ref().ok().map(|image| {
        image.set_src(&fetch::address(path));
        JsFuture::from(image.decode())
    });
    async move {
        let image = image?;
        decoded.ok_or("no picture")?.await?;
        let canvas = blank(image.natural_width(), image.natural_height())?;
        let context = context(&canvas).ok_or("no 2-D canvas")?;
        context.draw_image_with_html_image_element(&image, 0.0, 0.0)?;
        let data = context.get_image_data(0.0, 0.0, canvas.width().into(), canvas.height().into())?;
        Ok(data.data().0.iter().step_by(4).copied().collect())
    }
}

/// Runs something once what has changed by now is on the screen, or would be if the page were seen.
pub fn after_drawing(run: impl FnOnce() + 'static) {
    request_animation_frame(move || {
        super::preferences::later(0, run);
    });
}

/// The shipped picture and its points are on the plane.
pub fn first_picture() {
    if uncover() {
        mark("first-picture");
    }
}

/// Takes the page's outline away, once there is something better or nothing to wait for. Whether it was still there.
pub fn uncover() -> bool {
    let outline = document().get_element_by_id("boot");
    outline.inspect(|outline| outline.remove()).is_some()
}

/// A canvas that is not on the page.
pub fn blank(width: u32, height: u32) -> Result<HtmlCanvasElement, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    resize(&canvas, width, height);
    Ok(canvas)
}

/// Sets properties of an element's own style.
pub fn style(canvas: &HtmlCanvasElement, properties: &[(&str, String)]) {
    let style = web_sys::HtmlElement::from(canvas.clone()).style();
    for (name, value) in properties {
        style.set_property(name, value).ok();
    }
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// A moment for measurements to find.
pub fn mark(name: &str) {
    if let Some(performance) = window().performance() {
        performance.mark(name).ok();
    }
}
