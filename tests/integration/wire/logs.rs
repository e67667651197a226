//! The lines of a run's log.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{Api, Transcript, send};

use super::flows::TALK;

#[tokio::test]
async fn an_answer_carries_the_last_five_lines_oldest_first() {
    let api = Api::start().await;
    api.publish(TALK).await;
    let body = r#"{"message": "you", "user_variables": {"count": 0}}"#;
    let answer = send(api.wait_for("talk", body)).await;
    let all = send(api.get(&status_path(&answer.workflow_id(), "?logs=all"))).await;
    let mut transcript = Transcript::default();
    transcript.note("the last five", &answer);
    transcript.note("all", &all);
    insta::assert_snapshot!(transcript);
    let (last, all) = (answer.json()["logs"].take(), all.json()["logs"].take());
    let (last, all) = (last.as_array().unwrap(), all.as_array().unwrap());
    assert_eq!(last.len(), 5);
    assert!(all.ends_with(last));
    let time = last[0]["time"].as_str().unwrap();
    let form = regex_lite::Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$").unwrap();
    assert!(form.is_match(time), "{time}");
}

#[tokio::test]
async fn pages_of_a_long_log_lose_nothing_and_repeat_nothing() {
    let api = Api::start().await;
    api.publish(TALK).await;
    for count in [93, 94, 95, 250] {
        let body = json!({"message": "you", "user_variables": {"count": count}});
        let run = send(api.start_of("talk", body.to_string())).await.workflow_id();
        api.ended(&run).await;
        let mut lines: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("?logs=all{cursor}");
            let mut page = send(api.get(&status_path(&run, &query))).await.json();
            let read = page["logs"].take();
            let read = read.as_array().unwrap();
            assert!(read.len() <= 100, "a page of {} lines", read.len());
            lines.extend(read.iter().cloned());
            let Some(next) = page.get("next_cursor").and_then(Value::as_str) else { break };
            assert_eq!(read.len(), 100);
            cursor = format!("&cursor={next}");
        }
        let said: Vec<_> = lines
            .iter()
            .filter_map(|line| line["message"].as_str()?.strip_prefix("line "))
            .collect();
        let expected: Vec<_> = (0..count).map(|number| number.to_string()).collect();
        assert_eq!(said, expected);
        let ends = lines.iter().filter(|line| line["node_id"] == "").count();
        assert_eq!(ends, 1, "the run's own last line");
        let distinct: BTreeSet<_> = lines.iter().map(ToString::to_string).collect();
        assert!(distinct.len() >= said.len());
    }
}

fn status_path(run: &str, query: &str) -> String {
    format!("/api/v1/ai/trigger/status/demo/{run}{query}")
}
