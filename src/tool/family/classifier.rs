//! A small classifier of pictures: softmax regression on the pixels, by stochastic gradient descent. It judges whether a
//! decoding looks like anything; it knows nothing of the models.

use crate::data::image_set::ImageSet;
use crate::rng::Rng;
use crate::spec::{CLASSES, PIXELS};

const EPOCHS: usize = 6;
const RATE: f32 = 0.02;
const SEED: u32 = 3;

pub struct Classifier {
    /// [classes, pixels + 1]: the last of each is the bias.
    weights: Vec<f32>,
}

impl Classifier {
    pub fn train(set: &ImageSet) -> Self {
        let mut classifier = Self { weights: vec![0.0; CLASSES * (PIXELS + 1)] };
        let mut rng = Rng::new(SEED);
        let mut order: Vec<usize> = (0..set.len()).collect();
        for _ in 0..EPOCHS {
            rng.shuffle(&mut order);
            for &index in &order {
                let picture: Vec<f32> = picture(set, index);
                let probabilities = classifier.probabilities(&picture);
                let label = usize::from(set.labels()[index]);
                for (class, row) in classifier.weights.chunks_exact_mut(PIXELS + 1).enumerate() {
                    let step = RATE * (probabilities[class] - f32::from(class == label));
                    row.iter_mut().zip(&picture).for_each(|(weight, pixel)| *weight -= step * pixel);
                    row[PIXELS] -= step;
                }
            }
        }
        classifier
    }

    /// Of a picture of pixels in 0..1.
    fn probabilities(&self, picture: &[f32]) -> [f32; CLASSES] {
        let mut logits = [0.0; CLASSES];
        for (logit, row) in logits.iter_mut().zip(self.weights.chunks_exact(PIXELS + 1)) {
            *logit = row[PIXELS] + row.iter().zip(picture).map(|(weight, pixel)| weight * pixel).sum::<f32>();
        }
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let odds = logits.map(|logit| (logit - top).exp());
        let sum: f32 = odds.iter().sum();
        odds.map(|odd| odd / sum)
    }

    /// The largest class probability.
    pub fn confidence(&self, picture: &[f32]) -> f32 {
        self.probabilities(picture).into_iter().fold(0.0, f32::max)
    }

    /// The share of a set whose class it says.
    pub fn accuracy(&self, set: &ImageSet) -> f32 {
        let right = |&index: &usize| {
            let odds = self.probabilities(&picture(set, index));
            let best = (0..CLASSES).max_by(|a, b| odds[*a].total_cmp(&odds[*b]));
            best == Some(usize::from(set.labels()[index]))
        };
        (0..set.len()).filter(right).count() as f32 / set.len().max(1) as f32
    }
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
        let classifier = Classifier::train(&set);
        assert!(classifier.accuracy(&held_out) > 0.85, "{}", classifier.accuracy(&held_out));
        let mean = |n: usize| (0..n).map(|i| classifier.confidence(&picture(&held_out, i))).sum::<f32>() / n as f32;
        assert!(mean(300) > 0.8, "{}", mean(300));
    }
}
