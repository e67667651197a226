//! Metrics: what is counted, what is measured, and what is not.

use std::time::Duration;

use serde_json::json;
use shared::model::Status;
use support::{Bed, Fault, Log, Target, metrics::all_values};

use super::flows::{ASK, FAIL, HELLO, REST};

/// Everything that runs can be counted by.
const ENDS: [&str; 4] = ["RunsCompleted", "RunsFailed", "RunsCancelled", "RunsTimedOut"];

fn count(log: &Log, metric: &str, trigger: Option<&str>) -> u64 {
    all_values(&log.metrics(), metric, trigger).iter().sum()
}

#[tokio::test]
async fn every_run_is_counted_by_its_end_and_its_trigger() {
    let log = Log::start("debug");
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let input = json!({"message": "?", "url": target.url});
    for (flow, number) in [(HELLO, 3), (FAIL, 2)] {
        let trigger = bed.publish(flow).await;
        for _ in 0..number {
            let id = start_observed(&bed, &trigger, &input).await;
            bed.work_to_the_end(&bed.runs, id).await;
        }
    }
    let rest = bed.publish(REST).await;
    let cancelled = start_observed(&bed, &rest, &input).await;
    bed.work(&bed.runs).await;
    bed.runs.request_cancel(cancelled, &rest.workspace).await.unwrap();
    assert_eq!(bed.work_to_the_end(&bed.runs, cancelled).await.run.status, Status::Cancelled);
    let mut short = rest.clone();
    short.deadline_s = Some(1);
    let late = start_observed(&bed, &short, &input).await;
    assert_eq!(bed.work_to_the_end(&bed.runs, late).await.run.status, Status::TimedOut);

    for (trigger, started, ends) in
        [("hello", 3, [3, 0, 0, 0]), ("fail", 2, [0, 2, 0, 0]), ("rest", 2, [0, 0, 1, 1])]
    {
        assert_eq!(count(&log, "RunsStarted", Some(trigger)), started, "{trigger}");
        assert_eq!(ENDS.map(|end| count(&log, end, Some(trigger))), ends, "{trigger}");
    }
    assert_eq!(count(&log, "RunsStarted", None), 7);
    assert_eq!(ENDS.map(|end| count(&log, end, None)), [3, 2, 1, 1]);
    assert_eq!(count(&log, "ColdStarts", None), 1);
}

/// Starts a run as a function does: as part of an event.
async fn start_observed(
    bed: &Bed,
    trigger: &shared::model::Trigger,
    input: &serde_json::Value,
) -> shared::model::RunId {
    let event = bed.begin_event();
    let wish = bed.wish(trigger, input.clone());
    let id = bed.runs.observed(&event).start(wish).await.unwrap().id;
    event.end(shared::telemetry::Outcome::Answered(200)).await;
    id
}

#[tokio::test]
async fn a_message_is_late_by_what_nobody_asked_it_to_wait() {
    let log = Log::start("debug");
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(REST).await;
    let delays = || all_values(&log.metrics(), "QueueDelay", None);
    let id = bed.runs.start(bed.wish(&flow, json!({"url": target.url}))).await.unwrap().id;
    bed.advance(Duration::from_secs(3)).await;
    bed.work(&bed.runs).await;
    assert_eq!(delays(), [3000]);
    // Its wake-up is sent at once and received after the minute that it rests, and a little more.
    bed.advance(Duration::from_secs(62)).await;
    bed.work(&bed.runs).await;
    assert_eq!(bed.view(id).await.run.status, Status::Completed);
    assert_eq!(delays(), [3000, 2000]);
    assert_eq!(count(&log, "StepDuration", Some("rest")), 0, "one dimension only");
}

#[tokio::test]
async fn a_message_that_comes_back_is_not_late() {
    let log = Log::start("debug");
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let (broken, wire) = bed.process();
    bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap();
    wire.fail(|sent| (sent.operation == "UpdateItem").then_some(Fault::Refused));
    bed.work(&broken).await;
    bed.advance(Duration::from_secs(60)).await;
    wire.heal();
    bed.work(&broken).await;
    assert_eq!(all_values(&log.metrics(), "QueueDelay", None), [0]);
    assert_eq!(count(&log, "RunsCompleted", None), 1);
}

#[tokio::test]
async fn every_call_of_a_flow_is_measured_failed_ones_too() {
    let log = Log::start("debug");
    let bed = Bed::new().await;
    let latency = Duration::from_millis(30);
    let mut number = 0;
    let target = Target::start_slow(latency, move |_| {
        number += 1;
        (if number == 1 { 503 } else { 200 }, json!("ok"))
    })
    .await;
    let flow = bed.publish(ASK).await;
    let wish = bed.wish(&flow, json!({"message": "?", "url": target.url}));
    let id = bed.runs.start(wish).await.unwrap().id;
    let worked = bed.work(&bed.runs);
    let moved = async {
        target.reached(1).await;
        while target.calls().len() < 2 {
            bed.advance(Duration::from_millis(1)).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    futures::join!(worked, moved);
    assert_eq!(bed.view(id).await.run.status, Status::Completed);
    let durations = all_values(&log.metrics(), "StepDuration", None);
    assert_eq!(durations.len(), 2, "{durations:?}");
    assert!(durations.iter().all(|duration| (30..5000).contains(duration)), "{durations:?}");
}

#[tokio::test]
async fn metrics_are_no_lines_of_their_own_at_info() {
    let log = Log::start("info");
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap();
    bed.work(&bed.runs).await;
    assert_eq!((log.metrics().len(), log.events().len()), (0, 1));
}
