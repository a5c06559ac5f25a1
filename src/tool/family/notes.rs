//! What the card says in words: where the numbers do as theory has it, and where not.

use crate::data::family::{Family, Member};
use crate::latent::regularity::report::Meter;

/// KL of an axis below which its posterior is taken to have collapsed to the prior, nats.
const COLLAPSED: f32 = 0.01;

/// Sentences for the card.
pub fn of(family: &Family) -> Vec<String> {
    let variational: Vec<&Member> = family.members.iter().filter(|member| member.beta.is_some()).collect();
    let kl = variational.iter().filter_map(|m| Some((m.beta?, m.test.kl?))).collect::<Vec<_>>();
    let reconstruction = variational.iter().filter_map(|m| Some((m.beta?, m.test.reconstruction))).collect::<Vec<_>>();
    let mut notes = vec![
        course("The KL divergence falls with β", "The KL divergence", &kl, -1.0, " nats"),
        course("The reconstruction error rises with β", "The reconstruction error", &reconstruction, 1.0, " nats"),
        best(&variational),
        plain(family),
        collapsed(&variational),
    ];
    notes.extend(made(family));
    notes.extend(measured(&variational));
    notes.extend(chance(family));
    notes
}

/// How much of the curves is chance, where the family was trained from other seeds as well.
fn chance(family: &Family) -> Option<String> {
    let first = family.members.iter().find(|member| !member.seeds.is_empty())?;
    let named: Vec<String> =
        first.seeds.iter().map(|other| format!("{} ({} steps)", other.seed, other.steps)).collect();
    let apart = |meter: Meter| {
        let each = family.members.iter().filter_map(|member| {
            let [least, most] = member.over_seeds(meter.name(), true)?;
            Some((most - least, &member.name))
        });
        let (apart, name) = each.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(format!("{} by {apart:.3} at most ({name})", meter.name()))
    };
    let meters: Vec<String> =
        [Meter::Continuity, Meter::Returns, Meter::Shared].into_iter().filter_map(apart).collect();
    Some(format!(
        "Trained again on the same data from the seeds {}, the models differ in {}; the dial's curves are drawn with that band.",
        named.join(" and "),
        meters.join(", ")
    ))
}

/// The same of the meters that theory says something of; nothing before they are read. Completeness is not among them: it
/// rises from β = 0, where the prior falls between the codes, and falls again to collapse, where nothing can come back.
fn measured(variational: &[&Member]) -> Vec<String> {
    let of = |meter: Meter| -> Vec<(f32, f32)> {
        variational.iter().filter_map(|m| Some((m.beta?, m.meters.get(meter.name())?.value))).collect()
    };
    let claims = [
        (Meter::Kl, "The KL divergence of the aggregated posterior falls with β", "That KL divergence", -1.0, " nats"),
        (Meter::Shared, "What the codes share with the prior rises with β", "What they share", 1.0, ""),
        (Meter::Continuity, "Continuity rises with β", "Continuity", 1.0, ""),
    ];
    let claims = claims.map(|(meter, claim, what, way, unit)| (of(meter), claim, what, way, unit));
    claims
        .iter()
        .filter(|c| c.0.len() > 1)
        .map(|(of, claim, what, way, unit)| course(claim, what, of, *way, unit))
        .collect()
}

/// Whether `values`, (β, value), go one way, and each step that does not. `way` is 1 for up.
fn course(claim: &str, what: &str, values: &[(f32, f32)], way: f32, unit: &str) -> String {
    let against: Vec<String> = values
        .windows(2)
        .filter(|pair| way * (pair[1].1 - pair[0].1) < 0.0)
        .map(|pair| {
            let verb = if way > 0.0 { "falls" } else { "rises" };
            format!("{verb} by {:.3}{unit} from β = {} to β = {}", (pair[1].1 - pair[0].1).abs(), pair[0].0, pair[1].0)
        })
        .collect();
    match against.is_empty() {
        true => format!("{claim} from each model to the next, as theory has it."),
        false => format!("{what} does not always do as theory has it: it {}.", against.join(", and ")),
    }
}

fn best(variational: &[&Member]) -> String {
    let elbo = |member: &&&Member| member.test.elbo.unwrap_or(f32::NEG_INFINITY);
    match variational.iter().max_by(|a, b| elbo(a).total_cmp(&elbo(b))).and_then(|m| Some((m.beta?, m.test.elbo?))) {
        Some((1.0, elbo)) => {
            format!("The ELBO is highest for β = 1, which was trained for it: {elbo:.2} nats a picture.")
        }
        Some((beta, elbo)) => {
            format!("The ELBO is highest not for β = 1, which was trained for it, but for β = {beta}: {elbo:.2} nats.")
        }
        None => "There is no ELBO, since there is no variational model.".into(),
    }
}

