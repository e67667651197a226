//! Reading a run.

use super::{Caller, Error, Runs, journal::MAX_RECENT_LOGS};
use crate::{
    auth::{InputToken, Scope},
    model::{End, JournalEntry, Listening, LogEntry, Run, RunId},
    store::{LogPage, View},
};

/// Log lines in one page.
const LOG_PAGE: usize = 100;

/// A run as its caller sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunView {
    /// The record.
    pub run: Run,
    /// The newest log lines, oldest first, five at most.
    pub logs: Vec<LogEntry>,
    /// How it ended.
    pub end: Option<End>,
    /// What it listens for.
    pub listening: Option<Listening>,
    /// The link by which that can be answered, for who may.
    pub link: Option<InputToken>,
}

impl RunView {
    /// Of a run that listens for nothing.
    pub(super) const fn of(run: Run, logs: Vec<LogEntry>, end: Option<End>) -> Self {
        Self { run, logs, end, listening: None, link: None }
    }
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
        Self { listening: view.listening, ..Self::of(view.run, logs, end) }
    }
}

impl Runs {
    /// The state of a run: one read.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the scope; [`Error::NoRun`] for one that is not there or not
    /// the caller's to see; [`Error::Store`] (retry is safe).
    pub async fn status(&self, caller: &Caller, id: &str) -> Result<RunView, Error> {
        caller.require(Scope::ReadResults)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let view = self.store.view(id).await?.ok_or(Error::NoRun)?;
        visible(caller, Scope::ReadResults, &view.run)?;
        self.note_run(&view.run);
        let may_answer = visible(caller, Scope::Trigger, &view.run).is_ok();
        let view = RunView::from(view);
        Ok(if may_answer { view.with_link() } else { view })
    }

    /// The state of a run, and a page of its log, oldest first, from `cursor` on.
    ///
    /// # Errors
    /// As [`Runs::status`]; [`Error::Store`] also for a cursor that no page named.
    pub async fn status_with_logs(
        &self,
        caller: &Caller,
        id: &str,
        cursor: Option<&str>,
    ) -> Result<(RunView, LogPage), Error> {
        let view = self.status(caller, id).await?;
        let page = self.store.logs(view.run.id, cursor, LOG_PAGE).await?;
        Ok((view, page))
    }
}

/// One answer for what is not there and what is not the caller's to see.
pub(super) fn visible(caller: &Caller, scope: Scope, run: &Run) -> Result<(), Error> {
    if caller.reaches(scope, &run.workspace, run.environment, &run.trigger) {
        Ok(())
    } else {
        Err(Error::NoRun)
    }
}
