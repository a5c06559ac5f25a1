//! Surveying the plane for the meters: bands of cells, one after another, none of which keeps the hand waiting; and what can
//! be done with a survey.

use leptos::prelude::*;
use leptos::task::spawn_local;
use reactive_stores::Store;
use wasm_bindgen::JsValue;

use super::Desk;
use crate::client::fetch;
use crate::data::classifier::Classifier;
use crate::estimate::References;
use crate::latent::path::{Course, Way};
use crate::latent::regularity::bridge::bridge;
use crate::latent::regularity::fidelity::COMPARED;
use crate::latent::regularity::geodesic;
use crate::latent::regularity::steps::Steps;
use crate::latent::regularity::sureness::Sureness;
use crate::latent::regularity::{Frame, Metric, Survey};
use crate::latent::sample;
use crate::protocol::{PixelFormat, Query, Slot};
use crate::rng::Rng;
use crate::state::pace::Pace;
use crate::state::pictures::Shared;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::shipped::DataSet;
use crate::state::{Page, PageStoreFields};
use crate::ui::canvas;

/// A survey that nobody asked for is coarser where it would take longer than this, in milliseconds, by its pace.
const LONGEST_MS: f64 = 40_000.0;
const LEAST_SIDE: usize = 16;
const MOST_UNASKED: usize = 64;

/// Points that a shortest way goes through: twice as many as the longest film strip has pictures, and more.
const STATIONS: usize = 97;

/// Draws from which a step is taken.
const STEPS: usize = 200;
const STEPS_SEED: u32 = 7;

/// Of the samples that are compared with the data.
const COMPARED_SEED: u32 = 5;

impl Desk {
    /// Reactive: whether the model on show was trained with a prior to sample from.
    pub fn has_prior(self) -> bool {
        if let Some(run) = self.page.session().run().read().as_ref() {
            return run.log.spec.model.objective.is_variational();
        }
        let (family, member) = (self.page.family().get(), self.page.session().model().get().member());
        let of_member = |member: u8| Some(family?.members.get(usize::from(member))?.objective.is_variational());
        member.and_then(of_member).unwrap_or(true)
    }

    /// Reactive: whether what one samples from is N(0, I).
    pub fn samples_prior(self) -> bool {
        self.page.scene().chosen().get().is_prior(self.has_prior())
    }

    /// What one samples from: the prior, or what is fitted to the codes, where there is enough of them. Reactive.
    pub fn frame(self) -> Frame {
        self.frame_of(self.samples_prior())
    }

    fn frame_of(self, prior: bool) -> Frame {
        if prior { Frame::PRIOR } else { self.codes_frame().unwrap_or(Frame::PRIOR) }
    }

    /// The normal distribution with the mean and covariance of the model's codes. Reactive.
    fn codes_frame(self) -> Option<Frame> {
        self.own_cloud().and_then(|cloud| Frame::of_codes(&cloud.codes))
    }

    /// Begins a survey of `side` by `side` cells over what one samples from; one that is under way is given up.
    pub fn survey(self, side: usize) {
        let frame = untrack(|| self.frame());
        self.begin_survey(frame, side, false);
    }

    /// The same over what one does not sample from, prior or fitted, where that is something else.
    pub fn survey_elsewhere(self, side: usize) {
        let [here, there] = untrack(|| [self.frame(), self.frame_of(!self.samples_prior())]);
        if here != there {
            self.begin_survey(there, side, true);
        }
    }

    fn begin_survey(self, frame: Frame, side: usize, elsewhere: bool) {
        let (session, codes) = (self.page.session(), untrack(|| self.codes_frame()));
        self.wire.update_value(|wire| wire.pace = Some(Pace::new(canvas::now())));
        session.surveying_elsewhere().set(elsewhere);
        session.surveying().set(Some(Survey::new(frame, side, side).with_codes(codes)));
        self.ask_band();
    }

    pub fn stop_survey(self) {
        self.page.session().surveying().set(None);
    }

    /// A band has come: the next is as large as the time allows.
    pub(super) fn survey_on(self) {
        let now = canvas::now();
        let Some(pace) = self.wire.try_update_value(|wire| {
            let pace = wire.pace.as_mut()?;
            pace.came(pace.band(), now);
            Some(*pace)
        }) else {
            return;
        };
        let coarser = self.page.session().surveying().with_untracked(|survey| {
            let survey = survey.as_ref()?;
            let whole = pace?.whole(survey.cells())?;
            let may = (LEAST_SIDE + 1..=MOST_UNASKED).contains(&survey.columns);
            (may && whole > LONGEST_MS).then_some(survey.columns / 2)
        });
        match coarser {
            Some(side) if self.page.session().surveying_elsewhere().get_untracked() => self.survey_elsewhere(side),
            Some(side) => self.survey(side),
            None => self.ask_band(),
        }
    }

    fn ask_band(self) {
        let Some(band) = self.wire.with_value(|wire| wire.pace.map(|pace| pace.band())) else { return };
        let query = self.page.session().surveying().with_untracked(|survey| {
            let survey = survey.as_ref()?;
            let first = survey.done();
            let count = band.min(survey.cells() - first);
            let (columns, rows) = (survey.columns as u32, survey.rows as u32);
            let (area, step) = (survey.frame.area(), survey.step());
            Some(Query::Survey { area, columns, rows, first: first as u32, count: count as u32, step })
        });
        if let Some(query) = query {
            self.wire.update_value(|wire| {
                if let Some(pace) = &mut wire.pace {
                    pace.asked(canvas::now());
                }
            });
            self.ask(Slot::Survey, query.into());
        }
    }

