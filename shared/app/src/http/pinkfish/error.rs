//! Errors of the dialect: `{"error": "Not Found", "message": "…"}`.

use std::time::Duration;

use lambda_http::http::StatusCode;

use crate::{
    http::{
        body::{Fault, Unreadable},
        respond,
    },
    runs::{self, ErrorKind, Limit},
};

/// How a request of this dialect fails.
#[derive(Debug)]
pub enum Error {
    /// 401, the same bytes whatever is wrong with the key.
    Unauthenticated,
    /// 401, the same bytes whatever is wrong with a webhook's URL or signature.
    NotAdmitted,
    /// 403.
    Forbidden {
        /// What the key would need.
        scope: &'static str,
    },
    /// 404.
    NotFound(&'static str),
    /// 405.
    MethodNotAllowed {
        /// What is.
        allow: &'static str,
    },
    /// 413.
    TooLarge,
    /// 413, and which files.
    FileTooLarge(String),
    /// 415, and what would do.
    Unsupported(&'static str),
    /// 400, and what is wrong where.
    Invalid(String),
    /// 422.
    KeyReused,
    /// 429, and when to come again.
    Limited {
        /// Which limit, in words.
        limit: Limit,
        /// When there will be room.
        again_in: Duration,
    },
    /// 503 where another try may help, else 500. The caller is told no more than that.
    Failed(runs::Error),
}

impl Error {
    /// The status code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::NotAdmitted => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge | Self::FileTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    pub(super) const fn failed(what: &'static str) -> Self {
        Self::Failed(runs::Error::Internal(what))
    }

    /// When another try may help, where it may.
    pub(super) fn again_in(&self) -> Option<Duration> {
        match self {
            Self::Limited { again_in, .. } => Some(*again_in),
            Self::Failed(error) => error.again_in(),
            _ => None,
        }
    }

    /// What the caller is told.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unauthenticated => "The key is missing or not accepted".to_owned(),
            Self::NotAdmitted => "The URL or the signature is not accepted".to_owned(),
            Self::Forbidden { scope } => format!("The key lacks the scope {scope}"),
            Self::NotFound(what) | Self::Unsupported(what) => (*what).to_owned(),
            Self::MethodNotAllowed { allow } => format!("Allowed are {allow}"),
            Self::TooLarge => "Request body is over 4,500,000 bytes: upload large files first, \
                by POST /ext/triggers/{triggerId}/files"
                .to_owned(),
            Self::Invalid(what) | Self::FileTooLarge(what) => what.clone(),
            Self::KeyReused => "Idempotency-Key was used with other inputs".to_owned(),
            Self::Limited { limit, .. } => respond::limited(*limit),
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => {
                    "Try again; with an Idempotency-Key a retry starts nothing twice"
                }
                _ => "Internal server error",
            }
            .to_owned(),
        }
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::TooLarge => Self::TooLarge,
            Unreadable::Missing => Self::Invalid("Request body is missing".to_owned()),
            Unreadable::Invalid(Fault { offset, message }) => {
                Self::Invalid(format!("Request body is not readable at byte {offset}: {message}"))
            }
        }
    }
}

impl From<runs::Error> for Error {
    fn from(error: runs::Error) -> Self {
        match error {
            runs::Error::Unauthenticated => Self::Unauthenticated,
            runs::Error::NotAdmitted => Self::NotAdmitted,
            runs::Error::Forbidden { scope } => Self::Forbidden { scope },
            runs::Error::NoTrigger => Self::NotFound("Trigger not found"),
            runs::Error::NoRun => Self::NotFound("Run not found"),
            runs::Error::TooLarge => Self::TooLarge,
            runs::Error::RateLimited { limit, again_in }
            | runs::Error::TooManyRuns { limit, again_in } => Self::Limited { limit, again_in },
            runs::Error::IdempotencyConflict => Self::KeyReused,
            runs::Error::InvalidInput { pointer, message } => {
                let place = if pointer.is_empty() { "the inputs" } else { &pointer };
                Self::Invalid(format!("Inputs do not match the flow's schema: {place}: {message}"))
            }
            runs::Error::NotEnded => Self::Invalid("The run has not ended".to_owned()),
            runs::Error::NotThen(message) => Self::Invalid(message.to_owned()),
            runs::Error::Unmapped { expression, message } => {
                Self::Invalid(format!("The trigger's {expression}: {message}"))
            }
            runs::Error::InvalidAnswer { message, .. } => Self::Invalid(message),
            // Runs that are started in this dialect belong to no thread, and are answered by no route of it.
            runs::Error::ThreadFull
            | runs::Error::NotListening
            | runs::Error::Answered
            | runs::Error::Store(_)
            | runs::Error::Queue(_)
            | runs::Error::Secrets(_)
            | runs::Error::Internal(_) => match error.kind() {
                ErrorKind::TooLarge => Self::TooLarge,
                _ => Self::Failed(error),
            },
        }
    }
}
