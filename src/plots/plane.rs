//! What lies over the latent plane: the prior's circles, axes, the strip's line, a posterior.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::Circle;
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

/// Ticks along the left and the lower edge, in units of z, and the axes' names.
pub fn draw_axes<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, view: &View, ratio: f32) -> Drawn<DB> {
    let on = at(view, ratio);
    let seen = on.area();
    let step = tick_step(on.scale() / ratio);
    for z in ticks(seen.min[0], seen.max[0], step) {
        let x = on.to_pixel([z, 0.0])[0];
        // Beside the corner's and the edge's own words.
        if x < 30.0 * ratio || x > on.width - 34.0 * ratio {
            continue;
        }
        stroke(area, [[x, on.height], [x, on.height - 5.0 * ratio]], ratio, solid(WHITE, 0.7))?;
        halo(area, &label(z, step), [x, on.height - 7.0 * ratio], 11.0 * ratio, HPos::Center, VPos::Bottom)?;
    }
    for z in ticks(seen.min[1], seen.max[1], step) {
        let y = on.to_pixel([0.0, z])[1];
        if y < 26.0 * ratio || y > on.height - 26.0 * ratio {
            continue;
        }
        stroke(area, [[0.0, y], [5.0 * ratio, y]], ratio, solid(WHITE, 0.7))?;
        halo(area, &label(z, step), [8.0 * ratio, y], 11.0 * ratio, HPos::Left, VPos::Center)?;
    }
    halo(area, "z₁", [on.width - 10.0 * ratio, on.height - 7.0 * ratio], 13.0 * ratio, HPos::Right, VPos::Bottom)?;
    halo(area, "z₂", [8.0 * ratio, 8.0 * ratio], 13.0 * ratio, HPos::Left, VPos::Top)
}

/// The film strip's straight line, with a dot where it starts and ends.
pub fn draw_line<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    view: &View,
    ratio: f32,
    from: [f32; 2],
    to: [f32; 2],
) -> Drawn<DB> {
    let on = at(view, ratio);
    let (a, b) = (on.to_pixel(from), on.to_pixel(to));
    stroke(area, [a, b], 4.0 * ratio, solid(BLACK, 0.55))?;
    stroke(area, [a, b], 2.0 * ratio, solid(Z, 0.95))?;
    dot(area, a, 4.0 * ratio, Z)?;
    dot(area, b, 4.0 * ratio, Z)
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
        let points = || {
            (0..=72).map(move |i| {
                let turn = i as f32 / 72.0 * std::f32::consts::TAU;
                on.to_pixel([
                    ellipse.centre[0] + sigmas * ellipse.radii[0] * turn.cos(),
                    ellipse.centre[1] + sigmas * ellipse.radii[1] * turn.sin(),
                ])
            })
        };
        stroke(area, points(), 4.0 * ratio, solid(BLACK, 0.5 * alpha))?;
        stroke(area, points(), 2.0 * ratio, solid(SIGMA, alpha))?;
    }
    dot(area, on.to_pixel(ellipse.centre), 5.0 * ratio, MU)
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

/// A round step that leaves at least 90 pixels between ticks.
fn tick_step(scale: f32) -> f32 {
    [0.1, 0.2, 0.5, 1.0, 2.0].into_iter().find(|step| step * scale >= 90.0).unwrap_or(5.0)
}

fn ticks(low: f32, high: f32, step: f32) -> impl Iterator<Item = f32> {
    let (first, last) = ((low / step).ceil() as i32, (high / step).floor() as i32);
    (first..=last).map(move |i| i as f32 * step)
}

fn label(z: f32, step: f32) -> String {
    let digits = usize::from(step < 1.0);
    format!("{z:.digits$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn svg(draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>, &View)) -> String {
        let mut out = String::new();
        {
            let area = SVGBackend::with_string(&mut out, (630, 630)).into_drawing_area();
            draw(&area, &View::new(630.0, 630.0));
            area.present().expect("an SVG in memory");
        }
        out
    }

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
    fn ticks_are_round_and_never_crowded() {
        for zoom in [0.6, 1.0, 3.0, 12.0] {
            let view = View { zoom, ..View::new(340.0, 340.0) };
            let step = tick_step(view.scale());
            assert!(step * view.scale() >= 90.0, "{zoom}");
        }
        assert_eq!(ticks(-1.2, 1.1, 0.5).collect::<Vec<_>>(), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!((label(-0.5, 0.5), label(-2.0, 1.0)), ("−0.5".into(), "−2".into()));
    }
}
