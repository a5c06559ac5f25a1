//! The engine's messages into the page's state: a pure function, and the only way they get there.

use super::album::{Album, Moment};
use super::asks::Ask;
use super::message::Message;
use super::pictures::{
    Atlas, Cloud, Decoding, Descent, Encoding, Grid, Original, Reconstructed, Shared, floats, pairs,
};
use super::run::{Mark, Run};
use super::session::{Likeness, Model, Session, running};
use crate::latent::regularity::Survey;
use crate::latent::regularity::steps::median;
use crate::protocol::{Answer, Event, NoticeKind, Phase, PixelFormat, Query, RunId, Slot};
use crate::spec::Format;

/// What the page does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The engine has no model: give it one.
    Supply,
    /// The model is another one, or has learnt: ask everything that is on show again. The plane's tiles follow by
    /// themselves.
    Ask,
    /// Tell the engine that the snapshot has been drawn.
    SnapshotSeen,
    /// The engine can no more: start another.
    Replace,
    /// There is more of the plane to survey.
    Survey,
    /// There is more of the plane for the classifier to see.
    Judge,
    /// There is more of the run to keep.
    Keep,
    /// The picture on show has a place in the model that took over: the handle goes there.
    Carry,
    Say(Message),
}

/// An event and its buffers.
pub fn event(session: &mut Session, event: Event, mut buffers: Vec<Vec<u8>>) -> Vec<Next> {
    match event {
        Event::Device(device) => {
            session.device = Some(device);
            vec![]
        }
        Event::Phase(phase) => entered(session, phase),
        Event::Progress { run: id, step, losses, validations, steps_per_second } => {
            let lacking = session.lacking.is_some();
            if let Some(run) = run_of(session, id) {
                let known = run.id.replace(id).is_some_and(|known| known == id);
                // An engine that was taken back to an earlier moment tells nothing new, and one with other pictures nothing
                // of this run.
                if !lacking && (known || run.back_at.is_none()) {
                    run.log.step = step;
                    run.log.losses.extend(losses);
                    // Where a run is taken up it is measured once more.
                    let last = run.log.validations.last().map(|loss| loss.step);
                    run.log
                        .validations
                        .extend(validations.into_iter().filter(|loss| last.is_none_or(|s| loss.step > s)));
                }
                run.steps_per_second = steps_per_second;
            }
            vec![]
        }
        Event::Snapshot { area, columns, rows, kl, step, run: _, points: _ } => {
            // A run may be dropped while its last snapshot is on the way; the engine still waits for the receipt.
            let Some(run) = &session.run else { return vec![Next::SnapshotSeen] };
            let format = run.log.spec.model.input.format();
            session.model = Model::trained_on(run.log.spec.data);
            session.weights += 1;
            session.kl = Shared::new(kl);
            let mut buffers = buffers.iter_mut().map(std::mem::take);
            let mut next = || buffers.next().unwrap_or_default();
            if let Some(cloud) = Cloud::from_bytes(&next(), &next(), &next()) {
                (session.cloud, session.own) = (Some(Shared::new(cloud)), None);
            }
            if let Some(atlas) = Atlas::new(area, columns, rows, next()) {
                session.atlas = Some(Shared::new(atlas));
            }
            session.reconstructed = Reconstructed::new(format, next(), next());
            if let Some(lacking) = &session.lacking {
                session.cloud = lacking.codes.as_ref().filter(|(of, _)| *of == step).map(|(_, codes)| codes.clone());
                (session.kl, session.reconstructed) = (Shared::new(Vec::new()), None);
                // What was decoded on the way between two classes is of the model before, and there are none now.
                if session.cloud.is_none() {
                    (session.strip, session.straight) = (None, None);
                }
            }
            vec![Next::SnapshotSeen, Next::Ask]
        }
        Event::Adjusted { run: id, step, training } => {
            if let Some(run) = run_of(session, id) {
                let before = std::mem::replace(&mut run.log.spec.training, training.clone());
                run.log.mark(Mark { step, before, after: training });
            }
            vec![]
        }
        Event::Ended { run: id, step: _, why } => {
            if let Some(run) = run_of(session, id) {
                run.log.ended = Some(why);
            }
            vec![]
        }
        Event::Checkpoint { spec, step } => {
            let Some(run) = session.run.as_mut().filter(|_| session.lacking.is_none()) else { return vec![] };
            if let Some(bytes) = buffers.into_iter().next() {
                run.album.put(Moment { spec, step, bytes: Shared::new(bytes) }, Album::ROOM);
            }
            vec![Next::Keep]
        }
        Event::Warning(notice) => vec![Next::Say(Message::Engine(notice.kind))],
        Event::Failed(notice) => {
            match notice.kind {
                // The run never began, or cannot be taken up.
                NoticeKind::BadSpec | NoticeKind::NoData | NoticeKind::CheckpointUnreadable => session.run = None,
                // Its curve stays to be looked at, and there are moments to go back to.
                NoticeKind::Diverged => {
                    if let Some(run) = &mut session.run {
                        run.log.lost = Some(run.log.step);
                    }
                }
                // The run goes on elsewhere.
                NoticeKind::DeviceLost => {}
                NoticeKind::NotNow
                | NoticeKind::WeightsUnreadable
                | NoticeKind::WeightsMismatch
                | NoticeKind::NoModel
                | NoticeKind::BadQuestion => {}
            }
            vec![Next::Say(Message::Engine(notice.kind))]
        }
    }
}

