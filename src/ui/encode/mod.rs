//! Encoding: a drawing or a picture, what the encoder makes of it, and how far the reconstruction is off.

mod board;
mod source;

use leptos::html::{Canvas, Input};
use leptos::prelude::*;

use super::canvas;
use super::contact::rows;
use super::desk::Desk;
use super::keep::Keep;
use super::pad::{CANVAS, PENS, Pad, PenMark};
use super::words::tr;
use crate::i18n::{number, point};
use crate::latent::posterior::sigma_ellipse;
use crate::plots::raster;
use crate::protocol::{Query, Slot};
use crate::spec::PIXELS;
use crate::state::PageStoreFields;
use crate::state::drawing::{error as error_of, floor};
use crate::state::session::{Kind, Model, SessionStoreFields, answers};
use board::Board;
use source::Source;

/// Side of a picture in a file, in pixels of the page.
const FIGURE: f32 = 112.0;

#[component]
pub fn Encode() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let [pad, seen, reconstruction, error] = std::array::from_fn(|_| NodeRef::<Canvas>::new());
    let board = Board::new(desk, Pad::new(pad, Memo::new(move |_| desk.format())));
    let source = Source::new(desk, board);
    source.listen();
    let encoded = Memo::new(move |_| session.encoded().get());
    let fashion = move || session.model().get().knows_garments();

    Effect::new(move |_| show(seen, board.seen.get().as_deref()));
    Effect::new(move |_| show(reconstruction, encoded.get().as_ref().map(|e| &e.reconstruction[..])));
    let off = Memo::new(move |_| encoded.get().map(|e| (e.of, e.reconstruction)));
    // The pen is ahead of the encoder.
    let behind = Memo::new(move |_| {
        let (seen, encoded) = (board.seen.read(), encoded.read());
        encoded.as_ref().is_some_and(|e| seen.as_ref() != Some(&*e.of))
    });
    Effect::new(move |_| {
        let format = board.pad.format.get();
        let same = off.get().filter(|(x, r)| x.len() == format.bytes() && r.len() == format.bytes());
        let apart = same.map(|(x, r)| raster::apart(&x, &r, format));
        match (error.get(), apart) {
            (Some(canvas), Some(apart)) => {
                canvas::put(&canvas, &raster::ember(&apart), format.side as u32, format.side as u32);
            }
            _ => show(error, None),
        }
    });
    let said = move || {
        let (x, r) = off.get()?;
        let written = |value: f32, decimals| number(desk.locale(), value, decimals);
        let error = written(error_of(&x, &r), 3);
        let (nats, constant) = encoded.read().as_ref().map(|e| (e.nats, e.constant))?;
        Some(match nats {
            None => tr!(desk, encode_error_pixels, error = error),
            // A likelihood with a constant is the Gaussian.
            Some(nats) if constant != 0.0 => {
                let (nats, constant) = (written(nats, 1), written(constant, 1));
                tr!(desk, encode_error_gaussian, error = error, nats = nats, constant = constant)
            }
            Some(nats) => {
                let (nats, least) = (written(nats, 1), written(floor(&x), 1));
                tr!(desk, encode_error, error = error, nats = nats, least = least)
            }
        })
    };
    let figure = Callback::new(move |()| {
        let (x, r) = off.get()?;
        let format = board.pad.format.get();
        rows(tr!(desk, encode_figure), &["x", "x̂"], &[&x[..], &r[..]].concat(), format, 1, FIGURE)
    });
    let ellipse = Memo::new(move |_| encoded.get().and_then(|e| sigma_ellipse(&e.mu, &e.log_var)));
    let csv = |pair: [f32; 2]| format!("{},{}", pair[0], pair[1]);
    let own = move || session.model().get() == Model::Trained(Kind::Own);
    let title = move || match (fashion(), own()) {
        (true, _) => tr!(desk, pad_title_fashion),
        (_, true) => tr!(desk, pad_title_own),
        _ => tr!(desk, pad_title),
    };
    let hint = move || match (board.seen.read().is_some(), answers(session.phase().get())) {
        (false, _) if fashion() => tr!(desk, pad_empty_fashion),
        (false, _) if own() => tr!(desk, pad_empty_own),
        (false, _) => tr!(desk, pad_empty),
        (true, false) => tr!(desk, pad_wait),
        (true, true) => "",
    };
    let kept = Memo::new(move |_| desk.page.kept().read().len());
    view! {
        <section class="drawing" hidden=move || !session.model().get().takes_pictures()>
            <h2 class="kept">
                {title}
                <span hidden=move || off.get().is_none()>
                    <Keep name="encoded" figure/>
                </span>
            </h2>
            <div class="tiles">
                <div class="tile">
                    <div class="pad">
                        <canvas
                            node_ref=pad
                            width=CANVAS
                            height=CANVAS
                            tabindex="0"
                            role="application"
                            data-testid="pad"
                            aria-label=move || tr!(desk, pad)
                            on:pointerdown=move |event| {
                                source.forget();
                                board.down(&event);
                            }
                            on:pointermove=move |event| board.moved(&event)
                            on:pointerup=move |_| board.pad.up()
                            on:pointercancel=move |_| board.pad.up()
                            on:keydown=move |event| board.key(&event)
                        ></canvas>
                        <svg class="ghost" viewBox="0 0 24 24" aria-hidden="true" hidden=move || board.inked()>
                            <path d="M4 20l4-1L19 8l-3-3L5 16z"/>
                        </svg>
                        <PenMark pad=board.pad/>
                    </div>
                    <span>{move || tr!(desk, pad_hint)}</span>
                </div>
                <div class="tile">
                    <canvas node_ref=seen width="28" height="28" data-testid="pad-seen"></canvas>
                    <span><i class="sym">"x"</i> " " {move || tr!(desk, pad_seen)}</span>
                </div>
                <div class="tile">
                    <canvas node_ref=reconstruction width="28" height="28" data-testid="reconstruction"></canvas>
                    <span><i class="sym xhat">"x̂"</i> " " {move || tr!(desk, reconstruction)}</span>
                </div>
                <div class="tile">
                    <canvas node_ref=error width="28" height="28" data-testid="pad-error"></canvas>
                    <span><i class="sym">"|x − x̂|"</i> " " {move || tr!(desk, encode_off)}</span>
                </div>
            </div>
            <Tools board source/>
            <p class="hint" role="status" data-testid="pad-hint" hidden=move || hint().is_empty()>{hint}</p>
            <div class="posterior">
                <p
                    data-testid="posterior"
                    title=move || tr!(desk, posterior)
                    hidden=move || ellipse.get().is_none()
                    aria-busy=move || behind.get().to_string()
                    data-mu=move || ellipse.get().map(|e| csv(e.centre))
                    data-sigma=move || ellipse.get().map(|e| csv(e.radii))
                >
                    <i class="sym">"q(z|x)"</i> " "
                    <b class="mu"><i class="sym">"μ"</i> " = " {move || ellipse.get().map(|e| point(desk.locale(), e.centre))}</b> ", "
                    <b class="sigma"><i class="sym">"σ"</i> " = " {move || ellipse.get().map(|e| point(desk.locale(), e.radii))}</b>
                    <br/> <span data-testid="encode-error">{said}</span>
                </p>
                <button
                    class="btn q small"
                    data-testid="posterior-go"
                    hidden=move || ellipse.get().is_none()
                    on:click=move |_| {
                        if let Some(ellipse) = ellipse.get_untracked() {
                            desk.go_to(ellipse.centre);
                            desk.settle();
                        }
                    }
                >
                    {move || tr!(desk, posterior_go)}
                </button>
                <button
                    class="btn q small"
                    data-testid="encode-keep"
                    title=move || tr!(desk, encode_keep_hint)
                    hidden=move || ellipse.get().is_none()
                    on:click=move |_| {
                        desk.keep_drawing();
                    }
                >
                    {move || tr!(desk, encode_keep)}
                    <small hidden=move || kept.get() == 0>{move || format!(" {}", kept.get())}</small>
                </button>
            </div>
        </section>
    }
}

