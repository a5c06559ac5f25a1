//! Runs in the browser's storage: written as they go on, and there again after a reload.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Desk;
use super::lab::MOST_PAST;
use crate::client::room;
use crate::client::store::{Store, StoreError};
use crate::state::PageStoreFields;
use crate::state::album::Album;
use crate::state::message::Message;
use crate::state::run::{Run, forgotten};
use crate::state::session::SessionStoreFields;
use crate::state::storage::{Standing, Trouble};

/// Bytes that the moments of a run may take in the storage, and here once it is over.
pub const ROOM: usize = 24 << 20;

impl Desk {
    /// Opens the storage and brings the runs and the pictures of earlier visits. After it was cleared or given to another
    /// window it may be opened again, and what is on show is kept in it.
    pub fn open_store(self) {
        if self.beside {
            return;
        }
        self.page.storage().update(|storage| storage.standing = Standing::Opening);
        spawn_local(async move {
            match Store::open(move |trouble| self.shut(trouble)).await {
                Ok(store) => {
                    self.wire.update_value(|wire| wire.store = Some(store.clone()));
                    self.page.storage().update(|storage| storage.standing = Standing::Open);
                    warn(&self.bring_runs(&store).await);
                    warn(&self.keep_past(&store).await);
                    self.bring_pictures(&store).await;
                    self.keep();
                    self.look_for_room();
                }
                Err(StoreError::Newer) => self.shut(Trouble::Newer),
                // A browser that keeps nothing is no reason to speak before there is something to keep.
                Err(why) => {
                    web_sys::console::warn_1(&format!("nothing can be kept: {why:?}").into());
                    let trouble = if matches!(why, StoreError::Full) { Trouble::Full } else { Trouble::Denied };
                    self.page.storage().update(|storage| storage.standing = Standing::Shut(trouble));
                }
            }
        });
    }

    async fn bring_runs(self, store: &Store) -> Result<(), StoreError> {
        let (mut logs, broken) = store.logs().await?;
        // The one that was on show is among them; two windows may have kept more than one remembers.
        for log in forgotten(&mut logs, MOST_PAST + 1, |log| !log.name.is_empty()) {
            store.throw_away(log.key).await?;
        }
        // Of version 1 it is not known how large they are.
        for log in logs.iter_mut().filter(|log| log.bytes == 0) {
            log.bytes = store.size(log.key).await?;
        }
        let here = self.page.session().run().read_untracked().as_ref().map(|run| run.log.key);
        self.page.past().update(|past| {
            let known: Vec<u32> = past.iter().map(|run| run.log.key).chain(here).collect();
            let new = logs.into_iter().filter(|log| !known.contains(&log.key));
            past.extend(new.map(|log| Run::of(log, Album::default())));
        });
        if broken {
            self.say(Message::RunUnreadable);
        }
        Ok(())
    }

    /// Writes those runs of before that are here as a whole and not there: the storage was cleared meanwhile.
    async fn keep_past(self, store: &Store) -> Result<(), StoreError> {
        let past = self.page.past().get_untracked();
        for mut run in past.into_iter().filter(|run| run.log.kept == 0 && run.album.last().is_some()) {
            run.log.kept = now();
            run.log.bytes = run.album.size() as u64;
            store.keep(&run.log, &run.album).await?;
            self.note_kept(&run);
        }
        Ok(())
    }

    /// The storage takes nothing any more: said once, and all that is on screen stays.
    fn shut(self, trouble: Trouble) {
        let standing = Standing::Shut(trouble);
        if self.page.storage().read_untracked().standing == standing {
            return;
        }
        self.page.storage().update(|storage| storage.standing = standing);
        if matches!(trouble, Trouble::Cleared | Trouble::Taken) {
            self.wire.update_value(|wire| (wire.store, wire.set_tried) = (None, None));
        }
        if trouble == Trouble::Cleared {
            self.page.storage().update(|storage| storage.sets.clear());
            self.page.past().update(|past| past.iter_mut().for_each(|run| run.log.kept = 0));
            self.page.session().run().update(|run| run.iter_mut().for_each(|run| run.log.kept = 0));
        }
        self.say(Message::Storage(trouble));
    }

    /// The storage, if it is there to be read.
    pub(super) fn store(self) -> Option<Store> {
        self.wire.with_value(|wire| wire.store.clone())
    }

