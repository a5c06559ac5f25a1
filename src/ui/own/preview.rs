//! What was read, before anything is done with it: how much, of what kind, and what it will look like.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::{Bring, path};
use crate::data::brought::{Note, Preview};
use crate::i18n::{count, number, refusals};
use crate::plots::raster;
use crate::spec::Format;
use crate::ui::canvas;
use crate::ui::words::tr;

/// Pictures side by side on the contact sheet.
const ACROSS: usize = 10;

#[component]
pub fn Brought(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let preview = bring.preview;
    let facts = move || preview.get().map(|preview| facts(bring, &preview));
    let classes = move || {
        let preview = preview.get()?;
        if preview.classes.is_empty() {
            return Some(tr!(desk, own_no_classes).to_owned());
        }
        let each: Vec<String> =
            preview.classes.iter().map(|(name, n)| format!("{name} ({})", count(*n as usize))).collect();
        Some(tr!(desk, own_classes, count = each.len(), classes = each.join(", ")))
    };
    let notes = move || {
        let preview = preview.get();
        preview.map(|preview| {
            preview.notes.iter().map(|note| view! { <p class="fine">{said(bring, note)}</p> }).collect_view()
        })
    };
    let from = move || {
        preview.track();
        from(bring)
    };
    let flat = move || {
        let [low, high] = preview.get()?.facts.range;
        (low == high).then(|| tr!(desk, own_flat))
    };
    view! {
        <p><b data-testid="own-from">{from}</b></p>
        <p data-testid="own-facts">{facts}</p>
        <p class="fine" data-testid="own-classes">{classes}</p>
        <p class="fine" data-testid="own-flat" hidden=move || flat().is_none()>{flat}</p>
        {notes}
        <Sheet bring/>
    }
}

/// What was read: a file by its name, a folder by its own.
fn from(bring: Bring) -> Option<String> {
    let desk = bring.desk;
    bring.reader.with_value(|reading| {
        let files = &reading.as_ref()?.given.files;
        let path = path(files.first()?);
        let file = match path.split_once('/') {
            Some((folder, _)) => return Some(tr!(desk, own_from, file = folder)),
            None => path,
        };
        Some(match files.len() - 1 {
            0 => tr!(desk, own_from, file = file),
            more => tr!(desk, own_from_more, file = file, more = more),
        })
    })
}

fn facts(bring: Bring, preview: &Preview) -> String {
    let desk = bring.desk;
    let size = |[width, height]: [u32; 2]| format!("{width} × {height}");
    let (small, large) = (size(preview.facts.smallest), size(preview.facts.largest));
    let sizes = if small == large { small } else { tr!(desk, own_sizes, small = small, large = large) };
    let [low, high] = preview.facts.range;
    let value = |value: f32| number(desk.locale(), value, if value == value.round() { 0 } else { 2 });
    let outcome = bring.choices.read().as_ref().map(|choices| match choices.format() {
        Format { side, channels: 1 } => tr!(desk, own_become_grey, side = side),
        Format { side, .. } => tr!(desk, own_become_colour, side = side),
    });
    let (count, outcome) = (count(preview.count), outcome.unwrap_or_default());
    tr!(desk, own_facts, count = count, size = sizes, low = value(low), high = value(high), outcome = outcome)
}

fn said(bring: Bring, note: &Note) -> String {
    let desk = bring.desk;
    match note {
        Note::Sampled { kept, total } => {
            tr!(desk, own_sampled, kept = count(*kept as usize), total = count(*total as usize))
        }
        Note::Ignored { files, names } if names.is_empty() => tr!(desk, own_ignored, files = count(*files as usize)),
        Note::Ignored { files, names } => {
            tr!(desk, own_ignored_named, files = count(*files as usize), names = names.join(", "))
        }
        Note::Unreadable { pictures, first } => {
            let first = refusals::sentence(desk.locale(), first);
            tr!(desk, own_unreadable, pictures = count(*pictures as usize), first = first)
        }
        Note::Unread { first } => tr!(desk, own_unread, first = refusals::sentence(desk.locale(), first)),
        Note::TooManyClasses { classes } => tr!(desk, own_too_many_classes, classes = count(*classes as usize)),
        Note::LabelsLeftOut => tr!(desk, own_labels_left_out).to_owned(),
    }
}

/// Some of the pictures as they will become.
#[component]
fn Sheet(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let node = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let (Some(node), Some(sheet)) = (node.get(), bring.sheet.get()) else { return };
        let rows = sheet.count.div_ceil(ACROSS).max(1);
        let side = sheet.format.side;
        let width = ACROSS * side;
        let mut rgba = vec![0; width * rows * side * 4];
        for (index, picture) in sheet.pixels.chunks_exact(sheet.format.bytes()).enumerate() {
            let corner = (index / ACROSS) * side * width + (index % ACROSS) * side;
            for (y, row) in raster::rgba(picture, sheet.format).chunks_exact(side * 4).enumerate() {
                let to = (corner + y * width) * 4;
                rgba[to..to + side * 4].copy_from_slice(row);
            }
        }
        canvas::put(&node, &rgba, width as u32, (rows * side) as u32);
    });
    view! {
        <canvas
            node_ref=node
            class="sheet"
            data-testid="own-sheet"
            role="img"
            aria-label=move || tr!(desk, own_sheet)
        ></canvas>
    }
}
