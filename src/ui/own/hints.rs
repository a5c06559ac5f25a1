//! What files cannot say of themselves: the shape of raw bytes, and what the columns of a table are. Asked where it would
//! mend a refusal, or could be other than it was guessed; then the same files are read again.

use leptos::prelude::*;

use super::{Bring, Given, Step};
use crate::data::brought::{Cause, Hints, LabelColumn, Origin, Place, Preview, Refusal};
use crate::ui::lab::fields::{Choose, Number};
use crate::ui::words::tr;

/// What a field of pixels takes; what of that makes no picture, the reader says.
const MOST_PIXELS: f64 = 1e9;
/// Bytes that a header may have.
const MOST_SKIP: f64 = 1e9;
/// Where nothing is said of a shape, what is proposed.
const SHAPE: [u32; 3] = [28, 28, 1];

const SEPARATORS: [(&str, u8); 4] = [("comma", b','), ("semicolon", b';'), ("tab", b'\t'), ("space", b' ')];

/// What could be said.
#[derive(Clone, Copy, Default, PartialEq)]
struct Asked {
    shape: bool,
    skip: bool,
    table: bool,
}

impl Asked {
    const RAW: Self = Self { shape: true, skip: true, table: false };
    const ROWS: Self = Self { shape: true, skip: false, table: false };
    const TABLE: Self = Self { shape: false, skip: false, table: true };

    /// `stated` says whether a shape was.
    fn after(refusal: &Refusal, stated: bool) -> Self {
        let in_table = matches!(refusal.place, Place::Row { .. } | Place::Cell { .. });
        match &refusal.cause {
            Cause::ShapeWanted | Cause::RawLength { .. } | Cause::NothingToRead => Self::RAW,
            Cause::PictureSize { .. } if stated && !in_table => Self::RAW,
            Cause::NotSquare { .. } | Cause::NotAsStated { .. } => Self { table: in_table, ..Self::ROWS },
            Cause::NoRows => Self::TABLE,
            _ if in_table => Self::TABLE,
            _ => Self::default(),
        }
    }

    fn before(preview: &Preview) -> Self {
        match preview.origin {
            Origin::Plain => Self::default(),
            Origin::Raw => Self::RAW,
            Origin::Stated => Self::ROWS,
            Origin::Table => Self::TABLE,
        }
    }
}

impl Bring {
    /// Reads what the fields are about again, as they say.
    fn again(self, asked: Asked) {
        let mut hints = self.hints.get_untracked();
        if asked.shape {
            hints.shape = Some(hints.shape.unwrap_or(SHAPE));
        }
        let shown = self.reader.with_value(|reading| reading.as_ref().map(|reading| reading.given.clone()));
        let given = match *self.step.read_untracked() {
            Step::Refused(_) => self.given.get_value(),
            _ => shown.unwrap_or_else(|| self.given.get_value()),
        };
        self.begin(Given { hints, ..given });
    }
}

#[component]
pub fn Mend(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let asked = Memo::new(move |_| match &*bring.step.read() {
        Step::Refused(refusal) => Asked::after(refusal, bring.hints.read_untracked().shape.is_some()),
        Step::Reading(_) | Step::Preparing(_) | Step::Asking(_) => Asked::default(),
        Step::Idle | Step::NoModel(..) | Step::NoSession(..) | Step::Lost => {
            bring.preview.read().as_ref().map(Asked::before).unwrap_or_default()
        }
    });
    view! {
        <Show when=move || asked.get() != Asked::default()>
            <fieldset class="mend" data-testid="own-hints">
                <legend>{move || tr!(desk, hints)}</legend>
                <div class="settings">
                    <Show when=move || asked.get().shape>
                        <Shape bring/>
                    </Show>
                    <Show when=move || asked.get().skip>
                        <Skip bring/>
                    </Show>
                    <Show when=move || asked.get().table>
                        <Table bring/>
                    </Show>
                </div>
                <button class="btn q small" data-testid="hints-again" on:click=move |_| bring.again(asked.get_untracked())>
                    {move || tr!(desk, hints_again)}
                </button>
            </fieldset>
        </Show>
    }
}

