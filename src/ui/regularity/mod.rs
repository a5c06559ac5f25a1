//! How regular the plane is: the β dial, the two scores, every meter, and what to do with them in class.

mod against;
mod along;
mod cards;
mod challenge;
mod dial;
mod gauge;
mod marginals;
mod meters;
mod quiz;
mod surgery;
mod texts;

use leptos::prelude::*;

use super::desk::Desk;
use super::words::tr;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;
pub use gauge::Gauge;

#[component]
pub fn Regularity() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let gauge = expect_context::<Gauge>();
    let session = desk.page.session();
    let latent = Memo::new(move |_| session.run().read().as_ref().map_or(2, |run| run.log.spec.model.latent));
    let limits = move || match latent.get() {
        2 => None,
        1 => Some(tr!(desk, regularity_line).to_owned()),
        latent => Some(tr!(desk, regularity_axes, latent = latent)),
    };
    let flawed = move || {
        let flawed = gauge.meters().get().map_or(0, |meters| meters.flawed);
        (flawed > 0).then(|| tr!(desk, regularity_flawed, count = flawed))
    };
    view! {
        <section class="regularity" data-testid="regularity">
            <h2>{move || tr!(desk, regularity)}</h2>
            <dial::Dial/>
            <cards::Cards gauge/>
            <p class="fine" hidden=move || limits().is_none()>{limits}</p>
            <p class="fine" data-testid="flawed" hidden=move || flawed().is_none()>{flawed}</p>
            <challenge::InClass gauge/>
            <meters::All gauge/>
            <surgery::Apart gauge/>
        </section>
    }
}
