//! The codes that are selected, in numbers.

use leptos::prelude::*;

use super::desk::Desk;
use super::words::{self, tr};
use crate::i18n::count;
use crate::plots::palette;
use crate::spec::MOST_CLASSES;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;

/// How many codes of each class are selected.
#[component]
pub fn Selected() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let counts = Memo::new(move |_| {
        let (selection, cloud) = (desk.page.selection().get()?, session.cloud().get()?);
        Some(selection.per_class(&cloud.labels))
    });
    let total = move || counts.get().map_or(0, |counts| counts.iter().sum::<usize>());
    let classes = move || {
        let counts = counts.get().unwrap_or_default();
        let some = (0..MOST_CLASSES as u8).filter(move |&class| counts[usize::from(class)] > 0);
        some.map(|class| {
            let name = words::class(desk, class);
            view! {
                <span>
                    <span class="swatch" style:background=palette::css(class)></span>
                    {name} " · " {count(counts[usize::from(class)])}
                </span>
            }
        })
        .collect_view()
    };
    view! {
        <section class="selected" data-testid="selection" data-count=total hidden=move || counts.get().is_none()>
            <h2>
                {move || tr!(desk, selected, count = count(total()))}
                <button class="btn q small" data-testid="selection-clear" on:click=move |_| desk.page.selection().set(None)>
                    {move || tr!(desk, selection_clear)}
                </button>
            </h2>
            <p class="classes">{classes}</p>
        </section>
    }
}
