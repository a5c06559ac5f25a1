//! Runs in the browser's storage: written as they go on, and there again after a reload.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Desk;
use crate::client::store::{Store, StoreError};
use crate::state::PageStoreFields;
use crate::state::message::Message;
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
            match store.all().await {
                Ok((runs, broken)) => {
                    self.page.past().update(|past| past.extend(runs));
                    if broken {
                        self.say(Message::RunUnreadable);
                    }
                }
                Err(why) => web_sys::console::warn_1(&format!("{why:?}").into()),
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
            spawn_local(async move {
                if let Err(why) = store.throw_away(key).await {
                    web_sys::console::warn_1(&format!("{why:?}").into());
                }
            });
        }
    }
}
