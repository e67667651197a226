//! What can go wrong between us and Parameter Store, and whether to try again. Never says a secret.

use aws_sdk_ssm::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

type Source = Box<dyn std::error::Error + Send + Sync>;

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

/// Parameter Store's own words.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message} (request {request_id})")]
struct Refusal {
    code: String,
    message: String,
    request_id: String,
}

/// Codes of a 4xx that pass with time; whatever is no 4xx does, an unreadable answer too (Systems Manager API
/// reference, "Common errors", and the operations' own).
const PASSING: [&str; 4] =
    ["RequestLimitExceeded", "ServiceUnavailable", "ThrottlingException", "TooManyUpdates"];

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

/// What went wrong, without the answer, whose body may hold secrets.
fn source<E>(error: SdkError<E>) -> Source
where
    E: std::error::Error + Send + Sync + 'static,
{
    error.into_source().unwrap_or_else(|error| error.to_string().into())
}
