//! Pictures as chosen, in the order in which they are used.

use super::choices::develop;
use super::collected::Collected;
use super::given::Progress;
use crate::data::brought::{Cause, Choices, Refusal, SIDES, Test};
use crate::data::image_set::ImageSet;
use crate::rng::Rng;
use crate::spec::Format;

/// Streams of the seed.
const DRAW: u32 = 1;
const ORDER: u32 = 2;

/// A set that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub format: Format,
    /// Planar, as [`Format`] says.
    pub pixels: Vec<u8>,
    /// A class a picture; all 0 without labels.
    pub labels: Vec<u8>,
    /// One without a name where there are no labels.
    pub class_names: Vec<String>,
    /// So many from the front are for training, the others for testing.
    pub train: usize,
}

impl Choices {
    pub(super) fn check(&self) -> Result<(), Cause> {
        if SIDES.contains(&self.side) { Ok(()) } else { Err(Cause::Side { side: self.side as u64 }) }
    }
}

/// Makes the set. It takes side² · channels bytes a picture beside what was collected.
///
/// Refused: a side that is not among [`SIDES`], want of memory, and being cancelled.
pub fn prepare(set: &Collected, choices: &Choices, progress: &mut dyn Progress) -> Result<Prepared, Refusal> {
    choices.check()?;
    let drawn = draw(set.len(), choices);
    let (train, test) = halves(drawn, set.split(), choices);
    let count = train.len() + test.len();
    let format = choices.format();
    let mut pixels = Vec::new();
    pixels.try_reserve_exact(count.saturating_mul(format.bytes())).map_err(|_| Cause::OutOfMemory)?;
    let mut labels = Vec::with_capacity(count);
    for (done, &picture) in train.iter().chain(&test).enumerate() {
        if done.is_multiple_of(512) && progress.report(done as u64, count as u64).is_break() {
            return Err(Cause::Cancelled.into());
        }
        develop(set, picture, choices, &mut pixels);
        labels.push(set.classes().and_then(|classes| classes.labels.get(picture)).copied().unwrap_or(0));
    }
    let class_names = set.classes().map_or_else(|| vec![String::new()], |classes| classes.names.clone());
    Ok(Prepared { format, pixels, labels, class_names, train: train.len() })
}

/// Of each of as many equal stretches as there are pictures wanted, one picture.
fn draw(count: usize, choices: &Choices) -> Vec<usize> {
    let most = choices.most.unwrap_or(count).min(count);
    if most == count {
        return (0..count).collect();
    }
    let mut rng = Rng::stream(choices.seed, DRAW);
    let bound = |at: usize| (at as u64 * count as u64 / most as u64) as usize;
    (0..most).map(|at| bound(at) + rng.below(bound(at + 1) - bound(at))).collect()
}

/// Training and test pictures, each in an order of the seed's.
fn halves(mut drawn: Vec<usize>, split: Option<usize>, choices: &Choices) -> (Vec<usize>, Vec<usize>) {
    let mut rng = Rng::stream(choices.seed, ORDER);
    rng.shuffle(&mut drawn);
    match choices.test {
        Test::AsGiven => {
            let split = split.unwrap_or(usize::MAX);
            drawn.into_iter().partition(|&picture| picture < split)
        }
        Test::Percent(percent) => {
            let share = u64::from(percent.min(90));
            let test = ((drawn.len() as u64 * share + 50) / 100) as usize;
            let test = drawn.split_off(drawn.len() - test);
            (drawn, test)
        }
    }
}

impl Prepared {
    /// The training and the test pictures as the trainer takes them.
    ///
    /// Refused: what no longer fits together.
    pub fn image_sets(self) -> Result<(ImageSet, ImageSet), Refusal> {
        let unfit = || Refusal::from(Cause::Side { side: self.format.side as u64 });
        let (mut pixels, mut labels) = (self.pixels, self.labels);
        let train = self.train.min(labels.len());
        let test_labels = labels.split_off(train);
        let test_pixels = pixels.split_off((train * self.format.bytes()).min(pixels.len()));
        let make =
            |pixels, labels| ImageSet::of(self.format, pixels, labels, self.class_names.clone()).map_err(|_| unfit());
        Ok((make(pixels, labels)?, make(test_pixels, test_labels)?))
    }
}
