//! The readers in their Web Worker. On the wire a message is a JavaScript array, as the engine's are: the head as JSON, then
//! files on the way in and buffers on the way out. The page ends the worker to cancel, so that nothing here ever has to stop.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DedicatedWorkerGlobalScope, FileReaderSync, MessageEvent, console};

use super::collected::Collected;
use super::given::Given;
use super::prepare::prepare;
use super::read;
use crate::data::brought::{Cause, FromReader, Refusal, ToReader};

/// Bytes that are read of a file at once.
const SLICE: u64 = 1 << 20;

/// Milliseconds between two words on how far it is.
const WORD_EVERY_MS: f64 = 80.0;

/// Answers the page for as long as the worker lives.
pub fn serve() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    std::panic::set_hook(Box::new(|panic| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        console_error_panic_hook::hook(panic);
        say(&scope, &format!("panic: {panic}").into());
    }));
    let collected = Rc::new(RefCell::new(None::<Collected>));
    let heard = {
        let scope = scope.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match parse(&event.data()) {
            Ok((head, files)) => {
                let (answer, buffers) = answer(&scope, &mut collected.borrow_mut(), head, &files)
                    .unwrap_or_else(|refusal| (FromReader::Refused(refusal), vec![]));
                post(&scope, &answer, &buffers);
            }
            Err(why) => console::warn_1(&format!("a message that the reader cannot read: {why}").into()),
        })
    };
    scope.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    say(&scope, &"ready".into());
}

type Reply = (FromReader, Vec<Vec<u8>>);

fn answer(
    scope: &DedicatedWorkerGlobalScope,
    collected: &mut Option<Collected>,
    head: ToReader,
    files: &[Blob],
) -> Result<Reply, Refusal> {
    let mut progress = Told { scope, last: f64::NEG_INFINITY };
    match head {
        ToReader::Read { hints, paths } => {
            let given: Result<Vec<Given>, Refusal> = paths
                .into_iter()
                .zip(files)
                .map(|(path, file)| Given::new(path, Box::new(Slices::new(file.clone()))))
                .collect();
            // What was read before gives its memory back first.
            *collected = None;
            let set = read(given?, &hints, &mut |done, of| progress.report(done, of))?;
            let preview = set.preview();
            *collected = Some(set);
            Ok((FromReader::Read(preview), vec![]))
        }
        ToReader::Sheet { choices } => {
            let sheet = collected.as_ref().ok_or(Cause::NoFiles)?.sheet(&choices);
            Ok((FromReader::Sheet { format: sheet.format, count: sheet.count }, vec![sheet.pixels]))
        }
        ToReader::Prepare { choices } => {
            let set = collected.as_ref().ok_or(Cause::NoFiles)?;
            let prepared = prepare(set, &choices, &mut |done, of| progress.report(done, of))?;
            let (format, names) = (prepared.format, prepared.class_names.clone());
            let (train, test) = prepared.image_sets()?;
            let ((pixels, labels), (test_pixels, test_labels)) = (train.into_parts(), test.into_parts());
            Ok((FromReader::Prepared { format, names }, vec![pixels, labels, test_pixels, test_labels]))
        }
    }
}

/// Tells the page now and then.
struct Told<'a> {
    scope: &'a DedicatedWorkerGlobalScope,
    last: f64,
}

impl Told<'_> {
    fn report(&mut self, done: u64, of: u64) -> ControlFlow<()> {
        let now = js_sys::Date::now();
        if now - self.last >= WORD_EVERY_MS {
            self.last = now;
            post(self.scope, &FromReader::Progress { done, of }, &[]);
        }
        ControlFlow::Continue(())
    }
}

/// A file that is read in slices: it is never in memory as a whole.
struct Slices {
    file: Blob,
    length: u64,
    at: u64,
    /// What was read last, and where it begins.
    slice: Vec<u8>,
    start: u64,
}

impl Slices {
    fn new(file: Blob) -> Self {
        // A browser counts bytes in doubles.
        let length = file.size().max(0.0) as u64;
        Self { file, length, at: 0, slice: Vec::new(), start: 0 }
    }

    fn fetch(&mut self) -> Result<(), JsValue> {
        let end = (self.at + SLICE).min(self.length);
        let part = self.file.slice_with_f64_and_f64(self.at as f64, end as f64)?;
        let buffer = FileReaderSync::new()?.read_as_array_buffer(&part)?;
        (self.slice, self.start) = (Uint8Array::new(&buffer).to_vec(), self.at);
        Ok(())
    }
}

impl Read for Slices {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length || out.is_empty() {
            return Ok(0);
        }
        let here = self.start..self.start + self.slice.len() as u64;
        if !here.contains(&self.at) {
            // Moved, deleted or changed since it was chosen: the browser says no more than that.
            self.fetch().map_err(|_| io::Error::other("the browser could not read the file"))?;
        }
        let from = self.slice.get((self.at - self.start) as usize..).unwrap_or_default();
        let count = from.len().min(out.len());
        out[..count].copy_from_slice(&from[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Slices {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.length, by),
        };
        self.at = from.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn parse(data: &JsValue) -> Result<(ToReader, Vec<Blob>), String> {
    let parts: &Array = data.dyn_ref().ok_or("not an array")?;
    let head = parts.get(0).as_string().ok_or("no head")?;
    let head = serde_json::from_str(&head).map_err(|e| e.to_string())?;
    let files = parts.iter().skip(1).map(|part| part.dyn_into::<Blob>().map_err(|_| "a part is no file".to_owned()));
    Ok((head, files.collect::<Result<_, _>>()?))
}

fn post(scope: &DedicatedWorkerGlobalScope, head: &FromReader, buffers: &[Vec<u8>]) {
    let Ok(json) = serde_json::to_string(head) else { return };
    let (parts, moved) = (Array::of1(&json.into()), Array::new());
    for buffer in buffers {
        let buffer = Uint8Array::from(buffer.as_slice()).buffer();
        parts.push(&buffer);
        moved.push(&buffer);
    }
    if let Err(error) = scope.post_message_with_transfer(&parts, &moved) {
        console::error_1(&error);
    }
}

fn say(scope: &DedicatedWorkerGlobalScope, word: &JsValue) {
    if let Err(error) = scope.post_message(word) {
        console::error_1(&error);
    }
}
