//! The page: components that read the state and send commands.

mod canvas;
mod contact;
mod coordinates;
mod desk;
mod encode;
mod export;
mod film;
mod fine;
mod header;
mod here;
mod keep;
mod lab;
mod menu;
mod notice;
mod own;
mod pad;
mod paint;
mod plane;
mod preferences;
mod regularity;
mod sample;
mod saved;
mod segments;
mod selection;
mod share;
mod skip;
mod symbol;
mod twin;
mod unless;
mod words;

use leptos::prelude::*;
use reactive_stores::Store;
use wasm_bindgen::JsCast;

use crate::state::Page;
use crate::state::parts::Part;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::{PageStoreFields, message::Message};
use desk::Desk;
use unless::Unless;

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
    provide_context(share::Sharing::new());
    provide_context(symbol::Symbol::new(desk));
    preferences::follow(desk);
    mirror(desk);
    keys(desk);
    desk.open();
    view! {
        <skip::Skip/>
        <Unless without=Part::Head>
            <header::Header/>
        </Unless>
        <notice::Notice/>
        <main>
            <section class="stage">
                <twin::Planes/>
                <Unless without=Part::Strip>
                    <film::Film/>
                </Unless>
            </section>
            <aside>
                <here::Here/>
                <selection::Selected/>
                <Unless without=Part::Regularity>
                    <regularity::Regularity/>
                </Unless>
                <Unless without=Part::Pad>
                    <encode::Encode/>
                </Unless>
                <Unless without=Part::Samples>
                    <sample::Sample/>
                </Unless>
                <Unless without=Part::Lab>
                    <lab::Lab/>
                </Unless>
                <Unless without=Part::Card>
                    <here::CardText/>
                </Unless>
                <share::Home/>
            </aside>
        </main>
        <share::Panel/>
        <Unless without=Part::Own>
            <own::over::Over/>
        </Unless>
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

/// The phase, the step and whether parts are left out on the document's root, for the style sheet and for tests.
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
    let without = Memo::new(move |_| desk.page.scene().without().get());
    Effect::new(move |_| {
        let without = without.get();
        if let Some(root) = document().document_element() {
            match (without.is_empty(), without.bares_rail()) {
                (true, _) => root.remove_attribute("data-embedded").ok(),
                (false, bare) => root.set_attribute("data-embedded", if bare { "bare" } else { "" }).ok(),
            };
        }
    });
}
