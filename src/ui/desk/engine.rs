//! The engine: starting it, hearing it, giving it a model, and replacing it when it is gone.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Desk, Resume};
use crate::client::probe::{self, Gpu};
use crate::client::{Client, Incoming};
use crate::protocol::{Answer, Command, DeviceKind, Phase, RequestId, Slot, ToEngine, ToPage};
use crate::state::PageStoreFields;
use crate::state::asks::Ask;
use crate::state::message::Message;
use crate::state::reduce::{self, Next};
use crate::state::scene::SceneStoreFields;
use crate::state::session::{Model, SessionStoreFields};

/// Engines that may be lost in a row before the page gives up and offers a button.
const MOST_LOSSES: u32 = 2;

impl Desk {
    /// Begins: looks for a device and starts its engine, and brings the shipped model, at the same time.
    pub fn open(self) {
        self.show(self.page.scene().model().get_untracked());
        self.open_store();
        spawn_local(async move {
            let gpu = probe::gpu().await;
            self.wire.update_value(|wire| wire.gpu = Some(gpu));
            self.start();
        });
    }

    /// Starts the engine that the visitor, or the probe, chooses.
    pub(super) fn start(self) {
        let wanted = self.page.scene().device().get_untracked();
        let gpu = self.wire.with_value(|wire| wire.gpu).unwrap_or(Gpu::None);
        let kind = gpu.choose(wanted);
        if wanted == Some(DeviceKind::WebGpu) && kind == DeviceKind::Cpu {
            self.say(Message::NoWebGpu);
        }
        self.start_on(kind);
    }

    fn start_on(self, kind: DeviceKind) {
        self.remember_run();
        let generation = self.wire.try_update_value(|wire| {
            wire.generation += 1;
            (wire.client, wire.kind, wire.spoken, wire.loaded) = (None, Some(kind), false, None);
            (wire.back, wire.wanted, wire.own_sent) = (None, None, false);
            wire.asks.forget();
            wire.generation
        });
        self.page.session().update(|session| {
            session.phase = Phase::Booting;
            session.device = None;
        });
        let hear = move |incoming| {
            if self.wire.try_with_value(|wire| Some(wire.generation) == generation) == Some(true) {
                self.hear(incoming);
            }
        };
        match Client::engine(kind, hear) {
            Ok(client) => self.wire.update_value(|wire| wire.client = Some(client)),
            Err(why) => {
                web_sys::console::warn_1(&why);
                self.replace();
            }
        }
    }

    /// What the next engine has to take up, if there is anything.
    fn remember_run(self) {
        let session = self.page.session();
        if !self.has_run_untracked() {
            return;
        }
        let resume = match session.phase().get_untracked() {
            Phase::Training | Phase::Failed | Phase::Loading => Resume::Going,
            Phase::Paused => Resume::Paused,
            Phase::Ready => Resume::Over,
            // It had not got to where it was: as before.
            Phase::Booting | Phase::Idle => return,
        };
        self.branch();
        // Without a moment the run begins anew: the seed makes it the same.
        session.run().update(|run| {
            *run = run.take().map(|run| {
                let step = run.album.last().map_or(0, |moment| moment.step);
                run.resumed(step)
            });
        });
        self.wire.update_value(|wire| wire.resume = Some(resume));
    }

    /// The switch: the other device, and the work goes on there.
    pub fn switch_device(self) {
        let other = match self.wire.with_value(|wire| wire.kind) {
            Some(DeviceKind::WebGpu) => DeviceKind::Cpu,
            Some(DeviceKind::Cpu) | None => DeviceKind::WebGpu,
        };
        if other == DeviceKind::WebGpu && self.wire.with_value(|wire| wire.gpu) == Some(Gpu::None) {
            self.say(Message::NoWebGpu);
            return;
        }
        self.page.notice().set(None);
        self.page.scene().device().set(Some(other));
        self.start_on(other);
    }

    /// Once more, from the visitor.
    pub fn retry(self) {
        self.page.notice().set(None);
        self.wire.update_value(|wire| {
            (wire.losses, wire.supplies) = (0, 0);
            wire.books.clear();
        });
        self.show(self.page.scene().model().get_untracked());
        if self.wire.with_value(|wire| wire.client.is_none()) {
            self.start();
        }
    }

    /// Another engine for one that is gone: the CPU's for WebGPU's, a new one for the CPU's.
    fn replace(self) {
        let (kind, spoken, losses) = self.wire.with_value(|wire| (wire.kind, wire.spoken, wire.losses));
        self.wire.update_value(|wire| wire.losses += 1);
        if kind == Some(DeviceKind::WebGpu) {
            self.say(Message::GpuFailed);
            self.start_on(DeviceKind::Cpu);
        } else if spoken && losses < MOST_LOSSES {
            self.say(Message::EngineRestarted);
            self.start_on(DeviceKind::Cpu);
        } else {
            self.remember_run();
            self.wire.update_value(|wire| wire.client = None);
            self.page.session().phase().set(Phase::Failed);
            self.say(Message::EngineFailed);
        }
    }

