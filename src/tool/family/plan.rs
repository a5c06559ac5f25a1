//! The families that are made, and what each is made of.

use std::path::Path;

use crate::data::family::Family;
use crate::data::idx::{self, Part};
use crate::data::image_set::{ImageSet, digit_names, garment_names};
use crate::data::set::Set;
use crate::engine::batches;
use crate::spec::{Activation, DataSpec, ModelSpec, RunSpec, TrainingSpec};
use crate::tool::recipe::ToolError;
use crate::tool::shelf::encoding;

/// A family to make.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Its folder in `pretrained/`.
    pub name: &'static str,
    pub data: DataSpec,
    /// Optimiser steps of each member.
    pub steps: u32,
    /// Seeds that the whole family is trained from again, on the same data, and in how many steps: they give the spread of
    /// the dial's curves and are not on the dial.
    pub others: &'static [(u32, u32)],
}

/// Held-out pictures of those that come in files: the first of the test set.
const HELD_OUT: usize = 2000;
/// The seed of what is on the dial, and of data that are generated.
const SEED: u32 = 1;

pub const PLANS: [Plan; 3] = [
    Plan {
        name: "digits-beta",
        data: DataSpec::Digits { count: 40_000 },
        steps: 24_000,
        others: &[(2, 12_000), (3, 12_000)],
    },
    Plan { name: "mnist-beta", data: DataSpec::Mnist, steps: 10_000, others: &[] },
    Plan { name: "fashion-beta", data: DataSpec::Fashion, steps: 10_000, others: &[] },
];

impl Plan {
    /// # Errors
    /// `NoRecipe` for a name that is not in [`PLANS`].
    pub fn find(name: &str) -> Result<&'static Self, ToolError> {
        PLANS.iter().find(|plan| plan.name == name).ok_or_else(|| ToolError::NoRecipe(name.to_owned()))
    }

    /// What all members have in common. Of the nets that leave a family small this had the highest ELBO at β = 1 on
    /// generated digits; `pretrained/README.md` has the others.
    pub fn run(&self) -> RunSpec {
        RunSpec {
            data: self.data,
            model: ModelSpec { activation: Activation::Silu, ..ModelSpec::mlp(&[64, 64, 32]) },
            training: TrainingSpec { steps: self.steps, learning_rate: 2e-3, ..TrainingSpec::reference() },
            seed: SEED,
        }
    }

    /// Pictures to train on and pictures held out: generated, or from the IDX files in `data`.
    ///
    /// # Errors
    /// `File` for a file that is missing or is not IDX.
    pub fn pictures(&self, data: &Path) -> Result<[ImageSet; 2], ToolError> {
        let (folder, names) = match self.data {
            DataSpec::Mnist => (data.join("mnist"), digit_names as fn() -> Vec<String>),
            DataSpec::Fashion => (data.join("fashion"), garment_names as fn() -> Vec<String>),
            DataSpec::Digits { .. } | DataSpec::Shapes { .. } | DataSpec::Points { .. } | DataSpec::Own { .. } => {
                return match batches::data(&self.run())? {
                    (Set::Pictures(set), Set::Pictures(held_out)) => Ok([set, held_out]),
                    _ => Err(encoding(&"the family is not of pictures")),
                };
            }
        };
        let read = |part| {
            idx::read_folder(&folder, part, names())
                .map_err(|e| ToolError::File(folder.display().to_string(), e.to_string()))
        };
        Ok([read(Part::Train)?, first(&read(Part::Test)?, HELD_OUT)?])
    }

    /// Whether a card is of this plan's data and net; its steps and what was measured may be others.
    pub fn made(&self, family: &Family) -> bool {
        (family.run.data, &family.run.model) == (self.data, &self.run().model)
    }
}

/// The first pictures of a set.
fn first(set: &ImageSet, count: usize) -> Result<ImageSet, ToolError> {
    let count = count.min(set.len());
    let pixels = set.pixels()[..count * set.format().bytes()].to_vec();
    ImageSet::of(set.format(), pixels, set.labels()[..count].to_vec(), set.class_names().to_vec())
        .map_err(|e| encoding(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plan_can_be_run_and_is_found_by_its_name() {
        for plan in &PLANS {
            assert_eq!(plan.run().flaw(), None, "{}", plan.name);
            assert_eq!(Plan::find(plan.name).unwrap().data, plan.data);
        }
        assert!(Plan::find("nothing").is_err());
    }

    #[test]
    fn what_is_held_out_of_generated_digits_is_another_series() {
        let plan = Plan { data: DataSpec::Digits { count: 50 }, ..PLANS[0] };
        let [set, held_out] = plan.pictures(Path::new("/nowhere")).unwrap();
        assert_eq!((set.len(), held_out.len()), (50, HELD_OUT));
        assert_ne!(set.image(0), held_out.image(0));
        assert!(PLANS[1].pictures(Path::new("/nowhere")).is_err());
        assert_eq!(first(&held_out, 3).unwrap().labels(), &held_out.labels()[..3]);
    }
}
