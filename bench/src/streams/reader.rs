//! One stream of events on a connection of its own.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// Longer than any event takes that is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open stream.
pub(super) struct Reader {
    body: Incoming,
    text: String,
    /// The connection ends with it.
    _connection: SendRequest<Full<Bytes>>,
}

impl Reader {
    /// Sends a request that is to be answered with events.
    pub(super) async fn open(
        authority: &str,
        request: Request<Full<Bytes>>,
    ) -> Result<Self, String> {
        let opened = async {
            let stream = TcpStream::connect(authority).await.map_err(|error| error.to_string())?;
            let _ = stream.set_nodelay(true);
            let handshake = http1::handshake(TokioIo::new(stream)).await;
            let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
            tokio::spawn(connection);
            let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
            if answer.status() != 200 {
                return Err(format!("a stream was refused with {}", answer.status()));
            }
            Ok(Self { body: answer.into_body(), text: String::new(), _connection: sender })
        };
        timeout(PATIENCE, opened).await.map_err(|_| "no stream".to_owned())?
    }

    /// Reads up to the next event; its kind and data, or none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<(String, String)>, String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name| block.lines().find_map(|line| line.strip_prefix(name));
                let event = field("event: ").zip(field("data: "));
                let event = event.map(|(kind, data)| (kind.to_owned(), data.to_owned()));
                self.text = rest.into();
                if event.is_some() {
                    return Ok(event);
                }
                continue;
            }
            let Some(bytes) = self.more().await? else { return Ok(None) };
            self.text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// Reads up to an event of this kind; its data.
    pub(super) async fn until(&mut self, kind: &str) -> Result<String, String> {
        while let Some((found, data)) = self.next().await? {
            if found == kind {
                return Ok(data);
            }
        }
        Err(format!("the stream ended without {kind}"))
    }

    /// Reads to the end without looking closely; how many events there were, and whether the last is the run's end.
    pub(super) async fn drain(mut self) -> Result<(usize, bool), String> {
        let (mut count, mut tail) = (0, String::new());
        while let Some(bytes) = self.more().await? {
            // What is kept begins with the last event that was counted, as an event may come in two pieces.
            tail.push_str(&String::from_utf8_lossy(&bytes));
            count += tail.matches("\nevent: ").count();
            let last = tail.rfind("\nevent: ").map_or(0, |place| place + 1);
            tail.drain(..last);
        }
        Ok((count, tail.starts_with("event: run.")))
    }

    async fn more(&mut self) -> Result<Option<Bytes>, String> {
        loop {
            let frame = timeout(PATIENCE, self.body.frame()).await;
            match frame.map_err(|_| "a stream is silent".to_owned())? {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) => return Err(error.to_string()),
            }
        }
    }
}
