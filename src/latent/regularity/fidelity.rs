//! Whether generated data look like real ones and vary as they do: improved precision and recall (Kynkäänniemi et al. 2019,
//! arXiv:1904.06991) and coverage (Naeem et al. 2020, arXiv:2002.09797). A datum's ball reaches to its k-th nearest other of
//! its own set. Precision asks which generated data lie in a real one's ball, recall which real ones in a generated one's,
//! coverage which real ones have a generated one in their own.
//!
//! Distances are Euclidean, of the data as they are. In such balls a blurred picture lies among real ones, and a sharp one
//! never among blurred ones: blur lowers recall alone, noise precision and coverage, a kind that is missing coverage and
//! recall. So they are read together, beside what held-out data and one constant datum have. The paper's density is left out:
//! it grows with blur without bound.

use super::interval::wilson;
use crate::estimate::{Estimate, Fidelity, Interval, References};

/// k of the balls, as in the second paper; the first takes 3.
pub const NEIGHBOURS: usize = 5;

/// Generated data, and as many real ones, that are compared: shares of other numbers of data are other shares.
pub const COMPARED: usize = 400;

/// Numbers that are added up side by side.
const LANES: usize = 16;

/// Data [n, d], and the squared distance of each to its k-th nearest other.
#[derive(Clone, Debug)]
pub struct Balls<'a> {
    data: &'a [f32],
    d: usize,
    radii: Vec<f32>,
}

impl<'a> Balls<'a> {
    /// O(n² d). None where there are not k others.
    pub fn new(data: &'a [f32], d: usize, k: usize) -> Option<Self> {
        let radii = radii(data, d, k);
        (!radii.is_empty()).then_some(Self { data, d: d.max(1), radii })
    }

    /// Any number of copies of one datum: each has the others at distance 0.
    fn of_copies(datum: &'a [f32]) -> Self {
        Self { data: datum, d: datum.len().max(1), radii: vec![0.0] }
    }

    fn each(&self) -> impl Iterator<Item = (&[f32], f32)> {
        self.data.chunks_exact(self.d).zip(self.radii.iter().copied())
    }

    fn len(&self) -> usize {
        self.radii.len()
    }
}

/// Generated data against real ones; O(n m d). The intervals are Wilson's, as if the balls were independent. A datum that is
/// not finite lies in no ball and has none.
pub fn fidelity(real: &Balls, fake: &Balls) -> Fidelity {
    let mut lies_in = vec![false; fake.len()];
    let (mut recalled, mut covered) = (0, 0);
    for (real, around_real) in real.each() {
        let (mut in_any, mut has_any) = (false, false);
        for ((fake, around_fake), lies_in) in fake.each().zip(&mut lies_in) {
            let distance = squared_distance(real, fake);
            // The edge belongs to the ball, so that a repetition lies in that of a datum that is there twice.
            let inside = distance <= around_real;
            *lies_in |= inside;
            has_any |= inside;
            in_any |= distance <= around_fake;
        }
        recalled += usize::from(in_any);
        covered += usize::from(has_any);
    }
    let precise = lies_in.iter().filter(|inside| **inside).count();
    Fidelity {
        precision: share(precise, fake.len()),
        recall: share(recalled, real.len()),
        coverage: share(covered, real.len()),
    }
}

/// What real data have that were held out like those they are compared with, and what copies of the real data's mean have:
/// the best and the worst that a model is to be seen beside. `other` are as many as are generated.
pub fn references(real: &Balls, other: &Balls) -> References {
    let mean = mean(real);
    References { held_out: fidelity(real, other), constant: fidelity(real, &Balls::of_copies(&mean)) }
}

