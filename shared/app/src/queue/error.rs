//! What can go wrong between us and SQS, and whether to try again.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use crate::aws::{Failure, Source};

/// A failed request to the queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Throttled, timed out, unreachable or broken on the other side. It may have happened or not;
    /// a retry is safe, because every reader expects to see a message twice.
    #[error("the queue did not answer as it should; a retry is safe")]
    Unavailable(#[source] Source),
    /// The request is faulty or not allowed, or the receipt is too old. A retry gives the same.
    #[error("the queue refused the request")]
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
            Self::Internal(_) => ErrorKind::Internal,
        }
    }
}

/// Codes of a 4xx that pass with time (SQS API reference, "Common errors").
const PASSING: [&str; 5] =
    ["KmsThrottled", "OverLimit", "RequestThrottled", "ServiceUnavailable", "ThrottlingException"];

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
