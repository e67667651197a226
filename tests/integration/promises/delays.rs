//! A run that is to begin later begins then, once, whatever dies and whatever comes twice until then.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::{RunId, Status, Timestamp, Trigger},
    runs::{ErrorKind, Start},
};
use support::{Bed, Fault, Moment, Target, die_at_every_request};

use super::flows::{HELLO, ONE_CALL};

/// Later than one message can be delayed.
const DELAY: Duration = Duration::from_secs(40 * 60);

fn in_a_while(bed: &Bed) -> Timestamp {
    bed.clock.now().after(DELAY)
}

fn later(bed: &Bed, flow: &Trigger, target: &Target, run_at: Timestamp) -> Start {
    let wish = bed.wish_once(flow, json!({"message": "?", "url": target.url}), "k");
    Start { run_at: Some(run_at), ..wish }
}

/// Lets a worker do what there is until the run has ended, which it must not before its time.
async fn ends_in_time(bed: &Bed, worker: &shared::runs::Runs, id: RunId, run_at: Timestamp) {
    while bed.clock.now() < run_at {
        bed.work(worker).await;
        bed.bury(worker).await;
        assert_eq!(bed.view(id).await.run.status, Status::Queued);
        bed.advance(Duration::from_secs(60)).await;
    }
    let view = bed.work_to_the_end(worker, id).await;
    assert_eq!(view.run.status, Status::Completed, "{:?}", view.end);
    assert_eq!(view.run.run_at, Some(run_at));
}

#[tokio::test]
async fn a_run_begins_at_its_time_and_its_time_counts_from_then() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let (worker, wire) = bed.process();
    let run_at = in_a_while(&bed);
    let id = bed.runs.start(later(&bed, &flow, &target, run_at)).await.unwrap().id;
    let stored = bed.view(id).await.run;
    assert_eq!((stored.status, stored.wake_at), (Status::Queued, Some(run_at)));
    assert_eq!(stored.deadline, run_at.after(Duration::from_secs(2700)));
    ends_in_time(&bed, &worker, id, run_at).await;
    assert_eq!(target.calls().len(), 1);
    let hops = wire.take().iter().filter(|sent| sent.operation == "SendMessage").count();
    assert_eq!(hops, 2, "40 minutes are three messages, the first of which the start sends");
    let ended = bed.view(id).await;
    let last = &ended.logs.last().unwrap().message;
    assert!(last.starts_with("Run completed after 0 ms"), "{last}");
}

#[tokio::test]
async fn a_time_is_within_a_week_and_the_past_is_now() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    let now = bed.clock.now();
    let start = |run_at| bed.runs.start(later(&bed, &flow, &target, run_at));
    let too_late = start(now.after(week + Duration::from_millis(1))).await.unwrap_err();
    assert_eq!(too_late.kind(), ErrorKind::Invalid);
    assert!(bed.receive().await.is_none());
    // The refusal used its key for nothing.
    let past = start(Timestamp::from_millis(1)).await.unwrap();
    assert!(!past.replayed);
    let run = bed.view(past.id).await.run;
    assert_eq!((run.run_at, run.wake_at), (None, None));
    let (worker, _) = bed.process();
    let view = bed.work_to_the_end(&worker, past.id).await;
    assert_eq!((view.run.status, bed.clock.now()), (Status::Completed, now));
    let wish = bed.wish(&flow, json!({}));
    let latest = bed.runs.start(Start { run_at: Some(now.after(week)), ..wish }).await.unwrap();
    assert_eq!(bed.view(latest.id).await.run.wake_at, Some(now.after(week)));
}

#[tokio::test]
async fn who_waits_cannot_put_off() {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let wish = Start { run_at: Some(in_a_while(&bed)), ..bed.wish(&flow, json!({})) };
    let refused = bed.runs.start_and_wait(wish).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    assert!(bed.receive().await.is_none());
}

#[tokio::test]
async fn a_cancelled_run_ends_before_its_time_and_never_begins() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    for (flow, run_at) in [(ONE_CALL, in_a_while(&bed)), (HELLO, in_a_while(&bed))] {
        let flow = bed.publish(flow).await;
        let (worker, _) = bed.process();
        let id = bed.runs.start(later(&bed, &flow, &target, run_at)).await.unwrap().id;
        bed.runs.request_cancel(id, &support::workspace()).await.unwrap();
        bed.work(&worker).await;
        assert_eq!(bed.view(id).await.run.status, Status::Cancelled);
        bed.advance(DELAY).await;
        bed.work(&worker).await;
        assert_eq!(bed.view(id).await.run.status, Status::Cancelled);
    }
    assert!(target.calls().is_empty());
}

