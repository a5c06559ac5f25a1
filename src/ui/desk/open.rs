//! A model that comes back as a file: this page's own, or one that PyTorch wrote.

use leptos::prelude::*;

use super::Desk;
use super::pictures::blank;
use crate::data::model_file::{ModelFile, ModelFileError};
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
    pub fn open_model(
        self,
        name: &str,
        file: Vec<u8>,
        told: Option<(Activation, Likelihood)>,
    ) -> Result<(), ModelFileError> {
        let opened = ModelFile::open(&file)?;
        let mut chosen = self.page.scene().run().get_untracked();
        if let Some((activation, likelihood)) = told {
            chosen.model = ModelSpec { activation, likelihood, ..chosen.model };
        }
        let mut spec = match opened.run()? {
            Some(run) => run,
            None => RunSpec { model: opened.model(&chosen.model)?, ..chosen },
        };
        if !self.can_restore() {
            self.say_not_now();
            return Ok(());
        }
        if !self.has_data(spec.data) || spec.data.input() != spec.model.input {
            spec.data = match spec.model.input {
                input if input == Input::default() => DataSpec::Digits { count: STAND_INS },
                Input::Picture(format) => self.own_of(format, spec.data),
                Input::Point => DataSpec::Points { kind: PointKind::TwoMoons, count: 2000 },
            };
        }
        // Whatever was beside it had nothing to do with it.
        self.page.scene().update(|scene| (scene.run, scene.beside, scene.against) = (spec.clone(), None, None));
        self.train_with(spec, Some(Shared::new(file)), true);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        self.page.session().run().update(|run| run.iter_mut().for_each(|run| run.log.rename(stem)));
        self.say(if self.lacks() { Message::OpenedBare } else { Message::Opened });
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

    /// Pictures of this kind, which the page makes none of: the visitor's own, or else those that the model learnt from,
    /// wherever they are.
    fn own_of(self, format: Format, learnt: DataSpec) -> DataSpec {
        let own = self.page.own().read_untracked().as_ref().map(|own| own.spec());
        let fits = |data: &DataSpec| data.input() == Input::Picture(format);
        own.filter(fits).or(Some(learnt).filter(fits)).unwrap_or_else(|| nowhere(format))
    }
}

/// Pictures that nobody has.
fn nowhere(format: Format) -> DataSpec {
    blank(format, 1).map_or(DataSpec::Digits { count: STAND_INS }, |own| own.spec())
}
