//! Ways past what comes first, for the keyboard: seen only while they have the focus. Buttons, not links, because the
//! page's address is its state.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::desk::Desk;
use super::unless::Unless;
use super::words::tr;
use crate::state::parts::Part;

#[component]
pub fn Skip() -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <nav class="skip" aria-label=move || tr!(desk, skip)>
            <button data-testid="skip-plane" on:click=move |_| focus(".plane")>
                {move || tr!(desk, skip_plane)}
            </button>
            <Unless without=Part::Regularity>
                <button
                    data-testid="skip-regularity"
                    on:click=move |_| focus(".regularity input, .regularity button:not(:disabled)")
                >
                    {move || tr!(desk, regularity)}
                </button>
            </Unless>
            <Unless without=Part::Lab>
                <button
                    data-testid="skip-lab"
                    on:click=move |_| focus(".training select, .training button:not(:disabled)")
                >
                    {move || tr!(desk, skip_lab)}
                </button>
            </Unless>
        </nav>
    }
}

/// Puts the keyboard's focus on the first of what a CSS selector finds, and that in sight.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        element.focus().ok();
    }
}

/// Brings an element out from under the plane, where that stays in sight above what scrolls.
pub fn uncover(element: &web_sys::Element) {
    let Some(stage) = document().query_selector(".stage").ok().flatten() else { return };
    let (at, above) = (element.get_bounding_client_rect(), stage.get_bounding_client_rect());
    if at.top() < above.bottom() && at.left() < above.right() {
        element.scroll_into_view();
    }
}

/// Brings the first of what a CSS selector finds in sight.
pub fn show(selector: &str) {
    if let Some(element) = document().query_selector(selector).ok().flatten() {
        element.scroll_into_view();
    }
}
