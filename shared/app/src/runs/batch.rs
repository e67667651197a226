//! Starting many runs by one request: each is a start of its own, with its own end.

use futures::{StreamExt, stream};

use super::{Caller, Error, Runs, Start, Started};
use crate::auth::Scope;

/// Starts that are under way at the same time. Each has two requests of its own in flight, so a hundred take some
/// hundred milliseconds; more at once would gain little on the fraction of a processor that a function has.
const STARTS_AT_ONCE: usize = 16;

impl Caller {
    /// Refuses a caller that may start nothing at all, before it is looked at what it asks for.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn expect_starter(&self) -> Result<(), Error> {
        self.require(Scope::Trigger)
    }
}

impl Runs {
    /// Starts runs in the background: what became of each, in their order. Whatever becomes of one changes nothing
    /// about the others.
    pub async fn start_batch(&self, starts: Vec<Start>) -> Vec<Result<Started, Error>> {
        let starts = starts.into_iter().map(|start| self.start(start));
        stream::iter(starts).buffered(STARTS_AT_ONCE).collect().await
    }
}
