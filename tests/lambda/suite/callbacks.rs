//! The end of a run is told of by the worker as it is deployed.

use lambda_tests::{Function, Site};
use serde_json::json;
use shared::model::{Callback, Secret, SecretReference};

use crate::flows::HELLO;

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_callback_is_signed_by_the_worker_and_leaves_through_the_guard() {
    let site = Site::start(&[HELLO]).await;
    let stack = &site.api.stack;
    let mut trigger = stack.store().trigger(&"hello".parse().unwrap()).await.unwrap().unwrap();
    let reference = SecretReference {
        id: "first".to_owned(),
        added_at: site.api.clock.now(),
        expires_at: None,
    };
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    stack.endpoints().parts().secrets.put(&trigger, &reference, &secret).await.unwrap();
    // Nothing of the function's own machine may be reached from outside.
    let url = "https://127.0.0.1:9001/quicksilver-4711".to_owned();
    trigger.callback = Some(Callback { url, secrets: vec![reference] });
    stack.store().put_trigger(&trigger).await.unwrap();
    let run = site.start_run("hello", &json!({"message": "you"})).await;
    let mut worker = site.process(Function::Worker).await;
    for _ in ["the run", "the callback"] {
        assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    }
    let mut reader = site.process(Function::Status).await;
    let request = site.request("status-whole-log").parameter("workflow_id", &run);
    let answer = reader.invoke(&request.json()).await.http();
    let lines = answer.json()["logs"].as_array().unwrap().clone();
    let told = lines.last().unwrap()["message"].as_str().unwrap();
    let refused = "Callback attempt 1 failed: `127.0.0.1` is not allowed";
    assert!(told.starts_with(refused), "{answer}");
    // Every line of the processes is held against what no line may hold.
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_notice_among_the_dead_letters_is_followed_by_another() {
    let site = Site::start(&[HELLO]).await;
    let stack = &site.api.stack;
    let mut trigger = stack.store().trigger(&"hello".parse().unwrap()).await.unwrap().unwrap();
    let url = "https://example.invalid/".to_owned();
    trigger.callback = Some(Callback { url, secrets: Vec::new() });
    stack.store().put_trigger(&trigger).await.unwrap();
    let run = site.start_run("hello", &json!({"message": "you"})).await;
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    super::seldom::give_up(&site).await;
    let mut undertaker = site.process(Function::DeadLetter).await;
    assert_eq!(site.deliver(Function::DeadLetter, &mut undertaker).await, Some(true));
    site.api.clock.advance(std::time::Duration::from_secs(6));
    let next = site.poll(Function::Worker).await.unwrap();
    let body = next["Records"][0]["body"].as_str().unwrap();
    assert!(body.contains(&run) && body.contains(r#""attempts":1"#), "{body}");
    site.finish();
}
