//! Words that depend on the state.

use leptos::prelude::*;

use super::desk::Desk;
use crate::data::entropy::Baseline;
use crate::data::family::Family;
use crate::i18n::{Locale, number};
use crate::latent::place::Place;
use crate::protocol::NoticeKind;
use crate::state::PageStoreFields;
use crate::state::dial::Stand;
use crate::state::message::Message;
use crate::state::scene::{Points, SceneStoreFields};
use crate::state::session::{Kind, Model, SessionStoreFields};
use crate::state::shipped::{DataSet, Shipped};
use crate::state::storage::Trouble;

pub(super) use crate::i18n::say;

/// The same in the page's language, which it follows where it is called inside a reactive closure.
macro_rules! tr {
    ($desk:expr, $($rest:tt)*) => { crate::ui::words::say!($desk.locale(), $($rest)*) };
}
pub(super) use tr;

/// What a reconstruction error is to be compared with, and with what not.
pub fn baseline(l: Locale, baseline: Baseline) -> String {
    match baseline {
        Baseline::Entropy(Some(floor)) => say!(l, loss_floor, floor = number(l, floor, 1)),
        Baseline::Entropy(None) => say!(l, loss_floor_own).to_owned(),
        Baseline::Constant(constant) => say!(l, loss_constant, constant = number(l, constant, 1)),
    }
}

/// A class as the data call it. Reactive.
pub fn class(desk: Desk, class: u8) -> String {
    let locale = desk.locale();
    match desk.page.session().model().get() {
        Model::Trained(Kind::Own) => {
            let (own, lacking) = (desk.page.own().get(), desk.page.session().lacking().get());
            // What is here may be other pictures than the run's.
            let names = match (&lacking, &own) {
                (Some(lacking), _) => &lacking.names[..],
                (None, Some(own)) => own.names(),
                (None, None) => &[],
            };
            let name = names.get(usize::from(class)).cloned();
            name.filter(|name| !name.is_empty()).unwrap_or_else(|| class.to_string())
        }
        Model::Shipped(model) => match model.data() {
            DataSet::Digits | DataSet::Mnist => class.to_string(),
            DataSet::Fashion => garment(locale, class).to_owned(),
        },
        Model::Trained(Kind::Digits | Kind::Points) => class.to_string(),
        Model::Trained(Kind::Shapes) => shape(locale, class).to_owned(),
    }
}

pub fn garment(l: Locale, class: u8) -> &'static str {
    match class {
        0 => say!(l, garment_0),
        1 => say!(l, garment_1),
        2 => say!(l, garment_2),
        3 => say!(l, garment_3),
        4 => say!(l, garment_4),
        5 => say!(l, garment_5),
        6 => say!(l, garment_6),
        7 => say!(l, garment_7),
        8 => say!(l, garment_8),
        _ => say!(l, garment_9),
    }
}

fn shape(l: Locale, class: u8) -> &'static str {
    match class {
        0 => say!(l, shape_0),
        1 => say!(l, shape_1),
        2 => say!(l, shape_2),
        3 => say!(l, shape_3),
        4 => say!(l, shape_4),
        _ => say!(l, shape_5),
    }
}

/// What a shipped model knows, in a list of them.
pub fn shipped(l: Locale, model: Shipped) -> &'static str {
    match model {
        Shipped::Mnist => "MNIST",
        Shipped::Fashion => "Fashion-MNIST",
        Shipped::EarlierMnist | Shipped::EarlierFashion if model.newer().is_none() => data_set(l, model.data()),
        Shipped::EarlierMnist => say!(l, model_mnist_earlier),
        Shipped::EarlierFashion => say!(l, model_fashion_earlier),
        Shipped::Member(DataSet::Digits, _) => say!(l, model_family),
        Shipped::Member(DataSet::Mnist, _) => say!(l, model_mnist_family),
        Shipped::Member(DataSet::Fashion, _) => say!(l, model_fashion_family),
    }
}

/// Pictures that shipped models learnt from, within a sentence.
pub fn data_set(l: Locale, data: DataSet) -> &'static str {
    match data {
        DataSet::Digits => say!(l, data_generated),
        DataSet::Mnist => "MNIST",
        DataSet::Fashion => "Fashion-MNIST",
    }
}

/// What of the shipped models is on show: of the family, the member. Reactive.
pub fn on_dial(desk: Desk) -> String {
    let (model, family) = (desk.page.scene().model().get(), desk.page.family().get());
    match (model.member(), family) {
        (Some(_), Some(family)) => {
            let stand = Stand::at(desk.page.scene().dial().get(), family.members.len());
            member(desk.locale(), &family, stand.nearest())
        }
        _ => shipped(desk.locale(), model).to_owned(),
    }
}

/// A member of the family, by what it differs in.
pub fn member(l: Locale, family: &Family, index: usize) -> String {
    match family.members.get(index).and_then(|member| member.beta) {
        Some(beta) => format!("β = {}", crate::i18n::short(l, beta)),
        None => say!(l, dial_plain).to_owned(),
    }
}

