//! What answers of every dialect have in common.

use lambda_http::{
    Body, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use serde_json::Value;

use super::{headers, problem};

/// The media type of almost everything.
pub(super) const JSON: &str = "application/json";

/// An answer with this body.
pub(super) fn respond(
    status: StatusCode,
    media_type: &'static str,
    text: String,
) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// An error in its dialect's shape, or as a problem for who asks for one.
pub(super) fn refusal(
    headers: &HeaderMap,
    status: StatusCode,
    text: &str,
    faults: Option<Value>,
    shape: impl FnOnce(Option<Value>) -> Value,
) -> Response<Body> {
    if headers::wants_problem(headers) {
        let problem = problem::problem(status, text, faults);
        return respond(status, problem::MEDIA_TYPE, problem.to_string());
    }
    respond(status, JSON, shape(faults).to_string())
}

/// Says that an earlier call with the same idempotency key had started the run.
pub(super) fn mark_replayed<B>(response: &mut Response<B>) {
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
}
