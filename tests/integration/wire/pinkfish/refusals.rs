//! Every way to be refused, in the dialect's shape and as a problem; and whatever else arrives.

use proptest::{prelude::*, test_runner::TestRunner};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    auth::{Scope, Scopes},
    model::{Environment, TriggerState},
};
use support::{Answer, Api, Transcript, send};

use crate::wire::flows::ECHO;

const TRIGGER: &str = "/ext/triggers/echo";
const NO_RUN: &str = "/ext/runs/echo/0190b1d2-a3c4-7def-8123-456789abcdef/status";

/// The answer as it is, and as it is for who asks for problems.
async fn note(transcript: &mut Transcript, what: &str, request: RequestBuilder) -> Answer {
    let as_problem = request.try_clone().unwrap();
    let answer = send(request).await;
    transcript.note(what, &answer);
    let problem = send(as_problem.header("accept", "application/problem+json")).await;
    assert_eq!(problem.status, answer.status);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["detail"], answer.json()["message"]);
    answer
}

#[tokio::test]
async fn a_refusal_has_the_shape_of_the_dialect() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let post = || api.keyed(Method::POST, TRIGGER);
    let json = |text: &str| post().header("content-type", "application/json").body(text.to_owned());
    let mut transcript = Transcript::default();
    let reader = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::ReadResults])).await;
    let cases = [
        ("no key", api.request(Method::POST, TRIGGER)),
        ("a key that cannot start", api.request(Method::POST, TRIGGER).header("x-api-key", reader)),
        ("an unknown trigger", api.keyed(Method::POST, "/ext/triggers/nothing")),
        ("an unknown run", api.keyed(Method::GET, NO_RUN)),
        ("another method", api.keyed(Method::PUT, TRIGGER)),
        ("another method for a run", api.keyed(Method::POST, NO_RUN)),
        ("not JSON", json("{\"a\": nope}")),
        ("a list", json("[1]")),
        ("null", json("null")),
        (
            "a form that is no text",
            post().header("content-type", "application/x-www-form-urlencoded").body("a=1&b=%ff"),
        ),
        ("another type", post().header("content-type", "text/plain").body("a")),
        (
            "a multipart form that is none",
            post().header("content-type", "multipart/form-data; boundary=x").body("--x"),
        ),
        ("a compressed body", json("{}").header("content-encoding", "gzip")),
        ("too large", json(&format!("{{}}{}", " ".repeat(4_500_000)))),
        ("a wait that is neither", json("{}").header("x-api-wait", "perhaps")),
        ("a wait that says nothing", json("{}").header("x-api-wait", "")),
        ("an empty idempotency key", json("{}").header("idempotency-key", "\"\"")),
    ];
    for (what, request) in cases {
        note(&mut transcript, what, request).await;
    }
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn every_key_that_is_not_accepted_gets_the_same_bytes() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let none = send(api.request(Method::GET, TRIGGER)).await.without_date();
    assert_eq!(none.status, 401);
    let revoked = api.make_key(|key| key.revoked_at = Some(key.created_at)).await;
    for key in ["", "x", &revoked, &format!("{}x", api.key), &"k".repeat(5000)] {
        for path in [TRIGGER, NO_RUN] {
            let answer = send(api.request(Method::GET, path).header("x-api-key", key)).await;
            assert_eq!(answer.without_date(), none, "{path}");
        }
    }
    let bearer = send(api.request(Method::GET, TRIGGER).bearer_auth(&api.key)).await;
    assert_eq!(bearer.without_date(), none);
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_the_callers_have_one_answer() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let started = send(api.keyed(Method::GET, TRIGGER)).await;
    let run = started.header("x-pf-run-id");
    let other = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let unknown = send(api.keyed(Method::GET, NO_RUN)).await.without_date();
    for (key, path) in [
        (&other, format!("/ext/runs/echo/{run}/status")),
        (&other, format!("/ext/runs/echo/{run}/results")),
        (&api.key, format!("/ext/runs/another/{run}/status")),
        (&api.key, format!("/ext/runs/another/{run}/results")),
        (&api.key, "/ext/runs/echo/no-run/status".to_owned()),
    ] {
        let answer = send(api.request(Method::GET, &path).header("x-api-key", key)).await;
        assert_eq!(answer.without_date(), unknown, "{path}");
    }
    let unknown = send(api.keyed(Method::GET, "/ext/triggers/nothing")).await.without_date();
    assert_eq!(unknown.status, 404);
    api.make_trigger("echo", |trigger| {
        trigger.id = "paused".parse().unwrap();
        trigger.state = TriggerState::Paused;
    })
    .await;
    api.make_trigger("echo", |trigger| {
        trigger.id = "of-another".parse().unwrap();
        trigger.workspace = "other".parse().unwrap();
    })
    .await;
    api.make_trigger("never-published", |_| {}).await;
    for trigger in ["paused", "of-another", "never-published", "a%20b", "%ff", &"x".repeat(65)] {
        let answer = send(api.keyed(Method::GET, &format!("/ext/triggers/{trigger}"))).await;
        assert_eq!(answer.without_date(), unknown, "{trigger}");
    }
    let elsewhere = api.make_key(|key| key.environments = Some(vec![Environment::Dev])).await;
    let status = format!("/ext/runs/echo/{run}/status");
    let answer = send(api.request(Method::GET, &status).header("x-api-key", elsewhere)).await;
    assert_eq!(answer.status, 404);
}

fn content_type() -> impl Strategy<Value = &'static str> {
    let types = [
        "application/json",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset",
        "application/x-www-form-urlencoded;;charset=\"",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=b",
        "text/plain",
    ];
    prop::sample::select(types.to_vec())
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let like_form = "([a-z&=+%;]|%[0-9a-fA-F]{2}|%C3%BC){0,40}".prop_map(String::into_bytes);
    let like_json =
        r#"(\{|\}|\[|\]|,|:|"a"|-?[0-9]{1,25}|null| ){0,24}"#.prop_map(String::into_bytes);
    let like_parts =
        "(--b|--b|\r\n|\r\n|--|Content-Disposition: form-data; name=a|; filename=\"x\"|x){0,20}"
            .prop_map(|text| [b"--b\r\n", text.as_bytes()].concat());
    prop_oneof![prop::collection::vec(any::<u8>(), 0..200), like_form, like_json, like_parts]
}

#[test]
fn whatever_arrives_is_answered_and_never_with_a_5xx() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = runtime.block_on(async {
        let api = Api::start().await;
        api.publish(ECHO).await;
        api
    });
    let query = "([a-z&=+;]|%[0-9a-fA-F]{2}){0,30}";
    let wait = prop::sample::select(vec!["true", "false", "", "maybe"]);
    let cases = ProptestConfig { cases: 300, ..ProptestConfig::default() };
    TestRunner::new(cases)
        .run(
            &(query, content_type(), body(), wait, any::<bool>()),
            |(query, kind, body, wait, get)| {
                let method = if get { Method::GET } else { Method::POST };
                let request = api.keyed(method, &format!("{TRIGGER}?{query}"));
                let request = request.header("content-type", kind).header("x-api-wait", wait);
                let answer = runtime.block_on(send(request.body(body)));
                prop_assert!(answer.status < 500, "{answer}");
                let known: Value = answer.json();
                let is_error = known["error"].is_string() && known["message"].is_string();
                prop_assert_eq!(
                    answer.status >= 400,
                    is_error && known["id"] == json!(null),
                    "{}",
                    answer
                );
                prop_assert_eq!(answer.header("access-control-allow-origin"), "*");
                Ok(())
            },
        )
        .unwrap();
}
