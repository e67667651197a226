//! The lines that a run leaves in its log.

use std::time::Duration;

use serde_json::{Value, json};

use super::host::{Reply, TestHost, end};
use crate::{flow::Progress, model::LogLevel};

/// Task, try and progress of every line.
async fn lines(host: &TestHost, flow: &str) -> Vec<(String, u32, &'static str)> {
    let _ = end(host, flow, json!({"l": [1, 2]})).await;
    let state = host.state();
    assert!(state.repeated_lines.is_empty(), "{:?}", state.repeated_lines);
    let line = |event: &crate::flow::LogEvent| {
        (event.task.clone(), event.attempt, event.progress.as_str())
    };
    state.logs.iter().map(line).collect()
}

const CALL: &str = "call: http, with: {method: get, endpoint: 'https://a.example'}";

#[tokio::test]
async fn the_log_tells_of_top_tasks_of_effects_and_of_the_first_fault() {
    let flow = format!(
        "do:
  - set: {{set: '${{ . }}'}}
  - skipped: {{if: .no, set: '${{ 1 }}'}}
  - loop:
      for: {{in: .l}}
      do: [{{quiet: {{set: '${{ . }}'}}}}, {{quieter: {{if: .no, set: '${{ 1 }}'}}}}, {{wait: {{wait: PT1S}}}}]
  - nest: {{do: [{{call: {{{CALL}}}}}]}}
  - bad: {{do: [{{worse: {{do: [{{worst: {{set: '${{ 1 + {{}} }}'}}}}]}}}}]}}"
    );
    let expected = [
        ("/do/0/set", 1, "started"),
        ("/do/0/set", 1, "completed"),
        ("/do/1/skipped", 1, "skipped"),
        ("/do/2/loop", 1, "started"),
        ("/do/2/loop[0]/do/2/wait", 1, "started"),
        ("/do/2/loop[0]/do/2/wait", 1, "completed"),
        ("/do/2/loop[1]/do/2/wait", 1, "started"),
        ("/do/2/loop[1]/do/2/wait", 1, "completed"),
        ("/do/2/loop", 1, "completed"),
        ("/do/3/nest", 1, "started"),
        ("/do/3/nest/do/0/call", 1, "started"),
        ("/do/3/nest/do/0/call", 1, "completed"),
        ("/do/3/nest", 1, "completed"),
        ("/do/4/bad", 1, "started"),
        ("/do/4/bad/do/0/worse/do/0/worst", 1, "failed"),
    ];
    let host = TestHost::answering(200, json!({}));
    let lines = lines(&host, &flow).await;
    let lines: Vec<_> = lines
        .iter()
        .map(|(task, attempt, progress)| (task.as_str(), *attempt, *progress))
        .collect();
    assert_eq!(lines, expected);

    let state = host.state();
    let durations: Vec<_> = state.logs.iter().map(|event| event.duration).collect();
    assert_eq!(durations[8], Some(Duration::from_secs(2)));
    assert_eq!(durations[11], Some(Duration::from_millis(20)));
    assert_eq!(state.logs[14].error.as_ref().unwrap().status, 400);
}

#[tokio::test]
async fn every_try_has_its_line() {
    let flow = format!(
        "do: [{{t: {{try: [{{c: {{{CALL}}}}}], catch: {{retry: {{delay: PT3S, limit: {{attempt: {{count: 3}}}}}}}}}}}}]"
    );
    let host = TestHost::new(|key, _| {
        Reply::json(if key.ends_with("#3") { 200 } else { 500 }, &json!({}))
    });
    let expected = [
        ("/do/0/t", 1, "started"),
        ("/do/0/t/try/0/c", 1, "started"),
        ("/do/0/t/try/0/c", 1, "failed"),
        ("/do/0/t", 1, "retried"),
        ("/do/0/t/try/0/c", 2, "started"),
        ("/do/0/t/try/0/c", 2, "failed"),
        ("/do/0/t", 2, "retried"),
        ("/do/0/t/try/0/c", 3, "started"),
        ("/do/0/t/try/0/c", 3, "completed"),
        ("/do/0/t", 1, "completed"),
    ]
    .map(|(task, attempt, progress)| (task.to_owned(), attempt, progress));
    assert_eq!(lines(&host, &flow).await, expected);
    assert_eq!(host.state().logs[3].message, "Trying t again in 3s");
}

#[tokio::test]
async fn a_flow_says_text_or_json_up_to_four_kibibytes() {
    let cases: [(Value, String); 4] = [
        (json!("hello"), "hello".to_owned()),
        (json!({"a": [1]}), r#"{"a":[1]}"#.to_owned()),
        (json!(null), "null".to_owned()),
        (json!(format!("a{}", "ü".repeat(3000))), format!("a{}", "ü".repeat(2047))),
    ];
    for (message, expected) in cases {
        let host = TestHost::silent();
        let flow = "do: [{n: {do: [{l: {call: log, with: {level: warn, message: '${ . }'}}}]}}]";
        let output = end(&host, flow, message.clone()).await;
        assert_eq!(output, Ok(message), "a log call passes on its input");
        let state = host.state();
        let said = state.logs.iter().find(|event| event.progress == Progress::Log).unwrap();
        assert_eq!((said.message.as_str(), said.level), (expected.as_str(), LogLevel::Warn));
        assert_eq!((said.task.as_str(), said.progress.as_str()), ("/do/0/n/do/0/l", "log"));
        assert_eq!(state.logs.len(), 3);
    }
}
