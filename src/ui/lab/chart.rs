//! The loss by step: reconstruction, penalty and their sum, in training and in validation, beside the runs of before.

use leptos::ev::PointerEvent;
use leptos::html::Canvas;
use leptos::prelude::*;

use super::words;
use crate::data::entropy::Baseline;
use crate::i18n::number;
use crate::plots::curves::{Curves, Mark, Point, Scale, Words, draw_curves, reading};
use crate::plots::palette::Ink;
use crate::plots::paper::{RATIO, paper, sized};
use crate::protocol::StepLoss;
use crate::state::PageStoreFields;
use crate::state::run::Log;
use crate::state::scene::Theme;
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;
use crate::ui::keep::Keep;
use crate::ui::segments::{Segment, Segments};
use crate::ui::words::{baseline, tr};

/// Size of the chart in a file, in pixels of the page.
const FIGURE: [f32; 2] = [360.0, 200.0];

/// What is drawn, of one run.
struct Drawn {
    train: Vec<Point>,
    validation: Vec<Point>,
    ghosts: Vec<Vec<Point>>,
    marks: Vec<Mark>,
    here: Option<u32>,
    steps: u32,
    penalty: bool,
}

impl Drawn {
    fn of(desk: Desk) -> Option<Self> {
        let session = desk.page.session();
        let guard = session.run().read();
        let run = guard.as_ref()?;
        let ghosts = desk.page.ghosts().read();
        let past = desk.page.past().read();
        let shown = past.iter().filter(|run| ghosts.contains(&run.log.key));
        let mark = |mark: &crate::state::run::Mark| Mark {
            step: mark.step,
            words: words::change(desk.locale(), &mark.before, &mark.after),
        };
        Some(Self {
            train: points(&run.log.losses),
            validation: points(&run.log.validations),
            ghosts: shown.map(|run| points(&run.log.losses)).collect(),
            marks: run.log.marks.iter().map(mark).collect(),
            here: run.back_at,
            steps: axis(&run.log),
            penalty: run.log.spec.model.objective.has_penalty(),
        })
    }

    fn with<T>(&self, scale: Scale, draw: impl FnOnce(&Curves) -> T) -> T {
        let ghosts: Vec<&[Point]> = self.ghosts.iter().map(Vec::as_slice).collect();
        draw(&Curves {
            train: &self.train,
            validation: &self.validation,
            ghosts: &ghosts,
            marks: &self.marks,
            here: self.here,
            steps: self.steps,
            scale,
            penalty: self.penalty,
        })
    }
}

/// The axis shows the whole run where its end is known, so that the curves grow into it.
fn axis(log: &Log) -> u32 {
    use crate::spec::Finish;
    match log.spec.training.finish {
        Finish::Steps | Finish::Epochs(_) => log.spec.last_step(),
        Finish::Minutes(_) | Finish::Plateau(_) => log.step.max(100),
    }
}

fn points(losses: &[StepLoss]) -> Vec<Point> {
    let point = |loss: &StepLoss| Point {
        step: loss.step,
        reconstruction: loss.reconstruction,
        penalty: loss.penalty,
        total: loss.total,
    };
    losses.iter().map(point).collect()
}

