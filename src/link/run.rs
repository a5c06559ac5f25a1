//! The part of an address that says what is trained.

use super::{Entry, within};
use crate::spec::check::MOST_LATENT;
use crate::spec::{Activation, DataSpec, Finish, Likelihood, Net, Objective, PointKind, RunSpec, Schedule};
use crate::state::scene::Beside;

pub(super) const ENTRIES: &[Entry] = &[
    // As links of before say it.
    Entry {
        key: "digits",
        print: |_| String::new(),
        parse: |s, t| within(t, 100, 60_000).map(|count| s.run.data = DataSpec::Digits { count }),
    },
    Entry { key: "data", print: |s| print_data(s.run.data), parse: |s, t| parse_data(t).map(|data| s.run.data = data) },
    Entry {
        key: "net",
        print: |s| print_net(&s.run.model.net),
        parse: |s, t| parse_net(t).map(|net| s.run.model.net = net),
    },
    Entry {
        key: "latent",
        print: |s| s.run.model.latent.to_string(),
        parse: |s, t| within(t, 1, MOST_LATENT).map(|latent| s.run.model.latent = latent),
    },
    Entry {
        key: "objective",
        print: |s| print_objective(s.run.model.objective),
        parse: |s, t| parse_objective(t).map(|objective| s.run.model.objective = objective),
    },
    Entry {
        key: "likelihood",
        print: |s| match s.run.model.likelihood {
            Likelihood::Bernoulli => "bernoulli".into(),
            Likelihood::Gaussian { deviation } => format!("gauss-{deviation}"),
        },
        parse: |s, t| {
            s.run.model.likelihood = match t.strip_prefix("gauss-") {
                Some(deviation) => Likelihood::Gaussian { deviation: within(deviation, 0.001, 10.0)? },
                None if t == "bernoulli" => Likelihood::Bernoulli,
                None => return None,
            };
            Some(())
        },
    },
    Entry {
        key: "act",
        print: |s| s.run.model.activation.name().to_lowercase(),
        parse: |s, t| {
            let known = Activation::ALL.into_iter().find(|activation| activation.name().to_lowercase() == t);
            known.map(|activation| s.run.model.activation = activation)
        },
    },
    Entry {
        key: "dropout",
        print: |s| s.run.model.dropout.to_string(),
        parse: |s, t| within(t, 0, 90).map(|dropout| s.run.model.dropout = dropout),
    },
    Entry {
        key: "schedule",
        print: |s| match s.run.training.schedule {
            Schedule::Constant => "constant".into(),
            Schedule::WarmUp { steps } => format!("warm-{steps}"),
            Schedule::Cyclical { period } => format!("cycle-{period}"),
        },
        parse: |s, t| {
            let steps = |text: &str| within(text, 1, 1_000_000);
            s.run.training.schedule = match t.split_once('-') {
                Some(("warm", rest)) => Schedule::WarmUp { steps: steps(rest)? },
                Some(("cycle", rest)) => Schedule::Cyclical { period: steps(rest)? },
                None if t == "constant" => Schedule::Constant,
                Some(_) | None => return None,
            };
            Some(())
        },
    },
    Entry {
        key: "finish",
        print: |s| match s.run.training.finish {
            Finish::Steps => "steps".into(),
            Finish::Epochs(n) => format!("epochs-{n}"),
            Finish::Minutes(minutes) => format!("minutes-{minutes}"),
            Finish::Plateau(n) => format!("plateau-{n}"),
        },
        parse: |s, t| {
            s.run.training.finish = match t.split_once('-') {
                Some(("epochs", rest)) => Finish::Epochs(within(rest, 1, 10_000)?),
                Some(("minutes", rest)) => Finish::Minutes(within(rest, 0.01, 600.0)?),
                Some(("plateau", rest)) => Finish::Plateau(within(rest, 1, 1000)?),
                None if t == "steps" => Finish::Steps,
                Some(_) | None => return None,
            };
            Some(())
        },
    },
    Entry {
        key: "beta",
        print: |s| s.run.training.beta.to_string(),
        parse: |s, t| within(t, 0.0, 32.0).map(|beta| s.run.training.beta = beta),
    },
    Entry {
        key: "batch",
        print: |s| s.run.training.batch.to_string(),
        parse: |s, t| within(t, 1, 1024).map(|batch| s.run.training.batch = batch),
    },
    Entry {
        key: "rate",
        print: |s| s.run.training.learning_rate.to_string(),
        parse: |s, t| within(t, 1e-6, 100.0).map(|rate| s.run.training.learning_rate = rate),
    },
    Entry {
        key: "steps",
        print: |s| s.run.training.steps.to_string(),
        parse: |s, t| within(t, 1, 1_000_000).map(|steps| s.run.training.steps = steps),
    },
    Entry {
        key: "beside",
        print: |s| s.beside.map_or("none", Beside::name).into(),
        parse: |s, t| {
            s.beside = Beside::ALL.into_iter().find(|beside| beside.name() == t);
            (s.beside.is_some() || t == "none").then_some(())
        },
    },
    Entry {
        key: "seed",
        print: |s| s.run.seed.to_string(),
        parse: |s, t| t.parse().ok().map(|seed| s.run.seed = seed),
    },
];