#[tokio::test]
async fn a_start_may_die_at_every_request_and_its_repeat_begins_one_run_in_time() {
    let cases =
        [DELAY, Duration::from_secs(90)].map(|delay| (0..6).map(move |count| (delay, count)));
    for (delay, count) in cases.into_iter().flatten() {
        for moment in [Moment::Before, Moment::After] {
            let bed = Bed::new().await;
            let target = Target::start(|_| (200, json!("ok"))).await;
            let flow = bed.publish(ONE_CALL).await;
            let run_at = bed.clock.now().after(delay);
            let (doomed, wire) = bed.process();
            wire.stop_at(count, moment);
            let start = doomed.start(later(&bed, &flow, &target, run_at));
            tokio::select! { started = start => drop(started.unwrap()), () = wire.stopped() => {} }
            bed.advance(Duration::from_secs(60)).await;
            let (survivor, _) = bed.process();
            let id = survivor.start(later(&bed, &flow, &target, run_at)).await.unwrap().id;
            ends_in_time(&bed, &survivor, id, run_at).await;
            assert_eq!(target.calls().len(), 1, "{moment:?} request {count}");
        }
    }
}

#[tokio::test]
async fn a_repeat_sends_no_wake_up_beside_the_one_that_is_under_way() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let run_at = in_a_while(&bed);
    for _ in 0..10 {
        bed.runs.start(later(&bed, &flow, &target, run_at)).await.unwrap();
    }
    let sent = bed.wire.take().into_iter().filter(|sent| sent.operation == "SendMessage");
    assert_eq!(sent.count(), 1);
}

#[tokio::test]
async fn a_worker_may_die_at_every_request_until_a_run_begins() {
    die_at_every_request(6..100, async |count, moment| {
        let bed = Bed::new().await;
        let target = Target::start(|_| (200, json!("ok"))).await;
        let flow = bed.publish(ONE_CALL).await;
        let run_at = in_a_while(&bed);
        let id = bed.runs.start(later(&bed, &flow, &target, run_at)).await.unwrap().id;
        let (doomed, wire) = bed.process();
        wire.stop_at(count, moment);
        let came = tokio::select! {
            biased;
            () = wire.stopped() => true,
            () = ends_in_time(&bed, &doomed, id, run_at) => false,
        };
        if came {
            let (survivor, _) = bed.process();
            ends_in_time(&bed, &survivor, id, run_at).await;
            // One death repeats the one call that was not written down yet.
            assert!(target.calls().len() <= 2, "{moment:?} request {count}");
        }
        came
    })
    .await;
}

#[tokio::test]
async fn every_message_may_come_twice() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let run_at = in_a_while(&bed);
    let id = bed.runs.start(later(&bed, &flow, &target, run_at)).await.unwrap().id;
    let (worker, _) = bed.process();
    while !bed.view(id).await.run.status.is_terminal() {
        while let Some(message) = bed.receive().await {
            let (first, second) = futures::join!(
                bed.deliver(&worker, message.clone()),
                bed.deliver(&worker, message)
            );
            assert!(first && second);
        }
        assert!(bed.clock.now() < run_at.after(Duration::from_secs(120)));
        bed.advance(Duration::from_secs(60)).await;
    }
    assert_eq!(bed.view(id).await.run.status, Status::Completed);
    assert_eq!(target.calls().len(), 1);
}

#[tokio::test]
async fn a_wake_up_that_becomes_a_dead_letter_gets_a_successor() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let run_at = in_a_while(&bed);
    let id = bed.runs.start(later(&bed, &flow, &target, run_at)).await.unwrap().id;
    let (broken, wire) = bed.process();
    wire.fail(|sent| (sent.operation == "UpdateItem").then_some(Fault::Refused));
    // Five deliveries of the first hop fail.
    bed.advance(Duration::from_secs(900)).await;
    for _ in 0..6 {
        bed.work(&broken).await;
        bed.advance(Duration::from_secs(10)).await;
    }
    let (sound, _) = bed.process();
    assert_eq!(bed.bury(&sound).await, 1);
    ends_in_time(&bed, &sound, id, run_at).await;
    assert_eq!(target.calls().len(), 1);
}
