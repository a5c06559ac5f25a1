//! The seeded generator, and the only source of randomness outside burn.
//!
//! mulberry32 (Tommy Ettinger, 2017, public domain): 32 bits of state, period 2³². Small, fast, and the one in which
//! the reference work of `docs/performance.md` is stated, so that every implementation compared there starts from the
//! same weights.

/// A seeded stream of pseudo-random numbers. The same seed gives the same stream on every platform.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u32,
}

impl Rng {
    pub fn new(seed: u32) -> Self {
        Self { state: seed }
    }

    /// A stream of its own for the part `label` of whatever `seed` stands for, so that asking for more numbers in one
    /// part does not move the numbers of another.
    pub fn stream(seed: u32, label: u32) -> Self {
        let mut mix = Self::new(seed ^ label.wrapping_mul(0x9E37_79B9));
        Self::new(mix.u32())
    }

    pub fn u32(&mut self) -> u32 {
        self.state = self.state.wrapping_add(0x6D2B_79F5);
        let a = self.state;
        let mut t = (a ^ (a >> 15)).wrapping_mul(a | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        t ^ (t >> 14)
    }

    /// Uniform in [0, 1), in steps of 2⁻³².
    pub fn uniform(&mut self) -> f64 {
        f64::from(self.u32()) / 4_294_967_296.0
    }

    /// Uniform in [low, high).
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform() as f32
    }

    /// Uniform in 0..n; 0 when n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// Standard normal, by Box and Muller (1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform()).cos()) as f32
    }

    /// Fisher and Yates, in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First values of the published JavaScript with seed 0, run in node.
    #[test]
    fn follows_the_published_generator() {
        let mut rng = Rng::new(0);
        assert_eq!([rng.u32(), rng.u32(), rng.u32()], [1_144_304_738, 1_416_247, 958_946_056]);
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut rng = Rng::new(7);
        let draws: Vec<f64> = (0..100_000).map(|_| f64::from(rng.normal())).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }
}
