//! In class: the worst hole, the most gradual bridge, a prediction that is checked, and questions.

use leptos::prelude::*;

use super::gauge::Gauge;
use super::quiz::Quiz;
use crate::i18n::number;
use crate::latent::path::Course;
use crate::latent::regularity::bridge::worst_slope;
use crate::latent::regularity::holes::{Hole, score_marks, worst_holes};
use crate::latent::regularity::overlap::density;
use crate::latent::regularity::{Metric, Survey};
use crate::spec::MOST_CLASSES;
use crate::state::pictures::Cloud;
use crate::state::scene::{Cover, End, Layer, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::state::{PageStoreFields, Prediction};
use crate::ui::desk::Desk;
use crate::ui::desk::survey::gradual;
use crate::ui::preferences::later;
use crate::ui::skip::focus;
use crate::ui::words::{self, tr};

/// Holes that are shown one after another.
const HOLES: usize = 5;

/// A way around whose steepest place is not gentler by this share is not worth going.
const WORTH: f32 = 0.05;

/// Slopes below this, as a root mean square change per σ, are none.
const FLAT: f32 = 0.02;

#[component]
pub fn InClass(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    view! {
        <details class="more" data-testid="in-class">
            <summary>{move || tr!(desk, in_class)}</summary>
            <ShowMe gauge/>
            <Predict gauge/>
            <Quiz gauge/>
        </details>
    }
}

/// Buttons that find something, and a sentence on what was found.
#[component]
fn ShowMe(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let session = desk.page.session();
    let said = RwSignal::new(String::new());
    // The next press shows the next hole.
    let nth = StoredValue::new(0);
    // What was said is of another model.
    let of = Memo::new(move |_| (session.weights().get(), desk.locale()));
    // And what was found would help to predict.
    let prediction = Memo::new(move |_| desk.page.prediction().get().map(|prediction| prediction.revealed));
    Effect::new(move |_| {
        of.with(|_| ());
        prediction.with(|_| ());
        said.set(String::new());
        nth.set_value(0);
    });
    let hole = move |_| {
        said.set(untrack(|| find_hole(gauge, nth.get_value())));
        nth.update_value(|nth| *nth += 1);
    };
    let bridge = move |_| said.set(untrack(|| build_bridge(gauge)));
    let gap = move |_| said.set(untrack(|| find_gap(gauge)));
    let ready = move || gauge.meters().read().is_some();
    view! {
        <div class="pair">
            <button class="btn q" data-testid="show-hole" disabled=move || !ready() on:click=hole>
                {move || tr!(desk, hole)}
            </button>
            <button class="btn q" data-testid="show-gap" disabled=move || !ready() on:click=gap>
                {move || tr!(desk, gap)}
            </button>
            <button class="btn q" data-testid="show-bridge" disabled=move || !ready() on:click=bridge>
                {move || tr!(desk, bridge)}
            </button>
        </div>
        <p class="say" role="status" data-testid="found" hidden=move || said.read().is_empty()>{said}</p>
    }
}

/// Takes the handle to the worst hole, then to the next worst, shows the layer that it is the worst of, and says what is seen.
fn find_hole(gauge: Gauge, nth: usize) -> String {
    let desk = gauge.desk;
    let (Some(survey), Some(cloud)) = (desk.page.session().survey().get(), desk.own_cloud()) else {
        return String::new();
    };
    if gauge.says_little() {
        return tr!(desk, hole_collapsed).to_owned();
    }
    let holes = worst_holes(&survey, &spread(&survey, &cloud), HOLES);
    desk.page.scene().layers().update(|layers| layers.set(Layer::Cover(Cover::Completeness), true));
    if holes.is_empty() {
        return tr!(desk, hole_none).to_owned();
    }
    let nth = nth % holes.len();
    let hole = holes[nth];
    desk.go_to(hole.z);
    desk.settle();
    let count = tr!(desk, hole_count, number = nth + 1, of = holes.len());
    format!("{count} {}", describe(desk, hole))
}

/// Where the decoding is encoded, and whether there are hardly any codes: a hole need not be empty.
fn describe(desk: Desk, hole: Hole) -> String {
    let far = match hole.distance.is_finite() {
        true => tr!(desk, hole_far, distance = number(desk.locale(), hole.distance, 1)),
        false => tr!(desk, hole_nowhere).to_owned(),
    };
    if !hole.is_empty() {
        return far;
    }
    let percent = number(desk.locale(), 100.0 * hole.q_over_p, 0);
    format!("{far} {}", tr!(desk, hole_empty, percent = percent))
}

/// Takes the handle to the middle of the largest disc without codes, and says how large it is.
fn find_gap(gauge: Gauge) -> String {
    let desk = gauge.desk;
    let Some(gap) = gauge.meters().get().and_then(|meters| meters.gap) else {
        return tr!(desk, gap_none).to_owned();
    };
    desk.go_to(gap.centre);
    desk.settle();
    if gauge.says_little() {
        return tr!(desk, gap_collapsed, radius = number(desk.locale(), gap.radius, 2));
    }
    tr!(desk, gap_said, radius = number(desk.locale(), gap.radius, 2))
}

/// The density of the codes on the survey's grid.
fn spread(survey: &Survey, cloud: &Cloud) -> Vec<f32> {
    density(survey.frame.area(), survey.columns, survey.rows, &cloud.codes, &cloud.log_var)
}

/// Lays the film strip along the most gradual way between its two classes; where that is the straight line, or where the
/// strip goes between other places, between the two for which going around gains most.
fn build_bridge(gauge: Gauge) -> String {
    let desk = gauge.desk;
    let Some(survey) = desk.page.session().survey().get() else { return tr!(desk, bridge_none).to_owned() };
    let asked = match desk.page.scene().path().get().ends {
        [End::Class(a), End::Class(b)] if a != b => Some([a, b]),
        _ => None,
    };
    let of_asked = asked.and_then(|pair| span(desk, &survey, pair));
    let all = (0..MOST_CLASSES as u8).flat_map(|a| (a + 1..MOST_CLASSES as u8).map(move |b| [a, b]));
    let found = of_asked.clone().filter(Span::is_worth).or_else(|| {
        let spans = all.filter_map(|pair| span(desk, &survey, pair));
        spans.reduce(|best, next| if next.gain() > best.gain() { next } else { best })
    });
    let Some(found) = found.clone().filter(Span::is_worth).or(of_asked.clone()).or(found) else {
        return match asked {
            Some(_) => tr!(desk, strip_beyond).to_owned(),
            None => tr!(desk, bridge_none).to_owned(),
        };
    };
    let Span { pair: [a, b], way, line } = found.clone();
    if line.0 < FLAT {
        return tr!(desk, bridge_flat).to_owned();
    }
    desk.choose_path(|path| (path.ends, path.course) = ([End::Class(a), End::Class(b)], Course::Gradual));
    // Where it is steepest: there one looks.
    desk.go_to(way.1);
    desk.settle();
    let name = |class: u8| words::class(desk, class);
    // In percent of the range from no ink to full.
    let written = |value: f32| number(desk.locale(), 100.0 * value, 0);
    if !found.is_worth() {
        return tr!(desk, bridge_straight, a = name(a), b = name(b), across = written(line.0));
    }
    let said = tr!(desk, bridge_said, a = name(a), b = name(b), along = written(way.0), across = written(line.0));
    match asked.filter(|asked| *asked != [a, b] && of_asked.is_some()) {
        Some([c, d]) => format!("{} {said}", tr!(desk, bridge_other, c = name(c), d = name(d))),
        None => said,
    }
}

/// The steepest place of the most gradual way between two classes, and of the straight line: root mean square change per σ,
/// and where.
#[derive(Clone)]
struct Span {
    pair: [u8; 2],
    way: (f32, [f32; 2]),
    line: (f32, [f32; 2]),
}

impl Span {
    /// By which share the way around is gentler.
    fn gain(&self) -> f32 {
        1.0 - self.way.0 / self.line.0.max(FLAT)
    }

    fn is_worth(&self) -> bool {
        self.gain() > WORTH
    }
}

/// None where a mean is beyond what was surveyed.
fn span(desk: Desk, survey: &Survey, pair: [u8; 2]) -> Option<Span> {
    let line = [desk.mean(pair[0])?, desk.mean(pair[1])?];
    let steepest = |points: &[[f32; 2]]| worst_slope(survey, points, Metric::Pixels);
    Some(Span { pair, way: steepest(&gradual(survey, line)?)?, line: steepest(&line)? })
}

/// Where will it make no sense? Marked first, shown then.
#[component]
fn Predict(gauge: Gauge) -> impl IntoView {
    let desk = gauge.desk;
    let prediction = desk.page.prediction();
    // What was pressed goes away or is spent: the keyboard goes on with what is next.
    let go_on = |id: &'static str| {
        later(0, move || focus(&format!("[data-testid={id}]")));
    };
    let begin = move |_| {
        prediction.set(Some(Prediction::default()));
        go_on("predict-mark");
    };
    let leave = move |_| {
        prediction.set(None);
        go_on("predict");
    };
    let reveal = move |_| {
        prediction.update(|prediction| {
            if let Some(prediction) = prediction {
                prediction.revealed = true;
            }
        });
        desk.page.scene().layers().update(|layers| layers.set(Layer::Cover(Cover::Completeness), true));
        go_on("predict-stop");
    };
    let on = Memo::new(move |_| prediction.read().is_some());
    // Marks are of the model that was on show.
    let of = Memo::new(move |_| desk.page.session().weights().get());
    Effect::new(move |before: Option<u32>| {
        let now = of.get();
        if before.is_some_and(|before| before != now) {
            prediction.set(None);
        }
        now
    });
    let marks = Memo::new(move |_| prediction.read().as_ref().map_or(0, |prediction| prediction.marks.len()));
    let revealed = Memo::new(move |_| prediction.read().as_ref().is_some_and(|prediction| prediction.revealed));
    cover(Signal::derive(move || on.get() && !revealed.get()));
    let score = move || {
        let marks = prediction.get().filter(|prediction| prediction.revealed)?.marks;
        let score = score_marks(&*desk.page.session().survey().get()?, &marks)?;
        let chance = number(desk.locale(), score.by_chance * score.of as f32, 1);
        Some(tr!(desk, predict_score, hits = score.hits, of = score.of, chance = chance))
    };
    view! {
        <div class="predict">
            <button
                class="btn q"
                data-testid="predict"
                hidden=move || on.get()
                disabled=move || desk.page.session().survey().read().is_none()
                on:click=begin
            >
                {move || tr!(desk, predict)}
            </button>
            <div hidden=move || !on.get()>
                <p class="fine" hidden=move || revealed.get()>{move || tr!(desk, predict_how)}</p>
                <div class="pair">
                    <button
                        class="btn q"
                        data-testid="predict-mark"
                        disabled=move || { revealed.get() || marks.get() >= Prediction::MARKS }
                        on:click=move |_| desk.mark(untrack(|| desk.z()))
                    >
                        {move || tr!(desk, predict_mark)}
                    </button>
                    <button
                        class="btn"
                        data-testid="predict-reveal"
                        disabled=move || revealed.get() || marks.get() == 0
                        on:click=reveal
                    >
                        {move || tr!(desk, predict_reveal)}
                    </button>
                    <button class="btn q" data-testid="predict-stop" on:click=leave>
                        {move || tr!(desk, predict_stop)}
                    </button>
                    <span class="fine" data-testid="predict-marks">
                        {move || tr!(desk, predict_left, marks = marks.get(), most = Prediction::MARKS)}
                    </span>
                </div>
                <p class="say" role="status" data-testid="predict-score" hidden=move || !revealed.get()>{score}</p>
            </div>
        </div>
    }
}

/// Covers every decoding of the page, by the style sheet.
fn cover(covered: Signal<bool>) {
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let done = if covered.get() {
                root.set_attribute("data-covered", "")
            } else {
                root.remove_attribute("data-covered")
            };
            done.ok();
        }
    });
}
