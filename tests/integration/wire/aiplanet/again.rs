//! Runs that do others again.

use std::time::Duration;

use local::Options;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{clock::Clock, model::TriggerState};
use support::{Answer, Api, Transcript, send};

use super::{BASE, TYPED, body, input, once, run, run_id, start, trigger};
use crate::wire::flows::{ECHO, FAIL, SLEEP};

/// One that goes on when it is told to, as caches wait for.
fn clock() -> Clock {
    Clock::manual("2026-02-09T23:24:39Z".parse().unwrap())
}

fn again(api: &Api, id: &str, how: &str) -> RequestBuilder {
    api.request(Method::POST, &format!("{BASE}/runs/{id}/{how}")).bearer_auth(&api.key)
}

fn edited(api: &Api, id: &str, inputs: impl Into<Value>) -> RequestBuilder {
    let body = json!({"inputs": inputs.into()}).to_string();
    again(api, id, "replay").header("content-type", "application/json").body(body)
}

/// Tells the version and what it got.
fn versioned(version: &str) -> String {
    ECHO.replace("1.0.0", version)
        .replace("input: '${ . }'", &format!("version: '{version}', input: '${{ . }}'"))
}

async fn completed(api: &Api, started: &Answer) -> Answer {
    once(api, &run_id(started), &["completed"]).await
}

#[tokio::test]
async fn a_retry_takes_the_old_version_and_a_replay_the_new_one() {
    let api = Api::with(Options { clock: clock(), ..Options::default() }).await;
    api.publish(&versioned("1.0.0")).await;
    let sent = body("echo", [input("a", "number", 1)]);
    let id = run_id(&send(trigger(&api, &sent)).await);
    let original = once(&api, &id, &["completed"]).await;
    api.publish(&versioned("2.0.0")).await;
    // Until then the version before may be served.
    api.clock.advance(Duration::from_secs(30));
    let mut transcript = Transcript::default();
    transcript.note("the original", &original);
    for (what, request) in [
        ("a retry", again(&api, &id, "retry")),
        ("a replay", again(&api, &id, "replay")),
        ("a replay with other inputs", edited(&api, &id, [input("b", "text", "c")])),
    ] {
        let started = send(request).await;
        transcript.note(what, &started);
        transcript.note(&format!("the run of {what}"), &completed(&api, &started).await);
    }
    assert_eq!(send(run(&api, &id)).await.json(), original.json());
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_run_of_any_dialect_that_ended_in_any_way_can_be_done_again() {
    let api = Api::start().await;
    api.publish(FAIL).await;
    let body = json!({"message": "plums"}).to_string();
    let failed = send(api.wait_for("fail", body)).await.workflow_id();
    for (how, environment) in [("retry", "DEV"), ("replay", "DEV")] {
        let started = send(again(&api, &failed, how)).await;
        assert_eq!(started.json()["thread_id"], json!(null), "{started}");
        let ended = once(&api, &run_id(&started), &["failed"]).await.json();
        assert_eq!(
            (&ended["parent_run_id"], &ended["environment"]),
            (&json!(failed), &json!(environment))
        );
        assert!(ended["error"].as_str().unwrap().contains("nothing left of plums"), "{ended}");
    }
}

#[tokio::test]
async fn a_run_that_goes_on_is_not_done_again() {
    let api = Api::start().await;
    api.publish(SLEEP).await;
    let id = start(&api, "sleep").await;
    let mut transcript = Transcript::default();
    for how in ["retry", "replay"] {
        transcript.note(how, &send(again(&api, &id, how)).await);
    }
    insta::assert_snapshot!(transcript);
    assert_eq!(api.run_count().await, 1);
}

#[tokio::test]
async fn a_trigger_that_starts_nothing_starts_nothing_again() {
    let api = Api::with(Options { clock: clock(), ..Options::default() }).await;
    api.publish(ECHO).await;
    let id = start(&api, "echo").await;
    once(&api, &id, &["completed"]).await;
    api.make_trigger("echo", |trigger| trigger.state = TriggerState::Paused).await;
    api.clock.advance(Duration::from_secs(30));
    for how in ["retry", "replay"] {
        let answer = send(again(&api, &id, how)).await;
        let detail = json!({"detail": "Workflow configuration not found"});
        assert_eq!((answer.status, answer.json()), (404, detail));
    }
}

#[tokio::test]
async fn other_inputs_are_what_the_flow_declares() {
    let api = Api::start().await;
    api.publish(TYPED).await;
    let sent = [input("question", "text", "Why?"), input("count", "number", 1)];
    let id = run_id(&send(trigger(&api, &body("typed", sent))).await);
    once(&api, &id, &["completed"]).await;
    for (inputs, place) in [
        (json!([]), json!(["body", "inputs", "question"])),
        (
            json!([input("question", "number", 1), input("count", "number", 1)]),
            json!(["body", "inputs", 0, "type"]),
        ),
        (
            json!([input("count", "number", 1), input("question", "text", "?")]),
            json!(["body", "inputs", 1, "value"]),
        ),
        (json!([{}]), json!(["body", "inputs", 0, "name"])),
        (json!("x"), json!(["body", "inputs"])),
    ] {
        let answer = send(edited(&api, &id, inputs)).await;
        assert_eq!((answer.status, &answer.json()["detail"][0]["loc"]), (422, &place), "{answer}");
    }
    assert_eq!(api.run_count().await, 1);
    let other = [input("question", "text", "Who?"), input("count", "number", 2)];
    let ended = completed(&api, &send(edited(&api, &id, other)).await).await;
    assert_eq!(ended.json()["output"]["input"], json!({"question": "Who?", "count": 2}));
}

#[tokio::test]
async fn a_repeat_under_a_key_is_one_run() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let id = start(&api, "echo").await;
    once(&api, &id, &["completed"]).await;
    let other = start(&api, "echo").await;
    once(&api, &other, &["completed"]).await;
    let keyed = |request: RequestBuilder, key: &str| send(request.header("idempotency-key", key));
    let retried = keyed(again(&api, &id, "retry"), "a").await;
    let repeated = keyed(again(&api, &id, "retry"), "a").await;
    assert_eq!(
        (repeated.json(), repeated.header("idempotency-replayed")),
        (retried.json(), "true")
    );
    let replayed = keyed(edited(&api, &id, json!([])), "b").await;
    assert_eq!(keyed(edited(&api, &id, json!([])), "b").await.json(), replayed.json());
    for (request, key) in [
        (again(&api, &other, "retry"), "a"),
        (again(&api, &id, "replay"), "a"),
        (again(&api, &id, "replay"), "b"),
        (edited(&api, &id, [input("a", "number", 1)]), "b"),
    ] {
        let refused = keyed(request, key).await;
        assert_eq!(refused.json()["detail"][0]["type"], "idempotency_conflict", "{refused}");
    }
    assert_eq!(api.run_count().await, 4);
}
