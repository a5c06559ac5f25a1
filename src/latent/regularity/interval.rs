//! How sure a share or a mean of a sample is: intervals that hold the true value 95 times in a hundred.

pub use crate::estimate::{Estimate, Interval};
use crate::rng::Rng;

/// The normal distribution's 0.975 quantile.
pub const Z: f64 = 1.959_964;

/// Times that a sample is drawn again from itself.
const RESAMPLES: usize = 1000;

/// Mean and variance of numbers that come one after another (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Running {
    count: usize,
    mean: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
}

impl Running {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut running = Self::default();
        values.into_iter().for_each(|value| running.add(value));
        running
    }

    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (value - self.mean);
    }

    /// Those of both (Chan et al. 1979).
    pub fn and(self, other: Self) -> Self {
        let (a, b) = (self.count as f64, other.count as f64);
        let (count, off) = (a + b, other.mean - self.mean);
        let whole = count.max(1.0);
        Self {
            count: self.count + other.count,
            mean: self.mean + off * b / whole,
            squares: self.squares + other.squares + off * off * a * b / whole,
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// 0 of nothing.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The variance of the mean, in squared units of the numbers; infinite of fewer than two, of which nothing is known.
    pub fn variance_of_mean(&self) -> f64 {
        let n = self.count as f64;
        if self.count < 2 { f64::INFINITY } else { self.squares / (n - 1.0) / n }
    }

    /// The mean with the interval of the central limit theorem.
    pub fn estimate(&self) -> Estimate {
        normal(self.mean, self.variance_of_mean())
    }
}

/// A number whose error is normal with this variance.
pub fn normal(value: f64, variance: f64) -> Estimate {
    let half = Z * variance.sqrt();
    Estimate { value: value as f32, interval: Interval { low: (value - half) as f32, high: (value + half) as f32 } }
}

/// The 95 % interval of a share of which `hits` of `of` draws were seen (Wilson 1927). It stays within 0..=1 and says
/// something of no hits, too. None for no draws.
pub fn wilson(hits: usize, of: usize) -> Option<Interval> {
    if of == 0 {
        return None;
    }
    let n = of as f64;
    let share = hits.min(of) as f64 / n;
    let whole = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / whole;
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / whole;
    // Both ends are exact where all draws are alike, but for rounding.
    let low = if hits == 0 { 0.0 } else { middle - half };
    let high = if hits >= of { 1.0 } else { middle + half };
    Some(Interval { low: low as f32, high: high as f32 })
}

/// The 95 % interval of the mean of what `values` are a sample of, by the bootstrap's percentiles (Efron 1979). The same
/// seed gives the same interval. None for no values, or where one is not finite.
pub fn of_mean(values: &[f32], seed: u32) -> Option<Interval> {
    if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut rng = Rng::new(seed);
    let n = values.len();
    let mut mean = || (0..n).map(|_| f64::from(values[rng.below(n)])).sum::<f64>() / n as f64;
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| mean()).collect();
    means.sort_by(f64::total_cmp);
    let tail = RESAMPLES / 40;
    Some(Interval { low: means[tail] as f32, high: means[RESAMPLES - 1 - tail] as f32 })
}

