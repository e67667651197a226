//! What the gateway says itself where no function answers, in the shape that functions use. On AWS
//! the template's gateway responses say the same.

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
    let (status, text) = (refusal.status(), refusal.text());
    respond::refusal(headers, status, text, None, |_| json!({"detail": text}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_shape_that_the_caller_asks_for() {
        let mut headers = HeaderMap::new();
        let response = refuse(&headers, Refusal::NoRoute);
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.body().as_ref(), br#"{"detail":"Not Found"}"#);

        headers.insert("accept", "text/html, application/problem+json".parse().unwrap());
        let response = refuse(&headers, Refusal::FunctionFailed);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let problem: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem["status"], 500);
        assert_eq!(problem["detail"], "Process query failed: Internal server error");
    }
}
