//! Runs that are to begin later.

use local::Options;
use serde_json::{Value, json};
use shared::clock::Clock;
use support::{Api, Transcript, send};

use super::{body, cancel, once, run, run_id, trigger};
use crate::wire::flows::ECHO;

fn later(run_at: impl Into<Value>) -> Value {
    let mut body = body("echo", []);
    body["run_at"] = run_at.into();
    body
}

/// An hour after the tests' clocks begin.
const IN_AN_HOUR: &str = "2026-02-10T01:24:39.000+01:00";

fn clock() -> Clock {
    Clock::manual("2026-02-09T23:24:39Z".parse().unwrap())
}

#[tokio::test]
async fn a_run_that_is_to_begin_later_is_pending_until_then() {
    let clock = clock();
    let api = Api::with(Options { clock: clock.clone(), ..Options::default() }).await;
    api.publish(ECHO).await;
    let mut transcript = Transcript::default();
    let started = send(trigger(&api, &later(IN_AN_HOUR))).await;
    transcript.note("started", &started);
    let id = run_id(&started);
    transcript.note("before its time", &send(run(&api, &id)).await);
    let other = run_id(&send(trigger(&api, &later(IN_AN_HOUR))).await);
    let asked = send(cancel(&api, &other)).await;
    assert_eq!((asked.status, &asked.json()["status"]), (202, &json!("pending")), "{asked}");
    let ended = once(&api, &other, &["cancelled"]).await;
    assert_eq!(ended.json()["run_at"], "2026-02-10T00:24:39.000Z");
    assert_eq!(send(run(&api, &id)).await.json()["status"], "pending");
    let pending = send(api.get("/api/v1/apps/workflow-execution/runs?status=pending")).await;
    assert_eq!(pending.json()["runs"][0]["run_id"], json!(id));
    while send(run(&api, &id)).await.json()["status"] == "pending" {
        clock.advance(std::time::Duration::from_secs(60));
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert!(clock.now() >= IN_AN_HOUR.parse().unwrap());
    transcript.note("afterwards", &once(&api, &id, &["completed"]).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_time_that_is_none_or_too_far_ahead_is_refused_by_every_dialect() {
    let api = Api::with(Options { clock: clock(), ..Options::default() }).await;
    api.publish(ECHO).await;
    let start = |run_at: Value| trigger(&api, &later(run_at));
    let start_there = |run_at: Value| api.start_of("echo", json!({"run_at": run_at}).to_string());
    for (run_at, kind, message) in [
        (json!(1), "datetime_parsing", "Input should be a time such as 2026-02-09T23:24:39Z"),
        (json!(""), "datetime_parsing", "Input should be a time such as 2026-02-09T23:24:39Z"),
        (
            json!("2026-02-10T00:24:39"),
            "datetime_parsing",
            "Input should be a time such as 2026-02-09T23:24:39Z",
        ),
        (json!("2026-02-16T23:24:39.001Z"), "value_error", "Time should be within 7 days"),
    ] {
        for request in [start(run_at.clone()), start_there(run_at.clone())] {
            let answer = send(request).await;
            let fault = &answer.json()["detail"][0];
            assert_eq!((answer.status, &fault["type"]), (422, &json!(kind)), "{answer}");
            assert_eq!(
                (&fault["loc"], &fault["msg"]),
                (&json!(["body", "run_at"]), &json!(message))
            );
        }
    }
    for run_at in [json!(null), json!("2026-02-16T23:24:39Z"), json!("2020-01-01T00:00:00Z")] {
        assert_eq!(send(start(run_at.clone())).await.status, 202);
        let there = send(start_there(run_at)).await;
        assert_eq!((there.status, &there.json()["status"]), (200, &json!("pending")));
    }
    let waits = send(api.wait_for("echo", json!({"run_at": IN_AN_HOUR}).to_string())).await;
    assert_eq!(waits.status, 422);
    let message = "A run that is waited for begins at once";
    assert_eq!(waits.json()["detail"][0]["msg"], message);
}

#[tokio::test]
async fn a_repeat_for_another_time_is_another_call() {
    let api = Api::with(Options { clock: clock(), workers: false, ..Options::default() }).await;
    api.publish(ECHO).await;
    let mut bodies = vec![later(IN_AN_HOUR), later("2026-02-10T00:24:39Z"), later(Value::Null)];
    bodies.push(later("2026-02-10T00:24:40Z"));
    let calls = bodies.iter().map(|body| trigger(&api, body));
    let there = bodies.iter().map(|body| {
        api.start_of("echo", json!({"message": "a", "run_at": body["run_at"]}).to_string())
    });
    for (requests, key) in [(calls.collect::<Vec<_>>(), "a"), (there.collect(), "b")] {
        let mut statuses = Vec::new();
        for request in requests {
            let answer = send(request.header("idempotency-key", key)).await;
            statuses.push((answer.status < 300, answer.header("idempotency-replayed").to_owned()));
        }
        let expected = [(true, ""), (true, "true"), (false, ""), (false, "")];
        assert_eq!(statuses, expected.map(|(is_done, replayed)| (is_done, replayed.to_owned())));
    }
}
