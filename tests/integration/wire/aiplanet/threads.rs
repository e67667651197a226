//! Threads: runs that share a name, and with it what they keep.

use serde_json::{Value, json};
use support::{Api, send};

use super::{BASE, ENDS, NO_RUN, body, once, run, run_id, start, trigger};
use crate::wire::flows::ECHO;

fn in_thread(thread: &Value) -> Value {
    let mut sent = body("echo", []);
    sent["thread_id"] = thread.clone();
    sent
}

async fn listed(api: &Api, thread: &str) -> Vec<String> {
    let page = send(api.get(&format!("{BASE}/runs?thread_id={thread}"))).await.json();
    let runs = page["runs"].as_array().unwrap();
    runs.iter().map(|run| run["run_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_run_without_a_thread_begins_one_that_others_can_join() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let first = send(trigger(&api, &in_thread(&Value::Null))).await;
    let thread = first.json()["thread_id"].clone();
    let second = send(trigger(&api, &in_thread(&thread))).await;
    let stranger = start(&api, "echo").await;
    let (first, second) = (run_id(&first), run_id(&second));
    for (id, own) in [(&first, true), (&second, true), (&stranger, false)] {
        let read = send(run(&api, id)).await.json();
        assert_eq!(read["thread_id"] == thread, own, "{read}");
    }
    assert_eq!(listed(&api, thread.as_str().unwrap()).await, [second, first]);
    assert_eq!(listed(&api, NO_RUN).await, Vec::<String>::new());
}

/// Adds a message to its thread, and tells of what was there.
const NOTE: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: note, version: '1.0.0' }
do:
  - see:
      set: { before: '${ ($runtime.metadata.thread.messages // []) | map(.content) }', note: '${ .note }' }
  - rest:
      wait: { milliseconds: 20 }
  - write:
      call: thread
      with: { messages: [{ role: user, content: '${ .note }' }], document: { last: '${ .note }' } }
  - tell:
      set: { before: '${ .before }', last: '${ $runtime.metadata.thread.document.last }' }
"#;

#[tokio::test]
async fn runs_of_a_thread_go_on_where_the_one_before_ended() {
    let api = Api::start().await;
    api.publish(NOTE).await;
    let note = |note: &str, thread: &str| {
        let input = json!({"name": "note", "type": "text", "value": note});
        let mut sent = body("note", [input]);
        sent["thread_id"] = json!(thread);
        send(trigger(&api, &sent))
    };
    let mut ids = Vec::new();
    for text in ["a", "b", "c", "d"] {
        ids.push(run_id(&note(text, "talk").await));
    }
    let other = run_id(&note("z", "other").await);
    for (id, before, last) in [
        (&ids[3], json!(["a", "b", "c"]), "d"),
        (&ids[0], json!([]), "a"),
        (&ids[1], json!(["a"]), "b"),
        (&ids[2], json!(["a", "b"]), "c"),
        (&other, json!([]), "z"),
    ] {
        let run = once(&api, id, &ENDS).await.json();
        assert_eq!(run["output"], json!({"before": before, "last": last}), "{run}");
    }
}

#[tokio::test]
async fn a_flow_that_needs_a_thread_says_so_where_there_is_none() {
    let api = Api::start().await;
    api.publish(NOTE).await;
    let ended = send(api.wait_for("note", r#"{"user_variables": {"note": "a"}}"#)).await.json();
    assert_eq!(ended["status"], "failed");
    assert!(ended["error"].as_str().unwrap().contains("thread_id"), "{ended}");
}

#[tokio::test]
async fn runs_of_the_other_dialects_belong_to_no_thread() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let id = send(api.wait_for("echo", "{}")).await.workflow_id();
    assert_eq!(send(run(&api, &id)).await.json()["thread_id"], Value::Null);
}

#[tokio::test]
async fn a_thread_is_named_as_ids_are() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    for (thread, kind) in [
        (json!(""), "string_pattern_mismatch"),
        (json!("a b"), "string_pattern_mismatch"),
        (json!("x".repeat(65)), "string_pattern_mismatch"),
        (json!(7), "string_type"),
    ] {
        let answer = send(trigger(&api, &in_thread(&thread))).await;
        let fault = &answer.json()["detail"][0];
        assert_eq!((answer.status, &fault["type"]), (422, &json!(kind)), "{answer}");
        assert_eq!(fault["loc"], json!(["body", "thread_id"]));
    }
    for thread in ["conversation_1-a", NO_RUN, &"x".repeat(64)] {
        let started = send(trigger(&api, &in_thread(&json!(thread)))).await;
        assert_eq!(started.json()["thread_id"], thread);
    }
}
