//! The flows that are followed, published on the stack.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::Value;
use tokio::process::Command;

use super::model;
use crate::{client::Client, target::Target};

/// Lines that a run of `talk` has, its own beside those of its steps.
pub(super) const TALK_LINES: usize = 1000;

const REST: &str = "document: { dsl: '1.0.3', namespace: bench, name: rest, version: '1.0.0' }
do: [{ rest: { wait: { hours: 1 } } }]";

const ASK: &str = "document: { dsl: '1.0.3', namespace: bench, name: ask, version: '1.0.0' }
do: [{ ask: { call: llm, with: { provider: bench, model: stub, input: Hello, stream: true } } }]";

/// A stack with the flows on it.
pub(super) struct Site {
    target: Target,
}

impl Site {
    /// Publishes them with `program` on the stack of the data folder.
    ///
    /// # Errors
    /// When one cannot be published.
    pub(super) async fn create(target: &Target, program: &Path, data: &Path) -> io::Result<Self> {
        let talk = format!(
            "document: {{ dsl: '1.0.3', namespace: bench, name: talk, version: '1.0.0' }}
do: [{{ each: {{ for: {{ in: '[range({TALK_LINES})]' }}, do: [{{ say: {{ call: log, with: {{ message: A line of a log }} }} }}] }} }}]"
        );
        let base_url = model::serve().await?;
        command(program, data, &["provider", "add", "bench", "--base-url", &base_url]).await?;
        for (name, source) in [("talk", talk.as_str()), ("rest", REST), ("ask", ASK)] {
            let file: PathBuf = data.with_file_name(format!("{name}.yaml"));
            fs::write(&file, source)?;
            command(program, data, &["flow", "publish", &file.to_string_lossy(), "--env", "DEV"])
                .await?;
            let trigger = ["trigger", "create", "--id", name, "--name", name, "--flow", name];
            command(program, data, &trigger).await?;
        }
        Ok(Self { target: target.clone() })
    }

    /// Where the stack is.
    pub(super) fn authority(&self) -> &str {
        &self.target.authority
    }

    /// Starts a run of a trigger and follows it.
    pub(super) fn stream(&self, trigger: &str) -> Result<Request<Full<Bytes>>, String> {
        self.post("/trigger/stream", body(trigger))
    }

    /// Follows a run.
    pub(super) fn events(&self, run: &str) -> Result<Request<Full<Bytes>>, String> {
        self.request(Method::GET, &format!("/runs/{run}/events"), String::new())
    }

    /// Starts a run in the background; its id.
    pub(super) async fn start(&self, trigger: &str) -> Result<String, String> {
        let answer = self.ask(self.post("/trigger", body(trigger))?).await?;
        let id = answer.get("run_id").and_then(Value::as_str).map(str::to_owned);
        id.ok_or_else(|| format!("no run: {answer}"))
    }

    /// Cancels a run.
    pub(super) async fn cancel(&self, run: &str) -> Result<(), String> {
        self.ask(self.post(&format!("/runs/{run}/cancel"), String::new())?).await.map(drop)
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Value, String> {
        let (status, text) = Client::connect(self.authority()).await?.send(request).await?;
        let answer = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        if status.is_success() { Ok(answer) } else { Err(format!("{status}: {answer}")) }
    }

    fn post(&self, path: &str, body: String) -> Result<Request<Full<Bytes>>, String> {
        self.request(Method::POST, path, body)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Request<Full<Bytes>>, String> {
        let path = format!("/api/v1/apps/workflow-execution{path}");
        self.target.request_at(method, &path, body).map_err(|error| error.to_string())
    }
}

fn body(trigger: &str) -> String {
    format!(r#"{{"workflow_configuration_id":"{trigger}"}}"#)
}

async fn command(program: &Path, data: &Path, arguments: &[&str]) -> io::Result<()> {
    let made = Command::new(program)
        .args(arguments)
        .args(["--local", "--json", "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .await?;
    if made.status.success() {
        Ok(())
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()))
    }
}
