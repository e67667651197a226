//! What a worker does with a message.

use std::time::Duration;

use super::{Error, Runs, execute::Executed, host::Slice, observe::delivery_outcome};
use crate::{
    model::{Run, RunId, Timestamp, WorkspaceId, limits},
    queue::{Content, Delivery, Firing, Incoming, Kind, Message, Notice, Receipt},
    store::Claim,
    telemetry::{self, Metric},
};

/// Deliveries after which a message whose run never appeared is dropped: its start was never
/// acknowledged. Less than any sensible `maxReceiveCount`, so that it does not become a dead letter.
const MAX_DELIVERIES_WITHOUT_RUN: u32 = 3;

/// How soon a message whose run is not there yet, or whose handling failed, comes back.
const RETRY_DELAY: Duration = Duration::from_secs(5);

/// After a lease's end, so that the message does not come a moment too early again.
const LEASE_MARGIN: Duration = Duration::from_secs(1);

impl Runs {
    /// Does what a message asks for, and tells of it as an event of `function`. Any number of
    /// deliveries of one message is safe.
    pub async fn deliver(&self, function: &'static str, incoming: Incoming) -> Delivery {
        let kind = telemetry::Kind::Message { id: incoming.id.clone() };
        let event = self.begin_event(function, kind, &incoming);
        let delivery = self.observed(&event).deliver_observed(incoming).await;
        event.end(delivery_outcome(delivery)).await;
        delivery
    }

    async fn deliver_observed(&self, incoming: Incoming) -> Delivery {
        let Incoming { message, receipt, delivery_count, due_at, .. } = incoming;
        // A message that comes back was not left lying.
        if let (Some(due_at), 1) = (due_at, delivery_count) {
            self.notes.measure(Metric::QueueDelay, self.now().since(due_at));
        }
        let message = match message {
            Ok(Content::Run(message)) => message,
            Ok(Content::Fire(firing)) => return self.deliver_firing(&firing, &receipt).await,
            Ok(Content::Tell(notice)) => return self.deliver_notice(&notice, &receipt).await,
            Err(error) => {
                // It goes to the dead letters. Why it cannot be read may quote it.
                self.notes.failed_saying(&error);
                return Delivery::Again;
            }
        };
        self.notes.run(message.run);
        match self.try_deliver(&message, &receipt, delivery_count).await {
            Ok(delivery) => delivery,
            Err(error) => {
                self.note_failed(&error);
                self.return_soon(&receipt).await;
                Delivery::Again
            }
        }
    }

    async fn deliver_firing(&self, firing: &Firing, receipt: &Receipt) -> Delivery {
        match Box::pin(self.fire(firing)).await {
            Ok(()) => Delivery::Done,
            Err(error) => {
                self.note_failed(&error);
                self.return_soon(receipt).await;
                Delivery::Again
            }
        }
    }

    async fn deliver_notice(&self, notice: &Notice, receipt: &Receipt) -> Delivery {
        self.notes.run(notice.run);
        match self.tell(notice, receipt).await {
            Ok(()) => Delivery::Done,
            Err(error) => {
                self.note_failed(&error);
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
            && let Some(run) = self.store.look(message.run).await?
            && run.status.is_terminal()
        {
            self.note_run(&run);
            // Whoever ended it may have died before it did so.
            self.make_room(&run).await;
            return Ok(Delivery::Done);
        }
        let claim = self.claim_patiently(message.run).await?;
        self.note_claim(&claim);
        match claim {
            Claim::Taken(claimed) => {
                let slice = Slice {
                    ends_at: now.after(self.settings.slice),
                    gives_up_calls_at: None,
                    longest_wait: self.settings.short_wait,
                };
                match self.execute(*claimed, slice, Some(receipt)).await? {
                    Executed::Ended(_) | Executed::GoesOn(_) => Ok(Delivery::Done),
                    // Whoever took the run may die with it: the message stays as its guard.
                    Executed::Lost => self.guard(message, now).await,
                }
            }
            Claim::Unreadable(unreadable) => match self.end_unreadable(*unreadable).await? {
                Executed::Ended(_) | Executed::GoesOn(_) => Ok(Delivery::Done),
                Executed::Lost => self.guard(message, now).await,
            },
            // Its holder looks for the cancellation. Should it put the run to sleep just before it looks, this comes
            // again and wakes it; should it die, its own message brings the run back.
            Claim::Held { run, .. } if message.kind == Kind::Cancel => {
                let looked = self.settings.cancel_poll + LEASE_MARGIN;
                self.requeue(message, &run.workspace, looked).await
            }
            Claim::Held { until, run } => {
                self.requeue(message, &run.workspace, until.since(now) + LEASE_MARGIN).await
            }
            Claim::Asleep { until, run } => self.let_sleep(message, &run, until).await,
            Claim::Gated(run) => self.wait_at_gate(message, &run).await,
            Claim::Ended(run) => {
                self.make_room(&run).await;
                Ok(Delivery::Done)
            }
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
            let lease_until = now.after(self.settings.lease);
            let claim = match self.store.claim(id, now, lease_until).await? {
                Claim::Gated(run) if Box::pin(self.is_admitted(&run)).await? => {
                    self.store.claim_admitted(id, now, lease_until).await?
                }
                claim => claim,
            };
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
    pub(super) async fn requeue(
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
