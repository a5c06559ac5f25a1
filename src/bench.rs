//! The bench mode of the page: no page, but the engine's work offered to a driver, through the real worker and protocol.
//!
//! Sets on `globalThis`: `__tti`, `performance.now()` when the first decode's pixels were here; `__peer` with `info`,
//! `decode(z, n)`, `survey(side)` (the pull-back metric over the prior, six numbers a cell), `trainStep()`, `sync()`; `__error`, a string, if it fails.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Float32Array, Function, Object, Promise, Reflect, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use crate::client::{Client, Incoming, probe};
use crate::latent::regularity::Frame;
use crate::protocol::{Answer, Command, DeviceInfo, DeviceKind, Event, Phase, PixelFormat, Query, RequestId, Slot};
use crate::protocol::{ToEngine, ToPage};
use crate::spec::ModelSpec;

/// The point of the reference work's check.
const CHECK: [f32; 2] = [0.3, -0.7];

/// What the address asks for.
struct Wanted {
    model: ModelSpec,
    device: Option<DeviceKind>,
}

/// Whether the address asks for this mode.
pub fn wanted() -> bool {
    word("bench").is_some_and(|value| value != "0")
}

/// Runs it: everything from here on is in the driver's hands.
pub fn run() {
    spawn_local(async {
        if let Err(why) = start().await {
            fail(&why);
        }
    });
}

async fn start() -> Result<(), JsValue> {
    let wanted = read()?;
    let kind = probe::gpu().await.choose(wanted.device);
    if wanted.device.is_some_and(|device| device != kind) {
        return Err("no WebGPU here".into());
    }
    let bench = Bench::start(kind, wanted.model).await?;
    bench.decode(CHECK.to_vec()).await?;
    let now = web_sys::window().and_then(|window| window.performance()).map(|p| p.now());
    set(&global(), "__tti", &now.into())?;
    set(&global(), "__peer", &bench.peer()?)
}

fn read() -> Result<Wanted, JsValue> {
    let model = match word("model").as_deref() {
        Some("mlp-vae-2") | None => ModelSpec::reference_mlp(),
        Some("conv-vae-2") => ModelSpec::reference_conv(),
        Some(other) => return Err(format!("no model {other}").into()),
    };
    let device = match word("device").as_deref() {
        None => None,
        Some("cpu") => Some(DeviceKind::Cpu),
        Some("webgpu") => Some(DeviceKind::WebGpu),
        Some(other) => return Err(format!("no device {other}").into()),
    };
    Ok(Wanted { model, device })
}

/// A word of the address after `?`.
fn word(key: &str) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    search
        .trim_start_matches('?')
        .split('&')
        .find_map(|word| Some(word.strip_prefix(key)?.strip_prefix('=')?.to_owned()))
}

/// Answers on their way, each to its promise.
#[derive(Default)]
struct Desk {
    last: RequestId,
    waiting: HashMap<RequestId, (Function, Function)>,
    device: Option<DeviceInfo>,
    model: Option<ModelSpec>,
    ready: Option<Function>,
}

#[derive(Clone)]
struct Bench {
    client: Rc<RefCell<Option<Client>>>,
    desk: Rc<RefCell<Desk>>,
}

impl Bench {
    /// Starts the engine and waits for the reference model in it.
    async fn start(kind: DeviceKind, model: ModelSpec) -> Result<Self, JsValue> {
        let bench = Self { client: Rc::default(), desk: Rc::default() };
        bench.desk.borrow_mut().model = Some(model);
        let hearing = bench.clone();
        let client = Client::engine(kind, move |incoming| hearing.hear(incoming))?;
        let ready = Promise::new(&mut |resolve, _| bench.desk.borrow_mut().ready = Some(resolve));
        *bench.client.borrow_mut() = Some(client);
        JsFuture::from(ready).await?;
        Ok(bench)
    }

    fn hear(&self, incoming: Incoming) {
        match incoming {
            Incoming::Gone(why) => fail(&why.into()),
            Incoming::Message(ToPage::Event(event), _) => self.event(event),
            Incoming::Message(ToPage::Answer { id, answer, .. }, buffers) => {
                let Some((resolve, reject)) = self.desk.borrow_mut().waiting.remove(&id) else { return };
                let result = match answer {
                    Answer::Decoded | Answer::Surveyed { .. } => Ok(floats(&buffers).into()),
                    Answer::Synced { loss } => Ok(loss.into()),
                    Answer::Enqueued
                    | Answer::Encoded { .. }
                    | Answer::Atlas { .. }
                    | Answer::Rolled { .. }
                    | Answer::Surface { .. }
                    | Answer::Fidelity { .. }
                    | Answer::Incomparable
                    | Answer::Surgery(_)
                    | Answer::Divergences
                    | Answer::Original { .. }
                    | Answer::Weights
                    | Answer::PointsEncoded
                    | Answer::Points => Ok(JsValue::UNDEFINED),
                    Answer::Refused(notice) => Err(JsValue::from(format!("{:?}: {}", notice.kind, notice.detail))),
                };
                match result {
                    Ok(value) => resolve.call1(&JsValue::NULL, &value).ok(),
                    Err(why) => reject.call1(&JsValue::NULL, &why).ok(),
                };
            }
        }
    }

