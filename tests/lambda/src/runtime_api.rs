//! The Runtime API of one execution environment: hands out events, takes answers, notes when.
//! After AWS's description of it (Lambda developer guide, "Using the Lambda runtime API").

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Request, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::Value;
use shared::clock::Clock;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    time::{Instant, timeout},
};
use uuid::Uuid;

use crate::{Outcome, Reply, Report};

/// The largest answer that is not streamed (Lambda quotas, invocation payload: 6 MB).
const MAX_BUFFERED_BYTES: usize = 6 * 1024 * 1024;

/// How long a process may take to do something for the first time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The trace that every invocation belongs to.
const TRACE: &str = "Root=1-698a6fc7-1f0e2d3c4b5a69788796a5b4;Parent=b7ad6b7169203331;Sampled=0";

/// The server. It ends with its runtime.
#[derive(Clone)]
pub struct RuntimeApi {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

/// When a process did what.
#[derive(Clone, Debug, Default)]
struct Seen {
    first_poll_at: Option<Instant>,
    first_answer_at: Option<Instant>,
    init_error: Option<Report>,
}

struct Shared {
    submit: mpsc::UnboundedSender<Invocation>,
    submitted: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    in_flight: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    seen: watch::Sender<Seen>,
}

struct Invocation {
    id: String,
    event: Bytes,
    deadline_ms: u128,
    outcome: oneshot::Sender<Outcome>,
}

impl RuntimeApi {
    /// Starts a server on a free port of the loopback interface.
    pub async fn start() -> Self {
        let (submit, submitted) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            submit,
            submitted: tokio::sync::Mutex::new(submitted),
            in_flight: Mutex::default(),
            seen: watch::Sender::default(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Hands an event out to the next poll; what becomes of it. It may be that nothing does.
    pub fn invoke(&self, event: &Value, timeout: Duration) -> oneshot::Receiver<Outcome> {
        let (outcome, receiver) = oneshot::channel();
        let deadline_ms = u128::from(Clock::system().now().as_millis()) + timeout.as_millis();
        let event = serde_json::to_vec(event).unwrap().into();
        let id = Uuid::now_v7().to_string();
        // The server holds the other end.
        let _ = self.shared.submit.send(Invocation { id, event, deadline_ms, outcome });
        receiver
    }

    /// When the first event was asked for.
    pub async fn first_poll(&self) -> Instant {
        self.until(|seen| seen.first_poll_at).await
    }

    /// When the first answer began to arrive.
    pub async fn first_answer(&self) -> Instant {
        self.until(|seen| seen.first_answer_at).await
    }

    /// Why the function could not start.
    pub async fn init_error(&self) -> Report {
        self.until(|seen| seen.init_error.clone()).await
    }

    async fn until<T>(&self, found: impl Fn(&Seen) -> Option<T>) -> T {
        let mut seen = self.shared.seen.subscribe();
        let seen = timeout(PATIENCE, seen.wait_for(|seen| found(seen).is_some())).await;
        found(&seen.expect("the process does not come that far").unwrap()).unwrap()
    }
}

impl Shared {
    fn in_flight(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Outcome>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who waits for this invocation; it is over then.
    fn end(&self, id: &str) -> Option<oneshot::Sender<Outcome>> {
        self.seen.send_modify(|seen| {
            seen.first_answer_at.get_or_insert_with(Instant::now);
        });
        self.in_flight().remove(id)
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.seen.send_modify(|seen| {
        seen.first_poll_at.get_or_insert_with(Instant::now);
    });
    let submitted = shared.submitted.lock().await.recv().await;
    let Some(Invocation { id, event, deadline_ms, outcome }) = submitted else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    shared.in_flight().insert(id.clone(), outcome);
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:trigger-api";
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", arn.to_owned()),
        ("lambda-runtime-trace-id", TRACE.to_owned()),
    ];
    (axum::response::AppendHeaders(headers), event).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    let Some(waiting) = shared.end(&id) else { return unknown_invocation() };
    let (head, mut body) = request.into_parts();
    let mut reply =
        Reply { headers: head.headers, pieces: Vec::new(), trailers: HeaderMap::default() };
    while let Some(frame) = body.frame().await {
        // A process that dies amid its answer is told apart by its end.
        let Ok(frame) = frame else { return StatusCode::BAD_REQUEST.into_response() };
        match frame.into_data() {
            Ok(piece) => reply.pieces.push(piece),
            Err(frame) => reply.trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
    }
    let bytes: usize = reply.pieces.iter().map(Bytes::len).sum();
    if !reply.is_streamed() && bytes > MAX_BUFFERED_BYTES {
        let kind = "Function.ResponseSizeTooLarge".to_owned();
        let _ = waiting.send(Outcome::Failed(Report { kind, body: Value::Null }));
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    // Nobody waits any more after the deadline.
    let _ = waiting.send(Outcome::Reply(reply));
    accepted()
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(waiting) = shared.end(&id) else { return unknown_invocation() };
    let _ = waiting.send(Outcome::Failed(report(&headers, &body)));
    accepted()
}

async fn init_error(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.seen.send_modify(|seen| seen.init_error = Some(report(&headers, &body)));
    accepted()
}

fn report(headers: &HeaderMap, body: &[u8]) -> Report {
    let kind = headers.get("lambda-runtime-function-error-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    Report { kind, body: serde_json::from_slice(body).unwrap_or_default() }
}

fn unknown_invocation() -> Response {
    let refusal = r#"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#;
    (StatusCode::BAD_REQUEST, refusal).into_response()
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}
