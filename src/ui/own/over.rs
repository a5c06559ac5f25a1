//! Says that files may be dropped, while they are held over the page.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::DragEvent;

use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// A browser says again and again that something is held over the page, twice a second at least; a drag that is given up
/// by a key ends without a word in some.
const SILENCE: Duration = Duration::from_secs(1);

#[component]
pub fn Over() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let over = RwSignal::new(false);
    let silence = StoredValue::new(None::<TimeoutHandle>);
    let set = move |held: bool| {
        silence.update_value(|silence| {
            if let Some(silence) = silence.take() {
                silence.clear();
            }
            *silence = held.then(|| set_timeout_with_handle(move || over.set(false), SILENCE).ok()).flatten();
        });
        if over.get_untracked() != held {
            over.set(held);
        }
    };
    // Words that are dragged are no file.
    let files = |event: &DragEvent| event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
    let held = window_event_listener(leptos::ev::dragover, move |event: DragEvent| set(files(&event)));
    // From one element to the next is not out of the window.
    let leave = window_event_listener(leptos::ev::dragleave, move |event: DragEvent| {
        if event.related_target().is_none() {
            set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |_: DragEvent| set(false));
    on_cleanup(move || {
        held.remove();
        leave.remove();
        drop.remove();
    });
    view! {
        <div class="over" data-testid="own-over" aria-hidden="true" hidden=move || !over.get()>
            <p>{move || tr!(desk, own_over)}</p>
        </div>
    }
}
