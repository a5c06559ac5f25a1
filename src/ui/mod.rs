//! The page: components that read the state and send commands.

mod canvas;
mod coordinates;
mod desk;
mod encode;
mod export;
mod film;
mod fine;
mod header;
mod here;
mod lab;
mod notice;
mod own;
mod paint;
mod plane;
mod preferences;
mod regularity;
mod sample;
mod saved;
mod segments;
mod selection;
mod skip;
mod twin;
mod words;

use leptos::prelude::*;
use reactive_stores::Store;
use wasm_bindgen::JsCast;

use crate::state::Page;
use crate::state::session::SessionStoreFields;
use crate::state::{PageStoreFields, message::Message};
use desk::Desk;

/// Puts the page into the document and starts the engine.
pub fn mount() {
    let link = preferences::link();
    let page = Page {
        lang: preferences::language(),
        theme: preferences::theme(),
        notice: (!link.nonsense.is_empty()).then_some(Message::Link),
        ..Page::new(link.scene)
    };
    let host = document().get_element_by_id("app").and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
    let Some(host) = host.or_else(|| document().body()) else { return };
    mount_to(host, move || view! { <App page=page.clone()/> }).forget();
}

#[component]
fn App(page: Page) -> impl IntoView {
    let desk = Desk::new(Store::new(page));
    provide_context(desk);
    provide_context(regularity::Gauge::new(desk));
    provide_context(own::Bring::new(desk));
    preferences::follow(desk);
    mirror(desk);
    keys(desk);
    desk.open();
    view! {
        <skip::Skip/>
        <header::Header/>
        <notice::Notice/>
        <main>
            <section class="stage">
                <twin::Planes/>
                <film::Film/>
            </section>
            <aside>
                <here::Here/>
                <selection::Selected/>
                <regularity::Regularity/>
                <encode::Encode/>
                <sample::Sample/>
                <lab::Lab/>
                <here::CardText/>
            </aside>
        </main>
    }
}

/// Escape leaves whatever is going on, and Ctrl+Z takes a handle's move back, wherever the keyboard's focus is; a field
/// of text and the pad take their own changes back.
fn keys(desk: Desk) {
    let pressed = window_event_listener(leptos::ev::keydown, move |event| {
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let typing = on.is_some_and(|on| on.matches("input[type=text], input[type=number]").unwrap_or(false));
        match (event.key().as_str(), event.ctrl_key() || event.meta_key()) {
            ("Escape", _) => desk.escape(),
            ("z", true) if !typing && !event.default_prevented() => {
                event.prevent_default();
                desk.undo();
            }
            ("Z" | "y", true) if !typing && !event.default_prevented() => {
                event.prevent_default();
                desk.redo();
            }
            _ => {}
        }
    });
    // As long as the page.
    std::mem::forget(pressed);
}

/// The phase and the step on the document's root, for the style sheet and for tests.
fn mirror(desk: Desk) {
    let session = desk.page.session();
    let phase = Memo::new(move |_| session.phase().get());
    let step = Memo::new(move |_| session.run().read().as_ref().map_or(0, |run| run.shown()));
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            root.set_attribute("data-phase", phase.get().name()).ok();
            root.set_attribute("data-step", &step.get().to_string()).ok();
        }
    });
}
