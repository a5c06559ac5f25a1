//! Every meter of a model at once, with their names: the same numbers on the page, in the card of a family and in the tests.

use super::clusters::{Clusters, Gap, Share, centre_class, largest_gap};
use super::frame::Frame;
use super::interval::{Estimate, Interval};
use super::mmd::Mmd;
use super::overlap::Overlap;
use super::returns::{NEAR, Returns};
use super::slopes::{Continuity, steep};
use super::survey::{Metric, Survey, Unit};
use crate::estimate::{Fidelity, References};
use crate::rng::Rng;
use crate::spec::Input;

/// Codes that the classes are counted with, where there are more.
const MOST_CODES: usize = 4000;

const SEED: u32 = 11;

/// Densities of Gaussians that a part of the overlap may take.
const DENSITIES: usize = 5_000_000;

/// Draws of such a part from either distribution, where there are few codes.
const MOST_DRAWS: usize = 1000;

/// What can be measured. `Nats` needs pairs of decodings, `Precision`, `Recall` and `Coverage` data, and `Confidence` a
/// classifier: they come from elsewhere.
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
/// with: of the overlap's meters, if the codes were the distribution itself; of generated data, if they were held-out ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub value: f32,
    pub interval: Option<Interval>,
    pub reference: Option<f32>,
}

impl Reading {
    pub fn of(estimate: Estimate) -> Self {
        Self { value: estimate.value, interval: Some(estimate.interval), reference: None }
    }
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
    /// One part of the draws of the overlap, or of its reference.
    fn overlap(&self, of: OverlapOf, frame: &Frame, part: usize) -> Option<Overlap> {
        let draws = (DENSITIES / 2 / self.mu.len().max(1)).clamp(1, MOST_DRAWS);
        of(frame, self.mu, self.log_var, draws, Rng::stream(SEED, part as u32).u32())
    }
}

/// [`Overlap::of`] or [`Overlap::reference`].
type OverlapOf = fn(&Frame, &[[f32; 2]], &[[f32; 2]], usize, u32) -> Option<Overlap>;

/// What was measured. None: not yet, or not possible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meters {
    /// Parts that are taken, see [`Meters::PARTS`].
    pub parts: usize,
    /// Cells along a side of the survey.
    pub side: usize,
    /// Cells whose numbers are not finite.
    pub flawed: usize,
    /// Of pixels, per σ of the codes: what is near is a matter of how far the codes spread, and a plain autoencoder may spread
    /// them over tens of units of z. The same model with its plane scaled or turned reads the same.
    pub continuity: Option<Continuity>,
    pub returns: Option<Returns>,
    /// Only of a latent space that is this plane: of a larger one the codes lie beside it.
    pub overlap: Option<Overlap>,
    /// The same if the codes were what is sampled from.
    pub ideal: Option<Overlap>,
    pub mmd: Option<Mmd>,
    pub clusters: Option<Clusters>,
    /// The class that sits at the centre.
    pub centre: Option<(u8, Share)>,
    pub gap: Option<Gap>,
}

impl Meters {
    /// Parts that all is taken in, none of which takes long; and those of them that the scores and the class's games need. The
    /// others make the overlap surer and tell what it is to be compared with, which the table alone shows.
    pub const PARTS: usize = 10;
    pub const FIRST: usize = 5;

    /// All of them, of a whole survey.
    pub fn of(survey: &Survey, codes: Codes) -> Self {
        (0..Self::PARTS).fold(Self::default(), |meters, part| meters.with(part, survey, codes))
    }

