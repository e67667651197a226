//! A process dies before or after any of its requests: nothing is lost, nothing is done twice
//! that was written down, and there is one outcome.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use shared::model::{End, RunId, Status};
use support::{Bed, Call, Moment, Target, die_at_every_request};

use super::flows::LOOP_RETRY_WAIT;

/// Answers items with their double; the flaky route fails twice per run, definitely.
async fn target() -> Target {
    let mut answers: BTreeMap<String, (u16, Value)> = BTreeMap::new();
    let mut flaky = 0;
    Target::start(move |call: &Call| {
        // A receiver that recognises repeats, as real ones do.
        let key = call.header("idempotency-key").to_owned();
        let fresh = || match call.path.as_str() {
            "/item" => (200, json!({"value": call.body["item"].as_i64().unwrap() * 2})),
            "/flaky" => {
                flaky += 1;
                if flaky <= 2 {
                    (503, json!({"error": "later"}))
                } else {
                    (200, json!({"value": "at last"}))
                }
            }
            _ => (200, json!({"value": call.body["seen"]})),
        };
        answers.entry(key).or_insert_with(fresh).clone()
    })
    .await
}

fn expected() -> Value {
    let seen = json!([2, 4, 6, "at last"]);
    json!({"seen": seen, "end": seen})
}

fn check(view: &shared::runs::RunView, target: &Target, what: &str) {
    assert_eq!(view.run.status, Status::Completed, "{what}: {:?}", view.end);
    assert_eq!(view.end, Some(End::Output(expected())), "{what}");
    let keys: BTreeSet<_> =
        target.calls().iter().map(|call| call.header("idempotency-key").to_owned()).collect();
    // Three items, three tries of the flaky route, one finish: whatever happened in between.
    assert_eq!(keys.len(), 7, "{what}: {keys:#?}");
    // One crash can repeat no more than the one call that was not written down yet.
    assert!(target.calls().len() <= 8, "{what}: {} calls", target.calls().len());
}

/// Runs the flow with one process that stops at its request `count`; whether it came that far.
async fn crashes_at(count: usize, moment: Moment, waiting: bool) -> bool {
    let bed = Bed::new().await;
    let flow = bed.publish(LOOP_RETRY_WAIT).await;
    let target = target().await;
    let input = json!({"url": target.url, "items": [1, 2, 3]});
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    // Configuration is read before; only the run's own requests are counted.
    let warm = bed.publish(super::flows::HELLO).await;
    doomed.start(bed.wish(&warm, json!({"message": "warm"}))).await.unwrap();
    doomed.start(bed.wish(&flow, json!({"url": "http://127.0.0.1:1", "items": []}))).await.ok();
    while let Some(message) = bed.receive().await {
        bed.queues.delete(support::QUEUE, &message.receipt_handle.unwrap()).await.unwrap();
    }
    let what = format!("{moment:?} request {count}, waiting: {waiting}");
    let mut id = None;
    wire.take();
    let came = {
        let life = async {
            if waiting {
                wire.stop_at(count, moment);
                let call = doomed.start_and_wait(bed.wish(&flow, input.clone()));
                let ticking = async {
                    loop {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                        bed.advance(Duration::from_secs(2)).await;
                    }
                };
                tokio::select! { _ = call => {}, () = ticking => {} }
            } else {
                let started = bed.runs.start(bed.wish(&flow, input.clone())).await.unwrap().id;
                wire.stop_at(count, moment);
                Box::pin(bed.work_to_the_end(&doomed, started)).await;
            }
        };
        tokio::select! { biased; () = wire.stopped() => true, () = life => false }
    };
    // The run's id, as the doomed process wrote it.
    for sent in wire.take().into_iter().chain(bed.wire.take()) {
        let found = sent.body.split("RUN#").nth(1).map(|rest| rest[..36].parse::<RunId>().unwrap());
        id = id.or(found);
    }
    let Some(id) = id else { return came };
    if bed.store.look(id).await.unwrap().is_none() {
        // It died before the run was stored: nobody was told of it.
        assert!(waiting && count <= 1, "{what}: the run is lost");
        return came;
    }
    let guarded = bed.queues.attributes(support::QUEUE).unwrap();
    let messages: u32 = guarded
        .iter()
        .filter(|(name, _)| name.starts_with("ApproximateNumberOfMessages"))
        .map(|(_, value)| value.parse::<u32>().unwrap())
        .sum();
    if waiting && messages == 0 {
        assert!(count <= 1, "{what}: the run has no guard");
        return came;
    }
    let view = bed.work_to_the_end(&survivor, id).await;
    check(&view, &target, &what);
    came
}

async fn crashes_everywhere(waiting: bool) {
    die_at_every_request(11..100, async |count, moment| crashes_at(count, moment, waiting).await)
        .await;
}

#[tokio::test]
async fn a_worker_may_die_at_every_request() {
    crashes_everywhere(false).await;
}

#[tokio::test]
async fn a_waiting_call_may_die_at_every_request() {
    crashes_everywhere(true).await;
}
