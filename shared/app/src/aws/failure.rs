//! A failed request to a service, and whether to try again.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

/// What went wrong, in the words of whoever noticed.
pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// What a failed request comes to.
pub(crate) enum Failure {
    /// Throttled, timed out, unreachable or broken on the other side: it may have happened or not.
    Passing(Source),
    /// Faulty, or not allowed: another try gives the same.
    Lasting(Source),
}

/// The service's own words, without what its error types carry along: items, answers, secrets.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message} (request {request_id})")]
struct Refusal {
    code: String,
    message: String,
    request_id: String,
}

impl Failure {
    /// Of a service whose 4xx answers pass with time where they have one of the codes `passing`. Whatever
    /// is no 4xx does, an unreadable answer too.
    pub(crate) fn of<E>(error: SdkError<E, Response>, passing: &[&str]) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(service) => {
                let metadata = service.err().meta();
                let code = metadata.code().unwrap_or("unknown");
                let refusal = Refusal {
                    code: code.to_owned(),
                    message: metadata.message().unwrap_or_default().to_owned(),
                    request_id: metadata.request_id().unwrap_or("unknown").to_owned(),
                };
                if passing.contains(&code) || !service.raw().status().is_client_error() {
                    Self::Passing(refusal.into())
                } else {
                    Self::Lasting(refusal.into())
                }
            }
            SdkError::ConstructionFailure(_) => Self::Lasting(source(error)),
            _ => Self::Passing(source(error)),
        }
    }
}

/// What went wrong, without the answer, whose body may hold what nobody should see.
fn source<E>(error: SdkError<E, Response>) -> Source
where
    E: std::error::Error + Send + Sync + 'static,
{
    error.into_source().unwrap_or_else(|error| error.to_string().into())
}
