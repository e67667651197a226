//! How a use case fails. Two readers: the wire (status and external text) and the worker (try
//! again or give up).

use std::time::Duration;

use super::Limit;
use crate::{queue, secrets, store};

/// When a thread's line may be shorter: a run takes seconds, or minutes.
const THREAD_FULL: Duration = Duration::from_secs(30);

/// When to try again what a service did not do: the SDK has tried for about as long.
const UNAVAILABLE: Duration = Duration::from_secs(1);

/// A use case's failure. `Display` is for the log; what a caller may see is in [`ErrorKind`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key is missing, malformed, unknown, revoked, expired, or another workspace's.
    #[error("the key was not accepted")]
    Unauthenticated,
    /// A webhook's request came by a wrong URL, or is not its provider's. Why, the event notes.
    #[error("the request was not admitted")]
    NotAdmitted,
    /// The key does not allow this.
    #[error("the key lacks the scope {scope}")]
    Forbidden {
        /// What it would need.
        scope: &'static str,
    },
    /// There is no such trigger in this workspace and environment.
    #[error("no such trigger")]
    NoTrigger,
    /// As many runs stand in line in the thread as may. Nothing was started.
    #[error("the thread's line is full")]
    ThreadFull,
    /// There is no such run in this workspace.
    #[error("no such run")]
    NoRun,
    /// A run is to be done again that has not ended.
    #[error("the run has not ended")]
    NotEnded,
    /// The input does not match what the flow declares.
    #[error("the input does not match the flow's schema")]
    InvalidInput {
        /// Where in the input, as a JSON pointer.
        pointer: String,
        /// What is wrong, without the data.
        message: String,
    },
    /// An expression of the trigger's webhook makes nothing of the event that a flow could have.
    #[error("the webhook's {expression} failed")]
    Unmapped {
        /// `when` or `mapping`.
        expression: &'static str,
        /// What is wrong, without the data.
        message: String,
    },
    /// A run cannot begin at the time that was asked for.
    #[error("the run cannot begin then: {0}")]
    NotThen(&'static str),
    /// The idempotency key was used with another body.
    #[error("the idempotency key was used with another body")]
    IdempotencyConflict,
    /// The key or the workspace starts runs too often. Nothing was written; a retry before `again_in` fails the same way.
    #[error("refused for now: {limit}")]
    RateLimited {
        /// Which limit.
        limit: Limit,
        /// When there will be room.
        again_in: Duration,
    },
    /// As many runs are in flight as may be. Nothing was written; a retry may find that one has ended.
    #[error("refused for now: {limit}")]
    TooManyRuns {
        /// Which limit.
        limit: Limit,
        /// When to look again.
        again_in: Duration,
    },
    /// The run does not listen, or not for this.
    #[error("the run does not listen for this")]
    NotListening,
    /// Somebody was faster, with another answer.
    #[error("the run was answered otherwise")]
    Answered,
    /// The answer is none to what was asked.
    #[error("the answer does not fit the question")]
    InvalidAnswer {
        /// `data` or `type`.
        member: &'static str,
        /// What is wrong, without the data.
        message: String,
    },
    /// The input or the output is larger than can be stored.
    #[error("too large to be stored")]
    TooLarge,
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] store::Error),
    /// The queue failed.
    #[error("the queue failed")]
    Queue(#[source] queue::Error),
    /// The secrets could not be read. Nothing was verified, and nothing may be taken as genuine.
    #[error("the secrets could not be read")]
    Secrets(#[source] secrets::Error),
    /// Something that must not happen.
    #[error("{0}")]
    Internal(&'static str),
}

/// What a failure means to who must react to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Show a key that is accepted.
    Unauthenticated,
    /// The key does not allow it.
    Forbidden,
    /// Nothing there.
    NotFound,
    /// The request is wrong; another try fails the same way.
    Invalid,
    /// It conflicts with what is there: the same key with another body, a run that goes on.
    Conflict,
    /// Later, please: nothing was started.
    Limited,
    /// Smaller, please.
    TooLarge,
    /// Try again: nothing was acknowledged, and with an idempotency key nothing happens twice.
    Unavailable,
    /// A defect.
    Internal,
}

impl Error {
    pub(super) const fn internal(what: &'static str) -> Self {
        Self::Internal(what)
    }

    /// What it means.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unauthenticated | Self::NotAdmitted => ErrorKind::Unauthenticated,
            Self::Forbidden { .. } => ErrorKind::Forbidden,
            Self::NoTrigger | Self::NoRun => ErrorKind::NotFound,
            Self::InvalidInput { .. }
            | Self::InvalidAnswer { .. }
            | Self::Unmapped { .. }
            | Self::NotThen(_) => ErrorKind::Invalid,
            Self::IdempotencyConflict | Self::NotEnded | Self::NotListening | Self::Answered => {
                ErrorKind::Conflict
            }
            Self::RateLimited { .. } | Self::TooManyRuns { .. } | Self::ThreadFull => {
                ErrorKind::Limited
            }
            Self::TooLarge => ErrorKind::TooLarge,
            Self::Store(error) => match error.kind() {
                store::ErrorKind::Unavailable => ErrorKind::Unavailable,
                store::ErrorKind::TooLarge => ErrorKind::TooLarge,
                store::ErrorKind::Cursor => ErrorKind::Invalid,
                store::ErrorKind::Corrupt | store::ErrorKind::Internal => ErrorKind::Internal,
            },
            Self::Queue(error) => match error.kind() {
                queue::ErrorKind::Unavailable => ErrorKind::Unavailable,
                queue::ErrorKind::Internal => ErrorKind::Internal,
            },
            // Whatever it is: a provider that is told to try again loses nothing while it is mended.
            Self::Secrets(_) => ErrorKind::Unavailable,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }
}

impl Error {
    /// When another try may help, where it may.
    #[must_use]
    pub fn again_in(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { again_in, .. } | Self::TooManyRuns { again_in, .. } => {
                Some(*again_in)
            }
            Self::ThreadFull => Some(THREAD_FULL),
            _ => (self.kind() == ErrorKind::Unavailable).then_some(UNAVAILABLE),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<queue::Error> for Error {
    fn from(error: queue::Error) -> Self {
        Self::Queue(error)
    }
}

impl From<secrets::Error> for Error {
    fn from(error: secrets::Error) -> Self {
        Self::Secrets(error)
    }
}
