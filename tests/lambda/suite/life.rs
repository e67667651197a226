//! The life of a process: how it starts, what it outlives, how it ends.

use std::{collections::BTreeMap, os::unix::process::ExitStatusExt as _};

use lambda_tests::{Function, Outcome, Site};
use serde_json::json;

use crate::flows::HELLO;

/// SIGTERM, by its number (POSIX).
const SIGTERM: i32 = 15;

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn what_is_missing_is_reported_together_and_without_values() {
    let site = Site::start(&[]).await;
    for function in Function::ALL {
        let mut variables = site.environment(function);
        variables.remove("TRIGGER_RUNS_TABLE");
        variables.remove("TRIGGER_QUEUE_URL");
        variables.insert("TRIGGER_WAIT_S".to_owned(), "a-while".to_owned());
        let mut process = site.process_with(function, &variables).await;
        let report = process.runtime_api().init_error().await;
        let text = report.body.to_string();
        for fault in
            ["TRIGGER_RUNS_TABLE is missing", "TRIGGER_QUEUE_URL is missing", "TRIGGER_WAIT_S"]
        {
            assert!(text.contains(fault), "{}: {text}", function.name());
        }
        assert!(!text.contains("a-while"), "{text}");
        assert!(!process.ended().await.success());
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn an_idle_process_ends_when_it_is_told_to() {
    let site = Site::start(&[]).await;
    for function in Function::ALL {
        let mut process = site.process(function).await;
        process.runtime_api().first_poll().await;
        process.terminate().await;
        let ended = process.ended().await;
        assert!(ended.success() || ended.signal() == Some(SIGTERM), "{}: {ended}", function.name());
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn an_event_of_another_kind_is_reported_and_the_process_goes_on() {
    let site = Site::start(&[HELLO]).await;
    for function in [Function::Worker, Function::SyncTrigger] {
        let mut process = site.process(function).await;
        let outcome = process.invoke(&json!({"Records": "none"})).await;
        assert!(matches!(outcome, Outcome::Failed(_)), "{}: {outcome:?}", function.name());
    }
    let mut process = site.process(Function::SyncTrigger).await;
    process.invoke(&json!([])).await;
    let answer = process.invoke(&site.request("sync-trigger").json()).await.http();
    assert_eq!(answer.status, 200, "{answer}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_function_whose_role_allows_too_little_answers_with_an_error() {
    let site = Site::start(&[HELLO]).await;
    let mut variables = site.environment(Function::Status);
    let role = BTreeMap::from([("AWS_ACCESS_KEY_ID", Function::DeadLetter.name())]);
    variables.extend(role.into_iter().map(|(name, id)| (name.to_owned(), id.to_owned())));
    let mut process = site.process_with(Function::Status, &variables).await;
    let answer = process.invoke(&site.request("status").json()).await.http();
    assert_eq!(answer.status, 500, "{answer}");
    assert!(!answer.to_string().contains("authorized"), "{answer}");
    let denied: Vec<_> = site.guard.denials().into_iter().map(|denial| denial.access).collect();
    assert!(denied.contains(&"dynamodb:GetItem on ConfigTable".to_owned()), "{denied:?}");
}
