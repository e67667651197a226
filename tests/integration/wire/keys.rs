//! Keys over the wire: which are accepted, what they allow, and how soon a change counts.

use std::time::Duration;

use local::Options;
use reqwest::{Method, RequestBuilder};
use shared::{
    auth::{KeyToken, Scope, Scopes, random},
    clock::Clock,
    model::{Environment, Timestamp},
};
use support::{Answer, Api, Transcript, records, send, workspace};

use super::flows::ECHO;

/// 2026-02-09T23:24:39Z.
const START: Timestamp = Timestamp::from_millis(1_770_679_479_000);

async fn with_manual_clock() -> Api {
    Api::with(Options { clock: Clock::manual(START), ..Options::default() }).await
}

fn routes() -> [(Method, &'static str); 3] {
    let run = "/api/v1/ai/trigger/status/demo/0190b1d2-a3c4-7def-8123-456789abcdef";
    [
        (Method::POST, "/api/v1/ai/trigger/demo/echo/DEV"),
        (Method::POST, "/api/v1/ai/trigger/start/demo/echo/DEV"),
        (Method::GET, run),
    ]
}

async fn call(api: &Api, key: &str) -> Answer {
    let request = api.request(Method::POST, "/api/v1/ai/trigger/demo/echo/DEV");
    send(request.bearer_auth(key).body("{}")).await
}

#[tokio::test]
async fn every_key_that_is_refused_gets_the_same_bytes() {
    let api = with_manual_clock().await;
    api.publish(ECHO).await;
    let wrong_checksum = {
        let last = if api.key.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &api.key[..api.key.len() - 1])
    };
    let unknown = KeyToken::generate(random().unwrap()).expose();
    let mut bytes: [u8; 40] = random().unwrap();
    let stored = KeyToken::generate(bytes);
    let (key, _) = records::key(START);
    let key = shared::auth::Key { id: stored.id(), hash: stored.hash(), ..key };
    api.stack.store().put_key(&key).await.unwrap();
    bytes[39] ^= 1;
    let wrong_secret = KeyToken::generate(bytes).expose();
    let expired = api.make_key(|key| key.expires_at = Some(START)).await;
    let revoked = api.make_key(|key| key.revoked_at = Some(START)).await;
    let of_another = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let bearer = |token: &str| format!("Bearer {token}");
    let refused = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(api.key.clone()),
        Some(format!("Basic {}", api.key)),
        Some(bearer("workspace_api_key")),
        Some(bearer(&"x".repeat(5000))),
        Some(bearer(&api.key[1..])),
        Some(bearer(&wrong_checksum)),
        Some(bearer(&unknown)),
        Some(bearer(&wrong_secret)),
        Some(bearer(&expired)),
        Some(bearer(&revoked)),
        Some(bearer(&of_another)),
    ];
    let mut answers = Vec::new();
    for (method, path) in routes() {
        for authorization in &refused {
            let request = api.request(method.clone(), path);
            let request = match authorization {
                Some(value) => request.header("authorization", value),
                None => request,
            };
            answers.push(send(request).await.without_date());
        }
        // The key is sound, and the workspace is not its own, or is none at all.
        for workspace in ["other", "nobody", "a%20b"] {
            let path = path.replace("demo", workspace);
            let request = api.request(method.clone(), &path).bearer_auth(&api.key);
            answers.push(send(request).await.without_date());
        }
        let not_text = http::HeaderValue::from_bytes(b"Bearer \xff").unwrap();
        let request = api.request(method, path).header("authorization", not_text);
        answers.push(send(request).await.without_date());
    }
    let mut transcript = Transcript::default();
    transcript.note("refused", &answers[0]);
    let problem =
        api.request(Method::GET, routes()[2].1).header("accept", "application/problem+json");
    transcript.note("refused, as a problem", &send(problem).await);
    insta::assert_snapshot!(transcript);
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    for accepted in
        [bearer(&api.key), format!("bearer {}", api.key), format!("BEARER  {} ", api.key)]
    {
        let request = api.request(Method::POST, routes()[0].1).header("authorization", &accepted);
        assert_eq!(send(request.body("{}")).await.status, 200);
    }
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let only = async |scope| api.make_key(|key| key.scopes = Scopes::from_iter([scope])).await;
    let (starter, reader) = (only(Scope::Trigger).await, only(Scope::ReadResults).await);
    let run = send(api.start_of("echo", "{}")).await.workflow_id();
    let with = |method: Method, path: &str, key: &str| -> RequestBuilder {
        api.request(method, path).bearer_auth(key).body("{}")
    };
    let [waiting, background, _] = routes();
    let status = format!("/api/v1/ai/trigger/status/demo/{run}");
    let mut transcript = Transcript::default();
    for (what, path) in [("wait", waiting.1), ("start", background.1)] {
        assert_eq!(send(with(Method::POST, path, &starter)).await.status, 200);
        let refused = with(Method::POST, path, &reader);
        transcript.note(what, &send(refused).await);
    }
    assert_eq!(send(with(Method::GET, &status, &reader)).await.status, 200);
    transcript.note("read", &send(with(Method::GET, &status, &starter)).await);
    let problem = with(Method::GET, &status, &starter).header("accept", "application/problem+json");
    transcript.note("read, as a problem", &send(problem).await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn what_is_outside_a_keys_limits_is_not_there() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.make_trigger("echo", |trigger| trigger.id = "other".parse().unwrap()).await;
    let in_uat = api.make_key(|key| key.environments = Some(vec![Environment::Uat])).await;
    let of_other = api.make_key(|key| key.triggers = Some(vec!["other".parse().unwrap()])).await;
    let run = send(api.wait_for("echo", "{}")).await.workflow_id();
    for (key, trigger, environment) in [(&in_uat, "echo", "UAT"), (&of_other, "other", "DEV")] {
        for prefix in ["", "start/"] {
            let post = |trigger: &str, environment: &str| {
                let path = format!("/api/v1/ai/trigger/{prefix}demo/{trigger}/{environment}");
                send(api.request(Method::POST, &path).bearer_auth(key).body("{}"))
            };
            let reached = post(trigger, environment).await;
            assert_eq!(reached.status, 200, "{reached}");
            let own = format!("/api/v1/ai/trigger/status/demo/{}", reached.workflow_id());
            assert_eq!(send(api.request(Method::GET, &own).bearer_auth(key)).await.status, 200);
            let answer = post("echo", "DEV").await;
            assert_eq!(
                (answer.status, answer.json()["detail"].as_str()),
                (404, Some("Trigger not found"))
            );
        }
        let path = format!("/api/v1/ai/trigger/status/demo/{run}");
        let answer = send(api.request(Method::GET, &path).bearer_auth(key)).await;
        assert_eq!(
            (answer.status, answer.json()["detail"].as_str()),
            (404, Some("Workflow not found"))
        );
    }
}

