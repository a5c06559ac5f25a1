//! The one line in which the page says what happened.

use leptos::prelude::*;

use super::desk::Desk;
use super::words::{self, tr};
use crate::state::PageStoreFields;

#[component]
pub fn Notice() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let said = desk.page.notice();
    view! {
        <div class="notice" role="status" data-testid="notice" hidden=move || said.get().is_none()>
            <Show when=move || said.get().is_some()>
                <span>{move || said.get().map(|message| words::message(desk.locale(), message))}</span>
                <Show when=move || said.get().is_some_and(|message| message.retry())>
                    <button class="quiet" data-testid="retry" on:click=move |_| desk.retry()>
                        {move || tr!(desk, retry)}
                    </button>
                </Show>
                <button class="close" aria-label=move || tr!(desk, dismiss) on:click=move |_| said.set(None)></button>
            </Show>
        </div>
    }
}