    fn hear(self, incoming: Incoming) {
        let next = match incoming {
            Incoming::Gone(why) => {
                web_sys::console::warn_1(&format!("the engine is gone: {why}").into());
                vec![Next::Replace]
            }
            Incoming::Message(ToPage::Event(event), buffers) => {
                self.wire.update_value(|wire| wire.spoken = true);
                let before = self.page.session().phase().get_untracked();
                let next = self.page.session().try_update(|session| reduce::event(session, event, buffers));
                let after = self.page.session().phase().get_untracked();
                if before != after {
                    self.entered(after);
                }
                next.unwrap_or_default()
            }
            Incoming::Message(ToPage::Answer { id, slot, answer }, buffers) => {
                let known = self.wire.try_update_value(|wire| wire.asks.answered(slot, id)).flatten();
                let Some((asked, waiting)) = known else { return };
                // The visitor gets a sentence; whoever looks for the cause needs more.
                if let Answer::Refused(notice) = &answer {
                    web_sys::console::warn_1(&format!("refused, in {slot:?}: {}", notice.detail).into());
                }
                if let Some((id, ask)) = waiting {
                    self.send_ask(slot, id, ask);
                }
                let next =
                    self.page.session().try_update(|session| reduce::answer(session, slot, asked, answer, buffers));
                next.unwrap_or_default()
            }
        };
        next.into_iter().for_each(|next| self.follow_up(next));
    }

    /// In a new phase what was asked is stale or will never be answered.
    fn entered(self, phase: Phase) {
        self.wire.update_value(|wire| wire.asks.forget());
        self.give_own();
        match phase {
            Phase::Ready | Phase::Training | Phase::Paused => {
                self.wire.update_value(|wire| (wire.losses, wire.supplies) = (0, 0));
                // The visitor turned to a shipped model while the run was still being prepared.
                if phase != Phase::Ready && !self.has_run_untracked() {
                    self.command(Command::Reset);
                    return;
                }
                let over = self.wire.with_value(|wire| wire.resume) == Some(Resume::Over);
                if phase == Phase::Paused && over {
                    self.wire.update_value(|wire| wire.resume = None);
                    self.stop();
                } else if phase != Phase::Ready {
                    self.wire.update_value(|wire| wire.resume = None);
                }
                if phase != Phase::Training {
                    self.arrived_back();
                }
                // The dial may have gone on while a member was being read.
                if phase == Phase::Ready && self.shelf().is_some() {
                    self.supply();
                }
            }
            Phase::Idle => self.wire.update_value(|wire| wire.loaded = None),
            Phase::Booting | Phase::Loading | Phase::Failed => {}
        }
    }

    fn follow_up(self, next: Next) {
        match next {
            Next::Supply => self.supply(),
            Next::Ask => self.ask_all(),
            Next::SnapshotSeen => super::super::canvas::after_drawing(move || self.send(&ToEngine::SnapshotSeen, &[])),
            Next::Replace => self.replace(),
            Next::Survey => self.survey_on(),
            Next::Judge => self.judge_on(),
            Next::Keep => self.keep(),
            Next::Carry => self.carry(),
            Next::Say(message) => self.say(message),
        }
    }

    /// Gives the engine a model: the run it is to take up, or the shipped one.
    pub(super) fn supply(self) {
        let phase = self.page.session().phase().get_untracked();
        if !matches!(phase, Phase::Idle | Phase::Ready) {
            return;
        }
        // The last picture of a run that was lost stays until somebody says what is to come.
        if self.page.session().run().read_untracked().as_ref().is_some_and(|run| run.log.lost.is_some()) {
            return;
        }
        let resume = self.wire.with_value(|wire| wire.resume).filter(|_| self.has_run_untracked());
        if let Some(resume) = resume {
            self.take_up(resume);
            return;
        }
        let wanted = self.page.scene().model().get_untracked();
        let (loaded, tries) = self.wire.with_value(|wire| (wire.loaded, wire.supplies));
        // A model that is ready need not be given again.
        if (phase == Phase::Ready && loaded == Some(wanted)) || tries >= MOST_LOSSES {
            return;
        }
        if let Some(book) = self.book(wanted)
            && let Some(weights) = &book.weights
        {
            self.wire.update_value(|wire| (wire.supplies, wire.loaded) = (tries + 1, Some(wanted)));
            if self.page.session().model().get_untracked() != Model::Shipped(wanted) {
                self.page.session().model().set(Model::Shipped(wanted));
                self.lay_out(&book);
            }
            self.send(&ToEngine::Command(Command::Load { model: book.card.model.clone() }), &[weights]);
        }
    }

    /// Goes on with the run of the engine before.
    fn take_up(self, resume: Resume) {
        let Some(run) = self.page.session().run().get_untracked() else { return };
        match run.album.last() {
            Some(moment) => {
                let paused = resume != Resume::Going;
                let spec = self.as_can_be(moment.spec.clone(), moment.step);
                let restore = Command::Restore { spec, step: moment.step, paused };
                self.send(&ToEngine::Command(restore), &[&moment.bytes]);
            }
            None => self.send(&ToEngine::Command(Command::Train { spec: run.log.spec }), &[]),
        }
    }

    pub(super) fn command(self, command: Command) {
        if self.page.session().phase().get_untracked().allows(&command) {
            self.send(&ToEngine::Command(command), &[]);
        }
    }

    /// Asks, where there is a model to ask. What is asked before is asked again when it is there.
    pub fn ask(self, slot: Slot, ask: Ask) {
        if !self.answers() {
            return;
        }
        if let Some((id, ask)) = self.wire.try_update_value(|wire| wire.asks.want(slot, ask)).flatten() {
            self.send_ask(slot, id, ask);
        }
    }

    fn send_ask(self, slot: Slot, id: RequestId, ask: Ask) {
        let Ask { query, buffers } = ask;
        let buffers: Vec<&[u8]> = buffers.iter().map(Vec::as_slice).collect();
        self.send(&ToEngine::Ask { id, slot, query }, &buffers);
    }

    pub(super) fn send(self, head: &ToEngine, buffers: &[&[u8]]) {
        self.wire.with_value(|wire| {
            if let Some(client) = &wire.client {
                client.send(head, buffers);
            }
        });
    }
}
