//! Cancelling a run.

use std::time::Duration;

use super::{Caller, Error, Runs, status::visible};
use crate::{
    model::{RunId, Status, WorkspaceId},
    queue::{Kind, Message},
    store::CancelRequest,
};

impl Runs {
    /// Asks for a run to end. A waiting or queued run ends as soon as its message is handled, a
    /// running one within seconds. Asking again is safe. Returns the status the run had.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoRun`]; [`Error::Store`] and [`Error::Queue`] (retry is safe).
    pub async fn cancel(&self, caller: &Caller, id: &str) -> Result<Status, Error> {
        caller.require_cancel()?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let run = self.store.look(id).await?.ok_or(Error::NoRun)?;
        visible(caller, &run)?;
        self.request_cancel(id, &run.workspace).await
    }

    /// As [`Runs::cancel`], for an operator, who needs no key.
    ///
    /// # Errors
    /// [`Error::NoRun`]; [`Error::Store`] and [`Error::Queue`] (retry is safe).
    pub async fn request_cancel(
        &self,
        id: RunId,
        workspace: &WorkspaceId,
    ) -> Result<Status, Error> {
        match self.store.request_cancel(id, workspace).await? {
            CancelRequest::Missing => Err(Error::NoRun),
            CancelRequest::Ended(status) => Ok(status),
            CancelRequest::Requested(status) => {
                let message = Message::new(id, Kind::Cancel, None);
                self.queue.send(&message, workspace, Duration::ZERO).await?;
                Ok(status)
            }
        }
    }
}
