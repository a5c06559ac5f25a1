//! Numbers that come from a sample, with their intervals; what crosses between page and engine of them, and stands in cards.

use serde::{Deserialize, Serialize};

/// Holds the true value 95 times in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f32,
    pub high: f32,
}

/// A number, and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub value: f32,
    #[serde(flatten)]
    pub interval: Interval,
}

/// The ELBO taken apart, see [`crate::latent::surgery`]. Means over the data, in nats a datum; intervals are of which data
/// were drawn, and of the draws of z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surgery {
    pub data: u32,
    /// The reconstruction error under the model's own likelihood, without its constants.
    pub distortion: Estimate,
    /// Nothing of a model that encodes to points.
    pub rate: Option<Rate>,
}

/// The rate and its parts: `whole` = `information` + `aggregated`, and `aggregated` = Σ `marginals` + `correlation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The mean of KL(q(z|x) ‖ N(0, I)).
    pub whole: Estimate,
    /// I(x; z) of a datum drawn from these and a draw from its posterior: at most ln n, whatever the model.
    pub information: Estimate,
    /// KL(q(z) ‖ N(0, I)) of the n posteriors together; it grows as n falls, by what the information lacks.
    pub aggregated: Estimate,
    /// The mean of KL(q(zⱼ|x) ‖ N(0, 1)) of each dimension: they add up to `whole`.
    pub dimensions: Vec<Estimate>,
    /// KL(q(zⱼ) ‖ N(0, 1)) of each dimension alone.
    pub marginals: Vec<Estimate>,
    /// Total correlation of the dimensions, KL(q(z) ‖ Π q(zⱼ)).
    pub correlation: Estimate,
}

impl Surgery {
    /// Whether every number and every end of an interval is one.
    pub fn is_finite(&self) -> bool {
        let rate = self.rate.iter().flat_map(|rate| {
            let whole = [&rate.whole, &rate.information, &rate.aggregated, &rate.correlation];
            whole.into_iter().chain(&rate.dimensions).chain(&rate.marginals)
        });
        let finite = |Estimate { value, interval }: &Estimate| (value + interval.low + interval.high).is_finite();
        std::iter::once(&self.distortion).chain(rate).all(finite)
    }
}
