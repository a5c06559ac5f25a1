//! Training the classifier that judges decodings, by stochastic gradient descent on labelled pictures.

use crate::data::classifier::Classifier;
use crate::data::image_set::ImageSet;
use crate::rng::Rng;
use crate::spec::{CLASSES, PIXELS};

const EPOCHS: usize = 6;
const RATE: f32 = 0.02;
const SEED: u32 = 3;

pub fn train(set: &ImageSet) -> Classifier {
    let mut classifier = Classifier::fresh();
    let mut rng = Rng::new(SEED);
    let mut order: Vec<usize> = (0..set.len()).collect();
    for _ in 0..EPOCHS {
        rng.shuffle(&mut order);
        order.iter().for_each(|&index| classifier.learn(&picture(set, index), set.labels()[index], RATE));
    }
    classifier
}

/// The share of a set whose class it says.
pub fn accuracy(classifier: &Classifier, set: &ImageSet) -> f32 {
    let right = |&index: &usize| {
        let odds = classifier.probabilities(&picture(set, index));
        let best = (0..CLASSES).max_by(|a, b| odds[*a].total_cmp(&odds[*b]));
        best == Some(usize::from(set.labels()[index]))
    };
    (0..set.len()).filter(right).count() as f32 / set.len().max(1) as f32
}

fn picture(set: &ImageSet, index: usize) -> Vec<f32> {
    let pixels = &set.pixels()[index * PIXELS..(index + 1) * PIXELS];
    pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::set::Set;
    use crate::engine::batches;
    use crate::spec::{DataSpec, RunSpec};

    #[test]
    fn knows_digits_it_has_not_seen_and_doubts_a_grey_picture() {
        let run = RunSpec { data: DataSpec::Digits { count: 3000 }, ..RunSpec::default() };
        let (Set::Pictures(set), Set::Pictures(held_out)) = batches::data(&run).expect("digits") else { panic!() };
        let classifier = train(&set);
        assert!(accuracy(&classifier, &held_out) > 0.85, "{}", accuracy(&classifier, &held_out));
        let mean = |n: usize| (0..n).map(|i| classifier.confidence(&picture(&held_out, i))).sum::<f32>() / n as f32;
        assert!(mean(300) > 0.8, "{}", mean(300));
    }
}
