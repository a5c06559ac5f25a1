//! The straight line below a way that is measured: what each goes through, and how much or how fast the picture changes.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::i18n::number;
use crate::latent::path::{Course, distance};
use crate::latent::regularity::bridge::worst_slope;
use crate::latent::regularity::empty::{empty, empty_share};
use crate::latent::regularity::{Metric, geodesic};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// Points nearer to each other than this, in units of z, are the same.
const SAME: f32 = 0.01;

#[component]
pub fn Straight() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let on = Memo::new(move |_| desk.page.scene().path().get().course.is_measured());
    view! {
        <Show when=move || on.get()>
            <Pictures/>
        </Show>
    }
}

#[component]
fn Pictures() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let line = Memo::new(move |_| desk.straight());
    let frames = Memo::new(move |_| desk.page.scene().path().get().frames);
    // Where the measured way is straight, the strip itself does not change.
    Effect::new(move |_| {
        line.with(|_| ());
        desk.ask_strip();
    });
    let decoded = Memo::new(move |_| session.straight().get().filter(|decoded| decoded.len() == frames.get()));
    let course = Memo::new(move |_| desk.page.scene().path().get().course);
    // Of both ways, a root mean square change of the pixels in all or per σ, by the survey; nothing where an end is outside of it.
    let measures = Memo::new(move |_| {
        let (survey, line, way) = (session.survey().get()?, line.get()?, desk.way()?);
        let measure = |points: &[[f32; 2]]| match course.get() {
            Course::Gradual => worst_slope(&survey, points, Metric::Pixels).map(|worst| worst.0),
            _ => geodesic::length(&survey, points, Metric::Pixels),
        };
        Some([measure(&way)?, measure(&line)?])
    });
    // Then there is nothing to compare.
    let same = Memo::new(move |_| {
        let (way, line) = (desk.way().unwrap_or_default(), line.get().unwrap_or_default());
        !way.is_empty() && way.len() == line.len() && way.iter().zip(&line).all(|(a, b)| distance(*a, *b) < SAME)
            || measures.get().is_some_and(|[way, line]| (way - line).abs() < 1e-3 * line)
    });
    // The share of both ways where there are hardly any codes. Of a larger latent space the codes lie beside the plane.
    let plane = Memo::new(move |_| session.run().read().as_ref().is_none_or(|run| run.log.spec.model.latent == 2));
    let empty = Memo::new(move |_| {
        if !plane.get() {
            return None;
        }
        let (survey, cloud) = (session.survey().get()?, session.cloud().get()?);
        Some(empty(&survey, &cloud.codes, &cloud.log_var))
    });
    let shares = Memo::new(move |_| {
        let (survey, line, way, empty) = (session.survey().get()?, line.get()?, desk.way()?, empty.get()?);
        let percent = |points: &[[f32; 2]]| empty_share(&survey, &empty, points).map(|share| 100.0 * share);
        Some([percent(&way)?, percent(&line)?])
    });
    let emptiness = move || {
        let [way, line] = shares.get()?;
        let written = |percent: f32| number(desk.locale(), percent, 0);
        Some(if same.get() {
            tr!(desk, strip_empty_same, line = written(line))
        } else {
            tr!(desk, strip_empty, way = written(way), line = written(line))
        })
    };
    let said = move || match (measures.get(), session.survey().read().is_some()) {
        (Some(_), _) if course.get() == Course::NearCodes => {
            if same.get() { tr!(desk, strip_near_same) } else { tr!(desk, strip_near_said) }.to_owned()
        }
        (Some([_, line]), _) if same.get() => tr!(desk, strip_same, measure = number(desk.locale(), 100.0 * line, 0)),
        (Some([way, line]), _) => {
            let written = |value: f32| number(desk.locale(), 100.0 * value, 0);
            match course.get() {
                Course::Gradual => tr!(desk, strip_steepest, way = written(way), line = written(line)),
                _ => tr!(desk, strip_lengths, shortest = written(way), straight = written(line)),
            }
        }
        (None, true) => tr!(desk, strip_beyond).to_owned(),
        (None, false) => tr!(desk, strip_unsurveyed).to_owned(),
    };
    view! {
        <p class="fine" role="status" data-testid="strip-lengths">{said}</p>
        <p class="fine" data-testid="strip-empty">{emptiness}</p>
        <div
            class="strip row"
            hidden=move || same.get()
            data-testid="strip-straight-row" role="img" aria-label=move || tr!(desk, strip_straight_row)>
            <For each=move || 0..frames.get() key=|frame| *frame let:frame>
                <Frame frame decoded/>
            </For>
        </div>
    }
}

#[component]
fn Frame(frame: usize, decoded: Memo<Option<crate::state::pictures::Decoding>>) -> impl IntoView {
    let node = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        if let (Some(_), Some(decoded)) = (node.get(), decoded.get())
            && let Some(pixels) = decoded.picture(frame)
        {
            canvas::picture(node, pixels);
        }
    });
    view! { <canvas node_ref=node width="28" height="28"></canvas> }
}
