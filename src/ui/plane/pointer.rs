//! The hand on the plane. What pressing does, the tool says: bring the active handle and drag it, move the plane, or choose
//! codes. With every tool the wheel, or two fingers, zoom; two fingers, the middle or the right button move the plane; a
//! click on a code pins its card; resting on a code shows it.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};

use crate::latent::select::{inside_box, inside_lasso};
use crate::latent::view::View;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::{Hover, PageStoreFields, Tool};
use crate::ui::desk::Desk;

/// A press this near to a handle, in pixels, takes it without a jump.
const GRASP: f32 = 20.0;

/// A code this near to the pointer, in pixels, is meant.
const REACH: f32 = 9.0;

/// A hand that moved less than this, in pixels, only clicked.
const STILL: f32 = 4.0;

/// How far a key moves the plane, in pixels, and how much it zooms.
const STRIDE: f32 = 60.0;
const STEP: f64 = 1.5;

/// What is being drawn around codes, in units of z.
#[derive(Clone, Debug, PartialEq)]
pub enum Loop {
    Box([[f32; 2]; 2]),
    Lasso(Vec<[f32; 2]>),
}

#[derive(Clone, Copy)]
pub struct Hand {
    desk: Desk,
    stage: NodeRef<Div>,
    /// Where each finger, or the mouse, is.
    fingers: StoredValue<Vec<(i32, [f32; 2])>>,
    doing: StoredValue<Doing>,
    /// Where the first finger came down.
    start: StoredValue<[f32; 2]>,
    /// Where the active handle was then.
    held: StoredValue<[f32; 2]>,
    around: RwSignal<Option<Loop>>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Doing {
    #[default]
    Nothing,
    /// Dragging the active handle, which is this far from the pointer.
    Dragging([f32; 2]),
    Panning,
    Choosing,
}

impl Hand {
    pub fn new(desk: Desk, stage: NodeRef<Div>) -> Self {
        Self {
            desk,
            stage,
            fingers: StoredValue::new(Vec::new()),
            doing: StoredValue::new(Doing::Nothing),
            start: StoredValue::new([0.0, 0.0]),
            held: StoredValue::new([0.0, 0.0]),
            around: RwSignal::new(None),
        }
    }

    /// What is being drawn around codes now.
    pub fn around(self) -> RwSignal<Option<Loop>> {
        self.around
    }

    /// The plane is pressed.
    pub fn down(self, event: &PointerEvent) {
        self.press(event, None);
    }

    /// A handle is pressed: it is dragged, whatever the tool.
    pub fn take(self, event: &PointerEvent, handle: usize) {
        self.press(event, Some(handle));
    }

    fn press(self, event: &PointerEvent, handle: Option<usize>) {
        let (Some(at), Some(view)) = (self.at(event.client_x(), event.client_y()), self.view()) else { return };
        if let Some(target) = event.target().and_then(|t| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(t).ok()) {
            target.set_pointer_capture(event.pointer_id()).ok();
        }
        self.desk.hover(None);
        self.fingers.update_value(|fingers| {
            fingers.retain(|(id, _)| *id != event.pointer_id());
            fingers.push((event.pointer_id(), at));
        });
        let fingers = self.fingers.with_value(Vec::len);
        if fingers == 1 {
            self.start.set_value(at);
            self.held.set_value(untrack(|| self.desk.z()));
        } else if matches!(self.doing.get_value(), Doing::Dragging(_)) {
            // Two fingers move the plane: the first one did not mean the handle.
            self.desk.go_to(self.held.get_value());
        }
        if fingers > 1 || event.button() == 1 || event.button() == 2 {
            self.around.set(None);
            self.doing.set_value(Doing::Panning);
        } else if event.button() == 0 {
            self.doing.set_value(self.begin(at, &view, handle, event.shift_key()));
        }
    }

    /// What a press begins.
    fn begin(self, at: [f32; 2], view: &View, handle: Option<usize>, more: bool) -> Doing {
        let page = self.desk.page;
        match (handle, page.tool().get_untracked()) {
            (Some(handle), _) => {
                self.desk.activate(handle);
                self.drag(at, view)
            }
            (None, Tool::Point) if self.desk.predicting() => {
                self.desk.mark(view.to_z(at));
                Doing::Nothing
            }
            (None, Tool::Point) if more => {
                self.desk.add_handle(Some(view.to_z(at)));
                self.drag(at, view)
            }
            (None, Tool::Point) => self.drag(at, view),
            (None, Tool::Pan) => Doing::Panning,
            (None, Tool::Box) => {
                self.around.set(Some(Loop::Box([view.to_z(at); 2])));
                Doing::Choosing
            }
            (None, Tool::Lasso) => {
                self.around.set(Some(Loop::Lasso(vec![view.to_z(at)])));
                Doing::Choosing
            }
        }
    }

