//! Why the ELBO lies below log p(x) (Cremer et al. 2018, arXiv:1801.03558): the *approximation gap* is what is lost because
//! the posterior is taken for a Gaussian with a diagonal covariance, be it the best one; the *amortisation gap* is what is
//! lost because the encoder does not find that one for every datum.

use super::evidence::{Around, Asked};

/// Steps from a start at most.
const STEPS: usize = 60;

/// A step that gains less than this, in nats, is the last.
const GAIN: f64 = 1e-4;

/// A step that is shorter than this share of the full one is not tried.
const SHORTEST: f64 = 1e-3;

/// Points are added up to so many σ from the mean; outside is e^(−15) of a Gaussian.
const RADIUS: f64 = 5.5;

/// Distance of the points in σ, while the best is looked for and for the result. Sums over such a lattice of what is smooth
/// on the scale of σ converge as e^(−2π²/h²).
const COARSE: f64 = 1.0;
const FINE: f64 = 0.5;

/// Points and weights of E f(x) for x ~ N(0, I) in two dimensions.
struct Rule {
    points: Vec<[f64; 2]>,
    weights: Vec<f64>,
}

impl Rule {
    fn new(h: f64) -> Self {
        let n = (RADIUS / h) as i32;
        let at = |i: i32| f64::from(i) * h;
        let points: Vec<[f64; 2]> = (-n..=n)
            .flat_map(|y| (-n..=n).map(move |x| [at(x), at(y)]))
            .filter(|[x, y]| x.hypot(*y) <= RADIUS)
            .collect();
        let raw: Vec<f64> = points.iter().map(|[x, y]| (-(x * x + y * y) / 2.0).exp()).collect();
        let whole: f64 = raw.iter().sum();
        Self { points, weights: raw.iter().map(|w| w / whole).collect() }
    }

    fn mean(&self, of: impl Fn(usize) -> f64) -> f64 {
        self.weights.iter().enumerate().map(|(i, weight)| weight * of(i)).sum()
    }
}

/// What is known of a Gaussian as the posterior of a datum.
#[derive(Clone, Copy, Debug)]
struct Seen {
    elbo: f64,
    /// E ∂f and E ∂²f along each axis, f being log p(x, z).
    slope: [f64; 2],
    bend: [f64; 2],
}

fn seen(rule: &Rule, sigma: [f64; 2], values: &[f64]) -> Seen {
    // Differences, so that nothing is lost to a large constant.
    let middle = rule.mean(|i| values[i]);
    let off = |i: usize| values[i] - middle;
    let entropy = 1.0 + std::f64::consts::TAU.ln() + sigma[0].ln() + sigma[1].ln();
    // Stein's lemma: the derivatives' means are means of the values.
    let slope = [0, 1].map(|axis| rule.mean(|i| off(i) * rule.points[i][axis]) / sigma[axis]);
    let bend = [0, 1].map(|axis| rule.mean(|i| off(i) * (rule.points[i][axis].powi(2) - 1.0)) / sigma[axis].powi(2));
    Seen { elbo: middle + entropy, slope, bend }
}

/// What each of `gaussians`, the posteriors that are claimed of the data 0, 1, …, has for an ELBO, in nats: the exact
/// expectation, not draws. `log_joint` is log p(x|z) p(z).
///
/// # Errors
/// What `log_joint` says.
pub async fn elbos<E>(
    gaussians: &[Around],
    log_joint: &impl AsyncFn(Vec<Asked>) -> Result<Vec<f64>, E>,
) -> Result<Vec<f64>, E> {
    let known = ask(&Rule::new(FINE), gaussians.iter().copied().enumerate().collect(), log_joint).await?;
    Ok(known.into_iter().map(|seen| seen.elbo).collect())
}

/// The best Gaussian with a diagonal covariance for each datum, from one of its `starts`, of which the ELBO never falls:
/// natural gradients (Khan and Lin 2017, arXiv:1703.04265), of which a full step is exact where log p(x, z) is quadratic,
/// shortened until the ELBO grows.
///
/// # Errors
/// What `log_joint` says.
pub async fn best<E>(
    starts: &[Around],
    log_joint: &impl AsyncFn(Vec<Asked>) -> Result<Vec<f64>, E>,
) -> Result<Vec<Around>, E> {
    let rule = Rule::new(COARSE);
    let mut now = starts.to_vec();
    let mut known = ask(&rule, now.iter().copied().enumerate().collect(), log_joint).await?;
    let mut stride = vec![1.0f64; now.len()];
    for _ in 0..STEPS {
        let moving: Vec<usize> = (0..now.len()).filter(|i| stride[*i] >= SHORTEST).collect();
        if moving.is_empty() {
            break;
        }
        let tried: Vec<(usize, Around)> = moving.iter().map(|&i| (i, step(now[i], known[i], stride[i]))).collect();
        let found = ask(&rule, tried.clone(), log_joint).await?;
        for ((i, there), seen) in tried.into_iter().zip(found) {
            let gain = seen.elbo - known[i].elbo;
            if gain >= 0.0 {
                (now[i], known[i]) = (there, seen);
                // 0: it has arrived.
                stride[i] = if gain < GAIN * stride[i] { 0.0 } else { (2.0 * stride[i]).min(1.0) };
            } else {
                stride[i] /= 2.0;
            }
        }
    }
    Ok(now)
}

