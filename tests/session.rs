//! The session's state machine, by scripts over a learner that computes nothing.
#![cfg(feature = "compute")]

#[path = "session/fake.rs"]
mod fake;
#[path = "session/lab.rs"]
mod lab;
#[path = "session/meters.rs"]
mod meters;
#[path = "session/own.rs"]
mod own;

use fake::*;
use latentscape::protocol::*;
use latentscape::spec::{ModelSpec, PIXELS, RunSpec, TrainingSpec};

#[test]
fn a_run_goes_from_idle_to_ready_and_tells_all_of_it() {
    let mut script = Script::new();
    script.say(run(5)).turns(4);
    assert_eq!(
        script.heard(),
        [
            "loading",
            "progress 0 with 0",
            "snapshot 0",
            "checkpoint 0",
            "training",
            "ended 5 Steps",
            "progress 5 with 5",
            "snapshot 5",
            "checkpoint 5",
            "ready"
        ]
    );
}

#[test]
fn pause_holds_the_run_and_resume_goes_on() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).say(Command::Pause).turn();
    assert_eq!(script.session.phase(), Phase::Paused);
    let held = script.fake.steps.get();
    script.turns(5);
    assert_eq!(script.fake.steps.get(), held, "a paused run takes no steps");
    assert!(script.heard().contains(&format!("checkpoint {held}")), "a pause is a good moment to keep what there is");
    script.say(Command::Resume).turns(2);
    assert!(script.fake.steps.get() > held);
}

#[test]
fn stop_keeps_the_model_and_reset_drops_it() {
    let mut script = Script::new();
    script.say(run(1000)).turns(3).say(Command::Stop).turn().ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.session.phase(), Phase::Ready);
    assert!(script.heard().contains(&"answer 1".to_owned()));
    script.say(Command::Reset).turn().ask(2, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["idle", "refused 2 NoModel"]);
}

#[test]
fn every_phase_refuses_what_it_does_not_allow() {
    let commands: [(Command, &[Phase]); 11] = [
        (load(), &[Phase::Idle, Phase::Ready]),
        (Command::LoadReference { model: ModelSpec::mlp(&[8]) }, &[Phase::Idle, Phase::Ready]),
        (run(1), &[Phase::Idle, Phase::Ready]),
        (Command::TrainFrom { spec: RunSpec::default(), paused: true }, &[Phase::Idle, Phase::Ready, Phase::Paused]),
        (
            Command::Restore { spec: RunSpec::default(), step: 0, paused: false },
            &[Phase::Idle, Phase::Ready, Phase::Paused],
        ),
        (Command::Adjust { training: TrainingSpec::default() }, &[Phase::Training, Phase::Paused]),
        (Command::Step, &[Phase::Paused]),
        (Command::Pause, &[Phase::Training]),
        (Command::Resume, &[Phase::Paused]),
        (Command::Stop, &[Phase::Training, Phase::Paused]),
        (Command::Reset, &[Phase::Ready, Phase::Training, Phase::Paused]),
    ];
    for (command, legal) in commands {
        for phase in Phase::ALL {
            assert_eq!(phase.allows(&command), legal.contains(&phase), "{command:?} while {}", phase.name());
        }
    }
    let mut script = Script::new();
    script.say(Command::Pause).turn();
    assert_eq!(script.heard(), ["warning NotNow"]);
}

#[test]
fn a_drag_is_answered_while_the_model_trains_and_stale_questions_are_not() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    script.heard();
    for id in 1..=60 {
        script.ask(id, Slot::Handle, decode());
    }
    let before = script.fake.steps.get();
    script.turn();
    assert!(script.fake.steps.get() > before, "training went on");
    assert_eq!(script.heard().iter().filter(|w| w.starts_with("answer")).collect::<Vec<_>>(), ["answer 60"]);
}

#[test]
fn no_snapshot_comes_before_the_last_was_seen() {
    let mut script = Script::new();
    script.say(run(10_000)).turns(200);
    assert_eq!(script.count("snapshot"), 1);
    script.seen().turns(100);
    assert_eq!(script.count("snapshot"), 1, "one for each that was seen");
}

#[test]
fn snapshots_follow_the_part_of_the_plane_that_is_shown() {
    let mut script = Script::new();
    let area = Area { min: [-9.0, -4.0], max: [9.0, 4.0] };
    let tile = Query::Atlas { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: 4, rows: 4 };
    let nowhere = Area { min: [f32::NAN; 2], max: [1.0; 2] };
    script.look(area, 5, 5).look(area, 18, 8).look(area, 0, 8).look(nowhere, 18, 8).say(run(10_000)).turn();
    assert_eq!(script.snapshots(), [(area, 18, 8)], "the newest that makes sense, from the first snapshot on");
    script.ask(1, Slot::Atlas, tile).seen().turns(100);
    assert_eq!(script.snapshots(), [(area, 18, 8)], "a question for a tile changes nothing");
    script.look(nowhere, 18, 8).seen().turns(100);
    assert_eq!(script.snapshots(), [(area, 18, 8)]);
    script.look(area, 6, 3).seen().turns(100);
    assert_eq!(script.snapshots(), [(area, 6, 3)]);
}

