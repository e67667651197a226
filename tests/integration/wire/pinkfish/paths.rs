//! Keys and tokens of URLs in the path: where they are accepted, what they reach, and that they are
//! told to nobody.

use std::time::Duration;

use local::Options;
use reqwest::Method;
use serde_json::json;
use shared::{
    auth::{Scope, Scopes, UrlToken, random},
    model::{Environment, Timestamp, UrlTokenRecord, Verification, Webhook},
    runs::Settings,
};
use support::{Answer, Api, Log, send};

use crate::wire::flows::{ECHO, SLEEP};

/// A stack whose workspace allows keys in paths, with the trigger `echo`.
async fn start() -> Api {
    let api = Api::start().await;
    api.stack.store().set_keys_in_paths(&support::workspace(), true).await.unwrap();
    api.publish(ECHO).await;
    api
}

/// Makes a trigger of the flow `echo` with a URL that `change` may spoil; the token.
async fn make_url(api: &Api, id: &str, change: impl FnOnce(&mut UrlTokenRecord)) -> String {
    let token = UrlToken::generate(random().unwrap());
    let mut record = token.record(api.clock.now());
    change(&mut record);
    api.make_trigger("echo", |trigger| {
        trigger.id = id.parse().unwrap();
        trigger.webhook = Some(Webhook {
            verification: Verification::UrlTokenAlone,
            environment: Environment::Prod,
            secrets: Vec::new(),
            tokens: vec![record],
            when: None,
            mapping: None,
        });
    })
    .await;
    token.expose()
}

/// Starts a run of a trigger with the key in the header; its id.
async fn run(api: &Api, trigger: &str) -> String {
    let request = api.keyed(Method::GET, &format!("/ext/triggers/{trigger}?a=1"));
    let answer = send(request.header("x-api-wait", "true")).await;
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("x-pf-run-id").to_owned()
}

async fn read(api: &Api, text: &str, run: &str, what: &str) -> Answer {
    let path = format!("/ext/webhook/{text}/runs/echo/{run}/{what}");
    send(api.request(Method::GET, &path)).await
}

#[tokio::test]
async fn a_key_in_the_path_reads_what_it_reads_in_the_header() {
    let api = start().await;
    let run = run(&api, "echo").await;
    for what in ["status", "results"] {
        let by_header = send(api.keyed(Method::GET, &format!("/ext/runs/echo/{run}/{what}"))).await;
        assert_eq!(by_header.status, 200);
        let by_path = read(&api, &api.key, &run, what).await;
        assert_eq!(by_path.without_date(), by_header.without_date());
    }
    let starter = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::Trigger])).await;
    assert_eq!(read(&api, &starter, &run, "status").await.status, 403);
    let no_run = "0190b1d2-a3c4-7def-8123-456789abcdef";
    assert_eq!(read(&api, &api.key, no_run, "status").await.status, 404);
    let path = format!("/ext/webhook/{}/runs/another/{run}/status", api.key);
    assert_eq!(send(api.request(Method::GET, &path)).await.status, 404);
    let path = format!("/ext/webhook/{}/runs/echo/{run}/status", api.key);
    assert_eq!(send(api.request(Method::POST, &path)).await.header("allow"), "GET, OPTIONS");
    assert_eq!(send(api.request(Method::OPTIONS, &path)).await.status, 204);
}

#[tokio::test]
async fn a_token_reads_the_runs_of_its_own_trigger() {
    let api = start().await;
    let token = make_url(&api, "hook", |_| {}).await;
    let run = run(&api, "hook").await;
    for what in ["status", "results"] {
        let answer = read(&api, &token, &run, what).await;
        assert_eq!((answer.status, answer.header("x-pf-run-id")), (200, &*run), "{answer}");
    }
    let of_another_flow = format!("/ext/webhook/{token}/runs/another/{run}/status");
    assert_eq!(send(api.request(Method::GET, &of_another_flow)).await.status, 404);
}

