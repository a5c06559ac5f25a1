//! The engine's messages into the page's state: a pure function, and the only way they get there.

use super::album::{Album, Moment};
use super::asks::Ask;
use super::message::Message;
use super::pictures::{
    Atlas, Cloud, Decoding, Descent, Encoding, Grid, Original, Reconstructed, Shared, floats, pairs,
};
use super::run::{Mark, Run};
use super::session::{Model, Session, running};
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
        Answer::Fidelity { samples, references } => {
            session.fidelity = Some(samples);
            let of = session.run.as_ref().map(|run| (run.log.spec.data, run.log.spec.seed));
            session.fidelity_references = of.zip(references).or(session.fidelity_references.take());
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
mod tests;
