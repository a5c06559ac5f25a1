//! The classes in the plane: whether codes lie among their own class, which two classes mix, what sits in the middle, and
//! where there is a gap. No label is shown to the model, so that this is what it found by itself.

use super::frame::Frame;
use super::interval::{Interval, wilson};
use crate::latent::nearest::Buckets;
use crate::spec::MOST_CLASSES;

/// Neighbours that a code is classified by.
pub const NEIGHBOURS: usize = 10;

/// Codes around the centre that say which class sits there.
const AROUND: usize = 25;

/// A gap is looked for within so many frame units of the centre: 1 − e^(−3.125) = 0.956 of the frame's mass.
pub const GAP_WITHIN: f32 = 2.5;

/// Points along each axis at which a gap is looked for, 0.05 frame units apart; half of a cell's diagonal.
const GAP_POINTS: i32 = 50;
const HALF_CELL: f32 = 0.036;

/// Where the largest gaps on the grid are looked at more closely: directions, and steps down to this many frame units.
const DIRECTIONS: usize = 16;
const CLOSE: f32 = 5e-4;

/// A share of codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub hits: usize,
    pub of: usize,
    /// Wilson's, 95 %.
    pub interval: Interval,
}

impl Share {
    fn new(hits: usize, of: usize) -> Option<Self> {
        wilson(hits, of).map(|interval| Self { hits, of, interval })
    }

    pub fn value(&self) -> f32 {
        self.hits as f32 / self.of as f32
    }
}

/// How the classes lie in the plane. What is of a class without codes is None.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// Codes whose class most of their [`NEIGHBOURS`] nearest others have: leave-one-out accuracy of a k-nearest-neighbour
    /// classifier in the plane.
    pub accuracy: Share,
    pub classes: [Option<Share>; MOST_CLASSES],
    /// Of class a's codes' neighbours, the share that is of class b.
    pub neighbours: [Option<[f32; MOST_CLASSES]>; MOST_CLASSES],
}

impl Clusters {
    /// Of codes, in units of z, and a label each; what is near is told in frame units. Codes that are not finite and labels
    /// that are no class are left out; None where there are not two codes.
    pub fn of(frame: &Frame, codes: &[[f32; 2]], labels: &[u8]) -> Option<Self> {
        let (codes, labels) = sound(frame, codes, labels);
        if codes.len() < 2 {
            return None;
        }
        let buckets = Buckets::new(&codes);
        let mut seen = [[0usize; MOST_CLASSES]; MOST_CLASSES];
        let mut hits = [0; MOST_CLASSES];
        let mut of = [0; MOST_CLASSES];
        for (index, &label) in labels.iter().enumerate() {
            let class = usize::from(label);
            let others = others(&buckets, &codes, index);
            others.iter().for_each(|&other| seen[class][usize::from(labels[other])] += 1);
            hits[class] += usize::from(majority(others.iter().map(|&other| labels[other])) == Some(label));
            of[class] += 1;
        }
        let shares = |row: &[usize; MOST_CLASSES]| {
            let whole: usize = row.iter().sum();
            (whole > 0).then(|| row.map(|n| n as f32 / whole as f32))
        };
        Some(Self {
            accuracy: Share::new(hits.iter().sum(), of.iter().sum())?,
            classes: std::array::from_fn(|class| Share::new(hits[class], of[class])),
            neighbours: std::array::from_fn(|class| shares(&seen[class])),
        })
    }

    /// The two classes of which the largest share of neighbours is of the other, the mean of both ways, and that share.
    /// None where no two classes touch.
    pub fn most_mixed(&self) -> Option<(u8, u8, f32)> {
        let pairs = (0..MOST_CLASSES).flat_map(|a| (a + 1..MOST_CLASSES).map(move |b| (a, b)));
        let mixed = pairs.filter_map(|(a, b)| {
            let share = (self.neighbours[a]?[b] + self.neighbours[b]?[a]) / 2.0;
            (share > 0.0).then_some((a as u8, b as u8, share))
        });
        mixed.reduce(|best, pair| if pair.2 > best.2 { pair } else { best })
    }

    /// The class whose codes are most often told by their neighbours, the first of equals, and that share.
    pub fn clearest(&self) -> Option<(u8, f32)> {
        self.values().reduce(|best, class| if class.1 > best.1 { class } else { best })
    }

    /// The class whose codes are least often told by their neighbours, the first of equals, and that share.
    pub fn hardest(&self) -> Option<(u8, f32)> {
        self.values().reduce(|best, class| if class.1 < best.1 { class } else { best })
    }

    fn values(&self) -> impl Iterator<Item = (u8, f32)> {
        self.classes.iter().enumerate().filter_map(|(class, share)| Some((class as u8, share.as_ref()?.value())))
    }
}

/// The class with most votes among the codes nearest to the frame's centre, and its votes of how many.
pub fn centre_class(frame: &Frame, codes: &[[f32; 2]], labels: &[u8]) -> Option<(u8, Share)> {
    let (codes, labels) = sound(frame, codes, labels);
    let (class, votes) = Buckets::new(&codes).vote(&codes, &labels, [0.0; 2], AROUND)?;
    Some((class, Share::new(votes, codes.len().min(AROUND))?))
}

