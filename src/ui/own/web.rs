//! Published sets from the web: downloaded once, held against their sums, kept in the browser's storage, and read as files
//! that were dropped are.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use super::{Bring, Given};
use crate::client::download::Download;
use crate::client::sets::Sets;
use crate::client::store::StoreError;
use crate::data::brought::Hints;
use crate::data::published::{Missed, Published, PublishedFile};
use crate::i18n::{number, refusals};
use crate::ui::desk::Desk;
use crate::ui::lab::fields::Choose;
use crate::ui::preferences::{recall, remember};
use crate::ui::words::{garment, tr};

/// The sounds that the ten characters of Kuzushiji-MNIST stand for, in the order of its labels.
const SOUNDS: [&str; 10] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];

/// A class of a published set as people call it, by the name that its label has in the files.
pub fn class(desk: Desk, set: Published, label: &str) -> String {
    let index: Option<u8> = label.parse().ok().filter(|index| *index < 10);
    match (set, index) {
        (Published::Fashion, Some(index)) => garment(untrack(|| desk.locale()), index).to_owned(),
        (Published::Kuzushiji, Some(index)) => SOUNDS[usize::from(index)].to_owned(),
        (Published::Mnist, _) | (_, None) => label.to_owned(),
    }
}

/// How far it is, or how it came out.
#[derive(Clone, PartialEq)]
enum Step {
    Idle,
    /// So many bytes of the set are here; and the file that is coming.
    Going {
        done: u64,
        of: u64,
        file: &'static str,
    },
    Missed {
        file: PublishedFile,
        base: String,
        why: Missed,
    },
    /// It can be used, but is not kept.
    NotKept,
    /// Something else was read meanwhile.
    Waits,
    /// What was kept cannot be read any more.
    Gone,
}

#[derive(Clone, Copy)]
struct Web {
    bring: Bring,
    set: RwSignal<Published>,
    base: RwSignal<String>,
    step: RwSignal<Step>,
    kept: RwSignal<Vec<Published>>,
    download: StoredValue<Option<Rc<Download>>, LocalStorage>,
    store: StoredValue<Option<Sets>, LocalStorage>,
}

impl Web {
    fn new(bring: Bring) -> Self {
        let web = Self {
            bring,
            set: RwSignal::new(Published::Mnist),
            base: RwSignal::new(base(Published::Mnist)),
            step: RwSignal::new(Step::Idle),
            kept: RwSignal::new(Vec::new()),
            download: StoredValue::new_local(None),
            store: StoredValue::new_local(None),
        };
        spawn_local(async move {
            match Sets::open().await {
                Ok(store) => {
                    web.store.set_value(Some(store));
                    web.look().await;
                }
                Err(why) => warn(&why),
            }
        });
        web
    }

    /// What is kept, as the storage has it now.
    async fn look(self) {
        let Some(store) = self.store.get_value() else { return };
        match store.list().await {
            Ok(kept) => self.kept.set(kept),
            Err(why) => warn(&why),
        }
    }

    fn choose(self, set: Published) {
        self.set.set(set);
        self.base.set(base(set));
        self.step.set(Step::Idle);
    }

    /// Where the files are; nothing stands for the place that is proposed.
    fn set_base(self, typed: &str) {
        let set = self.set.get_untracked();
        let typed = typed.trim();
        let base = if typed.is_empty() { set.base() } else { typed };
        remember(&key(set), base);
        self.base.set(base.to_owned());
    }

    fn is_kept(self, set: Published) -> bool {
        self.kept.read().contains(&set)
    }

    fn going(self) -> bool {
        matches!(*self.step.read(), Step::Going { .. })
    }

    /// From the storage if it is there, and only otherwise from the web.
    fn begin(self) {
        let set = self.set.get_untracked();
        if untrack(|| self.is_kept(set)) { self.open(set) } else { self.fetch(set) }
    }

    fn open(self, set: Published) {
        let Some(store) = self.store.get_value() else { return };
        self.step.set(Step::Idle);
        spawn_local(async move {
            match store.read(set).await {
                Ok(Some(files)) => self.read(set, files),
                Ok(None) => {
                    self.step.set(Step::Gone);
                    self.look().await;
                }
                Err(why) => {
                    warn(&why);
                    self.step.set(Step::Gone);
                }
            }
        });
    }

    fn read(self, set: Published, files: Vec<File>) {
        self.bring.unfold();
        self.bring.begin(Given { files, hints: Hints::default(), set: Some(set) });
    }

    fn fetch(self, set: Published) {
        let download = match Download::new() {
            Ok(download) => Rc::new(download),
            Err(why) => return web_sys::console::error_1(&why),
        };
        self.download.set_value(Some(Rc::clone(&download)));
        let (base, before) = (self.base.get_untracked(), self.bring.number.get_value());
        self.step.set(Step::Going { done: 0, of: set.bytes(), file: set.files()[0].name });
        spawn_local(async move {
            let files = match self.files(&download, &base, set).await {
                Ok(files) => files,
                Err((file, why)) => {
                    // Who gave up has been told, unless it was for the file's sake.
                    if !download.is_given_up() || why == Missed::Sum {
                        self.step.set(Step::Missed { file, base, why });
                    }
                    return;
                }
            };
            let waits = self.bring.number.get_value() != before;
            self.step.set(if waits { Step::Waits } else { Step::Idle });
            if !waits {
                self.read(set, files.clone());
            }
            if let Err(why) = self.keep(set, &files).await {
                warn(&why);
                self.step.set(Step::NotKept);
            }
        });
    }

