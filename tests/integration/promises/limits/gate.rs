//! Runs over the limit wait behind their gate, where their trigger says so.

use std::time::Duration;

use serde_json::json;
use shared::{model::Status, runs::Start};
use support::{Bed, QUEUE, Target, workspace};

use super::limited::{crowd, four, is_near, limit_flow, limit_workspace, queueing, starts};
use crate::promises::flows::{HELLO, ONE_CALL};

#[tokio::test]
async fn runs_over_the_limit_wait_where_their_trigger_says_so() {
    let bed = Bed::new().await;
    let calls = Target::start(|_| (200, json!("ok"))).await;
    let flow = queueing(&bed, ONE_CALL).await;
    limit_flow(&bed, &flow, 2).await;
    limit_workspace(&bed, 3).await;
    let input = || json!({"message": "?", "url": calls.url});
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(bed.runs.start(bed.wish(&flow, input())).await.unwrap().id);
    }
    // Two begin at once; the messages of the others are looked at and sent anew.
    let (worker, _) = bed.process();
    let [first, second] = [bed.receive().await.unwrap(), bed.receive().await.unwrap()];
    bed.work(&worker).await;
    assert_eq!(calls.calls().len(), 0);
    for message in [first, second] {
        assert!(bed.deliver(&worker, message).await);
    }
    assert_eq!(calls.calls().len(), 2);
    for id in ids {
        let view = bed.work_to_the_end(&worker, id).await;
        assert_eq!(view.run.status, Status::Completed);
    }
    assert_eq!((calls.calls().len(), bed.in_flight().await), (6, 0));
    // Nothing is left behind.
    assert!(is_near(crowd(&bed, &four(&bed), &bed.publish(HELLO).await).await, 3));
}

#[tokio::test]
async fn a_waiting_call_over_the_limit_waits_for_its_turn_too() {
    let bed = Bed::new().await;
    let calls = Target::start(|_| (200, json!("ok"))).await;
    let flow = queueing(&bed, ONE_CALL).await;
    limit_flow(&bed, &flow, 1).await;
    let input = || json!({"message": "?", "url": calls.url});
    bed.runs.start(bed.wish(&flow, input())).await.unwrap();
    let (worker, _) = bed.process();
    let working = async {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            bed.work(&worker).await;
            bed.advance(Duration::from_secs(1)).await;
        }
    };
    let (view, _) = tokio::select! {
        answer = bed.runs.start_and_wait(bed.wish(&flow, input())) => answer.unwrap(),
        () = working => unreachable!(),
    };
    assert_eq!(view.run.status, Status::Completed);
    assert_eq!(calls.calls().len(), 2);
}

#[tokio::test]
async fn a_run_that_waits_for_a_slot_can_be_cancelled_and_ends_at_its_deadline() {
    let bed = Bed::new().await;
    let flow = queueing(&bed, ONE_CALL).await;
    limit_flow(&bed, &flow, 1).await;
    let [_, cancelled, late] = [(); 3].map(|()| bed.wish(&flow, json!({"message": "you"})));
    let blocking = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    bed.queues.delete(QUEUE, &message.receipt_handle.unwrap()).await.unwrap();
    let cancelled = bed.runs.start(cancelled).await.unwrap().id;
    let late = bed.runs.start(late).await.unwrap().id;
    let (worker, _) = bed.process();
    bed.work(&worker).await;
    bed.runs.request_cancel(cancelled, &workspace()).await.unwrap();
    assert_eq!(bed.work_to_the_end(&worker, cancelled).await.run.status, Status::Cancelled);
    // Nobody has given the first one's slot back.
    assert_eq!(bed.view(late).await.run.status, Status::Queued);
    assert_eq!(bed.work_to_the_end(&worker, late).await.run.status, Status::TimedOut);
    assert_eq!(bed.view(blocking).await.run.status, Status::Queued);
}

#[tokio::test]
async fn a_run_that_begins_later_is_in_flight_from_then_on() {
    let bed = Bed::new().await;
    let (hello, other) = (bed.publish(HELLO).await, bed.publish(ONE_CALL).await);
    limit_workspace(&bed, 1).await;
    let run_at = Some(bed.clock.now().after(Duration::from_secs(3600)));
    let wish = bed.wish(&hello, json!({"message": "later"}));
    let later = bed.runs.start(Start { run_at, ..wish }).await.unwrap().id;
    let (worker, _) = bed.process();
    for _ in 0..11 {
        bed.work(&worker).await;
        bed.advance(Duration::from_secs(300)).await;
    }
    let first = starts(&bed, &bed.runs, &other).await.expect("nothing is in flight");
    let held = bed.receive().await.unwrap();
    for _ in 0..20 {
        bed.work(&worker).await;
        bed.advance(Duration::from_secs(30)).await;
    }
    // It is due, and there is no room.
    assert_eq!(bed.view(later).await.run.status, Status::Queued);
    bed.deliver(&worker, held).await;
    bed.work_to_the_end(&worker, first).await;
    assert_eq!(bed.work_to_the_end(&worker, later).await.run.status, Status::Completed);
}
