//! The shipped models: what of them is shown at once, and what the engine needs.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::Desk;
use crate::client::fetch;
use crate::data::codes::Codes;
use crate::protocol::{Command, Phase};
use crate::state::PageStoreFields;
use crate::state::card::Card;
use crate::state::message::Message;
use crate::state::pictures::{Atlas, Cloud, Shared};
use crate::state::scene::{Points, SceneStoreFields};
use crate::state::session::{Model, SessionStoreFields};
use crate::state::shipped::Shipped;
use crate::ui::canvas;

/// A shipped model. Kept once it is whole, so that coming back to it takes no time.
#[derive(Clone)]
pub(super) struct Book {
    pub model: Shipped,
    pub card: Card,
    pub weights: Option<Shared<Vec<u8>>>,
    /// Of the test pictures.
    pub cloud: Shared<Cloud>,
    /// Of the training pictures, once they were asked for.
    pub train: Option<Shared<Cloud>>,
    /// Of a member of a family the engine makes it, since it is quick.
    pub atlas: Option<Shared<Atlas>>,
}

impl Desk {
    /// Brings a shipped model onto the plane and to the engine. A run, going on or over, is dropped.
    pub(super) fn show(self, model: Shipped) {
        self.drop_run();
        if self.page.notice().get_untracked() == Some(Message::SessionBare) {
            self.page.notice().set(None);
        }
        self.page.session().model().set(Model::Shipped(model));
        if let Some(book) = self.book(model) {
            self.lay_out(&book);
            self.supply();
            return;
        }
        self.page.card().set(None);
        spawn_local(async move {
            let brought = match model.member() {
                Some(member) => self.bring_member(model.data(), member).await,
                None => self.bring(model).await,
            };
            if let Err(why) = brought {
                canvas::uncover();
                web_sys::console::warn_1(&why);
                if self.shelf() == Some(model) {
                    self.say(Message::ModelMissing);
                }
            }
        });
    }

    /// Shows the codes of the test pictures, or of the training pictures.
    pub fn choose_points(self, points: Points) {
        self.page.scene().points().set(points);
        if let Some(book) = self.shelf().and_then(|model| self.book(model)) {
            self.show_points(&book);
        }
    }

    /// The codes that the scene asks for; those that are here until those are.
    fn show_points(self, book: &Book) {
        if book.model.member().is_some() {
            return self.show_member(book);
        }
        let wanted = match self.page.scene().points().get_untracked() {
            Points::Test => Some(book.cloud.clone()),
            Points::Train => book.train.clone(),
        };
        self.forget_codes();
        self.page.session().update(|session| {
            session.own = None;
            session.cloud = Some(wanted.clone().unwrap_or_else(|| book.cloud.clone()));
        });
        if wanted.is_none() {
            let model = book.model;
            spawn_local(async move {
                if let Err(why) = self.bring_train(model).await {
                    web_sys::console::warn_1(&why);
                    self.page.scene().points().set(Points::Test);
                    self.say(Message::ModelMissing);
                }
            });
        }
    }

    async fn bring_train(self, model: Shipped) -> Result<(), JsValue> {
        let file = fetch::bytes(&format!("{}/codes-train.safetensors", model.folder())).await?;
        let train = cloud(&file)?;
        self.wire.update_value(|wire| {
            wire.books.iter_mut().filter(|book| book.model == model).for_each(|book| book.train = Some(train.clone()));
        });
        let wanted = self.page.scene().points().get_untracked() == Points::Train;
        if wanted && self.shelf() == Some(model) {
            self.forget_codes();
            self.page.session().cloud().set(Some(train));
        }
        Ok(())
    }

    fn drop_run(self) {
        let had = self.has_run_untracked();
        self.lay_aside();
        self.page.session().update(|session| {
            (session.run, session.lacking) = (None, None);
            (session.reconstructed, session.points) = (None, None);
        });
        self.wire.update_value(|wire| wire.resume = None);
        if self.busy() || (had && self.page.session().phase().get_untracked() == Phase::Ready) {
            self.command(Command::Reset);
        }
    }

    pub(super) fn book(self, model: Shipped) -> Option<Book> {
        self.wire.with_value(|wire| wire.books.iter().find(|book| book.model == model).cloned())
    }

    /// Fetches the four files at once and uses each as soon as it is here.
    async fn bring(self, model: Shipped) -> Result<(), JsValue> {
        let file = |name: &str| format!("{}/{name}", model.folder());
        let card = fetch::bytes(&file("card.json"));
        let codes = fetch::bytes(&file("codes.safetensors"));
        let atlas = canvas::grey_of(&file("atlas.png"));
        let weights = fetch::bytes(&file("weights.safetensors"));

        let card: Card = serde_json::from_slice(&card.await?).map_err(|why| why.to_string())?;
        let cloud = cloud(&codes.await?)?;
        let grid = card.atlas.clone().ok_or("the card says nothing of the atlas")?;
        let atlas = Atlas::new(grid.area, grid.columns, grid.rows, atlas.await?).ok_or("the atlas has another size")?;
        let mut book = Book { model, card, weights: None, cloud, train: None, atlas: Some(Shared::new(atlas)) };
        if self.shelf() == Some(model) {
            self.lay_out(&book);
            canvas::after_drawing(canvas::first_picture);
        }
        book.weights = Some(Shared::new(weights.await?));
        self.wire.update_value(|wire| wire.books.push(book));
        if self.shelf() == Some(model) {
            self.supply();
        }
        Ok(())
    }

    /// Puts what was shipped on the plane, until the engine has better.
    pub(super) fn lay_out(self, book: &Book) {
        self.page.card().set(Some(book.card.clone()));
        self.show_family(book.model);
        self.page.session().update(|session| {
            session.atlas = book.atlas.clone().or(session.atlas.take().filter(|_| book.model.member().is_some()));
            (session.decoded, session.hovered, session.pins) = (None, None, None);
            (session.strip, session.samples, session.descent, session.surface) = (None, None, None, None);
        });
        self.show_points(book);
    }
}

/// The codes in a file.
pub(super) fn cloud(file: &[u8]) -> Result<Shared<Cloud>, JsValue> {
    let codes = Codes::read(file).map_err(|why| why.to_string())?;
    Ok(Shared::new(Cloud { codes: codes.mu, log_var: codes.log_var, labels: codes.labels }))
}