    async fn files(
        self,
        download: &Download,
        base: &str,
        set: Published,
    ) -> Result<Vec<File>, (PublishedFile, Missed)> {
        let (mut files, mut before) = (Vec::new(), 0);
        for file in set.files() {
            let told = |got: u64| {
                if !download.is_given_up() {
                    self.step.set(Step::Going { done: before + got, of: set.bytes(), file: file.name });
                }
            };
            told(0);
            files.push(download.file(base, file, told).await.map_err(|why| (file, why))?);
            before += file.bytes;
        }
        Ok(files)
    }

    async fn keep(self, set: Published, files: &[File]) -> Result<(), StoreError> {
        let store = self.store.get_value().ok_or_else(|| StoreError::Failed("no storage".into()))?;
        store.keep(set, files).await?;
        self.look().await;
        Ok(())
    }

    fn cancel(self) {
        if let Some(download) = self.download.get_value() {
            download.give_up();
        }
        self.step.set(Step::Idle);
    }

    fn delete(self, set: Published) {
        let Some(store) = self.store.get_value() else { return };
        spawn_local(async move {
            if let Err(why) = store.delete(set).await {
                warn(&why);
            }
            self.look().await;
        });
    }

    /// Reactive: how it came out.
    fn said(self) -> Option<String> {
        let desk = self.bring.desk;
        match &*self.step.read() {
            Step::Idle => None,
            Step::Going { done, of, file } => {
                Some(tr!(desk, web_going, file = file, done = megabytes(desk, *done), of = megabytes(desk, *of)))
            }
            Step::Missed { file, base, why } => Some(refusals::missed(desk.locale(), *file, base, why)),
            Step::NotKept => Some(tr!(desk, web_not_kept).to_owned()),
            Step::Waits => Some(tr!(desk, web_waits).to_owned()),
            Step::Gone => Some(tr!(desk, web_gone).to_owned()),
        }
    }
}

fn warn(why: &StoreError) {
    web_sys::console::warn_1(&format!("sets are not kept: {why:?}").into());
}

fn key(set: Published) -> String {
    format!("latentscape.base.{}", set.id())
}

/// Where the visitor last wanted it from, or where it is proposed to be.
fn base(set: Published) -> String {
    recall(&key(set)).filter(|base| !base.is_empty()).unwrap_or_else(|| set.base().to_owned())
}

fn megabytes(desk: Desk, bytes: u64) -> String {
    number(desk.locale(), bytes as f32 / 1e6, 1)
}

#[component]
pub fn FromTheWeb(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let web = Web::new(bring);
    let sets = Published::ALL.map(|set| (set.id(), Signal::derive(move || set.title()))).to_vec();
    let choose = move |word: String| {
        if let Some(set) = Published::ALL.into_iter().find(|set| set.id() == word) {
            web.choose(set);
        }
    };
    let begin = move || {
        let set = web.set.get();
        if web.is_kept(set) {
            tr!(desk, web_open).to_owned()
        } else {
            tr!(desk, web_download, size = megabytes(desk, set.bytes()))
        }
    };
    let share = move || match &*web.step.read() {
        Step::Going { done, of, .. } => (100 * done / (*of).max(1)) as u32,
        _ => 0,
    };
    view! {
        <details class="more web" data-testid="web">
            <summary data-testid="web-summary">{move || tr!(desk, web)}</summary>
            <p class="fine">{move || tr!(desk, web_what)}</p>
            <Choose
                id="web-set"
                label=Signal::derive(move || tr!(desk, web_set))
                words=sets
                chosen=Signal::derive(move || web.set.get().id())
                choose=Callback::new(choose)
                disabled=Signal::derive(move || web.going())
            />
            <label class="field">
                <span>{move || tr!(desk, web_base)}</span>
                <input
                    type="text"
                    inputmode="url"
                    spellcheck="false"
                    data-testid="web-base"
                    title=move || web.base.get()
                    disabled=move || web.going() || web.is_kept(web.set.get())
                    prop:value=move || web.base.get()
                    on:change=move |event| web.set_base(&event_target_value(&event))
                />
            </label>
            <div class="row">
                <button
                    class="btn q small"
                    data-testid="web-begin"
                    disabled=move || web.going()
                    on:click=move |_| web.begin()
                >
                    {begin}
                </button>
                <div class="going" hidden=move || !web.going()>
                    <progress
                        max="100"
                        data-testid="web-progress"
                        aria-label=move || tr!(desk, web)
                        value=share
                    ></progress>
                    <button class="btn q small" data-testid="web-cancel" on:click=move |_| web.cancel()>
                        {move || tr!(desk, own_cancel)}
                    </button>
                </div>
            </div>
            <p class="say" role="status" data-testid="web-said" hidden=move || web.said().is_none()>
                {move || web.said()}
            </p>
            <Kept web/>
        </details>
    }
}

/// What is in the browser's storage, and how much it takes.
#[component]
fn Kept(web: Web) -> impl IntoView {
    let desk = web.bring.desk;
    let row = move |set: Published| {
        view! {
            <li data-testid=format!("web-kept-{}", set.id())>
                <span>
                    {set.title()} " " <small>{move || tr!(desk, web_size, size = megabytes(desk, set.bytes()))}</small>
                </span>
                <button
                    class="close"
                    data-testid=format!("web-delete-{}", set.id())
                    aria-label=move || tr!(desk, web_delete, set = set.title())
                    title=move || tr!(desk, web_delete, set = set.title())
                    on:click=move |_| web.delete(set)
                ></button>
            </li>
        }
    };
    view! {
        <div class="past" hidden=move || web.kept.read().is_empty()>
            <p class="fine">{move || tr!(desk, web_kept)}</p>
            <ul>
                <For each=move || web.kept.get() key=|set| set.id() children=row/>
            </ul>
        </div>
    }
}
