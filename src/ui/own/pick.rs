//! A button that chooses files, or a folder with its sub-folders.

use leptos::html::Input;
use leptos::prelude::*;

use super::Bring;
use crate::ui::words::tr;

#[component]
pub fn Pick(bring: Bring, folder: bool) -> impl IntoView {
    let desk = bring.desk;
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(files) = input.files() {
                bring.read(&files);
            }
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    Effect::new(move |_| {
        if let (Some(input), true) = (input.get(), folder) {
            input.set_attribute("webkitdirectory", "").ok();
        }
    });
    let id = if folder { "own-folder" } else { "own-files" };
    view! {
        <label class="btn q pick">
            {move || if folder { tr!(desk, own_folder) } else { tr!(desk, own_files) }}
            <input
                node_ref=input
                type="file"
                multiple
                data-testid=id
                on:change=chosen
            />
        </label>
    }
}
