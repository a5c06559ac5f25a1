//! What a file of generated data is made of.

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::{SEEDS, Saver, Whence};
use crate::data::write::set::Format;
use crate::ui::desk::Desk;
use crate::ui::words::tr;

fn format_name(desk: Desk, format: Format) -> &'static str {
    match format {
        Format::Pngs => tr!(desk, generate_png),
        Format::Npz => tr!(desk, generate_npz),
        Format::Idx => tr!(desk, generate_idx),
    }
}

/// From what, how many, with which numbers, and as what.
#[component]
pub fn Settings(saver: Saver) -> impl IntoView {
    let desk = saver.desk;
    let choose_whence = move |event| {
        let wanted = event_target_value(&event);
        if let Some(whence) = Whence::ALL.into_iter().find(|whence| whence.id() == wanted) {
            saver.whence.set(whence);
            saver.forget();
        }
    };
    let choose_format = move |event| {
        let wanted = event_target_value(&event);
        if let Some(format) = Format::ALL.into_iter().find(|format| format.name() == wanted) {
            saver.format.set(format);
            saver.forget();
        }
    };
    // The fields never show another number than is used.
    let set_count = move |event: Event| {
        if let Ok(wanted) = event_target_value(&event).parse::<usize>() {
            saver.count.set(wanted.clamp(1, untrack(|| saver.most())));
            saver.forget();
        }
        event_target::<HtmlInputElement>(&event).set_value(&shown_untracked(saver).to_string());
    };
    let set_seed = move |event: Event| {
        if let Ok(wanted) = event_target_value(&event).parse::<u32>() {
            saver.seed.set(wanted.clamp(*SEEDS.start(), *SEEDS.end()));
        }
        event_target::<HtmlInputElement>(&event).set_value(&saver.seed.get_untracked().to_string());
    };
    let counted = move || match saver.whence.get() {
        Whence::Classes => tr!(desk, generate_each),
        Whence::Prior | Whence::Fitted | Whence::Panel => tr!(desk, sample_count),
    };
    // What a file is made of is settled when it is begun.
    let fixed = move || saver.going();
    view! {
        <div class="row">
            <label>
                {move || tr!(desk, generate_from)}
                <select data-testid="generate-from" disabled=fixed on:change=choose_whence>
                    {Whence::ALL
                        .map(|whence| {
                            view! {
                                <option value=whence.id() prop:selected=move || saver.whence.get() == whence>
                                    {move || whence.name(desk)}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
            <label>
                {counted}
                <input
                    type="number"
                    data-testid="generate-count"
                    inputmode="numeric"
                    min="1"
                    max=move || saver.most()
                    disabled=fixed
                    prop:value=move || saver.count.get().min(saver.most()).to_string()
                    on:change=set_count
                />
            </label>
            <label title=move || tr!(desk, generate_seed_what)>
                {move || tr!(desk, generate_seed)}
                <input
                    type="number"
                    data-testid="generate-seed"
                    inputmode="numeric"
                    min=*SEEDS.start()
                    max=*SEEDS.end()
                    disabled=fixed
                    prop:value=move || saver.seed.get().to_string()
                    on:change=set_seed
                />
            </label>
            <label>
                {move || tr!(desk, generate_format)}
                <select data-testid="generate-format" disabled=fixed on:change=choose_format>
                    {Format::ALL
                        .map(|format| {
                            view! {
                                <option value=format.name() prop:selected=move || saver.format.get() == format>
                                    {move || format_name(desk, format)}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
        </div>
    }
}

fn shown_untracked(saver: Saver) -> usize {
    untrack(|| saver.count.get().min(saver.most()))
}
