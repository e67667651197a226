//! What happens to a run as the text of server-sent events: the id of each is the number of its line in the run's log,
//! so whoever has seen one knows where to go on. What is not in the log has no id.

use serde::Serialize;

use crate::{
    http::{aiplanet::RunDetail, routes},
    model::{Environment, LogEntry, LogLevel, Run, RunId, Status, ThreadId, TriggerId},
    runs::{Delta, Happening, RunView},
};

/// How soon a client comes back that was sent elsewhere, in milliseconds.
const RETRY_MS: u32 = 500;

#[derive(Serialize)]
struct Accepted<'r> {
    run_id: RunId,
    seq: u64,
    time: String,
    message: &'static str,
    workflow_configuration_id: &'r TriggerId,
    environment: Environment,
    thread_id: Option<&'r ThreadId>,
}

#[derive(Serialize)]
struct Line {
    run_id: RunId,
    seq: u64,
    time: String,
    level: LogLevel,
    status: String,
    task: String,
    attempt: u32,
    message: String,
    duration_ms: Option<u64>,
    error: Option<String>,
}

#[derive(Serialize)]
struct Token {
    run_id: RunId,
    task: String,
    attempt: u32,
    text: String,
}

#[derive(Serialize)]
struct Ended {
    #[serde(flatten)]
    run: RunDetail,
    seq: u64,
    time: String,
    message: String,
}

#[derive(Serialize)]
struct Elsewhere {
    run_id: RunId,
    events_url: String,
    last_event_id: String,
}

/// One happening as one event, or as a comment.
pub(super) fn write(run: &Run, happening: Happening) -> String {
    match happening {
        Happening::Accepted => event(Some(0), "run.started", &accepted(run)),
        Happening::Line(line) => event(Some(line.seq), kind(&line), &Line::of(run.id, line)),
        Happening::Said(Delta { task, attempt, text }) => {
            event(None, "token", &Token { run_id: run.id, task, attempt, text })
        }
        Happening::Ended(line, view) => ended(line, *view),
        Happening::Silence => ":\n\n".to_owned(),
        Happening::Elsewhere(line) => {
            let told = event(
                None,
                "reconnect",
                &Elsewhere {
                    run_id: run.id,
                    events_url: routes::events_of(run.id),
                    last_event_id: line.to_string(),
                },
            );
            format!("retry: {RETRY_MS}\n{told}")
        }
    }
}

fn accepted(run: &Run) -> Accepted<'_> {
    Accepted {
        run_id: run.id,
        seq: 0,
        time: run.id.made_at().to_string(),
        message: "Run started",
        workflow_configuration_id: &run.trigger,
        environment: run.environment,
        thread_id: run.thread.as_ref(),
    }
}

impl Line {
    fn of(run: RunId, line: LogEntry) -> Self {
        Self {
            run_id: run,
            seq: line.seq,
            time: line.time.to_string(),
            level: line.level,
            status: line.status,
            task: line.task,
            attempt: line.attempt,
            message: line.message,
            duration_ms: line.duration_ms,
            error: line.error.map(|error| error.to_string()),
        }
    }
}

/// A try that will be repeated and a task that was left out are no steps of their own: they are told as remarks.
fn kind(line: &LogEntry) -> &'static str {
    match line.status.as_str() {
        _ if line.task.is_empty() => "log",
        "started" => "step.started",
        "completed" => "step.completed",
        "failed" => "step.failed",
        _ => "log",
    }
}

fn ended(line: LogEntry, view: RunView) -> String {
    let kind = match view.run.status {
        Status::Completed => "run.completed",
        Status::Cancelled => "run.cancelled",
        Status::Failed | Status::TimedOut | Status::Queued | Status::Running | Status::Waiting => {
            "run.failed"
        }
    };
    let LogEntry { seq, time, message, .. } = line;
    event(Some(seq), kind, &Ended { seq, time: time.to_string(), message, run: view.into() })
}

fn event(id: Option<u64>, kind: &str, data: &impl Serialize) -> String {
    // What is told here is text and JSON, which can always be written, on one line.
    let data = serde_json::to_string(data).unwrap_or_default();
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {kind}\ndata: {data}\n\n")
}