    /// Takes the active handle, where it is if it is near and else to where the hand is.
    fn drag(self, at: [f32; 2], view: &View) -> Doing {
        let handle = view.to_pixel(untrack(|| self.desk.z()));
        let off = [handle[0] - at[0], handle[1] - at[1]];
        let off = if off[0].hypot(off[1]) <= GRASP { off } else { [0.0, 0.0] };
        self.desk.go_to(view.to_z([at[0] + off[0], at[1] + off[1]]));
        Doing::Dragging(off)
    }

    pub fn moved(self, event: &PointerEvent) {
        let (Some(at), Some(view)) = (self.at(event.client_x(), event.client_y()), self.view()) else { return };
        let before = self.fingers.get_value();
        self.fingers.update_value(|fingers| {
            fingers.iter_mut().filter(|(id, _)| *id == event.pointer_id()).for_each(|finger| finger.1 = at);
        });
        match self.doing.get_value() {
            Doing::Nothing if event.pointer_type() == "mouse" => self.desk.hover(self.code_at(at, &view)),
            Doing::Nothing => {}
            Doing::Dragging(off) => {
                // The hand may leave the plane; the handle stays where it can be taken again.
                let [x, y] = [at[0] + off[0], at[1] + off[1]];
                self.desk.go_to(view.to_z([x.clamp(0.0, view.width), y.clamp(0.0, view.height)]));
            }
            Doing::Panning => self.desk.look(turned(view, &before, &self.fingers.get_value())),
            Doing::Choosing => self.around.update(|around| match around {
                Some(Loop::Box([_, corner])) => *corner = view.to_z(at),
                Some(Loop::Lasso(points)) => points.push(view.to_z(at)),
                None => {}
            }),
        }
    }

    pub fn up(self, event: &PointerEvent) {
        self.fingers.update_value(|fingers| fingers.retain(|(id, _)| *id != event.pointer_id()));
        // The finger that stays after a pinch does not drag the handle.
        if !self.fingers.with_value(Vec::is_empty) {
            return;
        }
        let (Some(at), Some(view)) = (self.at(event.client_x(), event.client_y()), self.view()) else { return };
        let start = self.start.get_value();
        let clicked = (at[0] - start[0]).hypot(at[1] - start[1]) < STILL;
        let around = self.around.try_update(Option::take).flatten();
        match (std::mem::take(&mut *self.doing.write_value()), clicked) {
            (Doing::Nothing, _) => {}
            (Doing::Dragging(_), clicked) => {
                self.desk.settle();
                if clicked {
                    self.desk.pin(self.code_at(at, &view).and_then(|hover| hover.code));
                }
            }
            (Doing::Panning | Doing::Choosing, true) if event.button() == 0 => {
                self.desk.pin(self.code_at(at, &view).and_then(|hover| hover.code));
            }
            (Doing::Panning, _) => {}
            (Doing::Choosing, _) => {
                if let Some(around) = around {
                    self.choose(&around);
                }
            }
        }
    }

    /// The codes in what was drawn, of the classes that are on show.
    fn choose(self, around: &Loop) {
        let page = self.desk.page;
        let hidden = page.scene().hidden().get_untracked();
        let Some(cloud) = page.session().cloud().get_untracked() else { return };
        let mut chosen = match around {
            Loop::Box([a, b]) => inside_box(&cloud.codes, *a, *b),
            Loop::Lasso(points) => inside_lasso(&cloud.codes, points),
        };
        chosen.retain(|&index| cloud.labels.get(index as usize).is_some_and(|&class| !hidden.has(class)));
        self.desk.select(chosen);
    }

    pub fn wheel(self, event: &WheelEvent) {
        let Some(at) = self.at(event.client_x(), event.client_y()) else { return };
        event.prevent_default();
        self.desk.hover(None);
        // Lines and pages for some mice, pixels for others.
        let unit = [1.0, 16.0, 200.0][(event.delta_mode() as usize).min(2)];
        self.desk.zoom((-event.delta_y() * unit * 0.0016).exp(), at);
    }

