//! Requests that are refused: the shapes, and that no answer tells more than it should.

use proptest::{
    prelude::*,
    test_runner::{Config as ProptestConfig, TestRunner},
};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use shared::{
    auth::{Scope, Scopes},
    model::TriggerState,
};
use support::{Api, Transcript, send};

use super::{BASE, NO_RUN, TRIGGER, body, once, run_id, start, trigger};
use crate::wire::flows::ECHO;

/// Every route, with a body that the trigger takes.
fn routes(run: &str) -> [(Method, String); 8] {
    [
        (Method::POST, TRIGGER.to_owned()),
        (Method::GET, format!("{BASE}/runs")),
        (Method::GET, format!("{BASE}/runs/{run}")),
        (Method::POST, format!("{BASE}/runs/{run}/cancel")),
        (Method::POST, format!("{BASE}/runs/{run}/retry")),
        (Method::POST, format!("{BASE}/runs/{run}/replay")),
        (Method::POST, format!("{BASE}/batch")),
        (Method::POST, format!("{BASE}/files")),
    ]
}

fn call(api: &Api, key: &str, method: &Method, path: &str) -> RequestBuilder {
    let mut sent = body("echo", []);
    sent["items"] = json!([body("echo", [])]);
    (sent["name"], sent["size_bytes"]) = (json!("a.txt"), json!(1));
    api.request(method.clone(), path).bearer_auth(key).body(sent.to_string())
}

