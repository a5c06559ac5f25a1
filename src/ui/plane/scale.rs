//! What the colours on the plane mean: of a layer that covers it, and in a figure of the classes too.

use leptos::prelude::*;

use crate::i18n::short;
use crate::latent::regularity::returns::NEAR;
use crate::latent::regularity::slopes::STEEP;
use crate::plots::heat;
use crate::plots::key::{Key, Scale as Colours};
use crate::spec::MOST_CLASSES;
use crate::state::PageStoreFields;
use crate::state::scene::{Cover, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::{self, say};

/// What the ends of the colours mean that cover the plane; nothing where they are not one scale. Reactive.
fn ends(desk: Desk) -> Option<[String; 2]> {
    let (l, scene) = (desk.locale(), desk.page.scene());
    Some(match scene.layers().get().cover? {
        Cover::Continuity if scene.nats().get() => {
            ["0".to_owned(), say!(l, scale_nats, most = short(l, heat::MOST_NATS))]
        }
        Cover::Continuity => {
            let (most, steep) = (short(l, 100.0 * heat::MOST_SLOPE), short(l, 100.0 * STEEP));
            ["0".to_owned(), say!(l, scale_slopes, most = most, steep = steep)]
        }
        Cover::Completeness => {
            let (most, near) = (short(l, heat::FARTHEST_RETURN), short(l, NEAR));
            ["0".to_owned(), say!(l, scale_returns, most = most, near = near)]
        }
        Cover::Confidence if desk.page.session().model().get().judged_by().is_none() => return None,
        Cover::Confidence => [say!(l, scale_sure).to_owned(), say!(l, scale_unsure).to_owned()],
        Cover::Density => [say!(l, scale_fewer).to_owned(), say!(l, scale_more).to_owned()],
        Cover::Regions => return None,
    })
}

/// Where on the scale steep begins, or a hole; nothing where there is no such place. Reactive.
fn mark(desk: Desk) -> Option<f32> {
    let scene = desk.page.scene();
    match scene.layers().get().cover? {
        Cover::Continuity => (!scene.nats().get()).then(|| heat::slope_share(STEEP)),
        Cover::Completeness => Some(heat::hole_share()),
        Cover::Confidence | Cover::Density | Cover::Regions => None,
    }
}

/// What stands below a figure of the plane. Reactive.
pub fn key(desk: Desk) -> Key {
    let (layers, hidden) = (desk.page.scene().layers().get(), desk.page.scene().hidden().get());
    let coloured = layers.points || layers.cover == Some(Cover::Regions);
    let cloud = desk.page.session().cloud().get().filter(|_| coloured);
    let seen = |class: u8| cloud.as_ref().is_some_and(|cloud| cloud.labels.contains(&class));
    let classes = (0..MOST_CLASSES as u8).filter(|&class| seen(class) && !hidden.has(class));
    let colours = match layers.cover {
        Some(Cover::Density) => heat::density_colours(),
        _ => heat::warm_colours(),
    };
    Key {
        classes: classes.map(|class| (class, words::class(desk, class))).collect(),
        scale: ends(desk).map(|ends| Colours { colours, ends, mark: mark(desk) }),
    }
}

/// The colours of the layer that covers the plane, and what its ends mean.
#[component]
pub fn Scale() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let cover = Memo::new(move |_| desk.page.scene().layers().get().cover);
    let colours = move || match cover.get() {
        Some(Cover::Density) => heat::density_scale(),
        _ => heat::warm_scale(),
    };
    let end = move |i: usize| ends(desk).map(|ends| ends[i].clone()).unwrap_or_default();
    view! {
        <p class="scale" data-testid="scale" hidden=move || ends(desk).is_none()>
            <span>{move || end(0)}</span>
            <i style:background-image=colours>
                <b hidden=move || mark(desk).is_none() style:left=move || format!("{}%", 100.0 * mark(desk).unwrap_or_default())></b>
            </i>
            <span>{move || end(1)}</span>
        </p>
    }
}
