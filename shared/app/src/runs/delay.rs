//! Runs that begin later than they are asked for. Such a run is stored at once, queued, and sleeps until its
//! time as one does that waits: nobody can take it before, unless to end it, and its wake-up comes in hops.

use std::time::Duration;

use super::{Error, Runs};
use crate::{
    model::{Run, Timestamp, limits},
    queue::{Kind, Message},
};

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

    /// Sends the message that brings a new run to a worker when it is to begin.
    pub(super) async fn send_first(&self, run: &Run) -> Result<(), Error> {
        if let Some(wake_at) = run.wake_at {
            return self.send_wake(run, wake_at).await;
        }
        let message = Message::about(run, Kind::Start);
        Ok(self.queue.send(&message, &run.workspace, Duration::ZERO).await?)
    }
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
