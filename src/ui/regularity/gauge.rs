//! Reading the meters: when the plane is surveyed, and what is made of a survey.

use leptos::prelude::*;

use crate::data::family::Character;
use crate::latent::regularity::clusters::Clusters;
use crate::latent::regularity::interval::Interval;
use crate::latent::regularity::report::{self, Codes, Meter, Meters, Reading};
use crate::latent::regularity::returns::{NEAR, Returns};
use crate::latent::regularity::slopes::{Continuity, steep};
use crate::latent::regularity::sureness::Sureness;
use crate::latent::regularity::{Metric, Unit};
use crate::protocol::Phase;
use crate::spec::Input;
use crate::state::PageStoreFields;
use crate::state::dial::Stand;
use crate::state::pictures::Shared;
use crate::state::run::Run;
use crate::state::scene::{Cover, SceneStoreFields};
use crate::state::session::{Model, SessionStoreFields, answers};
use crate::ui::desk::Desk;
use crate::ui::preferences::later;

/// Cells along a side: at rest, while a model trains, and where it is asked for.
const SIDE: usize = 64;
const ROUGH: usize = 32;
pub const FINE: usize = 256;

/// Codes that share more than this with what is sampled from fill it.
const FILLED: f32 = 0.8;

/// How long the model must rest before it is surveyed, in milliseconds: a dial is turned through many.
const REST: i32 = 160;

/// Where a reading is from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    Here,
    /// With the family, by the native tool.
    Before,
}

#[derive(Clone, Copy)]
pub struct Gauge {
    pub desk: Desk,
    /// Of the model that is on show; nothing until it is surveyed.
    meters: RwSignal<Option<Shared<Meters>>>,
    /// What they are of: what else is on show has not been measured.
    of: Memo<(u32, Model)>,
    /// Whether the table of all of them is unfolded.
    pub table: RwSignal<bool>,
}

impl Gauge {
    pub fn new(desk: Desk) -> Self {
        let session = desk.page.session();
        let of = Memo::new(move |_| (session.weights().get(), session.model().get()));
        let gauge = Self { desk, meters: RwSignal::new(None), of, table: RwSignal::new(false) };
        gauge.follow();
        gauge.judge();
        gauge.complete();
        gauge
    }

    /// Reactive: what was measured here of the model on show.
    pub fn meters(self) -> RwSignal<Option<Shared<Meters>>> {
        self.meters
    }

    /// Surveys whatever is new, once it rests; measures whatever is surveyed.
    fn follow(self) {
        let desk = self.desk;
        let session = desk.page.session();
        let phase = Memo::new(move |_| session.phase().get());
        let frame = Memo::new(move |_| desk.frame());
        Effect::new(move |_| {
            frame.with(|_| ());
            session.survey_elsewhere().set(None);
            session.steps().set(None);
            session.fidelity().set(None);
            // What was measured is of another distribution; while a model trains, of the codes of a moment ago.
            if session.phase().get_untracked() != Phase::Training {
                self.meters.set(None);
            }
        });
        let waiting = StoredValue::new(None::<i32>);
        Effect::new(move |before: Option<(u32, Model)>| {
            let (of, phase) = (self.of.get(), phase.get());
            frame.with(|_| ());
            if before.is_some_and(|before| before != of) {
                // What was compared with the data is of weights that have learnt since, or of another run.
                session.fidelity().set(None);
                session.steps().set(None);
                session.surgery().set(None);
                session.sureness().set(None);
                session.judging().set(None);
                session.survey_elsewhere().set(None);
                if phase != Phase::Training {
                    self.meters.set(None);
                }
            }
            if let Some(waiting) = waiting.get_value() {
                window().clear_timeout_with_handle(waiting);
            }
            // A run beside another has enough to do to keep up.
            if answers(phase) && !(desk.is_beside() && phase == Phase::Training) {
                let side = if phase == Phase::Training { ROUGH } else { SIDE };
                // While a model trains a survey that is under way is of weights of a moment ago; it is let be.
                let go = move || {
                    let busy = phase == Phase::Training && session.surveying().read_untracked().is_some();
                    if !busy {
                        desk.survey(side);
                    }
                };
                waiting.set_value(later(REST, go));
            }
            of
        });
        let survey = Memo::new(move |_| session.survey().get());
        Effect::new(move |_| {
            if survey.get().is_some() {
                self.measure(0, Meters::default());
            }
        });
    }

