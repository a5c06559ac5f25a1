//! Completeness, seen from the pictures: density and coverage (Naeem et al. 2020, arXiv:2002.09797) of generated data
//! against real ones. A real datum's ball reaches to its k-th nearest real neighbour; density asks how many balls a
//! generated datum lies in, coverage how many balls have one.

use super::interval::{Interval, of_mean, wilson};

/// k of the balls, as in the paper.
pub const NEIGHBOURS: usize = 5;

/// Numbers that are added up side by side.
const LANES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fidelity {
    /// Balls that a generated datum lies in, in units of k, the mean: 1 for the same distribution, 0 for what is far from
    /// all data; above 1 for what keeps to where data are dense.
    pub density: f32,
    /// By bootstrap over the generated data.
    pub density_interval: Option<Interval>,
    /// The share of real data with a generated datum in their ball.
    pub coverage: f32,
    /// Wilson's, as if the balls were independent.
    pub coverage_interval: Interval,
}

/// Squared distance of each of the data to its k-th nearest other, `data` being [n, d]; O(n² d). Empty where there are
/// not k others. A datum that is not finite has the radius NaN and no neighbours.
pub fn radii(data: &[f32], d: usize, k: usize) -> Vec<f32> {
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

impl Fidelity {
    /// Of generated data [m, d] against real ones [n, d] whose [`radii`] are known for this k; O(n m d). None where one of
    /// the three is empty, or the radii are of other data.
    pub fn of(real: &[f32], radii: &[f32], fake: &[f32], d: usize, k: usize, seed: u32) -> Option<Self> {
        let d = d.max(1);
        let (n, m) = (real.len() / d, fake.len() / d);
        if n == 0 || m == 0 || k == 0 || radii.len() != n {
            return None;
        }
        let mut lies_in = vec![0.0f32; m];
        let mut covered = 0;
        for (real, radius) in real.chunks_exact(d).zip(radii) {
            let mut any = false;
            for (fake, balls) in fake.chunks_exact(d).zip(&mut lies_in) {
                // The edge belongs to the ball, so that a repetition lies in that of a datum that is there twice.
                let inside = squared_distance(real, fake) <= *radius;
                *balls += if inside { 1.0 / k as f32 } else { 0.0 };
                any |= inside;
            }
            covered += usize::from(any);
        }
        Some(Self {
            density: lies_in.iter().sum::<f32>() / m as f32,
            density_interval: of_mean(&lies_in, seed),
            coverage: covered as f32 / n as f32,
            coverage_interval: wilson(covered, n)?,
        })
    }
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

    fn normals(n: usize, d: usize, shift: f32, rng: &mut Rng) -> Vec<f32> {
        (0..n * d).map(|_| shift + rng.normal()).collect()
    }

    fn measured(real: &[f32], fake: &[f32], d: usize, k: usize) -> Fidelity {
        Fidelity::of(real, &radii(real, d, k), fake, d, k, 1).expect("data")
    }

    /// The expected coverage of `n` real data by `m` of the same distribution: 1 − Π (n − i)/(n + m − i), i = 1 … k (the
    /// paper's lemma 2). For k = 5 and as many of both it is 0.97.
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
    fn density_and_coverage_by_hand() {
        // Balls of k = 1: [−1, 1], [0, 2], [1, 5], [3, 17]. In them: 0.5 two, 4 two, 20 none.
        let found = measured(&[0.0, 1.0, 3.0, 10.0], &[0.5, 4.0, 20.0], 1, 1);
        assert!((found.density - 4.0 / 3.0).abs() < 1e-6, "{found:?}");
        assert_eq!(found.coverage, 1.0);
        let found = measured(&[0.0, 1.0, 3.0, 10.0], &[0.5, 20.0], 1, 1);
        assert_eq!((found.density, found.coverage), (1.0, 0.5));
        assert!(found.coverage_interval.low < 0.5 && found.coverage_interval.high > 0.5);
    }

    /// 600 of each in 20 dimensions: density 1 ± 0.1, and the coverage of the lemma ± 0.03.
    #[test]
    fn the_same_distribution_has_one_and_the_lemma_s() {
        let mut rng = Rng::new(2);
        let (real, fake) = (normals(600, 20, 0.0, &mut rng), normals(600, 20, 0.0, &mut rng));
        let found = measured(&real, &fake, 20, K);
        assert!((found.density - 1.0).abs() < 0.1, "{found:?}");
        assert!((found.coverage - expected_coverage(600, 600, K)).abs() < 0.03, "{found:?}");
        let interval = found.density_interval.expect("finite");
        assert!(interval.low < found.density && found.density < interval.high, "{found:?}");
        assert!((expected_coverage(100_000, 100_000, 5) - (1.0 - 0.5f32.powi(5))).abs() < 1e-4);
        // One datum with one neighbour: covered by one draw when that is nearer, one time in two.
        assert_eq!(expected_coverage(2, 1, 1), 0.5);
    }

    #[test]
    fn disjoint_has_nothing_and_a_half_has_a_half() {
        let mut rng = Rng::new(3);
        let real = normals(300, 8, 0.0, &mut rng);
        let apart = measured(&real, &normals(300, 8, 50.0, &mut rng), 8, K);
        assert_eq!((apart.density, apart.coverage, apart.coverage_interval.low), (0.0, 0.0, 0.0));
        // A generator that knows one of two modes.
        let two = [normals(300, 8, 0.0, &mut rng), normals(300, 8, 50.0, &mut rng)].concat();
        let half = measured(&two, &normals(600, 8, 0.0, &mut rng), 8, K);
        assert!((half.coverage - 0.5).abs() < 0.02 && (half.density - 1.0).abs() < 0.15, "{half:?}");
    }

    #[test]
    fn nothing_and_no_numbers() {
        let real = [0.0, 1.0, 2.0];
        let around = radii(&real, 1, 1);
        assert_eq!(Fidelity::of(&real, &around, &[], 1, 1, 1), None);
        assert_eq!(Fidelity::of(&real, &around[1..], &real, 1, 1, 1), None);
        assert_eq!(Fidelity::of(&[], &[], &real, 1, 1, 1), None);
        let found = Fidelity::of(&real, &around, &[f32::NAN, 0.0], 1, 1, 1).expect("data");
        assert_eq!(found.density, 1.0);
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