#[tokio::test]
async fn a_refusal_has_the_shape_of_the_dialect() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let post = |text: &str| api.post(TRIGGER, text.to_owned());
    let reader = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::ReadResults])).await;
    let cases = [
        ("no key", api.request(Method::GET, &format!("{BASE}/runs"))),
        ("without the scope", call(&api, &reader, &Method::POST, TRIGGER)),
        ("no such configuration", trigger(&api, &body("nothing", []))),
        ("no such run", api.get(&format!("{BASE}/runs/{NO_RUN}"))),
        ("another method", api.get(TRIGGER)),
        ("no body", post("")),
        ("no object", post("[]")),
        ("no JSON", post("{\"inputs\": [,]}")),
        ("nothing in it", post("{}")),
        (
            "several faults",
            post(r#"{"workflow_configuration_id": 1, "inputs": [{}], "thread_id": []}"#),
        ),
        ("another type", post("a=1").header("content-type", "application/x-www-form-urlencoded")),
        ("a compressed body", post("{}").header("content-encoding", "gzip")),
        ("too large", post(&" ".repeat(4_500_001))),
        (
            "an empty idempotency key",
            post(&body("echo", []).to_string()).header("idempotency-key", "\"\""),
        ),
    ];
    let mut transcript = Transcript::default();
    for (what, request) in cases {
        let problem = request.try_clone().unwrap().header("accept", "application/problem+json");
        let (answer, problem) = (send(request).await, send(problem).await);
        transcript.note(what, &answer);
        assert_eq!(problem.header("content-type"), "application/problem+json");
        assert_eq!(problem.json()["status"], answer.status, "{problem}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn every_key_that_is_not_accepted_gets_the_same_bytes() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let none = send(api.request(Method::GET, &format!("{BASE}/runs"))).await.without_date();
    assert_eq!(none.status, 401);
    let revoked = api.make_key(|key| key.revoked_at = Some(key.created_at)).await;
    for (method, path) in routes(NO_RUN) {
        for key in ["", "x", &revoked, &format!("{}x", api.key), &"k".repeat(5000)] {
            // What is wrong with its body is not told to a stranger.
            for body in ["{}", "no JSON", ""] {
                let request = api.request(method.clone(), &path).bearer_auth(key);
                assert_eq!(send(request.body(body)).await.without_date(), none, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let run = start(&api, "echo").await;
    once(&api, &run, &["completed"]).await;
    for scope in Scope::ALL {
        let key = api.make_key(|key| key.scopes = Scopes::from_iter([scope])).await;
        for ((method, path), needed) in routes(&run).into_iter().zip([
            Scope::Trigger,
            Scope::ReadResults,
            Scope::ReadResults,
            Scope::Cancel,
            // Who does a run again starts one, and has to see the old one.
            if scope == Scope::Trigger { Scope::ReadResults } else { Scope::Trigger },
            if scope == Scope::Trigger { Scope::ReadResults } else { Scope::Trigger },
            Scope::Trigger,
            Scope::Trigger,
        ]) {
            let answer = send(call(&api, &key, &method, &path)).await;
            if needed == scope {
                assert!(answer.status < 300, "{path}: {answer}");
            } else {
                let detail = format!("The key lacks the scope {}", needed.as_str());
                assert_eq!((answer.status, answer.json()), (403, json!({"detail": detail})));
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_the_callers_have_one_answer() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.make_trigger("echo", |trigger| trigger.id = "second".parse().unwrap()).await;
    let run = start(&api, "echo").await;
    let elsewhere = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let of_second = api.make_key(|key| key.triggers = Some(vec!["second".parse().unwrap()])).await;
    for end in ["", "/cancel", "/retry", "/replay"] {
        let method = if end.is_empty() { Method::GET } else { Method::POST };
        let path = |id: &str| format!("{BASE}/runs/{id}{end}");
        let unknown = send(call(&api, &api.key, &method, &path(NO_RUN))).await.without_date();
        assert_eq!((unknown.status, unknown.json()), (404, json!({"detail": "Run not found"})));
        for (key, id) in
            [(&elsewhere, &*run), (&of_second, &run), (&api.key, "cancel"), (&api.key, "a%2Fb")]
        {
            let answer = send(call(&api, key, &method, &path(id))).await;
            assert_eq!(answer.without_date(), unknown, "{id}");
        }
    }
    api.make_trigger("echo", |trigger| {
        trigger.id = "paused".parse().unwrap();
        trigger.state = TriggerState::Paused;
    })
    .await;
    api.make_trigger("never-published", |_| {}).await;
    let unknown = send(trigger(&api, &body("nothing", []))).await.without_date();
    assert_eq!(unknown.status, 404);
    for id in ["paused", "never-published", "a b", "", &"x".repeat(65)] {
        let answer = send(trigger(&api, &body(id, []))).await;
        assert_eq!(answer.without_date(), unknown, "{id}");
    }
    for key in [&elsewhere, &of_second] {
        let answer = send(call(&api, key, &Method::POST, TRIGGER)).await;
        assert_eq!(answer.without_date(), unknown);
    }
    let own = api.request(Method::POST, TRIGGER).bearer_auth(&of_second);
    run_id(&send(own.body(body("second", []).to_string())).await);
}

#[test]
fn whatever_arrives_is_answered_and_never_with_a_5xx() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = runtime.block_on(async {
        let api = Api::start().await;
        api.publish(super::TYPED).await;
        api
    });
    let value = prop::sample::select(vec![
        "null",
        "1",
        "-1.5",
        "true",
        "\"\"",
        "\"typed\"",
        "\"text\"",
        "\"question\"",
        "[]",
        "{}",
        "[{}]",
        "[{\"name\":\"question\",\"type\":\"text\",\"value\":\"x\"}]",
        "[null,1]",
    ]);
    let member = prop::sample::select(vec![
        "workflow_configuration_id",
        "inputs",
        "thread_id",
        "items",
        "idempotency_key",
        "run_at",
        "name",
        "type",
        "value",
    ]);
    let like_json = prop::collection::vec((member, value), 0..6).prop_map(|members| {
        let members: Vec<_> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    });
    let bytes = prop_oneof![1 => prop::collection::vec(any::<u8>(), 0..200), 4 => like_json];
    let query = "((limit|status|cursor|since|until|trigger|thread_id|x)=([a-zA-Z0-9+:-]|%[0-9a-fA-F]{2}){0,12}&){0,4}";
    TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() })
        .run(&(bytes, query, 0..7_usize), |(bytes, query, route)| {
            let (method, path) = &routes(NO_RUN)[route];
            let request = api.request(method.clone(), &format!("{path}?{query}"));
            let answer = runtime.block_on(send(request.bearer_auth(&api.key).body(bytes)));
            prop_assert!(answer.status < 500, "{answer}");
            prop_assert_eq!(answer.status >= 400, !answer.json()["detail"].is_null());
            Ok(())
        })
        .unwrap();
}
