//! `when` and `mapping`: which events count, and what of them a flow may see.

use reqwest::Method;
use serde_json::{Value, json};
use support::{Answer, Api, Log, Sender, send};

use crate::wire::flows::ECHO;

/// An API, and a trigger with these expressions.
async fn hook(when: Option<&str>, mapping: Option<&str>) -> (Api, String) {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let path = api
        .make_hook("echo", |_, webhook| {
            webhook.when = when.map(str::to_owned);
            webhook.mapping = mapping.map(str::to_owned);
        })
        .await;
    (api, path)
}

async fn call(api: &Api, path: &str, body: &Value) -> Answer {
    let request = api.request(Method::POST, path).json(body);
    send(request.header("x-api-wait", "true")).await
}

#[tokio::test]
async fn an_event_that_does_not_count_is_acknowledged_and_starts_no_run() {
    let (api, path) = hook(Some(".action == \"opened\""), None).await;
    let counts = call(&api, &path, &json!({"action": "opened"})).await;
    assert_eq!((counts.status, counts.header("x-pf-run-id").len()), (200, 36), "{counts}");
    for other in [json!({"action": "closed"}), json!({})] {
        let answer = call(&api, &path, &other).await;
        assert_eq!((answer.status, &answer.body[..]), (200, &b"null"[..]), "{answer}");
        assert_eq!(answer.header("x-pf-run-id"), "");
    }
}

#[tokio::test]
async fn whatever_is_neither_false_nor_null_counts() {
    for (when, count) in [("0", true), ("\"\"", true), ("empty", false), (".missing", false)] {
        let (api, path) = hook(Some(when), None).await;
        let answer = call(&api, &path, &json!({})).await;
        assert_eq!(answer.header("x-pf-run-id").is_empty(), !count, "{when}: {answer}");
    }
}

#[tokio::test]
async fn a_flow_sees_what_the_mapping_makes_of_an_event_and_nothing_else() {
    let mapping = "{message: .issue.title, user_variables: {number: .issue.number}}";
    let (api, path) = hook(None, Some(mapping)).await;
    let event = json!({"issue": {"title": "It broke", "number": 7}, "token": "quicksilver"});
    let answer = call(&api, &path, &event).await;
    let expected = json!({"message": "It broke", "number": 7});
    assert_eq!(answer.json()["selectedResult"]["input"], expected, "{answer}");
    assert_eq!(answer.json()["inputs"], expected);
}

#[tokio::test]
async fn what_an_expression_cannot_do_is_told_without_the_event() {
    let long = "{message: (\"quicksilver\" * 3000)}";
    let many = "{user_variables: {list: [range(20000)]}}";
    for (when, mapping, text) in [
        (Some(".secret + 1"), None, "The trigger's when: it fails on this event"),
        (None, Some(".secret | error"), "The trigger's mapping: it fails on this event"),
        (
            None,
            Some("[range(1e9)]"),
            "The trigger's mapping: it was stopped because it takes too many steps",
        ),
        (None, Some(".secret"), "The trigger's mapping: its result should be an object"),
        (
            None,
            Some("{message: .secret, (.secret): 1}"),
            "The trigger's mapping: its result should have no members but message and user_variables",
        ),
        (None, Some("{message: 1}"), "The trigger's mapping: message should be a string"),
        (None, Some(long), "The trigger's mapping: message is over 32768 bytes"),
        (None, Some(many), "The trigger's mapping: user_variables is over 65536 bytes"),
    ] {
        let (api, path) = hook(when, mapping).await;
        let answer = call(&api, &path, &json!({"secret": "quicksilver"})).await;
        assert_eq!((answer.status, answer.header("x-pf-run-id")), (400, ""), "{answer}");
        assert_eq!(answer.json(), json!({"error": "Bad Request", "message": text}));
    }
}

#[tokio::test]
async fn an_expression_that_does_not_compile_is_our_fault() {
    for (when, mapping) in [(Some("."), Some("{")), (Some("nothing"), None)] {
        let (api, path) = hook(when, mapping).await;
        let answer = call(&api, &path, &json!({})).await;
        assert_eq!((answer.status, answer.header("x-pf-run-id")), (500, ""), "{answer}");
    }
}

/// Takes events of one kind.
const NARROW: &str = r"
document: { dsl: '1.0.3', namespace: test, name: narrow, version: '1.0.0' }
input:
  schema:
    document: { type: object, properties: { type: { const: github.issues } } }
do:
  - echo:
      set: { input: '${ . }' }
";

#[tokio::test]
async fn an_event_that_the_flow_does_not_take_is_refused_and_starts_no_run() {
    let log = Log::start("info");
    let (api, sender) = (Api::start().await, Sender::of("github"));
    api.publish(NARROW).await;
    let path = api.make_signed_hook("narrow", sender, |_, _| {}).await;
    let answer = send(sender.send(&api, &path, sender.sample("push"), "1")).await;
    assert_eq!((answer.status, answer.header("x-pf-run-id")), (400, ""), "{answer}");
    let text = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(text.contains("/type") && !text.contains("push"), "{text}");
    assert_eq!(log.events().last().unwrap()["webhook.outcome"], "input_refused");
    let answer = send(sender.send(&api, &path, sender.sample("issues"), "1")).await;
    assert_eq!((answer.status, api.run_count().await), (200, 1), "{answer}");
}