/// The 95 % interval of the median of what `values` are a sample of, by order statistics (Conover 1999, section 3.2): of a
/// binomial count of values below it. Those that are no number count as infinite. None for no values.
pub fn of_median(values: &[f32]) -> Option<Interval> {
    let mut values: Vec<f32> = values.iter().map(|v| if v.is_nan() { f32::INFINITY } else { *v }).collect();
    values.sort_by(f32::total_cmp);
    let n = values.len() as f64;
    let half = Z * n.sqrt() / 2.0;
    let at = |rank: f64| values.get((rank.max(0.0) as usize).min(values.len().saturating_sub(1))).copied();
    Some(Interval { low: at((n / 2.0 - half).floor() - 1.0)?, high: at((n / 2.0 + half).ceil())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: (0.8 + 0.19207 ± 1.96·√(0.016 + 0.0096036)) / 1.38415.
    #[test]
    fn wilson_by_hand() {
        let found = wilson(8, 10).expect("ten draws");
        assert!((found.low - 0.4902).abs() < 2e-4 && (found.high - 0.9433).abs() < 2e-4, "{found:?}");
        let none = wilson(0, 20).expect("twenty draws");
        assert!(none.low == 0.0 && (none.high - 0.1611).abs() < 2e-4, "{none:?}");
        assert_eq!((wilson(0, 0), wilson(5, 5).map(|all| all.high)), (None, Some(1.0)));
    }

    /// Of 2,000 samples of 50 draws at 0.1 and at 0.5.
    #[test]
    fn wilson_holds_the_truth_19_times_in_20() {
        let mut rng = Rng::new(4);
        for truth in [0.1, 0.5] {
            let holds = (0..2000).filter(|_| {
                let hits = (0..50).filter(|_| rng.uniform() < truth).count();
                wilson(hits, 50).is_some_and(|i| (i.low..=i.high).contains(&(truth as f32)))
            });
            let share = holds.count() as f32 / 2000.0;
            assert!((share - 0.95).abs() < 0.025, "{truth}: {share}");
        }
    }

    /// Of a normal sample it is the mean ± 1.96 s/√n: the percentiles of a thousand are good to a tenth of that.
    #[test]
    fn the_bootstrap_of_a_normal_sample_by_formula() {
        let mut rng = Rng::new(8);
        let values: Vec<f32> = (0..400).map(|_| 3.0 + 2.0 * rng.normal()).collect();
        let mean = values.iter().sum::<f32>() / 400.0;
        let spread = (values.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 400.0).sqrt();
        let half = 1.96 * spread / 20.0;
        let found = of_mean(&values, 1).expect("values");
        assert!((found.low - (mean - half)).abs() < 0.12 * half, "{found:?}");
        assert!((found.high - (mean + half)).abs() < 0.12 * half, "{found:?}");
        assert_eq!(of_mean(&values, 1), Some(found));
        assert_ne!(of_mean(&values, 2), Some(found));
    }

    /// By hand: mean 5, variance 32/7 of eight numbers.
    #[test]
    fn running_moments_by_hand() {
        let running = Running::of([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert!(running.count() == 8 && (running.mean() - 5.0).abs() < 1e-12);
        assert!((running.variance_of_mean() - 4.0 / 7.0).abs() < 1e-12);
        let Estimate { value, interval } = running.estimate();
        assert!(value == 5.0 && (interval.high - 6.4816).abs() < 1e-3 && (interval.low - 3.5184).abs() < 1e-3);
        assert_eq!(Running::of([3.0]).variance_of_mean(), f64::INFINITY);
    }

    #[test]
    fn nothing_to_say() {
        assert_eq!((of_mean(&[], 1), of_mean(&[1.0, f32::NAN], 1)), (None, None));
        assert_eq!(of_mean(&[2.0], 1), Some(Interval { low: 2.0, high: 2.0 }));
    }

    /// Of samples from an exponential distribution, whose median is ln 2: it lies within about 95 times in a hundred.
    #[test]
    fn the_median_lies_within_as_often_as_is_said() {
        let mut rng = Rng::new(4);
        let mut hits = 0;
        for _ in 0..600 {
            let sample: Vec<f32> = (0..200).map(|_| -(1.0 - rng.uniform()).ln() as f32).collect();
            let found = of_median(&sample).expect("a sample");
            hits += usize::from(found.low <= 2f32.ln() && 2f32.ln() <= found.high);
        }
        assert!((560..=590).contains(&hits), "{hits} of 600");
        assert_eq!(of_median(&[]), None);
        assert_eq!(of_median(&[3.0]), Some(Interval { low: 3.0, high: 3.0 }));
        assert_eq!(of_median(&[f32::NAN; 4]).map(|found| found.low), Some(f32::INFINITY));
    }
}
