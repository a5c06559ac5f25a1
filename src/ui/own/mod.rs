//! A visitor's own pictures: brought, looked at, chosen from, and trained on. Nothing leaves the machine.

mod choices;
mod preview;
mod refusal;

use js_sys::Uint8Array;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::desk::Desk;
use super::preferences::later;
use super::skip::show;
use super::words::tr;
use crate::client::{Incoming, Reader};
use crate::data::brought::{Cause, Choices, FromReader, Hints, Preview, Refusal, ToReader};
use crate::data::model_file::ModelFileError;
use crate::data::own::Own;
use crate::spec::{CLASSES, Format};
use crate::state::PageStoreFields;
use crate::state::session::{SessionStoreFields, running};

/// A model of the most parameters that a run may have is 80 MB.
const MOST_MODEL: f64 = 100e6;

/// How far it has come.
#[derive(Clone, PartialEq)]
enum Step {
    Idle,
    /// Reading, the share of it that is done; and what of.
    Reading(f64),
    Choosing(Preview),
    Preparing(f64),
    Refused(Refusal),
    /// A model file that was not taken.
    NoModel(ModelFileError),
    /// The reader is gone: it panicked, or its script did not load.
    Lost,
}

/// Pictures as they would become, one after another.
#[derive(Clone, PartialEq)]
struct Sheet {
    format: Format,
    count: usize,
    pixels: Vec<u8>,
}

#[derive(Clone, Copy)]
pub struct Bring {
    desk: Desk,
    step: RwSignal<Step>,
    choices: RwSignal<Option<Choices>>,
    sheet: RwSignal<Option<Sheet>>,
    /// Unfolded.
    open: RwSignal<bool>,
    reader: StoredValue<Option<Reader>, LocalStorage>,
}

impl Bring {
    pub fn new(desk: Desk) -> Self {
        Self {
            desk,
            step: RwSignal::new(Step::Idle),
            choices: RwSignal::new(None),
            sheet: RwSignal::new(None),
            open: RwSignal::new(false),
            reader: StoredValue::new_local(None),
        }
    }

    /// Reads files, wherever they were dropped or chosen. What was being read is given up.
    pub fn read(self, files: &FileList) {
        let files: Vec<File> = (0..files.length()).filter_map(|i| files.get(i)).collect();
        self.open.set(true);
        self.sheet.set(None);
        // They may have been dropped far from where they are shown.
        later(0, || show("[data-testid=own]"));
        if files.is_empty() {
            return self.step.set(Step::Refused(Cause::NoFiles.into()));
        }
        if let [file] = &files[..]
            && file.name().to_lowercase().ends_with(".safetensors")
        {
            return self.open_model(file.clone());
        }
        match Reader::reader(move |incoming| self.hear(incoming)) {
            Ok(reader) => {
                let paths = files.iter().map(path).collect();
                reader.send_files(&ToReader::Read { hints: Hints::default(), paths }, &files);
                self.step.set(Step::Reading(0.0));
                self.reader.set_value(Some(reader));
            }
            Err(why) => self.lose(&why),
        }
    }

    /// A file of weights is a model, not data.
    fn open_model(self, file: File) {
        self.leave();
        if file.size() > MOST_MODEL {
            return self.step.set(Step::NoModel(ModelFileError::Unreadable(String::new())));
        }
        spawn_local(async move {
            let opened = match JsFuture::from(file.array_buffer()).await {
                Ok(bytes) => self.desk.open_model(Uint8Array::new(&bytes).to_vec()),
                Err(why) => {
                    web_sys::console::warn_1(&why);
                    Err(ModelFileError::Unreadable(String::new()))
                }
            };
            if let Err(why) = opened {
                web_sys::console::warn_1(&why.to_string().into());
                self.step.set(Step::NoModel(why));
            }
        });
    }

    /// Gives up whatever is going on; what was brought before stays.
    fn leave(self) {
        self.reader.set_value(None);
        self.sheet.set(None);
        self.step.set(Step::Idle);
    }

    fn lose(self, why: &JsValue) {
        web_sys::console::warn_1(why);
        self.leave();
        self.step.set(Step::Lost);
    }

    fn hear(self, incoming: Incoming<FromReader>) {
        let (head, buffers) = match incoming {
            Incoming::Message(head, buffers) => (head, buffers),
            Incoming::Gone(why) => return self.lose(&why.into()),
        };
        match head {
            FromReader::Progress { done, of } => {
                let share = done as f64 / of.max(1) as f64;
                self.step.update(|step| match step {
                    Step::Reading(far) | Step::Preparing(far) => *far = share,
                    Step::Idle | Step::Choosing(_) | Step::Refused(_) | Step::NoModel(_) | Step::Lost => {}
                });
            }
            FromReader::Read(preview) => {
                self.choices.set(Some(preview.choices));
                self.step.set(Step::Choosing(preview));
                self.ask_sheet();
            }
            FromReader::Sheet { format, count } => {
                let pixels = buffers.into_iter().next().unwrap_or_default();
                let whole = format.is_known() && pixels.len() == format.bytes() * count;
                self.sheet.set(whole.then_some(Sheet { format, count, pixels }));
            }
            FromReader::Prepared { format, names } => self.take(format, names, buffers),
            FromReader::Refused(refusal) => {
                self.reader.set_value(None);
                self.step.set(Step::Refused(refusal));
            }
        }
    }

