//! What a worker does with a message.

use std::time::Duration;

use super::{Error, Runs, execute::Executed, host::Slice};
use crate::{
    model::{Run, RunId, Timestamp, WorkspaceId, limits},
    queue::{Content, Delivery, Firing, Incoming, Kind, Message, Receipt},
    store::Claim,
};

/// Deliveries after which a message whose run never appeared is dropped: its start was never
/// acknowledged. Less than any sensible `maxReceiveCount`, so that it does not become a dead letter.
const MAX_DELIVERIES_WITHOUT_RUN: u32 = 3;

/// How soon a message whose run is not there yet, or whose handling failed, comes back.
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// After a lease's end, so that the message does not come a moment too early again.
const LEASE_MARGIN: Duration = Duration::from_secs(1);

impl Runs {
    /// Does what a message asks for. Any number of deliveries of one message is safe.
    pub async fn deliver(&self, incoming: Incoming) -> Delivery {
        let Incoming { message, receipt, delivery_count } = incoming;
        let message = match message {
            Ok(Content::Run(message)) => message,
            Ok(Content::Fire(firing)) => return self.deliver_firing(&firing, &receipt).await,
            Err(error) => {
                tracing::error!(error = %error, "A message cannot be read; it goes to the dead letters");
                return Delivery::Again;
            }
        };
        let id = message.run;
        match self.try_deliver(&message, &receipt, delivery_count).await {
            Ok(delivery) => delivery,
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(run.id = %id, error = %error, source, "Could not handle a message of run {id}");
                self.return_soon(&receipt).await;
                Delivery::Again
            }
        }
    }

    async fn deliver_firing(&self, firing: &Firing, receipt: &Receipt) -> Delivery {
        match self.fire(firing).await {
            Ok(()) => Delivery::Done,
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(trigger.id = %firing.trigger, scheduled_at = %firing.scheduled_at, error = %error, source, "Could not handle a firing");
                self.return_soon(receipt).await;
                Delivery::Again
            }
        }
    }

    async fn try_deliver(
        &self,
        message: &Message,
        receipt: &Receipt,
        delivery_count: u32,
    ) -> Result<Delivery, Error> {
        let now = self.now();
        // Most guards find a run that ended long ago; a look costs a fifth of a refused claim.
        if message.kind == Kind::Guard
            && self.store.look(message.run).await?.is_some_and(|run| run.status.is_terminal())
        {
            return Ok(Delivery::Done);
        }
        match self.claim_patiently(message.run).await? {
            Claim::Taken(claimed) => {
                let slice = Slice {
                    ends_at: now.after(self.settings.slice),
                    gives_up_calls: false,
                    longest_wait: self.settings.short_wait,
                };
                match Box::pin(self.execute(*claimed, slice, Some(receipt))).await? {
                    Executed::Ended(_) | Executed::GoesOn(_) => Ok(Delivery::Done),
                    // Whoever took the run may die with it: the message stays as its guard.
                    Executed::Lost => self.guard(message, now).await,
                }
            }
            // Its holder looks for the cancellation; should it die, its own message brings the run back.
            Claim::Held { .. } if message.kind == Kind::Cancel => Ok(Delivery::Done),
            Claim::Held { until, run } => {
                self.requeue(message, &run.workspace, until.since(now) + LEASE_MARGIN).await
            }
            Claim::Asleep { until, run } => self.let_sleep(message, &run, until).await,
            Claim::Ended(_) => Ok(Delivery::Done),
            Claim::Missing if delivery_count >= MAX_DELIVERIES_WITHOUT_RUN => {
                tracing::warn!(run.id = %message.run, "Dropped a message: run {} was never stored", message.run);
                Ok(Delivery::Done)
            }
            Claim::Missing => {
                self.return_soon(receipt).await;
                Ok(Delivery::Again)
            }
        }
    }

    /// A message of a sleeping run: its wake-up, come before the time, is sent anew; any other is of
    /// no use, as the wake-up is under way.
    pub(super) async fn let_sleep(
        &self,
        message: &Message,
        run: &Run,
        until: Timestamp,
    ) -> Result<Delivery, Error> {
        if message.kind == Kind::Wake && message.wake_at == Some(until) {
            self.send_wake(run, until).await?;
        }
        Ok(Delivery::Done)
    }

    /// Header and message of a start go out side by side; a fast message looks again for a while.
    async fn claim_patiently(&self, id: RunId) -> Result<Claim, Error> {
        let patience_until = self.now().after(limits::HEADER_PATIENCE);
        let mut pause = Duration::from_millis(20);
        loop {
            let now = self.now();
            let claim = self.store.claim(id, now, now.after(self.settings.lease)).await?;
            if !matches!(claim, Claim::Missing) || now >= patience_until {
                return Ok(claim);
            }
            self.clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    async fn guard(&self, message: &Message, now: Timestamp) -> Result<Delivery, Error> {
        match self.store.look(message.run).await? {
            Some(run) if !run.status.is_terminal() => {
                let delay = run.lease_until.since(now) + LEASE_MARGIN;
                self.requeue(message, &run.workspace, delay).await
            }
            _ => Ok(Delivery::Done),
        }
    }

    /// A fresh message instead of the old one's return: waiting for a lease is no failure and must
    /// not count towards the dead letters.
    async fn requeue(
        &self,
        message: &Message,
        workspace: &WorkspaceId,
        delay: Duration,
    ) -> Result<Delivery, Error> {
        self.queue.send(message, workspace, delay.min(limits::MAX_DELAY)).await?;
        Ok(Delivery::Done)
    }

    async fn return_soon(&self, receipt: &Receipt) {
        if let Err(error) = self.queue.change_visibility(receipt, RETRY_DELAY).await {
            tracing::warn!(error = %error, "A message comes back only after the queue's visibility timeout");
        }
    }
}
