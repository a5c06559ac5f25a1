//! The runs before this one: the last at hand, all shown beside it, taken out again, or thrown away.

use leptos::prelude::*;

use super::words;
use crate::i18n::{Locale, number};
use crate::protocol::Phase;
use crate::state::PageStoreFields;
use crate::state::run::{Log, Run};
use crate::state::session::SessionStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// What a run is called: by its visitor, or by what it learns.
fn named(locale: Locale, log: &Log) -> String {
    Some(log.name.clone()).filter(|name| !name.is_empty()).unwrap_or_else(|| words::run(locale, &log.spec))
}

/// Where no run is on show, the way back to the last one: it may be of an earlier visit.
#[component]
pub fn Last() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let last = Memo::new(move |_| {
        let past = desk.page.past().read();
        let last = past.first().filter(|_| !desk.has_run())?;
        Some((last.log.key, named(desk.locale(), &last.log), last.log.step))
    });
    let rests = move || matches!(desk.page.session().phase().get(), Phase::Idle | Phase::Ready);
    let open = move |_| {
        if let Some((key, ..)) = last.get_untracked() {
            desk.take_out(key);
        }
    };
    let text = move || last.get().map(|(_, what, step)| tr!(desk, past_last, what = what, step = step));
    view! {
        <div class="last" data-testid="last-run" hidden=move || last.read().is_none()>
            <span>{text}</span>
            <button class="btn q small" data-testid="last-open" disabled=move || !rests() on:click=open>
                {move || tr!(desk, past_take_out)}
            </button>
        </div>
    }
}

#[component]
pub fn Past() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let rows = Memo::new(move |_| {
        let locale = desk.locale();
        let row = |run: &Run| {
            let last = run.log.validations.last().or(run.log.losses.last()).map(|loss| number(locale, loss.total, 1));
            (run.log.key, named(locale, &run.log), run.log.step, last.unwrap_or_default())
        };
        desk.page.past().read().iter().map(row).collect::<Vec<_>>()
    });
    let on = Memo::new(move |_| desk.page.session().phase().get() == Phase::Training);
    let ghost = move |key: u32| desk.page.ghosts().read().contains(&key);
    let toggle = move |key: u32| {
        desk.page.ghosts().update(|ghosts| match ghosts.iter().position(|ghost| *ghost == key) {
            Some(at) => drop(ghosts.remove(at)),
            None => ghosts.push(key),
        });
    };
    view! {
        <div class="past" data-testid="past" hidden=move || rows.read().is_empty()>
            <h2>{move || tr!(desk, past)}</h2>
            <ul>
                <For each=move || rows.get() key=|row| row.clone() let:row>
                    {
                        let (key, what, step, last) = row;
                        view! {
                            <li>
                                <label title=move || tr!(desk, past_ghost)>
                                    <input
                                        type="checkbox"
                                        data-testid=format!("ghost-{key}")
                                        prop:checked=move || ghost(key)
                                        on:change=move |_| toggle(key)
                                    />
                                    <span>{what} <small>{move || tr!(desk, past_at, step = step, loss = last.clone())}</small></span>
                                </label>
                                <button
                                    class="btn q small"
                                    data-testid=format!("take-out-{key}")
                                    disabled=move || on.get()
                                    on:click=move |_| desk.take_out(key)
                                >
                                    {move || tr!(desk, past_take_out)}
                                </button>
                                <button
                                    class="close"
                                    data-testid=format!("throw-away-{key}")
                                    aria-label=move || tr!(desk, past_throw_away)
                                    title=move || tr!(desk, past_throw_away)
                                    on:click=move |_| desk.throw_away(key)
                                ></button>
                            </li>
                        }
                    }
                </For>
            </ul>
        </div>
    }
}
