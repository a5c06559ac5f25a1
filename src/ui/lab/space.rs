//! Data that are points of a plane: their plane and the latent one side by side, the grid of each bent into the other.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::data::points::REACH;
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, paper, sized};
use crate::plots::raster;
use crate::plots::space::{Plane as Flat, draw_planes};
use crate::plots::warp::{Warp, draw_warp};
use crate::protocol::{PixelFormat, Query, Slot};
use crate::spec::Input;
use crate::state::PageStoreFields;
use crate::state::asks::Ask;
use crate::state::pictures::Shared;
use crate::state::session::{Session, SessionStoreFields};
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

/// Nodes of a grid along a side, and how far it reaches in the latent space.
const NODES: u32 = 21;
const PRIOR_REACH: f32 = 3.0;

/// Size of both in a file, in pixels of the page.
const FIGURE: [f32; 2] = [480.0, 240.0];

#[component]
pub fn Space() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let on =
        Memo::new(move |_| session.run().read().as_ref().is_some_and(|run| run.log.spec.model.input == Input::Point));
    // Whenever the model has learnt.
    let weights = Memo::new(move |_| (session.phase().get(), session.weights().get()));
    Effect::new(move |_| {
        weights.with(|_| ());
        if on.get() {
            untrack(|| ask(desk));
        }
    });
    let data = move |session: &Session| session.points.clone();
    let codes = move |session: &Session| session.cloud.as_ref().map(|cloud| Shared::new(cloud.codes.clone()));
    let figure = Callback::new(move |()| figure(desk));
    view! {
        <figure class="space" hidden=move || !on.get()>
            <figcaption class="kept">
                {move || tr!(desk, space_title)} <Keep name="space" figure/>
            </figcaption>
            <div class="pair">
                <Plane
                    id="data-space"
                    name=Signal::derive(move || tr!(desk, space_data))
                    reach=REACH
                    on
                    points=Signal::derive(move || session.with(data))
                    grid=Signal::derive(move || session.warp().get())
                />
                <Plane
                    id="latent-space"
                    name=Signal::derive(move || tr!(desk, space_latent))
                    reach=PRIOR_REACH
                    on
                    points=Signal::derive(move || session.with(codes))
                    grid=Signal::derive(move || session.unwarp().get())
                />
            </div>
        </figure>
    }
}

/// Both planes for a file. Reactive.
fn figure(desk: Desk) -> Option<String> {
    let session = desk.page.session();
    let (points, cloud) = (session.points().get()?, session.cloud().get()?);
    let (data, latent) = (session.warp().get(), session.unwarp().get());
    fn warp(nodes: &Option<Shared<Vec<[f32; 2]>>>) -> Option<Warp<'_>> {
        nodes.as_ref().map(|nodes| Warp { columns: NODES as usize, rows: NODES as usize, nodes })
    }
    let axes = desk.page.axes().get().map(|axis| format!("z{}", axis + 1));
    let planes = [
        Flat {
            name: tr!(desk, space_data),
            axes: ["x", "y"],
            reach: REACH,
            points: &points,
            labels: &cloud.labels,
            warp: warp(&data),
        },
        Flat {
            name: tr!(desk, space_latent),
            axes: [&axes[0], &axes[1]],
            reach: PRIOR_REACH,
            points: &cloud.codes,
            labels: &cloud.labels,
            warp: warp(&latent),
        },
    ];
    paper(sized(FIGURE), tr!(desk, space_title), |area| draw_planes(area, planes, RATIO))
}

fn ask(desk: Desk) {
    if desk.page.session().points().read_untracked().is_none() {
        desk.ask(Slot::Points, Query::Points.into());
    }
    let nodes = |reach: f32| {
        let at = move |i: u32| reach * (2.0 * i as f32 / (NODES - 1) as f32 - 1.0);
        (0..NODES * NODES).flat_map(move |i| [at(i % NODES), at(i / NODES)]).collect::<Vec<f32>>()
    };
    desk.ask(Slot::Warp, Query::Decode { z: nodes(PRIOR_REACH), format: PixelFormat::Floats }.into());
    let buffer = nodes(REACH).iter().flat_map(|v| v.to_le_bytes()).collect();
    desk.ask(Slot::Unwarp, Ask { query: Query::EncodePoints, buffers: vec![buffer] });
}

/// One of the two planes: its points, and the other's grid.
#[component]
fn Plane(
    id: &'static str,
    name: Signal<&'static str>,
    reach: f32,
    on: Memo<bool>,
    points: Signal<Option<Shared<Vec<[f32; 2]>>>>,
    grid: Signal<Option<Shared<Vec<[f32; 2]>>>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let (under, over) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    Effect::new(move |_| {
        let (Some(canvas), Some(points), true) = (under.get(), points.get(), on.get()) else { return };
        let side = (canvas.client_width() as f32 * canvas::ratio()).round().max(1.0) as usize;
        let labels = desk.page.session().cloud().read_untracked().as_ref().map(|cloud| cloud.labels.clone());
        let rgba = raster::scatter(&points, &labels.unwrap_or_default(), side, reach);
        canvas::put(&canvas, &rgba, side as u32, side as u32);
    });
    Effect::new(move |_| {
        let (Some(canvas), true) = (over.get(), on.get()) else { return };
        let (grid, ink) = (grid.get(), Ink::on(desk.theme()));
        let side = canvas.client_width() as f32;
        let Some((area, ratio)) = canvas::figure(canvas, side, side) else { return };
        if let Some(nodes) = &grid {
            draw_warp(&area, reach, Warp { columns: NODES as usize, rows: NODES as usize, nodes }, ink, ratio).ok();
        }
    });
    view! {
        <div class="space-plane" role="img" aria-label=move || name.get() data-testid=id>
            <canvas node_ref=under></canvas>
            <canvas node_ref=over></canvas>
            <span>{move || name.get()}</span>
        </div>
    }
}
