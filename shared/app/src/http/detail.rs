//! Errors of the dialects that answer with `{"detail": …}`, a text or a list of faults in the FastAPI
//! form: Phinite's and AI Planet's, each in its own words.

use std::time::Duration;

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
    model::{ContentHash, Timestamp},
    runs::{self, ErrorKind, Limit},
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
    /// 429, and when to come again.
    Limited {
        /// Which limit, in words.
        limit: Limit,
        /// When there will be room.
        again_in: Duration,
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

    /// When another try may help, where it may.
    pub(super) fn again_in(&self) -> Option<Duration> {
        match self {
            Self::Limited { again_in, .. } => Some(*again_in),
            Self::Failed(error) => error.again_in(),
            _ => None,
        }
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
            Self::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
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
            Self::Limited { limit, .. } => respond::limited(*limit),
            Self::Failed(error) => match error.kind() {
                ErrorKind::Unavailable => {
                    "Service unavailable: try again; with an Idempotency-Key a retry starts nothing twice"
                }
                ErrorKind::Limited => {
                    "As many runs wait in the thread as may: try again when one of them has ended"
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

/// The bearer token.
///
/// # Errors
/// 401 where there is none.
pub fn token(request: &Request) -> Result<&str, Error> {
    headers::bearer(request.headers()).ok_or(Error::Unauthenticated)
}

/// The `Idempotency-Key`.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    headers::idempotency_key(headers).map_err(|unusable| {
        let place = json!(["header", "Idempotency-Key"]);
        Error::invalid("string_type", &place, unusable.0, &Value::Null)
    })
}

/// The member of a body that says when its run is to begin.
pub(super) const RUN_AT: &str = "run_at";

/// What is said of a text that is no point in time: kind of fault, and words.
pub(super) const TIME: (&str, &str) =
    ("datetime_parsing", "Input should be a time such as 2026-02-09T23:24:39Z");

/// When the run of a body is to begin; a fault is added where that is no time.
pub(super) fn run_at(given: Option<&Value>, faults: &mut Vec<Value>) -> Option<Timestamp> {
    let given = given.filter(|given| !given.is_null())?;
    let run_at = given.as_str().and_then(|text| text.parse().ok());
    if run_at.is_none() {
        let (kind, message) = TIME;
        faults.push(fault(kind, &json!(["body", RUN_AT]), message, given));
    }
    run_at
}

/// A hash of all that must be equal for a repeat: this text, and when the run is to begin.
pub(super) fn hash_of(text: &str, run_at: Option<Timestamp>) -> ContentHash {
    let run_at = run_at.map(|run_at| format!("\n{run_at}")).unwrap_or_default();
    ContentHash::of(format!("{text}{run_at}").as_bytes())
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

/// A failure in the dialects' shape.
pub(super) fn shape(error: &Error, wording: &Wording) -> Value {
    shape_of(&error.text(wording), error.faults(wording))
}

fn shape_of(text: &str, faults: Option<Value>) -> Value {
    json!({"detail": faults.unwrap_or_else(|| json!(text))})
}

/// The answer to a request with these headers that failed.
pub(super) fn refuse(headers: &HeaderMap, error: &Error, wording: &Wording) -> Response<Body> {
    let (status, text) = (error.status(), error.text(wording));
    let (faults, shape) = (error.faults(wording), |faults| shape_of(&text, faults));
    let mut response = respond::refusal(headers, status, &text, faults, shape);
    let extra = match error {
        Error::Unauthenticated => Some((header::WWW_AUTHENTICATE, "Bearer")),
        Error::MethodNotAllowed { allow } => Some((header::ALLOW, *allow)),
        Error::UnsupportedCoding => Some((header::ACCEPT_ENCODING, "identity")),
        _ => None,
    };
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    respond::retry_after(&mut response, error.again_in());
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
            runs::Error::ThreadFull => Self::Failed(error),
            runs::Error::NoRun => Self::NoRun,
            runs::Error::NotEnded => Self::Conflict("The run has not ended"),
            runs::Error::NotListening => Self::Conflict("The run does not wait for this input"),
            runs::Error::Answered => Self::Conflict("The run was given another input before"),
            runs::Error::InvalidAnswer { member, message } => {
                Self::invalid("value_error", &json!(["body", member]), &message, &Value::Null)
            }
            runs::Error::TooLarge => Self::TooLarge,
            runs::Error::RateLimited { limit, again_in }
            | runs::Error::TooManyRuns { limit, again_in } => Self::Limited { limit, again_in },
            runs::Error::IdempotencyConflict => Self::invalid(
                "idempotency_conflict",
                &json!(["header", "Idempotency-Key"]),
                "Key was used with another body",
                &Value::Null,
            ),
            runs::Error::InvalidInput { pointer, message } => {
                Self::InvalidInput { pointer, message }
            }
            runs::Error::NotThen(message) => {
                Self::invalid("value_error", &json!(["body", RUN_AT]), message, &Value::Null)
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
