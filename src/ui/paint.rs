//! Painting on the decoded picture: z rolls downhill, by gradients in the engine, to the point that explains the painted
//! picture best.

use leptos::html::{Button, Canvas};
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::canvas;
use super::desk::Desk;
use super::encode::Colour;
use super::segments::{Segment, Segments};
use super::words::tr;
use crate::i18n::{number, point};
use crate::plots::raster;
use crate::protocol::{Query, Slot};
use crate::spec::Format;
use crate::state::PageStoreFields;
use crate::state::asks::Ask;
use crate::state::painting::{self, Brush, Heard, Losses, Painting};
use crate::state::pictures::{Descent, Shared};
use crate::state::scene::SceneStoreFields;
use crate::state::session::{SessionStoreFields, answers};

/// Steps asked for at once: few, so that the point is seen rolling.
const STEPS: u32 = 4;

/// The loss over the plane is measured when brush and view have rested so long, in milliseconds, on a grid of so many
/// cells.
const REST: i32 = 150;
const GRID: (u32, u32) = (40, 30);

/// What painting began with, to go back to.
#[derive(Clone, PartialEq)]
struct Began {
    z: [f32; 2],
    picture: Shared<Vec<u8>>,
}

/// Painting as it goes on; shared by the overlay and the controls. It is going on as long as `page.trail` has a point:
/// the way that z rolls, from where it began to where it is now.
#[derive(Clone, Copy)]
pub struct Paint {
    desk: Desk,
    painting: RwSignal<Option<Painting>>,
    began: StoredValue<Option<Began>>,
    brush: RwSignal<Brush>,
    /// Of the brush, on pictures in colour.
    colour: RwSignal<String>,
    losses: RwSignal<Option<Losses>>,
    /// Where rolling last put the handle: elsewhere, somebody else has it.
    left: RwSignal<[f32; 2]>,
    /// Whether an answer is awaited that may move z.
    rolling: RwSignal<bool>,
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
            began: StoredValue::new(None),
            brush: RwSignal::new(Brush::Ink),
            colour: RwSignal::new("#ffffff".to_owned()),
            losses: RwSignal::new(None),
            left: RwSignal::new([0.0; 2]),
            rolling: RwSignal::new(false),
            cursor: RwSignal::new(None),
            last: StoredValue::new(None),
            resting: StoredValue::new(None),
        };
        paint.follow_answers();
        paint.follow_page();
        paint
    }

    /// Reactive.
    pub fn on(self) -> bool {
        self.painting.read().is_some()
    }

    /// Reactive: whether there is a stroke for z to roll to.
    fn going(self) -> bool {
        self.painting.read().as_ref().is_some_and(Painting::touched) && !self.desk.page.trail().read().is_empty()
    }

    /// Reactive: whether the handle is not where rolling left it, so that rolling from there may end elsewhere.
    fn elsewhere(self) -> bool {
        self.going() && self.left.get() != self.desk.z()
    }

    fn begin(self) {
        let session = self.desk.page.session();
        let decoded = session.decoded().get_untracked().filter(|_| answers(session.phase().get_untracked()));
        if let Some(decoded) = decoded {
            self.start(Began { z: untrack(|| self.desk.z()), picture: decoded.pixels });
        }
    }

    /// The picture as it was, and the point where it was.
    fn reset(self) {
        if let Some(began) = self.began.get_value() {
            self.desk.go_to(began.z);
            self.start(began);
        }
    }

    fn start(self, began: Began) {
        self.forget();
        // As fine as the view has it now, which may not be as fine as it was.
        self.depart(untrack(|| self.desk.z()));
        self.painting.set(Some(Painting::on(began.picture.to_vec())));
        self.began.set_value(Some(began));
    }

    /// A way begins where the handle is.
    fn depart(self, z: [f32; 2]) {
        self.left.set(z);
        self.losses.set(None);
        self.desk.page.trail().set(vec![z]);
    }

    fn forget(self) {
        self.painting.set(None);
        self.began.set_value(None);
        self.losses.set(None);
        self.rolling.set(false);
        self.cursor.set(None);
        self.last.set_value(None);
        self.desk.page.session().update(|session| (session.descent, session.surface) = (None, None));
    }

    /// Each answer moves the point; as long as that helps, the next question leaves from there.
    fn follow_answers(self) {
        let session = self.desk.page.session();
        let descent = Memo::new(move |_| session.descent().get());
        Effect::new(move |_| {
            if let Some(descent) = descent.get() {
                untrack(|| self.hear(&descent));
            }
        });
        // A measurement that was on its way when painting ended, or began anew.
        let surface = Memo::new(move |_| session.surface().get());
        Effect::new(move |_| {
            if surface.get().is_some() && !untrack(|| self.going()) {
                session.surface().set(None);
            }
        });
    }

    /// What the page does meanwhile.
    fn follow_page(self) {
        let page = self.desk.page;
        // Escape, undoing, or this tool's own button.
        let over = Memo::new(move |_| page.trail().read().is_empty());
        Effect::new(move |_| {
            if over.get() && untrack(|| self.on()) {
                self.forget();
            }
        });
        // Another model, none, or another handle: what was painted is of this one's picture no more.
        let whose = Memo::new(move |_| {
            let active = page.scene().handles().read().active();
            (answers(page.session().phase().get()), page.session().model().get(), active)
        });
        Effect::new(move |before: Option<()>| {
            whose.with(|_| ());
            if before.is_some() {
                self.end();
            }
        });
        // The same that has learnt, or asks that were forgotten in a new phase.
        let learnt = Memo::new(move |_| (page.session().phase().get(), page.session().weights().get()));
        Effect::new(move |before: Option<()>| {
            learnt.with(|_| ());
            if before.is_some() {
                // What was lost by weights of before is no measure any more.
                self.losses.set(None);
                self.roll();
                self.measure_after_rest();
            }
        });
        let view = Memo::new(move |_| self.desk.view());
        Effect::new(move |_| {
            view.with(|_| ());
            self.measure_after_rest();
        });
    }

    pub fn end(self) {
        self.desk.leave_painting();
    }

    fn hear(self, descent: &Descent) {
        if !self.going() || self.elsewhere() {
            self.rolling.set(false);
            return;
        }
        let mut trail = self.desk.page.trail().get_untracked();
        let heard = self.losses.try_update(|losses| painting::hear(&mut trail, losses, descent));
        if let Some(Heard::Fell | Heard::Arrived) = heard
            && let Some(&z) = trail.last()
        {
            self.desk.page.trail().set(trail);
            self.desk.go_to(z);
            self.left.set(self.desk.z());
        }
        match heard {
            Some(Heard::Fell | Heard::Elsewhere) => self.roll(),
            Some(Heard::Arrived) | None => self.rolling.set(false),
        }
    }

    /// On from where the way is; or on another way, from where somebody has put the handle.
    fn roll(self) {
        if !untrack(|| self.going()) {
            return;
        }
        if untrack(|| self.elsewhere()) {
            self.depart(untrack(|| self.desk.z()));
        }
        let now = self.desk.page.trail().read_untracked().last().copied();
        if let Some(z) = now {
            self.rolling.set(true);
            self.ask(Slot::Paint, Query::Roll { z: z.to_vec(), steps: STEPS });
        }
    }

    /// Of the picture that is painted on. Not reactive.
    fn format(self) -> Format {
        self.painting.with_untracked(|painting| painting.as_ref().map_or(Format::GREY_28, |painting| painting.format))
    }

    /// A question about the painting, once there is something on it.
    fn ask(self, slot: Slot, query: Query) {
        let painting = self.painting.get_untracked().filter(|_| untrack(|| self.going()));
        if let Some(Painting { picture, weights, .. }) = painting {
            self.desk.ask(slot, Ask { query, buffers: vec![picture, weights] });
        }
    }

    fn stroke(self, from: [f32; 2], to: [f32; 2]) {
        let colour = self.format().is_colour().then(|| rgb(&self.colour.get_untracked())).flatten();
        let brush = match (self.brush.get_untracked(), colour) {
            (Brush::Ink, Some(colour)) => Brush::Colour(colour),
            (brush, _) => brush,
        };
        self.painting.update(|painting| painting.iter_mut().for_each(|painting| painting.stroke(brush, from, to)));
        self.roll();
        self.measure_after_rest();
    }

    fn measure_after_rest(self) {
        if let Some(waiting) = self.resting.get_value() {
            window().clear_timeout_with_handle(waiting);
        }
        let measure = move || {
            if let Some(view) = untrack(|| self.desk.view()) {
                self.ask(Slot::Surface, Query::Surface { area: view.area(), columns: GRID.0, rows: GRID.1 });
            }
        };
        self.resting.set_value(untrack(|| self.on()).then(|| super::preferences::later(REST, measure)).flatten());
    }

    fn down(self, event: &PointerEvent) {
        if let Some(at) = self.place(event).filter(|_| event.button() == 0 && event.is_primary()) {
            let element: web_sys::Element = event_target(event);
            element.set_pointer_capture(event.pointer_id()).ok();
            self.last.set_value(Some(at));
            self.stroke(at, at);
        }
    }

    fn moved(self, event: &PointerEvent) {
        if let (Some(from), Some(to), true) = (self.last.get_value(), self.place(event), event.is_primary()) {
            self.last.set_value(Some(to));
            self.stroke(from, to);
        }
    }

    /// Where a pointer is, in pixels of the picture.
    fn place(self, event: &PointerEvent) -> Option<[f32; 2]> {
        let element: web_sys::Element = event_target(event);
        let (rect, side) = (element.get_bounding_client_rect(), self.format().side as f64);
        let part = |client: i32, start: f64, size: f64| ((f64::from(client) - start) / size * side) as f32;
        let (x, y) = (event.client_x(), event.client_y());
        let wide = rect.width() > 0.0 && rect.height() > 0.0;
        wide.then(|| [part(x, rect.left(), rect.width()), part(y, rect.top(), rect.height())])
    }

    fn key(self, event: &KeyboardEvent) {
        let side = self.format().side as f32;
        let (at, down) = self.cursor.get_untracked().unwrap_or(([side / 2.0; 2], false));
        let [dx, dy] = match event.key().as_str() {
            "ArrowLeft" => [-1.0, 0.0],
            "ArrowRight" => [1.0, 0.0],
            "ArrowUp" => [0.0, -1.0],
            "ArrowDown" => [0.0, 1.0],
            " " => [0.0, 0.0],
            _ => return,
        };
        event.prevent_default();
        let to = [at[0] + dx, at[1] + dy].map(|x| x.clamp(0.5, side - 0.5));
        let down = down != (event.key() == " ");
        self.cursor.set(Some((to, down)));
        if down {
            self.stroke(at, to);
        }
    }
}

