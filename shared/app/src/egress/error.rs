//! What can go wrong with an outgoing request, and whether the server may have seen it.
//!
//! Messages name a host at most. Paths and queries often carry keys, so no URL, header value or body is ever in one.

use std::error::Error as StdError;

use hyper_util::client::legacy;

use super::resolver::ResolveError;

/// A request that got no whole answer. An answer of any status is no error.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
    outcome_unknown: bool,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself is wrong: its URL, method or a header. Sending it again cannot help.
    InvalidRequest,
    /// The target, or the target of a redirect, is one that flows may not reach. Sending it again cannot help.
    Refused,
    /// The host's name could not be resolved.
    Dns,
    /// No connection: refused, unreachable, or the TLS handshake failed.
    Connect,
    /// The time was over before the answer was whole.
    Timeout,
    /// The connection broke before the answer was whole.
    Closed,
    /// The answer is larger than [`Policy::max_response_bytes`](super::Policy::max_response_bytes).
    TooLarge,
    /// More redirects than [`Policy::max_redirects`](super::Policy::max_redirects).
    TooManyRedirects,
    /// The answer is not valid HTTP, its gzip is damaged, or it redirects to something that is no URL.
    Protocol,
}

impl ErrorKind {
    /// The same in a word, for operators.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Refused => "refused",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::TooLarge => "too_large",
            Self::TooManyRedirects => "too_many_redirects",
            Self::Protocol => "protocol",
        }
    }
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), outcome_unknown: false, source: None }
    }

    pub(super) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    pub(super) fn with_outcome_unknown(mut self, outcome_unknown: bool) -> Self {
        self.outcome_unknown = outcome_unknown;
        self
    }

    pub(super) fn from_exchange(error: legacy::Error, host: &str) -> Self {
        match find::<ResolveError>(&error) {
            Some(ResolveError::Denied(range)) => {
                return Self::new(
                    ErrorKind::Refused,
                    format!("`{host}` is not allowed: it resolves to an address in {range}"),
                );
            }
            Some(ResolveError::Lookup(_) | ResolveError::NoAddress) => {
                return Self::new(ErrorKind::Dns, format!("`{host}` cannot be resolved"))
                    .with_source(error);
            }
            None => {}
        }
        if error.is_connect() {
            let message = format!("no connection to `{host}`");
            return Self::new(ErrorKind::Connect, message).with_source(error);
        }
        let malformed = find::<hyper::Error>(&error).is_some_and(hyper::Error::is_parse);
        Self::from_broken_answer(malformed, error, host)
    }

    pub(super) fn from_body(error: hyper::Error, host: &str) -> Self {
        Self::from_broken_answer(error.is_parse(), error, host)
    }

    fn from_broken_answer(
        malformed: bool,
        source: impl StdError + Send + Sync + 'static,
        host: &str,
    ) -> Self {
        if malformed {
            let message = format!("`{host}` did not answer in valid HTTP");
            return Self::new(ErrorKind::Protocol, message).with_source(source);
        }
        let message = format!("the connection to `{host}` broke before the answer was whole");
        Self::new(ErrorKind::Closed, message).with_source(source)
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether a server may have received the request, or an earlier hop of it, so that it may have acted on it.
    ///
    /// When true, send it again only under the same `Idempotency-Key`. When false, not a byte of it has left.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        self.outcome_unknown
    }
}

/// Whether the client gave the request back without having written any of it.
pub(super) fn never_started(error: &legacy::Error) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled)
}

fn find<E: StdError + 'static>(error: &legacy::Error) -> Option<&E> {
    let mut source = error.source();
    while let Some(current) = source {
        if let Some(found) = current.downcast_ref() {
            return Some(found);
        }
        source = current.source();
    }
    None
}
