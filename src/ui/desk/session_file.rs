//! A session as one file: taken away, and opened again, on this machine or another.

use std::borrow::Cow;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::Desk;
use crate::data::own::Own;
use crate::data::session_file::{Codes, Moment, Session, SessionFileError};
use crate::link;
use crate::spec::{MOST_CLASSES, RunSpec};
use crate::state::PageStoreFields;
use crate::state::album::{self, Album};
use crate::state::message::Message;
use crate::state::pictures::{Cloud, Shared};
use crate::state::run::{Log, Run};
use crate::state::scene::Scene;
use crate::state::session::{Lacking, SessionStoreFields};
use crate::state::storage::print_of;
use crate::ui::export::download;

impl Desk {
    /// Saves a run, with the pictures that it learnt from if they are wished.
    pub fn save_session(self, key: u32, pictures: bool) {
        spawn_local(async move {
            let file = self.session_file(key, pictures).await;
            let save = |(name, file): (String, Vec<u8>)| download(&name, "application/octet-stream", &file);
            if let Err(why) = file.and_then(save) {
                web_sys::console::error_1(&why);
                self.say(Message::NotSaved);
            }
        });
    }

    /// What it is called, and what is in it.
    async fn session_file(self, key: u32, pictures: bool) -> Result<(String, Vec<u8>), JsValue> {
        let shown = self.page.session().run().get_untracked().filter(|run| run.log.key == key);
        let codes = shown.as_ref().and_then(|run| self.codes_at(run.shown()));
        let past = || self.page.past().read_untracked().iter().find(|run| run.log.key == key).cloned();
        let Run { log, album, .. } = shown.or_else(past).ok_or("no such run")?;
        let album = match (album.last(), self.store()) {
            (None, Some(store)) => store.moments(key).await.map_err(|why| format!("{why:?}"))?.0,
            _ => album,
        };
        let own = self.pictures_of(&log).await;
        let names = own.as_ref().map(|own| own.names().to_vec());
        let lacking = self.page.session().lacking().get_untracked().filter(|_| codes.is_some());
        let names = names.or(lacking.map(|lacking| lacking.names)).filter(|_| !pictures || own.is_none());
        let moments = album.moments().iter().filter(|moment| is_sound(&moment.bytes));
        let session = Session {
            scene: link::print(&self.page.scene().get_untracked()),
            log: log.to_json().map_err(|why| why.to_string())?.into(),
            moments: moments.map(borrowed).collect(),
            codes,
            names: names.unwrap_or_default(),
            own: own.as_deref().filter(|_| pictures).map(Cow::Borrowed),
        };
        let name = format!("{}.safetensors", log.file_name());
        Ok((name, session.to_file().map_err(|why| why.to_string())?))
    }

    /// The codes on show, if they are the run's and are numbers.
    fn codes_at(self, step: u32) -> Option<Codes> {
        let session = self.page.session();
        let cloud = session.cloud().get_untracked().filter(|_| session.model().get_untracked().is_trained())?;
        let sound = cloud.codes.iter().flatten().all(|x| x.is_finite())
            && cloud.log_var.iter().flatten().all(|x| !x.is_nan() && *x < f32::INFINITY)
            && cloud.labels.iter().all(|label| usize::from(*label) < MOST_CLASSES);
        let Cloud { codes, log_var, labels } = &*cloud;
        sound.then(|| Codes { step, mu: codes.clone(), log_var: log_var.clone(), labels: labels.clone() })
    }

    async fn pictures_of(self, log: &Log) -> Option<Shared<Own>> {
        let print = print_of(log.spec.data)?;
        if self.has_data(log.spec.data) {
            return self.page.own().get_untracked();
        }
        self.store()?.set(print).await.ok().flatten().map(Shared::new)
    }

    /// Shows the session of a file: its run with curves and moments, at the last of them, and the page as it was.
    ///
    /// # Errors
    /// Whatever is no such file; nothing has changed then.
    pub fn open_session(self, file: &[u8]) -> Result<(), SessionFileError> {
        let Session { scene, log, moments, codes, names, own } = Session::open(file)?;
        let log: Log = serde_json::from_str(&log).map_err(|why| SessionFileError::Log(why.to_string()))?;
        if !self.can_restore() {
            self.say_not_now();
            return Ok(());
        }
        let mut album = Album::default();
        for Moment { spec, step, bytes } in moments {
            album.put(album::Moment { spec, step, bytes: Shared::new(bytes.into_owned()) }, Album::ROOM);
        }
        let Some(last) = album.last().cloned() else { return Ok(()) };
        self.lay_aside();
        self.page.session().lacking().set(None);
        if let Some(own) = own {
            self.bring_own(own.into_owned());
        }
        let key = self.next_key();
        // Of what the moments say, the log says nothing else.
        let spec = RunSpec { training: log.spec.training.clone(), ..last.spec };
        let mut run = Run::of(Log { key, spec: spec.clone(), kept: 0, ..log }, album);
        if run.log.step != last.step {
            run = run.resumed(last.step);
        }
        self.set_scene(&scene, spec.clone());
        self.put_on_show(run);
        let codes =
            codes.map(|Codes { step, mu, log_var, labels }| (step, Shared::new(Cloud { codes: mu, log_var, labels })));
        let bare = Lacking { names, codes };
        self.with_pictures(spec.data, move || {
            let whole = self.wake(key, bare);
            self.keep();
            self.say(if whole { Message::SessionOpened } else { Message::SessionBare });
        });
        Ok(())
    }

    /// The page as it was when the session was saved; language, colours and device stay as they are here.
    fn set_scene(self, link: &str, run: RunSpec) {
        let now = self.page.scene().get_untracked();
        let scene = link::parse(link).scene;
        let Scene { lang, theme, device, .. } = now;
        self.page.scene().set(Scene { lang, theme, device, run, beside: None, against: None, ..scene });
        self.handles_changed();
    }
}

fn borrowed(moment: &album::Moment) -> Moment<'_> {
    Moment { spec: moment.spec.clone(), step: moment.step, bytes: Cow::Borrowed(&moment.bytes[..]) }
}

/// Whether all are numbers: after a loss that has left for good they are not.
fn is_sound(bytes: &[u8]) -> bool {
    bytes.chunks_exact(4).all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite())
}
