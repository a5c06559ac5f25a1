//! The ELBO of the model on show, taken apart: what is paid for pictures, for what codes say, and for where they lie; and
//! the family in the plane of rate and distortion.

use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::gauge::Gauge;
use crate::estimate::{Estimate, Surgery};
use crate::i18n::{count, number, short};
use crate::plots::along::{Panel, draw_along, height};
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, Sheet, paper, sized};
use crate::plots::rate::{Spot, Words, draw_rate, span};
use crate::protocol::Phase;
use crate::spec::Likelihood;
use crate::state::PageStoreFields;
use crate::state::scene::Theme;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

/// Size of the plane in a file, in pixels of the page, and width of the curves.
const PLANE: [f32; 2] = [420.0, 260.0];
const WIDTH: f32 = 480.0;

/// Width of a bar, in its own units.
const BAR: f32 = 96.0;

/// Where the numbers are from.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Here,
    Card,
}

#[component]
pub fn Apart(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let session = desk.page.session();
    let open = RwSignal::new(false);
    let toggled = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let rests = Memo::new(move |_| matches!(session.phase().get(), Phase::Ready | Phase::Paused));
    let asked = StoredValue::new(None::<u32>);
    Effect::new(move |_| {
        let weights = session.weights().get();
        if open.get() && desk.has_run() && rests.get() && asked.get_value() != Some(weights) {
            asked.set_value(Some(weights));
            desk.ask_surgery();
        }
    });
    let found = Memo::new(move |_| match desk.has_run() {
        true => session.surgery().get().map(|surgery| (surgery, Origin::Here)),
        false => desk.page.card().get().and_then(|card| card.surgery).map(|surgery| (surgery, Origin::Card)),
    });
    let of = move || match found.get() {
        Some((surgery, Origin::Here)) => tr!(desk, surgery_here, count = count(surgery.data as usize)),
        Some((surgery, Origin::Card)) => tr!(desk, surgery_card, count = count(surgery.data as usize)),
        None if !desk.has_run() => tr!(desk, surgery_none).to_owned(),
        None if session.lacking().read().is_some() => tr!(desk, surgery_lacking).to_owned(),
        None if rests.get() => tr!(desk, surgery_wait).to_owned(),
        None => tr!(desk, surgery_training).to_owned(),
    };
    view! {
        <details class="more" data-testid="surgery" on:toggle=toggled>
            <summary>{move || tr!(desk, surgery)}</summary>
            <p class="fine">{move || tr!(desk, surgery_how)}</p>
            <p class="fine" role="status" data-testid="surgery-of">{of}</p>
            {move || found.get().map(|(surgery, _)| view! { <Parts desk surgery/> })}
            <p class="fine">{move || constants(desk)}</p>
            <Show when=move || open.get() && desk.page.family().read().is_some()>
                <Family gauge/>
            </Show>
        </details>
    }
}

/// What the reconstruction error holds besides the error. Reactive.
fn constants(desk: Desk) -> String {
    let run = desk.page.session().run().read().as_ref().map(|run| run.log.spec.model.likelihood);
    let card = desk.page.card().get().filter(|_| run.is_none());
    let floor = card.as_ref().and_then(|card| card.test.floor);
    match (run.or(card.map(|card| card.model.likelihood)).unwrap_or_default(), floor) {
        (Likelihood::Bernoulli, Some(floor)) => {
            tr!(desk, surgery_floor, floor = number(desk.locale(), floor, 1))
        }
        (Likelihood::Bernoulli, None) => tr!(desk, surgery_grey).to_owned(),
        (Likelihood::Gaussian { .. }, _) => tr!(desk, surgery_gaussian).to_owned(),
    }
}

