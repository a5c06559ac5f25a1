//! The loss by step: reconstruction, penalty and their weighted sum, in training and in validation, beside older runs.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::{DrawingBackend, RGBColor};
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, stroke, write};

/// The losses of one step, in nats a datum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub step: u32,
    pub reconstruction: f32,
    pub penalty: f32,
    pub total: f32,
}

/// Something that was changed on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub step: u32,
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Log,
    /// From zero.
    Linear,
}

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Curves<'a> {
    pub train: &'a [Point],
    pub validation: &'a [Point],
    /// Other runs, of which the total is drawn, faintly.
    pub ghosts: &'a [&'a [Point]],
    pub marks: &'a [Mark],
    /// The moment that is on show, if it is not the last.
    pub here: Option<u32>,
    /// Steps that the axis shows, or more where there are more.
    pub steps: u32,
    pub scale: Scale,
    /// Whether there is a penalty to draw.
    pub penalty: bool,
}

/// The chart's words, in the page's language: name and last value of each curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub reconstruction: String,
    pub penalty: String,
    pub total: String,
    pub step: String,
}

/// What the chart says at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub step: u32,
    pub train: Point,
    /// The validation nearest to it.
    pub validation: Option<Point>,
}

type Part = fn(&Point) -> f32;
const PARTS: [Part; 3] = [|p| p.total, |p| p.reconstruction, |p| p.penalty];

/// Bins of the whole axis that values are read and named from: what a step alone says is noise.
const COARSE: f32 = 80.0;

/// Where the curves are, in pixels: left, right, top, bottom.
pub fn plot_box(width: f32, height: f32, ratio: f32) -> [f32; 4] {
    [36.0 * ratio, width - 4.0 * ratio, 8.0 * ratio, height - 18.0 * ratio]
}

/// The values at `x`, from 0 at the left end of the axis to 1 at the right one; nothing before the first step.
pub fn reading(curves: &Curves, x: f32) -> Option<Reading> {
    let step = (x.clamp(0.0, 1.0) * curves.axis() as f32).round() as u32;
    let near = |points: &[Point]| points.iter().min_by_key(|point| point.step.abs_diff(step)).copied();
    let bins = binned(curves.train, curves.axis(), COARSE);
    let train = near(&bins).or_else(|| near(curves.train))?;
    Some(Reading { step: train.step, train, validation: near(curves.validation) })
}

impl Curves<'_> {
    /// The last step of the axis.
    fn axis(&self) -> u32 {
        let last = |points: &[Point]| points.last().map_or(0, |point| point.step);
        let ghosts = self.ghosts.iter().map(|points| last(points)).max().unwrap_or(0);
        self.steps.max(last(self.train)).max(ghosts).max(1)
    }

    fn parts(&self) -> usize {
        if self.penalty { 3 } else { 1 }
    }

    /// Lowest and highest value of the axis.
    fn span(&self) -> (f32, f32) {
        // Without a penalty the total is the reconstruction.
        let own =
            self.train.iter().chain(self.validation).flat_map(|p| PARTS[..self.parts()].iter().map(|part| part(p)));
        let others = self.ghosts.iter().flat_map(|points| points.iter().map(|point| point.total));
        let mut values: Vec<f32> = own.chain(others).filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f32::total_cmp);
        let Some(&highest) = values.last() else { return (1.0, 300.0) };
        match self.scale {
            Scale::Linear => (0.0, 1.1 * settled(self.train, highest).max(1e-3)),
            Scale::Log => {
                // What is as good as nothing has no place on a logarithm's axis; the rest decides how far down it goes.
                let floor = (highest * 1e-4).max(1e-6);
                let low = values.iter().copied().find(|value| *value > floor).unwrap_or(floor);
                (low / 1.2, highest.max(low * 1.5) * 1.35)
            }
        }
    }
}

/// The highest value once the first steps are over, so that these do not flatten all that comes after them.
fn settled(train: &[Point], highest: f32) -> f32 {
    let rest = &train[train.len() / 10..];
    let mut values: Vec<f32> = rest.iter().map(|point| point.total).filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f32::total_cmp);
    values.get(values.len() * 98 / 100).copied().map_or(highest, |value| value.min(highest))
}

