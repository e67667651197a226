//! Runs across processes: started by one function, executed by another, read by a third; and what
//! becomes of them when a process dies.

use std::time::Duration;

use lambda_tests::{Function, HttpEvent, Outcome, Process, Site, USER_DATA};
use serde_json::json;
use support::Answer;

use crate::flows::{CALL, HELLO, LONG_REST, SHORT_REST};

fn status_of(site: &Site, sample: &str, run: &str) -> HttpEvent {
    site.request(sample).parameter("workflow_id", run)
}

async fn status(site: &Site, run: &str) -> Answer {
    let mut process = site.process(Function::Status).await;
    process.invoke(&status_of(site, "status-whole-log", run).json()).await.http()
}

fn logged(status: &Answer, message: &str) -> usize {
    let lines = status.json()["logs"].as_array().unwrap().clone();
    lines.iter().filter(|line| line["message"] == message).count()
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_goes_from_function_to_function() {
    let site = Site::start(&[SHORT_REST]).await;
    let run = site.start_run("short-rest", &json!({"message": USER_DATA})).await;
    assert_eq!(status(&site, &run).await.json()["status"], "pending");
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, None);
    let ended = status(&site, &run).await;
    assert_eq!(ended.json()["status"], "completed", "{ended}");
    assert_eq!((logged(&ended, "before"), logged(&ended, "after")), (1, 1), "{ended}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn one_process_answers_one_request_after_another() {
    let site = Site::start(&[HELLO]).await;
    let mut process = site.process(Function::SyncTrigger).await;
    let mut reader = site.process(Function::Status).await;
    for number in 0..20 {
        let body = json!({"message": format!("{USER_DATA} {number}")});
        let answer = process.invoke(&site.request("sync-trigger").body(&body).json()).await.http();
        let reply = json!({"reply": format!("Hello, {USER_DATA} {number}")});
        assert_eq!(answer.response(), reply);
        let run = answer.workflow_id();
        let read = reader.invoke(&status_of(&site, "status", &run).json()).await.http();
        assert_eq!(read.response(), reply);
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_run_that_outlasts_the_wait_goes_on_in_the_background() {
    let site = Site::start(&[LONG_REST]).await;
    let mut variables = site.environment(Function::SyncTrigger);
    variables.insert("TRIGGER_WAIT_S".to_owned(), "1".to_owned());
    let mut process = site.process_with(Function::SyncTrigger, &variables).await;
    let request = site.request("sync-trigger").parameter("trigger_id", "long-rest");
    let request = request.body(&json!({"message": USER_DATA}));
    let answer = process.invoke(&request.json()).await.http();
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("pending")), "{answer}");
    let mut worker = site.process(Function::Worker).await;
    let ended = site.work_to_the_end(&mut worker, &answer.workflow_id()).await;
    assert_eq!(ended.response(), json!({"reminder": USER_DATA}));
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_worker_that_is_killed_at_its_deadline_is_replaced() {
    let site = Site::start(&[SHORT_REST]).await;
    let run = site.start_run("short-rest", &json!({})).await;
    let mut doomed = site.process(Function::Worker).await;
    let event = site.poll(Function::Worker).await.unwrap();
    let outcome = doomed.invoke_within(Duration::from_millis(700), &event).await;
    assert!(matches!(outcome, Outcome::TimedOut), "{outcome:?}");
    // The worker shortened its message's invisibility, so it is back with the end of the lease.
    site.outlive_lease(&run).await;
    let mut worker = site.process(Function::Worker).await;
    assert_eq!(site.deliver(Function::Worker, &mut worker).await, Some(true));
    let ended = status(&site, &run).await;
    assert_eq!(ended.json()["status"], "completed", "{ended}");
    assert_eq!((logged(&ended, "before"), logged(&ended, "after")), (1, 1), "{ended}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_waiting_call_that_is_killed_leaves_its_run_to_a_worker() {
    let site = Site::start(&[SHORT_REST]).await;
    let mut doomed = site.process(Function::SyncTrigger).await;
    let request = site.request("sync-trigger").parameter("trigger_id", "short-rest");
    let event = request.header("Idempotency-Key", "killed").json();
    let outcome = doomed.invoke_within(Duration::from_millis(700), &event).await;
    assert!(matches!(outcome, Outcome::TimedOut), "{outcome:?}");
    assert_eq!(site.poll(Function::Worker).await, None, "the guard came before the lease's end");
    // The caller's repeat finds the run and waits for it.
    let mut variables = site.environment(Function::SyncTrigger);
    variables.insert("TRIGGER_WAIT_S".to_owned(), "1".to_owned());
    let mut patient = site.process_with(Function::SyncTrigger, &variables).await;
    let run = patient.invoke(&event).await.http().workflow_id();
    site.outlive_lease(&run).await;
    let mut worker = site.process(Function::Worker).await;
    let ended = site.work_to_the_end(&mut worker, &run).await;
    assert_eq!(ended.json()["status"], "completed", "{ended}");
    assert_eq!(patient.invoke(&event).await.http().json(), site.api.status(&run).await.json());
    let ended = status(&site, &run).await;
    assert_eq!((logged(&ended, "before"), logged(&ended, "after")), (1, 1), "{ended}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn workers_that_get_one_message_twice_execute_the_run_once() {
    let site = Site::start(&[SHORT_REST]).await;
    let run = site.start_run("short-rest", &json!({})).await;
    let event = site.poll(Function::Worker).await.unwrap();
    let mut workers: Vec<Process> = Vec::new();
    for _ in 0..3 {
        workers.push(site.process(Function::Worker).await);
    }
    let [first, second, third] = workers.as_mut_slice() else { panic!("three workers") };
    let outcomes = tokio::join!(first.invoke(&event), second.invoke(&event), third.invoke(&event));
    for outcome in [outcomes.0, outcomes.1, outcomes.2] {
        assert_eq!(outcome.json(), json!({"batchItemFailures": []}));
    }
    let ended = status(&site, &run).await;
    assert_eq!(ended.json()["status"], "completed", "{ended}");
    assert_eq!((logged(&ended, "before"), logged(&ended, "after")), (1, 1), "{ended}");
    // Those that found the run held have sent its message anew, for after the lease.
    site.delete(Function::Worker, &event).await;
    site.api.clock.advance(Duration::from_secs(80));
    assert_eq!(site.deliver(Function::Worker, first).await, Some(true));
    assert_eq!(site.deliver(Function::Worker, first).await, Some(true));
    assert_eq!(site.deliver(Function::Worker, first).await, None);
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_flow_does_not_reach_the_runtime_api() {
    let site = Site::start(&[CALL]).await;
    let mut process = site.process(Function::SyncTrigger).await;
    let address = process.runtime_api().address;
    for host in [address.to_string(), format!("localhost:{}", address.port())] {
        let url = format!("http://{host}/2018-06-01/runtime/invocation/next");
        let body = json!({"message": "", "user_variables": {"url": url}});
        let request = site.request("sync-trigger").parameter("trigger_id", "call").body(&body);
        let answer = process.invoke(&request.json()).await.http().json();
        assert_eq!(answer["status"], "failed", "{answer}");
    }
    site.finish();
}
