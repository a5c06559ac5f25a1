//! Two planes under one cursor: two runs in lock-step, the same seed and the same batches, two objectives; or two members of
//! the β family.
//!
//! What is beside has a desk, an engine and a plane of its own. A run beside never goes beyond a step that the first one has
//! told, and the first one waits when it is too far ahead; view, handles and path are kept the same on both.

use leptos::context::Provider;
use leptos::html::Canvas;
use leptos::prelude::*;

use super::canvas;
use super::desk::Desk;
use super::export::figure_svg;
use super::film::Row;
use super::keep::Keep;
use super::lab::words as lab;
use super::plane::Plane;
use super::regularity::Gauge;
use super::words::{self, tr};
use crate::i18n::number;
use crate::latent::regularity::report::Meter;
use crate::protocol::{Phase, ToEngine};
use crate::state::PageStoreFields;
use crate::state::lockstep::{Both, Due, Follower};
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::shipped::Shipped;

/// So many steps the first run may be ahead.
const AHEAD: u32 = 12;

/// The plane, and the one beside it while there is one.
#[component]
pub fn Planes() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let gauge = expect_context::<Gauge>();
    let against = Memo::new(move |_| against(desk));
    // Beside a member of the family there is another, or nothing; a run has what was chosen for it.
    let two = Memo::new(move |_| {
        let explores_family = desk.page.scene().model().get().member().is_some() && !desk.has_run();
        against.get().is_some() || (desk.page.scene().beside().get().is_some() && !explores_family)
    });
    // A plane is made to live as long as the page: the second stays once it is there, and is hidden while it is not wanted.
    let made = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || two.get());
    view! {
        <div class="planes" class:two=move || two.get()>
            <div class="one">
                <Plane/>
                <Show when=move || two.get()>
                    <Caption gauge/>
                </Show>
                <Show when=move || against.get().is_some()>
                    <Row/>
                </Show>
            </div>
            <Show when=move || made.get()>
                <Twin on=two against/>
            </Show>
        </div>
    }
}

/// The member of the family that is beside the one on the dial, where the family is on show.
fn against(desk: Desk) -> Option<u8> {
    desk.page.scene().model().get().member()?;
    desk.page.scene().against().get()
}

#[component]
fn Twin(on: Memo<bool>, against: Memo<Option<u8>>) -> impl IntoView {
    let first = expect_context::<Desk>();
    let second = first.beside();
    let gauge = Gauge::new(second);
    share(first, second);
    follow(first, second, on);
    Effect::new(move |before: Option<bool>| {
        let there = against.get().filter(|_| on.get());
        let data = first.page.scene().model().get().data();
        if let Some(member) = there {
            let (scene, dial) = (second.page.scene(), f32::from(member));
            let model = Shipped::on_dial(data, dial);
            // Before it has an engine it only has to know.
            if before == Some(true) {
                let same = scene.model().get_untracked().data() == data;
                untrack(|| if same { second.turn_dial(dial) } else { second.choose_model(model) });
            } else {
                scene.dial().set(dial);
                scene.model().set(model);
            }
        }
        there.is_some()
    });
    Effect::new(move |_| {
        if on.get() {
            untrack(|| second.open());
        } else {
            second.close();
            first.tell(&ToEngine::UpTo(None));
        }
    });
    view! {
        <div class="one" data-testid="twin" hidden=move || !on.get()>
            <Provider value=second>
                <Plane/>
                <Caption gauge/>
                <Show when=move || against.get().is_some()>
                    <Row/>
                </Show>
            </Provider>
        </div>
    }
}

/// What a plane shows: the objective, how far it is and what it comes to, or how regular it is, and the decoding at the
/// cursor.
#[component]
fn Caption(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let session = desk.page.session();
    let node = NodeRef::<Canvas>::new();
    let decoded = Memo::new(move |_| session.decoded().get());
    Effect::new(move |_| {
        if let (Some(_), Some(decoded)) = (node.get(), decoded.get()) {
            canvas::picture(node, &decoded.pixels);
        }
    });
    let name = if desk.is_beside() { "plane-beside" } else { "plane" };
    let figure = Callback::new(move |()| figure_svg(desk).ok());
    let what = move || match &*session.run().read() {
        Some(run) => lab::short(desk.locale(), &run.log.spec),
        None => words::on_dial(desk),
    };
    let step = move || {
        let run = session.run().read();
        run.as_ref().map(|run| {
            let loss = run.log.losses.last().map(|loss| number(desk.locale(), loss.reconstruction, 1));
            tr!(desk, twin_at, step = run.shown(), loss = loss.unwrap_or_default())
        })
    };
    let scores = move || {
        let (continuity, _) = gauge.reading(Meter::Continuity)?;
        let (completeness, _) = gauge.reading(Meter::Returns)?;
        let written = |value: f32| number(desk.locale(), value, 2);
        let (continuity, completeness) = (written(continuity.value), written(completeness.value));
        Some(tr!(desk, twin_scores, continuity = continuity, completeness = completeness))
    };
    view! {
        <div class="caption">
            <canvas node_ref=node width="28" height="28" aria-hidden="true"></canvas>
            <p>
                <b>{what}</b>
                <span>{move || step().or_else(scores)}</span>
            </p>
            <Keep name figure/>
        </div>
    }
}

