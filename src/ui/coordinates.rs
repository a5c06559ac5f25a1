//! The handles in numbers: where the active one is, to be read and to be typed, and the list of all.

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::desk::Desk;
use super::words::tr;
use crate::i18n::{Locale, number, parse};
use crate::latent::view::FARTHEST;
use crate::state::PageStoreFields;
use crate::state::message::Message;
use crate::state::scene::SceneStoreFields;

/// z = (…, …) of the active handle.
#[component]
pub fn Coordinates() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let separator = move || if desk.locale() == Locale::es { "; " } else { ", " };
    view! {
        <em class="z coordinates">
            "z = (" <Coordinate axis=0/> {separator} <Coordinate axis=1/> ")"
        </em>
    }
}

#[component]
fn Coordinate(axis: usize) -> impl IntoView {
    let desk = expect_context::<Desk>();
    // As fine as a pixel.
    let decimals =
        move || desk.view().map_or(2, |view| (view.scale().log10().ceil() as usize).saturating_sub(1).max(2));
    let text = Memo::new(move |_| number(desk.locale(), desk.z()[axis], decimals()));
    let typed = move |event: Event| {
        let mut z = untrack(|| desk.z());
        match parse(&event_target_value(&event)).map(|value| value as f32).filter(|value| value.abs() <= FARTHEST) {
            Some(value) => {
                z[axis] = value;
                desk.go_to(z);
                desk.settle();
            }
            None => desk.say(Message::NotAPlace),
        }
        event_target::<HtmlInputElement>(&event).set_value(&text.get_untracked());
    };
    view! {
        <input
            type="text"
            inputmode="decimal"
            autocomplete="off"
            data-testid=format!("z{}", axis + 1)
            aria-label=move || tr!(desk, coordinate, axis = ["₁", "₂"][axis])
            style:width=move || format!("{}ch", text.get().chars().count())
            prop:value=text
            on:change=typed
        />
    }
}

/// Every handle, where there are more than one: named, made active, taken away.
#[component]
pub fn HandleList() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let count = Memo::new(move |_| desk.page.scene().handles().read().list().len());
    view! {
        <ul class="handles" data-testid="handle-list" hidden=move || count.get() == 1 aria-label=move || tr!(desk, handle_list)>
            <For each=move || 0..count.get() key=|index| *index let:index>
                <Item index/>
            </For>
        </ul>
    }
}

#[component]
fn Item(index: usize) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let handles = desk.page.scene().handles();
    let title = Memo::new(move |_| handles.read().title(index));
    let active = move || handles.read().active() == index;
    let renamed = move |event: Event| {
        desk.rename_handle(index, &event_target_value(&event));
        event_target::<HtmlInputElement>(&event).set_value(&title.get_untracked());
    };
    let remove = move || tr!(desk, handle_remove, name = title.get());
    view! {
        <li class:active=active>
            <input
                type="text"
                autocomplete="off"
                data-testid=format!("handle-name-{index}")
                aria-label=move || tr!(desk, handle_name)
                size=move || title.get().chars().count().max(1)
                prop:value=title
                on:focus=move |_| desk.activate(index)
                on:change=renamed
            />
            <button
                class="close"
                data-testid=format!("handle-remove-{index}")
                title=remove
                aria-label=remove
                on:click=move |_| desk.remove_handle(index)
            ></button>
        </li>
    }
}
