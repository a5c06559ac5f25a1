//! Painting on the decoded picture: z rolls downhill, by gradients in the engine, to the point that explains the painted
//! picture best.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::canvas;
use super::desk::Desk;
use super::segments::{Segment, Segments};
use super::words::tr;
use crate::i18n::{number, point};
use crate::plots::raster;
use crate::protocol::{Query, Slot};
use crate::spec::{PIXELS, SIDE};
use crate::state::PageStoreFields;
use crate::state::asks::Ask;
use crate::state::pictures::Shared;
use crate::state::session::{SessionStoreFields, answers};

/// Radius of the brush, in pixels of the picture.
const BRUSH: f32 = 1.7;

/// What an untouched pixel counts, of 255: little, so that a few strokes can outweigh seven hundred pixels that z already
/// explains, and enough that the rest of the picture stays one.
const UNTOUCHED: u8 = 38;

/// Steps asked for at once: few, so that the point is seen rolling.
const STEPS: u32 = 4;

/// Below this relative gain it has arrived.
const GAIN: f32 = 1e-4;

/// The loss over the plane is measured when the brush has rested so long, in milliseconds, on a grid of so many cells.
const REST: i32 = 200;
const GRID: (u32, u32) = (40, 30);

/// What a press of the brush does.
#[derive(Clone, Copy, PartialEq)]
enum Brush {
    Ink,
    Erase,
}

#[derive(Clone, PartialEq)]
struct Painting {
    /// Where z was when it began.
    start: [f32; 2],
    /// `PIXELS` bytes each.
    before: Shared<Vec<u8>>,
    picture: Vec<u8>,
    weights: Vec<u8>,
}

/// Painting as it goes on; shared by the overlay and the controls.
#[derive(Clone, Copy)]
pub struct Paint {
    desk: Desk,
    painting: RwSignal<Option<Painting>>,
    brush: RwSignal<Brush>,
    /// The highest loss since painting began, and the last one, in nats.
    losses: RwSignal<Option<[f32; 2]>>,
    /// The keyboard's brush, and whether it paints.
    cursor: RwSignal<Option<([f32; 2], bool)>>,
    last: StoredValue<Option<[f32; 2]>>,
    resting: StoredValue<Option<i32>>,
}

impl Paint {
    pub fn new(desk: Desk) -> Self {
        let paint = Self {
            desk,
            painting: RwSignal::new(None),
            brush: RwSignal::new(Brush::Ink),
            losses: RwSignal::new(None),
            cursor: RwSignal::new(None),
            last: StoredValue::new(None),
            resting: StoredValue::new(None),
        };
        paint.follow();
        paint
    }

    /// Reactive.
    pub fn on(self) -> bool {
        self.painting.read().is_some()
    }

    fn begin(self) {
        let session = self.desk.page.session();
        let decoded = session.decoded().get_untracked().filter(|_| answers(session.phase().get_untracked()));
        let Some(decoded) = decoded.filter(|decoded| decoded.pixels.len() == PIXELS) else { return };
        let start = untrack(|| self.desk.z());
        let picture = decoded.pixels.to_vec();
        let painting = Painting { start, before: decoded.pixels, picture, weights: vec![UNTOUCHED; PIXELS] };
        session.descent().set(None);
        self.losses.set(None);
        self.desk.page.trail().set(vec![start]);
        self.painting.set(Some(painting));
    }

    pub fn end(self) {
        if self.painting.try_update(Option::take).flatten().is_some() {
            self.leave();
        }
    }

    fn leave(self) {
        self.cursor.set(None);
        self.losses.set(None);
        self.desk.page.trail().set(Vec::new());
        self.desk.page.session().update(|session| (session.descent, session.surface) = (None, None));
        self.desk.settle();
    }

    /// The picture as it was, and the point where it was.
    fn reset(self) {
        if let Some(painting) = self.painting.try_update(Option::take).flatten() {
            self.desk.go_to(painting.start);
            self.leave();
            let (start, before) = (painting.start, painting.before);
            let (picture, weights) = (before.to_vec(), vec![UNTOUCHED; PIXELS]);
            self.desk.page.trail().set(vec![start]);
            self.painting.set(Some(Painting { start, before, picture, weights }));
        }
    }

