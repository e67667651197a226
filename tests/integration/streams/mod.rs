//! Runs as they happen.

mod follow;
mod here;

use std::fmt::Write as _;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use support::{Api, Events, Sse, send};

const BASE: &str = "/api/v1/apps/workflow-execution";

/// A flow `steps` of so many steps that compute: a run of it has an event for the start and the end of each.
fn steps(count: usize) -> String {
    let mut source =
        "document: { dsl: '1.0.3', namespace: test, name: steps, version: '1.0.0' }\ndo:\n"
            .to_owned();
    for number in 0..count {
        writeln!(source, "  - step{number}: {{ set: {{ number: {number} }} }}").unwrap();
    }
    source
}

/// A request for the events of a run.
fn events_of(api: &Api, run: &str) -> RequestBuilder {
    api.get(&format!("{BASE}/runs/{run}/events"))
}

/// A request for those behind this one.
fn events_behind(api: &Api, run: &str, last: u64) -> RequestBuilder {
    events_of(api, run).header("last-event-id", last)
}

/// Follows a run to its end.
async fn followed(request: RequestBuilder) -> Vec<Sse> {
    let events = Events::open(request).await;
    assert_eq!(events.status, 200);
    events.rest().await
}

/// Starts a run in the background; its id.
async fn start(api: &Api, trigger: &str, inputs: Value) -> String {
    let body = json!({"workflow_configuration_id": trigger, "inputs": inputs});
    let started = send(api.post(&format!("{BASE}/trigger"), body.to_string())).await;
    assert_eq!(started.status, 202, "{started}");
    started.json()["run_id"].as_str().unwrap().to_owned()
}

/// One text input.
fn text(name: &str, value: &str) -> Value {
    json!({"name": name, "type": "text", "value": value})
}

fn kinds(events: &[Sse]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

fn ids(events: &[Sse]) -> Vec<u64> {
    events.iter().filter_map(|event| event.id).collect()
}

/// Fails unless the ids count from 0 without gaps, and the last event, and only that, is an end.
#[track_caller]
fn assert_whole(events: &[Sse]) {
    let ids = ids(events);
    assert_eq!(ids, (0..ids.len() as u64).collect::<Vec<_>>());
    let is_end = |event: &Sse| {
        ["run.completed", "run.failed", "run.cancelled"].contains(&event.kind.as_str())
    };
    let ends: Vec<_> = events.iter().map(is_end).collect();
    let last = ends.len() - 1;
    assert!(ends[last] && !ends[..last].contains(&true), "{:?}", kinds(events));
    assert_eq!(
        events[last].id,
        Some(last as u64 - events.iter().filter(|event| event.id.is_none()).count() as u64)
    );
}
