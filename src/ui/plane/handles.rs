//! The points that are dragged: real elements, for the keyboard and for those who do not see.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::pointer::Hand;
use crate::i18n::point;
use crate::latent::view::View;
use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::{self, tr};

/// How far an arrow key moves a handle where the whole prior is seen, in units of z; ten times as far with Shift.
const STRIDE: f32 = 0.05;

#[component]
pub fn Handles(view: Memo<Option<View>>, hand: Hand) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let count = Memo::new(move |_| desk.page.scene().handles().read().list().len());
    view! {
        <For each=move || 0..count.get() key=|index| *index let:index>
            <Handle index view hand/>
        </For>
    }
}

#[component]
fn Handle(index: usize, view: Memo<Option<View>>, hand: Hand) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let handles = desk.page.scene().handles();
    let z = Memo::new(move |_| handles.read().list().get(index).map_or([0.0, 0.0], |handle| handle.z));
    let title = Memo::new(move |_| handles.read().title(index));
    let active = Memo::new(move |_| handles.read().active() == index);
    let alone = Memo::new(move |_| handles.read().list().len() == 1);
    let around = desk.around();
    let place = move |axis: usize| view.get().map(|view| format!("{}px", view.to_pixel(z.get())[axis]));
    let name = move || if alone.get() { tr!(desk, handle).into() } else { tr!(desk, handle_named, name = title.get()) };
    let text = move || {
        let class = around.get().filter(|_| active.get());
        let class = class.map(|n| words::class(desk, n.class));
        match class {
            Some(class) => tr!(desk, handle_text, point = point(desk.locale(), z.get()), class = class),
            None => format!("z = {}", point(desk.locale(), z.get())),
        }
    };
    let key = move |event: KeyboardEvent| {
        let zoom = desk.page.scene().zoom().get_untracked().max(1.0) as f32;
        let stride = STRIDE / zoom * if event.shift_key() { 10.0 } else { 1.0 };
        let [x, y] = z.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => [x - stride, y],
            "ArrowRight" => [x + stride, y],
            "ArrowUp" => [x, y + stride],
            "ArrowDown" => [x, y - stride],
            "Home" => [0.0, 0.0],
            "Delete" | "Backspace" if !alone.get_untracked() => {
                event.prevent_default();
                desk.remove_handle(index);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        desk.activate(index);
        desk.go_to(to);
        desk.settle();
    };
    view! {
        <button
            class="handle"
            class:active=move || active.get()
            data-testid=if index == 0 { "handle".to_owned() } else { format!("handle-{index}") }
            role="slider"
            aria-label=name
            aria-valuetext=text
            aria-valuenow=move || z.get()[0]
            aria-valuemin="-99"
            aria-valuemax="99"
            data-z=move || format!("{},{}", z.get()[0], z.get()[1])
            style:left=move || place(0)
            style:top=move || place(1)
            on:focus=move |_| desk.activate(index)
            on:keydown=key
            on:pointerdown=move |event| hand.take(&event, index)
            on:pointermove=move |event| hand.moved(&event)
            on:pointerup=move |event| hand.up(&event)
            on:pointercancel=move |event| hand.up(&event)
        >
            <span class="tag" hidden=move || alone.get()>{title}</span>
        </button>
    }
}
