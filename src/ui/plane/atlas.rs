//! The decoded plane: a picture of the whole under tiles, as on a street map. Tiles are decoded when they come into
//! sight, the middle first; until one is there, a coarser or finer one stands in, scaled.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::slices::{Job, Moves, follow};
use crate::latent::tiles::{self, CELLS, Cache, Tile};
use crate::latent::view::View;
use crate::plots::raster;
use crate::protocol::{Area, Phase};
use crate::state::PageStoreFields;
use crate::state::pictures::Atlas;
use crate::state::session::{SessionStoreFields, answers};
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// What the tiles may take of the browser's memory: three hundred of those with 28 pixels a picture, ten screens full.
const BUDGET: usize = 64 << 20;

/// So many levels coarser a tile may still stand in for one that is not there.
const COARSER: i32 = 4;

type Tiles = StoredValue<Cache<HtmlCanvasElement>, LocalStorage>;

/// Draws the plane and keeps asking for what it lacks.
pub fn draw(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let session = desk.page.session();
    let tiles: Tiles = StoredValue::new_local(Cache::new(BUDGET));
    let out = StoredValue::new(None::<Tile>);
    let arrived = RwSignal::new(0u32);
    let weights = Memo::new(move |_| (session.weights().get(), session.model().get()));
    let phase = Memo::new(move |_| session.phase().get());
    let base = Memo::new(move |_| session.atlas().get());

    // Other weights: what was decoded is of another model.
    Effect::new(move |_| {
        weights.with(|_| ());
        phase.with(|_| ());
        tiles.update_value(Cache::clear);
        out.set_value(None);
        arrived.update(|n| *n += 1);
    });
    let tile = Memo::new(move |_| session.tile().get());
    Effect::new(move |_| {
        let Some(atlas) = tile.get() else { return };
        if let Some(asked) = out.get_value().filter(|asked| asked.area() == atlas.area) {
            out.set_value(None);
            if let Some(picture) = bitmap(&atlas) {
                // RGBA.
                let bytes = atlas.width() * atlas.height() * 4;
                tiles.update_value(|tiles| tiles.put(asked, picture, bytes));
            }
            arrived.update(|n| *n += 1);
        }
    });
    Effect::new(move |_| {
        arrived.track();
        let Some(view) = view.get().filter(|_| answers(phase.get())) else { return };
        // Snapshots bring the plane while a model trains; more would be out of date before it is there.
        let brought = phase.get() == Phase::Training
            && base.with(|base| base.as_ref().is_some_and(|base| covers(base.area, view.area())));
        if brought || out.get_value().is_some() {
            return;
        }
        let wanted = tiles::cover(view.area(), tiles::level(view.scale(), desk.format().side));
        let missing = tiles.with_value(|tiles| wanted.into_iter().find(|tile| !tiles.has(*tile)));
        if let Some(missing) = missing {
            out.set_value(Some(missing));
            desk.ask_tile(missing.area(), CELLS);
        }
    });
    let ground = StoredValue::new_local(None::<(Area, HtmlCanvasElement)>);
    let laid = Memo::new(move |_| {
        let base = base.get();
        ground.set_value(base.as_ref().and_then(|base| Some((base.area, bitmap(base)?))));
        base
    });
    // Before anything is there to be seen, the picture of the page's start is.
    let seen = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or(false) || base.with(Option::is_some) || tile.with(Option::is_some)
    });
    let content = Memo::new(move |_| seen.get().then(|| (laid.get(), arrived.get())));
    let side = move || untrack(|| desk.format().side);
    follow(node, view, content, Moves::Freely, move |_, view| Drawing { ground, tiles, view: *view, side: side() });
}

/// The plane on its way to the canvas.
struct Drawing {
    ground: StoredValue<Option<(Area, HtmlCanvasElement)>, LocalStorage>,
    tiles: Tiles,
    view: View,
    /// Of a picture.
    side: usize,
}

impl Job for Drawing {
    fn advance(&mut self) -> bool {
        true
    }

    fn show(self, canvas: &HtmlCanvasElement) {
        let (view, ratio) = (self.view, canvas::ratio());
        canvas::resize(canvas, (view.width * ratio).round() as u32, (view.height * ratio).round() as u32);
        let Some(context) = canvas::context(canvas) else { return };
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        let sheet = Sheet { context, view, ratio };
        self.ground.with_value(|ground| ground.iter().for_each(|(area, picture)| sheet.lay(*area, picture)));
        self.tiles.update_value(|tiles| {
            for tile in to_draw(&view, self.side, tiles) {
                if let Some(picture) = tiles.get(tile) {
                    sheet.lay(tile.area(), picture);
                }
            }
        });
    }
}

/// The tiles that are there for a view, coarse before fine: of each that is not, the finest coarser one.
fn to_draw(view: &View, side: usize, tiles: &Cache<HtmlCanvasElement>) -> Vec<Tile> {
    let mut drawn: Vec<Tile> = Vec::new();
    for tile in tiles::cover(view.area(), tiles::level(view.scale(), side)) {
        let line = std::iter::successors(Some(tile), |tile| Some(tile.parent())).take(COARSER as usize + 1);
        let there = line.into_iter().find(|tile| tiles.has(*tile));
        drawn.extend(there.filter(|there| !drawn.contains(there)));
    }
    drawn.sort_by_key(|tile| tile.level);
    drawn
}

/// Where pictures of the plane are laid.
struct Sheet {
    context: CanvasRenderingContext2d,
    view: View,
    ratio: f32,
}

impl Sheet {
    /// Whole pixels, so that no seam shows between neighbours.
    fn lay(&self, area: Area, picture: &HtmlCanvasElement) {
        let pixel = |z| self.view.to_pixel(z).map(|p| f64::from(p * self.ratio).round());
        let ([left, top], [right, bottom]) = (pixel([area.min[0], area.max[1]]), pixel([area.max[0], area.min[1]]));
        let drawn = self.context.draw_image_with_html_canvas_element_and_dw_and_dh(
            picture,
            left,
            top,
            right - left,
            bottom - top,
        );
        if let Err(why) = drawn {
            web_sys::console::error_1(&why);
        }
    }
}

fn covers(area: Area, seen: Area) -> bool {
    (0..2).all(|axis| area.min[axis] <= seen.min[axis] && area.max[axis] >= seen.max[axis])
}

fn bitmap(atlas: &Atlas) -> Option<HtmlCanvasElement> {
    let canvas = canvas::blank(1, 1).ok()?;
    canvas::put(&canvas, &raster::atlas(atlas), atlas.width() as u32, atlas.height() as u32);
    Some(canvas)
}
