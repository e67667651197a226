//! Limits of keys and workspaces, as callers meet them.

use local::Options;
use reqwest::{Method, RequestBuilder};
use shared::{
    clock::Clock,
    model::{Rate, Timestamp},
};
use support::{Answer, Api, send, workspace};

use crate::wire::flows::ECHO;

/// A stack whose clock stands still, so that nothing is given back meanwhile.
async fn frozen() -> Api {
    let clock = Clock::manual(Timestamp::from_millis(1_770_679_479_000));
    let api = Api::with(Options { clock, ..Options::default() }).await;
    api.publish(ECHO).await;
    api
}

fn rate(text: &str, burst: u32) -> Rate {
    Rate::new(text.parse().unwrap(), burst).unwrap()
}

/// A start by every route but a webhook's own.
fn starts(api: &Api, key: &str) -> Vec<RequestBuilder> {
    let body = r#"{"workflow_configuration_id": "echo", "message": "you"}"#;
    let mut starts = Vec::new();
    for path in [
        "/api/v1/ai/trigger/demo/echo/DEV",
        "/api/v1/ai/trigger/start/demo/echo/DEV",
        "/trigger/demo/echo/DEV",
        "/trigger/start/demo/echo/DEV",
        "/ext/triggers/echo",
        "/api/v1/apps/workflow-execution/trigger",
    ] {
        let request = api.request(Method::POST, path).header("content-type", "application/json");
        starts.push(request.bearer_auth(key).header("x-api-key", key).body(body));
    }
    starts
}

fn limits(answer: &Answer) -> [&str; 3] {
    ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| answer.header(name))
}

#[tokio::test]
async fn every_route_that_starts_runs_counts_against_the_rate_of_the_key() {
    let api = frozen().await;
    let key = api.make_key(|key| key.rate = Some(rate("10/min", 6))).await;
    for (start, left) in starts(&api, &key).into_iter().zip((0..6).rev()) {
        let answer = send(start).await;
        assert!(answer.status < 300, "{answer}");
        let standing = format!("\"key\";r={left};t=6");
        assert_eq!(limits(&answer), [r#""key";q=6;w=36"#, &standing, ""]);
    }
    let started = api.run_count().await;
    assert_eq!(started, 6);
    for start in starts(&api, &key) {
        let problem = start.try_clone().unwrap().header("accept", "application/problem+json");
        for request in [start, problem] {
            let answer = send(request).await;
            assert_eq!(answer.status, 429, "{answer}");
            assert_eq!(limits(&answer), [r#""key";q=6;w=36"#, r#""key";r=0;t=6"#, "6"]);
        }
    }
    assert_eq!(api.run_count().await, started);
    // Another key of the workspace is not concerned, and asked nothing of.
    let answer = send(api.start_of("echo", "{}")).await;
    assert_eq!((answer.status, limits(&answer)), (200, [""; 3]));
}

#[tokio::test]
async fn a_refusal_has_the_shape_of_its_dialect() {
    let api = frozen().await;
    let key = api.make_key(|key| key.rate = Some(rate("1/min", 1))).await;
    assert_eq!(send(starts(&api, &key).remove(0)).await.status, 200);
    let mut told = String::new();
    for start in starts(&api, &key).into_iter().skip(3) {
        let problem = start.try_clone().unwrap().header("accept", "application/problem+json");
        for request in [start, problem] {
            told.push_str(&format!("{}\n\n", send(request).await));
        }
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn a_workspaces_rate_counts_its_keys_and_webhooks_together() {
    let api = frozen().await;
    let hook = api.make_hook("echo", |trigger, _| trigger.id = "hook".parse().unwrap()).await;
    let other = api.make_key(|key| key.rate = Some(rate("10/s", 10))).await;
    let store = api.stack.store();
    assert!(store.set_workspace_rate(&workspace(), Some(&rate("1/s", 3))).await.unwrap());
    let hooked = || api.request(Method::POST, &hook);
    let answer = send(hooked()).await;
    assert_eq!(limits(&answer), [r#""workspace";q=3;w=3"#, r#""workspace";r=2;t=1"#, ""]);
    assert_eq!(send(api.start_of("echo", "{}")).await.status, 200);
    let answer = send(starts(&api, &other).remove(0)).await;
    assert_eq!(
        limits(&answer),
        [r#""key";q=10;w=1, "workspace";q=3;w=3"#, r#""key";r=9;t=1, "workspace";r=0;t=1"#, ""]
    );
    for request in [hooked(), api.start_of("echo", "{}"), starts(&api, &other).remove(0)] {
        let answer = send(request).await;
        assert_eq!(answer.status, 429, "{answer}");
        // Only what refused is told of.
        assert_eq!(limits(&answer), [r#""workspace";q=3;w=3"#, r#""workspace";r=0;t=1"#, "1"]);
    }
    assert_eq!(api.run_count().await, 3);
    api.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(send(hooked()).await.status, 200);
    assert_eq!(send(hooked()).await.status, 429);
}

#[tokio::test]
async fn a_refused_delivery_is_taken_when_it_comes_again() {
    let api = frozen().await;
    let sender = support::Sender::of("github");
    let hook = api.make_signed_hook("echo", sender, |trigger, _| {
        trigger.id = "signed".parse().unwrap();
    });
    let hook = hook.await;
    let store = api.stack.store();
    store.set_workspace_rate(&workspace(), Some(&rate("1/min", 1))).await.unwrap();
    let deliver = |id: &'static str| sender.send(&api, &hook, sender.sample("push"), id);
    assert_eq!(send(deliver("first")).await.status, 200);
    assert_eq!(send(deliver("second")).await.status, 429);
    api.clock.advance(std::time::Duration::from_secs(60));
    let answer = send(deliver("second")).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (200, ""), "{answer}");
    assert_eq!(api.run_count().await, 2);
}

#[tokio::test]
async fn only_starts_cost_tokens_and_repeats_are_starts() {
    let api = frozen().await;
    let key = api.make_key(|key| key.rate = Some(rate("1/min", 3))).await;
    let start = |body: &'static str| {
        let request = api.request(Method::POST, "/api/v1/ai/trigger/start/demo/echo/DEV");
        request.bearer_auth(&key).header("idempotency-key", "once").body(body)
    };
    let first = send(start("{}")).await;
    let status = format!("/api/v1/ai/trigger/status/demo/{}", first.workflow_id());
    for _ in 0..10 {
        let read = send(api.request(Method::GET, &status).bearer_auth(&key)).await;
        assert_eq!((read.status, limits(&read)), (200, [""; 3]));
        assert_eq!(send(start("not json")).await.status, 422);
    }
    let repeat = send(start("{}")).await;
    assert_eq!((repeat.status, repeat.header("idempotency-replayed")), (200, "true"));
    assert_eq!(limits(&repeat)[1], r#""key";r=1;t=60"#);
    assert_eq!(send(start("{}")).await.status, 200);
    assert_eq!(send(start("{}")).await.status, 429);
}