/// A disc without codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// In units of z.
    pub centre: [f32; 2],
    /// In frame units.
    pub radius: f32,
}

/// The largest disc without codes whose centre is within [`GAP_WITHIN`] of the frame's: looked for on a grid, and wherever a
/// larger one may be by the grid, by steps that get smaller. None without codes.
pub fn largest_gap(frame: &Frame, codes: &[[f32; 2]]) -> Option<Gap> {
    let standard: Vec<[f32; 2]> = codes.iter().map(|z| frame.standard(*z)).collect();
    let buckets = Buckets::new(&standard);
    let line = || (-GAP_POINTS..=GAP_POINTS).map(|i| GAP_WITHIN * i as f32 / GAP_POINTS as f32);
    let points = line().flat_map(|y| line().map(move |x| [x, y])).filter(|[x, y]| x.hypot(*y) <= GAP_WITHIN);
    let radius = |z: [f32; 2]| Some(buckets.neighbours(&standard, z, 1).first()?.0.sqrt());
    let gaps: Vec<([f32; 2], f32)> = points.filter_map(|z| Some((z, radius(z)?))).collect();
    let largest = gaps.iter().map(|gap| gap.1).fold(0.0, f32::max);
    let closer = |(mut z, mut best): ([f32; 2], f32)| {
        let mut step = HALF_CELL;
        while step > CLOSE {
            let around = (0..DIRECTIONS).map(|i| (i as f32 * std::f32::consts::TAU / DIRECTIONS as f32).sin_cos());
            let next = around.map(|(sin, cos)| [z[0] + step * cos, z[1] + step * sin]);
            let next = next.filter(|[x, y]| x.hypot(*y) <= GAP_WITHIN).filter_map(|z| Some((z, radius(z)?)));
            match next.filter(|next| next.1 > best).reduce(|a, b| if b.1 > a.1 { b } else { a }) {
                Some(found) => (z, best) = found,
                None => step /= 2.0,
            }
        }
        (z, best)
    };
    // The radius changes by no more than one moves, so that no larger gap is near the other points.
    let found = gaps.into_iter().filter(|gap| gap.1 >= largest - HALF_CELL).map(closer);
    let (z, radius) = found.reduce(|best, gap| if gap.1 > best.1 { gap } else { best })?;
    Some(Gap { centre: frame.point(z), radius })
}

/// Finite codes in frame units, with a label that is a class.
fn sound(frame: &Frame, codes: &[[f32; 2]], labels: &[u8]) -> (Vec<[f32; 2]>, Vec<u8>) {
    let standard = codes.iter().map(|z| frame.standard(*z)).zip(labels.iter().copied());
    standard.filter(|(z, label)| z.iter().all(|x| x.is_finite()) && usize::from(*label) < MOST_CLASSES).unzip()
}

/// The nearest other codes, nearest first.
fn others(buckets: &Buckets, codes: &[[f32; 2]], index: usize) -> Vec<usize> {
    let nearest = buckets.neighbours(codes, codes[index], NEIGHBOURS + 1);
    let mut others: Vec<usize> = nearest.into_iter().map(|(_, other)| other).filter(|other| *other != index).collect();
    // Where more codes than that lie on the same point, the code itself need not be among the nearest.
    others.truncate(NEIGHBOURS);
    others
}

