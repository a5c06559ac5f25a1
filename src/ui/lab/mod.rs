//! The training lab: what is trained, how it goes, and how to go back.

mod bars;
mod chart;
mod controls;
pub mod fields;
mod moments;
mod net;
mod past;
mod presets;
mod progress;
mod reconstructions;
mod setup;
mod space;
pub(super) mod words;

use leptos::prelude::*;

use super::desk::Desk;
use super::own::OwnPictures;
use super::saved::Saved;
use super::symbol::OwnSymbol;
use super::unless::Unless;
use super::words::tr;
use crate::state::PageStoreFields;
use crate::state::parts::Part;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;

#[component]
pub fn Lab() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let has_run = Memo::new(move |_| desk.has_run());
    let what = move || match &*session.run().read() {
        Some(run) => words::run(desk.locale(), &run.log.spec),
        None => words::run(desk.locale(), &desk.page.scene().run().read()),
    };
    view! {
        <section class="training">
            <h2>{move || tr!(desk, train_title)} <small data-testid="run-what">{what}</small></h2>
            <presets::Presets/>
            <presets::Together/>
            <controls::Controls/>
            <controls::Trouble/>
            <past::Last/>
            <Show when=move || has_run.get()>
                <progress::Progress/>
                <chart::Chart/>
                <moments::Moments/>
                <space::Space/>
                <reconstructions::Reconstructions/>
                <bars::Bars/>
            </Show>
            <Unless without=Part::Own>
                <OwnPictures/>
                <OwnSymbol/>
            </Unless>
            <setup::Quick/>
            <setup::Setup/>
            <past::Past/>
            <Saved/>
        </section>
    }
}
