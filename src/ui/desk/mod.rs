//! The page's desk: everything a component may do. It moves the state, sends to the engine, and hears what comes back.

mod engine;
mod shelf;

use leptos::prelude::*;
use reactive_stores::Store;

use crate::client::Client;
use crate::client::probe::Gpu;
use crate::i18n::Locale;
use crate::latent::place::{class_means, lerp};
use crate::latent::view::{View, cells};
use crate::link::Parsed;
use crate::protocol::{Command, DeviceKind, Phase, PixelFormat, Query, Slot};
use crate::state::asks::{Ask, Asks};
use crate::state::message::Message;
use crate::state::scene::{Scene, SceneStoreFields, Shipped, Theme};
use crate::state::session::{Model, Run, SessionStoreFields, answers, running};
use crate::state::{Hover, Page, PageStoreFields};
use shelf::Book;

/// Pictures of the film strip.
pub const STRIP: usize = 15;

/// Width of a picture of the decoded plane, in pixels of the page.
const CELL: f32 = 26.0;

/// Most pictures of the decoded plane.
const MOST_CELLS: usize = 1200;

#[derive(Clone, Copy)]
pub struct Desk {
    pub page: Store<Page>,
    wire: StoredValue<Wire, LocalStorage>,
}

/// What is needed to talk to an engine and is not on show.
#[derive(Default)]
struct Wire {
    client: Option<Client>,
    kind: Option<DeviceKind>,
    gpu: Option<Gpu>,
    asks: Asks,
    books: Vec<Book>,
    /// The shipped model that this engine has, or is reading.
    loaded: Option<Shipped>,
    /// The drawing on the pad as the encoder wants it.
    drawing: Option<Vec<u8>>,
    /// How to go on once a new engine has no model.
    resume: Option<Resume>,
    /// Whether this engine has ever spoken.
    spoken: bool,
    /// Engines lost in a row, without a model in between.
    losses: u32,
    /// Times a model was given in a row, without getting ready.
    supplies: u32,
    /// Rises with every engine: what an old one still says is not heard.
    generation: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Resume {
    Going,
    Paused,
    /// The run was over: only its model is wanted.
    Over,
}

impl Desk {
    pub fn new(page: Store<Page>) -> Self {
        Self { page, wire: StoredValue::new_local(Wire::default()) }
    }

    // What holds now. Reactive.

    pub fn locale(self) -> Locale {
        self.page.scene().lang().get().unwrap_or_else(|| self.page.lang().get())
    }

    pub fn theme(self) -> Theme {
        self.page.scene().theme().get().unwrap_or_else(|| self.page.theme().get())
    }

    /// The window onto the plane; nothing before it is laid out.
    pub fn view(self) -> Option<View> {
        let size = self.page.size().get();
        let scene = self.page.scene();
        let (centre, zoom) = (scene.centre().get(), scene.zoom().get());
        (size[0] > 0.0 && size[1] > 0.0).then(|| View { centre, zoom, ..View::new(size[0], size[1]) })
    }

    /// Where the film strip starts and ends: the means of its two classes.
    pub fn line(self) -> Option<[[f32; 2]; 2]> {
        let strip = self.page.scene().strip().get();
        let cloud = self.page.session().cloud().get()?;
        let means = class_means(&cloud.codes, &cloud.labels);
        let mean = |class: u8| means.get(usize::from(class)).copied().flatten();
        Some([mean(strip[0])?, mean(strip[1])?])
    }

    // What a visitor does.

    /// Puts the handle somewhere.
    pub fn go_to(self, z: [f32; 2]) {
        let keep = |x: f32| if x.is_finite() { (x.clamp(-8.0, 8.0) * 1000.0).round() / 1000.0 } else { 0.0 };
        let z = z.map(keep);
        if self.page.scene().z().get_untracked() != z {
            self.page.scene().z().set(z);
            self.keep_in_sight(z);
            self.ask_handle();
        }
    }

    /// At the start, if the link puts the handle out of sight and says nothing of the view.
    pub fn find_handle(self) {
        let scene = self.page.scene();
        if scene.centre().get_untracked() == Scene::default().centre {
            self.keep_in_sight(scene.z().get_untracked());
        }
    }

    /// Takes the view along to a handle that left it.
    fn keep_in_sight(self, z: [f32; 2]) {
        let Some(view) = untrack(|| self.view()) else { return };
        let [x, y] = view.to_pixel(z);
        if x < -1.0 || y < -1.0 || x > view.width + 1.0 || y > view.height + 1.0 {
            self.look(View { centre: z, ..view });
        }
    }

    pub fn hover(self, hover: Option<Hover>) {
        if self.page.hover().get_untracked() == hover {
            return;
        }
        self.page.hover().set(hover);
        if let Some(hover) = hover {
            self.ask(Slot::Hover, decode(vec![hover.z[0], hover.z[1]]));
        }
    }

