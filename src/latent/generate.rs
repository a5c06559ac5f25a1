//! Points to be decoded into labelled data, and the labels of those that were drawn without one.

use super::nearest::Buckets;
use super::place::asked;
use super::sample::of_class;
use crate::rng::Rng;

/// The classes that there are labels of, in their order.
pub fn classes(labels: &[u8]) -> Vec<u8> {
    let mut there = [false; 256];
    labels.iter().for_each(|&label| there[usize::from(label)] = true);
    (0..=u8::MAX).filter(|&class| there[usize::from(class)]).collect()
}

/// `each` draws from every class's part of the aggregated posterior, class after class, and the class of each.
pub fn of_every_class(
    mu: &[[f32; 2]],
    log_var: &[[f32; 2]],
    labels: &[u8],
    each: usize,
    rng: &mut Rng,
) -> (Vec<[f32; 2]>, Vec<u8>) {
    let draw = |class| of_class(mu, log_var, labels, class, each, rng).into_iter().map(move |(_, z)| (z, class));
    classes(labels).into_iter().flat_map(draw).unzip()
}

/// For each point the class that most of the nearest codes have; nothing unless every point has one.
pub fn nearest_classes(codes: &[[f32; 2]], labels: &[u8], points: &[[f32; 2]]) -> Option<Vec<u8>> {
    let buckets = Buckets::new(codes);
    points.iter().map(|&z| Some(buckets.vote(codes, labels, z, asked(codes.len()))?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thirty codes of class 3 around (−1, 0), thirty of class 8 around (1, 0), with a σ of e⁻².
    fn two_classes() -> (Vec<[f32; 2]>, Vec<[f32; 2]>, Vec<u8>) {
        let rng = &mut Rng::new(2);
        let mut code = |x: f32| [x + 0.1 * rng.normal(), 0.1 * rng.normal()];
        let codes = (0..60).map(|i| code(if i % 2 == 0 { -1.0 } else { 1.0 })).collect();
        (codes, vec![[-4.0; 2]; 60], (0..60).map(|i| if i % 2 == 0 { 3 } else { 8 }).collect())
    }

    #[test]
    fn every_class_has_as_many_and_lies_where_its_codes_are() {
        let (mu, log_var, labels) = two_classes();
        assert_eq!(classes(&labels), [3, 8]);
        let (points, drawn) = of_every_class(&mu, &log_var, &labels, 40, &mut Rng::new(5));
        assert_eq!(drawn, [[3; 40], [8; 40]].concat());
        assert_eq!(nearest_classes(&mu, &labels, &points), Some(drawn));
        assert!(points.iter().all(|z| z[0].abs() < 2.0 && z[1].abs() < 1.0));
        assert_eq!(of_every_class(&mu, &log_var, &labels, 40, &mut Rng::new(5)).0, points);
        assert!(of_every_class(&[], &[], &[], 4, &mut Rng::new(5)).0.is_empty());
    }

    #[test]
    fn without_codes_there_are_no_labels() {
        assert_eq!(nearest_classes(&[], &[], &[[0.0; 2]]), None);
        assert_eq!(nearest_classes(&[[1.0; 2]], &[7], &[[0.0; 2]; 2]), Some(vec![7, 7]));
        assert_eq!(nearest_classes(&[[1.0; 2]], &[7], &[[f32::NAN; 2]]), None);
    }
}
