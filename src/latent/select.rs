//! Codes that were chosen by hand.

use crate::spec::MOST_CLASSES;

/// The codes in a rectangle with the opposite corners `a` and `b`.
pub fn inside_box(codes: &[[f32; 2]], a: [f32; 2], b: [f32; 2]) -> Vec<u32> {
    let within = |z: &[f32; 2]| (0..2).all(|axis| (a[axis].min(b[axis])..=a[axis].max(b[axis])).contains(&z[axis]));
    chosen(codes, within)
}

/// The codes in a loop through these corners: those from which a ray crosses it an odd number of times.
pub fn inside_lasso(codes: &[[f32; 2]], corners: &[[f32; 2]]) -> Vec<u32> {
    if corners.len() < 3 {
        return Vec::new();
    }
    let edges = || corners.iter().zip(corners.iter().cycle().skip(1));
    let crossed = |z: &[f32; 2], a: &[f32; 2], b: &[f32; 2]| {
        (a[1] > z[1]) != (b[1] > z[1]) && z[0] < a[0] + (z[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
    };
    chosen(codes, |z| edges().filter(|(a, b)| crossed(z, a, b)).count() % 2 == 1)
}

fn chosen(codes: &[[f32; 2]], inside: impl Fn(&[f32; 2]) -> bool) -> Vec<u32> {
    codes.iter().enumerate().filter(|(_, z)| inside(z)).map(|(index, _)| index as u32).collect()
}

/// A set of codes, by their index.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    chosen: Vec<bool>,
}

impl Selection {
    /// These of `n`.
    pub fn of(n: usize, indices: &[u32]) -> Self {
        let mut selection = Self { chosen: vec![false; n] };
        for &index in indices {
            if let Some(chosen) = selection.chosen.get_mut(index as usize) {
                *chosen = true;
            }
        }
        selection
    }

    pub fn has(&self, index: usize) -> bool {
        self.chosen.get(index).copied().unwrap_or(false)
    }

    pub fn count(&self) -> usize {
        self.indices().count()
    }

    pub fn indices(&self) -> impl Iterator<Item = usize> {
        self.chosen.iter().enumerate().filter(|(_, chosen)| **chosen).map(|(index, _)| index)
    }

    pub fn per_class(&self, labels: &[u8]) -> [usize; MOST_CLASSES] {
        let mut counts = [0; MOST_CLASSES];
        for index in self.indices() {
            if let Some(count) = labels.get(index).and_then(|&class| counts.get_mut(usize::from(class))) {
                *count += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn a_box_has_what_lies_between_its_corners_whichever_they_are() {
        let codes = [[0.0, 0.0], [1.0, 1.0], [1.0, -1.0], [f32::NAN, 0.0], [2.0, 2.0]];
        assert_eq!(inside_box(&codes, [1.5, -0.5], [-0.5, 1.5]), [0, 1]);
        assert_eq!(inside_box(&codes, [-0.5, 1.5], [1.5, -0.5]), [0, 1]);
        assert!(inside_box(&codes, [5.0, 5.0], [6.0, 6.0]).is_empty());
    }

    /// The letter L: what lies in its notch is outside.
    #[test]
    fn a_lasso_may_be_hollow() {
        let l = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0]];
        let codes = [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5], [-0.1, 1.0], [f32::NAN, 0.5]];
        assert_eq!(inside_lasso(&codes, &l), [0, 1, 2]);
        assert!(inside_lasso(&codes, &l[..2]).is_empty() && inside_lasso(&codes, &[]).is_empty());
    }

    /// A lasso with a rectangle's corners and the rectangle agree.
    #[test]
    fn a_square_lasso_is_a_box() {
        let mut rng = Rng::new(12);
        let codes: Vec<[f32; 2]> = (0..2000).map(|_| [rng.normal(), rng.normal()]).collect();
        for _ in 0..30 {
            let (a, b) = ([rng.normal(), rng.normal()], [rng.normal(), rng.normal()]);
            let corners = [a, [b[0], a[1]], b, [a[0], b[1]]];
            assert_eq!(inside_lasso(&codes, &corners), inside_box(&codes, a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_selection_knows_its_codes_and_their_classes() {
        let selection = Selection::of(5, &[1, 3, 3, 99]);
        assert_eq!(selection.indices().collect::<Vec<_>>(), [1, 3]);
        assert!(selection.has(1) && !selection.has(0) && !selection.has(99) && selection.count() == 2);
        assert_eq!(selection.per_class(&[0, 7, 0, 7, 200])[7], 2);
        assert_eq!(Selection::of(3, &[]).count(), 0);
    }
}
