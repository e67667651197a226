//! A server that flows call: it remembers what reached it and answers as a test says.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// A request that reached the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, where that is JSON.
    pub body: Value,
}

impl Call {
    /// A header's text, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

type Answer = (u16, Value);
type Script = Box<dyn FnMut(&Call) -> Answer + Send>;

#[derive(Clone)]
struct Shared {
    calls: Arc<Mutex<Vec<Call>>>,
    script: Arc<Mutex<Script>>,
}

/// The server. It ends with its runtime.
pub struct Target {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    shared: Shared,
}

impl Target {
    /// A server that answers every call as `script` says. A status of 0 means: never answer.
    pub async fn start(script: impl FnMut(&Call) -> Answer + Send + 'static) -> Self {
        let shared =
            Shared { calls: Arc::default(), script: Arc::new(Mutex::new(Box::new(script))) };
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared }
    }

    /// What reached it so far.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when at least `count` calls have reached it.
    pub async fn reached(&self, count: usize) {
        while self.calls().len() < count {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call {
        method: method.to_string(),
        path: uri.to_string(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    shared.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
    let (status, body) = (shared.script.lock().unwrap_or_else(PoisonError::into_inner))(&call);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    (axum::http::StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}