    /// The same with one more part.
    pub fn with(mut self, part: usize, survey: &Survey, codes: Codes) -> Self {
        let frame = &survey.frame;
        let plane = codes.latent == 2;
        self.parts = part + 1;
        match part {
            0 => {
                (self.side, self.flawed) = (survey.columns, survey.flawed());
                let steep = steep(codes.input);
                self.continuity = Continuity::of(survey, Metric::Pixels, Unit::Codes, steep);
                self.returns = Returns::of(survey, NEAR);
            }
            1 | 5..=7 if plane => {
                let more = codes.overlap(Overlap::of, frame, part);
                self.overlap = self.overlap.zip(more).map(|(before, more)| before.and(more)).or(more);
            }
            8 | 9 if plane => {
                let more = codes.overlap(Overlap::reference, frame, part);
                self.ideal = self.ideal.zip(more).map(|(before, more)| before.and(more)).or(more);
            }
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
        let beside = |of: fn(&Overlap) -> Option<Estimate>| {
            let reference = self.ideal.as_ref().and_then(of).map(|ideal| ideal.value);
            Some(Reading { reference, ..Reading::of(of(self.overlap.as_ref()?)?) })
        };
        match meter {
            Meter::Continuity => self.continuity.map(|c| plain(c.score())),
            Meter::Slope => self.continuity.map(|c| plain(c.median)),
            Meter::Spread => self.continuity.map(|c| plain(c.spread)),
            Meter::Returns => self.returns.map(|r| plain(r.share_near)),
            Meter::Shared => beside(|o| Some(o.shared())),
            Meter::Covered => beside(Overlap::covered),
            Meter::Kl => beside(Overlap::kl),
            Meter::Mmd => self.mmd.map(|m| plain(m.distance as f32)),
            Meter::Accuracy => self.clusters.as_ref().map(|c| Reading {
                value: c.accuracy.value(),
                interval: Some(c.accuracy.interval),
                reference: None,
            }),
            Meter::Gap => self.gap.map(|g| plain(g.radius)),
            Meter::Nats | Meter::Precision | Meter::Recall | Meter::Coverage | Meter::Confidence => None,
        }
    }
}

/// The share of a [`Fidelity`] that a meter reads.
pub fn share(found: &Fidelity, meter: Meter) -> Option<Estimate> {
    match meter {
        Meter::Precision => Some(found.precision),
        Meter::Recall => Some(found.recall),
        Meter::Coverage => Some(found.coverage),
        _ => None,
    }
}

/// A meter's reading of generated data, with what held-out data have for its reference.
pub fn of_data(found: &Fidelity, references: Option<&References>, meter: Meter) -> Option<Reading> {
    let reference = references.and_then(|beside| share(&beside.held_out, meter)).map(|share| share.value);
    Some(Reading { reference, ..Reading::of(share(found, meter)?) })
}

#[cfg(test)]
mod tests {
    use super::super::survey::known;
    use super::*;

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
        let survey = known::even(Frame::PRIOR, 48, [0.04, 0.0, 0.01]).with_codes(Frame::of_codes(&mu));
        let of = Codes { mu: &mu, log_var: &log_var, labels: &labels, latent: 2, input: Input::default() };
        let meters = Meters::of(&survey, of);
        let value = |meter| meters.reading(meter).expect("it can be measured").value;
        assert_eq!((value(Meter::Continuity), value(Meter::Returns)), (1.0, 1.0));
        // The codes are draws of the prior: their σ is 1 to a few hundredths.
        assert!((value(Meter::Slope) - 0.2).abs() < 0.01 && (value(Meter::Spread) - 1.0).abs() < 1e-5);
        assert!(value(Meter::Shared) > 0.8 && value(Meter::Covered) > 0.95 && value(Meter::Kl) < 0.2, "{meters:?}");
        assert!(value(Meter::Mmd) < 0.05 && value(Meter::Accuracy) > 0.95 && value(Meter::Gap) < 0.8, "{meters:?}");
        assert!([Meter::Coverage, Meter::Confidence].iter().all(|meter| meters.reading(*meter).is_none()));
    }

