//! What can go wrong between us and DynamoDB or S3, and whether to try again.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::{
    aws::{Failure, Source},
    model::RunId,
};

/// A failed request to the store. No message holds stored data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Throttled, timed out, unreachable or broken on the other side. It may have happened or not;
    /// every operation of the store may be tried again.
    #[error("the database or the bucket did not answer as it should; a retry is safe")]
    Unavailable(#[source] Source),
    /// What is stored cannot be read. A retry gives the same.
    #[error("the stored {what} cannot be read")]
    Corrupt {
        /// Which part.
        what: &'static str,
    },
    /// What an entry refers to cannot be read back from the bucket. A retry gives the same, unless
    /// what was withheld is allowed meanwhile.
    #[error("the payload of entry {seq} of run {run} {fault}")]
    Payload {
        /// The run.
        run: RunId,
        /// The number of the entry; 0 is the input.
        seq: u64,
        /// What is wrong with it.
        fault: PayloadFault,
    },
    /// Larger or deeper than can be stored and read back. Nothing was written; a retry gives the same.
    #[error("the {what} is too large to be stored")]
    TooLarge {
        /// Which part.
        what: &'static str,
    },
    /// The cursor is none that a page named. The caller's mistake; a retry gives the same.
    #[error("the cursor is none that a page named")]
    Cursor,
    /// The request itself is faulty, or not allowed. A retry gives the same.
    #[error("the database or the bucket refused the request")]
    Internal(#[source] Source),
}

/// What is wrong with a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadFault {
    /// There is no such object.
    #[error("is not in the bucket")]
    Missing,
    /// S3 does not hand it out. That is also its answer where there is no such object, to whoever
    /// may not list the bucket (S3 API reference, `GetObject`).
    #[error("is not in the bucket, or may not be read")]
    Withheld,
    /// It has another length or another hash than what was put there.
    #[error("is not what was put there")]
    Damaged,
}

/// What to do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Try again, later.
    Unavailable,
    /// Give up: the record is damaged.
    Corrupt,
    /// Give up: say that it is too large.
    TooLarge,
    /// Give up: the caller sent a wrong cursor.
    Cursor,
    /// Give up: the fault is ours.
    Internal,
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Corrupt { .. }
            | Self::Payload { fault: PayloadFault::Missing | PayloadFault::Damaged, .. } => {
                ErrorKind::Corrupt
            }
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::Cursor => ErrorKind::Cursor,
            Self::Internal(_) | Self::Payload { fault: PayloadFault::Withheld, .. } => {
                ErrorKind::Internal
            }
        }
    }

    pub(super) fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }
}

/// Codes of a 4xx that pass with time (DynamoDB developer guide, "Error handling"; S3 API reference, "List of error codes").
const PASSING: [&str; 10] = [
    "IncompleteBody",
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

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
