//! A visitor's own pictures: brought, looked at, chosen from, and trained on. Nothing leaves the machine.

mod ask;
mod choices;
mod hints;
pub mod over;
mod pick;
mod preview;
mod web;
mod weights;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList};

use super::desk::Desk;
use super::preferences::later;
use super::skip::{focus, show};
use super::symbol::Symbol;
use super::words::tr;
use crate::client::{Incoming, Reader};
use crate::data::brought::{Cause, Choices, FromReader, Hints, Preview, Refusal, ToReader};
use crate::data::model_file::ModelFileError;
use crate::data::own::Own;
use crate::data::published::Published;
use crate::data::session_file::SessionFileError;
use crate::i18n::refusals;
use crate::spec::{CLASSES, Format, ModelSpec};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, running};

/// How far it has come.
#[derive(Clone, PartialEq)]
enum Step {
    Idle,
    /// Reading, the share of it that is done; and what of.
    Reading(f64),
    Preparing(f64),
    Refused(Refusal),
    /// A model file that does not say all of its model; as it would be with what the lab has.
    Asking(ModelSpec),
    /// A model file that was not taken, by its name.
    NoModel(String, ModelFileError),
    /// A session file that was not taken, likewise.
    NoSession(String, SessionFileError),
    /// The reader is gone: it panicked, or its script did not load.
    Lost,
}

impl Step {
    fn share(&self) -> Option<f64> {
        match self {
            Self::Reading(share) | Self::Preparing(share) => Some(*share),
            Self::Idle | Self::Asking(_) | Self::Refused(_) | Self::Lost => None,
            Self::NoModel(..) | Self::NoSession(..) => None,
        }
    }
}

/// Pictures as they would become, one after another.
#[derive(Clone, PartialEq)]
struct Sheet {
    format: Format,
    count: usize,
    pixels: Vec<u8>,
}

/// Files that are read together, and what is said of them beforehand.
#[derive(Clone, Default)]
struct Given {
    files: Vec<File>,
    hints: Hints,
    /// Of a published set, which: its classes have names.
    set: Option<Published>,
}

/// A worker and what it was given to read.
struct Reading {
    number: u32,
    reader: Reader,
    given: Given,
}

#[derive(Clone, Copy)]
pub struct Bring {
    desk: Desk,
    step: RwSignal<Step>,
    /// What was read last and can be used. It stays until something else was read in its place.
    preview: RwSignal<Option<Preview>>,
    choices: RwSignal<Option<Choices>>,
    sheet: RwSignal<Option<Sheet>>,
    /// Unfolded.
    open: RwSignal<bool>,
    /// Holds what the preview is of.
    reader: StoredValue<Option<Reading>, LocalStorage>,
    /// Is still at it.
    trying: StoredValue<Option<Reading>, LocalStorage>,
    /// What was given last, read or refused.
    given: StoredValue<Given, LocalStorage>,
    /// A model file that is asked about, and its name.
    bare: StoredValue<(String, Vec<u8>), LocalStorage>,
    /// A file of weights was chosen where sessions are: there is said what was wrong with it.
    elsewhere: RwSignal<bool>,
    /// What the visitor says of the files, as it is in the fields.
    hints: RwSignal<Hints>,
    /// How often something was given so far.
    number: StoredValue<u32>,
    /// Sets that were asked for and are not here yet; all but the last are of no use by then.
    preparing: StoredValue<u32>,
}

impl Bring {
    pub fn new(desk: Desk) -> Self {
        Self {
            desk,
            step: RwSignal::new(Step::Idle),
            preview: RwSignal::new(None),
            choices: RwSignal::new(None),
            sheet: RwSignal::new(None),
            open: RwSignal::new(false),
            reader: StoredValue::new_local(None),
            trying: StoredValue::new_local(None),
            given: StoredValue::new_local(Given::default()),
            bare: StoredValue::new_local((String::new(), Vec::new())),
            elsewhere: RwSignal::new(false),
            hints: RwSignal::new(Hints::default()),
            number: StoredValue::new(0),
            preparing: StoredValue::new(0),
        }
    }

    /// Reads files, wherever they were dropped or chosen. What was being read is given up.
    pub fn read(self, files: &FileList) {
        let files: Vec<File> = (0..files.length()).filter_map(|i| files.get(i)).collect();
        self.elsewhere.set(false);
        self.unfold();
        match &files[..] {
            [] => self.step.set(Step::Refused(Cause::NoFiles.into())),
            [file] if weights::is_weights(file) => self.open_model(file.clone()),
            several => match several.iter().find(|file| weights::is_weights(file) && path(file) == file.name()) {
                // In a folder it is one of those that are passed over.
                Some(model) => {
                    self.give_up();
                    self.step.set(Step::Refused(Refusal { file: model.name(), ..Cause::NotAlone.into() }));
                }
                None => self.begin(Given { files, ..Given::default() }),
            },
        }
    }

