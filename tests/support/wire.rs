//! Stands between the SDKs and their services, where the network would be: counts requests, and
//! fails, loses or holds up those it is told to.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use tokio::sync::Notify;

/// A request that went over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The operation, `PutItem` for one.
    pub operation: String,
    /// What it was about: JSON, or an object's key.
    pub body: String,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service says that it is asked too often; nothing was done.
    Throttled,
    /// The service answers 500; nothing was done.
    ServerError,
    /// The service finds the request faulty; nothing was done, and a retry would not help.
    Refused,
    /// The connection breaks before anything was done.
    Reset,
    /// It is done, and the answer is lost.
    AnswerLost,
}

/// Where a process stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the request is done.
    Before,
    /// After it is done, before the answer.
    After,
}

type Rule = Box<dyn FnMut(&Sent) -> Option<Fault> + Send>;

#[derive(Default)]
struct State {
    sent: Vec<Sent>,
    rule: Option<Rule>,
    stop: Option<(usize, Moment)>,
}

/// The wire of one process. Clones are the same wire.
#[derive(Clone, Default)]
pub struct Wire {
    state: Arc<Mutex<State>>,
    count: Arc<AtomicUsize>,
    stopped: Arc<Notify>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Wire")
    }
}

impl Wire {
    /// What was sent since the last call, retries included.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.state().sent)
    }

    /// The operations sent since the last call.
    pub fn operations(&self) -> Vec<String> {
        self.take().into_iter().map(|sent| sent.operation).collect()
    }

    /// As [`Wire::operations`], sorted: for those that are under way side by side.
    pub fn sorted_operations(&self) -> Vec<String> {
        let mut operations = self.operations();
        operations.sort();
        operations
    }

    /// From now on `rule` decides what happens to each request.
    pub fn fail(&self, rule: impl FnMut(&Sent) -> Option<Fault> + Send + 'static) {
        self.state().rule = Some(Box::new(rule));
    }

    /// Requests are done as they should again.
    pub fn heal(&self) {
        self.state().rule = None;
    }

    /// The process stops at its request number `count` from now, counted from 0: that request and
    /// all later ones never return.
    pub fn stop_at(&self, count: usize, moment: Moment) {
        self.count.store(0, Ordering::SeqCst);
        self.state().stop = Some((count, moment));
    }

    /// Returns when the process has stopped.
    pub async fn stopped(&self) {
        self.stopped.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An HTTP client that sends through this wire what `inner` would send.
    pub fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Client { wire: self.clone(), inner })
    }

    async fn pass(
        &self,
        connector: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let sent = sent(&request);
        let is_object = sent.operation.ends_with("Object");
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let (fault, stop) = {
            let mut state = self.state();
            let fault = state.rule.as_mut().and_then(|rule| rule(&sent));
            state.sent.push(sent);
            (fault, state.stop)
        };
        if let Some((count, moment)) = stop {
            if number >= count {
                if number == count && moment == Moment::After {
                    let _ = connector.call(request).await;
                }
                self.stopped.notify_one();
                return std::future::pending().await;
            }
            return connector.call(request).await;
        }
        match fault {
            None => connector.call(request).await,
            Some(Fault::Throttled) if is_object => Ok(object_refusal(503, "SlowDown")),
            Some(Fault::ServerError) if is_object => Ok(object_refusal(500, "InternalError")),
            Some(Fault::Refused) if is_object => Ok(object_refusal(403, "AccessDenied")),
            Some(Fault::Throttled) => Ok(refusal(400, "ThrottlingException")),
            Some(Fault::ServerError) => Ok(refusal(500, "InternalServerError")),
            Some(Fault::Refused) => Ok(refusal(400, "ValidationException")),
            Some(Fault::Reset) => Err(ConnectorError::io("connection reset by peer".into())),
            Some(Fault::AnswerLost) => {
                connector.call(request).await?;
                Err(ConnectorError::io("connection reset by peer".into()))
            }
        }
    }
}

/// What a request says. S3 has no operation's name in a header, and its bodies are no text.
fn sent(request: &HttpRequest) -> Sent {
    if let Some(target) = request.headers().get("x-amz-target") {
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
        return Sent { operation, body: body.into_owned() };
    }
    let (path, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
    let operation = query.strip_prefix("x-id=").unwrap_or_default().to_owned();
    Sent { operation, body: path.to_owned() }
}

fn object_refusal(status: u16, code: &str) -> HttpResponse {
    let body = format!("<Error><Code>{code}</Code><Message>told to</Message></Error>");
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.into_bytes()))
}

fn refusal(status: u16, code: &str) -> HttpResponse {
    let body = format!(r#"{{"__type":"com.amazonaws#{code}","message":"told to"}}"#);
    let mut response =
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.into_bytes()));
    response.headers_mut().insert("x-amzn-query-error", format!("{code};Sender"));
    response
}

#[derive(Debug)]
struct Client {
    wire: Wire,
    inner: SharedHttpClient,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.wire.clone(), inner })
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (wire, inner) = (self.wire.clone(), self.inner.clone());
        HttpConnectorFuture::new(async move { wire.pass(inner, request).await })
    }
}
