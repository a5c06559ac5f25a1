//! The lab's words.

use crate::i18n::{Locale, count, number};
use crate::protocol::Ending;
use crate::spec::check::{Doubt, Flaw};
use crate::spec::presets::Preset;
use crate::spec::{
    Corruption, DataSpec, Finish, Input, Likelihood, Net, Objective, PointKind, RunSpec, Schedule, Sparsity,
    TrainingSpec,
};
use crate::state::scene::Beside;
use crate::ui::words::say;

/// What a run works on, and what for.
pub fn run(l: Locale, spec: &RunSpec) -> String {
    let RunSpec { data, model, .. } = spec;
    let n = count(data.count());
    let data = match data {
        DataSpec::Digits { .. } | DataSpec::Mnist | DataSpec::Fashion => say!(l, of_digits, count = n),
        DataSpec::Shapes { .. } => say!(l, of_shapes, count = n),
        DataSpec::Own { .. } => say!(l, of_own, count = n),
        DataSpec::Points { kind: of, .. } => format!("{} ({n})", kind(l, *of)),
    };
    let latent = model.latent;
    let net = match &model.net {
        Net::Mlp { hidden } => {
            let ends = [model.input.width(), latent];
            let widths = ends[..1].iter().chain(hidden).chain(&ends[1..]).map(usize::to_string);
            widths.collect::<Vec<_>>().join("–")
        }
        Net::Conv { channels: [a, b], hidden } => format!("conv {a}–{b}–{hidden}–{latent}"),
    };
    format!("{data} · {net} · {}", short(l, spec))
}

/// The objective, and β where it weighs anything.
pub fn short(l: Locale, spec: &RunSpec) -> String {
    let name = objective(l, spec.model.objective);
    let beta = spec.training.beta;
    if spec.model.objective.has_penalty() {
        format!("{name}, β {}", crate::i18n::short(l, beta))
    } else {
        name.to_owned()
    }
}

/// A run in lock-step.
pub fn beside(l: Locale, beside: Beside) -> &'static str {
    match beside {
        Beside::Plain => say!(l, beside_plain),
        Beside::Variational => say!(l, beside_vae),
        Beside::Beta(0.0) => say!(l, beside_beta_0),
        Beside::Beta(_) => say!(l, beside_beta_8),
    }
}

pub fn preset(l: Locale, preset: Preset) -> &'static str {
    match preset {
        Preset::ThirtySeconds => say!(l, preset_thirty_seconds),
        Preset::Disguise => say!(l, preset_disguise),
        Preset::Collapse => say!(l, preset_collapse),
        Preset::Overfitting => say!(l, preset_overfitting),
        Preset::Plain => say!(l, preset_plain),
        Preset::Denoising => say!(l, preset_denoising),
        Preset::Sparse => say!(l, preset_sparse),
        Preset::Moons => say!(l, preset_moons),
        Preset::Roll => say!(l, preset_roll),
        Preset::WarmUp => say!(l, preset_warm_up),
    }
}

/// One sentence on what to look at.
pub fn look(l: Locale, preset: Preset) -> &'static str {
    match preset {
        Preset::ThirtySeconds => say!(l, look_thirty_seconds),
        Preset::Disguise => say!(l, look_disguise),
        Preset::Collapse => say!(l, look_collapse),
        Preset::Overfitting => say!(l, look_overfitting),
        Preset::Plain => say!(l, look_plain),
        Preset::Denoising => say!(l, look_denoising),
        Preset::Sparse => say!(l, look_sparse),
        Preset::Moons => say!(l, look_moons),
        Preset::Roll => say!(l, look_roll),
        Preset::WarmUp => say!(l, look_warm_up),
    }
}

pub fn kind(l: Locale, kind: PointKind) -> &'static str {
    match kind {
        PointKind::TwoMoons => say!(l, data_moons),
        PointKind::SwissRoll => say!(l, data_roll),
        PointKind::Rings => say!(l, data_rings),
        PointKind::Blobs => say!(l, data_blobs),
        PointKind::Pinwheel => say!(l, data_pinwheel),
        PointKind::Three => say!(l, data_three),
    }
}

pub fn objective(l: Locale, objective: Objective) -> &'static str {
    match objective {
        Objective::Variational => say!(l, objective_vae),
        Objective::Autoencoder => say!(l, objective_plain),
        Objective::Denoising { corruption: Corruption::Gaussian { .. } } => say!(l, objective_noise),
        Objective::Denoising { corruption: Corruption::SaltAndPepper { .. } } => say!(l, objective_salt),
        Objective::Denoising { corruption: Corruption::Sectors { .. } } => say!(l, objective_sectors),
        Objective::Sparse { penalty: Sparsity::Kl { .. } } => say!(l, objective_sparse),
        Objective::Sparse { penalty: Sparsity::L1 } => say!(l, objective_l1),
    }
}

