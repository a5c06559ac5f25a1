//! Says that files may be dropped, while they are held over the page.

use leptos::prelude::*;
use web_sys::DragEvent;

use super::Bring;
use crate::ui::words::tr;

#[component]
pub fn Over(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let over = RwSignal::new(false);
    // Words that are dragged are no file.
    let files = |event: &DragEvent| event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
    let enter = window_event_listener(leptos::ev::dragenter, move |event: DragEvent| over.set(files(&event)));
    // From one element to the next is not out of the window.
    let leave = window_event_listener(leptos::ev::dragleave, move |event: DragEvent| {
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |_: DragEvent| over.set(false));
    on_cleanup(move || {
        enter.remove();
        leave.remove();
        drop.remove();
    });
    view! {
        <div class="over" data-testid="own-over" aria-hidden="true" hidden=move || !over.get()>
            <p>{move || tr!(desk, own_over)}</p>
        </div>
    }
}
