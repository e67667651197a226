//! Whoever dies leaves no limit lower than it was.

use std::time::Duration;

use serde_json::json;
use shared::model::Status;
use support::{Bed, Moment, Target, die_at_every_request};

use super::limited::{limit_flow, limit_workspace, queueing};
use crate::promises::flows::{HELLO, LOOP_RETRY_WAIT};

/// Lets a process die at its request `count` while it starts a run, or executes one, under a limit of one; whether it
/// came that far. However that goes, the one run that may be in flight can be started again in time.
async fn dies_at(count: usize, moment: Moment, starting: bool, waiting: bool) -> bool {
    let bed = Bed::new().await;
    let target = Target::start(|call| (200, json!({"value": call.body["item"]}))).await;
    let flow = bed.publish(LOOP_RETRY_WAIT).await;
    limit_flow(&bed, &flow, 1).await;
    limit_workspace(&bed, 1).await;
    let input = || json!({"url": target.url, "items": [1, 2]});
    let wish = || bed.wish_once(&flow, input(), "once");
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    let what = format!("{moment:?} request {count}, starting: {starting}, waiting: {waiting}");
    let began = if starting { None } else { Some(bed.runs.start(wish()).await.unwrap().id) };
    wire.stop_at(count, moment);
    let came = {
        let life = async {
            match began {
                Some(id) => drop(Box::pin(bed.work_to_the_end(&doomed, id)).await),
                None if waiting => {
                    let call = Box::pin(doomed.start_and_wait(wish()));
                    let ticking = async {
                        loop {
                            tokio::time::sleep(Duration::from_millis(2)).await;
                            bed.advance(Duration::from_secs(2)).await;
                        }
                    };
                    tokio::select! { call = call => drop(call.unwrap()), () = ticking => {} }
                }
                None => drop(Box::pin(doomed.start(wish())).await.unwrap()),
            }
        };
        tokio::select! { biased; () = wire.stopped() => true, () = life => false }
    };
    assert!(bed.in_flight().await <= 1, "{what}");
    // The caller tries again, and is answered with the run that there is by then.
    let id = bed.runs.start(wish()).await.unwrap().id;
    assert_eq!(bed.in_flight().await.max(1), 1, "{what}");
    bed.work_to_the_end(&survivor, id).await;
    // Of what was left behind, whoever is refused finds the traces.
    let mut next = bed.runs.start(bed.wish(&flow, input())).await;
    for _ in 0..3 {
        if next.is_ok() {
            break;
        }
        bed.advance(Duration::from_secs(60)).await;
        next = bed.runs.start(bed.wish(&flow, input())).await;
    }
    assert!(next.is_ok(), "{what}: the limit is lowered for ever");
    assert_eq!(bed.in_flight().await, 1, "{what}");
    came
}

async fn dies_everywhere(starting: bool, waiting: bool, at_least: usize) {
    die_at_every_request(at_least..100, async |count, moment| {
        dies_at(count, moment, starting, waiting).await
    })
    .await;
}

#[tokio::test]
async fn a_start_under_a_limit_may_die_at_every_request() {
    dies_everywhere(true, false, 6).await;
}

#[tokio::test]
async fn a_waiting_call_under_a_limit_may_die_at_every_request() {
    dies_everywhere(true, true, 10).await;
}

#[tokio::test]
async fn a_worker_under_a_limit_may_die_at_every_request() {
    dies_everywhere(false, false, 10).await;
}

/// Lets a worker die at its request `count` while a run behind the gate gets its slot; whether it came that far.
async fn dies_at_gate(count: usize, moment: Moment) -> bool {
    let bed = Bed::new().await;
    let flow = queueing(&bed, HELLO).await;
    limit_flow(&bed, &flow, 1).await;
    limit_workspace(&bed, 1).await;
    let wish = || bed.wish(&flow, json!({"message": "you"}));
    let first = bed.runs.start(wish()).await.unwrap().id;
    let second = bed.runs.start(wish()).await.unwrap().id;
    let (survivor, _) = bed.process();
    let (doomed, wire) = bed.process();
    wire.stop_at(count, moment);
    let life = async {
        bed.work_to_the_end(&doomed, first).await;
        bed.work_to_the_end(&doomed, second).await;
    };
    let came = tokio::select! { biased; () = wire.stopped() => true, () = life => false };
    for id in [first, second] {
        let view = bed.work_to_the_end(&survivor, id).await;
        assert_eq!(view.run.status, Status::Completed, "{moment:?} request {count}");
    }
    bed.advance(Duration::from_secs(60)).await;
    let last = bed.runs.start(wish()).await.unwrap().id;
    assert!(!bed.view(last).await.run.gated, "{moment:?} request {count}");
    came
}

#[tokio::test]
async fn a_worker_at_the_gate_may_die_at_every_request() {
    die_at_every_request(9..100, dies_at_gate).await;
}
