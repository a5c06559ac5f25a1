//! Questions on their way: one at a time for each slot, and of those that wait only the newest.

use std::collections::BTreeMap;

use crate::protocol::{Query, RequestId, Slot};

/// A question with its buffers.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub query: Query,
    pub buffers: Vec<Vec<u8>>,
}

impl From<Query> for Ask {
    fn from(query: Query) -> Self {
        Self { query, buffers: Vec::new() }
    }
}

#[derive(Debug, Default)]
pub struct Asks {
    last: RequestId,
    slots: BTreeMap<Slot, Lane>,
}

#[derive(Debug, Default)]
struct Lane {
    sent: Option<(RequestId, Ask)>,
    wanted: Option<Ask>,
}

impl Asks {
    /// Wants an answer. Gives what to send now; nothing while an earlier question is out.
    pub fn want(&mut self, slot: Slot, ask: Ask) -> Option<(RequestId, Ask)> {
        self.slots.entry(slot).or_default().wanted = Some(ask);
        self.next(slot)
    }

    /// What to send now in this slot.
    fn next(&mut self, slot: Slot) -> Option<(RequestId, Ask)> {
        let lane = self.slots.get_mut(&slot)?;
        if lane.sent.is_some() {
            return None;
        }
        let ask = lane.wanted.take()?;
        self.last = self.last.wrapping_add(1);
        lane.sent = Some((self.last, ask.clone()));
        Some((self.last, ask))
    }

    /// An answer came: the question it belongs to, and what to send next. Nothing for a stale one.
    pub fn answered(&mut self, slot: Slot, id: RequestId) -> Option<(Ask, Option<(RequestId, Ask)>)> {
        let lane = self.slots.get_mut(&slot)?;
        if lane.sent.as_ref().is_none_or(|(sent, _)| *sent != id) {
            return None;
        }
        let (_, asked) = lane.sent.take()?;
        let next = self.next(slot);
        Some((asked, next))
    }

    /// The model is another one: what is out is stale, what waited is forgotten.
    pub fn forget(&mut self) {
        self.slots.clear();
    }

    /// The same in one slot, where there is nothing to ask about any more.
    pub fn drop(&mut self, slot: Slot) {
        self.slots.remove(&slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::PixelFormat;

    fn decode(x: f32) -> Ask {
        Query::Decode { z: vec![x, 0.0], format: PixelFormat::Bytes }.into()
    }

    #[test]
    fn a_drag_sends_the_first_and_then_the_newest() {
        let mut asks = Asks::default();
        let (first, _) = asks.want(Slot::Handle, decode(0.0)).expect("nothing is out");
        for x in 1..60 {
            assert_eq!(asks.want(Slot::Handle, decode(x as f32)), None);
        }
        let (asked, next) = asks.answered(Slot::Handle, first).expect("it was asked");
        assert_eq!(asked, decode(0.0));
        let (second, ask) = next.expect("one waits");
        assert_eq!(ask, decode(59.0));
        assert_eq!(asks.answered(Slot::Handle, second).map(|(_, next)| next), Some(None));
    }

    #[test]
    fn slots_do_not_wait_for_each_other() {
        let mut asks = Asks::default();
        assert!(asks.want(Slot::Handle, decode(0.0)).is_some());
        assert!(asks.want(Slot::Hover, decode(1.0)).is_some());
    }

    #[test]
    fn a_stale_answer_is_dropped() {
        let mut asks = Asks::default();
        let (old, _) = asks.want(Slot::Pad, decode(0.0)).expect("nothing is out");
        asks.forget();
        let (new, _) = asks.want(Slot::Pad, decode(1.0)).expect("the old one is forgotten");
        assert!(old != new && asks.answered(Slot::Pad, old).is_none());
        assert!(asks.answered(Slot::Pad, new).is_some() && asks.answered(Slot::Pad, new).is_none());
    }

    #[test]
    fn what_is_dropped_is_neither_answered_nor_sent() {
        let mut asks = Asks::default();
        let (drawn, _) = asks.want(Slot::Pad, decode(0.0)).expect("nothing is out");
        let (held, _) = asks.want(Slot::Handle, decode(0.0)).expect("nothing is out");
        assert_eq!(asks.want(Slot::Pad, decode(1.0)), None, "it waits");
        asks.drop(Slot::Pad);
        assert_eq!(asks.answered(Slot::Pad, drawn), None);
        assert_eq!(asks.answered(Slot::Handle, held), Some((decode(0.0), None)), "the other slots know nothing of it");
    }
}