    pub fn look(self, view: View) {
        let scene = self.page.scene();
        let round = |x: f32| (x * 1000.0).round() / 1000.0;
        if scene.centre().get_untracked() != view.centre.map(round) {
            scene.centre().set(view.centre.map(round));
        }
        if scene.zoom().get_untracked() != round(view.zoom) {
            scene.zoom().set(round(view.zoom));
        }
    }

    pub fn choose_model(self, model: Shipped) {
        self.page.scene().model().set(model);
        self.show(model);
    }

    pub fn choose_strip(self, end: usize, class: u8) {
        let mut strip = self.page.scene().strip().get_untracked();
        strip[end] = class;
        self.page.scene().strip().set(strip);
        self.ask_strip();
    }

    /// A new drawing on the pad, or none.
    pub fn draw(self, drawing: Option<Vec<u8>>) {
        self.wire.update_value(|wire| wire.drawing = drawing.clone());
        match drawing {
            Some(_) => self.ask_pad(),
            None => self.page.session().encoded().set(None),
        }
    }

    pub fn train(self) {
        let spec = self.page.scene().run().get_untracked();
        let command = Command::Train { spec: spec.clone() };
        if self.page.session().phase().get_untracked().allows(&command) {
            self.page.session().update(|session| {
                session.run = Some(Run::new(spec));
                session.checkpoint = None;
            });
            self.page.notice().set(None);
            self.command(command);
        }
    }

    pub fn pause_or_resume(self) {
        let paused = self.page.session().phase().get_untracked() == Phase::Paused;
        self.command(if paused { Command::Resume } else { Command::Pause });
    }

    pub fn stop(self) {
        self.command(Command::Stop);
    }

    /// Back to the shipped model.
    pub fn reset(self) {
        self.show(self.page.scene().model().get_untracked());
    }

    /// Another link was followed on the open page.
    pub fn arrive(self, link: Parsed) {
        let Parsed { scene, nonsense } = link;
        let before = self.page.scene().get_untracked();
        self.page.scene().set(scene.clone());
        if !nonsense.is_empty() {
            self.say(Message::Link);
        }
        if scene.model != before.model {
            self.show(scene.model);
        }
        if scene.device.is_some() && scene.device != self.wire.with_value(|wire| wire.kind) {
            self.start();
        }
        self.ask_all();
    }

    pub fn say(self, message: Message) {
        self.page.notice().set(Some(message));
        if message.passing() {
            super::preferences::later(2500, move || {
                if self.page.notice().get_untracked() == Some(message) {
                    self.page.notice().set(None);
                }
            });
        }
    }

    // Questions.

    fn ask_handle(self) {
        let z = self.page.scene().z().get_untracked();
        self.ask(Slot::Handle, decode(z.to_vec()));
    }

    pub fn ask_strip(self) {
        let Some([a, b]) = untrack(|| self.line()) else { return };
        let z = (0..STRIP).flat_map(|i| lerp(a, b, i as f32 / (STRIP - 1) as f32)).collect();
        self.ask(Slot::Strip, decode(z));
    }

    fn ask_pad(self) {
        if let Some(drawing) = self.wire.with_value(|wire| wire.drawing.clone()) {
            self.ask(Slot::Pad, Ask { query: Query::Encode, buffer: Some(drawing) });
        }
    }

    /// The decoded plane where it is looked at. While training, snapshots bring it.
    pub fn ask_atlas(self) {
        if let Some(view) = untrack(|| self.view()) {
            let (area, columns, rows) = cells(&view, CELL, MOST_CELLS);
            self.ask(Slot::Atlas, Query::Atlas { area, columns, rows }.into());
        }
    }

    /// Everything on show but the decoded plane, of a model that is new or has learnt.
    fn ask_all(self) {
        self.ask_handle();
        self.ask_strip();
        self.ask_pad();
    }

    /// Whether a run is on or was: its model can be left for the shipped one.
    pub fn has_run(self) -> bool {
        self.page.session().run().read().is_some()
    }

    fn has_run_untracked(self) -> bool {
        self.page.session().run().read_untracked().is_some()
    }

    fn busy(self) -> bool {
        running(self.page.session().phase().get_untracked())
    }

    fn answers(self) -> bool {
        answers(self.page.session().phase().get_untracked())
    }

    /// The shipped model whose pictures the plane should show; nothing while a run has it.
    fn shelf(self) -> Option<Shipped> {
        let session = self.page.session();
        let trained = self.has_run_untracked() || session.model().get_untracked() == Model::Trained;
        (!trained).then(|| self.page.scene().model().get_untracked())
    }
}

fn decode(z: Vec<f32>) -> Ask {
    Query::Decode { z, format: PixelFormat::Bytes }.into()
}
