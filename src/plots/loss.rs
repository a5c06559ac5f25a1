//! The loss by step: reconstruction, KL and their weighted sum, in nats a picture.
//!
//! The scale is logarithmic: reconstruction and KL differ by a factor of twenty and both have something to show.

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::types::RangedCoordf32;
use plotters::drawing::DrawingArea;
use plotters::prelude::{DrawingBackend, PathElement, RGBColor};
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, stroke, write};
use crate::protocol::StepLoss;

/// The chart's words, in the page's language: name and last value of each curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub reconstruction: String,
    pub kl: String,
    pub total: String,
    pub step: String,
}

/// Below this a KL term is as good as zero; a logarithm needs a floor.
const FLOOR: f32 = 0.3;

/// Draws the curves of a run of `steps` steps; the horizontal axis shows the whole run, so that they grow into it.
pub fn draw_loss<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    losses: &[StepLoss],
    steps: u32,
    words: &Words,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let (width, height) = area.dim_in_pixel();
    let (left, right) = (26.0 * ratio, width as f32 - 4.0 * ratio);
    let (top, bottom) = (8.0 * ratio, height as f32 - 18.0 * ratio);
    let small = 10.5 * ratio;
    let (low, high) = span(losses);
    let plot: DrawingArea<DB, Cartesian2d<RangedCoordf32, LogCoord<f32>>> = area.apply_coord_spec(Cartesian2d::new(
        0.0f32..steps.max(1) as f32,
        (low..high).log_scale(),
        (left as i32..right as i32, bottom as i32..top as i32),
    ));
    let place = |step: f32, nats: f32| {
        let (x, y) = plot.map_coordinate(&(step, nats.clamp(low, high)));
        [x as f32, y as f32]
    };
    for nats in [1.0f32, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0].into_iter().filter(|n| (low..=high).contains(n)) {
        let y = place(0.0, nats)[1];
        stroke(area, [[left, y], [right, y]], ratio, solid(ink.grid, 1.0))?;
        let at = [left - 5.0 * ratio, y];
        write(area, &format!("{nats:.0}"), at, small, solid(ink.words, 1.0), (HPos::Right, VPos::Center))?;
    }
    for (step, h) in [(0, HPos::Left), (steps / 2, HPos::Center), (steps, HPos::Right)] {
        let at = [place(step as f32, low)[0], bottom + 4.0 * ratio];
        let text = if step == 0 { format!("{} 0", words.step) } else { step.to_string() };
        write(area, &text, at, small, solid(ink.words, 1.0), (h, VPos::Top))?;
    }
    let Some(last) = losses.last() else { return Ok(()) };
    let total = |l: &StepLoss| l.total;
    let reconstruction = |l: &StepLoss| l.reconstruction;
    let kl = |l: &StepLoss| l.kl;
    type Part = fn(&StepLoss) -> f32;
    let curves: [(Part, RGBColor, f32, &str, f32, VPos); 3] = [
        (total, ink.total, 1.0, &words.total, -4.0, VPos::Bottom),
        (reconstruction, ink.reconstruction, 2.0, &words.reconstruction, 5.0, VPos::Top),
        (kl, ink.kl, 2.0, &words.kl, -4.0, VPos::Bottom),
    ];
    for (part, color, thick, _, _, _) in curves {
        let binned = bins(losses, part, steps, (right - left) / (1.5 * ratio));
        let style = ShapeStyle { color: solid(color, 1.0), filled: false, stroke_width: (thick * ratio) as u32 };
        plot.draw(&PathElement::new(binned.iter().map(|&(s, v)| (s, v.clamp(low, high))).collect::<Vec<_>>(), style))?;
    }
    for (part, color, _, words, away, v) in curves {
        let mean = bins(losses, part, steps, 40.0).last().map_or(part(last), |bin| bin.1);
        let [x, y] = place(last.step as f32, mean);
        // Beside the end of the curve while there is room, then at the chart's edge.
        let beside = x < left + 0.55 * (right - left);
        let (x, h) = if beside { (x + 6.0 * ratio, HPos::Left) } else { (right, HPos::Right) };
        write(area, words, [x, y + away * ratio], 11.5 * ratio, solid(color, 1.0), (h, v))?;
    }
    Ok(())
}

