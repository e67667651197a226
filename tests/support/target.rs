//! A server that flows call: it remembers what reached it and answers as a test says.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse, Response},
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

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
    /// Its body as it came.
    pub bytes: Bytes,
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
    latency: Duration,
}

/// The server. It ends with its runtime.
pub struct Target {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    shared: Shared,
    /// Held once more by every open connection.
    open: Arc<()>,
}

impl Target {
    /// A server that answers every call as `script` says. A status of 0 means: never answer.
    pub async fn start(script: impl FnMut(&Call) -> Answer + Send + 'static) -> Self {
        Self::start_slow(Duration::ZERO, script).await
    }

    /// The same, with an answer that comes `latency` after the call.
    pub async fn start_slow(
        latency: Duration,
        script: impl FnMut(&Call) -> Answer + Send + 'static,
    ) -> Self {
        let script: Script = Box::new(script);
        let shared =
            Shared { calls: Arc::default(), script: Arc::new(Mutex::new(script)), latency };
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let open = Arc::default();
        tokio::spawn(serve(listener, router, Arc::clone(&open)));
        Self { url, shared, open }
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

    /// Returns when nothing is under way any more from a process that has died: all that it sent
    /// has reached the server or never will.
    pub async fn settled(&self) {
        // Connections are accepted in their order, so this one comes after all of that process.
        let address = self.url.trim_start_matches("http://");
        let mut last = TcpStream::connect(address).await.unwrap();
        last.shutdown().await.unwrap();
        last.read_to_end(&mut Vec::new()).await.unwrap();
        while Arc::strong_count(&self.open) > 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn serve(listener: TcpListener, router: Router, open: Arc<()>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (router, open) = (router.clone(), Arc::clone(&open));
        tokio::spawn(async move {
            let service = TowerToHyperService::new(router);
            // It may break off: the tests kill callers.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            drop(open);
        });
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
        bytes: body,
    };
    shared.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
    let (status, body) = (shared.script.lock().unwrap_or_else(PoisonError::into_inner))(&call);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(shared.latency).await;
    (axum::http::StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}