    /// Lets the classifier see the whole of what is sampled from, where there is one of such pictures; it is fetched once.
    pub fn judge(self) {
        let session = self.page.session();
        let Some(data) = session.model().get_untracked().judged_by() else { return };
        if self.wire.with_value(|wire| wire.judges == Some(data)) {
            let frame = untrack(|| self.frame());
            session.judging().set(Some(Sureness::new(frame)));
            return self.judge_on();
        }
        spawn_local(async move {
            match classifier(data).await {
                Ok(found) => {
                    session.classifier().set(Some(Shared::new(found)));
                    self.wire.update_value(|wire| wire.judges = Some(data));
                    self.judge();
                }
                // One meter less; its reading beforehand stays.
                Err(why) => web_sys::console::warn_1(&why),
            }
        });
    }

    pub(super) fn judge_on(self) {
        let wanted = self.page.session().judging().with_untracked(|judging| judging.as_ref().map(Sureness::wanted));
        if let Some(z) = wanted.filter(|z| !z.is_empty()) {
            self.ask(Slot::Sureness, Query::Decode { z, format: PixelFormat::Bytes }.into());
        }
    }

    /// Lets the engine lay the model out as a file.
    pub fn ask_weights(self) {
        self.page.session().exported().set(None);
        self.ask(Slot::Weights, Query::Weights.into());
    }

    /// Asks what a tenth of a σ of the codes costs in nats, over the last survey.
    pub fn ask_steps(self) {
        let Some(survey) = self.page.session().survey().get_untracked() else { return };
        let Steps { from, to } = Steps::draw(&survey, STEPS, STEPS_SEED);
        if !from.is_empty() {
            self.ask(Slot::Steps, Query::Divergences { from, to }.into());
        }
    }

    /// Takes the ELBO of the run's held-out data apart, where they are here.
    pub fn ask_surgery(self) {
        if !self.lacks() {
            self.ask(Slot::Surgery, Query::Surgery.into());
        }
    }

    /// Compares samples with the held-out data of the run, where there is one. What stands beside that is computed once for the
    /// same data.
    pub fn ask_fidelity(self) {
        if self.lacks() {
            return;
        }
        let frame = untrack(|| self.frame());
        let draws = sample::prior(COMPARED, &mut Rng::new(COMPARED_SEED));
        let z = draws.into_iter().flat_map(|draw| frame.point(draw)).collect();
        let references = untrack(|| self.fidelity_references()).is_none();
        self.ask(Slot::Fidelity, Query::Fidelity { z, references }.into());
    }

    /// What samples are seen beside, if it is known of the data of the run that is on show. Reactive.
    pub fn fidelity_references(self) -> Option<References> {
        let session = self.page.session();
        let run = session.run().read().as_ref().map(|run| (run.log.spec.data, run.log.spec.seed))?;
        session.fidelity_references().get().filter(|(of, _)| *of == run).map(|(_, references)| references)
    }
}

/// The way that a measured course goes, where that is wanted and the plane is surveyed; reactive. `near` is the survey in the
/// metric that grows away from the codes, which is made only when it is asked for.
pub fn measured(
    page: Store<Page>,
    near: Memo<Option<Shared<Survey>>>,
    course: Course,
    [a, b]: [[f32; 2]; 2],
) -> Option<Way> {
    let survey = || page.session().survey().get();
    let (survey, found) = match course {
        Course::Straight | Course::GreatCircle => return None,
        Course::Gradual => {
            let survey = survey()?;
            let found = gradual(&survey, [a, b])?;
            (survey, found)
        }
        Course::Shortest => {
            let survey = survey()?;
            let found = geodesic::shortest(&survey, a, b, Metric::Pixels)?.points;
            (survey, found)
        }
        Course::NearCodes => {
            let (survey, near) = (survey()?, near.get()?);
            let found = geodesic::shortest(&near, a, b, Metric::Pixels)?.points;
            (survey, found)
        }
    };
    // At an even pace of the picture, not of the hand.
    let points = geodesic::stations(&survey, &found, Metric::Pixels, STATIONS);
    Some(Way::Through(points.unwrap_or(found)))
}

/// The most gradual way; its ends are the points themselves, not their cells' centres.
pub fn gradual(survey: &Survey, [a, b]: [[f32; 2]; 2]) -> Option<Vec<[f32; 2]>> {
    let mut points = bridge(survey, &[a], &[b], Metric::Pixels)?.points;
    let last = points.len() - 1;
    if last == 0 {
        return Some(vec![a, b]);
    }
    (points[0], points[last]) = (a, b);
    Some(points)
}

async fn classifier(data: DataSet) -> Result<Classifier, JsValue> {
    let file = fetch::bytes(&format!("{}/classifier.safetensors", data.folder())).await?;
    Classifier::read(&file).map_err(|why| JsValue::from(why.to_string()))
}
