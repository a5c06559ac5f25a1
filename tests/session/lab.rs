//! What the lab asks of a session: changes on the way, one step, slow motion, ends, going back, other axes.

use latentscape::engine::session::{Outgoing, Rest};
use latentscape::protocol::*;
use latentscape::spec::{Finish, PIXELS, RunSpec, Schedule, TrainingSpec};

use super::fake::*;

#[test]
fn a_loss_that_leaves_for_good_ends_the_run_and_it_goes_on_from_before() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3);
    script.heard();
    script.fake.fault.set(Some(Fault::Away));
    script.turn();
    assert_eq!(script.heard().last_chunk::<2>().unwrap(), &["failed Diverged", "idle"]);
    script.fake.fault.set(None);
    script.say(Command::Restore { spec: RunSpec::default(), step: 4, paused: true }).turn().say(Command::Resume).turn();
    assert_eq!(script.session.phase(), Phase::Training);
    assert!(script.fake.steps.get() > 4);
}

#[test]
fn beta_is_changed_in_the_middle_of_an_epoch_and_the_change_is_told() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).heard();
    let at = script.fake.steps.get();
    let training = TrainingSpec { beta: 4.0, ..TrainingSpec::default() };
    script.say(Command::Adjust { training: training.clone() }).turns(8);
    let losses: Vec<StepLoss> = script.heard.iter().flat_map(progress).collect();
    assert!(losses.iter().all(|loss| loss.total == if loss.step <= at { 100.0 } else { 130.0 }), "{losses:?}");
    assert!(losses.iter().any(|loss| loss.step > at));
    assert!(script.heard().contains(&format!("adjusted {at}")));
    // What cannot be is refused, and the run goes on as it was.
    script.say(Command::Adjust { training: TrainingSpec { batch: 0, ..training.clone() } }).turns(2);
    assert!(script.heard().contains(&"warning BadSpec".to_owned()));
    assert_eq!((script.session.phase(), script.fake.training.borrow().clone()), (Phase::Training, training));
}

fn progress(outgoing: &Outgoing) -> Vec<StepLoss> {
    match &outgoing.message {
        ToPage::Event(Event::Progress { losses, .. }) => losses.clone(),
        ToPage::Event(_) | ToPage::Answer { .. } => Vec::new(),
    }
}

#[test]
fn one_step_is_one_step() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).say(Command::Pause).turn().heard();
    let at = script.fake.steps.get();
    script.say(Command::Step).turns(3);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Paused, at + 1));
    let now = at + 1;
    let expected = [format!("progress {now} with 1"), format!("snapshot {now}"), format!("checkpoint {now}")];
    assert_eq!(script.heard(), expected);
}

#[test]
fn a_slow_run_takes_no_more_steps_than_it_may_and_rests_between() {
    let mut script = Script::new();
    script.put(ToEngine::Pace(Some(2.0))).say(run(1000)).turn();
    assert_eq!(script.fake.steps.get(), 1);
    let Rest::Until(ms) = script.rest() else { panic!("there is nothing to do for a while") };
    assert!(ms > 400.0 && script.fake.steps.get() == 1, "{ms}");
    // A hand is answered all the same.
    script.heard();
    script.ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 1"]);
    NOW.set(NOW.get() + ms);
    script.turn();
    assert_eq!(script.fake.steps.get(), 2);
    script.put(ToEngine::Pace(None)).turn();
    assert!(script.fake.steps.get() > 3 && script.rest() == Rest::Not);
}

#[test]
fn a_run_ends_when_the_validation_loss_has_stopped_falling_or_its_minutes_are_over() {
    let ended = |finish: Finish| {
        let mut spec = RunSpec::default();
        (spec.training.steps, spec.training.finish) = (10_000, finish);
        let mut script = Script::new();
        script.say(Command::Train { spec });
        while script.session.phase() != Phase::Ready {
            script.turn();
        }
        script.heard().into_iter().find(|word| word.starts_with("ended")).unwrap()
    };
    // The lowest is at step 200; the third without a lower one at 350.
    assert_eq!(ended(Finish::Plateau(3)), "ended 350 Plateau");
    // Steps of 10 ms, three to a slice of 24 and two before a validation: 600 ms are over in the slice that ends at 62.
    assert_eq!(ended(Finish::Minutes(0.01)), "ended 62 Minutes");
    assert_eq!(ended(Finish::Epochs(2)), format!("ended {} Steps", 2 * RunSpec::default().epoch()));
}

/// The step at which the session says that the validation loss has stopped falling; the fake's falls for 200 steps.
fn plateau(training: TrainingSpec, mut change: Option<(u32, TrainingSpec)>) -> String {
    let mut script = Script::new();
    script.say(Command::Train { spec: RunSpec { training, ..RunSpec::default() } });
    while script.session.phase() != Phase::Ready {
        script.turn();
        if let Some((_, training)) = change.take_if(|(step, _)| script.fake.steps.get() >= *step) {
            script.say(Command::Adjust { training });
        }
    }
    script.heard().into_iter().find(|word| word.starts_with("ended")).unwrap()
}

