//! An answer that is read while it comes.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::error::{Error, ErrorKind};

/// An answer whose body is still to come. Dropping it closes the connection.
pub struct IncomingAnswer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    body: Incoming,
    host: String,
    ends_at: Instant,
}

impl IncomingAnswer {
    pub(super) fn new(
        (status, headers): (u16, Vec<(String, String)>),
        body: Incoming,
        host: String,
        ends_at: Instant,
    ) -> Self {
        Self { status, headers, body, host, ends_at }
    }

    /// The next bytes of the body, as they came; none at its end. How many come in all is for the caller to count.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`], [`ErrorKind::Closed`], [`ErrorKind::Protocol`]. The server has received the request.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let Ok(frame) = timeout_at(self.ends_at, self.body.frame()).await else {
                let message = format!("the answer from `{}` took too long", self.host);
                return Err(Error::new(ErrorKind::Timeout, message).with_outcome_unknown(true));
            };
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame
                .map_err(|error| Error::from_body(error, &self.host).with_outcome_unknown(true))?;
            // Trailers say nothing that is looked at.
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }
}