/// The class with most votes; of equals the one that voted first.
fn majority(votes: impl Iterator<Item = u8> + Clone) -> Option<u8> {
    let mut counts = [0usize; MOST_CLASSES];
    votes.clone().for_each(|class| counts[usize::from(class)] += 1);
    let most = *counts.iter().max()?;
    votes.into_iter().find(|class| counts[usize::from(*class)] == most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// `n` codes around each of some centres, of the classes in turn.
    fn blobs(centres: &[[f32; 2]], n: usize, spread: f32) -> (Vec<[f32; 2]>, Vec<u8>) {
        let mut rng = Rng::new(12);
        let mut code = |centre: &[f32; 2]| [centre[0] + spread * rng.normal(), centre[1] + spread * rng.normal()];
        let each = centres.iter().enumerate().flat_map(|(class, centre)| (0..n).map(move |_| (centre, class as u8)));
        each.map(|(centre, class)| (code(centre), class)).unzip()
    }

    #[test]
    fn separate_blobs_are_told_without_fault() {
        let (codes, labels) = blobs(&[[-2.0, 0.0], [2.0, 0.0], [0.0, 2.0]], 100, 0.1);
        let found = Clusters::of(&Frame::PRIOR, &codes, &labels).expect("codes");
        assert_eq!((found.accuracy.hits, found.accuracy.of), (300, 300));
        assert!(found.accuracy.interval.high == 1.0 && found.accuracy.interval.low > 0.98);
        assert_eq!(found.classes[1].map(|share| share.value()), Some(1.0));
        assert_eq!((found.classes[3], found.neighbours[9]), (None, None));
        assert_eq!(found.neighbours[0].map(|row| row[0]), Some(1.0));
        assert_eq!(found.most_mixed(), None);
    }

    /// 10,000 codes with labels at random: a tenth is right, with a standard error of 0.003.
    #[test]
    fn labels_at_random_are_chance() {
        let mut rng = Rng::new(1);
        let codes: Vec<[f32; 2]> = (0..10_000).map(|_| [rng.normal(), rng.normal()]).collect();
        let labels: Vec<u8> = (0..10_000).map(|_| rng.below(10) as u8).collect();
        let found = Clusters::of(&Frame::PRIOR, &codes, &labels).expect("codes");
        assert!((found.accuracy.value() - 0.1).abs() < 0.012, "{:?}", found.accuracy);
        let rows: Vec<_> = found.neighbours.iter().flatten().map(|row| &row[..10]).collect();
        assert!(rows.len() == 10 && rows.into_iter().flatten().all(|share| (share - 0.1).abs() < 0.02));
    }

    #[test]
    fn the_pair_that_mixes_is_named() {
        let (codes, labels) = blobs(&[[-2.0, 0.0], [1.0, 0.0], [1.3, 0.0], [-2.0, 0.7]], 200, 0.2);
        let found = Clusters::of(&Frame::PRIOR, &codes, &labels).expect("codes");
        let (a, b, share) = found.most_mixed().expect("a pair");
        assert!((a, b) == (1, 2) && share > 0.2 && share < 0.5, "{a} {b} {share}");
        assert!(found.hardest().is_some_and(|(class, _)| class == 1 || class == 2));
        assert!(found.clearest().is_some_and(|(class, share)| (class == 0 || class == 3) && share > 0.9));
    }

    /// Against sorting every distance.
    #[test]
    fn the_neighbours_are_the_nearest_others() {
        let (codes, _) = blobs(&[[0.0, 0.0], [0.5, 0.5]], 150, 0.3);
        let buckets = Buckets::new(&codes);
        for index in (0..300).step_by(17) {
            let mut order: Vec<usize> = (0..300).filter(|i| *i != index).collect();
            let distance = |i: usize| (codes[i][0] - codes[index][0]).hypot(codes[i][1] - codes[index][1]);
            order.sort_by(|a, b| distance(*a).total_cmp(&distance(*b)));
            assert_eq!(others(&buckets, &codes, index), order[..NEIGHBOURS]);
        }
        assert_eq!(majority([3u8, 1, 1, 3, 5].into_iter()), Some(3));
        assert_eq!(majority([].into_iter()), None);
    }

    #[test]
    fn codes_on_one_point_and_broken_ones() {
        let mut codes = vec![[1.0, 1.0]; 40];
        let mut labels = vec![6u8; 40];
        codes.extend([[f32::NAN, 0.0], [0.0, 0.0]]);
        labels.extend([6, 77]);
        let found = Clusters::of(&Frame::PRIOR, &codes, &labels).expect("codes");
        assert_eq!((found.accuracy.hits, found.accuracy.of), (40, 40));
        assert_eq!(Clusters::of(&Frame::PRIOR, &codes[40..], &labels[40..]), None);
        assert_eq!(Clusters::of(&Frame::PRIOR, &[], &[]), None);
    }

    #[test]
    fn what_sits_at_the_centre() {
        let (codes, labels) = blobs(&[[-2.0, 0.0], [2.0, 0.0], [0.0, 0.1]], 100, 0.2);
        let (class, share) = centre_class(&Frame::PRIOR, &codes, &labels).expect("codes");
        assert_eq!((class, share.hits, share.of), (2, 25, 25));
        let frame = Frame::diagonal([2.0, 0.0], [1.0; 2]);
        assert_eq!(centre_class(&frame, &codes, &labels).map(|found| found.0), Some(1));
        assert_eq!(centre_class(&frame, &[], &[]), None);
    }

    /// A lattice of codes with a disc of radius 0.8 taken out around (0.6, −0.4).
    #[test]
    fn the_gap_is_where_it_was_made() {
        let frame = Frame::diagonal([10.0, 0.0], [5.0, 0.1]);
        let line = || (-40..=40).map(|i| i as f32 * 0.1);
        let lattice = line().flat_map(|y| line().map(move |x| [x, y]));
        let codes: Vec<[f32; 2]> =
            lattice.filter(|z| (z[0] - 0.6).hypot(z[1] + 0.4) > 0.8).map(|z| frame.point(z)).collect();
        let gap = largest_gap(&frame, &codes).expect("codes");
        assert!(frame.distance(gap.centre, frame.point([0.6, -0.4])) < 0.08, "{gap:?}");
        assert!((gap.radius - 0.82).abs() < 0.04, "{gap:?}");
        assert_eq!(largest_gap(&frame, &[]), None);
        assert_eq!(largest_gap(&frame, &[[f32::NAN; 2]]), None);
    }
}
