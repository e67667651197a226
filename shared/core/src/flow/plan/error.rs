//! Errors: how they are raised, and what is done with those that come.

use std::time::Duration;

use super::{TaskList, Template, Then};
use crate::flow::Expression;

/// An error to raise.
#[derive(Debug)]
pub struct ErrorTemplate {
    /// The kind's URI.
    pub kind: Template,
    /// The status.
    pub status: Template,
    /// In a few words.
    pub title: Option<Template>,
    /// What happened.
    pub detail: Option<Template>,
    /// The task; this one unless said.
    pub instance: Option<Template>,
}

/// `try … catch`.
#[derive(Debug)]
pub struct Try {
    /// What is tried.
    pub tasks: TaskList,
    /// What is caught, and then.
    pub catch: Catch,
}

/// What a `try` catches.
#[derive(Debug)]
pub struct Catch {
    /// Members an error must have to be caught; all absent: every error.
    pub errors: ErrorFilter,
    /// The name of the error variable; `error` unless said.
    pub name: String,
    /// Caught only where true.
    pub when: Option<Expression>,
    /// Not caught where true.
    pub except_when: Option<Expression>,
    /// Tried again so.
    pub retry: Option<Retry>,
    /// Run once no try is left. With `retry` and without these and `then`, the error is raised
    /// again: who asks for more tries and nothing else wants it to work, not to be ignored.
    pub tasks: Option<TaskList>,
    /// What follows the `try` once an error was caught; what follows it otherwise unless said.
    pub then: Option<Then>,
}

/// A static filter on errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorFilter {
    /// The kind's URI.
    pub kind: Option<String>,
    /// The status.
    pub status: Option<u16>,
    /// The task's path.
    pub instance: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The detail.
    pub detail: Option<String>,
}

/// How a failed `try` is tried again.
#[derive(Debug)]
pub struct Retry {
    /// Tried again only where true.
    pub when: Option<Expression>,
    /// Not tried again where true.
    pub except_when: Option<Expression>,
    /// Before the first new try.
    pub delay: Duration,
    /// How the delay grows.
    pub backoff: Backoff,
    /// Most tries in all, the first included.
    pub max_attempts: Option<u32>,
    /// How long one try may take.
    pub attempt_timeout: Option<Duration>,
    /// How long all tries together may take.
    pub total_timeout: Option<Duration>,
    /// Spread added to each delay, between these two.
    pub jitter: Option<(Duration, Duration)>,
}

/// How a delay grows with tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// It does not.
    Constant,
    /// `delay × try`.
    Linear,
    /// `delay × 2^(try − 1)`.
    Exponential,
}
