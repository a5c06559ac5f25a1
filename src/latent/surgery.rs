//! The ELBO taken apart (Hoffman and Johnson 2016, "ELBO surgery"; Alemi et al. 2018, arXiv:1711.00464): the distortion,
//! E −log p(x|z), and the rate, E KL(q(z|x) ‖ p(z)), which in turn is what a code says of which datum it is of, I(x; z), and
//! how far all codes together are from the prior, KL(q(z) ‖ p(z)). The last is what single dimensions are off, and how much
//! they depend on each other (Chen et al. 2018, arXiv:1802.04942).

use super::mixture::Mixture;
use super::regularity::interval::Running;
use crate::estimate::{Rate, Surgery};
use crate::rng::Rng;

/// Draws of z a datum that the mixture's density is taken at.
const DRAWS: usize = 2;

/// Of the reconstruction error of each datum, [n] in nats, the mean over as many draws as one likes, and its posterior, μ
/// and log σ² [n, latent]. Takes n² densities of Gaussians. None where there are not two data, or a number is not finite.
///
/// What is in closed form is: ln q(z|x)/q(z) alone is taken at draws z from each posterior. Its mean is the information,
/// and its scatter over the data gives the interval of that and, as a functional of the distribution of data, of
/// KL(q(z) ‖ p(z)), too.
pub fn of(distortion: &[f32], mu: &[f32], log_var: &[f32], latent: usize, seed: u32) -> Option<Surgery> {
    let n = distortion.len();
    let shaped = n > 1 && latent > 0 && mu.len() == n * latent && log_var.len() == n * latent;
    if !shaped || !distortion.iter().chain(mu).all(|x| x.is_finite()) {
        return None;
    }
    let error = Running::of(distortion.iter().map(|d| f64::from(*d))).estimate();
    let points = log_var.iter().all(|v| *v == f32::NEG_INFINITY);
    let rate = if points { None } else { Some(rate(mu, log_var, latent, seed)?) };
    Some(Surgery { data: n as u32, distortion: error, rate })
}

