//! Lays the axes of one plane to those of another.
//!
//! The same seed does not give the same orientation: the prior N(0, I) is the same however the plane is turned, and which
//! turn training ends in is chance. Of all turns the eight signed permutations of two axes are exact for the diagonal
//! posteriors as well, so that a model to which one is applied is the same model: the columns of the heads change places and
//! signs, and so do the rows of the decoder's first layer.

use crate::nn::layout::{Layout, Parameter};

/// New axis `i` is `sign[i]` times old axis `from[i]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    from: [usize; 2],
    sign: [f32; 2],
}

impl Turn {
    /// The eight, the one that changes nothing first.
    pub fn all() -> impl Iterator<Item = Self> {
        let signs = [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]];
        [[0, 1], [1, 0]].into_iter().flat_map(move |from| signs.map(|sign| Self { from, sign }))
    }

    pub fn swaps(self) -> bool {
        self.from == [1, 0]
    }

    pub fn flips(self) -> [bool; 2] {
        self.sign.map(|sign| sign < 0.0)
    }

    pub fn point(self, z: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|i| self.sign[i] * z[self.from[i]])
    }

    /// Puts itself into the weights of an MLP of two latent dimensions.
    pub fn bake(self, layout: &Layout, flat: &mut [f32]) {
        for parameter in &layout.parameters {
            let values = &mut flat[parameter.range()];
            match parameter.name.as_str() {
                "mu.weight" | "mu.bias" => values.as_chunks_mut::<2>().0.iter_mut().for_each(|z| *z = self.point(*z)),
                "log_var.weight" | "log_var.bias" => {
                    values.as_chunks_mut::<2>().0.iter_mut().for_each(|z| *z = self.from.map(|axis| z[axis]));
                }
                "decoder.0.weight" => self.rows(parameter, values),
                _ => {}
            }
        }
    }

    /// `weights` is [2, out].
    fn rows(self, parameter: &Parameter, weights: &mut [f32]) {
        let old = weights.to_vec();
        let width = parameter.shape[1];
        for (i, row) in weights.chunks_exact_mut(width).enumerate() {
            let from = &old[self.from[i] * width..][..width];
            row.iter_mut().zip(from).for_each(|(new, old)| *new = self.sign[i] * old);
        }
    }
}

/// The turn of `codes` that makes them most like `neighbour`'s codes of the same data, and how like they are then: the
/// correlation, both sets taken from their means.
pub fn best(codes: &[[f32; 2]], neighbour: &[[f32; 2]]) -> (Turn, f32) {
    let (a, b) = (centred(codes), centred(neighbour));
    // Σ over data of neighbour's axis i times our axis j.
    let mut cross = [[0.0f64; 2]; 2];
    for (ours, theirs) in a.iter().zip(&b) {
        for (row, t) in cross.iter_mut().zip(theirs) {
            row.iter_mut().zip(ours).for_each(|(sum, o)| *sum += t * o);
        }
    }
    let gain = |turn: Turn| (0..2).map(|i| f64::from(turn.sign[i]) * cross[i][turn.from[i]]).sum::<f64>();
    let power = |codes: &[[f64; 2]]| codes.iter().flatten().map(|v| v * v).sum::<f64>();
    let scale = (power(&a) * power(&b)).sqrt().max(f64::MIN_POSITIVE);
    let still = Turn { from: [0, 1], sign: [1.0; 2] };
    let best = Turn::all().fold(still, |best, turn| if gain(turn) > gain(best) { turn } else { best });
    (best, (gain(best) / scale) as f32)
}

fn centred(codes: &[[f32; 2]]) -> Vec<[f64; 2]> {
    let n = codes.len().max(1) as f64;
    let mean = [0, 1].map(|axis| codes.iter().map(|z| f64::from(z[axis])).sum::<f64>() / n);
    codes.iter().map(|z| [0, 1].map(|axis| f64::from(z[axis]) - mean[axis])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::set::Set;
    use crate::engine::batches::data;
    use crate::engine::learner::Learner;
    use crate::nn::weights::{self, fresh};
    use crate::rng::Rng;
    use crate::spec::{DataSpec, ModelSpec, Objective, RunSpec};
    use crate::tool::recipe::cpu;
    use pollster::block_on;

    #[test]
    fn any_turn_is_found_again() {
        let mut rng = Rng::new(4);
        let codes: Vec<[f32; 2]> = (0..200).map(|_| [3.0 + 2.0 * rng.normal(), rng.normal()]).collect();
        for turn in Turn::all() {
            let turned: Vec<[f32; 2]> = codes.iter().map(|&z| turn.point(z).map(|v| 50.0 * v + 7.0)).collect();
            let (found, likeness) = best(&codes, &turned);
            assert!(found == turn && (likeness - 1.0).abs() < 1e-5, "{turn:?} {found:?} {likeness}");
        }
        assert_eq!(best(&[[0.0; 2]; 3], &[[1.0, 2.0]; 3]).1, 0.0);
    }

    #[test]
    fn a_model_that_was_turned_is_the_same_model() {
        for objective in [Objective::Variational, Objective::Autoencoder] {
            let spec = ModelSpec { objective, ..ModelSpec::mlp(&[12, 7]) };
            let layout = Layout::new(&spec).unwrap();
            let weights = fresh(&layout, 3);
            let run = RunSpec { data: DataSpec::Digits { count: 100 }, ..RunSpec::default() };
            let set = data(&run).unwrap().0;
            let of = |flat: &[f32]| {
                let mut learner = cpu();
                // 16-bit floats keep signs and places.
                learner.load(&spec, &weights::to_safetensors(&spec, &layout, flat).unwrap()).unwrap();
                learner
            };
            let pairs = |values: Vec<f32>| values.chunks_exact(2).map(|z| [z[0], z[1]]).collect::<Vec<_>>();
            let before = of(&weights);
            let codes = |of: &crate::engine::burn_learner::BurnLearner, set: &Set| {
                block_on(of.posteriors(set, set.len())).unwrap()
            };
            let (mu, log_var) = codes(&before, &set);
            let (mu, log_var) = (pairs(mu), pairs(log_var));
            let decoded = block_on(before.decode(&mu.concat())).unwrap();
            for turn in Turn::all() {
                let mut turned = weights.clone();
                turn.bake(&layout, &mut turned);
                let after = of(&turned);
                let (turned_mu, turned_log_var) = codes(&after, &set);
                assert_eq!(pairs(turned_mu), mu.iter().map(|&z| turn.point(z)).collect::<Vec<_>>());
                let widths: Vec<[f32; 2]> = log_var.iter().map(|v| turn.from.map(|axis| v[axis])).collect();
                assert_eq!(pairs(turned_log_var), widths);
                let there: Vec<f32> = mu.iter().flat_map(|&z| turn.point(z)).collect();
                let again = block_on(after.decode(&there)).unwrap();
                assert!(decoded.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-6), "{turn:?}");
            }
        }
    }
}
