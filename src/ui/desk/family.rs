//! The families of models that differ in β, and the dial that goes through the one of the data on show.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::Desk;
use super::shelf::{Book, cloud};
use crate::client::fetch;
use crate::data::family::Family;
use crate::protocol::{Query, Slot};
use crate::spec::{CLASSES, DataSpec, Format};
use crate::state::PageStoreFields;
use crate::state::asks::Ask;
use crate::state::card::Card;
use crate::state::dial::{self, Stand};
use crate::state::message::Message;
use crate::state::pictures::{Cloud, Shared};
use crate::state::scene::SceneStoreFields;
use crate::state::session::{Model, SessionStoreFields};
use crate::state::shipped::{DataSet, Shipped};
use crate::ui::canvas;
use crate::ui::words;

/// Steps that take a member to a β beside its own.
const BETWEEN_STEPS: u32 = 1500;

/// What can be trained on between two members.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Between {
    /// On these data.
    On(DataSpec),
    /// The pictures of this set have to be brought first.
    Missing(DataSet),
}

impl Desk {
    /// Turns the dial of the data on show: the codes move on their straight way from one member to the next, and the engine
    /// takes the nearest. Of a member that is not here yet nothing is shown before it is.
    pub fn turn_dial(self, dial: f32) {
        let dial = dial::snapped(dial);
        let model = Shipped::on_dial(self.page.scene().model().get_untracked().data(), dial);
        match self.book(model) {
            Some(_) => self.open_member(model, dial),
            None => self.bring_first(model, dial),
        }
    }

    /// Fetches a member, and shows it when it is here: until then, and if it cannot be had, all that is on show stays.
    pub(super) fn bring_first(self, model: Shipped, dial: f32) {
        self.page.coming().set(Some(model));
        spawn_local(async move {
            let brought = self.fetch_member(model).await;
            // Something else may have been chosen meanwhile.
            if self.page.coming().get_untracked() != Some(model) {
                return;
            }
            let brought = match brought {
                Ok(model) => {
                    self.open_member(model, dial);
                    self.fetch_others(model).await
                }
                Err(why) => {
                    self.page.coming().set(None);
                    self.say(Message::ModelMissing);
                    Err(why)
                }
            };
            if let Err(why) = brought {
                web_sys::console::warn_1(&why);
            }
        });
    }

    /// Shows a member that is here, or the way from it to its neighbour.
    fn open_member(self, model: Shipped, dial: f32) {
        let scene = self.page.scene();
        let before = self.shelf().filter(|before| before.family() == model.family());
        self.carry_to(model);
        self.page.coming().set(None);
        scene.dial().set(dial);
        if scene.model().get_untracked() != model {
            scene.model().set(model);
        }
        let Some(book) = self.book(model) else { return };
        if before.is_none() || self.has_run_untracked() {
            self.turn_to_classes(CLASSES);
            return self.show(model);
        }
        self.page.card().set(Some(book.card.clone()));
        self.show_family(model);
        self.page.session().model().set(Model::Shipped(model));
        self.show_member(&book);
        self.supply();
    }

    /// Remembers the picture at the handle, where another net of the same pictures takes over: z means another one there.
    pub(super) fn carry_to(self, model: Shipped) {
        let session = self.page.session();
        let Model::Shipped(before) = session.model().get_untracked() else { return };
        if self.beside || before.data() != model.data() || before.folder() == model.folder() {
            return;
        }
        let decoded = session.decoded().get_untracked().filter(|decoded| decoded.format == Format::GREY_28);
        let picture = decoded.map(|decoded| decoded.pixels.to_vec());
        self.wire.update_value(|wire| wire.carried = picture.map(|picture| (model.folder(), picture)));
    }

    /// Asks where the engine's model has the picture that was remembered.
    pub(super) fn ask_carried(self) {
        let loaded = self.wire.with_value(|wire| wire.loaded);
        let carried = self.wire.with_value(|wire| wire.carried.clone());
        if let Some((folder, picture)) = carried
            && loaded.is_some_and(|model| model.folder() == folder)
        {
            self.ask(Slot::Carried, Ask { query: Query::Encode, buffers: vec![picture] });
        }
    }

    /// The picture has a place here: the handle goes there.
    pub(super) fn carry(self) {
        if let Some(z) = self.page.session().carried().get_untracked() {
            self.go_to(z);
            self.settle();
        }
    }

    /// The card of the family whose data are on show, as far as it is here.
    pub(super) fn show_family(self, model: Shipped) {
        let family = self.family(model.data());
        if self.page.family().get_untracked() != family {
            self.page.family().set(family);
        }
    }

    fn family(self, data: DataSet) -> Option<Shared<Family>> {
        self.wire.with_value(|wire| wire.families.iter().find(|(of, _)| *of == data).map(|(_, family)| family.clone()))
    }

    /// A family's card, which is fetched once.
    async fn fetch_family(self, data: DataSet) -> Result<Shared<Family>, JsValue> {
        if let Some(family) = self.family(data) {
            return Ok(family);
        }
        let card = fetch::bytes(&format!("{}/card.json", data.folder())).await?;
        let family = Shared::new(Family::parse(&card).map_err(|why| why.to_string())?);
        self.wire.update_value(|wire| {
            wire.families.retain(|(of, _)| *of != data);
            wire.families.push((data, family.clone()));
        });
        Ok(family)
    }

