//! The page's desk: everything a component may do. It moves the state, sends to the engine, and hears what comes back.

mod engine;
mod family;
mod hand;
mod kept;
mod lab;
mod open;
mod pictures;
mod session_file;
mod shelf;
pub mod survey;
mod symbol;

use leptos::prelude::*;
use reactive_stores::Store;

use crate::client::Client;
use crate::client::probe::Gpu;
use crate::data::family::Family;
use crate::i18n::Locale;
use crate::latent::path::{Course, Way};
use crate::latent::place::{Neighbourhood, class_means, heart, neighbourhood};
use crate::latent::regularity::to_codes::ToCodes;
use crate::latent::tiles;
use crate::latent::view::{View, cells};
use crate::link::Parsed;
use crate::protocol::{Area, DeviceKind, Phase, PixelFormat, Query, Slot, ToEngine};
use crate::spec::{CLASSES, Format, MOST_CLASSES, SIDE};
use crate::state::asks::{Ask, Asks};
use crate::state::handles::Handles;
use crate::state::history::History;
use crate::state::message::Message;
use crate::state::pace::Pace;
use crate::state::pictures::{Cloud, Shared};
use crate::state::scene::{End, HOME, Path, Scene, SceneStoreFields, Theme};
use crate::state::session::{SessionStoreFields, answers, running};
use crate::state::shipped::{DataSet, Shipped};
use crate::state::{Page, PageStoreFields};
pub use family::Between;
pub use kept::ROOM;
use shelf::Book;

/// Width of a picture of 28 pixels of the decoded plane in a snapshot, in pixels of the page, and the most of them.
const CELL: f32 = 26.0;
const MOST_CELLS: usize = 1200;
/// Pictures of the plane in one piece.
const MOST_GROUND: u32 = 4096;
/// How long what needs no answer is said: its longest sentences are read aloud in that time.
const PASSING_MS: i32 = 8000;

#[derive(Clone, Copy)]
pub struct Desk {
    pub page: Store<Page>,
    /// Of the handles, for undoing.
    history: RwSignal<History<Handles>>,
    /// The mean code of each class.
    means: Means,
    /// The codes around the active handle.
    around: Memo<Option<Neighbourhood>>,
    /// The way of the film strip.
    route: Memo<Option<Way>>,
    wire: StoredValue<Wire, LocalStorage>,
    /// Whether it is beside another, which keeps the runs and has the keyboard.
    beside: bool,
}

/// What is needed to talk to an engine and is not on show.
#[derive(Default)]
struct Wire {
    client: Option<Client>,
    kind: Option<DeviceKind>,
    gpu: Option<Gpu>,
    asks: Asks,
    books: Vec<Book>,
    /// The cards of families that are here.
    families: Vec<(DataSet, Shared<Family>)>,
    /// The data whose family's members are being fetched.
    bringing: Option<DataSet>,
    /// The picture that was at the handle, for the next model that is of this folder.
    carried: Option<(&'static str, Vec<u8>)>,
    /// The data whose classifier is here.
    judges: Option<DataSet>,
    /// The shipped model that this engine has, or is reading.
    loaded: Option<Shipped>,
    /// The drawing on the pad as the encoder wants it.
    drawing: Option<Vec<u8>>,
    /// Of the survey that is under way.
    pace: Option<Pace>,
    /// How to go on once a new engine has no model.
    resume: Option<Resume>,
    /// The moment that the engine is being taken back to, and the one that is wanted after it.
    back: Option<u32>,
    wanted: Option<u32>,
    /// Whether this engine has been given the visitor's own pictures.
    own_sent: bool,
    /// Where runs are kept; nothing where they cannot be.
    store: Option<crate::client::store::Store>,
    /// Whether one is being written, and is to be written again.
    keeping: bool,
    keep_again: bool,
    /// The set of pictures that was last tried to be kept.
    set_tried: Option<u32>,
    /// The batch that the data chosen last made smaller, and what was wished for.
    smaller_batch: Option<(usize, usize)>,
    /// How often something was said.
    said: u32,
    /// Whether it has been said that nothing can be kept.
    denial_told: bool,
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
        let history = RwSignal::new(History::new(page.scene().handles().get_untracked()));
        let means = Memo::new(move |_| {
            own_cloud(page).map_or([None; MOST_CLASSES], |cloud| class_means(&cloud.codes, &cloud.labels))
        });
        let around = Memo::new(move |_| {
            let cloud = own_cloud(page)?;
            neighbourhood(&cloud.codes, &cloud.labels, page.scene().handles().read().z())
        });
        let near = Memo::new(move |_| {
            let (survey, cloud) = (page.session().survey().get()?, own_cloud(page)?);
            ToCodes::new(&cloud.codes).map(|codes| Shared::new(codes.around_holes(&survey)))
        });
        let route = Memo::new(move |_| {
            let Path { ends: [a, b], course, .. } = page.scene().path().get();
            let place = |end| place_of(page, means, end);
            let ends = [place(a)?, place(b)?];
            Some(survey::measured(page, near, course, ends).unwrap_or(Way::Course(course, ends)))
        });
        Self { page, history, means, around, route, wire: StoredValue::new_local(Wire::default()), beside: false }
    }

