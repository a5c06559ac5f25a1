//! Layers of numbers over the plane: the aggregated posterior against the prior, the nearest class, a painted picture's loss.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::slices::{Job, Moves, follow};
use crate::latent::density::{Density, log_ratio};
use crate::latent::nearest::Buckets;
use crate::latent::place::NEIGHBOURS;
use crate::latent::view::View;
use crate::plots::{heat, surface};
use crate::protocol::Area;
use crate::state::PageStoreFields;
use crate::state::pictures::{Cloud, Shared};
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// Side of a cell, in pixels of the page; the browser smooths between them.
const CELL: f32 = 8.0;

/// Codes to add before the clock is read again.
const AT_ONCE: usize = 500;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Density,
    Regions,
}

/// The layer of the two that is on.
pub fn draw_layer(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let content = Memo::new(move |_| {
        let layers = desk.page.scene().layers().get();
        let kind = match (layers.density, layers.regions) {
            (true, _) => Kind::Density,
            (false, true) => Kind::Regions,
            (false, false) => return None,
        };
        Some((kind, desk.page.session().cloud().get()?))
    });
    follow(node, view, content, Moves::Freely, |(kind, cloud), view| Under::new(*kind, cloud.clone(), view));
}

/// A layer under way.
struct Under {
    cloud: Shared<Cloud>,
    area: Area,
    columns: u32,
    rows: u32,
    work: Work,
}

enum Work {
    Density { density: Density, added: usize },
    Regions { buckets: Buckets, cells: Vec<Option<(u8, f32)>> },
}

impl Under {
    fn new(kind: Kind, cloud: Shared<Cloud>, view: &View) -> Self {
        let (columns, rows) = ((view.width / CELL).ceil() as u32, (view.height / CELL).ceil() as u32);
        let area = view.area();
        let work = match kind {
            Kind::Density => Work::Density { density: Density::new(area, columns, rows), added: 0 },
            Kind::Regions => Work::Regions { buckets: Buckets::new(&cloud.codes), cells: Vec::new() },
        };
        Self { cloud, area, columns, rows, work }
    }

    /// The next row's classes.
    fn row(&self, buckets: &Buckets, row: usize) -> Vec<Option<(u8, f32)>> {
        let Area { min, max } = self.area;
        let y = max[1] - (max[1] - min[1]) * (row as f32 + 0.5) / self.rows as f32;
        let x = |column: u32| min[0] + (max[0] - min[0]) * (column as f32 + 0.5) / self.columns as f32;
        let vote = |column| {
            let (class, votes) = buckets.vote(&self.cloud.codes, &self.cloud.labels, [x(column), y], NEIGHBOURS)?;
            Some((class, votes as f32 / NEIGHBOURS as f32))
        };
        (0..self.columns).map(vote).collect()
    }
}

impl Job for Under {
    fn advance(&mut self) -> bool {
        match &mut self.work {
            Work::Density { density, added } => {
                let end = (*added + AT_ONCE).min(self.cloud.codes.len());
                for index in *added..end {
                    density.add(self.cloud.codes[index], self.cloud.log_var[index]);
                }
                *added = end;
                end == self.cloud.codes.len()
            }
            Work::Regions { cells, .. } if cells.len() as u32 >= self.columns * self.rows => true,
            Work::Regions { buckets, cells } => {
                let row = cells.len() / self.columns.max(1) as usize;
                let (buckets, mut cells) = (std::mem::take(buckets), std::mem::take(cells));
                cells.extend(self.row(&buckets, row));
                self.work = Work::Regions { buckets, cells };
                false
            }
        }
    }

    fn show(self, canvas: &HtmlCanvasElement) {
        let pixels = match self.work {
            Work::Density { density, .. } => {
                let values = density.values(self.cloud.codes.len());
                heat::density(&log_ratio(&values, self.area, self.columns, self.rows))
            }
            Work::Regions { cells, .. } => heat::regions(&cells, self.columns),
        };
        canvas::put(canvas, &pixels, self.columns, self.rows);
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
