//! Runs worth looking at, each with something to see. `tests/presets.rs` trains them to what their sentences in `locales/`
//! claim.

use super::{
    Activation, Corruption, DataSpec, Finish, Likelihood, ModelSpec, Net, Objective, PointKind, RunSpec, Schedule,
    Sparsity, TrainingSpec,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// A variational autoencoder of generated digits, soon done.
    ThirtySeconds,
    /// The same with β = 0: nothing makes its codes keep together.
    Disguise,
    /// β so large that the codes say nothing any more.
    Collapse,
    /// Three points, one dimension, an autoencoder free to do as it likes.
    Overfitting,
    /// A plain autoencoder of generated digits.
    Plain,
    /// Digits with holes, made whole.
    Denoising,
    /// Sixteen units of which few may be active.
    Sparse,
    /// Two moons, and the grid of one plane bent into the other.
    Moons,
    /// A rolled band, laid out along one dimension.
    Roll,
    /// Shapes, with β growing from nothing.
    WarmUp,
}

impl Preset {
    pub const ALL: [Self; 10] = [
        Self::ThirtySeconds,
        Self::Disguise,
        Self::Collapse,
        Self::Overfitting,
        Self::Plain,
        Self::Denoising,
        Self::Sparse,
        Self::Moons,
        Self::Roll,
        Self::WarmUp,
    ];

    /// Its word in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::ThirtySeconds => "thirty-seconds",
            Self::Disguise => "disguise",
            Self::Collapse => "collapse",
            Self::Overfitting => "overfitting",
            Self::Plain => "plain",
            Self::Denoising => "denoising",
            Self::Sparse => "sparse",
            Self::Moons => "moons",
            Self::Roll => "roll",
            Self::WarmUp => "warm-up",
        }
    }

    pub fn spec(self) -> RunSpec {
        let digits = RunSpec { training: training(64, 750), ..RunSpec::default() };
        let beta = |beta: f32| RunSpec { training: TrainingSpec { beta, ..training(64, 750) }, ..digits.clone() };
        let model = |model: ModelSpec| RunSpec { model, ..digits.clone() };
        let plain = ModelSpec::mlp(&[256, 128]);
        match self {
            Self::ThirtySeconds => digits,
            Self::Disguise => beta(0.0),
            Self::Collapse => beta(32.0),
            Self::Overfitting => of_points(PointKind::Three, 3, 1, Objective::Autoencoder, &[64, 64], 1500),
            Self::Plain => model(ModelSpec { objective: Objective::Autoencoder, ..plain }),
            Self::Denoising => model(ModelSpec {
                objective: Objective::Denoising { corruption: Corruption::Sectors { share: 0.25 } },
                latent: 16,
                ..plain
            }),
            Self::Sparse => RunSpec {
                training: TrainingSpec { beta: 20.0, ..training(64, 750) },
                ..model(ModelSpec {
                    objective: Objective::Sparse { penalty: Sparsity::Kl { target: 0.1 } },
                    latent: 16,
                    ..plain
                })
            },
            Self::Moons => of_points(PointKind::TwoMoons, 2000, 2, Objective::Variational, &[64, 64], 2000),
            Self::Roll => {
                let mut roll = of_points(PointKind::SwissRoll, 2000, 1, Objective::Autoencoder, &[128, 64, 32], 4000);
                roll.model.likelihood = Likelihood::Gaussian { deviation: 0.2 };
                (roll.training.batch, roll.training.learning_rate) = (256, 3e-3);
                roll
            }
            Self::WarmUp => RunSpec {
                data: DataSpec::Shapes { count: 6000 },
                training: TrainingSpec {
                    beta: 2.0,
                    schedule: Schedule::WarmUp { steps: 500 },
                    finish: Finish::Plateau(8),
                    ..training(64, 3000)
                },
                ..digits
            },
        }
    }
}

/// A little faster than the default, since somebody is waiting.
fn training(batch: usize, steps: u32) -> TrainingSpec {
    TrainingSpec { batch, steps, learning_rate: 2e-3, ..TrainingSpec::default() }
}

/// Points of the plane, with a net whose bends are soft.
fn of_points(
    kind: PointKind,
    count: usize,
    latent: usize,
    objective: Objective,
    hidden: &[usize],
    steps: u32,
) -> RunSpec {
    let model = ModelSpec {
        latent,
        objective,
        likelihood: Likelihood::Gaussian { deviation: 0.1 },
        activation: Activation::Silu,
        ..ModelSpec::of(Net::Mlp { hidden: hidden.to_vec() })
    };
    let mut spec =
        RunSpec { data: DataSpec::Points { kind, count }, model, training: training(128, steps), ..RunSpec::default() };
    spec.fit();
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_run_and_has_a_name_of_its_own() {
        for preset in Preset::ALL {
            assert_eq!(preset.spec().flaw(), None, "{preset:?}");
            assert_eq!(Preset::ALL.iter().filter(|other| other.name() == preset.name()).count(), 1);
        }
    }
}