    /// Shows where files are read: they may have been dropped far from there.
    fn unfold(self) {
        self.open.set(true);
        later(0, || show("[data-testid=own]"));
    }

    fn begin(self, given: Given) {
        let number = self.number.get_value() + 1;
        self.number.set_value(number);
        self.hints.set(given.hints.clone());
        self.given.set_value(given.clone());
        match Reader::reader(move |incoming| self.hear(number, incoming)) {
            Ok(reader) => {
                let paths = given.files.iter().map(path).collect();
                reader.send_files(&ToReader::Read { hints: given.hints.clone(), paths }, &given.files);
                self.step.set(Step::Reading(0.0));
                self.trying.set_value(Some(Reading { number, reader, given }));
            }
            Err(why) => self.lose(number, &why),
        }
    }

    /// Gives up what is going on; what was read before can still be used.
    fn give_up(self) {
        self.trying.set_value(None);
        self.step.set(Step::Idle);
        self.reader.with_value(|reading| {
            if let Some(reading) = reading {
                self.hints.set(reading.given.hints.clone());
            }
        });
    }

    /// Gives up that as well; what is used already stays.
    fn leave(self) {
        self.trying.set_value(None);
        self.reader.set_value(None);
        self.preview.set(None);
        self.sheet.set(None);
        self.preparing.set_value(0);
        self.step.set(Step::Idle);
    }

    fn lose(self, number: u32, why: &JsValue) {
        web_sys::console::warn_1(why);
        if self.holds(number) {
            self.leave();
        } else {
            self.trying.set_value(None);
        }
        self.step.set(Step::Lost);
    }

    /// Whether the preview is of what was given as the `number`th.
    fn holds(self, number: u32) -> bool {
        self.reader.with_value(|reading| reading.as_ref().is_some_and(|reading| reading.number == number))
    }

    fn hear(self, number: u32, incoming: Incoming<FromReader>) {
        let (head, buffers) = match incoming {
            Incoming::Message(head, buffers) => (head, buffers),
            Incoming::Gone(why) => return self.lose(number, &why.into()),
        };
        match head {
            FromReader::Progress { done, of } => {
                let share = done as f64 / of.max(1) as f64;
                let holds = self.holds(number);
                self.step.update(|step| match step {
                    Step::Reading(far) if !holds => *far = share,
                    Step::Preparing(far) if holds => *far = share,
                    _ => {}
                });
            }
            FromReader::Read(preview) => self.look(preview),
            FromReader::Sheet { format, count } if self.holds(number) => {
                let pixels = buffers.into_iter().next().unwrap_or_default();
                let whole = format.is_known() && pixels.len() == format.bytes() * count;
                self.sheet.set(whole.then_some(Sheet { format, count, pixels }));
            }
            FromReader::Sheet { .. } => {}
            FromReader::Prepared { format, names } => {
                if self.is_wanted() {
                    self.take(format, names, buffers);
                }
            }
            FromReader::Refused(refusal) => {
                if self.holds(number) && !self.is_wanted() {
                    return;
                }
                self.forget_reread();
                self.trying.set_value(None);
                self.step.set(Step::Refused(refusal));
            }
        }
    }

    /// Of files that were read before, and now that more is said of them cannot be, what was made of them is not right.
    fn forget_reread(self) {
        let files = |reading: &Option<Reading>| reading.as_ref().map(|reading| reading.given.files.clone());
        let (tried, shown) = (self.trying.with_value(files), self.reader.with_value(files));
        if tried.is_some() && tried == shown {
            self.reader.set_value(None);
            self.preview.set(None);
            self.sheet.set(None);
        }
    }

    /// Something was read: it takes the place of what was read before.
    fn look(self, mut preview: Preview) {
        let Some(reading) = self.trying.try_update_value(Option::take).flatten() else { return };
        if let Some(set) = reading.given.set {
            for (name, _) in &mut preview.classes {
                *name = web::class(self.desk, set, name);
            }
        }
        self.reader.set_value(Some(reading));
        self.preparing.set_value(0);
        self.sheet.set(None);
        self.choices.set(Some(preview.choices));
        self.preview.set(Some(preview));
        self.step.set(Step::Idle);
        self.ask_sheet();
    }

    fn ask_sheet(self) {
        if let Some(choices) = self.choices.get_untracked() {
            self.send(&ToReader::Sheet { choices });
        }
    }

