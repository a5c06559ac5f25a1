//! A model that comes back as a file: this page's own, or one that PyTorch wrote.

use leptos::prelude::*;

use super::Desk;
use crate::data::model_file::{ModelFile, ModelFileError};
use crate::protocol::{NoticeKind, Phase};
use crate::spec::{Activation, DataSpec, Format, Input, Likelihood, ModelSpec, PointKind, RunSpec};
use crate::state::PageStoreFields;
use crate::state::message::Message;
use crate::state::pictures::Shared;
use crate::state::scene::SceneStoreFields;
use crate::state::session::SessionStoreFields;

/// Data to show a model with whose own are not here.
pub(super) const STAND_INS: usize = 6000;

impl Desk {
    /// Shows the model of a file as a run that rests before its first step: it can be looked at, and trained on.
    /// Of a file that says nothing of its model, activation and likelihood are as `told`, or as the lab has them.
    ///
    /// # Errors
    /// Whatever is no such file; nothing has changed then.
    pub fn open_model(self, file: Vec<u8>, told: Option<(Activation, Likelihood)>) -> Result<(), ModelFileError> {
        let opened = ModelFile::open(&file)?;
        let mut chosen = self.page.scene().run().get_untracked();
        if let Some((activation, likelihood)) = told {
            chosen.model = ModelSpec { activation, likelihood, ..chosen.model };
        }
        let mut spec = match opened.run()? {
            Some(run) => run,
            None => RunSpec { model: opened.model(&chosen.model)?, ..chosen },
        };
        if !matches!(self.page.session().phase().get_untracked(), Phase::Idle | Phase::Ready) {
            self.say(Message::Engine(NoticeKind::NotNow));
            return Ok(());
        }
        if !self.has_data(spec.data) || spec.data.input() != spec.model.input {
            spec.data = match spec.model.input {
                input if input == Input::default() => DataSpec::Digits { count: STAND_INS },
                Input::Picture(format) => self.own_of(format)?,
                Input::Point => DataSpec::Points { kind: PointKind::TwoMoons, count: 2000 },
            };
        }
        self.page.scene().run().set(spec.clone());
        self.train_with(spec, Some(Shared::new(file)), true);
        self.say(Message::Opened);
        Ok(())
    }

    /// The model of a file that leaves something of it unsaid, with the lab's word for that; None where nothing is.
    ///
    /// # Errors
    /// As [`Self::open_model`].
    pub fn untold(self, file: &[u8]) -> Result<Option<ModelSpec>, ModelFileError> {
        let opened = ModelFile::open(file)?;
        if opened.says_its_model() {
            return Ok(None);
        }
        opened.model(&self.page.scene().run().read_untracked().model).map(Some)
    }

    /// The visitor's own pictures where they are of this kind: the page makes none.
    fn own_of(self, format: Format) -> Result<DataSpec, ModelFileError> {
        let own = self.page.own().read_untracked().as_ref().map(|own| own.spec());
        let Format { side, channels } = format;
        own.filter(|own| own.input() == Input::Picture(format)).ok_or(ModelFileError::NoData { side, channels })
    }
}
