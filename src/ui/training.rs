//! Training: what runs, how far it is, and what the loss does.

use leptos::ev::Event;
use leptos::html::{Button, Canvas};
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::canvas;
use super::desk::Desk;
use super::words::{self, tr};
use crate::i18n::number;
use crate::plots::loss::{Words, draw_loss};
use crate::plots::palette::Ink;
use crate::protocol::Phase;
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, running};

#[component]
pub fn Training() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let phase = Memo::new(move |_| session.phase().get());
    let on = Memo::new(move |_| running(phase.get()));
    let has_run = Memo::new(move |_| desk.has_run());
    // Between the button and the first step.
    let preparing = Memo::new(move |_| phase.get() == Phase::Loading && has_run.get());
    let can_train = move || matches!(phase.get(), Phase::Idle | Phase::Ready);
    let what = move || match &*session.run().read() {
        Some(run) => words::run(desk.locale(), &run.spec),
        None => words::run(desk.locale(), &desk.page.scene().run().read()),
    };
    let train = move || if has_run.get() { tr!(desk, train_again) } else { tr!(desk, train) };
    let pause = move || if phase.get() == Phase::Paused { tr!(desk, resume) } else { tr!(desk, pause) };
    let back = move || tr!(desk, reset, name = desk.page.scene().model().get().title());
    let busy = move || on.get() || preparing.get();
    let (train_button, pause_button) = (NodeRef::<Button>::new(), NodeRef::<Button>::new());
    let pressed = StoredValue::new(false);
    hand_focus_on(on, pressed, train_button, pause_button);
    view! {
        <section class="training">
            <h2>{move || tr!(desk, train_title)} <small>{what}</small></h2>
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
            </div>
            <Show when=move || has_run.get()>
                <Progress/>
                <LossChart/>
            </Show>
            <Show when=move || !busy()>
                <Settings/>
            </Show>
        </section>
    }
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
                }
            });
        }
        now
    });
}

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

#[component]
fn Settings() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let run = desk.page.scene().run();
    let beta = Memo::new(move |_| run.read().training.beta);
    let steps = Memo::new(move |_| run.read().training.steps);
    let seed = Memo::new(move |_| run.read().seed);
    let set_beta = move |event| {
        if let Ok(slider) = event_target_value(&event).parse() {
            run.write().training.beta = beta_at(slider);
        }
    };
    // What cannot be used gives way to what is used: the field never shows another number than the run will take.
    let set_steps = move |event: Event| {
        if let Ok(steps) = event_target_value(&event).parse::<u32>() {
            run.write().training.steps = steps.clamp(1, 1_000_000);
        }
        event_target::<HtmlInputElement>(&event).set_value(&steps.get_untracked().to_string());
    };
    let set_seed = move |event: Event| {
        if let Ok(value) = event_target_value(&event).parse() {
            run.write().seed = value;
        }
        event_target::<HtmlInputElement>(&event).set_value(&seed.get_untracked().to_string());
    };
    let shown = move || number(desk.locale(), beta.get(), if beta.get() < 1.0 { 2 } else { 1 });
    view! {
        <div class="settings">
            <label class="beta">
                <span>{move || tr!(desk, beta)} " " <i class="sym">"β"</i> <output>{shown}</output></span>
                <input
                    type="range"
                    data-testid="beta"
                    min="0"
                    max="100"
                    step="0.5"
                    aria-label=move || format!("{} β", tr!(desk, beta))
                    prop:value=move || slider_at(beta.get()).to_string()
                    aria-valuetext=shown
                    on:input=set_beta
                />
                <span class="ends"><span>{move || tr!(desk, beta_low)}</span><span>{move || tr!(desk, beta_high)}</span></span>
            </label>
            <label>
                {move || tr!(desk, steps)}
                <input
                    type="number"
                    data-testid="steps"
                    inputmode="numeric"
                    min="1"
                    max="1000000"
                    prop:value=move || steps.get().to_string()
                    on:change=set_steps
                />
            </label>
            <label>
                {move || tr!(desk, seed)}
                <input
                    type="number"
                    data-testid="seed"
                    inputmode="numeric"
                    min="0"
                    max="4294967295"
                    prop:value=move || seed.get().to_string()
                    on:change=set_seed
                />
            </label>
        </div>
    }
}

