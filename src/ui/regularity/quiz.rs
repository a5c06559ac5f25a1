//! Questions from the classroom on how the classes lie, whose answers the meters know.

use leptos::prelude::*;

use super::gauge::Gauge;
use crate::i18n::{Locale, number};
use crate::spec::MOST_CLASSES;
use crate::ui::words::{self, say, tr};

#[derive(Clone, Copy, PartialEq)]
enum Question {
    Distinctive,
    Hardest,
    Mixed,
    Centre,
}

impl Question {
    const ALL: [Self; 4] = [Self::Distinctive, Self::Hardest, Self::Mixed, Self::Centre];

    fn name(self) -> &'static str {
        match self {
            Self::Distinctive => "distinctive",
            Self::Hardest => "hardest",
            Self::Mixed => "mixed",
            Self::Centre => "centre",
        }
    }

    fn text(self, l: Locale) -> &'static str {
        match self {
            Self::Distinctive => say!(l, quiz_distinctive),
            Self::Hardest => say!(l, quiz_hardest),
            Self::Mixed => say!(l, quiz_mixed),
            Self::Centre => say!(l, quiz_centre),
        }
    }
}

/// Which classes are right, and why.
#[derive(Clone, PartialEq)]
struct Key {
    classes: Vec<u8>,
    fact: String,
}

#[component]
pub fn Quiz(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    view! {
        <div class="quiz" hidden=move || gauge.clusters().is_none()>
            <h3>{move || tr!(desk, quiz)}</h3>
            {Question::ALL.into_iter().map(|question| view! { <Ask gauge question/> }).collect_view()}
        </div>
    }
}

#[component]
fn Ask(gauge: Gauge, question: Question) -> impl IntoView {
    let desk = gauge.desk;
    let answer = RwSignal::new(None::<u8>);
    let key = Memo::new(move |_| key(gauge, question));
    // Another model is another question.
    Effect::new(move |_| {
        key.with(|_| ());
        answer.set(None);
    });
    let name = move |class: u8| words::class(desk, class);
    let verdict = move || {
        let (answer, key) = (answer.get()?, key.get()?);
        let right = key.classes.contains(&answer);
        let first = key.classes.first().copied().unwrap_or_default();
        Some(match right {
            true => tr!(desk, quiz_right, fact = key.fact),
            false => tr!(desk, quiz_wrong, class = name(first), fact = key.fact),
        })
    };
    let choose = move |event| answer.set(event_target_value(&event).parse().ok());
    view! {
        <label class="field question" hidden=move || key.read().is_none()>
            <span>{move || question.text(desk.locale())}</span>
            <select data-testid=format!("quiz-{}", question.name()) on:change=choose>
                <option value="" prop:selected=move || answer.get().is_none()>"?"</option>
                {(0..MOST_CLASSES as u8)
                    .map(|class| {
                        view! {
                            <option value=class.to_string() hidden=move || desk.mean(class).is_none()>
                                {move || name(class)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
        <p class="fine" role="status" data-testid=format!("quiz-{}-said", question.name())>{verdict}</p>
    }
}

fn key(gauge: Gauge, question: Question) -> Option<Key> {
    let (desk, clusters) = (gauge.desk, gauge.clusters()?);
    let percent = |share: f32| number(desk.locale(), 100.0 * share, 0);
    let known =
        |(class, share): (u8, f32)| Key { classes: vec![class], fact: tr!(desk, quiz_share, percent = percent(share)) };
    match question {
        Question::Distinctive => clusters.clearest().map(known),
        Question::Hardest => clusters.hardest().map(known),
        Question::Mixed => {
            let (a, b, share) = clusters.most_mixed()?;
            let name = |class: u8| words::class(desk, class);
            let fact = tr!(desk, quiz_pair, percent = percent(share), a = name(a), b = name(b));
            Some(Key { classes: vec![a, b], fact })
        }
        Question::Centre => {
            let (class, _) = gauge.meters().get()?.centre?;
            Some(Key { classes: vec![class], fact: tr!(desk, quiz_at).to_owned() })
        }
    }
}
