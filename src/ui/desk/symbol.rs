//! A class of one's own: what the model on show was made by, its weights, and training on from them.

use leptos::prelude::*;

use super::Desk;
use crate::data::own::Own;
use crate::protocol::Phase;
use crate::spec::RunSpec;
use crate::state::PageStoreFields;
use crate::state::pictures::Shared;
use crate::state::scene::SceneStoreFields;
use crate::state::session::{Model, SessionStoreFields};
use crate::state::shipped::{DataSet, Shipped};

impl Desk {
    /// The run that made the model on show, as far as that is known. Reactive.
    pub fn made_by(self) -> Option<RunSpec> {
        let session = self.page.session();
        match session.model().get() {
            Model::Trained(_) => session.run().read().as_ref().map(|run| run.log.spec.clone()),
            Model::Shipped(Shipped::Member(DataSet::Digits, member)) => {
                let family = self.page.family().get()?;
                Some(family.run_of(family.members.get(usize::from(member))?))
            }
            Model::Shipped(_) => {
                let model = self.page.card().get()?.model;
                Some(RunSpec { model, ..RunSpec::default() })
            }
        }
    }

    /// The weights of the model on show; nothing where the engine alone has them, which is then asked for them and answers
    /// with `exported`.
    pub fn weights(self) -> Option<Shared<Vec<u8>>> {
        let book = match self.page.session().model().get_untracked() {
            Model::Shipped(model) => self.book(model),
            Model::Trained(_) => None,
        };
        let weights = book.and_then(|book| book.weights);
        if weights.is_none() {
            self.ask_weights();
        }
        weights
    }

    /// Trains on from weights, with these pictures. False where the engine cannot begin now; nothing has changed then.
    pub fn train_on(self, own: Own, spec: RunSpec, weights: Shared<Vec<u8>>) -> bool {
        if self.page.session().phase().get_untracked() != Phase::Ready {
            return false;
        }
        let spec = RunSpec { data: own.spec(), ..spec };
        self.hold(own);
        self.page.scene().run().set(spec.clone());
        self.train_with(spec, Some(weights), false);
        true
    }
}