    fn ask_sheet(self) {
        if let Some(choices) = self.choices.get_untracked() {
            self.send(&ToReader::Sheet { choices });
        }
    }

    fn send(self, head: &ToReader) {
        self.reader.with_value(|reader| {
            if let Some(reader) = reader {
                reader.send(head, &[]);
            }
        });
    }

    /// Changes what is chosen, and shows what comes of it.
    fn choose(self, change: impl FnOnce(&mut Choices)) {
        self.choices.update(|choices| {
            if let Some(choices) = choices {
                change(choices);
            }
        });
        self.ask_sheet();
    }

    fn prepare(self) {
        if let Some(choices) = self.choices.get_untracked() {
            self.send(&ToReader::Prepare { choices });
            self.step.set(Step::Preparing(0.0));
        }
    }

    /// The next runs are on these.
    fn take(self, format: Format, names: Vec<String>, buffers: Vec<Vec<u8>>) {
        match Own::from_buffers(format, names, buffers) {
            Ok(own) => {
                self.leave();
                self.desk.bring_own(own.in_classes(CLASSES, untrack(|| tr!(self.desk, own_rest))));
            }
            Err(why) => {
                web_sys::console::warn_1(&why.to_string().into());
                self.step.set(Step::Refused(Cause::TooFew.into()));
            }
        }
    }
}

/// With the folders above it, where a folder was chosen.
fn path(file: &File) -> String {
    let folder = js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    folder.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

#[component]
pub fn OwnPictures() -> impl IntoView {
    let bring = expect_context::<Bring>();
    let desk = bring.desk;
    let toggled = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        bring.open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let busy = Memo::new(move |_| running(desk.page.session().phase().get()));
    view! {
        <details class="more own" data-testid="own" prop:open=move || bring.open.get() on:toggle=toggled>
            <summary>{move || tr!(desk, own)}</summary>
            <p class="fine">{move || tr!(desk, own_what)}</p>
            <div class="row">
                <Pick bring folder=false disabled=busy/>
                <Pick bring folder=true disabled=busy/>
            </div>
            <Going bring/>
            <Show when=move || matches!(*bring.step.read(), Step::Choosing(_))>
                <preview::Brought bring/>
                <choices::Choose bring/>
                <p class="fine" hidden=move || !busy.get()>{move || tr!(desk, own_busy)}</p>
                <div class="row">
                    <button
                        class="btn"
                        data-testid="own-use"
                        disabled=move || busy.get()
                        on:click=move |_| bring.prepare()
                    >
                        {move || tr!(desk, own_use)}
                    </button>
                    <button class="btn q" data-testid="own-leave" on:click=move |_| bring.leave()>
                        {move || tr!(desk, own_leave)}
                    </button>
                </div>
            </Show>
            <Here bring/>
        </details>
    }
}

/// A button that chooses files, or a folder with its sub-folders.
#[component]
fn Pick(bring: Bring, folder: bool, disabled: Memo<bool>) -> impl IntoView {
    let desk = bring.desk;
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(files) = input.files() {
                bring.read(&files);
            }
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    Effect::new(move |_| {
        if let (Some(input), true) = (input.get(), folder) {
            input.set_attribute("webkitdirectory", "").ok();
        }
    });
    let id = if folder { "own-folder" } else { "own-files" };
    view! {
        <label class="btn q pick" class:off=move || disabled.get()>
            {move || if folder { tr!(desk, own_folder) } else { tr!(desk, own_files) }}
            <input
                node_ref=input
                type="file"
                multiple
                data-testid=id
                disabled=move || disabled.get()
                on:change=chosen
            />
        </label>
    }
}

/// How far it is, or why it went no further.
#[component]
fn Going(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let share = Memo::new(move |_| match *bring.step.read() {
        Step::Reading(share) | Step::Preparing(share) => Some((100.0 * share) as u32),
        Step::Idle | Step::Choosing(_) | Step::Refused(_) | Step::NoModel(_) | Step::Lost => None,
    });
    let said = move || match &*bring.step.read() {
        Step::Reading(_) => Some(tr!(desk, own_reading).to_owned()),
        Step::Preparing(_) => Some(tr!(desk, own_preparing).to_owned()),
        Step::Refused(refusal) => Some(refusal::sentence(desk.locale(), refusal)),
        Step::NoModel(why) => Some(refusal::model(desk.locale(), why)),
        Step::Lost => Some(tr!(desk, own_lost).to_owned()),
        Step::Idle | Step::Choosing(_) => None,
    };
    view! {
        <div class="going" hidden=move || share.get().is_none()>
            <progress max="100" data-testid="own-progress" value=move || share.get().unwrap_or(0)></progress>
            <button class="btn q small" data-testid="own-cancel" on:click=move |_| bring.leave()>
                {move || tr!(desk, own_cancel)}
            </button>
        </div>
        <p class="say" role="status" data-testid="own-said" hidden=move || said().is_none()>{said}</p>
    }
}

/// What was brought and is used by the next run.
#[component]
fn Here(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let said = move || {
        let own = desk.page.own().get()?;
        let count = |n: usize| crate::i18n::count(n);
        Some(tr!(desk, own_here, train = count(own.train().len()), test = count(own.test().len())))
    };
    // What was not read has changed nothing.
    let free = move || matches!(*bring.step.read(), Step::Idle | Step::Refused(_) | Step::NoModel(_) | Step::Lost);
    view! { <p class="fine" data-testid="own-here" hidden=move || !free() || said().is_none()>{said}</p> }
}