    /// Each answer moves the point; as long as that helps, the next question leaves from there.
    fn follow(self) {
        let session = self.desk.page.session();
        let descent = Memo::new(move |_| session.descent().get());
        Effect::new(move |_| {
            let Some(descent) = descent.get().filter(|_| self.painting.read_untracked().is_some()) else { return };
            let (Some(&z), Some(&first), Some(&last)) =
                (descent.trail.last(), descent.loss.first(), descent.loss.last())
            else {
                return;
            };
            self.desk.page.trail().update(|trail| trail.extend(descent.trail.iter().skip(1)));
            self.losses.update(|losses| *losses = Some([losses.map_or(first, |[began, _]| began.max(first)), last]));
            self.desk.go_to(z);
            if last < first - GAIN * first.abs() {
                self.roll(z);
            }
        });
        let escape = window_event_listener(leptos::ev::keydown, move |event| {
            if event.key() == "Escape" {
                self.end();
            }
        });
        // As long as the page.
        std::mem::forget(escape);
        // Another model, or none: what was painted is of this one's picture no more.
        let ready = Memo::new(move |_| (answers(session.phase().get()), session.model().get()));
        Effect::new(move |before: Option<()>| {
            ready.track();
            if before.is_some() {
                untrack(|| self.end());
            }
        });
    }

    fn roll(self, z: [f32; 2]) {
        if let Some(buffers) = self.buffers() {
            self.desk.ask(Slot::Paint, Ask { query: Query::Roll { z: z.to_vec(), steps: STEPS }, buffers });
        }
    }

    fn buffers(self) -> Option<Vec<Vec<u8>>> {
        self.painting.with_untracked(|painting| {
            painting.as_ref().map(|painting| vec![painting.picture.clone(), painting.weights.clone()])
        })
    }

    fn stroke(self, from: [f32; 2], to: [f32; 2]) {
        let value = if self.brush.get_untracked() == Brush::Ink { 255.0 } else { 0.0 };
        self.painting.update(|painting| {
            let Some(painting) = painting else { return };
            for i in 0..PIXELS {
                let middle = [(i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5];
                let (_, distance) = crate::latent::path::along(from, to, middle);
                let cover = (BRUSH + 0.5 - distance).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let there = f32::from(painting.picture[i]);
                    painting.picture[i] = (there + (value - there) * cover).round() as u8;
                    painting.weights[i] = painting.weights[i].max((255.0 * cover) as u8);
                }
            }
        });
        self.roll(untrack(|| self.desk.z()));
        self.measure_after_rest();
    }

    fn measure_after_rest(self) {
        if let Some(waiting) = self.resting.get_value() {
            window().clear_timeout_with_handle(waiting);
        }
        let ask = move || {
            if let (Some(view), Some(buffers)) = (untrack(|| self.desk.view()), self.buffers()) {
                let query = Query::Surface { area: view.area(), columns: GRID.0, rows: GRID.1 };
                self.desk.ask(Slot::Surface, Ask { query, buffers });
            }
        };
        self.resting.set_value(super::preferences::later(REST, ask));
    }

    fn down(self, event: &PointerEvent) {
        if let Some(at) = place(event).filter(|_| event.button() == 0) {
            let element: web_sys::Element = event_target(event);
            element.set_pointer_capture(event.pointer_id()).ok();
            self.last.set_value(Some(at));
            self.stroke(at, at);
        }
    }

    fn moved(self, event: &PointerEvent) {
        if let (Some(from), Some(to)) = (self.last.get_value(), place(event)) {
            self.last.set_value(Some(to));
            self.stroke(from, to);
        }
    }

    fn key(self, event: &KeyboardEvent) {
        let (at, down) = self.cursor.get_untracked().unwrap_or(([SIDE as f32 / 2.0; 2], false));
        let [dx, dy] = match event.key().as_str() {
            "ArrowLeft" => [-1.0, 0.0],
            "ArrowRight" => [1.0, 0.0],
            "ArrowUp" => [0.0, -1.0],
            "ArrowDown" => [0.0, 1.0],
            " " => [0.0, 0.0],
            _ => return,
        };
        event.prevent_default();
        let to = [at[0] + dx, at[1] + dy].map(|x| x.clamp(0.5, SIDE as f32 - 0.5));
        let down = down != (event.key() == " ");
        self.cursor.set(Some((to, down)));
        if down {
            self.stroke(at, to);
        }
    }
}

