//! Results and errors as pages, and as JSON for programs.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use serde_json::json;

use super::{Error, error::ALLOW, page, request::is_from_program};
use crate::{
    http::respond::{self, JSON, respond},
    runs::Asked,
    telemetry::{Event, Outcome},
};

/// The type of a page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// On every answer: a link is a permission, so it is in nobody's cache, index, frame or `Referer`.
pub(super) const HEADERS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// What a request by a link gets where it is not refused.
pub enum Answer {
    /// The question, or that it was answered.
    Asked(Asked),
    /// The answer counts.
    Taken,
}

/// The answer to `request`, which ends its event.
pub async fn reply(
    request: &Request,
    event: Event,
    result: Result<Answer, Error>,
) -> Response<Body> {
    if let Err(Error::Failed(error)) = &result {
        event.notes().failed(error);
    }
    let received = request.headers();
    let mut response = match result {
        Ok(answer) => write(received, answer),
        Err(error) => refuse(received, &error),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::try_from(page::policy()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    event.end(Outcome::Answered(response.status().as_u16())).await;
    response
}

fn write(received: &HeaderMap, answer: Answer) -> Response<Body> {
    match answer {
        Answer::Asked(Asked::Open(listening)) => {
            respond(StatusCode::OK, HTML, page::question(&listening))
        }
        Answer::Asked(Asked::Answered) => {
            let page = page::said("This was answered", "There is nothing left to do.");
            respond(StatusCode::OK, HTML, page)
        }
        Answer::Taken if is_from_program(received) => {
            respond(StatusCode::OK, JSON, json!({"status": "accepted"}).to_string())
        }
        Answer::Taken => {
            let page = page::said("Thank you", "Your answer was taken.");
            respond(StatusCode::OK, HTML, page)
        }
    }
}

fn refuse(received: &HeaderMap, error: &Error) -> Response<Body> {
    let (status, text) = (error.status(), error.text());
    let mut response = if is_from_program(received) {
        let reason = status.canonical_reason().unwrap_or("Error");
        let shape = |_| json!({"error": reason, "message": text});
        respond::refusal(received, status, text, None, shape)
    } else if matches!(error, Error::Invalid(_) | Error::TooLarge) {
        respond(status, HTML, page::refused(text))
    } else {
        respond(status, HTML, page::said(text, ""))
    };
    if matches!(error, Error::MethodNotAllowed) {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALLOW));
    }
    respond::retry_after(&mut response, error.again_in());
    response
}
