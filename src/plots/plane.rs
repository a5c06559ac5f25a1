//! What lies over the latent plane: the prior's circles, axes, the strip's line, a posterior.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, Polygon};
use plotters::prelude::{DrawingBackend, RGBColor};
use plotters::style::ShapeStyle;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{MU, SIGMA, Z, solid};
use super::{Drawn, pixel, stroke, write};
use crate::latent::posterior::Ellipse;
use crate::latent::view::View;

const WHITE: RGBColor = RGBColor(255, 255, 255);
const BLACK: RGBColor = RGBColor(8, 10, 14);

/// The circles of N(0, I) at one, two and three σ, dashed, each with its name.
pub fn draw_prior<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, view: &View, ratio: f32) -> Drawn<DB> {
    let on = at(view, ratio);
    for sigma in [1.0f32, 2.0, 3.0] {
        let dashes = (sigma * on.scale() * std::f32::consts::TAU / (11.0 * ratio)).clamp(24.0, 240.0) as usize;
        for dash in 0..dashes {
            let turn = |t: f32| (dash as f32 + t) / dashes as f32 * std::f32::consts::TAU;
            let points = [0.0, 0.25, 0.5].map(|t| on.to_pixel([sigma * turn(t).cos(), sigma * turn(t).sin()]));
            stroke(area, points, ratio, solid(WHITE, 0.6))?;
        }
        // Off the diagonal, where there is room between points.
        let corner = on.to_pixel([sigma * 0.766, sigma * 0.643]);
        let words = format!("{sigma:.0}σ");
        halo(area, &words, [corner[0] + 5.0 * ratio, corner[1] - 4.0 * ratio], 12.0 * ratio, HPos::Left, VPos::Bottom)?;
    }
    Ok(())
}

/// Ticks along one edge, in units of z, and the axis's name: z₁ along the lower edge of the area, z₂ along its left one.
/// The area may be a strip of the window.
pub fn draw_axis<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, view: &View, ratio: f32, axis: usize) -> Drawn<DB> {
    let on = at(view, ratio);
    let (seen, bottom) = (on.area(), area.dim_in_pixel().1 as f32);
    let (step, digits) = tick_step(on.scale() / ratio);
    for z in ticks(seen.min[axis], seen.max[axis], step) {
        let place = on.to_pixel([z as f32; 2])[axis];
        // Beside the corner's and the edge's own words.
        let (first, last) = if axis == 0 { (40.0, on.width - 34.0 * ratio) } else { (26.0, on.height - 32.0 * ratio) };
        if place < first * ratio || place > last {
            continue;
        }
        let (tick, at, h, v) = if axis == 0 {
            let tick = [[place, bottom], [place, bottom - 5.0 * ratio]];
            (tick, [place, bottom - 7.0 * ratio], HPos::Center, VPos::Bottom)
        } else {
            ([[0.0, place], [5.0 * ratio, place]], [8.0 * ratio, place], HPos::Left, VPos::Center)
        };
        stroke(area, tick, ratio, solid(WHITE, 0.7))?;
        halo(area, &label(z, digits), at, 11.0 * ratio, h, v)?;
    }
    Ok(())
}

/// The names of the axes, in their corners.
pub fn draw_names<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, view: &View, ratio: f32) -> Drawn<DB> {
    let (on, size) = (at(view, ratio), 13.0 * ratio);
    let corner = [on.width - 10.0 * ratio, on.height - 7.0 * ratio];
    halo(area, "z₁", corner, size, HPos::Right, VPos::Bottom)?;
    halo(area, "z₂", [8.0 * ratio, 8.0 * ratio], size, HPos::Left, VPos::Top)
}

/// The way of the film strip through its points, with a dot for each and a larger one where it starts and ends.
pub fn draw_way<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    points: &[[f32; 2]],
) -> Drawn<DB> {
    let on = at(view, ratio);
    let pixels: Vec<[f32; 2]> = points.iter().map(|z| on.to_pixel(*z)).collect();
    let (Some(first), Some(last)) = (pixels.first(), pixels.last()) else { return Ok(()) };
    stroke(area, pixels.iter().copied(), 4.0 * ratio, solid(BLACK, 0.55))?;
    stroke(area, pixels.iter().copied(), 2.0 * ratio, solid(Z, 0.95))?;
    for middle in pixels.iter().skip(1).take(pixels.len().saturating_sub(2)) {
        dot(area, *middle, 2.0 * ratio, Z)?;
    }
    dot(area, *first, 4.5 * ratio, Z)?;
    dot(area, *last, 4.5 * ratio, Z)
}

/// The way downhill, from where it started to where it is.
pub fn draw_trail<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    points: &[[f32; 2]],
) -> Drawn<DB> {
    let on = at(view, ratio);
    let pixels = || points.iter().map(|z| on.to_pixel(*z));
    if points.is_empty() {
        return Ok(());
    }
    stroke(area, pixels(), 4.0 * ratio, solid(BLACK, 0.6))?;
    stroke(area, pixels(), 2.0 * ratio, solid(WHITE, 0.95))?;
    pixels().try_for_each(|pixel| dot(area, pixel, 2.5 * ratio, WHITE))
}

