//! What is chosen for the next run, and what of it can be changed on the way.

use leptos::prelude::*;

use super::fields::{Choose, Number};
use super::net::Diagram;
use super::words;
use crate::i18n::number;
use crate::spec::check::{MOST_BATCH, MOST_DATA};
use crate::spec::{Activation, DataSpec, Finish, Likelihood, Objective, PointKind, Schedule, TrainingSpec};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, running};
use crate::ui::desk::Desk;
use crate::ui::symbol::Symbol;
use crate::ui::words::tr;

/// β from 0 to 32, finer where it is small: 1 at about two fifths of the way.
const BETA_MOST: f32 = 32.0;
const BETA_BEND: f32 = 3.58;

fn beta_at(slider: f32) -> f32 {
    let beta = BETA_MOST * (slider / 100.0).clamp(0.0, 1.0).powf(BETA_BEND);
    let unit = if beta < 1.0 {
        20.0
    } else if beta < 10.0 {
        10.0
    } else {
        1.0
    };
    (beta * unit).round() / unit
}

fn slider_at(beta: f32) -> f32 {
    100.0 * (beta / BETA_MOST).clamp(0.0, 1.0).powf(1.0 / BETA_BEND)
}

/// A word for each way to end a run.
const ENDS: [&str; 4] = ["steps", "epochs", "minutes", "plateau"];

fn end_of(training: &TrainingSpec) -> (&'static str, f64) {
    match training.finish {
        Finish::Steps => (ENDS[0], f64::from(training.steps)),
        Finish::Epochs(n) => (ENDS[1], f64::from(n)),
        Finish::Minutes(minutes) => (ENDS[2], f64::from(minutes)),
        Finish::Plateau(n) => (ENDS[3], f64::from(n)),
    }
}

/// β, learning rate, batch and end: they can be changed while a run is on, which is marked on its curves.
#[component]
pub fn Quick() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let run = desk.page.scene().run();
    let training = Memo::new(move |_| run.read().training.clone());
    let weighs = Memo::new(move |_| run.read().model.objective.has_penalty());
    let beta = Memo::new(move |_| training.read().beta);
    let shown = move || number(desk.locale(), beta.get(), if beta.get() < 1.0 { 2 } else { 1 });
    let set_beta = move |event| {
        if let Ok(slider) = event_target_value(&event).parse() {
            desk.adjust(|training| training.beta = beta_at(slider));
        }
    };
    let name = move || words::weight(desk.locale(), run.read().model.objective);
    let choose_end = Callback::new(move |word: String| {
        desk.adjust(|training| {
            training.finish = match word.as_str() {
                "epochs" => Finish::Epochs(5),
                "minutes" => Finish::Minutes(2.0),
                "plateau" => Finish::Plateau(5),
                _ => Finish::Steps,
            };
            // The most that the other ends wait for.
            if training.finish != Finish::Steps {
                training.steps = 100_000;
            } else if training.steps == 100_000 {
                training.steps = TrainingSpec::default().steps;
            }
        });
    });
    let set_end = Callback::new(move |value: f64| {
        desk.adjust(|training| match &mut training.finish {
            Finish::Steps => training.steps = value as u32,
            Finish::Epochs(n) | Finish::Plateau(n) => *n = value as u32,
            Finish::Minutes(minutes) => *minutes = value as f32,
        });
    });
    view! {
        <div class="settings">
            <label class="beta" hidden=move || !weighs.get()>
                <span>{name} " " <i class="sym">"β"</i> <output>{shown}</output></span>
                <input
                    type="range"
                    data-testid="beta"
                    min="0"
                    max="100"
                    step="0.5"
                    aria-label=move || format!("{} β", name())
                    prop:value=move || slider_at(beta.get()).to_string()
                    aria-valuetext=shown
                    on:input=set_beta
                />
                <span class="ends"><span>{move || tr!(desk, beta_low)}</span><span>{move || tr!(desk, beta_high)}</span></span>
            </label>
            <Number
                id="rate"
                label=Signal::derive(move || tr!(desk, rate))
                low=1e-6
                high=100.0
                step=0.0
                value=Signal::derive(move || training.read().learning_rate)
                set=Callback::new(move |rate| desk.adjust(|training| training.learning_rate = rate))
            />
            <Number
                id="batch"
                label=Signal::derive(move || tr!(desk, batch))
                low=1.0
                high=MOST_BATCH as f64
                value=Signal::derive(move || training.read().batch as f64)
                set=Callback::new(move |batch| desk.adjust(|training| training.batch = batch as usize))
            />
            <Choose
                id="finish"
                label=Signal::derive(move || tr!(desk, finish))
                words=vec![
                    (ENDS[0], Signal::derive(move || tr!(desk, finish_steps))),
                    (ENDS[1], Signal::derive(move || tr!(desk, finish_epochs))),
                    (ENDS[2], Signal::derive(move || tr!(desk, finish_minutes))),
                    (ENDS[3], Signal::derive(move || tr!(desk, finish_plateau))),
                ]
                chosen=Signal::derive(move || end_of(&training.read()).0)
                choose=choose_end
            />
            <Number
                id="steps"
                label=Signal::derive(move || words::end(desk.locale(), training.read().finish))
                low=0.1
                high=1e6
                step=0.0
                value=Signal::derive(move || end_of(&training.read()).1)
                set=Callback::new(move |value: f64| {
                    let whole = !matches!(training.get_untracked().finish, Finish::Minutes(_));
                    set_end.run(if whole { value.round().max(1.0) } else { value });
                })
            />
        </div>
    }
}