    /// Writes the run as it is now; once more after that if there is more by then.
    pub(super) fn keep(self) {
        let Some(mut run) = self.page.session().run().get_untracked().filter(|run| run.album.last().is_some()) else {
            return;
        };
        let standing = self.page.storage().read_untracked().standing;
        let store = match (standing, self.store()) {
            (Standing::Open, Some(store)) => store,
            (Standing::Shut(Trouble::Denied), _) => return self.deny(),
            _ => return,
        };
        let busy = self.wire.try_update_value(|wire| std::mem::replace(&mut wire.keeping, true));
        if busy != Some(false) {
            self.wire.update_value(|wire| wire.keep_again = true);
            return;
        }
        run.album.thin(ROOM);
        run.log.kept = now();
        run.log.bytes = run.album.size() as u64;
        spawn_local(async move {
            self.keep_set_of(&store, run.log.spec.data).await;
            let written = store.keep(&run.log, &run.album).await;
            let again = self.wire.try_update_value(|wire| {
                wire.keeping = false;
                std::mem::take(&mut wire.keep_again)
            });
            match written {
                Ok(()) => {
                    self.note_kept(&run);
                    if again == Some(true) {
                        self.keep();
                    } else {
                        self.look_for_room();
                    }
                }
                Err(why) => self.not_kept(&why),
            }
        });
    }

    /// What the page knows of a run is what was written of it.
    fn note_kept(self, written: &Run) {
        let note = |run: &mut Run| {
            if run.log.key == written.log.key {
                (run.log.kept, run.log.bytes) = (written.log.kept, written.log.bytes);
            }
        };
        self.page.session().run().update(|run| run.iter_mut().for_each(note));
        self.page.past().update(|past| past.iter_mut().for_each(note));
    }

    /// Said once: the run goes on all the same.
    fn not_kept(self, why: &StoreError) {
        web_sys::console::warn_1(&format!("the run is not kept: {why:?}").into());
        // When the storage was closed, that is heard of in other ways.
        if !matches!(why, StoreError::Closed) {
            self.shut(Trouble::Full);
        }
    }

    /// The first time that there is something to keep, and no place for it.
    fn deny(self) {
        if self.wire.try_update_value(|wire| std::mem::replace(&mut wire.denial_told, true)) == Some(false) {
            self.say(Message::Storage(Trouble::Denied));
        }
    }

    pub(super) fn throw_out(self, key: u32) {
        let Some(store) = self.store() else { return };
        spawn_local(async move {
            warn(&store.throw_away(key).await);
            self.clear_sets(&store).await;
            // There may be room again.
            if self.page.storage().read_untracked().standing == Standing::Shut(Trouble::Full) {
                self.page.storage().update(|storage| storage.standing = Standing::Open);
                self.keep();
            }
            self.look_for_room();
        });
    }

    /// Calls a run by another name, here and in the storage.
    pub fn rename(self, key: u32, name: &str) {
        let mut renamed = None;
        let mut rename = |run: &mut Run| {
            if run.log.key == key {
                run.log.rename(name);
                renamed = Some(run.log.clone());
            }
        };
        self.page.session().run().update(|run| run.iter_mut().for_each(&mut rename));
        self.page.past().update(|past| past.iter_mut().for_each(&mut rename));
        if let (Some(log), Some(store)) = (renamed.filter(|log| log.kept > 0), self.store()) {
            spawn_local(async move {
                if let Err(why) = store.note(&log).await {
                    self.not_kept(&why);
                }
            });
        }
    }

    /// Brings the moments of the run on show, if they are still where an earlier visit left them, and goes to the last.
    pub(super) fn unfold(self, key: u32) {
        let Some(store) = self.store() else {
            let standing = self.page.storage().read_untracked().standing;
            if let Standing::Shut(trouble) = standing {
                self.say(Message::Storage(trouble));
            }
            return;
        };
        spawn_local(async move {
            let (album, broken) = match store.moments(key).await {
                Ok(read) => read,
                why => return warn(&why),
            };
            if broken {
                self.say(Message::RunUnreadable);
            }
            let Some(last) = album.last().map(|moment| moment.step) else { return };
            // Another run may be on show by now.
            let here = self.page.session().run().try_update(|run| {
                let run = run.as_mut().filter(|run| run.log.key == key && run.album.last().is_none())?;
                run.album = album;
                Some(())
            });
            if here.flatten().is_some() && !self.busy() {
                self.restore(last);
            }
        });
    }

    /// How much of the browser's storage is used, and whether it lasts.
    pub fn look_for_room(self) {
        spawn_local(async move {
            let (room, lasting) = (room::room().await, room::lasting().await);
            self.page.storage().update(|storage| (storage.room, storage.lasting) = (room, lasting));
        });
    }

    /// Asks the browser to take nothing away by itself.
    pub fn ask_to_last(self) {
        spawn_local(async move {
            let granted = room::ask_to_last().await;
            self.page.storage().update(|storage| storage.lasting = granted);
            if granted != Some(true) {
                self.say(Message::NotLasting);
            }
        });
    }
}

/// Seconds of the clock.
fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

pub(super) fn warn<T>(result: &Result<T, StoreError>) {
    if let Err(why) = result {
        web_sys::console::warn_1(&format!("{why:?}").into());
    }
}
