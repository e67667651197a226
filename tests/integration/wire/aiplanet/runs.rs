//! Runs: how they stand, repeats of their start, and their end on request.

use std::time::Duration;

use local::Options;
use serde_json::json;
use shared::runs::Settings;
use support::{Api, Transcript, send};

use super::{BASE, ENDS, TRIGGER, body, cancel, input, once, run, run_id, start, trigger};
use crate::wire::flows::{ECHO, FAIL, SLEEP};

#[tokio::test]
async fn a_run_is_told_of_in_every_state() {
    let api = Api::start().await;
    for flow in [ECHO, FAIL, SLEEP] {
        api.publish(flow).await;
    }
    api.make_trigger("sleep", |trigger| {
        trigger.id = "short".parse().unwrap();
        trigger.deadline_s = Some(1);
    })
    .await;
    let mut transcript = Transcript::default();
    let failing = body("fail", [input("message", "text", "plums")]);
    for (what, sent, statuses) in [
        ("completed", body("echo", []), &["completed"]),
        ("failed", failing, &["failed"]),
        ("waiting", body("sleep", []), &["waiting"]),
        ("timed out", body("short", []), &["failed"]),
    ] {
        let id = run_id(&send(trigger(&api, &sent)).await);
        transcript.note(what, &once(&api, &id, statuses).await);
    }
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_run_that_nobody_has_begun_is_pending_and_can_be_cancelled() {
    let api = Api::with(Options { workers: false, ..Options::default() }).await;
    api.publish(ECHO).await;
    let id = start(&api, "echo").await;
    let mut transcript = Transcript::default();
    transcript.note("pending", &send(run(&api, &id)).await);
    transcript.note("cancelled", &send(cancel(&api, &id)).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_cancelled_run_ends_and_may_be_cancelled_again() {
    let settings = Settings { cancel_poll: Duration::from_millis(50), ..Settings::default() };
    let api = Api::with(Options { settings, ..Options::default() }).await;
    for flow in [ECHO, SLEEP] {
        api.publish(flow).await;
    }
    let id = start(&api, "sleep").await;
    once(&api, &id, &["waiting"]).await;
    let asked = send(cancel(&api, &id)).await;
    assert_eq!((asked.status, &asked.json()["status"]), (202, &json!("waiting")), "{asked}");
    let mut transcript = Transcript::default();
    transcript.note("cancelled", &once(&api, &id, &ENDS).await);
    transcript.note("cancelled again", &send(cancel(&api, &id)).await);
    let id = start(&api, "echo").await;
    let ended = once(&api, &id, &["completed"]).await;
    transcript.note("cancelled when it had completed", &send(cancel(&api, &id)).await);
    assert_eq!(send(run(&api, &id)).await.json(), ended.json());
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_repeat_names_the_first_run_with_the_same_answer() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let sent = body("echo", [input("a", "number", 1)]);
    let call =
        |sent: &serde_json::Value| send(trigger(&api, sent).header("idempotency-key", "\"k\""));
    let first = call(&sent).await;
    assert_eq!(first.header("idempotency-replayed"), "");
    once(&api, &run_id(&first), &ENDS).await;
    let again = call(&sent).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (202, "true"));
    assert_eq!(again.json(), first.json());
    let mut in_thread = sent.clone();
    in_thread["thread_id"] = first.json()["thread_id"].clone();
    for other in [body("echo", [input("a", "number", 2)]), in_thread] {
        let refused = call(&other).await;
        let fault = &refused.json()["detail"][0];
        assert_eq!((refused.status, &fault["type"]), (422, &json!("idempotency_conflict")));
        assert_eq!(fault["loc"], json!(["header", "Idempotency-Key"]));
    }
}

#[tokio::test]
async fn the_callers_trace_goes_on() {
    let api = Api::with(Options { workers: false, ..Options::default() }).await;
    api.publish(ECHO).await;
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = trigger(&api, &body("echo", [])).header("traceparent", traceparent);
    let id = run_id(&send(request).await).parse().unwrap();
    let stored = api.stack.store().look(id).await.unwrap().unwrap();
    assert_eq!(stored.traceparent.as_deref(), Some(traceparent));
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_ask() {
    let api = Api::start().await;
    let preflight = |path: &str| send(api.request(reqwest::Method::OPTIONS, path));
    let first = preflight(TRIGGER).await;
    let mut transcript = Transcript::default();
    transcript.note("a preflight", &first);
    insta::assert_snapshot!(transcript);
    for path in ["/batch", "/runs", "/runs/x", "/runs/x/cancel", "/runs/x/retry", "/runs/x/replay"]
    {
        let answer = preflight(&format!("{BASE}{path}")).await;
        assert_eq!(answer.without_date(), first.without_date(), "{path}");
    }
}

#[tokio::test]
async fn the_environment_is_the_furthest_that_serves_the_flow() {
    use shared::model::Environment::{Dev, Uat};
    let api = Api::start().await;
    api.publish_in(ECHO, &[Dev, Uat]).await;
    api.make_trigger("echo", |_| {}).await;
    let id = start(&api, "echo").await;
    assert_eq!(send(run(&api, &id)).await.json()["environment"], "UAT");
}
