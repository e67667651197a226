//! The queues on a socket, for SDKs and tools outside this process.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;

use super::dispatch;
use super::engine::Engine;

/// The longest request: a batch of 1 MiB, whose JSON may be six times as long when every character is escaped.
const REQUEST_MAX_BYTES: usize = 8 * 1_048_576;

/// Serves the queues on `listener` until `shutdown` is done and the requests in hand are answered. A long poll in hand
/// holds it for up to 20 seconds.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    engine: Engine,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // Other SDKs send requests to the queue's URL instead of the endpoint, so every path is the same.
    let router = Router::new()
        .route("/", post(handle))
        .fallback(post(handle))
        .layer(DefaultBodyLimit::max(REQUEST_MAX_BYTES))
        .with_state(engine);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn handle(State(engine): State<Engine>, headers: HeaderMap, body: Bytes) -> Response {
    let text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = text("x-amz-target").strip_prefix("AmazonSQS.").unwrap_or_default();
    let answer = dispatch::answer(&engine, text("host"), operation, &body).await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response =
        (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], answer.body)
            .into_response();
    if let Some(query_error) = answer.query_error.and_then(|code| code.parse().ok()) {
        response.headers_mut().insert("x-amzn-query-error", query_error);
    }
    response
}
