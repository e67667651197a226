//! How a request by a link fails.

use std::time::Duration;

use lambda_http::http::StatusCode;

use crate::{
    http::body::{Fault, Unreadable},
    runs::{self, ErrorKind},
};

/// A failure, in words for the person who has the link.
#[derive(Debug)]
pub enum Error {
    /// 404, whatever is wrong with the link.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 409.
    Conflict(&'static str),
    /// 413.
    TooLarge,
    /// 415.
    Unsupported,
    /// 422, and what is wrong.
    Invalid(String),
    /// 503 where another try may help, else 500. The caller is told no more than that.
    Failed(runs::Error),
}

/// What the routes take.
pub(super) const ALLOW: &str = "GET, POST";

impl Error {
    /// The status code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// When another try may help, where it may.
    pub(super) fn again_in(&self) -> Option<Duration> {
        match self {
            Self::Failed(error) => error.again_in(),
            _ => None,
        }
    }

    /// What the person is told.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::NotFound => "This link does not work, or does not work any more",
            Self::MethodNotAllowed => "Allowed are GET, POST",
            Self::Conflict(why) => why,
            Self::TooLarge => "The answer is too large",
            Self::Unsupported => "Content-Type should be that of a form, or application/json",
            Self::Invalid(what) => what,
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => "Try again in a moment: nothing is answered twice",
                _ => "Something is broken here",
            },
        }
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::TooLarge => Self::TooLarge,
            Unreadable::Missing => Self::Invalid("The answer is missing".to_owned()),
            Unreadable::Invalid(Fault { offset, message }) => {
                Self::Invalid(format!("The answer is not readable at byte {offset}: {message}"))
            }
        }
    }
}

impl From<runs::Error> for Error {
    fn from(error: runs::Error) -> Self {
        match error {
            runs::Error::NoRun => Self::NotFound,
            runs::Error::NotListening => Self::Conflict("It is too late for an answer"),
            runs::Error::Answered => Self::Conflict("Another answer was given before"),
            runs::Error::InvalidAnswer { message, .. } => Self::Invalid(message),
            error if error.kind() == ErrorKind::TooLarge => Self::TooLarge,
            error => Self::Failed(error),
        }
    }
}
