//! Runs that begin later than they are asked for. Such a run is stored at once, queued, and sleeps until its
//! time as one does that waits: nobody can take it before, unless to end it, and its wake-up comes in hops.

use std::time::Duration;

use serde_json::Value;

use super::{Error, Runs};
use crate::{
    model::{Run, Timestamp, limits},
    queue::{Kind, Message},
    store::Insert,
};

/// A wake-up that comes at least so long after the start finds its run, however long storing that took: messages
/// without a run are tried for some seconds, and no process is at a start for minutes.
const CERTAIN: Duration = Duration::from_mins(5);

impl Runs {
    /// When a run begins that is wished for at this time; absent is at once, which everything past is too.
    ///
    /// # Errors
    /// [`Error::NotThen`] for a time too far ahead.
    pub(super) fn begins_later(
        &self,
        wished: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Error> {
        let now = self.now();
        match wished {
            Some(run_at) if run_at.since(now) > limits::MAX_DELAYED_START => {
                Err(Error::NotThen("Time should be within 7 days"))
            }
            wished => Ok(wished.filter(|run_at| *run_at > now)),
        }
    }

    /// Stores a new run, unless it is there already, and sends its first message: at the same time, but for a run that
    /// begins later. Its message goes out first, as a waiting run's does, so that who finds it knows of the message.
    pub(super) async fn store_and_send(&self, run: &Run, input: &Value) -> Result<Insert, Error> {
        if run.wake_at.is_some() {
            self.send_first(run).await?;
            return Ok(self.store.insert(run, input).await?);
        }
        let (stored, queued) = futures::join!(self.store.insert(run, input), self.send_first(run));
        let stored = stored?;
        queued?;
        Ok(stored)
    }

    /// Sends the message that brings a new run to a worker when it is to begin.
    pub(super) async fn send_first(&self, run: &Run) -> Result<(), Error> {
        if let Some(wake_at) = run.wake_at {
            return self.send_wake(run, wake_at).await;
        }
        let message = Message::about(run, Kind::Start);
        Ok(self.queue.send(&message, &run.workspace, Duration::ZERO).await?)
    }
}

/// Whether a stored run that was put off is certain to have its wake-up. Else every repeat of its start would send
/// one more, each of which goes on until the run begins.
pub(super) fn is_certain_to_wake(run: &Run) -> bool {
    run.run_at.is_some_and(|run_at| run_at.since(run.started_at) >= CERTAIN)
}

/// Refuses to wait for a run that begins later.
pub(super) const fn expect_now(wished: Option<Timestamp>) -> Result<(), Error> {
    match wished {
        None => Ok(()),
        Some(_) => Err(Error::NotThen("A run that is waited for begins at once")),
    }
}

/// Puts a new run off; its time counts from then.
pub(super) fn put_off(run: &mut Run, run_at: Timestamp) {
    run.deadline = run_at.after(run.deadline.since(run.started_at));
    run.run_at = Some(run_at);
    run.wake_at = Some(run_at);
}