#[test]
fn losses_under_another_beta_are_not_compared() {
    let patient = TrainingSpec { steps: 10_000, finish: Finish::Plateau(3), ..TrainingSpec::default() };
    // While β rises to 100 the loss rises with it, and at 550 it is whole for the first time.
    let warm = TrainingSpec { beta: 100.0, schedule: Schedule::WarmUp { steps: 500 }, ..patient.clone() };
    assert_eq!(plateau(warm, None), "ended 700 Plateau");
    // Of 400 steps the last 200 have all of β; those of the first cycle after 200 are 250, 300, 350 and 400.
    let waves = TrainingSpec { beta: 4.0, schedule: Schedule::Cyclical { period: 400 }, ..patient.clone() };
    assert_eq!(plateau(waves, None), "ended 400 Plateau");
    let brief = TrainingSpec { beta: 4.0, schedule: Schedule::Cyclical { period: 100 }, ..patient.clone() };
    assert_eq!(plateau(brief, None), "ended 500 Plateau", "200 is the lowest; 300, 400 and 500 follow");
    // By 310 there were two without a new lowest.
    let change = |training| plateau(patient.clone(), Some((310, training)));
    assert_eq!(change(TrainingSpec { beta: 2.0, ..patient.clone() }), "ended 500 Plateau");
    assert_eq!(change(TrainingSpec { learning_rate: 1e-4, ..patient.clone() }), "ended 450 Plateau");
    assert_eq!(change(patient.clone()), "ended 350 Plateau");
}

#[test]
fn a_run_that_waits_for_another_says_so_and_goes_on_when_it_may() {
    let mut script = Script::new();
    script.put(ToEngine::UpTo(Some(7))).say(run(1000)).turns(6);
    assert_eq!((script.fake.steps.get(), script.rest()), (7, Rest::Long));
    assert!(script.heard().iter().any(|word| word.starts_with("progress 7")), "the other is told");
    script.ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 1"], "a hand is answered meanwhile");
    script.put(ToEngine::UpTo(Some(9))).turns(3);
    assert_eq!(script.fake.steps.get(), 9);
    script.put(ToEngine::UpTo(None)).turns(3);
    assert!(script.fake.steps.get() > 9);
}

#[test]
fn a_run_that_hears_too_late_that_it_should_wait_says_how_far_it_is() {
    let mut script = Script::new();
    script.say(run(1000)).turn().heard();
    assert_eq!(script.fake.steps.get(), 3, "in one slice");
    script.put(ToEngine::UpTo(Some(1))).turn();
    assert_eq!(script.heard(), ["progress 3 with 3"]);
    script.turns(2);
    assert_eq!((script.heard().len(), script.fake.steps.get()), (0, 3), "once");
}

#[test]
fn a_run_is_taken_back_while_it_rests_and_shows_that_moment() {
    let mut script = Script::new();
    script.say(run(1000)).turns(9).say(Command::Pause).turn().heard();
    script.say(Command::Restore { spec: RunSpec::default(), step: 0, paused: true }).turn();
    assert_eq!(script.heard(), ["loading", "progress 0 with 0", "snapshot 0", "checkpoint 0", "paused"]);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Paused, 0));
}

#[test]
fn the_half_of_the_data_that_is_wanted_is_shown_at_once() {
    let mut script = Script::new();
    script.say(run(1000)).turn().say(Command::Pause).turn().heard.clear();
    let first = |script: &Script| {
        let snapshot = script.heard.iter().find(|outgoing| word(outgoing).starts_with("snapshot")).unwrap();
        f32::from_le_bytes(snapshot.buffers[0][..4].try_into().unwrap())
    };
    script.put(ToEngine::Shown(Half::Training)).turn();
    assert_eq!(first(&script), 0.7);
    script.heard.clear();
    script.put(ToEngine::Shown(Half::Training)).turn();
    assert!(script.heard.is_empty(), "they are on show");
    script.put(ToEngine::Shown(Half::HeldOut)).turn();
    assert_eq!(first(&script), 0.5);
}

#[test]
fn the_plane_shows_the_axes_that_are_wanted() {
    let mut script = Script::new();
    script.fake.latent.set(Some(4));
    let area = Area { min: [0.0; 2], max: [1.0; 2] };
    script.look(area, 1, 1).say(run(1000)).turn().heard.clear();
    script.put(ToEngine::Axes([3, 0])).turn();
    let floats = |values: [f32; 4]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let snapshot = script.heard.iter().find(|outgoing| word(outgoing).starts_with("snapshot")).unwrap();
    // Codes are 0 1 2 3 and 4 5 6 7; z₁ of the plane is the last of each, z₂ the first.
    assert_eq!(snapshot.buffers[0], floats([3.0, 0.0, 7.0, 4.0]));
    // The fake's pictures are as bright as the space's first coordinate, the plane's second.
    assert!(snapshot.buffers[3] == vec![128; PIXELS]);
    script.heard.clear();
    script.ask(1, Slot::Handle, Query::Decode { z: vec![0.25, 1.0], format: PixelFormat::Bytes }).turn();
    assert!(script.heard[0].buffers[0] == vec![255; PIXELS]);
}