#[tokio::test]
async fn a_token_is_no_key() {
    let api = start().await;
    let token = make_url(&api, "hook", |_| {}).await;
    let run = run(&api, "hook").await;
    for path in [format!("/ext/runs/echo/{run}/status"), "/ext/triggers/hook".to_owned()] {
        let answer = send(api.request(Method::GET, &path).header("x-api-key", &token)).await;
        assert_eq!(answer.status, 401, "{answer}");
    }
    let bearer = api.request(Method::GET, &format!("/api/v1/ai/trigger/status/demo/{run}"));
    assert_eq!(send(bearer.bearer_auth(&token)).await.status, 401);
}

#[tokio::test]
async fn whatever_is_not_accepted_in_a_path_gets_the_same_bytes() {
    let api = start().await;
    let token = make_url(&api, "hook", |_| {}).await;
    let expired =
        make_url(&api, "late", |it| it.expires_at = Some(Timestamp::from_millis(1))).await;
    let (hooked, late, plain) =
        (run(&api, "hook").await, run(&api, "late").await, run(&api, "echo").await);
    let refused = send(api.request(Method::GET, "/ext/runs/echo/x/status")).await.without_date();
    assert_eq!(refused.status, 401);
    let revoked = api.make_key(|key| key.revoked_at = Some(key.created_at)).await;
    let elsewhere = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let no_run = "0190b1d2-a3c4-7def-8123-456789abcdef";
    for (text, run) in [
        ("x", &*plain),
        ("%20", &plain),
        (&revoked, &plain),
        // Of a workspace that was never made, and so allows nothing.
        (&elsewhere, &plain),
        (&format!("{}x", api.key), &plain),
        (&api.key.replace("tk_", "whk_"), &plain),
        (&expired, &late),
        (&token, &late),
        (&token, &plain),
        (&token, no_run),
        (&token, "no-run"),
        (&format!("{token}0"), &hooked),
    ] {
        for what in ["status", "results"] {
            let answer = read(&api, text, run, what).await;
            assert_eq!(answer.without_date(), refused, "{text} {run}");
        }
    }
    // A header mends nothing where the path has a place for the key.
    let path = format!("/ext/webhook/x/runs/echo/{plain}/status");
    assert_eq!(send(api.keyed(Method::GET, &path)).await.without_date(), refused);
}

#[tokio::test]
async fn a_workspace_that_says_nothing_accepts_no_key_in_a_path() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let token = make_url(&api, "hook", |_| {}).await;
    let run = run(&api, "hook").await;
    let refused = send(api.request(Method::GET, "/ext/runs/echo/x/status")).await.without_date();
    assert_eq!(read(&api, &api.key, &run, "status").await.without_date(), refused);
    assert_eq!(read(&api, &token, &run, "status").await.status, 200);
}

#[tokio::test]
async fn a_key_in_the_path_starts_what_it_starts_in_the_header() {
    let api = start().await;
    let path = |key: &str, trigger: &str| format!("/ext/webhook/{key}/triggers/{trigger}");
    let by_path = |trigger: &str| api.request(Method::GET, &path(&api.key, trigger));
    let answer = send(by_path("echo?a=1").header("x-api-wait", "true")).await;
    assert_eq!(answer.json()["selectedResult"]["input"], json!({"a": "1"}), "{answer}");
    assert_eq!(send(by_path("nothing")).await.status, 404);
    let reader = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::ReadResults])).await;
    assert_eq!(send(api.request(Method::GET, &path(&reader, "echo"))).await.status, 403);
    let dev = api.make_key(|key| key.environments = Some(vec![Environment::Dev])).await;
    // Its webhook runs in PROD, whoever calls.
    make_url(&api, "hook", |_| {}).await;
    assert_eq!(send(api.request(Method::GET, &path(&dev, "hook"))).await.status, 404);
    assert_eq!(send(by_path("hook")).await.status, 200);
    // Files come with a key in the header only.
    let form = reqwest::multipart::Form::new().text("a", "1");
    let post = api.request(Method::POST, &path(&api.key, "echo")).multipart(form);
    assert_eq!(send(post).await.status, 415);
}

