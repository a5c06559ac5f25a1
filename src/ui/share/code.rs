//! The link as a code, as large as the window lets it be: a class reads it off the projector.

use leptos::prelude::*;

use crate::plots::code::Code;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

#[component]
pub fn Picture(#[prop(into)] address: Signal<String>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let drawn = Memo::new(move |_| Code::of(&address.read()).map(|code| (code.side(), code.path())));
    let local = Memo::new(move |_| address.with(|address| is_local(address)));
    let hint = move || match (drawn.with(Option::is_some), local.get()) {
        (false, _) => tr!(desk, share_long),
        (true, true) => tr!(desk, share_local),
        (true, false) => tr!(desk, share_scan),
    };
    view! {
        {move || {
            drawn
                .get()
                .map(|(side, path)| {
                    view! {
                        <svg
                            class="qr"
                            role="img"
                            data-testid="share-code"
                            aria-label=move || tr!(desk, share_code)
                            viewBox=format!("0 0 {side} {side}")
                            shape-rendering="crispEdges"
                        >
                            <rect width="100%" height="100%" fill="#fff"/>
                            <path d=path fill="#000"/>
                        </svg>
                    }
                })
        }}
        <p class="hint" data-testid="share-hint">{hint}</p>
    }
}

/// Whether no other device reaches this address.
fn is_local(address: &str) -> bool {
    let host = address.split("://").nth(1).unwrap_or_default();
    address.starts_with("file:") || ["localhost", "127.", "[::1]"].iter().any(|own| host.starts_with(own))
}
