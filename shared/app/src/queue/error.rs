//! What can go wrong between us and SQS, and whether to try again.

use aws_sdk_sqs::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

type Source = Box<dyn std::error::Error + Send + Sync>;

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

/// SQS's own words.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message} (request {request_id})")]
struct Refusal {
    code: String,
    message: String,
    request_id: String,
}

/// Codes of a 4xx that pass with time; whatever is no 4xx does, an unreadable answer too
/// (SQS API reference, "Common errors").
const PASSING: [&str; 5] =
    ["KmsThrottled", "OverLimit", "RequestThrottled", "ServiceUnavailable", "ThrottlingException"];

impl<E> From<SdkError<E>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match &error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or("unknown");
                let refusal = Refusal {
                    code: code.to_owned(),
                    message: service.err().message().unwrap_or_default().to_owned(),
                    request_id: service.err().meta().request_id().unwrap_or("unknown").to_owned(),
                };
                if PASSING.contains(&code) || !service.raw().status().is_client_error() {
                    Self::Unavailable(refusal.into())
                } else {
                    Self::Internal(refusal.into())
                }
            }
            SdkError::ConstructionFailure(_) => Self::Internal(source(error)),
            _ => Self::Unavailable(source(error)),
        }
    }
}

fn source<E>(error: SdkError<E>) -> Source
where
    E: std::error::Error + Send + Sync + 'static,
{
    error.into_source().unwrap_or_else(Into::into)
}
