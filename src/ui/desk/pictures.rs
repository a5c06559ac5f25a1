//! A visitor's own pictures: brought, kept in the browser's storage, there again after a reload, and fetched for a run that
//! learnt from others than those that are here. Where a run's pictures are nowhere, others stand in for them, so that it can
//! be looked at.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Desk;
use super::kept::warn;
use super::open::STAND_INS;
use crate::client::store::{Store, StoreError};
use crate::data::image_set::ImageSet;
use crate::data::own::Own;
use crate::protocol::{Command, NoticeKind, Phase, ToEngine};
use crate::spec::{DataSpec, Finish, Format, Input, Net, RunSpec, SIDE, TrainingSpec};
use crate::state::PageStoreFields;
use crate::state::message::Message;
use crate::state::pictures::Shared;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{Lacking, SessionStoreFields};
use crate::state::storage::print_of;

impl Desk {
    /// Takes a visitor's pictures for the next runs.
    pub fn bring_own(self, own: Own) {
        self.hold(own);
        self.choose_own();
        self.regain();
    }

    /// Gives them to the engine, and keeps them.
    pub(super) fn hold(self, own: Own) {
        self.have_own(own);
        if let Some(store) = self.store() {
            spawn_local(async move {
                self.keep_set(&store).await;
                self.clear_sets(&store).await;
                self.look_for_room();
            });
        }
    }

    /// Chooses the pictures that were brought; false where there are none.
    pub fn choose_own(self) -> bool {
        let data = self.page.own().read_untracked().as_ref().map(|own| own.spec());
        if let Some(data) = data {
            self.fit_run(|run| run.data = data);
            self.page.scene().run().update(|run| {
                // What linear layers would take of large pictures, or of colours, is slow to train and says little.
                let format = run.model.input.format();
                if (format.is_colour() || format.side > SIDE) && matches!(run.model.net, Net::Mlp { .. }) {
                    run.model.net = Net::Conv { channels: [16, 32], hidden: 64 };
                }
            });
        }
        data.is_some()
    }

    fn have_own(self, own: Own) {
        self.page.own().set(Some(Shared::new(own)));
        self.wire.update_value(|wire| wire.own_sent = false);
        self.give_own();
    }

    /// Gives the engine the visitor's pictures, once it takes them; it has them until it is gone.
    pub(super) fn give_own(self) {
        let Some(own) = self.page.own().get_untracked() else { return };
        let command = Command::Bring { format: own.format(), names: own.names().to_vec() };
        let sent = self.wire.with_value(|wire| wire.own_sent);
        if !sent && self.page.session().phase().get_untracked().allows(&command) {
            self.wire.update_value(|wire| wire.own_sent = true);
            self.send(&ToEngine::Command(command), &own.buffers());
        }
    }

    /// Whether the page can make these data, or has them.
    pub(super) fn has_data(self, data: DataSpec) -> bool {
        match data {
            DataSpec::Digits { .. } | DataSpec::Shapes { .. } | DataSpec::Points { .. } => true,
            DataSpec::Mnist | DataSpec::Fashion => false,
            DataSpec::Own { .. } => self.page.own().read_untracked().as_ref().is_some_and(|own| own.spec() == data),
        }
    }

    /// Reactive: whether the pictures of a run are here or in the browser's storage; those that the page makes always are.
    pub fn has_pictures(self, data: DataSpec) -> bool {
        self.page.own().track();
        let kept = |print: u32| self.page.storage().read().sets.iter().any(|set| set.print == print);
        print_of(data).is_none_or(|print| self.has_data(data) || kept(print))
    }

    /// The pictures that were brought last, on an earlier visit; those that were brought since are kept.
    pub(super) async fn bring_pictures(self, store: &Store) {
        let sets = match store.sets().await {
            Ok(sets) => sets,
            why => return warn(&why),
        };
        let last = sets.iter().max_by_key(|set| set.brought).map(|set| set.print);
        self.page.storage().update(|storage| storage.sets = sets);
        if self.page.own().read_untracked().is_some() {
            return self.keep_set(store).await;
        }
        if let Some(print) = last {
            let own = store.set(print).await;
            warn(&own);
            // Others may have been brought meanwhile.
            if let (Ok(Some(own)), None) = (own, self.page.own().get_untracked()) {
                self.have_own(own);
            }
        }
    }

    /// Writes the pictures of a run, if they are here and were not written yet, nor in vain.
    pub(super) async fn keep_set_of(self, store: &Store, data: DataSpec) {
        let print = print_of(data).filter(|_| self.has_data(data));
        let there = self.page.storage().read_untracked().sets.iter().any(|set| Some(set.print) == print);
        let tried = self.wire.with_value(|wire| wire.set_tried);
        if print.is_some() && tried != print && !there {
            self.keep_set(store).await;
        }
    }

