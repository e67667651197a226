//! Which headers go out, which may cross to another origin, and which come back.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::error::{Error, ErrorKind};

const USER_AGENT: &str = concat!("trigger-api/", env!("CARGO_PKG_VERSION"));

/// Headers that frame the message or concern the connection alone (RFC 9110 §7.6.1 and §8.6). The client writes them;
/// one from the user could split a request in two or point `Host` at a neighbour of the host that was checked.
const RESERVED: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What another origin is told. A list of what to drop would miss the next service's own name for its key.
const KEPT_ACROSS_ORIGINS: [&str; 19] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-location",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
    "traceparent",
    "tracestate",
    "user-agent",
];

/// Checks the user's headers and adds the defaults they leave out.
pub(super) fn outgoing(headers: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut map = HeaderMap::with_capacity(headers.len() + 3);
    for (name, value) in headers {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid(format!("{name:?} is not a header name")))?;
        if RESERVED.contains(&parsed.as_str()) {
            return Err(invalid(format!("the header `{parsed}` is set by the client")));
        }
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
            invalid(format!("the header `{parsed}` has a control character in its value"))
        })?;
        map.append(parsed, value);
    }
    map.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    map.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    // A part of a compressed body cannot be decoded.
    if !map.contains_key(header::RANGE) {
        map.entry(header::ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
    }
    Ok(map)
}

/// Removes what another origin must not see.
pub(super) fn drop_credentials(headers: &mut HeaderMap) {
    retain(headers, |name| KEPT_ACROSS_ORIGINS.contains(&name));
}

/// Removes what described a body that is no longer sent.
pub(super) fn drop_content(headers: &mut HeaderMap) {
    retain(headers, |name| !name.starts_with("content-"));
}

fn retain(headers: &mut HeaderMap, keep: impl Fn(&str) -> bool) {
    let dropped: Vec<_> = headers.keys().filter(|name| !keep(name.as_str())).cloned().collect();
    for name in dropped {
        headers.remove(name);
    }
}

/// The answer's headers as text; bytes that are not UTF-8 become U+FFFD. Those that described the body before it was
/// decoded are left out.
pub(super) fn incoming(headers: &HeaderMap, decoded: bool) -> Vec<(String, String)> {
    let stale = [header::CONTENT_ENCODING, header::CONTENT_LENGTH];
    headers
        .iter()
        .filter(|(name, _)| !(decoded && stale.contains(name)))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