/// The picture that is painted on, over the decoded one.
#[component]
pub fn Overlay(paint: Paint) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let node = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        paint.painting.with(|painting| {
            if let (Some(painting), Some(canvas)) = (painting, node.get()) {
                let side = painting.format.side as u32;
                canvas::put(&canvas, &raster::painted(painting), side, side);
            }
        });
    });
    let on = Memo::new(move |_| paint.on());
    Effect::new(move |before: Option<bool>| {
        if on.get() && before == Some(false) {
            canvas::after_drawing(move || {
                node.get_untracked().iter().for_each(|canvas| canvas.focus().unwrap_or_default())
            });
        }
        on.get()
    });
    let spot = move |axis: usize| {
        paint.cursor.get().map(|(at, _)| format!("{}%", 100.0 * at[axis] / paint.format().side as f32))
    };
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
    let can = Memo::new(move |_| {
        answers(session.phase().get()) && session.decoded().read().is_some() && session.model().get().takes_pictures()
    });
    let decoded = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let now = session.decoded().get().filter(|_| on.get());
        if let Some(now) = now {
            canvas::picture(decoded, &now.pixels);
        }
    });
    let button = NodeRef::<Button>::new();
    Effect::new(move |before: Option<bool>| {
        if !on.get() && before == Some(true) {
            canvas::after_drawing(move || take_focus(button));
        }
        on.get()
    });
    let said = move || {
        let began = desk.page.trail().read().first().copied()?;
        let nats = |value: f32| number(desk.locale(), value, 1);
        Some(match paint.losses.get() {
            Some(Losses { highest, last }) => tr!(
                desk,
                paint_said,
                from = point(desk.locale(), began),
                to = point(desk.locale(), desk.z()),
                first = nats(highest),
                last = nats(last)
            ),
            None => tr!(desk, paint_hint).to_owned(),
        })
    };
    let loss = move || paint.losses.get().map(|losses| losses.last);
    view! {
        <div class="paint">
            <button
                node_ref=button
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
                    <Show when=move || desk.format().is_colour()>
                        <Colour id="paint-colour" colour=paint.colour/>
                    </Show>
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
                    <button
                        class="btn q small"
                        data-testid="paint-again"
                        title=move || tr!(desk, paint_again_what)
                        hidden=move || !paint.elsewhere()
                        on:click=move |_| {
                            paint.roll();
                            paint.measure_after_rest();
                        }
                    >
                        {move || tr!(desk, paint_again)}
                    </button>
                    <button class="btn q small" data-testid="paint-reset" on:click=move |_| paint.reset()>
                        {move || tr!(desk, paint_reset)}
                    </button>
                    <button class="btn small" data-testid="paint-done" on:click=move |_| paint.end()>
                        {move || tr!(desk, paint_done)}
                    </button>
                </div>
                <p class="said">
                    <canvas node_ref=decoded width="28" height="28" aria-hidden="true"></canvas>
                    <span
                        role="status"
                        aria-busy=move || paint.rolling.get().to_string()
                        data-testid="paint-said"
                        data-loss=loss
                    >
                        {said}
                    </span>
                </p>
            </Show>
        </div>
    }
}

/// Red, green and blue of a colour as a field has it: #rrggbb.
fn rgb(colour: &str) -> Option<[u8; 3]> {
    let value = u32::from_str_radix(colour.strip_prefix('#')?, 16).ok()?;
    Some([(value >> 16) as u8, (value >> 8) as u8, value as u8])
}

/// Gives the keyboard back to the button that began it all, unless somebody has taken it elsewhere.
fn take_focus(button: NodeRef<Button>) {
    let nowhere = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    if let Some(button) = button.get_untracked().filter(|_| nowhere) {
        button.focus().ok();
    }
}
