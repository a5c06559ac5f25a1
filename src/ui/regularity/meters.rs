//! Every meter in a table: what it reads here, and its curve along the family; what one samples from; what each means.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::along;
use super::gauge::{FINE, Gauge, Origin};
use super::marginals::Marginals;
use super::texts;
use crate::latent::regularity::report::{Meter, Reading};
use crate::state::PageStoreFields;
use crate::state::scene::{Chosen, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::keep::Keep;
use crate::ui::segments::{Segment, Segments};
use crate::ui::words::{self, tr};

#[component]
pub fn All(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let toggled = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        gauge.table.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    view! {
        <details class="more" data-testid="meters" on:toggle=toggled>
            <summary>{move || tr!(desk, meters_more)}</summary>
            <Choice gauge/>
            <Slopes gauge/>
            <p class="fine kept" hidden=move || desk.page.family().read().is_none()>
                {move || if desk.samples_prior() { tr!(desk, meters_figure) } else { tr!(desk, meters_figure_fitted) }}
                <Keep name="meters" figure=Callback::new(move |()| along::figure(gauge))/>
            </p>
            <table class="meters">
                <thead>
                    <tr>
                        <th scope="col">{move || tr!(desk, meters_table)}</th>
                        <th scope="col">{move || tr!(desk, meters_value)}</th>
                        <th scope="col">
                            {move || {
                                if desk.samples_prior() { tr!(desk, meters_along) } else { tr!(desk, meters_along_fitted) }
                            }}
                        </th>
                    </tr>
                </thead>
                <tbody>{Meter::ALL.into_iter().map(|meter| view! { <Row gauge meter/> }).collect_view()}</tbody>
            </table>
            <Marginals gauge/>
            <Finer gauge/>
        </details>
        <details class="more" data-testid="meters-explained">
            <summary>{move || tr!(desk, meters_explain)}</summary>
            <dl class="explained-meters">
                {Meter::ALL
                    .into_iter()
                    .map(|meter| {
                        view! {
                            <dt>{move || texts::name(desk.locale(), meter)}</dt>
                            <dd>
                                {move || texts::what(desk.locale(), meter)} " "
                                <em>{move || texts::but(desk.locale(), meter)}</em> " "
                                <small>{move || texts::how(desk.locale(), meter)}</small>
                            </dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </details>
    }
}

/// A choice of two under its heading.
#[component]
fn Pick<T: Copy + PartialEq + Send + Sync + 'static>(
    group: &'static str,
    heading: Signal<&'static str>,
    segments: Vec<Segment<T>>,
    chosen: Signal<T>,
    choose: Callback<T>,
) -> impl IntoView {
    view! {
        <div class="field">
            <span>{move || heading.get()}</span>
            <Segments group label=heading segments chosen choose/>
        </div>
    }
}

/// What the layer of slopes counts.
#[component]
fn Slopes(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let nats = desk.page.scene().nats();
    let segments = vec![
        Segment {
            value: false,
            id: "slopes-pixels",
            name: Signal::derive(move || tr!(desk, slopes_pixels)),
            what: Signal::derive(move || tr!(desk, slopes_pixels_what)),
        },
        Segment {
            value: true,
            id: "slopes-nats",
            name: Signal::derive(move || tr!(desk, slopes_nats)),
            what: Signal::derive(move || tr!(desk, slopes_nats_what)),
        },
    ];
    view! {
        <Pick
            group="slopes"
            heading=Signal::derive(move || tr!(desk, slopes_in))
            segments
            chosen=Signal::derive(move || nats.get())
            choose=Callback::new(move |value| nats.set(value))
        />
    }
}

/// What one samples from.
#[component]
fn Choice(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let chosen = desk.page.scene().chosen();
    let segments = vec![
        Segment {
            value: Chosen::Model,
            id: "chosen-model",
            name: Signal::derive(move || tr!(desk, chosen_model)),
            what: Signal::derive(move || tr!(desk, chosen_model_what)),
        },
        Segment {
            value: Chosen::Prior,
            id: "chosen-prior",
            name: Signal::derive(move || tr!(desk, chosen_prior)),
            what: Signal::derive(move || tr!(desk, chosen_prior_what)),
        },
        Segment {
            value: Chosen::Codes,
            id: "chosen-codes",
            name: Signal::derive(move || tr!(desk, chosen_codes)),
            what: Signal::derive(move || tr!(desk, chosen_codes_what)),
        },
    ];
    view! {
        <Pick
            group="chosen"
            heading=Signal::derive(move || tr!(desk, chosen))
            segments
            chosen=Signal::derive(move || chosen.get())
            choose=Callback::new(move |value| chosen.set(value))
        />
    }
}

#[component]
fn Row(gauge: Gauge, meter: Meter) -> impl IntoView {
    let desk = gauge.desk;
    let reading = Memo::new(move |_| gauge.reading(meter));
    let written = move |value: f32| texts::written(desk.locale(), meter, value);
    let value = move || reading.get().map_or("–".to_owned(), |(reading, _)| written(reading.value));
    let interval = move || {
        let (reading, _) = reading.get()?;
        reading.interval.map(|i| format!("{}–{}", written(i.low), written(i.high)))
    };
    let reference = move || {
        let real = written(reading.get()?.0.reference?);
        Some(match gauge.of_constant(meter) {
            Some(constant) => tr!(desk, meters_beside, real = real, constant = written(constant)),
            None => tr!(desk, meters_reference, value = real),
        })
    };
    let before = move || matches!(reading.get(), Some((_, Origin::Before)));
    view! {
        <tr>
            <th scope="row" title=move || texts::what(desk.locale(), meter)>{move || texts::name(desk.locale(), meter)}</th>
            <td
                data-testid=format!("meter-{}", meter.name())
                class:before=before
                title=move || before().then(|| tr!(desk, measured_before))
            >
                {value} " " <small>{interval}</small> " " <small class="reference">{reference}</small>
            </td>
            <td><Curve gauge meter/></td>
        </tr>
    }
}

/// Size of a curve, in its own units.
const WIDTH: f32 = 96.0;
const HEIGHT: f32 = 22.0;
/// Room for the dot.
const EDGE: f32 = 3.0;

/// A meter along the family, and where the dial stands on it.
#[component]
fn Curve(gauge: Gauge, meter: Meter) -> impl IntoView {
    let desk = gauge.desk;
    let along = Memo::new(move |_| gauge.along(meter));
    let seeds = Memo::new(move |_| gauge.over_seeds(meter));
    let values = Memo::new(move |_| along.with(|along| along.iter().map(|r| r.map(|r| r.value)).collect::<Vec<_>>()));
    let scale = Memo::new(move |_| Scale::of(&values.read(), &seeds.read()));
    let points = Memo::new(move |_| scale.get().line(&values.read()));
    // Of several seeds the least and the greatest: how much of the curve is chance.
    let band = move || {
        let text = |[x, y]: [f32; 2]| format!("{x:.1},{y:.1}");
        scale.get().band(&seeds.read()).into_iter().map(text).collect::<Vec<_>>().join(" ")
    };
    let line = move || {
        let text = |[x, y]: &[f32; 2]| format!("{x:.1},{y:.1}");
        points.read().iter().flatten().map(text).collect::<Vec<_>>().join(" ")
    };
    let dot = move || {
        let (stand, points) = (gauge.stand()?, points.read());
        let [a, b] = [points.get(stand.low).copied()??, points.get(stand.high).copied()??];
        Some(crate::latent::path::lerp(a, b, stand.t))
    };
    let label = move || {
        let family = desk.page.family().get();
        let each = |(i, reading): (usize, &Option<Reading>)| {
            let (family, reading) = (family.as_ref()?, reading.as_ref()?);
            let value = texts::written(desk.locale(), meter, reading.value);
            Some(format!("{}: {value}", words::member(desk.locale(), family, i)))
        };
        let values = along.read().iter().enumerate().filter_map(each).collect::<Vec<_>>().join("; ");
        tr!(desk, meters_curve, name = texts::name(desk.locale(), meter), values = values)
    };
    view! {
        <svg
            class="spark"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=label
            hidden=move || points.read().iter().flatten().count() < 2
        >
            <title>{label}</title>
            <polygon points=band></polygon>
            <polyline points=line></polyline>
            {move || dot().map(|[x, y]| view! { <circle cx=x cy=y r=EDGE></circle> })}
        </svg>
    }
}

/// How the readings of a row of models lie in a small picture; the lowest is at the bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    low: f32,
    high: f32,
    last: f32,
}

impl Scale {
    fn of(values: &[Option<f32>], seeds: &[Option<[f32; 2]>]) -> Self {
        let all = values.iter().flatten().chain(seeds.iter().flatten().flatten()).filter(|value| value.is_finite());
        let (low, high) = all.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        Self { low, high, last: values.len().saturating_sub(1).max(1) as f32 }
    }

    fn at(self, i: usize, value: f32) -> [f32; 2] {
        let share = if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        [EDGE + (WIDTH - 2.0 * EDGE) * i as f32 / self.last, HEIGHT - EDGE - (HEIGHT - 2.0 * EDGE) * share]
    }

    fn line(self, values: &[Option<f32>]) -> Vec<Option<[f32; 2]>> {
        let finite = |value: &Option<f32>| value.filter(|value| value.is_finite());
        values.iter().enumerate().map(|(i, value)| Some(self.at(i, finite(value)?))).collect()
    }

    /// The outline between the greatest values and the least; nothing for fewer than two models.
    fn band(self, seeds: &[Option<[f32; 2]>]) -> Vec<[f32; 2]> {
        let known = || seeds.iter().enumerate().filter_map(|(i, ends)| Some((i, (*ends)?)));
        let above = known().map(|(i, [_, high])| self.at(i, high));
        let below = known().rev().map(|(i, [low, _])| self.at(i, low));
        if known().count() < 2 { Vec::new() } else { above.chain(below).collect() }
    }
}

/// A finer survey, with a way to stop it.
#[component]
fn Finer(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let session = desk.page.session();
    let fine = Memo::new(move |_| session.surveying().read().as_ref().is_some_and(|survey| survey.columns == FINE));
    let press = move |_| {
        if fine.get_untracked() {
            desk.stop_survey();
        } else {
            desk.survey(FINE);
        }
    };
    view! {
        <button
            class="btn q"
            data-testid="measure-fine"
            disabled=move || !crate::state::session::answers(session.phase().get())
            on:click=press
        >
            {move || if fine.get() { tr!(desk, measure_stop) } else { tr!(desk, measure_fine) }}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_holds_its_curve() {
        let (values, seeds) = (vec![Some(1.0), None, Some(3.0)], vec![Some([0.5, 1.0]), None, Some([3.0, 4.5])]);
        let scale = Scale::of(&values, &seeds);
        assert_eq!((scale.low, scale.high), (0.5, 4.5));
        let band = scale.band(&seeds);
        assert_eq!(band.len(), 4, "there and back");
        let line: Vec<[f32; 2]> = scale.line(&values).into_iter().flatten().collect();
        let within =
            |at: [f32; 2], top: [f32; 2], bottom: [f32; 2]| at[0] == top[0] && (top[1]..=bottom[1]).contains(&at[1]);
        assert!(within(line[0], band[0], band[3]) && within(line[1], band[1], band[2]), "{line:?} {band:?}");
        assert!(scale.band(&[Some([0.0, 1.0])]).is_empty() && scale.band(&[]).is_empty());
        assert_eq!(Scale::of(&[Some(2.0)], &[]).line(&[Some(2.0), Some(f32::NAN)])[1], None);
    }
}
