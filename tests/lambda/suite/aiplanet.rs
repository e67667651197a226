//! The AI Planet dialect: what only it asks of AWS.

use lambda_tests::{Function, Site, USER_DATA};
use serde_json::json;

use crate::flows::{APPROVAL, HELLO, LONG_REST};

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_is_started_in_a_thread_and_read() {
    let site = Site::start(&[HELLO]).await;
    let mut starter = site.process(Function::AsyncStart).await;
    let input = json!({"name": "message", "type": "text", "value": USER_DATA});
    let body = json!({"workflow_configuration_id": "hello", "inputs": [input]});
    let request = site.request("async-start-ai-planet").body(&body);
    let started = starter.invoke(&request.json()).await.http();
    assert_eq!(started.status, 202, "{started}");
    let id = started.json()["run_id"].as_str().unwrap().to_owned();
    assert_eq!(started.json()["thread_id"], *id);
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    let mut reader = site.process(Function::Status).await;
    let run = site.request("status-run").parameter("run_id", &id);
    let run = reader.invoke(&run.json()).await.http().json();
    assert_eq!(run["output"], json!({"reply": format!("Hello, {USER_DATA}")}));
    let list = reader.invoke(&site.request("status-list").json()).await.http().json();
    assert_eq!(list["runs"][0]["run_id"], *id, "{list}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_is_cancelled_by_who_reads_it() {
    let site = Site::start(&[&LONG_REST.replace("seconds: 4", "seconds: 600")]).await;
    let id = site.start_run("long-rest", &json!({})).await;
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    let mut canceller = site.process(Function::Status).await;
    let request = site.request("status-cancel").parameter("run_id", &id);
    assert_eq!(canceller.invoke(&request.clone().json()).await.http().status, 202);
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    let again = canceller.invoke(&request.json()).await.http();
    assert_eq!((again.status, &again.json()["status"]), (200, &json!("cancelled")), "{again}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_that_listens_is_answered_by_key_and_by_link() {
    let site = Site::start(&[APPROVAL]).await;
    let mut worker = site.process(Function::Worker).await;
    let mut status = site.process(Function::Status).await;
    for by_link in [false, true] {
        let id = site.start_run("approval", &json!({})).await;
        assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
        let run = site.request("status-run").parameter("run_id", &id);
        let asked = status.invoke(&run.clone().json()).await.http().json();
        assert_eq!(asked["requires_input"], true, "{asked}");
        let request = if by_link {
            let token = asked["input_url"].as_str().unwrap().rsplit('/').next().unwrap();
            site.request("status-input-link").parameter("token", token)
        } else {
            site.request("status-input").parameter("run_id", &id)
        };
        let request = request.body(&json!({"data": "approve"}));
        let expected = if by_link { 200 } else { 202 };
        for _ in 0..2 {
            assert_eq!(status.invoke(&request.clone().json()).await.http().status, expected);
        }
        assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
        let ended = status.invoke(&run.json()).await.http().json();
        assert_eq!(ended["output"], json!(["approve"]), "{ended}");
        while site.deliver(Function::Worker, &mut worker).await.is_some() {}
    }
    site.finish();
}
