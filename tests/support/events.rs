//! A client of server-sent events (WHATWG HTML, "Interpreting an event stream"), as far as the API uses them.

use std::time::Duration;

use http::HeaderMap;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// Longest time for the next event.
const PATIENCE: Duration = Duration::from_secs(30);

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Sse {
    /// Its id, where it has one.
    pub id: Option<u64>,
    /// Its kind.
    pub kind: String,
    /// Its data, which is JSON on one line.
    pub data: Value,
}

/// An open stream.
pub struct Events {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// Comments that came so far.
    pub comment_count: usize,
    /// The last `retry` that came, in milliseconds.
    pub retry_ms: Option<u64>,
    response: Response,
    text: String,
}

impl Events {
    /// Sends a request and reads the head of the answer.
    pub async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, comment_count: 0, retry_ms: None, response, text: String::new() }
    }

    /// The next event; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Sse> {
        let next = async {
            loop {
                while let Some((block, rest)) = self.text.split_once("\n\n") {
                    let (block, rest) = (block.to_owned(), rest.to_owned());
                    self.text = rest;
                    if let Some(event) = self.read(&block) {
                        return Some(event);
                    }
                }
                match self.response.chunk().await.unwrap() {
                    Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes).unwrap()),
                    None => {
                        assert_eq!(self.text, "", "the stream ends within an event");
                        return None;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("no event comes")
    }

    /// All that is left.
    pub async fn rest(mut self) -> Vec<Sse> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    fn read(&mut self, block: &str) -> Option<Sse> {
        let (mut id, mut kind, mut data) = (None, None, None);
        for line in block.lines() {
            match line.split_once(':').unwrap() {
                ("", _) => self.comment_count += 1,
                ("id", value) => id = Some(value.trim().parse().unwrap()),
                ("event", value) => kind = Some(value.trim().to_owned()),
                ("data", value) => data = Some(serde_json::from_str(value).unwrap()),
                ("retry", value) => self.retry_ms = Some(value.trim().parse().unwrap()),
                other => panic!("{other:?}"),
            }
        }
        Some(Sse { id, kind: kind?, data: data? })
    }
}
