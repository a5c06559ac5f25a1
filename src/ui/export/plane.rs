//! The plane as it is seen, as a figure.

use leptos::prelude::*;
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlCanvasElement;

use crate::latent::view::View;
use crate::plots::dots::{Dots, Look};
use crate::plots::figure::{Marks, draw_axes, draw_codes, draw_marks};
use crate::plots::key::{Key, draw_key};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::fine::{FINER, Fine};
use crate::ui::plane::marks;
use crate::ui::plane::scale::key;

/// Radius of a code's circle in an SVG, in its units.
const CODE: f32 = 1.6;

/// The plane at any width: the pictures as they are on the page, the codes and lines drawn anew.
pub fn figure_png(desk: Desk, width: u32) -> Result<HtmlCanvasElement, JsValue> {
    let view = desk.view().ok_or("no plane")?;
    let ratio = width as f32 / view.width;
    let canvas = ground(desk, &view, ratio)?;
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
    let finer = ratio * FINER as f32;
    draw_axes(&area, &view, finer).map_err(|why| why.to_string())?;
    draw_marks(&area, &view, finer, &all_marks(desk)).map_err(|why| why.to_string())?;
    context.draw_image_with_html_canvas_element(&lines, 0.0, 0.0)?;
    below(&canvas, &key(desk), ratio)
}

/// The same with its key below it.
fn below(plane: &HtmlCanvasElement, key: &Key, ratio: f32) -> Result<HtmlCanvasElement, JsValue> {
    let (width, height) = (plane.width(), plane.height());
    let more = (key.height(width as f32 / ratio) * ratio).round() as u32;
    if more == 0 {
        return Ok(plane.clone());
    }
    let canvas = canvas::blank(width, height + more)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.draw_image_with_html_canvas_element(plane, 0.0, 0.0)?;
    let words = canvas::blank(width, more)?;
    let pen = canvas::context(&words).ok_or("no 2-D canvas")?;
    let area = Fine::new(words.clone(), &pen).ok_or("no 2-D canvas")?.into_drawing_area();
    draw_key(&area, key, ratio * FINER as f32).map_err(|why| why.to_string())?;
    context.draw_image_with_html_canvas_element(&words, 0.0, height.into())?;
    Ok(canvas)
}

/// The plane as lines and circles over the pictures.
pub fn figure_svg(desk: Desk) -> Result<String, JsValue> {
    let view = desk.view().ok_or("no plane")?;
    let pictures = ground(desk, &view, canvas::ratio())?.to_data_url()?;
    let (width, height) = (view.width.round() as u32, view.height.round() as u32);
    let mut svg = String::new();
    {
        let key = key(desk);
        let size = (width, height + key.height(view.width).round() as u32);
        let whole = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let (area, words) = whole.split_vertically(height);
        if size.1 > height {
            draw_key(&words, &key, 1.0).map_err(|why| why.to_string())?;
        }
        let layers = desk.page.scene().layers().get();
        if let Some(cloud) = desk.page.session().cloud().get().filter(|_| layers.points) {
            let (hidden, selection) = (desk.page.scene().hidden().get(), desk.page.selection().get());
            draw_codes(&area, &view, &cloud, hidden, selection.as_deref(), CODE).map_err(|why| why.to_string())?;
        }
        draw_axes(&area, &view, 1.0).map_err(|why| why.to_string())?;
        draw_marks(&area, &view, 1.0, &all_marks(desk)).map_err(|why| why.to_string())?;
        whole.present().map_err(|why| why.to_string())?;
    }
    // The pictures lie under everything else: after the element's own tag.
    let below = svg.find('>').ok_or("no SVG")? + 1;
    svg.insert_str(below, &format!("\n<image width=\"{width}\" height=\"{height}\" href=\"{pictures}\"/>"));
    Ok(svg)
}

fn all_marks(desk: Desk) -> Marks {
    let handles = desk.page.scene().handles().get();
    let name = |index| if handles.list().len() > 1 { handles.title(index) } else { String::new() };
    let handles = handles.list().iter().enumerate().map(|(index, handle)| (handle.z, name(index))).collect();
    Marks { handles, rings: Vec::new(), ..marks::all(desk) }
}

/// The pictures that lie under codes and lines, as they are on the page now.
fn ground(desk: Desk, view: &View, ratio: f32) -> Result<HtmlCanvasElement, JsValue> {
    let stage =
        document().query_selector(if desk.is_beside() { "[data-testid=twin]" } else { ".stage" })?.ok_or("no stage")?;
    let canvas = canvas::blank((view.width * ratio).round() as u32, (view.height * ratio).round() as u32)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.set_fill_style_str("#080a0e");
    context.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    let plane = stage.query_selector(".plane")?.ok_or("no plane")?;
    let plane = plane.get_bounding_client_rect();
    for id in ["atlas", "heat", "surface"] {
        let Some(layer) = stage.query_selector(&format!("[data-testid={id}]"))? else { continue };
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
