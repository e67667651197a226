//! A stack for the tests of the load generator: the same routes, no runs.

use std::{
    collections::HashMap,
    convert::Infallible,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::Instant};

use crate::target::Target;

/// How the stand-in behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StandIn {
    /// As the stack does.
    Right,
    /// Every run gets another's reply.
    WrongReply,
    /// The first run of all completes after this time, all others at once.
    FirstRunIsLate(Duration),
}

/// The message of each run, and when it completes.
type Runs = Arc<Mutex<HashMap<String, (String, Instant)>>>;

impl StandIn {
    /// Serves until the test's runtime ends.
    pub(crate) async fn serve(self) -> Target {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let runs = Runs::default();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let runs = Arc::clone(&runs);
                let answer = service_fn(move |request| self.answer(Arc::clone(&runs), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let demo = json!({
            "base_url": format!("http://{address}"), "workspace_id": "demo", "api_key": "k",
            "triggers": {"hello": {"trigger_id": "t", "automation_id": "a", "environments": ["DEV"]}},
        });
        write!(file, "{demo}").unwrap();
        Target::read(file.path()).unwrap()
    }

    async fn answer(
        self,
        runs: Runs,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        assert_eq!(request.headers()["authorization"], "Bearer k");
        let path = request.uri().path().to_owned();
        let (method, body) =
            (request.method().clone(), request.into_body().collect().await.unwrap().to_bytes());
        let mut runs = runs.lock().unwrap();
        let id = if method == Method::POST {
            let body: Value = serde_json::from_slice(&body).unwrap();
            let late = match self {
                Self::FirstRunIsLate(time) if runs.is_empty() => time,
                _ => Duration::ZERO,
            };
            let id = format!("run-{}", runs.len());
            let message = body["message"].as_str().unwrap().to_owned();
            runs.insert(id.clone(), (message, Instant::now() + late));
            id
        } else {
            path.strip_prefix("/api/v1/ai/trigger/status/demo/").unwrap().to_owned()
        };
        let (message, completes_at) = &runs[&id];
        let started = path == "/api/v1/ai/trigger/start/demo/t/DEV";
        let (status, response) = match self {
            _ if started || Instant::now() < *completes_at => ("pending", json!({})),
            Self::WrongReply => ("completed", json!({"reply": "not what was asked"})),
            _ => ("completed", json!({"reply": format!("You said {message}")})),
        };
        let envelope = json!({
            "workflow_id": id, "response": response, "status": status,
            "logs": [], "requires_input": false, "error": null,
        });
        Ok(Response::new(envelope.to_string().into()))
    }
}
