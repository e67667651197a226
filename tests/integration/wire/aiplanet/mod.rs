//! The AI Planet dialect.

mod addresses;
mod again;
mod answers;
mod batches;
mod delays;
mod faults;
mod files;
mod inputs;
mod lists;
mod refusals;
mod runs;
mod threads;

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use support::{Answer, Api, send};

const BASE: &str = "/api/v1/apps/workflow-execution";
const TRIGGER: &str = "/api/v1/apps/workflow-execution/trigger";

/// An id that no run has.
const NO_RUN: &str = "0190b1d2-a3c4-7def-8123-456789abcdef";

/// Declares an input of every type, and answers with all of its input.
const TYPED: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: typed, version: '1.0.0' }
input:
  schema:
    document:
      type: object
      required: [ question, count ]
      additionalProperties: false
      properties:
        question: { type: string, minLength: 3 }
        count: { type: integer }
        urgent: { type: [ boolean, 'null' ] }
        document: { type: string, format: file }
        picture: { type: string, format: image }
        options: { type: object, properties: { depth: { type: integer, maximum: 9 } } }
do:
  - echo:
      set: { input: '${ . }' }
"#;

/// One input.
fn input(name: &str, kind: &str, value: impl Into<Value>) -> Value {
    json!({"name": name, "type": kind, "value": value.into()})
}

/// A body of these inputs.
fn body(configuration: &str, inputs: impl Into<Vec<Value>>) -> Value {
    json!({"workflow_configuration_id": configuration, "inputs": inputs.into()})
}

fn trigger(api: &Api, body: &Value) -> RequestBuilder {
    api.post(TRIGGER, body.to_string())
}

/// The id of a run that was just started.
#[track_caller]
fn run_id(started: &Answer) -> String {
    assert_eq!(started.status, 202, "{started}");
    started.json()["run_id"].as_str().unwrap().to_owned()
}

async fn start(api: &Api, configuration: &str) -> String {
    run_id(&send(trigger(api, &body(configuration, []))).await)
}

fn run(api: &Api, id: &str) -> RequestBuilder {
    api.get(&format!("{BASE}/runs/{id}"))
}

fn cancel(api: &Api, id: &str) -> RequestBuilder {
    api.request(Method::POST, &format!("{BASE}/runs/{id}/cancel")).bearer_auth(&api.key)
}

fn answer(api: &Api, id: &str, body: &Value) -> RequestBuilder {
    api.post(&format!("{BASE}/runs/{id}/input"), body.to_string())
}

/// A run once its status is one of these.
async fn once(api: &Api, id: &str, statuses: &[&str]) -> Answer {
    let reached = async {
        loop {
            let answer = send(run(api, id)).await;
            let body = answer.json();
            if statuses.iter().any(|status| body["status"] == *status) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reached).await.expect("it does not get there")
}

const ENDS: [&str; 3] = ["completed", "failed", "cancelled"];
