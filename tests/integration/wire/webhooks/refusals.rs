//! Who is not let in, and what all of them are told.

use reqwest::Method;
use shared::{
    auth::UrlToken,
    model::{Environment, Timestamp, TriggerState, Verification},
};
use support::{Answer, Api, Log, send};

use crate::wire::flows::ECHO;

async fn post(api: &Api, path: &str) -> Answer {
    send(api.request(Method::POST, path)).await.without_date()
}

#[tokio::test]
async fn whatever_is_wrong_with_a_url_is_told_alike() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let hook = api.make_hook("echo", |trigger, _| trigger.id = "ours".parse().unwrap()).await;
    let (token, _) = hook["/ext/webhook/".len()..].split_once('/').unwrap();
    let at = |token: &str, trigger: &str| format!("/ext/webhook/{token}/triggers/{trigger}");
    let named = |name: &'static str| name.parse().unwrap();
    let paused = api.make_hook("echo", |trigger, _| {
        trigger.id = named("paused");
        trigger.state = TriggerState::Paused;
    });
    let expired = api.make_hook("echo", |trigger, webhook| {
        trigger.id = named("expired");
        webhook.tokens[0].expires_at = Some(Timestamp::from_millis(1));
    });
    let closed = api.make_hook("echo", |trigger, _| {
        trigger.id = named("closed");
        trigger.environments = vec![Environment::Prod];
    });
    let unsigned = api.make_hook("echo", |trigger, webhook| {
        trigger.id = named("unsigned");
        webhook.verification = Verification::Provider("github".to_owned());
    });
    let (paused, expired, closed, unsigned) = futures::join!(paused, expired, closed, unsigned);
    let stranger = UrlToken::generate([7; 40]).expose();
    let first = post(&api, &at("x", "ours")).await;
    assert_eq!(first.status, 401);
    assert_eq!(first.header("www-authenticate"), "ApiKey");
    for path in [
        at(&stranger, "ours"),
        at(&format!("{token}x"), "ours"),
        at(&token[..token.len() - 1], "ours"),
        at(&api.key, "ours"),
        at(token, "nothing"),
        at(token, "echo"),
        at(token, "paused"),
        at(token, "a%20b"),
        at(token, &"x".repeat(65)),
        paused,
        expired,
        closed,
        unsigned,
    ] {
        assert_eq!(post(&api, &path).await, first, "{path}");
    }
    assert_eq!(post(&api, &hook).await.status, 200);
}

#[tokio::test]
async fn the_line_of_a_refusal_says_why_and_repeats_nothing() {
    let log = Log::start("trace");
    let api = Api::start().await;
    api.publish(ECHO).await;
    let hook = api.make_hook("echo", |_, webhook| {
        webhook.verification = Verification::Provider("github".to_owned());
    });
    let hook = hook.await;
    let (token, _) = hook["/ext/webhook/".len()..].split_once('/').unwrap();
    let stranger = UrlToken::generate([7; 40]).expose();
    for path in [
        "/ext/webhook/x/triggers/echo".to_owned(),
        format!("/ext/webhook/{stranger}/triggers/echo"),
        format!("/ext/webhook/{stranger}/triggers/nothing"),
        hook.clone(),
    ] {
        let request = api.request(Method::POST, &path).body("quicksilver");
        send(request.header("x-hub-signature-256", "sha256=deadbeef")).await;
    }
    let words: Vec<_> = log.events().iter().map(|line| line["webhook.outcome"].clone()).collect();
    assert_eq!(words, ["malformed_token", "wrong_token", "unknown_trigger", "no_secret"]);
    for line in log.lines() {
        let line = serde_json::to_string(&line).unwrap();
        for secret in [token, &stranger, "quicksilver", "deadbeef"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[tokio::test]
async fn the_size_of_a_body_is_looked_at_first() {
    let api = Api::start().await;
    let body = " ".repeat(4_500_001);
    let request = api.request(Method::POST, "/ext/webhook/x/triggers/nothing").body(body);
    assert_eq!(send(request).await.status, 413);
}