/// The run that an event is of, if it is the one on show, which gets a new number whenever it is taken up.
fn run_of(session: &mut Session, id: RunId) -> Option<&mut Run> {
    session.run.as_mut().filter(|run| run.id.is_none_or(|known| known <= id))
}

fn entered(session: &mut Session, phase: Phase) -> Vec<Next> {
    let before = std::mem::replace(&mut session.phase, phase);
    match phase {
        Phase::Booting | Phase::Loading => vec![],
        Phase::Idle => vec![Next::Supply],
        Phase::Ready => {
            session.weights += 1;
            vec![Next::Ask]
        }
        // Pausing changes no weight.
        Phase::Training | Phase::Paused if running(before) => vec![],
        Phase::Training | Phase::Paused => vec![Next::Ask],
        Phase::Failed => vec![Next::Replace],
    }
}

/// Decodings for the classifier.
fn judged(session: &mut Session, z: &[f32], pixels: &[u8]) -> Vec<Next> {
    let (Some(sureness), Some(classifier)) = (&mut session.judging, &session.classifier) else { return vec![] };
    sureness.put(z, pixels, classifier);
    if !sureness.is_whole() {
        return vec![Next::Judge];
    }
    session.sureness = session.judging.take().map(Shared::new);
    vec![]
}

/// An answer to what was `asked` in `slot`, and its buffers.
pub fn answer(session: &mut Session, slot: Slot, asked: Ask, answer: Answer, buffers: Vec<Vec<u8>>) -> Vec<Next> {
    let Ask { query, buffers: given } = asked;
    let mut buffers = buffers.into_iter();
    let buffer = buffers.next().unwrap_or_default();
    match answer {
        Answer::Decoded => {
            let Query::Decode { z, format } = query else { return vec![] };
            if (slot, format) == (Slot::Warp, PixelFormat::Floats) {
                session.warp = Some(Shared::new(pairs(&buffer))).filter(|nodes| nodes.len() == z.len() / 2);
                return vec![];
            }
            let Some(decoding) = Decoding::new(z, buffer) else { return vec![] };
            if slot == Slot::Sureness {
                return judged(session, &decoding.z, &decoding.pixels);
            }
            let decoding = Some(decoding);
            match slot {
                Slot::Handle => session.decoded = decoding,
                Slot::Hover => session.hovered = decoding,
                Slot::Pins => session.pins = decoding,
                Slot::Strip => session.strip = decoding,
                Slot::Straight => session.straight = decoding,
                Slot::Samples => session.samples = decoding,
                Slot::Generated => session.generated = decoding,
                Slot::Island => session.island = decoding,
                Slot::Carried
                | Slot::Pad
                | Slot::Paint
                | Slot::Original
                | Slot::Surface
                | Slot::Warp
                | Slot::Unwarp
                | Slot::Points
                | Slot::Ground
                | Slot::Atlas
                | Slot::Survey
                | Slot::Steps
                | Slot::Fidelity
                | Slot::Surgery
                | Slot::Sureness
                | Slot::Weights
                | Slot::Bench => {}
            }
        }
        Answer::Encoded { mu, .. } if slot == Slot::Carried => {
            session.carried = mu.first_chunk().copied().filter(|z: &[f32; 2]| z.iter().all(|v| v.is_finite()));
            return if session.carried.is_some() { vec![Next::Carry] } else { vec![] };
        }
        Answer::Encoded { mu, log_var, nats, constant } => {
            let of = given.into_iter().next().unwrap_or_default();
            if Format::of(buffer.len()).is_some() && of.len() == buffer.len() {
                let [of, reconstruction] = [of, buffer].map(Shared::new);
                session.encoded = Some(Encoding { of, mu, log_var, reconstruction, nats, constant });
            }
        }
        Answer::Atlas { area, columns, rows } => {
            let atlas = Atlas::new(area, columns, rows, buffer).map(Shared::new);
            match slot {
                Slot::Ground => session.atlas = atlas.or(session.atlas.take()),
                _ => session.tile = atlas.or(session.tile.take()),
            }
        }
        Answer::Rolled { z, loss } => {
            let trail: Vec<[f32; 2]> = z.chunks_exact(2).map(|z| [z[0], z[1]]).collect();
            if !trail.is_empty() && trail.len() == loss.len() && Format::of(buffer.len()).is_some() {
                session.descent = Some(Descent { trail, loss, decoded: Shared::new(buffer) });
            }
        }
        Answer::Surface { area, columns, rows } => {
            let values = floats(&buffer);
            if !values.is_empty() && Some(values.len()) == (columns as usize).checked_mul(rows as usize) {
                session.surface = Some(Shared::new(Grid { area, columns, rows, values }));
            }
        }
        Answer::Surveyed { first, count: _ } => {
            let Some(survey) = &mut session.surveying else { return vec![] };
            // Of another grid: one that was given up.
            if !asked_of(survey, &query) {
                return vec![];
            }
            survey.put(first as usize, &floats(&buffer), &floats(&buffers.next().unwrap_or_default()));
            if !survey.is_whole() {
                return vec![Next::Survey];
            }
            let whole = session.surveying.take().map(Shared::new);
            match session.surveying_elsewhere {
                true => session.survey_elsewhere = whole,
                false => session.survey = whole,
            }
        }
        Answer::Fidelity { density, coverage, low, high } => {
            session.fidelity = Some(Likeness { density, coverage, low, high });
        }
        // Either was asked for the same data, of which there are none.
        Answer::Incomparable => (session.fidelity, session.surgery) = (None, None),
        Answer::Surgery(surgery) => session.surgery = Some(surgery),
        Answer::Divergences => session.steps = median(&floats(&buffer)),
        Answer::PointsEncoded => session.unwarp = Some(Shared::new(pairs(&buffer))),
        Answer::Points => session.points = Some(Shared::new(pairs(&buffer))).filter(|points| !points.is_empty()),
        Answer::Original { index } => {
            if Format::of(buffer.len()).is_some() {
                session.original = Some(Original { index: index as usize, pixels: Shared::new(buffer) });
            }
        }
        Answer::Weights => session.exported = Some(Shared::new(buffer)).filter(|file| !file.is_empty()),
        Answer::Enqueued | Answer::Synced { .. } => {}
        // A code of the run before, under the pointer as this one began.
        // The handle then stays where it is.
        Answer::Refused(_) if slot == Slot::Carried => {}
        Answer::Refused(notice) if slot == Slot::Original && notice.kind == NoticeKind::BadQuestion => {}
        Answer::Refused(notice) => return vec![Next::Say(Message::Engine(notice.kind))],
    }
    vec![]
}

/// Whether a question was one of this survey.
fn asked_of(survey: &Survey, query: &Query) -> bool {
    matches!(query, Query::Survey { area, columns, rows, step, .. }
        if (*area, *columns as usize, *rows as usize) == (survey.frame.area(), survey.columns, survey.rows)
            && *step == survey.step())
}

#[cfg(test)]
mod tests {
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
            step: [1.0 / 64.0; 2],
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
        assert_eq!(
            event(&mut session, Event::Failed(lost), vec![]),
            [Next::Say(Message::Engine(NoticeKind::DeviceLost))]
        );
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
        session.strip =
            Some(Decoding { z: vec![0.0; 2], pixels: Shared::new(vec![0; PIXELS]), format: Format::GREY_28 });
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
        let late =
            Event::Progress { run: 1, step: 64, losses: vec![loss(64)], validations: vec![], steps_per_second: 0.0 };
        event(&mut session, late, vec![]);
        let back =
            Event::Progress { run: 2, step: 20, losses: vec![], validations: vec![loss(20)], steps_per_second: 0.0 };
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
        let encoded =
            || Answer::Encoded { mu: vec![1.0, 2.0], log_var: vec![-2.0, -2.0], nats: Some(7.5), constant: 0.0 };
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
}
