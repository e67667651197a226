//! The bucket on a socket, for SDKs, tools and presigned URLs outside this process.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Request, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use super::objects::Objects;
use super::{dispatch, signature};

/// The largest object: many times what a run's input or output may be. S3 itself takes 5 GB in one piece.
const OBJECT_MAX_BYTES: usize = 256 * 1_048_576;

/// Serves the bucket on `listener` until `shutdown` is done and the requests in hand are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    objects: Objects,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new()
        .fallback(handle)
        .layer(DefaultBodyLimit::max(OBJECT_MAX_BYTES))
        .with_state(objects);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn handle(
    State(objects): State<Objects>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = signature::check(&method, &uri, &headers, objects.now_ms()) {
        return http::Response::<Bytes>::from(refusal).map(axum::body::Body::from).into_response();
    }
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    dispatch::answer(&objects, request).await.map(axum::body::Body::from).into_response()
}