/// Values to mark on the axis.
fn ticks(scale: Scale, (low, high): (f32, f32)) -> Vec<f32> {
    match scale {
        Scale::Log => {
            let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
            let fine = decades.end() - decades.start() < 5;
            let steps: &[f32] = if fine { &[1.0, 3.0] } else { &[1.0] };
            let all = decades.flat_map(|d| steps.iter().map(move |step| step * 10f32.powi(d)));
            all.filter(|tick| (low..=high).contains(tick)).collect()
        }
        Scale::Linear => {
            let rough = (high - low) / 4.0;
            let decade = 10f32.powf(rough.log10().floor());
            let step =
                [1.0, 2.0, 5.0, 10.0].map(|m| m * decade).into_iter().find(|step| *step >= rough).unwrap_or(rough);
            (0..).map(|i| i as f32 * step).take_while(|tick| *tick <= high).collect()
        }
    }
}

/// Draws the curves; the axis shows the whole run, so that they grow into it.
pub fn draw_curves<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    curves: &Curves,
    words: &Words,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let (width, height) = area.dim_in_pixel();
    let [left, right, top, bottom] = plot_box(width as f32, height as f32, ratio);
    let small = 10.5 * ratio;
    let (axis, span) = (curves.axis(), curves.span());
    let share = |value: f32| match curves.scale {
        Scale::Log => (value.max(span.0).ln() - span.0.ln()) / (span.1.ln() - span.0.ln()),
        Scale::Linear => (value - span.0) / (span.1 - span.0),
    };
    let place = |step: f32, value: f32| {
        [left + (right - left) * step / axis as f32, bottom - (bottom - top) * share(value).clamp(0.0, 1.0)]
    };
    for tick in ticks(curves.scale, span) {
        let y = place(0.0, tick)[1];
        stroke(area, [[left, y], [right, y]], ratio, solid(ink.grid, 1.0))?;
        write(area, &plain(tick), [left - 5.0 * ratio, y], small, solid(ink.words, 1.0), (HPos::Right, VPos::Center))?;
    }
    for (step, h) in [(0, HPos::Left), (axis / 2, HPos::Center), (axis, HPos::Right)] {
        let at = [place(step as f32, span.0)[0], bottom + 4.0 * ratio];
        let text = if step == 0 { format!("{} 0", words.step) } else { step.to_string() };
        write(area, &text, at, small, solid(ink.words, 1.0), (h, VPos::Top))?;
    }
    let fine = (right - left) / (1.5 * ratio);
    let line = |points: &[Point], part: Part, most: f32| -> Vec<[f32; 2]> {
        let bins = binned(points, axis, most);
        bins.iter().filter(|p| part(p).is_finite()).map(|p| place(p.step as f32, part(p))).collect()
    };
    for points in curves.ghosts {
        stroke(area, line(points, PARTS[0], fine), 1.5 * ratio, solid(ink.words, 0.45))?;
    }
    draw_marks(area, curves, ink, ratio, &|step| place(step as f32, span.0)[0], [top, bottom])?;
    let colours: [(RGBColor, f32); 3] = [(ink.total, 1.0), (ink.reconstruction, 2.0), (ink.kl, 2.0)];
    let shown = || PARTS.into_iter().zip(colours).take(curves.parts());
    for (part, (colour, thick)) in shown() {
        stroke(area, line(curves.train, part, fine), thick * ratio, solid(colour, 1.0))?;
        dashes(area, &line(curves.validation, part, fine), 1.8 * ratio, colour, ratio)?;
    }
    if let Some(step) = curves.here {
        let x = place(step as f32, span.0)[0];
        stroke(area, [[x, top], [x, bottom]], 2.0 * ratio, solid(ink.z, 1.0))?;
    }
    let coarse = binned(curves.train, axis, COARSE);
    let Some(last) = coarse.last().filter(|_| !curves.train.is_empty()) else { return Ok(()) };
    // Beside the end of the curve while there is room, then at the chart's edge.
    let x = place(last.step as f32, span.0)[0];
    let beside = x < left + 0.55 * (right - left);
    let (x, h) = if beside { (x + 6.0 * ratio, HPos::Left) } else { (right, HPos::Right) };
    let names = [&words.total, &words.reconstruction, &words.penalty];
    let mut labels: Vec<(f32, &str, RGBColor)> = shown()
        .zip(names)
        .map(|((part, (colour, _)), name)| (place(0.0, part(last))[1] - 7.0 * ratio, name.as_str(), colour))
        .collect();
    apart(&mut labels, 13.0 * ratio, [top, bottom - 5.0 * ratio]);
    for (y, name, colour) in labels {
        write(area, name, [x, y], 11.5 * ratio, solid(colour, 1.0), (h, VPos::Center))?;
    }
    Ok(())
}