    /// Closer, or with Shift farther. The first click may have brought a handle under the pointer.
    pub fn twice(self, event: &MouseEvent) {
        let target = event.target().and_then(|t| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(t).ok());
        let floats =
            target.and_then(|target| target.closest(".legend, .tools, .layers, .zoom, .hover-card").ok().flatten());
        if floats.is_some() {
            return;
        }
        if let Some(at) = self.at(event.client_x(), event.client_y()) {
            self.desk.zoom(if event.shift_key() { 0.5 } else { 2.0 }, at);
        }
    }

    /// The keys of the plane itself. Those that it takes go no further.
    pub fn key(self, event: &KeyboardEvent) {
        let Some(view) = self.view() else { return };
        let middle = [view.width / 2.0, view.height / 2.0];
        let on_plane = event.target() == event.current_target();
        match (event.key().as_str(), event.ctrl_key() || event.meta_key()) {
            (_, true) => return,
            ("+" | "=", _) => self.desk.zoom(STEP, middle),
            ("-", _) => self.desk.zoom(1.0 / STEP, middle),
            ("0", _) => self.desk.look(View::new(view.width, view.height)),
            ("f", _) => self.fit(),
            ("ArrowLeft", _) if on_plane => self.desk.look(view.dragged([STRIDE, 0.0])),
            ("ArrowRight", _) if on_plane => self.desk.look(view.dragged([-STRIDE, 0.0])),
            ("ArrowUp", _) if on_plane => self.desk.look(view.dragged([0.0, STRIDE])),
            ("ArrowDown", _) if on_plane => self.desk.look(view.dragged([0.0, -STRIDE])),
            _ => return,
        }
        event.prevent_default();
    }

    /// Shows every code.
    pub fn fit(self) {
        let cloud = self.desk.page.session().cloud().get_untracked();
        let fitted = self.view().zip(cloud).and_then(|(view, cloud)| view.fitting(cloud.codes.iter().copied()));
        if let Some(view) = fitted {
            self.desk.look(view);
        }
    }

    /// The code that is meant by a pixel, if one is on show there.
    fn code_at(self, at: [f32; 2], view: &View) -> Option<Hover> {
        let scene = self.desk.page.scene();
        if !scene.layers().get_untracked().points {
            return None;
        }
        let hidden = scene.hidden().get_untracked();
        let cloud = self.desk.page.session().cloud().get_untracked()?;
        let z = view.to_z(at);
        let reach = (REACH / view.scale()).powi(2);
        let distance = |code: &[f32; 2]| (code[0] - z[0]).powi(2) + (code[1] - z[1]).powi(2);
        let near = cloud.codes.iter().enumerate().map(|(i, code)| (distance(code), i)).filter(|(d, _)| *d <= reach);
        let seen = near.filter(|(_, i)| cloud.labels.get(*i).is_some_and(|&class| !hidden.has(class)));
        let (_, index) = seen.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(Hover { z: cloud.codes[index], code: Some(index) })
    }

    fn view(self) -> Option<View> {
        untrack(|| self.desk.view())
    }

    /// In pixels of the plane.
    fn at(self, x: i32, y: i32) -> Option<[f32; 2]> {
        let rect = self.stage.get_untracked()?.get_bounding_client_rect();
        Some([(f64::from(x) - rect.left()) as f32, (f64::from(y) - rect.top()) as f32])
    }
}

/// The view after the fingers moved: their middle takes the plane along, their distance zooms it.
fn turned(view: View, before: &[(i32, [f32; 2])], after: &[(i32, [f32; 2])]) -> View {
    let middle = |fingers: &[(i32, [f32; 2])]| {
        let n = fingers.len().max(1) as f32;
        let sum = fingers.iter().fold([0.0, 0.0], |s, (_, at)| [s[0] + at[0], s[1] + at[1]]);
        [sum[0] / n, sum[1] / n]
    };
    let spread = |fingers: &[(i32, [f32; 2])]| match fingers {
        [(_, a), (_, b), ..] => (a[0] - b[0]).hypot(a[1] - b[1]).max(1.0),
        _ => 1.0,
    };
    let (from, to) = (middle(before), middle(after));
    view.dragged([to[0] - from[0], to[1] - from[1]]).zoomed(f64::from(spread(after) / spread(before)), to)
}
