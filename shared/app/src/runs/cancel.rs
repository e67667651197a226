//! Cancelling a run.

use std::time::Duration;

use super::{Caller, Error, Runs, status::visible};
use crate::{
    auth::Scope,
    model::{RunId, WorkspaceId},
    queue::{Kind, Message},
    store::CancelRequest,
};

impl Runs {
    /// Asks for a run to end. A waiting or queued run ends as soon as its message is handled, a
    /// running one within seconds. Asking again is safe. Returns whether it had ended already.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoRun`]; [`Error::Store`] and [`Error::Queue`] (retry is safe).
    pub async fn cancel(&self, caller: &Caller, id: &str) -> Result<CancelRequest, Error> {
        caller.require(Scope::Cancel)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let run = self.store.look(id).await?.ok_or(Error::NoRun)?;
        visible(caller, Scope::Cancel, &run)?;
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