/// Where a pointer is, in pixels of the picture.
fn place(event: &PointerEvent) -> Option<[f32; 2]> {
    let element: web_sys::Element = event_target(event);
    let rect = element.get_bounding_client_rect();
    let part = |client: i32, start: f64, size: f64| ((f64::from(client) - start) / size * SIDE as f64) as f32;
    let wide = rect.width() > 0.0 && rect.height() > 0.0;
    wide.then(|| [part(event.client_x(), rect.left(), rect.width()), part(event.client_y(), rect.top(), rect.height())])
}

/// The picture that is painted on, over the decoded one.
#[component]
pub fn Overlay(paint: Paint) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        paint.painting.with(|painting| {
            if let (Some(painting), Some(canvas)) = (painting, node.get()) {
                let rgba = raster::painted(&painting.picture, &painting.weights, UNTOUCHED);
                canvas::put(&canvas, &rgba, SIDE as u32, SIDE as u32);
            }
        });
    });
    let spot = move |axis: usize| paint.cursor.get().map(|(at, _)| format!("{}%", 100.0 * at[axis] / SIDE as f32));
    view! {
        <div class="painting" hidden=move || !paint.on()>
            <canvas
                node_ref=node
                width="28"
                height="28"
                tabindex="0"
                role="application"
                data-testid="paint-canvas"
                aria-label=move || tr!(desk, paint_canvas)
                on:pointerdown=move |event| paint.down(&event)
                on:pointermove=move |event| paint.moved(&event)
                on:pointerup=move |_| paint.last.set_value(None)
                on:pointercancel=move |_| paint.last.set_value(None)
                on:keydown=move |event| paint.key(&event)
            ></canvas>
            <span
                class="pen"
                class:down=move || paint.cursor.get().is_some_and(|(_, down)| down)
                hidden=move || paint.cursor.get().is_none()
                style:left=move || spot(0)
                style:top=move || spot(1)
            ></span>
        </div>
    }
}

/// Begin, the two brushes, what it has come to, back, done.
#[component]
pub fn Controls(paint: Paint) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let on = Memo::new(move |_| paint.on());
    let can = Memo::new(move |_| answers(session.phase().get()) && session.decoded().read().is_some());
    let decoded = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let now = session.decoded().get().filter(|_| on.get());
        if let Some(now) = now.filter(|now| now.pixels.len() == PIXELS) {
            canvas::picture(decoded, &now.pixels);
        }
    });
    let said = move || {
        let start = paint.painting.with(|painting| painting.as_ref().map(|painting| painting.start))?;
        let nats = |value: f32| number(desk.locale(), value, 1);
        Some(match paint.losses.get() {
            Some([first, last]) => tr!(
                desk,
                paint_said,
                from = point(desk.locale(), start),
                to = point(desk.locale(), desk.z()),
                first = nats(first),
                last = nats(last)
            ),
            None => tr!(desk, paint_hint).to_owned(),
        })
    };
    let loss = move || paint.losses.get().map(|[_, last]| last);
    view! {
        <div class="paint">
            <button
                class="btn q small"
                data-testid="paint"
                title=move || tr!(desk, paint_what)
                hidden=on
                disabled=move || !can.get()
                on:click=move |_| paint.begin()
            >
                {move || tr!(desk, paint)}
            </button>
            <Show when=move || on.get()>
                <div class="row">
                    <Segments
                        group="paint-brush"
                        label=Signal::derive(move || tr!(desk, paint_brush))
                        segments=vec![
                            Segment {
                                value: Brush::Ink,
                                id: "paint-ink",
                                name: Signal::derive(move || tr!(desk, paint_ink)),
                                what: Signal::derive(move || tr!(desk, paint_ink_what)),
                            },
                            Segment {
                                value: Brush::Erase,
                                id: "paint-erase",
                                name: Signal::derive(move || tr!(desk, paint_erase)),
                                what: Signal::derive(move || tr!(desk, paint_erase_what)),
                            },
                        ]
                        chosen=Signal::derive(move || paint.brush.get())
                        choose=Callback::new(move |brush| paint.brush.set(brush))
                    />
                    <button class="btn q small" data-testid="paint-reset" on:click=move |_| paint.reset()>
                        {move || tr!(desk, paint_reset)}
                    </button>
                    <button class="btn small" data-testid="paint-done" on:click=move |_| paint.end()>
                        {move || tr!(desk, paint_done)}
                    </button>
                </div>
                <p class="said">
                    <canvas node_ref=decoded width="28" height="28" aria-hidden="true"></canvas>
                    <span role="status" data-testid="paint-said" data-loss=loss>{said}</span>
                </p>
            </Show>
        </div>
    }
}
