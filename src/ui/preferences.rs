//! Language, colours and address: what the browser knows of the visitor and the visitor of the page.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Storage;

use super::desk::Desk;
use super::words::tr;
use crate::i18n::{Locale, preferred, tag};
use crate::link::{self, Parsed};
use crate::state::PageStoreFields;
use crate::state::scene::{Scene, Theme};

const LANGUAGE: &str = "latentscape.lang";
const THEME: &str = "latentscape.theme";
const DARK: &str = "(prefers-color-scheme: dark)";

/// How long the address waits for a drag to settle, in milliseconds: browsers limit how often it may change.
const ADDRESS_DELAY: i32 = 250;

/// What the address says: the part after `#` over the part after `?`.
pub fn link() -> Parsed {
    let location = window().location();
    let part = |text: Result<String, JsValue>| text.unwrap_or_default();
    link::parse(&format!("{}{}", part(location.search()), part(location.hash())))
}

/// Of an earlier visit, or the browser's.
pub fn language() -> Locale {
    match recall(LANGUAGE).as_deref() {
        Some("en") => Locale::en,
        Some("es") => Locale::es,
        _ => preferred(window().navigator().languages().iter().filter_map(|tag| tag.as_string())),
    }
}

/// Of an earlier visit, or the system's.
pub fn theme() -> Theme {
    match recall(THEME).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => system_theme(),
    }
}

fn system_theme() -> Theme {
    let dark = window().match_media(DARK).ok().flatten().is_some_and(|query| query.matches());
    if dark { Theme::Dark } else { Theme::Light }
}

pub fn choose_language(desk: Desk, lang: Locale) {
    desk.page.scene().write().lang = Some(lang);
    remember(LANGUAGE, tag(lang));
}

pub fn choose_theme(desk: Desk, theme: Theme) {
    desk.page.scene().write().theme = Some(theme);
    remember(THEME, theme.name());
}

/// Storage may be denied: then nothing is remembered, and nothing else happens.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

pub fn recall(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

pub fn remember(key: &str, value: &str) {
    storage().map(|storage| storage.set_item(key, value));
}

/// Keeps the document's language, colours and address as the state has them, and the colours as the system has them.
pub fn follow(desk: Desk) {
    let root = || document().document_element();
    Effect::new(move |_| {
        root().map(|root| root.set_attribute("lang", tag(desk.locale())));
        document().set_title(tr!(desk, title));
    });
    Effect::new(move |_| {
        root().map(|root| root.set_attribute("data-theme", desk.theme().name()));
    });

    let written = StoredValue::new(None::<i32>);
    Effect::new(move |before: Option<()>| {
        let text = link::print(&desk.page.scene().read());
        // The address that was just read is left as it is.
        if before.is_some() {
            if let Some(waiting) = written.get_value() {
                window().clear_timeout_with_handle(waiting);
            }
            written.set_value(later(ADDRESS_DELAY, move || write_address(&text)));
        }
    });

    if let Ok(Some(query)) = window().match_media(DARK) {
        let changed = Closure::<dyn Fn()>::new(move || {
            if recall(THEME).is_none() {
                desk.page.theme().set(system_theme());
            }
        });
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        // As long as the page.
        changed.forget();
        std::mem::forget(query);
    }
    let moved = Closure::<dyn Fn()>::new(move || desk.arrive(link()));
    window().set_onhashchange(Some(moved.as_ref().unchecked_ref()));
    moved.forget();
}

/// The whole address of what is on show, up to date.
pub fn address(desk: Desk) -> String {
    write_address(&link::print(&desk.page.scene().read_untracked()));
    window().location().href().unwrap_or_default()
}

/// The whole address of a scene.
pub fn address_of(scene: &Scene) -> String {
    let location = window().location();
    let part = |text: Result<String, JsValue>| text.unwrap_or_default();
    let text = link::print(scene);
    let mark = if text.is_empty() { "" } else { "#" };
    format!("{}{}{mark}{text}", part(location.origin()), part(location.pathname()))
}

/// The words after `?` are replaced as well: what they said is in the scene by now, and would speak against it.
fn write_address(text: &str) {
    let path = window().location().pathname().unwrap_or_default();
    let address = if text.is_empty() { path } else { format!("{path}#{text}") };
    if let Ok(history) = window().history() {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&address)).ok();
    }
}

/// Runs something once, after some milliseconds; gives the handle that stops it.
pub fn later(milliseconds: i32, run: impl FnOnce() + 'static) -> Option<i32> {
    let run = Closure::once_into_js(run);
    window().set_timeout_with_callback_and_timeout_and_arguments_0(run.unchecked_ref(), milliseconds).ok()
}