    fn event(&self, event: Event) {
        match event {
            Event::Device(device) => self.desk.borrow_mut().device = Some(device),
            Event::Phase(Phase::Idle) => {
                let model = self.desk.borrow_mut().model.take();
                if let Some(model) = model {
                    self.send(&ToEngine::Command(Command::LoadReference { model }));
                }
            }
            Event::Phase(Phase::Ready) => {
                let ready = self.desk.borrow_mut().ready.take();
                ready.map(|ready| ready.call0(&JsValue::NULL));
            }
            Event::Failed(notice) => fail(&format!("{:?}: {}", notice.kind, notice.detail).into()),
            Event::Phase(_)
            | Event::Progress { .. }
            | Event::Snapshot { .. }
            | Event::Checkpoint { .. }
            | Event::Adjusted { .. }
            | Event::Ended { .. }
            | Event::Warning(_) => {}
        }
    }

    fn send(&self, head: &ToEngine) {
        if let Some(client) = &*self.client.borrow() {
            client.send(head, &[]);
        }
    }

    fn ask(&self, query: Query) -> Promise {
        let id = {
            let mut desk = self.desk.borrow_mut();
            desk.last += 1;
            desk.last
        };
        let promise = Promise::new(&mut |resolve, reject| {
            self.desk.borrow_mut().waiting.insert(id, (resolve, reject));
        });
        self.send(&ToEngine::Ask { id, slot: Slot::Bench, query });
        promise
    }

    fn decode(&self, z: Vec<f32>) -> JsFuture {
        JsFuture::from(self.ask(Query::Decode { z, format: PixelFormat::Floats }))
    }

    /// What the driver gets.
    fn peer(self) -> Result<JsValue, JsValue> {
        let (info, peer) = (Object::new(), Object::new());
        let device = self.desk.borrow().device.clone();
        let kind = match device.as_ref().map(|device| device.kind) {
            Some(DeviceKind::WebGpu) => "webgpu",
            Some(DeviceKind::Cpu) | None => "cpu",
        };
        set(&info, "device", &kind.into())?;
        set(&info, "adapter", &device.map(|device| device.adapter).unwrap_or_default().into())?;
        set(&peer, "info", &info)?;

        let bench = self.clone();
        let decode = Closure::<dyn Fn(Float32Array, usize) -> Promise>::new(move |z: Float32Array, n: usize| {
            let mut z = z.to_vec();
            z.truncate(2 * n);
            let answer = bench.decode(z);
            future_to_promise(answer)
        });
        set(&peer, "decode", &decode.into_js_value())?;

        let bench = self.clone();
        let survey = Closure::<dyn Fn(u32) -> Promise>::new(move |side: u32| {
            let area = Frame::PRIOR.area();
            bench.ask(Query::Survey {
                area,
                columns: side,
                rows: side,
                first: 0,
                count: side.saturating_mul(side),
                step: [1.0 / 64.0; 2],
            })
        });
        set(&peer, "survey", &survey.into_js_value())?;

        let bench = self.clone();
        let step = Closure::<dyn Fn()>::new(move || {
            // Answered at once, and nobody waits for it: what matters comes with `sync`.
            let enqueued = JsFuture::from(bench.ask(Query::BenchSteps { count: 1 }));
            spawn_local(async move {
                if let Err(why) = enqueued.await {
                    fail(&why);
                }
            });
        });
        set(&peer, "trainStep", &step.into_js_value())?;

        let sync = Closure::<dyn Fn() -> Promise>::new(move || self.ask(Query::BenchSync));
        set(&peer, "sync", &sync.into_js_value())?;
        Ok(peer.into())
    }
}

/// Little-endian floats, as every engine that runs wasm has them.
fn floats(buffers: &[Vec<u8>]) -> Float32Array {
    let bytes = buffers.first().map(Vec::as_slice).unwrap_or_default();
    let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    Float32Array::from(&values[..])
}

fn fail(why: &JsValue) {
    let text = why.as_string().unwrap_or_else(|| format!("{why:?}"));
    set(&global(), "__error", &text.into()).ok();
}

fn set(of: &Object, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(of, &name.into(), value).map(|_| ())
}
