//! The net as a small diagram: a bar for each layer, its shape and its parameters; the encoder's layers can be changed, and
//! the decoder mirrors them.

use leptos::ev::Event;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::fields::Choose;
use crate::i18n::count;
use crate::plots::net::{self as drawn, draw_net};
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, paper, sized};
use crate::spec::check::{Layer, MOST_LATENT, MOST_PARAMETERS};
use crate::spec::{Input, ModelSpec, Net};
use crate::state::PageStoreFields;
use crate::state::scene::{SceneStoreFields, Theme};
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::words::tr;

/// Room for a layer in a file, and its height, in pixels of the page.
const WIDE: f32 = 58.0;
const HIGH: f32 = 150.0;

/// Most hidden layers of a perceptron, and units or channels of one.
const MOST_LAYERS: usize = 4;
const WIDEST: usize = 2048;

#[component]
pub fn Diagram(disabled: Signal<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let model = Memo::new(move |_| desk.page.scene().run().read().model.clone());
    let layers = Memo::new(move |_| model.read().layers());
    let is_conv = Signal::derive(move || if matches!(model.read().net, Net::Conv { .. }) { "conv" } else { "mlp" });
    let choose = Callback::new(move |word: String| {
        change(desk, |model| {
            model.net = match word.as_str() {
                "conv" => Net::Conv { channels: [16, 32], hidden: 64 },
                _ => Net::Mlp { hidden: vec![256, 128] },
            };
        });
    });
    let points = Signal::derive(move || disabled.get() || model.read().input == Input::Point);
    let sum = move || {
        let parameters = model.read().parameters();
        // Weights, gradient and two moments, four bytes each.
        let megabytes = parameters.saturating_mul(16) / 1_000_000;
        tr!(desk, net_sum, parameters = count(parameters), megabytes = megabytes)
    };
    let too_large = move || model.read().parameters() > MOST_PARAMETERS;
    let bars = move || {
        let layers = layers.get();
        let middle = layers.len() / 2;
        let bar = move |(i, layer): (usize, Layer)| {
            view! { <Bar layer place=i middle model disabled/> }
        };
        layers.into_iter().enumerate().map(bar).collect_view()
    };
    let figure = Callback::new(move |()| {
        let layers = layers.get();
        let middle = layers.len() / 2;
        let bar = |(i, layer): (usize, &Layer)| drawn::Bar {
            units: layer.shape.0 * layer.shape.1 * layer.shape.1,
            shape: shape(layer),
            parameters: if layer.parameters > 0 { count(layer.parameters) } else { String::new() },
            code: i == middle,
        };
        let bars: Vec<_> = layers.iter().enumerate().map(bar).collect();
        let size = sized([bars.len() as f32 * WIDE, HIGH]);
        paper(size, tr!(desk, net_figure), |area| draw_net(area, &bars, Ink::on(Theme::Light), RATIO))
    });
    let mlp = move || match &model.read().net {
        Net::Mlp { hidden } => Some(hidden.len()),
        Net::Conv { .. } => None,
    };
    view! {
        <div class="net" data-testid="net">
            <Choose
                id="net-kind"
                label=Signal::derive(move || tr!(desk, net))
                words=vec![
                    ("mlp", Signal::derive(move || tr!(desk, net_mlp))),
                    ("conv", Signal::derive(move || tr!(desk, net_conv))),
                ]
                chosen=is_conv
                choose
                disabled=points
            />
            <div class="row" hidden=move || mlp().is_none()>
                <button
                    class="btn q small"
                    data-testid="layer-more"
                    disabled=move || disabled.get() || mlp().is_none_or(|layers| layers >= MOST_LAYERS)
                    on:click=move |_| change(desk, deeper)
                >
                    {move || tr!(desk, net_more)}
                </button>
                <button
                    class="btn q small"
                    data-testid="layer-less"
                    disabled=move || disabled.get() || mlp().is_none_or(|layers| layers <= 1)
                    on:click=move |_| change(desk, shallower)
                >
                    {move || tr!(desk, net_less)}
                </button>
            </div>
            <div class="bars">{bars}</div>
            <div class="kept">
                <p class="hint" class:trouble=too_large data-testid="net-sum">{sum}</p> <Keep name="net" figure/>
            </div>
        </div>
    }
}

/// One layer. Its height grows with the logarithm of its units.
#[component]
fn Bar(layer: Layer, place: usize, middle: usize, model: Memo<ModelSpec>, disabled: Signal<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let (units, side) = layer.shape;
    let all = units * side * side;
    let height = format!("{}px", 14.0 + 9.0 * (all.max(1) as f32).log2());
    let shape = shape(&layer);
    let parameters = if layer.parameters > 0 { count(layer.parameters) } else { String::new() };
    let editable = (1..=middle).contains(&place);
    let most = if place == middle { MOST_LATENT } else { WIDEST };
    let set = move |event: Event| {
        if let Ok(value) = event_target_value(&event).parse::<usize>() {
            change(desk, |model| widen(model, place, middle, value.clamp(1, most)));
        }
        // What was no number gives way to what is.
        event_target::<HtmlInputElement>(&event)
            .set_value(&width_of(&model.get_untracked(), place, middle).to_string());
    };
    let name = move || {
        if place == middle { tr!(desk, net_latent).to_owned() } else { tr!(desk, net_layer, layer = place) }
    };
    let field = move || {
        view! {
            <input
                type="number"
                data-testid=format!("layer-{place}")
                min="1"
                max=most.to_string()
                value=units.to_string()
                disabled=move || disabled.get()
                aria-label=name
                on:change=set
            />
        }
    };
    view! {
        <div class="layer" class:code=place == middle title=move || tr!(desk, net_parameters, parameters = parameters.clone())>
            <i style:height=height></i>
            {if editable { field().into_any() } else { view! { <span>{shape}</span> }.into_any() }}
        </div>
    }
}

/// 64×7×7 of feature maps, 128 of units.
fn shape(layer: &Layer) -> String {
    match layer.shape {
        (units, 1) => units.to_string(),
        (units, side) => format!("{units}×{side}×{side}"),
    }
}

fn change(desk: Desk, change: impl FnOnce(&mut ModelSpec)) {
    desk.page.scene().run().update(|run| change(&mut run.model));
}

fn deeper(model: &mut ModelSpec) {
    if let Net::Mlp { hidden } = &mut model.net
        && let Some(&last) = hidden.last()
    {
        hidden.push((last / 2).max(1));
    }
}

fn shallower(model: &mut ModelSpec) {
    if let Net::Mlp { hidden } = &mut model.net {
        hidden.pop();
    }
}

fn widen(model: &mut ModelSpec, place: usize, middle: usize, width: usize) {
    match (&mut model.net, place == middle) {
        (_, true) => model.latent = width,
        (Net::Mlp { hidden }, false) => hidden.iter_mut().skip(place - 1).take(1).for_each(|units| *units = width),
        (Net::Conv { channels, .. }, false) if place <= 2 => channels[place - 1] = width,
        (Net::Conv { hidden, .. }, false) => *hidden = width,
    }
}

fn width_of(model: &ModelSpec, place: usize, middle: usize) -> usize {
    match (&model.net, place == middle) {
        (_, true) => model.latent,
        (Net::Mlp { hidden }, false) => hidden.get(place - 1).copied().unwrap_or(1),
        (Net::Conv { channels, .. }, false) if place <= 2 => channels[place - 1],
        (Net::Conv { hidden, .. }, false) => *hidden,
    }
}
