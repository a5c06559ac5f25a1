//! The chart under the strip: how far each picture is from the next, in z and in pixels.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::i18n::number;
use crate::latent::path::{largest, mean, pixel_steps, steps};
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, Sheet, below, paper, sized, with_pictures};
use crate::plots::steps::{Steps, Words, draw_steps};
use crate::state::PageStoreFields;
use crate::state::scene::Theme;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::contact::address;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// A step less than this many times the mean is none to speak of in the chart.
const JUMP: f32 = 1.5;

/// Size of the chart in a file, in pixels of the page, and the room between it and the pictures above it.
const FIGURE: [f32; 2] = [480.0, 90.0];
const GAP: f32 = 8.0;

#[component]
pub fn Chart(way: Memo<Option<Vec<[f32; 2]>>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<Canvas>::new();
    let steps = Memo::new(move |_| way.with(|way| way.as_ref().map(|way| measure(desk, way))));
    let jump = Memo::new(move |_| steps.read().as_ref().and_then(|steps| largest(&steps.pixels)));
    let written = move |value: f32, decimals| number(desk.locale(), value, decimals);
    let label = move || {
        let guard = steps.read();
        let Some(steps) = guard.as_ref() else { return String::new() };
        let z = written(mean(&steps.z), 2);
        if steps.pixels.is_empty() {
            return tr!(desk, path_chart_z, z = z);
        }
        let means = tr!(desk, path_chart, z = z, pixels = written(mean(&steps.pixels), 1));
        let largest = jump
            .get()
            .map(|(at, times)| tr!(desk, path_largest, from = at + 1, to = at + 2, times = written(times, 1)));
        [means, largest.unwrap_or_default()].join(" ").trim_end().to_owned()
    };
    Effect::new(move |_| {
        // The plane is as wide as the chart, or nearly: when it changes, so has the chart.
        desk.page.size().track();
        steps.with(|_| ());
        let Some(canvas) = node.get() else { return };
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        let area = (width > 0.0 && height > 0.0).then(|| canvas::figure(canvas, width, height)).flatten();
        let (Some((area, ratio)), Some(steps)) = (area, steps.get()) else { return };
        draw_steps(&area, &steps, &words(desk, &steps), Ink::on(desk.theme()), ratio).ok();
    });
    view! {
        <canvas
            node_ref=node
            class="steps"
            role="img"
            data-testid="strip-chart"
            data-jump=move || jump.get().map(|(at, _)| at)
            aria-hidden=move || steps.read().is_none().to_string()
            title=move || tr!(desk, path_what)
            aria-label=label
        ></canvas>
    }
}

/// Reactive: the strip's pictures and the chart under them for a file, where there is a way.
pub fn figure(desk: Desk, way: Memo<Option<Vec<[f32; 2]>>>) -> Option<String> {
    let steps = way.with(|way| way.as_ref().map(|way| measure(desk, way)))?;
    let strip = desk.page.session().strip().get().filter(|strip| !strip.is_empty());
    let row = strip.as_ref().map_or(0.0, |strip| FIGURE[0] / strip.len() as f32);
    let size = sized([FIGURE[0], row + GAP + FIGURE[1]]);
    let draw = |area: &Sheet| {
        let [wide, high, down] = [FIGURE[0], FIGURE[1], row + GAP].map(|length| (length * RATIO) as u32);
        let chart = area.clone().shrink((0, down), (wide, high));
        draw_steps(&chart, &steps, &words(desk, &steps), Ink::on(Theme::Light), RATIO)
    };
    let svg = paper(size, tr!(desk, path_figure), draw)?;
    let Some(strip) = strip else { return Some(svg) };
    let [left, top, ..] = below(size);
    let at = [left, top, (FIGURE[0] * RATIO) as u32, (row * RATIO) as u32];
    Some(with_pictures(svg, &[(at, address(&strip.pixels, strip.format, strip.len())?)]))
}

fn words(desk: Desk, steps: &Steps) -> Words {
    let written = |value: f32, decimals| number(desk.locale(), value, decimals);
    let jump = largest(&steps.pixels).filter(|(_, times)| *times >= JUMP);
    Words {
        z: tr!(desk, path_z, mean = written(mean(&steps.z), 2)),
        pixels: tr!(desk, path_pixels, mean = written(mean(&steps.pixels), 1)),
        jump: jump.map(|(_, times)| tr!(desk, path_jump, times = written(times, 1))),
    }
}

/// Reactive: of the pictures that are on show if they are of as many points, so that z and pixels are of the same way.
fn measure(desk: Desk, way: &[[f32; 2]]) -> Steps {
    let shown = desk.page.session().strip().get().filter(|shown| shown.len() == way.len());
    match shown {
        Some(shown) => {
            let points: Vec<[f32; 2]> = shown.z.chunks_exact(2).map(|z| [z[0], z[1]]).collect();
            Steps { z: steps(&points), pixels: pixel_steps(&shown.pixels, shown.format.bytes()) }
        }
        None => Steps { z: steps(way), pixels: Vec::new() },
    }
}