#[component]
pub fn Chart() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let session = desk.page.session();
    let node = NodeRef::<Canvas>::new();
    let scale = RwSignal::new(Scale::Log);
    // Where the pointer is, from 0 to 1.
    let pointed = RwSignal::new(None::<f32>);
    // Redrawn when there is more to draw, not for everything else that the session hears.
    let seen = Memo::new(move |_| {
        let run = session.run().read();
        let seen = |run: &crate::state::run::Run| {
            (run.log.key, run.log.losses.len(), run.log.validations.len(), run.log.marks.last().cloned(), run.back_at)
        };
        (run.as_ref().map(seen), desk.page.ghosts().get())
    });
    // Copied once for a drawing, and not again for every move of the pointer over it.
    let drawn = Memo::new_with_compare(
        move |_| {
            // Read, and not only tracked: a memo that nobody reads never looks whether it has changed.
            seen.with(|_| ());
            // The marks have words.
            desk.locale();
            untrack(|| Drawn::of(desk))
        },
        |_, _| true,
    );
    let last = Memo::new(move |_| session.run().read().as_ref().and_then(|run| run.log.losses.last().copied()));
    let model = Memo::new(move |_| session.run().read().as_ref().map(|run| run.log.spec.model.clone()));
    let penalty = move || model.read().as_ref().map_or("", |model| words::penalty(desk.locale(), model.objective));
    let nats = move |value: f32| match value.abs() {
        small if small < 10.0 => number(desk.locale(), value, 2),
        large if large < 1e5 => number(desk.locale(), value, 1),
        _ => format!("{value:.0e}"),
    };
    let label = move || match last.get() {
        Some(l) => tr!(
            desk,
            loss_chart,
            reconstruction = nats(l.reconstruction),
            kl = format!("{} {}", penalty(), nats(l.penalty)),
            total = nats(l.total)
        ),
        None => tr!(desk, loss_empty).to_owned(),
    };
    let named = move || {
        let named = |name: &str, value: f32| format!("{name} {}", nats(value));
        let l = last.get();
        let value = |part: fn(&StepLoss) -> f32| l.as_ref().map_or(0.0, part);
        Words {
            reconstruction: named(tr!(desk, loss_reconstruction), value(|l| l.reconstruction)),
            penalty: named(penalty(), value(|l| l.penalty)),
            total: named(tr!(desk, loss_total), value(|l| l.total)),
            step: tr!(desk, loss_step).to_owned(),
        }
    };
    Effect::new(move |_| {
        let drawn = drawn.read();
        let Some(canvas) = node.get() else { return };
        let words = named();
        let (ink, scale) = (Ink::on(desk.theme()), scale.get());
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        let Some((area, ratio)) = canvas::figure(canvas, width, height) else { return };
        if let Some(drawn) = &*drawn {
            drawn.with(scale, |curves| draw_curves(&area, curves, &words, ink, ratio).ok());
        }
    });
    let read = move || {
        let at = pointed.get()?;
        let drawn = drawn.read();
        let drawn = drawn.as_ref()?;
        let reading = drawn.with(scale.get(), |curves| reading(curves, at))?;
        let values = |of: &Point| {
            let mut parts = vec![
                format!("{} {}", tr!(desk, loss_total), nats(of.total)),
                format!("{} {}", tr!(desk, loss_reconstruction), nats(of.reconstruction)),
            ];
            if drawn.penalty {
                parts.push(format!("{} {}", penalty(), nats(of.penalty)));
            }
            parts.join(" · ")
        };
        let mut words = format!("{}: {}", tr!(desk, step_at, step = reading.step), values(&reading.train));
        if let Some(validation) = &reading.validation {
            words = format!("{words} | {}: {}", tr!(desk, validation), values(validation));
        }
        Some(words)
    };
    let follow = move |event: PointerEvent| {
        if let Some(canvas) = node.get_untracked() {
            let rect = canvas.get_bounding_client_rect();
            let [left, right, ..] = crate::plots::curves::plot_box(rect.width() as f32, rect.height() as f32, 1.0);
            let x = (f64::from(event.client_x()) - rect.left()) as f32;
            pointed.set(Some(((x - left) / (right - left).max(1.0)).clamp(0.0, 1.0)));
        }
    };
    let choices = vec![
        Segment {
            value: Scale::Log,
            id: "scale-log",
            name: Signal::derive(move || tr!(desk, scale_log)),
            what: Signal::derive(move || tr!(desk, scale_log_what)),
        },
        Segment {
            value: Scale::Linear,
            id: "scale-linear",
            name: Signal::derive(move || tr!(desk, scale_linear)),
            what: Signal::derive(move || tr!(desk, scale_linear_what)),
        },
    ];
    let title = move || model.read().as_ref().map_or("", |model| words::unit(desk.locale(), model.input));
    let what = move || format!("{} · {}", title(), tr!(desk, dashed));
    let compare = move || {
        let run = session.run().read();
        let spec = &run.as_ref()?.log.spec;
        Some(baseline(desk.locale(), Baseline::of(&spec.model, &spec.data)))
    };
    let figure = Callback::new(move |()| {
        let (drawn, words) = (drawn.read(), named());
        let ink = Ink::on(Theme::Light);
        let draw =
            |curves: &Curves| paper(sized(FIGURE), &what(), |area| draw_curves(area, curves, &words, ink, RATIO));
        drawn.as_ref()?.with(scale.get(), draw)
    });
    view! {
        <figure class="curves">
            <figcaption>
                <span data-testid="reading">
                    {move || read().unwrap_or_else(what)}
                </span>
                <Segments
                    group="scale"
                    label=Signal::derive(move || tr!(desk, scale))
                    segments=choices
                    chosen=scale.into()
                    choose=Callback::new(move |chosen| scale.set(chosen))
                />
                <Keep name="loss" figure/>
            </figcaption>
            <canvas
                node_ref=node
                class="chart"
                role="img"
                data-testid="loss-chart"
                aria-label=label
                on:pointermove=follow
                on:pointerdown=follow
                on:pointerleave=move |_| pointed.set(None)
            ></canvas>
            <p class="fine" data-testid="baseline">{compare}</p>
        </figure>
    }
}
