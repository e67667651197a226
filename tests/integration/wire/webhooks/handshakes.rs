//! What providers ask to see whether a URL is ours: answered when it is signed, and then by no run.

use serde_json::{Value, json};
use support::{Api, Sender, send};

use super::site::{NOW_S, api_at, run_of};
use crate::wire::flows::ECHO;

async fn site(provider: &str) -> (Api, String, Sender) {
    let (api, sender) = (api_at(NOW_S).await, Sender::of(provider));
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", sender, |_, _| {}).await;
    (api, hook, sender)
}

#[tokio::test]
async fn a_handshake_is_answered_and_starts_no_run() {
    let challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P";
    let cases = [
        ("slack", "url_verification", 200, Some(json!({"challenge": challenge}))),
        ("discord", "ping", 200, Some(json!({"type": 1}))),
        ("discord", "event_ping", 204, None),
        ("github", "ping", 204, None),
        (
            "zoom",
            "endpoint.url_validation",
            200,
            Some(json!({
                "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
                "encryptedToken": "d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3",
            })),
        ),
    ];
    for (provider, event, status, expected) in cases {
        let (api, hook, sender) = site(provider).await;
        for _ in 0..2 {
            let answer = send(sender.send(&api, &hook, sender.sample(event), "1")).await;
            assert_eq!((answer.status, run_of(&answer)), (status, String::new()), "{answer}");
            match &expected {
                Some(expected) if provider != "zoom" => assert_eq!(&answer.json(), expected),
                Some(expected) => assert_eq!(answer.json()["plainToken"], expected["plainToken"]),
                None => assert!(answer.body.is_empty(), "{answer}"),
            }
        }
        assert_eq!(api.run_count().await, 0, "{provider} {event}");
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_signed_is_not_answered() {
    for (provider, event) in [
        ("slack", "url_verification"),
        ("discord", "ping"),
        ("discord", "event_ping"),
        ("github", "ping"),
        ("zoom", "endpoint.url_validation"),
    ] {
        let (api, hook, sender) = site(provider).await;
        let request = sender.send(&api, &hook, sender.sample(event), "1");
        let (client, request) = request.build_split();
        let mut request = request.unwrap();
        let mut body = request.body().unwrap().as_bytes().unwrap().to_vec();
        body.push(b' ');
        *request.body_mut() = Some(body.into());
        let answer = send(reqwest::RequestBuilder::from_parts(client, request)).await;
        assert_eq!(answer.status, 401, "{provider} {event}: {answer}");
        assert_eq!(answer.json()["error"], "Unauthorized");
    }
}

#[tokio::test]
async fn an_event_gets_the_answer_that_its_provider_needs_with_the_runs_name() {
    let cases = [
        ("slack", "slash_command", 200, None),
        ("slack", "app_mention", 200, None),
        ("discord", "interaction", 200, Some(json!({"type": 5}))),
        ("discord", "APPLICATION_AUTHORIZED", 204, None),
        ("github", "push", 200, Some(Value::Null)),
        ("stripe", "invoice.paid", 200, Some(Value::Null)),
    ];
    for (provider, event, status, expected) in cases {
        let (api, hook, sender) = site(provider).await;
        for replayed in ["", "true"] {
            let answer = send(sender.send(&api, &hook, sender.sample(event), "1")).await;
            assert_eq!(answer.status, status, "{provider} {event}: {answer}");
            match &expected {
                Some(expected) => assert_eq!(&answer.json(), expected, "{provider} {event}"),
                None => assert!(answer.body.is_empty(), "{provider} {event}: {answer}"),
            }
            assert_eq!(run_of(&answer).len(), 36, "{provider} {event}: {answer}");
            assert_eq!(answer.header("x-pf-automation-id"), "echo");
            assert_eq!(answer.header("idempotency-replayed"), replayed);
        }
    }
}

#[tokio::test]
async fn a_provider_that_waits_gets_the_results() {
    let (api, hook, sender) = site("github").await;
    let request = sender.send(&api, &hook, sender.sample("push"), "1");
    let answer = send(request.header("x-api-wait", "true")).await;
    assert_eq!(answer.status, 200, "{answer}");
    let event = &answer.json()["selectedResult"]["input"];
    assert_eq!((&event["type"], &event["id"]), (&json!("github.push"), &json!("1")));
    assert_eq!(event["data"]["ref"], "refs/heads/main");
    let request = sender.send(&api, &hook, sender.sample("push"), "2");
    let answer = send(request.header("x-api-wait", "perhaps")).await;
    assert_eq!((answer.status, api.run_count().await), (400, 1), "{answer}");
}
