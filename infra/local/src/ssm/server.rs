//! The parameters on a socket, for SDKs and tools outside this process.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;

use super::dispatch;
use super::parameters::Parameters;

/// Serves the parameters on `listener` until `shutdown` is done and the requests in hand are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    parameters: Parameters,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new().route("/", post(handle)).with_state(parameters);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn handle(State(parameters): State<Parameters>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix("AmazonSSM."));
    let answer = dispatch::answer(&parameters, operation.unwrap_or_default(), &body);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], answer.body).into_response()
}
