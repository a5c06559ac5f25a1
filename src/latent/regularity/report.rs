//! Every meter of a model at once, with their names: the same numbers on the page, in the card of a family and in the tests.

use super::clusters::{Clusters, Gap, Share, centre_class, largest_gap};
use super::frame::Frame;
use super::interval::Interval;
use super::mmd::Mmd;
use super::overlap::Overlap;
use super::returns::{NEAR, Returns};
use super::slopes::{Continuity, STEEP};
use super::survey::{Metric, Survey, Unit, nats};
use crate::protocol::{self, Fidelity, References};
use crate::spec::Input;

/// A step in σ whose change is told in nats.
const SMALL: f32 = 0.1;

/// Codes that the classes are counted with, where there are more.
const MOST_CODES: usize = 4000;

const SEED: u32 = 11;

/// A slope of points of a plane above this is steep: a tenth of σ then moves the datum by more than 0.3, and the sets of
/// points are about 1 wide.
const STEEP_POINTS: f32 = 3.0;

/// What can be measured. `Precision`, `Recall`, `Coverage` and `Confidence` need data or a classifier, and come from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meter {
    Continuity,
    Slope,
    Spread,
    Nats,
    Returns,
    Shared,
    Covered,
    Kl,
    Mmd,
    Accuracy,
    Gap,
    Precision,
    Recall,
    Coverage,
    Confidence,
}

impl Meter {
    pub const ALL: [Self; 15] = [
        Self::Continuity,
        Self::Slope,
        Self::Spread,
        Self::Nats,
        Self::Returns,
        Self::Shared,
        Self::Covered,
        Self::Precision,
        Self::Recall,
        Self::Coverage,
        Self::Confidence,
        Self::Kl,
        Self::Mmd,
        Self::Accuracy,
        Self::Gap,
    ];

    /// The name in a card of what copies of the data's mean would read, where that says something.
    pub fn of_constant(self) -> String {
        format!("{}-of-mean", self.name())
    }

    /// Its name in a card.
    pub fn name(self) -> &'static str {
        match self {
            Self::Continuity => "continuity",
            Self::Slope => "slope-median",
            Self::Spread => "slope-spread",
            Self::Nats => "tenth-sigma-nats",
            Self::Returns => "returns",
            Self::Shared => "shared",
            Self::Covered => "covered",
            Self::Kl => "aggregated-kl",
            Self::Mmd => "mmd",
            Self::Accuracy => "neighbour-accuracy",
            Self::Gap => "largest-gap",
            Self::Precision => "data-precision",
            Self::Recall => "data-recall",
            Self::Coverage => "data-coverage",
            Self::Confidence => "classifier-confidence",
        }
    }
}

/// A number, its 95 % interval where it comes from a sample, and what it would be in the case that it is to be compared
/// with: of the overlap's meters, if the codes were the distribution itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub value: f32,
    pub interval: Option<Interval>,
    pub reference: Option<f32>,
}

/// The codes that a survey is compared with; one entry a datum in each.
#[derive(Clone, Copy, Debug)]
pub struct Codes<'a> {
    pub mu: &'a [[f32; 2]],
    pub log_var: &'a [[f32; 2]],
    pub labels: &'a [u8],
    /// Dimensions of the latent space that they are a plane of.
    pub latent: usize,
    /// What the data are.
    pub input: Input,
}

impl Codes<'_> {
    /// What slopes are counted per.
    fn unit(&self) -> Unit {
        unit(self.mu)
    }
}

/// One σ of the codes along each axis; of what is sampled from, where there are too few codes to say.
pub fn unit(codes: &[[f32; 2]]) -> Unit {
    Frame::of_codes(codes).map_or(Unit::Frame, |frame| Unit::Of(frame.scale))
}

/// What was measured. None: not yet, or not possible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meters {
    /// Cells along a side of the survey.
    pub side: usize,
    /// Cells whose numbers are not finite.
    pub flawed: usize,
    /// Of pixels, per σ of the codes: what is near is a matter of how far the codes spread, and a plain autoencoder may spread
    /// them over tens of units of z.
    pub continuity: Option<Continuity>,
    /// In the Fisher metric, likewise.
    pub fisher: Option<Continuity>,
    pub returns: Option<Returns>,
    /// Only of a latent space that is this plane: of a larger one the codes lie beside it.
    pub overlap: Option<Overlap>,
    pub mmd: Option<Mmd>,
    pub clusters: Option<Clusters>,
    /// The class that sits at the centre.
    pub centre: Option<(u8, Share)>,
    pub gap: Option<Gap>,
}

