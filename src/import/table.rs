//! Tables as text: a picture a row, a pixel a column, and a column that says the class.
//!
//! By `csv-core`, the parser in the crate `csv`, which keeps to the buffers that it is given: `csv` itself lets a row
//! grow as long as a quotation mark stays open.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::array::{self, MAX_ITEMS, MAX_PICTURE, MAX_SIDE, Watch};
use super::classes::Words;
use super::collected::Collected;
use super::given::Progress;
use super::keep::{Keeper, Picture, Pixels};
use super::refusal::{Cause, Fault, Place};
use super::supply::{Content, MAX_CONTENT};
use crate::data::brought::{Hints, LabelColumn, Origin};

/// A row at most, in bytes of text.
const MAX_ROW: usize = 4 << 20;
/// Its columns at most: a picture of 512×512.
const MAX_COLUMNS: usize = 1 + (1 << 18);

/// Rows that are looked at before it is guessed what the columns are.
const LOOK: usize = 50;

/// The text of a row without what separated it, and where its fields end.
struct Row {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Of no such column, nothing; of one that is not UTF-8, the sign for that.
    fn field(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(0);
        str::from_utf8(self.text.get(start..end).unwrap_or_default()).unwrap_or("\u{fffd}").trim()
    }

    fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.field(at))
    }
}

/// Reads a table. Rows and columns in faults are counted from 1.
pub fn read(content: &mut Content<'_>, hints: &Hints, progress: &mut dyn Progress) -> Result<Collected, Fault> {
    if content.bound > MAX_CONTENT {
        return Err(Cause::ContentLimit { want: content.bound, most: MAX_CONTENT }.into());
    }
    let watch = Watch::new(progress, content.bound);
    let mut rows = Rows::new(content, hints.delimiter, watch)?;
    let mut first = Vec::new();
    let mut looked = 0;
    // The rows looked at are kept whole, so of wide ones they are fewer.
    while first.len() < LOOK && looked < MAX_ROW {
        let Some(row) = rows.next()? else { break };
        looked += row.text.len();
        first.push(row);
    }
    let plan = Plan::guess(&first, hints, rows.comma_is_point())?;
    let mut sheet =
        Sheet { keeper: Keeper::new(hints.side, hints.memory, (0.0, 255.0)), plan, words: Words::default() };
    let mut number = 0;
    for row in &first {
        number += 1;
        if number > 1 || !sheet.plan.header {
            sheet.add(row, number)?;
        }
    }
    drop(first);
    while let Some(row) = rows.next()? {
        number += 1;
        if number > MAX_ITEMS {
            return Err(Cause::ItemCount { found: number, most: MAX_ITEMS }.into());
        }
        sheet.add(&row, number)?;
    }
    sheet.finish()
}

/// What the columns are.
struct Plan {
    header: bool,
    label: Option<usize>,
    columns: usize,
    height: usize,
    width: usize,
    channels: usize,
    /// Whether a comma stands in numbers where others write a point.
    comma_is_point: bool,
}

impl Plan {
    fn guess(rows: &[Row], hints: &Hints, comma_is_point: bool) -> Result<Self, Fault> {
        let Some(first) = rows.first() else { return Err(Cause::NoRows.into()) };
        let columns = first.len();
        let number = |text: &str| number(text, comma_is_point).is_some();
        // A label may be a word, so one word does not make a header.
        let words = first.fields().filter(|field| !number(field)).count();
        let header = hints.header.unwrap_or(words > columns / 2 || words > 1);
        let body = rows.get(usize::from(header)..).unwrap_or_default();
        let last = columns.saturating_sub(1);
        let label = match hints.labels {
            LabelColumn::None => None,
            LabelColumn::First => Some(0),
            LabelColumn::Last => Some(last),
            LabelColumn::Guess => Self::guess_label(first, body, header, hints, &number),
        };
        let values = (columns - usize::from(label.is_some())) as u64;
        let shape = array::row_shape(values, hints);
        let [height, width, channels] = shape.map_err(|cause| Fault { place: Place::Row { row: 1 }, cause })?;
        if height > MAX_SIDE || width > MAX_SIDE {
            return Err(Cause::PictureSize { width, height, most: MAX_SIDE }.into());
        }
        if values * 4 > MAX_PICTURE {
            return Err(Cause::PictureBytes { most: MAX_PICTURE }.into());
        }
        let (height, width, channels) = (height as usize, width as usize, channels as usize);
        Ok(Self { header, label, columns, height, width, channels, comma_is_point })
    }

    /// By the header's words, by words among the values, by the number of columns, and at last by which of the two outer
    /// columns takes more whole values: of pictures, the corners are mostly empty.
    fn guess_label(
        first: &Row,
        body: &[Row],
        header: bool,
        hints: &Hints,
        number: &impl Fn(&str) -> bool,
    ) -> Option<usize> {
        let last = first.len().saturating_sub(1);
        let named = |at: usize| {
            let name = first.field(at).to_ascii_lowercase();
            header
                && ["label", "class", "target", "y", "digit"]
                    .iter()
                    .any(|word| name == *word || name.starts_with("label"))
        };
        let worded = |at: usize| body.iter().any(|row| at < row.len() && !number(row.field(at)));
        if let Some(at) = [0, last].into_iter().find(|&at| named(at)) {
            return Some(at);
        }
        if let Some(at) = [0, last].into_iter().find(|&at| worded(at)) {
            return Some(at);
        }
        let fits = |columns: usize| array::row_shape(columns as u64, hints).is_ok();
        if fits(first.len()) || !fits(last) {
            return None;
        }
        let different = |at: usize| {
            let mut values: Vec<&str> = body.iter().map(|row| row.field(at)).collect();
            values.sort_unstable();
            values.dedup();
            values.len()
        };
        Some(if different(last) > different(0) { last } else { 0 })
    }
}