    /// Writes the pictures that are here.
    async fn keep_set(self, store: &Store) {
        let Some(own) = self.page.own().get_untracked() else { return };
        let print = print_of(own.spec());
        self.wire.update_value(|wire| wire.set_tried = print);
        match store.keep_set(&own).await {
            Ok(set) => self.page.storage().update(|storage| {
                storage.sets.retain(|other| Some(other.print) != print);
                storage.sets.push(set);
            }),
            Err(why) => {
                web_sys::console::warn_1(&format!("the pictures are not kept: {why:?}").into());
                if !matches!(why, StoreError::Closed) {
                    self.say(Message::PicturesNotKept);
                }
            }
        }
    }

    /// Takes pictures that nothing needs any more out of the storage.
    pub(super) async fn clear_sets(self, store: &Store) {
        let here = self.page.own().read_untracked().as_ref().and_then(|own| print_of(own.spec()));
        match store.clear_sets(here).await {
            Ok(sets) => self.page.storage().update(|storage| storage.sets = sets),
            why => warn(&why),
        }
    }

    /// Goes on once a run's pictures are here, or are known to be nowhere.
    pub(super) fn with_pictures(self, data: DataSpec, then: impl FnOnce() + 'static) {
        let wanted = print_of(data).filter(|_| !self.has_data(data));
        let (Some(print), Some(store)) = (wanted, self.store()) else { return then() };
        spawn_local(async move {
            match store.set(print).await {
                Ok(Some(own)) => self.have_own(own),
                Ok(None) => {}
                why => warn(&why),
            }
            then();
        });
    }

    /// Whether the run on show can only be looked at, since its pictures are nowhere.
    pub(super) fn lacks(self) -> bool {
        self.page.session().lacking().read_untracked().is_some()
    }

    /// Says why the run does not go on, where that is so.
    pub(super) fn refuse_without_pictures(self) -> bool {
        let lacks = self.lacks();
        if lacks {
            self.say(Message::Engine(NoticeKind::NoData));
        }
        lacks
    }

    /// The run's pictures have come: it is itself again.
    fn regain(self) {
        let at = self.page.session().run().read_untracked().as_ref().map(|run| (run.log.spec.data, run.shown()));
        let Some((_, step)) = at.filter(|(data, _)| self.lacks() && self.has_data(*data)) else { return };
        // Of a model that was opened without them there is no moment to take the engine to.
        let moments = self.page.session().run().read_untracked().as_ref().is_some_and(|run| run.album.last().is_some());
        if !moments {
            return;
        }
        self.page.session().lacking().set(None);
        self.restore(step);
    }

    /// Whether the engine can be taken to a moment now.
    pub(super) fn can_restore(self) -> bool {
        matches!(self.page.session().phase().get_untracked(), Phase::Idle | Phase::Ready | Phase::Paused)
    }

    /// That a file is not opened in this phase.
    pub(super) fn say_not_now(self) {
        self.say(match self.page.session().phase().get_untracked() {
            Phase::Training => Message::Running,
            _ => Message::Engine(NoticeKind::NotNow),
        });
    }

    /// Shows the run that is on the page as it was at its last moment, and whether its pictures are here; where they are
    /// not, `bare` is all that is known of them.
    pub(super) fn wake(self, key: u32, bare: Lacking) -> bool {
        let run = self.page.session().run().get_untracked().filter(|run| run.log.key == key);
        let Some(run) = run.filter(|_| self.can_restore()) else { return true };
        let whole = self.has_data(run.log.spec.data);
        self.page.session().lacking().set((!whole).then_some(bare));
        match run.album.last() {
            Some(moment) => self.restore(moment.step),
            None => self.unfold(key),
        }
        whole
    }

    /// What the engine is told of a moment: where its pictures are nowhere, others stand in, and it goes no further.
    pub(super) fn as_can_be(self, spec: RunSpec, step: u32) -> RunSpec {
        if !self.lacks() {
            return spec;
        }
        let training = TrainingSpec { finish: Finish::Steps, steps: step.max(1), ..spec.training };
        let data = match spec.model.input {
            Input::Picture(format) if format != Format::GREY_28 => self.blanks(format, training.batch),
            _ => DataSpec::Digits { count: STAND_INS },
        };
        RunSpec { data, training, ..spec }
    }

    /// Gives the engine empty pictures of a format that the page makes none of.
    fn blanks(self, format: Format, count: usize) -> DataSpec {
        let Some(own) = blank(format, count) else { return DataSpec::Digits { count: STAND_INS } };
        let command = Command::Bring { format, names: own.names().to_vec() };
        self.send(&ToEngine::Command(command), &own.buffers());
        // It has the visitor's own no more.
        self.wire.update_value(|wire| wire.own_sent = false);
        own.spec()
    }
}

/// `count` empty pictures to train on and one to hold out.
pub(super) fn blank(format: Format, count: usize) -> Option<Own> {
    let set =
        |count: usize| ImageSet::of(format, vec![0; count * format.bytes()], vec![0; count], vec![String::new()]).ok();
    Own::new(set(count)?, set(1)?).ok()
}