/// What a model that was trained here knows.
pub fn generated(l: Locale, model: Model) -> &'static str {
    match model {
        Model::Shipped(_) | Model::Trained(Kind::Digits) => say!(l, model_generated),
        Model::Trained(Kind::Shapes) => say!(l, model_shapes),
        Model::Trained(Kind::Points) => say!(l, model_points),
        Model::Trained(Kind::Own) => say!(l, model_own),
    }
}

/// The pictures whose codes are shown.
fn pictures(l: Locale, model: Model, points: Points) -> &'static str {
    match (model, points) {
        (Model::Trained(_), Points::Test) | (Model::Shipped(Shipped::Member(..)), _) => say!(l, pictures_held_out),
        (Model::Shipped(_), Points::Test) => say!(l, pictures_test),
        (Model::Shipped(_) | Model::Trained(_), Points::Train) => say!(l, pictures_train),
    }
}

/// One sentence on where the handle is.
pub fn place(desk: Desk, points: Points, place: Place) -> String {
    let (l, model) = (desk.locale(), desk.page.session().model().get());
    let name = |of: u8| class(desk, of);
    let pictures = pictures(l, model, points);
    let number = |value: f32, decimals| crate::i18n::number(l, value, decimals);
    match place {
        Place::Inside { class, votes, asked } => {
            say!(l, place_inside, class = name(class), votes = votes, asked = asked, pictures = pictures)
        }
        Place::Border { first, second } => say!(l, place_border, first = name(first), second = name(second)),
        Place::Empty { nearest } if !nearest.is_finite() => say!(l, place_unknown, pictures = pictures),
        Place::Empty { nearest } => say!(l, place_empty, distance = number(nearest, 2), pictures = pictures),
        // How rare a place is under a prior says nothing of a model that was trained with none.
        Place::Outside { nearest, .. } if !desk.has_prior() => {
            say!(l, place_empty, distance = number(nearest, 2), pictures = pictures)
        }
        Place::Outside { beyond, nearest } => {
            let (percent, distance) = (100.0 * beyond, number(nearest, 2));
            if percent < 0.001 {
                return say!(l, place_far_outside, distance = distance, pictures = pictures);
            }
            let decimals = if percent >= 0.1 { 1 } else { 3 };
            say!(l, place_outside, percent = number(percent, decimals), distance = distance, pictures = pictures)
        }
    }
}

pub fn message(l: Locale, message: Message) -> &'static str {
    match message {
        Message::Engine(kind) => match kind {
            NoticeKind::NotNow => say!(l, said_not_now),
            NoticeKind::WeightsUnreadable => say!(l, said_weights_unreadable),
            NoticeKind::WeightsMismatch => say!(l, said_weights_mismatch),
            NoticeKind::NoModel => say!(l, said_no_model),
            NoticeKind::BadQuestion => say!(l, said_bad_question),
            NoticeKind::CheckpointUnreadable => say!(l, said_checkpoint),
            NoticeKind::BadSpec => say!(l, said_bad_spec),
            NoticeKind::NoData => say!(l, said_no_data),
            NoticeKind::Diverged => say!(l, said_diverged),
            NoticeKind::DeviceLost => say!(l, said_device_lost),
        },
        Message::Link => say!(l, said_link),
        Message::NoWebGpu => say!(l, said_no_webgpu),
        Message::GpuFailed => say!(l, said_gpu_failed),
        Message::EngineFailed => say!(l, said_engine_failed),
        Message::EngineRestarted => say!(l, said_engine_restarted),
        Message::ModelMissing => say!(l, said_model_missing),
        Message::HandlesFull => say!(l, said_handles_full),
        Message::NothingSelected => say!(l, said_nothing_selected),
        Message::NotAPlace => say!(l, said_not_a_place),
        Message::Deepest => say!(l, said_deepest),
        Message::EmptyClass => say!(l, said_empty_class),
        Message::NotAPicture => say!(l, said_not_a_picture),
        Message::BlankPicture => say!(l, said_blank_picture),
        Message::NotSaved => say!(l, said_not_saved),
        Message::Storage(trouble) => storage(l, trouble),
        Message::PicturesNotKept => say!(l, said_pictures_not_kept),
        Message::NotLasting => say!(l, said_not_lasting),
        Message::RunUnreadable => say!(l, said_run_unreadable),
        Message::Branched => say!(l, said_branched),
        Message::Running => say!(l, said_running),
        Message::Opened => say!(l, said_opened),
        Message::OpenedBare => say!(l, said_opened_bare),
        Message::SessionOpened => say!(l, said_session_opened),
        Message::SessionBare => say!(l, said_session_bare),
    }
}

/// Why the browser's storage takes nothing.
pub fn storage(l: Locale, trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Full => say!(l, said_storage_full),
        Trouble::Denied => say!(l, said_storage_denied),
        Trouble::Newer => say!(l, said_storage_newer),
        Trouble::Waiting => say!(l, said_storage_waiting),
        Trouble::Cleared => say!(l, said_storage_cleared),
        Trouble::Taken => say!(l, said_storage_taken),
    }
}
