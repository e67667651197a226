//! Threads, as far as they go: a name that runs share.

use serde_json::{Value, json};
use support::{Api, send};

use super::{BASE, NO_RUN, body, run, run_id, start, trigger};
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
