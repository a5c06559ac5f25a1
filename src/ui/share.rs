//! The scene for others: its link, copied at once and as a code for phones, and a snippet for pages that embed it.

mod code;
mod embed;

use leptos::ev::FocusEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

use super::desk::Desk;
use super::preferences;
use super::words::tr;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;

pub use embed::Home;

#[derive(Clone, Copy, PartialEq)]
enum Copied {
    Link,
    Html,
}

/// What stands in the panel while it is open.
#[derive(Clone, Copy)]
pub struct Sharing {
    /// The scene's whole address when the panel was opened.
    address: RwSignal<Option<String>>,
    /// What was last copied, and whether the browser took it.
    copied: RwSignal<Option<(Copied, bool)>>,
}

impl Sharing {
    pub fn new() -> Self {
        Self { address: RwSignal::new(None), copied: RwSignal::new(None) }
    }

    /// Opens the panel, with the link copied already.
    fn open(self, desk: Desk) {
        let address = preferences::address(desk);
        self.copy(Copied::Link, address.clone());
        self.address.set(Some(address));
    }

    fn copy(self, what: Copied, text: String) {
        leptos::task::spawn_local(async move {
            // Not there in an insecure context: then the property is undefined, and writing to it fails like a refusal.
            let clipboard = window().navigator().clipboard();
            let there = !AsRef::<wasm_bindgen::JsValue>::as_ref(&clipboard).is_undefined();
            let taken = there && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            self.copied.set(Some((what, taken)));
        });
    }
}

fn said(desk: Desk, what: Copied, taken: bool) -> &'static str {
    match (taken, what) {
        (true, Copied::Link) => tr!(desk, said_copied),
        (true, Copied::Html) => tr!(desk, said_copied_html),
        (false, _) => tr!(desk, share_not_copied),
    }
}

/// Opens the panel; where the head has no room for it, it is in the menu.
#[component]
pub fn Share(id: &'static str, class: &'static str) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let sharing = expect_context::<Sharing>();
    view! {
        <button
            class=class
            data-testid=id
            title=move || tr!(desk, share_hint)
            on:click=move |_| sharing.open(desk)
        >
            {move || tr!(desk, share)}
        </button>
    }
}

/// The panel, over the page.
#[component]
pub fn Panel() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let sharing = expect_context::<Sharing>();
    let node = NodeRef::<Dialog>::new();
    let open = Memo::new(move |_| sharing.address.with(Option::is_some));
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // Whatever the browser says against it, the panel is in the page.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    let close = move || {
        sharing.address.set(None);
        sharing.copied.set(None);
    };
    let address = move || sharing.address.get().unwrap_or_default();
    let said = move || match sharing.copied.get() {
        Some((Copied::Link, taken)) => said(desk, Copied::Link, taken),
        Some((Copied::Html, _)) | None => "",
    };
    let trained = Memo::new(move |_| desk.page.session().model().get().is_trained());
    let whole = |event: FocusEvent| event_target::<HtmlInputElement>(&event).select();
    view! {
        <dialog
            class="panel share-panel"
            node_ref=node
            aria-labelledby="share-title"
            data-testid="share-panel"
            on:close=move |_| close()
            // The page behind it keeps what Escape would leave there.
            on:keydown=move |event| event.stop_propagation()
        >
            <Show when=move || open.get()>
                <h2 id="share-title">
                    {move || tr!(desk, share_title)}
                    <button
                        class="close"
                        data-testid="share-close"
                        aria-label=move || tr!(desk, share_close)
                        on:click=move |_| close()
                    ></button>
                </h2>
                <code::Picture address=Signal::derive(address)/>
                <div class="copying">
                    <input
                        type="text"
                        readonly
                        data-testid="share-link"
                        aria-label=move || tr!(desk, share_link)
                        prop:value=address
                        on:focus=whole
                    />
                    <button
                        class="btn q small"
                        data-testid="share-copy"
                        on:click=move |_| sharing.copy(Copied::Link, sharing.address.get_untracked().unwrap_or_default())
                    >
                        {move || tr!(desk, share_copy)}
                    </button>
                </div>
                <p class="hint" role="status" data-testid="share-said">{said}</p>
                <p class="hint" hidden=move || !trained.get()>{move || tr!(desk, share_trained)}</p>
                <embed::Embed/>
            </Show>
        </dialog>
    }
}
