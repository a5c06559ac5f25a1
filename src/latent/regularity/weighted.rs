//! Means, quantiles and maxima of values that do not all weigh the same. A value that is not a number counts as infinite:
//! what a model could not answer is bad, never nothing.

/// The share of the weight at which a value is common, and rare.
pub const HALF: f64 = 0.5;
pub const P95: f64 = 0.95;

/// The value up to which `share` of the weight lies, for each of the shares; infinite where there is no weight.
pub fn quantiles<const N: usize>(values: &[f32], weights: &[f64], shares: [f64; N]) -> [f32; N] {
    let mut order: Vec<(f32, f64)> = pairs(values, weights).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let whole: f64 = order.iter().map(|pair| pair.1).sum();
    shares.map(|share| {
        let mut below = 0.0;
        let reached = order.iter().find(|pair| {
            below += pair.1;
            below >= share * whole
        });
        reached.or(order.last()).map_or(f32::INFINITY, |pair| pair.0)
    })
}

/// The mean of those that are finite; infinite where none is.
pub fn mean_of_finite(values: &[f32], weights: &[f64]) -> f32 {
    let (mut sum, mut whole) = (0.0, 0.0);
    for (value, weight) in pairs(values, weights).filter(|pair| pair.0.is_finite()) {
        sum += f64::from(value) * weight;
        whole += weight;
    }
    if whole > 0.0 { (sum / whole) as f32 } else { f32::INFINITY }
}

/// The share of the weight whose value fulfils a condition; 0 where there is no weight.
pub fn share(values: &[f32], weights: &[f64], is: impl Fn(f32) -> bool) -> f32 {
    let whole: f64 = pairs(values, weights).map(|pair| pair.1).sum();
    let part: f64 = pairs(values, weights).filter(|pair| is(pair.0)).map(|pair| pair.1).sum();
    if whole > 0.0 { (part / whole) as f32 } else { 0.0 }
}

/// Which value is the largest, the first of equals.
pub fn largest(values: &[f32]) -> Option<usize> {
    let order = |i: &usize| if values[*i].is_nan() { f32::INFINITY } else { values[*i] };
    (0..values.len()).reduce(|best, i| if order(&i) > order(&best) { i } else { best })
}

/// Values and weights, those that weigh something.
fn pairs<'a>(values: &'a [f32], weights: &'a [f64]) -> impl Iterator<Item = (f32, f64)> + 'a {
    let sound = |(&value, &weight): (&f32, &f64)| (if value.is_nan() { f32::INFINITY } else { value }, weight);
    values.iter().zip(weights).map(sound).filter(|pair| pair.1 > 0.0 && pair.1.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count() {
        let (values, weights) = ([4.0, 1.0, 2.0, 3.0], [0.1, 0.6, 0.2, 0.1]);
        assert_eq!(quantiles(&values, &weights, [0.5, 0.7, 0.85, 1.0]), [1.0, 2.0, 3.0, 4.0]);
        assert!((mean_of_finite(&values, &weights) - 1.7).abs() < 1e-6);
        assert!((share(&values, &weights, |x| x > 2.5) - 0.2).abs() < 1e-6);
        assert_eq!(largest(&values), Some(0));
    }

    #[test]
    fn what_is_no_number_is_the_worst() {
        let (values, weights) = ([1.0, f32::NAN, 3.0], [0.5, 0.25, 0.25]);
        assert_eq!(quantiles(&values, &weights, [0.5, 0.75, 0.9]), [1.0, 3.0, f32::INFINITY]);
        assert!((mean_of_finite(&values, &weights) - 5.0 / 3.0).abs() < 1e-6);
        assert_eq!((share(&values, &weights, |x| x > 2.0), largest(&values)), (0.5, Some(1)));
        assert_eq!(quantiles(&values, &[0.0, f64::NAN, 0.0], [0.5]), [f32::INFINITY]);
        assert_eq!((mean_of_finite(&[], &[]), share(&[], &[], |_| true), largest(&[])), (f32::INFINITY, 0.0, None));
    }
}