#[test]
fn a_snapshot_brings_the_whole_posterior_and_the_picture() {
    let mut script = Script::new();
    let area = Area { min: [0.0; 2], max: [1.0; 2] };
    script.look(area, 1, 1).say(run(10_000)).turn();
    let outgoing = script.heard.iter().find(|outgoing| word(outgoing) == "snapshot 0").unwrap();
    let floats = |v: f32| v.to_le_bytes().repeat(4);
    let strip = [vec![0; PIXELS], vec![1; PIXELS]].concat();
    let reconstructions = vec![7; 2 * PIXELS];
    let expected = [floats(0.5), floats(-2.0), vec![3, 4], vec![128; PIXELS], strip, reconstructions];
    assert!(outgoing.buffers == expected, "codes, log σ², labels, the atlas, one of each class, and what it came to");
}

#[test]
fn a_painting_rolls_downhill_while_the_model_trains() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    let before = script.fake.steps.get();
    script.heard.clear();
    script.ask(1, Slot::Paint, Query::Roll { z: vec![3.0, 1.0], steps: 20 }).turn();
    assert!(script.fake.steps.get() > before, "training went on");
    let answer = script.heard.iter().find(|outgoing| word(outgoing) == "answer 1").unwrap();
    let ToPage::Answer { answer: Answer::Rolled { z, loss }, .. } = &answer.message else { panic!("{answer:?}") };
    assert_eq!((&z[..2], loss[0]), (&[3.0, 1.0][..], 23.0), "the trail begins where it was asked to");
    assert_eq!(z.len(), 2 * loss.len());
    assert!(loss.last().unwrap() - 10.0 < 1e-3, "{loss:?}");
    // The fake's pictures are as bright as z₁.
    let end = (z[z.len() - 2] * 255.0 + 0.5) as u8;
    assert!(answer.buffers == [vec![end; PIXELS]], "the picture is of the trail's end");
}

#[test]
fn a_surface_has_a_loss_for_each_cell_from_the_top_left() {
    let mut script = Script::new();
    let area = Area { min: [0.0, -3.0], max: [2.0, -1.0] };
    script.say(load()).turn().heard();
    script.ask(1, Slot::Surface, Query::Surface { area, columns: 1, rows: 2 }).turn();
    let losses: Vec<u8> = [10.25f32, 10.25].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(script.heard[0].buffers, [losses]);
    let message = &script.heard[0].message;
    let expected = Answer::Surface { area, columns: 1, rows: 2 };
    assert_eq!(*message, ToPage::Answer { id: 1, slot: Slot::Surface, answer: expected });
}

#[test]
fn an_original_is_given_as_it_is_and_there_are_no_others() {
    let mut script = Script::new();
    script.ask(1, Slot::Original, Query::Original { index: 1 }).turn();
    assert_eq!(script.heard[0].buffers, [vec![1; PIXELS]]);
    script.ask(2, Slot::Original, Query::Original { index: 2 }).turn();
    assert_eq!(script.heard(), ["answer 1", "refused 2 BadQuestion"]);
}

#[test]
fn a_model_can_be_taken_away_whenever_there_is_one() {
    let mut script = Script::new();
    script.ask(1, Slot::Weights, Query::Weights).turn();
    assert_eq!(script.heard(), ["refused 1 NoModel"]);
    script.say(load()).turn().ask(2, Slot::Weights, Query::Weights).turn();
    assert_eq!(script.heard(), ["loading", "ready", "answer 2"]);
    script.say(run(1000)).turn().ask(3, Slot::Weights, Query::Weights);
    let taken = script.fake.steps.get();
    script.turn();
    assert!(script.fake.steps.get() > taken, "training went on");
    let file = script.heard.iter().find(|outgoing| word(outgoing) == "answer 3").unwrap();
    assert!(matches!(&file.message, ToPage::Answer { slot: Slot::Weights, answer: Answer::Weights, .. }));
    assert_eq!(file.buffers, [taken.to_le_bytes()], "as it is now");
    script.say(Command::Pause).turn().ask(4, Slot::Weights, Query::Weights).turn();
    assert_eq!(script.heard().last().map(String::as_str), Some("answer 4"));
    script.say(Command::Reset).turn().ask(5, Slot::Weights, Query::Weights).turn();
    assert_eq!(script.heard().last().map(String::as_str), Some("refused 5 NoModel"));
}

#[test]
fn what_was_taken_away_can_be_brought_back() {
    let mut script = Script::new();
    script.say(load()).turn().ask(1, Slot::Weights, Query::Weights).turn();
    let file = script.heard.pop().unwrap().buffers.remove(0);
    script.heard.clear();
    script.say(Command::Reset).say_with(load(), vec![file.clone()]).turn();
    assert_eq!(script.heard(), ["idle", "loading", "ready"]);
    assert_eq!(*script.fake.loaded.borrow(), file, "the learner is given the whole of it");
    script.fake.fault.set(Some(Fault::Weights));
    script.say_with(load(), vec![file]).turn().ask(2, Slot::Weights, Query::Weights).turn();
    assert_eq!(script.heard(), ["loading", "warning WeightsUnreadable", "ready", "answer 2"]);
}

