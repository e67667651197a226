//! Results and errors as answers.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use serde_json::{Value, json};

use super::{Envelope, Error};
use crate::{
    http::respond::{self, JSON, respond},
    runs,
    telemetry::{Event, Outcome},
};

/// The answer to `request`, which ends its event. Never fails: what cannot be written becomes a 500.
pub async fn reply(
    request: &Request,
    event: Event,
    result: Result<Envelope, Error>,
) -> Response<Body> {
    if let Err(Error::Failed(error)) = &result {
        event.notes().failed(error, std::error::Error::source(error));
    }
    let response = answer(request, result);
    event.end(Outcome::Answered(response.status().as_u16())).await;
    response
}

fn answer(request: &Request, result: Result<Envelope, Error>) -> Response<Body> {
    match result {
        Ok(envelope) => {
            let Ok(text) = serde_json::to_string(&envelope) else {
                let error = runs::Error::Internal("the answer cannot be written");
                return refuse(request, &Error::Failed(error));
            };
            let mut response = respond(StatusCode::OK, JSON, text);
            if envelope.replayed {
                respond::mark_replayed(&mut response);
            }
            response
        }
        Err(error) => refuse(request, &error),
    }
}

fn refuse(request: &Request, error: &Error) -> Response<Body> {
    let mut response = refusal(request.headers(), error.status(), &error.text(), error.faults());
    let extra = match error {
        Error::Unauthenticated => Some((header::WWW_AUTHENTICATE, "Bearer")),
        Error::MethodNotAllowed { allow } => Some((header::ALLOW, *allow)),
        Error::UnsupportedCoding => Some((header::ACCEPT_ENCODING, "identity")),
        Error::Failed(_) if error.status() == StatusCode::SERVICE_UNAVAILABLE => {
            Some((header::RETRY_AFTER, "1"))
        }
        _ => None,
    };
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// An error in the dialect's shape, or as a problem for who asks for one.
fn refusal(
    headers: &HeaderMap,
    status: StatusCode,
    text: &str,
    faults: Option<Value>,
) -> Response<Body> {
    respond::refusal(
        headers,
        status,
        text,
        faults,
        |faults| json!({"detail": faults.unwrap_or_else(|| Value::String(text.to_owned()))}),
    )
}
