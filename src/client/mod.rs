//! The page's end of the wire: starts a worker, sends, and hands on what comes back. The engine is one worker, the reader
//! of a visitor's files another.
//!
//! A message is an array of the head as JSON and the buffers, which move, or files, which stay where they are. Before the
//! worker listens, messages would be lost: they wait here for its word "ready".

pub mod download;
pub mod fetch;
pub mod probe;
pub mod room;
pub mod sets;
pub mod store;

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::data::brought::{FromReader, ToReader};
use crate::protocol::{DeviceKind, ToEngine, ToPage};

/// What a worker has to tell.
#[derive(Debug)]
pub enum Incoming<Head = ToPage> {
    Message(Head, Vec<Vec<u8>>),
    /// The engine is gone: it panicked, or its script did not load. Why, for the console.
    Gone(String),
}

/// A worker that takes heads of one kind and answers with another. Dropping it ends the worker.
pub struct Client<Out = ToEngine, In = ToPage> {
    inner: Rc<Inner>,
    _heads: PhantomData<(Out, In)>,
}

/// A worker that reads files.
pub type Reader = Client<ToReader, FromReader>;

struct Inner {
    worker: Worker,
    /// Nothing once the worker listens.
    waiting: RefCell<Option<Vec<(Array, Array)>>>,
    hooks: RefCell<Option<Hooks>>,
}

/// Kept alive as long as the worker.
struct Hooks {
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Client {
    /// Starts the engine for this kind of device; `hear` gets everything it says.
    pub fn engine(kind: DeviceKind, hear: impl Fn(Incoming) + 'static) -> Result<Self, JsValue> {
        let script = match kind {
            DeviceKind::Cpu => "engine-cpu_loader.js",
            DeviceKind::WebGpu => "engine-gpu_loader.js",
        };
        Self::start(script, hear)
    }
}

impl Reader {
    /// Starts the reader of files; `hear` gets everything it says.
    pub fn reader(hear: impl Fn(Incoming<FromReader>) + 'static) -> Result<Self, JsValue> {
        Self::start("reader_loader.js", hear)
    }

    /// Sends a message with files, which are read where they are.
    pub fn send_files(&self, head: &ToReader, files: &[File]) {
        let Ok(json) = serde_json::to_string(head) else { return };
        let message = Array::of1(&json.into());
        files.iter().for_each(|file| {
            message.push(file);
        });
        self.post(message, Array::new());
    }
}

impl<Out: Serialize, In: DeserializeOwned + 'static> Client<Out, In> {
    fn start(script: &str, hear: impl Fn(Incoming<In>) + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&fetch::address(script), &options)?;
        let inner = Rc::new(Inner { worker, waiting: RefCell::new(Some(Vec::new())), hooks: RefCell::new(None) });
        let hear = Rc::new(hear);

        let message = {
            let (inner, hear) = (Rc::downgrade(&inner), Rc::clone(&hear));
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| heard(&inner, &*hear, event.data()))
        };
        // An error within the script says what it is; a script that cannot be fetched is an event without words.
        let error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            let words = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            hear(Incoming::Gone(words.unwrap_or_else(|| "its script did not load".into())));
        });
        inner.worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        inner.worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        *inner.hooks.borrow_mut() = Some(Hooks { _message: message, _error: error });
        Ok(Self { inner, _heads: PhantomData })
    }

    /// Sends a message with its buffers. They are copied out of this program's memory once, then move.
    pub fn send(&self, head: &Out, buffers: &[&[u8]]) {
        let Ok(json) = serde_json::to_string(head) else { return };
        let (message, moved) = (Array::of1(&json.into()), Array::new());
        for bytes in buffers {
            let buffer = Uint8Array::from(*bytes).buffer();
            message.push(&buffer);
            moved.push(&buffer);
        }
        self.post(message, moved);
    }

    fn post(&self, message: Array, moved: Array) {
        match self.inner.waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push((message, moved)),
            None => self.inner.post(&message, &moved),
        }
    }
}

impl Inner {
    fn post(&self, message: &Array, moved: &Array) {
        if let Err(why) = self.worker.post_message_with_transfer(message, moved) {
            web_sys::console::error_1(&why);
        }
    }
}

impl<Out, In> Drop for Client<Out, In> {
    fn drop(&mut self) {
        self.inner.worker.set_onmessage(None);
        self.inner.worker.set_onerror(None);
        self.inner.worker.terminate();
        // This may run inside one of them: they go when the browser is done with the event.
        if let Some(hooks) = self.inner.hooks.borrow_mut().take() {
            wasm_bindgen_futures::spawn_local(async move { drop(hooks) });
        }
    }
}

fn heard<In: DeserializeOwned>(inner: &Weak<Inner>, hear: &dyn Fn(Incoming<In>), data: JsValue) {
    let Some(inner) = inner.upgrade() else { return };
    if let Some(word) = data.as_string() {
        if word == "ready" {
            for (message, moved) in inner.waiting.take().unwrap_or_default() {
                inner.post(&message, &moved);
            }
        } else {
            hear(Incoming::Gone(word));
        }
        return;
    }
    let Ok(parts) = data.dyn_into::<Array>() else { return };
    let Some(head) = parts.get(0).as_string() else { return };
    match serde_json::from_str(&head) {
        Ok(head) => {
            let buffer = |part: JsValue| part.dyn_into::<ArrayBuffer>().ok().map(|b| Uint8Array::new(&b).to_vec());
            hear(Incoming::Message(head, parts.iter().skip(1).filter_map(buffer).collect()));
        }
        Err(why) => web_sys::console::error_1(&format!("a message this page does not know: {why}").into()),
    }
}
