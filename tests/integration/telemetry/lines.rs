//! One line for every event.

use std::time::Duration;

use lambda_http::{Body, Context, Request, RequestExt, http};
use reqwest::Method;
use serde_json::{Value, json};
use shared::model::Rate;
use support::{Api, Bed, Log, Target, event, log::Line, metrics::all_values, send};

use super::flows::{FAIL, HELLO, REST};

/// A line as a snapshot shows it: without times, and with words in place of ids.
fn shown(line: &Line) -> String {
    let mut line = line.clone();
    line.shift_remove("timestamp").expect("no time");
    for (name, word) in [
        ("duration_ms", "[ms]"),
        ("run.duration_ms", "[ms]"),
        ("run.id", "[run]"),
        ("messaging.message.id", "[message]"),
        ("trace_id", "[trace]"),
    ] {
        if let Some(value) = line.get_mut(name) {
            assert!(
                value.is_u64() || value.as_str().is_some_and(|text| text.len() >= 32),
                "{name}"
            );
            *value = word.into();
        }
    }
    Value::Object(line).to_string()
}

/// Returns when there are this many lines of events.
async fn told(log: &Log, count: usize) -> Vec<Line> {
    let enough = async {
        loop {
            let events = log.events();
            if events.len() >= count {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), enough).await.expect("too few lines")
}

#[tokio::test]
async fn every_event_has_one_line_that_names_what_it_was_about() {
    let log = Log::start("info");
    let api = Api::start().await;
    for flow in [HELLO, FAIL] {
        api.publish(flow).await;
    }
    let body = json!({"message": "marker-message"}).to_string();
    let traced = api
        .wait_for("hello", body.clone())
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let run = send(traced).await.workflow_id();
    send(api.wait_for("fail", body.clone())).await;
    api.status(&run).await;
    send(api.start_of("hello", body.clone())).await;
    told(&log, 5).await;
    let route = "/api/v1/ai/trigger/demo/hello/DEV";
    let unknown = api.request(reqwest::Method::POST, route).bearer_auth("tk_marker-key");
    assert_eq!(send(unknown).await.status, 401);
    assert_eq!(send(api.wait_for("marker-trigger", body)).await.status, 404);
    assert_eq!(send(api.wait_for("hello", r#"{"marker-body"#)).await.status, 422);
    assert_eq!(send(api.get(route)).await.status, 405);
    let events = told(&log, 9).await;
    let shown: Vec<_> = events.iter().map(shown).collect();
    insta::assert_snapshot!(shown.join("\n"));
    let others: Vec<_> =
        log.lines().into_iter().filter(|line| !line.contains_key("event.kind")).collect();
    assert_eq!(others.len(), 1, "one event, one line: {others:?}");
    assert_eq!(others[0]["message"], "The local stack is ready");
    let all = serde_json::to_string(&log.lines()).unwrap();
    assert!(!all.contains("marker"), "{all}");
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_the_line_of_the_event() {
    let log = Log::start("info");
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let (broken, wire) = bed.process();
    bed.runs.start(bed.wish(&flow, json!({"message": "marker-message"}))).await.unwrap();
    wire.fail(|sent| (sent.operation == "UpdateItem").then_some(support::Fault::Refused));
    for _ in 0..5 {
        bed.work(&broken).await;
        bed.advance(Duration::from_secs(6)).await;
    }
    bed.work(&broken).await;
    assert_eq!(bed.bury(&bed.runs).await, 1);
    let events = log.events();
    let (dead, deliveries) = events.split_last().unwrap();
    assert_eq!(deliveries.len(), 5);
    for line in deliveries {
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["messaging.outcome"], "again");
        assert_eq!(line["error"], "the store failed");
        assert!(line["error.cause"].as_str().unwrap().contains("ValidationException"), "{line:?}");
        assert!(line["run.id"].is_string());
    }
    insta::assert_snapshot!(shown(dead));
    assert_eq!(log.lines().len(), events.len(), "one event, one line");
}

#[tokio::test]
async fn an_event_whose_handling_is_dropped_is_told_of_too() {
    let log = Log::start("info");
    let bed = Bed::new().await;
    let target = Target::start(|_| (0, json!(null))).await;
    let flow = bed.publish(super::flows::ASK).await;
    let wish = bed.wish(&flow, json!({"message": "?", "url": target.url}));
    let id = bed.runs.start(wish).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    tokio::select! {
        _ = worker::handle(&bed.runs, event(message)) => panic!("the call does not answer"),
        () = target.reached(1) => {}
    }
    let [line] = &log.events()[..] else { panic!("not one line") };
    assert_eq!((&line["level"], &line["messaging.outcome"]), (&"ERROR".into(), &"given_up".into()));
    assert_eq!(line["run.id"], id.to_string());
}

#[tokio::test]
async fn a_line_names_the_invocation_and_the_trace_that_lambda_tells_of() {
    let log = Log::start("info");
    let bed = Bed::new().await;
    bed.publish(HELLO).await;
    let mut context = Context::default();
    context.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
    context.xray_trace_id = Some(
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned(),
    );
    let parameters = [("workspace_id", "demo"), ("trigger_id", "hello"), ("environment", "DEV")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), vec![value.to_owned()]));
    let request: Request = http::Request::post("/")
        .header("authorization", format!("Bearer {}", bed.key().await))
        .body(Body::Text("{}".to_owned()))
        .unwrap();
    let request = request
        .with_path_parameters(std::collections::HashMap::from(parameters))
        .with_lambda_context(context);
    let answer = async_start::handle(&bed.runs, request).await;
    assert_eq!(answer.status(), 200);
    let message = bed.receive().await.unwrap();
    let sent: Value = serde_json::from_str(message.body.as_deref().unwrap()).unwrap();
    let parent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    assert_eq!(sent["traceparent"], parent, "it goes on through the queue");
    let worker = bed.runs.of_invocation("e2a9a2c4-0000-4000-8000-000000000000");
    assert!(bed.deliver(&worker, message).await);
    let [request, message] = &log.events()[..] else { panic!("not two lines") };
    assert_eq!(request["faas.invocation_id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    assert_eq!(message["faas.invocation_id"], "e2a9a2c4-0000-4000-8000-000000000000");
    for line in [request, message] {
        assert_eq!(line["trace_id"], "5759e988bd862e3fe1be46a994272793");
    }
}

#[tokio::test]
async fn a_run_that_goes_on_is_no_end() {
    let log = Log::start("info");
    let bed = Bed::new().await;
    let flow = bed.publish(REST).await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let id = bed.runs.start(bed.wish(&flow, json!({"url": target.url}))).await.unwrap().id;
    bed.work_to_the_end(&bed.runs, id).await;
    let ends: Vec<_> = log.events().iter().map(|line| line.get("run.status").cloned()).collect();
    assert_eq!(ends.iter().filter(|end| end.is_some()).count(), 1, "{ends:?}");
    assert_eq!(ends.last().unwrap(), &Some("completed".into()));
    assert_eq!(ends.first().unwrap(), &None);
}

#[tokio::test]
async fn a_refusal_by_a_limit_is_told_of_and_counted_and_names_no_key() {
    let log = Log::start("debug");
    let api = Api::start().await;
    api.publish(HELLO).await;
    let rate = Rate::new("1/min".parse().unwrap(), 1).unwrap();
    let key = api.make_key(|key| key.rate = Some(rate)).await;
    for status in [200, 429] {
        let start = api.request(Method::POST, "/ext/triggers/hello").header("x-api-key", &key);
        assert_eq!(send(start).await.status, status);
    }
    let events = told(&log, 3).await;
    let status = Some(json!(429));
    let refused =
        events.iter().find(|line| line.get("http.response.status_code") == status.as_ref());
    let refused = refused.expect("no line of the refusal");
    assert_eq!(refused["start.refused"], "rate_limited");
    assert_eq!(refused["trigger.id"], "hello");
    assert!(!Value::Object(refused.clone()).to_string().contains(&key[..14]));
    assert_eq!(all_values(&log.metrics(), "StartsRefused", Some("hello")), [1]);
}
