//! Generated data to take away: as many pictures as one likes, with labels, in formats that others read.

mod settings;

use std::ops::RangeInclusive;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use settings::Settings;

use super::sampler::{From, Sampler};
use crate::data::write::set::Format;
use crate::i18n::count;
use crate::latent::fit::{Fit, Kind};
use crate::latent::generate::{classes, nearest_classes, of_every_class};
use crate::latent::place::asked;
use crate::latent::regularity::Frame;
use crate::latent::sample::prior;
use crate::latent::slice::Slice;
use crate::protocol::{Phase, Slot};
use crate::rng::Rng;
use crate::state::PageStoreFields;
use crate::state::generating::{Generating, Taken};
use crate::state::message::Message;
use crate::state::pace::Pace;
use crate::state::pictures::Decoding;
use crate::state::session::{SessionStoreFields, answers};
use crate::ui::desk::{Desk, decode};
use crate::ui::words::{self, tr};
use crate::ui::{canvas, export};

/// Pictures in one file.
const MOST: usize = 10_000;
const SEEDS: RangeInclusive<u32> = 0..=99_999;
/// The seed's stream: other points than the panel draws with the same number.
const STREAM: u32 = 6;

/// What to draw from.
#[derive(Clone, Copy, PartialEq)]
enum Whence {
    /// As many of every class.
    Classes,
    Prior,
    /// The Gaussian fitted to the codes.
    Fitted,
    /// What is chosen for the samples that are shown.
    Panel,
}

impl Whence {
    const ALL: [Self; 4] = [Self::Classes, Self::Prior, Self::Fitted, Self::Panel];

    fn id(self) -> &'static str {
        match self {
            Self::Classes => "classes",
            Self::Prior => "prior",
            Self::Fitted => "fitted",
            Self::Panel => "panel",
        }
    }

    fn name(self, desk: Desk) -> &'static str {
        match self {
            Self::Classes => tr!(desk, generate_classes),
            Self::Prior => tr!(desk, generate_prior),
            Self::Fitted => tr!(desk, generate_fitted),
            Self::Panel => tr!(desk, generate_panel),
        }
    }
}

/// How far it is, or how it came out.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Idle,
    Going {
        done: usize,
        total: usize,
    },
    Saved {
        total: usize,
    },
    Cancelled,
    /// Half of the pictures would be of another model, or of another plane.
    Changed,
}

/// A file in the making.
struct Job {
    generating: Generating,
    pace: Pace,
    band: usize,
}

#[derive(Clone, Copy)]
struct Saver {
    desk: Desk,
    sampler: Sampler,
    whence: RwSignal<Whence>,
    /// Pictures, or pictures of each class.
    count: RwSignal<usize>,
    seed: RwSignal<u32>,
    format: RwSignal<Format>,
    step: RwSignal<Step>,
    /// How many classes have codes.
    classes: Memo<usize>,
    job: StoredValue<Option<Job>, LocalStorage>,
}

impl Saver {
    fn new(desk: Desk, sampler: Sampler) -> Self {
        let saver = Self {
            desk,
            sampler,
            whence: RwSignal::new(Whence::Classes),
            count: RwSignal::new(100),
            seed: RwSignal::new(1),
            format: RwSignal::new(Format::Pngs),
            step: RwSignal::new(Step::Idle),
            classes: Memo::new(move |_| desk.own_cloud().map_or(0, |cloud| classes(&cloud.labels).len())),
            job: StoredValue::new_local(None),
        };
        saver.listen();
        saver
    }

    /// Takes what is decoded, and gives up when it would be of something else from then on.
    fn listen(self) {
        let (page, session) = (self.desk.page, self.desk.page.session());
        let decoded = Memo::new(move |_| session.generated().get());
        Effect::new(move |_| {
            if let Some(decoding) = decoded.get() {
                self.take(&decoding);
            }
        });
        let of_what = Memo::new(move |_| (session.weights().get(), session.phase().get(), page.axes().get()));
        Effect::new(move |_| {
            of_what.with(|_| ());
            match self.step.get_untracked() {
                Step::Going { .. } => self.leave(Step::Changed),
                // How the last file came out is no news of another model.
                Step::Saved { .. } | Step::Cancelled | Step::Changed => self.step.set(Step::Idle),
                Step::Idle => {}
            }
        });
    }

    /// Reactive: the most that can be asked for.
    fn most(self) -> usize {
        match self.whence.get() {
            Whence::Classes => MOST / self.classes.get().max(1),
            Whence::Prior | Whence::Fitted | Whence::Panel => MOST,
        }
    }

