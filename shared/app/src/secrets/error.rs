//! What can go wrong between us and Parameter Store, and whether to try again. Never says a secret.

use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};

use crate::aws::{Failure, Source};

/// Secrets could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A trigger names a secret that is not there. Whatever the others are, nothing may be taken as genuine.
    /// A retry gives the same.
    #[error("the parameter {0} is missing")]
    Missing(String),
    /// The parameter is there, with another secret. It keeps that one.
    #[error("the parameter {0} has another secret")]
    Taken(String),
    /// Throttled, timed out, unreachable or broken on the other side. It may have happened or not; a retry is
    /// safe.
    #[error("the parameters did not answer as they should; a retry is safe")]
    Unavailable(#[source] Source),
    /// The request is faulty or not allowed. A retry gives the same.
    #[error("the parameters refused the request")]
    Internal(#[source] Source),
}

/// What to do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Try again, later.
    Unavailable,
    /// Give up: the fault is ours.
    Internal,
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Missing(_) | Self::Taken(_) | Self::Internal(_) => ErrorKind::Internal,
        }
    }
}

/// Codes of a 4xx that pass with time (Systems Manager API reference, "Common errors", and the operations' own).
const PASSING: [&str; 4] =
    ["RequestLimitExceeded", "ServiceUnavailable", "ThrottlingException", "TooManyUpdates"];

impl<E> From<SdkError<E>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match Failure::of(error, &PASSING) {
            Failure::Passing(source) => Self::Unavailable(source),
            Failure::Lasting(source) => Self::Internal(source),
        }
    }
}
