//! The queues for callers in this process: each operation, answered once the log has it, and the wait of a long poll.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::futures::OwnedNotified;
use tokio::time::Instant;

use super::attributes::arn;
use super::error::Error;
use super::journal::{Journal, OpenError};
use super::message::{Outgoing, Received};
use super::state::{Sent, State};

/// The clock: milliseconds since 1970.
pub type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Messages in one receive (SQS quotas, "Message batch").
const RECEIVE_MAX: usize = 10;
/// The longest long poll (SQS quotas, "Long polling").
const WAIT_MAX_S: u32 = 20;

/// What a receiver sees at one moment.
enum Found {
    Messages(Vec<Received>),
    Nothing { notify: OwnedNotified, next_ms: u64, now_ms: u64 },
}

/// All queues of one machine. Clones are the same queues.
///
/// Every operation is answered after the log has it. An operation whose future is dropped may have taken effect.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    journal: Option<Journal>,
    now: Now,
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("logged", &self.0.journal.is_some())
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Queues that end with the process.
    #[must_use]
    pub fn in_memory(now: Now) -> Self {
        let state = Mutex::new(State::default());
        Self(Arc::new(Shared { state, journal: None, now }))
    }

    /// Queues that are logged to the file at `path`, with what it holds already. What was acknowledged survives the
    /// process; with `sync` also a power cut, at the price of a disk's sync an operation. One process at a time may
    /// have the file open.
    ///
    /// # Errors
    /// When the file cannot be opened or is not of this program's making.
    pub fn open(path: &Path, sync: bool, now: Now) -> Result<Self, OpenError> {
        let (journal, state) = Journal::open(path, sync)?;
        Ok(Self(Arc::new(Shared { state: Mutex::new(state), journal: Some(journal), now })))
    }

    /// Makes waiting receivers look at the clock again. Call it after moving a manual clock.
    pub fn wake(&self) {
        for queue in self.lock().queues.values() {
            queue.wake();
        }
    }

    /// Creates a queue, or does nothing where it exists with these attributes.
    ///
    /// # Errors
    /// [`Error::QueueNameExists`] where it exists with others; refusals of name and attributes.
    pub async fn create_queue(
        &self,
        name: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        self.change(|state, now_ms| state.create_queue(name, attributes, now_ms)).await
    }

    /// Sets attributes; those not named stay.
    pub async fn set_attributes(
        &self,
        queue: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        self.change(|state, now_ms| state.set_attributes(queue, attributes, now_ms)).await
    }

    /// All attributes of a queue, with the counts that AWS calls approximate and that are exact here.
    pub fn attributes(&self, queue: &str) -> Result<BTreeMap<String, String>, Error> {
        let state = self.lock();
        let queue = state.queue(queue)?;
        let counts = queue.counts(self.now_ms());
        let mut attributes = queue.attributes.render();
        attributes.extend([
            ("QueueArn".to_owned(), arn(&queue.name)),
            ("CreatedTimestamp".to_owned(), (queue.created_at_ms / 1_000).to_string()),
            ("LastModifiedTimestamp".to_owned(), (queue.modified_at_ms / 1_000).to_string()),
            ("ApproximateNumberOfMessages".to_owned(), counts.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible".to_owned(), counts.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed".to_owned(), counts.delayed.to_string()),
        ]);
        Ok(attributes)
    }

    /// The names of all queues, sorted.
    #[must_use]
    pub fn queue_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.lock().queues.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    }

    /// Stores a message.
    ///
    /// # Errors
    /// Refusals of the contents. A retry sends a second message.
    pub async fn send(&self, queue: &str, outgoing: Outgoing) -> Result<Sent, Error> {
        self.change(|state, now_ms| state.send(queue, outgoing, now_ms)).await
    }

    /// Stores several messages with one write to the log; each is taken or refused on its own.
    pub(crate) async fn send_all(
        &self,
        queue: &str,
        outgoing: Vec<Outgoing>,
    ) -> Result<Vec<Result<Sent, Error>>, Error> {
        self.change(|state, now_ms| {
            state.queue(queue)?;
            Ok(outgoing.into_iter().map(|outgoing| state.send(queue, outgoing, now_ms)).collect())
        })
        .await
    }

    /// Receives up to `maximum` messages (1 to 10) and hides them for `visibility_s` seconds, the queue's own timeout
    /// where that is `None`. Waits up to `wait_s` seconds for the first one, likewise; it is woken by a send and by the
    /// end of a delay or visibility timeout.
    ///
    /// # Errors
    /// [`Error::QueueDoesNotExist`], and numbers out of range. A message whose receive fails comes back after its
    /// visibility timeout.
    pub async fn receive(
        &self,
        queue: &str,
        maximum: usize,
        visibility_s: Option<u32>,
        wait_s: Option<u32>,
    ) -> Result<Vec<Received>, Error> {
        if !(1..=RECEIVE_MAX).contains(&maximum) {
            let message = format!(
                "Value {maximum} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            );
            return Err(Error::InvalidParameterValue(message));
        }
        let wait_s =
            wait_s.map_or_else(|| Ok(self.lock().queue(queue)?.attributes.receive_wait_s), Ok)?;
        if wait_s > WAIT_MAX_S {
            let message = format!(
                "Value {wait_s} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
            );
            return Err(Error::InvalidParameterValue(message));
        }
        // The poll ends by both clocks: a manual one that stands still must not hold it for ever.
        let until_ms = self.now_ms() + u64::from(wait_s) * 1_000;
        let until = Instant::now() + Duration::from_secs(wait_s.into());
        loop {
            let (found, noted) = self.look(queue, maximum, visibility_s)?;
            let (notify, next_ms, now_ms) = match found {
                Found::Messages(messages) => {
                    self.settle(noted).await?;
                    return Ok(messages);
                }
                Found::Nothing { notify, next_ms, now_ms } => {
                    (notify, next_ms.min(until_ms), now_ms)
                }
            };
            if next_ms <= now_ms || Instant::now() >= until {
                self.settle(noted).await?;
                return Ok(Vec::new());
            }
            let next = Instant::now() + Duration::from_millis(next_ms - now_ms);
            tokio::select! {
                () = notify => {}
                () = tokio::time::sleep_until(next.min(until)) => {}
            }
        }
    }

    fn look(
        &self,
        queue: &str,
        maximum: usize,
        visibility_s: Option<u32>,
    ) -> Result<(Found, u64), Error> {
        let mut state = self.lock();
        let now_ms = self.now_ms();
        let messages = state.receive(queue, maximum, visibility_s, now_ms)?;
        let found = if messages.is_empty() {
            let (notify, next_ms) = state.wait(queue)?;
            // Made while the lock is held: what is announced from here on reaches it.
            Found::Nothing { notify: notify.notified_owned(), next_ms, now_ms }
        } else {
            Found::Messages(messages)
        };
        Ok((found, state.noted()))
    }

    /// Deletes a received message. Deleting what is gone already succeeds, as on AWS.
    ///
    /// # Errors
    /// [`Error::ReceiptHandleIsInvalid`] for a handle that this queue did not issue.
    pub async fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), Error> {
        self.change(|state, _| state.delete(queue, receipt_handle)).await
    }

    /// Hides a message in flight for `visibility_s` seconds from now; 0 gives it back.
    ///
    /// # Errors
    /// [`Error::MessageNotInflight`] when its timeout has ended, [`Error::ReceiptHandleIsInvalid`] when it is gone.
    pub async fn change_visibility(
        &self,
        queue: &str,
        receipt_handle: &str,
        visibility_s: u32,
    ) -> Result<(), Error> {
        self.change(|state, now_ms| {
            state.change_visibility(queue, receipt_handle, visibility_s, now_ms)
        })
        .await
    }

    /// Gives back every message in flight and returns how many: after a start, because the receivers of the process
    /// before are dead and nobody should wait for their timeouts.
    pub async fn release_in_flight(&self, queue: &str) -> Result<usize, Error> {
        self.change(|state, now_ms| state.release_in_flight(queue, now_ms)).await
    }

    /// Deletes every message of a queue.
    pub async fn purge(&self, queue: &str) -> Result<(), Error> {
        self.change(|state, _| state.purge(queue)).await
    }

    /// Changes the queues under the lock and waits for the log.
    pub(crate) async fn change<T>(
        &self,
        apply: impl FnOnce(&mut State, u64) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (outcome, noted) = {
            let mut state = self.lock();
            let outcome = apply(&mut state, self.now_ms());
            (outcome, state.noted())
        };
        let outcome = outcome?;
        self.settle(noted).await?;
        Ok(outcome)
    }

    async fn settle(&self, noted: u64) -> Result<(), Error> {
        match &self.0.journal {
            Some(journal) => journal.settle(noted, &self.0.state).await,
            None => Ok(()),
        }
    }

    fn now_ms(&self) -> u64 {
        (self.0.now)()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