impl Meters {
    /// In so many parts, none of which takes long.
    pub const PARTS: usize = 5;

    /// All of them, of a whole survey.
    pub fn of(survey: &Survey, codes: Codes) -> Self {
        (0..Self::PARTS).fold(Self::default(), |meters, part| meters.with(part, survey, codes))
    }

    /// The same with one more part.
    pub fn with(mut self, part: usize, survey: &Survey, codes: Codes) -> Self {
        let frame = &survey.frame;
        let steep = match codes.input {
            Input::Picture(_) => STEEP,
            Input::Point => STEEP_POINTS,
        };
        let plane = codes.latent == 2;
        match part {
            0 => {
                (self.side, self.flawed) = (survey.columns, survey.flawed());
                let unit = codes.unit();
                self.continuity = Continuity::of(survey, Metric::Pixels, unit, steep);
                self.fisher = Continuity::of(survey, Metric::Fisher, unit, steep);
                self.returns = Returns::of(survey, NEAR);
            }
            1 if plane => self.overlap = Overlap::of(frame, codes.mu, codes.log_var),
            2 if plane => self.mmd = Mmd::of(frame, codes.mu, codes.log_var, SEED),
            3 => {
                let n = codes.mu.len().min(MOST_CODES);
                self.clusters = Clusters::of(frame, &codes.mu[..n], &codes.labels[..n.min(codes.labels.len())]);
            }
            4 => {
                self.centre = centre_class(frame, codes.mu, codes.labels);
                self.gap = largest_gap(frame, codes.mu).filter(|_| plane);
            }
            _ => {}
        }
        self
    }

    /// A meter's reading; nothing where it could not be taken, and of those that come from elsewhere.
    pub fn reading(&self, meter: Meter) -> Option<Reading> {
        let plain = |value: f32| Reading { value, interval: None, reference: None };
        match meter {
            Meter::Continuity => self.continuity.map(|c| plain(c.score())),
            Meter::Slope => self.continuity.map(|c| plain(c.median)),
            Meter::Spread => self.continuity.map(|c| plain(c.spread)),
            Meter::Nats => self.fisher.map(|c| plain(nats(SMALL * c.median))),
            Meter::Returns => self.returns.map(|r| plain(r.share_near)),
            Meter::Shared => self.overlap.map(|o| plain(o.shared)),
            Meter::Covered => self.overlap.map(|o| plain(o.covered)),
            Meter::Kl => self.overlap.map(|o| plain(o.kl)),
            Meter::Mmd => self.mmd.map(|m| plain(m.distance as f32)),
            Meter::Accuracy => self.clusters.as_ref().map(|c| Reading {
                value: c.accuracy.value(),
                interval: Some(c.accuracy.interval),
                reference: None,
            }),
            Meter::Gap => self.gap.map(|g| plain(g.radius)),
            Meter::Precision | Meter::Recall | Meter::Coverage | Meter::Confidence => None,
        }
    }
}

/// The share of a [`Fidelity`] that a meter reads.
pub fn share(found: &Fidelity, meter: Meter) -> Option<protocol::Share> {
    match meter {
        Meter::Precision => Some(found.precision),
        Meter::Recall => Some(found.recall),
        Meter::Coverage => Some(found.coverage),
        _ => None,
    }
}

/// A meter's reading of generated data, with what held-out data have for its reference.
pub fn of_data(found: &Fidelity, references: Option<&References>, meter: Meter) -> Option<Reading> {
    let protocol::Share { value, low, high } = share(found, meter)?;
    let reference = references.and_then(|beside| share(&beside.held_out, meter)).map(|share| share.value);
    Some(Reading { value, interval: Some(Interval { low, high }), reference })
}

#[cfg(test)]
mod tests {
    use super::super::survey::known;
    use super::*;
    use crate::rng::Rng;