#[component]
fn Progress() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let percent = Memo::new(move |_| session.run().read().as_ref().map_or(0.0, |run| 100.0 * run.done()));
    let text = Memo::new(move |_| {
        let guard = session.run().read();
        let Some(run) = guard.as_ref() else { return String::new() };
        let (step, steps) = (run.step, run.spec.training.steps);
        let mut parts = vec![tr!(desk, step_of, step = step, steps = steps)];
        match session.phase().get() {
            Phase::Loading | Phase::Booting | Phase::Idle => return tr!(desk, preparing).to_owned(),
            Phase::Paused => return tr!(desk, paused_at, step = step),
            Phase::Ready if step >= steps => return tr!(desk, finished).to_owned(),
            Phase::Ready | Phase::Failed => return tr!(desk, stopped, step = step),
            Phase::Training => {
                if let Some(seconds) = run.seconds_left() {
                    parts.push(tr!(desk, speed, speed = number(desk.locale(), run.steps_per_second, 1)));
                    parts.push(if seconds < 90.0 {
                        tr!(desk, seconds_left, seconds = number(desk.locale(), seconds.ceil(), 0))
                    } else {
                        tr!(desk, minutes_left, minutes = number(desk.locale(), (seconds / 60.0).ceil(), 0))
                    });
                }
            }
        }
        parts.join(" · ")
    });
    view! {
        <div data-testid="progress">
            <div
                class="bar"
                role="progressbar"
                aria-label=move || tr!(desk, progress)
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent.get().round().to_string()
                aria-valuetext=text
            >
                <i style:width=move || format!("{}%", percent.get())></i>
            </div>
            <p class="status">{text}</p>
        </div>
    }
}

#[component]
fn LossChart() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let node = NodeRef::<Canvas>::new();
    // Redrawn when there are more losses, not for everything else that the session hears.
    let seen = Memo::new(move |_| session.run().read().as_ref().map(|run| (run.id, run.losses.len())));
    let last = Memo::new(move |_| session.run().read().as_ref().and_then(|run| run.losses.last().copied()));
    let nats = move |value: f32| number(desk.locale(), value, 1);
    let label = move || match last.get() {
        Some(l) => {
            tr!(desk, loss_chart, reconstruction = nats(l.reconstruction), kl = nats(l.kl), total = nats(l.total))
        }
        None => tr!(desk, loss_empty).to_owned(),
    };
    Effect::new(move |_| {
        seen.track();
        let Some(canvas) = node.get() else { return };
        let named = |name: &str, value: f32| format!("{name} {}", nats(value));
        let l = last.get();
        let value = |part: fn(&crate::protocol::StepLoss) -> f32| l.as_ref().map_or(0.0, part);
        let words = Words {
            reconstruction: named(tr!(desk, loss_reconstruction), value(|l| l.reconstruction)),
            kl: named(tr!(desk, loss_kl), value(|l| l.kl)),
            total: named(tr!(desk, loss_total), value(|l| l.total)),
            step: tr!(desk, loss_step).to_owned(),
        };
        let ink = Ink::on(desk.theme());
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        let Some((area, ratio)) = canvas::figure(canvas, width, height) else { return };
        if let Some(run) = session.run().read_untracked().as_ref() {
            draw_loss(&area, &run.losses, run.spec.training.steps, &words, ink, ratio).ok();
        }
    });
    view! {
        <figure>
            <figcaption>{move || tr!(desk, loss_title)}</figcaption>
            <canvas node_ref=node class="chart" role="img" data-testid="loss-chart" aria-label=label></canvas>
        </figure>
    }
}
