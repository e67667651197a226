//! What functions ask of AWS now and then only, and their roles have to allow all the same: large
//! records, answers that were lost, a key's first use.

use std::{num::NonZeroU32, time::Duration};

use lambda_tests::{Function, Site};
use serde_json::json;
use shared::model::Rate;

use crate::flows::{HELLO, LONG_REST, RETRIES};

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_large_message_arrives_whole() {
    let brief = LONG_REST.replace("seconds: 4", "milliseconds: 10");
    let site = Site::start(&[&brief]).await;
    let noise = support::noise(900_000, 1);
    let body = json!({"message": noise});
    let run = site.start_run("long-rest", &body).await;
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    let mut process = site.process(Function::SyncTrigger).await;
    let request = site.request("sync-trigger").parameter("trigger_id", "long-rest").body(&body);
    let event = request.header("Idempotency-Key", "large").json();
    site.guard.lose_answer("TransactWriteItems");
    let answer = process.invoke(&event).await.http();
    assert_eq!(answer.response()["reminder"], noise.as_str());
    assert_eq!(process.invoke(&event).await.http().response()["reminder"], noise.as_str());
    let mut reader = site.process(Function::Status).await;
    for run in [run, answer.workflow_id()] {
        let request = site.request("status").parameter("workflow_id", &run);
        let answer = reader.invoke(&request.json()).await.http();
        assert_eq!(answer.response()["reminder"], noise.as_str());
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn lost_answers_change_nothing() {
    let brief = LONG_REST.replace("seconds: 4", "milliseconds: 10");
    let site = Site::start(&[&brief]).await;
    let noise = support::noise(900_000, 1);
    let mut starter = site.process(Function::AsyncStart).await;
    let request = site.request("async-start").without_header("Idempotency-Key");
    let request = request.parameter("trigger_id", "long-rest").body(&json!({"message": noise}));
    site.guard.lose_answer("TransactWriteItems");
    let run = starter.invoke(&request.json()).await.http().workflow_id();
    let mut worker = site.process(Function::Worker).await;
    for operation in ["UpdateItem", "TransactWriteItems", "SendMessage"] {
        site.guard.lose_answer(operation);
    }
    let ended = site.work_to_the_end(&mut worker, &run).await;
    assert_eq!(ended.response()["reminder"], noise.as_str());
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_flow_of_several_effects_is_written_down_between_them() {
    let site = Site::start(&[RETRIES]).await;
    let run = site.start_run("retries", &json!({})).await;
    let mut worker = site.process(Function::Worker).await;
    let ended = site.work_to_the_end(&mut worker, &run).await;
    assert_eq!(ended.response(), json!({"gave_up": true}));
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn the_use_of_a_key_is_noted_by_whoever_sees_it_first() {
    for (function, sample) in [
        (Function::SyncTrigger, "sync-trigger"),
        (Function::AsyncStart, "async-start"),
        (Function::Follow, "follow"),
        (Function::Status, "status"),
    ] {
        let site = Site::start(&[HELLO]).await;
        let mut process = site.process(function).await;
        process.invoke(&site.request(sample).json()).await.http();
        let workspace = support::workspace();
        let keys = site.api.stack.store().keys(&workspace).await.unwrap();
        assert!(keys.iter().all(|key| key.last_used_at.is_some()), "{sample}");
        site.finish();
    }
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn dead_letters_of_runs_in_every_state_are_dealt_with() {
    // Names so long that little else finds room beside them in the run's header.
    let name = "n".repeat(63);
    let version = format!("1.0.0-{}", "v".repeat(400));
    let long = HELLO.replace("hello", &name).replace("1.0.0", &version);
    let asleep = LONG_REST.replace("seconds: 4", "seconds: 600");
    let site = Site::start(&[&long, &asleep, RETRIES]).await;
    let mut worker = site.process(Function::Worker).await;
    let mut undertaker = site.process(Function::DeadLetter).await;
    let never_begun = site.start_run(&name, &json!({})).await;
    give_up(&site).await;
    site.guard.lose_answer("TransactWriteItems");
    assert_eq!(site.deliver(Function::DeadLetter, &mut undertaker).await, Some(true));
    assert_eq!(site.api.status(&never_begun).await.json()["status"], "failed");

    let large = json!({"message": support::noise(900_000, 2)});
    let begun = site.start_run("retries", &large).await;
    let event = site.poll(Function::Worker).await.unwrap();
    worker.invoke_within(Duration::from_millis(300), &event).await;
    site.outlive_lease(&begun).await;
    give_up(&site).await;
    assert_eq!(site.deliver(Function::DeadLetter, &mut undertaker).await, Some(true));
    assert_eq!(site.api.status(&begun).await.json()["status"], "failed");

    let asleep = site.start_run("long-rest", &json!({})).await;
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    site.api.clock.advance(Duration::from_secs(601));
    give_up(&site).await;
    assert_eq!(site.deliver(Function::DeadLetter, &mut undertaker).await, Some(true));
    assert_eq!(site.api.status(&asleep).await.json()["status"], "pending");
    // It sleeps on: its wake-up has a successor.
    site.api.clock.advance(Duration::from_secs(601));
    assert!(site.poll(Function::Worker).await.is_some());
    site.finish();
}

/// Takes the messages of the runs queue again and again without deleting them, until they are dead.
pub(crate) async fn give_up(site: &Site) {
    while site.poll(Function::Worker).await.is_some() {
        site.api.clock.advance(Duration::from_secs(901));
    }
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn limits_are_asked_before_a_run_is_stored() {
    let site = Site::start(&[HELLO]).await;
    let (store, workspace) = (site.api.stack.store(), support::workspace());
    let rate = Rate::new("1/min".parse().unwrap(), 3).unwrap();
    assert!(store.set_workspace_rate(&workspace, Some(&rate)).await.unwrap());
    assert!(store.set_workspace_runs_in_flight(&workspace, "1".parse().ok()).await.unwrap());
    assert!(store.set_workspace_runs_a_day(&workspace, NonZeroU32::new(10)).await.unwrap());
    let mut starter = site.process(Function::AsyncStart).await;
    let request = site.request("async-start").without_header("Idempotency-Key");
    let request = request.parameter("trigger_id", "hello").json();
    let run = starter.invoke(&request).await.http().workflow_id();
    // As many are in flight as may be, then nobody may ask any more.
    for retry_after in ["5", "5", "60"] {
        let refused = starter.invoke(&request).await.http();
        assert_eq!((refused.status, refused.header("retry-after")), (429, retry_after));
    }
    let mut worker = site.process(Function::Worker).await;
    let ended = site.work_to_the_end(&mut worker, &run).await;
    assert_eq!(ended.json()["status"], "completed");
    site.finish();
}
