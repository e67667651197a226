//! URLs that nobody signs for: who knows one may call it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    auth::UrlToken,
    model::{Trigger, Webhook},
};
use support::{Answer, Api, send};

use super::site::{NOW_S, api_at};
use crate::wire::flows::{ECHO, SLEEP};

/// Takes a number and a list.
const TYPED: &str = r"
document: { dsl: '1.0.3', namespace: test, name: typed, version: '1.0.0' }
input:
  schema:
    document:
      type: object
      properties: { count: { type: integer }, tags: { type: array, items: { type: string } } }
do:
  - echo:
      set: { input: '${ . }' }
";

fn as_it_is(_: &mut Trigger, _: &mut Webhook) {}

async fn input_of(api: &Api, answer: &Answer) -> Value {
    assert_eq!((answer.status, &answer.body[..]), (200, &b"null"[..]), "{answer}");
    assert_eq!(
        answer.header("x-pf-automation-id").len(),
        4 + usize::from(answer.json().is_string())
    );
    api.ended(answer.header("x-pf-run-id")).await.response()["input"].take()
}

#[tokio::test]
async fn inputs_come_as_on_the_api_trigger() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let hook = api.make_hook("echo", as_it_is).await;
    let request = |method, query: &str| api.request(method, &format!("{hook}{query}"));
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (request(Method::GET, "?a=1&b=2&a=3"), json!({"a": ["1", "3"], "b": "2"})),
        (request(Method::GET, ""), json!({})),
        (request(Method::POST, "").json(&json!({"a": {"b": 1}})), json!({"a": {"b": 1}})),
        (
            request(Method::POST, "?c=3").header("content-type", form).body("a=1&b=%20"),
            json!({"a": "1", "b": " ", "c": "3"}),
        ),
    ];
    for (request, input) in cases {
        assert_eq!(input_of(&api, &send(request).await).await, input);
    }
}

#[tokio::test]
async fn texts_become_what_the_flow_declares() {
    let api = Api::start().await;
    api.publish(TYPED).await;
    let hook = api.make_hook("typed", as_it_is).await;
    let waiting = |query: &str| {
        let request = api.request(Method::GET, &format!("{hook}{query}"));
        send(request.header("x-api-wait", "true"))
    };
    let answer = waiting("?count=3&tags=a").await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.json()["selectedResult"]["input"], json!({"count": 3, "tags": ["a"]}));
    let refused = waiting("?count=many").await;
    assert_eq!((refused.status, refused.header("x-pf-run-id")), (400, ""), "{refused}");
}

#[tokio::test]
async fn a_waiting_call_that_takes_too_long_names_where_to_ask_by_the_same_url() {
    let settings = shared::runs::Settings { wait: Duration::from_millis(50), ..Default::default() };
    let api = Api::with(local::Options { settings, ..Default::default() }).await;
    api.publish(SLEEP).await;
    let hook = api.make_hook("sleep", as_it_is).await;
    let answer = send(api.request(Method::POST, &hook).header("x-api-wait", "true")).await;
    assert_eq!(answer.status, 202, "{answer}");
    let (base, _) = hook.split_once("/triggers/").unwrap();
    let run = answer.header("x-pf-run-id");
    let expected = format!("{}{base}/runs/sleep/{run}/status", api.stack.base_url());
    assert_eq!(answer.json()["statusUrl"], expected);
}

#[tokio::test]
async fn an_idempotency_key_is_one_run_and_one_body() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let hook = api.make_hook("echo", as_it_is).await;
    let call = |query: &str| {
        let request = api.request(Method::POST, &format!("{hook}{query}"));
        send(request.header("idempotency-key", "k"))
    };
    let (first, again, other) = (call("?a=1").await, call("?a=1").await, call("?a=2").await);
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""));
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    assert_eq!(again.header("x-pf-run-id"), first.header("x-pf-run-id"));
    assert_eq!((other.status, other.header("x-pf-run-id")), (422, ""));
}

#[tokio::test]
async fn a_browser_may_call_and_other_methods_may_not() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let hook = api.make_hook("echo", as_it_is).await;
    let preflight = send(api.request(Method::OPTIONS, &hook)).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "*"));
    for method in [Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = send(api.request(method, &hook)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, POST, OPTIONS"));
    }
}

#[tokio::test]
async fn a_token_that_replaces_another_opens_at_once_and_both_do_meanwhile() {
    let api = api_at(NOW_S).await;
    api.publish(ECHO).await;
    let new = UrlToken::generate([9; 40]);
    let old_path = api.make_hook("echo", as_it_is).await;
    let new_path = format!("/ext/webhook/{}/triggers/echo", new.expose());
    let statuses = || async {
        let call = |path: &str| send(api.request(Method::POST, path));
        let (old, new) = futures::join!(call(&old_path), call(&new_path));
        (old.status, new.status)
    };
    assert_eq!(statuses().await, (200, 401));
    let store = api.stack.store();
    let mut trigger = store.trigger(&"echo".parse().unwrap()).await.unwrap().unwrap();
    let tokens = &mut trigger.webhook.as_mut().unwrap().tokens;
    tokens.push(new.record(api.clock.now()));
    tokens[0].expires_at = Some(api.clock.now().after(Duration::from_secs(60)));
    store.put_trigger(&trigger).await.unwrap();
    // Until then nothing is read again for everybody who comes with a wrong token.
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(statuses().await, (200, 200));
    api.clock.advance(Duration::from_secs(59));
    assert_eq!(statuses().await, (401, 200));
}
