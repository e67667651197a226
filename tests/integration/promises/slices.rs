//! Runs that outlive an invocation: slices, waits, the hand-over of a waiting call, deadlines,
//! cancellation.

use std::{collections::HashSet, time::Duration};

use serde_json::{Value, json};
use shared::model::{End, Status};
use support::{Bed, Target};

use super::flows::{LOOP_RETRY_WAIT, ONE_CALL};

const STEPS: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: steps, version: '1.0.0' }
do:
  - walk:
      for: { each: step, in: '.steps' }
      do:
        - go:
            call: http
            with:
              method: post
              endpoint: { uri: '${ .url }' }
              body: { step: '${ $step }' }
            output:
              as: '$input'
  - done:
      set: { walked: '${ .steps | length }' }
"#;

const LONG_WAIT: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: long-wait, version: '1.0.0' }
do:
  - rest:
      wait: { minutes: 40 }
  - done:
      set: { rested: true }
"#;

async fn reply_with_time(bed: &Bed, seconds: u64) -> Target {
    let clock = bed.clock.clone();
    Target::start(move |_| {
        // Each call takes its time, as the worker sees it.
        clock.advance(Duration::from_secs(seconds));
        (200, json!("ok"))
    })
    .await
}

#[tokio::test]
async fn a_run_over_three_slices_ends_as_one() {
    let bed = Bed::new().await;
    let target = reply_with_time(&bed, 250).await;
    let flow = bed.publish(STEPS).await;
    let input = json!({"url": target.url, "steps": [1, 2, 3, 4, 5, 6, 7, 8]});
    let id = bed.runs.start(bed.wish(&flow, input)).await.unwrap().id;
    let mut slices = 0;
    let view = loop {
        // A worker of its own for each slice: nothing is carried over in memory.
        let (worker, _) = bed.process();
        let Some(message) = bed.receive().await else { panic!("no message brings the run on") };
        bed.deliver(&worker, message).await;
        slices += 1;
        let view = bed.view(id).await;
        if view.run.status.is_terminal() {
            break view;
        }
        assert_eq!(view.run.status, Status::Running);
    };
    assert_eq!(view.end, Some(End::Output(json!({"walked": 8}))), "{:?}", view.run);
    assert_eq!((slices, target.calls().len()), (3, 8));
}

#[tokio::test]
async fn a_wait_longer_than_a_message_can_be_delayed_takes_several_hops() {
    let bed = Bed::new().await;
    let flow = bed.publish(LONG_WAIT).await;
    let (worker, wire) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap().id;
    bed.work(&worker).await;
    let asleep = bed.view(id).await.run;
    assert_eq!(asleep.status, Status::Waiting);
    wire.take();
    let view = bed.work_to_the_end(&worker, id).await;
    assert_eq!(view.end, Some(End::Output(json!({"rested": true}))));
    let slept = view.run.ended_at.unwrap().since(asleep.started_at);
    assert!((2400..2410).contains(&slept.as_secs()), "{slept:?}");
    let hops = wire.operations().iter().filter(|operation| *operation == "SendMessage").count();
    assert_eq!(hops, 2);
}

#[tokio::test]
async fn a_waiting_call_hands_over_at_the_end_of_its_wait_and_the_run_goes_on() {
    let bed = Bed::new().await;
    let target = reply_with_time(&bed, 40).await;
    let flow = bed.publish(STEPS).await;
    let input = json!({"url": target.url, "steps": [1, 2, 3, 4, 5, 6]});
    let (view, _) = bed.runs.start_and_wait(bed.wish(&flow, input)).await.unwrap();
    assert_eq!((view.run.status, view.end), (Status::Running, None));
    assert!(!view.logs.is_empty());
    let before = target.calls().len();
    assert!(before < 6);
    // It goes on at once, not when the guard comes.
    let (worker, _) = bed.process();
    bed.work(&worker).await;
    let ended = bed.view(view.run.id).await;
    assert_eq!(ended.end, Some(End::Output(json!({"walked": 6}))), "{:?}", ended.run);
    // The call during which the wait ended was given up and sent again, under the same key.
    let keys: HashSet<_> =
        target.calls().iter().map(|call| call.header("idempotency-key").to_owned()).collect();
    assert_eq!((keys.len(), target.calls().len()), (6, 7));
}

