//! The page's head: model, device, language, colours, files, link.

use leptos::html::Select;
use leptos::prelude::*;

use super::desk::Desk;
use super::preferences;
use super::words::{self, tr};
use crate::i18n::Locale;
use crate::protocol::{DeviceKind, Phase};
use crate::state::PageStoreFields;
use crate::state::scene::{SceneStoreFields, Theme};
use crate::state::session::{SessionStoreFields, running};
use crate::state::shipped::Shipped;

#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header>
            <h1 class="brand">"Latent"<i>"scape"</i></h1>
            <ModelPill/>
            <DevicePill/>
            <div class="ends">
                <Language/>
                <Colours/>
                <super::export::Export/>
                <super::share::Share id="share" class="pill share"/>
            </div>
        </header>
    }
}

#[component]
fn ModelPill() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = desk.page.scene().model();
    let trained = Memo::new(move |_| desk.page.session().model().get().is_trained());
    // Named by its file, and not trained on yet.
    let opened = Memo::new(move |_| {
        let run = desk.page.session().run().read();
        run.as_ref().is_some_and(|run| run.log.losses.is_empty() && !run.log.name.is_empty())
    });
    let kind = move || match (trained.get(), chosen.get().member()) {
        (true, _) if opened.get() => tr!(desk, model_opened).to_owned(),
        (true, _) => tr!(desk, model_trained).to_owned(),
        (false, Some(_)) => words::on_dial(desk),
        (false, None) if chosen.get().newer().is_some() => tr!(desk, model_earlier).to_owned(),
        (false, None) => tr!(desk, model_kind).to_owned(),
    };
    let name = Memo::new(move |_| {
        let run = desk.page.session().run().read();
        run.as_ref().map(|run| run.log.name.clone()).filter(|name| !name.is_empty())
    });
    let what = move || match name.get() {
        Some(name) => name,
        None => words::generated(desk.locale(), desk.page.session().model().get()).to_owned(),
    };
    // What was trained here is no choice, but it is what is shown: any of the others leads away from it.
    let shown = move || if trained.get() { "" } else { chosen.get().name() };
    let select = NodeRef::<Select>::new();
    let choose = move |event| {
        if let Some(model) = Shipped::named(&event_target_value(&event)) {
            desk.choose_model(model);
            // What is still to come is not on show yet, and may never be.
            if let Some(select) = select.get_untracked().filter(|_| desk.page.coming().get_untracked().is_some()) {
                select.set_value(untrack(shown));
            }
        }
    };
    // What a link or the dial has led to is in the list while it is on show.
    let other =
        move || Some(chosen.get()).filter(|model| Shipped::ALL.iter().all(|known| known.name() != model.name()));
    let other = Memo::new(move |_| other());
    let newer = Memo::new(move |_| chosen.get().newer().filter(|_| !trained.get()));
    view! {
        <label class="pill">
            <select
                node_ref=select
                data-testid="model"
                aria-label=move || tr!(desk, model)
                prop:value=shown
                // A slip of the hand should not cost a run; the way back stands beside Pause.
                disabled=move || running(desk.page.session().phase().get())
                on:change=choose
            >
                <option value="" hidden disabled selected=move || trained.get()>
                    {what}
                </option>
                {Shipped::ALL.map(|model| {
                    view! {
                        <option value=model.name() selected=move || shown() == model.name()>
                            {move || words::shipped(desk.locale(), model)}
                        </option>
                    }
                })}
                {move || other.get().map(|model| {
                    view! {
                        <option value=model.name() selected=move || shown() == model.name()>
                            {move || words::shipped(desk.locale(), model)}
                        </option>
                    }
                })}
            </select>
            <span class="wide">" · " {kind}</span>
        </label>
        <button
            class="pill"
            data-testid="newer"
            hidden=move || newer.get().is_none()
            title=move || tr!(desk, model_newer_what)
            on:click=move |_| newer.get_untracked().into_iter().for_each(|model| desk.choose_model(model))
        >
            {move || tr!(desk, model_newer)}
        </button>
    }
}

#[component]
fn DevicePill() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let kind = Memo::new(move |_| session.device().read().as_ref().map(|device| device.kind));
    let name = Memo::new(move |_| match &*session.device().read() {
        Some(device) if device.kind == DeviceKind::WebGpu && !device.adapter.is_empty() => {
            format!("WebGPU · {}", device.adapter)
        }
        Some(device) if device.kind == DeviceKind::WebGpu => "WebGPU".to_owned(),
        Some(_) => tr!(desk, cpu).to_owned(),
        None if session.phase().get() == Phase::Failed => tr!(desk, device_none).to_owned(),
        None => tr!(desk, device_starting).to_owned(),
    });
    let hint = move || match kind.get() {
        Some(DeviceKind::WebGpu) => tr!(desk, device_to_cpu, name = name.get()),
        Some(DeviceKind::Cpu) | None => tr!(desk, device_to_gpu, name = name.get()),
    };
    let word = move || match kind.get() {
        Some(DeviceKind::WebGpu) => Some("webgpu"),
        Some(DeviceKind::Cpu) => Some("cpu"),
        None => None,
    };
    view! {
        <button
            class="pill"
            data-testid="device"
            data-device=word
            title=hint
            aria-label=hint
            disabled=move || kind.get().is_none()
            on:click=move |_| desk.switch_device()
        >
            <span class="dot" class:on=move || kind.get().is_some()></span>
            <span class="name">{name}</span>
            <svg class="swap" viewBox="0 0 16 16" aria-hidden="true">
                <path d="M3 6h9M9.5 3.5 12 6M13 10H4M6.5 12.5 4 10"/>
            </svg>
        </button>
    }
}

#[component]
fn Language() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let other = move |_| {
        let next = match desk.locale() {
            Locale::en => Locale::es,
            Locale::es => Locale::en,
        };
        preferences::choose_language(desk, next);
    };
    view! {
        <button class="pill" data-testid="language" aria-label=move || tr!(desk, language) on:click=other>
            <span class:chosen=move || desk.locale() == Locale::en>"EN"</span>
            <span class="between">"·"</span>
            <span class:chosen=move || desk.locale() == Locale::es>"ES"</span>
        </button>
    }
}

#[component]
fn Colours() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let other = move || match desk.theme() {
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Light,
    };
    let hint = move || match desk.theme() {
        Theme::Light => tr!(desk, theme_dark),
        Theme::Dark => tr!(desk, theme_light),
    };
    view! {
        <button
            class="pill icon"
            data-testid="theme"
            title=hint
            aria-label=hint
            on:click=move |_| preferences::choose_theme(desk, untrack(other))
        >
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <circle cx="8" cy="8" r="6"/>
                <path class="full" d="M8 2a6 6 0 0 1 0 12z"/>
            </svg>
        </button>
    }
}
