//! Spans, and how they hang together across the queue.

use std::time::Duration;

use local::Options;
use serde_json::json;
use shared::{clock::Clock, model::Timestamp};
use support::{Api, Collector, Span, Target, send};

use super::flows::{ASK, HELLO, REST};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

async fn api(collector: &Collector, clock: Clock) -> Api {
    let telemetry = collector.settings();
    Api::with(Options { telemetry, clock, ..Options::default() }).await
}

fn sent(flags: &str) -> String {
    format!("00-{TRACE}-{CALLER}-{flags}")
}

/// The spans of a trace once there are as many consumers among them.
async fn spans(collector: &Collector, trace: &str, consumers: usize) -> Vec<Span> {
    let enough = async {
        loop {
            let mut spans = collector.spans();
            spans.retain(|span| span.trace == trace);
            if spans.iter().filter(|span| span.kind == 5).count() >= consumers {
                return spans;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), enough).await.expect("too few spans")
}

#[track_caller]
fn one(spans: &[Span], kind: u64) -> &Span {
    let found: Vec<_> = spans.iter().filter(|span| span.kind == kind).collect();
    let [span] = found[..] else { panic!("not one of kind {kind}: {spans:#?}") };
    span
}

#[tokio::test]
async fn from_the_caller_through_the_queue_to_the_call_every_span_hangs_on_the_one_before() {
    let collector = Collector::start().await;
    let api = api(&collector, Clock::system()).await;
    api.publish(ASK).await;
    let target = Target::start(|_| (200, json!(null))).await;
    let body = json!({"message": "marker-message", "user_variables": {"url": target.url}});
    let start = api.start_of("ask", body.to_string()).header("traceparent", sent("01"));
    let run = send(start).await.workflow_id();
    api.ended(&run).await;

    let spans = spans(&collector, TRACE, 1).await;
    assert_eq!(spans.len(), 4, "{spans:#?}");
    let (request, message) = (one(&spans, 2), one(&spans, 5));
    let (execution, call) = (one(&spans, 1), one(&spans, 3));
    assert_eq!(request.parent.as_deref(), Some(CALLER));
    assert_eq!(message.parent.as_ref(), Some(&request.id));
    assert_eq!(execution.parent.as_ref(), Some(&message.id));
    assert_eq!(call.parent.as_ref(), Some(&execution.id));
    let reached = target.calls().pop().unwrap();
    assert_eq!(reached.header("traceparent"), format!("00-{TRACE}-{}-01", call.id));

    let resource = "/api/v1/ai/trigger/start/{workspace_id}/{trigger_id}/{environment}";
    assert_eq!(request.name, format!("POST {resource}"));
    assert_eq!(request.attributes["faas.name"], "async-start");
    assert_eq!(request.attributes["http.response.status_code"], 200);
    assert_eq!(message.attributes["messaging.system"], "aws_sqs");
    assert_eq!(execution.attributes["run.outcome"], "completed");
    assert_eq!(call.name, "POST");
    assert_eq!(call.attributes["server.address"], "127.0.0.1");
    assert_eq!(call.attributes["http.response.status_code"], 200);
    for span in [request, message, execution] {
        assert_eq!(span.attributes["run.id"], run);
        assert_eq!(span.attributes["trigger.id"], "ask");
    }
    assert!(spans.iter().all(|span| !span.failed), "{spans:#?}");
    let bodies: Vec<_> = collector.requests().iter().map(|call| call.body.to_string()).collect();
    assert!(!bodies.concat().contains("marker"), "{bodies:?}");
}

#[tokio::test]
async fn a_waiting_call_executes_below_its_own_request_and_every_try_has_a_span() {
    let collector = Collector::start().await;
    let api = api(&collector, Clock::system()).await;
    api.publish(ASK).await;
    let mut number = 0;
    let target = Target::start(move |_| {
        number += 1;
        (if number == 1 { 503 } else { 200 }, json!(null))
    })
    .await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
    send(api.wait_for("ask", body).header("traceparent", sent("01"))).await.response();

    // The answer comes after the export.
    let spans = spans(&collector, TRACE, 0).await;
    let (request, execution) = (one(&spans, 2), one(&spans, 1));
    assert_eq!(execution.parent.as_ref(), Some(&request.id));
    let calls: Vec<_> = spans.iter().filter(|span| span.kind == 3).collect();
    let outcome =
        |span: &&Span| (span.failed, span.attributes["http.response.status_code"].clone());
    let outcomes: Vec<_> = calls.iter().map(outcome).collect();
    assert_eq!(outcomes, [(true, 503.into()), (false, 200.into())]);
    for (span, call) in calls.iter().zip(target.calls()) {
        assert_eq!(span.parent.as_ref(), Some(&execution.id));
        assert_eq!(call.header("traceparent"), format!("00-{TRACE}-{}-01", span.id));
        assert!(span.duration_ns <= execution.duration_ns && span.duration_ns > 0);
    }
}

#[tokio::test]
async fn without_a_callers_trace_a_run_has_one_that_begins_with_its_request() {
    let collector = Collector::start().await;
    let api = api(&collector, Clock::system()).await;
    api.publish(ASK).await;
    let target = Target::start(|_| (200, json!(null))).await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
    let run = send(api.start_of("ask", body)).await.workflow_id();
    api.ended(&run).await;
    let call = target.calls().pop().unwrap();
    let trace = call.header("traceparent").split('-').nth(1).unwrap();
    let spans = spans(&collector, trace, 1).await;
    assert_eq!(spans.len(), 4, "{spans:#?}");
    assert_eq!(one(&spans, 2).parent, None);
    assert_eq!(one(&spans, 5).parent.as_ref(), Some(&one(&spans, 2).id));
}

#[tokio::test]
async fn the_slices_of_a_run_share_its_trace() {
    let collector = Collector::start().await;
    let clock = Clock::manual(Timestamp::from_millis(1_770_679_479_000));
    let api = api(&collector, clock.clone()).await;
    api.publish(REST).await;
    let target = Target::start(|_| (200, json!(null))).await;
    let body = json!({"user_variables": {"url": target.url}}).to_string();
    let start = api.start_of("rest", body).header("traceparent", sent("01"));
    let run = send(start).await.workflow_id();
    spans(&collector, TRACE, 1).await;
    clock.advance(Duration::from_secs(61));
    target.reached(1).await;
    api.ended(&run).await;
    let spans = spans(&collector, TRACE, 2).await;
    let request = one(&spans, 2);
    let messages: Vec<_> = spans.iter().filter(|span| span.kind == 5).collect();
    assert!(messages.iter().all(|message| message.parent.as_ref() == Some(&request.id)));
    let slices: Vec<_> = spans.iter().filter(|span| span.kind == 1).collect();
    let outcome = |slice: &&Span| slice.attributes["run.outcome"].clone();
    assert_eq!(slices.iter().map(outcome).collect::<Vec<_>>(), ["waiting", "completed"]);
    for (slice, message) in slices.iter().zip(messages) {
        assert_eq!(slice.parent.as_ref(), Some(&message.id));
    }
}

#[tokio::test]
async fn a_caller_who_does_not_sample_is_obeyed_all_the_way() {
    let collector = Collector::start().await;
    let api = api(&collector, Clock::system()).await;
    for flow in [ASK, HELLO] {
        api.publish(flow).await;
    }
    let target = Target::start(|_| (200, json!(null))).await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
    send(api.wait_for("ask", body.clone()).header("traceparent", sent("00"))).await.response();
    send(api.wait_for("hello", body)).await.response();
    let call = target.calls().pop().unwrap();
    assert!(call.header("traceparent").starts_with(&format!("00-{TRACE}-")));
    assert!(call.header("traceparent").ends_with("-00"));
    let spans = collector.spans();
    assert!(!spans.is_empty(), "others are exported");
    assert!(spans.iter().all(|span| span.trace != TRACE), "{spans:#?}");
}

#[tokio::test]
async fn a_request_that_is_refused_is_a_span_too() {
    let collector = Collector::start().await;
    let api = api(&collector, Clock::system()).await;
    api.publish(HELLO).await;
    send(api.wait_for("marker-trigger", "{}").header("traceparent", sent("01"))).await;
    let spans = spans(&collector, TRACE, 0).await;
    let request = one(&spans, 2);
    assert_eq!(request.attributes["http.response.status_code"], 404);
    assert!(!request.failed, "the caller's fault is no error of the server");
    assert!(!format!("{spans:?}").contains("marker"));
}