    /// A decoder that is as gradual as another per unit of z, of codes that are spread ten times as far, is ten times as steep.
    #[test]
    fn slopes_count_per_deviation_of_the_codes() {
        let (mu, log_var, labels) = codes(3000);
        let far: Vec<[f32; 2]> = mu.iter().map(|z| z.map(|x| 10.0 * x)).collect();
        let read = |mu: &[[f32; 2]]| {
            let survey = known::even(Frame::PRIOR, 16, [0.09, 0.0, 0.01]).with_codes(Frame::of_codes(mu));
            let of = Codes { mu, log_var: &log_var, labels: &labels, latent: 2, input: Input::default() };
            let meters = Meters::of(&survey, of);
            [Meter::Slope, Meter::Continuity].map(|meter| meters.reading(meter).expect("measured").value)
        };
        let ([near, smooth], [steep, torn]) = (read(&mu), read(&far));
        assert!((steep / near - 10.0).abs() < 1e-3 && (smooth, torn) == (1.0, 0.0), "{near} {steep}");
    }

    /// One model in planes that differ in scale and turn alone, measured in the frame of its codes: every meter that needs no
    /// prior reads the same to 0.01.
    #[test]
    fn a_model_whose_plane_is_scaled_and_turned_reads_the_same() {
        let mut rng = Rng::new(8);
        let codes: Vec<[f32; 2]> = (0..2000).map(|_| [1.0 + 1.3 * rng.normal(), 0.8 * rng.normal()]).collect();
        let labels: Vec<u8> = codes.iter().map(|z| u8::from(z[0] > 1.0)).collect();
        // Steep near a circle, and half of the plane is encoded beside where it came from.
        let slope = |z: [f32; 2]| 0.4 + 1.5 * (-((z[0] - 1.0).hypot(z[1]) - 1.0).powi(2) * 8.0).exp();
        let home = |z: [f32; 2]| if z[1] > 0.3 { [z[0] + 0.4 * z[1], z[1]] } else { z };
        let read = |scale: f32, turn: f32| {
            let (sin, cos) = turn.sin_cos();
            let there = |[x, y]: [f32; 2]| [scale * (cos * x - sin * y), scale * (sin * x + cos * y)];
            let here = |[x, y]: [f32; 2]| [(cos * x + sin * y) / scale, (-sin * x + cos * y) / scale];
            let mu: Vec<[f32; 2]> = codes.iter().map(|z| there(*z)).collect();
            let frame = Frame::of_codes(&mu).expect("codes");
            let metric = |z: [f32; 2]| {
                // Per unit of the original plane (s², 0, s²/4), turned and scaled.
                let s = slope(here(z)) / scale;
                let (a, c) = (s * s, s * s / 4.0);
                [a * cos * cos + c * sin * sin, (a - c) * sin * cos, a * sin * sin + c * cos * cos]
            };
            let survey = known::survey(frame, 96, metric, |z| there(home(here(z))));
            let points = vec![[f32::NEG_INFINITY; 2]; mu.len()];
            let of = Codes { mu: &mu, log_var: &points, labels: &labels, latent: 2, input: Input::default() };
            let meters = Meters::of(&survey, of);
            [Meter::Continuity, Meter::Slope, Meter::Returns, Meter::Mmd, Meter::Accuracy, Meter::Gap]
                .map(|meter| meters.reading(meter).expect("measured").value)
        };
        let plain = read(1.0, 0.0);
        for (scale, turn) in
            [(0.149, 0.0), (0.05, 0.0), (10.0, 0.0), (1.0, 0.5), (1.0, 0.785), (0.01, 2.0), (300.0, -1.1)]
        {
            for (a, b) in plain.iter().zip(read(scale, turn)) {
                assert!((a - b).abs() < 0.01, "{scale} {turn}: {plain:?} {:?}", read(scale, turn));
            }
        }
        assert!(
            (0.2..0.95).contains(&plain[0]) && (0.2..0.95).contains(&plain[2]),
            "it has something to say: {plain:?}"
        );
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
