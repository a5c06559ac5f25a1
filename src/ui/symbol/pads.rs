//! The pads, in a grid: mouse and pen draw on any, a finger on the one that is on and on the next.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::Symbol;
use crate::spec::symbol::PADS;
use crate::ui::pad::{CANVAS, Pad, PenMark};
use crate::ui::words::tr;

/// Pixels that a finger moves in a tap at most.
const TAP: f64 = 10.0;

#[component]
pub fn Pads(symbol: Symbol) -> impl IntoView {
    let desk = symbol.desk;
    let pads = symbol.pads.get_value();
    view! {
        <div class="pads" role="group" data-testid="symbol-pads" aria-label=move || tr!(desk, symbol_pads)>
            {pads
                .into_iter()
                .enumerate()
                .map(|(index, pad)| view! { <Sheet symbol index pad/> })
                .collect_view()}
        </div>
    }
}

#[component]
fn Sheet(symbol: Symbol, index: usize, pad: Pad) -> impl IntoView {
    let desk = symbol.desk;
    let inked = Memo::new(move |_| pad.has_strokes());
    let next = Memo::new(move |_| symbol.next() == Some(index));
    let active = Memo::new(move |_| symbol.active.get() == Some(index));
    let live = move || active.get_untracked() || next.get_untracked();
    // Where the pointer that is down began.
    let began = StoredValue::new(None::<[i32; 2]>);
    let down = move |event: PointerEvent| {
        began.set_value(Some([event.client_x(), event.client_y()]));
        // A finger that begins elsewhere is about to move the page.
        let draws = event.pointer_type() == "mouse" || live();
        if draws && pad.down(&event) {
            symbol.drawn(index, pad);
        }
    };
    // A tap takes the pad up. The browser's own click does not come of every one that follows a drawing closely.
    let up = move |event: PointerEvent| {
        pad.up();
        let apart = |[x, y]: [i32; 2]| f64::from(event.client_x() - x).hypot(f64::from(event.client_y() - y));
        if began.try_update_value(Option::take).flatten().is_some_and(|began| apart(began) < TAP) {
            symbol.active.set(Some(index));
        }
    };
    let moved = move |event: PointerEvent| {
        if pad.moved(&event) {
            symbol.drawn(index, pad);
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Delete" | "Backspace" => {
            event.prevent_default();
            symbol.clear(index);
        }
        "z" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            pad.take_back();
            pad.redraw(None);
            symbol.drawn(index, pad);
        }
        _ => {
            if pad.key(&event) {
                symbol.drawn(index, pad);
            }
        }
    };
    let name = move || {
        let number = index + 1;
        match inked.get() {
            true => tr!(desk, symbol_pad_drawn, number = number, pads = PADS),
            false => tr!(desk, symbol_pad_empty, number = number, pads = PADS),
        }
    };
    let clear = move || tr!(desk, symbol_clear, number = index + 1);
    // What was drawn is still there when the pads come back.
    Effect::new(move |_| {
        if pad.canvas.get().is_some() {
            pad.redraw(None);
        }
    });
    view! {
        <div class="sheet">
        <div class="pad" class:next=move || next.get() class:active=move || active.get()>
            <canvas
                node_ref=pad.canvas
                width=CANVAS
                height=CANVAS
                tabindex="0"
                role="application"
                data-testid=format!("symbol-pad-{index}")
                aria-label=name
                aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown Space Delete Control+Z"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |_| pad.up()
                on:click=move |_| symbol.active.set(Some(index))
                on:keydown=key
                on:blur=move |_| pad.pen.set(None)
            ></canvas>
            <PenMark pad/>
        </div>
        <div class="foot">
            <span aria-hidden="true">{index + 1}</span>
            <button
                class="wipe"
                data-testid=format!("symbol-clear-{index}")
                title=clear
                aria-label=clear
                hidden=move || !inked.get()
                on:click=move |_| symbol.clear(index)
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>
            </button>
        </div>
        </div>
    }
}