fn rate(mu: &[f32], log_var: &[f32], latent: usize, seed: u32) -> Option<Rate> {
    let q = Mixture::new(mu, log_var, latent)?;
    let axis =
        |values: &[f32], axis: usize| -> Vec<f32> { values.iter().skip(axis).step_by(latent).copied().collect() };
    let alone: Option<Vec<Mixture>> = (0..latent).map(|d| Mixture::new(&axis(mu, d), &axis(log_var, d), 1)).collect();
    let alone = alone?;
    let mut rng = Rng::new(seed);
    let none = Running::default();
    let [mut whole, mut information, mut aggregated, mut correlation] = [none; 4];
    let (mut dimensions, mut marginals) = (vec![none; latent], vec![none; latent]);
    for i in 0..q.len() {
        let at = i * latent..(i + 1) * latent;
        let kl = |(m, v): (&f32, &f32)| {
            let (m, v) = (f64::from(*m), f64::from(*v));
            0.5 * (m * m + v.exp() - v - 1.0)
        };
        let rates: Vec<f64> = mu[at.clone()].iter().zip(&log_var[at]).map(kl).collect();
        // What a draw says of the datum, by all dimensions together and by each alone.
        let (mut said, mut each) = (0.0, vec![0.0; latent]);
        for _ in 0..DRAWS {
            let z = q.draw(i, &mut rng);
            said += (q.log_component(i, &z) - q.log_density(&z)) / DRAWS as f64;
            for ((each, alone), z) in each.iter_mut().zip(&alone).zip(&z) {
                *each += (alone.log_component(i, &[*z]) - alone.log_density(&[*z])) / DRAWS as f64;
            }
        }
        let rate: f64 = rates.iter().sum();
        whole.add(rate);
        information.add(said);
        aggregated.add(rate - said);
        correlation.add(each.iter().sum::<f64>() - said);
        dimensions.iter_mut().zip(&rates).for_each(|(of, rate)| of.add(*rate));
        marginals.iter_mut().zip(rates.iter().zip(&each)).for_each(|(of, (rate, said))| of.add(rate - said));
    }
    let all = |of: Vec<Running>| of.iter().map(Running::estimate).collect();
    Some(Rate {
        whole: whole.estimate(),
        information: information.estimate(),
        aggregated: aggregated.estimate(),
        dimensions: all(dimensions),
        marginals: all(marginals),
        correlation: correlation.estimate(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Estimate;
    use crate::latent::regularity::Frame;
    use crate::latent::regularity::overlap::Overlap;

    fn rate_of(mu: &[f32], log_var: &[f32], latent: usize) -> Rate {
        let error = vec![1.0; mu.len() / latent];
        of(&error, mu, log_var, latent, 3).expect("numbers").rate.expect("a rate")
    }

    fn holds(estimate: Estimate, truth: f32, slack: f32) -> bool {
        (estimate.interval.low - slack..=estimate.interval.high + slack).contains(&truth)
    }

    /// Posterior collapse: codes say nothing, and nothing is off.
    #[test]
    fn posteriors_that_are_the_prior_have_no_rate() {
        let found = rate_of(&[0.0; 300], &[0.0; 300], 3);
        let all = [found.whole, found.information, found.aggregated, found.correlation];
        assert!(all.iter().chain(&found.dimensions).chain(&found.marginals).all(|e| e.value.abs() < 1e-6), "{found:?}");
    }

    /// n posteriors that do not touch say which datum they are of: ln n, and not more.
    #[test]
    fn posteriors_that_are_apart_say_which_datum_it_was() {
        let mut rng = Rng::new(5);
        let mu: Vec<f32> = (0..256).flat_map(|i| [i as f32 / 10.0, rng.normal()]).collect();
        let found = rate_of(&mu, &[-14.0; 512], 2);
        assert!((found.information.value - 256f32.ln()).abs() < 1e-4, "{found:?}");
        assert!((found.whole.value - found.information.value - found.aggregated.value).abs() < 1e-3, "{found:?}");
    }

    /// A linear encoder of Gaussian data, z = a·x + s·ε with x ~ N(0, 1), a² + s² = 1: I(x; z) = −½ ln s², q(z) is the prior.
    /// Of two dimensions that say the same, q(z) has the correlation a², and a total correlation of −½ ln (1 − a⁴).
    #[test]
    fn a_linear_encoder_by_the_closed_form() {
        let s2 = 0.3f32;
        let (a, log_var) = ((1.0 - s2).sqrt(), s2.ln());
        let mut rng = Rng::new(6);
        let x: Vec<f32> = (0..4000).map(|_| rng.normal()).collect();
        let one = rate_of(&x.iter().map(|x| a * x).collect::<Vec<_>>(), &[log_var; 4000], 1);
        // The bias of 4000 data is a few over 4000.
        assert!(holds(one.information, -0.5 * log_var, 5e-3) && holds(one.aggregated, 0.0, 5e-3), "{one:?}");
        let both: Vec<f32> = x.iter().flat_map(|x| [a * x, a * x]).collect();
        let two = rate_of(&both, &[log_var; 8000], 2);
        let correlation = -0.5 * (1.0 - (1.0 - s2).powi(2)).ln();
        assert!(holds(two.correlation, correlation, 5e-3) && holds(two.aggregated, correlation, 5e-3), "{two:?}");
        assert!(two.marginals.iter().all(|kl| holds(*kl, 0.0, 5e-3)), "{two:?}");
        assert!(two.dimensions.iter().all(|kl| holds(*kl, -0.5 * log_var, 0.0)), "{two:?}");
        let sum = two.marginals.iter().map(|kl| kl.value).sum::<f32>() + two.correlation.value;
        assert!((sum - two.aggregated.value).abs() < 1e-4, "{two:?}");
    }

    /// Of 200 samples of 300 data each: the intervals hold what 20,000 data have, but for the bias of so few.
    #[test]
    fn the_intervals_are_of_which_data_were_drawn() {
        let s2 = 0.5f32;
        let (a, log_var) = ((1.0 - s2).sqrt(), s2.ln());
        let mut held = [0; 3];
        for seed in 0..200 {
            let mut rng = Rng::new(900 + seed);
            let mu: Vec<f32> = (0..300).map(|_| a * rng.normal()).collect();
            let error: Vec<f32> = mu.iter().map(|m| 7.0 + 2.0 * m).collect();
            let found = of(&error, &mu, &[log_var; 300], 1, seed).expect("numbers");
            let rate = found.rate.expect("a rate");
            held[0] += usize::from(holds(found.distortion, 7.0, 0.0));
            held[1] += usize::from(holds(rate.whole, -0.5 * log_var, 0.0));
            held[2] += usize::from(holds(rate.information, -0.5 * log_var, 0.0));
        }
        assert!(held.iter().all(|held| (178..=200).contains(held)), "{held:?}");
    }

    /// The same KL as the overlap's, which takes other draws.
    #[test]
    fn the_aggregated_posterior_is_that_of_the_meters() {
        let mut rng = Rng::new(8);
        let mu: Vec<[f32; 2]> = (0..500).map(|_| [1.5 * rng.normal(), rng.normal()]).collect();
        let log_var: Vec<[f32; 2]> = (0..500).map(|_| [rng.range(-5.0, -2.0), rng.range(-4.0, -1.0)]).collect();
        let here = rate_of(mu.as_flattened(), log_var.as_flattened(), 2).aggregated;
        let there = Overlap::of(&Frame::PRIOR, &mu, &log_var, 4000, 1).and_then(|o| o.kl()).expect("a density");
        assert!(holds(here, there.value, 0.0), "{here:?} {there:?}");
    }

    #[test]
    fn what_is_no_number_or_no_distribution() {
        assert_eq!(of(&[1.0], &[0.0], &[0.0], 1, 1), None);
        assert_eq!(of(&[1.0; 2], &[0.0, f32::NAN], &[0.0; 2], 1, 1), None);
        assert_eq!(of(&[1.0; 2], &[0.0; 2], &[0.0; 3], 1, 1), None);
        let points = of(&[1.0, 3.0], &[0.0, 1.0], &[f32::NEG_INFINITY; 2], 1, 1).expect("an error");
        assert!(points.rate.is_none() && points.distortion.value == 2.0);
        let text = serde_json::to_string(&rate_of(&[0.0, 1.0], &[0.0; 2], 1)).expect("JSON");
        assert!(text.contains("\"low\"") && serde_json::from_str::<Rate>(&text).is_ok(), "{text}");
    }
}
