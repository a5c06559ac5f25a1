//! The snippet for a page that embeds this one: which parts stay, how large the frame is, what that looks like.

use leptos::ev::FocusEvent;
use leptos::prelude::*;
use web_sys::HtmlTextAreaElement;

use super::{Copied, Sharing, said};
use crate::state::PageStoreFields;
use crate::state::parts::{Part, Parts};
use crate::state::scene::{Scene, SceneStoreFields};
use crate::ui::desk::Desk;
use crate::ui::lab::fields::Number;
use crate::ui::preferences;
use crate::ui::words::tr;

/// Pixels of a frame, each way: as proposed, and what makes sense.
const SIZE: [u32; 2] = [720, 480];
const SIZES: std::ops::RangeInclusive<u32> = 240..=4000;

/// The longer side of the picture of a frame, in its own pixels.
const PREVIEW: f32 = 200.0;

#[component]
pub fn Embed() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let sharing = expect_context::<Sharing>();
    let without = RwSignal::new(Parts::beyond_a_frame());
    let size = SIZE.map(RwSignal::new);
    let address = Memo::new(move |_| {
        let scene = Scene { without: without.get(), ..desk.page.scene().get() };
        preferences::address_of(&scene)
    });
    let snippet = Memo::new(move |_| snippet(&address.read(), size.map(|side| side.get()), tr!(desk, embed_name)));
    // As large as the frame, so that it is laid out as in the frame.
    let open = move |_| {
        let [width, height] = size.map(|side| side.get_untracked());
        let features = format!("popup,noopener,width={width},height={height}");
        window().open_with_url_and_target_and_features(&address.get_untracked(), "_blank", &features).ok();
    };
    let part = move |part: Part| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    data-testid=format!("embed-{}", part.name())
                    prop:checked=move || !without.get().has(part)
                    // Stands in the lab.
                    disabled=move || part == Part::Own && without.get().has(Part::Lab)
                    on:change=move |_| without.update(|without| without.toggle(part))
                />
                <span>{move || name(desk, part)}</span>
            </label>
        }
    };
    let field = move |axis: usize, id: &'static str, name: fn(Desk) -> &'static str| {
        view! {
            <Number
                id
                label=Signal::derive(move || name(desk))
                low=f64::from(*SIZES.start())
                high=f64::from(*SIZES.end())
                step=10.0
                value=Signal::derive(move || f64::from(size[axis].get()))
                set=Callback::new(move |pixels: f64| size[axis].set(pixels.round() as u32))
            />
        }
    };
    let copied = move || match sharing.copied.get() {
        Some((Copied::Html, taken)) => said(desk, Copied::Html, taken),
        Some((Copied::Link, _)) | None => "",
    };
    let whole = |event: FocusEvent| event_target::<HtmlTextAreaElement>(&event).select();
    view! {
        <details class="more embed">
            <summary data-testid="embed-open">{move || tr!(desk, embed_title)}</summary>
            <p class="hint">{move || tr!(desk, embed_what)}</p>
            <fieldset>
                <legend>{move || tr!(desk, embed_parts)}</legend>
                {Part::ALL.map(part).collect_view()}
            </fieldset>
            <div class="frame-size">
                {field(0, "embed-width", |desk| tr!(desk, embed_width))}
                {field(1, "embed-height", |desk| tr!(desk, embed_height))}
                <Frame without=without.into() size=Signal::derive(move || size.map(|side| side.get()))/>
            </div>
            <textarea
                readonly
                rows="5"
                data-testid="embed-snippet"
                aria-label=move || tr!(desk, embed_snippet)
                prop:value=move || snippet.get()
                on:focus=whole
            ></textarea>
            <div class="row">
                <button
                    class="btn q small"
                    data-testid="embed-copy"
                    on:click=move |_| sharing.copy(Copied::Html, snippet.get_untracked())
                >
                    {move || tr!(desk, embed_copy)}
                </button>
                <button class="btn q small" data-testid="embed-try" on:click=open>{move || tr!(desk, embed_try)}</button>
            </div>
            <p class="fine" role="status" data-testid="embed-said">{copied}</p>
        </details>
    }
}

/// The way back from a frame to the whole page, as it is now.
#[component]
pub fn Home() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let without = desk.page.scene().without();
    let address = move || preferences::address_of(&Scene { without: Parts::default(), ..desk.page.scene().get() });
    view! {
        <Show when=move || !without.get().is_empty()>
            <p class="home">
                <a href=address target="_blank" rel="noopener" data-testid="home">{move || tr!(desk, embed_home)}</a>
            </p>
        </Show>
    }
}

