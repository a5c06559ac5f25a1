//! What a file of weights alone cannot say of its model, asked before it is opened.

use leptos::prelude::*;

use super::{Bring, Step};
use crate::spec::{Activation, Input, Likelihood};
use crate::state::PageStoreFields;
use crate::state::session::{SessionStoreFields, running};
use crate::ui::lab::fields::Choose;
use crate::ui::words::tr;

/// Of a Gaussian likelihood, where the lab has none.
const DEVIATION: f32 = 0.1;

#[component]
pub fn Ask(bring: Bring) -> impl IntoView {
    let asked = Memo::new(move |_| matches!(*bring.step.read(), Step::Asking(_)));
    view! {
        <Show when=move || asked.get()>
            <Question bring/>
        </Show>
    }
}

#[component]
fn Question(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    // As it is in the lab.
    let model = match &*bring.step.read_untracked() {
        Step::Asking(model) => model.clone(),
        _ => return ().into_any(),
    };
    let pictures = matches!(model.input, Input::Picture(_));
    let activation = RwSignal::new(model.activation);
    let likelihood = RwSignal::new(model.likelihood);
    let gaussian = match model.likelihood {
        Likelihood::Gaussian { .. } => model.likelihood,
        Likelihood::Bernoulli => Likelihood::Gaussian { deviation: DEVIATION },
    };
    let busy = Memo::new(move |_| running(desk.page.session().phase().get()));
    let activations = Activation::ALL.map(|one| (one.name(), Signal::derive(move || one.name()))).to_vec();
    let open = move |_| {
        let (activation, likelihood) = (activation.get_untracked(), likelihood.get_untracked());
        bring.answer(activation, likelihood);
    };
    view! {
        <fieldset class="mend" data-testid="own-ask">
            <legend>{move || tr!(desk, hints)}</legend>
            <p class="fine">{move || tr!(desk, ask_what)}</p>
            <div class="settings">
                <Choose
                    id="ask-activation"
                    label=Signal::derive(move || tr!(desk, activation))
                    words=activations
                    chosen=Signal::derive(move || activation.get().name())
                    choose=Callback::new(move |word: String| {
                        if let Some(one) = Activation::ALL.into_iter().find(|one| one.name() == word) {
                            activation.set(one);
                        }
                    })
                />
                <Show when=move || pictures>
                    <Choose
                        id="ask-likelihood"
                        label=Signal::derive(move || tr!(desk, likelihood))
                        words=vec![
                            ("bernoulli", Signal::derive(move || tr!(desk, likelihood_bernoulli))),
                            ("gaussian", Signal::derive(move || tr!(desk, likelihood_gaussian))),
                        ]
                        chosen=Signal::derive(move || match likelihood.get() {
                            Likelihood::Bernoulli => "bernoulli",
                            Likelihood::Gaussian { .. } => "gaussian",
                        })
                        choose=Callback::new(move |word: String| {
                            likelihood.set(if word == "gaussian" { gaussian } else { Likelihood::Bernoulli });
                        })
                    />
                </Show>
            </div>
            <div class="row">
                <button class="btn q small" data-testid="ask-open" disabled=move || busy.get() on:click=open>
                    {move || tr!(desk, ask_open)}
                </button>
                <button class="btn q small" data-testid="ask-leave" on:click=move |_| bring.give_up()>
                    {move || tr!(desk, own_leave)}
                </button>
            </div>
        </fieldset>
    }
    .into_any()
}
