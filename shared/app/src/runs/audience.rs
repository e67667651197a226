//! From an execution to who follows it in the same process: that something was written down, and what models say
//! meanwhile. What was written is read from the journal, by everybody in the same way.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::mpsc::{self, Receiver, Sender, error::TryRecvError};

/// A piece of what a model says. The whole comes with the journal; this is for who cannot wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The instance path of the task that asks, as its lines in the log have it.
    pub task: String,
    /// Which try it is, from 1: another one begins from nothing.
    pub attempt: u32,
    /// The text.
    pub text: String,
}

/// What an execution tells meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// The journal has all entries up to this one.
    Written(u64),
    /// A model said something.
    Said(Delta),
}

/// Who follows an execution: nobody, at no cost, unless somebody does. A run waits for nobody who watches it: what
/// does not fit is dropped, and told again by the journal, but for pieces of what models say.
#[derive(Clone, Default)]
pub struct Audience(Option<Stage>);

#[derive(Clone)]
struct Stage {
    sender: Sender<Live>,
    /// The number of the newest entry of the journal.
    newest: Arc<AtomicU64>,
}

/// A seat in the audience.
pub struct Seat {
    receiver: Receiver<Live>,
    newest: Arc<AtomicU64>,
}

impl Audience {
    /// An audience of one, and the seat, in front of which up to `capacity` things wait.
    #[must_use]
    pub fn of_one(capacity: usize) -> (Self, Seat) {
        let (sender, receiver) = mpsc::channel(capacity);
        let newest = Arc::default();
        let stage = Stage { sender, newest: Arc::clone(&newest) };
        (Self(Some(stage)), Seat { receiver, newest })
    }

    /// Whether there is anybody.
    pub(super) const fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Tells that entry `seq` is in the journal.
    pub(super) fn written(&self, seq: u64) {
        let Some(stage) = &self.0 else { return };
        stage.newest.fetch_max(seq, Ordering::SeqCst);
        let _ = stage.sender.try_send(Live::Written(seq));
    }

    /// Tells `text`, which the model's call at `key` has just said.
    pub(super) fn said(&self, key: &str, text: String) {
        let Some(stage) = self.0.as_ref().filter(|_| !text.is_empty()) else { return };
        let (task, attempt) = key.rsplit_once('#').unwrap_or((key, "1"));
        let attempt = attempt.parse().unwrap_or(1);
        let _ = stage.sender.try_send(Live::Said(Delta { task: task.to_owned(), attempt, text }));
    }
}

impl Seat {
    /// What comes next; none once the execution is over. `next_entry` is the first entry of the journal that was
    /// not seen, so that nothing is missed that did not fit. May be dropped and called again.
    pub async fn next(&mut self, next_entry: u64) -> Option<Live> {
        match self.receiver.try_recv() {
            Ok(live) => return Some(live),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let newest = self.newest.load(Ordering::SeqCst);
        if newest >= next_entry {
            return Some(Live::Written(newest));
        }
        self.receiver.recv().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_did_not_fit_is_not_missed() {
        let (audience, mut seat) = Audience::of_one(1);
        audience.said("/do/0/ask#2", "a".to_owned());
        audience.said("/do/0/ask#2", "b".to_owned());
        audience.written(1);
        let delta = Delta { task: "/do/0/ask".to_owned(), attempt: 2, text: "a".to_owned() };
        assert_eq!(seat.next(1).await, Some(Live::Said(delta)));
        assert_eq!(seat.next(1).await, Some(Live::Written(1)));
        drop(audience);
        assert_eq!(seat.next(2).await, None);
    }
}
