//! The codes, all in one picture.

use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::slices::{Job, Moves, follow};
use crate::latent::select::Selection;
use crate::latent::view::View;
use crate::plots::dots::{Dots, Look};
use crate::state::PageStoreFields;
use crate::state::pictures::{Cloud, Shared};
use crate::state::scene::{Classes, SceneStoreFields};
use crate::state::session::SessionStoreFields;
use crate::ui::canvas;
use crate::ui::desk::Desk;

/// Codes to draw before the clock is read again.
const AT_ONCE: usize = 2000;

#[derive(Clone, PartialEq)]
struct Content {
    cloud: Shared<Cloud>,
    hidden: Classes,
    selection: Option<Shared<Selection>>,
}

impl Job for Dots {
    fn advance(&mut self) -> bool {
        self.advance(AT_ONCE)
    }

    fn show(self, canvas: &HtmlCanvasElement) {
        let (pixels, width, height) = self.into_pixels();
        canvas::put(canvas, &pixels, width, height);
    }
}

pub fn draw(desk: Desk, node: NodeRef<Canvas>, view: Memo<Option<View>>) {
    let content = Memo::new(move |_| {
        if !desk.page.scene().layers().get().points {
            return None;
        }
        let cloud = desk.page.session().cloud().get()?;
        let (hidden, selection) = (desk.page.scene().hidden().get(), desk.page.selection().get());
        Some(Content { cloud, hidden, selection })
    });
    follow(node, view, content, Moves::Freely, |content, view| {
        Dots::new(Look {
            cloud: content.cloud.clone(),
            view: *view,
            ratio: canvas::ratio(),
            hidden: content.hidden,
            selection: content.selection.clone(),
        })
    });
}