    /// A desk of its own with the same scene, for a run beside the one on this.
    pub fn beside(self) -> Self {
        let scene = self.page.scene().get_untracked();
        let own = self.page.own().get_untracked();
        Self { beside: true, ..Self::new(Store::new(Page { own, ..Page::new(scene) })) }
    }

    /// Reactive: what the pictures of the model on show are; of points, pictures of dots.
    pub fn format(self) -> Format {
        let run = self.page.session().run();
        run.with(|run| run.as_ref().map_or(Format::GREY_28, |run| run.log.spec.model.input.format()))
    }

    pub fn is_beside(self) -> bool {
        self.beside
    }

    /// Ends the engine: nothing is asked of this desk any more.
    pub fn close(self) {
        self.wire.update_value(|wire| {
            wire.generation += 1;
            wire.client = None;
        });
        self.page.session().phase().set(Phase::Booting);
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

    /// Where the active handle is.
    pub fn z(self) -> [f32; 2] {
        self.page.scene().handles().read().z()
    }

    pub fn around(self) -> Memo<Option<Neighbourhood>> {
        self.around
    }

    /// The mean code of a class; nothing for a class without codes.
    pub fn mean(self, class: u8) -> Option<[f32; 2]> {
        self.means.with(|means| means.get(usize::from(class)).copied().flatten())
    }

    /// Where the codes of a class lie closest, which need not be around their mean; nothing for a class without codes.
    pub fn heart(self, class: u8) -> Option<[f32; 2]> {
        let cloud = own_cloud(self.page)?;
        let of_class = cloud.codes.iter().zip(&cloud.labels).filter(|(_, label)| **label == class);
        heart(&of_class.map(|(code, _)| *code).collect::<Vec<_>>())
    }

    /// Where an end of a path lies; nothing if what it names is not here.
    pub fn place_of(self, end: End) -> Option<[f32; 2]> {
        place_of(self.page, self.means, end)
    }

    /// The points that the film strip decodes.
    pub fn way(self) -> Option<Vec<[f32; 2]>> {
        let frames = self.page.scene().path().get().frames;
        self.route().map(|way| way.points(frames))
    }

    /// As many points of the straight line, beside a way that is measured.
    pub fn straight(self) -> Option<Vec<[f32; 2]>> {
        let Path { course, frames, .. } = self.page.scene().path().get();
        let [a, b] = course.is_measured().then(|| self.line()).flatten()?;
        Some(Way::Course(Course::Straight, [a, b]).points(frames))
    }

    /// Where the film strip starts and ends; nothing while one of the two is not here.
    pub fn line(self) -> Option<[[f32; 2]; 2]> {
        let [a, b] = self.page.scene().path().get().ends;
        Some([self.place_of(a)?, self.place_of(b)?])
    }

    /// The way that it goes.
    pub fn route(self) -> Option<Way> {
        self.route.get()
    }

    // What a visitor does.

    pub fn choose_path(self, change: impl FnOnce(&mut Path)) {
        let mut path = self.page.scene().path().get_untracked();
        change(&mut path);
        path.frames = path.frames.clamp(Path::FEWEST, Path::MOST);
        self.page.scene().path().set(path);
    }

    /// At the start, if the link puts the handle out of sight and says nothing of the view.
    pub fn find_handle(self) {
        if self.page.scene().centre().get_untracked() == Scene::default().centre {
            self.keep_in_sight(untrack(|| self.z()));
        }
    }

    pub fn look(self, view: View) {
        let (scene, view) = (self.page.scene(), view.rounded());
        if scene.centre().get_untracked() != view.centre {
            scene.centre().set(view.centre);
        }
        if scene.zoom().get_untracked() != view.zoom {
            scene.zoom().set(view.zoom);
        }
    }

    pub fn choose_model(self, model: Shipped) {
        let dial = f32::from(model.member().unwrap_or(HOME));
        if model.member().is_some() && self.book(model).is_none() {
            return self.bring_first(model, dial);
        }
        self.carry_to(model);
        self.page.coming().set(None);
        self.page.scene().model().set(model);
        self.turn_to_classes(CLASSES);
        self.page.scene().dial().set(dial);
        self.show(model);
    }

    /// A new drawing on the pad, or none.
    pub fn draw(self, drawing: Option<Vec<u8>>) {
        self.wire.update_value(|wire| wire.drawing = drawing);
        self.ask_pad();
    }

    /// Another link was followed on the open page.
    pub fn arrive(self, link: Parsed) {
        let Parsed { mut scene, nonsense } = link;
        let before = self.page.scene().get_untracked();
        let (wanted, dial) = (scene.model, scene.dial);
        let missing = wanted.member().is_some() && self.book(wanted).is_none();
        if missing {
            (scene.model, scene.dial) = (before.model, before.dial);
        }
        self.page.scene().set(scene.clone());
        self.handles_changed();
        if !nonsense.is_empty() {
            self.say(Message::Link);
        }
        self.page.coming().set(None);
        if missing {
            self.bring_first(wanted, dial);
        } else if (scene.model, scene.points) != (before.model, before.points) {
            self.show(scene.model);
        }
        if scene.device.is_some() && scene.device != self.wire.with_value(|wire| wire.kind) {
            self.start();
        }
        self.ask_all();
    }

    pub fn say(self, message: Message) {
        self.page.notice().set(Some(message));
        self.wire.update_value(|wire| wire.said += 1);
        let said = self.wire.with_value(|wire| wire.said);
        if message.passing() {
            super::preferences::later(PASSING_MS, move || {
                // The same may have been said again since.
                if self.wire.try_with_value(|wire| wire.said) == Some(said) {
                    self.page.notice().set(None);
                }
            });
        }
    }

    // Questions.

    pub fn ask_handle(self) {
        self.ask(Slot::Handle, decode(&[untrack(|| self.z())]));
    }

    /// Every handle, where there are more than one, and the code that is pinned.
    fn ask_pins(self) {
        let handles = self.page.scene().handles().read_untracked().list().iter().map(|h| h.z).collect::<Vec<_>>();
        let pinned = self.page.pinned().get_untracked().and_then(|i| untrack(|| self.place_of(End::Code(i))));
        let points: Vec<[f32; 2]> = handles.into_iter().chain(pinned).collect();
        if points.len() > 1 {
            self.ask(Slot::Pins, decode(&points));
        }
    }

    pub fn ask_strip(self) {
        if let Some(way) = untrack(|| self.way()) {
            self.ask(Slot::Strip, decode(&way));
        }
        if let Some(line) = untrack(|| self.straight()) {
            self.ask(Slot::Straight, decode(&line));
        }
    }

    fn ask_samples(self) {
        let points: Vec<[f32; 2]> = self.page.samples().read_untracked().iter().map(|sample| sample.z).collect();
        if !points.is_empty() {
            self.ask(Slot::Samples, decode(&points));
        }
    }

    fn ask_pad(self) {
        // A drawing stays on the pad while a model is on show that takes none like it.
        let input = self.page.session().run().with_untracked(|run| run.as_ref().map(|run| run.log.spec.model.input));
        let input = input.unwrap_or_default();
        let drawing = self.wire.with_value(|wire| wire.drawing.clone());
        match drawing.filter(|drawing| input.is_picture() && drawing.len() == input.width()) {
            Some(drawing) => self.ask(Slot::Pad, Ask { query: Query::Encode, buffers: vec![drawing] }),
            None => {
                // What is on its way is of ink that was wiped away, or of another model's pictures.
                self.wire.update_value(|wire| wire.asks.drop(Slot::Pad));
                if self.page.session().encoded().read_untracked().is_some() {
                    self.page.session().encoded().set(None);
                }
            }
        }
    }

    /// A tile of the decoded plane.
    pub fn ask_tile(self, area: Area, side: u32) {
        self.ask(Slot::Atlas, Query::Atlas { area, columns: side, rows: side }.into());
    }

    /// Tells the engine what is looked at: what snapshots decode.
    pub fn tell_view(self) {
        if let Some(view) = untrack(|| self.view()) {
            let wide = CELL * self.format().side as f32 / SIDE as f32;
            let (area, columns, rows) = cells(&view, wide, MOST_CELLS);
            self.send(&ToEngine::Look { area, columns, rows }, &[]);
        }
    }

    /// Everything on show but the decoded plane, of a model that is new or has learnt.
    fn ask_all(self) {
        self.ask_carried();
        self.ask_handle();
        self.ask_pins();
        self.ask_strip();
        self.ask_pad();
        self.ask_samples();
        self.ask_ground();
    }

    /// Of a member of the family, the whole plane in one piece, on the lattice of its tiles: it takes the place of the
    /// member's before as one picture.
    fn ask_ground(self) {
        if self.shelf().and_then(Shipped::member).is_none() {
            return;
        }
        if let Some((area, columns, rows)) =
            untrack(|| self.view()).and_then(|view| tiles::whole(&view, self.format().side, MOST_GROUND))
        {
            self.ask(Slot::Ground, Query::Atlas { area, columns, rows }.into());
        }
    }

    pub fn has_run_untracked(self) -> bool {
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
        let trained = self.has_run_untracked() || session.model().get_untracked().is_trained();
        (!trained).then(|| self.page.scene().model().get_untracked())
    }
}

/// The codes of the model that the engine has.
fn own_cloud(page: Store<Page>) -> Option<Shared<Cloud>> {
    page.session().own().get().or_else(|| page.session().cloud().get())
}

/// The mean code of each class.
type Means = Memo<[Option<[f32; 2]>; MOST_CLASSES]>;

fn place_of(page: Store<Page>, means: Means, end: End) -> Option<[f32; 2]> {
    match end {
        End::Class(class) => means.with(|means| means.get(usize::from(class)).copied().flatten()),
        End::Handle(index) => page.scene().handles().read().list().get(index).map(|handle| handle.z),
        End::Code(index) => page.session().cloud().read().as_ref()?.codes.get(index).copied(),
        End::Drawing(index) => page.kept().read().get(index).map(|kept| kept.mu),
    }
}

/// The question what points of the plane decode to.
pub fn decode(points: &[[f32; 2]]) -> Ask {
    Query::Decode { z: points.concat(), format: PixelFormat::Bytes }.into()
}
