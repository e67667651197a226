//! Errors of the dialects that answer with `{"detail": …}`, a text or a list of faults in the FastAPI
//! form: Phinite's and AI Planet's, each in its own words.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use serde_json::{Map, Value, json};

use crate::{
    http::{
        body::{self, Fault, Unreadable},
        headers, respond,
    },
    runs::{self, ErrorKind},
};

/// What a dialect calls things.
pub(super) struct Wording {
    pub(super) no_trigger: &'static str,
    pub(super) no_run: &'static str,
    pub(super) failed: &'static str,
    /// A place in the flow's input, a JSON pointer, as the place in the body that it came from.
    pub(super) place: fn(&str) -> Value,
}

/// How a request fails.
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
    NoTrigger,
    /// 404.
    NoRun,
    /// 405.
    MethodNotAllowed {
        /// What is.
        allow: &'static str,
    },
    /// 409.
    Conflict(&'static str),
    /// 413.
    TooLarge,
    /// 415.
    UnsupportedMediaType,
    /// 415, for a body that is compressed.
    UnsupportedCoding,
    /// 422, with every fault.
    Invalid(Vec<Value>),
    /// 422, for what the flow's schema refuses.
    InvalidInput {
        /// Where in the flow's input, as a JSON pointer.
        pointer: String,
        /// What is wrong, without the data.
        message: String,
    },
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
            Self::NoTrigger | Self::NoRun => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType | Self::UnsupportedCoding => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Invalid(_) | Self::InvalidInput { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// What the caller is told.
    fn text(&self, wording: &Wording) -> String {
        match self {
            Self::Unauthenticated => "Invalid authentication credentials".to_owned(),
            Self::Forbidden { scope } => format!("The key lacks the scope {scope}"),
            Self::NoTrigger => wording.no_trigger.to_owned(),
            Self::NoRun => wording.no_run.to_owned(),
            Self::MethodNotAllowed { .. } => "Method Not Allowed".to_owned(),
            Self::Conflict(why) => (*why).to_owned(),
            Self::TooLarge => "Request body is over 4,500,000 bytes".to_owned(),
            Self::UnsupportedMediaType => "Content-Type should be application/json".to_owned(),
            Self::UnsupportedCoding => "Content-Encoding should be identity".to_owned(),
            Self::Invalid(_) | Self::InvalidInput { .. } => "The request is not valid".to_owned(),
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => {
                    "Service unavailable: try again; with an Idempotency-Key a retry starts nothing twice"
                }
                _ => wording.failed,
            }
            .to_owned(),
        }
    }

    /// Single faults, where there are any.
    fn faults(&self, wording: &Wording) -> Option<Value> {
        match self {
            Self::Invalid(faults) => Some(Value::Array(faults.clone())),
            Self::InvalidInput { pointer, message } => {
                let place = (wording.place)(pointer);
                Some(json!([fault("value_error", &place, message, &Value::Null)]))
            }
            _ => None,
        }
    }
}

/// The `Idempotency-Key`.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    headers::idempotency_key(headers).map_err(|unusable| {
        let place = json!(["header", "Idempotency-Key"]);
        Error::invalid("string_type", &place, unusable.0, &Value::Null)
    })
}

/// The members of a JSON body.
pub(super) fn members(request: &Request) -> Result<Map<String, Value>, Error> {
    if !headers::accepts_json_body(request.headers()) {
        return Err(Error::UnsupportedMediaType);
    }
    if headers::is_compressed(request.headers()) {
        return Err(Error::UnsupportedCoding);
    }
    match body::read(request.body())? {
        Value::Object(members) => Ok(members),
        Value::Null => Err(Error::missing_body()),
        other => Err(Error::invalid(
            "model_attributes_type",
            &json!(["body"]),
            "Input should be a valid dictionary or object to extract fields from",
            &other,
        )),
    }
}

/// The answer to a request with these headers that failed.
pub(super) fn refuse(headers: &HeaderMap, error: &Error, wording: &Wording) -> Response<Body> {
    let (status, text) = (error.status(), error.text(wording));
    let shape = |faults: Option<Value>| json!({"detail": faults.unwrap_or_else(|| json!(&text))});
    let faults = error.faults(wording);
    let mut response = respond::refusal(headers, status, &text, faults, shape);
    let extra = match error {
        Error::Unauthenticated => Some((header::WWW_AUTHENTICATE, "Bearer")),
        Error::MethodNotAllowed { allow } => Some((header::ALLOW, *allow)),
        Error::UnsupportedCoding => Some((header::ACCEPT_ENCODING, "identity")),
        Error::Failed(_) if status == StatusCode::SERVICE_UNAVAILABLE => {
            Some((header::RETRY_AFTER, "1"))
        }
        _ => None,
    };
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
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
            runs::Error::NoTrigger => Self::NoTrigger,
            runs::Error::NoRun => Self::NoRun,
            runs::Error::NotListening => Self::Conflict("The run does not wait for this input"),
            runs::Error::Answered => Self::Conflict("The run was given another input before"),
            runs::Error::InvalidAnswer { member, message } => {
                Self::invalid("value_error", &json!(["body", member]), &message, &Value::Null)
            }
            runs::Error::TooLarge => Self::TooLarge,
            runs::Error::IdempotencyConflict => Self::invalid(
                "idempotency_conflict",
                &json!(["header", "Idempotency-Key"]),
                "Key was used with another body",
                &Value::Null,
            ),
            runs::Error::InvalidInput { pointer, message } => {
                Self::InvalidInput { pointer, message }
            }
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
