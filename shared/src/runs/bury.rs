//! Dead letters: a run whose messages could not be handled ends as failed, with the reason.

use super::{Delivery, Error, Runs, journal::Recorder};
use crate::{
    flow::{ErrorKind, raise},
    model::{End, Event},
    queue::{Kind, Message},
    store::Claim,
};

impl Runs {
    /// Ends the run of a dead letter, unless somebody works on it. Safe to repeat.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Queue`]: let the dead letter come back.
    pub async fn bury(&self, message: &Message) -> Result<Delivery, Error> {
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
            Claim::Asleep { until, run } => {
                // A wake-up that died before its time: the run is sound, so it gets another one.
                if message.kind == Kind::Wake && message.wake_at == Some(until) {
                    self.send_wake(&run, until).await?;
                }
                Ok(Delivery::Done)
            }
            Claim::Held { .. } => Ok(Delivery::Again),
            Claim::Ended(_) | Claim::Missing => Ok(Delivery::Done),
        }
    }
}
