//! The engine's messages into the page's state: a pure function, and the only way they get there.

use super::message::Message;
use super::pictures::{Atlas, Cloud, Decoding, Descent, Encoding, Grid, Original, Shared, floats};
use super::session::{Checkpoint, Model, Session, running};
use crate::protocol::{Answer, Event, NoticeKind, Phase, Query, Slot};
use crate::spec::PIXELS;

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
        Event::Progress { run: id, step, steps: _, losses, steps_per_second } => {
            if let Some(run) = session.run.as_mut().filter(|run| run.id.is_none_or(|known| known == id)) {
                run.id = Some(id);
                run.step = step;
                run.losses.extend(losses);
                run.steps_per_second = steps_per_second;
            }
            vec![]
        }
        Event::Snapshot { area, columns, rows, run: _, step: _, points: _ } => {
            // A run may be dropped while its last snapshot is on the way; the engine still waits for the receipt.
            if session.run.is_none() {
                return vec![Next::SnapshotSeen];
            }
            session.model = Model::Trained;
            session.weights += 1;
            if let [codes, log_var, labels, ..] = &buffers[..]
                && let Some(cloud) = Cloud::from_bytes(codes, log_var, labels)
            {
                session.cloud = Some(Shared::new(cloud));
            }
            if let Some(pixels) = buffers.get_mut(3).map(std::mem::take)
                && let Some(atlas) = Atlas::new(area, columns, rows, pixels)
            {
                session.atlas = Some(Shared::new(atlas));
            }
            vec![Next::SnapshotSeen, Next::Ask]
        }
        Event::Checkpoint { spec, step } => {
            if let Some(bytes) = buffers.into_iter().next() {
                session.checkpoint = Some(Checkpoint { spec, step, bytes: Shared::new(bytes) });
            }
            vec![]
        }
        Event::Warning(notice) => vec![Next::Say(Message::Engine(notice.kind))],
        Event::Failed(notice) => {
            match notice.kind {
                // The run never began, or cannot be taken up.
                NoticeKind::BadSpec | NoticeKind::CheckpointUnreadable => {
                    session.run = None;
                    session.checkpoint = None;
                }
                // Its curve stays to be looked at; its weights are no model.
                NoticeKind::Diverged => session.checkpoint = None,
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

/// An answer to `query` of `slot`, and its buffers.
pub fn answer(session: &mut Session, slot: Slot, query: Query, answer: Answer, buffers: Vec<Vec<u8>>) -> Vec<Next> {
    let buffer = buffers.into_iter().next().unwrap_or_default();
    match answer {
        Answer::Decoded => {
            let Query::Decode { z, .. } = query else { return vec![] };
            if z.is_empty() || buffer.len() != z.len() / 2 * PIXELS {
                return vec![];
            }
            let decoding = Some(Decoding { z, pixels: Shared::new(buffer) });
            match slot {
                Slot::Handle => session.decoded = decoding,
                Slot::Hover => session.hovered = decoding,
                Slot::Pins => session.pins = decoding,
                Slot::Strip => session.strip = decoding,
                Slot::Samples => session.samples = decoding,
                Slot::Pad | Slot::Paint | Slot::Original | Slot::Surface | Slot::Atlas | Slot::Bench => {}
            }
        }
        Answer::Encoded { mu, log_var } => {
            if buffer.len() == PIXELS {
                session.encoded = Some(Encoding { mu, log_var, reconstruction: Shared::new(buffer) });
            }
        }
        Answer::Atlas { area, columns, rows } => {
            if let Some(atlas) = Atlas::new(area, columns, rows, buffer) {
                session.tile = Some(Shared::new(atlas));
            }
        }
        Answer::Rolled { z, loss } => {
            let trail: Vec<[f32; 2]> = z.chunks_exact(2).map(|z| [z[0], z[1]]).collect();
            if !trail.is_empty() && trail.len() == loss.len() && buffer.len() == PIXELS {
                session.descent = Some(Descent { trail, loss, decoded: Shared::new(buffer) });
            }
        }
        Answer::Surface { area, columns, rows } => {
            let values = floats(&buffer);
            if !values.is_empty() && Some(values.len()) == (columns as usize).checked_mul(rows as usize) {
                session.surface = Some(Shared::new(Grid { area, columns, rows, values }));
            }
        }
        Answer::Original { index } => {
            if buffer.len() == PIXELS {
                session.original = Some(Original { index: index as usize, pixels: Shared::new(buffer) });
            }
        }
        Answer::Enqueued | Answer::Synced { .. } => {}
        Answer::Refused(notice) => return vec![Next::Say(Message::Engine(notice.kind))],
    }
    vec![]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Area, DeviceInfo, DeviceKind, Notice, PixelFormat, StepLoss};
    use crate::spec::RunSpec;
    use crate::state::session::Run;

    const AREA: Area = Area { min: [-1.0, -1.0], max: [1.0, 1.0] };

    fn loss(step: u32) -> StepLoss {
        StepLoss { step, reconstruction: 200.0, kl: 3.0, total: 203.0 }
    }

    fn snapshot(session: &mut Session) -> Vec<Next> {
        let codes: Vec<u8> = [0.5f32, -0.5].iter().flat_map(|x| x.to_le_bytes()).collect();
        let head = Event::Snapshot { run: 1, step: 10, points: 1, area: AREA, columns: 1, rows: 1 };
        event(session, head, vec![codes, vec![0; 8], vec![4], vec![9; PIXELS]])
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
        session.run = Some(Run::new(RunSpec::default()));
        event(&mut session, Event::Phase(Phase::Loading), vec![]);
        assert_eq!(event(&mut session, Event::Phase(Phase::Training), vec![]), [Next::Ask]);
        for step in [10, 20] {
            let losses = vec![loss(step - 1), loss(step)];
            event(&mut session, Event::Progress { run: 1, step, steps: 1500, losses, steps_per_second: 5.0 }, vec![]);
        }
        assert_eq!(snapshot(&mut session), [Next::SnapshotSeen, Next::Ask]);
        assert_eq!(session.model, Model::Trained);
        assert_eq!(session.weights, 2, "of the shipped model, and of the snapshot");
        assert_eq!(session.cloud.as_ref().map(|c| (c.codes[0], c.labels[0])), Some(([0.5, -0.5], 4)));
        assert_eq!(event(&mut session, Event::Phase(Phase::Paused), vec![]), []);
        assert_eq!(event(&mut session, Event::Phase(Phase::Ready), vec![]), [Next::Ask]);
        let run = session.run.expect("its numbers stay on show");
        assert_eq!((run.step, run.losses.len()), (20, 4));
        assert!((run.seconds_left().expect("a speed is known") - 296.0).abs() < 1e-3);
    }

    #[test]
    fn a_snapshot_of_a_dropped_run_is_acknowledged_and_not_shown() {
        let mut session = Session::default();
        assert_eq!(snapshot(&mut session), [Next::SnapshotSeen]);
        assert!(session.cloud.is_none() && session.model != Model::Trained);
    }

    #[test]
    fn progress_of_another_run_is_not_mixed_in() {
        let mut session =
            Session { run: Some(Run { id: Some(2), ..Run::new(RunSpec::default()) }), ..Session::default() };
        let stale = Event::Progress { run: 1, step: 99, steps: 100, losses: vec![loss(99)], steps_per_second: 1.0 };
        event(&mut session, stale, vec![]);
        assert_eq!(session.run.map(|run| (run.step, run.losses.len())), Some((0, 0)));
    }

    #[test]
    fn a_lost_device_keeps_the_run_for_the_next_engine() {
        let mut session = Session { run: Some(Run::new(RunSpec::default())), ..Session::default() };
        event(&mut session, Event::Checkpoint { spec: RunSpec::default(), step: 40 }, vec![vec![1, 2, 3]]);
        let lost = Notice { kind: NoticeKind::DeviceLost, detail: String::new() };
        assert_eq!(
            event(&mut session, Event::Failed(lost), vec![]),
            [Next::Say(Message::Engine(NoticeKind::DeviceLost))]
        );
        assert_eq!(event(&mut session, Event::Phase(Phase::Failed), vec![]), [Next::Replace]);
        assert!(session.run.is_some());
        assert_eq!(session.checkpoint.map(|c| (c.step, c.bytes.len())), Some((40, 3)));
    }

    #[test]
    fn taking_a_run_up_forgets_the_losses_after_the_checkpoint() {
        let run = Run { losses: (1..=60).map(loss).collect(), step: 60, ..Run::new(RunSpec::default()) }.resumed(40);
        assert_eq!((run.step, run.losses.last().map(|l| l.step)), (40, Some(40)));
    }

    #[test]
    fn answers_go_to_their_slot_and_broken_ones_nowhere() {
        let mut session = Session::default();
        let decode = || Query::Decode { z: vec![0.1, 0.2], format: PixelFormat::Bytes };
        answer(&mut session, Slot::Handle, decode(), Answer::Decoded, vec![vec![7; PIXELS - 1]]);
        assert!(session.decoded.is_none());
        answer(&mut session, Slot::Handle, decode(), Answer::Decoded, vec![vec![7; PIXELS]]);
        assert_eq!(session.decoded.map(|d| d.z), Some(vec![0.1, 0.2]));
        assert!(session.hovered.is_none());
        let encoded = Answer::Encoded { mu: vec![1.0, 2.0], log_var: vec![-2.0, -2.0] };
        let mut session = Session::default();
        answer(&mut session, Slot::Pad, Query::Encode, encoded, vec![vec![0; PIXELS]]);
        assert_eq!(session.encoded.map(|e| e.mu), Some(vec![1.0, 2.0]));
        let refused = Answer::Refused(Notice { kind: NoticeKind::BadQuestion, detail: String::new() });
        let mut session = Session::default();
        assert_eq!(
            answer(&mut session, Slot::Handle, decode(), refused, vec![]),
            [Next::Say(Message::Engine(NoticeKind::BadQuestion))]
        );
    }
}
