//! Geometry of the latent plane, on slices.
