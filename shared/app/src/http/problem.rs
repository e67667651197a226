//! Errors as RFC 9457 problem details, for who asks for them.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};

/// The media type.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem without a type of its own: the status says it all. `errors` lists single faults.
pub(super) fn problem(status: StatusCode, detail: &str, errors: Option<Value>) -> Value {
    let mut problem = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    if let (Some(members), Some(errors)) = (problem.as_object_mut(), errors) {
        members.insert("errors".to_owned(), errors);
    }
    problem
}
