//! A plane through a latent space: two of its axes, with every other coordinate at 0, the prior's mean.

/// Which axes the plane shows, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    pub axes: [usize; 2],
}

impl Default for Slice {
    fn default() -> Self {
        Self { axes: [0, 1] }
    }
}

impl Slice {
    /// The slice that a space of `latent` dimensions has: axes beyond it are those nearest to it. On a line the second
    /// coordinate means nothing.
    pub fn within(self, latent: usize) -> Self {
        let last = latent.saturating_sub(1);
        let [a, b] = self.axes.map(|axis| axis.min(last));
        let b = if a == b && last > 0 { if a == 0 { 1 } else { a - 1 } } else { b };
        Self { axes: [a, b] }
    }

    /// Points of the plane, z₁ z₂ z₁ z₂ …, as points of the space, [n, latent].
    pub fn lift(self, points: &[f32], latent: usize) -> Vec<f32> {
        let [a, b] = self.within(latent).axes;
        let mut out = vec![0.0; points.len() / 2 * latent];
        for (z, at) in out.chunks_exact_mut(latent.max(1)).zip(points.chunks_exact(2)) {
            // On a line the first coordinate is the one that counts.
            z[b] = at[1];
            z[a] = at[0];
        }
        out
    }

    /// Points of the space, [n, latent], as points of the plane; on a line they lie at height `height`.
    pub fn project(self, codes: &[f32], latent: usize, height: f32) -> Vec<f32> {
        let [a, b] = self.within(latent).axes;
        codes.chunks_exact(latent.max(1)).flat_map(|z| [z[a], if a == b { height } else { z[b] }]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lifted_comes_back() {
        let slice = Slice { axes: [3, 1] };
        assert_eq!(slice.lift(&[5.0, 6.0, 7.0, 8.0], 4), [0.0, 6.0, 0.0, 5.0, 0.0, 8.0, 0.0, 7.0]);
        assert_eq!(slice.project(&slice.lift(&[5.0, 6.0, 7.0, 8.0], 4), 4, 9.0), [5.0, 6.0, 7.0, 8.0]);
        assert_eq!(Slice::default().lift(&[5.0, 6.0], 2), [5.0, 6.0]);
    }

    #[test]
    fn a_line_keeps_the_first_coordinate() {
        assert_eq!(Slice::default().lift(&[5.0, 6.0], 1), [5.0]);
        assert_eq!(Slice::default().project(&[5.0, 7.0], 1, 0.5), [5.0, 0.5, 7.0, 0.5]);
    }

    #[test]
    fn axes_that_are_not_there_give_way_to_two_that_are() {
        assert_eq!(Slice { axes: [7, 9] }.within(3).axes, [2, 1]);
        assert_eq!(Slice { axes: [0, 9] }.within(1).axes, [0, 0]);
        assert_eq!(Slice { axes: [0, 0] }.within(4).axes, [0, 1]);
        assert_eq!(Slice { axes: [4, 2] }.within(8).axes, [4, 2]);
    }
}
