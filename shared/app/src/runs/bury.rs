//! Dead letters: a run whose messages could not be handled ends as failed, with the reason.

use super::{Error, Runs, journal::Recorder};
use crate::{
    flow::{ErrorKind, raise},
    model::{End, Event},
    queue::{Content, Delivery, Firing, Incoming, Message},
    store::Claim,
};

impl Runs {
    /// Ends the run of a dead letter, unless somebody works on it. Safe to repeat.
    pub async fn bury(&self, incoming: Incoming) -> Delivery {
        let message = match incoming.message {
            Ok(Content::Run(message)) => message,
            Ok(Content::Fire(firing)) => return self.bury_firing(&firing).await,
            Err(error) => {
                // It names no run, so there is none to end.
                tracing::error!(error = %error, "Dropped a dead letter that cannot be read");
                return Delivery::Done;
            }
        };
        match self.try_bury(&message).await {
            Ok(delivery) => delivery,
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(run.id = %message.run, error = %error, source, "Could not handle a dead letter");
                Delivery::Again
            }
        }
    }

    /// A run that is stored goes on; without one the firing is lost, as nobody waits for it.
    async fn bury_firing(&self, firing: &Firing) -> Delivery {
        let Firing { trigger, scheduled_at, .. } = firing;
        match self.complete_firing(firing).await {
            Ok(true) => Delivery::Done,
            Ok(false) => {
                tracing::error!(trigger.id = %trigger, scheduled_at = %scheduled_at, "A firing became a dead letter: it starts no run");
                Delivery::Done
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(trigger.id = %trigger, scheduled_at = %scheduled_at, error = %error, source, "Could not handle a dead letter");
                Delivery::Again
            }
        }
    }

    async fn try_bury(&self, message: &Message) -> Result<Delivery, Error> {
        let now = self.now();
        match self.store.claim(message.run, now, now.after(self.settings.lease)).await? {
            Claim::Taken(claimed) => {
                let error = raise(
                    ErrorKind::Runtime,
                    "/",
                    "the run could not be executed: every delivery of its message failed",
                );
                let recorder = Recorder::resume(claimed.journal, claimed.next_seq);
                tracing::error!(run.id = %message.run, "Run {} became a dead letter", message.run);
                self.finish(claimed.run, recorder, Event::Fail, End::Error(error)).await?;
                Ok(Delivery::Done)
            }
            // The run is sound: a wake-up that died before its time gets a successor.
            Claim::Asleep { until, run } => self.let_sleep(message, &run, until).await,
            Claim::Held { .. } => Ok(Delivery::Again),
            Claim::Ended(_) | Claim::Missing => Ok(Delivery::Done),
        }
    }
}
