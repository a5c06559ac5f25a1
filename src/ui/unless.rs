//! What one who embeds the page may leave out.

use leptos::prelude::*;

use super::desk::Desk;
use crate::state::PageStoreFields;
use crate::state::parts::Part;
use crate::state::scene::SceneStoreFields;

/// A part of the page, unless it is left out: then it is not there at all, and nothing of it can be reached by a key.
#[component]
pub fn Unless(without: Part, children: ChildrenFn) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let there = Memo::new(move |_| !desk.page.scene().without().get().has(without));
    view! { <Show when=move || there.get()>{children()}</Show> }
}
