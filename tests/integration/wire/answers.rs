//! The envelope, in every state that a caller can meet.

use std::time::Duration;

use local::Options;
use serde_json::{Value, json};
use shared::{model::Status, runs::Settings};
use support::{Api, Target, Transcript, send, workspace};

use super::flows::{CALL, ECHO, FAIL, SLEEP};

#[tokio::test]
async fn a_waiting_call_answers_with_the_end_of_its_run() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.publish(FAIL).await;
    let mut transcript = Transcript::default();
    let body = json!({"message": "start the task", "user_variables": {"key1": "value1", "list": [1, 2.5, null]}});
    let completed = send(api.wait_for("echo", body.to_string())).await;
    transcript.note("completed", &completed);
    let failed = send(api.wait_for("fail", r#"{"message": "plums"}"#)).await;
    transcript.note("failed", &failed);
    insta::assert_snapshot!(transcript);
    // The status route says the same of them.
    for answer in [completed, failed] {
        assert_eq!(api.status(&answer.workflow_id()).await.json(), answer.json());
    }
}

#[tokio::test]
async fn a_waiting_call_whose_run_takes_longer_answers_pending_and_the_run_goes_on() {
    let settings = Settings { wait: Duration::from_millis(100), ..Settings::default() };
    let api = Api::with(Options { settings, ..Options::default() }).await;
    api.publish(CALL).await;
    // The first call is given up at the end of the wait, the worker's call is answered.
    let mut count = 0;
    let target = Target::start(move |_| {
        count += 1;
        if count == 1 { (0, json!(null)) } else { (200, json!({"answer": 42})) }
    })
    .await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}});
    let pending = send(api.wait_for("call", body.to_string())).await;
    let mut transcript = Transcript::default();
    transcript.note("pending", &pending);
    transcript.note("ended", &api.ended(&pending.workflow_id()).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_background_start_answers_before_the_run_ends() {
    let api = Api::with(Options { workers: false, ..Options::default() }).await;
    api.publish(ECHO).await;
    let mut transcript = Transcript::default();
    let started = send(api.start_of("echo", r#"{"message": "later"}"#)).await;
    transcript.note("started", &started);
    transcript.note("queued", &api.status(&started.workflow_id()).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_status_tells_every_end() {
    let api = Api::start().await;
    for flow in [ECHO, FAIL, SLEEP] {
        api.publish(flow).await;
    }
    api.make_trigger("sleep", |trigger| {
        trigger.id = "short".parse().unwrap();
        trigger.deadline_s = Some(1);
    })
    .await;
    let body = r#"{"message": "plums"}"#;
    let mut transcript = Transcript::default();
    for trigger in ["echo", "fail"] {
        let started = send(api.start_of(trigger, body)).await;
        transcript.note(trigger, &api.ended(&started.workflow_id()).await);
    }
    let short = send(api.start_of("short", body)).await;
    let asleep = send(api.start_of("sleep", body)).await.workflow_id();
    let id = asleep.parse().unwrap();
    while api.stack.store().look(id).await.unwrap().unwrap().status != Status::Waiting {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    transcript.note("waiting", &api.status(&asleep).await);
    api.stack.runs().request_cancel(id, &workspace()).await.unwrap();
    transcript.note("cancelled", &api.ended(&asleep).await);
    transcript.note("timed out", &api.ended(&short.workflow_id()).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn an_output_that_nests_too_deeply_fails_its_run_at_once() {
    let api = Api::start().await;
    api.publish(CALL).await;
    for (depth, status) in [(120, "completed"), (121, "failed"), (126, "failed")] {
        let answer: Value =
            serde_json::from_str(&("[".repeat(depth) + &"]".repeat(depth))).unwrap();
        let target = Target::start(move |_| (200, answer.clone())).await;
        let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
        let waited = send(api.wait_for("call", body.clone())).await;
        let started = send(api.start_of("call", body)).await;
        for answer in [waited, api.ended(&started.workflow_id()).await] {
            assert_eq!(answer.json()["status"], status, "{depth}: {answer}");
        }
        assert_eq!(target.calls().len(), 2, "{depth}");
    }
}

#[tokio::test]
async fn a_template_that_nests_its_input_too_deeply_fails_its_run() {
    let api = Api::start().await;
    let nested = format!("{}'${{ . }}'{}", "{a: ".repeat(45), "}".repeat(45));
    let flow = "document: {dsl: '1.0.3', namespace: test, name: nest, version: '1.0.0'}";
    api.publish(&format!("{flow}\ndo: [{{wrap: {{set: {nested}}}}}]")).await;
    let value = "[".repeat(80) + &"]".repeat(80);
    let body = format!(r#"{{"user_variables": {{"value": {value}}}}}"#);
    let waited = send(api.wait_for("nest", body.clone())).await;
    let started = send(api.start_of("nest", body)).await;
    for answer in [waited, api.ended(&started.workflow_id()).await] {
        let error = answer.json()["error"].take();
        assert_eq!(error, "Runtime Error: the output nests more than 120 levels deep", "{answer}");
    }
}