/// Lowest and highest value to show.
fn span(losses: &[StepLoss]) -> (f32, f32) {
    let all = || losses.iter().flat_map(|l| [l.reconstruction, l.kl, l.total]).filter(|x| x.is_finite());
    let low = all().fold(1.0f32, f32::min).max(FLOOR);
    let high = all().fold(300.0f32, f32::max);
    (low / 1.2, high * 1.35)
}

/// Means over equal stretches of the run, `most` of them in the whole, so that the curve has no more points than pixels.
fn bins(losses: &[StepLoss], part: impl Fn(&StepLoss) -> f32, steps: u32, most: f32) -> Vec<(f32, f32)> {
    let wide = (steps as f32 / most.max(1.0)).max(1.0);
    let mut out: Vec<(f32, f32)> = Vec::new();
    let (mut bin, mut sum, mut steps_sum, mut n) = (0u32, 0.0, 0.0, 0.0);
    for loss in losses.iter().filter(|loss| part(loss).is_finite()) {
        let of = (loss.step as f32 / wide) as u32;
        if of != bin && n > 0.0 {
            out.push((steps_sum / n, sum / n));
            (sum, steps_sum, n) = (0.0, 0.0, 0.0);
        }
        bin = of;
        sum += part(loss);
        steps_sum += loss.step as f32;
        n += 1.0;
    }
    if n > 0.0 {
        out.push((steps_sum / n, sum / n));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::scene::Theme;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn words() -> Words {
        Words {
            reconstruction: "rec 148.2".into(),
            kl: "KL 6.4".into(),
            total: "total 154.6".into(),
            step: "step".into(),
        }
    }

    fn svg(losses: &[StepLoss]) -> String {
        let mut out = String::new();
        {
            let area = SVGBackend::with_string(&mut out, (336, 150)).into_drawing_area();
            draw_loss(&area, losses, 1000, &words(), Ink::on(Theme::Light), 1.0).expect("an SVG in memory");
            area.present().expect("an SVG in memory");
        }
        out
    }

    fn falling(n: u32) -> Vec<StepLoss> {
        let at = |step: u32| {
            let reconstruction = 150.0 + 390.0 * (-(step as f32) / 80.0).exp();
            StepLoss { step, reconstruction, kl: 6.0, total: reconstruction + 6.0 }
        };
        (1..=n).map(at).collect()
    }

    /// The points of the polylines of one colour.
    fn curve(svg: &str, colour: &str) -> Vec<(f32, f32)> {
        let line = svg.lines().find(|l| l.contains("polyline") && l.contains(colour)).expect("a curve");
        let points = line.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("points");
        let number = |t: &str| t.parse().expect("a number");
        points.split_whitespace().filter_map(|p| p.split_once(',')).map(|(x, y)| (number(x), number(y))).collect()
    }

    #[test]
    fn a_falling_loss_falls_and_grows_into_the_run() {
        let half = curve(&svg(&falling(500)), "#1F6FB2");
        assert!(half.first().expect("points").1 < half.last().expect("points").1, "down is less: {half:?}");
        let (end, whole) = (half.last().expect("points").0, curve(&svg(&falling(1000)), "#1F6FB2"));
        assert!((end - 179.0).abs() < 6.0, "half of the run is half of the axis: {end}");
        assert!(whole.last().expect("points").0 > 325.0);
    }

    #[test]
    fn every_curve_is_labelled() {
        let out = svg(&falling(300));
        assert!(["rec 148.2", "KL 6.4", "total 154.6"].iter().all(|word| out.contains(word)));
        assert!(!svg(&[]).contains("KL"));
    }

    #[test]
    fn bins_keep_the_mean_and_drop_what_is_no_number() {
        let mut losses = falling(1000);
        losses[500].reconstruction = f32::NAN;
        let binned = bins(&losses, |l| l.reconstruction, 1000, 100.0);
        assert!(binned.len() <= 101 && binned.iter().all(|(_, v)| v.is_finite()));
        let mean = |v: Vec<f32>| v.iter().sum::<f32>() / v.len() as f32;
        let (coarse, fine) = (
            mean(binned.iter().map(|b| b.1).collect()),
            mean(falling(1000).iter().map(|l| l.reconstruction).collect()),
        );
        assert!((coarse - fine).abs() < 2.0, "{coarse} {fine}");
    }
}