#[tokio::test]
async fn a_waiting_call_drops_a_call_that_outlasts_the_wait() {
    let bed = Bed::new().await;
    let mut first = true;
    let target = Target::start(move |_| {
        let status = if std::mem::take(&mut first) { 0 } else { 200 };
        (status, json!("ok"))
    })
    .await;
    let flow = bed.publish(ONE_CALL).await;
    let call = bed.runs.start_and_wait(bed.wish(&flow, json!({"message": "?", "url": target.url})));
    let waiting = async {
        target.reached(1).await;
        bed.advance(Duration::from_secs(151)).await;
    };
    let (answer, ()) = futures::join!(call, waiting);
    let (view, _) = answer.unwrap();
    assert_eq!(view.run.status, Status::Running);
    let (worker, _) = bed.process();
    let ended = bed.work_to_the_end(&worker, view.run.id).await;
    assert_eq!(ended.run.status, Status::Completed);
    let calls = target.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].header("idempotency-key"), calls[1].header("idempotency-key"));
}

#[tokio::test]
async fn a_run_past_its_deadline_ends_as_timed_out() {
    let bed = Bed::new().await;
    let target = reply_with_time(&bed, 280).await;
    let flow = bed.publish(STEPS).await;
    let input = json!({"url": target.url, "steps": (0..30).collect::<Vec<_>>()});
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, input)).await.unwrap().id;
    let view = bed.work_to_the_end(&worker, id).await;
    assert_eq!(view.run.status, Status::TimedOut);
    assert!(matches!(view.end, Some(End::Error(error)) if error.kind.ends_with("timeout")));
    assert_eq!(target.calls().len(), 10);
}

#[tokio::test]
async fn a_waiting_run_past_its_deadline_ends_in_time() {
    let bed = Bed::new().await;
    let mut flow = bed.publish(LONG_WAIT).await;
    flow.deadline_s = Some(600);
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap().id;
    let view = bed.work_to_the_end(&worker, id).await;
    assert_eq!(view.run.status, Status::TimedOut);
    let lived = view.run.ended_at.unwrap().since(view.run.started_at).as_secs();
    assert!((600..610).contains(&lived), "{lived} s");
}

#[tokio::test]
async fn a_waiting_run_that_is_cancelled_ends_at_once() {
    let bed = Bed::new().await;
    let flow = bed.publish(LONG_WAIT).await;
    let (worker, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({}))).await.unwrap().id;
    bed.work(&worker).await;
    bed.runs.request_cancel(id, &support::workspace()).await.unwrap();
    bed.work(&worker).await;
    assert_eq!(bed.view(id).await.run.status, Status::Cancelled);
}

#[tokio::test]
async fn a_running_run_that_is_cancelled_drops_its_call_within_seconds() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (0, Value::Null)).await;
    let flow = bed.publish(ONE_CALL).await;
    let (worker, _) = bed.process();
    let wish = bed.wish(&flow, json!({"message": "?", "url": target.url}));
    let id = bed.runs.start(wish).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    let work = bed.deliver(&worker, message);
    let cancel = async {
        target.reached(1).await;
        bed.runs.request_cancel(id, &support::workspace()).await.unwrap();
        for _ in 0..6 {
            bed.advance(Duration::from_secs(1)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (succeeded, ()) = futures::join!(work, cancel);
    assert!(succeeded);
    let view = bed.view(id).await;
    assert_eq!(view.run.status, Status::Cancelled);
    assert!(view.run.ended_at.unwrap().since(view.run.started_at) <= Duration::from_secs(6));
}

#[tokio::test]
async fn a_worker_that_dies_is_replaced_about_a_minute_later() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!({"value": 1}))).await;
    let flow = bed.publish(LOOP_RETRY_WAIT).await;
    let (doomed, wire) = bed.process();
    let (next, _) = bed.process();
    let input = json!({"url": target.url, "items": [1, 2, 3]});
    let id = bed.runs.start(bed.wish(&flow, input)).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    wire.stop_at(6, support::Moment::Before);
    tokio::select! {
        _ = bed.deliver(&doomed, message) => panic!("it was to die"),
        () = wire.stopped() => {}
    }
    let mut waited = 0;
    while bed.work(&next).await == 0 {
        bed.advance(Duration::from_secs(1)).await;
        waited += 1;
        assert!(waited <= 80, "nobody takes over");
    }
    assert_ne!(bed.view(id).await.run.epoch, 1);
}