/// The plain autoencoder beside β = 0, its reparameterised form.
fn plain(family: &Family) -> String {
    let [plain, zero] = [None, Some(0.0)].map(|beta| family.members.iter().find(|member| member.beta == beta));
    let (Some(plain), Some(zero)) = (plain, zero) else {
        return "There is no plain autoencoder to compare with.".into();
    };
    let (a, b) = (plain.test.reconstruction, zero.test.reconstruction);
    let sigma = zero.sigma.iter().fold(0.0f32, |most, sigma| most.max(*sigma));
    format!(
        "At β = 0 the posteriors' widths go to zero, to {sigma:.1e} at most, where their means spread by {}, \
         and the reconstruction error is {b:.2} nats where the plain autoencoder, which has no widths, has \
         {a:.2}.",
        zero.spread.iter().map(|spread| format!("{spread:.1}")).collect::<Vec<_>>().join(" and ")
    )
}

fn collapsed(variational: &[&Member]) -> String {
    let active = |member: &Member| member.kl_by_dimension.iter().filter(|kl| **kl >= COLLAPSED).count();
    let names = |axes: usize| {
        let betas: Vec<String> =
            variational.iter().filter(|m| active(m) == axes).filter_map(|m| Some(m.beta?.to_string())).collect();
        if betas.is_empty() { "none".to_owned() } else { betas.join(", ") }
    };
    format!(
        "Posterior collapse, less than {COLLAPSED} nats of KL on an axis: both axes at β = {}; one of the two at β = {}.",
        names(0),
        names(1)
    )
}

/// How the files came to be as they are.
fn made(family: &Family) -> [String; 4] {
    let lost = |of: fn(&Member) -> Option<f32>| {
        family.members.iter().filter_map(|m| Some((of(m)?, &m.name))).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let worst = |found: Option<(f32, &String)>| found.map_or("nothing".into(), |(v, name)| format!("{v:.3} ({name})"));
    [
        "All were trained from the same seed on the same data; the last quarter of the steps was taken at a tenth of the \
         learning rate."
            .into(),
        "Each model but β = 1 was laid to its neighbour on the side of β = 1 by the signed permutation of the two axes \
         that makes its codes most like the neighbour's; it is exact for the prior and the diagonal posteriors, and is in \
         the weights."
            .into(),
        "Encoder weights of pixels that are 0 in all training pictures were set to 0: training had left them at their \
         random start."
            .into(),
        format!(
            "Rounding, the weights to and from the pixels to 8 bits and all others to 16, costs {} nats of reconstruction and {} nats of ELBO at most.",
            worst(lost(|m| Some(m.lost_by_rounding.reconstruction))),
            worst(lost(|m| m.lost_by_rounding.elbo))
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_claimed_only_where_it_holds() {
        let falls = |values: &[(f32, f32)]| course("It falls", "It", values, -1.0, " nats");
        assert_eq!(
            falls(&[(0.0, 9.0), (1.0, 5.0), (2.0, 5.0)]),
            "It falls from each model to the next, as theory has it."
        );
        let broken = falls(&[(0.0, 9.0), (1.0, 5.0), (2.0, 5.5), (4.0, 1.0)]);
        assert_eq!(broken, "It does not always do as theory has it: it rises by 0.500 nats from β = 1 to β = 2.");
    }

    #[test]
    fn what_other_seeds_have_measured_is_said_and_nothing_is_where_there_are_none() {
        let card = concat!(env!("CARGO_MANIFEST_DIR"), "/pretrained/digits-beta/card.json");
        let mut family = Family::parse(&std::fs::read(card).unwrap()).unwrap();
        family.members.iter_mut().for_each(|member| member.seeds.clear());
        assert_eq!(chance(&family), None);
        let member = &mut family.members[6];
        let own = member.meters["continuity"].value;
        let meters = [("continuity".to_owned(), own - 0.25)].into_iter().collect();
        member.seeds = vec![crate::data::family::OtherSeed {
            seed: 2,
            steps: 500,
            test: member.test,
            meters,
            fitted: Default::default(),
        }];
        let said = chance(&family).unwrap();
        assert!(
            said.contains("seeds 2 (500 steps)") && said.contains("continuity by 0.250 at most (beta-2)"),
            "{said}"
        );
    }
}
