//! Keys and tokens of URLs in the path: where they are accepted, what they reach, and that they are
//! told to nobody.

use reqwest::Method;
use shared::{
    auth::{Scope, Scopes, UrlToken, random},
    model::{Environment, Timestamp, UrlTokenRecord, Verification, Webhook},
};
use support::{Answer, Api, Log, send};

use crate::wire::flows::ECHO;

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
async fn a_path_that_holds_a_key_is_in_no_line_at_any_level() {
    let log = Log::start("trace");
    let api = start().await;
    let token = make_url(&api, "hook", |_| {}).await;
    let run = run(&api, "hook").await;
    for text in [&token, &api.key, "marker-of-no-key"] {
        read(&api, text, &run, "status").await;
    }
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
    for text in [&token[4..], &api.key[3..], "marker"] {
        assert!(!all.contains(text), "{all}");
    }
}
