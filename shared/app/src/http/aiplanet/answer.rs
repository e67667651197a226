//! What a request of the dialect gets where it is not refused.

use serde::Serialize;
use serde_json::Value;

use super::Ended;
use crate::{
    http::question::Question,
    model::{End, Environment, Run, RunId, Status, ThreadId, Timestamp, TriggerId},
    runs::{Announced, ListedRun, RunPage, RunView},
};

/// An answer before it is written.
#[derive(Debug)]
pub enum Answer {
    /// What a browser may ask.
    Preflight,
    /// A run was started in the background.
    Started {
        /// It.
        run: StartedRun,
        /// Whether an earlier call with the same idempotency key had started it.
        replayed: bool,
    },
    /// What became of each item of a batch, in order.
    Batch(Vec<Ended>),
    /// A run as it stands.
    Run(Box<RunDetail>),
    /// A run that was asked to end. It may have ended before.
    Cancelled(RunSummary),
    /// A run that was answered.
    Answered {
        /// As it was then.
        run: RunSummary,
        /// Whether it had been given this answer before.
        replayed: bool,
    },
    /// Where a file may be uploaded to.
    Upload(Announced),
    /// Runs.
    List(RunList),
    /// The run has ended, and its caller has seen all of its events.
    NothingFollows,
}

/// A run that was just queued.
#[derive(Debug, Serialize)]
pub struct StartedRun {
    run_id: RunId,
    status: &'static str,
    thread_id: Option<ThreadId>,
    workflow_configuration_id: TriggerId,
    created_at: String,
}

/// A run without what it put out.
#[derive(Debug, Serialize)]
pub struct RunSummary {
    run_id: RunId,
    pub(super) status: &'static str,
    thread_id: Option<ThreadId>,
    workflow_configuration_id: TriggerId,
    environment: Environment,
    created_at: String,
    ended_at: Option<String>,
}

/// A run with what it put out.
#[derive(Debug, Serialize)]
pub struct RunDetail {
    #[serde(flatten)]
    summary: RunSummary,
    /// The run that it does again.
    parent_run_id: Option<RunId>,
    /// When it was to begin.
    run_at: Option<String>,
    output: Value,
    error: Option<String>,
    requires_input: bool,
    #[serde(flatten)]
    pub(super) asked: Option<Question>,
}

/// A page of runs.
#[derive(Debug, Serialize)]
pub struct RunList {
    runs: Vec<RunSummary>,
    next_cursor: Option<String>,
}

impl StartedRun {
    pub(super) fn of(id: RunId, thread: Option<ThreadId>, trigger: TriggerId) -> Self {
        Self {
            run_id: id,
            status: word(Status::Queued),
            thread_id: thread,
            workflow_configuration_id: trigger,
            created_at: created_at(id),
        }
    }
}

impl RunSummary {
    /// Whether nothing follows.
    pub(super) fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }
}

impl From<Run> for RunSummary {
    fn from(run: Run) -> Self {
        Self {
            run_id: run.id,
            status: word(run.status),
            thread_id: run.thread,
            workflow_configuration_id: run.trigger,
            environment: run.environment,
            created_at: created_at(run.id),
            ended_at: run.ended_at.as_ref().map(Timestamp::to_string),
        }
    }
}

impl From<ListedRun> for RunSummary {
    fn from(run: ListedRun) -> Self {
        Self {
            run_id: run.id,
            status: word(run.status),
            thread_id: run.thread,
            workflow_configuration_id: run.trigger,
            environment: run.environment,
            created_at: created_at(run.id),
            ended_at: run.ended_at.as_ref().map(Timestamp::to_string),
        }
    }
}

impl From<RunView> for RunDetail {
    fn from(view: RunView) -> Self {
        let (output, error) = match view.end {
            Some(End::Output(output)) => (output, None),
            Some(End::Error(error)) => (Value::Null, Some(error.to_string())),
            None => (Value::Null, None),
        };
        let run_at = view.run.run_at.as_ref().map(Timestamp::to_string);
        let parent_run_id = view.run.parent;
        let asked = Question::of(view.listening, view.link);
        let requires_input = asked.as_ref().is_some_and(Question::is_for_people);
        let summary = view.run.into();
        Self { summary, parent_run_id, run_at, output, error, requires_input, asked }
    }
}

impl From<RunPage> for RunList {
    fn from(page: RunPage) -> Self {
        let RunPage { runs, next } = page;
        Self { runs: runs.into_iter().map(RunSummary::from).collect(), next_cursor: next }
    }
}

/// The id's own time, so that a start, its repeat and every later answer say the same.
fn created_at(id: RunId) -> String {
    id.made_at().to_string()
}

/// The dialect's word for a state.
pub(super) const fn word(status: Status) -> &'static str {
    match status {
        Status::Queued => "pending",
        Status::Running => "running",
        Status::Waiting => "waiting",
        Status::Completed => "completed",
        Status::Failed | Status::TimedOut => "failed",
        Status::Cancelled => "cancelled",
    }
}
