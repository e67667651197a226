//! The AI Planet dialect: what only it asks of AWS.

use lambda_tests::{Function, Outcome, Site, USER_DATA};
use serde_json::json;

use crate::flows::{APPROVAL, HELLO, LONG_REST, SHORT_REST};

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
async fn a_run_is_followed_to_its_end_however_large_its_output() {
    let site = Site::start(&[HELLO]).await;
    let name = support::noise(900_000, 1);
    let id = site.start_run("hello", &json!({"message": name})).await;
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    let mut follower = site.process(Function::Follow).await;
    let request = site.request("follow").parameter("run_id", &id);
    let answer = follower.invoke(&request.clone().json()).await.http();
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.starts_with("id: 0\nevent: run.started\ndata: {"), "{answer}");
    assert!(
        text.contains("event: run.completed\n") && text.contains(&name) && text.ends_with("}\n\n")
    );
    let seen = request.header("Last-Event-ID", "3");
    assert_eq!(follower.invoke(&seen.json()).await.http().status, 204);
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_is_done_again_with_an_input_of_any_size() {
    let site = Site::start(&[HELLO]).await;
    for length in [10, 900_000] {
        let message = support::noise(length, 1);
        let first = site.start_run("hello", &json!({"message": message})).await;
        let mut worker = site.process(Function::Worker).await;
        assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
        let mut starter = site.process(Function::AsyncStart).await;
        let request = site.request("async-start-retry").parameter("run_id", &first);
        let started = starter.invoke(&request.json()).await.http();
        assert_eq!(started.status, 202, "{started}");
        assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
        let id = started.json()["run_id"].as_str().unwrap().to_owned();
        let mut reader = site.process(Function::Status).await;
        let run = site.request("status-run").parameter("run_id", &id);
        let run = reader.invoke(&run.json()).await.http().json();
        assert_eq!(run["parent_run_id"], *first);
        assert!(run["output"]["reply"] == format!("Hello, {message}"), "{length}");
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_is_streamed_while_its_function_executes_it() {
    let site = Site::start(&[SHORT_REST]).await;
    let mut process = site.process(Function::SyncTrigger).await;
    let body = json!({"workflow_configuration_id": "short-rest"});
    let request = site.request("sync-trigger-stream").body(&body);
    let reply = process.invoke(&request.json()).await.reply();
    assert!(reply.is_streamed());
    // What is told before the wait leaves before the wait is over.
    let pieces: Vec<_> = reply.pieces.iter().map(|piece| String::from_utf8_lossy(piece)).collect();
    let begun = pieces.iter().position(|piece| piece.contains("Started rest")).unwrap();
    assert!(!pieces[..=begun].iter().any(|piece| piece.contains("Completed rest")), "{pieces:?}");
    let answer = Outcome::Reply(reply).http();
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!(text.matches("event: run.").count(), 2, "{text}");
    assert!(text.contains("event: run.completed\n"), "{text}");
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
