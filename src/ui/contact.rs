//! Rows of pictures as a figure, each behind its name.

use crate::plots::contact::sheet;
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, below, draw_rows, paper, sized, with_pictures};
use crate::spec::Format;
use crate::state::scene::Theme;
use crate::ui::canvas;

/// Room for the rows' names, in pixels of the page.
const NAMES: f32 = 18.0;

/// Pictures in rows of `columns`, as wide as `width` pixels of the page; the names are of the rows, and may be none.
/// Nothing for no picture, or where the browser has no canvas.
pub fn rows(
    title: &str,
    names: &[&str],
    pictures: &[u8],
    format: Format,
    columns: usize,
    width: f32,
) -> Option<String> {
    let count = pictures.len() / format.bytes();
    if count == 0 {
        return None;
    }
    let columns = columns.clamp(1, count);
    let (address, [wide, high]) = (address(pictures, format, columns)?, [columns, count.div_ceil(columns)]);
    let (before, height) = (if names.is_empty() { 0.0 } else { NAMES }, width * high as f32 / wide as f32);
    let size = sized([before + width, height]);
    let svg = paper(size, title, |area| draw_rows(area, names, height * RATIO, Ink::on(Theme::Light), RATIO))?;
    let [left, top, ..] = below(size);
    let at = [left + (before * RATIO) as u32, top, (width * RATIO) as u32, (height * RATIO) as u32];
    Some(with_pictures(svg, &[(at, address)]))
}

/// Pictures in rows as the address of a PNG.
pub fn address(pictures: &[u8], format: Format, columns: usize) -> Option<String> {
    let sheet = sheet(pictures, format, columns, 1);
    let canvas = canvas::blank(1, 1).ok()?;
    canvas::put(&canvas, &sheet.pixels, sheet.width as u32, sheet.height as u32);
    canvas.to_data_url().ok()
}
