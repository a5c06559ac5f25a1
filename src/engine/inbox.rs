//! What has arrived and waits: commands in their order, and of each slot's questions only the newest.

use std::collections::{BTreeMap, VecDeque};

use crate::latent::slice::Slice;
use crate::protocol::{Area, Command, Half, Query, RequestId, Slot, ToEngine};

/// A question with its buffers.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub id: RequestId,
    pub slot: Slot,
    pub query: Query,
    pub buffers: Vec<Vec<u8>>,
}

#[derive(Debug, Default)]
pub struct Inbox {
    commands: VecDeque<(Command, Vec<Vec<u8>>)>,
    newest: BTreeMap<Slot, Ask>,
    /// The benchmark counts every question, so that none of its slot is dropped.
    bench: VecDeque<Ask>,
    snapshot_seen: bool,
    look: Option<Look>,
    axes: Option<Slice>,
    half: Option<Half>,
    pace: Option<Option<f32>>,
    up_to: Option<Option<u32>>,
}

/// What snapshots decode: a part of the plane, and its cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub area: Area,
    pub columns: u32,
    pub rows: u32,
}

impl Look {
    fn is_sound(&self) -> bool {
        self.columns > 0 && self.rows > 0 && self.area.min.iter().chain(&self.area.max).all(|v| v.is_finite())
    }

    /// The same area in no more than `cells` cells.
    pub fn at_most(self, cells: u32) -> Self {
        let Self { area, mut columns, mut rows } = self;
        while columns > 1 && rows > 1 && columns.saturating_mul(rows) > cells {
            columns = columns * 9 / 10;
            rows = rows * 9 / 10;
        }
        let (columns, rows) = (columns.clamp(1, cells), rows.clamp(1, cells));
        if columns.saturating_mul(rows) > cells {
            Self { area, columns: 1, rows: 1 }
        } else {
            Self { area, columns, rows }
        }
    }
}

impl Inbox {
    pub fn put(&mut self, message: ToEngine, buffers: Vec<Vec<u8>>) {
        match message {
            ToEngine::Command(command) => self.commands.push_back((command, buffers)),
            ToEngine::Ask { id, slot: slot @ Slot::Bench, query } => {
                self.bench.push_back(Ask { id, slot, query, buffers });
            }
            ToEngine::Ask { id, slot, query } => {
                self.newest.insert(slot, Ask { id, slot, query, buffers });
            }
            ToEngine::SnapshotSeen => self.snapshot_seen = true,
            ToEngine::Look { area, columns, rows } => {
                // One that makes no sense would make every snapshot fail.
                self.look = Some(Look { area, columns, rows }).filter(Look::is_sound).or(self.look);
            }
            ToEngine::Axes(axes) => self.axes = Some(Slice { axes: axes.map(|axis| axis as usize) }),
            ToEngine::Shown(half) => self.half = Some(half),
            ToEngine::UpTo(step) => self.up_to = Some(step),
            ToEngine::Pace(pace) => self.pace = Some(pace.filter(|pace| pace.is_finite() && *pace > 0.0)),
        }
    }

    pub fn next_command(&mut self) -> Option<(Command, Vec<Vec<u8>>)> {
        self.commands.pop_front()
    }

    /// The most urgent question: slots in the order in which [`Slot`] lists them.
    pub fn next_ask(&mut self) -> Option<Ask> {
        self.newest.pop_first().map(|(_, ask)| ask).or_else(|| self.bench.pop_front())
    }

    /// Whether the page has drawn the last snapshot since this was last asked.
    pub fn take_snapshot_seen(&mut self) -> bool {
        std::mem::take(&mut self.snapshot_seen)
    }

    /// Where the page looks now, when it has said so since this was last asked.
    pub fn take_look(&mut self) -> Option<Look> {
        self.look.take()
    }

    /// Which axes the plane shows now, likewise.
    pub fn take_axes(&mut self) -> Option<Slice> {
        self.axes.take()
    }

    /// Which data are shown now, likewise.
    pub fn take_half(&mut self) -> Option<Half> {
        self.half.take()
    }

    /// How many steps a second training may take, likewise.
    pub fn take_pace(&mut self) -> Option<Option<f32>> {
        self.pace.take()
    }

    /// How far training may go, likewise.
    pub fn take_up_to(&mut self) -> Option<Option<u32>> {
        self.up_to.take()
    }

    /// Whether nothing waits that has to be carried out.
    pub fn is_empty(&self) -> bool {
        let asked = self.newest.is_empty() && self.bench.is_empty();
        self.commands.is_empty() && asked && self.axes.is_none() && self.half.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::PixelFormat;

    fn ask(id: RequestId, slot: Slot) -> ToEngine {
        ToEngine::Ask { id, slot, query: Query::Decode { z: vec![0.0, 0.0], format: PixelFormat::Bytes } }
    }

    #[test]
    fn the_newest_of_a_slot_wins_and_the_handle_goes_first() {
        let mut inbox = Inbox::default();
        for (id, slot) in [(1, Slot::Atlas), (2, Slot::Handle), (3, Slot::Handle), (4, Slot::Bench), (5, Slot::Bench)] {
            inbox.put(ask(id, slot), vec![]);
        }
        let order: Vec<RequestId> = std::iter::from_fn(|| inbox.next_ask()).map(|ask| ask.id).collect();
        assert_eq!(order, [3, 1, 4, 5]);
    }
}
