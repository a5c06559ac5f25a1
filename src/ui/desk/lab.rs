//! The run: starting it, changing it on its way, going back to an earlier moment, and on from there.

use leptos::prelude::*;

use super::Desk;
use super::kept::ROOM;
use crate::protocol::{Command, NoticeKind, Phase, ToEngine};
use crate::spec::{DataSpec, RunSpec, TrainingSpec};
use crate::state::PageStoreFields;
use crate::state::message::Message;
use crate::state::pictures::Shared;
use crate::state::run::{Run, forgotten};
use crate::state::scene::{End, SceneStoreFields};
use crate::state::session::{Lacking, SessionStoreFields};
use crate::state::storage::print_of;

/// Runs that are remembered beside the one on show.
pub(super) const MOST_PAST: usize = 8;

impl Desk {
    /// Reactive: whether a run is on or was, so that its model can be left for the shipped one.
    pub fn has_run(self) -> bool {
        self.page.session().run().read().is_some()
    }

    /// Changes what is chosen for the next run, and makes the rest of it fit. A batch that had to be smaller for fewer
    /// data is as large as before once there are more again.
    pub fn fit_run(self, change: impl FnOnce(&mut RunSpec)) {
        let smaller = self.wire.with_value(|wire| wire.smaller_batch);
        let smaller = self.page.scene().run().try_update(|run| {
            if let Some((_, wished)) = smaller.filter(|(batch, _)| *batch == run.training.batch) {
                run.training.batch = wished;
            }
            change(run);
            let wished = run.training.batch;
            run.fit();
            Some((run.training.batch, wished)).filter(|(batch, wished)| batch != wished)
        });
        self.wire.update_value(|wire| wire.smaller_batch = smaller.flatten());
    }

    /// A new run with what is chosen.
    pub fn train(self) {
        let spec = self.page.scene().run().get_untracked();
        self.with_pictures(spec.data, move || self.train_with(spec, None, false));
    }

    /// A new run, from fresh weights or from those in a file; with those it may rest before its first step, and is only
    /// looked at where its pictures are nowhere.
    pub(super) fn train_with(self, spec: RunSpec, weights: Option<Shared<Vec<u8>>>, paused: bool) {
        let command = |spec: RunSpec| match weights {
            Some(_) => Command::TrainFrom { spec, paused },
            None => Command::Train { spec },
        };
        let lacking = (print_of(spec.data).is_some() && !self.has_data(spec.data)).then(Lacking::default);
        if lacking.is_some() && !paused {
            return self.say(Message::Engine(NoticeKind::NoData));
        }
        if self.page.session().phase().get_untracked().allows(&command(spec.clone())) {
            self.lay_aside();
            // Losses of other data are no measure for these, and a model that rests has none to compare.
            let before = self.page.past().read_untracked().first().map(|run| (run.log.key, run.log.spec.data));
            let ghost = before.filter(|(_, data)| *data == spec.data && !paused).map(|(key, _)| key);
            self.page.ghosts().set(ghost.into_iter().collect());
            self.turn_to(spec.data);
            let key = self.next_key();
            self.page.session().update(|session| {
                (session.run, session.lacking) = (Some(Run::new(key, spec.clone())), lacking);
                (session.reconstructed, session.points) = (None, None);
                (session.warp, session.unwarp) = (None, None);
            });
            self.page.notice().set(None);
            let command = command(self.as_can_be(spec, 0));
            match weights {
                Some(weights) => self.send(&ToEngine::Command(command), &[&weights]),
                None => self.command(command),
            }
        }
    }

    pub fn pause_or_resume(self) {
        if self.page.session().phase().get_untracked() == Phase::Paused {
            if self.refuse_without_pictures() {
                return;
            }
            // What the fields say of the end holds, not what they said at the moment that it goes on from.
            if self.is_back() {
                self.adjust(|_| {});
            }
            self.command(Command::Resume);
        } else {
            self.command(Command::Pause);
        }
    }

