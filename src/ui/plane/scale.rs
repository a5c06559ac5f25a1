//! What the colours on the plane mean: of a layer that covers it, and in a figure of the classes too.

use leptos::prelude::*;

use crate::i18n::short;
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
            let (most, steep) = (short(l, heat::MOST_SLOPE), short(l, STEEP));
            ["0".to_owned(), say!(l, scale_slopes, most = most, steep = steep)]
        }
        Cover::Completeness => ["0".to_owned(), say!(l, scale_returns, most = short(l, heat::FARTHEST_RETURN))],
        Cover::Confidence if desk.page.session().model().get().judged_by().is_none() => return None,
        Cover::Confidence => [say!(l, scale_sure).to_owned(), say!(l, scale_unsure).to_owned()],
        Cover::Density => [say!(l, scale_fewer).to_owned(), say!(l, scale_more).to_owned()],
        Cover::Regions => return None,
    })
}

/// Whether there is a place on the scale where steep begins. Reactive.
fn steep(desk: Desk) -> bool {
    let scene = desk.page.scene();
    scene.layers().get().cover == Some(Cover::Continuity) && !scene.nats().get()
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
    let mark = steep(desk).then(|| heat::slope_share(STEEP));
    Key {
        classes: classes.map(|class| (class, words::class(desk, class))).collect(),
        scale: ends(desk).map(|ends| Colours { colours, ends, mark }),
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
                <b hidden=move || !steep(desk) style:left=format!("{}%", 100.0 * heat::slope_share(STEEP))></b>
            </i>
            <span>{move || end(1)}</span>
        </p>
    }
}
