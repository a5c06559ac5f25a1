//! A menu that unfolds from its button.

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

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