    fn send(self, head: &ToReader) {
        self.reader.with_value(|reading| {
            if let Some(reading) = reading {
                reading.reader.send(head, &[]);
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
            self.preparing.update_value(|preparing| *preparing += 1);
            self.send(&ToReader::Prepare { choices });
            self.step.set(Step::Preparing(0.0));
        }
    }

    /// One more of the sets that were asked for is here: whether it is the last, and nobody has cancelled.
    fn is_wanted(self) -> bool {
        self.preparing.update_value(|preparing| *preparing = preparing.saturating_sub(1));
        self.preparing.get_value() == 0 && matches!(*self.step.read_untracked(), Step::Preparing(_))
    }

    /// The next runs are on these.
    fn take(self, format: Format, mut names: Vec<String>, buffers: Vec<Vec<u8>>) {
        let set = self.reader.with_value(|reading| reading.as_ref().and_then(|reading| reading.given.set));
        if let Some(set) = set {
            for name in &mut names {
                *name = web::class(self.desk, set, name);
            }
        }
        match Own::from_buffers(format, names, buffers) {
            Ok(own) => {
                self.leave();
                // What had the keyboard's focus is gone.
                later(0, || focus("[data-testid=own] > summary"));
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
    let leave = move |_| {
        bring.leave();
        later(0, || focus("[data-testid=own] > summary"));
    };
    let single = Memo::new(move |_| bring.preview.read().as_ref().is_some_and(|preview| preview.count < 2));
    view! {
        <details class="more own" data-testid="own" prop:open=move || bring.open.get() on:toggle=toggled>
            <summary>{move || tr!(desk, own)}</summary>
            <p class="fine">{move || tr!(desk, own_what)}</p>
            <div class="row">
                <pick::Pick bring folder=false/>
                <pick::Pick bring folder=true/>
            </div>
            <web::FromTheWeb bring/>
            <Going bring/>
            <ask::Ask bring/>
            <hints::Mend bring/>
            <Show when=move || bring.preview.read().is_some() && bring.step.read().share().is_none()>
                <preview::Brought bring/>
                <choices::Choose bring/>
                <div class="row">
                    <button
                        class="btn"
                        data-testid="own-use"
                        disabled=move || busy.get() || single.get()
                        on:click=move |_| bring.prepare()
                    >
                        {move || tr!(desk, own_use)}
                    </button>
                    <button class="btn q" data-testid="own-leave" on:click=leave>
                        {move || tr!(desk, own_leave)}
                    </button>
                </div>
                <p class="fine" data-testid="own-busy" hidden=move || !busy.get()>{move || tr!(desk, own_busy)}</p>
                <p class="fine" data-testid="own-single" hidden=move || !single.get()>{move || tr!(desk, own_single)}</p>
            </Show>
            <Here bring/>
        </details>
    }
}

/// How far it is, or why it went no further.
#[component]
fn Going(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let share = Memo::new(move |_| bring.step.read().share().map(|share| (100.0 * share) as u32));
    let said = move || match &*bring.step.read() {
        Step::Reading(_) => Some(tr!(desk, own_reading).to_owned()),
        Step::Preparing(_) => Some(tr!(desk, own_preparing).to_owned()),
        Step::Refused(refusal) => Some(refusals::sentence(desk.locale(), refusal)),
        step @ (Step::NoModel(..) | Step::NoSession(..)) => {
            weights::not_taken(desk, step).filter(|_| !bring.elsewhere.get())
        }
        Step::Lost => Some(tr!(desk, own_lost).to_owned()),
        Step::Idle | Step::Asking(_) => None,
    };
    view! {
        <div class="going" hidden=move || share.get().is_none()>
            <progress max="100" data-testid="own-progress" value=move || share.get().unwrap_or(0)></progress>
            <button class="btn q small" data-testid="own-cancel" on:click=move |_| bring.give_up()>
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
    // After a reload they are here, and other data may be chosen.
    let chosen =
        Memo::new(move |_| desk.page.own().get().is_some_and(|own| own.spec() == desk.page.scene().run().read().data));
    let trained = Memo::new(move |_| {
        let (run, own) = (desk.page.session().run().read(), desk.page.own().get());
        own.is_some_and(|own| {
            // A model of a file is only shown with them at first.
            run.as_ref().is_some_and(|run| run.log.spec.data == own.spec() && !run.log.losses.is_empty())
        })
    });
    let choose = move |_| {
        desk.choose_own();
    };
    let symbol = expect_context::<Symbol>();
    let said = move || {
        let own = desk.page.own().get()?;
        let count = |n: usize| crate::i18n::count(n);
        let (train, test) = (count(own.train().len()), count(own.test().len()));
        Some(if let Some(name) = symbol.in_pictures(own.spec()) {
            tr!(desk, own_mixed, name = name, train = train, test = test)
        } else if trained.get() {
            tr!(desk, own_trained, train = train, test = test)
        } else if chosen.get() {
            tr!(desk, own_here, train = train, test = test)
        } else {
            tr!(desk, own_still_here, train = train, test = test)
        })
    };
    // What was not read has changed nothing.
    let free = move || bring.preview.read().is_none() && bring.step.read().share().is_none();
    view! {
        <p class="fine" data-testid="own-here" hidden=move || !free() || said().is_none()>{said}</p>
        <div class="row" hidden=move || !free() || said().is_none() || chosen.get()>
            <button class="btn q small" data-testid="own-again" on:click=choose>
                {move || tr!(desk, own_use)}
            </button>
        </div>
    }
}
