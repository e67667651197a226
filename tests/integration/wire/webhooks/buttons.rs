//! Buttons in a provider's messages that answer runs.

use serde_json::{Value, json};
use support::{Answer, Api, Log, Sender, send};

use super::site::{NOW_S, api_at, run_of};
use crate::wire::flows::{APPROVAL, ECHO};

const SLACK: &str = "slack";

async fn site() -> (Api, String) {
    let api = api_at(NOW_S).await;
    api.publish(ECHO).await;
    api.publish(APPROVAL).await;
    let hook = api.make_signed_hook("echo", Sender::of(SLACK), |_, _| {}).await;
    (api, hook)
}

/// A run that asks, and its link.
async fn asked(api: &Api) -> (String, String) {
    let asked = send(api.wait_for("approval", "{}")).await;
    (asked.workflow_id(), asked.json()["response"]["input_url"].as_str().unwrap().to_owned())
}

/// Somebody presses a button.
async fn press(api: &Api, hook: &str, value: &str, name: &str) -> Answer {
    let sender = Sender::of(SLACK);
    let mut sample = sender.sample("block_actions");
    let payload = json!({
        "type": "block_actions", "team": {"id": "T1"}, "trigger_id": format!("{value}{name}"),
        "actions": [{"action_id": name, "value": value}],
    });
    let encode = |text: String| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    sample.body = format!("payload={}", encode(payload.to_string())).into_bytes();
    send(sender.send(api, hook, sample, "")).await
}

#[tokio::test]
async fn a_button_with_the_link_or_its_token_answers_the_run_and_starts_none() {
    let (api, hook) = site().await;
    for by_token in [false, true] {
        let (run, link) = asked(&api).await;
        let value = if by_token { link.rsplit('/').next().unwrap() } else { &link };
        let count = api.run_count().await;
        for name in ["approve", "approve", "reject"] {
            let answer = press(&api, &hook, value, name).await;
            assert_eq!((answer.status, run_of(&answer)), (200, String::new()), "{answer}");
            assert!(answer.body.is_empty(), "{answer}");
        }
        assert_eq!(api.ended(&run).await.response(), json!({"decision": "approve"}));
        assert_eq!(api.run_count().await, count);
    }
}

#[tokio::test]
async fn what_is_no_answer_leaves_the_run_waiting_and_any_other_button_starts_a_run() {
    let log = Log::start("info");
    let (api, hook) = site().await;
    let (run, link) = asked(&api).await;
    press(&api, &hook, &link, "perhaps").await;
    assert_eq!(api.status(&run).await.json()["requires_input"], true);
    for value in ["yes", "https://example.com/ask_1"] {
        assert!(!run_of(&press(&api, &hook, value, "approve").await).is_empty());
    }
    press(&api, &hook, &link, "approve").await;
    let outcomes: Vec<_> =
        log.events().iter().filter_map(|line| line.get("webhook.outcome").cloned()).collect();
    assert_eq!(outcomes, [Value::from("input_refused"), Value::from("input")]);
    let token = link.rsplit('/').next().unwrap();
    assert!(!serde_json::to_string(&log.lines()).unwrap().contains(token));
}

#[tokio::test]
async fn a_button_that_slack_did_not_sign_answers_nothing() {
    let (api, hook) = site().await;
    let (run, link) = asked(&api).await;
    let body = json!({"actions": [{"action_id": "approve", "value": link}]}).to_string();
    let forged = api.request(reqwest::Method::POST, &hook).body(body);
    assert_eq!(send(forged).await.status, 401);
    assert_eq!(api.status(&run).await.json()["requires_input"], true);
}