    /// Whether an earlier moment of the run is on show.
    fn is_back(self) -> bool {
        self.page.session().run().read_untracked().as_ref().is_some_and(|run| run.back_at.is_some())
    }

    pub fn step_once(self) {
        if self.refuse_without_pictures() {
            return;
        }
        self.branch();
        self.command(Command::Step);
    }

    pub fn stop(self) {
        self.command(Command::Stop);
    }

    /// Back to the shipped model.
    pub fn reset(self) {
        self.show(self.page.scene().model().get_untracked());
    }

    /// What the engine should heed from now on: the pace, or the axes of the plane.
    pub fn tell(self, what: &ToEngine) {
        self.send(what, &[]);
    }

    /// Another β, batch or rate, for the run that is on and for the next one.
    pub fn adjust(self, change: impl Fn(&mut TrainingSpec)) {
        if !self.busy() {
            return self.page.scene().run().update(|run| change(&mut run.training));
        }
        if self.refuse_without_pictures() {
            return;
        }
        let end = self.is_back().then(|| self.page.scene().run().read_untracked().training.clone());
        self.branch();
        self.page.scene().run().update(|run| change(&mut run.training));
        let training = self.page.session().run().read_untracked().as_ref().map(|run| {
            let mut training = run.log.spec.training.clone();
            change(&mut training);
            if let Some(TrainingSpec { steps, finish, .. }) = &end {
                (training.steps, training.finish) = (*steps, *finish);
            }
            training
        });
        if let Some(training) = training {
            self.command(Command::Adjust { training });
        }
    }

    /// Shows the run as it was at the moment nearest to a step.
    pub fn go_back(self, step: u32) {
        if self.page.session().phase().get_untracked() == Phase::Training {
            self.command(Command::Pause);
        }
        let moment = self.page.session().run().read_untracked().as_ref().and_then(|run| {
            run.album.nearest(step).filter(|moment| moment.step != run.shown()).map(|moment| moment.step)
        });
        let Some(step) = moment else { return };
        self.page.session().run().update(|run| {
            if let Some(run) = run {
                run.back_at = (step < run.log.step).then_some(step);
            }
        });
        // One at a time, and of those that are wanted meanwhile only the last.
        let busy = self.wire.try_update_value(|wire| match wire.back {
            Some(_) => {
                wire.wanted = Some(step);
                true
            }
            None => {
                wire.back = Some(step);
                false
            }
        });
        if busy == Some(false) {
            self.restore(step);
        }
    }

    /// The engine has come to rest: on to the moment that is wanted now.
    pub(super) fn arrived_back(self) {
        let next = self.wire.try_update_value(|wire| {
            let next = wire.wanted.take().filter(|step| wire.back != Some(*step));
            wire.back = next;
            next
        });
        if let Some(step) = next.flatten() {
            self.restore(step);
        }
    }

    pub(super) fn restore(self, step: u32) {
        let moment =
            self.page.session().run().read_untracked().as_ref().and_then(|run| run.album.nearest(step).cloned());
        if let Some(moment) = moment {
            let spec = self.as_can_be(moment.spec, moment.step);
            let command = Command::Restore { spec, step: moment.step, paused: true };
            self.send(&ToEngine::Command(command), &[&moment.bytes]);
        }
    }

    /// After the loss has left for good: the last moment at which all was well.
    pub fn go_back_to_good(self) {
        let good = self.page.session().run().try_update(|run| {
            let run = run.as_mut()?;
            let lost = run.log.lost?;
            let step = run.album.moments().iter().rev().map(|moment| moment.step).find(|step| *step < lost)?;
            *run = run.clone().resumed(step);
            Some(step)
        });
        if let Some(step) = good.flatten() {
            self.page.notice().set(None);
            self.restore(step);
        }
    }

