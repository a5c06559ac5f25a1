//! What is known of a code: on a card beside the one the pointer rests on, and on one that stays.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::i18n::{count, point};
use crate::latent::view::View;
use crate::plots::palette;
use crate::state::PageStoreFields;
use crate::state::pictures::Decoding;
use crate::state::session::{SessionStoreFields, answers};
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::words::{self, tr};

/// Width of a card and its height, about, in pixels.
const SIZE: [f32; 2] = [236.0, 96.0];

/// What the pointer rests on, here or in another pane.
#[component]
pub fn HoverCard(view: Memo<Option<View>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let hover = desk.page.hover();
    let subject = Memo::new(move |_| {
        let hover = hover.get()?;
        let pinned = desk.page.pinned().get();
        (pinned.is_none() || hover.code != pinned).then_some((hover.z, hover.code))
    });
    let picture = Memo::new(move |_| desk.page.session().hovered().get());
    view! { <Card view subject picture id="hover-card"/> }
}

/// The code that was clicked.
#[component]
pub fn PinnedCard(view: Memo<Option<View>>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let subject = Memo::new(move |_| {
        let index = desk.page.pinned().get()?;
        let z = desk.page.session().cloud().read().as_ref()?.codes.get(index).copied()?;
        Some((z, Some(index)))
    });
    let picture = Memo::new(move |_| desk.page.session().pins().get());
    view! { <Card view subject picture id="pinned-card"/> }
}

#[component]
fn Card(
    view: Memo<Option<View>>,
    subject: Memo<Option<([f32; 2], Option<usize>)>>,
    picture: Memo<Option<Decoding>>,
    id: &'static str,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let (decoded, original) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    Effect::new(move |_| {
        let Some((z, _)) = subject.get() else { return };
        let live = answers(session.phase().get_untracked());
        let picture = picture.get().filter(|_| live);
        if let Some(pixels) = picture.as_ref().and_then(|p| p.of(z)) {
            canvas::picture(decoded, pixels);
        } else if let Some(atlas) = session.atlas().read_untracked().as_ref() {
            canvas::picture(decoded, &atlas.cell(z));
        }
    });
    // Only the engine that trains has the pictures.
    let source = Memo::new(move |_| {
        let (_, code) = subject.get()?;
        session.original().get().filter(|original| Some(original.index) == code)
    });
    Effect::new(move |_| {
        if let Some(picture) = source.get() {
            canvas::picture(original, &picture.pixels);
        }
    });
    let corner = move || {
        let ((z, _), view) = (subject.get()?, view.get()?);
        let [x, y] = view.to_pixel(z);
        // To the side where there is room.
        let away = if id == "pinned-card" { 34.0 } else { 16.0 };
        let left = if x > view.width - SIZE[0] - 2.0 * away { x - SIZE[0] - away } else { x + away };
        Some([left.max(4.0), (y - 48.0).clamp(8.0, (view.height - SIZE[1] - 8.0).max(8.0))])
    };
    let place = move |axis: usize| corner().map(|corner| format!("{}px", corner[axis]));
    let words = move || {
        let ((z, code), locale) = (subject.get()?, desk.locale());
        let cloud = session.cloud().get();
        let known = code.zip(cloud).and_then(|(code, cloud)| {
            let class = cloud.labels.get(code).copied()?;
            let sigma = cloud.sigma(code)?;
            Some(view! {
                <b>
                    <span class="swatch" style:background=palette::css(class)></span>
                    {tr!(desk, hover_class, class = words::class(desk, class))}
                    <small>{format!("#{}", count(code))}</small>
                </b>
                <em class="mu">"μ = " {point(locale, z)}</em>
                <em class="sigma">"σ = " {point(locale, sigma)}</em>
            })
        });
        Some(match known {
            Some(words) => words.into_any(),
            None => view! { <em class="z">"z = " {point(locale, z)}</em> }.into_any(),
        })
    };
    let no_original = move || source.get().is_none();
    view! {
        <div
            class="hover-card"
            class:stays=id == "pinned-card"
            data-testid=id
            data-code=move || subject.get().and_then(|(_, code)| code)
            hidden=move || subject.get().is_none()
            style:left=move || place(0)
            style:top=move || place(1)
        >
            <figure hidden=no_original>
                <canvas node_ref=original width="28" height="28" data-testid=format!("{id}-original")></canvas>
                <figcaption>"x"</figcaption>
            </figure>
            <figure>
                <canvas node_ref=decoded width="28" height="28"></canvas>
                <figcaption hidden=no_original>"x̂"</figcaption>
            </figure>
            <div>{words} <small hidden=move || !no_original()>{move || tr!(desk, hover_decodes)}</small></div>
            <button
                class="close"
                hidden=id != "pinned-card"
                data-testid=format!("{id}-close")
                aria-label=move || tr!(desk, card_close)
                on:click=move |_| desk.pin(None)
            ></button>
        </div>
    }
}
