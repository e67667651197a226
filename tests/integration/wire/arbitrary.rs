//! Whatever arrives is answered, in a known shape, and never with a 5xx.

use proptest::{prelude::*, test_runner::TestRunner};
use reqwest::header::HeaderValue;
use serde_json::Value;
use support::{Answer, Api, send};

use super::flows::ECHO;

fn method() -> impl Strategy<Value = &'static str> {
    let others = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"];
    prop_oneof![6 => Just("POST"), 1 => prop::sample::select(others.to_vec())]
}

/// A path that a route has, one with a piece of it replaced, or anything.
fn path() -> impl Strategy<Value = Vec<String>> {
    let routes = [
        "trigger/demo/echo/DEV",
        "trigger/start/demo/echo/prod",
        "api/v1/ai/trigger/demo/echo/UAT",
        "trigger/status/demo/0190b1d2-a3c4-7def-8123-456789abcdef",
    ];
    let routes = routes.map(|route| route.split('/').map(str::to_owned).collect::<Vec<_>>());
    let route = prop::sample::select(routes.to_vec());
    let piece = prop_oneof!["[ -~]{0,12}", any::<String>()];
    prop_oneof![
        7 => route.clone(),
        2 => (route, any::<prop::sample::Index>(), piece).prop_map(|(mut route, index, piece)| {
            *index.get_mut(&mut route) = piece;
            route
        }),
        1 => prop::collection::vec(any::<String>(), 0..6),
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let like_json = r#"(\{|\}|\[|\]|,|:|"|"message"|"user_variables"|"a"|-?[0-9]{1,25}|[0-9.eE+-]{1,8}|null|true|\\u[dD][89a-fA-F][0-9a-f]{2}| ){0,24}"#;
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        like_json.prop_map(String::into_bytes),
        r#"\{"message": "\PC{0,20}", "user_variables": \{"a": (-?[0-9]{1,25}|"[ -!#-~]{0,9}"|\[\])\}\}"#
            .prop_map(String::into_bytes),
        Just(b"{}".to_vec()),
    ]
}

fn header() -> impl Strategy<Value = HeaderValue> {
    let known = ["application/json", "application/json; charset=utf-8", "text/plain", "gzip"];
    prop_oneof![
        8 => Just(HeaderValue::from_static("application/json")),
        2 => prop::sample::select(known.to_vec()).prop_map(HeaderValue::from_static),
        1 => prop::collection::vec(prop_oneof![32..=126_u8, 128..=255_u8], 0..40)
            .prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap()),
    ]
}

/// Whether the body is an envelope, or a refusal.
fn has_known_shape(answer: &Answer) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return false };
    let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    if answer.status == 200 {
        return members == ["workflow_id", "response", "status", "logs", "requires_input", "error"];
    }
    let is_fault = |fault: &Value| {
        ["type", "loc", "msg", "input"].iter().all(|name| fault.get(name).is_some())
    };
    let of_gateway = members == ["detail", "error", "message"] && body["detail"].is_string();
    (members == ["detail"] || of_gateway)
        && match &body["detail"] {
            Value::String(text) => !text.is_empty(),
            Value::Array(faults) => !faults.is_empty() && faults.iter().all(is_fault),
            _ => false,
        }
}

#[test]
fn anything_gets_an_answer_of_a_known_shape() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = runtime.block_on(async {
        let api = Api::start().await;
        api.publish(ECHO).await;
        api
    });
    let config =
        ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() };
    let request = (
        method(),
        path(),
        prop::option::weighted(0.2, ".{0,30}"),
        header(),
        prop::option::weighted(0.1, header()),
        prop::bool::weighted(0.95),
        body(),
    );
    let result = TestRunner::new(config).run(
        &request,
        |(method, path, query, media_type, other, with_key, body)| {
            let mut url = reqwest::Url::parse(api.stack.base_url()).unwrap();
            url.path_segments_mut().unwrap().extend(path);
            url.set_query(query.as_deref());
            let path = url.as_str().trim_start_matches(api.stack.base_url());
            let mut request = api
                .request(method.parse().unwrap(), path)
                .header("content-type", media_type)
                .body(body);
            if with_key {
                request = request.bearer_auth(&api.key);
            }
            if let Some(value) = other {
                for name in ["idempotency-key", "traceparent", "content-encoding"] {
                    request = request.header(name, value.clone());
                }
            }
            let answer = runtime.block_on(send(request));
            prop_assert!(answer.status < 500, "{}", answer);
            prop_assert!(answer.status >= 200, "{}", answer);
            if method != "HEAD" {
                prop_assert_eq!(answer.header("content-type"), "application/json");
                prop_assert!(has_known_shape(&answer), "{}", answer);
            }
            if answer.status == 200 {
                let ended = runtime.block_on(api.ended(&answer.workflow_id()));
                prop_assert_eq!(&ended.json()["status"], "completed", "{}", ended);
            }
            Ok(())
        },
    );
    result.unwrap_or_else(|error| panic!("{error}"));
}