/// Points drawn at random, as diamonds.
pub fn draw_samples<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    points: impl IntoIterator<Item = [f32; 2]>,
) -> Drawn<DB> {
    let on = at(view, ratio);
    for z in points {
        let [x, y] = on.to_pixel(z);
        let diamond = |r: f32| [[x - r, y], [x, y - r], [x + r, y], [x, y + r]].map(pixel).to_vec();
        let filled = |color, alpha| ShapeStyle { color: solid(color, alpha), filled: true, stroke_width: 1 };
        area.draw(&Polygon::new(diamond(7.5 * ratio), filled(BLACK, 0.7)))?;
        area.draw(&Polygon::new(diamond(5.5 * ratio), filled(WHITE, 1.0)))?;
    }
    Ok(())
}

/// Lines of equal density, in pieces.
pub fn draw_contours<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    pieces: &[[[f32; 2]; 2]],
) -> Drawn<DB> {
    let on = at(view, ratio);
    pieces.iter().try_for_each(|piece| stroke(area, piece.map(|z| on.to_pixel(z)), 1.8 * ratio, solid(SIGMA, 0.95)))
}

/// Where somebody predicts that a decoding makes no sense: crosses.
pub fn draw_guesses<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    guesses: &[[f32; 2]],
) -> Drawn<DB> {
    let on = at(view, ratio);
    for (color, width) in [(BLACK, 6.0), (WHITE, 3.0)] {
        for guess in guesses {
            let ([x, y], arm) = (on.to_pixel(*guess), 7.0 * ratio);
            for [dx, dy] in [[arm, arm], [arm, -arm]] {
                stroke(area, [[x - dx, y - dy], [x + dx, y + dy]], width * ratio, solid(color, 1.0))?;
            }
        }
    }
    Ok(())
}

/// A ring around what is meant.
pub fn draw_ring<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, view: &View, ratio: f32, z: [f32; 2]) -> Drawn<DB> {
    let middle = pixel(at(view, ratio).to_pixel(z));
    let ring = |color, alpha, width| ShapeStyle { color: solid(color, alpha), filled: false, stroke_width: width };
    area.draw(&Circle::new(middle, (8.0 * ratio) as u32, ring(BLACK, 0.7, (4.0 * ratio) as u32)))?;
    area.draw(&Circle::new(middle, (8.0 * ratio) as u32, ring(WHITE, 1.0, (2.0 * ratio) as u32)))
}

/// A handle, with its name beside it.
pub fn draw_handle<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    z: [f32; 2],
    name: &str,
) -> Drawn<DB> {
    let [x, y] = at(view, ratio).to_pixel(z);
    dot(area, [x, y], 11.0 * ratio, WHITE)?;
    dot(area, [x, y], 7.0 * ratio, Z)?;
    halo(area, name, [x + 13.0 * ratio, y - 6.0 * ratio], 13.0 * ratio, HPos::Left, VPos::Bottom)
}

/// What is being drawn around codes.
pub fn draw_loop<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    corners: &[[f32; 2]],
) -> Drawn<DB> {
    if corners.is_empty() {
        return Ok(());
    }
    let on = at(view, ratio);
    let closed = || corners.iter().chain(corners.first()).map(|z| on.to_pixel(*z));
    let inside = ShapeStyle { color: solid(WHITE, 0.12), filled: true, stroke_width: 1 };
    area.draw(&Polygon::new(closed().map(pixel).collect::<Vec<_>>(), inside))?;
    stroke(area, closed(), 3.0 * ratio, solid(BLACK, 0.6))?;
    stroke(area, closed(), 1.5 * ratio, solid(WHITE, 0.95))
}

/// q(z|x) as its mean and the ellipses of one and two σ.
pub fn draw_posterior<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    ellipse: &Ellipse,
) -> Drawn<DB> {
    let on = at(view, ratio);
    for (sigmas, alpha) in [(2.0, 0.55), (1.0, 1.0)] {
        stroke(area, outline(&on, ellipse, sigmas, 72), 4.0 * ratio, solid(BLACK, 0.5 * alpha))?;
        stroke(area, outline(&on, ellipse, sigmas, 72), 2.0 * ratio, solid(SIGMA, alpha))?;
    }
    dot(area, on.to_pixel(ellipse.centre), 5.0 * ratio, MU)
}

/// q(z|x) of many codes: the ellipse of one σ each, thin.
pub fn draw_posteriors<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    ellipses: impl IntoIterator<Item = Ellipse>,
) -> Drawn<DB> {
    let on = at(view, ratio);
    for ellipse in ellipses {
        stroke(area, outline(&on, &ellipse, 1.0, 24), 2.5 * ratio, solid(BLACK, 0.5))?;
        stroke(area, outline(&on, &ellipse, 1.0, 24), ratio, solid(SIGMA, 0.9))?;
    }
    Ok(())
}