/// The parts, a row each.
#[component]
fn Parts(desk: Desk, surgery: Surgery) -> impl IntoView {
    let Surgery { data, distortion, rate } = surgery;
    let plain = rate.is_none();
    let whole = distortion.value + rate.as_ref().map_or(0.0, |rate| rate.whole.value);
    let l = move || desk.locale();
    let row = move |name: String, part: Estimate, of: f32, inner: bool| view! { <Row desk name part of inner/> };
    let rows = move || {
        let mut rows = vec![row(tr!(desk, surgery_distortion).to_owned(), distortion, whole, false).into_any()];
        let Some(rate) = &rate else { return rows };
        rows.push(row(tr!(desk, surgery_information).to_owned(), rate.information, whole, false).into_any());
        rows.push(row(tr!(desk, surgery_aggregated).to_owned(), rate.aggregated, whole, false).into_any());
        rows.push(row(tr!(desk, surgery_rate).to_owned(), rate.whole, rate.whole.value, false).into_any());
        for (axis, (part, alone)) in rate.dimensions.iter().zip(&rate.marginals).enumerate() {
            let alone = number(l(), alone.value, 2);
            let name = tr!(desk, surgery_dimension, axis = format!("z{}", axis + 1), alone = alone);
            rows.push(row(name, *part, rate.whole.value, true).into_any());
        }
        let correlation = rate.correlation;
        rows.push(row(tr!(desk, surgery_correlation).to_owned(), correlation, rate.whole.value, true).into_any());
        rows
    };
    let sum = move || match plain {
        true => tr!(desk, surgery_plain).to_owned(),
        false => {
            let most = number(l(), (data as f32).ln(), 2);
            tr!(desk, surgery_sum, nelbo = number(l(), whole, 2), most = most)
        }
    };
    view! {
        <table class="meters" data-testid="surgery-parts">
            <thead>
                <tr>
                    <th scope="col">{move || tr!(desk, surgery_part)}</th>
                    <th scope="col">{move || tr!(desk, surgery_nats)}</th>
                    <th scope="col">{move || tr!(desk, surgery_share)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="fine">{sum}</p>
    }
}

#[component]
fn Row(desk: Desk, name: String, part: Estimate, of: f32, inner: bool) -> impl IntoView {
    let written = move |value: f32| number(desk.locale(), value, 2);
    let share = if of > 0.0 { (part.value / of).clamp(0.0, 1.0) } else { 0.0 };
    view! {
        <tr class:inner=inner>
            <th scope="row">{name}</th>
            <td>
                {move || written(part.value)} " "
                <small>{move || format!("{}–{}", written(part.interval.low), written(part.interval.high))}</small>
            </td>
            <td>
                // The numbers are in the row.
                <svg class="part" viewBox=format!("0 0 {BAR} 8") aria-hidden="true">
                    <rect width=share * BAR height="8"></rect>
                </svg>
            </td>
        </tr>
    }
}

/// The family's models: those with a rate, and what each has.
fn members(desk: Desk) -> Vec<(Option<f32>, Surgery)> {
    let family = desk.page.family().get();
    let of = |family: crate::state::pictures::Shared<crate::data::family::Family>| {
        let each = family.members.iter().filter_map(|member| Some((member.beta, member.surgery.clone()?)));
        each.collect::<Vec<_>>()
    };
    family.map(of).unwrap_or_default()
}

/// Where β bounds the rate: at β = 0 nothing does, and the rate is of another size.
fn spots(gauge: Gauge) -> Vec<Spot> {
    let desk = gauge.desk;
    let here = gauge.stand().and_then(|stand| {
        let family = desk.page.family().get()?;
        family.members.get(stand.nearest())?.beta
    });
    let ends = |part: Estimate| [part.value, part.interval.low, part.interval.high];
    let spot = |(beta, surgery): (Option<f32>, Surgery)| {
        let (beta, rate) = (beta.filter(|beta| *beta > 0.0)?, surgery.rate?.whole);
        let name = format!("β = {}", short(desk.locale(), beta));
        Some(Spot { name, beta, rate: ends(rate), distortion: ends(surgery.distortion), here: here == Some(beta) })
    };
    members(desk).into_iter().filter_map(spot).collect()
}

fn words(desk: Desk, spots: &[Spot]) -> Option<Words> {
    let ends = span(spots)?.map(|ends| ends.map(|end| number(desk.locale(), end, 1)));
    Some(Words { axes: [tr!(desk, surgery_axis_rate).to_owned(), tr!(desk, surgery_axis_distortion).to_owned()], ends })
}

/// The parts along β, as small charts.
fn panels(desk: Desk) -> (Vec<Panel>, Vec<String>) {
    let (l, members) = (desk.locale(), members(desk));
    let plain = |beta: Option<f32>| beta.map_or(tr!(desk, meters_plain).to_owned(), |b| format!("β = {}", short(l, b)));
    let names = members.iter().map(|(beta, _)| plain(*beta)).collect();
    let rate = |of: fn(&crate::estimate::Rate) -> Estimate| {
        members.iter().map(|(_, surgery)| surgery.rate.as_ref().map(|rate| of(rate).value)).collect::<Vec<_>>()
    };
    let distortion = members.iter().map(|(_, surgery)| Some(surgery.distortion.value)).collect();
    let rows = [
        (tr!(desk, surgery_distortion), distortion),
        (tr!(desk, surgery_rate), rate(|rate| rate.whole)),
        (tr!(desk, surgery_information), rate(|rate| rate.information)),
        (tr!(desk, surgery_aggregated), rate(|rate| rate.aggregated)),
    ];
    let panel = |(name, values): (&str, Vec<Option<f32>>)| {
        let ends = Panel::span(&values, &[])?.map(|value| number(l, value, 1));
        Some(Panel { name: name.to_owned(), values, seeds: Vec::new(), ends })
    };
    (rows.into_iter().filter_map(panel).collect(), names)
}

#[component]
fn Family(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let plane = NodeRef::<Canvas>::new();
    let curves = NodeRef::<Canvas>::new();
    let ink = move || Ink::on(desk.theme());
    Effect::new(move |_| {
        let (Some(node), spots) = (plane.get(), spots(gauge)) else { return };
        let Some(words) = words(desk, &spots) else { return };
        let (width, height) = (node.client_width() as f32, node.client_height() as f32);
        if let Some((area, ratio)) = canvas::figure(node, width, height) {
            draw_rate(&area, &spots, &words, ink(), ratio).ok();
        }
    });
    Effect::new(move |_| {
        let (Some(node), (panels, names)) = (curves.get(), panels(desk)) else { return };
        if let Some((area, ratio)) = canvas::figure(node.clone(), node.client_width() as f32, height(panels.len())) {
            draw_along(&area, &panels, &names, ink(), ratio).ok();
        }
    });
    let plane_figure = Callback::new(move |()| {
        let spots = spots(gauge);
        let words = words(desk, &spots)?;
        let draw = |area: &Sheet| draw_rate(area, &spots, &words, Ink::on(Theme::Light), RATIO);
        paper(sized(PLANE), tr!(desk, surgery_plane), draw)
    });
    let curves_figure = Callback::new(move |()| {
        let (panels, names) = panels(desk);
        let draw = |area: &Sheet| draw_along(area, &panels, &names, Ink::on(Theme::Light), RATIO);
        paper(sized([WIDTH, height(panels.len())]), tr!(desk, surgery_along), draw).filter(|_| !panels.is_empty())
    });
    let plane_label = move || {
        let nats = |value: f32| number(desk.locale(), value, 1);
        let each = |spot: &Spot| format!("{}: R {}, D {}", spot.name, nats(spot.rate[0]), nats(spot.distortion[0]));
        let values = spots(gauge).iter().map(each).collect::<Vec<_>>().join("; ");
        tr!(desk, surgery_plane_label, values = values)
    };
    let curves_label = move || {
        let (panels, names) = panels(desk);
        let each = |panel: &Panel| {
            let value = |(name, value): (&String, &Option<f32>)| {
                value.map(|value| format!("{name}: {}", number(desk.locale(), value, 1)))
            };
            let values = names.iter().zip(&panel.values).filter_map(value).collect::<Vec<_>>().join(", ");
            format!("{} – {values}", panel.name)
        };
        panels.iter().map(each).collect::<Vec<_>>().join("; ")
    };
    view! {
        <figure hidden=move || span(&spots(gauge)).is_none()>
            <figcaption class="kept">
                {move || tr!(desk, surgery_plane)} <Keep name="rate-distortion" figure=plane_figure/>
            </figcaption>
            <canvas node_ref=plane class="chart plane-of-rates" role="img" data-testid="rate-distortion" aria-label=plane_label></canvas>
            <p class="fine">{move || tr!(desk, surgery_plane_what)}</p>
        </figure>
        <figure hidden=move || panels(desk).0.is_empty()>
            <figcaption class="kept">
                {move || tr!(desk, surgery_along)} <Keep name="elbo-parts" figure=curves_figure/>
            </figcaption>
            <canvas node_ref=curves class="chart parts-along" role="img" data-testid="surgery-along" aria-label=curves_label></canvas>
        </figure>
    }
}
