//! Results and errors as answers.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, StatusCode, header},
};
use serde_json::{Value, json};

use super::{Envelope, Error};
use crate::http::{headers, problem};

/// The answer to `request`. Never fails: what cannot be written becomes a 500.
#[must_use]
pub fn reply(request: &Request, result: Result<Envelope, Error>) -> Response<Body> {
    match result {
        Ok(envelope) => {
            let mut response = match serde_json::to_string(&envelope) {
                Ok(text) => respond(StatusCode::OK, "application/json", text),
                Err(_) => return refuse(request, &Error::Internal),
            };
            if envelope.replayed {
                response
                    .headers_mut()
                    .insert("idempotency-replayed", HeaderValue::from_static("true"));
            }
            response
        }
        Err(error) => refuse(request, &error),
    }
}

fn refuse(request: &Request, error: &Error) -> Response<Body> {
    let status = error.status();
    let mut response = if headers::wants_problem(request.headers()) {
        let problem = problem::problem(status, &error.text(), error.faults());
        respond(status, problem::MEDIA_TYPE, problem.to_string())
    } else {
        let detail = error.faults().unwrap_or_else(|| Value::String(error.text()));
        respond(status, "application/json", json!({"detail": detail}).to_string())
    };
    let extra = match error {
        Error::Unauthenticated => Some((header::WWW_AUTHENTICATE, "Bearer")),
        Error::MethodNotAllowed { allow } => Some((header::ALLOW, *allow)),
        Error::Unavailable => Some((header::RETRY_AFTER, "1")),
        _ => None,
    };
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn respond(status: StatusCode, media_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
