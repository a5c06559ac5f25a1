//! A painting on a decoded picture, and the way on which z rolls down to the point that explains it best.

use super::pictures::Descent;
use crate::latent::path::along;
use crate::spec::Format;

/// Radius of the brush, in pixels of a picture of 28; of larger ones it grows with them.
const BRUSH: f32 = 1.7;

/// What an untouched pixel counts, of 255: little, so that a few strokes can outweigh seven hundred pixels that z already
/// explains, and enough that the rest of the picture stays one.
pub const UNTOUCHED: u8 = 38;

/// Below this relative gain z has arrived.
const GAIN: f32 = 1e-4;

/// Points nearer to each other than this are one, as a share of their distance from the origin and 1: numbers go to the
/// engine and back as text.
const SAME: f32 = 1e-5;

/// What the brush does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brush {
    Ink,
    Erase,
    /// Red, green and blue, on pictures that have them.
    Colour([u8; 3]),
}

/// The picture that z is to explain, and what each of its values counts: as many bytes of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Painting {
    pub format: Format,
    pub picture: Vec<u8>,
    pub weights: Vec<u8>,
}

impl Painting {
    /// On a picture that nobody has touched yet. Bytes that are no picture make an empty one.
    pub fn on(picture: Vec<u8>) -> Self {
        let format = Format::of(picture.len()).unwrap_or_default();
        Self { format, weights: vec![UNTOUCHED; picture.len()], picture }
    }

    pub fn touched(&self) -> bool {
        self.weights.iter().any(|&weight| weight > UNTOUCHED)
    }

    /// Draws the brush along a line, in pixels of the picture. Going over a place again changes nothing, so that a slow
    /// hand's edges are as soft as a quick one's.
    pub fn stroke(&mut self, brush: Brush, from: [f32; 2], to: [f32; 2]) {
        let (side, pixels) = (self.format.side, self.format.pixels());
        let radius = BRUSH * side as f32 / Format::GREY_28.side as f32;
        for (i, (value, weight)) in self.picture.iter_mut().zip(&mut self.weights).enumerate() {
            let at = [(i % pixels % side) as f32 + 0.5, (i % pixels / side) as f32 + 0.5];
            let (_, distance) = along(from, to, at);
            let cover = (255.0 * (radius + 0.5 - distance).clamp(0.0, 1.0)).round() as u8;
            *weight = cover.max(*weight);
            *value = match brush {
                Brush::Ink => cover.max(*value),
                Brush::Erase => (255 - cover).min(*value),
                // Half covered is covered: what lay under an edge is not known any more when it is gone over again.
                Brush::Colour(colour) if cover > 127 => colour[i / pixels % 3],
                Brush::Colour(_) => *value,
            };
        }
    }
}

/// The loss of a painting in nats: the highest since the way began, and the last one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses {
    pub highest: f32,
    pub last: f32,
}

/// What an answer means for a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The way goes on, and may go further.
    Fell,
    /// It goes on no more.
    Arrived,
    /// It does not leave from where the way is now: the question was asked before z came here.
    Elsewhere,
}

/// Takes an answer in. It lengthens `trail`, which goes from where the way began to where z is now, and tells the losses
/// on it.
pub fn hear(trail: &mut Vec<[f32; 2]>, losses: &mut Option<Losses>, descent: &Descent) -> Heard {
    let Descent { trail: steps, loss, decoded: _ } = descent;
    let (Some(&from), Some(&before), Some(&after)) = (steps.first(), loss.first(), loss.last()) else {
        return Heard::Elsewhere;
    };
    if !trail.last().is_some_and(|now| same(*now, from)) {
        return Heard::Elsewhere;
    }
    trail.extend(&steps[1..]);
    let highest = losses.map_or(before, |losses| losses.highest.max(before));
    *losses = Some(Losses { highest, last: after });
    if after < before - GAIN * before.abs() { Heard::Fell } else { Heard::Arrived }
}

