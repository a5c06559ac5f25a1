//! The shipped models: what of them is shown at once, and what the engine needs.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::Desk;
use crate::client::fetch;
use crate::data::codes::Codes;
use crate::data::family::Family;
use crate::protocol::{Command, Phase};
use crate::state::PageStoreFields;
use crate::state::card::Card;
use crate::state::dial::{self, Stand};
use crate::state::message::Message;
use crate::state::pictures::{Atlas, Cloud, Shared};
use crate::state::scene::{Points, SceneStoreFields, Shipped};
use crate::state::session::{Model, SessionStoreFields};
use crate::ui::canvas;

/// A shipped model. Kept once it is whole, so that coming back to it takes no time.
#[derive(Clone)]
pub(super) struct Book {
    pub model: Shipped,
    pub card: Card,
    pub weights: Option<Shared<Vec<u8>>>,
    /// Of the test pictures.
    cloud: Shared<Cloud>,
    /// Of the training pictures, once they were asked for.
    train: Option<Shared<Cloud>>,
    /// Of a member of a family the engine makes it, since it is quick.
    atlas: Option<Shared<Atlas>>,
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
                Some(member) => self.bring_member(member).await,
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
        self.page.session().update(|session| {
            session.atlas = book.atlas.clone().or(session.atlas.take().filter(|_| book.model.member().is_some()));
            (session.decoded, session.hovered, session.pins) = (None, None, None);
            (session.strip, session.samples, session.descent, session.surface) = (None, None, None, None);
        });
        self.show_points(book);
    }
}

/// The β family and its dial.
impl Desk {
    /// The family's card, which is fetched once.
    async fn family(self) -> Result<Shared<Family>, JsValue> {
        if let Some(family) = self.page.family().get_untracked() {
            return Ok(family);
        }
        let card = fetch::bytes(&format!("{}/card.json", Shipped::Digits(0).folder())).await?;
        let family = Shared::new(Family::parse(&card).map_err(|why| why.to_string())?);
        self.page.family().set(Some(family.clone()));
        Ok(family)
    }

    /// Brings the member that is wanted, and then the others, so that the dial turns without waiting.
    async fn bring_member(self, wanted: u8) -> Result<(), JsValue> {
        let family = self.family().await?;
        // A link may point beyond the last one.
        let wanted = wanted.min((family.members.len() - 1) as u8);
        self.fetch_member(&family, wanted).await?;
        let now = self.page.scene().dial().get_untracked();
        if self.shelf().and_then(Shipped::member).is_some() {
            self.turn_dial(now.min((family.members.len() - 1) as f32));
            canvas::after_drawing(canvas::first_picture);
        }
        // A dial that is turned meanwhile asks for each; the others come once.
        if self.wire.try_update_value(|wire| std::mem::replace(&mut wire.bringing, true)) != Some(false) {
            return Ok(());
        }
        let brought = self.fetch_others(&family, wanted).await;
        self.wire.update_value(|wire| wire.bringing = false);
        brought
    }

    /// All members, the nearest first.
    async fn fetch_others(self, family: &Family, wanted: u8) -> Result<(), JsValue> {
        let near = |member: &u8| member.abs_diff(wanted);
        let mut others: Vec<u8> = (0..family.members.len() as u8).collect();
        others.sort_by_key(near);
        for member in others {
            self.fetch_member(family, member).await?;
        }
        Ok(())
    }

    async fn fetch_member(self, family: &Family, index: u8) -> Result<(), JsValue> {
        let model = Shipped::Digits(index);
        if self.book(model).is_some() {
            return Ok(());
        }
        let member = family.members.get(usize::from(index)).ok_or("no such member")?;
        let file = |name: &str| fetch::bytes(&format!("{}/{name}", model.folder()));
        let (weights, codes) = (file(&member.weights), file(&member.codes));
        let (weights, cloud) = (Some(Shared::new(weights.await?)), cloud(&codes.await?)?);
        let book = Book { model, card: Card::of_member(family, member), weights, cloud, train: None, atlas: None };
        self.wire.update_value(|wire| {
            wire.books.retain(|book| book.model != model);
            wire.books.push(book);
        });
        Ok(())
    }

    /// Turns the dial: the codes move on their straight way from one member to the next, and the engine takes the nearest.
    pub fn turn_dial(self, dial: f32) {
        let dial = dial::snapped(dial);
        let model = Shipped::on_dial(dial);
        self.page.scene().dial().set(dial);
        if self.page.scene().model().get_untracked() != model {
            self.page.scene().model().set(model);
        }
        if self.has_run_untracked() || self.shelf().is_none_or(|shelf| self.book(shelf).is_none()) {
            return self.show(model);
        }
        if let Some(book) = self.book(model) {
            self.page.card().set(Some(book.card.clone()));
            self.page.session().model().set(Model::Shipped(model));
            self.show_member(&book);
            self.supply();
        }
    }

    /// A member's codes, blended with its neighbour's where the dial stands between the two.
    fn show_member(self, book: &Book) {
        self.forget_codes();
        let dial = self.page.scene().dial().get_untracked();
        let blended = self.on_dial(dial).filter(|cloud| *cloud != book.cloud);
        self.page.session().update(|session| {
            session.own = blended.is_some().then(|| book.cloud.clone());
            session.cloud = Some(blended.unwrap_or_else(|| book.cloud.clone()));
        });
    }

    /// The codes at a place of the dial, where both members are here.
    fn on_dial(self, dial: f32) -> Option<Shared<Cloud>> {
        let members = self.page.family().read_untracked().as_ref()?.members.len();
        let stand = Stand::at(dial, members);
        let codes = |member: usize| Some(self.book(Shipped::Digits(member as u8))?.cloud);
        match stand.member() {
            Some(member) => codes(member),
            None => dial::blend(&*codes(stand.low)?, &*codes(stand.high)?, stand.t).map(Shared::new),
        }
    }

    /// The codes of the model that the engine has; between two members those on show are of neither. Reactive.
    pub fn own_cloud(self) -> Option<Shared<Cloud>> {
        super::own_cloud(self.page)
    }

    /// A run with the dial's β, from the weights of the member that is nearest.
    pub fn train_between(self) {
        let Some(family) = self.page.family().get_untracked() else { return };
        let stand = Stand::at(self.page.scene().dial().get_untracked(), family.members.len());
        let (nearest, beta) = (stand.nearest(), stand.beta(&family));
        let book = self.book(Shipped::Digits(nearest as u8)).and_then(|book| book.weights);
        let (Some(member), Some(weights)) = (family.members.get(nearest), book) else { return };
        let mut spec = family.run_of(member);
        if let Some(beta) = beta {
            spec.training.beta = beta;
        }
        spec.training.steps = BETWEEN_STEPS;
        // What can be changed on the way shows what is trained.
        self.page.scene().run().set(spec.clone());
        self.train_with(spec, Some(weights), false);
    }
}

/// Steps that take a member to a β beside its own.
const BETWEEN_STEPS: u32 = 1500;

/// The codes in a file.
fn cloud(file: &[u8]) -> Result<Shared<Cloud>, JsValue> {
    let codes = Codes::read(file).map_err(|why| why.to_string())?;
    Ok(Shared::new(Cloud { codes: codes.mu, log_var: codes.log_var, labels: codes.labels }))
}
