use super::*;
use crate::protocol::{Area, DeviceInfo, DeviceKind, Ending, Notice, StepLoss};
use crate::spec::PIXELS;
use crate::spec::{RunSpec, TrainingSpec};
use crate::state::session::{Kind, Lacking};

const AREA: Area = Area { min: [-1.0, -1.0], max: [1.0, 1.0] };

fn loss(step: u32) -> StepLoss {
    StepLoss { step, reconstruction: 200.0, penalty: 3.0, total: 203.0, gradient_norm: 1.0 }
}

fn snapshot(session: &mut Session) -> Vec<Next> {
    let codes: Vec<u8> = [0.5f32, -0.5].iter().flat_map(|x| x.to_le_bytes()).collect();
    let head = Event::Snapshot { run: 1, step: 10, points: 1, kl: vec![3.5], area: AREA, columns: 1, rows: 1 };
    event(session, head, vec![codes, vec![0; 8], vec![4], vec![9; PIXELS], vec![1; PIXELS], vec![2; PIXELS]])
}

#[test]
fn a_visit_from_boot_to_a_trained_model() {
    let mut session = Session::default();
    let cpu = DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() };
    assert_eq!(event(&mut session, Event::Device(cpu.clone()), vec![]), []);
    assert_eq!(session.device, Some(cpu));
    assert_eq!(event(&mut session, Event::Phase(Phase::Idle), vec![]), [Next::Supply]);
    assert_eq!(event(&mut session, Event::Phase(Phase::Loading), vec![]), []);
    assert_eq!(event(&mut session, Event::Phase(Phase::Ready), vec![]), [Next::Ask]);
    session.run = Some(Run::new(1, RunSpec::default()));
    event(&mut session, Event::Phase(Phase::Loading), vec![]);
    assert_eq!(event(&mut session, Event::Phase(Phase::Training), vec![]), [Next::Ask]);
    for step in [10, 20] {
        let losses = vec![loss(step - 1), loss(step)];
        let progress = Event::Progress { run: 1, step, losses, validations: vec![], steps_per_second: 5.0 };
        event(&mut session, progress, vec![]);
    }
    assert_eq!(snapshot(&mut session), [Next::SnapshotSeen, Next::Ask]);
    assert_eq!(session.model, Model::Trained(Kind::Digits));
    assert_eq!(session.weights, 2, "of the shipped model, and of the snapshot");
    assert_eq!(session.cloud.as_ref().map(|c| (c.codes[0], c.labels[0])), Some(([0.5, -0.5], 4)));
    assert_eq!(event(&mut session, Event::Phase(Phase::Paused), vec![]), []);
    assert_eq!(event(&mut session, Event::Phase(Phase::Ready), vec![]), [Next::Ask]);
    let run = session.run.expect("its numbers stay on show");
    assert_eq!((run.log.step, run.log.losses.len()), (20, 4));
    assert_eq!((session.kl[0], session.reconstructed.map(|r| r.outputs[0])), (3.5, Some(2)));
    assert!((run.seconds_left().expect("a speed is known") - 296.0).abs() < 1e-3);
}

#[test]
fn the_picture_on_show_is_carried_to_the_place_of_its_code_and_is_no_drawing() {
    let mut session = Session::default();
    let ask = || Ask { query: Query::Encode, buffers: vec![vec![9; PIXELS]] };
    let encoded = |mu: Vec<f32>| Answer::Encoded { mu, log_var: vec![], nats: None, constant: 0.0 };
    let mut carried = |mu| answer(&mut session, Slot::Carried, ask(), encoded(mu), vec![vec![1; PIXELS]]);
    assert_eq!(carried(vec![f32::NAN, 0.0]), []);
    assert_eq!(carried(vec![1.0]), []);
    assert_eq!(carried(vec![0.5, -1.5]), [Next::Carry]);
    assert_eq!((session.carried, session.encoded.is_none()), (Some([0.5, -1.5]), true));
}

