//! How regular a latent plane is. What one wants of a space to generate from is *continuity*, that near points decode
//! alike, and *completeness*, that a point sampled from the chosen distribution decodes to something meaningful. Each is
//! measured here from what a model answers, and so is how the codes fill the distribution that one samples from.
//!
//! - What one samples from: [`frame`]. What the decoder does there, cell by cell: [`survey`].
//! - Continuity: [`slopes`], and what a step costs in nats, [`steps`]; ways through the plane that the decoder makes short, [`geodesic`], or gradual, [`bridge`].
//! - Ways that keep to the codes: [`to_codes`]; how much of a way is empty: [`empty`].
//! - Completeness: [`returns`], and of pictures [`fidelity`] and [`sureness`]; both and the codes in one picture: [`holes`].
//! - The aggregated posterior against the prior: [`overlap`], [`mmd`]. The classes in the plane: [`clusters`].
//! - How sure a number is: [`interval`]. All meters at once, by name: [`report`].

pub mod bridge;
pub mod clusters;
pub mod empty;
pub mod fidelity;
mod field;
pub mod frame;
pub mod geodesic;
pub mod holes;
pub mod interval;
pub mod mmd;
pub mod overlap;
mod relax;
pub mod report;
pub mod returns;
mod search;
pub mod slopes;
pub mod steps;
pub mod sureness;
pub mod survey;
pub mod to_codes;
mod weighted;

pub use frame::Frame;
pub use survey::{Metric, Survey, Unit};
