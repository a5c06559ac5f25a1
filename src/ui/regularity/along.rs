//! Every meter along the family, as a figure for a file.

use leptos::prelude::*;

use super::gauge::Gauge;
use super::texts;
use crate::i18n::short;
use crate::latent::regularity::report::Meter;
use crate::plots::along::{Panel, draw_along, height};
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, Sheet, paper, sized};
use crate::state::PageStoreFields;
use crate::state::scene::Theme;
use crate::ui::words::tr;

/// Width of the figure, in pixels of the page.
const WIDTH: f32 = 480.0;

/// Reactive: nothing before the family's card is here.
pub fn figure(gauge: Gauge) -> Option<String> {
    let desk = gauge.desk;
    let family = desk.page.family().get()?;
    let l = desk.locale();
    let name =
        |beta: Option<f32>| beta.map_or(tr!(desk, meters_plain).to_owned(), |beta| format!("β = {}", short(l, beta)));
    let models: Vec<String> = family.members.iter().map(|member| name(member.beta)).collect();
    let panel = |meter: Meter| {
        let values: Vec<Option<f32>> = gauge.along(meter).iter().map(|r| r.as_ref().map(|r| r.value)).collect();
        let seeds = gauge.over_seeds(meter);
        let ends = Panel::span(&values, &seeds)?.map(|value| texts::written(l, meter, value));
        Some(Panel { name: texts::name(l, meter).to_owned(), values, seeds, ends })
    };
    let panels: Vec<Panel> = Meter::ALL.into_iter().filter_map(panel).collect();
    let size = sized([WIDTH, height(panels.len())]);
    let draw = |area: &Sheet| draw_along(area, &panels, &models, Ink::on(Theme::Light), RATIO);
    let title = if desk.samples_prior() { tr!(desk, meters_figure) } else { tr!(desk, meters_figure_fitted) };
    paper(size, title, draw).filter(|_| !panels.is_empty())
}
