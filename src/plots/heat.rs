//! Numbers over the plane as colours: RGBA, straight alpha, row by row from the top left.

use super::palette::CLASS;
use crate::latent::regularity::returns::NEAR;
use crate::latent::regularity::slopes::STEEP;
use crate::latent::regularity::survey::nats;

/// More codes than the prior expects, and fewer: orange and blue, which colour-blind eyes tell apart.
const MORE: [u8; 3] = [255, 150, 40];
const FEWER: [u8; 3] = [60, 140, 255];

/// e^this times as many, or as few, is as strong as the colour gets.
const STRONGEST: f32 = 2.5;

/// What covers the decodings most.
const COVER: f32 = 160.0;

/// ln(q/p) of the cells: orange where q is denser, blue where p is, nothing where they agree.
pub fn density(log_ratio: &[f32]) -> Vec<u8> {
    let pixel = |ratio: &f32| {
        let [r, g, b] = if *ratio > 0.0 { MORE } else { FEWER };
        let strength = if ratio.is_finite() { (ratio.abs() / STRONGEST).min(1.0) } else { 0.0 };
        [r, g, b, (strength * COVER).round() as u8]
    };
    log_ratio.iter().flat_map(pixel).collect()
}

/// The class that most of the nearest codes have, and their share of the votes: in the class's colour, paler where the
/// votes are divided, darker along the borders.
pub fn regions(classes: &[Option<(u8, f32)>], columns: u32) -> Vec<u8> {
    let columns = columns.max(1) as usize;
    let class = |index: usize| classes.get(index).copied().flatten().map(|(class, _)| class);
    let border = |index: usize| {
        let right = index % columns + 1 < columns && class(index + 1) != class(index);
        let below = index + columns < classes.len() && class(index + columns) != class(index);
        right || below
    };
    let pixel = |(index, cell): (usize, &Option<(u8, f32)>)| match cell {
        Some((class, share)) => {
            let [r, g, b] = CLASS[usize::from(*class) % CLASS.len()];
            if border(index) { [8, 10, 14, 200] } else { [r, g, b, (share * share * COVER).round() as u8] }
        }
        None => [0; 4],
    };
    classes.iter().enumerate().flat_map(pixel).collect()
}

/// Slopes per σ: nothing where the decoding rests, through violet to yellow at [`MOST_SLOPE`] and beyond.
pub fn slopes(cells: &[Option<f32>]) -> Vec<u8> {
    cells.iter().flat_map(|cell| warm(cell.map(slope_share))).collect()
}

/// Where on the scale of colours a slope lies: by its logarithm, so that a variational autoencoder's seams and a plain one's
/// cliffs both show their structure.
pub fn slope_share(slope: f32) -> f32 {
    (1.0 + slope / STEEP).ln() / (1.0 + MOST_SLOPE / STEEP).ln()
}

/// A root mean square change by so much per σ is as steep as the colour gets.
pub const MOST_SLOPE: f32 = 5.4;

/// Slopes in the Fisher metric per σ, as what a tenth of a σ costs in nats: yellow from [`MOST_NATS`] on.
pub fn nats_of(cells: &[Option<f32>]) -> Vec<u8> {
    cells.iter().flat_map(|cell| warm(cell.map(|slope| nats(0.1 * slope) / MOST_NATS))).collect()
}

/// So many nats for a tenth of a σ are as steep as the colour gets: five times what a variational autoencoder of digits has
/// in the median.
pub const MOST_NATS: f32 = 50.0;

/// How far from where it came a decoding is encoded to, in σ: nothing where it returns, yellow from one σ on.
pub fn returns(cells: &[Option<f32>]) -> Vec<u8> {
    cells.iter().flat_map(|cell| warm(cell.map(|distance| distance / FARTHEST_RETURN))).collect()
}

/// How sure a classifier is of a decoding: nothing where it is certain, yellow where it takes no class for likelier than
/// not.
pub fn sureness(cells: &[Option<f32>]) -> Vec<u8> {
    cells.iter().flat_map(|cell| warm(cell.map(|sure| (1.0 - sure) / (1.0 - LEAST_SURE)))).collect()
}

/// Less sure than this is as bad as the colour gets.
pub const LEAST_SURE: f32 = 0.5;

/// So far off, in σ, is as bad as the colour gets.
pub const FARTHEST_RETURN: f32 = 1.0;

/// Where on the scale of returns a hole begins.
pub fn hole_share() -> f32 {
    NEAR / FARTHEST_RETURN
}

/// From dark to bright, evenly to the eye and in grey too, after the colour map "plasma" of van der Walt and Smith (2015).
const WARM: [[f32; 3]; 5] =
    [[13.0, 8.0, 135.0], [126.0, 3.0, 168.0], [204.0, 71.0, 120.0], [248.0, 149.0, 64.0], [240.0, 249.0, 33.0]];

