//! Batches of messages: what fails is named, and takes nothing with it.

use lambda_tests::{Function, Site, failures};
use serde_json::{Value, json};

use crate::flows::{ENDLESS, HELLO};

/// One event of the records of all.
fn together(events: Vec<Value>) -> Value {
    let records = events.into_iter().flat_map(|mut event| match event["Records"].take() {
        Value::Array(records) => records,
        _ => panic!("no records"),
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_bad_record_is_named_and_the_good_one_is_done() {
    let site = Site::start(&[HELLO]).await;
    let run = site.start_run("hello", &json!({"message": "x"})).await;
    let good = site.poll(Function::Worker).await.unwrap();
    let mut bad = good.clone();
    bad["Records"][0]["messageId"] = json!("bad");
    bad["Records"][0]["body"] = json!("{\"v\":");
    let mut worker = site.process(Function::Worker).await;
    let answer = worker.invoke(&together(vec![bad, good])).await.json();
    assert_eq!(failures(&answer), ["bad"]);
    assert_eq!(site.api.status(&run).await.response(), json!({"reply": "Hello, x"}));
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn an_endless_expression_costs_its_run_and_no_neighbour() {
    let site = Site::start(&[HELLO, ENDLESS]).await;
    let mut events = Vec::new();
    let mut runs = Vec::new();
    for trigger in ["endless", "hello"] {
        runs.push(site.start_run(trigger, &json!({"message": "x"})).await);
        events.push(site.poll(Function::Worker).await.unwrap());
    }
    // The bound on an expression unwinds, as a panic does: with `panic = "abort"` the process would end here.
    let mut worker = site.process(Function::Worker).await;
    let answer = worker.invoke(&together(events)).await.json();
    assert_eq!(failures(&answer), [""; 0]);
    assert_eq!(site.api.status(&runs[0]).await.json()["status"], "failed");
    assert_eq!(site.api.status(&runs[1]).await.response(), json!({"reply": "Hello, x"}));
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_message_without_a_run_comes_back_and_is_dropped_in_the_end() {
    let site = Site::start(&[HELLO]).await;
    site.start_run("hello", &json!({"message": "x"})).await;
    let mut event = site.poll(Function::Worker).await.unwrap();
    let id = event["Records"][0]["messageId"].as_str().unwrap().to_owned();
    let body = r#"{"v":1,"run":"019c4a8f-1a30-7def-8123-456789abcdef","kind":"start"}"#;
    event["Records"][0]["body"] = json!(body);
    let mut worker = site.process(Function::Worker).await;
    for (count, failed) in [("1", vec![id.as_str()]), ("3", Vec::new())] {
        event["Records"][0]["attributes"]["ApproximateReceiveCount"] = json!(count);
        let answer = worker.invoke(&event).await.json();
        assert_eq!(failures(&answer), failed, "delivery {count}");
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_dead_letter_ends_its_run() {
    let site = Site::start(&[HELLO]).await;
    let run = site.start_run("hello", &json!({"message": "x"})).await;
    // Each poll takes the message and nobody deletes it, until the queue gives it up.
    for _ in 0..5 {
        assert!(site.poll(Function::Worker).await.is_some());
        site.api.clock.advance(std::time::Duration::from_secs(901));
    }
    assert_eq!(site.poll(Function::Worker).await, None);
    let mut process = site.process(Function::DeadLetter).await;
    assert_eq!(site.deliver(Function::DeadLetter, &mut process).await, Some(true));
    let ended = site.api.status(&run).await.json();
    assert_eq!(ended["status"], "failed", "{ended}");
    assert_eq!(site.deliver(Function::DeadLetter, &mut process).await, None);
    site.finish();
}