    /// Lets the classifier judge the plane once it is measured, where someone looks at what comes of it.
    fn judge(self) {
        let (page, session) = (self.desk.page, self.desk.page.session());
        let phase = Memo::new(move |_| session.phase().get());
        let looked_at =
            Memo::new(move |_| self.table.get() || page.scene().layers().get().cover == Some(Cover::Confidence));
        Effect::new(move |_| {
            let measured = self.meters.read().is_some() && phase.get() != Phase::Training;
            let frame = untrack(|| self.desk.frame());
            let judged = |sureness: Option<&Sureness>| sureness.is_some_and(|sureness| sureness.frame == frame);
            let known = judged(session.sureness().read_untracked().as_deref())
                || judged(session.judging().read_untracked().as_ref());
            if looked_at.get() && measured && !known {
                self.desk.judge();
            }
        });
    }

    /// Takes what the table alone shows, once it is unfolded and the rest is measured.
    fn complete(self) {
        let session = self.desk.page.session();
        let phase = Memo::new(move |_| session.phase().get());
        Effect::new(move |_| {
            let measured = self.meters.get().filter(|_| phase.get() != Phase::Training);
            let Some(meters) = measured.filter(|_| self.table.get()) else { return };
            if session.steps().read_untracked().is_none() {
                self.desk.ask_steps();
            }
            if meters.parts < Meters::PARTS {
                self.measure(meters.parts, (*meters).clone());
            }
        });
    }

    /// One part after another, so that the page stays smooth.
    fn measure(self, part: usize, meters: Meters) {
        let session = self.desk.page.session();
        let Some(survey) = session.survey().get_untracked() else { return };
        let Some(cloud) = untrack(|| self.desk.own_cloud()) else { return };
        let of_run = |run: &Run| (run.log.spec.model.latent, run.log.spec.model.input);
        let (latent, input) = session.run().read_untracked().as_ref().map_or((2, Input::default()), of_run);
        let codes = Codes { mu: &cloud.codes, log_var: &cloud.log_var, labels: &cloud.labels, latent, input };
        let meters = meters.with(part, &survey, codes);
        // While a model trains only what costs next to nothing: the hand and the run come first.
        let training = session.phase().get_untracked() == Phase::Training;
        let last = if self.table.get_untracked() { Meters::PARTS } else { Meters::FIRST };
        if part + 1 < last && !training {
            let of = self.of.get_untracked();
            later(0, move || {
                // A newer survey begins again; one of a model that is gone says nothing of the codes of the next.
                let newest = session.survey().get_untracked().as_ref() == Some(&survey);
                if newest && self.of.get_untracked() == of {
                    self.measure(part + 1, meters);
                }
            });
        } else {
            self.meters.set(Some(Shared::new(meters)));
            if self.desk.has_run_untracked() && !training && session.fidelity().read_untracked().is_none() {
                self.desk.ask_fidelity();
            }
            if !training && session.survey_elsewhere().read_untracked().is_none() {
                self.desk.survey_elsewhere(ROUGH);
            }
        }
    }

    /// Reactive: a meter's reading now; of a family's member, until it is measured here, what its card says.
    pub fn reading(self, meter: Meter) -> Option<(Reading, Origin)> {
        let here = self.meters.get().and_then(|meters| meters.reading(meter));
        let here = here
            .or_else(|| self.of_data(meter))
            .or_else(|| self.of_classifier(meter))
            .or_else(|| self.of_steps(meter))
            .map(|reading| (reading, Origin::Here));
        here.or_else(|| self.of_card(meter, self.desk.samples_prior()))
    }

    /// Reactive: one of the two scores if one sampled from what one does not sample from, prior or fitted.
    pub fn elsewhere(self, meter: Meter) -> Option<Reading> {
        let desk = self.desk;
        let input = desk.page.session().run().read().as_ref().map_or(Input::default(), |run| run.log.spec.model.input);
        let here = desk.page.session().survey_elsewhere().get().and_then(|survey| match meter {
            Meter::Continuity => {
                Continuity::of(&survey, Metric::Pixels, Unit::Codes, steep(input)).map(|found| found.score())
            }
            Meter::Returns => Returns::of(&survey, NEAR).map(|found| found.share_near),
            _ => None,
        });
        let card = || self.of_card(meter, !desk.samples_prior()).map(|(reading, _)| reading);
        here.map(|value| Reading { value, interval: None, reference: None }).or_else(card)
    }

