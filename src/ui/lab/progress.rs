//! How far a run is, how fast it goes, and how it came to its end.

use leptos::prelude::*;

use super::words;
use crate::i18n::number;
use crate::protocol::Phase;
use crate::spec::Finish;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

#[component]
pub fn Progress() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let percent = Memo::new(move |_| session.run().read().as_ref().map_or(0.0, |run| 100.0 * run.done()));
    let text = Memo::new(move |_| {
        let guard = session.run().read();
        let Some(run) = guard.as_ref() else { return String::new() };
        let (step, steps) = (run.log.step, run.log.spec.last_step());
        if let Some(back) = run.back_at {
            return tr!(desk, shown_at, step = back, last = step);
        }
        match session.phase().get() {
            Phase::Loading | Phase::Booting | Phase::Idle if run.log.lost.is_none() => tr!(desk, preparing).to_owned(),
            Phase::Paused => tr!(desk, paused_at, step = step),
            Phase::Ready | Phase::Failed | Phase::Loading | Phase::Booting | Phase::Idle => match run.log.ended {
                Some(why) => words::ended(desk.locale(), why, step, run.log.spec.training.schedule),
                None => tr!(desk, stopped, step = step),
            },
            Phase::Training => {
                // What ends by the clock or by the loss has no last step that anybody could name.
                let fixed = matches!(run.log.spec.training.finish, Finish::Steps | Finish::Epochs(_));
                let at = if fixed {
                    tr!(desk, step_of, step = step, steps = steps)
                } else {
                    tr!(desk, step_at, step = step)
                };
                let mut parts = vec![at];
                if run.steps_per_second > 0.0 {
                    parts.push(tr!(desk, speed, speed = number(desk.locale(), run.steps_per_second, 1)));
                }
                if let Some(seconds) = run.seconds_left().filter(|_| fixed) {
                    parts.push(if seconds < 90.0 {
                        tr!(desk, seconds_left, seconds = number(desk.locale(), seconds.ceil(), 0))
                    } else {
                        tr!(desk, minutes_left, minutes = number(desk.locale(), (seconds / 60.0).ceil(), 0))
                    });
                }
                if let Some(loss) = run.log.losses.last() {
                    parts.push(tr!(desk, gradient, norm = number(desk.locale(), loss.gradient_norm, 1)));
                }
                parts.join(" · ")
            }
        }
    });
    view! {
        <div data-testid="progress">
            <div
                class="bar"
                role="progressbar"
                aria-label=move || tr!(desk, progress)
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent.get().round().to_string()
                aria-valuetext=text
            >
                <i style:width=move || format!("{}%", percent.get())></i>
            </div>
            <p class="status">{text}</p>
        </div>
    }
}
