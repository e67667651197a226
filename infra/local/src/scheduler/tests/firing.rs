//! When schedules fire, and what becomes of what was missed.

use std::time::Duration;

use aws_sdk_scheduler::types::ScheduleState::{Disabled, Enabled};

use super::bed::Bed;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_firing_says_its_moment_and_comes_once() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    process.create("tick", "cron(30 23 * * ? *)", 3600).await;
    bed.pass(&process, Duration::from_secs(5 * 60 + 20)).await;
    assert!(bed.fired().await.is_empty());
    bed.pass(&process, Duration::from_secs(1)).await;
    assert_eq!(bed.fired().await, ["tick 2026-02-09T23:30:00Z"]);
    bed.pass(&process, 23 * HOUR).await;
    assert!(bed.fired().await.is_empty());
    bed.pass(&process, HOUR).await;
    assert_eq!(bed.fired().await, ["tick 2026-02-10T23:30:00Z"]);
    process.stop().await;
}

#[tokio::test]
async fn a_rate_fires_when_it_is_made_and_a_point_in_time_once() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    process.create("rate", "rate(2 hours)", 86_400).await;
    process.create("once", "at(2026-02-10T00:00:00)", 86_400).await;
    assert_eq!(bed.fired().await, ["rate 2026-02-09T23:24:39Z"]);
    bed.pass(&process, 5 * HOUR).await;
    let expected =
        ["once 2026-02-10T00:00:00Z", "rate 2026-02-10T01:24:39Z", "rate 2026-02-10T03:24:39Z"];
    assert_eq!(bed.fired().await, expected);
    process.stop().await;
}

#[tokio::test]
async fn what_a_stopped_process_missed_comes_oldest_first_as_far_as_it_is_not_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schedules.db");
    let bed = Bed::new().await;
    let process = bed.start(Some(&file)).await;
    process.create("half", "cron(0/30 * * * ? *)", 3600).await;
    process.create("hour", "cron(15 * * * ? *)", 86_400).await;
    process.create("gone", "cron(* * * * ? *)", 3600).await;
    process.client.delete_schedule().name("gone").group_name("trigger").send().await.unwrap();
    process.stop().await;
    bed.clock.advance(3 * HOUR);
    let process = bed.start(Some(&file)).await;
    process.settle().await;
    let expected = [
        "hour 2026-02-10T00:15:00Z",
        "hour 2026-02-10T01:15:00Z",
        "half 2026-02-10T01:30:00Z",
        "half 2026-02-10T02:00:00Z",
        "hour 2026-02-10T02:15:00Z",
    ];
    assert_eq!(bed.fired().await, expected);
    process.stop().await;
    // What came is not missed any more.
    let process = bed.start(Some(&file)).await;
    bed.pass(&process, Duration::from_mins(6)).await;
    assert_eq!(bed.fired().await, ["half 2026-02-10T02:30:00Z"]);
    process.stop().await;
}

#[tokio::test]
async fn a_firing_that_was_sent_and_not_noted_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schedules.db");
    let bed = Bed::new().await;
    let process = bed.start(Some(&file)).await;
    process.create("tick", "cron(30 23 * * ? *)", 3600).await;
    process.stop().await;
    bed.clock.advance(HOUR);
    // A process that dies here has sent it, and nobody knows.
    let dying = super::super::Engine::open(&file, false, bed.clock.clone()).unwrap();
    assert!(dying.due().is_ok());
    drop(dying);
    let process = bed.start(Some(&file)).await;
    process.settle().await;
    assert_eq!(bed.fired().await, ["tick 2026-02-09T23:30:00Z"]);
    process.stop().await;
}

#[tokio::test]
async fn what_passes_while_a_schedule_is_disabled_is_not_caught_up_with() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    let expression = "cron(0/30 * * * ? *)";
    process.create("half", expression, 3600).await;
    process.switch("half", expression, Disabled).await;
    bed.pass(&process, HOUR).await;
    process.switch("half", expression, Enabled).await;
    assert!(bed.fired().await.is_empty());
    bed.pass(&process, HOUR / 2).await;
    assert_eq!(bed.fired().await, ["half 2026-02-10T00:30:00Z"]);
    // Enabling what is enabled changes nothing, and misses nothing.
    bed.clock.advance(HOUR / 2);
    process.switch("half", expression, Enabled).await;
    assert_eq!(bed.fired().await, ["half 2026-02-10T01:00:00Z"]);
    process.stop().await;
}

#[tokio::test]
async fn another_expression_starts_anew() {
    let bed = Bed::new().await;
    let process = bed.start(None).await;
    process.create("tick", "rate(1 hour)", 3600).await;
    bed.fired().await;
    bed.pass(&process, Duration::from_mins(30)).await;
    process.switch("tick", "rate(2 hours)", Enabled).await;
    assert_eq!(bed.fired().await, ["tick 2026-02-09T23:54:39Z"]);
    bed.pass(&process, Duration::from_secs(7199)).await;
    assert!(bed.fired().await.is_empty());
    bed.pass(&process, Duration::from_secs(1)).await;
    assert_eq!(bed.fired().await, ["tick 2026-02-10T01:54:39Z"]);
    process.stop().await;
}
