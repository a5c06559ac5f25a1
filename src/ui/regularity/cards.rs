//! The two scores, each with what is worst about it; pressing one shows its layer.

use leptos::prelude::*;

use super::gauge::{Gauge, Origin};
use crate::i18n::number;
use crate::latent::regularity::report::Meter;
use crate::state::PageStoreFields;
use crate::state::scene::{Cover, Layer, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::words::tr;

#[component]
pub fn Cards(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let steep = move || {
        let worst = gauge.meters().get()?.continuity?.worst.0;
        let (reading, _) = gauge.reading(Meter::Continuity)?;
        let percent = number(desk.locale(), 100.0 * (1.0 - reading.value), 0);
        Some(tr!(desk, continuity_sub, percent = percent, worst = number(desk.locale(), worst, 0)))
    };
    let holes = move || {
        let (reading, _) = gauge.reading(Meter::Returns)?;
        let percent = number(desk.locale(), 100.0 * (1.0 - reading.value), 0);
        Some(match gauge.says_little() {
            true => tr!(desk, completeness_collapsed, percent = percent),
            false => tr!(desk, completeness_sub, percent = percent),
        })
    };
    view! {
        <div class="scores">
            <Score
                gauge
                meter=Meter::Continuity
                id="continuity"
                name=Signal::derive(move || tr!(desk, meter_continuity))
                sub=Signal::derive(move || steep().unwrap_or_default())
                layer=Layer::Cover(Cover::Continuity)
            />
            <Score
                gauge
                meter=Meter::Returns
                id="completeness"
                name=Signal::derive(move || tr!(desk, meter_returns))
                sub=Signal::derive(move || holes().unwrap_or_default())
                layer=Layer::Cover(Cover::Completeness)
            />
        </div>
        <Under gauge/>
    }
}

#[component]
fn Score(
    gauge: Gauge,
    meter: Meter,
    id: &'static str,
    name: Signal<&'static str>,
    sub: Signal<String>,
    layer: Layer,
) -> impl IntoView {
    let desk = gauge.desk;
    let layers = desk.page.scene().layers();
    let reading = Memo::new(move |_| gauge.reading(meter));
    let value = move || reading.get().map_or("–".to_owned(), |(reading, _)| number(desk.locale(), reading.value, 2));
    let origin = move || match reading.get() {
        Some((_, Origin::Here)) => "here",
        Some((_, Origin::Before)) => "before",
        None => "none",
    };
    view! {
        <button
            class="score"
            data-testid=format!("score-{id}")
            data-origin=origin
            aria-pressed=move || layers.get().has(layer).to_string()
            on:click=move |_| layers.update(|layers| layers.toggle(layer))
        >
            <span>{move || name.get()}</span>
            <b>{value}</b>
            <small>{move || sub.get()}</small>
        </button>
    }
}

/// Where the numbers are from, and how far the next ones are.
#[component]
fn Under(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let session = desk.page.session();
    let under_way = Memo::new(move |_| {
        session.surveying().read().as_ref().map(|survey| (100 * survey.done() / survey.cells().max(1), survey.columns))
    });
    let text = move || {
        if let Some((percent, _)) = under_way.get() {
            return tr!(desk, measuring, percent = percent);
        }
        match (gauge.meters().get(), gauge.reading(Meter::Returns)) {
            (Some(meters), _) => tr!(desk, measured_here, side = meters.side),
            (None, Some(_)) => tr!(desk, measured_before).to_owned(),
            (None, None) => tr!(desk, regularity_wait).to_owned(),
        }
    };
    view! {
        <p class="fine measured" data-testid="measured">
            <span>{text}</span>
            <progress max="100" hidden=move || under_way.get().is_none() value=move || under_way.get().map_or(0, |u| u.0)></progress>
        </p>
    }
}
