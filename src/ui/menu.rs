//! A menu that unfolds from its button.

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, Node};

/// Folds it up when something else is pressed or has the keyboard's focus, and on Escape wherever that is.
pub fn lightly(menu: NodeRef<Details>) {
    let beside = move |event: &Event| {
        let on = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        menu.get_untracked().is_some_and(|menu| menu.open() && !menu.contains(on.as_ref()))
    };
    let pressed = window_event_listener(leptos::ev::pointerdown, move |event| {
        if beside(&event) {
            shut(menu);
        }
    });
    let left = window_event_listener(leptos::ev::focusin, move |event| {
        if beside(&event) {
            shut(menu);
        }
    });
    let escaped = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && beside(&event) {
            shut(menu);
        }
    });
    on_cleanup(move || {
        pressed.remove();
        left.remove();
        escaped.remove();
    });
}

/// Folds it up. The keyboard's focus, where it was inside, goes back to the button: what is folded cannot have it.
pub fn shut(menu: NodeRef<Details>) {
    let Some(menu) = menu.get_untracked() else { return };
    let inside = document().active_element().is_some_and(|on| menu.contains(Some(&on)));
    menu.set_open(false);
    let button = menu.query_selector("summary").ok().flatten().and_then(|button| button.dyn_into::<HtmlElement>().ok());
    if let Some(button) = button.filter(|_| inside) {
        button.focus().ok();
    }
}
