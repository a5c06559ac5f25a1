//! Pictures made smaller or larger, one axis after the other: by averaging over the area that falls onto a pixel when
//! smaller, by linear interpolation when larger.

/// A window of a row of `from` pixels, brought to `to` pixels.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Pixels of the whole row.
    pub length: usize,
    /// The window's first pixel and its width, fractions allowed.
    pub from: f32,
    pub span: f32,
    pub to: usize,
}

impl Axis {
    pub fn whole(length: usize, to: usize) -> Self {
        Self { length, from: 0.0, span: length as f32, to }
    }

    fn is_identity(&self) -> bool {
        self.length == self.to && self.from == 0.0 && self.span == self.length as f32
    }

    /// For each new pixel the old ones, from a first one on, and their weights, which sum to 1.
    fn weights(&self) -> Vec<(usize, Vec<f32>)> {
        let scale = self.span / self.to.max(1) as f32;
        let last = self.length.saturating_sub(1);
        let pixel = |at: usize| {
            let low = self.from + at as f32 * scale;
            if scale < 1.0 {
                let centre = (low + scale / 2.0 - 0.5).clamp(0.0, last as f32);
                let first = (centre as usize).min(last);
                let share = centre - first as f32;
                return (first, if first < last { vec![1.0 - share, share] } else { vec![1.0] });
            }
            let first = (low.max(0.0) as usize).min(last);
            let end = ((low + scale).ceil() as usize).clamp(first + 1, self.length.max(first + 1));
            let covered = |i: usize| ((low + scale).min(i as f32 + 1.0) - low.max(i as f32)).max(0.0);
            let mut weights: Vec<f32> = (first..end).map(covered).collect();
            let sum: f32 = weights.iter().sum();
            if sum > 0.0 {
                weights.iter_mut().for_each(|weight| *weight /= sum);
            } else {
                weights = vec![1.0];
            }
            (first, weights)
        };
        (0..self.to).map(pixel).collect()
    }
}

/// `values`: rows from the top, `channels` values a pixel. The result likewise, `down.to` rows of `across.to` pixels.
///
/// Of 2 and of 4 channels the last is the cover, 0..=255, and colours count as far as they cover: that of a transparent
/// pixel, which nobody sees, must not bleed.
pub fn resample<V: Copy + Into<f32>>(values: &[V], channels: usize, across: Axis, down: Axis) -> Vec<f32> {
    if across.is_identity() && down.is_identity() {
        return values.iter().map(|&value| value.into()).collect();
    }
    let channels = channels.max(1);
    let covered = matches!(channels, 2 | 4);
    let columns = across.weights();
    let row_length = across.to * channels;
    let add_row = |y: usize, weight: f32, out: &mut [f32]| {
        let row = values.get(y * across.length * channels..).unwrap_or_default();
        for ((first, weights), pixel) in columns.iter().zip(out.chunks_exact_mut(channels)) {
            let old = row.get(first * channels..).unwrap_or_default().chunks_exact(channels);
            for (share, old) in weights.iter().zip(old) {
                let cover = old.last().filter(|_| covered).map_or(1.0, |&cover| cover.into() / 255.0);
                let colours = channels - usize::from(covered);
                for (at, (value, &old)) in pixel.iter_mut().zip(old).enumerate() {
                    *value += weight * share * old.into() * if at < colours { cover } else { 1.0 };
                }
            }
        }
    };
    let mut made = vec![0.0; row_length * down.to];
    for ((first, weights), out) in down.weights().iter().zip(made.chunks_exact_mut(row_length.max(1))) {
        for (y, weight) in (*first..).zip(weights) {
            add_row(y, *weight, out);
        }
    }
    if covered {
        for pixel in made.chunks_exact_mut(channels) {
            if let Some((cover, colours)) = pixel.split_last_mut().filter(|(cover, _)| **cover > 0.0) {
                colours.iter_mut().for_each(|colour| *colour *= 255.0 / *cover);
            }
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[f32], axis: Axis) -> Vec<f32> {
        resample(values, 1, axis, Axis::whole(1, 1))
    }

    #[test]
    fn averages_what_falls_onto_a_pixel() {
        assert_eq!(row(&[0.0, 2.0, 4.0, 6.0], Axis::whole(4, 2)), [1.0, 5.0]);
        let thirds = row(&[0.0, 3.0, 9.0], Axis::whole(3, 2));
        assert!((thirds[0] - 1.0).abs() < 1e-5 && (thirds[1] - 7.0).abs() < 1e-5, "{thirds:?}");
        assert_eq!(row(&[9.0, 1.0, 3.0, 9.0], Axis { length: 4, from: 1.0, span: 2.0, to: 1 }), [2.0]);
    }

    #[test]
    fn interpolates_when_larger_and_leaves_what_has_the_size() {
        let wide = row(&[0.0, 4.0], Axis::whole(2, 4));
        assert_eq!(wide, [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(row(&[5.0, 7.0], Axis::whole(2, 2)), [5.0, 7.0]);
        assert_eq!(row(&[5.0], Axis::whole(1, 3)), [5.0; 3]);
    }

    #[test]
    fn what_is_transparent_has_no_say_in_a_colour() {
        let half = resample(&[200_u8, 255, 0, 0], 2, Axis::whole(2, 1), Axis::whole(1, 1));
        assert!((half[0] - 200.0).abs() < 1e-3 && (half[1] - 127.5).abs() < 1e-3, "{half:?}");
    }
}