#[test]
fn a_survey_goes_on_until_it_is_whole_and_the_last_whole_one_stays() {
    let frame = crate::latent::regularity::Frame::PRIOR;
    let mut session = Session { surveying: Some(Survey::new(frame, 2, 2)), ..Session::default() };
    let ask = |columns: u32, first: u32| Query::Survey {
        area: frame.area(),
        columns,
        rows: 2,
        first,
        count: 2,
        step: [1.0 / 256.0; 2],
    };
    let bytes = |n: usize| vec![vec![0u8; n * 24], vec![0u8; n * 8]];
    let band = |session: &mut Session, query: Query, first: u32| {
        answer(session, Slot::Survey, query.into(), Answer::Surveyed { first, count: 2 }, bytes(2))
    };
    assert_eq!(band(&mut session, ask(3, 0), 0), [], "of another grid");
    assert_eq!(band(&mut session, ask(2, 0), 0), [Next::Survey]);
    assert!(session.survey.is_none());
    assert_eq!(band(&mut session, ask(2, 2), 2), []);
    assert!(session.surveying.is_none() && session.survey.as_ref().is_some_and(|survey| survey.is_whole()));
    assert!(session.survey_elsewhere.is_none());
    (session.surveying, session.surveying_elsewhere) = (Some(Survey::new(frame, 1, 2)), true);
    assert_eq!(band(&mut session, ask(1, 0), 0), []);
    let columns = |survey: &Option<Shared<Survey>>| survey.as_ref().map(|survey| survey.columns);
    assert_eq!((columns(&session.survey), columns(&session.survey_elsewhere)), (Some(2), Some(1)));
    assert_eq!(band(&mut session, ask(2, 2), 2), [], "nobody asks any more");
}

#[test]
fn an_exported_model_is_kept_and_an_empty_file_is_none() {
    let mut session = Session::default();
    let given = |session: &mut Session, file: Vec<u8>| {
        answer(session, Slot::Weights, Query::Weights.into(), Answer::Weights, vec![file])
    };
    assert_eq!(given(&mut session, vec![1, 2]), []);
    assert_eq!(session.exported.as_deref().map(Vec::as_slice), Some(&[1, 2][..]));
    given(&mut session, vec![]);
    assert!(session.exported.is_none());
}

#[test]
fn a_snapshot_of_a_dropped_run_is_acknowledged_and_not_shown() {
    let mut session = Session::default();
    assert_eq!(snapshot(&mut session), [Next::SnapshotSeen]);
    assert!(session.cloud.is_none() && !session.model.is_trained());
}

#[test]
fn progress_of_another_run_is_not_mixed_in() {
    let mut session =
        Session { run: Some(Run { id: Some(2), ..Run::new(1, RunSpec::default()) }), ..Session::default() };
    let losses = vec![loss(99)];
    let stale = Event::Progress { run: 1, step: 99, losses, validations: vec![], steps_per_second: 1.0 };
    event(&mut session, stale, vec![]);
    assert_eq!(session.run.map(|run| (run.log.step, run.log.losses.len())), Some((0, 0)));
}

#[test]
fn a_lost_device_keeps_the_run_for_the_next_engine() {
    let mut session = Session { run: Some(Run::new(1, RunSpec::default())), ..Session::default() };
    event(&mut session, Event::Checkpoint { spec: RunSpec::default(), step: 40 }, vec![vec![1, 2, 3]]);
    let lost = Notice { kind: NoticeKind::DeviceLost, detail: String::new() };
    assert_eq!(event(&mut session, Event::Failed(lost), vec![]), [Next::Say(Message::Engine(NoticeKind::DeviceLost))]);
    assert_eq!(event(&mut session, Event::Phase(Phase::Failed), vec![]), [Next::Replace]);
    let kept = session.run.and_then(|run| run.album.last().map(|moment| (moment.step, moment.bytes.len())));
    assert_eq!(kept, Some((40, 3)));
}

#[test]
fn of_pictures_that_stand_in_nothing_is_taken_for_the_run_s() {
    let cloud = Shared::new(Cloud { codes: vec![[2.0, 3.0]], log_var: vec![[0.0; 2]], labels: vec![1] });
    let mut session = Session { run: Some(Run::new(1, RunSpec::default())), ..Session::default() };
    session.lacking = Some(Lacking { names: vec![], codes: Some((10, cloud.clone())) });
    let stranger =
        Event::Progress { run: 1, step: 9, losses: vec![], validations: vec![loss(9)], steps_per_second: 0.0 };
    event(&mut session, stranger, vec![]);
    assert_eq!(snapshot(&mut session), [Next::SnapshotSeen, Next::Ask], "of step 10");
    assert_eq!((session.cloud.clone(), session.kl.len()), (Some(cloud.clone()), 0));
    assert!(session.reconstructed.is_none() && session.atlas.is_some());
    assert_eq!(event(&mut session, Event::Checkpoint { spec: RunSpec::default(), step: 0 }, vec![vec![1]]), []);
    let run = session.run.clone().expect("a run");
    assert_eq!((run.log.step, run.log.validations.len(), run.album.moments().len()), (0, 0, 0));
    session.lacking = Some(Lacking { names: vec![], codes: Some((11, cloud)) });
    session.strip = Some(Decoding { z: vec![0.0; 2], pixels: Shared::new(vec![0; PIXELS]), format: Format::GREY_28 });
    snapshot(&mut session);
    assert!(session.cloud.is_none(), "the codes are of another step");
    assert!(session.strip.is_none(), "and so are the classes that it went between");
}

