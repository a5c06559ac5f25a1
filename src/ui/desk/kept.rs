//! Runs in the browser's storage: written as they go on, and there again after a reload.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Desk;
use super::lab::MOST_PAST;
use crate::client::store::{Store, StoreError};
use crate::state::PageStoreFields;
use crate::state::album::Album;
use crate::state::message::Message;
use crate::state::run::Run;
use crate::state::session::SessionStoreFields;

/// Bytes that the moments of a run may take in the storage.
const ROOM: usize = 24 << 20;

impl Desk {
    /// Brings the runs of earlier visits.
    pub(super) fn open_store(self) {
        if self.beside {
            return;
        }
        spawn_local(async move {
            let store = match Store::open().await {
                Ok(store) => store,
                // A browser that keeps nothing is no reason to speak before there is something to keep.
                Err(why) => return web_sys::console::warn_1(&format!("runs cannot be kept: {why:?}").into()),
            };
            match store.logs().await {
                Ok((mut logs, broken)) => {
                    // The one that was on show is among them; two windows may have kept more than one remembers.
                    for log in logs.split_off(logs.len().min(MOST_PAST + 1)) {
                        warn(&store.throw_away(log.key).await);
                    }
                    let runs = logs.into_iter().map(|log| Run::of(log, Album::default()));
                    self.page.past().update(|past| past.extend(runs));
                    if broken {
                        self.say(Message::RunUnreadable);
                    }
                }
                why => warn(&why),
            }
            self.wire.update_value(|wire| wire.store = Some(store));
        });
    }

    /// Writes the run as it is now; once more after that if there is more by then.
    pub(super) fn keep(self) {
        let run = self.page.session().run().get_untracked();
        let (Some(mut run), Some(store)) = (run, self.wire.with_value(|wire| wire.store.clone())) else { return };
        let busy = self.wire.try_update_value(|wire| std::mem::replace(&mut wire.keeping, true));
        if busy != Some(false) {
            self.wire.update_value(|wire| wire.keep_again = true);
            return;
        }
        run.album.thin(ROOM);
        spawn_local(async move {
            let written = store.keep(&run.log, &run.album).await;
            let again = self.wire.try_update_value(|wire| {
                wire.keeping = false;
                std::mem::take(&mut wire.keep_again)
            });
            match written {
                Ok(()) if again == Some(true) => self.keep(),
                Ok(()) => {}
                Err(why) => self.not_kept(&why),
            }
        });
    }

    /// Said once: the run goes on all the same.
    fn not_kept(self, why: &StoreError) {
        web_sys::console::warn_1(&format!("the run is not kept: {why:?}").into());
        let first = self.wire.try_update_value(|wire| wire.store.take().is_some());
        if first == Some(true) {
            self.say(Message::StorageFull);
        }
    }

    pub(super) fn throw_out(self, key: u32) {
        if let Some(store) = self.wire.with_value(|wire| wire.store.clone()) {
            spawn_local(async move { warn(&store.throw_away(key).await) });
        }
    }

    /// Brings the moments of the run on show, if they are still where an earlier visit left them, and goes to the last.
    pub(super) fn unfold(self, key: u32) {
        let Some(store) = self.wire.with_value(|wire| wire.store.clone()) else { return };
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
}

fn warn<T>(result: &Result<T, StoreError>) {
    if let Err(why) = result {
        web_sys::console::warn_1(&format!("{why:?}").into());
    }
}
