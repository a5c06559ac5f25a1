//! Runs worth looking at, and what to look at.

use leptos::prelude::*;

use super::fields::Choose;
use super::words;
use crate::spec::presets::Preset;
use crate::state::PageStoreFields;
use crate::state::scene::{Beside, SceneStoreFields};
use crate::state::session::{SessionStoreFields, running};
use crate::ui::desk::Desk;
use crate::ui::words::tr;

/// Nothing is trained beside it.
const ALONE: &str = "none";

/// No preset is as it is chosen.
const OWN: &str = "own";

#[component]
pub fn Presets() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = Memo::new(move |_| {
        let run = desk.page.scene().run().read();
        Preset::ALL.into_iter().find(|preset| preset.spec() == *run)
    });
    let name = Signal::derive(move || chosen.get().map_or(OWN, Preset::name));
    let mut options = vec![(OWN, Signal::derive(move || tr!(desk, preset_own)))];
    options.extend(
        Preset::ALL.map(|preset| (preset.name(), Signal::derive(move || words::preset(desk.locale(), preset)))),
    );
    let choose = Callback::new(move |word: String| {
        if let Some(preset) = Preset::ALL.into_iter().find(|preset| preset.name() == word) {
            desk.page.scene().run().set(preset.spec());
        }
    });
    let look = move || chosen.get().map(|preset| words::look(desk.locale(), preset));
    view! {
        <div class="presets">
            <Choose
                id="preset"
                label=Signal::derive(move || tr!(desk, preset_title))
                words=options
                chosen=name
                choose
                disabled=Signal::derive(move || running(desk.page.session().phase().get()))
            />
            <p class="hint" data-testid="preset-look" hidden=move || chosen.get().is_none()>{look}</p>
        </div>
    }
}

/// What is trained beside the run, if anything.
#[component]
pub fn Together() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = Signal::derive(move || desk.page.scene().beside().get().map_or(ALONE, Beside::name));
    let mut options = vec![(ALONE, Signal::derive(move || tr!(desk, beside_none)))];
    options.extend(
        Beside::ALL.map(|beside| (beside.name(), Signal::derive(move || words::beside(desk.locale(), beside)))),
    );
    let choose = Callback::new(move |word: String| {
        desk.page.scene().beside().set(Beside::ALL.into_iter().find(|beside| beside.name() == word));
    });
    view! {
        <div class="presets">
            <Choose
                id="beside"
                label=Signal::derive(move || tr!(desk, beside_title))
                words=options
                chosen
                choose
                disabled=Signal::derive(move || running(desk.page.session().phase().get()))
            />
        </div>
    }
}
