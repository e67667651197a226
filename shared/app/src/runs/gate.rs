//! The gate in front of a queued run that it is not the turn of. Who gets its message asks whether it is by now, and
//! sends the message anew if not: waiting is no failure, so it does not count towards the dead letters. A word from
//! whoever lets the run through only makes that sooner; nothing depends on it.

use std::time::Duration;

use super::{Error, Runs};
use crate::{
    model::Run,
    queue::{Delivery, Message},
};

/// How soon it is asked again at first, and how soon at last: a conversation goes on in seconds, and who waits for long
/// waits for a long run, or for many.
const FIRST_LOOK: Duration = Duration::from_secs(5);
const LAST_LOOK: Duration = Duration::from_secs(30);

impl Runs {
    /// Whether it is the turn of a run that stands behind its gate.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::Queue`]; a retry is safe.
    pub(super) async fn is_admitted(&self, run: &Run) -> Result<bool, Error> {
        let has_turn = match &run.thread {
            Some(thread) => self.has_thread(run, thread).await?,
            None => true,
        };
        Ok(has_turn && self.take_slots(run).await?.is_none())
    }

    /// Lets those behind a run through that has ended, or will not be stored. Should it fail, or never come about, they
    /// make up for it themselves.
    pub(super) async fn make_room(&self, run: &Run) {
        self.give_back_slots(run).await;
        Box::pin(self.leave_line(run)).await;
    }

    /// Brings the message of a run behind its gate back later.
    pub(super) async fn wait_at_gate(
        &self,
        message: &Message,
        run: &Run,
    ) -> Result<Delivery, Error> {
        let delay = (self.now().since(run.started_at) / 4).clamp(FIRST_LOOK, LAST_LOOK);
        self.requeue(message, &run.workspace, delay).await
    }
}
