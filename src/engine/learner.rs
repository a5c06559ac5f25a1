//! What the session needs of whoever computes.

use crate::data::own::Own;
use crate::protocol::{DeviceInfo, Half, Notice, StepLoss};
use crate::spec::{Input, ModelSpec, RunSpec, TrainingSpec};

/// A picture's posterior and the decoding of its mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// [latent]
    pub mu: Vec<f32>,
    /// [latent]; empty where a datum is encoded to a point.
    pub log_var: Vec<f32>,
    /// Probabilities, [pixels].
    pub reconstruction: Vec<f32>,
    /// −log p(x|z) at the mean under the model's own likelihood, in nats: what training calls the reconstruction error,
    /// without the likelihood's constant.
    pub nats: f32,
    /// Constant of the Gaussian likelihood, in nats; 0 for Bernoulli pixels.
    pub constant: f32,
}

/// How the model sees a labelled set.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    /// [n, latent], row after row.
    pub mu: Vec<f32>,
    /// [n, latent]; −∞ where a datum is encoded to a point.
    pub log_var: Vec<f32>,
    /// [n]
    pub labels: Vec<u8>,
}

/// Data as the encoder sees them, and their reconstructions, as pictures of `PIXELS` bytes each.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    pub inputs: Vec<u8>,
    pub reconstructions: Vec<u8>,
}

/// A painted picture and how much each of its pixels counts; [pixels] each, 255 is ink, and a weight of 1.
#[derive(Clone, Copy, Debug)]
pub struct Painting<'a> {
    pub picture: &'a [u8],
    pub weights: &'a [u8],
}

/// How well points explain a [`Painting`], −Σ w·log p(x|z) − log p(z) in nats, and where that grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    /// [n]
    pub loss: Vec<f32>,
    /// Of each loss with regard to its own point, [n, latent].
    pub gradient: Vec<f32>,
}

/// The reconstruction errors of data, and how they are encoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Errors {
    /// −log p(x|z) under the model's own likelihood, without its constants, in nats; [n].
    pub errors: Vec<f32>,
    /// [n, latent]
    pub mu: Vec<f32>,
    /// [n, latent]; −∞ where a datum is encoded to a point.
    pub log_var: Vec<f32>,
}

/// What meters are made of, at points of the latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct Surveyed {
    /// As [`crate::nn::pullback`] says, [n, 6].
    pub metric: Vec<f32>,
    /// Where the decodings are encoded to, [n, latent].
    pub back: Vec<f32>,
}

/// Computes. Everything that reads back from a device is asynchronous: a browser allows nothing else.
///
/// Every error is a [`Notice`]; `DeviceLost` among them means that nothing more can be computed.
// The engine has one thread, so that its futures need not be Send.
#[allow(async_fn_in_trait)]
pub trait Learner {
    fn device(&self) -> DeviceInfo;
    /// Dimensions of the present model's latent space; None without a model.
    fn latent(&self) -> Option<usize>;
    /// What the present model's data are; pictures without a model.
    fn input(&self) -> Input;
    /// Takes a safetensors file, as shipped or as [`Self::export`] gives it. On an error the model that was there stays.
    fn load(&mut self, model: &ModelSpec, file: &[u8]) -> Result<(), Notice>;
    /// Makes the benchmark's weights and batch.
    fn load_reference(&mut self, model: &ModelSpec) -> Result<(), Notice>;
    /// Keeps a visitor's pictures for the runs that name them.
    fn bring(&mut self, own: Own);
    /// Makes the run's data and fresh weights. On an error the model that was there stays.
    fn begin(&mut self, spec: &RunSpec) -> Result<(), Notice>;
    /// As [`Self::begin`], but from the weights in a safetensors file.
    fn begin_from(&mut self, spec: &RunSpec, file: &[u8]) -> Result<(), Notice>;
    /// As [`Self::begin`], but goes on from what [`Self::checkpoint`] gave after `step` steps.
    fn restore(&mut self, spec: &RunSpec, step: u32, checkpoint: &[u8]) -> Result<(), Notice>;
    /// Goes on with another β, batch or learning rate. On an error the run goes on as it was.
    fn adjust(&mut self, training: &TrainingSpec) -> Result<(), Notice>;
    /// One optimiser step; on a GPU only enqueued.
    fn step(&mut self);
    /// Losses of the steps since the last call, oldest first; waits for them.
    async fn losses(&mut self) -> Result<Vec<StepLoss>, Notice>;
    /// The loss on held-out data, always with the same noise; None without a run.
    async fn validate(&self) -> Result<Option<StepLoss>, Notice>;
    /// Shows this half of the run's data from now on, and of later ones; whether it is another than before.
    fn show(&mut self, half: Half) -> bool;
    /// Data that are shown, and their reconstructions; empty without a run and for an index beyond the last.
    async fn strip(&self, indices: &[usize]) -> Result<Strip, Notice>;
    /// `z` is [n, latent]; gives data in their units, [n, width]: of pictures the probabilities of the pixels.
    async fn decode(&self, z: &[f32]) -> Result<Vec<f32>, Notice>;
    /// `picture` is [pixels], 255 is ink.
    async fn encode(&self, picture: &[u8]) -> Result<Encoded, Notice>;
    /// The codes of points of the data's plane, x y of each; [n, latent].
    async fn encode_points(&self, points: &[f32]) -> Result<Vec<f32>, Notice>;
    /// The painting's loss at each of `z` [n, latent]; [n].
    async fn losses_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Vec<f32>, Notice>;
    /// The same with its gradients, of a few points at once.
    async fn slopes_at(&self, z: &[f32], painting: Painting<'_>) -> Result<Slopes, Notice>;
    /// The decoder's pull-back metric along two `axes` at each of `z` [n, latent], by differences over ±`step` in units of z,
    /// and where the decodings are encoded to.
    async fn survey(&self, z: &[f32], axes: [usize; 2], step: [f32; 2]) -> Result<Surveyed, Notice>;
    /// KL(p(x|a) ‖ p(x|b)) of the likelihoods at pairs of points, [n, latent] each; in nats, [n].
    async fn divergences(&self, from: &[f32], to: &[f32]) -> Result<Vec<f32>, Notice>;
    /// The first `most` of the run's held-out data in their units, [n, width]; nothing without a run.
    fn held_out(&self, most: usize) -> Vec<f32>;
    /// The first `most` of the run's held-out data, as the model is shown them, and of each the mean error over `draws` of z,
    /// always with the same noise; nothing without a run.
    async fn errors(&self, most: usize, draws: usize) -> Result<Errors, Notice>;
    /// The data that are shown where they are points of a plane, x y of each; otherwise nothing.
    fn points(&self) -> Vec<f32>;
    /// A picture of those that are shown, [pixels], 255 is ink; None without a run and beyond the last.
    fn original(&self, index: usize) -> Option<Vec<u8>>;
    /// The data that are shown through the present encoder.
    async fn codes(&self) -> Result<Codes, Notice>;
    /// The present model as a safetensors file that PyTorch opens, see [`crate::nn::exchange`].
    async fn export(&self) -> Result<Vec<u8>, Notice>;
    /// All that [`Self::restore`] needs.
    async fn checkpoint(&self) -> Result<Vec<u8>, Notice>;
    /// Drops model, run and data.
    fn forget(&mut self);
}
