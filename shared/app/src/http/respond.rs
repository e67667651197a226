//! What answers of every dialect have in common.

use std::time::Duration;

use lambda_http::{
    Body, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use serde::Serialize;
use serde_json::Value;

use super::{headers, problem};
use crate::runs::{self, Limit};

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

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

/// An answer in JSON.
///
/// # Errors
/// [`runs::Error::Internal`] where it cannot be written.
pub(super) fn json_of(
    status: StatusCode,
    answer: &impl Serialize,
) -> Result<Response<Body>, runs::Error> {
    let text = serde_json::to_string(answer)
        .map_err(|_| runs::Error::Internal("the answer cannot be written"))?;
    Ok(respond(status, JSON, text))
}

/// An error in its dialect's shape, or as a problem for who asks for one.
pub(super) fn refusal(
    headers: &HeaderMap,
    status: StatusCode,
    text: &str,
    faults: Option<Value>,
    shape: impl FnOnce(Option<Value>) -> Value,
) -> Response<Body> {
    if headers::accepts(headers, problem::MEDIA_TYPE) {
        let problem = problem::problem(status, text, faults);
        return respond(status, problem::MEDIA_TYPE, problem.to_string());
    }
    respond(status, JSON, shape(faults).to_string())
}

/// What whoever meets a limit is told.
pub(super) fn limited(limit: Limit) -> String {
    format!(
        "Too many requests: {limit}. Nothing was started; try again after as many seconds as Retry-After says"
    )
}

/// Says when to come again, in whole seconds.
pub(super) fn retry_after(response: &mut Response<Body>, again_in: Option<Duration>) {
    if let Some(again_in) = again_in {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s(again_in)));
    }
}

/// As `Retry-After` has it: never at once.
pub(super) fn wait_s(again_in: Duration) -> u64 {
    whole_seconds(again_in).max(1)
}

/// The seconds after which a time is over.
pub(super) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Says that an earlier call with the same idempotency key had started the run.
pub(super) fn mark_replayed<B>(response: &mut Response<B>) {
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
}
