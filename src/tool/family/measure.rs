//! The meters of every member, into the family's card: the same functions that read them in the page, over a finer survey,
//! and those that need data.

use std::collections::BTreeMap;
use std::path::Path;

use pollster::block_on;

use super::plan::Plan;
use super::{Places, classifier, notes};
use crate::data::classifier::Classifier;
use crate::data::codes::Codes as CodesFile;
use crate::data::family::{Family, MeterValue, OtherSeed};
use crate::data::image_set::ImageSet;
use crate::data::set::Set;
use crate::engine::learner::Learner;
use crate::estimate::References;
use crate::latent::regularity::fidelity::{Balls, COMPARED, NEIGHBOURS, fidelity, references};
use crate::latent::regularity::interval::{Interval, of_mean};
use crate::latent::regularity::overlap::Overlap;
use crate::latent::regularity::report::{self, Codes, Meter, Meters, Reading};
use crate::latent::regularity::steps::{Steps, median};
use crate::latent::regularity::{Frame, Survey};
use crate::latent::sample;
use crate::nn::layout::Layout;
use crate::nn::weights;
use crate::rng::Rng;
use crate::spec::{Input, ModelSpec, PIXELS};
use crate::tool::evaluate::{floor, model, taken_apart};
use crate::tool::recipe::{ToolError, cpu};
use crate::tool::shelf::{encoding, pack_codes, write};

/// Cells along a side of the survey, and of one answer.
const SIDE: usize = 128;
const BAND: usize = 1024;

/// Samples that the classifier judges, and from which steps are taken; the first of them are compared with data.
const SAMPLES: usize = 1000;
const SEED: u32 = 5;

/// Draws from the codes, and from the prior, that their overlap is estimated with: more than the page takes.
const DRAWS: usize = 20_000;

/// Reads the meters of a family on the shelf and writes them into its card: if one samples from the prior, and if from the
/// normal distribution with the mean and covariance of the codes.
///
/// # Errors
/// `File` for what can't be read or written, `Learner` for what can't be computed.
pub fn measure(plan: &Plan, places: Places<'_>) -> Result<(), ToolError> {
    let folder = places.shelf.join(plan.name);
    let file = |name: &str| read(&folder.join(name));
    let mut family = Family::parse(&file("card.json")?).map_err(|e| encoding(&e))?;
    let [set, held_out] = plan.pictures(places.data)?;
    if !plan.made(&family) {
        return Err(encoding(&"the card is of another family"));
    }
    // Rounded as it is shipped, so that the page's numbers are these.
    let judge = classifier::train(&set).write().map_err(|e| encoding(&e))?;
    write(&folder, "classifier.safetensors", &judge)?;
    let classifier = Classifier::read(&judge).map_err(|e| encoding(&e))?;
    let right = classifier::accuracy(&classifier, &held_out);
    eprintln!("the classifier is right about {right:.3} of the held-out pictures");
    family.floor = floor(&family.run.model, &held_out).map(|floor| floor as f32);
    let compared = reals(&held_out);
    let (real, other) = compared.split_at(compared.len() / 2);
    let balls = |data| Balls::new(data, PIXELS, NEIGHBOURS).ok_or_else(|| encoding(&"too few held-out pictures"));
    let real = balls(real)?;
    let references = references(&real, &balls(other)?);
    let yard = Yard { real, references, classifier };
    let held_out = Set::Pictures(held_out);
    for index in 0..family.members.len() {
        let member = &family.members[index];
        let (mut learner, spec, shipped) = (cpu(), family.run_of(member).model, file(&member.weights)?);
        learner.load(&spec, &shipped)?;
        let layout = Layout::new(&spec).map_err(|e| encoding(&e))?;
        let flat = weights::from_safetensors(&layout, &shipped).map_err(|e| encoding(&e))?;
        let apart = block_on(taken_apart(&model(&spec, &flat)?, &held_out))?;
        let codes = CodesFile::read(&file(&member.codes)?).map_err(|e| encoding(&e))?;
        let meters = yard.read(&learner, &codes, Frame::PRIOR)?;
        say(&member.name, &meters);
        let fitted = Frame::of_codes(&codes.mu).map(|frame| yard.read(&learner, &codes, frame)).transpose()?;
        let others = plan.others.iter().map(|&(seed, steps)| {
            let path = places.other(plan, seed).join(&member.weights);
            path.exists().then(|| yard.other(&spec, &read(&path)?, &held_out, seed, steps)).transpose()
        });
        let others: Result<Vec<Option<OtherSeed>>, ToolError> = others.collect();
        let others = others?.into_iter().flatten().collect();
        let member = &mut family.members[index];
        (member.meters, member.fitted, member.surgery) = (meters, fitted.unwrap_or_default(), apart);
        member.seeds = others;
    }
    family.notes = notes::of(&family);
    write(&folder, "card.json", &serde_json::to_vec_pretty(&family).map_err(|e| encoding(&e))?)
}

fn read(path: &Path) -> Result<Vec<u8>, ToolError> {
    std::fs::read(path).map_err(|e| ToolError::File(path.display().to_string(), e.to_string()))
}

/// What all are measured with.
struct Yard<'a> {
    /// Held-out pictures, and what others of them and their mean have beside them.
    real: Balls<'a>,
    references: References,
    classifier: Classifier,
}

