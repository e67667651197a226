//! The one envelope of the dialect.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    http::question::Question,
    model::{End, LogEntry, LogLevel, RunId, Status},
    runs::{LogPage, RunView, Started},
};

/// What answers all three routes.
#[derive(Debug, Serialize)]
pub struct Envelope {
    workflow_id: RunId,
    pub(super) response: Response,
    status: &'static str,
    logs: Vec<Line>,
    requires_input: bool,
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Whether an earlier call with the same idempotency key had started the run.
    #[serde(skip)]
    pub(super) replayed: bool,
}

/// What a run put out, or asks meanwhile.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Response {
    Output(Value),
    Question(Question),
}

/// Which lines go into an envelope.
pub enum Logs {
    /// The newest few, as the view has them.
    Newest,
    /// A page of all.
    Page(LogPage),
}

#[derive(Debug, Serialize)]
struct Line {
    time: String,
    level: &'static str,
    node_id: String,
    message: String,
    status: String,
    user_logs_type: &'static str,
}

impl Envelope {
    /// Of a run as it stands.
    #[must_use]
    pub fn of_run(view: RunView, logs: Logs, replayed: bool) -> Self {
        let (lines, next_cursor) = match logs {
            Logs::Newest => (view.logs, None),
            Logs::Page(page) => (page.entries, page.next),
        };
        let question = Question::of(view.listening, view.link).filter(Question::is_for_people);
        let requires_input = question.is_some();
        let (response, error) = match (view.end, question) {
            (Some(End::Output(output)), _) => (Response::Output(output), None),
            (Some(End::Error(error)), _) => (empty(), Some(error.to_string())),
            (None, Some(question)) => (Response::Question(question), None),
            (None, None) => (empty(), None),
        };
        Self {
            workflow_id: view.run.id,
            response,
            status: word(view.run.status),
            logs: lines.into_iter().map(Line::from).collect(),
            requires_input,
            error,
            next_cursor,
            replayed,
        }
    }

    /// Of a run that was just queued.
    #[must_use]
    pub fn of_started(started: &Started) -> Self {
        Self {
            workflow_id: started.id,
            response: empty(),
            status: word(Status::Queued),
            logs: Vec::new(),
            requires_input: false,
            error: None,
            next_cursor: None,
            replayed: started.replayed,
        }
    }
}

fn empty() -> Response {
    Response::Output(Value::Object(Map::new()))
}

/// The dialect knows three states.
const fn word(status: Status) -> &'static str {
    match status {
        Status::Queued | Status::Running | Status::Waiting => "pending",
        Status::Completed => "completed",
        Status::Failed | Status::Cancelled | Status::TimedOut => "failed",
    }
}

impl From<LogEntry> for Line {
    fn from(entry: LogEntry) -> Self {
        Self {
            time: entry.time.to_the_second().replace('T', " "),
            level: match entry.level {
                LogLevel::Debug => "debug",
                LogLevel::Info => "info",
                LogLevel::Warn => "warning",
                LogLevel::Error => "error",
            },
            node_id: entry.task.rsplit('/').next().unwrap_or_default().to_owned(),
            message: entry.message,
            status: entry.status,
            user_logs_type: "",
        }
    }
}
