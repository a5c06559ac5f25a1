//! Layers of numbers over the plane: the aggregated posterior against the prior, the nearest class, how fast the decoding
//! changes and how far off it is encoded again, a painted picture's loss.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::slices::{Job, Moves, follow};
use crate::latent::density::{Density, log_ratio};
use crate::latent::nearest::Buckets;
use crate::latent::place::asked;
use crate::latent::regularity::frame::{REACH, cell_centre};
use crate::latent::regularity::returns::distances;
use crate::latent::regularity::slopes::slopes;
use crate::latent::regularity::sureness::Sureness;
use crate::latent::regularity::{Frame, Metric, Survey, Unit};
use crate::latent::view::View;
use crate::plots::{heat, surface};
use crate::protocol::Area;
use crate::state::PageStoreFields;
use crate::state::pictures::{Cloud, Shared};
use crate::state::scene::{Cover, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// Side of a cell, in pixels of the page; the browser smooths between them.
const CELL: f32 = 8.0;

/// Codes to add before the clock is read again.
const AT_ONCE: usize = 500;

/// What a layer is made of.
#[derive(Clone, PartialEq)]
enum Source {
    Density(Shared<Cloud>),
    Regions(Shared<Cloud>),
    /// What slopes are of; they are counted per σ of the codes.
    Slopes(Shared<Survey>, Metric),
    Returns(Shared<Survey>),
    Sureness(Shared<Sureness>),
}

/// The layer of these that is on.
pub fn draw_layer(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let content = Memo::new(move |_| {
        let layers = desk.page.scene().layers().get();
        let session = desk.page.session();
        Some(match layers.cover? {
            Cover::Density => Source::Density(session.cloud().get()?),
            Cover::Regions => Source::Regions(session.cloud().get()?),
            Cover::Continuity => {
                let metric = if desk.page.scene().nats().get() { Metric::Fisher } else { Metric::Pixels };
                Source::Slopes(session.survey().get()?, metric)
            }
            Cover::Completeness => Source::Returns(session.survey().get()?),
            Cover::Confidence => Source::Sureness(session.sureness().get()?),
        })
    });
    follow(node, view, content, Moves::Freely, Under::new);
}

/// A layer under way.
struct Under {
    area: Area,
    columns: u32,
    rows: u32,
    work: Work,
}

enum Work {
    Density {
        cloud: Shared<Cloud>,
        density: Density,
        added: usize,
    },
    Regions {
        cloud: Shared<Cloud>,
        buckets: Buckets,
        cells: Vec<Option<(u8, f32)>>,
    },
    /// What the survey's cells hold, and its colours.
    Survey {
        survey: Shared<Survey>,
        values: Vec<f32>,
        shade: fn(&[Option<f32>]) -> Vec<u8>,
    },
    Sureness(Shared<Sureness>),
}

impl Under {
    fn new(source: &Source, view: &View) -> Self {
        let (columns, rows) = ((view.width / CELL).ceil() as u32, (view.height / CELL).ceil() as u32);
        let area = view.area();
        let work = match source {
            Source::Regions(cloud) => {
                Work::Regions { cloud: cloud.clone(), buckets: Buckets::new(&cloud.codes), cells: Vec::new() }
            }
            Source::Density(cloud) => {
                Work::Density { cloud: cloud.clone(), density: Density::new(area, columns, rows), added: 0 }
            }
            Source::Slopes(survey, metric) => {
                let shade = match metric {
                    Metric::Pixels => heat::slopes,
                    Metric::Fisher => heat::nats_of,
                };
                Work::Survey { survey: survey.clone(), values: slopes(survey, *metric, Unit::Codes), shade }
            }
            Source::Sureness(sureness) => Work::Sureness(sureness.clone()),
            Source::Returns(survey) => {
                Work::Survey { survey: survey.clone(), values: distances(survey), shade: heat::returns }
            }
        };
        Self { area, columns, rows, work }
    }

    /// The centre of a cell.
    fn at(&self, column: u32, row: u32) -> [f32; 2] {
        cell_centre(self.area, self.columns as usize, self.rows as usize, (row * self.columns + column) as usize)
    }

    /// What is known of the cells within a disc: in the corners of a frame's square hardly a sample falls.
    fn within(&self, frame: &Frame, value: impl Fn([f32; 2]) -> Option<f32>) -> Vec<Option<f32>> {
        let cells = (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (column, row)));
        let known = |(column, row)| Some(self.at(column, row)).filter(|z| frame.radius(*z) <= REACH).and_then(&value);
        cells.map(known).collect()
    }

    /// The next row's classes.
    fn row(&self, cloud: &Cloud, buckets: &Buckets, row: usize) -> Vec<Option<(u8, f32)>> {
        let vote = |column| {
            let asked = asked(cloud.codes.len());
            let (class, votes) = buckets.vote(&cloud.codes, &cloud.labels, self.at(column, row as u32), asked)?;
            Some((class, votes as f32 / asked as f32))
        };
        (0..self.columns).map(vote).collect()
    }
}

