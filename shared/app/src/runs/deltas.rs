//! What models say while they say it, on its way to who follows a run.

use tokio::sync::mpsc::{self, Receiver, Sender, error::TrySendError};

use crate::model::RunId;

/// A piece of what a model says. The whole comes with the journal; this is for who cannot wait.
pub struct Delta {
    /// The run.
    pub run: RunId,
    /// The instance path of the task that asks, as its lines in the log have it.
    pub task: String,
    /// Which try it is, from 1: another one begins from nothing.
    pub attempt: u32,
    /// The text.
    pub text: String,
}

/// Where deltas go: nowhere, at no cost, unless somebody follows. A follower who does not keep up loses some: a run
/// waits for nobody who watches it.
#[derive(Clone, Default)]
pub struct Deltas(Option<Sender<Delta>>);

impl Deltas {
    /// A way for deltas that holds up to `capacity` of them.
    #[must_use]
    pub fn followed(capacity: usize) -> (Self, Receiver<Delta>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self(Some(sender)), receiver)
    }

    /// Sends `text`, which the model's call at `key` has just said.
    pub(super) fn send(&self, run: RunId, key: &str, text: String) {
        let Some(sender) = self.0.as_ref().filter(|_| !text.is_empty()) else { return };
        let (task, attempt) = key.rsplit_once('#').unwrap_or((key, "1"));
        let attempt = attempt.parse().unwrap_or(1);
        match sender.try_send(Delta { run, task: task.to_owned(), attempt, text }) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {}
        }
    }
}
