//! KL by latent dimension, and which two of them the plane shows.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::i18n::number;
use crate::plots::bars::{Words, draw_bars};
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, Sheet, paper, sized};
use crate::protocol::ToEngine;
use crate::state::PageStoreFields;
use crate::state::scene::Theme;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

#[component]
pub fn Bars() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let kl = Memo::new(move |_| session.kl().get());
    let node = NodeRef::<Canvas>::new();
    let list = move || {
        let words = |(i, value): (usize, &f32)| format!("z{} {}", i + 1, number(desk.locale(), *value, 2));
        kl.read().iter().enumerate().map(words).collect::<Vec<_>>().join(", ")
    };
    let words = move |kl: &[f32]| Words {
        values: kl.iter().map(|value| number(desk.locale(), *value, 2)).collect(),
        collapsed: tr!(desk, kl_threshold).to_owned(),
    };
    let figure = Callback::new(move |()| {
        let kl = kl.get();
        // Many dimensions need their room.
        let size = sized([360.0f32.max(kl.len() as f32 * 18.0), 140.0]);
        let draw = |area: &Sheet| draw_bars(area, &kl, &words(&kl), Ink::on(Theme::Light), RATIO);
        paper(size, tr!(desk, kl_title), draw).filter(|_| !kl.is_empty())
    });
    Effect::new(move |_| {
        let (Some(canvas), kl) = (node.get(), kl.get()) else { return };
        let words = words(&kl);
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        if let Some((area, ratio)) = canvas::figure(canvas, width, height).filter(|_| !kl.is_empty()) {
            draw_bars(&area, &kl, &words, Ink::on(desk.theme()), ratio).ok();
        }
    });
    view! {
        <figure class="kl" hidden=move || kl.read().is_empty()>
            <figcaption class="kept">
                {move || tr!(desk, kl_title)} <Keep name="kl" figure/>
            </figcaption>
            <canvas
                node_ref=node
                class="chart low"
                role="img"
                data-testid="kl-bars"
                aria-label=move || format!("{}: {}", tr!(desk, kl_title), list())
            ></canvas>
        </figure>
        <Axes/>
    }
}

/// Which axes the plane shows, where there are more than two.
#[component]
fn Axes() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let latent = Memo::new(move |_| session.run().read().as_ref().map_or(2, |run| run.log.spec.model.latent));
    let axes = desk.page.axes();
    // A new engine has not heard it yet, and a space of fewer dimensions begins with the first two.
    let device = Memo::new(move |_| session.device().get());
    Effect::new(move |_| {
        device.with(|_| ());
        let beyond = axes.get().into_iter().any(|axis| axis as usize >= latent.get());
        if beyond && axes.get_untracked() != [0, 1] {
            axes.set([0, 1]);
        } else {
            desk.tell(&ToEngine::Axes(axes.get_untracked()));
        }
    });
    let choice = move |place: usize| {
        let change = move |event| {
            if let Ok(axis) = event_target_value(&event).parse::<u32>() {
                axes.update(|axes| {
                    // The two are never the same: the other takes the place of the one that is taken.
                    if axes[1 - place] == axis {
                        axes[1 - place] = axes[place];
                    }
                    axes[place] = axis;
                });
            }
        };
        let options = move || {
            let option = move |axis: u32| {
                view! {
                    <option value=axis.to_string() selected=move || axes.get()[place] == axis>
                        {format!("z{}", axis + 1)}
                    </option>
                }
            };
            (0..latent.get() as u32).map(option).collect_view()
        };
        let name = move || if place == 0 { tr!(desk, axis_across) } else { tr!(desk, axis_up) };
        view! {
            <label class="field">
                <span>{name}</span>
                <select data-testid=format!("axis-{place}") on:change=change>{options}</select>
            </label>
        }
    };
    view! {
        <div class="settings" hidden=move || { latent.get() < 3 }>
            {choice(0)}
            {choice(1)}
        </div>
    }
}