    /// What the card of the member nearest to the dial says.
    fn of_card(self, meter: Meter, prior: bool) -> Option<(Reading, Origin)> {
        let stand = self.stand()?;
        self.along_from(meter, prior).get(stand.nearest()).copied().flatten().map(|reading| (reading, Origin::Before))
    }

    /// How sure the classifier is, over the whole of what one samples from.
    fn of_classifier(self, meter: Meter) -> Option<Reading> {
        let sureness = self.desk.page.session().sureness().get().filter(|_| meter == Meter::Confidence)?;
        Some(Reading { value: sureness.mean()?, interval: None, reference: None })
    }

    /// What a step costs in nats.
    fn of_steps(self, meter: Meter) -> Option<Reading> {
        let (value, interval) = self.desk.page.session().steps().get().filter(|_| meter == Meter::Nats)?;
        Some(Reading { value, interval: Some(interval), reference: None })
    }

    /// What was compared with the run's own data.
    fn of_data(self, meter: Meter) -> Option<Reading> {
        let found = self.desk.page.session().fidelity().get().filter(|_| self.desk.has_run())?;
        report::of_data(&found, self.desk.fidelity_references().as_ref(), meter)
    }

    /// Reactive: what copies of the data's mean would read, of the run or of the family.
    pub fn of_constant(self, meter: Meter) -> Option<f32> {
        if self.desk.has_run() {
            return report::share(&self.desk.fidelity_references()?.constant, meter).map(|share| share.value);
        }
        let stand = self.stand()?;
        let family = self.desk.page.family().get()?;
        family.members.get(stand.nearest())?.meters.get(&meter.of_constant()).map(|found| found.value)
    }

    /// Reactive: where the dial stands, while the family is on show.
    pub fn stand(self) -> Option<Stand> {
        let page = self.desk.page;
        page.scene().model().get().member().filter(|_| !self.desk.has_run())?;
        let members = page.family().read().as_ref()?.members.len();
        Some(Stand::at(page.scene().dial().get(), members))
    }

    /// Reactive: a meter of every member of the family, as its card says, for what one samples from.
    pub fn along(self, meter: Meter) -> Vec<Option<Reading>> {
        self.along_from(meter, self.desk.samples_prior())
    }

    fn along_from(self, meter: Meter, prior: bool) -> Vec<Option<Reading>> {
        let family = self.desk.page.family().get();
        let of = |member: &crate::data::family::Member| {
            let meters = if prior { &member.meters } else { &member.fitted };
            let found = meters.get(meter.name())?;
            let interval = found.low.zip(found.high).map(|(low, high)| Interval { low, high });
            Some(Reading { value: found.value, interval, reference: found.reference })
        };
        family.map(|family| family.members.iter().map(of).collect()).unwrap_or_default()
    }

    /// Reactive: the least and the greatest reading of a meter over the seeds that each member was trained from; nothing
    /// where there was one.
    pub fn over_seeds(self, meter: Meter) -> Vec<Option<[f32; 2]>> {
        let (family, prior) = (self.desk.page.family().get(), self.desk.samples_prior());
        let of = |member: &crate::data::family::Member| member.over_seeds(meter.name(), prior);
        family.map(|family| family.members.iter().map(of).collect()).unwrap_or_default()
    }

    /// Reactive: whether the codes fill what is sampled from, and yet hardly a decoding comes back: they say too little, and
    /// what does not come back is no hole.
    pub fn says_little(self) -> bool {
        let value = |meter| self.reading(meter).map(|(reading, _)| reading.value);
        let line = self.stand().and_then(|stand| {
            let family = self.desk.page.family().get()?;
            Some(family.members.get(stand.nearest())?.character())
        });
        let line = matches!(line, Some(Character::Line { .. } | Character::Collapsed));
        let shared = value(Meter::Shared).is_some_and(|shared| shared > FILLED);
        (line || shared) && value(Meter::Returns).is_some_and(|back| back < 0.5)
    }

    /// Reactive: how the classes lie.
    pub fn clusters(self) -> Option<Clusters> {
        self.meters.get().and_then(|meters| meters.clusters.clone())
    }
}
