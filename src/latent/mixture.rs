//! The aggregated posterior q(z) = 1/n Σ N(z; μᵢ, diag σᵢ²) as it is: its density at any point, without a grid.

use crate::rng::Rng;

/// Components that are bounded together.
const LEAF: usize = 32;

/// What lies so many nats below the largest component is left out: e⁻²⁰ = 2·10⁻⁹ of it for every group of [`LEAF`].
const NEGLIGIBLE: f64 = 20.0;

/// A log variance below this is taken as this: e⁻⁶⁹⁰ is still a number.
const NARROWEST: f64 = -1380.0;

/// ln √2π.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// A mixture of Gaussians that all weigh the same, in any number of dimensions.
#[derive(Clone, Debug)]
pub struct Mixture {
    dimensions: usize,
    /// [n, dimensions], in the order in which they were given.
    means: Vec<f64>,
    sigmas: Vec<f64>,
    /// The same in the order of the groups: mean and 1/σ of each dimension, and the logarithm of the peak.
    sorted: Vec<[f64; 2]>,
    peaks: Vec<f64>,
    groups: Vec<Group>,
}

/// Components that lie next to each other, and what bounds them.
#[derive(Clone, Debug)]
struct Group {
    first: usize,
    count: usize,
    /// Of each dimension: the least mean, the greatest, 1/σ of the widest.
    bounds: Vec<[f64; 3]>,
    /// ln of the sum of all peaks, if they were as high as the highest.
    top: f64,
}

impl Mixture {
    /// Of means and log variances, [n, dimensions] each. None where there is no component, or one has no density: a number
    /// that is not finite, or a width of 0.
    pub fn new(mu: &[f32], log_var: &[f32], dimensions: usize) -> Option<Self> {
        let wide =
            |v: &f32| if v.is_finite() { (f64::from(*v).max(NARROWEST) / 2.0).exp() } else { f64::from(*v).exp() };
        let (means, sigmas): (Vec<f64>, Vec<f64>) =
            (mu.iter().map(|m| f64::from(*m)).collect(), log_var.iter().map(wide).collect());
        let sound = dimensions > 0 && !means.is_empty() && means.len().is_multiple_of(dimensions);
        let dense = means.iter().all(|m| m.is_finite()) && sigmas.iter().all(|s| s.is_normal());
        if !sound || means.len() != sigmas.len() || !dense {
            return None;
        }
        let mut mixture = Self { dimensions, means, sigmas, sorted: Vec::new(), peaks: Vec::new(), groups: Vec::new() };
        let mut order: Vec<usize> = (0..mixture.len()).collect();
        mixture.group(&mut order);
        Some(mixture)
    }

    /// How many components there are.
    pub fn len(&self) -> usize {
        self.means.len() / self.dimensions
    }

    pub fn is_empty(&self) -> bool {
        self.means.is_empty()
    }

    /// ln q(z) in nats, `z` being [dimensions]; of all components but those that [`NEGLIGIBLE`] leaves out, so that it is at
    /// most 10⁻⁶ too low for ten thousand of them.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        let bounds: Vec<f64> = self.groups.iter().map(|group| group.bound(z)).collect();
        let nearest = (0..bounds.len()).reduce(|best, i| if bounds[i] > bounds[best] { i } else { best });
        let mut sum = LogSum::default();
        let rest = (0..bounds.len()).filter(|i| Some(*i) != nearest);
        for group in nearest.into_iter().chain(rest) {
            if bounds[group] > sum.top - NEGLIGIBLE {
                self.add_group(&self.groups[group], z, &mut sum);
            }
        }
        sum.value() - (self.len() as f64).ln()
    }

    /// ln N(z; μᵢ, diag σᵢ²) of one component.
    pub fn log_component(&self, component: usize, z: &[f64]) -> f64 {
        let at = component * self.dimensions..(component + 1) * self.dimensions;
        let terms = z.iter().zip(&self.means[at.clone()]).zip(&self.sigmas[at]);
        terms.map(|((z, mean), sigma)| -0.5 * ((z - mean) / sigma).powi(2) - sigma.ln() - HALF_LOG_TAU).sum()
    }

    /// A draw from one component.
    pub fn draw(&self, component: usize, rng: &mut Rng) -> Vec<f64> {
        let at = component * self.dimensions..(component + 1) * self.dimensions;
        let each = self.means[at.clone()].iter().zip(&self.sigmas[at]);
        each.map(|(mean, sigma)| mean + sigma * f64::from(rng.normal())).collect()
    }

    fn add_group(&self, group: &Group, z: &[f64], sum: &mut LogSum) {
        for i in group.first..group.first + group.count {
            let own = &self.sorted[i * self.dimensions..(i + 1) * self.dimensions];
            let square: f64 = own.iter().zip(z).map(|([mean, sharp], z)| ((z - mean) * sharp).powi(2)).sum();
            sum.add(self.peaks[i] - 0.5 * square);
        }
    }

    /// Halves the components along the dimension in which their means are spread the most, until few are left.
    fn group(&mut self, order: &mut [usize]) {
        if order.len() > LEAF {
            let d = self.dimensions;
            let spread = |axis: usize| {
                let mean = |i: &usize| self.means[i * d + axis];
                let low = order.iter().map(mean).fold(f64::INFINITY, f64::min);
                order.iter().map(mean).fold(f64::NEG_INFINITY, f64::max) - low
            };
            let axis = (0..d).reduce(|best, axis| if spread(axis) > spread(best) { axis } else { best }).unwrap_or(0);
            order.sort_by(|a, b| self.means[a * d + axis].total_cmp(&self.means[b * d + axis]));
            let (low, high) = order.split_at_mut(order.len() / 2);
            self.group(low);
            self.group(high);
            return;
        }
        let first = self.peaks.len();
        let mut bounds = vec![[f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY]; self.dimensions];
        for &i in &*order {
            let mut peak = 0.0;
            for (axis, bound) in bounds.iter_mut().enumerate() {
                let (mean, sigma) = (self.means[i * self.dimensions + axis], self.sigmas[i * self.dimensions + axis]);
                *bound = [bound[0].min(mean), bound[1].max(mean), bound[2].min(1.0 / sigma)];
                self.sorted.push([mean, 1.0 / sigma]);
                peak -= sigma.ln() + HALF_LOG_TAU;
            }
            self.peaks.push(peak);
        }
        let highest = self.peaks[first..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let top = highest + (order.len().max(1) as f64).ln();
        self.groups.push(Group { first, count: order.len(), bounds, top });
    }
}