#[tokio::test]
async fn no_key_in_a_path_goes_round_a_signature() {
    let api = start().await;
    make_url(&api, "hook", |_| {}).await;
    api.make_trigger("echo", |trigger| {
        trigger.id = "signed".parse().unwrap();
        trigger.webhook = Some(Webhook {
            verification: Verification::Provider("stripe".to_owned()),
            environment: Environment::Prod,
            secrets: Vec::new(),
            tokens: Vec::new(),
            when: None,
            mapping: None,
        });
    })
    .await;
    let path = format!("/ext/webhook/{}/triggers/signed", api.key);
    assert_eq!(send(api.request(Method::POST, &path).json(&json!({}))).await.status, 401);
}

#[tokio::test]
async fn a_key_that_may_not_stand_in_a_path_starts_nothing() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let path = |key: &str| format!("/ext/webhook/{key}/triggers/echo");
    let refused = send(api.request(Method::GET, &path("x"))).await.without_date();
    assert_eq!(refused.status, 401);
    for key in [&api.key, &format!("{}x", api.key)] {
        let answer = send(api.request(Method::GET, &path(key))).await;
        assert_eq!(answer.without_date(), refused, "{key}");
    }
}

#[tokio::test]
async fn a_timeout_names_the_run_as_its_caller_came() {
    let settings = Settings { wait: Duration::from_millis(50), ..Settings::default() };
    let api = Api::with(Options { settings, ..Options::default() }).await;
    api.stack.store().set_keys_in_paths(&support::workspace(), true).await.unwrap();
    api.publish(SLEEP).await;
    let by_path = format!("/ext/webhook/{}/triggers/sleep", api.key);
    for (request, key) in [
        (api.keyed(Method::GET, "/ext/triggers/sleep"), None),
        (api.request(Method::GET, &by_path), Some(&api.key)),
    ] {
        let answer = send(request.header("x-api-wait", "true")).await;
        assert_eq!(answer.status, 202, "{answer}");
        let (base, run) = (api.stack.base_url(), answer.header("x-pf-run-id"));
        let by = key.map(|key| format!("webhook/{key}/")).unwrap_or_default();
        let url = format!("{base}/ext/{by}runs/sleep/{run}/status");
        assert_eq!(answer.json()["statusUrl"], url);
        let status = api.request(Method::GET, url.strip_prefix(base).unwrap());
        let expected = if key.is_some() { 200 } else { 401 };
        assert_eq!(send(status).await.status, expected);
    }
}

#[tokio::test]
async fn a_path_that_holds_a_key_is_in_no_line_at_any_level() {
    let log = Log::start("trace");
    let api = start().await;
    let token = make_url(&api, "hook", |_| {}).await;
    let run = run(&api, "hook").await;
    for text in [&token, &api.key, "marker-of-no-key"] {
        read(&api, text, &run, "status").await;
    }
    send(api.request(Method::GET, &format!("/ext/webhook/{}/triggers/echo", api.key))).await;
    let form = reqwest::multipart::Form::new()
        .part("f", reqwest::multipart::Part::text("marker").file_name("marker"));
    let post = api.keyed(Method::POST, "/ext/triggers/echo").header("x-api-wait", "true");
    let mut file = send(post.multipart(form)).await.json();
    let file = file["selectedResult"]["input"]["f"]["url"].take();
    let file = file.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(send(api.request(Method::GET, &format!("/ext/files/{file}"))).await.status, 302);
    // No route has it, and no function sees it.
    let nowhere = format!("/ext/webhook/{token}/nowhere");
    assert_eq!(send(api.request(Method::GET, &nowhere)).await.status, 404);
    let lines = log.lines();
    let route = "/ext/webhook/{apiKey}/runs/{automationId}/{runId}/status";
    assert_eq!(
        lines.iter().filter(|line| line.get("http.route") == Some(&route.into())).count(),
        3
    );
    let all = serde_json::to_string(&lines).unwrap();
    for text in [&token[4..], &api.key[3..], &file[5..], "marker"] {
        assert!(!all.contains(text), "{all}");
    }
}
