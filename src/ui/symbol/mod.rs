//! The class's own symbol: drawn by many hands, trained into the model on show, and found again in the plane.

mod island;
mod pads;
mod train;

use leptos::html::Canvas;
use leptos::prelude::*;

use super::desk::Desk;
use super::pad::Pad;
use super::words::tr;
use crate::data::own::Own;
use crate::protocol::Phase;
use crate::spec::symbol::{FEWEST, LONGEST_NAME, PADS};
use crate::spec::{DataSpec, Format, RunSpec};
use crate::state::PageStoreFields;
use crate::state::drawing::normalise;
use crate::state::pictures::Shared;
use crate::state::session::SessionStoreFields;
use crate::state::symbol::{Earlier, Known, Obstacle, Start, start};
pub use island::Flag;
use island::Island;
use train::{Job, Step};

/// What it is called until somebody says otherwise.
const NAME: &str = "★";

#[derive(Clone, Copy)]
pub struct Symbol {
    desk: Desk,
    pads: StoredValue<Vec<Pad>>,
    /// The drawings as the model takes them.
    drawings: RwSignal<Vec<Option<Vec<u8>>>>,
    /// The pad that was drawn on last: a finger draws on it and on the next empty one, and elsewhere moves the page.
    active: RwSignal<Option<usize>>,
    name: RwSignal<String>,
    step: RwSignal<Step>,
    job: StoredValue<Option<Job>, LocalStorage>,
    /// What was trained in last, and the run that did or does, by its key.
    earlier: RwSignal<Option<Earlier>>,
    island: Island,
    run: RwSignal<Option<u32>>,
    /// What was chosen for the next run before, while that one goes on.
    chosen: StoredValue<Option<RunSpec>>,
    /// The pictures that the visitor had brought before.
    aside: RwSignal<Option<Shared<Own>>>,
}

impl Symbol {
    pub fn new(desk: Desk) -> Self {
        let format = Memo::new(|_| Format::GREY_28);
        let earlier = RwSignal::new(None);
        let symbol = Self {
            desk,
            pads: StoredValue::new((0..PADS).map(|_| Pad::new(NodeRef::<Canvas>::new(), format)).collect()),
            drawings: RwSignal::new(vec![None; PADS]),
            active: RwSignal::new(None),
            name: RwSignal::new(NAME.to_owned()),
            step: RwSignal::new(Step::Idle),
            job: StoredValue::new_local(None),
            earlier,
            island: island::of(desk, earlier),
            run: RwSignal::new(None),
            chosen: StoredValue::new(None),
            aside: RwSignal::new(None),
        };
        symbol.listen();
        island::follow(symbol);
        symbol
    }

    /// Reactive: how many pads are drawn on.
    fn count(self) -> usize {
        self.drawings.read().iter().flatten().count()
    }

    /// Reactive: the first pad that nothing is drawn on.
    fn next(self) -> Option<usize> {
        self.drawings.read().iter().position(Option::is_none)
    }

    /// Reads a pad again.
    fn drawn(self, index: usize, pad: Pad) {
        let picture = pad.drawing().and_then(|ink| normalise(&ink, Format::GREY_28.side));
        self.active.set(Some(index));
        self.drawings.update(|drawings| {
            if let Some(drawing) = drawings.get_mut(index) {
                *drawing = picture;
            }
        });
    }

    fn clear(self, index: usize) {
        let Some(pad) = self.pads.with_value(|pads| pads.get(index).copied()) else { return };
        pad.pen.set(None);
        pad.forget();
        pad.redraw(None);
        self.drawn(index, pad);
    }

    fn clear_all(self) {
        (0..PADS).for_each(|index| self.clear(index));
        self.active.set(None);
    }

    /// Reactive: whether its own run has begun and is not over.
    fn going(self) -> bool {
        let session = self.desk.page.session();
        let run = session.run().read();
        let own = run.as_ref().filter(|run| self.run.get() == Some(run.log.key));
        own.is_some_and(|run| run.log.step == 0 || session.phase().get() != Phase::Ready)
    }

    /// Reactive: what the symbol is called that is mixed into these pictures, if they are those of the last one.
    pub fn in_pictures(self, data: DataSpec) -> Option<String> {
        self.earlier.read().as_ref().filter(|earlier| earlier.data == data).map(|earlier| earlier.name.clone())
    }

    /// Reactive: what would be trained, or what stands in the way.
    fn start(self) -> Result<Start, Obstacle> {
        let session = self.desk.page.session();
        let (made_by, own, earlier) = (self.desk.made_by(), self.desk.page.own().get(), self.earlier.get());
        let known = Known {
            phase: session.phase().get(),
            model: session.model().get(),
            made_by: made_by.as_ref(),
            own: own.as_ref(),
            earlier: earlier.as_ref(),
        };
        start(known, self.count(), self.name.read().trim())
    }
}

#[component]
pub fn OwnSymbol() -> impl IntoView {
    let symbol = expect_context::<Symbol>();
    let desk = symbol.desk;
    let count = Memo::new(move |_| symbol.count());
    let name = move |event| symbol.name.set(event_target_value(&event));
    view! {
        <details class="more symbol" data-testid="symbol">
            <summary>{move || tr!(desk, symbol)}</summary>
            <p class="fine">{move || tr!(desk, symbol_what, fewest = FEWEST)}</p>
            <div class="row">
                <label>
                    {move || tr!(desk, symbol_name)}
                    <input
                        type="text"
                        data-testid="symbol-name"
                        maxlength=LONGEST_NAME
                        autocomplete="off"
                        prop:value=move || symbol.name.get()
                        on:input=name
                    />
                </label>
                <output class="fine" data-testid="symbol-count">
                    {move || tr!(desk, symbol_count, count = count.get(), pads = PADS)}
                </output>
                <button
                    class="btn q small"
                    data-testid="symbol-clear"
                    disabled=move || count.get() == 0
                    on:click=move |_| symbol.clear_all()
                >
                    {move || tr!(desk, symbol_clear_all)}
                </button>
            </div>
            <pads::Pads symbol/>
            <p class="fine">{move || tr!(desk, symbol_keys)}</p>
            <train::Train symbol/>
            <island::Found symbol/>
        </details>
    }
}
