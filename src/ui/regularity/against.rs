//! Which member of the family stands beside the one on the dial.

use leptos::prelude::*;

use crate::state::PageStoreFields;
use crate::state::scene::SceneStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::{self, tr};

#[component]
pub fn Against() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let against = desk.page.scene().against();
    let choose = move |event| against.set(event_target_value(&event).parse().ok());
    let members = Memo::new(move |_| desk.page.family().read().as_ref().map_or(0, |family| family.members.len() as u8));
    let name = move |member: u8| {
        let family = desk.page.family().get();
        family.map(|family| words::member(desk.locale(), &family, usize::from(member))).unwrap_or_default()
    };
    view! {
        <label class="field">
            <span>{move || tr!(desk, against)}</span>
            <select data-testid="against" on:change=choose>
                <option value="" selected=move || against.get().is_none()>{move || tr!(desk, against_none)}</option>
                <For each=move || 0..members.get() key=|member| *member let:member>
                    <option value=member.to_string() prop:selected=move || against.get() == Some(member)>
                        {move || name(member)}
                    </option>
                </For>
            </select>
        </label>
    }
}
