//! One queue in memory: its messages, ordered by the time from which they can be received. Time comes in as a value;
//! waiting and storing happen elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tokio::sync::Notify;

use super::attributes::Attributes;
use super::handle::Handle;
use super::message::Content;

/// A queue. Delayed messages and those in flight stand behind the due ones in one order, so that hundreds of thousands
/// of them cost a receive nothing.
pub(crate) struct Queue {
    /// The queue's number in the log and in receipt handles.
    pub(crate) number: u32,
    pub(crate) name: Arc<str>,
    pub(crate) attributes: Attributes,
    pub(crate) created_at_ms: u64,
    pub(crate) modified_at_ms: u64,
    messages: HashMap<u64, Message>,
    order: BTreeSet<(u64, u64)>,
    changed: Arc<Notify>,
    announced_ms: u64,
}

/// A stored message and what receives have made of it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) content: Arc<Content>,
    /// From when it can be received: the end of its delay or visibility timeout.
    pub(crate) visible_at_ms: u64,
    pub(crate) receive_count: u32,
    pub(crate) first_received_at_ms: Option<u64>,
    /// The ARN of the queue that it was moved from as a dead letter.
    pub(crate) dead_letter_source: Option<Arc<str>>,
}

/// How many messages are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

impl Queue {
    pub(crate) fn new(number: u32, name: Arc<str>, attributes: Attributes, now_ms: u64) -> Self {
        Self {
            number,
            name,
            attributes,
            created_at_ms: now_ms,
            modified_at_ms: now_ms,
            messages: HashMap::new(),
            order: BTreeSet::new(),
            changed: Arc::new(Notify::new()),
            announced_ms: u64::MAX,
        }
    }

    pub(crate) fn insert(&mut self, id: u64, message: Message) {
        self.order.insert((message.visible_at_ms, id));
        self.messages.insert(id, message);
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<Message> {
        let message = self.messages.remove(&id)?;
        self.order.remove(&(message.visible_at_ms, id));
        Some(message)
    }

    /// Takes the message out that has been due longest. Put it back with [`Queue::insert`].
    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<(u64, Message)> {
        let (visible_at_ms, id) = *self.order.first()?;
        if visible_at_ms > now_ms {
            return None;
        }
        self.order.remove(&(visible_at_ms, id));
        Some((id, self.messages.remove(&id)?))
    }

    pub(crate) fn find(&self, handle: &Handle) -> Option<&Message> {
        let is_meant = |message: &&Message| message.content.message_id == handle.message_id;
        self.messages.get(&handle.id).filter(is_meant)
    }

    /// Sets when the message can be received again.
    pub(crate) fn reschedule(&mut self, id: u64, visible_at_ms: u64) -> Option<&Message> {
        let message = self.messages.get_mut(&id)?;
        self.order.remove(&(message.visible_at_ms, id));
        self.order.insert((visible_at_ms, id));
        message.visible_at_ms = visible_at_ms;
        Some(message)
    }

    /// The messages that someone received and has neither deleted nor lost yet.
    pub(crate) fn in_flight(&self, now_ms: u64) -> Vec<u64> {
        self.later(now_ms)
            .filter(|(_, message)| message.receive_count > 0)
            .map(|(id, _)| id)
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.order.clear();
    }

    pub(crate) fn counts(&self, now_ms: u64) -> Counts {
        let mut counts = Counts::default();
        for (_, message) in self.later(now_ms) {
            if message.receive_count > 0 {
                counts.in_flight += 1;
            } else {
                counts.delayed += 1;
            }
        }
        counts.visible = self.messages.len() - counts.in_flight - counts.delayed;
        counts
    }

    fn later(&self, now_ms: u64) -> impl Iterator<Item = (u64, &Message)> {
        let later = self.order.range((now_ms.saturating_add(1), 0)..);
        later.filter_map(|(_, id)| Some((*id, self.messages.get(id)?)))
    }

    /// What a receiver waits for that found nothing: the signal, and the time at which it has to look even without
    /// one. Create the `Notified` while the queue is still locked, or a signal is lost.
    pub(crate) fn wait(&mut self) -> (Arc<Notify>, u64) {
        self.announced_ms = self.next_ms();
        (Arc::clone(&self.changed), self.announced_ms)
    }

    /// Wakes the receivers when a message is due earlier than they were told. To be called after every change.
    pub(crate) fn announce(&mut self) {
        let next_ms = self.next_ms();
        if next_ms < self.announced_ms {
            self.announced_ms = next_ms;
            self.changed.notify_waiters();
        }
    }

    /// Makes the receivers look again, because time has moved.
    pub(crate) fn wake(&self) {
        self.changed.notify_waiters();
    }

    fn next_ms(&self) -> u64 {
        self.order.first().map_or(u64::MAX, |(visible_at_ms, _)| *visible_at_ms)
    }
}
