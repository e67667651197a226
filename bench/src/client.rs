//! One client: one connection, kept alive, one request at a time.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// Longer than any answer of the measured trigger may take, a run taken up by another worker included.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection to the stack.
pub(crate) struct Client(SendRequest<Full<Bytes>>);

impl Client {
    /// Connects to `authority`.
    pub(crate) async fn connect(authority: &str) -> Result<Self, String> {
        let stream =
            TcpStream::connect(authority).await.map_err(|error| format!("connect: {error}"))?;
        stream.set_nodelay(true).map_err(|error| format!("connect: {error}"))?;
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(|error| format!("connect: {error}"))?;
        // Its error reaches the request that it cuts short.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), String> {
        let (parts, body) = self.exchange(request).await?.into_parts();
        Ok((parts.status, body))
    }

    /// The same, with the answer's headers.
    pub(crate) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, String> {
        let exchange = async {
            self.0.ready().await?;
            let (parts, body) = self.0.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Response::from_parts(parts, body))
        };
        match timeout(PATIENCE, exchange).await {
            Ok(answer) => answer.map_err(|error| format!("no answer: {error}")),
            Err(_) => Err(format!("no answer within {PATIENCE:?}")),
        }
    }
}
