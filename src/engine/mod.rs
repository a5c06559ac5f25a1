//! When things happen: the session's state machine over a [`learner::Learner`]. Knows no worker and no DOM, so the same
//! session runs in a browser's worker, in tests over a fake learner, and natively.

pub mod answers;
pub mod batches;
pub mod burn_learner;
pub mod downhill;
pub mod inbox;
pub mod learner;
pub mod run;
pub mod session;
pub mod tensors;
pub mod training;
