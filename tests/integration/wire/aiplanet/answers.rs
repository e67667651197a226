//! Answers to runs that listen.

use serde_json::json;
use shared::auth::{Scope, Scopes};
use support::{Api, Transcript, send};

use super::{BASE, ENDS, NO_RUN, answer, body, input, once, run, run_id, start, trigger};
use crate::wire::flows::{APPROVAL, ECHO};

/// Listens for either of two events.
const EITHER: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: either, version: '1.0.0' }
do:
  - hear:
      listen: { to: { any: [ { with: { type: more } }, { with: { type: less } } ] } }
"#;

async fn site() -> Api {
    let api = Api::start().await;
    for flow in [APPROVAL, ECHO, EITHER] {
        api.publish(flow).await;
    }
    api
}

#[tokio::test]
async fn a_run_that_listens_says_so_and_goes_on_with_the_answer() {
    let api = site().await;
    let sent = body("approval", [input("message", "text", "12")]);
    let id = run_id(&send(trigger(&api, &sent)).await);
    let mut transcript = Transcript::default();
    transcript.note("listening", &once(&api, &id, &["waiting"]).await);
    let approve = json!({"data": "approve"});
    transcript.note("answered", &send(answer(&api, &id, &approve)).await);
    transcript.note("ended", &once(&api, &id, &ENDS).await);
    transcript.note("again", &send(answer(&api, &id, &approve)).await);
    transcript.note("otherwise", &send(answer(&api, &id, &json!({"data": "reject"}))).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn what_is_no_answer_is_told_what_is_wrong() {
    let api = site().await;
    let (approval, either) = (start(&api, "approval").await, start(&api, "either").await);
    let ended = start(&api, "echo").await;
    for (id, state) in [(&approval, "waiting"), (&either, "waiting"), (&ended, "completed")] {
        once(&api, id, &[state]).await;
    }
    let mut transcript = Transcript::default();
    for (what, id, sent) in [
        ("none of the choices", &approval, json!({"data": "perhaps"})),
        ("of another type", &approval, json!({"data": "approve", "type": "other"})),
        ("of no type", &either, json!({"data": 1})),
        ("without data", &either, json!({"type": "more"})),
        ("with other faults", &either, json!({"type": 1, "input_id": "a"})),
        ("to another question", &either, json!({"data": 1, "input_id": "0123456789abcdef"})),
        ("to a run that does not listen", &ended, json!({"data": 1})),
    ] {
        transcript.note(what, &send(answer(&api, id, &sent)).await);
    }
    insta::assert_snapshot!(transcript);
    for (id, requires_input) in [(&approval, true), (&either, false)] {
        let told = send(run(&api, id)).await.json();
        assert_eq!(
            (&told["status"], &told["requires_input"]),
            (&json!("waiting"), &json!(requires_input))
        );
        assert!(told["input_id"].is_string(), "{told}");
    }
}

#[tokio::test]
async fn only_who_may_start_runs_may_answer_them() {
    let api = site().await;
    let id = start(&api, "approval").await;
    once(&api, &id, &["waiting"]).await;
    let reader = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::ReadResults])).await;
    let foreign = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let asked = |id: &str, key: &str| {
        let path = format!("{BASE}/runs/{id}/input");
        send(api.request(reqwest::Method::POST, &path).bearer_auth(key).json(&json!({"data": 1})))
    };
    for (id, key, status) in [
        (id.as_str(), reader.as_str(), 403),
        (&id, &foreign, 404),
        (NO_RUN, &api.key, 404),
        (&id, "tk_nobody", 401),
    ] {
        assert_eq!(asked(id, key).await.status, status, "{id}");
    }
    assert_eq!(send(run(&api, &id)).await.json()["requires_input"], true);
}