impl Group {
    /// What ln of its components' sum is at most.
    fn bound(&self, z: &[f64]) -> f64 {
        let off = |([low, high, sharp], z): (&[f64; 3], &f64)| ((low - z).max(z - high).max(0.0) * sharp).powi(2);
        self.top - 0.5 * self.bounds.iter().zip(z).map(off).sum::<f64>()
    }
}

/// ln Σ exp of numbers that come one after another.
#[derive(Clone, Copy, Debug)]
pub struct LogSum {
    /// The largest so far.
    top: f64,
    /// The sum, as a multiple of exp(top).
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { top: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LogSum {
    pub fn add(&mut self, value: f64) {
        if value > self.top {
            self.sum = self.sum * (self.top - value).exp() + 1.0;
            self.top = value;
        } else if value > f64::NEG_INFINITY {
            self.sum += (value - self.top).exp();
        }
    }

    /// −∞ of nothing.
    pub fn value(&self) -> f64 {
        self.top + self.sum.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(n: usize, d: usize, seed: u32) -> (Vec<f32>, Vec<f32>) {
        let mut rng = Rng::new(seed);
        let mu = (0..n * d).map(|_| 3.0 * rng.normal()).collect();
        (mu, (0..n * d).map(|_| -4.0 + 2.0 * rng.normal()).collect())
    }

    /// Every component added up, one by one.
    fn all(mixture: &Mixture, z: &[f64]) -> f64 {
        let mut sum = LogSum::default();
        (0..mixture.len()).for_each(|i| sum.add(mixture.log_component(i, z)));
        sum.value() - (mixture.len() as f64).ln()
    }

    #[test]
    fn what_is_left_out_is_not_missed() {
        for (n, d) in [(1, 2), (33, 1), (2000, 2), (500, 5)] {
            let (mu, log_var) = random(n, d, 7);
            let mixture = Mixture::new(&mu, &log_var, d).expect("a density");
            let mut rng = Rng::new(1);
            for i in 0..60 {
                let far: Vec<f64> = (0..d).map(|_| 6.0 * f64::from(rng.normal())).collect();
                for z in [mixture.draw(i % n, &mut rng), far] {
                    let (found, expected) = (mixture.log_density(&z), all(&mixture, &z));
                    assert!((found - expected).abs() < 1e-6, "{n} {d}: {found} {expected}");
                }
            }
        }
    }

    /// The sum of a fine grid's cells is 1, however narrow the components are.
    #[test]
    fn it_is_a_density() {
        let mixture = Mixture::new(&[0.0, 0.2, 1.0], &[-4.0, -7.0, -1.0], 1).expect("a density");
        let whole: f64 = (-40_000..60_000).map(|i| mixture.log_density(&[f64::from(i) / 1e4]).exp() / 1e4).sum();
        assert!((whole - 1.0).abs() < 1e-6, "{whole}");
    }

    #[test]
    fn what_has_no_density_has_none() {
        assert!(Mixture::new(&[], &[], 2).is_none() && Mixture::new(&[0.0; 3], &[0.0; 3], 2).is_none());
        assert!(Mixture::new(&[0.0; 2], &[f32::NEG_INFINITY, 0.0], 2).is_none());
        assert!(Mixture::new(&[0.0; 2], &[-5000.0, 0.0], 2).is_some());
        assert!(Mixture::new(&[f32::NAN, 0.0], &[0.0; 2], 2).is_none());
        assert!(Mixture::new(&[0.0; 2], &[0.0; 4], 2).is_none());
        assert_eq!(LogSum::default().value(), f64::NEG_INFINITY);
    }
}
