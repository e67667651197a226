//! How many requests to AWS a run costs, counted on the wire.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::{Rate, Status},
    runs::{Error, Filter},
};
use support::{Bed, Target};

use super::flows::{HELLO, LOOP_RETRY_WAIT, ONE_CALL};

#[tokio::test]
async fn a_status_is_one_read() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let started = bed.runs.start(bed.wish(&hello, json!({"message": "you"}))).await.unwrap();
    let key = bed.key().await;
    let caller = bed.runs.authenticate(&key, "demo").await.unwrap();
    bed.wire.take();
    bed.runs.status(&caller, &started.id.to_string()).await.unwrap();
    assert_eq!(bed.wire.operations(), ["Query"]);
}

#[tokio::test]
async fn a_cancellation_is_a_read_a_mark_and_a_send() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let started = bed.runs.start(bed.wish(&hello, json!({"message": "you"}))).await.unwrap();
    let key = bed.key().await;
    let caller = bed.runs.authenticate(&key, "demo").await.unwrap();
    bed.wire.take();
    bed.runs.cancel(&caller, &started.id.to_string()).await.unwrap();
    assert_eq!(bed.wire.operations(), ["GetItem", "UpdateItem", "SendMessage"]);
    let (worker, _) = bed.process();
    assert_eq!(bed.work_to_the_end(&worker, started.id).await.run.status, Status::Cancelled);
    bed.wire.take();
    bed.runs.cancel(&caller, &started.id.to_string()).await.unwrap();
    assert_eq!(bed.wire.operations(), ["GetItem"]);
}

#[tokio::test]
async fn a_page_of_a_list_is_a_query_of_each_shard() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    bed.runs.start(bed.wish(&hello, json!({"message": "you"}))).await.unwrap();
    let key = bed.key().await;
    let caller = bed.runs.authenticate(&key, "demo").await.unwrap();
    for (filter, queries) in [
        (Filter::default(), 16),
        (Filter { thread: Some("none".parse().unwrap()), ..Filter::default() }, 16),
        (Filter { triggers: Some(Vec::new()), ..Filter::default() }, 0),
    ] {
        bed.wire.take();
        bed.runs.list(&caller, filter, None, 20).await.unwrap();
        assert_eq!(bed.wire.operations(), vec!["Query"; queries]);
    }
}

#[tokio::test]
async fn a_background_start_is_one_put_and_one_send() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    bed.runs
        .start(bed.wish(&hello, json!({"message": "first, which fills the caches"})))
        .await
        .unwrap();
    bed.wire.take();
    bed.runs.start(bed.wish(&hello, json!({"message": "you"}))).await.unwrap();
    assert_eq!(bed.wire.sorted_operations(), ["PutItem", "SendMessage"]);
}

#[tokio::test]
async fn a_rate_is_one_write_where_there_is_one_and_none_where_it_is_known_to_be_used_up() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let limited = Rate::new("1/min".parse().unwrap(), 3).unwrap();
    bed.store.set_workspace_rate(&support::workspace(), Some(&limited)).await.unwrap();
    let start = || bed.runs.start(bed.wish(&hello, json!({"message": "you"})));
    // The first finds the bucket full, the second finds out that it is not any more.
    for _ in 0..2 {
        start().await.unwrap();
    }
    bed.wire.take();
    start().await.unwrap();
    let mut operations = bed.wire.operations();
    operations[1..].sort();
    assert_eq!(operations, ["UpdateItem", "PutItem", "SendMessage"]);
    let refused = start().await.unwrap_err();
    assert!(matches!(refused, Error::RateLimited { .. }), "{refused}");
    assert_eq!(bed.wire.operations(), [""; 0]);
}

#[tokio::test]
async fn a_limit_of_runs_in_flight_is_a_write_at_the_start_and_one_at_the_end() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let limit = "10".parse().unwrap();
    bed.store.set_flow_runs_in_flight(&support::workspace(), "hello", Some(limit)).await.unwrap();
    let (worker, wire) = bed.process();
    for expected in [None, Some(())] {
        bed.wire.take();
        bed.runs.start(bed.wish(&hello, json!({"message": "you"}))).await.unwrap();
        let mut started = bed.wire.operations();
        wire.take();
        bed.work(&worker).await;
        let mut ended = wire.operations();
        // The first start makes the item, and fills the caches.
        if expected.is_some() {
            started[1..].sort();
            assert_eq!(started, ["UpdateItem", "PutItem", "SendMessage"]);
            // Whether the message is held for longer depends on how quick the run is.
            ended.retain(|operation| operation != "ChangeMessageVisibility");
            assert_eq!(ended, ["UpdateItem"; 3]);
        }
    }
}

