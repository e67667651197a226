//! What the processes write: lines of JSON that tell of runs, and nothing of keys and callers.
//! `Site::finish` holds every other test to the same.

use std::collections::BTreeMap;

use lambda_tests::{Function, Process, Site, USER_DATA};
use serde_json::{Value, json};

use crate::flows::LONG_REST;

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn the_finest_lines_hold_no_secret_either() {
    let flow = LONG_REST.replace("seconds: 4", "milliseconds: 100");
    let site = Site::start(&[&flow]).await;
    let mut processes: BTreeMap<Function, Process> = BTreeMap::new();
    for function in Function::ALL {
        let mut variables = site.environment(function);
        variables.insert("TRIGGER_LOG".to_owned(), "trace".to_owned());
        processes.insert(function, site.process_with(function, &variables).await);
    }
    let body = json!({"message": USER_DATA, "user_variables": {"secret": USER_DATA}});
    let mut runs = Vec::new();
    for (function, sample) in
        [(Function::SyncTrigger, "sync-trigger"), (Function::AsyncStart, "async-start")]
    {
        let request = site.request(sample).parameter("trigger_id", "long-rest").body(&body);
        let process = processes.get_mut(&function).unwrap();
        runs.push(process.invoke(&request.json()).await.http().workflow_id());
    }
    let worker = processes.get_mut(&Function::Worker).unwrap();
    assert_eq!(site.work_to_the_end(worker, &runs[1]).await.json()["status"], "completed");
    let request = site.request("status-whole-log").parameter("workflow_id", &runs[1]);
    let status = processes.get_mut(&Function::Status).unwrap();
    assert_eq!(status.invoke(&request.json()).await.http().status, 200);

    let lines: Vec<Value> = site
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for run in runs {
        assert!(lines.iter().any(|line| line["run.id"] == run.as_str()), "nothing of run {run}");
    }
    site.finish();
}