/// Data, objective, net and seed: they are the next run's.
#[component]
pub fn Setup() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let on = Signal::derive(move || running(desk.page.session().phase().get()));
    view! {
        <details class="setup">
            <summary data-testid="setup">{move || tr!(desk, setup)} " " <small>{move || tr!(desk, setup_what)}</small></summary>
            <fieldset class="settings" disabled=on>
                <Data/>
                <How/>
                <Seed/>
            </fieldset>
            <Diagram disabled=on/>
        </details>
    }
}

#[component]
fn Data() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let data = Memo::new(move |_| desk.page.scene().run().read().data);
    let chosen = Signal::derive(move || match data.get() {
        DataSpec::Digits { .. } | DataSpec::Mnist | DataSpec::Fashion => "digits",
        DataSpec::Shapes { .. } => "shapes",
        DataSpec::Points { kind, .. } => kind.name(),
        DataSpec::Own { .. } => "own",
    });
    let symbol = expect_context::<Symbol>();
    let own = Signal::derive(move || {
        let mixed = desk.page.own().read().as_ref().and_then(|own| symbol.in_pictures(own.spec())).is_some();
        if mixed { tr!(desk, data_symbol) } else { tr!(desk, data_own) }
    });
    let mut options = vec![
        ("digits", Signal::derive(move || tr!(desk, data_digits))),
        ("shapes", Signal::derive(move || tr!(desk, data_shapes))),
        ("own", own),
    ];
    options.extend(PointKind::ALL.map(|kind| (kind.name(), Signal::derive(move || words::kind(desk.locale(), kind)))));
    let choose = Callback::new(move |word: String| {
        // Nothing was brought yet: that comes first.
        if word == "own" && !desk.choose_own() {
            return;
        }
        desk.fit_run(|run| {
            let kind = PointKind::ALL.into_iter().find(|kind| kind.name() == word);
            run.data = match (word.as_str(), kind) {
                (_, Some(kind)) => DataSpec::Points { kind, count: if kind == PointKind::Three { 3 } else { 2000 } },
                ("shapes", None) => DataSpec::Shapes { count: 6000 },
                ("own", None) => run.data,
                (_, None) => DataSpec::Digits { count: 6000 },
            };
            if run.data.count() > 3 && run.training.batch < 16 {
                run.training.batch = TrainingSpec::default().batch;
            }
        });
    });
    // Three points are three, and what was brought is what it is.
    let three = Signal::derive(move || data.get().count() == 3 || matches!(data.get(), DataSpec::Own { .. }));
    view! {
        <Choose id="data" label=Signal::derive(move || tr!(desk, data)) words=options chosen choose/>
        <Number
            id="count"
            label=Signal::derive(move || tr!(desk, data_count))
            low=64.0
            high=MOST_DATA as f64
            value=Signal::derive(move || data.get().count() as f64)
            set=Callback::new(move |count: f64| desk.fit_run(|run| run.data = run.data.with(count as usize)))
            disabled=three
        />
    }
}

