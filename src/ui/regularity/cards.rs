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
        Some(tr!(desk, continuity_sub, percent = percent, worst = number(desk.locale(), 10.0 * worst, 0)))
    };
    let holes = move || {
        let (reading, _) = gauge.reading(Meter::Returns)?;
        let percent = number(desk.locale(), 100.0 * (1.0 - reading.value), 0);
        Some(match gauge.says_little() {
            true => tr!(desk, completeness_collapsed, percent = percent),
            false => tr!(desk, completeness_sub, percent = percent),
        })
    };
    let from = move || match desk.samples_prior() {
        true => tr!(desk, scores_prior),
        false => tr!(desk, scores_fitted),
    };
    view! {
        <p class="fine" data-testid="scores-from">{from}</p>
        <div class="scores">
            <Score
                gauge
                meter=Meter::Continuity
                id="continuity"
                name=Signal::derive(move || tr!(desk, meter_continuity))
                plain=Signal::derive(move || tr!(desk, continuity_plain))
                sub=Signal::derive(move || steep().unwrap_or_default())
                layer=Layer::Cover(Cover::Continuity)
            />
            <Score
                gauge
                meter=Meter::Returns
                id="completeness"
                name=Signal::derive(move || tr!(desk, meter_returns))
                plain=Signal::derive(move || tr!(desk, completeness_plain))
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
    plain: Signal<&'static str>,
    sub: Signal<String>,
    layer: Layer,
) -> impl IntoView {
    let desk = gauge.desk;
    let layers = desk.page.scene().layers();
    let reading = Memo::new(move |_| gauge.reading(meter));
    let value = move || reading.get().map_or("–".to_owned(), |(reading, _)| number(desk.locale(), reading.value, 2));
    // The same model if one sampled from something else: what of the score is the model's, and what the distribution's.
    let elsewhere = move || {
        let value = number(desk.locale(), gauge.elsewhere(meter)?.value, 2);
        Some(match desk.samples_prior() {
            true => tr!(desk, score_fitted, value = value),
            false => tr!(desk, score_prior, value = value),
        })
    };
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
            <em>{move || plain.get()}</em>
            <small>{move || sub.get()}</small>
            <small data-testid=format!("score-{id}-elsewhere") hidden=move || elsewhere().is_none()>{elsewhere}</small>
        </button>
    }
}

/// Where the numbers are from, and how far the next ones are.
#[component]
fn Under(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let session = desk.page.session();
    let under_way = Memo::new(move |_| {
        let surveying = session.surveying().read();
        let here = surveying.as_ref().filter(|_| !session.surveying_elsewhere().get());
        here.map(|survey| 100 * survey.done() / survey.cells().max(1))
    });
    let text = move || {
        if let Some(percent) = under_way.get() {
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
            <progress max="100" hidden=move || under_way.get().is_none() value=move || under_way.get().unwrap_or_default()></progress>
        </p>
    }
}