    /// Brings the member that a link names, and then the others, so that the dial turns without waiting.
    pub(super) async fn bring_member(self, data: DataSet, wanted: u8) -> Result<(), JsValue> {
        let model = self.fetch_member(Shipped::Member(data, wanted)).await?;
        let now = self.page.scene().dial().get_untracked();
        if self.shelf().and_then(Shipped::family) == Some(data) {
            let last = self.family(data).map_or(0, |family| family.members.len() - 1);
            self.turn_dial(now.min(last as f32));
            canvas::after_drawing(canvas::first_picture);
        }
        self.fetch_others(model).await
    }

    /// All other members of its family, the nearest first.
    async fn fetch_others(self, model: Shipped) -> Result<(), JsValue> {
        // A dial that is turned meanwhile asks for each; the others come once.
        let begun = self.wire.try_update_value(|wire| wire.bringing.replace(model.data()));
        if begun.flatten() == Some(model.data()) {
            return Ok(());
        }
        let brought = self.fetch_all(model).await;
        self.wire.update_value(|wire| wire.bringing = wire.bringing.filter(|data| *data != model.data()));
        brought
    }

    async fn fetch_all(self, model: Shipped) -> Result<(), JsValue> {
        let near = |member: &u8| member.abs_diff(model.member().unwrap_or(0));
        let members = self.family(model.data()).map_or(0, |family| family.members.len() as u8);
        let mut others: Vec<u8> = (0..members).collect();
        others.sort_by_key(near);
        for member in others {
            self.fetch_member(Shipped::Member(model.data(), member)).await?;
        }
        Ok(())
    }

    /// Brings one member, with its family's card; gives the one that there is where a link points beyond the last.
    async fn fetch_member(self, wanted: Shipped) -> Result<Shipped, JsValue> {
        let data = wanted.data();
        let family = self.fetch_family(data).await?;
        let index = wanted.member().unwrap_or(0).min((family.members.len() - 1) as u8);
        let model = Shipped::Member(data, index);
        if self.book(model).is_some() {
            return Ok(model);
        }
        let member = family.members.get(usize::from(index)).ok_or("no such member")?;
        let file = |name: &str| fetch::bytes(&format!("{}/{name}", data.folder()));
        let (weights, codes) = (file(&member.weights), file(&member.codes));
        let (weights, cloud) = (Some(Shared::new(weights.await?)), cloud(&codes.await?)?);
        let book = Book { model, card: Card::of_member(&family, member), weights, cloud, train: None, atlas: None };
        self.wire.update_value(|wire| {
            wire.books.retain(|book| book.model != model);
            wire.books.push(book);
        });
        Ok(model)
    }

    /// A member's codes, blended with its neighbour's where the dial stands between the two.
    pub(super) fn show_member(self, book: &Book) {
        self.forget_codes();
        let dial = self.page.scene().dial().get_untracked();
        let blended = self.on_dial(book.model.data(), dial).filter(|cloud| *cloud != book.cloud);
        self.page.session().update(|session| {
            session.own = blended.is_some().then(|| book.cloud.clone());
            session.cloud = Some(blended.unwrap_or_else(|| book.cloud.clone()));
        });
    }

    /// The codes at a place of a dial, where both members are here.
    fn on_dial(self, data: DataSet, dial: f32) -> Option<Shared<Cloud>> {
        let members = self.family(data)?.members.len();
        let stand = Stand::at(dial, members);
        let codes = |member: usize| Some(self.book(Shipped::Member(data, member as u8))?.cloud);
        match stand.member() {
            Some(member) => codes(member),
            None => dial::blend(&*codes(stand.low)?, &*codes(stand.high)?, stand.t).map(Shared::new),
        }
    }

    /// The codes of the model that the engine has; between two members those on show are of neither. Reactive.
    pub fn own_cloud(self) -> Option<Shared<Cloud>> {
        super::own_cloud(self.page)
    }

    /// What a model between two members would be trained on; nothing without a family. Reactive.
    pub fn between(self) -> Option<Between> {
        let data = self.page.scene().model().get().family()?;
        let family = self.page.family().get()?;
        let like = |data: DataSet| {
            let own = self.page.own().get()?;
            let names = own.names();
            let class = |l, class: usize| match data {
                DataSet::Digits | DataSet::Mnist => class.to_string(),
                DataSet::Fashion => words::garment(l, class as u8).to_owned(),
            };
            let of = |l| names.len() == CLASSES && names.iter().enumerate().all(|(i, n)| *n == class(l, i));
            let told = [crate::i18n::Locale::en, crate::i18n::Locale::es].into_iter().any(of);
            (told && own.format() == Format::GREY_28).then(|| own.spec())
        };
        Some(match data {
            DataSet::Digits => Between::On(family.run.data),
            DataSet::Mnist | DataSet::Fashion => like(data).map_or(Between::Missing(data), Between::On),
        })
    }

    /// A run with the dial's β, from the weights of the member that is nearest.
    pub fn train_between(self) {
        let (Some(family), Some(Between::On(on))) = (self.page.family().get_untracked(), untrack(|| self.between()))
        else {
            return;
        };
        let stand = Stand::at(self.page.scene().dial().get_untracked(), family.members.len());
        let (nearest, beta) = (stand.nearest(), stand.beta(&family));
        let data = self.page.scene().model().get_untracked().data();
        let book = self.book(Shipped::Member(data, nearest as u8)).and_then(|book| book.weights);
        let (Some(member), Some(weights)) = (family.members.get(nearest), book) else { return };
        let mut spec = family.run_of(member);
        spec.data = on;
        if let Some(beta) = beta {
            spec.training.beta = beta;
        }
        spec.training.steps = BETWEEN_STEPS;
        // What can be changed on the way shows what is trained.
        self.page.scene().run().set(spec.clone());
        self.train_with(spec, Some(weights), false);
    }
}
