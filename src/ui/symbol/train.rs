//! Training it in: the drawings are mixed with the model's data a slice at a time, the model's weights are fetched, and a
//! short run goes on from them.

use leptos::prelude::*;

use super::Symbol;
use crate::data::own::Own;
use crate::data::symbol::{Mixing, held_out_of};
use crate::spec::MOST_CLASSES;
use crate::spec::symbol::{FEWEST, TURN, run_of};
use crate::state::PageStoreFields;
use crate::state::pictures::Shared;
use crate::state::scene::{HOME, SceneStoreFields};
use crate::state::session::{SessionStoreFields, running};
use crate::state::shipped::{DataSet, Shipped};
use crate::state::symbol::{Earlier, Obstacle, Source, Start};
use crate::ui::canvas;
use crate::ui::preferences::later;
use crate::ui::words::tr;

/// How long the page mixes before it looks after something else, in milliseconds, and the pictures between two looks at
/// the clock.
const SLICE: f64 = 12.0;
const AT_ONCE: usize = 16;

#[derive(Clone, Copy, PartialEq)]
pub enum Step {
    Idle,
    /// The data are being made, or the weights are on their way.
    Mixing,
    /// The model on show became another meanwhile.
    Changed,
    /// The drawings made no data.
    Failed,
}

/// What is going on between the button and the run.
pub struct Job {
    start: Start,
    name: String,
    /// The weights of the model that was on show as it began.
    weights: u32,
    data: Data,
}

enum Data {
    Mixing(Box<Mixing>),
    Mixed(Own),
}

impl Symbol {
    pub(super) fn train(self) {
        let mixing = self.step.get_untracked() == Step::Mixing;
        let Some(start) = untrack(|| self.start()).ok().filter(|_| !mixing) else { return };
        let name = self.name.read_untracked().trim().to_owned();
        let drawings: Vec<Vec<u8>> = self.drawings.read_untracked().iter().flatten().cloned().collect();
        let mixing = match Mixing::new(start.source.base(), &drawings, &name) {
            Ok(mixing) => Box::new(mixing),
            Err(why) => return self.fail(&why.to_string()),
        };
        let weights = self.desk.page.session().weights().get_untracked();
        self.step.set(Step::Mixing);
        self.job.set_value(Some(Job { start, name, weights, data: Data::Mixing(mixing) }));
        self.mix_on();
    }

    /// A slice of the mixing, and the next one later.
    fn mix_on(self) {
        let began = canvas::now();
        let whole = self.job.try_update_value(|job| match job.as_mut().map(|job| &mut job.data) {
            Some(Data::Mixing(mixing)) => loop {
                if mixing.advance(AT_ONCE) {
                    break true;
                }
                if canvas::now() - began > SLICE {
                    break false;
                }
            },
            Some(Data::Mixed(_)) | None => false,
        });
        match whole {
            Some(true) => self.mixed(),
            _ if self.job.with_value(Option::is_some) => {
                later(0, move || self.mix_on());
            }
            _ => {}
        }
    }

    fn mixed(self) {
        let Some(job) = self.job.try_update_value(Option::take).flatten() else { return };
        let Data::Mixing(mixing) = job.data else { return };
        match mixing.finish() {
            Ok(own) => self.job.set_value(Some(Job { data: Data::Mixed(own), ..job })),
            Err(why) => return self.fail(&why.to_string()),
        }
        if let Some(weights) = self.desk.weights() {
            self.begin(weights);
        }
    }

    /// What the engine lays out, where it alone has the weights.
    pub(super) fn listen(self) {
        let session = self.desk.page.session();
        let exported = Memo::new(move |_| session.exported().get());
        Effect::new(move |_| {
            let waiting = self.job.with_value(|job| matches!(job, Some(Job { data: Data::Mixed(_), .. })));
            if let Some(weights) = exported.get().filter(|_| waiting) {
                session.exported().set(None);
                self.begin(weights);
            }
        });
        // An answer that will not come is not waited for.
        let phase = Memo::new(move |_| session.phase().get());
        Effect::new(move |_| {
            phase.with(|_| ());
            if self.step.get_untracked() == Step::Mixing && self.changed() {
                self.leave(Step::Changed);
            }
        });
    }

    /// Whether another model is on show than when it began.
    fn changed(self) -> bool {
        let now = self.desk.page.session().weights().get_untracked();
        self.job.with_value(|job| job.as_ref().is_some_and(|job| job.weights != now))
    }

    fn begin(self, weights: Shared<Vec<u8>>) {
        if self.changed() {
            return self.leave(Step::Changed);
        }
        let Some(Job { start, name, data: Data::Mixed(own), .. }) = self.job.try_update_value(Option::take).flatten()
        else {
            return;
        };
        let before = self.desk.page.own().get_untracked();
        let (class, data) = ((own.names().len() - 1) as u8, own.spec());
        let chosen = self.desk.page.scene().run().get_untracked();
        if !self.desk.train_on(own, run_of(&start.made_by), weights) {
            return self.leave(Step::Changed);
        }
        // What was mixed here can be mixed again; what was brought cannot.
        let mixed_here = self.earlier.get_untracked().map(|earlier| earlier.data);
        if let Some(before) = before.filter(|before| Some(before.spec()) != mixed_here) {
            self.aside.set(Some(before));
        }
        let key = self.desk.page.session().run().read_untracked().as_ref().map(|run| run.log.key);
        if let Some(key) = key {
            self.desk.rename(key, &untrack(|| tr!(self.desk, symbol_run, name = name)));
        }
        self.earlier.set(Some(Earlier { name, class, data, source: start.source }));
        self.chosen.set_value(Some(chosen));
        self.run.set(key);
        self.desk.page.scene().hidden().update(|hidden| {
            if hidden.has(class) {
                hidden.toggle(class);
            }
        });
        self.step.set(Step::Idle);
    }