/// The curve at so many σ, closed, of `n` pieces, in pixels.
fn outline(on: &View, ellipse: &Ellipse, sigmas: f32, n: u32) -> impl Iterator<Item = [f32; 2]> {
    let (on, Ellipse { centre, radii }) = (*on, *ellipse);
    (0..=n).map(move |i| {
        let turn = i as f32 / n as f32 * std::f32::consts::TAU;
        on.to_pixel([centre[0] + sigmas * radii[0] * turn.cos(), centre[1] + sigmas * radii[1] * turn.sin()])
    })
}

/// The same view in the area's own pixels.
fn at(view: &View, ratio: f32) -> View {
    View { width: view.width * ratio, height: view.height * ratio, ..*view }
}

fn dot<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, at: [f32; 2], radius: f32, color: RGBColor) -> Drawn<DB> {
    let filled = |color, alpha| ShapeStyle { color: solid(color, alpha), filled: true, stroke_width: 1 };
    area.draw(&Circle::new(pixel(at), (radius * 1.5) as u32, filled(BLACK, 0.6)))?;
    area.draw(&Circle::new(pixel(at), radius as u32, filled(color, 1.0)))
}

/// Words that read on any ground.
fn halo<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    words: &str,
    at: [f32; 2],
    size: f32,
    h: HPos,
    v: VPos,
) -> Drawn<DB> {
    let away = size / 11.0;
    for [dx, dy] in [[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]] {
        write(area, words, [at[0] + dx * away, at[1] + dy * away], size, solid(BLACK, 0.85), (h, v))?;
    }
    write(area, words, at, size, solid(WHITE, 0.95), (h, v))
}

/// A round step that leaves at least 90 pixels between ticks, and the decimals it has.
fn tick_step(scale: f32) -> (f64, usize) {
    let least = 90.0 / f64::from(scale);
    let power = least.log10().floor() as i32;
    let unit = 10f64.powi(power);
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * unit).find(|step| *step >= least * 0.999_999);
    let step = step.unwrap_or(10.0 * unit);
    (step, (-step.log10().floor()).max(0.0) as usize)
}

fn ticks(low: f32, high: f32, step: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((f64::from(low) / step).ceil() as i64, (f64::from(high) / step).floor() as i64);
    (first..=last).map(move |i| i as f64 * step)
}

fn label(z: f64, digits: usize) -> String {
    let text = format!("{z:.digits$}");
    if text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) {
        "0".into()
    } else {
        text.replace('-', "−")
    }
}

#[cfg(test)]
mod tests {
    use super::super::svg;
    use super::*;

    #[test]
    fn the_prior_has_three_named_circles() {
        let out = svg(|area, view| draw_prior(area, view, 1.0).expect("an SVG in memory"));
        for name in ["1σ", "2σ", "3σ"] {
            assert!(out.contains(name), "{name}");
        }
        // 100 pixels a unit: the dashes of 3σ begin 300 pixels to the right of the middle.
        assert!(out.contains("points=\"615,315"), "{out}");
    }

    #[test]
    fn the_posterior_is_where_and_as_large_as_it_is() {
        let ellipse = Ellipse { centre: [1.0, 0.5], radii: [0.5, 0.25] };
        let out = svg(|area, view| draw_posterior(area, view, 1.0, &ellipse).expect("an SVG in memory"));
        assert!(out.contains("points=\"465,265"), "one σ to the right of μ: {out}");
        assert!(out.contains("cx=\"415\" cy=\"265\""), "μ itself: {out}");
    }

    #[test]
    fn the_way_passes_its_points_and_samples_are_diamonds_on_theirs() {
        let out =
            svg(|area, view| draw_way(area, view, 1.0, &[[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]).expect("in memory"));
        assert!(out.contains("points=\"315,315 415,215 515,315"), "{out}");
        let out = svg(|area, view| draw_samples(area, view, 1.0, [[1.0, 0.0]]).expect("in memory"));
        assert!(out.contains("polygon") && out.contains("415,"), "{out}");
        let out = svg(|area, view| draw_way(area, view, 1.0, &[]).expect("in memory"));
        assert!(!out.contains("polyline"));
    }

    #[test]
    fn ticks_are_round_and_never_crowded() {
        for zoom in [0.04, 0.6, 1.0, 3.0, 12.0, 500.0, 4096.0] {
            let view = View { zoom, ..View::new(340.0, 340.0) };
            let pixels = tick_step(view.scale()).0 * f64::from(view.scale());
            assert!((89.9..230.0).contains(&pixels), "{zoom}: {pixels}");
        }
        assert_eq!(ticks(-1.2, 1.1, 0.5).collect::<Vec<_>>(), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!((tick_step(200.0), tick_step(100.0), tick_step(30_000.0)), ((0.5, 1), (1.0, 0), (0.005, 3)));
        assert_eq!((label(-0.5, 1), label(-2.0, 0), label(0.0, 2)), ("−0.5".into(), "−2".into(), "0".into()));
    }
}
