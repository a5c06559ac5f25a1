//! A choice of a few, all in sight: radio buttons of the browser, so that its keys work, in one frame.

use leptos::prelude::*;

/// One of a choice.
pub struct Segment<T> {
    pub value: T,
    /// Its `data-testid`.
    pub id: &'static str,
    pub name: Signal<&'static str>,
    /// One sentence on what it means.
    pub what: Signal<&'static str>,
}

/// `group` is one word for the browser, `label` what the choice is of.
#[component]
pub fn Segments<T: Copy + PartialEq + Send + Sync + 'static>(
    group: &'static str,
    label: Signal<&'static str>,
    segments: Vec<Segment<T>>,
    chosen: Signal<T>,
    choose: Callback<T>,
) -> impl IntoView {
    let one = move |Segment { value, id, name, what }: Segment<T>| {
        view! {
            <label class="segment" title=move || what.get()>
                <input
                    type="radio"
                    name=group
                    data-testid=id
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| choose.run(value)
                />
                <span>{move || name.get()}</span>
            </label>
        }
    };
    view! {
        <div class="segments" role="radiogroup" data-testid=group aria-label=move || label.get()>
            {segments.into_iter().map(one).collect_view()}
        </div>
    }
}
