//! The time machine: a slider over the moments of the run.

use leptos::prelude::*;

use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

#[component]
pub fn Moments() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let steps = Memo::new(move |_| {
        let run = session.run().read();
        let moments = run.as_ref().map(|run| run.album.moments().iter().map(|moment| moment.step).collect::<Vec<_>>());
        moments.unwrap_or_default()
    });
    let shown = Memo::new(move |_| session.run().read().as_ref().map_or(0, |run| run.shown()));
    let place = move || steps.with(|steps| nearest(steps, shown.get()));
    let slide = move |event| {
        let at = event_target_value(&event).parse::<usize>().ok();
        if let Some(step) = at.and_then(|at| steps.with_untracked(|steps| steps.get(at).copied())) {
            desk.go_back(step);
        }
    };
    view! {
        <label class="moments" hidden=move || steps.with(|steps| steps.len() < 2)>
            <span>
                {move || tr!(desk, moments)} " "
                <output data-testid="moment">{move || tr!(desk, step_at, step = shown.get())}</output>
            </span>
            <input
                type="range"
                data-testid="moments"
                min="0"
                max=move || (steps.with(Vec::len).max(1) - 1).to_string()
                step="1"
                title=move || tr!(desk, moments_what)
                aria-label=move || tr!(desk, moments)
                aria-valuetext=move || tr!(desk, step_at, step = shown.get())
                prop:value=move || place().to_string()
                on:input=slide
            />
        </label>
    }
}

fn nearest(steps: &[u32], step: u32) -> usize {
    (0..steps.len()).min_by_key(|&i| steps[i].abs_diff(step)).unwrap_or(0)
}
