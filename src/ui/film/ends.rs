//! What the path can start and end at: a class, a handle, a code, a drawing.

use leptos::prelude::*;

use crate::i18n::count;
use crate::link::{parse_end, print_end};
use crate::spec::{CLASSES, MOST_CLASSES};
use crate::state::PageStoreFields;
use crate::state::scene::{End, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::desk::Desk;
use crate::ui::words::{self, tr};

/// Selected codes that are offered; of thousands nobody chooses from a list.
const MOST_CODES: usize = 8;

/// The choice of one end of the path.
#[component]
pub fn Choice(end: usize) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let chosen = Memo::new(move |_| desk.page.scene().path().get().ends[end]);
    let label = move || if end == 0 { tr!(desk, strip_from_end) } else { tr!(desk, strip_to_end) };
    let choose = move |event| {
        if let Some(place) = parse_end(&event_target_value(&event)) {
            desk.choose_path(|path| path.ends[end] = place);
        }
    };
    let classes = Memo::new(move |_| {
        // Beyond the ten that there may always be, those that are there.
        let there = |class: &u8| usize::from(*class) < CLASSES || desk.mean(*class).is_some();
        let all = (0..MOST_CLASSES as u8).filter(there).map(End::Class).collect();
        with_chosen(all, chosen.get(), |end| matches!(end, End::Class(_)))
    });
    let handles = Memo::new(move |_| {
        let handles = desk.page.scene().handles().read().list().len();
        with_chosen((0..handles).map(End::Handle).collect(), chosen.get(), |end| matches!(end, End::Handle(_)))
    });
    let codes = Memo::new(move |_| {
        let selection = desk.page.selection().get();
        let selected = selection.iter().flat_map(|selection| selection.indices()).take(MOST_CODES);
        let pinned = desk.page.pinned().get();
        let codes = pinned.into_iter().chain(selected.filter(|index| Some(*index) != pinned)).map(End::Code).collect();
        with_chosen(codes, chosen.get(), |end| matches!(end, End::Code(_)))
    });
    let drawings = Memo::new(move |_| {
        let drawings = desk.page.kept().read().len();
        with_chosen((0..drawings).map(End::Drawing).collect(), chosen.get(), |end| matches!(end, End::Drawing(_)))
    });
    view! {
        <select data-testid=if end == 0 { "strip-from" } else { "strip-to" } aria-label=label on:change=choose>
            <Group name=Signal::derive(move || tr!(desk, strip_classes)) ends=classes chosen/>
            <Group name=Signal::derive(move || tr!(desk, strip_handles)) ends=handles chosen/>
            <Group name=Signal::derive(move || tr!(desk, strip_codes)) ends=codes chosen/>
            <Group name=Signal::derive(move || tr!(desk, strip_drawings)) ends=drawings chosen/>
        </select>
    }
}

/// What is chosen stays in its list, also when it is no longer there to be chosen.
fn with_chosen(mut ends: Vec<End>, chosen: End, of_this_kind: fn(End) -> bool) -> Vec<End> {
    if of_this_kind(chosen) && !ends.contains(&chosen) {
        ends.push(chosen);
    }
    ends
}

#[component]
fn Group(name: Signal<&'static str>, ends: Memo<Vec<End>>, chosen: Memo<End>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <optgroup label=move || name.get() hidden=move || ends.read().is_empty()>
            <For each=move || ends.get() key=|end| print_end(*end) let:end>
                <option value=print_end(end) prop:selected=move || chosen.get() == end>
                    {move || title(desk, end)}
                </option>
            </For>
        </optgroup>
    }
}

/// What an end is called among its like.
fn title(desk: Desk, end: End) -> String {
    match end {
        End::Class(class) => words::class(desk, class),
        End::Handle(index) => desk.page.scene().handles().read().title(index),
        End::Code(index) => tr!(desk, strip_code, index = count(index)),
        End::Drawing(index) => tr!(desk, strip_drawing, number = index + 1),
    }
}

/// The end that is not here, as a sentence calls it; nothing while its codes are still on their way.
pub fn missing(desk: Desk) -> Option<String> {
    let session = desk.page.session();
    let known = |end: End| match end {
        End::Class(_) | End::Code(_) => session.cloud().read().is_some() || session.lacking().read().is_some(),
        End::Handle(_) | End::Drawing(_) => true,
    };
    let ends = desk.page.scene().path().get().ends;
    let gone = ends.into_iter().find(|end| known(*end) && desk.place_of(*end).is_none())?;
    Some(match gone {
        End::Class(_) => tr!(desk, hover_class, class = title(desk, gone)),
        End::Handle(_) => tr!(desk, strip_point, name = title(desk, gone)),
        End::Code(_) | End::Drawing(_) => title(desk, gone),
    })
}
