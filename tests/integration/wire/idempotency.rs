//! `Idempotency-Key`: one key, one run, one answer.

use std::collections::BTreeSet;

use reqwest::RequestBuilder;
use serde_json::json;
use support::{Answer, Api, Target, Transcript, send};

use super::flows::{CALL, ECHO, FAIL};

fn keyed(request: RequestBuilder, key: &str) -> RequestBuilder {
    request.header("idempotency-key", key)
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_is_told_so() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.publish(FAIL).await;
    let body = r#"{"message": "plums", "user_variables": {"n": 1.50}}"#;
    let mut transcript = Transcript::default();
    for trigger in ["echo", "fail"] {
        let first = send(keyed(api.wait_for(trigger, body), "k-1")).await;
        assert!(!is_replayed(&first));
        for written in ["k-1", "\"k-1\"", " k-1 "] {
            let repeat = send(keyed(api.wait_for(trigger, body), written)).await;
            assert!(is_replayed(&repeat), "{repeat}");
            assert_eq!((repeat.status, &repeat.body), (first.status, &first.body));
        }
    }
    let first = send(keyed(api.start_of("echo", body), "\"k-2\"")).await;
    assert!(!is_replayed(&first));
    let repeat = send(keyed(api.start_of("echo", body), "k-2")).await;
    api.ended(&first.workflow_id()).await;
    let late_repeat = send(keyed(api.start_of("echo", body), "k-2")).await;
    transcript.note("a repeated start", &late_repeat);
    for repeat in [repeat, late_repeat] {
        assert!(is_replayed(&repeat), "{repeat}");
        assert_eq!(repeat.body, first.body);
    }
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_key_belongs_to_its_trigger_and_its_body() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.make_trigger("echo", |trigger| trigger.id = "other".parse().unwrap()).await;
    let (body, same, other_body) = (
        r#"{"message": "a"}"#,
        "{ \"message\" : \"\\u0061\", \"unknown\": 1 }",
        r#"{"message": "b"}"#,
    );
    let first = send(keyed(api.wait_for("echo", body), "k")).await;
    let elsewhere = send(keyed(api.wait_for("other", body), "k")).await;
    assert!(!is_replayed(&elsewhere));
    assert_ne!(elsewhere.workflow_id(), first.workflow_id());
    // What the flow gets is the same, however it is written.
    assert_eq!(send(keyed(api.wait_for("echo", same), "k")).await.body, first.body);
    for request in [
        api.wait_for("echo", other_body),
        api.start_of("echo", other_body),
        api.post("/trigger/demo/echo/PROD", body),
    ] {
        let refused = send(keyed(request, "k")).await;
        assert_eq!(
            (refused.status, refused.json()["detail"][0]["type"].as_str()),
            (422, Some("idempotency_conflict"))
        );
        assert!(!is_replayed(&refused));
    }
    // Both routes know the key.
    let started = send(keyed(api.start_of("echo", body), "k")).await;
    assert!(is_replayed(&started));
    assert_eq!(started.workflow_id(), first.workflow_id());
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let refused = send(keyed(api.wait_for("echo", r#"{"message": 1}"#), "k")).await;
    assert_eq!(refused.status, 422);
    let accepted = send(keyed(api.wait_for("echo", r#"{"message": "1"}"#), "k")).await;
    assert_eq!(accepted.response(), json!({"input": {"message": "1"}}));
    assert!(!is_replayed(&accepted));
}

#[tokio::test]
async fn repeats_at_the_same_time_are_one_run() {
    let api = Api::start().await;
    // One calls, the other reaches out to nothing.
    api.publish(CALL).await;
    api.publish(ECHO).await;
    let target = Target::start(|_| (200, json!({"answer": 42}))).await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
    for (trigger, is_waiting, call_count) in
        [("call", true, 1), ("call", false, 2), ("echo", true, 2), ("echo", false, 2)]
    {
        let key = format!("{trigger}-{is_waiting}");
        let calls = (0..10).map(|_| {
            let request = if is_waiting {
                api.wait_for(trigger, body.clone())
            } else {
                api.start_of(trigger, body.clone())
            };
            send(keyed(request, &key))
        });
        let answers = futures::future::join_all(calls).await;
        let runs: BTreeSet<_> = answers.iter().map(Answer::workflow_id).collect();
        assert_eq!(runs.len(), 1, "{answers:?}");
        let ended = api.ended(runs.first().unwrap()).await;
        ended.response();
        for answer in answers.iter().filter(|_| is_waiting) {
            assert_eq!(answer.json(), ended.json());
        }
        let first_count = answers.iter().filter(|answer| !is_replayed(answer)).count();
        assert_eq!(first_count, 1, "{answers:?}");
        assert_eq!(target.calls().len(), call_count);
    }
}
