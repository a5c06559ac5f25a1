//! A file of weights: a model or a whole session, wherever it was chosen or dropped.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::{Bring, Step};
use crate::data::model_file::ModelFileError;
use crate::data::session_file::{SessionFileError, is_session};
use crate::i18n::refusals;
use crate::spec::{Activation, Likelihood};
use crate::ui::desk::Desk;

/// A model of the most parameters that a run may have is 80 MB; a session has many moments of one, and pictures.
const MOST_MODEL: f64 = 100e6;
const MOST_SESSION: f64 = 600e6;

impl Bring {
    /// Reads files that were chosen where sessions are, and stays there as long as they are of weights.
    pub fn open(self, files: &FileList) {
        match files.get(0).filter(|file| files.length() == 1 && is_weights(file)) {
            Some(file) => {
                self.elsewhere.set(true);
                self.open_model(file);
            }
            None => self.read(files),
        }
    }

    /// Reactive: what was wrong with a file that was chosen there.
    pub fn said_elsewhere(self) -> Option<String> {
        self.elsewhere.get().then(|| not_taken(self.desk, &self.step.read())).flatten()
    }

    /// A file of weights is a model or a whole session, not data.
    pub(super) fn open_model(self, file: File) {
        self.give_up();
        let (size, name) = (file.size(), file.name());
        if size > MOST_SESSION {
            return self.step.set(Step::NoSession(name, SessionFileError::TooLarge { most: MOST_SESSION as u64 }));
        }
        spawn_local(async move {
            let unreadable = ModelFileError::Unreadable(String::new());
            let bytes = match JsFuture::from(file.array_buffer()).await {
                Ok(bytes) => Uint8Array::new(&bytes).to_vec(),
                Err(why) => {
                    web_sys::console::warn_1(&why);
                    return self.step.set(Step::NoModel(name, unreadable));
                }
            };
            if is_session(&bytes) {
                if let Err(why) = self.desk.open_session(&bytes) {
                    self.step.set(Step::NoSession(name, why));
                }
            } else if size > MOST_MODEL {
                self.step.set(Step::NoModel(name, unreadable));
            } else if let Err(why) = self.open_or_ask(&name, bytes) {
                self.step.set(Step::NoModel(name, why));
            }
        });
    }

    fn open_or_ask(self, name: &str, file: Vec<u8>) -> Result<(), ModelFileError> {
        match self.desk.untold(&file)? {
            Some(model) => {
                self.bare.set_value((name.to_owned(), file));
                self.step.set(Step::Asking(model));
                self.unfold();
                Ok(())
            }
            None => self.desk.open_model(name, file, None),
        }
    }

    /// Opens the file that was asked about.
    pub(super) fn answer(self, activation: Activation, likelihood: Likelihood) {
        let (name, file) = self.bare.try_update_value(std::mem::take).unwrap_or_default();
        self.step.set(Step::Idle);
        if let Err(why) = self.desk.open_model(&name, file, Some((activation, likelihood))) {
            self.step.set(Step::NoModel(name, why));
        }
    }
}

/// Reactive: why a file of weights was not taken.
pub fn not_taken(desk: Desk, step: &Step) -> Option<String> {
    match step {
        Step::NoModel(file, why) => Some(refusals::model(desk.locale(), file, why)),
        Step::NoSession(file, why) => Some(refusals::session(desk.locale(), file, why)),
        _ => None,
    }
}

pub fn is_weights(file: &File) -> bool {
    file.name().to_lowercase().ends_with(".safetensors")
}
