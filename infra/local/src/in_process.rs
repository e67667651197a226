//! The AWS SDK's HTTP client without a socket: it hands the SDK's request to a service of this process and the answer
//! back. It knows the envelope of AWS JSON 1.0 and 1.1 (target in, status and error header out), and nothing of any operation.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

/// What a service says to one request.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The header `x-amzn-query-error`, by which the SDK tells the errors of SQS apart: `<code>;Sender`.
    pub(crate) query_error: Option<String>,
    /// The JSON document.
    pub(crate) body: Vec<u8>,
}

/// An AWS service that answers in this process.
pub(crate) trait Service: Clone + Debug + Send + Sync + 'static {
    /// The service's name in recorded requests.
    const NAME: &'static str;

    /// Answers one request; `operation` is `X-Amz-Target` after its dot.
    fn answer(&self, operation: &str, body: &[u8]) -> impl Future<Output = Answer> + Send;
}

/// One request that an SDK client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `dynamodb`, `s3`, `sqs` or `ssm`.
    pub service: &'static str,
    /// The operation's name, `PutItem` for one.
    pub operation: String,
}

/// Notes every request that the clients it was given to send, retries included, so that a test can hold a budget.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<Request>>>);

impl Recorder {
    /// The requests since the last call, in the order they were sent.
    #[must_use]
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(&self, service: &'static str, operation: &str) {
        let request = Request { service, operation: operation.to_owned() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

/// The HTTP client to give to an SDK configuration. Requests end in `service`; `recorder` notes them where there is one.
pub(crate) fn http_client<S: Service>(service: S, recorder: Option<Recorder>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector { service, recorder });
    http_client_fn(move |_settings, _components| connector.clone())
}

#[derive(Clone, Debug)]
struct Connector<S> {
    service: S,
    recorder: Option<Recorder>,
}

impl<S: Service> HttpConnector for Connector<S> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { service, recorder } = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.split_once('.').map_or(target, |(_, operation)| operation);
            if let Some(recorder) = recorder {
                recorder.note(S::NAME, operation);
            }
            let body = request.body().bytes().ok_or_else(|| {
                ConnectorError::user("a streamed request body is not of AWS JSON".into())
            })?;
            respond(service.answer(operation, body).await)
        })
    }
}

fn respond(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status)
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    if let Some(query_error) = answer.query_error {
        response.headers_mut().insert("x-amzn-query-error", query_error);
    }
    Ok(response)
}
