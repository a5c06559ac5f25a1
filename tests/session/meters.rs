//! What the meters ask, and runs from given weights.

use latentscape::protocol::*;
use latentscape::spec::RunSpec;

use super::fake::*;

const AREA: Area = Area { min: [0.0, -3.0], max: [4.0, 1.0] };

fn survey(columns: u32, rows: u32, first: u32, count: u32) -> Query {
    Query::Survey { area: AREA, columns, rows, first, count, step: [0.1; 2] }
}

#[test]
fn a_survey_comes_in_bands_of_cells_from_the_top_left() {
    let mut script = Script::new();
    script.say(load()).turn().heard();
    script.ask(1, Slot::Survey, survey(2, 2, 1, 2)).turn();
    let answer = Answer::Surveyed { first: 1, count: 2 };
    assert_eq!(script.heard[0].message, ToPage::Answer { id: 1, slot: Slot::Survey, answer });
    let floats = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    // The fake is as steep as z₁, tells the axes, and sends everything half as far out: cells (3, 0) and (1, −2).
    let metric = floats(&[3.0, 0.0, 1.0, 12.0, 0.0, 0.0, 1.0, 0.0, 1.0, 4.0, 0.0, 0.0]);
    assert_eq!(script.heard[0].buffers, [metric, floats(&[1.5, 0.0, 0.5, -1.0])]);
}

#[test]
fn of_a_larger_space_a_survey_goes_along_the_axes_that_are_shown() {
    let mut script = Script::new();
    script.fake.latent.set(Some(4));
    script.say(load()).put(ToEngine::Axes([3, 1])).turn().heard();
    script.ask(1, Slot::Survey, survey(1, 1, 0, 1)).turn();
    let axes: Vec<u8> = [3.0f32, 1.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(script.heard[0].buffers[0][4..12], axes);
}

#[test]
fn samples_are_compared_with_what_was_held_out() {
    let mut script = Script::new();
    script.say(load()).turn().heard();
    // The fake's data are pictures each as bright as its number, its decodings each as bright as z₁.
    let near = (0..20).flat_map(|i| [i as f32, 0.0]).collect();
    let far = (0..20).flat_map(|i| [1000.0 + i as f32, 0.0]).collect();
    script.ask(1, Slot::Fidelity, Query::Fidelity { z: near }).turn();
    script.ask(2, Slot::Fidelity, Query::Fidelity { z: far }).turn();
    let coverage = script.heard.iter().map(|outgoing| match &outgoing.message {
        ToPage::Answer { answer: Answer::Fidelity { coverage, low, high, .. }, .. } => {
            assert!(low <= coverage && coverage <= high);
            *coverage
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(coverage.collect::<Vec<_>>(), [1.0, 0.0]);
}

#[test]
fn the_elbo_is_taken_apart() {
    let mut script = Script::new();
    script.ask(1, Slot::Surgery, Query::Surgery).turn();
    let said = |script: &Script| match &script.heard[0].message {
        ToPage::Answer { answer, .. } => answer.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(said(&script), Answer::Refused(notice) if notice.kind == NoticeKind::NoModel));
    script.heard();
    script.say(load()).turn().heard();
    script.ask(2, Slot::Surgery, Query::Surgery).turn();
    let Answer::Surgery(found) = said(&script) else { panic!("{:?}", said(&script)) };
    let rate = found.rate.expect("a variational model");
    assert!(found.data == 20 && (rate.information.value - 20f32.ln()).abs() < 1e-3, "{rate:?}");
    script.fake.held_out.set(Some(1));
    script.heard();
    script.ask(3, Slot::Surgery, Query::Surgery).turn();
    assert_eq!(said(&script), Answer::Incomparable);
}

#[test]
fn steps_between_points_are_answered_pair_by_pair() {
    let mut script = Script::new();
    script.fake.latent.set(Some(4));
    script.say(load()).put(ToEngine::Axes([3, 1])).turn().heard();
    let steps = Query::Divergences { from: vec![0.0, 1.0, 2.0, 2.0], to: vec![3.0, 1.0, 1.0, 4.0] };
    script.ask(1, Slot::Steps, steps).turn();
    // The fake's divergence is the distance's square, in whichever plane.
    assert_eq!(script.heard[0].buffers, [[9.0f32, 5.0].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()]);
}

#[test]
fn too_few_data_are_no_mistake_of_who_compares_with_them() {
    let mut script = Script::new();
    script.fake.held_out.set(Some(3));
    script.say(load()).turn().heard();
    script.ask(1, Slot::Fidelity, Query::Fidelity { z: vec![0.0; 40] }).turn();
    assert!(matches!(script.heard[0].message, ToPage::Answer { answer: Answer::Incomparable, .. }));
}

#[test]
fn nonsense_about_meters_is_refused() {
    let mut script = Script::new();
    script.ask(1, Slot::Survey, survey(2, 2, 0, 4)).turn();
    assert_eq!(script.heard(), ["refused 1 NoModel"]);
    script.say(load()).turn().heard();
    let nowhere = Area { min: [f32::NAN; 2], max: [1.0; 2] };
    for query in [
        survey(2, 2, 0, 0),
        survey(2, 2, 3, 2),
        survey(2, 2, 4, 1),
        survey(2, 2, u32::MAX, u32::MAX),
        survey(0, 2, 0, 1),
        survey(100, 100, 0, 4097),
        Query::Survey { area: nowhere, columns: 2, rows: 2, first: 0, count: 1, step: [0.1; 2] },
        Query::Survey { area: AREA, columns: 2, rows: 2, first: 0, count: 1, step: [0.1, 0.0] },
        Query::Survey { area: AREA, columns: 2, rows: 2, first: 0, count: 1, step: [f32::NAN, 0.1] },
        Query::Divergences { from: vec![], to: vec![] },
        Query::Divergences { from: vec![0.0; 4], to: vec![0.0; 2] },
        Query::Divergences { from: vec![0.0; 3], to: vec![0.0; 3] },
        Query::Divergences { from: vec![0.0; 2], to: vec![0.0, f32::INFINITY] },
        Query::Divergences { from: vec![0.0; 9000], to: vec![0.0; 9000] },
        Query::Fidelity { z: vec![] },
        Query::Fidelity { z: vec![0.0; 10] },
        Query::Fidelity { z: vec![0.0; 2002] },
        Query::Fidelity { z: vec![f32::NAN; 40] },
    ] {
        script.ask(7, Slot::Survey, query.clone()).turn();
        assert_eq!(script.heard(), ["refused 7 BadQuestion"], "{query:?}");
    }
}

#[test]
fn a_run_begins_with_given_weights_or_leaves_the_model_that_was_there() {
    let mut script = Script::new();
    script.say(load()).turn().heard();
    script.fake.fault.set(Some(Fault::Weights));
    let from = Command::TrainFrom { spec: RunSpec::default(), paused: false };
    script.say(from.clone()).turn();
    assert_eq!(script.heard(), ["loading", "warning WeightsMismatch", "ready"]);
    script.say(from).turn();
    assert_eq!(script.session.phase(), Phase::Training);
    assert!(script.fake.steps.get() > 0);
}

#[test]
fn a_given_model_may_rest_before_its_first_step() {
    let mut script = Script::new();
    script.say(Command::TrainFrom { spec: RunSpec::default(), paused: true }).turns(3);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Paused, 0));
    assert!(script.heard().contains(&"snapshot 0".to_owned()), "and is seen");
    script.say(Command::Resume).turn();
    assert!(script.fake.steps.get() > 0);
}
