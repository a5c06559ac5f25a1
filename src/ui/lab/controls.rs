//! Start, pause, one step, slow motion, stop, back; and what is wrong with what is chosen.

use leptos::html::Button;
use leptos::prelude::*;

use super::fields::Choose;
use super::words;
use crate::protocol::{Phase, ToEngine};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, running};
use crate::ui::desk::Desk;
use crate::ui::skip::uncover;
use crate::ui::words::{shipped, tr};

/// Words and steps a second of the slow motions.
const PACES: [(&str, Option<f32>); 4] = [("full", None), ("20", Some(20.0)), ("4", Some(4.0)), ("1", Some(1.0))];

#[component]
pub fn Controls() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let phase = Memo::new(move |_| session.phase().get());
    let on = Memo::new(move |_| running(phase.get()));
    let has_run = Memo::new(move |_| desk.has_run());
    // Between the button and the first step.
    let preparing = Memo::new(move |_| phase.get() == Phase::Loading && has_run.get());
    let hindered = Memo::new(move |_| hindrance(desk).is_some());
    let can_train = move || matches!(phase.get(), Phase::Idle | Phase::Ready) && !hindered.get();
    let train = move || if has_run.get() { tr!(desk, train_again) } else { tr!(desk, train) };
    let back_at = Memo::new(move |_| session.run().read().as_ref().and_then(|run| run.back_at));
    let pause = move || match (phase.get(), back_at.get()) {
        (Phase::Paused, Some(step)) => tr!(desk, branch, step = step),
        (Phase::Paused, None) => tr!(desk, resume).to_owned(),
        _ => tr!(desk, pause).to_owned(),
    };
    let back = move || tr!(desk, reset, name = shipped(desk.locale(), desk.page.scene().model().get()));
    let busy = move || on.get() || preparing.get();
    let (train_button, pause_button) = (NodeRef::<Button>::new(), NodeRef::<Button>::new());
    let pressed = StoredValue::new(false);
    hand_focus_on(on, pressed, train_button, pause_button);
    view! {
        <div class="row">
            <button
                class="btn"
                data-testid="train"
                node_ref=train_button
                hidden=busy
                disabled=move || !can_train()
                on:click=move |_| {
                    pressed.set_value(true);
                    desk.train();
                }
            >
                {train}
            </button>
            <button
                class="btn"
                data-testid="pause"
                node_ref=pause_button
                hidden=move || !busy()
                disabled=move || !on.get()
                on:click=move |_| desk.pause_or_resume()
            >
                {pause}
            </button>
            <button
                class="btn q"
                data-testid="step"
                title=move || tr!(desk, step_what)
                hidden=move || phase.get() != Phase::Paused
                on:click=move |_| desk.step_once()
            >
                {move || tr!(desk, step_once)}
            </button>
            <button
                class="btn q"
                data-testid="stop"
                hidden=move || !busy()
                disabled=move || !on.get()
                on:click=move |_| {
                    pressed.set_value(true);
                    desk.stop();
                }
            >
                {move || tr!(desk, stop)}
            </button>
            <button
                class="btn q"
                data-testid="reset"
                hidden=move || !has_run.get()
                disabled=move || preparing.get()
                on:click=move |_| desk.reset()
            >
                {back}
            </button>
            <Pace/>
            <Hidden/>
        </div>
    }
}

#[component]
fn Pace() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = RwSignal::new(PACES[0].0);
    let names: [Signal<&'static str>; 4] = [
        Signal::derive(move || tr!(desk, pace_full)),
        Signal::derive(move || tr!(desk, pace_20)),
        Signal::derive(move || tr!(desk, pace_4)),
        Signal::derive(move || tr!(desk, pace_1)),
    ];
    let choose = Callback::new(move |word: String| {
        if let Some((word, _)) = PACES.iter().find(|(known, _)| *known == word) {
            chosen.set(word);
        }
    });
    // A new engine has not heard it yet.
    let device = Memo::new(move |_| desk.page.session().device().get());
    Effect::new(move |_| {
        device.with(|_| ());
        let pace = PACES.iter().find(|(word, _)| *word == chosen.get()).and_then(|(_, pace)| *pace);
        desk.tell(&ToEngine::Pace(pace));
    });
    view! {
        <Choose
            id="pace"
            label=Signal::derive(move || tr!(desk, pace))
            words=PACES.iter().zip(names).map(|((word, _), name)| (*word, name)).collect()
            chosen=chosen.into()
            choose
        />
    }
}

