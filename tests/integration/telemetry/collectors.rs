//! Collectors that do not do their part. They cost two seconds at most, and no run.

use std::time::Duration;

use local::Options;
use serde_json::json;
use support::{Api, Collector, Log, send, settings};
use tokio::{net::TcpListener, time::Instant};

use super::flows::HELLO;

/// How long a waiting call and a background run take when spans go to `url`, one after the other.
async fn run_with(url: &str) -> [Duration; 2] {
    let api = Api::with(Options { telemetry: settings(url), ..Options::default() }).await;
    api.publish(HELLO).await;
    let began = Instant::now();
    send(api.wait_for("hello", r#"{"message": "you"}"#)).await.response();
    let waited = began.elapsed();
    let began = Instant::now();
    let run = send(api.start_of("hello", r#"{"message": "you"}"#)).await.workflow_id();
    api.ended(&run).await.response();
    [waited, began.elapsed()]
}

#[track_caller]
fn warned_once(log: &Log, why: &str) {
    let lines = log.lines();
    let warnings: Vec<_> = lines.iter().filter(|line| line["level"] == "WARN").collect();
    let [warning] = warnings[..] else { panic!("{warnings:?}") };
    assert_eq!(warning["error"], why);
    assert!(lines.iter().all(|line| line["level"] != "ERROR"), "{lines:?}");
}

#[tokio::test]
async fn a_collector_that_hangs_holds_up_one_event_for_two_seconds() {
    let log = Log::start("info");
    let collector = Collector::answering(0).await;
    let [first, then] = run_with(collector.url()).await;
    assert!((2000..5000).contains(&first.as_millis()), "{first:?}");
    assert!(then < Duration::from_secs(2), "{then:?}");
    assert_eq!(collector.requests().len(), 1);
    warned_once(&log, "no answer within 2s");
}

#[tokio::test]
async fn a_collector_that_is_not_there_holds_up_nothing() {
    let log = Log::start("info");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let [first, then] = run_with(&url).await;
    assert!(first + then < Duration::from_secs(2), "{first:?} {then:?}");
    warned_once(&log, "the collector cannot be reached");
}

#[tokio::test]
async fn a_collector_that_refuses_is_left_alone_for_a_while() {
    let log = Log::start("info");
    let collector = Collector::answering(500).await;
    let [first, then] = run_with(collector.url()).await;
    assert!(first + then < Duration::from_secs(2), "{first:?} {then:?}");
    assert_eq!(collector.requests().len(), 1);
    warned_once(&log, "the collector answered 500 Internal Server Error");
}

#[tokio::test]
async fn events_at_the_same_time_share_requests() {
    let collector = Collector::start().await;
    let telemetry = collector.settings();
    let api = Api::with(Options { telemetry, ..Options::default() }).await;
    api.publish(HELLO).await;
    let calls = (0..50).map(|number| {
        let body = json!({"message": number.to_string()}).to_string();
        send(api.wait_for("hello", body))
    });
    for answer in futures::future::join_all(calls).await {
        answer.response();
    }
    let requests = collector.spans().iter().filter(|span| span.kind == 2).count();
    assert_eq!(requests, 50, "none is lost");
    assert!(collector.requests().len() <= 50);
}
