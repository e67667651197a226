//! Requests as the gateway hands them over: stage, binary body, headers twice; and the answers as
//! bytes on the wire.

use lambda_tests::{Function, Outcome, Site, USER_DATA};
use serde_json::{Value, json};

use crate::flows::HELLO;

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_waiting_call_is_streamed() {
    let site = Site::start(&[HELLO]).await;
    let mut process = site.process(Function::SyncTrigger).await;
    let request = site.request("sync-trigger").body(&json!({"message": USER_DATA}));
    let reply = process.invoke(&request.json()).await.reply();
    assert!(reply.is_streamed());
    assert_eq!(reply.headers["transfer-encoding"], "chunked");
    assert_eq!(reply.trailers.len(), 0);

    let whole = reply.body();
    let (metadata, rest) = whole.split_at(whole.iter().position(|byte| *byte == 0).unwrap());
    let (zeros, body) = rest.split_at(8);
    assert_eq!(zeros, [0; 8]);
    let metadata: Value = serde_json::from_slice(metadata).unwrap();
    assert_eq!(metadata["statusCode"], 200);
    assert_eq!(metadata["headers"]["content-type"], "application/json");
    // A header that is there twice would be a list, which the gateway does not understand.
    assert!(metadata["headers"].as_object().unwrap().values().all(Value::is_string), "{metadata}");
    let body: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["response"], json!({"reply": format!("Hello, {USER_DATA}")}));
    assert_eq!(Outcome::Reply(reply).http().response(), body["response"]);
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn every_sample_request_is_understood() {
    let site = Site::start(&[HELLO, &HELLO.replace("hello", "reminder")]).await;
    let run = "019c4a8f-1a30-7def-8123-456789abcdef";
    for (function, sample, status) in [
        (Function::SyncTrigger, "sync-trigger", 200),
        (Function::SyncTrigger, "sync-trigger-custom-domain", 200),
        (Function::AsyncStart, "async-start", 200),
        (Function::AsyncStart, "async-start-ai-planet", 202),
        (Function::Status, "status", 404),
        (Function::Status, "status-whole-log", 404),
        (Function::SyncTrigger, "sync-trigger-stream", 200),
        (Function::Follow, "follow", 404),
        (Function::Status, "status-run", 404),
        (Function::Status, "status-cancel", 404),
        (Function::Status, "status-input", 404),
        (Function::Status, "status-list", 200),
    ] {
        let mut process = site.process(function).await;
        let answer = process.invoke(&site.request(sample).json()).await.http();
        assert_eq!(answer.status, status, "{sample}: {answer}");
        // The run of the samples is nobody's.
        if answer.header("content-type") == "application/json" {
            assert_ne!(answer.json()["workflow_id"], run, "{sample}");
        }
        let stranger = site.request(sample).header("Authorization", "Bearer nonsense");
        let answer = process.invoke(&stranger.json()).await.http();
        assert_eq!(answer.status, 401, "{sample}: {answer}");
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_faulty_body_is_refused_and_the_process_goes_on() {
    let site = Site::start(&[HELLO]).await;
    let plain = |mut event: Value, body: &str| {
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(false);
        event
    };
    for (function, sample) in
        [(Function::SyncTrigger, "sync-trigger"), (Function::AsyncStart, "async-start")]
    {
        let mut process = site.process(function).await;
        let request = site.request(sample).parameter("trigger_id", "hello");
        for (body, status) in [
            ("{\"message\": \"whole\"}", 200),
            ("{\"message\": ", 422),
            ("{\"message\": 5}", 422),
            ("", 422),
        ] {
            let event = plain(request.clone().header("Idempotency-Key", body).json(), body);
            let answer = process.invoke(&event).await.http();
            assert_eq!(answer.status, status, "{sample}: {body}: {answer}");
        }
        let other_method = {
            let mut event = request.json();
            event["httpMethod"] = json!("DELETE");
            event
        };
        assert_eq!(process.invoke(&other_method).await.http().status, 405);
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_repeat_under_one_key_is_the_same_run() {
    let site = Site::start(&[HELLO]).await;
    for (function, sample) in
        [(Function::SyncTrigger, "sync-trigger"), (Function::AsyncStart, "async-start")]
    {
        let (mut first, mut second) = tokio::join!(site.process(function), site.process(function));
        let request = site.request(sample).parameter("trigger_id", "hello");
        let event = request.header("Idempotency-Key", sample).json();
        let (one, other) = tokio::join!(first.invoke(&event), second.invoke(&event));
        let (one, other) = (one.http(), other.http());
        let third = first.invoke(&event).await.http();
        assert_eq!(one.workflow_id(), other.workflow_id());
        assert_eq!(one.workflow_id(), third.workflow_id());
        assert_eq!(third.header("idempotency-replayed"), "true");
    }
    site.finish();
}
