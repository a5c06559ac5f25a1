//! Where the handle is: what the decoder makes of it, in a picture, numbers and one sentence.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::canvas;
use super::coordinates::{Coordinates, HandleList};
use super::desk::Desk;
use super::paint::{self, Paint};
use super::unless::Unless;
use super::words::{self, tr};
use crate::data::entropy::Baseline;
use crate::i18n::number;
use crate::latent::place::place;
use crate::latent::posterior::prior_density;
use crate::plots::palette;
use crate::state::PageStoreFields;
use crate::state::parts::Part;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, answers};

#[component]
pub fn Here() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let paint = Paint::new(desk);
    let around = desk.around();
    let nearest = move || {
        around.get().map(|n| {
            view! {
                <span class="swatch" style:background=palette::css(n.class)></span>
                {words::class(desk, n.class)} " "
                <small>{tr!(desk, votes, votes = n.votes, asked = n.asked)}</small>
            }
        })
    };
    let away = move || around.get().map(|n| tr!(desk, away, distance = number(desk.locale(), n.nearest, 2)));
    let sentence = Memo::new(move |_| {
        let points = desk.page.scene().points().get();
        words::place(desk, points, place(desk.z(), around.get().as_ref()))
    });
    view! {
        <section class="here">
            <h2>{move || tr!(desk, here)} " " <Coordinates/></h2>
            <HandleList/>
            <div class="now">
                <div class="easel">
                    <Decoded/>
                    <Unless without=Part::Paint>
                        <paint::Overlay paint/>
                    </Unless>
                </div>
                <Unless without=Part::Numbers>
                    <dl class="kv">
                        <dt>{move || tr!(desk, nearest_class)}</dt>
                        <dd data-testid="nearest-class">{nearest}</dd>
                        <dt>{move || tr!(desk, prior_density)} " " <i class="sym">"p(z)"</i></dt>
                        <dd data-testid="prior-density">{move || number(desk.locale(), prior_density(desk.z()), 3)}</dd>
                        <dt>{move || tr!(desk, nearest_code)}</dt>
                        <dd>{away}</dd>
                    </dl>
                </Unless>
            </div>
            <Unless without=Part::Paint>
                <paint::Controls paint/>
            </Unless>
        </section>
        <Unless without=Part::Numbers>
            <p class="say" data-testid="sentence">{sentence}</p>
        </Unless>
    }
}

/// The live decoding. Before the engine can decode, the nearest picture of the shipped plane, paler.
#[component]
fn Decoded() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<Canvas>::new();
    let session = desk.page.session();
    let ready = Memo::new(move |_| answers(session.phase().get()));
    let decoded = Memo::new(move |_| session.decoded().get());
    let live = Memo::new(move |_| ready.get() && decoded.with(Option::is_some));
    let of = move || decoded.get().filter(|_| live.get()).map(|d| format!("{},{}", d.z[0], d.z[1]));
    let first = StoredValue::new(true);
    Effect::new(move |_| {
        if live.get() {
            if let Some(decoding) = decoded.get() {
                canvas::picture(node, &decoding.pixels);
                if first.get_value() {
                    first.set_value(false);
                    canvas::mark("first-decode");
                }
            }
        } else if let Some(atlas) = session.atlas().get() {
            canvas::picture(node, &atlas.cell(desk.z()));
        }
    });
    view! {
        <canvas
            node_ref=node
            width="28"
            height="28"
            role="img"
            data-testid="decoded"
            data-z=of
            class:pale=move || !live.get()
            aria-label=move || tr!(desk, decoded)
        ></canvas>
    }
}

/// How good the shipped model is, by its card.
#[component]
pub fn CardText() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let text = move || {
        let card = desk.page.card().get().filter(|_| !desk.has_run())?;
        let nats = |value: f32| number(desk.locale(), value, 1);
        let (count, reconstruction) = (crate::i18n::count(card.pictures.test), nats(card.test.reconstruction));
        Some(match (card.test.kl, card.test.elbo) {
            (Some(kl), Some(elbo)) => {
                let (kl, nelbo) = (nats(kl), nats(-elbo));
                tr!(desk, card_text, count = count, reconstruction = reconstruction, kl = kl, nelbo = nelbo)
            }
            _ => tr!(desk, card_text_plain, count = count, reconstruction = reconstruction),
        })
    };
    let baseline = move || {
        let card = desk.page.card().get()?;
        let data = desk.page.scene().model().get().data().spec();
        Some(words::baseline(desk.locale(), Baseline::of(&card.model, &data)))
    };
    view! {
        <Show when=move || desk.page.card().read().is_some() && !desk.has_run()>
            <section class="card" data-testid="card">
                <h2>{move || tr!(desk, card_title)}</h2>
                <p>{text}</p>
                <p class="fine">{baseline}</p>
            </section>
        </Show>
    }
}
