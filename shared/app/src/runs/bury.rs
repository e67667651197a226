//! Dead letters: a run whose messages could not be handled ends as failed, with the reason.

use super::{Error, Runs, journal::Recorder, observe::delivery_outcome};
use crate::{
    flow::{ErrorKind, raise},
    model::{End, Event},
    queue::{Content, Delivery, Firing, Incoming, Message, Notice},
    store::Claim,
    telemetry,
};

/// How a run says that it was buried.
pub(super) const BURIED: &str =
    "the run could not be executed: every delivery of its message failed";

impl Runs {
    /// Ends the run of a dead letter, unless somebody works on it, and tells of it as an event of
    /// `function`. Safe to repeat.
    pub async fn bury(&self, function: &'static str, incoming: Incoming) -> Delivery {
        let kind = telemetry::Kind::DeadLetter { id: incoming.id.clone() };
        let event = self.begin_event(function, kind, &incoming);
        let delivery = self.observed(&event).bury_observed(incoming).await;
        event.end(delivery_outcome(delivery)).await;
        delivery
    }

    async fn bury_observed(&self, incoming: Incoming) -> Delivery {
        let message = match incoming.message {
            Ok(Content::Run(message)) => message,
            Ok(Content::Fire(firing)) => return self.bury_firing(&firing).await,
            Ok(Content::Tell(notice)) => return self.bury_notice(&notice).await,
            Err(error) => {
                // It names no run, so there is none to end. Why it cannot be read may quote it.
                self.notes.failed_saying(&error);
                return Delivery::Done;
            }
        };
        self.notes.run(message.run);
        match self.try_bury(&message).await {
            Ok(delivery) => delivery,
            Err(error) => {
                self.note_failed(&error);
                Delivery::Again
            }
        }
    }

    /// A run that is stored goes on; without one the firing is lost, as nobody waits for it.
    async fn bury_firing(&self, firing: &Firing) -> Delivery {
        match self.complete_firing(firing).await {
            Ok(true) => Delivery::Done,
            Ok(false) => {
                self.notes.failed_saying("every delivery of a firing failed: it starts no run");
                Delivery::Done
            }
            Err(error) => {
                self.note_failed(&error);
                Delivery::Again
            }
        }
    }

    /// An attempt to tell somebody of an end that fails without an answer of theirs is one that failed.
    async fn bury_notice(&self, notice: &Notice) -> Delivery {
        self.notes.run(notice.run);
        match self.give_up_attempt(notice).await {
            Ok(()) => Delivery::Done,
            Err(error) => {
                self.note_failed(&error);
                Delivery::Again
            }
        }
    }

    async fn try_bury(&self, message: &Message) -> Result<Delivery, Error> {
        let now = self.now();
        let claim = self.store.claim(message.run, now, now.after(self.settings.lease)).await?;
        self.note_claim(&claim);
        match claim {
            Claim::Taken(claimed) => {
                let error = raise(ErrorKind::Runtime, "/", BURIED);
                // Whoever watches should see it as what it is: something is broken.
                self.notes.failed_saying("every delivery of the run's message failed");
                let recorder = Recorder::resume(claimed.journal, claimed.next_seq);
                self.finish(claimed.run, recorder, Event::Fail, End::Error(error)).await?;
                Ok(Delivery::Done)
            }
            Claim::Unreadable(unreadable) => {
                self.end_unreadable(*unreadable).await?;
                Ok(Delivery::Done)
            }
            // The run is sound: a wake-up that died before its time gets a successor.
            Claim::Asleep { until, run } => self.let_sleep(message, &run, until).await,
            Claim::Held { .. } => Ok(Delivery::Again),
            // So is this one: only the question whose turn it is failed too often.
            Claim::Gated(run) => self.wait_at_gate(message, &run).await,
            Claim::Ended(_) | Claim::Missing => Ok(Delivery::Done),
        }
    }
}
