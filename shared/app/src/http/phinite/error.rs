//! Errors of the dialect: `{"detail": …}`, a text or a list of faults in the FastAPI form.

use lambda_http::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    http::body::{Fault, Unreadable},
    runs::{self, ErrorKind},
};

/// How a request of this dialect fails.
#[derive(Debug)]
pub enum Error {
    /// 401, the same bytes whatever is wrong with the key.
    Unauthenticated,
    /// 403.
    Forbidden {
        /// What the key would need.
        scope: &'static str,
    },
    /// 404.
    NotFound(&'static str),
    /// 405.
    MethodNotAllowed {
        /// What is.
        allow: &'static str,
    },
    /// 413.
    TooLarge,
    /// 415.
    UnsupportedMediaType,
    /// 415, for a body that is compressed.
    UnsupportedCoding,
    /// 422.
    Invalid(Vec<Value>),
    /// 503 where another try may help, else 500. The caller is told no more than that.
    Failed(runs::Error),
}

/// Most bytes of a caller's input that are repeated to it: an answer stays smaller than its request.
const MAX_REPEATED_BYTES: usize = 4096;

/// One fault in the FastAPI form.
pub(super) fn fault(kind: &str, place: &Value, message: &str, input: &Value) -> Value {
    let repeated = if input.to_string().len() > MAX_REPEATED_BYTES {
        json!(format!("[over {MAX_REPEATED_BYTES} bytes]"))
    } else {
        input.clone()
    };
    json!({"type": kind, "loc": place, "msg": message, "input": repeated})
}

impl Error {
    pub(super) fn invalid(kind: &str, place: &Value, message: &str, input: &Value) -> Self {
        Self::Invalid(vec![fault(kind, place, message, input)])
    }

    pub(super) fn missing_body() -> Self {
        Self::invalid("missing", &json!(["body"]), "Field required", &Value::Null)
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType | Self::UnsupportedCoding => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// What the caller is told.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unauthenticated => "Invalid authentication credentials".to_owned(),
            Self::Forbidden { scope } => format!("The key lacks the scope {scope}"),
            Self::NotFound(what) => (*what).to_owned(),
            Self::MethodNotAllowed { .. } => "Method Not Allowed".to_owned(),
            Self::TooLarge => "Request body is over 4,500,000 bytes".to_owned(),
            Self::UnsupportedMediaType => "Content-Type should be application/json".to_owned(),
            Self::UnsupportedCoding => "Content-Encoding should be identity".to_owned(),
            Self::Invalid(_) => "The request is not valid".to_owned(),
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => {
                    "Service unavailable: try again; with an Idempotency-Key a retry starts nothing twice"
                }
                _ => "Process query failed: Internal server error",
            }
            .to_owned(),
        }
    }

    /// Single faults, where there are any.
    pub(super) fn faults(&self) -> Option<Value> {
        match self {
            Self::Invalid(faults) => Some(Value::Array(faults.clone())),
            _ => None,
        }
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::TooLarge => Self::TooLarge,
            Unreadable::Missing => Self::missing_body(),
            Unreadable::Invalid(Fault { offset, message }) => Self::Invalid(vec![json!({
                "type": "json_invalid",
                "loc": ["body", offset],
                "msg": "JSON decode error",
                "input": {},
                "ctx": {"error": message},
            })]),
        }
    }
}

impl From<runs::Error> for Error {
    fn from(error: runs::Error) -> Self {
        match error {
            runs::Error::Unauthenticated | runs::Error::NotAdmitted => Self::Unauthenticated,
            runs::Error::Forbidden { scope } => Self::Forbidden { scope },
            runs::Error::NoTrigger => Self::NotFound("Trigger not found"),
            runs::Error::NoRun => Self::NotFound("Workflow not found"),
            runs::Error::TooLarge => Self::TooLarge,
            runs::Error::IdempotencyConflict => Self::invalid(
                "idempotency_conflict",
                &json!(["header", "Idempotency-Key"]),
                "Key was used with another body",
                &Value::Null,
            ),
            runs::Error::InvalidInput { pointer, message } => Self::Invalid(vec![
                json!({"type": "value_error", "loc": place(&pointer), "msg": message, "input": null}),
            ]),
            runs::Error::Unmapped { expression, message } => Self::Invalid(vec![
                json!({"type": "value_error", "loc": ["trigger", expression], "msg": message, "input": null}),
            ]),
            runs::Error::Store(_)
            | runs::Error::Queue(_)
            | runs::Error::Secrets(_)
            | runs::Error::Internal(_) => Self::of_service(error),
        }
    }
}

impl Error {
    /// What a service refused: mostly its fault or ours, seldom the caller's.
    fn of_service(error: runs::Error) -> Self {
        match error.kind() {
            ErrorKind::TooLarge => Self::TooLarge,
            // The store finds nothing else invalid.
            ErrorKind::Invalid => {
                let place = json!(["query", "cursor"]);
                Self::invalid("value_error", &place, "Not a cursor", &Value::Null)
            }
            _ => Self::Failed(error),
        }
    }
}

/// A place in the flow's input as a place in the body: everything but `message` came from
/// `user_variables`.
fn place(pointer: &str) -> Value {
    let mut place = vec![json!("body")];
    let mut steps = pointer.split('/').skip(1).peekable();
    if steps.peek().is_some_and(|first| *first != "message") {
        place.push(json!("user_variables"));
    }
    place.extend(steps.map(|step| json!(step)));
    Value::Array(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_input_is_named_as_in_the_body() {
        assert_eq!(place("/message"), json!(["body", "message"]));
        assert_eq!(place("/a/0"), json!(["body", "user_variables", "a", "0"]));
        assert_eq!(place(""), json!(["body"]));
    }
}