    /// The pictures that were brought before are those of the next runs again.
    pub(super) fn take_back_own(self) {
        if let Some(own) =
            self.aside.get_untracked().filter(|_| !running(self.desk.page.session().phase().get_untracked()))
        {
            self.desk.bring_own((*own).clone());
            self.aside.set(None);
        }
    }

    fn leave(self, step: Step) {
        self.job.set_value(None);
        self.step.set(step);
    }

    fn fail(self, why: &str) {
        web_sys::console::error_1(&why.into());
        self.leave(Step::Failed);
    }
}

/// The button, what it will do, or why it cannot.
#[component]
pub fn Train(symbol: Symbol) -> impl IntoView {
    let desk = symbol.desk;
    let start = Memo::new(move |_| symbol.start());
    let step = symbol.step;
    let said = move || {
        let name = symbol.name.read().trim().to_owned();
        match (step.get(), start.get()) {
            (Step::Mixing, _) => tr!(desk, symbol_mixing).to_owned(),
            (_, Err(why)) => obstacle(symbol, why, &name),
            (Step::Changed, Ok(_)) => tr!(desk, symbol_changed).to_owned(),
            (Step::Failed, Ok(_)) => tr!(desk, symbol_failed).to_owned(),
            (Step::Idle, Ok(start)) => mixed_with(symbol, &start),
        }
    };
    let garments = Memo::new(move |_| start.with(|start| *start == Err(Obstacle::Garments)));
    let off = Memo::new(move |_| start.with(Result::is_err) || step.get() == Step::Mixing);
    let going = Memo::new(move |_| step.get() == Step::Mixing || symbol.going());
    let varied = move || {
        let count = symbol.count();
        let degrees = TURN.to_degrees().round();
        tr!(desk, symbol_varied, degrees = degrees, count = count, held_out = held_out_of(count))
    };
    view! {
        <p class="fine" role="status" data-testid="symbol-said">{said}</p>
        <div class="row">
            <button
                class="btn"
                data-testid="symbol-train"
                // While its own run goes on it keeps the keyboard's focus.
                disabled=move || off.get() && !going.get()
                aria-disabled=move || off.get().to_string()
                on:click=move |_| symbol.train()
            >
                {move || tr!(desk, symbol_train)}
            </button>
            <button
                class="btn q"
                data-testid="symbol-digits"
                hidden=move || !garments.get()
                on:click=move |_| desk.choose_model(Shipped::Member(DataSet::Digits, HOME))
            >
                {move || tr!(desk, symbol_digits)}
            </button>
        </div>
        <p class="fine" data-testid="symbol-varied" hidden=move || start.with(Result::is_err)>{varied}</p>
    }
}

fn obstacle(symbol: Symbol, why: Obstacle, name: &str) -> String {
    let desk = symbol.desk;
    match why {
        Obstacle::Wait => tr!(desk, symbol_wait).to_owned(),
        Obstacle::Running => {
            let run = desk.page.session().run().read();
            let going = run.as_ref().filter(|run| symbol.run.get() == Some(run.log.key));
            match going {
                Some(run) => tr!(desk, symbol_going, step = run.log.step, last = run.log.spec.last_step()),
                None => tr!(desk, symbol_running).to_owned(),
            }
        }
        Obstacle::Points => tr!(desk, symbol_points).to_owned(),
        Obstacle::Garments => tr!(desk, symbol_garments).to_owned(),
        Obstacle::Format => tr!(desk, symbol_format).to_owned(),
        Obstacle::Gone => tr!(desk, symbol_gone).to_owned(),
        Obstacle::TooFew => tr!(desk, symbol_few, fewest = FEWEST),
        Obstacle::NoName => tr!(desk, symbol_no_name).to_owned(),
        Obstacle::NameTaken => tr!(desk, symbol_taken, name = name),
        Obstacle::Full => tr!(desk, symbol_full, most = MOST_CLASSES),
    }
}

/// What the drawings will be mixed with.
fn mixed_with(symbol: Symbol, start: &Start) -> String {
    let desk = symbol.desk;
    let with = match start.source {
        Source::Digits { stand_in: true, .. } => tr!(desk, symbol_with_stand_in),
        Source::Digits { stand_in: false, .. } => tr!(desk, symbol_with_digits),
        Source::Shapes { .. } => tr!(desk, symbol_with_shapes),
        Source::Own(_) => tr!(desk, symbol_with_own),
    };
    let again = if start.again { tr!(desk, symbol_again) } else { "" };
    format!("{with} {again}").trim_end().to_owned()
}
