//! What the gateway says itself where no function answers. On AWS the template's gateway responses say
//! the same. They are those of the whole API, whatever the route, so a refusal has the members of
//! every dialect's errors side by side.

use lambda_http::{
    Body, Response,
    http::{HeaderMap, StatusCode},
};
use serde_json::json;

use super::respond;

/// Why no function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No function serves this path.
    NoRoute,
    /// The request line and the header values are too long together.
    HeadTooLarge,
    /// The body is too long.
    BodyTooLarge,
    /// The body did not arrive as it was announced.
    BodyBroken,
    /// The function failed without an answer.
    FunctionFailed,
}

impl Refusal {
    const fn status(self) -> StatusCode {
        match self {
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::FunctionFailed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::NoRoute => "Not Found",
            Self::HeadTooLarge => "Request line and headers are over 10,240 bytes",
            Self::BodyTooLarge => "Request body is over 4,500,000 bytes",
            Self::BodyBroken => "Request body is incomplete",
            Self::FunctionFailed => "Process query failed: Internal server error",
        }
    }
}

/// The answer to a request with these headers.
#[must_use]
pub fn refuse(headers: &HeaderMap, refusal: Refusal) -> Response<Body> {
    in_every_shape(headers, refusal.status(), refusal.text())
}

/// A refusal that is no dialect's own.
pub(super) fn in_every_shape(
    headers: &HeaderMap,
    status: StatusCode,
    text: &str,
) -> Response<Body> {
    let reason = status.canonical_reason().unwrap_or("Error");
    let shape = |_| json!({"detail": text, "error": reason, "message": text});
    respond::refusal(headers, status, text, None, shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_members_of_every_dialect_or_is_a_problem() {
        let mut headers = HeaderMap::new();
        let response = refuse(&headers, Refusal::NoRoute);
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/json");
        let expected = br#"{"detail":"Not Found","error":"Not Found","message":"Not Found"}"#;
        assert_eq!(response.body().as_ref(), expected);

        headers.insert("accept", "text/html, application/problem+json".parse().unwrap());
        let response = refuse(&headers, Refusal::FunctionFailed);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let problem: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem["status"], 500);
        assert_eq!(problem["detail"], "Process query failed: Internal server error");
    }
}