/// The rows that were taken so far.
struct Sheet {
    keeper: Keeper,
    plan: Plan,
    words: Words,
}

impl Sheet {
    fn add(&mut self, row: &Row, number_of_row: u64) -> Result<(), Fault> {
        let Plan { label, columns, height, width, channels, comma_is_point, .. } = self.plan;
        if row.len() != columns {
            let cause = Cause::RowLength { found: row.len() as u64, want: columns as u64 };
            return Err(Fault { place: Place::Row { row: number_of_row }, cause });
        }
        let mut floats = Vec::with_capacity(columns);
        for (at, field) in row.fields().enumerate() {
            if Some(at) == label {
                self.words.add(field);
                continue;
            }
            let place = Place::Cell { row: number_of_row, column: at as u64 + 1 };
            let Some(value) = number(field, comma_is_point) else {
                let text = field.chars().take(20).collect();
                return Err(Fault { place, cause: Cause::NotNumber { text } });
            };
            if !value.is_finite() {
                return Err(Fault { place, cause: Cause::NotFinite });
            }
            floats.push(value);
        }
        let whole = floats.iter().all(|&value| value.fract() == 0.0 && (0.0..=255.0).contains(&value));
        let bytes: Vec<u8> = if whole { floats.iter().map(|&value| value as u8).collect() } else { Vec::new() };
        let pixels = if whole { Pixels::Bytes(&bytes) } else { Pixels::Floats(&floats) };
        self.keeper.take(Picture { width, height, channels, pixels })
    }

    fn finish(self) -> Result<Collected, Fault> {
        if self.keeper.frames.is_empty() {
            return Err(Cause::NoRows.into());
        }
        let mut facts = self.keeper.facts();
        // Text has no type; fractions are of 1 unless they are not.
        if facts.range[0] >= 0.0 && facts.range[1] <= 1.0 {
            facts.type_range = [0.0, 1.0];
        }
        let mut notes = Vec::new();
        let labelled = self.words.classes(self.keeper.frames.iter().map(|frame| frame.index));
        let classes = labelled.unwrap_or_else(|note| {
            notes.push(note);
            None
        });
        Ok(Collected {
            facts,
            origin: Origin::Table,
            values: self.keeper.values,
            frames: self.keeper.frames,
            classes,
            split: None,
            notes,
        })
    }
}

fn number(text: &str, comma_is_point: bool) -> Option<f32> {
    if comma_is_point && text.contains(',') {
        return text.replacen(',', ".", 1).parse().ok();
    }
    text.parse().ok()
}

/// A file's rows, one at a time.
struct Rows<'a, 'b, 'c> {
    content: &'a mut Content<'b>,
    watch: Watch<'c>,
    reader: Reader,
    delimiter: u8,
    input: Vec<u8>,
    /// The part of `input` that was not read yet.
    unread: (usize, usize),
    row: u64,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a, 'b, 'c> Rows<'a, 'b, 'c> {
    fn new(content: &'a mut Content<'b>, delimiter: Option<u8>, watch: Watch<'c>) -> Result<Self, Fault> {
        let mut input = vec![0; 1 << 16];
        let got = content.fill(&mut input)?;
        let text = input.get(..got).unwrap_or_default();
        let mark = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |sign: u8| line.iter().filter(|&&byte| byte == sign).count();
        // Where a semicolon separates, a comma may be in numbers; so of signs that are there, not the most frequent.
        let guess = [b'\t', b';', b','].into_iter().find(|&sign| count(sign) > 0).unwrap_or(b',');
        let delimiter = delimiter.unwrap_or(guess);
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (output, ends) = (vec![0; 1 << 12], vec![0; 1 << 10]);
        Ok(Self { content, watch, reader, delimiter, input, unread: (mark, got.max(mark)), row: 0, output, ends })
    }

    fn comma_is_point(&self) -> bool {
        self.delimiter != b','
    }

    /// The next row that is not empty; None at the end.
    fn next(&mut self) -> Result<Option<Row>, Fault> {
        self.row += 1;
        let row = self.row;
        let too_long = || Fault { place: Place::Row { row }, cause: Cause::RowLimit { most: MAX_ROW as u64 } };
        let (mut written, mut ended) = (0, 0);
        loop {
            // The parser takes an empty input for the end.
            if self.unread.0 == self.unread.1 {
                self.unread = (0, self.content.fill(&mut self.input)?);
            }
            let input = self.input.get(self.unread.0..self.unread.1).unwrap_or_default();
            let output = self.output.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, read, wrote, ends) = self.reader.read_record(input, output, ends);
            self.unread.0 += read;
            written += wrote;
            ended += ends;
            self.watch.add(read as u64)?;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() >= MAX_ROW => return Err(too_long()),
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= MAX_COLUMNS => return Err(too_long()),
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize((self.ends.len() * 2).min(MAX_COLUMNS), 0);
                }
                ReadRecordResult::Record => {
                    let text = self.output.get(..written).unwrap_or_default().to_vec();
                    let ends = self.ends.get(..ended).unwrap_or_default().to_vec();
                    return Ok(Some(Row { text, ends }));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }
}
