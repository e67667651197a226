//! However a run ends, who waits for it is told.

use std::time::Duration;

use serde_json::{Value, json};
use shared::model::Status;
use support::{Bed, Fault, Target, workspace};

use super::{
    super::flows::{HELLO, ONE_CALL},
    bench::{ask, attempts, callbacks, pass, publish, receiver, ticking},
};

const LONG_WAIT: &str = r"
document: { dsl: '1.0.3', namespace: test, name: long-wait, version: '1.0.0' }
do:
  - rest:
      wait: { minutes: 40 }
";

const FAIL: &str = r"
document: { dsl: '1.0.3', namespace: test, name: fail, version: '1.0.0' }
do:
  - fail:
      raise: { error: { type: https://example.com/no-luck, status: 500, title: No luck } }
";

/// The type of the one event that the receiver got, and its data.
fn told(target: &Target) -> (String, Value) {
    let calls = callbacks(target);
    assert_eq!(calls.len(), 1);
    let body = &calls[0].body;
    let status = body["data"]["status"].as_str().unwrap();
    let id = format!("{}-{status}", body["data"]["run_id"].as_str().unwrap());
    assert_eq!(calls[0].header("webhook-id"), id);
    assert_eq!(body["type"], format!("run.{status}"));
    (body["type"].as_str().unwrap().to_owned(), body["data"].clone())
}

#[tokio::test]
async fn a_failed_run_is_told_of_with_its_error() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = publish(&bed, FAIL, &target, 1).await;
    let (worker, _) = bed.process();
    bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap();
    ticking(&bed, bed.work(&worker)).await;
    let (kind, data) = told(&target);
    assert_eq!(kind, "run.failed");
    assert_eq!(data["error"]["type"], "https://example.com/no-luck");
    assert!(data.get("output").is_none());
}

#[tokio::test]
async fn a_cancelled_run_is_told_of() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = publish(&bed, LONG_WAIT, &target, 1).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap().id;
    ticking(&bed, bed.work(&worker)).await;
    assert!(callbacks(&target).is_empty());
    bed.runs.request_cancel(id, &workspace()).await.unwrap();
    ticking(&bed, bed.work(&worker)).await;
    assert_eq!(told(&target).0, "run.cancelled");
}

#[tokio::test]
async fn a_run_past_its_deadline_is_told_of() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let mut flow = publish(&bed, LONG_WAIT, &target, 1).await;
    flow.deadline_s = Some(600);
    let (worker, _) = bed.process();
    bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap();
    pass(&bed, &worker, Duration::from_mins(12)).await;
    assert_eq!(told(&target).0, "run.timed_out");
}

#[tokio::test]
async fn a_run_that_the_dead_letters_end_is_told_of() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, wire) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    // Its completion fails however often it is tried.
    wire.fail(|sent| (sent.operation == "UpdateItem").then_some(Fault::Refused));
    for _ in 0..10 {
        ticking(&bed, bed.work(&worker)).await;
        bed.advance(Duration::from_secs(80)).await;
    }
    wire.heal();
    pass(&bed, &worker, Duration::from_mins(5)).await;
    assert_eq!(bed.view(id).await.run.status, Status::Failed);
    assert_eq!(told(&target).0, "run.failed");
}

#[tokio::test]
async fn a_waiting_calls_run_is_told_of_with_and_without_effects() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let (worker, _) = bed.process();
    let hello = publish(&bed, HELLO, &target, 1).await;
    let wish = bed.wish(&hello, json!({"message": "you"}));
    let (view, _) = bed.runs.start_and_wait(wish).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
    ticking(&bed, bed.work(&worker)).await;
    assert_eq!(told(&target).1["output"], json!({"reply": "Hello, you"}));

    let target = receiver(&[200]).await;
    let call = publish(&bed, ONE_CALL, &target, 1).await;
    let (view, _) = bed.runs.start_and_wait(bed.wish(&call, ask(&target))).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
    pass(&bed, &worker, Duration::from_mins(2)).await;
    assert_eq!(told(&target).1["run_id"], view.run.id.to_string());
}

#[tokio::test]
async fn a_run_that_is_never_stored_leaves_no_message_behind() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, _) = bed.process();
    let (doomed, wire) = bed.process();
    wire.fail(|sent| (sent.operation == "PutItem").then_some(Fault::Refused));
    let wish = bed.wish(&flow, json!({"message": "you"}));
    assert!(doomed.start_and_wait(wish).await.is_err());
    pass(&bed, &worker, Duration::from_mins(40)).await;
    assert!(callbacks(&target).is_empty());
    let queue = bed.queues.attributes(support::QUEUE).unwrap();
    for name in ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"] {
        assert_eq!(queue[name], "0");
    }
}

#[tokio::test]
async fn an_attempt_that_no_worker_survives_counts_as_one() {
    let bed = Bed::new().await;
    let target = receiver(&[200]).await;
    let flow = publish(&bed, HELLO, &target, 1).await;
    let (worker, wire) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    bed.deliver(&worker, message).await;
    // The secrets are out of reach until the notice is a dead letter.
    wire.fail(|sent| (sent.operation == "GetParameters").then_some(Fault::ServerError));
    for _ in 0..6 {
        ticking(&bed, bed.work(&worker)).await;
        bed.advance(Duration::from_secs(6)).await;
    }
    assert_eq!(ticking(&bed, bed.bury(&worker)).await, 1);
    wire.heal();
    pass(&bed, &worker, Duration::from_mins(1)).await;
    assert_eq!(told(&target).0, "run.completed");
    let lines = attempts(&bed, id).await;
    let messages: Vec<_> = lines.iter().map(|line| line.message.as_str()).collect();
    assert!(messages[0].starts_with("Callback attempt 1 could not be made; the next follows in"));
    assert_eq!(messages[1..], ["Callback attempt 2 was answered 200"]);
}