/// The colours from nothing to the worst, as a CSS gradient to lay over the plane's dark ground.
pub fn warm_scale() -> String {
    gradient(&warm_colours())
}

/// The same colours, evenly apart.
pub fn warm_colours() -> Vec<[u8; 4]> {
    (0..=8).map(|i| warm(Some(i as f32 / 8.0))).collect()
}

/// Likewise from as few codes as can be told, through as many as the prior expects, to as many as can be told.
pub fn density_scale() -> String {
    gradient(&density_colours())
}

/// The same colours, evenly apart.
pub fn density_colours() -> Vec<[u8; 4]> {
    density(&[-STRONGEST, 0.0, STRONGEST]).as_chunks::<4>().0.to_vec()
}

fn gradient(colours: &[[u8; 4]]) -> String {
    format!("linear-gradient(90deg, {})", colours.iter().map(|colour| css(*colour)).collect::<Vec<_>>().join(", "))
}

fn css([r, g, b, alpha]: [u8; 4]) -> String {
    format!("rgba({r}, {g}, {b}, {:.2})", f32::from(alpha) / 255.0)
}

/// A share of the worst in colours: more is brighter and covers more. What is not finite is the worst.
fn warm(share: Option<f32>) -> [u8; 4] {
    let Some(share) = share else { return [0; 4] };
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 };
    let at = share * (WARM.len() - 1) as f32;
    let (low, t) = ((at as usize).min(WARM.len() - 2), at - (at as usize).min(WARM.len() - 2) as f32);
    let [r, g, b] = std::array::from_fn(|i| (WARM[low][i] + (WARM[low + 1][i] - WARM[low][i]) * t).round() as u8);
    [r, g, b, (COVER * share.sqrt()).round() as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_brighter_and_covers_more_and_nothing_is_nothing() {
        let pixels = returns(&[Some(0.0), Some(0.2), Some(0.6), Some(9.0), Some(f32::INFINITY), Some(f32::NAN), None]);
        let pixel = |i: usize| &pixels[i * 4..i * 4 + 4];
        let grey = |i: usize| pixel(i)[..3].iter().map(|&c| u32::from(c)).sum::<u32>();
        assert!((0..3).all(|i| grey(i) < grey(i + 1) && pixel(i)[3] < pixel(i + 1)[3]));
        assert!([4, 5].iter().all(|&i| pixel(i) == pixel(3)) && pixel(6) == [0; 4]);
        // ½·(0.1·100)² nats.
        assert_eq!(nats_of(&[Some(100.0)]), nats_of(&[Some(500.0)]));
        assert!(nats_of(&[Some(50.0)])[3] < nats_of(&[Some(100.0)])[3]);
        assert_eq!(slopes(&[Some(MOST_SLOPE)]), slopes(&[Some(999.0)]));
        assert!(slope_share(STEEP) > 0.3 && slope_share(STEEP) < 0.4 && slope_share(f32::NAN).is_nan());
        let sure = sureness(&[Some(1.0), Some(0.8), Some(0.5), Some(0.1)]);
        assert!(sure[3] < sure[7] && sure[7] < sure[11] && sure[8..12] == sure[12..16]);
    }

    #[test]
    fn scales_go_as_the_colours_do() {
        assert!(
            warm_scale().starts_with("linear-gradient(90deg, rgba(13, 8, 135, 0.00), ")
                && warm_scale().ends_with("rgba(240, 249, 33, 0.63))")
        );
        assert_eq!(density_scale().matches("rgba").count(), 3);
    }

    #[test]
    fn more_is_orange_fewer_is_blue_and_agreement_is_nothing() {
        let pixels = density(&[2.5, -2.5, 0.0, f32::NAN, 99.0]);
        let pixel = |i: usize| &pixels[i * 4..i * 4 + 4];
        assert!(pixel(0)[0] > pixel(0)[2] && pixel(1)[2] > pixel(1)[0]);
        assert_eq!((pixel(0)[3], pixel(1)[3], pixel(2)[3], pixel(3)[3]), (160, 160, 0, 0));
        assert_eq!(pixel(4), pixel(0));
    }

    #[test]
    fn regions_have_their_class_s_colour_and_dark_borders() {
        let pixels = regions(&[Some((4, 1.0)), Some((4, 0.5)), Some((7, 1.0)), None], 4);
        let pixel = |i: usize| &pixels[i * 4..i * 4 + 4];
        assert_eq!(pixel(0), [CLASS[4][0], CLASS[4][1], CLASS[4][2], 160]);
        assert_eq!(pixel(1), [8, 10, 14, 200], "beside another class");
        assert_eq!(pixel(3)[3], 0);
    }
}