/// `256-128` for linear layers, `conv-32-64-128` for the convolutional net.
fn print_net(net: &Net) -> String {
    match net {
        Net::Mlp { hidden } => hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("-"),
        Net::Conv { channels: [a, b], hidden } => format!("conv-{a}-{b}-{hidden}"),
    }
}

fn parse_net(text: &str) -> Option<Net> {
    let widths = |text: &str| text.split('-').map(|w| within(w, 1, 2048)).collect::<Option<Vec<usize>>>();
    match text.strip_prefix("conv-") {
        Some(rest) => match widths(rest)?[..] {
            [a, b, hidden] => Some(Net::Conv { channels: [a, b], hidden }),
            _ => None,
        },
        None => Some(Net::Mlp { hidden: widths(text).filter(|hidden| hidden.len() <= 4)? }),
    }
}

/// `digits-6000`, `shapes-6000`, `moons-2000`.
fn print_data(data: DataSpec) -> String {
    match data {
        DataSpec::Digits { count } => format!("digits-{count}"),
        DataSpec::Shapes { count } => format!("shapes-{count}"),
        DataSpec::Points { kind, count } => format!("{}-{count}", kind.name()),
        // Not to be had from a link, which says nothing of them then.
        DataSpec::Mnist | DataSpec::Fashion | DataSpec::Own { .. } => print_data(RunSpec::default().data),
    }
}

fn parse_data(text: &str) -> Option<DataSpec> {
    let (word, count) = text.split_once('-')?;
    let count = within(count, 3, 60_000)?;
    match word {
        "digits" => Some(DataSpec::Digits { count: count.max(100) }),
        "shapes" => Some(DataSpec::Shapes { count }),
        _ => PointKind::ALL.into_iter().find(|kind| kind.name() == word).map(|kind| DataSpec::Points { kind, count }),
    }
}

/// `vae`, `plain`, `noise-0.3`, `salt-0.2`, `sectors-0.25`, `sparse-0.1`, `l1`.
fn print_objective(objective: Objective) -> String {
    match objective.amount() {
        Some(amount) => format!("{}-{amount}", objective.name()),
        None => objective.name().into(),
    }
}

fn parse_objective(text: &str) -> Option<Objective> {
    let (word, amount) = text.split_once('-').map_or((text, None), |(word, amount)| (word, Some(amount)));
    let mut objective = Objective::ALL.into_iter().find(|objective| objective.name() == word)?;
    let most = objective.most();
    match (objective.amount_mut(), amount) {
        (Some(own), Some(amount)) => *own = within(amount, 0.001, most)?,
        (None, None) => {}
        (Some(_), None) | (None, Some(_)) => return None,
    }
    Some(objective)
}
