//! What the caller wants sent, and the checked form of it that is.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::Full;

use super::error::{Error, ErrorKind};
use super::headers;
use super::target::Target;

/// A request to send. It has no `Debug` form: URL, headers and body may all carry secrets.
pub struct Request {
    /// Any method but `CONNECT` and `TRACE`.
    pub method: Method,
    /// An absolute http or https URL without user name and password.
    pub url: String,
    /// Names and values, in order; a name may repeat.
    ///
    /// Those that describe the connection or frame the message are refused: `connection`, `content-length`, `expect`,
    /// `host`, `keep-alive`, `proxy-connection`, `te`, `trailer`, `transfer-encoding`, `upgrade`. The defaults for
    /// `accept` (`*/*`), `accept-encoding` (`gzip`, unless a `range` is asked for) and `user-agent` can be replaced.
    pub headers: Vec<(String, String)>,
    /// The body; its length is always sent.
    pub body: Option<Bytes>,
    /// From the lookup of the name to the answer's last byte, all redirects included.
    pub timeout: Duration,
    /// What to do about a redirect.
    pub redirects: Redirects,
}

/// What to do about a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// Follow it, as far as [`Policy::max_redirects`](super::Policy::max_redirects).
    ///
    /// As in browsers, 303 turns every method but `HEAD` into `GET`, 301 and 302 turn `POST` into `GET`, and the body
    /// goes with it; 307 and 308 change nothing. On another origin (scheme, host, port) only headers known to carry no
    /// credentials are sent on: content negotiation, `content-*`, conditions, `range`, `cache-control`, `user-agent`,
    /// `idempotency-key` and the trace context. Every other header may be a key under a name of its own and is dropped.
    Follow,
    /// Follow it as far, but over https only, which the request itself has to go over too. Where private targets are
    /// allowed, http will do to this machine: nobody listens in between.
    FollowEncrypted,
    /// Hand it back as the answer.
    Return,
}

/// A request that has passed every check which needs no network.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Outgoing {
    pub(super) fn new(request: Request, allow_private: bool) -> Result<Self, Error> {
        // CONNECT would make a tunnel of the connection; TRACE echoes credentials back (RFC 9110 §9.3.8).
        if matches!(request.method, Method::CONNECT | Method::TRACE) {
            let message = format!("the method {} is not allowed", request.method);
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        Ok(Self {
            method: request.method,
            target: Target::parse(&request.url, allow_private)?,
            headers: headers::outgoing(&request.headers)?,
            body: request.body.unwrap_or_default(),
        })
    }
    pub(super) fn to_http(&self) -> http::Request<Full<Bytes>> {
        let mut request = http::Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.uri().clone();
        *request.headers_mut() = self.headers.clone();
        // hyper leaves the length of an empty body out; some servers answer 411 to that (RFC 9110 §8.6).
        let expects_body = matches!(self.method, Method::POST | Method::PUT | Method::PATCH);
        if expects_body && self.body.is_empty() {
            let zero = HeaderValue::from_static("0");
            request.headers_mut().insert(CONTENT_LENGTH, zero);
        }
        request
    }
}
