//! What is drawn at random, from what, and how many.

use leptos::prelude::*;

use crate::latent::fit::{Fit, Kind, held_out};
use crate::latent::posterior::sigma_ellipse;
use crate::latent::sample::{around, of_class, prior};
use crate::rng::Rng;
use crate::state::message::Message;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::{PageStoreFields, Sample};
use crate::ui::desk::Desk;

/// How many points may be drawn at once.
pub const FEWEST: usize = 5;
pub const MOST: usize = 50;

/// The widest spread, in σ.
pub const WIDEST: f32 = 3.0;

#[derive(Clone, Copy, PartialEq)]
pub enum From {
    /// N(0, I).
    Prior,
    /// What is fitted to the codes.
    Fitted,
    /// q(z|x) of one picture.
    Posterior,
    /// The aggregated posterior of one class.
    Class,
}

/// Whose posterior.
#[derive(Clone, Copy, PartialEq)]
pub enum Source {
    /// The drawing on the pad.
    Drawing,
    /// The code that is pinned.
    Code(usize),
}

/// What is on show.
#[derive(Clone, Copy, PartialEq)]
pub enum Drawn {
    Prior {
        count: usize,
    },
    /// `held_out`: the mean log-density of codes that the fit has not seen, in nats.
    Fitted {
        count: usize,
        kind: Kind,
        held_out: Option<f64>,
    },
    Posterior {
        count: usize,
        spread: f32,
        source: Source,
    },
    Class {
        count: usize,
        class: u8,
    },
}

#[derive(Clone, Copy)]
pub struct Sampler {
    desk: Desk,
    pub from: RwSignal<From>,
    pub count: RwSignal<usize>,
    /// In σ.
    pub spread: RwSignal<f32>,
    pub class: RwSignal<u8>,
    /// What is fitted to the codes.
    pub kind: RwSignal<Kind>,
    /// The picture to be like, while it is there.
    pub wanted: RwSignal<Option<Source>>,
    pub drawn: RwSignal<Option<Drawn>>,
    seed: StoredValue<u32>,
}

impl Sampler {
    pub fn new(desk: Desk) -> Self {
        let sampler = Self {
            desk,
            from: RwSignal::new(From::Prior),
            count: RwSignal::new(10),
            spread: RwSignal::new(1.0),
            class: RwSignal::new(3),
            kind: RwSignal::new(Kind::Normal),
            wanted: RwSignal::new(None),
            drawn: RwSignal::new(None),
            seed: StoredValue::new(0),
        };
        sampler.forget_with_codes();
        sampler
    }

    /// Reactive: the pictures that there are to be like.
    pub fn sources(self) -> Vec<Source> {
        let pinned = self.desk.page.pinned().get().map(Source::Code);
        let there = [Some(Source::Drawing), pinned].into_iter().flatten();
        there.filter(|source| self.posterior(*source).is_some()).collect()
    }

    /// Reactive: the one that was chosen if it is there, and else one that is.
    pub fn source(self) -> Option<Source> {
        let sources = self.sources();
        self.wanted.get().filter(|wanted| sources.contains(wanted)).or(sources.first().copied())
    }

    /// Reactive: μ and log σ².
    fn posterior(self, source: Source) -> Option<[[f32; 2]; 2]> {
        let session = self.desk.page.session();
        match source {
            Source::Drawing => {
                let guard = session.encoded().read();
                let encoded = guard.as_ref()?;
                sigma_ellipse(&encoded.mu, &encoded.log_var)?;
                Some([[encoded.mu[0], encoded.mu[1]], [encoded.log_var[0], encoded.log_var[1]]])
            }
            Source::Code(index) => {
                let guard = session.cloud().read();
                let cloud = guard.as_ref()?;
                Some([*cloud.codes.get(index)?, *cloud.log_var.get(index)?])
            }
        }
    }

    /// Other points than before.
    pub fn draw_new(self) {
        self.seed.update_value(|seed| *seed = seed.wrapping_add(1));
        self.draw_same();
    }

    /// The same random numbers, with the settings of now.
    pub fn draw_same(self) {
        let rng = &mut Rng::new(self.seed.get_value());
        let Some((samples, drawn)) = self.points(self.count.get_untracked(), rng) else { return };
        if samples.is_empty() {
            self.desk.say(Message::EmptyClass);
        } else {
            if self.desk.page.notice().get_untracked() == Some(Message::EmptyClass) {
                self.desk.page.notice().set(None);
            }
            self.drawn.set(Some(drawn));
            self.desk.sample(samples);
        }
    }

    /// `count` points of what is chosen, on show or not; nothing where there is no picture to be like.
    pub fn points(self, count: usize, rng: &mut Rng) -> Option<(Vec<Sample>, Drawn)> {
        let free = |points: Vec<[f32; 2]>| points.into_iter().map(|z| Sample { z, code: None }).collect::<Vec<_>>();
        Some(match self.from.get_untracked() {
            From::Prior => (free(prior(count, rng)), Drawn::Prior { count }),
            From::Fitted => {
                let (kind, cloud) = (self.kind.get_untracked(), untrack(|| self.desk.own_cloud())?);
                let fit = Fit::of(kind, &cloud.codes)?;
                let held_out = held_out(kind, &cloud.codes);
                (free((0..count).map(|_| fit.draw(rng)).collect()), Drawn::Fitted { count, kind, held_out })
            }
            From::Posterior => {
                let source = untrack(|| self.source())?;
                let [mu, log_var] = untrack(|| self.posterior(source))?;
                let spread = self.spread.get_untracked();
                let code = match source {
                    Source::Drawing => None,
                    Source::Code(index) => Some(index),
                };
                let points = around(mu, log_var, spread, count, rng);
                let samples = points.into_iter().map(|z| Sample { z, code }).collect();
                (samples, Drawn::Posterior { count, spread, source })
            }
            From::Class => {
                let class = self.class.get_untracked();
                let cloud = self.desk.page.session().cloud().get_untracked();
                let drawn = cloud.map(|cloud| of_class(&cloud.codes, &cloud.log_var, &cloud.labels, class, count, rng));
                let samples = drawn.unwrap_or_default().into_iter().map(|(code, z)| Sample { z, code: Some(code) });
                (samples.collect(), Drawn::Class { count, class })
            }
        })
    }

    pub fn clear(self) {
        self.drawn.set(None);
        self.desk.sample(Vec::new());
    }

    /// Other codes, of another model or another set: what was drawn from the old ones says nothing of these.
    fn forget_with_codes(self) {
        let page = self.desk.page;
        let whose = Memo::new(move |_| (page.session().model().get(), page.scene().points().get()));
        Effect::new(move |before: Option<()>| {
            whose.with(|_| ());
            let of_codes = match self.drawn.get_untracked() {
                Some(Drawn::Fitted { .. } | Drawn::Posterior { .. } | Drawn::Class { .. }) => true,
                Some(Drawn::Prior { .. }) | None => false,
            };
            if before.is_some() && of_codes {
                self.clear();
            }
        });
    }
}
