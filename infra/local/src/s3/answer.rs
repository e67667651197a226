//! What S3 answers, as HTTP.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use axum::body::Bytes;
use axum::http::{HeaderValue, Response, StatusCode, header};

use super::objects::Head;

/// A refusal, as S3 names it (API reference, "List of error codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    NoSuchBucket,
    NoSuchKey,
    AccessDenied,
    SignatureDoesNotMatch,
    PreconditionFailed,
    InvalidRange,
    NotImplemented,
    InternalError,
}

impl Refusal {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoSuchBucket => {
                (StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist.")
            }
            Self::NoSuchKey => {
                (StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
            }
            Self::AccessDenied => {
                (StatusCode::FORBIDDEN, "AccessDenied", "It is not signed, or not any more.")
            }
            Self::SignatureDoesNotMatch => (
                StatusCode::FORBIDDEN,
                "SignatureDoesNotMatch",
                "The signature is not that of this request.",
            ),
            Self::PreconditionFailed => (
                StatusCode::PRECONDITION_FAILED,
                "PreconditionFailed",
                "There is an object already.",
            ),
            Self::InvalidRange => {
                (StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "The object has no such range.")
            }
            Self::NotImplemented => (
                StatusCode::NOT_IMPLEMENTED,
                "NotImplemented",
                "The local stack puts, reads and deletes objects, and little else.",
            ),
            Self::InternalError => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "The disk failed; try again.")
            }
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "The file of the payloads failed");
        Self::InternalError
    }
}

impl From<Refusal> for Response<Bytes> {
    fn from(refusal: Refusal) -> Self {
        let (status, code, message) = refusal.parts();
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        let mut response = Self::new(Bytes::from(body));
        *response.status_mut() = status;
        let xml = HeaderValue::from_static("application/xml");
        response.headers_mut().insert(header::CONTENT_TYPE, xml);
        response
    }
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// The answer to a write.
pub(super) fn written(etag: &str) -> Response<Bytes> {
    let mut response = empty(StatusCode::OK);
    set(&mut response, header::ETAG, etag);
    response
}

/// An object, or what is known of it.
pub(super) fn object(head: &Head, content: Bytes) -> Response<Bytes> {
    let mut response = Response::new(content);
    let seconds = i64::try_from(head.created_at_ms / 1000).unwrap_or_default();
    let modified = DateTime::from_secs(seconds).fmt(Format::HttpDate).unwrap_or_default();
    set(&mut response, header::CONTENT_LENGTH, &head.size_bytes.to_string());
    set(&mut response, header::CONTENT_TYPE, &head.content_type);
    set(&mut response, header::ETAG, &head.etag);
    set(&mut response, header::LAST_MODIFIED, &modified);
    response
}

/// The first bytes of an object, up to the one of number `last`.
pub(super) fn beginning(
    head: &Head,
    content: Vec<u8>,
    last: usize,
) -> Result<Response<Bytes>, Refusal> {
    let whole_bytes = content.len();
    let mut content = Bytes::from(content);
    content.truncate(last.saturating_add(1));
    let end = content.len().checked_sub(1).ok_or(Refusal::InvalidRange)?;
    let part = Head { size_bytes: content.len() as u64, ..head.clone() };
    let mut response = object(&part, content);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    set(&mut response, header::CONTENT_RANGE, &format!("bytes 0-{end}/{whole_bytes}"));
    Ok(response)
}

/// Sets a header, unless the value cannot be one.
pub(super) fn set(response: &mut Response<Bytes>, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