    /// Reactive: the pictures that there will be.
    fn total(self) -> usize {
        let count = self.count.get().min(self.most());
        match self.whence.get() {
            Whence::Classes => count * self.classes.get(),
            Whence::Prior | Whence::Fitted | Whence::Panel => count,
        }
    }

    /// Reactive: whether each is drawn for a class.
    fn of_classes(self) -> bool {
        match self.whence.get() {
            Whence::Classes => true,
            Whence::Prior | Whence::Fitted => false,
            Whence::Panel => self.sampler.from.get() == From::Class,
        }
    }

    /// Reactive: dimensions of the latent space.
    fn latent(self) -> usize {
        let session = self.desk.page.session();
        let trained = session.model().get().is_trained();
        let run = session.run().read();
        run.as_ref().filter(|_| trained).map_or(2, |run| run.log.spec.model.latent)
    }

    /// Reactive: whether there is a model, and something to draw from and to take labels from.
    fn ready(self) -> bool {
        let there = match self.whence.get() {
            Whence::Classes | Whence::Prior => true,
            Whence::Fitted => self.desk.own_cloud().is_some_and(|cloud| Frame::of_codes(&cloud.codes).is_some()),
            Whence::Panel => self.sampler.from.get() != From::Posterior || self.sampler.source().is_some(),
        };
        there && self.classes.get() > 0 && answers(self.desk.page.session().phase().get())
    }

    /// Points and their labels.
    fn draw(self) -> Option<(Vec<[f32; 2]>, Vec<u8>)> {
        let rng = &mut Rng::stream(self.seed.get(), STREAM);
        let cloud = self.desk.own_cloud()?;
        let total = self.total();
        let points = match self.whence.get() {
            Whence::Classes => {
                let each = self.count.get().min(self.most());
                return Some(of_every_class(&cloud.codes, &cloud.log_var, &cloud.labels, each, rng));
            }
            Whence::Prior => prior(total, rng),
            Whence::Fitted => {
                let fit = Fit::of(Kind::Normal, &cloud.codes)?;
                (0..total).map(|_| fit.draw(rng)).collect()
            }
            Whence::Panel => self.sampler.points(total, rng)?.0.into_iter().map(|sample| sample.z).collect(),
        };
        let labels = if self.of_classes() {
            vec![self.sampler.class.get(); points.len()]
        } else {
            nearest_classes(&cloud.codes, &cloud.labels, &points)?
        };
        Some((points, labels))
    }

    /// Reactive: what the classes are called, up to the last that has codes.
    fn names(self) -> Vec<String> {
        let last = self.desk.own_cloud().and_then(|cloud| cloud.labels.iter().max().copied());
        last.map_or_else(Vec::new, |last| (0..=last).map(|class| words::class(self.desk, class)).collect())
    }

    fn begin(self) {
        let drawn = untrack(|| self.draw()).filter(|(points, _)| !points.is_empty());
        let Some((points, labels)) = drawn else { return self.desk.say(Message::EmptyClass) };
        if !points.as_flattened().iter().all(|x| x.is_finite()) {
            return self.fail(&"a code that is no finite number".into());
        }
        let slice = Slice { axes: self.desk.page.axes().get_untracked().map(|axis| axis as usize) };
        let (format, latent) = (self.format.get_untracked(), untrack(|| self.latent()));
        match Generating::new(format, untrack(|| self.desk.format()), points, labels, slice, latent) {
            Ok(generating) => {
                let generating = generating.named(untrack(|| self.names()));
                self.step.set(Step::Going { done: 0, total: generating.total() });
                self.job.set_value(Some(Job { generating, pace: Pace::new(canvas::now()), band: 0 }));
                self.ask();
            }
            Err(why) => self.fail(&why.to_string().into()),
        }
    }

    fn ask(self) {
        let points = self.job.try_update_value(|job| {
            let job = job.as_mut()?;
            let points = job.generating.next(job.pace.band()).to_vec();
            job.band = points.len();
            job.pace.asked(canvas::now());
            Some(points)
        });
        if let Some(points) = points.flatten() {
            self.desk.ask(Slot::Generated, decode(&points));
        }
    }

    fn take(self, decoding: &Decoding) {
        let taken = self.job.try_update_value(|job| {
            let job = job.as_mut()?;
            let taken = job.generating.take(decoding);
            // Packing is the page's own time and counts as the engine's: a hand waits for both.
            job.pace.came(job.band, canvas::now());
            Some((taken, job.generating.done(), job.generating.total()))
        });
        let Some((taken, done, total)) = taken.flatten() else { return };
        match taken {
            Ok(Taken::Foreign) => {}
            Ok(Taken::More) => {
                self.step.set(Step::Going { done, total });
                self.ask();
            }
            Ok(Taken::Last) => self.save(),
            Err(why) => self.fail(&why.to_string().into()),
        }
    }

