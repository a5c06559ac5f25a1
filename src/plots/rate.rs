//! Models in the plane of rate and distortion (Alemi et al. 2018, arXiv:1711.00464): what a code costs, and what it leaves
//! out. A model that was trained with β makes D + β·R small: where it has come to the limit of what its nets can do, that
//! limit falls with the slope −β there.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Circle;
use plotters::prelude::DrawingBackend;
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{Ink, solid};
use super::{Drawn, pixel, stroke, write};

/// Half of a tangent, in pixels of the page.
const TANGENT: f32 = 20.0;

/// A model; value and ends of the interval of each, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub name: String,
    pub beta: f32,
    pub rate: [f32; 3],
    pub distortion: [f32; 3],
    /// Whether it is the one on show.
    pub here: bool,
}

/// What the axes are called, and the ends of both as the page's language writes them: R, then D.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub axes: [String; 2],
    pub ends: [[String; 2]; 2],
}

/// The least and the greatest of rate and distortion, intervals and all; nothing without two models, or where they are all
/// on one spot.
pub fn span(spots: &[Spot]) -> Option<[[f32; 2]; 2]> {
    let of = |values: fn(&Spot) -> [f32; 3]| {
        let all = spots.iter().flat_map(values).filter(|value| value.is_finite());
        all.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    };
    let found = [of(|spot| spot.rate), of(|spot| spot.distortion)];
    (spots.len() > 1 && found.iter().all(|[low, high]| high > low)).then_some(found)
}

/// Draws the models with their intervals, and through each the tangent of slope −β.
pub fn draw_rate<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    spots: &[Spot],
    words: &Words,
    ink: Ink,
    ratio: f32,
) -> Drawn<DB> {
    let Some([[least, most], [low, high]]) = span(spots) else { return Ok(()) };
    let (width, height) = area.dim_in_pixel();
    let (left, right) = (52.0 * ratio, width as f32 - 22.0 * ratio);
    let (top, bottom) = (24.0 * ratio, height as f32 - 34.0 * ratio);
    let scale = [(right - left) / (most - least), (bottom - top) / (high - low)];
    let at = |rate: f32, distortion: f32| [left + (rate - least) * scale[0], bottom - (distortion - low) * scale[1]];
    let (small, grey) = (9.5 * ratio, solid(ink.words, 1.0));
    stroke(area, [[left, top], [left, bottom], [right, bottom]], ratio, solid(ink.grid, 1.0))?;
    write(area, &words.axes[1], [0.0, 0.0], small, grey, (HPos::Left, VPos::Top))?;
    write(area, &words.axes[0], [right, height as f32], small, grey, (HPos::Right, VPos::Bottom))?;
    for (x, end, h) in [(left, &words.ends[0][0], HPos::Left), (right, &words.ends[0][1], HPos::Right)] {
        write(area, end, [x, bottom + 4.0 * ratio], small, grey, (h, VPos::Top))?;
    }
    for (y, end) in [(bottom, &words.ends[1][0]), (top, &words.ends[1][1])] {
        write(area, end, [left - 5.0 * ratio, y], small, grey, (HPos::Right, VPos::Center))?;
    }
    for spot in spots {
        let ([x, y], thin) = (at(spot.rate[0], spot.distortion[0]), solid(ink.words, 0.6));
        let (from, to) = (at(spot.rate[1], spot.distortion[0]), at(spot.rate[2], spot.distortion[0]));
        stroke(area, [from, to], ratio, thin)?;
        let (from, to) = (at(spot.rate[0], spot.distortion[1]), at(spot.rate[0], spot.distortion[2]));
        stroke(area, [from, to], ratio, thin)?;
        // dD = −β dR; distortion grows upwards, pixels downwards.
        let along = [scale[0], spot.beta * scale[1]];
        let length = along[0].hypot(along[1]);
        let [dx, dy] = along.map(|part| part / length * TANGENT * ratio);
        stroke(area, [[x - dx, y - dy], [x + dx, y + dy]], 1.4 * ratio, solid(ink.kl, 0.8))?;
        let (radius, color) = if spot.here { (4.0, ink.total) } else { (2.4, ink.kl) };
        let style = ShapeStyle { color: solid(color, 1.0), filled: true, stroke_width: 0 };
        area.draw(&Circle::new(pixel([x, y]), (radius * ratio) as u32, style))?;
        let beside = [x + 6.0 * ratio, y - 3.0 * ratio];
        write(area, &spot.name, beside, small, grey, (HPos::Left, VPos::Bottom))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::paper::{RATIO, paper, sized};
    use super::*;
    use crate::state::scene::Theme;

    fn spot(beta: f32, rate: f32, distortion: f32) -> Spot {
        let around = |value: f32| [value, value - 1.0, value + 1.0];
        Spot { name: format!("β{beta}"), beta, rate: around(rate), distortion: around(distortion), here: beta == 1.0 }
    }

    #[test]
    fn each_model_has_its_spot_its_name_and_a_tangent_of_slope_minus_beta() {
        let spots = [spot(0.5, 11.0, 21.0), spot(1.0, 5.0, 25.0), spot(4.0, 1.0, 41.0)];
        assert_eq!(span(&spots), Some([[0.0, 12.0], [20.0, 42.0]]));
        let word = |text: &str| text.to_owned();
        let words = Words {
            axes: [word("rate"), word("distortion")],
            ends: [[word("r0"), word("r1")], [word("d0"), word("d1")]],
        };
        let size = sized([300.0, 200.0]);
        let svg = paper(size, "plane", |area| draw_rate(area, &spots, &words, Ink::on(Theme::Light), RATIO));
        let svg = svg.expect("an SVG in memory");
        let all = ["rate", "distortion", "r0", "r1", "d0", "d1", "β0.5", "β1", "β4"];
        assert!(all.iter().all(|word| svg.contains(word)) && svg.matches("<circle").count() == 3, "{svg}");
        // Of the lines with two ends that are neither level nor upright, in the order of the spots: the slopes.
        let slopes: Vec<f32> = svg
            .split("points=\"")
            .skip(1)
            .filter_map(|rest| {
                let numbers: Vec<f32> = rest
                    .split('"')
                    .next()?
                    .split([' ', ','])
                    .filter(|word| !word.is_empty())
                    .map(|word| word.parse().ok())
                    .collect::<Option<_>>()?;
                let &[a, b, c, d] = &numbers[..] else { return None };
                (a != c && b != d).then_some((d - b) / (c - a))
            })
            .collect();
        // Pixels to a nat along either axis.
        let scale = [(600.0 - 74.0 * RATIO) / 12.0, (400.0 - 58.0 * RATIO) / 22.0];
        let nats: Vec<f32> = slopes.iter().map(|slope| slope * scale[0] / scale[1]).collect();
        assert!(
            nats.len() == 3 && nats.iter().zip([0.5, 1.0, 4.0]).all(|(is, beta)| (is / beta - 1.0).abs() < 0.1),
            "{nats:?}"
        );
    }

    #[test]
    fn one_model_is_no_curve() {
        assert_eq!(span(&[spot(1.0, 5.0, 9.0)]), None);
        assert_eq!(span(&[]), None);
    }
}
