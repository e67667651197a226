//! The answer.

use std::fmt;

use bytes::Bytes;

/// An answer, of whatever status.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case, in the order received. Where the body was decoded, `content-encoding` and `content-length`
    /// are gone, because they no longer describe it.
    pub headers: Vec<(String, String)>,
    /// The body, gzip undone. Other codings, which only a caller's own `accept-encoding` invites, stay as they came.
    pub body: Bytes,
    /// The URL that answered, after redirects.
    pub final_url: String,
}

/// Only what can carry no secret.
impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