/// Rows, columns and channels.
#[component]
fn Shape(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let of = move |axis: usize| Signal::derive(move || f64::from(bring.hints.read().shape.unwrap_or(SHAPE)[axis]));
    let set = move |axis: usize| {
        Callback::new(move |value: f64| {
            bring.hints.update(|hints| hints.shape.get_or_insert(SHAPE)[axis] = value as u32);
        })
    };
    let channels = Signal::derive(move || match bring.hints.read().shape.unwrap_or(SHAPE) {
        [_, _, 3] => "3",
        [_, _, 4] => "4",
        _ => "1",
    });
    view! {
        <Number
            id="hints-rows"
            label=Signal::derive(move || tr!(desk, hints_rows))
            low=0.0
            high=MOST_PIXELS
            value=of(0)
            set=set(0)
        />
        <Number
            id="hints-columns"
            label=Signal::derive(move || tr!(desk, hints_columns))
            low=0.0
            high=MOST_PIXELS
            value=of(1)
            set=set(1)
        />
        <Choose
            id="hints-channels"
            label=Signal::derive(move || tr!(desk, hints_channels))
            words=vec![
                ("1", Signal::derive(move || tr!(desk, hints_grey))),
                ("3", Signal::derive(move || tr!(desk, hints_rgb))),
                ("4", Signal::derive(move || tr!(desk, hints_rgba))),
            ]
            chosen=channels
            choose=Callback::new(move |word: String| set(2).run(word.parse().unwrap_or(1.0)))
        />
    }
}

/// What comes before the first picture.
#[component]
fn Skip(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    view! {
        <Number
            id="hints-skip"
            label=Signal::derive(move || tr!(desk, hints_skip))
            low=0.0
            high=MOST_SKIP
            value=Signal::derive(move || bring.hints.read().skip as f64)
            set=Callback::new(move |value: f64| bring.hints.update(|hints| hints.skip = value as u64))
        />
    }
}

/// Header, labels and separator.
#[component]
fn Table(bring: Bring) -> impl IntoView {
    let desk = bring.desk;
    let change = move |change: fn(&mut Hints, &str)| {
        Callback::new(move |word: String| bring.hints.update(|hints| change(hints, &word)))
    };
    let header = Signal::derive(move || match bring.hints.read().header {
        None => "guess",
        Some(true) => "yes",
        Some(false) => "no",
    });
    let labels = Signal::derive(move || match bring.hints.read().labels {
        LabelColumn::Guess => "guess",
        LabelColumn::None => "none",
        LabelColumn::First => "first",
        LabelColumn::Last => "last",
    });
    let separator = Signal::derive(move || {
        let hint = bring.hints.read().delimiter;
        SEPARATORS.iter().find(|(_, sign)| Some(*sign) == hint).map_or("guess", |(word, _)| word)
    });
    let guess = Signal::derive(move || tr!(desk, hints_guess));
    view! {
        <Choose
            id="hints-header"
            label=Signal::derive(move || tr!(desk, hints_header))
            words=vec![
                ("guess", guess),
                ("yes", Signal::derive(move || tr!(desk, hints_header_yes))),
                ("no", Signal::derive(move || tr!(desk, hints_header_no))),
            ]
            chosen=header
            choose=change(|hints, word| {
                hints.header = match word {
                    "yes" => Some(true),
                    "no" => Some(false),
                    _ => None,
                };
            })
        />
        <Choose
            id="hints-labels"
            label=Signal::derive(move || tr!(desk, hints_labels))
            words=vec![
                ("guess", guess),
                ("first", Signal::derive(move || tr!(desk, hints_labels_first))),
                ("last", Signal::derive(move || tr!(desk, hints_labels_last))),
                ("none", Signal::derive(move || tr!(desk, hints_labels_none))),
            ]
            chosen=labels
            choose=change(|hints, word| {
                hints.labels = match word {
                    "first" => LabelColumn::First,
                    "last" => LabelColumn::Last,
                    "none" => LabelColumn::None,
                    _ => LabelColumn::Guess,
                };
            })
        />
        <Choose
            id="hints-separator"
            label=Signal::derive(move || tr!(desk, hints_separator))
            words=vec![
                ("guess", guess),
                ("comma", Signal::derive(move || tr!(desk, hints_comma))),
                ("semicolon", Signal::derive(move || tr!(desk, hints_semicolon))),
                ("tab", Signal::derive(move || tr!(desk, hints_tab))),
                ("space", Signal::derive(move || tr!(desk, hints_space))),
            ]
            chosen=separator
            choose=change(|hints, word| {
                hints.delimiter = SEPARATORS.iter().find(|(name, _)| *name == word).map(|(_, sign)| *sign);
            })
        />
    }
}
