//! Cancelling a run.

use std::time::Duration;

use super::{Caller, Error, Runs, status::visible};
use crate::{
    auth::Scope,
    model::{Run, RunId, WorkspaceId},
    queue::{Kind, Message},
    store::CancelRequest,
};

impl Runs {
    /// Asks for a run to end. A waiting or queued run ends as soon as its message is handled, a
    /// running one within seconds. Asking again is safe. Returns the run as it was then: ended, if it
    /// had before.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoRun`]; [`Error::Store`] and [`Error::Queue`] (retry is safe).
    pub async fn cancel(&self, caller: &Caller, id: &str) -> Result<Run, Error> {
        caller.require(Scope::Cancel)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let run = self.store.look(id).await?.ok_or(Error::NoRun)?;
        visible(caller, Scope::Cancel, &run)?;
        self.note_run(&run);
        if run.status.is_terminal() {
            return Ok(run);
        }
        match self.request_cancel(id, &run.workspace).await? {
            // Between the two, so its end is not in the record that was read.
            CancelRequest::Ended(_) => self.store.look(id).await?.ok_or(Error::NoRun),
            CancelRequest::Requested | CancelRequest::Missing => Ok(run),
        }
    }

    /// As [`Runs::cancel`], for an operator, who needs no key.
    ///
    /// # Errors
    /// [`Error::NoRun`]; [`Error::Store`] and [`Error::Queue`] (retry is safe).
    pub async fn request_cancel(
        &self,
        id: RunId,
        workspace: &WorkspaceId,
    ) -> Result<CancelRequest, Error> {
        match self.store.request_cancel(id, workspace).await? {
            CancelRequest::Missing => Err(Error::NoRun),
            ended @ CancelRequest::Ended(_) => Ok(ended),
            CancelRequest::Requested => {
                let message =
                    Message { run: id, kind: Kind::Cancel, wake_at: None, traceparent: None };
                self.queue.send(&message, workspace, Duration::ZERO).await?;
                Ok(CancelRequest::Requested)
            }
        }
    }
}
