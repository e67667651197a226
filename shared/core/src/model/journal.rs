//! What a run remembers: results of its effects, its log, its end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Completion, Heard, Listening, RunError, ThreadContext, Timestamp};

/// One append to a run's journal: what happened since the one before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Results by instance key, each recorded once.
    #[serde(default, rename = "o", skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<(String, Outcome)>,
    /// The log lines that came with them.
    #[serde(default, rename = "l", skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogEntry>,
    /// Present in the last entry of a run that ended.
    #[serde(default, rename = "e", skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

impl JournalEntry {
    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.outcomes.is_empty() && self.logs.is_empty() && self.end.is_none()
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// With the flow's output.
    Output(Value),
    /// With an error; cancelled and timed-out runs have one too.
    Error(RunError),
}

/// What an effect gave: taken from here, not done again, when the run is resumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An HTTP answer of any status.
    Answer(HttpAnswer),
    /// What a model said.
    Completion(Completion),
    /// A call that got no answer, or a model's call that was answered with an error.
    Failure(CallFailure),
    /// When a wait ends.
    WakeAt(Timestamp),
    /// What a task listens for.
    Listening(Box<Listening>),
    /// What it heard; nothing where its time limit came first.
    Heard(Option<Heard>),
    /// What the run's thread held when the run began.
    Thread(ThreadContext),
    /// When a place in the flow was first reached: the start of its timeout.
    ReachedAt(Timestamp),
}

/// An HTTP answer as the flow sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// Names in lower case; repeated headers are joined by `, `.
    pub headers: Vec<(String, String)>,
    /// The body: text when it is UTF-8, else base64 with `base64` set.
    pub body: String,
    /// Whether `body` is base64.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub base64: bool,
}

/// Why a call got no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFailure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// In words, without internal addresses or credentials.
    pub message: String,
}

/// Kinds of failed calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The request is faulty or its target is not allowed: another try would fail the same way.
    Refused,
    /// No connection, a broken one, an unreadable answer: another try may succeed.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// An answer that says, with this status, that it failed. Of calls of models only: an HTTP call's
    /// answers are answers, whatever their status.
    Answered(u16),
}

/// One line of a run's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Counts from 1 within the run, without gaps.
    #[serde(rename = "n")]
    pub seq: u64,
    /// When it happened.
    #[serde(rename = "t")]
    pub time: Timestamp,
    /// How much it matters.
    #[serde(rename = "v")]
    pub level: LogLevel,
    /// The instance path of the task: `/do/0/greet`; empty for the run itself.
    #[serde(default, rename = "k", skip_serializing_if = "String::is_empty")]
    pub task: String,
    /// `started`, `completed`, `failed`, `retried`, `skipped`, `log`.
    #[serde(rename = "s")]
    pub status: String,
    /// A sentence.
    #[serde(rename = "m")]
    pub message: String,
    /// How long the task took, in milliseconds.
    #[serde(default, rename = "d", skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Which try it was, from 1.
    #[serde(rename = "a")]
    pub attempt: u32,
    /// What was raised.
    #[serde(default, rename = "e", skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For the author of the flow.
    Debug,
    /// The ordinary course.
    Info,
    /// Something was overcome.
    Warn,
    /// Something failed.
    Error,
}