/// View, handles, layers, classes, language and colours are the same on both, wherever they are changed.
fn share(first: Desk, second: Desk) {
    let (a, b) = (first.page.scene(), second.page.scene());
    macro_rules! same {
        ($field:ident) => {
            let here = Memo::new(move |_| a.$field().get());
            let there = Memo::new(move |_| b.$field().get());
            Effect::new(move |_| {
                let value = here.get();
                if b.$field().get_untracked() != value {
                    b.$field().set(value);
                }
            });
            Effect::new(move |_| {
                let value = there.get();
                if a.$field().get_untracked() != value {
                    a.$field().set(value);
                }
            });
        };
    }
    same!(handles);
    same!(centre);
    same!(zoom);
    same!(path);
    same!(chosen);
    same!(layers);
    same!(hidden);
    same!(without);
    let words = Memo::new(move |_| (first.locale(), first.theme()));
    Effect::new(move |_| {
        let (lang, theme) = words.get();
        second.page.lang().set(lang);
        second.page.theme().set(theme);
        b.lang().set(None);
        b.theme().set(None);
    });
    // Where either handle goes, the other asks too.
    let handles = Memo::new(move |_| (a.handles().get(), b.handles().get()));
    Effect::new(move |_| {
        // Read and not only tracked: a memo that nobody reads does not know what it depends on.
        handles.with(|_| ());
        first.ask_handle();
        second.ask_handle();
    });
}

/// The second run begins, rests and ends with the first, and neither leaves the other behind.
fn follow(first: Desk, second: Desk, on: Memo<bool>) {
    let phase = Memo::new(move |_| first.page.session().phase().get());
    let ready = Memo::new(move |_| second.page.session().phase().get());
    let run = Memo::new(move |_| {
        let run = first.page.session().run().read();
        run.as_ref().map(|run| (run.log.key, run.log.step))
    });
    let step = Memo::new(move |_| second.page.session().run().read().as_ref().map(|run| run.log.step));
    let follower = StoredValue::new(Follower::default());
    let both = Memo::new(move |_| {
        let (first, second, run) = (phase.get(), ready.get(), run.get());
        let behind = step.get().zip(run).map(|(at, (_, to))| at < to);
        on.get().then(|| Both { first, second, key: run.map(|(key, _)| key), behind })
    });
    Effect::new(move |_| {
        let Some(both) = both.get() else { return follower.set_value(Follower::default()) };
        let due = follower.try_update_value(|follower| follower.due(both)).flatten();
        untrack(|| match due {
            Some(Due::Begin) => begin(first, second),
            Some(Due::Turn) => second.pause_or_resume(),
            Some(Due::Stop) => second.stop(),
            None => {}
        });
    });
    Effect::new(move |_| {
        let (run, step) = (run.get(), step.get());
        let ready = ready.get();
        if let Some((key, to)) = run.filter(|_| on.get()) {
            second.tell(&ToEngine::UpTo(Some(to)));
            // A second run that is over, lost or never to come holds nobody back.
            let waits = match ready {
                Phase::Booting | Phase::Loading => true,
                Phase::Idle | Phase::Ready => !follower.with_value(|follower| follower.has_begun(key)),
                Phase::Training | Phase::Paused => true,
                Phase::Failed => false,
            };
            first.tell(&ToEngine::UpTo(waits.then(|| step.unwrap_or(0).saturating_add(AHEAD))));
        }
    });
}

/// The same run but for what is to differ.
fn begin(first: Desk, second: Desk) {
    let beside = first.page.scene().beside().get_untracked();
    let spec = first.page.session().run().read_untracked().as_ref().map(|run| run.log.spec.clone());
    if let (Some(beside), Some(spec)) = (beside, spec) {
        second.page.scene().run().set(beside.of(&spec));
        second.train();
    }
}
