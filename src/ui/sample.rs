//! Points drawn at random, and what they decode to: from the prior, around one picture, or of one class.

mod grid;
mod sampler;
mod save;

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::contact::rows;
use super::desk::Desk;
use super::keep::Keep;
use super::segments::{Segment, Segments};
use super::words::{self, tr};
use crate::i18n::{count, number};
use crate::latent::fit::Kind;
use crate::spec::MOST_CLASSES;
use crate::state::PageStoreFields;
use crate::state::session::SessionStoreFields;
use sampler::{Drawn, FEWEST, From, MOST, Sampler, Source, WIDEST};

/// Samples side by side in a file, and its width in pixels of the page.
const ACROSS: usize = 10;
const FIGURE: f32 = 400.0;

#[component]
pub fn Sample() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let sampler = Sampler::new(desk);
    let open = RwSignal::new(false);
    let figure = Callback::new(move |()| {
        let drawn = desk.page.session().samples().get()?;
        rows(tr!(desk, sample_figure), &[], &drawn.pixels, drawn.format, ACROSS, FIGURE)
    });
    view! {
        <section class="samples" data-testid="samples">
            <h2>
                <button
                    class="fold"
                    data-testid="sample-open"
                    aria-expanded=move || open.get().to_string()
                    aria-controls="sample-body"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {move || tr!(desk, sample_title)} " " <small>{move || tr!(desk, sample_subtitle)}</small>
                </button>
            </h2>
            <div id="sample-body" hidden=move || !open.get()>
                <How sampler/>
                <Settings sampler/>
                <div class="kept">
                    <grid::Grid/>
                    <div hidden=move || desk.page.samples().read().is_empty()>
                        <Keep name="samples" figure/>
                    </div>
                </div>
                <p class="hint" role="status" data-testid="sample-said">{move || said(desk, sampler)}</p>
                <save::Save sampler/>
            </div>
        </section>
    }
}

/// What to draw from.
#[component]
fn How(sampler: Sampler) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let segments = vec![
        Segment {
            value: From::Prior,
            id: "sample-prior",
            name: Signal::derive(move || tr!(desk, sample_prior)),
            what: Signal::derive(move || tr!(desk, sample_prior_what)),
        },
        Segment {
            value: From::Fitted,
            id: "sample-fitted",
            name: Signal::derive(move || tr!(desk, sample_fitted)),
            what: Signal::derive(move || tr!(desk, sample_fitted_what)),
        },
        Segment {
            value: From::Posterior,
            id: "sample-around",
            name: Signal::derive(move || tr!(desk, sample_around)),
            what: Signal::derive(move || tr!(desk, sample_around_what)),
        },
        Segment {
            value: From::Class,
            id: "sample-class",
            name: Signal::derive(move || tr!(desk, sample_class)),
            what: Signal::derive(move || tr!(desk, sample_class_what)),
        },
    ];
    view! {
        <Segments
            group="sample-how"
            label=Signal::derive(move || tr!(desk, sample_how))
            segments
            chosen=Signal::derive(move || sampler.from.get())
            choose=Callback::new(move |from| sampler.from.set(from))
        />
    }
}

