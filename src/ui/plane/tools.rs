//! The tools at the plane's edge: what pressing does, one more handle, back and forth.

use leptos::prelude::*;

use crate::state::{PageStoreFields, Tool};
use crate::ui::desk::Desk;
use crate::ui::words::tr;

#[component]
pub fn Tools() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let turns = Memo::new(move |_| desk.can_turn_back());
    let add = move || tr!(desk, handle_add);
    let undo = move || tr!(desk, undo);
    let redo = move || tr!(desk, redo);
    view! {
        <div class="tools" role="toolbar" aria-orientation="vertical" aria-label=move || tr!(desk, tools)>
            {Tool::ALL.into_iter().map(|tool| view! { <Choice tool/> }).collect_view()}
            <hr/>
            <button data-testid="handle-add" title=add aria-label=add on:click=move |_| desk.add_handle(None)>
                <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="6" cy="10" r="3.5"/><path d="M12 2v6M9 5h6"/></svg>
            </button>
            <button
                data-testid="undo"
                title=undo
                aria-label=undo
                disabled=move || !turns.get()[0]
                on:click=move |_| desk.undo()
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 3L3 6l3 3M3 6h6a4 4 0 010 8H6"/></svg>
            </button>
            <button
                data-testid="redo"
                title=redo
                aria-label=redo
                disabled=move || !turns.get()[1]
                on:click=move |_| desk.redo()
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M10 3l3 3-3 3M13 6H7a4 4 0 000 8h3"/></svg>
            </button>
        </div>
    }
}

#[component]
fn Choice(tool: Tool) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let name = move || match tool {
        Tool::Point => tr!(desk, tool_point),
        Tool::Pan => tr!(desk, tool_pan),
        Tool::Box => tr!(desk, tool_box),
        Tool::Lasso => tr!(desk, tool_lasso),
    };
    let drawing = match tool {
        Tool::Point => "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4M8 7.9v.2",
        Tool::Pan => "M8 2v12M2 8h12M8 2L6 4M8 2l2 2M8 14l-2-2M8 14l2-2M2 8l2-2M2 8l2 2M14 8l-2-2M14 8l-2 2",
        Tool::Box => "M2.5 3.5h11v9h-11z",
        Tool::Lasso => "M5 12c-6-3-2-9 3-9s9 5 4 8c-2 1-5 1-7 1zM5 12c1 1 0 2-2 2",
    };
    view! {
        <button
            class:dashed=matches!(tool, Tool::Box | Tool::Lasso)
            data-testid=format!("tool-{}", tool.name())
            title=name
            aria-label=name
            aria-pressed=move || (desk.page.tool().get() == tool).to_string()
            on:click=move |_| desk.take(tool)
        >
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d=drawing/></svg>
        </button>
    }
}
