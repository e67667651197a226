//! 2xx means stored and queued: a start that fails on the way is not acknowledged, one that is
//! acknowledged is executed, and a repeat under the same key starts nothing twice.

use std::{collections::HashSet, time::Duration};

use serde_json::json;
use shared::{model::Status, runs::ErrorKind};
use support::{Bed, Fault, Moment, Sent, Target};

use super::flows::{HELLO, ONE_CALL};

const FAULTS: [Fault; 4] = [Fault::Throttled, Fault::ServerError, Fault::Reset, Fault::AnswerLost];

/// Lets the SDK's pauses between its own tries pass.
fn fails_always(operation: &'static str, fault: Fault) -> impl FnMut(&Sent) -> Option<Fault> {
    move |sent| (sent.operation == operation).then_some(fault)
}

fn fails_once(operation: &'static str, fault: Fault) -> impl FnMut(&Sent) -> Option<Fault> {
    let mut left = 1;
    move |sent| {
        let hit = sent.operation == operation && left > 0;
        left -= i32::from(hit);
        hit.then_some(fault)
    }
}

#[tokio::test]
async fn a_start_whose_put_or_send_fails_once_is_acknowledged_and_runs_once() {
    for fault in FAULTS {
        for operation in ["PutItem", "SendMessage"] {
            let bed = Bed::new().await;
            let target = Target::start(|_| (200, json!("ok"))).await;
            let flow = bed.publish(ONE_CALL).await;
            let (worker, _) = bed.process();
            bed.wire.fail(fails_once(operation, fault));
            let wish = bed.wish(&flow, json!({"message": "?", "url": target.url}));
            let started = bed.runs.start(wish).await.unwrap();
            let view = bed.work_to_the_end(&worker, started.id).await;
            assert_eq!(view.run.status, Status::Completed, "{operation} {fault:?}");
            assert_eq!(target.calls().len(), 1, "{operation} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_start_whose_put_or_send_fails_for_good_is_not_acknowledged_and_a_repeat_starts_one_run()
{
    for fault in FAULTS {
        for operation in ["PutItem", "SendMessage"] {
            let bed = Bed::new().await;
            let target = Target::start(|_| (200, json!("ok"))).await;
            let flow = bed.publish(ONE_CALL).await;
            let (worker, _) = bed.process();
            let input = json!({"message": "?", "url": target.url});
            bed.wire.fail(fails_always(operation, fault));
            let failed =
                bed.runs.start(bed.wish_once(&flow, input.clone(), "k")).await.unwrap_err();
            assert_eq!(failed.kind(), ErrorKind::Unavailable, "{operation} {fault:?}");
            bed.wire.heal();
            let started = bed.runs.start(bed.wish_once(&flow, input, "k")).await.unwrap();
            let view = bed.work_to_the_end(&worker, started.id).await;
            assert_eq!(view.run.status, Status::Completed, "{operation} {fault:?}");
            bed.work(&worker).await;
            let keys: HashSet<_> = target
                .calls()
                .iter()
                .map(|call| call.header("idempotency-key").to_owned())
                .collect();
            assert_eq!((target.calls().len(), keys.len()), (1, 1), "{operation} {fault:?}");
        }
    }
}

#[tokio::test]
async fn same_key_and_body_is_the_same_run_and_another_body_is_refused() {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let (worker, _) = bed.process();
    let wish = |message: &str| bed.wish_once(&flow, json!({"message": message}), "k");
    let first = bed.runs.start(wish("a")).await.unwrap();
    let again = bed.runs.start(wish("a")).await.unwrap();
    assert_eq!((again.id, first.replayed, again.replayed), (first.id, false, true));
    assert_eq!(bed.runs.start(wish("b")).await.unwrap_err().kind(), ErrorKind::Conflict);
    bed.work(&worker).await;
    let (view, replayed) = bed.runs.start_and_wait(wish("a")).await.unwrap();
    assert_eq!((view.run.id, view.run.status, replayed), (first.id, Status::Completed, true));
    bed.advance(Duration::from_secs(24 * 60 * 60 + 1)).await;
    let later = bed.runs.start(wish("b")).await.unwrap();
    assert_ne!(later.id, first.id);
}

#[tokio::test]
async fn a_hundred_starts_at_once_under_one_key_are_one_run() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let input = json!({"message": "?", "url": target.url});
    let waiting = (0..50).map(|_| async {
        bed.runs.start_and_wait(bed.wish_once(&flow, input.clone(), "k")).await.unwrap().0.run.id
    });
    let background = (0..50).map(|_| async {
        bed.runs.start(bed.wish_once(&flow, input.clone(), "k")).await.unwrap().id
    });
    // Repeats look for the end with pauses; the clock goes on for them.
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bed.advance(Duration::from_millis(250)).await;
        }
    };
    let all = async {
        let (waiting, background) = futures::join!(
            futures::future::join_all(waiting),
            futures::future::join_all(background)
        );
        waiting.into_iter().chain(background).collect::<HashSet<_>>()
    };
    let ids = tokio::select! { ids = all => ids, () = ticking => unreachable!() };
    assert_eq!(ids.len(), 1);
    let (worker, _) = bed.process();
    bed.work_to_the_end(&worker, *ids.iter().next().unwrap()).await;
    assert_eq!(target.calls().len(), 1);
}

/// Lets a first process start a run under a key and stop at its request `count`, and a second one
/// repeat the call.
async fn repeats_after(count: usize, moment: Moment, first_waits: bool, then_waits: bool) {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let wish = || bed.wish_once(&flow, json!({"message": "Ada"}), "k");
    let (doomed, wire) = bed.process();
    wire.stop_at(count, moment);
    let call = async {
        if first_waits {
            doomed.start_and_wait(wish()).await.unwrap();
        } else {
            doomed.start(wish()).await.unwrap();
        }
    };
    tokio::select! { () = call => {}, () = wire.stopped() => {} }
    let (survivor, _) = bed.process();
    let repeat = async {
        if then_waits {
            survivor.start_and_wait(wish()).await.unwrap().0.run.id
        } else {
            survivor.start(wish()).await.unwrap().id
        }
    };
    let (worker, _) = bed.process();
    let working = async {
        loop {
            bed.work(&worker).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            bed.advance(Duration::from_secs(1)).await;
        }
    };
    let id = tokio::select! { id = repeat => id, () = working => unreachable!() };
    let what = format!("{moment:?} request {count}, waiting: {first_waits}, then {then_waits}");
    let end = tokio::time::timeout(Duration::from_secs(10), bed.work_to_the_end(&worker, id));
    let view = end.await.unwrap_or_else(|_| panic!("{what}: the run never ends"));
    assert_eq!(view.run.status, Status::Completed, "{what}");
}

#[tokio::test]
async fn a_repeat_brings_to_its_end_what_a_start_that_died_left_behind() {
    for count in 0..6 {
        for moment in [Moment::Before, Moment::After] {
            for (first_waits, then_waits) in
                [(true, true), (true, false), (false, true), (false, false)]
            {
                repeats_after(count, moment, first_waits, then_waits).await;
            }
        }
    }
}