/// The pens, back, clear, centring, and pictures from elsewhere.
#[component]
fn Tools(board: Board, source: Source) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let file = NodeRef::<Input>::new();
    let session = desk.page.session();
    let trained = Memo::new(move |_| session.model().get().is_trained() && session.lacking().read().is_none());
    let wanted = StoredValue::new(None::<u32>);
    let sample = move |_| {
        let count = desk.page.session().cloud().read_untracked().as_ref().map_or(0, |cloud| cloud.codes.len());
        let index = (js_sys::Math::random() * count as f64) as u32;
        wanted.set_value(Some(index));
        desk.ask(Slot::Original, Query::Original { index }.into());
    };
    Effect::new(move |_| {
        let original = desk.page.session().original().get();
        let asked = |index: usize| wanted.get_value().is_some_and(|wanted| wanted as usize == index);
        if let Some(original) = original.filter(|original| asked(original.index)) {
            wanted.set_value(None);
            source.forget();
            board.lay_data(&original.pixels);
        }
    });
    let chosen = move |_| {
        if let Some(input) = file.get_untracked() {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                source.read(file.into());
            }
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let pen = move |index: usize| {
        let name = move || match index {
            0 => tr!(desk, pad_pen_thin),
            1 => tr!(desk, pad_pen_medium),
            _ => tr!(desk, pad_pen_thick),
        };
        let radius = (PENS[index] / 2.4).to_string();
        view! {
            <button
                data-testid=format!("pad-brush-{index}")
                title=name
                aria-label=name
                aria-pressed=move || (board.pad.brush.get() == index).to_string()
                on:click=move |_| board.pad.brush.set(index)
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><circle class="full" cx="8" cy="8" r=radius/></svg>
            </button>
        }
    };
    let undo = move || tr!(desk, pad_undo);
    let clear = move || tr!(desk, pad_clear);
    let centre = move || tr!(desk, pad_centre);
    let pick = move || tr!(desk, encode_file);
    let data = move || if trained.get() { tr!(desk, encode_sample) } else { tr!(desk, encode_sample_not) };
    let inverted = move || if source.dark() == Some(true) { tr!(desk, encode_dark) } else { tr!(desk, encode_light) };
    view! {
        <div class="pad-tools" role="toolbar" aria-label=move || tr!(desk, pad_tools)>
            <span class="pens" role="group" data-testid="pad-brush" aria-label=move || tr!(desk, pad_brush)>
                {(0..PENS.len()).map(pen).collect_view()}
            </span>
            <Show when=move || board.pad.format.get().is_colour()>
                <Colour id="pad-colour" colour=board.pad.colour/>
            </Show>
            <hr/>
            <button
                data-testid="pad-undo"
                title=undo
                aria-label=undo
                disabled=move || !board.pad.has_strokes()
                on:click=move |_| board.undo()
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 3L3 6l3 3M3 6h6a4 4 0 010 8H6"/></svg>
            </button>
            <button
                data-testid="pad-clear"
                title=clear
                aria-label=clear
                disabled=move || !board.inked()
                on:click=move |_| {
                    source.forget();
                    board.clear();
                }
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>
            </button>
            <button
                data-testid="pad-centre"
                title=centre
                aria-label=centre
                aria-pressed=move || board.centred().to_string()
                disabled=move || board.pad.format.get().is_colour()
                on:click=move |_| board.turn_centre()
            >
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4M8 7v2M7 8h2"/></svg>
            </button>
            <hr/>
            <button data-testid="encode-sample" title=data aria-label=data disabled=move || !trained.get() on:click=sample>
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M3 3h10v10H3z"/>
                    <path d="M6 6v.1M10 6v.1M8 8v.1M6 10v.1M10 10v.1"/>
                </svg>
            </button>
            <button
                data-testid="encode-file"
                title=pick
                aria-label=pick
                on:click=move |_| file.get_untracked().iter().for_each(|input| input.click())
            >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M2.5 3h11v10h-11zM3 11.5l3.5-4 3 3 1.5-1.5 2.5 2.5M10.5 6v.1"/>
                </svg>
            </button>
            <input
                node_ref=file
                type="file"
                accept="image/*"
                hidden
                aria-hidden="true"
                data-testid="encode-input"
                on:change=chosen
            />
            <button
                data-testid="encode-invert"
                class="word"
                hidden=move || source.dark().is_none()
                title=move || tr!(desk, encode_invert)
                on:click=move |_| source.flip()
            >
                {inverted}
            </button>
        </div>
    }
}

/// The colour of a pen.
#[component]
pub fn Colour(id: &'static str, colour: RwSignal<String>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <input
            type="color"
            data-testid=id
            title=move || tr!(desk, pad_colour)
            aria-label=move || tr!(desk, pad_colour)
            prop:value=move || colour.get()
            on:input=move |event| colour.set(event_target_value(&event))
        />
    }
}

fn show(node: NodeRef<Canvas>, pixels: Option<&[u8]>) {
    match pixels {
        Some(pixels) => canvas::picture(node, pixels),
        None => canvas::picture(node, &[0; PIXELS]),
    }
}