/// Moves labels that would lie on each other apart by `gap`: up from the lowest that they may be, and then down from the
/// highest, which holds where there is room for only one of both.
fn apart<T: Copy, U: Copy>(labels: &mut [(f32, T, U)], gap: f32, [highest, lowest]: [f32; 2]) {
    labels.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut free = lowest;
    for label in labels.iter_mut() {
        label.0 = label.0.min(free);
        free = label.0 - gap;
    }
    let mut free = highest;
    for label in labels.iter_mut().rev() {
        label.0 = label.0.max(free);
        free = label.0 + gap;
    }
}

/// A fine line at every change, with its words at the top; words that would lie on others are left out.
fn draw_marks<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    curves: &Curves,
    ink: Ink,
    ratio: f32,
    place: &impl Fn(u32) -> f32,
    [top, bottom]: [f32; 2],
) -> Drawn<DB> {
    let mut free = f32::NEG_INFINITY;
    for mark in curves.marks {
        let x = place(mark.step);
        dashes(area, &[[x, top], [x, bottom]], ratio, ink.words, ratio)?;
        if x >= free {
            let at = [x + 3.0 * ratio, top];
            write(area, &mark.words, at, 10.5 * ratio, solid(ink.words, 1.0), (HPos::Left, VPos::Top))?;
            free = x + (8.0 + 6.0 * mark.words.chars().count() as f32) * ratio;
        }
    }
    Ok(())
}

/// A broken line.
fn dashes<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    points: &[[f32; 2]],
    width: f32,
    colour: RGBColor,
    ratio: f32,
) -> Drawn<DB> {
    let (on, off) = (5.0 * ratio, 4.0 * ratio);
    let mut phase = 0.0;
    for pair in points.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let at = |t: f32| {
            let share = if length > 0.0 { (t / length).min(1.0) } else { 0.0 };
            [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
        };
        let mut t = 0.0;
        while t < length {
            let (drawn, left) = if phase < on { (true, on - phase) } else { (false, on + off - phase) };
            let end = (t + left).min(length);
            if drawn {
                stroke(area, [at(t), at(end)], width, solid(colour, 1.0))?;
            }
            phase = (phase + end - t) % (on + off);
            // A stretch too short for 32 bits would never end.
            t = if end > t { end } else { length };
        }
    }
    Ok(())
}

/// Means over equal stretches of the axis, `most` of them in the whole, so that a curve has no more points than pixels.
fn binned(points: &[Point], axis: u32, most: f32) -> Vec<Point> {
    let wide = (axis as f32 / most.max(1.0)).max(1.0);
    let mut out = Vec::new();
    for bin in points.chunk_by(|a, b| (a.step as f32 / wide) as u32 == (b.step as f32 / wide) as u32) {
        let finite: Vec<&Point> = bin.iter().filter(|p| PARTS.iter().all(|part| part(p).is_finite())).collect();
        let n = finite.len() as f32;
        let mean = |part: Part| finite.iter().map(|p| part(p)).sum::<f32>() / n;
        if !finite.is_empty() {
            let step = finite.iter().map(|p| f64::from(p.step)).sum::<f64>() / f64::from(n);
            let [total, reconstruction, penalty] = PARTS.map(mean);
            out.push(Point { step: step.round() as u32, reconstruction, penalty, total });
        }
    }
    out
}

/// A tick's value without digits that say nothing.
fn plain(value: f32) -> String {
    if value == 0.0 || (0.001..100_000.0).contains(&value.abs()) {
        let rounded = format!("{value:.3}");
        rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.0e}")
    }
}

#[cfg(test)]
#[path = "curves/tests.rs"]
mod tests;