/// What the objective's own number is.
pub fn amount(l: Locale, objective: Objective) -> &'static str {
    match objective {
        Objective::Denoising { corruption: Corruption::Gaussian { .. } } => say!(l, amount_noise),
        Objective::Denoising { corruption: Corruption::SaltAndPepper { .. } } => say!(l, amount_salt),
        Objective::Denoising { corruption: Corruption::Sectors { .. } } => say!(l, amount_sectors),
        Objective::Sparse { penalty: Sparsity::Kl { .. } } => say!(l, amount_sparse),
        Objective::Variational | Objective::Autoencoder | Objective::Sparse { penalty: Sparsity::L1 } => {
            say!(l, amount_none)
        }
    }
}

/// What β weighs.
pub fn weight(l: Locale, objective: Objective) -> &'static str {
    if objective.is_variational() { say!(l, beta) } else { say!(l, beta_sparse) }
}

/// What the curve of the penalty is called.
pub fn penalty(l: Locale, objective: Objective) -> &'static str {
    if objective.is_variational() { say!(l, loss_kl) } else { say!(l, loss_penalty) }
}

/// What the number of an end counts.
pub fn end(l: Locale, finish: Finish) -> &'static str {
    match finish {
        Finish::Steps => say!(l, steps),
        Finish::Epochs(_) => say!(l, epochs),
        Finish::Minutes(_) => say!(l, minutes),
        Finish::Plateau(_) => say!(l, patience),
    }
}

pub fn ended(l: Locale, why: Ending, step: u32, schedule: Schedule) -> String {
    match why {
        Ending::Steps => say!(l, finished).to_owned(),
        Ending::Minutes => say!(l, ended_minutes, step = step),
        // Of the losses only those at full β were compared.
        Ending::Plateau if schedule != Schedule::Constant => say!(l, ended_plateau_full, step = step),
        Ending::Plateau => say!(l, ended_plateau, step = step),
    }
}

pub fn flaw(l: Locale, flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Batch => say!(l, flaw_batch),
        Flaw::Data => say!(l, flaw_data),
        Flaw::Latent => say!(l, flaw_latent),
        Flaw::EmptyLayer => say!(l, flaw_empty_layer),
        Flaw::TooLarge => say!(l, flaw_too_large),
        Flaw::NoPicture => say!(l, flaw_no_picture),
        Flaw::Format => say!(l, flaw_format),
        Flaw::NoPixels => say!(l, flaw_no_pixels),
        Flaw::OtherData => say!(l, flaw_other_data),
        Flaw::Beta => say!(l, flaw_beta),
        Flaw::Rate => say!(l, flaw_rate),
        Flaw::Share => say!(l, flaw_share),
        Flaw::End => say!(l, flaw_end),
    }
}

pub fn doubt(l: Locale, doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Rate => say!(l, doubt_rate),
        Doubt::Collapse => say!(l, doubt_collapse),
    }
}

/// Why a loss has probably left for good.
pub fn cause(l: Locale, spec: &RunSpec) -> &'static str {
    if spec.doubt() == Some(Doubt::Rate) {
        return say!(l, cause_rate);
    }
    match spec.model.likelihood {
        Likelihood::Gaussian { deviation } if deviation < 0.1 => say!(l, cause_deviation),
        Likelihood::Gaussian { .. } | Likelihood::Bernoulli => say!(l, cause_unknown),
    }
}

/// A change in mid-run, short enough for a curve.
pub fn change(l: Locale, before: &TrainingSpec, after: &TrainingSpec) -> String {
    let mut parts = Vec::new();
    if before.beta != after.beta {
        parts.push(format!("β {}", number(l, after.beta, if after.beta < 1.0 { 2 } else { 1 })));
    }
    if before.learning_rate != after.learning_rate {
        parts.push(format!("{} {}", say!(l, mark_rate), after.learning_rate));
    }
    if before.batch != after.batch {
        parts.push(format!("{} {}", say!(l, mark_batch), after.batch));
    }
    parts.join(", ")
}

/// The unit of the losses.
pub fn unit(l: Locale, input: Input) -> &'static str {
    match input {
        Input::Picture(_) => say!(l, loss_title),
        Input::Point => say!(l, loss_title_points),
    }
}
