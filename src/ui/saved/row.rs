//! One run that is kept: its name, what it is and how large; opened, saved as a file, deleted.

use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{Kept, megabytes};
use crate::i18n::{Locale, count, tag};
use crate::protocol::Phase;
use crate::spec::RunSpec;
use crate::state::PageStoreFields;
use crate::state::run::LONGEST_NAME;
use crate::state::session::{SessionStoreFields, running};
use crate::ui::desk::Desk;
use crate::ui::lab::words::run as words_of;
use crate::ui::preferences::later;
use crate::ui::skip::focus;
use crate::ui::words::tr;

#[component]
pub fn Row(list: Memo<Vec<Kept>>, key: u32, with_pictures: RwSignal<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    // Its row stays while its numbers change, so that a name can be typed meanwhile.
    let run = Memo::new(move |_| list.with(|list| list.iter().find(|run| run.key == key).cloned()));
    let name = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| run.name.clone()).unwrap_or_default()));
    let what = Memo::new(move |_| run.with(|run| spec_words(desk.locale(), run.as_ref().map(|run| &run.spec))));
    let facts = move || run.get().map(|run| facts(desk, &run)).unwrap_or_default();
    let on_show = Memo::new(move |_| run.with(|run| run.as_ref().is_some_and(|run| run.on_show)));
    let busy = Memo::new(move |_| running(desk.page.session().phase().get()));
    let training = Memo::new(move |_| desk.page.session().phase().get() == Phase::Training);
    let held = move || on_show.get() && busy.get();
    let asked = RwSignal::new(false);
    let ask = move |on: bool, next: &'static str| {
        asked.set(on);
        // What had the keyboard's focus is hidden now.
        later(0, move || focus(&format!("[data-testid={next}-{key}]")));
    };
    let delete = move |_| {
        asked.set(false);
        later(0, || focus("[data-testid=saved] > summary"));
        // What is on show gives way to the shipped model.
        if on_show.get_untracked() {
            desk.reset();
        }
        desk.throw_away(key);
    };
    view! {
        <li data-testid=format!("saved-{key}")>
            <input
                type="text"
                data-testid=format!("saved-name-{key}")
                maxlength=LONGEST_NAME
                aria-label=move || tr!(desk, saved_name)
                title=move || tr!(desk, saved_name)
                placeholder=move || what.get()
                prop:value=move || name.get()
                on:change=move |event| desk.rename(key, &event_target_value(&event))
            />
            <small data-testid=format!("saved-facts-{key}")>{facts}</small>
            <div class="row" hidden=move || asked.get()>
                <button
                    class="btn q small"
                    data-testid=format!("saved-open-{key}")
                    hidden=move || on_show.get()
                    disabled=move || training.get()
                    on:click=move |_| desk.take_out(key)
                >
                    {move || tr!(desk, past_take_out)}
                </button>
                <button
                    class="btn q small"
                    data-testid=format!("saved-file-{key}")
                    on:click=move |_| desk.save_session(key, with_pictures.get_untracked())
                >
                    {move || tr!(desk, saved_file)}
                </button>
                <button
                    class="btn q small"
                    data-testid=format!("saved-delete-{key}")
                    disabled=held
                    title=move || held().then(|| tr!(desk, saved_held))
                    on:click=move |_| ask(true, "saved-stay")
                >
                    {move || tr!(desk, saved_delete)}
                </button>
            </div>
            <div class="row" hidden=move || !asked.get()>
                <span>{move || tr!(desk, saved_delete_sure)}</span>
                <button class="btn small" data-testid=format!("saved-sure-{key}") on:click=delete>
                    {move || tr!(desk, saved_delete)}
                </button>
                <button
                    class="btn q small"
                    data-testid=format!("saved-stay-{key}")
                    on:click=move |_| ask(false, "saved-delete")
                >
                    {move || tr!(desk, saved_stay)}
                </button>
            </div>
        </li>
    }
}

fn spec_words(l: Locale, spec: Option<&RunSpec>) -> String {
    spec.map(|spec| words_of(l, spec)).unwrap_or_default()
}

/// What it is, where it has a name of its own; when it was kept, how far it is, how large.
fn facts(desk: Desk, run: &Kept) -> String {
    let l = desk.locale();
    let named = (!run.name.is_empty()).then(|| words_of(l, &run.spec));
    let on_show = run.on_show.then(|| tr!(desk, saved_on_show).to_owned());
    let pictures = run.pictures.map(|bytes| tr!(desk, saved_with, size = megabytes(l, bytes as f64)));
    let parts = [
        named,
        on_show,
        Some(date(l, run.at)),
        Some(tr!(desk, step_at, step = count(run.step as usize))),
        Some(megabytes(l, run.bytes as f64)),
        pictures,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// As the language writes day and hour.
fn date(l: Locale, seconds: u64) -> String {
    let options = Object::new();
    for (key, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        Reflect::set(&options, &key.into(), &value.into()).ok();
    }
    Date::new(&JsValue::from_f64(seconds as f64 * 1000.0)).to_locale_string(tag(l), &options).into()
}