/// Whether a run rests while nobody can see it.
#[component]
fn Hidden() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let wanted = RwSignal::new(false);
    // Whether it rests for this reason, and not because somebody paused it.
    let rests = StoredValue::new(false);
    let turn = window_event_listener_untyped("visibilitychange", move |_| {
        let phase = desk.page.session().phase().get_untracked();
        if document().hidden() {
            if wanted.get_untracked() && phase == Phase::Training {
                rests.set_value(true);
                desk.pause_or_resume();
            }
        } else if rests.get_value() {
            rests.set_value(false);
            if phase == Phase::Paused {
                desk.pause_or_resume();
            }
        }
    });
    on_cleanup(move || turn.remove());
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid="pause-hidden"
                prop:checked=move || wanted.get()
                on:change=move |event| wanted.set(event_target_checked(&event))
            />
            {move || tr!(desk, hidden_pause)}
        </label>
    }
}

/// One sentence on why what is chosen cannot be run, or had better not; and, after a loss has left for good, on why that
/// may be, with the way back.
#[component]
pub fn Trouble() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let lost = Memo::new(move |_| {
        let run = session.run().read();
        let log = &run.as_ref()?.log;
        let good =
            run.as_ref()?.album.moments().iter().rev().map(|moment| moment.step).find(|step| Some(*step) < log.lost);
        Some((log.lost?, good, words::cause(desk.locale(), &log.spec)))
    });
    let doubt = move || desk.page.scene().run().read().doubt().map(|doubt| words::doubt(desk.locale(), doubt));
    let wrong = move || hindrance(desk).or_else(doubt);
    let sentence = move || lost.get().map(|(step, _, cause)| format!("{} {cause}", tr!(desk, lost_at, step = step)));
    let way_back = move || lost.get().and_then(|(_, good, _)| good);
    view! {
        <div class="trouble" role="alert" data-testid="lost" hidden=move || lost.get().is_none()>
            <p>{sentence}</p>
            <button
                class="btn small"
                data-testid="back-to-good"
                hidden=move || way_back().is_none()
                on:click=move |_| desk.go_back_to_good()
            >
                {move || tr!(desk, back_to_good, step = way_back().unwrap_or(0))}
            </button>
        </div>
        <p class="hint trouble" role="status" data-testid="flaw" hidden=move || wrong().is_none()>{wrong}</p>
    }
}

/// Why what is chosen cannot be run: something is wrong with it, or its pictures are nowhere.
fn hindrance(desk: Desk) -> Option<&'static str> {
    let run = desk.page.scene().run().read();
    let bare = (!desk.has_pictures(run.data)).then(|| tr!(desk, said_no_data));
    bare.or_else(|| run.flaw().map(|flaw| words::flaw(desk.locale(), flaw)))
}

/// A button that is pressed and goes hands the keyboard's focus to the one that comes in its place.
fn hand_focus_on(on: Memo<bool>, pressed: StoredValue<bool>, train: NodeRef<Button>, pause: NodeRef<Button>) {
    Effect::new(move |before: Option<bool>| {
        let now = on.get();
        if before.is_some_and(|before| before != now) && pressed.get_value() {
            pressed.set_value(false);
            let next = if now { pause } else { train };
            request_animation_frame(move || {
                if let Some(button) = next.get_untracked() {
                    button.focus().ok();
                    uncover(&button);
                }
            });
        }
        now
    });
}