impl Job for Under {
    fn advance(&mut self) -> bool {
        match &mut self.work {
            Work::Density { cloud, density, added } => {
                let end = (*added + AT_ONCE).min(cloud.codes.len());
                for index in *added..end {
                    density.add(cloud.codes[index], cloud.log_var[index]);
                }
                *added = end;
                end == cloud.codes.len()
            }
            Work::Regions { cells, .. } if cells.len() as u32 >= self.columns * self.rows => true,
            Work::Regions { cloud, buckets, cells } => {
                let row = cells.len() / self.columns.max(1) as usize;
                let (cloud, buckets, mut cells) = (cloud.clone(), std::mem::take(buckets), std::mem::take(cells));
                cells.extend(self.row(&cloud, &buckets, row));
                self.work = Work::Regions { cloud, buckets, cells };
                false
            }
            Work::Survey { .. } | Work::Sureness(_) => true,
        }
    }

    fn show(self, canvas: &HtmlCanvasElement) {
        let (columns, rows) = (self.columns, self.rows);
        let pixels = match &self.work {
            Work::Density { cloud, density, .. } => {
                let values = density.values(cloud.codes.len());
                heat::density(&log_ratio(&values, self.area, columns, rows))
            }
            Work::Regions { cells, .. } => heat::regions(cells, columns),
            Work::Survey { survey, values, shade } => {
                let value = |z: [f32; 2]| survey.cell_at(z).map(|cell| values[cell]);
                shade(&self.within(&survey.frame, value))
            }
            Work::Sureness(sureness) => heat::sureness(&self.within(&sureness.frame, |z| sureness.at(z))),
        };
        canvas::put(canvas, &pixels, columns, rows);
    }
}

/// The loss of a painted picture, where the engine has measured it.
pub fn draw_surface(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let measured = Memo::new(move |_| desk.page.session().surface().get());
    Effect::new(move |_| {
        let Some(canvas) = node.get() else { return };
        match measured.get() {
            Some(grid) => canvas::put(&canvas, &surface::shade(&grid.values), grid.columns, grid.rows),
            None => canvas::put(&canvas, &[0; 4], 1, 1),
        }
    });
    Effect::new(move |_| {
        let (Some(canvas), Some(view), Some(grid)) = (node.get(), view.get(), measured.get()) else { return };
        let [left, top] = view.to_pixel([grid.area.min[0], grid.area.max[1]]);
        let [right, bottom] = view.to_pixel([grid.area.max[0], grid.area.min[1]]);
        canvas::style(
            &canvas,
            &[
                ("width", format!("{}px", right - left)),
                ("height", format!("{}px", bottom - top)),
                ("transform", format!("translate({left}px, {top}px)")),
            ],
        );
    });
}