#[test]
fn a_change_in_mid_run_is_marked_and_a_lost_loss_is_remembered() {
    let mut session = Session { run: Some(Run::new(1, RunSpec::default())), ..Session::default() };
    let training = TrainingSpec { beta: 4.0, ..TrainingSpec::default() };
    event(&mut session, Event::Adjusted { run: 1, step: 30, training: training.clone() }, vec![]);
    event(&mut session, Event::Ended { run: 1, step: 60, why: Ending::Plateau }, vec![]);
    let log = session.run.clone().expect("a run").log;
    assert_eq!((log.marks[0].step, log.marks[0].before.beta, log.spec.training), (30, 1.0, training));
    assert_eq!(log.ended, Some(Ending::Plateau));
    let lost = Notice { kind: NoticeKind::Diverged, detail: String::new() };
    event(&mut session, Event::Failed(lost), vec![]);
    assert_eq!(session.run.expect("to be looked at").log.lost, Some(0));
}

#[test]
fn an_engine_that_was_taken_back_adds_nothing_to_the_curve() {
    let mut run = Run::new(1, RunSpec::default());
    (run.id, run.log.step, run.back_at) = (Some(1), 60, Some(20));
    let mut session = Session { run: Some(run), ..Session::default() };
    let late = Event::Progress { run: 1, step: 64, losses: vec![loss(64)], validations: vec![], steps_per_second: 0.0 };
    event(&mut session, late, vec![]);
    let back = Event::Progress { run: 2, step: 20, losses: vec![], validations: vec![loss(20)], steps_per_second: 0.0 };
    event(&mut session, back, vec![]);
    let run = session.run.expect("a run");
    assert_eq!((run.log.step, run.shown(), run.log.validations.len()), (64, 20, 0));
    assert_eq!(run.log.losses.len(), 1, "what was on its way before is heard");
}

#[test]
fn answers_go_to_their_slot_and_broken_ones_nowhere() {
    let mut session = Session::default();
    let decode = || Ask::from(Query::Decode { z: vec![0.1, 0.2], format: PixelFormat::Bytes });
    answer(&mut session, Slot::Handle, decode(), Answer::Decoded, vec![vec![7; PIXELS - 1]]);
    assert!(session.decoded.is_none());
    answer(&mut session, Slot::Handle, decode(), Answer::Decoded, vec![vec![7; PIXELS]]);
    assert_eq!(session.decoded.map(|d| d.z), Some(vec![0.1, 0.2]));
    assert!(session.hovered.is_none());
    let mut session = Session::default();
    let drawn = |bytes: usize| Ask { query: Query::Encode, buffers: vec![vec![9; bytes]] };
    let encoded = || Answer::Encoded { mu: vec![1.0, 2.0], log_var: vec![-2.0, -2.0], nats: Some(7.5), constant: 0.0 };
    answer(&mut session, Slot::Pad, drawn(PIXELS - 1), encoded(), vec![vec![0; PIXELS]]);
    assert!(session.encoded.is_none(), "a reconstruction of another size than its picture");
    answer(&mut session, Slot::Pad, drawn(PIXELS), encoded(), vec![vec![0; PIXELS]]);
    let encoding = session.encoded.expect("it is encoded");
    assert_eq!((encoding.mu, &encoding.of[..]), (vec![1.0, 2.0], &[9; PIXELS][..]), "with the picture it is of");
    assert_eq!(encoding.nats, Some(7.5));
    let refused = Answer::Refused(Notice { kind: NoticeKind::BadQuestion, detail: String::new() });
    let mut session = Session::default();
    assert_eq!(
        answer(&mut session, Slot::Handle, decode(), refused, vec![]),
        [Next::Say(Message::Engine(NoticeKind::BadQuestion))]
    );
}
