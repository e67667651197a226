//! The way of spans to a collector: OTLP over HTTP, before the process may be frozen. A collector
//! that is slow, broken or gone costs little time and no run.

use std::{
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, crypto::aws_lc_rs};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::span::{self, Span};

/// The longest an event waits for the collector.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a collector that failed is left alone; what would be sent meanwhile is dropped.
const REST: Duration = Duration::from_secs(30);

/// Most spans that wait to be sent. An event has one for each of its calls.
const MAX_WAITING: usize = 4096;

/// Most bytes of an answer that are read; a good one has about twenty.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Less than what servers wait before they close an idle connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// What went wrong with an export. Names no URL, which may hold a secret.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no answer within {PATIENCE:?}")]
    Timeout,
    #[error("the collector answered {0}")]
    Refused(StatusCode),
    #[error("the collector cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An OTLP collector, or by default none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint(Option<Url>);

/// A text that is no [`Endpoint`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https URL")]
pub struct NotHttp;

impl FromStr for Endpoint {
    type Err = NotHttp;

    /// An empty text is no collector.
    fn from_str(text: &str) -> Result<Self, NotHttp> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let url = Url::parse(text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.map(|url| Self(Some(url))).ok_or(NotHttp)
    }
}

impl Endpoint {
    pub(super) const fn url(&self) -> Option<&Url> {
        self.0.as_ref()
    }
}

/// Where spans are sent.
pub(super) struct Exporter {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    waiting: Mutex<Vec<Span>>,
    resting_until: Mutex<Option<Instant>>,
    /// Whoever holds it sends for all.
    sending: tokio::sync::Mutex<()>,
}

impl Exporter {
    /// To the collector at `endpoint`, of which `/v1/traces` takes spans (OTLP specification,
    /// "OTLP/HTTP request"). Opens no connection.
    pub(super) fn new(endpoint: &Url) -> Result<Self, rustls::Error> {
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_webpki_roots()
            .with_no_client_auth();
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Ok(Self {
            client,
            url: format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/')),
            waiting: Mutex::default(),
            resting_until: Mutex::default(),
            sending: tokio::sync::Mutex::default(),
        })
    }

    /// Keeps spans until the next [`Exporter::flush`].
    pub(super) fn keep(&self, spans: Vec<Span>) {
        let mut waiting = lock(&self.waiting);
        let room = MAX_WAITING.saturating_sub(waiting.len());
        waiting.extend(spans.into_iter().take(room));
    }

    /// Sends what was kept. Returns when it is sent or lost, within two seconds.
    pub(super) async fn flush(&self, service: &str) {
        let deadline = Instant::now() + PATIENCE;
        // Events at the same time wait for one request, and share the next one.
        let Ok(_sending) = timeout_at(deadline, self.sending.lock()).await else { return };
        let spans = std::mem::take(&mut *lock(&self.waiting));
        let rests = lock(&self.resting_until).is_some_and(|until| Instant::now() < until);
        if rests || spans.is_empty() {
            return;
        }
        let body = span::request(service, &spans).to_string();
        let sent = timeout_at(deadline, self.post(body)).await.unwrap_or(Err(Failure::Timeout));
        *lock(&self.resting_until) = sent.as_ref().is_err().then(|| Instant::now() + REST);
        if let Err(error) = sent {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(
                error = %error,
                error.cause = cause,
                span.count = spans.len(),
                "Spans were lost; the next {} s are not sent either", REST.as_secs(),
            );
        }
    }

    async fn post(&self, body: String) -> Result<(), Failure> {
        let request = Request::post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(|error| Failure::Unreachable(error.into()))?;
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| Failure::Unreachable(error.into()))?;
        let status = answer.status();
        // Read, so that the connection can be used again.
        let read = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        read.map_err(Failure::Unreachable)?;
        if status.is_success() { Ok(()) } else { Err(Failure::Refused(status)) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds one of these; the data would be sound even so.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
