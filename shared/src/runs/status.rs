//! Reading a run.

use super::{Caller, Error, Runs, journal::MAX_RECENT_LOGS};
use crate::{
    model::{End, JournalEntry, LogEntry, Run, RunId},
    store::{LogPage, View},
};

/// A run as its caller sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunView {
    /// The record.
    pub run: Run,
    /// The newest log lines, oldest first, five at most.
    pub logs: Vec<LogEntry>,
    /// How it ended.
    pub end: Option<End>,
}

impl From<View> for RunView {
    fn from(view: View) -> Self {
        let mut end = None;
        let mut logs = Vec::new();
        for JournalEntry { logs: older, end: ended, .. } in view.recent {
            end = end.or(ended);
            logs.extend(older.into_iter().rev());
        }
        logs.truncate(MAX_RECENT_LOGS);
        logs.reverse();
        Self { run: view.run, logs, end }
    }
}

impl Runs {
    /// The state of a run: one read.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the scope; [`Error::NoRun`] for one that is not there or not
    /// the caller's to see; [`Error::Store`] (retry is safe).
    pub async fn status(&self, caller: &Caller, id: &str) -> Result<RunView, Error> {
        caller.require_results()?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let view = self.store.view(id).await?.ok_or(Error::NoRun)?;
        visible(caller, &view.run)?;
        Ok(view.into())
    }

    /// A page of a run's log, oldest first, from `cursor` on.
    ///
    /// # Errors
    /// As [`Runs::status`].
    pub async fn logs(
        &self,
        caller: &Caller,
        id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<LogPage, Error> {
        let view = self.status(caller, id).await?;
        Ok(self.store.logs(view.run.id, cursor, limit).await?)
    }
}

/// One answer for what is not there and what is not the caller's to see.
pub(super) fn visible(caller: &Caller, run: &Run) -> Result<(), Error> {
    if run.workspace == *caller.workspace() && caller.sees(run.environment, &run.trigger) {
        Ok(())
    } else {
        Err(Error::NoRun)
    }
}
