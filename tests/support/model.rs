//! An endpoint that speaks the chat completions form as real ones do: server-sent events in chunks of HTTP, cut
//! wherever a test says, and everything that goes wrong with them.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Uri, header::CONTENT_TYPE},
    response::Response,
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Call;

/// What the endpoint does with one call.
#[derive(Clone)]
pub enum Reply {
    /// An answer in one piece, with a status.
    Whole(u16, Value),
    /// A stream of these pieces, each a chunk of its own.
    Stream(Vec<Bytes>),
    /// The same, and then the connection breaks.
    CutOff(Vec<Bytes>),
    /// The same, and then silence.
    Stall(Vec<Bytes>),
    /// Nothing, not even a status.
    Silence,
}

impl Reply {
    /// A stream that says `words`, with what it took, in pieces of `piece_bytes` each: no regard for events or
    /// characters.
    pub fn saying(words: &[&str], piece_bytes: usize) -> Self {
        Self::Stream(pieces(&completion(words), piece_bytes))
    }

    /// The status of a failure, as endpoints tell it.
    pub fn failing(status: u16, code: &str) -> Self {
        let error =
            json!({"message": "too bad", "type": "some_error", "param": null, "code": code});
        Self::Whole(status, json!({ "error": error }))
    }
}

/// The whole stream of a completion.
pub fn completion(words: &[&str]) -> String {
    let mut text = ": connected\n\n".to_owned();
    let mut chunk = |members: Value| {
        let mut chunk =
            json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "small-2026"});
        chunk.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        text.push_str(&format!("data: {chunk}\r\n\r\n"));
    };
    let said = |delta: Value, reason: Option<&str>| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": null});
    chunk(said(json!({"role": "assistant", "content": ""}), None));
    for word in words {
        chunk(said(json!({ "content": word }), None));
    }
    chunk(said(json!({}), Some("stop")));
    let usage = json!({"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46});
    chunk(json!({"choices": [], "usage": usage}));
    text.push_str("data: [DONE]\n\n");
    text
}

/// The text in pieces of so many bytes.
pub fn pieces(text: &str, piece_bytes: usize) -> Vec<Bytes> {
    text.as_bytes().chunks(piece_bytes).map(Bytes::copy_from_slice).collect()
}

type Script = Box<dyn FnMut(&Call) -> Reply + Send>;

#[derive(Clone)]
struct Shared {
    calls: Arc<Mutex<Vec<Call>>>,
    script: Arc<Mutex<Script>>,
}

/// The endpoint. It ends with its runtime.
pub struct Model {
    /// `http://127.0.0.1:<port>/v1`.
    pub base_url: String,
    shared: Shared,
}

impl Model {
    /// An endpoint that answers every call as `script` says.
    pub async fn start(script: impl FnMut(&Call) -> Reply + Send + 'static) -> Self {
        let script: Script = Box::new(script);
        let shared = Shared { calls: Arc::default(), script: Arc::new(Mutex::new(script)) };
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url, shared }
    }

    /// What reached it so far.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when at least `count` calls have reached it.
    pub async fn reached(&self, count: usize) {
        while self.calls().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn answer(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (method, path) = ("POST".to_owned(), uri.to_string());
    let call = Call {
        method,
        path,
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        bytes: body,
    };
    shared.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
    let reply = (shared.script.lock().unwrap_or_else(PoisonError::into_inner))(&call);
    let events = |body: Body| {
        Response::builder()
            .header(CONTENT_TYPE, "text/event-stream; charset=utf-8")
            .body(body)
            .unwrap()
    };
    let whole = |pieces: Vec<Bytes>| {
        // Each piece is given time to leave alone.
        stream::iter(pieces).then(async |piece| {
            tokio::task::yield_now().await;
            piece
        })
    };
    match reply {
        Reply::Whole(status, body) => {
            let response =
                Response::builder().status(status).header(CONTENT_TYPE, "application/json");
            response.body(body.to_string().into()).unwrap()
        }
        Reply::Stream(pieces) => events(Body::from_stream(whole(pieces).map(Ok::<_, Infallible>))),
        Reply::CutOff(pieces) => {
            let broken = stream::once(async { Err(std::io::Error::other("cut off")) });
            events(Body::from_stream(whole(pieces).map(Ok).chain(broken)))
        }
        Reply::Stall(pieces) => {
            let whole = whole(pieces).map(Ok::<_, Infallible>);
            events(Body::from_stream(whole.chain(stream::pending())))
        }
        Reply::Silence => std::future::pending().await,
    }
}
