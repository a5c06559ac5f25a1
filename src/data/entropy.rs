//! Baselines of reconstruction errors, which keep losses of different likelihoods from being compared: the least that grey
//! pixels cost as probabilities, and the constant that a Gaussian's loss is shown without.

use crate::spec::{DataSpec, Input, Likelihood, ModelSpec};

/// Baseline of a reconstruction error, in nats a datum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Baseline {
    /// Mean entropy of the greys of Bernoulli pixels, where it is known of the data. A decoding that is the picture
    /// itself costs that much, and none costs less.
    Entropy(Option<f32>),
    /// Constant of a Gaussian likelihood: what −log p(x|z) has beyond the loss, above 0 where a deviation is large.
    Constant(f32),
}

impl Baseline {
    pub fn of(model: &ModelSpec, data: &DataSpec) -> Self {
        match (model.likelihood, model.input) {
            (Likelihood::Gaussian { deviation }, input) => Self::Constant(constant(input.width(), deviation)),
            (Likelihood::Bernoulli, Input::Picture(_)) => Self::Entropy(known(data)),
            (Likelihood::Bernoulli, Input::Point) => Self::Entropy(None),
        }
    }
}

/// −Σ x ln x + (1 − x) ln(1 − x) over the pixels of a picture, x = byte/255; the mean over pictures of `width` bytes.
pub fn mean(pixels: &[u8], width: usize) -> f64 {
    let term = |x: f64| if x > 0.0 { -x * x.ln() } else { 0.0 };
    let of_byte: Vec<f64> = (0..=255).map(|byte| f64::from(byte) / 255.0).map(|x| term(x) + term(1.0 - x)).collect();
    let sum: f64 = pixels.iter().map(|&byte| of_byte[usize::from(byte)]).sum();
    sum * width as f64 / pixels.len().max(1) as f64
}

/// The mean entropy of the held-out pictures; not of those that a visitor brings. Generated ones differ from seed to seed by
/// less than 1.
fn known(data: &DataSpec) -> Option<f32> {
    match data {
        DataSpec::Digits { .. } => Some(41.0),
        DataSpec::Shapes { .. } => Some(22.5),
        DataSpec::Mnist => Some(45.5),
        DataSpec::Fashion => Some(189.9),
        DataSpec::Points { .. } | DataSpec::Own { .. } => None,
    }
}

/// n/2 · ln(2πσ²).
fn constant(values: usize, deviation: f32) -> f32 {
    values as f32 * (deviation.ln() + 0.5 * std::f32::consts::TAU.ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{digits, shapes};
    use crate::spec::PIXELS;

    #[test]
    fn black_and_white_cost_nothing_and_grey_a_bit() {
        assert_eq!(mean(&[0, 255, 0, 255], 2), 0.0);
        let half = mean(&[127; 8], 4) / 4.0;
        assert!((half - 2f64.ln()).abs() < 1e-4, "{half}");
        assert_eq!(mean(&[], 784), 0.0);
    }

    /// MNIST's and Fashion-MNIST's are computed by `tests/reference/audit.py`.
    #[test]
    fn what_is_said_of_generated_pictures_is_theirs() {
        let made = |data: DataSpec, pixels: &[u8]| {
            let (found, said) = (mean(pixels, PIXELS) as f32, known(&data).expect("said"));
            assert!((found - said).abs() < 1.0, "{data:?}: {found} {said}");
        };
        for seed in [1, 2] {
            made(DataSpec::Digits { count: 1 }, digits::digits(seed, 2000).0.pixels());
            made(DataSpec::Shapes { count: 1 }, shapes::shapes(seed, 2000).0.pixels());
        }
    }

    /// The density of a value at its mean is 1/(σ√2π).
    #[test]
    fn a_gaussian_s_constant_is_its_density_at_the_mean() {
        let model = ModelSpec {
            input: Input::Point,
            likelihood: Likelihood::Gaussian { deviation: 0.1 },
            ..ModelSpec::mlp(&[8])
        };
        let points = DataSpec::Points { kind: crate::spec::PointKind::TwoMoons, count: 10 };
        let Baseline::Constant(found) = Baseline::of(&model, &points) else { panic!() };
        let density = 1.0 / (0.1 * (2.0 * std::f32::consts::PI).sqrt());
        assert!((found + 2.0 * density.ln()).abs() < 1e-5, "{found}");
        assert_eq!(Baseline::of(&ModelSpec::mlp(&[8]), &DataSpec::Mnist), Baseline::Entropy(Some(45.5)));
    }
}