    /// On from an earlier moment: what came after it stays as a run of its own, beside the one that begins.
    pub(super) fn branch(self) {
        let back_at = self.page.session().run().read_untracked().as_ref().and_then(|run| run.back_at);
        let Some(step) = back_at else { return };
        self.lay_aside();
        let before = self.page.past().read_untracked().first().map(|run| run.log.key);
        self.page.ghosts().set(before.into_iter().collect());
        let key = self.next_key();
        self.page.session().run().update(|run| {
            if let Some(run) = run {
                if let Some(moment) = run.album.nearest(step) {
                    run.log.spec = moment.spec.clone();
                }
                run.log.cut(step);
                run.album.cut(step);
                (run.log.key, run.log.step, run.back_at) = (key, step, None);
            }
        });
        // The fields show what it goes on with; where it ends, they say themselves.
        let spec = self.page.session().run().read_untracked().as_ref().map(|run| run.log.spec.training.clone());
        if let Some(training) = spec {
            self.page.scene().run().update(|run| {
                let TrainingSpec { steps, finish, .. } = run.training;
                run.training = TrainingSpec { steps, finish, ..training };
            });
        }
        self.say(Message::Branched);
    }

    /// The film strip goes between classes that these data have.
    pub(super) fn turn_to(self, data: DataSpec) {
        self.turn_to_classes(data.classes());
    }

    /// Likewise; from a class to itself is no way. With one class the way is from there to the point.
    pub(super) fn turn_to_classes(self, classes: usize) {
        let missing = |end: End| matches!(end, End::Class(class) if usize::from(class) >= classes);
        self.choose_path(|path| {
            let [a, b] = path.ends;
            if missing(a) || missing(b) || (matches!(a, End::Class(_)) && a == b) {
                let last = if classes > 1 { End::Class((classes - 1) as u8) } else { End::Handle(0) };
                path.ends = [End::Class(0), last];
            }
        });
    }

    /// Keeps the run on show among those of before; one that has hardly begun goes.
    pub(super) fn lay_aside(self) {
        let Some(mut run) = self.page.session().run().get_untracked() else { return };
        if run.log.losses.len() < 2 && run.album.moments().len() < 2 {
            return self.throw_out(run.log.key);
        }
        run.album.thin(ROOM);
        let forgotten = self.page.past().try_update(|past| {
            past.retain(|other| other.log.key != run.log.key);
            past.insert(0, Run { back_at: None, id: None, ..run });
            forgotten(past, MOST_PAST, |run| !run.log.name.is_empty())
        });
        forgotten.into_iter().flatten().for_each(|run| self.throw_out(run.log.key));
    }

    /// Shows a run of before, at its last moment.
    pub fn take_out(self, key: u32) {
        if !self.can_restore() {
            return;
        }
        self.lay_aside();
        let run = self.page.past().try_update(|past| {
            let at = past.iter().position(|run| run.log.key == key)?;
            Some(past.remove(at))
        });
        if let Some(run) = run.flatten() {
            let data = run.log.spec.data;
            self.page.scene().run().set(run.log.spec.clone());
            self.put_on_show(run);
            self.with_pictures(data, move || {
                if !self.wake(key, Lacking::default()) {
                    self.say(Message::Engine(NoticeKind::NoData));
                }
            });
        }
    }

    /// The run's numbers, until the engine has its model.
    pub(super) fn put_on_show(self, run: Run) {
        self.turn_to(run.log.spec.data);
        self.page.session().update(|session| {
            session.run = Some(run);
            (session.lacking, session.reconstructed, session.points) = (None, None, None);
        });
    }

    pub fn throw_away(self, key: u32) {
        self.page.past().update(|past| past.retain(|run| run.log.key != key));
        self.throw_out(key);
    }

    /// Keys rise, so that no two runs have the same; with the seconds of the clock, so that those of another window of the
    /// page have not either.
    pub(super) fn next_key(self) -> u32 {
        let mine = self.page.session().run().read_untracked().as_ref().map_or(0, |run| run.log.key);
        let most = self.page.past().read_untracked().iter().map(|run| run.log.key).max().unwrap_or(0).max(mine);
        (most + 1).max((js_sys::Date::now() / 1000.0) as u32)
    }
}