#[component]
fn Settings(sampler: Sampler) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let from = sampler.from;
    let without = move || from.get() == From::Posterior && sampler.source().is_none();
    let drawn = Memo::new(move |_| !desk.page.samples().read().is_empty());
    // The field never shows another number than will be drawn.
    let set_count = move |event: Event| {
        if let Ok(wanted) = event_target_value(&event).parse::<usize>() {
            sampler.count.set(wanted.clamp(FEWEST, MOST));
        }
        event_target::<HtmlInputElement>(&event).set_value(&sampler.count.get_untracked().to_string());
    };
    let present = Memo::new(move |_| {
        let class = sampler.class.get();
        if desk.mean(class).is_some() {
            Some(class)
        } else {
            (0..MOST_CLASSES as u8).find(|&class| desk.mean(class).is_some())
        }
    });
    Effect::new(move |_| {
        if let Some(class) = present.get()
            && sampler.class.get_untracked() != class
        {
            sampler.class.set(class);
        }
    });
    let set_class = move |event| {
        if let Ok(class) = event_target_value(&event).parse() {
            sampler.class.set(class);
        }
    };
    view! {
        <div class="row">
            <Show when=move || from.get() == From::Fitted>
                <Density sampler/>
            </Show>
            <Show when=move || from.get() == From::Class>
                <label>
                    {move || tr!(desk, sample_of)}
                    <select data-testid="sample-of" on:change=set_class>
                        {(0..MOST_CLASSES as u8)
                            .map(|class| {
                                view! {
                                    <option
                                        value=class.to_string()
                                        // Data of fewer classes have fewer.
                                        hidden=move || desk.mean(class).is_none()
                                        prop:selected=move || sampler.class.get() == class
                                    >
                                        {move || words::class(desk, class)}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
            </Show>
            <Show when=move || from.get() == From::Posterior && sampler.source().is_some()>
                <Input sampler/>
                <Spread sampler/>
            </Show>
            <label>
                {move || tr!(desk, sample_count)}
                <input
                    type="number"
                    data-testid="sample-count"
                    inputmode="numeric"
                    min=FEWEST
                    max=MOST
                    prop:value=move || sampler.count.get().to_string()
                    on:change=set_count
                />
            </label>
            <button class="btn small" data-testid="sample-draw" disabled=without on:click=move |_| sampler.draw_new()>
                {move || tr!(desk, sample_draw)}
            </button>
            <button
                class="btn q small"
                data-testid="sample-clear"
                hidden=move || !drawn.get()
                on:click=move |_| sampler.clear()
            >
                {move || tr!(desk, sample_clear)}
            </button>
        </div>
        <p class="hint" data-testid="sample-no-input" hidden=move || !without()>{move || tr!(desk, sample_no_input)}</p>
    }
}

/// What is fitted to the codes.
#[component]
fn Density(sampler: Sampler) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let choose = move |event| {
        let wanted = event_target_value(&event);
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind_word(*kind) == wanted) {
            sampler.kind.set(kind);
        }
    };
    view! {
        <label>
            {move || tr!(desk, sample_density)}
            <select data-testid="sample-density" on:change=choose>
                {Kind::ALL
                    .map(|kind| {
                        view! {
                            <option value=kind_word(kind) prop:selected=move || sampler.kind.get() == kind>
                                {move || kind_name(desk, kind)}
                            </option>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </select>
        </label>
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Normal => "normal",
        Kind::Diagonal => "diagonal",
        Kind::Mixture => "mixture",
    }
}

fn kind_name(desk: Desk, kind: Kind) -> &'static str {
    match kind {
        Kind::Normal => tr!(desk, sample_normal),
        Kind::Diagonal => tr!(desk, sample_diagonal),
        Kind::Mixture => tr!(desk, sample_mixture),
    }
}

/// Which picture the others are to be like: a choice where there are two.
#[component]
fn Input(sampler: Sampler) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let choose = move |event| {
        let wanted = event_target_value(&event);
        let found = untrack(|| sampler.sources()).into_iter().find(|source| word(*source) == wanted);
        sampler.wanted.set(found);
    };
    view! {
        <label>
            {move || tr!(desk, sample_input)}
            <select data-testid="sample-input" on:change=choose>
                <For each=move || sampler.sources() key=|source| word(*source) let:source>
                    <option value=word(source) prop:selected=move || sampler.source() == Some(source)>
                        {move || match source {
                            Source::Drawing => tr!(desk, sample_input_drawing).to_owned(),
                            Source::Code(index) => tr!(desk, strip_code, index = count(index)),
                        }}
                    </option>
                </For>
            </select>
        </label>
    }
}

fn word(source: Source) -> String {
    match source {
        Source::Drawing => "drawing".to_owned(),
        Source::Code(index) => index.to_string(),
    }
}

/// How far from the mean: moving it spreads the same draws.
#[component]
fn Spread(sampler: Sampler) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let shown = move || format!("{} σ", number(desk.locale(), sampler.spread.get(), 1));
    let set = move |event| {
        if let Ok(spread) = event_target_value(&event).parse::<f32>() {
            sampler.spread.set(spread.clamp(0.0, WIDEST));
            sampler.draw_same();
        }
    };
    view! {
        <label class="spread" title=move || tr!(desk, sample_spread_what)>
            {move || tr!(desk, sample_spread)}
            <input
                type="range"
                data-testid="sample-spread"
                min="0"
                max=WIDEST
                step="0.05"
                aria-label=move || tr!(desk, sample_spread_what)
                aria-valuetext=shown
                prop:value=move || sampler.spread.get().to_string()
                on:input=set
            />
            <output>{shown}</output>
        </label>
    }
}

/// One sentence on what is shown.
fn said(desk: Desk, sampler: Sampler) -> Option<String> {
    let spread = |spread: f32| number(desk.locale(), spread, 2);
    Some(match sampler.drawn.get()? {
        Drawn::Prior { count } => tr!(desk, sample_said_prior, count = count),
        Drawn::Fitted { count, kind, held_out } => {
            let kind = kind_name(desk, kind);
            match held_out {
                Some(nats) => {
                    let nats = number(desk.locale(), nats as f32, 2);
                    tr!(desk, sample_said_fitted, count = count, kind = kind, nats = nats)
                }
                None => tr!(desk, sample_said_fitted_short, count = count, kind = kind),
            }
        }
        Drawn::Posterior { count, spread: s, source: Source::Drawing } => {
            tr!(desk, sample_said_drawing, count = count, spread = spread(s))
        }
        Drawn::Posterior { count: n, spread: s, source: Source::Code(index) } => {
            tr!(desk, sample_said_code, count = n, spread = spread(s), index = count(index))
        }
        Drawn::Class { count, class } => {
            let class = words::class(desk, class);
            tr!(desk, sample_said_class, count = count, class = class)
        }
    })
}
