//! The message loop.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, console};

use crate::engine::burn_learner::BurnLearner;
use crate::engine::inbox::Inbox;
use crate::engine::session::{Outgoing, Rest, Session};
use crate::protocol::ToEngine;

/// Serves the page that started this worker, for as long as the worker lives.
pub async fn serve(learner: BurnLearner) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let inbox = Rc::new(RefCell::new(Inbox::default()));
    let (bell, mut arrivals) = unbounded::<()>();
    listen(&scope, &inbox, bell.clone());
    say(&scope, "ready");

    let mut session = Session::new(learner, now);
    let mut out = |message: Outgoing| post(&scope, message);
    session.greet(&mut out);
    let breath = Breath::new();
    loop {
        match session.turn(&inbox, &mut out).await {
            Rest::Not => breath.take().await,
            Rest::Until(ms) => {
                ring_after(&scope, &bell, ms);
                wait(&mut arrivals).await;
            }
            Rest::Long if wait(&mut arrivals).await => {}
            Rest::Long => return,
        }
    }
}

/// Makes a panic reach the page as one last message, whatever the engine was doing.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        console_error_panic_hook::hook(panic);
        say(&scope, &format!("panic: {panic}"));
    }));
}

fn listen(scope: &DedicatedWorkerGlobalScope, inbox: &Rc<RefCell<Inbox>>, bell: UnboundedSender<()>) {
    let inbox = Rc::clone(inbox);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match parse(&event.data()) {
        Ok((message, buffers)) => {
            inbox.borrow_mut().put(message, buffers);
            // The receiver lives as long as the worker.
            let _ = bell.unbounded_send(());
        }
        Err(reason) => console::warn_1(&format!("a message that the engine cannot read: {reason}").into()),
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

/// Wakes the loop in a while.
fn ring_after(scope: &DedicatedWorkerGlobalScope, bell: &UnboundedSender<()>, ms: f64) {
    let bell = bell.clone();
    let ring = Closure::once_into_js(move || {
        // The receiver lives as long as the worker.
        let _ = bell.unbounded_send(());
    });
    let ms = ms.clamp(0.0, 60_000.0).ceil() as i32;
    if let Err(error) = scope.set_timeout_with_callback_and_timeout_and_arguments_0(ring.unchecked_ref(), ms) {
        console::error_1(&error);
    }
}

/// Waits for a message; takes all that have come. False when none can come any more.
async fn wait(arrivals: &mut UnboundedReceiver<()>) -> bool {
    let alive = std::future::poll_fn(|cx| futures_core::Stream::poll_next(std::pin::Pin::new(arrivals), cx)).await;
    while arrivals.try_recv().is_ok() {}
    alive.is_some()
}

fn parse(data: &JsValue) -> Result<(ToEngine, Vec<Vec<u8>>), String> {
    let parts: &Array = data.dyn_ref().ok_or("not an array")?;
    let head = parts.get(0).as_string().ok_or("no head")?;
    let message = serde_json::from_str(&head).map_err(|e| e.to_string())?;
    let buffers = parts.iter().skip(1).map(|buffer| {
        buffer
            .dyn_into::<ArrayBuffer>()
            .map(|b| Uint8Array::new(&b).to_vec())
            .map_err(|_| "a part is no buffer".to_owned())
    });
    Ok((message, buffers.collect::<Result<_, _>>()?))
}

fn post(scope: &DedicatedWorkerGlobalScope, outgoing: Outgoing) {
    let head = match serde_json::to_string(&outgoing.message) {
        Ok(head) => head,
        Err(error) => return console::error_1(&format!("a message that JSON cannot hold: {error}").into()),
    };
    let parts = Array::of1(&head.into());
    let moved = Array::new();
    for buffer in &outgoing.buffers {
        let buffer = Uint8Array::from(buffer.as_slice()).buffer();
        parts.push(&buffer);
        moved.push(&buffer);
    }
    if let Err(error) = scope.post_message_with_transfer(&parts, &moved) {
        console::error_1(&error);
    }
}

fn say(scope: &DedicatedWorkerGlobalScope, word: &str) {
    if let Err(error) = scope.post_message(&word.into()) {
        console::error_1(&error);
    }
}

/// Milliseconds since the worker started.
fn now() -> f64 {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// A pause that lets messages in. A message to oneself: timers are held back to 4 ms, promises let nothing in.
struct Breath {
    channel: MessageChannel,
}

impl Breath {
    fn new() -> Self {
        // Every browser that has workers and WebAssembly has message channels.
        Self { channel: MessageChannel::new().unwrap_throw() }
    }

    async fn take(&self) {
        let heard = js_sys::Promise::new(&mut |resolve, _| {
            self.channel.port1().set_onmessage(Some(&resolve));
            if let Err(error) = self.channel.port2().post_message(&JsValue::NULL) {
                console::error_1(&error);
            }
        });
        if let Err(error) = wasm_bindgen_futures::JsFuture::from(heard).await {
            console::error_1(&error);
        }
    }
}
