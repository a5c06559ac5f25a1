//! The lab's fields: a choice, and a number that what cannot be used gives way to.

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::i18n::{number, parse};
use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// A word of a choice, and what the page calls it.
pub type Word = (&'static str, Signal<&'static str>);

/// A choice of a few words.
#[component]
pub fn Choose(
    id: &'static str,
    label: Signal<&'static str>,
    words: Vec<Word>,
    chosen: Signal<&'static str>,
    choose: Callback<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let one = move |(word, name): Word| {
        view! { <option value=word selected=move || chosen.get() == word>{move || name.get()}</option> }
    };
    view! {
        <label class="field">
            <span>{move || label.get()}</span>
            <select
                data-testid=id
                prop:value=move || chosen.get()
                disabled=move || disabled.get()
                on:change=move |event| choose.run(event_target_value(&event))
            >
                {words.into_iter().map(one).collect_view()}
            </select>
        </label>
    }
}

/// A number between two others. What cannot be used gives way to what is: the field never shows another number than the
/// run will take, and says between which that is when it had to change one.
#[component]
pub fn Number(
    id: &'static str,
    label: Signal<&'static str>,
    low: f64,
    high: f64,
    #[prop(default = 1.0)] step: f64,
    value: Signal<f64>,
    set: Callback<f64>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let beyond = RwSignal::new(false);
    let change = move |event: Event| {
        let typed = parse(&event_target_value(&event));
        beyond.set(typed.is_some_and(|number| !(low..=high).contains(&number)));
        if let Some(number) = typed {
            set.run(number.clamp(low, high));
        }
        event_target::<HtmlInputElement>(&event).set_value(&plain(value.get_untracked()));
    };
    let bounds = move || tr!(desk, field_between, low = written(desk, low), high = written(desk, high));
    let whole = if step > 0.0 { step.to_string() } else { "any".to_owned() };
    view! {
        <label class="field" class:off=move || disabled.get()>
            <span>{move || label.get()}</span>
            <input
                type="number"
                data-testid=id
                inputmode="decimal"
                min=low.to_string()
                max=high.to_string()
                step=whole
                disabled=move || disabled.get()
                prop:value=move || plain(value.get())
                on:change=change
            />
            <small role="status" data-testid=format!("{id}-between") hidden=move || !beyond.get()>{bounds}</small>
        </label>
    }
}

/// A bound, as the language writes it, with the decimals that it has.
fn written(desk: Desk, value: f64) -> String {
    let decimals = plain(value).split_once('.').map_or(0, |(_, decimals)| decimals.len());
    number(desk.locale(), value as f32, decimals)
}

/// As a field of numbers wants it: with a point, and of fractions no more digits than 32 bits have.
fn plain(value: f64) -> String {
    if value == value.round() { format!("{value}") } else { format!("{}", value as f32) }
}