fn same(a: [f32; 2], b: [f32; 2]) -> bool {
    (0..2).all(|axis| (a[axis] - b[axis]).abs() <= SAME * (1.0 + a[axis].abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{PIXELS, SIDE};
    use crate::state::pictures::Shared;

    fn descent(steps: &[([f32; 2], f32)]) -> Descent {
        let (trail, loss) = steps.iter().copied().unzip();
        Descent { trail, loss, decoded: Shared::new(vec![0; PIXELS]) }
    }

    #[test]
    fn a_colour_goes_into_every_channel_and_stays_when_it_is_gone_over_again() {
        let format = Format { side: 64, channels: 3 };
        let mut painting = Painting::on(vec![90; format.bytes()]);
        let stroke =
            |painting: &mut Painting| painting.stroke(Brush::Colour([250, 10, 60]), [32.0, 32.0], [32.0, 32.0]);
        stroke(&mut painting);
        let at = |painting: &Painting, x: usize| [0, 1, 2].map(|c| painting.picture[c * 64 * 64 + 32 * 64 + x]);
        assert_eq!((at(&painting, 32), at(&painting, 40)), ([250, 10, 60], [90; 3]));
        assert!(painting.touched() && painting.weights[2 * 64 * 64 + 32 * 64 + 32] == 255);
        let once = painting.clone();
        stroke(&mut painting);
        assert_eq!(painting, once);
    }

    #[test]
    fn a_dot_is_full_in_its_middle_soft_at_its_edge_and_nowhere_else() {
        let mut painting = Painting::on(vec![0; PIXELS]);
        assert!(!painting.touched());
        // On the middle of the pixel in column 10 and row 5.
        painting.stroke(Brush::Ink, [10.5, 5.5], [10.5, 5.5]);
        let at = |x: usize, y: usize| (painting.picture[y * SIDE + x], painting.weights[y * SIDE + x]);
        assert_eq!((at(10, 5), at(11, 5), at(10, 4)), ((255, 255), (255, 255), (255, 255)));
        // 2.2 − 2 = 0.2 of 255; a weight is never less than an untouched pixel's.
        assert_eq!((at(12, 5), at(13, 5)), ((51, 51), (0, UNTOUCHED)));
        assert!(painting.touched());
        assert_eq!(painting.weights.iter().filter(|&&weight| weight > UNTOUCHED).count(), 13);
    }

    #[test]
    fn going_over_it_again_changes_nothing_and_erasing_counts_as_painting() {
        let mut painting = Painting::on((0..PIXELS).map(|i| (i % 251) as u8).collect());
        painting.stroke(Brush::Ink, [3.0, 4.0], [20.0, 9.0]);
        let once = painting.clone();
        painting.stroke(Brush::Ink, [3.0, 4.0], [20.0, 9.0]);
        assert_eq!(painting, once);
        let mut painting = Painting::on(vec![200; PIXELS]);
        painting.stroke(Brush::Erase, [14.5, 14.5], [14.5, 14.5]);
        let middle = 14 * SIDE + 14;
        assert_eq!((painting.picture[middle], painting.weights[middle], painting.picture[0]), (0, 255, 200));
    }

    #[test]
    fn the_way_grows_by_what_leaves_from_its_end() {
        let (mut losses, mut trail) = (None, vec![[0.0, 0.0]]);
        let first = descent(&[([0.0, 0.0], 140.0), ([1.0, 0.0], 120.0), ([1.0, 1.0], 110.0)]);
        assert_eq!(hear(&mut trail, &mut losses, &first), Heard::Fell);
        assert_eq!(trail, [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
        assert_eq!(losses, Some(Losses { highest: 140.0, last: 110.0 }));
        // As text may have it.
        let second = descent(&[([1.000_001, 1.0], 110.0), ([1.0, 2.0], 109.995)]);
        assert_eq!(hear(&mut trail, &mut losses, &second), Heard::Arrived, "less than a ten-thousandth");
        assert_eq!((trail.len(), trail[3]), (4, [1.0, 2.0]));
        assert_eq!(losses, Some(Losses { highest: 140.0, last: 109.995 }));
        // More has been painted: it is higher than ever where z is.
        assert_eq!(hear(&mut trail, &mut losses, &descent(&[([1.0, 2.0], 180.0)])), Heard::Arrived);
        assert_eq!((trail.len(), losses), (4, Some(Losses { highest: 180.0, last: 180.0 })));
    }

    #[test]
    fn what_was_asked_before_z_came_here_moves_nothing() {
        let way = vec![[0.0, 0.0], [1.0, 0.0]];
        let told = Some(Losses { highest: 12.0, last: 9.0 });
        let (mut losses, mut trail) = (told, way.clone());
        for from in [[0.5, 0.0], [0.0, 0.0], [1.0, 0.01]] {
            let stale = descent(&[(from, 80.0), ([7.0, 7.0], 1.0)]);
            assert_eq!(hear(&mut trail, &mut losses, &stale), Heard::Elsewhere);
            assert_eq!(hear(&mut Vec::new(), &mut losses, &stale), Heard::Elsewhere, "there is no way");
        }
        assert_eq!(hear(&mut trail, &mut losses, &descent(&[])), Heard::Elsewhere);
        assert_eq!((trail, losses), (way, told));
    }
}