/// The mean of the data, [d].
fn mean(of: &Balls) -> Vec<f32> {
    let mut sum = vec![0.0f64; of.d];
    for (datum, _) in of.each() {
        sum.iter_mut().zip(datum).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sum.iter().map(|sum| (sum / of.len() as f64) as f32).collect()
}

fn share(hits: usize, of: usize) -> Estimate {
    let interval = wilson(hits, of).unwrap_or(Interval { low: 0.0, high: 1.0 });
    Estimate { value: hits as f32 / of.max(1) as f32, interval }
}

/// Squared distance of each of the data to its k-th nearest other, `data` being [n, d]; O(n² d). Empty where there are
/// not k others. A datum that is not finite has the radius NaN and no neighbours.
fn radii(data: &[f32], d: usize, k: usize) -> Vec<f32> {
    let d = d.max(1);
    let n = data.len() / d;
    if k == 0 || n <= k {
        return Vec::new();
    }
    let mut nearest = vec![Vec::with_capacity(k + 1); n];
    let mut keep = |of: usize, distance: f32| {
        let best: &mut Vec<f32> = &mut nearest[of];
        if best.len() < k || distance < best[k - 1] {
            best.insert(best.partition_point(|b| *b <= distance), distance);
            best.truncate(k);
        }
    };
    for (i, a) in data.chunks_exact(d).enumerate() {
        for (j, b) in data.chunks_exact(d).enumerate().take(i) {
            let distance = squared_distance(a, b);
            if distance.is_finite() {
                keep(i, distance);
                keep(j, distance);
            }
        }
    }
    nearest.iter().map(|best| if best.len() == k { best[k - 1] } else { f32::NAN }).collect()
}

fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += (a - b) * (a - b);
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| (a - b) * (a - b)).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    const K: usize = NEIGHBOURS;
    const D: usize = 20;

    fn normals(n: usize, d: usize, spread: f32, rng: &mut Rng) -> Vec<f32> {
        (0..n * d).map(|_| spread * rng.normal()).collect()
    }

    fn moved(data: &[f32], by: f32) -> Vec<f32> {
        data.iter().map(|x| x + by).collect()
    }

    fn measured(real: &[f32], fake: &[f32], d: usize, k: usize) -> Fidelity {
        fidelity(&Balls::new(real, d, k).expect("neighbours"), &Balls::new(fake, d, k).expect("neighbours"))
    }

    fn values(found: Fidelity) -> [f32; 3] {
        [found.precision, found.recall, found.coverage].map(|share| share.value)
    }

    /// The expected coverage of `n` real data by `m` of the same distribution: 1 − Π (n − i)/(n + m − i), i = 1 … k (the
    /// second paper's lemma 2). For k = 5 and as many of both it is 0.97.
    fn expected_coverage(n: usize, m: usize, k: usize) -> f32 {
        let missed = |i: usize| n.saturating_sub(i) as f64 / (n + m).saturating_sub(i).max(1) as f64;
        (1.0 - (1..=k).map(missed).product::<f64>()) as f32
    }

    #[test]
    fn radii_by_hand() {
        let line = [0.0, 1.0, 3.0, 10.0];
        assert_eq!(radii(&line, 1, 1), [1.0, 1.0, 4.0, 49.0]);
        assert_eq!(radii(&line, 1, 2), [9.0, 4.0, 9.0, 81.0]);
        assert!(radii(&line, 1, 4).is_empty() && radii(&[], 3, 1).is_empty() && radii(&line, 1, 0).is_empty());
        let broken = radii(&[0.0, 1.0, f32::NAN, 10.0], 1, 2);
        assert!(broken[0] == 100.0 && broken[1] == 81.0 && broken[2].is_nan(), "{broken:?}");
    }

    #[test]
    fn by_hand() {
        // Real balls of k = 1: [−1, 1], [0, 2], [1, 5], [3, 17]; generated [−3, 4], [0.5, 7.5], [4, 36]. Of the real ones 0, 1
        // and 3 lie in the first of these, 1 and 3 in the second, 10 in the third.
        let found = measured(&[0.0, 1.0, 3.0, 10.0], &[0.5, 4.0, 20.0], 1, 1);
        assert_eq!(values(found), [2.0 / 3.0, 1.0, 1.0]);
        // Generated balls [−5, 6] and [−0.5, 11.5] of 0.5 and 5.5, at 5 of each other, hold all; 0.5 covers 0 and 1, 5.5 only 10.
        let found = measured(&[0.0, 1.0, 3.0, 10.0], &[0.5, 5.5], 1, 1);
        assert_eq!(values(found), [1.0, 1.0, 0.75]);
        assert!(found.coverage.interval.low < 0.75 && found.coverage.interval.high > 0.75);
    }

    /// 600 of each in 20 dimensions: all three alike, and the coverage of the lemma ± 0.03.
    #[test]
    fn the_same_distribution_has_nearly_all_and_the_lemma_s_coverage() {
        let mut rng = Rng::new(2);
        let (real, fake) = (normals(600, D, 1.0, &mut rng), normals(600, D, 1.0, &mut rng));
        let found = measured(&real, &fake, D, K);
        let [precision, recall, coverage] = values(found);
        assert!((coverage - expected_coverage(600, 600, K)).abs() < 0.03, "{found:?}");
        assert!(precision > 0.8 && recall > 0.8 && (precision - recall).abs() < 0.08, "{found:?}");
        assert!((expected_coverage(100_000, 100_000, 5) - (1.0 - 0.5f32.powi(5))).abs() < 1e-4);
        // One datum with one neighbour: covered by one draw when that is nearer, one time in two.
        assert_eq!(expected_coverage(2, 1, 1), 0.5);
    }

    #[test]
    fn disjoint_has_nothing_and_half_of_the_modes_has_half_of_recall_and_coverage() {
        let mut rng = Rng::new(3);
        let real = normals(300, 8, 1.0, &mut rng);
        let apart = measured(&real, &moved(&normals(300, 8, 1.0, &mut rng), 50.0), 8, K);
        assert_eq!((values(apart), apart.coverage.interval.low), ([0.0; 3], 0.0));
        // A generator that knows one of two modes: what it makes is right, and half is missing.
        let two = [normals(300, 8, 1.0, &mut rng), moved(&normals(300, 8, 1.0, &mut rng), 50.0)].concat();
        let [precision, recall, coverage] = values(measured(&two, &normals(600, 8, 1.0, &mut rng), 8, K));
        assert!(precision > 0.85 && (recall - 0.5).abs() < 0.05 && (coverage - 0.5).abs() < 0.02);
    }

    /// What lies nearer to the middle of the data than data do: as blurred pictures do, and the means of a model whose codes say
    /// too little. Density, as the second paper has it, is 11 here, and calls it eleven times as good as real.
    #[test]
    fn blur_lowers_recall_and_noise_precision() {
        let mut rng = Rng::new(5);
        let real = normals(400, D, 1.0, &mut rng);
        let [precision, recall, coverage] = values(measured(&real, &normals(400, D, 0.5, &mut rng), D, K));
        assert!(precision > 0.99 && recall < 0.1 && coverage > 0.5, "{precision} {recall} {coverage}");
        let [precision, recall, coverage] = values(measured(&real, &normals(400, D, 2.0, &mut rng), D, K));
        assert!(precision < 0.1 && recall > 0.95 && coverage < 0.1, "{precision} {recall} {coverage}");
    }

    #[test]
    fn the_references_stand_on_both_sides() {
        let mut rng = Rng::new(6);
        let (real, other) = (normals(300, D, 1.0, &mut rng), normals(300, D, 1.0, &mut rng));
        let [real, other] = [&real, &other].map(|data| Balls::new(data, D, K).expect("neighbours"));
        let found = references(&real, &other);
        let ([precision, recall, coverage], constant) = (values(found.held_out), values(found.constant));
        assert!(precision > 0.8 && recall > 0.8 && coverage > 0.9, "{found:?}");
        // The mean lies in the middle of the data, in many balls, and varies as nothing does.
        assert!(constant[0] == 1.0 && constant[1] == 0.0 && constant[2] < coverage, "{found:?}");
    }

    /// Pictures of which every pixel is there four times, that are brighter, or whose pixels are in another order.
    #[test]
    fn neither_the_size_of_pictures_nor_their_scale_nor_their_order_counts() {
        let mut rng = Rng::new(7);
        let (real, fake) = (normals(200, D, 1.0, &mut rng), normals(200, D, 0.8, &mut rng));
        let before = measured(&real, &fake, D, K);
        let each =
            |change: fn(&[f32]) -> Vec<f32>| [&real, &fake].map(|data| data.chunks(D).flat_map(change).collect());
        let [larger, smaller]: [Vec<f32>; 2] = each(|datum| datum.iter().flat_map(|x| [*x; 4]).collect());
        assert_eq!(measured(&larger, &smaller, 4 * D, K), before);
        let [larger, smaller]: [Vec<f32>; 2] = each(|datum| datum.iter().map(|x| 8.0 * x).collect());
        assert_eq!(measured(&larger, &smaller, D, K), before);
        let [larger, smaller]: [Vec<f32>; 2] = each(|datum| datum.iter().rev().copied().collect());
        assert_eq!(measured(&larger, &smaller, D, K), before);
    }

    #[test]
    fn nothing_and_no_numbers() {
        assert!(Balls::new(&[], 1, 1).is_none() && Balls::new(&[0.0, 1.0], 1, 2).is_none());
        let found = measured(&[0.0, 1.0, 2.0], &[f32::NAN, 0.0, f32::INFINITY], 1, 1);
        assert_eq!(values(found), [1.0 / 3.0, 0.0, 2.0 / 3.0]);
    }

    #[test]
    fn distances_of_any_length() {
        for d in [1, 15, 16, 17, 40] {
            let (a, b) = ((0..d).map(|i| i as f32).collect::<Vec<_>>(), vec![1.0; d]);
            let expected: f32 = a.iter().map(|x| (x - 1.0).powi(2)).sum();
            assert_eq!(squared_distance(&a, &b), expected);
        }
    }
}