#[component]
fn How() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let model = Memo::new(move |_| desk.page.scene().run().read().model.clone());
    let training = Memo::new(move |_| desk.page.scene().run().read().training.clone());
    let objective = Signal::derive(move || model.read().objective.name());
    let options = Objective::ALL
        .map(|objective| (objective.name(), Signal::derive(move || words::objective(desk.locale(), objective))));
    let choose = Callback::new(move |word: String| {
        if let Some(objective) = Objective::ALL.into_iter().find(|objective| objective.name() == word) {
            desk.fit_run(|run| run.model.objective = objective);
        }
    });
    let amount = Signal::derive(move || model.read().objective.amount());
    let set_amount = Callback::new(move |value: f64| {
        desk.fit_run(|run| {
            let most = run.model.objective.most();
            if let Some(amount) = run.model.objective.amount_mut() {
                *amount = (value as f32).min(most);
            }
        });
    });
    let likelihood = Signal::derive(move || match model.read().likelihood {
        Likelihood::Bernoulli => "bernoulli",
        Likelihood::Gaussian { .. } => "gaussian",
    });
    let choose_likelihood = Callback::new(move |word: String| {
        desk.fit_run(|run| {
            run.model.likelihood = match word.as_str() {
                "gaussian" => Likelihood::Gaussian { deviation: 0.3 },
                _ => Likelihood::Bernoulli,
            };
        });
    });
    let deviation = Signal::derive(move || match model.read().likelihood {
        Likelihood::Bernoulli => 0.0,
        Likelihood::Gaussian { deviation } => f64::from(deviation),
    });
    let set_deviation = Callback::new(move |value: f64| {
        desk.fit_run(|run| run.model.likelihood = Likelihood::Gaussian { deviation: value as f32 });
    });
    let schedule = Signal::derive(move || match training.read().schedule {
        Schedule::Constant => "constant",
        Schedule::WarmUp { .. } => "warm-up",
        Schedule::Cyclical { .. } => "cyclical",
    });
    let choose_schedule = Callback::new(move |word: String| {
        desk.fit_run(|run| {
            run.training.schedule = match word.as_str() {
                "warm-up" => Schedule::WarmUp { steps: 500 },
                "cyclical" => Schedule::Cyclical { period: 400 },
                _ => Schedule::Constant,
            };
        });
    });
    let period = Signal::derive(move || match training.read().schedule {
        Schedule::Constant => 0.0,
        Schedule::WarmUp { steps } | Schedule::Cyclical { period: steps } => f64::from(steps),
    });
    let set_period = Callback::new(move |value: f64| {
        desk.fit_run(|run| match &mut run.training.schedule {
            Schedule::Constant => {}
            Schedule::WarmUp { steps } | Schedule::Cyclical { period: steps } => *steps = value as u32,
        });
    });
    let weighs = Signal::derive(move || !model.read().objective.has_penalty());
    view! {
        <Choose id="objective" label=Signal::derive(move || tr!(desk, objective)) words=options.to_vec() chosen=objective choose/>
        <Number
            id="amount"
            label=Signal::derive(move || words::amount(desk.locale(), model.read().objective))
            low=0.001
            high=10.0
            step=0.0
            value=Signal::derive(move || f64::from(amount.get().unwrap_or(0.0)))
            set=set_amount
            disabled=Signal::derive(move || amount.get().is_none())
        />
        <Choose
            id="likelihood"
            label=Signal::derive(move || tr!(desk, likelihood))
            words=vec![
                ("bernoulli", Signal::derive(move || tr!(desk, likelihood_bernoulli))),
                ("gaussian", Signal::derive(move || tr!(desk, likelihood_gaussian))),
            ]
            chosen=likelihood
            choose=choose_likelihood
        />
        <Number
            id="deviation"
            label=Signal::derive(move || tr!(desk, deviation))
            low=0.01
            high=10.0
            step=0.0
            value=deviation
            set=set_deviation
            disabled=Signal::derive(move || likelihood.get() == "bernoulli")
        />
        <Choose
            id="schedule"
            label=Signal::derive(move || tr!(desk, schedule))
            words=vec![
                ("constant", Signal::derive(move || tr!(desk, schedule_constant))),
                ("warm-up", Signal::derive(move || tr!(desk, schedule_warm_up))),
                ("cyclical", Signal::derive(move || tr!(desk, schedule_cyclical))),
            ]
            chosen=schedule
            choose=choose_schedule
            disabled=weighs
        />
        <Number
            id="period"
            label=Signal::derive(move || tr!(desk, schedule_steps))
            low=1.0
            high=1e6
            value=period
            set=set_period
            disabled=Signal::derive(move || weighs.get() || schedule.get() == "constant")
        />
        <Choose
            id="activation"
            label=Signal::derive(move || tr!(desk, activation))
            words=Activation::ALL.map(|activation| (activation.name(), Signal::derive(move || activation.name()))).to_vec()
            chosen=Signal::derive(move || model.read().activation.name())
            choose=Callback::new(move |word: String| {
                if let Some(activation) = Activation::ALL.into_iter().find(|activation| activation.name() == word) {
                    desk.fit_run(|run| run.model.activation = activation);
                }
            })
        />
        <Number
            id="dropout"
            label=Signal::derive(move || tr!(desk, dropout))
            low=0.0
            high=90.0
            value=Signal::derive(move || f64::from(model.read().dropout))
            set=Callback::new(move |value: f64| desk.fit_run(|run| run.model.dropout = value as u8))
        />
    }
}

#[component]
fn Seed() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let seed = Signal::derive(move || f64::from(desk.page.scene().run().read().seed));
    view! {
        <Number
            id="seed"
            label=Signal::derive(move || tr!(desk, seed))
            low=0.0
            high=f64::from(u32::MAX)
            value=seed
            set=Callback::new(move |value: f64| desk.fit_run(|run| run.seed = value as u32))
        />
    }
}