#[tokio::test]
async fn the_first_start_of_a_process_reads_limits_beside_everything_else() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let (process, wire) = bed.process();
    process.start(bed.wish(&hello, json!({"message": "you"}))).await.unwrap();
    let operations = wire.operations();
    // Workspace, flow and version; the trigger has been read by whoever asks.
    assert_eq!(operations[..3], ["GetItem"; 3], "{operations:?}");
    assert_eq!(operations.len(), 5, "{operations:?}");
}

#[tokio::test]
async fn an_idempotency_key_costs_one_put_more() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    bed.runs.start(bed.wish(&hello, json!({"message": "first"}))).await.unwrap();
    bed.wire.take();
    bed.runs.start(bed.wish_once(&hello, json!({"message": "you"}), "k")).await.unwrap();
    assert_eq!(bed.wire.sorted_operations(), ["PutItem", "PutItem", "SendMessage"]);
}

#[tokio::test]
async fn a_worker_needs_a_claim_and_a_completion_for_a_run_of_one_step() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!({"answer": 42}))).await;
    let one_call = bed.publish(ONE_CALL).await;
    let (worker, wire) = bed.process();
    let input = || json!({"message": "?", "url": target.url});
    bed.runs.start(bed.wish(&one_call, input())).await.unwrap();
    bed.work(&worker).await;
    wire.take();
    let started = bed.runs.start(bed.wish(&one_call, input())).await.unwrap();
    bed.work(&worker).await;
    assert_eq!(bed.view(started.id).await.run.status, Status::Completed);
    // The message is held for as long as the lease, because the queue's own timeout is longer.
    assert_eq!(wire.sorted_operations(), ["ChangeMessageVisibility", "UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_waiting_run_of_one_step_is_a_put_a_send_and_a_completion() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!({"answer": 42}))).await;
    let one_call = bed.publish(ONE_CALL).await;
    let wish = || bed.wish(&one_call, json!({"message": "?", "url": target.url}));
    bed.runs.start_and_wait(wish()).await.unwrap();
    bed.wire.take();
    let (view, _) = bed.runs.start_and_wait(wish()).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
    assert_eq!(bed.wire.sorted_operations(), ["PutItem", "SendMessage", "UpdateItem"]);
}

#[tokio::test]
async fn a_waiting_run_of_a_flow_without_effects_is_one_put() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let wish = || bed.wish(&hello, json!({"message": "you"}));
    bed.runs.start_and_wait(wish()).await.unwrap();
    bed.wire.take();
    let (view, _) = bed.runs.start_and_wait(wish()).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
    assert_eq!(bed.view(view.run.id).await, view);
    assert_eq!(bed.wire.operations()[..1], ["PutItem"]);
    assert!(bed.receive().await.is_none());
}

#[tokio::test]
async fn each_further_effect_is_one_put() {
    let bed = Bed::new().await;
    let target = Target::start(|call| (200, json!({"value": call.body["item"]}))).await;
    let flow = bed.publish(LOOP_RETRY_WAIT).await;
    let (worker, wire) = bed.process();
    let puts_for = |items: Vec<u32>| {
        let input = json!({"url": target.url, "items": items});
        let (bed, worker, wire, flow) = (&bed, &worker, &wire, &flow);
        async move {
            let started = bed.runs.start(bed.wish(flow, input)).await.unwrap();
            wire.take();
            let view = bed.work_to_the_end(worker, started.id).await;
            assert_eq!(view.run.status, Status::Completed, "{:?}", view.end);
            wire.operations().iter().filter(|operation| *operation == "PutItem").count()
        }
    };
    let three = puts_for(vec![1, 2, 3]).await;
    let seven = puts_for(vec![1, 2, 3, 4, 5, 6, 7]).await;
    assert_eq!(seven - three, 4);
    bed.advance(Duration::ZERO).await;
}