/// What is where in the frame, in outline.
#[component]
fn Frame(without: Signal<Parts>, size: Signal<[u32; 2]>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let label = move || {
        let [width, height] = size.get();
        tr!(desk, embed_frame, width = width, height = height)
    };
    let sides = move || size.get().map(|side| side as f32);
    let shown = move || {
        let [width, height] = sides();
        let scale = PREVIEW / width.max(height);
        [width * scale, height * scale]
    };
    let blocks = move || {
        outline(without.get(), sides()).into_iter().map(|(kind, [x, y, width, height])| {
            view! { <rect class=kind x=x y=y width=width.max(0.0) height=height.max(0.0) rx="8"/> }
        })
    };
    view! {
        <svg
            class="outline"
            role="img"
            data-testid="embed-frame"
            aria-label=label
            width=move || shown()[0]
            height=move || shown()[1]
            viewBox=move || format!("0 0 {} {}", sides()[0], sides()[1])
        >
            {move || blocks().collect_view()}
        </svg>
    }
}

/// Left, top, width and height of what stays, as the style sheet lays it out.
fn outline(without: Parts, [width, height]: [f32; 2]) -> Vec<(&'static str, [f32; 4])> {
    const GAP: f32 = 10.0;
    let mut blocks = Vec::new();
    let top = if without.has(Part::Head) { GAP } else { 52.0 };
    if top > GAP {
        blocks.push(("head", [0.0, 0.0, width, 52.0 - GAP]));
    }
    let strip = if without.has(Part::Strip) { 0.0 } else { 128.0 };
    let bare = without.bares_rail();
    let beside = if bare { width >= height } else { width > 900.0 };
    let rail = match (bare, beside) {
        (true, true) => 190.0,
        (true, false) => 150.0,
        (false, true) => (width * 0.26).clamp(340.0, 460.0),
        (false, false) => 0.0,
    };
    let (across, mut down) = if beside {
        (width - rail - 3.0 * GAP, height - top - GAP)
    } else {
        (width - 2.0 * GAP, height - top - rail - GAP)
    };
    if !bare && !beside {
        down = (width - 2.0 * GAP).min(height * 0.78) + strip;
    }
    blocks.push(("dark", [GAP, top, across, down - strip]));
    if strip > 0.0 {
        blocks.push(("part", [GAP, top + down - strip + GAP, across, strip - GAP]));
    }
    let at = if beside { [width - rail - GAP, top] } else { [GAP, top + down + GAP] };
    let side = if beside { rail.min(190.0) } else { 120.0 };
    blocks.push(("dark", [at[0], at[1], side, side]));
    let rest = if bare { without.has(Part::Numbers) } else { false };
    if !rest {
        let below = [at[0], at[1] + side + GAP, if beside { rail } else { width - 2.0 * GAP }, height];
        let right = [at[0] + side + GAP, at[1], width - side - 3.0 * GAP, side];
        blocks.push(("part", if bare && !beside { right } else { below }));
    }
    blocks
}

fn snippet(address: &str, [width, height]: [u32; 2], title: &str) -> String {
    format!(
        "<iframe src=\"{}\" width=\"{width}\" height=\"{height}\" title=\"{}\" \
         allow=\"cross-origin-isolated; clipboard-write\" loading=\"lazy\" style=\"border:0\"></iframe>",
        attribute(address),
        attribute(title),
    )
}

/// As it stands between the quotes of an attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn name(desk: Desk, part: Part) -> &'static str {
    match part {
        Part::Head => tr!(desk, part_head),
        Part::Legend => tr!(desk, part_legend),
        Part::Tools => tr!(desk, part_tools),
        Part::Layers => tr!(desk, part_layers),
        Part::Zoom => tr!(desk, part_zoom),
        Part::Strip => tr!(desk, part_strip),
        Part::Numbers => tr!(desk, part_numbers),
        Part::Paint => tr!(desk, part_paint),
        Part::Regularity => tr!(desk, part_regularity),
        Part::Pad => tr!(desk, part_pad),
        Part::Samples => tr!(desk, part_samples),
        Part::Lab => tr!(desk, part_lab),
        Part::Own => tr!(desk, part_own),
        Part::Card => tr!(desk, part_card),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_says_the_address_as_html_does() {
        let text = snippet("https://example.org/?x#a=1&b=2", [720, 480], "A \"map\"");
        assert!(text.contains("src=\"https://example.org/?x#a=1&amp;b=2\" width=\"720\" height=\"480\""), "{text}");
        assert!(text.contains("title=\"A &quot;map&quot;\"") && text.ends_with("></iframe>"), "{text}");
    }

    #[test]
    fn nothing_of_an_outline_but_what_scrolls_leaves_the_frame() {
        for size in [[600.0, 400.0], [360.0, 480.0], [1200.0, 700.0]] {
            for (kind, [x, y, width, height]) in outline(Parts::beyond_a_frame(), size) {
                let inside = x >= 0.0 && y >= 0.0 && x + width <= size[0] && width > 0.0 && height > 0.0;
                assert!(inside && (kind != "dark" || y + height <= size[1]), "{kind} {x} {y} {width} {height}");
            }
        }
    }
}
