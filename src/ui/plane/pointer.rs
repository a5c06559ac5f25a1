//! The hand on the plane. Pressing anywhere brings the handle there and drags it; the wheel, or two fingers, zoom; two
//! fingers, the middle or the right button move the plane; resting on a code shows it.

use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{PointerEvent, WheelEvent};

use crate::latent::view::View;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;
use crate::state::{Hover, PageStoreFields};
use crate::ui::desk::Desk;

/// A press this near to the handle, in pixels, takes it without a jump.
const GRASP: f32 = 20.0;

/// A code this near to the pointer, in pixels, is meant.
const REACH: f32 = 9.0;

#[derive(Clone, Copy)]
pub struct Hand {
    desk: Desk,
    stage: NodeRef<Div>,
    /// Where each finger, or the mouse, is.
    fingers: StoredValue<Vec<(i32, [f32; 2])>>,
    doing: StoredValue<Doing>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Doing {
    #[default]
    Nothing,
    /// Dragging the handle, which is this far from the pointer.
    Dragging([f32; 2]),
    Panning,
}

impl Hand {
    pub fn new(desk: Desk, stage: NodeRef<Div>) -> Self {
        Self { desk, stage, fingers: StoredValue::new(Vec::new()), doing: StoredValue::new(Doing::Nothing) }
    }

    pub fn down(self, event: &PointerEvent) {
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
        if fingers > 1 || event.button() == 1 || event.button() == 2 {
            self.doing.set_value(Doing::Panning);
        } else if event.button() == 0 {
            let handle = view.to_pixel(self.desk.page.scene().z().get_untracked());
            let off = [handle[0] - at[0], handle[1] - at[1]];
            let off = if off[0].hypot(off[1]) <= GRASP { off } else { [0.0, 0.0] };
            self.doing.set_value(Doing::Dragging(off));
            self.desk.go_to(view.to_z([at[0] + off[0], at[1] + off[1]]));
        }
    }

    pub fn moved(self, event: &PointerEvent) {
        let (Some(at), Some(view)) = (self.at(event.client_x(), event.client_y()), self.view()) else { return };
        let before = self.fingers.get_value();
        self.fingers.update_value(|fingers| {
            fingers.iter_mut().filter(|(id, _)| *id == event.pointer_id()).for_each(|finger| finger.1 = at);
        });
        match self.doing.get_value() {
            Doing::Nothing if event.pointer_type() == "mouse" => self.rest_on(at, &view),
            Doing::Nothing => {}
            Doing::Dragging(off) => {
                // The hand may leave the plane; the handle stays where it can be taken again.
                let [x, y] = [at[0] + off[0], at[1] + off[1]];
                self.desk.go_to(view.to_z([x.clamp(0.0, view.width), y.clamp(0.0, view.height)]));
            }
            Doing::Panning => self.desk.look(turned(view, &before, &self.fingers.get_value())),
        }
    }

    pub fn up(self, event: &PointerEvent) {
        self.fingers.update_value(|fingers| fingers.retain(|(id, _)| *id != event.pointer_id()));
        // The finger that stays after a pinch does not drag the handle.
        if self.fingers.with_value(Vec::is_empty) {
            self.doing.set_value(Doing::Nothing);
        }
    }

    pub fn wheel(self, event: &WheelEvent) {
        let (Some(at), Some(view)) = (self.at(event.client_x(), event.client_y()), self.view()) else { return };
        event.prevent_default();
        self.desk.hover(None);
        // Lines and pages for some mice, pixels for others.
        let unit = [1.0, 16.0, 200.0][(event.delta_mode() as usize).min(2)];
        self.desk.look(view.zoomed((-event.delta_y() as f32 * unit * 0.0016).exp(), at));
    }

    fn rest_on(self, at: [f32; 2], view: &View) {
        let page = self.desk.page;
        if !page.scene().layers().get_untracked().points {
            self.desk.hover(None);
            return;
        }
        let hidden = page.scene().hidden().get_untracked();
        let cloud = page.session().cloud().get_untracked();
        let hover = cloud.and_then(|cloud| {
            let z = view.to_z(at);
            let reach = (REACH / view.scale()).powi(2);
            let distance = |code: &[f32; 2]| (code[0] - z[0]).powi(2) + (code[1] - z[1]).powi(2);
            let seen = cloud.codes.iter().enumerate().filter(|(i, _)| !hidden.has(cloud.labels[*i]));
            let near = seen.map(|(i, code)| (distance(code), i)).filter(|(d, _)| *d <= reach);
            let (_, index) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
            Some(Hover { index, z: cloud.codes[index], class: cloud.labels[index] })
        });
        self.desk.hover(hover);
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
    view.dragged([to[0] - from[0], to[1] - from[1]]).zoomed(spread(after) / spread(before), to)
}
