//! The β dial: a family of trained models along a slider.

use leptos::html::Input;
use leptos::prelude::*;

use super::against::Against;
use crate::data::family::Character;
use crate::i18n::{number, short};
use crate::protocol::Phase;
use crate::state::PageStoreFields;
use crate::state::dial::Stand;
use crate::state::scene::{HOME, SceneStoreFields, Shipped};
use crate::state::session::SessionStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::{self, tr};

#[component]
pub fn Dial() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let on = Memo::new(move |_| desk.page.scene().model().get().member().is_some() && !desk.has_run());
    // Who pressed the invitation goes on with what it led to.
    let invited = StoredValue::new(false);
    view! {
        <Show when=move || on.get() fallback=move || view! { <Invitation invited/> }>
            <Turn invited/>
            <Against/>
        </Show>
    }
}

/// What leads to the family from any other model.
#[component]
fn Invitation(invited: StoredValue<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let busy = Memo::new(move |_| crate::state::session::running(desk.page.session().phase().get()));
    view! {
        <button
            class="btn q dial-try"
            data-testid="dial-try"
            title=move || tr!(desk, dial_try_what)
            disabled=move || busy.get()
            on:click=move |_| {
                invited.set_value(true);
                desk.choose_model(Shipped::Digits(HOME));
            }
        >
            {move || tr!(desk, dial_try)}
        </button>
    }
}

#[component]
fn Turn(invited: StoredValue<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let dial = desk.page.scene().dial();
    let family = desk.page.family();
    let last = Memo::new(move |_| family.read().as_ref().map_or(1, |family| family.members.len() - 1));
    let stand = Memo::new(move |_| Stand::at(dial.get(), last.get() + 1));
    let shown = move || {
        let family = family.get()?;
        Some(match stand.get().beta(&family) {
            Some(beta) => short(desk.locale(), rounded(beta)),
            None if stand.get().member().is_none() => tr!(desk, dial_between_low).to_owned(),
            None => tr!(desk, dial_plain).to_owned(),
        })
    };
    let what = move || {
        let family = family.get()?;
        Some(match stand.get().member() {
            Some(_) => tr!(desk, dial_trained).to_owned(),
            None => tr!(desk, dial_between, name = words::member(desk.locale(), &family, stand.get().nearest())),
        })
    };
    // Why the curves of the meters go as they do: at a trained model only.
    let seen = move || {
        let family = family.get()?;
        let character = family.members.get(stand.get().member()?)?.character();
        Some(format!(" {}", character_of(desk, character)))
    };
    let between = move || {
        let beta = family.get().and_then(|family| stand.get().beta(&family));
        stand.get().member().is_none() && beta.is_some()
    };
    let turn = move |event| {
        if let Ok(dial) = event_target_value(&event).parse() {
            desk.turn_dial(dial);
        }
    };
    // To the next trained model; with Shift a quarter of the way, to what can be trained between two.
    let key = move |event: leptos::ev::KeyboardEvent| {
        let forward = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" | "PageDown" => false,
            "ArrowRight" | "ArrowUp" | "PageUp" => true,
            _ => return,
        };
        event.prevent_default();
        let parts = if event.shift_key() { 4.0 } else { 1.0 };
        let at = dial.get_untracked() * parts;
        let next = if forward { (at + 1e-3).floor() + 1.0 } else { (at - 1e-3).ceil() - 1.0 };
        desk.turn_dial((next / parts).clamp(0.0, last.get_untracked() as f32));
    };
    let slider = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let (Some(slider), true) = (slider.get(), invited.get_value()) {
            invited.set_value(false);
            slider.focus().ok();
        }
    });
    let ready = move || desk.page.session().phase().get() == Phase::Ready;
    let ticks = move || {
        (0..=last.get())
            .map(|member| {
                let here = move || stand.get().member() == Some(member);
                let at = 100.0 * member as f32 / last.get() as f32;
                view! { <i class:on=here style:left=format!("{at}%")></i> }
            })
            .collect_view()
    };
    view! {
        <div class="settings">
            <label class="beta dial">
                <span>
                    {move || tr!(desk, dial)} " " <i class="sym">"β"</i> <output data-testid="dial-beta">{shown}</output>
                </span>
                <span class="ticks" aria-hidden="true">{ticks}</span>
                <input
                    node_ref=slider
                    type="range"
                    data-testid="dial"
                    min="0"
                    max=move || last.get()
                    step="0.05"
                    aria-label=move || format!("{} β", tr!(desk, dial))
                    aria-valuetext=shown
                    prop:value=move || dial.get().to_string()
                    title=move || tr!(desk, dial_what, count = last.get() + 1)
                    on:input=turn
                    on:keydown=key
                />
                <span class="ends"><span>{move || tr!(desk, dial_low)}</span><span>{move || tr!(desk, dial_high)}</span></span>
            </label>
        </div>
        <p class="fine" role="status" data-testid="dial-what">{what} <span data-testid="dial-seen">{seen}</span></p>
        <button
            class="btn q"
            data-testid="dial-train"
            hidden=move || !between()
            disabled=move || !ready()
            title=move || tr!(desk, dial_train_what)
            on:click=move |_| desk.train_between()
        >
            {move || tr!(desk, dial_train)}
        </button>
    }
}

fn character_of(desk: Desk, character: Character) -> String {
    let nats = |value: f32| number(desk.locale(), value, if value < 1.0 { 2 } else { 1 });
    match character {
        Character::Plain => tr!(desk, dial_seen_plain).to_owned(),
        Character::Unbound => tr!(desk, dial_seen_unbound).to_owned(),
        Character::Loose => tr!(desk, dial_seen_loose).to_owned(),
        Character::Balanced => tr!(desk, dial_seen_balanced).to_owned(),
        Character::Lopsided { low, high } => tr!(desk, dial_seen_lopsided, low = nats(low), high = nats(high)),
        Character::Line { low, high } => tr!(desk, dial_seen_line, low = nats(low), high = nats(high)),
        Character::Collapsed => tr!(desk, dial_seen_collapsed).to_owned(),
    }
}

/// Two digits of a β between two members say enough.
fn rounded(beta: f32) -> f32 {
    if beta <= 0.0 {
        return 0.0;
    }
    let unit = 10f32.powf(beta.log10().floor() - 1.0);
    (beta / unit).round() * unit
}
