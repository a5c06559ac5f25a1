//! What is saved in this browser: the runs, how large they are, how much room is left; and a whole session as a file.

mod row;

use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::desk::{Desk, ROOM};
use super::own::Bring;
use super::words::{self, tr};
use crate::i18n::{Locale, number};
use crate::protocol::Phase;
use crate::spec::RunSpec;
use crate::state::PageStoreFields;
use crate::state::run::Run;
use crate::state::session::SessionStoreFields;
use crate::state::storage::{Standing, Trouble, print_of};

/// A run that is kept, as the list shows it.
#[derive(Clone, PartialEq)]
struct Kept {
    key: u32,
    name: String,
    spec: RunSpec,
    /// Seconds of the clock.
    at: u64,
    step: u32,
    /// Of its moments, and of its pictures where they are a visitor's and are kept.
    bytes: u64,
    pictures: Option<usize>,
    on_show: bool,
}

#[component]
pub fn Saved() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let kept = Memo::new(move |_| kept(desk));
    let keys = move || kept.with(|kept| kept.iter().map(|run| run.key).collect::<Vec<_>>());
    let with_pictures = RwSignal::new(false);
    let own = Memo::new(move |_| kept.with(|kept| kept.iter().any(|run| print_of(run.spec.data).is_some())));
    let sum = move || {
        kept.with(|kept| {
            let pictures: usize = desk.page.storage().read().sets.iter().map(|set| set.bytes).sum();
            let bytes = kept.iter().map(|run| run.bytes).sum::<u64>() + pictures as u64;
            if kept.is_empty() {
                String::new()
            } else {
                format!("{} · {}", kept.len(), megabytes(desk.locale(), bytes as f64))
            }
        })
    };
    let unfolded = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if details.is_some_and(|details| details.has_attribute("open")) {
            desk.look_for_room();
        }
    };
    view! {
        <details class="more saved" data-testid="saved" on:toggle=unfolded>
            <summary>{move || tr!(desk, saved)} " " <small data-testid="saved-sum">{sum}</small></summary>
            <p class="fine">{move || tr!(desk, saved_what, room = megabytes(desk.locale(), ROOM as f64))}</p>
            <ul data-testid="saved-runs" hidden=move || keys().is_empty()>
                <For each=keys key=|key| *key let:key>
                    <row::Row list=kept key with_pictures/>
                </For>
            </ul>
            <label class="check" hidden=move || !own.get()>
                <input
                    type="checkbox"
                    data-testid="saved-pictures"
                    prop:checked=move || with_pictures.get()
                    on:change=move |event| with_pictures.set(event_target_checked(&event))
                />
                {move || tr!(desk, saved_pictures)}
            </label>
            <OpenFile/>
            <Room/>
        </details>
    }
}

/// The run on show, once it was written, and those before it.
fn kept(desk: Desk) -> Vec<Kept> {
    let storage = desk.page.storage().read();
    let row = |run: &Run, on_show| {
        let log = &run.log;
        let print = print_of(log.spec.data);
        Kept {
            key: log.key,
            name: log.name.clone(),
            spec: log.spec.clone(),
            at: log.kept,
            step: log.step,
            bytes: log.bytes,
            pictures: storage.sets.iter().find(|set| Some(set.print) == print).map(|set| set.bytes),
            on_show,
        }
    };
    let session = desk.page.session();
    let (shown, past) = (session.run().read(), desk.page.past().read());
    let rows = shown.iter().map(|run| row(run, true)).chain(past.iter().map(|run| row(run, false)));
    rows.filter(|run| run.at > 0).collect()
}

/// A session that was saved as a file.
#[component]
fn OpenFile() -> impl IntoView {
    let (desk, bring) = (expect_context::<Desk>(), expect_context::<Bring>());
    let input = NodeRef::<Input>::new();
    let busy = Memo::new(move |_| desk.page.session().phase().get() == Phase::Training);
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(files) = input.files().filter(|files| files.length() > 0) {
                bring.open(&files);
            }
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let said = move || bring.said_elsewhere();
    view! {
        <div class="row">
            <label class="btn q small pick" class:off=move || busy.get()>
                {move || tr!(desk, saved_open_file)}
                <input
                    node_ref=input
                    type="file"
                    accept=".safetensors"
                    data-testid="saved-open-file"
                    disabled=move || busy.get()
                    on:change=chosen
                />
            </label>
        </div>
        <p class="say" role="status" data-testid="saved-said" hidden=move || said().is_none()>{said}</p>
    }
}

/// How much room there is, why nothing is written, and what can be done about it.
#[component]
fn Room() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let standing = Memo::new(move |_| desk.page.storage().read().standing);
    let lasting = Memo::new(move |_| desk.page.storage().read().lasting);
    let room = move || match desk.page.storage().read().room {
        Some(room) => {
            let size = |bytes: f64| megabytes(desk.locale(), bytes);
            tr!(desk, saved_room, used = size(room.used), left = size((room.quota - room.used).max(0.0)))
        }
        None => tr!(desk, saved_room_unknown).to_owned(),
    };
    let trouble = move || match standing.get() {
        Standing::Shut(trouble) => Some(words::storage(desk.locale(), trouble)),
        Standing::Opening | Standing::Open => None,
    };
    let again = move || matches!(standing.get(), Standing::Shut(Trouble::Cleared | Trouble::Taken));
    view! {
        <p class="fine" data-testid="saved-trouble" hidden=move || trouble().is_none()>{trouble}</p>
        <div class="row" hidden=move || !again()>
            <button class="btn q small" data-testid="saved-again" on:click=move |_| desk.open_store()>
                {move || tr!(desk, saved_again)}
            </button>
        </div>
        <p class="fine" data-testid="saved-room">{room}</p>
        <p class="fine" hidden=move || lasting.get() != Some(true)>{move || tr!(desk, saved_lasting)}</p>
        <div class="row" hidden=move || lasting.get() != Some(false)>
            <button
                class="btn q small"
                data-testid="saved-last"
                title=move || tr!(desk, saved_last_what)
                on:click=move |_| desk.ask_to_last()
            >
                {move || tr!(desk, saved_last)}
            </button>
        </div>
    }
}

/// 3.4 MB; 12 GB.
fn megabytes(l: Locale, bytes: f64) -> String {
    let size = bytes / 1e6;
    match size {
        0.0..0.1 => format!("{} kB", number(l, (bytes / 1e3) as f32, 0)),
        0.1..100.0 => format!("{} MB", number(l, size as f32, 1)),
        100.0..10_000.0 => format!("{} MB", number(l, size as f32, 0)),
        _ => format!("{} GB", number(l, (size / 1e3) as f32, 0)),
    }
}

/// In the menu of what can be taken away.
#[component]
pub fn SessionItem(close: Callback<()>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let run = desk.page.session().run();
    let key = Memo::new(move |_| run.read().as_ref().filter(|run| run.album.last().is_some()).map(|run| run.log.key));
    let own = Memo::new(move |_| run.read().as_ref().is_some_and(|run| print_of(run.log.spec.data).is_some()));
    let save = move |_| {
        close.run(());
        if let Some(key) = key.get_untracked() {
            desk.save_session(key, false);
        }
    };
    view! {
        <button class="item" data-testid="export-session" disabled=move || key.get().is_none() on:click=save>
            {move || if own.get() { tr!(desk, export_session_own) } else { tr!(desk, export_session) }}
        </button>
    }
}
