//! Where a redirect leads and what goes there, by the rules of the Fetch standard (§4.4, HTTP-redirect fetch).

use http::{HeaderMap, Method, StatusCode, header};

use super::error::{Error, ErrorKind};
use super::headers;
use super::request::Outgoing;

/// Where the answer redirects to, if it does. A redirect without `Location` is an answer like any other.
pub(super) fn location(status: StatusCode, headers: &HeaderMap) -> Option<&[u8]> {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
        .then(|| headers.get(header::LOCATION))
        .flatten()
        .map(header::HeaderValue::as_bytes)
}

/// The request that follows the redirect; its target has been checked like the first.
pub(super) fn follow(
    previous: Outgoing,
    status: StatusCode,
    location: &[u8],
    allow_private: bool,
) -> Result<Outgoing, Error> {
    let location = str::from_utf8(location).map_err(|error| {
        let host = previous.target.host();
        let message = format!("`{host}` redirects to something that is no URL");
        Error::new(ErrorKind::Protocol, message).with_source(error)
    })?;
    let target = previous.target.join(location, allow_private)?;
    let mut next = Outgoing { target: target.clone(), ..previous };
    if !target.has_origin_of(&previous.target) {
        headers::drop_credentials(&mut next.headers);
    }
    if becomes_get(status, &next.method) {
        next.method = Method::GET;
        next.body.clear();
        headers::drop_content(&mut next.headers);
    }
    Ok(next)
}

fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        301 | 302 => *method == Method::POST,
        303 => !matches!(*method, Method::GET | Method::HEAD),
        _ => false,
    }
}