impl Yard<'_> {
    /// The same of a model of another seed, whose codes are in no file.
    fn other(
        &self,
        spec: &ModelSpec,
        file: &[u8],
        held_out: &Set,
        seed: u32,
        steps: u32,
    ) -> Result<OtherSeed, ToolError> {
        let layout = Layout::new(spec).map_err(|e| encoding(&e))?;
        let flat = weights::from_safetensors(&layout, file).map_err(|e| encoding(&e))?;
        let test = super::measure(spec, &flat, held_out)?;
        let mut learner = cpu();
        learner.load(spec, file)?;
        let (mu, log_var) = block_on(learner.posteriors(held_out, held_out.len()))?;
        let codes = pack_codes(&mu, &log_var, held_out.labels())?;
        let codes = CodesFile::read(&codes).map_err(|e| encoding(&e))?;
        let meters = self.read(&learner, &codes, Frame::PRIOR)?;
        say(&format!("from seed {seed}"), &meters);
        let fitted = Frame::of_codes(&codes.mu).map(|frame| self.read(&learner, &codes, frame)).transpose()?;
        let values = |meters: BTreeMap<String, MeterValue>| {
            meters.into_iter().map(|(name, meter)| (name, meter.value)).collect()
        };
        Ok(OtherSeed { seed, steps, test, meters: values(meters), fitted: values(fitted.unwrap_or_default()) })
    }

    fn read(
        &self,
        learner: &impl Learner,
        codes: &CodesFile,
        frame: Frame,
    ) -> Result<BTreeMap<String, MeterValue>, ToolError> {
        let survey = survey(learner, frame, &codes.mu, SIDE)?;
        let of =
            Codes { mu: &codes.mu, log_var: &codes.log_var, labels: &codes.labels, latent: 2, input: Input::default() };
        let mut meters = Meters::of(&survey, of);
        meters.overlap = Overlap::of(&survey.frame, &codes.mu, &codes.log_var, DRAWS, SEED);
        meters.ideal = Overlap::reference(&survey.frame, &codes.mu, &codes.log_var, DRAWS, SEED);
        let draws = sample::prior(SAMPLES, &mut Rng::new(SEED));
        let samples: Vec<f32> = draws.into_iter().flat_map(|draw| frame.point(draw)).collect();
        let decoded = block_on(learner.decode(&samples))?;
        let found =
            Balls::new(&decoded[..COMPARED * PIXELS], PIXELS, NEIGHBOURS).map(|fake| fidelity(&self.real, &fake));
        let sure: Vec<f32> = decoded.chunks_exact(PIXELS).map(|picture| self.classifier.confidence(picture)).collect();
        let steps = Steps::draw(&survey, SAMPLES, SEED);
        let nats = median(&block_on(learner.divergences(&steps.from, &steps.to))?);
        let elsewhere = |meter: Meter| match meter {
            Meter::Nats => nats.map(|(value, interval)| Reading { value, interval: Some(interval), reference: None }),
            Meter::Confidence => {
                let mean = sure.iter().sum::<f32>() / sure.len().max(1) as f32;
                Some(Reading { value: mean, interval: of_mean(&sure, SEED), reference: None })
            }
            _ => report::of_data(found.as_ref()?, Some(&self.references), meter),
        };
        let of_constant = |meter: Meter| {
            let share = report::share(&self.references.constant, meter)?;
            Some((meter.of_constant(), value(Reading { value: share.value, interval: None, reference: None })?))
        };
        let named = |meter: Meter| {
            let reading = meters.reading(meter).or_else(|| elsewhere(meter))?;
            Some((meter.name().to_owned(), value(reading)?))
        };
        let meters = Meter::ALL.into_iter();
        Ok(meters.clone().filter_map(named).chain(meters.filter_map(of_constant)).collect())
    }
}

/// A whole survey of a model whose codes are `codes`, in bands as the page asks for them.
///
/// # Errors
/// What the learner says.
pub fn survey(learner: &impl Learner, frame: Frame, codes: &[[f32; 2]], side: usize) -> Result<Survey, ToolError> {
    let mut survey = Survey::new(frame, side, side).with_codes(Frame::of_codes(codes));
    while !survey.is_whole() {
        let first = survey.done();
        let centres: Vec<f32> =
            (first..(first + BAND).min(survey.cells())).flat_map(|cell| survey.centre(cell)).collect();
        let found = block_on(learner.survey(&centres, [0, 1], survey.step()))?;
        survey.put(first, &found.metric, &found.back);
    }
    Ok(survey)
}

/// Twice as many as are compared, [n, pixels] in 0..1.
fn reals(held_out: &ImageSet) -> Vec<f32> {
    let n = (2 * COMPARED).min(held_out.len() / 2 * 2);
    held_out.pixels()[..n * PIXELS].iter().map(|&pixel| f32::from(pixel) / 255.0).collect()
}

/// A card has no number that is none: a collapsed model's slopes have no ratio, say.
fn value(reading: Reading) -> Option<MeterValue> {
    let Interval { low, high } = reading.interval.unwrap_or(Interval { low: f32::NAN, high: f32::NAN });
    let finite = |value: f32| value.is_finite().then_some(value);
    let reference = reading.reference.and_then(finite);
    Some(MeterValue { value: finite(reading.value)?, low: finite(low), high: finite(high), reference })
}

fn say(name: &str, meters: &BTreeMap<String, MeterValue>) {
    let line: Vec<String> = meters.iter().map(|(name, meter)| format!("{name} {:.3}", meter.value)).collect();
    eprintln!("{name}: {}", line.join(", "));
}