#[tokio::test]
async fn a_key_stops_working_the_moment_it_expires() {
    let api = with_manual_clock().await;
    api.publish(ECHO).await;
    let expiry = START.after(Duration::from_secs(10));
    let key = api.make_key(|key| key.expires_at = Some(expiry)).await;
    assert_eq!(call(&api, &key).await.status, 200);
    api.clock.advance(Duration::from_millis(9_999));
    assert_eq!(call(&api, &key).await.status, 200);
    api.clock.advance(Duration::from_millis(1));
    assert_eq!(call(&api, &key).await.status, 401);
}

#[tokio::test]
async fn a_revoked_key_stops_working_within_half_a_minute() {
    let api = with_manual_clock().await;
    api.publish(ECHO).await;
    let key = api.make_key(|_| {}).await;
    assert_eq!(call(&api, &key).await.status, 200);
    let id = KeyToken::parse(&key).unwrap().id();
    api.stack.store().revoke_key(&workspace(), &id, api.clock.now()).await.unwrap();
    api.clock.advance(Duration::from_secs(30));
    assert_eq!(call(&api, &key).await.status, 401);
    // What is refused stays refused.
    api.clock.advance(Duration::from_secs(3600));
    assert_eq!(call(&api, &key).await.status, 401);
}

#[tokio::test]
async fn a_new_key_works_within_five_seconds_of_having_been_refused() {
    let api = with_manual_clock().await;
    api.publish(ECHO).await;
    let (key, token) = records::key(START);
    assert_eq!(call(&api, &token.expose()).await.status, 401);
    api.stack.store().put_key(&key).await.unwrap();
    api.clock.advance(Duration::from_secs(5));
    assert_eq!(call(&api, &token.expose()).await.status, 200);
}