#[test]
fn a_run_is_kept_early_and_then_now_and_again() {
    let mut script = Script::new();
    script.say(run(10_000));
    let mut kept = Vec::new();
    while NOW.get() < 25_000.0 {
        script.turn();
        if script.count("checkpoint") > 0 {
            kept.push(NOW.get() as u32 / 1000);
        }
    }
    assert_eq!(kept, [0, 2, 5, 7, 10, 12, 15, 17, 20, 22, 25]);
}

#[test]
fn weights_that_cannot_be_read_leave_the_model_that_was_there() {
    let mut script = Script::new();
    script.say(load()).turn();
    script.fake.fault.set(Some(Fault::Weights));
    script.say(load()).turn().ask(1, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["loading", "ready", "loading", "warning WeightsUnreadable", "ready", "answer 1"]);
}

#[test]
fn a_loss_that_is_no_number_ends_the_run_and_another_can_start() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    script.heard();
    script.fake.fault.set(Some(Fault::Nan));
    script.turn();
    assert_eq!(script.heard().last_chunk::<2>().unwrap(), &["failed Diverged", "idle"]);
    script.fake.fault.set(None);
    script.say(run(3)).turns(2);
    assert_eq!(script.session.phase(), Phase::Ready);
}

#[test]
fn a_lost_device_ends_the_engine() {
    let mut script = Script::new();
    script.say(run(1000)).turn();
    script.heard();
    script.fake.fault.set(Some(Fault::Device));
    script.turn();
    assert_eq!(script.heard(), ["failed DeviceLost", "failed"]);
    script.say(run(3)).turn();
    assert_eq!(script.heard(), ["warning NotNow"]);
}

#[test]
fn a_checkpoint_goes_on_where_it_was_written() {
    let mut spec = RunSpec::default();
    spec.training.steps = 50;
    let mut script = Script::new();
    script.say(Command::Restore { spec: spec.clone(), step: 40, paused: true }).turn();
    assert_eq!(script.session.phase(), Phase::Paused);
    script.say(Command::Resume).turns(10);
    assert_eq!((script.session.phase(), script.fake.steps.get()), (Phase::Ready, 50));
    let mut done = Script::new();
    done.say(Command::Restore { spec, step: 50, paused: false }).turn();
    assert_eq!(done.session.phase(), Phase::Ready, "a finished run is not started again");
}

#[test]
fn nonsense_is_refused_and_nothing_is_lost() {
    let mut script = Script::new();
    script.say(load()).turn();
    script.heard();
    let bad = [
        Query::Decode { z: vec![], format: PixelFormat::Bytes },
        Query::Decode { z: vec![1.0], format: PixelFormat::Bytes },
        Query::Decode { z: vec![f32::NAN, 0.0], format: PixelFormat::Bytes },
        Query::Decode { z: vec![0.0; 100_000], format: PixelFormat::Bytes },
        Query::Atlas { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: u32::MAX, rows: u32::MAX },
        Query::Atlas { area: Area { min: [f32::INFINITY; 2], max: [1.0; 2] }, columns: 2, rows: 2 },
        Query::Surface { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: 65, rows: 64 },
        Query::Surface { area: Area { min: [0.0; 2], max: [1.0; 2] }, columns: 0, rows: 64 },
        Query::Surface { area: Area { min: [0.0; 2], max: [1.0, f32::NAN] }, columns: 2, rows: 2 },
        Query::Roll { z: vec![], steps: 1 },
        Query::Roll { z: vec![0.0; 3], steps: 1 },
        Query::Roll { z: vec![0.0, f32::NAN], steps: 1 },
        Query::Roll { z: vec![0.0, 1e30], steps: 1 },
        Query::Roll { z: vec![0.0; 2], steps: 0 },
        Query::Roll { z: vec![0.0; 2], steps: 65 },
    ];
    for query in bad {
        script.ask(7, Slot::Handle, query.clone()).turn();
        assert_eq!(script.heard(), ["refused 7 BadQuestion"], "{query:?}");
    }
    let short = vec![0; PIXELS - 1];
    let (blank, ink) = (vec![0; PIXELS], vec![255; PIXELS]);
    let area = Area { min: [0.0; 2], max: [1.0; 2] };
    for buffers in
        [vec![], vec![ink.clone()], vec![short.clone(), ink.clone()], vec![ink.clone(), short], vec![ink, blank]]
    {
        for query in [Query::Roll { z: vec![0.0; 2], steps: 1 }, Query::Surface { area, columns: 2, rows: 2 }] {
            script.ask_with(7, Slot::Paint, query.clone(), buffers.clone()).turn();
            let lengths: Vec<usize> = buffers.iter().map(Vec::len).collect();
            assert_eq!(script.heard(), ["refused 7 BadQuestion"], "{query:?} with {lengths:?}");
        }
    }
    script.ask(8, Slot::Handle, decode()).turn();
    assert_eq!(script.heard(), ["answer 8"]);
}
