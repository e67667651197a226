//! Request bodies, up to what API Gateway takes.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes};
use tokio::time::timeout;

/// The largest body (API Gateway quotas for REST APIs, payload size).
pub(super) const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// How much of a refused body is read, and for how long. A connection that is closed under a client
/// that still sends is reset, and the client never sees the answer.
const DISCARDED_BYTES: usize = 64 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Over [`MAX_BODY_BYTES`].
    TooLarge,
    /// The client broke off or sent no proper chunks.
    Broken,
}

/// The whole body.
pub(super) async fn read<B>(body: &mut B) -> Result<Vec<u8>, Unreadable>
where
    B: Body<Data = Bytes> + Unpin,
{
    let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if declared > MAX_BODY_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mut bytes = Vec::with_capacity(declared);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unreadable::Broken)?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > MAX_BODY_BYTES {
                return Err(Unreadable::TooLarge);
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes)
}

/// Reads a body to forget it.
pub(super) async fn discard<B>(mut body: B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let read = async {
        let mut left_bytes = DISCARDED_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            let frame_bytes = frame.data_ref().map_or(0, Bytes::len);
            match left_bytes.checked_sub(frame_bytes) {
                Some(left) => left_bytes = left,
                None => return,
            }
        }
    };
    // Whoever is slower than that gets the reset.
    let _ = timeout(DISCARD_TIME, read).await;
}