    /// Codes that are the prior, in two classes that a line parts.
    fn codes(n: usize) -> (Vec<[f32; 2]>, Vec<[f32; 2]>, Vec<u8>) {
        let mut rng = Rng::new(3);
        let mu: Vec<[f32; 2]> = (0..n).map(|_| [rng.normal(), rng.normal()]).collect();
        let labels = mu.iter().map(|z| u8::from(z[0] > 0.0)).collect();
        (mu, vec![[-6.0; 2]; n], labels)
    }

    #[test]
    fn a_regular_plane_reads_well_on_every_meter() {
        let (mu, log_var, labels) = codes(3000);
        let survey = known::even(Frame::PRIOR, 48, [4.0, 0.0, 1.0]);
        let of = Codes { mu: &mu, log_var: &log_var, labels: &labels, latent: 2, input: Input::default() };
        let meters = Meters::of(&survey, of);
        let value = |meter| meters.reading(meter).expect("it can be measured").value;
        assert_eq!((value(Meter::Continuity), value(Meter::Returns)), (1.0, 1.0));
        // The codes are draws of the prior: their σ is 1 to a few hundredths.
        assert!((value(Meter::Slope) - 2.0).abs() < 0.1 && (value(Meter::Spread) - 1.0).abs() < 1e-5);
        // ½·(0.1·2)² nats.
        assert!((value(Meter::Nats) - 0.02).abs() < 2e-3);
        assert!(value(Meter::Shared) > 0.8 && value(Meter::Covered) > 0.95 && value(Meter::Kl) < 0.2, "{meters:?}");
        assert!(value(Meter::Mmd) < 0.05 && value(Meter::Accuracy) > 0.95 && value(Meter::Gap) < 0.8, "{meters:?}");
        assert!([Meter::Coverage, Meter::Confidence].iter().all(|meter| meters.reading(*meter).is_none()));
    }

    /// A decoder that is as gradual as another per unit of z, of codes that are spread ten times as far, is ten times as steep.
    #[test]
    fn slopes_count_per_deviation_of_the_codes() {
        let (mu, log_var, labels) = codes(3000);
        let survey = known::even(Frame::PRIOR, 16, [9.0, 0.0, 1.0]);
        let far: Vec<[f32; 2]> = mu.iter().map(|z| z.map(|x| 10.0 * x)).collect();
        let read = |mu: &[[f32; 2]]| {
            let of = Codes { mu, log_var: &log_var, labels: &labels, latent: 2, input: Input::default() };
            let meters = Meters::of(&survey, of);
            [Meter::Slope, Meter::Continuity].map(|meter| meters.reading(meter).expect("measured").value)
        };
        let ([near, smooth], [steep, torn]) = (read(&mu), read(&far));
        assert!((steep / near - 10.0).abs() < 1e-3 && (smooth, torn) == (1.0, 0.0), "{near} {steep}");
    }

    #[test]
    fn what_a_slice_of_a_larger_space_cannot_say_is_left_out() {
        let (mu, log_var, labels) = codes(200);
        let survey = known::even(Frame::PRIOR, 16, [1.0, 0.0, 1.0]);
        for (latent, mu) in [(3, &mu[..]), (2, &[])] {
            let of = Codes { mu, log_var: &log_var, labels: &labels, latent, input: Input::default() };
            let meters = Meters::of(&survey, of);
            assert!(meters.reading(Meter::Kl).is_none() && meters.reading(Meter::Gap).is_none());
            assert!(meters.reading(Meter::Continuity).is_some());
        }
    }

    #[test]
    fn weights_that_are_no_numbers_are_counted_and_kill_nothing() {
        let (mu, log_var, labels) = codes(50);
        let survey = known::survey(Frame::PRIOR, 16, |_| [f32::NAN; 3], |_| [f32::NAN; 2]);
        let of = Codes { mu: &mu, log_var: &log_var, labels: &labels, latent: 2, input: Input::default() };
        let meters = Meters::of(&survey, of);
        let score = |meter| meters.reading(meter).map(|reading| reading.value);
        assert_eq!((meters.flawed, score(Meter::Continuity), score(Meter::Returns)), (256, Some(0.0), Some(0.0)));
    }

    #[test]
    fn every_meter_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = Meter::ALL.iter().map(|meter| meter.name()).collect();
        assert_eq!(names.len(), Meter::ALL.len());
    }
}
