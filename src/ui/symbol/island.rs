//! The symbol's island: a flag in the plane while and after it is trained in, and what is decoded there.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::Symbol;
use crate::i18n::point;
use crate::latent::view::View;
use crate::plots::palette;
use crate::protocol::{Phase, Slot};
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{Model, SessionStoreFields, running};
use crate::state::symbol::Earlier;
use crate::ui::canvas;
use crate::ui::desk::{Desk, decode};
use crate::ui::words::tr;

/// The symbol that the model on show knows, and where its codes lie closest, once there are any.
pub type Island = Memo<Option<(Earlier, [f32; 2])>>;

pub fn of(desk: Desk, earlier: RwSignal<Option<Earlier>>) -> Island {
    let session = desk.page.session();
    Memo::new(move |_| {
        let earlier = earlier.get()?;
        let of_it = session.run().read().as_ref().is_some_and(|run| run.log.spec.data == earlier.data);
        let shown = session.model().get() == Model::trained_on(earlier.data);
        let heart = (of_it && shown).then(|| desk.heart(earlier.class)).flatten()?;
        Some((earlier, heart))
    })
}

/// Brings the island in sight once its run is over, and what was chosen before for the next one back.
pub fn follow(symbol: Symbol) {
    let session = symbol.desk.page.session();
    let going = Memo::new(move |_| symbol.going());
    Effect::new(move |_| {
        if !going.get()
            && let Some(chosen) = symbol.chosen.try_update_value(Option::take).flatten()
        {
            symbol.desk.page.scene().run().set(chosen);
        }
    });
    let over = Memo::new(move |_| {
        let run = session.run().read();
        let key = run.as_ref().filter(|run| run.log.step > 0).map(|run| run.log.key);
        key.is_some() && key == symbol.run.get() && session.phase().get() == Phase::Ready
    });
    Effect::new(move |_| {
        if over.get()
            && let Some((_, heart)) = symbol.island.get_untracked()
        {
            symbol.desk.keep_in_sight(heart);
        }
    });
}

/// Where the symbol's codes are, in the plane.
#[component]
pub fn Flag(view: Memo<Option<View>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let island = expect_context::<Symbol>().island;
    let shown = move || {
        let (symbol, _) = island.get()?;
        (!desk.page.scene().hidden().get().has(symbol.class)).then_some(symbol)
    };
    let place = move |axis: usize| {
        let ((_, heart), view) = (island.get()?, view.get()?);
        Some(format!("{}px", view.to_pixel(heart)[axis]))
    };
    let name = move || shown().map(|symbol| symbol.name).unwrap_or_default();
    view! {
        <span
            class="flag"
            data-testid="symbol-flag"
            aria-hidden="true"
            hidden=move || shown().is_none()
            data-z=move || island.get().map(|(_, [x, y])| format!("{x},{y}"))
            style:--class=move || shown().map(|symbol| palette::css(symbol.class))
            style:left=move || place(0)
            style:top=move || place(1)
        >
            <b>{name}</b>
        </span>
    }
}

/// What came of it: a drawing beside what is decoded in the middle of the island.
#[component]
pub fn Found(symbol: Symbol) -> impl IntoView {
    let desk = symbol.desk;
    let session = desk.page.session();
    let island = symbol.island;
    let [drawn, decoded] = std::array::from_fn(|_| NodeRef::<Canvas>::new());
    Effect::new(move |_| {
        if let (Some(_), Some(drawing)) = (drawn.get(), symbol.drawings.read().iter().flatten().next()) {
            canvas::picture(drawn, drawing);
        }
    });
    // Of other weights the same middle decodes to something else.
    let asked = Memo::new(move |_| (island.get().map(|(_, heart)| heart), session.weights().get()));
    Effect::new(move |_| {
        if let (Some(heart), _) = asked.get() {
            desk.ask(Slot::Island, decode(&[heart]));
        }
    });
    Effect::new(move |_| {
        if let (Some(_), Some(decoding)) = (decoded.get(), session.island().get()) {
            canvas::picture(decoded, &decoding.pixels);
        }
    });
    let said = move || {
        let (symbol, heart) = island.get()?;
        Some(tr!(desk, symbol_found, name = symbol.name, point = point(desk.locale(), heart)))
    };
    let go = move |_| {
        if let Some((_, heart)) = island.get_untracked() {
            desk.go_to(heart);
            desk.settle();
        }
    };
    view! {
        <div class="found" data-testid="symbol-found" hidden=move || island.get().is_none()>
            <div class="tile">
                <canvas node_ref=drawn width="28" height="28" data-testid="symbol-drawn"></canvas>
                <span>{move || tr!(desk, symbol_drawn)}</span>
            </div>
            <div class="tile">
                <canvas node_ref=decoded width="28" height="28" data-testid="symbol-decoded"></canvas>
                <span>{move || tr!(desk, symbol_decoded)}</span>
            </div>
            <p class="fine">
                {said} " "
                <button class="btn q small" data-testid="symbol-go" on:click=go>{move || tr!(desk, symbol_go)}</button>
            </p>
        </div>
        <p class="fine" hidden=move || symbol.aside.read().is_none()>
            {move || tr!(desk, symbol_aside)} " "
            <button
                class="btn q small"
                data-testid="symbol-back"
                disabled=move || running(session.phase().get())
                on:click=move |_| symbol.take_back_own()
            >
                {move || tr!(desk, symbol_back)}
            </button>
        </p>
    }
}