    fn save(self) {
        let Some(job) = self.job.try_update_value(Option::take).flatten() else { return };
        let total = job.generating.total();
        let (name, kind) = match self.format.get_untracked() {
            Format::Pngs => ("latentscape-generated-png.zip", "application/zip"),
            Format::Npz => ("latentscape-generated.npz", "application/octet-stream"),
            Format::Idx => ("latentscape-generated-idx.zip", "application/zip"),
        };
        let saved = job.generating.finish().map_err(|why| JsValue::from(why.to_string()));
        match saved.and_then(|file| export::download(name, kind, &file)) {
            Ok(()) => {
                self.leave(Step::Saved { total });
                // The next set is another one.
                self.seed.update(|seed| *seed = if *seed < *SEEDS.end() { *seed + 1 } else { *SEEDS.start() });
            }
            Err(why) => self.fail(&why),
        }
    }

    fn fail(self, why: &JsValue) {
        web_sys::console::error_1(why);
        self.leave(Step::Idle);
        self.desk.say(Message::NotSaved);
    }

    /// Ends what is going on. Pictures of it that are still on their way are taken by no one.
    fn leave(self, step: Step) {
        self.job.set_value(None);
        self.desk.page.session().generated().set(None);
        self.step.set(step);
    }

    /// With other settings, how the last file came out is no news.
    fn forget(self) {
        if !untrack(|| self.going()) {
            self.step.set(Step::Idle);
        }
    }

    /// Reactive: how it came out, and what the labels are.
    fn said(self) -> String {
        let desk = self.desk;
        let end = match self.step.get() {
            Step::Idle | Step::Going { .. } => None,
            Step::Saved { total } => Some(tr!(desk, generate_saved, count = count(total))),
            Step::Cancelled => Some(tr!(desk, generate_cancelled).to_owned()),
            Step::Changed => Some(tr!(desk, generate_changed).to_owned()),
        };
        let labels = match (self.of_classes(), self.whence.get()) {
            (true, Whence::Classes) => {
                tr!(desk, generate_labels_classes, count = count(self.total()), classes = self.classes.get())
            }
            (true, _) => tr!(desk, generate_labels_class, count = count(self.total())),
            (false, _) => {
                let codes = desk.page.session().cloud().read().as_ref().map_or(0, |cloud| cloud.codes.len());
                tr!(desk, generate_labels_nearest, count = count(self.total()), asked = asked(codes))
            }
        };
        let others = (self.latent() > 2).then(|| tr!(desk, generate_slice, latent = self.latent()));
        let learning = self.learning().then(|| tr!(desk, generate_learning).to_owned());
        let parts = [end, learning, Some(labels), others];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Reactive: whether the next picture would be of a model that has learnt since.
    fn learning(self) -> bool {
        self.desk.page.session().phase().get() == Phase::Training
    }

    fn going(self) -> bool {
        matches!(self.step.get(), Step::Going { .. })
    }
}

/// "Save generated data".
#[component]
pub fn Save(sampler: Sampler) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let saver = Saver::new(desk, sampler);
    let pictures = Memo::new(move |_| desk.page.session().model().get().takes_pictures());
    let going = move || match saver.step.get() {
        Step::Going { done, total } => Some((done, total)),
        Step::Idle | Step::Saved { .. } | Step::Cancelled | Step::Changed => None,
    };
    let share = move || going().map_or(0, |(done, total)| (100 * done / total.max(1)) as u32);
    let far = move || going().map(|(done, total)| tr!(desk, generate_going, done = count(done), count = count(total)));
    view! {
        <details class="more" data-testid="generate" hidden=move || !pictures.get()>
            <summary data-testid="generate-open">{move || tr!(desk, generate)}</summary>
            <Settings saver/>
            <div class="row">
                <button
                    class="btn small"
                    data-testid="generate-save"
                    disabled=move || saver.going() || saver.learning() || !saver.ready()
                    on:click=move |_| saver.begin()
                >
                    {move || tr!(desk, generate_save)}
                </button>
                <div class="going" hidden=move || !saver.going()>
                    <progress max="100" aria-label=move || tr!(desk, generate) value=share></progress>
                    <span>{far}</span>
                    <button
                        class="btn q small"
                        data-testid="generate-cancel"
                        on:click=move |_| saver.leave(Step::Cancelled)
                    >
                        {move || tr!(desk, generate_cancel)}
                    </button>
                </div>
            </div>
            <p class="hint" role="status" data-testid="generate-said">{move || saver.said()}</p>
        </details>
    }
}