fn step(now: Around, seen: Seen, stride: f64) -> Around {
    let mut next = now;
    for axis in [0, 1] {
        let precision = now.sigma[axis].powi(-2);
        // Where log p(x, z) is not concave there is no width to go to: wider, and again.
        let target = (-seen.bend[axis]).max(precision / 4.0);
        let precision = (1.0 - stride) * precision + stride * target;
        next.mean[axis] += stride * seen.slope[axis] / precision;
        next.sigma[axis] = precision.powf(-0.5);
    }
    next
}

async fn ask<E>(
    rule: &Rule,
    gaussians: Vec<(usize, Around)>,
    log_joint: &impl AsyncFn(Vec<Asked>) -> Result<Vec<f64>, E>,
) -> Result<Vec<Seen>, E> {
    let points = |(i, q): &(usize, Around)| {
        let (i, Around { mean, sigma }) = (*i, *q);
        let at = move |x: &[f64; 2]| (i, [mean[0] + sigma[0] * x[0], mean[1] + sigma[1] * x[1]]);
        rule.points.iter().map(at).collect::<Vec<Asked>>()
    };
    let values = log_joint(gaussians.iter().flat_map(points).collect()).await?;
    let each = values.chunks_exact(rule.points.len()).zip(&gaussians);
    Ok(each.map(|(values, (_, q))| seen(rule, q.sigma, values)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::evidence::linear::Linear;
    use super::*;
    use pollster::block_on;

    const X: [[f64; 3]; 2] = [[0.3, -0.2, 0.1], [-2.4, 1.1, 0.77]];

    /// The posterior is a Gaussian that lies aslant: the best diagonal one has its mean, 1/Λᵢᵢ for variances, and an
    /// approximation gap of ½(ln Λ₁₁Λ₂₂ − ln det Λ), from wherever one starts.
    #[test]
    fn linear_gaussians_by_the_closed_form() {
        for noise in [1.0, 0.1, 0.01] {
            let model = Linear { weights: [[0.9, 0.7], [-0.3, 0.4], [0.1, 0.5]], noise };
            let joint = async |asked: Vec<Asked>| -> Result<Vec<f64>, ()> {
                Ok(asked.into_iter().map(|(i, z)| model.log_joint(X[i], z)).collect())
            };
            let starts = [Around { mean: [0.5, 2.0], sigma: [0.7, 0.02] }; 2];
            let found = block_on(best(&starts, &joint)).expect("no error");
            let elbos = block_on(elbos(&found, &joint)).expect("no error");
            for (i, (q, elbo)) in found.iter().zip(elbos).enumerate() {
                let ([a, b, d], mean) = model.posterior(X[i]);
                let gap = 0.5 * ((a * d).ln() - (a * d - b * b).ln());
                let slack = 1e-3 + 1e-9 * elbo.abs();
                assert!((model.log_px(X[i]) - elbo - gap).abs() < slack, "{noise}: {q:?} {elbo} {gap}");
                for (axis, precision) in [a, d].into_iter().enumerate() {
                    assert!((q.sigma[axis] * precision.sqrt() - 1.0).abs() < 0.02, "{noise}: {q:?}");
                    assert!((q.mean[axis] - mean[axis]).abs() < 0.02 * q.sigma[axis].max(0.01), "{noise}: {q:?}");
                }
            }
        }
    }

    /// ½ of N(−2, ½²) and of N(2, ½²) along z₁: the best Gaussian sits on one of them, log p(x) = 0 and its ELBO −ln 2.
    #[test]
    fn of_two_peaks_it_takes_one() {
        let peak = |x: f64| (-2.0 * x * x).exp() * 2.0 / std::f64::consts::TAU.sqrt();
        let joint = async |asked: Vec<Asked>| -> Result<Vec<f64>, ()> {
            let one = |(_, [x, y]): (usize, [f64; 2])| {
                (0.5 * (peak(x - 2.0) + peak(x + 2.0)) + 1e-300).ln() - y * y / 2.0 - std::f64::consts::TAU.ln() / 2.0
            };
            Ok(asked.into_iter().map(one).collect())
        };
        let starts = [Around { mean: [1.2, 0.4], sigma: [0.4, 0.5] }, Around { mean: [-3.0, 0.0], sigma: [0.2, 2.0] }];
        let found = block_on(best(&starts, &joint)).expect("no error");
        let elbos = block_on(elbos(&found, &joint)).expect("no error");
        assert!(elbos.iter().all(|elbo| (elbo + 2f64.ln()).abs() < 0.01), "{found:?} {elbos:?}");
        assert!((found[0].mean[0] - 2.0).abs() < 0.05 && (found[1].mean[0] + 2.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn the_lattice_has_the_moments_of_a_gaussian() {
        for h in [COARSE, FINE] {
            let rule = Rule::new(h);
            let moment = |of: fn(f64) -> f64| rule.mean(|i| of(rule.points[i][0]));
            let found = [moment(|x| x), moment(|x| x * x), moment(|x| x.powi(4)), moment(|x| (0.5 * x).exp())];
            let expected = [0.0, 1.0, 3.0, 0.125f64.exp()];
            let near = |(found, expected): (f64, f64)| (found - expected).abs() < 2e-3;
            assert!(found.into_iter().zip(expected).all(near), "{h}: {found:?}");
        }
    }
}
