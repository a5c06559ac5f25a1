//! The β dial: where it stands among the members of its family, and what lies between two of them.

use super::pictures::Cloud;
use crate::data::family::Family;
use crate::latent::path::lerp;

/// A place of the dial this near to a member is the member.
const SNAP: f32 = 0.08;

/// Between which two members the dial stands, and how far from the first to the second, 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stand {
    pub low: usize,
    pub high: usize,
    pub t: f32,
}

impl Stand {
    /// `dial` counts members from 0.
    pub fn at(dial: f32, members: usize) -> Self {
        let dial = dial.clamp(0.0, members.saturating_sub(1) as f32);
        let low = (dial as usize).min(members.saturating_sub(1));
        Self { low, high: (low + 1).min(members.saturating_sub(1)), t: dial - low as f32 }
    }

    /// The member that it stands at; nothing in between.
    pub fn member(self) -> Option<usize> {
        match self.t {
            0.0 => Some(self.low),
            1.0 => Some(self.high),
            _ => None,
        }
    }

    /// The member that is nearest.
    pub fn nearest(self) -> usize {
        if self.t < 0.5 { self.low } else { self.high }
    }

    /// β there: between two members in equal ratios, or from 0 in a straight line. Nothing at the plain autoencoder, and
    /// between it and the first that has a β.
    pub fn beta(self, family: &Family) -> Option<f32> {
        let of = |member: usize| family.members.get(member).and_then(|member| member.beta);
        match (of(self.low), of(self.high), self.member()) {
            (_, _, Some(member)) => of(member),
            (Some(low), Some(high), None) if low > 0.0 => Some(low * (high / low).powf(self.t)),
            (Some(low), Some(high), None) => Some(low + (high - low) * self.t),
            (None, _, None) | (_, None, None) => None,
        }
    }
}

/// A place of the dial, or the member next to it.
pub fn snapped(dial: f32) -> f32 {
    if (dial - dial.round()).abs() < SNAP { dial.round() } else { dial }
}

/// The codes of the same data on their way from one model to the next; nothing unless both are of as many data.
pub fn blend(from: &Cloud, to: &Cloud, t: f32) -> Option<Cloud> {
    let pairs = |a: &[[f32; 2]], b: &[[f32; 2]]| a.iter().zip(b).map(|(a, b)| lerp(*a, *b, t)).collect::<Vec<_>>();
    // Points have no width: −∞ on the one side is no number on the way to another.
    let widths = |a: &[[f32; 2]], b: &[[f32; 2]]| {
        let between = |(a, b): (&[f32; 2], &[f32; 2])| {
            let between = lerp(*a, *b, t);
            [0, 1].map(|axis| if between[axis].is_nan() { f32::NEG_INFINITY } else { between[axis] })
        };
        a.iter().zip(b).map(between).collect::<Vec<_>>()
    };
    (from.labels == to.labels).then(|| Cloud {
        codes: pairs(&from.codes, &to.codes),
        log_var: widths(&from.log_var, &to.log_var),
        labels: from.labels.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::family::{Bytes, Lost, Member, Test};
    use crate::spec::{Objective, RunSpec};
    use std::collections::BTreeMap;

    fn family(betas: &[Option<f32>]) -> Family {
        let test = Test { reconstruction: 1.0, kl: None, elbo: None };
        let member = |(i, beta): (usize, &Option<f32>)| Member {
            name: i.to_string(),
            objective: if beta.is_some() { Objective::Variational } else { Objective::Autoencoder },
            beta: *beta,
            weights: "w".into(),
            codes: "c".into(),
            test,
            test_before_rounding: test,
            lost_by_rounding: Lost { reconstruction: 0.0, elbo: None },
            kl_by_dimension: vec![],
            sigma: vec![],
            spread: vec![],
            aligned: None,
            bytes: Bytes { weights: 0, codes: 0 },
            meters: BTreeMap::new(),
            fitted: BTreeMap::new(),
            seeds: vec![],
            surgery: None,
        };
        Family {
            name: "test".into(),
            run: RunSpec::default(),
            held_out: 0,
            floor: None,
            members: betas.iter().enumerate().map(member).collect(),
            notes: vec![],
            rebuild: String::new(),
        }
    }

    #[test]
    fn beta_goes_from_member_to_member() {
        let family = family(&[None, Some(0.0), Some(1.0), Some(4.0)]);
        let beta = |dial: f32| Stand::at(dial, 4).beta(&family);
        assert_eq!((beta(0.0), beta(0.4), beta(1.0), beta(1.25)), (None, None, Some(0.0), Some(0.25)));
        assert_eq!((beta(2.0), beta(3.0), beta(99.0)), (Some(1.0), Some(4.0), Some(4.0)));
        assert!((beta(2.5).expect("between two") - 2.0).abs() < 1e-6, "equal ratios");
        assert_eq!((Stand::at(2.5, 4).member(), Stand::at(2.6, 4).nearest(), Stand::at(-1.0, 4).low), (None, 3, 0));
    }

    #[test]
    fn codes_move_in_straight_lines_and_points_grow_no_width() {
        let cloud = |x: f32, v: f32| Cloud { codes: vec![[x, 2.0]], log_var: vec![[v, v]], labels: vec![3] };
        let half = blend(&cloud(0.0, -2.0), &cloud(4.0, 0.0), 0.5).expect("the same data");
        assert_eq!((half.codes[0], half.log_var[0]), ([2.0, 2.0], [-1.0, -1.0]));
        let of_points = blend(&cloud(0.0, f32::NEG_INFINITY), &cloud(1.0, 0.0), 0.0).expect("the same data");
        assert_eq!(of_points.log_var[0], [f32::NEG_INFINITY; 2]);
        let other = Cloud { codes: vec![], log_var: vec![], labels: vec![] };
        assert!(blend(&cloud(0.0, 0.0), &other, 0.5).is_none());
    }

    #[test]
    fn the_dial_snaps_to_members() {
        assert_eq!((snapped(3.07), snapped(3.1), snapped(2.95)), (3.0, 3.1, 3.0));
    }
}
