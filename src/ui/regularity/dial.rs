//! The β dial: a family of trained models along a slider.

use leptos::html::Input;
use leptos::prelude::*;

use super::against::Against;
use crate::data::family::Character;
use crate::i18n::{number, short};
use crate::protocol::Phase;
use crate::state::PageStoreFields;
use crate::state::dial::Stand;
use crate::state::scene::{HOME, MEMBERS, SceneStoreFields};
use crate::state::session::{Kind, Model, SessionStoreFields};
use crate::state::shipped::{DataSet, Shipped};
use crate::ui::desk::{Between, Desk};
use crate::ui::words::{self, tr};

#[component]
pub fn Dial() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let on = Memo::new(move |_| desk.page.scene().model().get().data().has_family() && !desk.has_run());
    // Who pressed the invitation goes on with what it led to.
    let invited = StoredValue::new(false);
    view! {
        <Show when=move || on.get() fallback=move || view! { <Invitation invited/> }>
            <Turn invited/>
            <Show when=move || desk.page.scene().model().get().member().is_some()>
                <Against/>
            </Show>
        </Show>
    }
}

/// Says of what there is no family, and leads to one that there is.
#[component]
fn Invitation(invited: StoredValue<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let busy = Memo::new(move |_| crate::state::session::running(desk.page.session().phase().get()));
    let none = move || match desk.page.session().model().get() {
        Model::Shipped(model) => tr!(desk, dial_none, data = words::data_set(desk.locale(), model.data())),
        Model::Trained(Kind::Digits | Kind::Shapes | Kind::Own) => tr!(desk, dial_none_run).to_owned(),
        Model::Trained(Kind::Points) => tr!(desk, dial_none_points).to_owned(),
    };
    view! {
        <p class="fine" data-testid="dial-none">{none}</p>
        <button
            class="btn q dial-try"
            data-testid="dial-try"
            title=move || tr!(desk, dial_try_what)
            disabled=move || busy.get()
            on:click=move |_| {
                invited.set_value(true);
                desk.choose_model(Shipped::Member(DataSet::Digits, HOME));
            }
        >
            {move || tr!(desk, dial_try)}
        </button>
    }
}

#[component]
fn Turn(invited: StoredValue<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let family = desk.page.family();
    let model = desk.page.scene().model();
    let data = Memo::new(move |_| model.get().data());
    // Beside the family there are models that were trained longer, with β = 1: the dial has not been turned yet.
    let turned = Memo::new(move |_| model.get().member().is_some());
    let dial = Memo::new(move |_| if turned.get() { desk.page.scene().dial().get() } else { f32::from(HOME) });
    let members = move || family.read().as_ref().map_or(usize::from(MEMBERS), |family| family.members.len());
    let last = Memo::new(move |_| members() - 1);
    let stand = Memo::new(move |_| Stand::at(dial.get(), last.get() + 1));
    let shown = move || {
        if !turned.get() {
            return Some(short(desk.locale(), 1.0));
        }
        let family = family.get()?;
        Some(match stand.get().beta(&family) {
            Some(beta) => short(desk.locale(), rounded(beta)),
            None if stand.get().member().is_none() => tr!(desk, dial_between_low).to_owned(),
            None => tr!(desk, dial_plain).to_owned(),
        })
    };
    let what = move || {
        if let Some(coming) = desk.page.coming().get() {
            return Some(tr!(desk, dial_coming, data = words::data_set(desk.locale(), coming.data())));
        }
        if !turned.get() {
            return Some(tr!(desk, dial_unturned, count = last.get() + 1));
        }
        let family = family.get()?;
        Some(match stand.get().member() {
            Some(_) => tr!(desk, dial_trained).to_owned(),
            None => tr!(desk, dial_between, name = words::member(desk.locale(), &family, stand.get().nearest())),
        })
    };
    // Why the curves of the meters go as they do: at a trained model only.
    let seen = move || {
        let family = family.get().filter(|_| turned.get())?;
        let character = family.members.get(stand.get().member()?)?.character();
        Some(format!(" {}", character_of(desk, character)))
    };
    // Nothing unless the dial stands between two of them; otherwise what the one in between would be trained on.
    let between = Memo::new(move |_| {
        let beta = family.get().and_then(|family| stand.get().beta(&family));
        desk.between().filter(|_| stand.get().member().is_none() && beta.is_some())
    });
    let missing = move || match between.get()? {
        Between::On(_) => None,
        Between::Missing(data) => Some(tr!(desk, dial_train_missing, data = words::data_set(desk.locale(), data))),
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
    // A member that never came leaves the dial where it was.
    Effect::new(move |before: Option<bool>| {
        let coming = desk.page.coming().get().is_some();
        if let (Some(slider), Some(true), false) = (slider.get(), before, coming) {
            slider.set_value(&dial.get_untracked().to_string());
        }
        coming
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
                    title=move || {
                        let data = words::data_set(desk.locale(), data.get());
                        tr!(desk, dial_what, count = last.get() + 1, data = data)
                    }
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
            hidden=move || between.get().is_none()
            disabled=move || !ready() || missing().is_some()
            title=move || tr!(desk, dial_train_what)
            on:click=move |_| desk.train_between()
        >
            {move || tr!(desk, dial_train)}
        </button>
        <p class="fine" data-testid="dial-missing" hidden=move || missing().is_none()>{missing}</p>
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
