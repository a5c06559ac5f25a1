//! Questions from the classroom on continuity, completeness and how the classes lie, whose answers the meters know.

use leptos::prelude::*;

use super::gauge::Gauge;
use crate::i18n::{Locale, number};
use crate::latent::regularity::report::Meter;
use crate::spec::MOST_CLASSES;
use crate::ui::words::{self, say, tr};

#[derive(Clone, Copy, PartialEq)]
enum Question {
    Continuity,
    Completeness,
    Distinctive,
    Hardest,
    Mixed,
    Centre,
}

impl Question {
    const ALL: [Self; 6] =
        [Self::Continuity, Self::Completeness, Self::Distinctive, Self::Hardest, Self::Mixed, Self::Centre];

    fn name(self) -> &'static str {
        match self {
            Self::Continuity => "continuity",
            Self::Completeness => "completeness",
            Self::Distinctive => "distinctive",
            Self::Hardest => "hardest",
            Self::Mixed => "mixed",
            Self::Centre => "centre",
        }
    }

    fn text(self, l: Locale) -> &'static str {
        match self {
            Self::Continuity => say!(l, quiz_continuity),
            Self::Completeness => say!(l, quiz_completeness),
            Self::Distinctive => say!(l, quiz_distinctive),
            Self::Hardest => say!(l, quiz_hardest),
            Self::Mixed => say!(l, quiz_mixed),
            Self::Centre => say!(l, quiz_centre),
        }
    }

    /// Whether it asks for a share of samples, and not for a class.
    fn is_of_share(self) -> bool {
        matches!(self, Self::Continuity | Self::Completeness)
    }
}

/// Shares that one may guess, by the percentage at which each begins.
const SHARES: [u8; 4] = [0, 50, 75, 90];

/// Which of [`SHARES`] a share is in; both where it lies on an edge, as it is written.
fn shares(value: f32) -> Vec<u8> {
    let percent = 100.0 * value;
    let last = |percent: f32| SHARES.iter().rposition(|begin| percent >= f32::from(*begin)).unwrap_or_default() as u8;
    let mut found = vec![last(percent), last(percent - 0.5), last(percent + 0.5)];
    found.dedup();
    found
}

/// Which answers are right, the best first, and why.
#[derive(Clone, PartialEq)]
struct Key {
    answers: Vec<u8>,
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
    let name = move |answer: u8| match question.is_of_share() {
        true => share_name(desk.locale(), answer),
        false => words::class(desk, answer),
    };
    let answers = if question.is_of_share() { SHARES.len() } else { MOST_CLASSES } as u8;
    let verdict = move || {
        let (answer, key) = (answer.get()?, key.get()?);
        let right = key.answers.contains(&answer);
        let first = key.answers.first().copied().unwrap_or_default();
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
                {(0..answers)
                    .map(|each| {
                        let missing = move || !question.is_of_share() && desk.mean(each).is_none();
                        view! {
                            <option value=each.to_string() hidden=missing>
                                {move || name(each)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
        <p class="fine" role="status" data-testid=format!("quiz-{}-said", question.name())>{verdict}</p>
    }
}

/// What one of [`SHARES`] is called.
fn share_name(l: Locale, index: u8) -> String {
    let begin = SHARES.get(usize::from(index)).copied().unwrap_or_default();
    match SHARES.get(usize::from(index) + 1) {
        Some(end) if begin == 0 => say!(l, quiz_fewer, most = end),
        Some(end) => say!(l, quiz_between, least = begin, most = end),
        None => say!(l, quiz_more, least = begin),
    }
}

fn key(gauge: Gauge, question: Question) -> Option<Key> {
    let (desk, clusters) = (gauge.desk, gauge.clusters()?);
    let percent = |share: f32| number(desk.locale(), 100.0 * share, 0);
    let known =
        |(class, share): (u8, f32)| Key { answers: vec![class], fact: tr!(desk, quiz_share, percent = percent(share)) };
    let share = |meter: Meter| {
        let (reading, _) = gauge.reading(meter)?;
        Some(Key { answers: shares(reading.value), fact: tr!(desk, quiz_of_hundred, count = percent(reading.value)) })
    };
    match question {
        Question::Continuity => share(Meter::Continuity),
        Question::Completeness => share(Meter::Returns),
        Question::Distinctive => clusters.clearest().map(known),
        Question::Hardest => clusters.hardest().map(known),
        Question::Mixed => {
            let (a, b, share) = clusters.most_mixed()?;
            let name = |class: u8| words::class(desk, class);
            let fact = tr!(desk, quiz_pair, percent = percent(share), a = name(a), b = name(b));
            Some(Key { answers: vec![a, b], fact })
        }
        Question::Centre => {
            let (class, _) = gauge.meters().get()?.centre?;
            Some(Key { answers: vec![class], fact: tr!(desk, quiz_at).to_owned() })
        }
    }
}
