//! What a meter is called, what it measures and how it misleads, in the page's language.

use crate::i18n::{Locale, number};
use crate::latent::regularity::report::Meter;
use crate::ui::words::say;

pub fn name(l: Locale, meter: Meter) -> &'static str {
    match meter {
        Meter::Continuity => say!(l, meter_continuity),
        Meter::Slope => say!(l, meter_slope),
        Meter::Spread => say!(l, meter_spread),
        Meter::Nats => say!(l, meter_nats),
        Meter::Returns => say!(l, meter_returns),
        Meter::Shared => say!(l, meter_shared),
        Meter::Covered => say!(l, meter_covered),
        Meter::Kl => say!(l, meter_kl),
        Meter::Mmd => say!(l, meter_mmd),
        Meter::Accuracy => say!(l, meter_accuracy),
        Meter::Gap => say!(l, meter_gap),
        Meter::Precision => say!(l, meter_precision),
        Meter::Recall => say!(l, meter_recall),
        Meter::Coverage => say!(l, meter_coverage),
        Meter::Confidence => say!(l, meter_confidence),
    }
}

/// In a sentence.
pub fn what(l: Locale, meter: Meter) -> &'static str {
    match meter {
        Meter::Continuity => say!(l, meter_continuity_what),
        Meter::Slope => say!(l, meter_slope_what),
        Meter::Spread => say!(l, meter_spread_what),
        Meter::Nats => say!(l, meter_nats_what),
        Meter::Returns => say!(l, meter_returns_what),
        Meter::Shared => say!(l, meter_shared_what),
        Meter::Covered => say!(l, meter_covered_what),
        Meter::Kl => say!(l, meter_kl_what),
        Meter::Mmd => say!(l, meter_mmd_what),
        Meter::Accuracy => say!(l, meter_accuracy_what),
        Meter::Gap => say!(l, meter_gap_what),
        Meter::Precision => say!(l, meter_precision_what),
        Meter::Recall => say!(l, meter_recall_what),
        Meter::Coverage => say!(l, meter_coverage_what),
        Meter::Confidence => say!(l, meter_confidence_what),
    }
}

/// How it can mislead.
pub fn but(l: Locale, meter: Meter) -> &'static str {
    match meter {
        Meter::Continuity => say!(l, meter_continuity_but),
        Meter::Slope => say!(l, meter_slope_but),
        Meter::Spread => say!(l, meter_spread_but),
        Meter::Nats => say!(l, meter_nats_but),
        Meter::Returns => say!(l, meter_returns_but),
        Meter::Shared => say!(l, meter_shared_but),
        Meter::Covered => say!(l, meter_covered_but),
        Meter::Kl => say!(l, meter_kl_but),
        Meter::Mmd => say!(l, meter_mmd_but),
        Meter::Accuracy => say!(l, meter_accuracy_but),
        Meter::Gap => say!(l, meter_gap_but),
        Meter::Precision => say!(l, meter_precision_but),
        Meter::Recall => say!(l, meter_recall_but),
        Meter::Coverage => say!(l, meter_coverage_but),
        Meter::Confidence => say!(l, meter_confidence_but),
    }
}

/// Where it is from, and how far it may be off.
pub fn how(l: Locale, meter: Meter) -> &'static str {
    match meter {
        Meter::Continuity => say!(l, meter_continuity_how),
        Meter::Slope => say!(l, meter_slope_how),
        Meter::Spread => say!(l, meter_spread_how),
        Meter::Nats => say!(l, meter_nats_how),
        Meter::Returns => say!(l, meter_returns_how),
        Meter::Shared => say!(l, meter_shared_how),
        Meter::Covered => say!(l, meter_covered_how),
        Meter::Kl => say!(l, meter_kl_how),
        Meter::Mmd => say!(l, meter_mmd_how),
        Meter::Accuracy => say!(l, meter_accuracy_how),
        Meter::Gap => say!(l, meter_gap_how),
        Meter::Precision => say!(l, meter_precision_how),
        Meter::Recall => say!(l, meter_recall_how),
        Meter::Coverage => say!(l, meter_coverage_how),
        Meter::Confidence => say!(l, meter_confidence_how),
    }
}

/// Its number as one reads it: slopes in percent of the range of a pixel.
pub fn written(l: Locale, meter: Meter, value: f32) -> String {
    match meter {
        Meter::Slope => format!("{} %", number(l, 100.0 * value, 0)),
        _ => number(l, value, decimals(meter)),
    }
}

/// Decimals of its numbers.
fn decimals(meter: Meter) -> usize {
    match meter {
        Meter::Slope | Meter::Spread | Meter::Nats => 1,
        Meter::Mmd => 3,
        Meter::Continuity
        | Meter::Returns
        | Meter::Shared
        | Meter::Covered
        | Meter::Kl
        | Meter::Accuracy
        | Meter::Gap
        | Meter::Precision
        | Meter::Recall
        | Meter::Coverage
        | Meter::Confidence => 2,
    }
}
