//! Codes that were chosen by hand.

use crate::spec::CLASSES;

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
    /// None of `n`.
    pub fn new(n: usize) -> Self {
        Self { chosen: vec![false; n] }
    }

    /// These of `n`.
    pub fn of(n: usize, indices: &[u32]) -> Self {
        let mut selection = Self::new(n);
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

    pub fn per_class(&self, labels: &[u8]) -> [usize; CLASSES] {
        let mut counts = [0; CLASSES];
        for index in self.indices() {
            if let Some(count) = labels.get(index).and_then(|&class| counts.get_mut(usize::from(class))) {
                *count += 1;
            }
        }
        counts
    }
}
