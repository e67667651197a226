//! The one trait through which a flow reaches out. What is behind it remembers results, so the
//! interpreter may ask again for everything it asked before and gets the same answers.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::model::{
    CallFailure, Completion, Heard, HttpAnswer, LogLevel, Question, RunError, ThreadContext,
    Timestamp,
};

/// What a flow needs of the world. A key names one instance of one effect:
/// `/do/2/loop[3]/do/0/call#1` is the first try of the call in the fourth round of the loop.
///
/// Every call may end in `Stop`: the interpreter then returns at once and the run goes on
/// elsewhere, later, or not at all. A stop is never an error that a flow could catch.
pub trait Host: Sync {
    /// Why the interpreter must return.
    type Stop: Send;

    /// Asked before every task: lets other work run, and stops a run that is cancelled or overdue.
    fn proceed(&self) -> impl Future<Output = Result<(), Self::Stop>> + Send;

    /// The answer to `request`: remembered under `key`, or fetched now.
    fn http(
        &self,
        key: &str,
        request: HttpRequest,
    ) -> impl Future<Output = Result<Result<HttpAnswer, CallFailure>, Self::Stop>> + Send;

    /// What a model says to `request`: remembered under `key`, or asked for now.
    fn llm(
        &self,
        key: &str,
        request: LlmRequest,
    ) -> impl Future<Output = Result<Result<Completion, CallFailure>, Self::Stop>> + Send;

    /// Returns when `duration` has passed since `key` was first waited for, or when `until` is
    /// reached, whichever comes first.
    fn wait(
        &self,
        key: &str,
        duration: Duration,
        until: Option<Timestamp>,
    ) -> impl Future<Output = Result<(), Self::Stop>> + Send;

    /// The first event that fits `request`: remembered under `key`, or waited for. None once the time
    /// limit has passed without one.
    fn listen(
        &self,
        key: &str,
        request: ListenRequest,
    ) -> impl Future<Output = Result<Option<Heard>, Self::Stop>> + Send;

    /// When `key` was first reached. Remembered with the next effect.
    fn reached_at(&self, key: &str) -> Timestamp;

    /// The time now. For timeouts and durations only: expressions have no clock.
    fn now(&self) -> Timestamp;

    /// Adds a line to the run's log, unless a resumed run has already added it.
    fn log(&self, event: LogEvent);

    /// The run's thread is to hold this once the run has completed. Told at every change, by a resumed run too.
    fn keep_thread(&self, _context: &ThreadContext) {}

    /// The task at this place of the flow's own list ended with `output`. Told again by a resumed
    /// run; who only executes has no use for it.
    fn completed(&self, _index: usize, _output: &Value) {}
}

/// A request a flow makes.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method, upper case.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Headers as given, credentials included.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// Whether redirects are followed.
    pub follow_redirects: bool,
    /// When the answer is of no use any more.
    pub until: Option<Timestamp>,
}

/// What a flow asks a language model. Where that is, and which key it wants, is the host's to know.
#[derive(Clone, PartialEq)]
pub struct LlmRequest {
    /// One of the workspace's providers, by name.
    pub provider: String,
    /// The model; the provider's default where there is none.
    pub model: Option<String>,
    /// The members of the request that the flow decides on: `messages`, `temperature`, `max_tokens`,
    /// `response_format`.
    pub members: Map<String, Value>,
    /// Whether the answer is to come piece by piece.
    pub stream: bool,
    /// When the answer is of no use any more.
    pub until: Option<Timestamp>,
}

/// What a flow listens for.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenRequest {
    /// The types of events, at least one; the first event of any of them ends it.
    pub kinds: Vec<String>,
    /// What a person is asked.
    pub question: Option<Question>,
    /// From then on nothing is heard any more.
    pub until: Option<Timestamp>,
}

/// Something worth a line in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEvent {
    /// The instance path of the task, loop rounds included: `/do/2/loop[3]/do/0/call`.
    pub task: String,
    /// Which try, from 1.
    pub attempt: u32,
    /// What happened to it.
    pub progress: Progress,
    /// How much it matters.
    pub level: LogLevel,
    /// A sentence.
    pub message: String,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What was raised.
    pub error: Option<RunError>,
}

/// What happened to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It does its work now.
    Started,
    /// It ended well.
    Completed,
    /// It faulted.
    Failed,
    /// It faulted and will be tried again.
    Retried,
    /// Its `if` was not true.
    Skipped,
    /// It waits.
    Waiting,
    /// It said something (`call: log`).
    Log,
}

impl Progress {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Retried => "retried",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
            Self::Log => "log",
        }
    }
}
